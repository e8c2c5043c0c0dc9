"""Our own Zalo Bot Platform: a server as strict, and on request as hostile, as the real one can be.

In a test: `emulator = ZaloEmulator()`, `await emulator.start()`, `emulator.url`, `await emulator.stop()`. Errors come under
HTTP 200; getUpdates hands over one event and forgets it. Source: docs.zaloplatforms.com/docs/BOT and live captures.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

import aiohttp
from aiohttp import web

from tests.emulators import zalo_methods
from tests.emulators import zalo_rules as rules
from tests.emulators.zalo_faults import HTML, Fault, Kind
from tests.emulators.zalo_people import Chat, Event, Group, User
from tests.emulators.zalo_rules import Refusal, bad


@dataclass(slots=True)
class Call:
    """One accepted call."""

    method: str
    params: dict[str, Any]


class ZaloEmulator:
    """One bot, the people who talk to it, and the server between them.

    `month`: messages the plan allows before it answers 429 (0: any number). `wrapped`: webhook bodies as Zalo's page shows
    them rather than as its service sends them. `idle`: seconds a poll is held open at most.
    """

    def __init__(
        self,
        token: str = "4567890:ZALO-SECRET",
        *,
        month: int = 0,
        wrapped: bool = False,
        idle: float = 30,
        allow_http: bool = True,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.token, self.month, self.wrapped, self.idle = token, month, wrapped, idle
        self.allow_http, self.clock, self.port = allow_http, clock, 0
        self.me = {
            "id": token.split(":")[0],
            "account_name": "bot.HaiChieu",
            "account_type": "BASIC",
            "can_join_groups": False,
        }
        self.chats: dict[str, Chat] = {}
        self.sent: list[Call] = []
        self.refused: list[tuple[Call, Refusal]] = []
        self.violations: list[str] = []
        self.counters: Counter[str] = Counter()
        self.faults: list[Fault] = []
        self.files: dict[str, bytes] = {}
        self.served = 0
        self.queue: deque[Event] = deque()
        self.webhook: dict[str, Any] = {"url": ""}
        self.webhook_secret = ""
        self.polled = asyncio.Event()  # set while a long poll waits
        self._news = asyncio.Event()
        self._server: web.ServerRunner | None = None
        self._client: aiohttp.ClientSession | None = None

    # Being there

    @property
    def url(self) -> str:
        """The API root: the service calls `{url}/bot<TOKEN>/<method>`."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listens. The first port found is kept: `down` and `start` are an outage of one address."""
        server = web.Server(self._answer, handler_cancellation=True, access_log=None)
        self._server = web.ServerRunner(server, shutdown_timeout=0)
        await self._server.setup()
        await web.TCPSite(self._server, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = self._server.addresses[0][1]
        self._client = self._client or aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))

    async def down(self) -> None:
        """Refuses connections, and cuts those that are open, until `start`."""
        if self._server is not None:
            server, self._server = self._server, None
            for connection in cast(web.Server, server.server).connections:
                if connection.transport is not None:
                    connection.transport.abort()
            await server.cleanup()

    async def stop(self) -> None:
        await self.down()
        if self._client is not None:
            await self._client.close()
            self._client = None
        await asyncio.sleep(0)  # closed sockets are let go on the next turn of the loop

    def now(self) -> int:
        """Milliseconds, as everywhere in this API."""
        return int(self.clock() * 1000)

    # People and trouble

    def user(self, name: str = "An", *, known: bool = True) -> User:
        """A person who has written to the bot before (`known=False`: has not)."""
        user = User(self, name, known=known)
        self.chats[user.id] = user
        return user

    def group(self) -> Group:
        group = Group(self)
        self.chats[group.id] = group
        return group

    def fault(self, kind: Kind, **which: Any) -> Fault:
        """Trouble for the next calls: see `Fault` for which ones, how many and how."""
        fault = Fault(kind, **which)
        self.faults.append(fault)
        return fault

    def clear_faults(self) -> None:
        self.faults.clear()

    # Events

    async def deliver(self, event: Event, *, times: int = 1) -> int | None:
        """Hands over one event, `times` times. The HTTP status of the last POST (0: no answer), or None: it waits to be
        polled for."""
        if self.webhook["url"]:
            return [await self.push(event) for _ in range(times)][-1]
        self.queue.extend([event] * times)
        self._news.set()
        return None

    async def push(self, event: Event | None, *, secret: str | None = None) -> int:
        """One POST to the webhook: an event, or None for the empty probe that carries no content type and no secret."""
        assert self._client is not None
        given = self.webhook_secret if secret is None else secret
        headers = {} if event is None else {"Content-Type": "application/json", "X-Bot-Api-Secret-Token": given}
        body = {"ok": True, "result": event} if self.wrapped else event
        data = None if event is None else json.dumps(body, ensure_ascii=False).encode()
        try:
            async with self._client.post(self.webhook["url"], data=data, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def _get_updates(self, params: dict[str, Any]) -> Event:
        """One event, forgotten as it is handed over: there is neither an offset nor an acknowledgement."""
        if self.webhook["url"]:
            raise bad("webhook is set")
        timeout = params.get("timeout", "30")
        if not isinstance(timeout, str) or not timeout.isdecimal():
            raise bad("timeout must be a string of digits")
        self.polled.set()
        try:
            async with asyncio.timeout(min(float(timeout), self.idle)):
                while not self.queue:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise Refusal(408, "Request timeout") from None
        finally:
            self.polled.clear()
        return self.queue.popleft()

    # Requests

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        bot, _, method = unquote(path[1:]).partition("/")
        if bot == "media":
            return await self._media(request, method)
        self.counters[method] += 1
        params: dict[str, Any] = {}
        faults: list[Fault] = []
        body: dict[str, Any]
        try:
            if bot != f"bot{self.token}":
                raise Refusal(401, "Unauthorized")
            params = await _read(request, query)
            faults = [fault for fault in self.faults if fault.strikes(method)]
            for fault in faults:
                if fault.kind == "drop_before":
                    return _cut(request)
                if fault.kind == "gateway_timeout":
                    return web.Response(status=504, body=b"<h1>504 Gateway Time-out</h1>", content_type="text/html")
                if fault.kind == "html":
                    return web.Response(status=fault.status, body=HTML, content_type="text/html")
                await fault.before()
            result = await self._act(method, params)
            body = {"ok": True} if result is None else {"ok": True, "result": result}
        except Refusal as refusal:
            body = refusal.body()
            self.refused.append((Call(method, params), refusal))
            faults = []
        raw = json.dumps(body, ensure_ascii=False).encode()
        for fault in faults:
            if fault.kind == "drop_after":
                return _cut(request)
            if fault.kind == "truncated":
                raw = raw[: len(raw) // 2]
        return web.Response(body=raw, content_type="application/json")  # whatever it says, under 200

    async def _media(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        """A photo or voice message, which Zalo keeps on hosts of its own (here `/media/<host>/<path>`) and gives to anybody,
        without saying how long it is. `served` counts what was taken. Faults of the method `media` spoil it."""
        content = self.files.get(name)
        faults = [fault for fault in self.faults if fault.strikes("media")]
        if content is None or any(fault.kind == "error" for fault in faults):
            return web.Response(status=404 if content is None else faults[0].code)
        answer = web.StreamResponse()
        answer.enable_chunked_encoding()
        await answer.prepare(request)
        for start in range(0, len(content), 64 * 1024):
            piece = content[start : start + 64 * 1024]
            await answer.write(piece)
            self.served += len(piece)
            if any(fault.kind == "truncated" for fault in faults):
                return _cut(request)
        await answer.write_eof()
        return answer

    async def _act(self, method: str, params: dict[str, Any]) -> Any:
        try:
            rules.known(method, params)
        except Refusal as refusal:
            self.violations.append(f"{method}: {refusal.description}")
            raise
        if method == "getUpdates":
            return await self._get_updates(params)
        if method.startswith("send"):
            result = zalo_methods.send(self, method, params)
            self.sent.append(Call(method, params))
            return result
        return await zalo_methods.manage(self, method, params)


async def _read(request: web.BaseRequest, query: str) -> dict[str, Any]:
    """Parameters from query, JSON or form."""
    params: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    body = await request.read()
    try:
        if request.content_type == "application/json":
            params |= json.loads(body or b"{}")
        elif body:
            params |= parse_qsl(body.decode(), keep_blank_values=True)
    except (ValueError, TypeError):
        raise bad("can't parse request body") from None
    return params


def _cut(request: web.BaseRequest) -> web.Response:
    """Hangs up without a word."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()  # goes nowhere
