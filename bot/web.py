"""The web server: what each channel serves, and what an operator's monitoring asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from secrets import compare_digest

import prometheus_client
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.visitors import Visitors
from config.settings import Web

Checks = Mapping[str, bool | Mapping[str, bool | str]]
"""What was looked at and whether it is well; a line says so of each direction."""
Ready = Callable[[], Awaitable[Checks]]
Refresh = Callable[[], Awaitable[None]]

UNFINISHED = 10.0
"""So many seconds a connection may take to send the head of a request, and to begin another one: half-sent requests are the
cheapest way to fill a server. A proxy opens a new connection without anybody noticing."""


class CannotListen(OSError):
    """The port that `setting` names cannot be opened."""

    def __init__(self, setting: str, place: str, error: OSError) -> None:
        super().__init__(error.errno, error.strerror)
        self.setting, self.place = setting, place


class WebServer:
    """Serves until stopped. `ready` answers what must be true to take traffic; `refresh` brings gauges up to date."""

    def __init__(
        self,
        settings: Web,
        routes: Iterable[web.RouteDef],
        ready: Ready,
        refresh: Refresh,
        *,
        unfinished: float = UNFINISHED,
    ) -> None:
        self._settings = settings
        self._visitors = Visitors(settings)
        self._ready = ready
        self._refresh = refresh
        self._unfinished = unfinished
        self._token = settings.metrics_token.get_secret_value()
        routes = [*routes]
        if not any(route.path == "/" for route in routes):
            routes.append(web.get("/", _front))  # what people type is the name alone
        own = [*routes, web.get("/healthz", self._healthz), web.get("/readyz", self._readyz)]
        metrics = [web.get("/metrics", self._metrics)]
        self._runner = self._serving([*own, *metrics] if self._token and not settings.metrics_port else own)
        self._metrics_runner = self._serving(metrics) if settings.metrics_port else None
        self.port = settings.port

    def _serving(self, routes: Iterable[web.RouteDef]) -> web.AppRunner:
        application = web.Application(client_max_size=1024 * 1024, middlewares=[self._named])
        application.add_routes(routes)
        return web.AppRunner(application, access_log=None, shutdown_timeout=5, keepalive_timeout=self._unfinished)

    async def start(self) -> None:
        """Listens; `port` is then the real one (0 asks for any). Raises `CannotListen`."""
        await _listen(self._runner, "PORT", self._settings.host, self._settings.port)
        self.port = self._runner.addresses[0][1]
        if self._metrics_runner is not None:
            # This machine only: counts by the minute would tell an outsider when somebody speaks up.
            await _listen(self._metrics_runner, "METRICS_PORT", "127.0.0.1", self._settings.metrics_port)

    async def stop(self) -> None:
        await self._runner.cleanup()
        if self._metrics_runner is not None:
            await self._metrics_runner.cleanup()

    @web.middleware
    async def _named(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Only under a name of ours (bot.visitors)."""
        if not self._visitors.names_us(request):
            refused = web.Response(status=421, text="This is not the address in HAICHIEU_WEB__PUBLIC_URL.\n")
            refused.force_close()
            return refused
        return await handler(request)

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _readyz(self, _request: web.Request) -> web.Response:
        checks = await self._ready()
        return web.json_response(checks, status=200 if all(_is_well(check) for check in checks.values()) else 503)

    async def _metrics(self, request: web.Request) -> web.Response:
        """To whoever shows the token, where there is one; to anybody else this path is not there."""
        shown = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
        if self._token and not compare_digest(shown, f"Bearer {self._token}".encode()):
            raise web.HTTPNotFound
        await self._refresh()
        return web.Response(
            body=prometheus_client.generate_latest(), headers={"Content-Type": prometheus_client.CONTENT_TYPE_LATEST}
        )


async def _front(_request: web.Request) -> web.StreamResponse:
    """To the chat. What stands behind # stays with the browser, and comes along."""
    raise web.HTTPFound("/chat", headers={"Cache-Control": "no-store"})


def _is_well(check: bool | Mapping[str, bool | str]) -> bool:
    return check if isinstance(check, bool) else False not in check.values()


async def _listen(runner: web.AppRunner, setting: str, host: str, port: int) -> None:
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise CannotListen(f"HAICHIEU_WEB__{setting}", f"{host}:{port}", error) from error
