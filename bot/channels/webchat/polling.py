"""Web chat where websockets are refused, as some factories' proxies do: the same frames, over plain requests.

    POST /chat/poll       the page's `hello`            → {poll}
    POST /chat/poll/say   further frames, one a line    → 204
    POST /chat/poll/wait                                → {frames, code}, once there are some, or after WAITS seconds
    POST /chat/poll/leave                               → 204

`poll` is the number of this connection, shown as a bearer token; to anybody else it is of no use, and it dies with the
connection. `code` is null until the connection is closed, and then the one with which a websocket would have been.

Such a page is a `Socket` like any other: sessions, admission, pace, strikes and the budgets of strangers are the same code.
What differs is when a connection is over and what it may hold. Nobody sees it break: it is gone when it has not asked for
GONE seconds. Of one page at most so many requests are under way as stand below, so that requests are bounded as seats are.
An answer that did not arrive is not given twice: a page takes any failure for a lost connection, comes back, and is shown
what waits in the mailbox.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog
from aiohttp import WSMessage, WSMsgType, web

from bot.channels.webchat import closes
from bot.channels.webchat.socket import BURST, MOST_BYTES, SLOW, Pace, Socket
from bot.visitors import Visitors

log = structlog.get_logger()

WAITS = 20.0
"""Seconds an answer is waited for: proxies give up after 30 or 60."""
GONE = 20.0
"""A phone on a train comes back within this; what it would have missed is in the mailbox."""
TOLD = 10.0
MOST_TOLD = 500
"""So long a closed connection can still be asked why; of those that a flood has opened, only so many, the newest."""
SAYS = 2
ASKS = 3
"""Requests of one page at a time: a page of ours has one of each, and one that it has given up."""
_BODY = 4 * MOST_BYTES
_BODY_WITHIN = 10.0
_FRAMES = 100
_SHOWN = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Polled:
    """Plays a websocket's part for `Socket`: what a page says comes in by one request, what it is told waits for another."""

    def __init__(self, gone: float = GONE) -> None:
        self._gone = gone
        self._said: asyncio.Queue[str | None] = asyncio.Queue(int(BURST))
        self._told: deque[str] = deque()
        self._changed = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._asked = 0
        self._leaves: asyncio.TimerHandle | None = None
        self.saying = self.asking = 0
        self.pace = Pace()
        self.code: int | None = None
        self._nobody_asks()

    @property
    def closed(self) -> bool:
        return self.code is not None

    async def receive(self) -> WSMessage:
        text = None if self.closed else await self._said.get()
        return WSMessage(WSMsgType.CLOSED if text is None else WSMsgType.TEXT, text, None)

    async def send_str(self, frame: str) -> None:
        """Waits as long as a page does not ask, like a connection whose other side does not read."""
        while not self.closed and len(self._told) >= _FRAMES:
            self._room.clear()
            await self._room.wait()
        self._told.append(frame)
        self._changed.set()

    async def pong(self, message: bytes = b"") -> None:
        """There is nothing to keep awake."""

    async def close(self, *, code: int, drain: bool = False) -> bool:  # noqa: ARG002 - as a websocket's
        if self.closed:
            return False
        self.code = code
        self._changed.set()
        self._room.set()
        if self._leaves is not None:
            self._leaves.cancel()
        if not self._said.full():
            self._said.put_nowait(None)
        return True

    async def hear(self, frames: Sequence[str]) -> None:
        for frame in frames:
            await self._said.put(frame)

    async def wait(self, seconds: float) -> tuple[list[str], int | None]:
        """What there is to tell, as soon as there is something. Whoever waited before is answered with nothing."""
        self._asked += 1
        mine = self._asked
        if self._leaves is not None:
            self._leaves.cancel()
        self._changed.set()  # wakes whoever waited
        try:
            async with asyncio.timeout(seconds):
                while mine == self._asked and not self._told and not self.closed:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pass
        finally:  # also where the request itself is given up
            if mine == self._asked:
                self._nobody_asks()
        if mine != self._asked:
            return [], None
        frames = list(self._told)
        self._told.clear()
        self._room.set()
        return frames, self.code

    def _nobody_asks(self) -> None:
        if not self.closed:
            self._leaves = asyncio.get_running_loop().call_later(self._gone, self._leave)

    def _leave(self) -> None:
        self.code = 1001
        self._room.set()
        if not self._said.full():
            self._said.put_nowait(None)


class Polling:
    """The connections by requests of one process. `serve` works on a page until it is closed; `has_room` makes a place."""

    def __init__(
        self,
        visitors: Visitors,
        has_room: Callable[[], bool],
        serve: Callable[[Socket], Coroutine[Any, Any, None]],
        *,
        waits: float = WAITS,
        gone: float = GONE,
    ) -> None:
        self._visitors, self._has_room, self._serve = visitors, has_room, serve
        self._waits, self._gone = waits, gone
        self._known: dict[str, tuple[Polled, Socket]] = {}
        self._over: dict[str, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/chat/poll", self._begin),
            web.post("/chat/poll/say", self._say),
            web.post("/chat/poll/wait", self._wait),
            web.post("/chat/poll/leave", self._leave),
        ]

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        if not self._visitors.is_our_page(request):
            raise web.HTTPForbidden
        [hello, *more] = await _frames(request)
        if more:
            raise web.HTTPBadRequest
        if not self._has_room():
            return web.Response(status=503, headers={"Retry-After": "5"})
        number = secrets.token_urlsafe(24)
        polled = Polled(self._gone)
        socket = Socket(polled, self._visitors.origin(request))
        self._known[number] = polled, socket
        task = asyncio.create_task(self._serve(socket))
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(number, done))
        await polled.hear([hello])
        return web.json_response({"poll": number}, headers=_SHOWN)

    def _ended(self, number: str, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("page not served", line="webchat:main", error=type(error).__name__)
        self._over[number] = None
        if len(self._over) > MOST_TOLD:
            self._forget(next(iter(self._over)))
        asyncio.get_running_loop().call_later(TOLD, self._forget, number)

    def _forget(self, number: str) -> None:
        self._over.pop(number, None)
        self._known.pop(number, None)

    async def stop(self) -> None:
        """Once every page is closed: what works on them has ended then."""
        await asyncio.gather(*self._tasks)

    async def _say(self, request: web.Request) -> web.StreamResponse:
        polled, _ = self._of(request)
        if polled.saying >= SAYS:
            raise web.HTTPTooManyRequests
        polled.saying += 1
        try:
            frames = await _frames(request)
            async with asyncio.timeout(self._waits):
                await polled.hear(frames)
        except TimeoutError:
            raise web.HTTPTooManyRequests from None
        finally:
            polled.saying -= 1
        return web.Response(status=204, headers=_SHOWN)

    async def _wait(self, request: web.Request) -> web.StreamResponse:
        polled, socket = self._of(request)
        if polled.asking >= ASKS:
            raise web.HTTPTooManyRequests
        polled.asking += 1
        try:
            if not polled.pace.allows():  # nobody who waits for answers asks so often
                socket.slow += 1
                await asyncio.sleep(1)
                if socket.slow >= SLOW:
                    await socket.close(closes.POLICY)
            frames, code = await polled.wait(self._waits)
        finally:
            polled.asking -= 1
        text = f'{{"frames": [{", ".join(frames)}], "code": {json.dumps(code)}}}'
        return web.Response(text=text, content_type="application/json", headers=_SHOWN)

    async def _leave(self, request: web.Request) -> web.StreamResponse:
        polled, _ = self._of(request)
        await polled.close(code=1000)
        return web.Response(status=204, headers=_SHOWN)

    def _of(self, request: web.Request) -> tuple[Polled, Socket]:
        if not self._visitors.is_our_page(request):
            raise web.HTTPForbidden
        number = request.headers.get("Authorization", "").removeprefix("Bearer ")
        known = self._known.get(number)
        if known is None:
            raise web.HTTPGone
        return known


async def _frames(request: web.Request) -> list[str]:
    """The lines of a body: read for a while and up to a size, like everything that a stranger sends."""
    body = b""
    try:
        async with asyncio.timeout(_BODY_WITHIN):
            while chunk := await request.content.readany():
                body += chunk
                if len(body) > _BODY:
                    raise web.HTTPRequestEntityTooLarge(_BODY, len(body))
        lines = body.decode().split("\n")
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except UnicodeDecodeError:
        raise web.HTTPBadRequest from None
    frames = [line for line in lines if line]
    if not frames:
        raise web.HTTPBadRequest
    return frames
