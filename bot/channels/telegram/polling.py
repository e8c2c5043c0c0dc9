"""Long polling that forgets nothing.

An update is confirmed by asking with an offset above it (https://core.telegram.org/bots/api#getupdates), so
the next question waits until every update of the last answer is committed or set aside. python-telegram-bot's
Updater confirms a batch when it fetches the next and loses at a crash what was still in memory; asking again
while some are open brings the same ones at once, thousands of times a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.base import SendError
from bot.channels.retry import ASKING, OFFERING, Backoff, until_taken
from bot.channels.telegram.updates import Event

log = structlog.get_logger()

POLL_SECONDS = 25
"""How long Telegram holds a question open when nothing has come."""


Fetch = Callable[[int | None, int], Awaitable[Sequence[Any]]]
"""(offset, seconds to hold) → updates as JSON gave them. Raises `TelegramError` or `SendError`."""


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
    """One line's questions. `fetch` asks, `read` makes an `Event` of an update, `act` returns once it is
    committed and raises when it must be offered again. `grace` is how many seconds an open batch has to end
    when `run` is cancelled."""

    def __init__(
        self,
        line: str,
        fetch: Fetch,
        read: Callable[[Any], Event],
        act: Callable[[Event], Awaitable[None]],
        *,
        asking: Backoff = ASKING,
        offering: Backoff = OFFERING,
        grace: float = 5.0,
    ) -> None:
        self._line = line
        self._fetch = fetch
        self._read = read
        self._act = act
        self._asking = asking
        self._offering = offering
        self._grace = grace
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
                    batch = await self._fetch(offset, POLL_SECONDS)
                except (TelegramError, SendError) as error:
                    attempt += 1
                    await asyncio.sleep(pause_after(error, self._line, attempt, self._asking))
                    continue
                self._confirmed = offset
                if await self._take(batch):
                    attempt = 0
                else:  # nothing in it had a number, so the offset cannot move: do not spin
                    attempt += 1
                    await asyncio.sleep(self._asking.delay(attempt))
        finally:
            await self._finish()

    async def _take(self, batch: Sequence[Any]) -> bool:
        """Works through one batch: different people at once, one person's events in order. False: none had a
        number."""
        chains: dict[str, list[tuple[int, Event]]] = {}
        for raw in batch:
            number = raw.get("update_id") if isinstance(raw, dict) else None
            event = self._read(raw)
            if type(number) is not int:
                continue
            self._next = max(number + 1, self._next or 0)
            self._open.add(number)
            key = event.inbound.sender if event.inbound else f"#{number}"
            chains.setdefault(key, []).append((number, event))
        if chains:
            self._chains = {asyncio.create_task(self._chain(events)) for events in chains.values()}
            await asyncio.wait(self._chains)
        return bool(chains) or not batch

    async def _chain(self, events: Sequence[tuple[int, Event]]) -> None:
        for number, event in events:
            await until_taken(partial(self._act, event), self._line, self._offering)
            self._open.discard(number)

    async def _finish(self) -> None:
        if self._chains:
            _, late = await asyncio.wait(self._chains, timeout=self._grace)
            for chain in late:
                chain.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        offset = min(self._open, default=self._next)  # what is open comes again; dedupe knows those done above it
        if offset is None or offset == self._confirmed:
            return
        try:
            async with asyncio.timeout(self._grace):
                await self._fetch(offset, 0)
        except (TelegramError, SendError, TimeoutError) as error:
            log.warning("the last updates were not confirmed", line=self._line, error=type(error).__name__)
