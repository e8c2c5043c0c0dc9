"""How fast one line may send: a token bucket whose next token goes to the most urgent lane, and a pause of the whole line.

A reply never waits behind a broadcast, and after "retry after" the line is silent for exactly as long as was asked. It then
goes on at half its rate and finds the full one again step by step: whoever comes back at the rate that was refused is
refused again, and how much the service takes today nobody but the service knows.

A service counts what reaches it, not what leaves us: on a busy machine or network messages bunch up on the way, and a steady
29 a second arrived as 31. So besides the bucket nothing leaves before the service can be sure to have seen fewer than the
rate and one in the second before it: what is unanswered may be there now, what was answered was there by then.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import math
from collections import OrderedDict, deque

from bot.clock import Clock

SAVED_SECONDS = 0.005
"""How much of a second's allowance may be saved up, but always one message: little, because the service counts any second,
not each one. With one, no second has more than the rate and one."""
TICK = 1e-6
"""The shortest wait: what is left below it is only the rounding of floating point."""
CHATS_KEPT = 4096
LATE_SECONDS = 1.0
"""What is unanswered for so long has either arrived or will not: a service that hangs must not hold the line up."""
TRIPS_KEPT = 64
POLL_SECONDS = 0.005
STEPS = 20
"""In so many steps, one a second, a line would come from nothing to its full rate: from half of it in ten seconds."""


class Arrivals:
    """How many messages the service may have seen in one second. `most` 0: nobody counts."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: deque[float] = deque()  # left then, not answered
        self._done: deque[float] = deque()  # arrived by then
        self._given_up = 0
        self._trips: deque[float] = deque(maxlen=TRIPS_KEPT)

    def left(self, now: float) -> None:
        if self._most:
            self._open.append(now)

    def answered(self, now: float, began: float | None) -> None:
        """Which of them does not matter: as many are open, and as many arrived by now."""
        if began is not None:
            self._trips.append(now - began)
        if self._given_up:
            self._given_up -= 1
        elif self._open:
            self._open.popleft()
            self._done.append(now)

    def room_from(self, now: float) -> float:
        """When one more may leave; 0 where that is now."""
        if not self._most or len(self._open) + len(self._done) < self._most:
            return 0.0
        while self._open and self._open[0] + LATE_SECONDS <= now:
            self._done.append(self._open.popleft() + LATE_SECONDS)
            self._given_up += 1
        # No message arrives sooner after it left, and none is answered sooner after it arrived, than both together.
        second = 1.0 - min(0.5, min(self._trips, default=0.0))
        while self._done and self._done[0] + second <= now:
            self._done.popleft()
        if len(self._open) + len(self._done) < self._most:
            return 0.0
        return self._done[0] + second if self._done else now + POLL_SECONDS


class Pacer:
    """`await take(lane, chat)` before each send, `give_back()` after it. Rates are per second; 0 is no limit.

    `at_once` is how many may be under way: counted here, so that a free place, too, goes to the most urgent, and so that
    what waited for a place does not leave in one burst."""

    def __init__(self, clock: Clock, per_second: float, per_chat_second: float, at_once: int = 64) -> None:
        self._clock = clock
        self._full = per_second
        self._slowed = per_second  # the rate at the end of the last pause
        self._chat_rate = per_chat_second
        self._saved = max(SAVED_SECONDS, 1 / per_second) if per_second else 0.0
        self._places = asyncio.Semaphore(at_once)
        self._arrived = Arrivals(math.ceil(per_second) + 1 if per_second else 0)
        self._closed = False
        self._next = 0.0
        self._paused_until = 0.0
        self._chats: OrderedDict[str, float] = OrderedDict()
        self._waiting: list[tuple[int, int, asyncio.Future[bool]]] = []
        self._order = itertools.count()
        self._server: asyncio.Task[None] | None = None

    def pause(self, seconds: float) -> None:
        """Silences the line from now on for so long, as the service asked, and halves its rate. What was under way
        together is refused together: in the silence that the first of them began, the others halve nothing more."""
        now = self._clock.steady()
        if now >= self._paused_until:
            self._slowed = max(self._rate(now) / 2, min(1.0, self._full))
        self._paused_until = max(self._paused_until, now + seconds)

    def _rate(self, now: float) -> float:
        """Messages a second as long as nothing is refused: a step more for each whole second since the last pause."""
        return min(self._full, self._slowed + self._full / STEPS * int(max(0.0, now - self._paused_until)))

    async def take(self, lane: int, chat: str = "") -> bool:
        """Returns when one message of this lane may go out; `chat` is given for messages that nobody has just asked for.
        False: the line is closed and nothing may."""
        if chat and self._chat_rate and not self._closed:
            await self._own_turn(chat)
        if self._closed:
            return False
        now = self._clock.steady()
        if not (self._waiting or self._places.locked() or now < self._from(now)):
            await self._places.acquire()  # does not wait: there is one
            self._spend(now)
            return True
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (lane, next(self._order), future))
        if self._server is None or self._server.done():
            self._server = asyncio.create_task(self._serve())
        return await future

    def give_back(self, began: float | None = None) -> None:
        """What `take` allowed is over; it was sent at `began`, where it was sent at all."""
        self._arrived.answered(self._clock.steady(), began)
        self._places.release()

    def _from(self, now: float) -> float:
        """From when on the next message may go, as far as is known now."""
        return max(self._paused_until, self._next, self._arrived.room_from(now))

    def _spend(self, now: float) -> None:
        self._arrived.left(now)
        if self._full:
            self._next = max(self._next, now - self._saved) + 1 / self._rate(now)

    async def _serve(self) -> None:
        while self._waiting:
            await self._places.acquire()
            while (wait := self._from(now := self._clock.steady()) - now) > 0:
                await self._clock.sleep(max(wait, TICK))
            while self._waiting:
                _, _, future = heapq.heappop(self._waiting)
                if not future.done():
                    self._spend(now)
                    future.set_result(True)
                    break
            else:
                self._places.release()

    async def _own_turn(self, chat: str) -> None:
        now = self._clock.steady()
        due = max(self._chats.pop(chat, 0.0), now)
        self._chats[chat] = due + 1 / self._chat_rate
        while len(self._chats) > CHATS_KEPT:
            self._chats.popitem(last=False)
        if due > now:
            await self._clock.sleep(due - now)

    def close(self) -> None:
        """Allows nothing any more, and tells those who wait."""
        self._closed = True
        if self._server is not None:
            self._server.cancel()
        while self._waiting:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(False)
