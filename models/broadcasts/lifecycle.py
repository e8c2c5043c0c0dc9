"""The clock's part of a broadcast: beginning what is due, ending what is over, repeating, folding old ledgers.

Each step is one transaction that may be repeated: the state of the broadcast says whether it was done.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, exists, func, or_, select, update
from sqlmodel import col

from models.broadcasts import broadcasts, ledger
from models.broadcasts.broadcasts import Broadcast, Draft
from models.broadcasts.recipients import OPEN, Recipient
from models.people.units import Unit
from models.store import recurrence
from models.store.database import Session, run

SHOWN_EVERY = timedelta(seconds=15)
AT_ONCE = 5000
"""Rows of a ledger cancelled, or deleted when it is folded, in one transaction: a million at once would hold up every
reply."""


_SHOULD_BEGIN = and_(col(Broadcast.state) == "scheduled", col(Broadcast.send_at) <= bindparam("now"))
_LEFT = exists().where(
    col(Recipient.broadcast_id) == col(Broadcast.id), or_(*(col(Recipient.state) == state for state in OPEN))
)
_HAS_ENDED = or_(
    and_(or_(col(Broadcast.state) == "sending", col(Broadcast.state) == "stopped"), ~_LEFT),
    and_(col(Broadcast.state) == "cancelled", _LEFT),
)
_MAY_BE_THROUGH = and_(col(Broadcast.state) == "sending", col(Broadcast.passed) != "", col(Broadcast.through_at).is_(None))
_ANY_DUE = select(col(Broadcast.id)).where(or_(_SHOULD_BEGIN, _HAS_ENDED, _MAY_BE_THROUGH)).limit(1)
"""Every tick asks this, so it is one question, built once."""


def due(session: Session, now: datetime) -> Sequence[str]:
    """Ids of the broadcasts that should begin."""
    ordered = select(col(Broadcast.id)).where(_SHOULD_BEGIN).order_by(col(Broadcast.urgent).desc(), col(Broadcast.send_at))
    return session.execute(ordered, {"now": now}).scalars().all()


def begin(
    session: Session,
    broadcast_id: str,
    lines: Sequence[str],
    now: datetime,
    *,
    quiet_until: datetime | None = None,
) -> Broadcast | None:
    """Writes the ledger and lets the lane have it; the next of a repeating broadcast is written in the same transaction.
    None when somebody else was first."""
    row = broadcasts.get(session, broadcast_id)
    if row is None:
        return None
    try:
        broadcasts.move(session, row, ("scheduled",), "sending", started_at=now)
    except broadcasts.Refused:
        return None
    size = ledger.write(session, row, lines, now, quiet_until=quiet_until)
    row.size = size
    session.add(row)
    if row.repeat:
        _repeat(session, row, now)
    session.flush()
    return row


def _repeat(session: Session, row: Broadcast, now: datetime) -> None:
    """The next one is a broadcast of its own, with a ledger of its own, on the day and at the hour for which the first was
    planned; what was missed while the service was down is not made up for. The first of them keeps the rule no longer."""
    first = session.get(Broadcast, row.follows) if row.follows else None
    at = recurrence.following((first or row).send_at, row.repeat, max(row.send_at, now))
    following = broadcasts.create(
        session,
        Draft(
            author_id=row.author_id,
            unit_id=row.unit_id,
            words=broadcasts.words_of(session, row),
            audience=broadcasts.audience_of(row),
            kind=row.kind,
            send_at=at,
            urgent=row.urgent,
            ask=row.ask,
            repeat=row.repeat,
            follows=row.follows or row.id,
            shown_size=row.shown_size,
        ),
        now,
    )
    following.approved_by = row.approved_by
    row.repeat = ""
    session.add_all((row, following))


def ended(session: Session) -> Sequence[str]:
    """Ids of the broadcasts that have nobody left, also of those stopped at the last moment, and of cancelled ones that
    still have."""
    return session.execute(select(col(Broadcast.id)).where(_HAS_ENDED)).scalars().all()


def settle(session: Session, broadcast_id: str, now: datetime) -> Broadcast | None:
    """Ends a broadcast that has nobody left; returns it if this ended it. Of a cancelled one, what waits is cancelled,
    `AT_ONCE` rows a call; what was under way when its sender died is of unknown fate."""
    row = broadcasts.get(session, broadcast_id)
    if row is None:
        return None
    mine = col(Recipient.broadcast_id) == broadcast_id
    if row.state == "cancelled":
        waits, died = col(Recipient.state) == "queued", and_(col(Recipient.state) == "sending", col(Recipient.due_at) <= now)
        for which, state in ((waits, "cancelled"), (died, "uncertain")):
            some = select(col(Recipient.person_id)).where(mine, which).limit(AT_ONCE)
            ends = update(Recipient).where(mine, col(Recipient.person_id).in_(some.scalar_subquery()))
            session.execute(ends.values(state=state, due_at=None).execution_options(synchronize_session=False))
        return None
    try:
        broadcasts.move(session, row, ("sending", "stopped"), "done", ended_at=now, through_at=row.through_at or now)
    except broadcasts.Refused:
        return None
    return row


def is_over(session: Session, row: Broadcast) -> bool:
    """Whether it is to be taken for sent: everybody has been sent it or passed over. Whom it still waits for is in the
    middle of a conversation, and that somebody is, tells that somebody is writing to the union at this moment."""
    return row.state == "done" or (row.state == "sending" and ledger.is_through(session, row))


def shown_state(row: Broadcast, now: datetime) -> broadcasts.State:
    """How it stands, as officers are told: over only at full `SHOWN_EVERY` since it began. Somebody who is passed over makes
    the end come about a second later."""
    since = row.through_at or row.ended_at
    if row.state not in ("sending", "done") or row.started_at is None:
        return row.state  # type: ignore[return-value]
    if since is None:
        return "sending"
    parts = max(1, -(-(since - row.started_at) // SHOWN_EVERY))
    return "done" if now >= row.started_at + parts * SHOWN_EVERY else "sending"


def any_to_note(session: Session) -> bool:
    """Whether any might be through: asked first, because most of the time none is under way."""
    return session.execute(select(col(Broadcast.id)).where(_MAY_BE_THROUGH).limit(1)).first() is not None


def any_due(session: Session, now: datetime) -> bool:
    """Whether any should begin, has ended, or might be through."""
    return run(session, _ANY_DUE, {"now": now}).first() is not None


def note_through(session: Session, now: datetime) -> bool:
    """Notes of each that is under way when it was through; whether it was so of any."""
    rows = session.execute(select(Broadcast).where(_MAY_BE_THROUGH)).scalars().all()
    found = [row for row in rows if ledger.is_through(session, row)]
    for row in found:
        row.through_at = now
        session.add(row)
    return bool(found)


def followed(session: Session, since: datetime) -> Sequence[str]:
    """Ids of the notices whose counts still move (those begun since then)."""
    counted = col(Broadcast.state).in_(broadcasts.SENT), col(Broadcast.kind) != broadcasts.POLL
    return session.execute(select(col(Broadcast.id)).where(*counted, col(Broadcast.started_at) >= since)).scalars().all()


def unreachable(session: Session, lines: Sequence[str]) -> None:
    """Ends what waits for a line that is not configured any more: nobody would ever send it."""
    sending = select(col(Broadcast.id)).where(col(Broadcast.state).in_(("sending", "stopped")))
    waits = col(Recipient.broadcast_id).in_(sending), col(Recipient.state).in_(OPEN), col(Recipient.line).not_in(lines)
    session.execute(update(Recipient).where(*waits).values(state="no_channel", due_at=None))


def foldable(session: Session, before: datetime) -> Sequence[str]:
    """Ids of broadcasts that ended before then and still have a ledger."""
    rows = exists().where(col(Recipient.broadcast_id) == col(Broadcast.id))
    old = col(Broadcast.state).in_(("done", "cancelled")), col(Broadcast.ended_at) < before
    return session.execute(select(col(Broadcast.id)).where(*old, rows).limit(20)).scalars().all()


def fold(session: Session, broadcast_id: str) -> int:
    """Keeps the sums of a finished ledger and deletes some of its rows; returns how many. Who got what is forgotten."""
    row = session.get_one(Broadcast, broadcast_id)
    if not row.totals:
        row.totals = json.dumps(ledger.counts(session, broadcast_id) | {"ticked": ledger.told_count(session, broadcast_id)})
        session.add(row)
        session.flush()
    return ledger.forget(session, broadcast_id, AT_ONCE)


def owing(session: Session, kind: str, unit_kinds: Sequence[str], before: datetime) -> list[tuple[Unit, datetime]]:
    """The units of these kinds whose last notice of this kind went out before then, and when."""
    last = func.max(col(Broadcast.started_at)).label("last")
    statement = (
        select(Unit, last)
        .join(Broadcast, col(Broadcast.unit_id) == col(Unit.id))
        .where(col(Broadcast.kind) == kind, col(Broadcast.state).in_(broadcasts.SENT), col(Unit.kind).in_(unit_kinds))
        .group_by(col(Unit.id))
        .having(last < before)
        .order_by(col(Unit.id))
    )
    return [(one, at) for one, at in session.execute(statement)]
