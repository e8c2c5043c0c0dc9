"""The bulk lane's other source: what waits in the ledgers of broadcasts for one line.

Kept apart from the outbox's own rows also in the database: a ledger names people and an outbound row names a chat by its key
of the day, so no transaction writes both.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Capabilities
from bot.clock import Clock
from bot.writer import Writer
from handlers.broadcasts import reading
from handlers.polls import invitations
from models.broadcasts import ledger_results, ledger_sending, progress
from models.broadcasts.broadcasts import POLL, Broadcast
from models.broadcasts.ledger_sending import Bulk, Busy, Claimant, View
from models.messages import quiet_hours
from models.messages.message import Outgoing
from models.messages.quiet_hours import Quiet
from models.messages.sending import Claimed, Outcome
from models.polls import invited
from models.store.database import Session

log = structlog.get_logger()


class Unwritable(Exception):
    """The words of a broadcast cannot be had now: their key is missing, or its kind is no longer in the configuration."""


Compose = Callable[[Session, Broadcast, View], Outgoing]
"""Given a broadcast and a view of it: what its readers see, for nobody in particular. Raises `Unwritable`."""


def claim(session: Session, by: Claimant, limit: int, compose: Compose) -> list[Bulk]:
    """Leases up to `limit` due rows of what is being sent."""
    claimed: list[Bulk] = []
    for row in ledger_sending.under_way(session):
        while (left := limit - len(claimed)) > 0:
            due = ledger_sending.due(session, row, by, left)
            try:
                composed = {view: compose(session, row, view) for view in due.views}
            except Unwritable:
                break  # it waits for its words, and holds up no other
            needless = invited.voted(session, row, due.people, by.now) if row.kind == POLL and due.rows else set()
            leased = ledger_sending.lease(session, due, composed, by, needless)
            claimed += leased
            if len(leased) == due.looked_at:
                if due.looked_at < left:
                    ledger_sending.note_passed(session, row, by)
                break
    return claimed


class Ledgers:
    """Claims for one line and writes results down. `quiet`: the hours in which only urgent notices ring."""

    def __init__(self, line: str, capabilities: Capabilities, writer: Writer, clock: Clock, quiet: Quiet = None) -> None:
        self._line = line
        self._uploads = capabilities.uploads
        self._unlocked = not capabilities.pushes
        self._writer = writer
        self._clock = clock
        self._quiet = quiet
        self._busy: Busy = {}

    def _compose(self, session: Session, row: Broadcast, view: View) -> Outgoing:
        try:
            if view.hidden:
                return reading.covered(row, view.language)
            if row.kind == POLL:
                return invitations.invitation(session, row, view.language)
            return reading.message(session, row, view.language, uploads=self._uploads)
        except SQLAlchemyError:
            raise  # it is not about this one: the whole claim is over
        except Exception as error:  # whatever is wrong with one must not hold up the others
            log.error("a broadcast cannot be written", exc_info=error)
            raise Unwritable from error

    async def claim(self, fence: int, limit: int) -> list[Claimed]:
        def leased(session: Session) -> list[Claimed]:
            now = self._clock.now()
            quiet = quiet_hours.is_quiet(now, self._quiet)
            by = Claimant(self._line, fence, now, quiet, self._unlocked, self._busy)
            return [*claim(session, by, limit, self._compose)]

        # Most of the time nothing is being sent to many: a question then, and no transaction of the writer.
        if limit <= 0 or not await self._writer.read(ledger_sending.any_sending):
            return []
        return await self._writer.write(leased)

    async def inherit(self, fence: int) -> None:
        now = self._clock.now()
        await self._writer.write(lambda session: ledger_sending.inherit(session, self._line, fence, now))

    async def record(self, found: Sequence[tuple[Bulk, Outcome]]) -> None:
        if found:
            # In any order: lists were just remembered by these chats, one by one, in the order of `found`.
            mixed = random.SystemRandom().sample(found, len(found))
            await self._writer.write(lambda session: ledger_results.record(session, mixed))

    async def wake(self, rows: Sequence[Bulk]) -> None:
        """What waited for the line is due."""
        if rows:
            now, mixed = self._clock.now(), random.SystemRandom().sample(rows, len(rows))
            await self._writer.write(lambda session: ledger_results.wake(session, mixed, now))

    async def shown(self, broadcast_id: str, account_id: str, reference: str) -> None:
        """An officer has the message that shows how far a broadcast has come: the next one takes its place."""
        await self._writer.write(lambda s: progress.remember(s, broadcast_id, account_id, reference))

    async def progressed(self, row: Bulk) -> None:
        await self._writer.write(lambda session: ledger_results.progressed(session, row))
