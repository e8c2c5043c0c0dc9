"""Whether one line takes messages at all, which decides what an unanswered one means.

One answer that was cut says something about one message. A service that answers nobody says nothing about any: what it meets
is nobody's try. So a line is down when nothing was acknowledged since a message left that was not, and either the service
does not answer a question that sends nothing, or two messages ended so. It is then silent as a whole, asked again after a
moment (`PAUSES`), tried with one message once it answers, and up when it acknowledges something; what waited goes at once.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.channels.base import SendError
from bot.channels.retry import Backoff
from bot.channels.standing import Standing
from bot.clock import Clock
from models.messages.sending import Claimed

log = structlog.get_logger()

PAUSES = Backoff(first=1.0, most=5.0, jitter=0)
"""Between two questions to a line that is down."""
ANSWER_SECONDS = 5.0
"""A service that takes longer to say who we are is down."""
DOUBTS = 5
"""After so many a part of a broadcast ends as uncertain even though others were in doubt meanwhile."""
KEPT = 4096


@dataclass(frozen=True, slots=True)
class Doubt:
    """How things stood when a message was last in doubt: how much the line had acknowledged, and failed to. `times`: how
    often it was in doubt, with something acknowledged before each."""

    acknowledged: int
    failed: int
    times: int = 1


class Outage:
    """Of one line. `probe` asks its service for something that sends nothing, and raises a `SendError`."""

    def __init__(
        self,
        line: str,
        probe: Callable[[], Awaitable[None]],
        clock: Clock,
        *,
        pauses: Backoff = PAUSES,
        answer: float = ANSWER_SECONDS,
    ) -> None:
        self._line = line
        self._probe = probe
        self._clock = clock
        self._pauses = pauses
        self._answer = answer
        self.standing = Standing()
        self.fell = asyncio.Event()
        """Set while the line is down."""
        self._acknowledged = 0
        self._failed = 0
        self._lost: set[str] = set()
        self._waiting: dict[str, Claimed] = {}
        self._doubts: OrderedDict[str, Doubt] = OrderedDict()
        self._asking: asyncio.Task[bool] | None = None
        self._attempt = 0
        self._next: datetime | None = None

    @property
    def is_down(self) -> bool:
        return self.fell.is_set()

    @property
    def waits(self) -> bool:
        """Whether something that failed while the line was down has not been woken."""
        return bool(self._waiting)

    @property
    def acknowledged(self) -> int:
        """How many messages the line has judged so far, whatever it said."""
        return self._acknowledged

    def judged(self, row: Claimed) -> None:
        """The service took the message, or said that it will not: it works."""
        self._acknowledged += 1
        self._lost.clear()
        self._doubts.pop(row.message.id, None)
        self._waiting.pop(row.message.id, None)
        self.works()

    def works(self) -> None:
        """The service said something of its own."""
        self.standing.well(self._clock.now())
        self._attempt, self._next = 0, None
        if self.is_down:
            self.fell.clear()
            log.warning("the line is up again", line=self._line)

    async def failed(self, row: Claimed, before: int) -> None:
        """The message was refused by the way, or its fate is unknown. `before`: `acknowledged` when it left."""
        self._failed += 1
        if self._acknowledged > before:
            return  # others were answered meanwhile: it is about this one
        self._lost.add(row.message.id)
        if not self.is_down and (len(self._lost) > 1 or not await self._answers()) and self._acknowledged == before:
            self._falls()
        if self.is_down:
            self._waiting[row.message.id] = row

    def _falls(self) -> None:
        now = self._clock.now()
        self.fell.set()
        self._attempt += 1
        self._next = now + timedelta(seconds=self._pauses.delay(self._attempt))
        if self.standing.fault("away", now):
            log.error("the line is down: it is silent until the service answers", line=self._line)

    async def _answers(self) -> bool:
        """Asks once for all who want to know."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        return await asyncio.shield(self._asking)

    async def _ask(self) -> bool:
        try:
            async with asyncio.timeout(self._answer):
                await self._probe()
        except (SendError, TimeoutError):
            return False
        return True

    def wait(self) -> float:
        """Seconds until the line should be asked again; 0 where that is now."""
        return max(0.0, (self._next - self._clock.now()).total_seconds()) if self._next is not None else 0.0

    async def answers_again(self) -> bool:
        """Asks a line that is down. True: one message may be tried, and what becomes of it decides."""
        self._attempt += 1
        answers = await self._answers()
        self._next = self._clock.now() + timedelta(seconds=self._pauses.delay(self._attempt))
        return answers

    def woken(self, most: int | None = None) -> list[Claimed]:
        """What failed while the line was down, to be tried now: all of it, or the first `most`."""
        rows = list(self._waiting.values())[:most]
        for row in rows:
            del self._waiting[row.message.id]
        return rows

    def is_hopeless(self, row: Claimed, before: int) -> bool:
        """A message is in doubt: whether it is in doubt for its own sake and not for the line's. So it is from the second
        doubt on when the line has acknowledged others in between, before it left again (`before`: `acknowledged` then), and
        failed with none of them; or with others failing, too, after `DOUBTS`. A process that has just started knows of no
        doubt before."""
        last = self._doubts.pop(row.message.id, None)
        between = last is not None and before > last.acknowledged
        times = (last.times if last else 0) + (between or last is None)
        self._doubts[row.message.id] = Doubt(self._acknowledged, self._failed, times)
        while len(self._doubts) > KEPT:
            self._doubts.popitem(last=False)
        if last is None or not between:
            return False
        alone = self._failed == last.failed + 1  # its own, a moment ago
        return alone or times >= DOUBTS
