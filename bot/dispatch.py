"""One message in: handed to a writer, answered in one transaction, confirmed to its service only after the commit.

A turn that fails is set aside, sealed, in a transaction of its own. The third failure counts as handled: the sender is told,
an operator sees it, and it blocks nobody behind it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from weakref import WeakValueDictionary

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import InterfaceError, OperationalError

from bot.clock import Clock
from bot.writer import Writer
from handlers.chat.site import Site
from handlers.front import answer, apology
from models.anonymity.intake import NotFirst
from models.messages import received
from models.messages.message import Inbound
from models.store.database import Session

log = structlog.get_logger()

INBOUND = Counter("haichieu_inbound_total", "Events received, by line and what became of them", ["line", "result"])
TURN = Histogram("haichieu_turn_seconds", "From receiving an event to its commit")


class TurnFailed(Exception):
    """This event's turn failed and may be offered again; it is in quarantine meanwhile."""


class Dispatcher:
    """`receive` is what every channel is given."""

    def __init__(self, writer: Writer, clock: Clock, site: Site, nudge: Callable[[bool], None]) -> None:
        self._writer = writer
        self._clock = clock
        self._site = site
        self._nudge = nudge
        self._failing: set[tuple[str, str]] = set()
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def receive(self, inbound: Inbound) -> None:
        """Answers one event.

        Returns when the event's transaction has committed, when it was known already, or when it was set aside for good.
        Raises `TurnFailed`, or the database's own error, when it must be offered again."""
        began = time.perf_counter()
        # One person's messages run in order: writers take jobs side by side on PostgreSQL.
        key = (inbound.line, inbound.sender)
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        async with lock:
            try:
                result, falls_due = await self._turn(inbound)
                if (event := (inbound.line, inbound.external_id)) in self._failing:
                    self._failing.discard(event)  # it went well this time: nothing of it stays set aside
                    await self._writer.write(lambda session: received.recovered(session, inbound), grouped=True)
            except (OperationalError, InterfaceError):
                INBOUND.labels(inbound.line, "database").inc()
                raise  # the database is away: nothing can be set aside either, and nothing is lost by asking again
            except Exception as error:
                result, falls_due = await self._set_aside(inbound, error), False
        INBOUND.labels(inbound.line, result).inc()
        TURN.observe(time.perf_counter() - began)
        self._nudge(falls_due)

    async def _turn(self, inbound: Inbound) -> tuple[str, bool]:
        try:
            return await self._writer.write(lambda session: self._take(session, inbound), grouped=True)
        except NotFirst:
            # Their other phone did the same a moment before, and that is committed now: this turn sees it, and says so.
            return await self._writer.write(lambda session: self._take(session, inbound), grouped=True)

    def _take(self, session: Session, inbound: Inbound) -> tuple[str, bool]:
        now = self._clock.now().replace(microsecond=0)  # fractions would travel from a chat to a case
        if not received.first_time(session, inbound, now.date()):
            return "repeat", False
        if inbound.kind == "unreadable":
            received.set_aside(session, inbound, "Unreadable", now.date(), for_good=True)
            apology.ask_for_words(session, inbound, now)
            return "quarantined", False
        return "taken", answer.take(session, inbound, now, self._site)

    async def _set_aside(self, inbound: Inbound, error: Exception) -> str:
        name = type(error).__name__
        attempt = await self._writer.write(lambda session: self._quarantine(session, inbound, name))
        log.error("turn failed", line=inbound.line, attempt=attempt, exc_info=error)
        INBOUND.labels(inbound.line, "failed").inc()
        if attempt < received.TRIES:
            self._failing.add((inbound.line, inbound.external_id))
            raise TurnFailed(name) from None
        self._failing.discard((inbound.line, inbound.external_id))
        return "quarantined"

    def _quarantine(self, session: Session, inbound: Inbound, error: str) -> int:
        now = self._clock.now()
        attempt = received.set_aside(session, inbound, error, now.date())
        if attempt == received.TRIES:
            apology.apologise(session, inbound, now)
        return attempt
