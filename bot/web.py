"""The web server: what each channel serves, and what an operator's monitoring asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address

import prometheus_client
from aiohttp import web

Ready = Callable[[], Awaitable[dict[str, bool]]]
Refresh = Callable[[], Awaitable[None]]


class WebServer:
    """Serves until stopped. `ready` answers what must be true to take traffic; `refresh` brings gauges up to date."""

    def __init__(self, host: str, port: int, routes: Iterable[web.RouteDef], ready: Ready, refresh: Refresh) -> None:
        self._host = host
        self._wanted_port = port
        self._ready = ready
        self._refresh = refresh
        self._app = web.Application(client_max_size=1024 * 1024)
        self._app.add_routes(
            [
                *routes,
                web.get("/healthz", self._healthz),
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
            ]
        )
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=5)
        self.port = port

    async def start(self) -> None:
        """Listens; `port` is then the real one (0 asks for any). Raises OSError when it is taken."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._wanted_port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _healthz(self, _request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _readyz(self, _request: web.Request) -> web.Response:
        checks = await self._ready()
        return web.json_response(checks, status=200 if all(checks.values()) else 503)

    async def _metrics(self, request: web.Request) -> web.Response:
        """For this machine only: counts by the minute would tell an outsider when somebody speaks up."""
        remote = request.remote or ""
        if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers or not is_this_machine(remote):
            raise web.HTTPNotFound
        await self._refresh()
        return web.Response(
            body=prometheus_client.generate_latest(), headers={"Content-Type": prometheus_client.CONTENT_TYPE_LATEST}
        )


def is_this_machine(address: str) -> bool:
    """Whether whoever calls from there is a program beside us."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
