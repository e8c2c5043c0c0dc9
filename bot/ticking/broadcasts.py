"""The tick's part in broadcasts: what is due begins, what is over ends, officers see how far it has come, old ledgers
fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.writer import Writer
from handlers.broadcasts import overdue, progress, reading, second_officer
from handlers.broadcasts.progress import Sight
from handlers.chat.site import Site
from models.broadcasts import broadcasts, ledger, lifecycle, rule_of_two, sizes
from models.broadcasts import progress as progress_rows
from models.broadcasts.broadcasts import Broadcast
from models.messages import quiet_hours
from models.store.database import Session

log = structlog.get_logger()

WATCH_RATE = timedelta(seconds=30)
"""The rate that is shown is that of so long: over a second it would jump, over the whole it would hide a pause."""
TIDY_EVERY = timedelta(minutes=1)


class Casts:
    def __init__(self, writer: Writer, site: Site) -> None:
        self._writer = writer
        self._site = site
        self._lines = [line.name for line in site.lines]
        self._edits: Mapping[str, bool] = {line.name: line.edits for line in site.lines}
        self._seen: dict[str, list[tuple[datetime, int]]] = {}
        self._told: datetime | None = None
        self._tidied: datetime | None = None

    async def step(self, now: datetime) -> int:
        """Does what is due now, each broadcast in transactions of its own; returns how much that was."""
        # Most of the time there is nothing to do for any: one question then.
        worked = await self._go_on(now) if await self._writer.read(lambda session: lifecycle.any_due(session, now)) else 0
        if worked or self._told is None or now - self._told >= progress.EVERY:
            worked += await self._tell(now)
            self._told = now
        if self._tidied is None or now - self._tidied >= TIDY_EVERY:
            await self._fold(now)
            await self._safely(partial(lifecycle.unreachable, lines=self._lines))
            worked += await self._safely(partial(overdue.remind, now=now))
            self._tidied = now
        return worked

    async def _safely(self, do: Callable[[Session], object]) -> bool:
        """One step in a transaction of its own; returns whether anything came of it. What fails is tried again later; it
        holds up neither the others nor the tick."""
        try:
            return bool(await self._writer.write(do))
        except Exception as error:
            log.error("a broadcast could not be gone on with", exc_info=error)
            return False

    async def _go_on(self, now: datetime) -> int:
        worked = await self._begin(now)
        for broadcast_id in await self._writer.read(lifecycle.ended):
            worked += await self._safely(partial(lifecycle.settle, broadcast_id=broadcast_id, now=now))
        if await self._writer.read(lifecycle.any_to_note):
            worked += await self._safely(partial(lifecycle.note_through, now=now))
        return worked

    async def _begin(self, now: datetime) -> int:
        begun = 0
        for broadcast_id in await self._writer.read(lambda session: lifecycle.due(session, now)):
            begun += await self._safely(partial(self._begin_one, broadcast_id, now))
        return begun

    def _begin_one(self, broadcast_id: str, now: datetime, session: Session) -> bool:
        row = broadcasts.get(session, broadcast_id)
        if row is None or not reading.is_ready(session, row, now):
            return False
        if row.kind != broadcasts.POLL and rule_of_two.has_left(session, row, now):
            return second_officer.ask_anew(session, row, now)
        quiet = self._site.notices.quiet
        until = None if row.urgent else quiet_hours.over_at(now, quiet)
        return lifecycle.begin(session, broadcast_id, self._lines, now, quiet_until=until) is not None

    async def _tell(self, now: datetime) -> int:
        watched = await self._writer.read(_watched)
        told = 0
        for broadcast_id, account_ids in watched.items():
            sight = await self._sight(broadcast_id, now)
            for account_id in account_ids:
                told += await self._safely(partial(self._tell_one, broadcast_id, account_id, sight, now))
        for gone in self._seen.keys() - watched.keys():
            del self._seen[gone]
        return told

    async def _sight(self, broadcast_id: str, now: datetime) -> Sight:
        sight = await self._writer.read(lambda session: self._looked_at(session, broadcast_id, now))
        now_done = sight.done
        seen = [(at, done) for at, done in self._seen.get(broadcast_id, []) if now - at <= WATCH_RATE]
        self._seen[broadcast_id] = [*seen, (now, now_done)]
        first_at, first_done = self._seen[broadcast_id][0]
        seconds = (now - first_at).total_seconds()
        return replace(sight, rate=(now_done - first_done) / seconds if seconds else 0.0)

    def _looked_at(self, session: Session, broadcast_id: str, now: datetime) -> Sight:
        row, k = session.get_one(Broadcast, broadcast_id), self._site.notices.threshold
        audience = broadcasts.audience_of(row)
        heads = 0 if audience.is_private else sizes.heads(session, audience)
        state, over = lifecycle.shown_state(row, now), lifecycle.is_over(session, row)
        return Sight(ledger.counts(session, broadcast_id), state, over, heads, k)

    def _tell_one(self, broadcast_id: str, account_id: str, sight: Sight, now: datetime, session: Session) -> bool:
        found = progress_rows.find(session, broadcast_id, account_id)
        if found is None:
            return False
        return progress.tell(session, found, sight, now, edits=self._edits.get(found.account.line, False))

    async def _fold(self, now: datetime) -> None:
        before = now - timedelta(days=self._site.notices.fold_days)
        for broadcast_id in await self._writer.read(lambda session: lifecycle.foldable(session, before)):
            while await self._writer.write(partial(lifecycle.fold, broadcast_id=broadcast_id)):
                pass


def _watched(session: Session) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row, account, _last in progress_rows.watched(session):
        found.setdefault(row.id, []).append(account.id)
    return found
