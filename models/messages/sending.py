"""Sending what is in the outbox: which rows a sender may have, under a lease, and what became of them.

A row is leased to one sender for 60 seconds; results count only under the fence and attempt they were claimed with.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, delete, or_, select, update
from sqlmodel import col

from models.messages import chats
from models.messages.leases import Tenure
from models.messages.message import Outgoing
from models.messages.outbox import REPLY, Letter, Outbound
from models.people import wishes
from models.people.accounts import Account, Sender
from models.store.database import Session, run
from models.store.sealing import Unsealable, seal, unseal
from models.store.tail import batches

LEASE = timedelta(seconds=60)
HELD_BACK = timedelta(seconds=15)
"""After so long a question is looked at again whose reader was busy."""
Ended = Literal["sent", "rejected", "blocked", "uncertain", "window_closed"]
_NO_LETTER = Letter("")
DOUBTFUL = "uncertain"
"""The `reason` of a queued row that may have been delivered by an earlier try."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row leased to this sender, opened. `doubtful`: an earlier try may have delivered the next part. `reference`: as in
    `Outcome`. `letter`: what hangs on it besides what is sent; none of a ledger's row."""

    message: Outgoing
    lane: int
    attempts: int
    parts_done: int
    fence: int
    leased_until: datetime
    doubtful: bool = False
    reference: str = ""
    letter: Letter = _NO_LETTER

    @property
    def chat(self) -> str:
        """Whose chat it goes to, on this line."""
        return self.message.recipient


@dataclass(slots=True)
class Memory:
    """What the sender of a line remembers of rows, since they say nothing of it in the open. `readers`: by row, whom it is
    for. `held`: by row, until when a question is left alone because its reader is busy; a row that was put off would be seen
    to wait for somebody who is just then writing. `stopped`: readers who have stopped the line, until they are answered.
    `edits`: whether the line can change what was sent."""

    readers: dict[str, str] = field(default_factory=dict)
    held: dict[str, datetime] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    edits: bool = False

    def forget(self, row_id: str) -> None:
        self.readers.pop(row_id, None)
        self.held.pop(row_id, None)


def _from() -> ColumnElement[datetime]:
    """From when on a row may be claimed; nothing for one that failed. As one expression: “queued and due, or leased and
    over” lets PostgreSQL gather all that waits and sort it, as long as it has no statistics."""
    return case(
        (col(Outbound.state) == "queued", col(Outbound.not_before)),
        (col(Outbound.state) == "sending", col(Outbound.leased_until)),
    )


_LANE = col(Outbound.line) == bindparam("on"), col(Outbound.lane) == bindparam("of_lane")


@lru_cache(maxsize=2)
def _due(*, locking: bool) -> Select[str, int, bool, int, int, bool, bytes]:
    """The question `claim` asks, built once: a claim follows every reply, and building it costs more than asking it."""
    statement = (
        select(
            col(Outbound.id),
            col(Outbound.position),
            col(Outbound.asks),
            col(Outbound.attempts),
            col(Outbound.parts_done),
            # A lease that ran out: nobody knows how far its sender came.
            or_(col(Outbound.state) == "sending", col(Outbound.reason) == DOUBTFUL).label("doubtful"),
            col(Outbound.body),
        )
        .where(*_LANE, _from() <= bindparam("now"), col(Outbound.position) > bindparam("after"))
        .order_by(col(Outbound.position))
        .limit(bindparam("most"))
    )
    return statement.with_for_update(skip_locked=True, of=Outbound) if locking else statement


_WAITING = select(col(Outbound.id), col(Outbound.position)).where(
    *_LANE, _from() > bindparam("now"), col(Outbound.position) < bindparam("before")
)
"""What is under way, or will be tried again later: nothing of the same chat may overtake it."""
_BODIES = select(col(Outbound.id), col(Outbound.body)).where(col(Outbound.id).in_(bindparam("ids", expanding=True)))


_LEASE = (
    update(Outbound)
    .where(col(Outbound.id).in_(bindparam("ids", expanding=True)))
    .values(
        state="sending",
        fence=bindparam("held"),
        leased_until=bindparam("until"),
        attempts=col(Outbound.attempts) + 1,
    )
)


_LINES = select(col(Outbound.line)).where(or_(col(Outbound.state) == "sending", _from() <= bindparam("now"))).distinct()


def lines_waiting(session: Session, now: datetime) -> set[str]:
    """Lines on which a sender may find something: rows that are due, or whose sender may have died."""
    return set(run(session, _LINES, {"now": now}).scalars())


def claim(
    session: Session, tenure: Tenure, lane: int, now: datetime, limit: int = 100, memory: Memory | None = None
) -> list[Claimed]:
    """Leases up to `limit` due rows of a lane, oldest first, and opens them.

    Not among them: a chat's later message while an earlier one of the lane waits or is under way (order is kept), and a
    question to somebody in the middle of a conversation. Rows whose lease ran out are taken again. `memory`: the sender's.
    """
    connection, memory = session.connection(), memory or Memory()
    statement = _due(locking=connection.dialect.name == "postgresql")
    asked: dict[str, Any] = {"on": tenure.line, "of_lane": lane, "now": now, "most": limit, "after": -1}
    claimed: list[Claimed] = []
    busy: set[str] | None = None
    while len(claimed) < limit:
        rows = run(session, statement, asked).all()
        if not rows:
            break
        asked["after"] = rows[-1].position
        earlier = _readers_waiting(session, memory, asked, rows[-1].position)
        leased, opened = [], []
        for row in rows:
            try:
                opened.append((row, *_opened(session, row.id, row.body)))
            except Unsealable:
                leased.append(row.id)  # its key is missing: it is tried again when this lease is over, and stops nobody else
        newest = {(reader, letter.in_office): row.id for row, reader, letter in opened if letter.standing}
        for row, reader, letter in opened:
            memory.readers[row.id] = reader
            if len(claimed) == limit or earlier.get(reader, row.position) < row.position:
                continue
            if _is_needless(session, memory, row.id, lane, reader, letter):
                continue
            if row.asks:
                if memory.held.get(row.id, now) > now:
                    continue
                busy = chats.busy(session, now) if busy is None else busy
                if f"{tenure.line}\x1f{reader}" in busy:
                    memory.held[row.id] = now + HELD_BACK
                    continue
            if letter.standing:
                stands = _standing(session, memory, Sender(tenure.line, reader), letter, now)
                if newest[reader, letter.in_office] != row.id or (stands and not memory.edits):
                    _drop(session, memory, row.id)
                    continue
                letter = replace(letter, edits=stands)
            leased.append(row.id)
            progress = (row.attempts + 1, row.parts_done, tenure.fence, now + LEASE, bool(row.doubtful))
            claimed.append(Claimed(_outgoing(row.id, reader, letter), lane, *progress, letter.reference, letter))
        if leased:
            connection.execute(_LEASE, {"ids": leased, "held": tenure.fence, "until": now + LEASE})
        if len(rows) < limit:
            break
    return claimed


def _readers_waiting(session: Session, memory: Memory, asked: dict[str, Any], before: int) -> dict[str, int]:
    """Whom what is not due yet is for, and the first place in which it is. Each row is opened once in this process."""
    waiting = run(session, _WAITING, {**asked, "before": before}).all()
    unknown = [row_id for row_id, _ in waiting if row_id not in memory.readers]
    for some in batches(unknown):
        for row_id, body in session.connection().execute(_BODIES, {"ids": some}):
            with suppress(Unsealable):  # nobody can say whom it was for
                memory.readers[row_id] = _opened(session, row_id, body)[0]
    found: dict[str, int] = {}
    for row_id, position in waiting:
        if (reader := memory.readers.get(row_id)) is not None:
            found[reader] = min(position, found.get(reader, position))
    return found


def _is_needless(session: Session, memory: Memory, row_id: str, lane: int, reader: str, letter: Letter) -> bool:
    """Whether nobody is to be sent this any more: they have left, or stopped the line. A reply that waits was asked for,
    perhaps a moment ago by somebody who has come back: it is tried."""
    whose = letter.account_id
    gone = whose and (session.get(Account, whose) is None or wishes.is_gone(session, whose))
    if not gone and (lane == REPLY or reader not in memory.stopped):
        return False
    _drop(session, memory, row_id)
    return True


def _drop(session: Session, memory: Memory, row_id: str) -> None:
    session.execute(delete(Outbound).where(col(Outbound.id) == row_id))
    memory.forget(row_id)


def _standing(session: Session, memory: Memory, to: Sender, letter: Letter, now: datetime) -> str:
    """What says on this reader's screen already that there is news: looked up when the next is to go, so that of two which
    were queued at once the second finds the first. Of several that wait only the newest goes, which counts all."""
    found = chats.standing(session, to, letter.account_id, in_office=letter.in_office, now=now)
    return "" if memory.edits and found == chats.STANDS else found


def inherit(session: Session, tenure: Tenure, now: datetime) -> None:
    """The sender before this one has died: what was leased to it need not wait for its lease to run out."""
    theirs = col(Outbound.line) == tenure.line, col(Outbound.state) == "sending", col(Outbound.fence) < tenure.fence
    session.execute(update(Outbound).where(*theirs).values(leased_until=now))


def wake(session: Session, ids: Sequence[str], now: datetime) -> None:
    """What waits for another try is due now: it waited for its line, and that works again."""
    for some in batches(list(ids)):
        waiting = col(Outbound.id).in_(some), col(Outbound.state) == "queued", col(Outbound.not_before) > now
        session.execute(update(Outbound).where(*waiting).values(not_before=now))


def _opened(session: Session, row_id: str, sealed: bytes) -> tuple[str, Letter]:
    """Whom it is for, and the letter."""
    return Letter.load(unseal(session, "outbound.body", row_id, sealed))


def _outgoing(row_id: str, recipient: str, letter: Letter) -> Outgoing:
    return Outgoing(
        id=row_id,
        recipient=recipient,
        text=letter.text,
        options=tuple(letter.options),
        commands=letter.commands,
        language=letter.language,
        media=letter.media,
        also=tuple(letter.also),
        edits=letter.edits,
        page=letter.page,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed row. `state`: sent, queued (again, at `not_before`), rejected, blocked or uncertain.
    `reference`: the line's, of its words, by which they can be edited; "" while they have not gone out, on lines that name
    none, and for words in several parts. Also of a row whose words went out and whose attachments did not."""

    id: str
    fence: int
    attempts: int
    state: Ended | Literal["queued"]
    not_before: datetime | None = None
    parts_done: int = 0
    reason: str = ""
    reference: str = ""


_TABLE = Outbound.__table__  # type: ignore[attr-defined]
# The attempt is part of the fence: the same sender may have claimed the row again after oversleeping its lease.
_MINE = and_(
    _TABLE.c.id == bindparam("row_id"),
    _TABLE.c.fence == bindparam("held"),
    _TABLE.c.attempts == bindparam("attempt"),
    _TABLE.c.state == "sending",
)
_OVER = delete(_TABLE).where(_MINE)


def record(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Writes results, each only where the row still carries the fence it was claimed under."""
    over = [{"row_id": o.id, "held": o.fence, "attempt": o.attempts} for o in outcomes if o.state in ("sent", "blocked")]
    if over:
        session.connection().execute(_OVER, over)
    for outcome in outcomes:
        if outcome.state in ("sent", "blocked"):
            continue
        values: dict[str, object] = {
            "state": outcome.state,
            "leased_until": None,
            "reason": outcome.reason[:80],
            "parts_done": outcome.parts_done,
        }
        if outcome.not_before is not None:
            values["not_before"] = outcome.not_before
        if outcome.state != "queued":
            values["body"] = b""  # failed for good: the words are no longer needed
        session.connection().execute(
            update(_TABLE).where(_MINE).values(**values),
            {"row_id": outcome.id, "held": outcome.fence, "attempt": outcome.attempts},
        )


def progressed(session: Session, row: Claimed) -> None:
    """Notes that a part of a message has gone out and, sealed with the rest, what the line calls its words: it says so only
    once, and the try that ends the delivery may be another's."""
    mine = (
        col(Outbound.id) == row.message.id,
        col(Outbound.fence) == row.fence,
        col(Outbound.attempts) == row.attempts,
    )
    values: dict[str, object] = {"parts_done": row.parts_done}
    if row.reference and row.parts_done == 1:
        sealed = session.execute(select(col(Outbound.body)).where(*mine)).scalar_one_or_none()
        if sealed:
            recipient, letter = _opened(session, row.message.id, sealed)
            known = replace(letter, reference=row.reference).dump(recipient)
            values["body"] = seal(session, "outbound.body", row.message.id, known)
    session.execute(update(Outbound).where(*mine).values(**values))
