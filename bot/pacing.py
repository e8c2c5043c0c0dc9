"""How fast one line may send: a token bucket whose next token goes to the most urgent lane, and a pause of the whole line.

A reply never waits behind a broadcast, and after "retry after" the line is silent for exactly as long as was asked.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import OrderedDict

from bot.clock import Clock

BURST_SECONDS = 0.05
"""How much of a second's allowance may be saved up: little, because the service counts any second, not each one."""
CHATS_KEPT = 4096


class Pacer:
    """`await take(lane, chat)` before each send. Rates are per second; 0 is no limit."""

    def __init__(self, clock: Clock, per_second: float, per_chat_second: float) -> None:
        self._clock = clock
        self._rate = per_second
        self._chat_rate = per_chat_second
        self._next = 0.0
        self._paused_until = 0.0
        self._chats: OrderedDict[str, float] = OrderedDict()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._server: asyncio.Task[None] | None = None

    def pause(self, seconds: float) -> None:
        """Silences the line from now on for so long, as the service asked."""
        self._paused_until = max(self._paused_until, self._clock.steady() + seconds)

    async def take(self, lane: int, chat: str = "") -> None:
        """Returns when one message of this lane may go out; `chat` is given for messages that nobody has just asked for."""
        if chat and self._chat_rate:
            await self._own_turn(chat)
        now = self._clock.steady()
        if not self._waiting and now >= self._paused_until and (not self._rate or now >= self._next):
            self._spend(now)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (lane, next(self._order), future))
        if self._server is None or self._server.done():
            self._server = asyncio.create_task(self._serve())
        await future

    def _spend(self, now: float) -> None:
        if self._rate:
            self._next = max(self._next, now - BURST_SECONDS) + 1 / self._rate

    async def _serve(self) -> None:
        while self._waiting:
            now = self._clock.steady()
            wait = max(self._paused_until - now, (self._next - now) if self._rate else 0.0)
            if wait > 0:
                await self._clock.sleep(wait)
                continue
            _, _, future = heapq.heappop(self._waiting)
            if not future.cancelled():
                self._spend(now)
                future.set_result(None)

    async def _own_turn(self, chat: str) -> None:
        now = self._clock.steady()
        due = max(self._chats.pop(chat, 0.0), now)
        self._chats[chat] = due + 1 / self._chat_rate
        while len(self._chats) > CHATS_KEPT:
            self._chats.popitem(last=False)
        if due > now:
            await self._clock.sleep(due - now)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.cancel()
            await asyncio.gather(self._server, return_exceptions=True)
