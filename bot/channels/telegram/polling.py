"""Long polling that forgets nothing.

An update is confirmed by asking with an offset above it (https://core.telegram.org/bots/api#getupdates), so
the next question waits until every update of the last answer is committed or set aside. python-telegram-bot's
Updater confirms a batch when it fetches the next and loses at a crash what was still in memory; asking again
while some are open brings the same ones at once, thousands of times a second.

Numbers are not kept longer than they are needed. After a week without any update Telegram draws the next number
anew, often a lower one, and answers an offset that is more than 10 above its newest from the head of the queue
(so does another server behind the same address). So the offset follows the last batch, not the largest number;
once an empty answer has shown that the batch is confirmed, we ask without one; and an answer that brings nothing
new is not asked for again at once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.base import SendError
from bot.channels.retry import PAUSES, Backoff, Pauses, until_taken
from bot.channels.standing import Reason, Standing
from bot.channels.telegram.updates import Event
from bot.clock import Clock, SystemClock

log = structlog.get_logger()

POLL_SECONDS = 25
"""How long Telegram holds a question open when nothing has come."""
SHARED = timedelta(minutes=2)
"""So long after a 409 another program is taken to ask as well: between two of them, each is answered now and then,
and hears a part."""


class Source(Protocol):
    """Where updates come from and go to (bot.channels.telegram.feed)."""

    line: str

    async def ask(self, offset: int | None, seconds: int, /) -> Sequence[Any]: ...
    def read(self, raw: Any, /) -> Event: ...
    async def act(self, event: Event, /) -> None: ...


Conflicted = Callable[[], Awaitable[Reason]]
"""Called after a 409: takes away a webhook that stands in the way, and says what it was. Raises as `Source.ask` does."""


async def _nothing_to_take_away() -> Reason:
    return "poller"


def reason_of(error: Exception) -> Reason:
    """Why a line does not work, from the error that a question ended with."""
    if isinstance(error, InvalidToken):
        return "token"
    return "poller" if isinstance(error, Conflict) else "away"


def pause_after(error: Exception, line: str, attempt: int, backoff: Backoff) -> float:
    """Seconds to wait after a question failed, and the line in the log that tells the operator why."""
    seconds = backoff.delay(attempt)
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        seconds = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
    known = {"line": line, "error": type(error).__name__, "attempt": attempt, "seconds": round(seconds, 1)}
    if isinstance(error, InvalidToken):
        refused_token(line)
    elif isinstance(error, Conflict):
        log.error("another process polls telegram with this token, or a webhook was set", **known)
    else:
        log.warning("telegram could not be asked", **known)
    return seconds


def refused_token(line: str) -> None:
    """Telegram answered 401 or 404: the token is wrong or was rotated, and only an operator can mend that."""
    log.error("telegram refuses the token", line=line, setting="HAICHIEU_TELEGRAM__TOKEN")


class Polling:
    """One line's questions. `source.act` returns once an event is committed and raises when it must be offered again.
    `hearing` is told how it goes."""

    def __init__(
        self,
        source: Source,
        *,
        pauses: Pauses = PAUSES,
        conflicted: Conflicted = _nothing_to_take_away,
        hearing: Standing | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._source = source
        self._line = source.line
        self._pauses = pauses
        self._conflicted = conflicted
        self._hearing = hearing or Standing()
        self._clock = clock or SystemClock()
        self._shared: datetime | None = None
        self._known: deque[frozenset[int]] = deque(maxlen=2)
        self._next: int | None = None
        self._confirmed: int | None = None
        self._open: set[int] = set()
        self._chains: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Asks for ever. Cancelled, it lets the open batch end and confirms what was done, so that the next
        start does not receive it again."""
        attempt = 0
        try:
            while True:
                try:
                    offset = self._next
                    batch = await self._source.ask(offset, POLL_SECONDS)
                except (TelegramError, SendError) as error:
                    attempt += 1
                    pause = pause_after(error, self._line, attempt, self._pauses.asking)
                    await self._note(error)
                    await asyncio.sleep(pause)
                    continue
                self._confirmed = offset
                self._heard()
                if await self._take(batch):
                    attempt = 0
                else:  # nothing in it had a number, or all of it was here before: do not spin
                    attempt += 1
                    await asyncio.sleep(self._pauses.asking.delay(attempt))
        finally:
            await self._finish()

    def _heard(self) -> None:
        """A question was answered. While another program asks as well, that is not all there is to hear."""
        now = self._clock.now()
        if self._shared is not None and now - self._shared < SHARED:
            return
        self._hearing.well(now)

    async def _note(self, error: Exception) -> None:
        reason = reason_of(error)
        if isinstance(error, Conflict):
            try:
                reason = await self._conflicted()
            except (TelegramError, SendError) as more:
                pause_after(more, self._line, 1, self._pauses.asking)
            if reason == "poller":
                self._shared = self._clock.now()
        self._hearing.fault(reason, self._clock.now())

    async def _take(self, batch: Sequence[Any]) -> bool:
        """Works through one batch: different people at once, one person's events in order. False: it brought nothing
        that was not here before, or nothing that had a number."""
        if not batch:
            self._next = None  # whatever is below the offset is confirmed: numbers may begin anew
            return True
        chains: dict[str, list[tuple[int, Event]]] = {}
        before = self._next
        for raw in batch:
            number = raw.get("update_id") if isinstance(raw, dict) else None
            event = self._source.read(raw)
            if type(number) is not int:
                continue
            self._next = number + 1
            self._open.add(number)
            key = event.inbound.sender if event.inbound else f"#{number}"
            chains.setdefault(key, []).append((number, event))
        if chains:
            self._chains = {asyncio.create_task(self._chain(events)) for events in chains.values()}
            await asyncio.wait(self._chains)
        numbers = frozenset(number for events in chains.values() for number, _ in events)
        if numbers and before is not None and max(numbers) < before:
            log.warning("update numbers began anew", line=self._line)
        is_news = bool(numbers) and not any(numbers <= known for known in self._known)
        self._known.append(numbers)
        return is_news

    async def _chain(self, events: Sequence[tuple[int, Event]]) -> None:
        for number, event in events:
            await until_taken(partial(self._source.act, event), self._line, self._pauses.offering)
            self._open.discard(number)

    async def _finish(self) -> None:
        if self._chains:
            _, late = await asyncio.wait(self._chains, timeout=self._pauses.grace)
            for chain in late:
                chain.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        offset = min(self._open, default=self._next)  # what is open comes again; dedupe knows those done above it
        if offset is None or offset == self._confirmed:
            return
        try:
            async with asyncio.timeout(self._pauses.grace):
                await self._source.ask(offset, 0)
        except (TelegramError, SendError, TimeoutError) as error:
            log.warning("the last updates were not confirmed", line=self._line, error=type(error).__name__)
