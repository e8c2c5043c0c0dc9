"""The tick's part once a night: everything that officers are shown as a number is counted, and stands until the next
(models.anonymity.counts). Right after the rows that name people have changed (models.anonymity.intake): what was done by day
counts in that night, and not a day later. A service that was down then does it when it is back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.writer import Writer
from models.anonymity import counts, night_counts
from models.broadcasts import broadcasts, ledger, lifecycle
from models.messages import month_quota
from models.people import heads
from models.store import firings
from models.store.database import Session

FOLLOWED = timedelta(days=30)
"""So long the counts of a notice still move; hardly anybody confirms one later."""


@dataclass(slots=True)
class Tonight:
    """The true numbers, between being counted and being compared."""

    own: Counter[str] = field(default_factory=Counter)
    under: Counter[str] = field(default_factory=Counter)
    want: Counter[str] = field(default_factory=Counter)
    got: dict[str, int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)


class Night:
    """`lines`: those whose service allows only so many messages a month. `k`: the threshold."""

    def __init__(self, writer: Writer, lines: tuple[str, ...], k: int) -> None:
        self._writer = writer
        self._lines = lines
        self._k = k

    async def count(self, now: datetime, night: datetime) -> None:
        """Once for this night, however often it is asked and by how many processes."""
        if await self._writer.read(lambda session: firings.was_claimed(session, "night", "", night)):
            return
        # Counted without holding up anybody's message: a province takes a while.
        tonight = await self._writer.read(lambda session: self._count(session, now))
        await self._writer.write(lambda session: self._take(session, tonight, night))

    def _count(self, session: Session, now: datetime) -> Tonight:
        own = heads.by_unit(session)
        want = heads.added_up(session, heads.by_unit(session, wanting=True))
        found = Tonight(own, heads.added_up(session, own), want)
        for broadcast_id in lifecycle.followed(session, now - FOLLOWED):
            row = broadcasts.get(session, broadcast_id)
            if row is not None and not broadcasts.audience_of(row).is_private:
                found.got[row.id], found.read[row.id] = ledger.heads_reached(session, row.id)
        month = month_quota.month_of(now)
        found.sent = {f"{line}:{month}": month_quota.sent(session, line, month) for line in self._lines}
        return found

    def _take(self, session: Session, tonight: Tonight, night: datetime) -> None:
        if not firings.claim(session, "night", "", night):
            return
        for series, people in (
            (counts.OWN, tonight.own),
            (counts.UNDER, tonight.under),
            (counts.WANT, tonight.want),
            (counts.GOT, tonight.got),
            (counts.READ, tonight.read),
            (counts.SENT, tonight.sent),
        ):
            night_counts.take(session, series, people, self._k)
