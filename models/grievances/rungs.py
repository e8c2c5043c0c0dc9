"""What became of cases by time alone, or when they left a unit, and officers are still to be told, each in one message.

The ladder acts case by case (models.grievances.ladder) and leaves a row here; officers are told when it has nothing more to
do, so that ten thousand cases that are late at once are one message to each. A row names a case, a unit and a moment, and
nobody: who is told is asked when it is told, so that an office which ended meanwhile hears nothing, and a case that was
answered meanwhile is not complained of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, or_, select, update
from sqlmodel import Field, Index, col

from models.grievances import access, clock
from models.grievances.cases import OPEN, Entry, Grievance
from models.people import offices, rights
from models.people.units import Unit
from models.store import firings
from models.store.columns import Id, Ref
from models.store.database import Base, Session

Kind = Literal["came", "top", "late", "warned", "again", "went", "wished", "handed", "returned", "taken", "ended"]
"""It climbed to this unit; its time is over where no union is above; the first answer is late; its time is nearly over;
nobody has acknowledged it; it climbed from here, or left by its reporter's wish, or an officer handed it up, or back,
or those above have taken it over; what came of it where it went."""
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order in which they are told."""
LEFT: tuple[Kind, ...] = ("went", "wished", "handed", "returned", "taken")
"""By which the unit lost the case."""
_CALM: tuple[Kind, ...] = ("wished", "handed", "returned", "taken", "ended")
"""Somebody has acted, and somebody else has the case: nobody is rung for, whatever it is about."""
_NOT_YET = datetime(9999, 1, 1, tzinfo=UTC)
"""When a unit that has lost a case is told how it ended: not before it ends."""
PATIENCE = timedelta(minutes=4)
"""So long what is to be told waits for all that is due at once: ten thousand cases take two minutes."""
NAMED = 3
"""So many cases of a kind are told with their codes; more are counted."""


class Rung(Base, table=True):
    """Of `kind` the officers of `unit_id` are told from `tell_at` on. `batch`: the moment from which it is being told."""

    __tablename__ = "rung"
    __table_args__ = (Index("ix_rung_waiting", "batch", "tell_at"),)

    id: str = Id()
    grievance_id: str = Ref("grievance")
    unit_id: str = Ref("unit")
    kind: str = Field(max_length=12)
    tell_at: datetime
    batch: datetime | None = None


def leave(session: Session, case_id: str, unit_id: str, kind: Kind, tell_at: datetime) -> None:
    session.add(Rung(grievance_id=case_id, unit_id=unit_id, kind=kind, tell_at=tell_at))


def part(session: Session, case_id: str, unit_id: str, kind: Kind, now: datetime) -> None:
    """A unit has lost a case: it hears where it went, and one day how it ended."""
    leave(session, case_id, unit_id, kind, now)
    waiting = col(Rung.grievance_id) == case_id, col(Rung.unit_id) == unit_id, col(Rung.kind) == "ended"
    if session.execute(select(col(Rung.id)).where(*waiting)).first() is None:
        leave(session, case_id, unit_id, "ended", _NOT_YET)


def had(session: Session, unit_id: str) -> set[str]:
    """The open cases (ids) that this unit has lost."""
    waiting = col(Rung.unit_id) == unit_id, col(Rung.kind) == "ended", col(Rung.batch).is_(None)
    return set(session.execute(select(col(Rung.grievance_id)).where(*waiting)).scalars())


def end(session: Session, case_id: str, now: datetime) -> None:
    """A case is closed: the units that have lost it are told."""
    session.execute(
        update(Rung)
        .where(col(Rung.grievance_id) == case_id, col(Rung.kind) == "ended", col(Rung.batch).is_(None))
        .values(tell_at=now)
        .execution_options(synchronize_session=False)
    )


def close_batch(session: Session, now: datetime, *, dangers_only: bool) -> None:
    """What waits by now is told from now on, all of it together. `dangers_only`: while the ladder has more to do, the rest
    waits for that."""
    session.execute(
        update(Rung)
        .where(*_waiting(now, dangers_only=dangers_only))
        .values(batch=now)
        .execution_options(synchronize_session=False)
    )


def batch_open(session: Session) -> datetime | None:
    """What is being told now: the next is closed when everybody has heard of it."""
    found: datetime | None = session.execute(_OLDEST).scalar_one_or_none()
    return found


_OLDEST = select(col(Rung.batch)).where(col(Rung.batch).is_not(None)).order_by(col(Rung.batch)).limit(1)


def waits(session: Session, now: datetime, *, dangers_only: bool) -> bool:
    """Whether there is anything to close a batch for."""
    asked = select(col(Rung.id)).where(*_waiting(now, dangers_only=dangers_only))
    return batch_open(session) is None and session.execute(asked.limit(1)).first() is not None


def waited(session: Session, now: datetime) -> bool:
    """Whether something has waited long enough for the rest to be done."""
    asked = select(col(Rung.id)).where(*_waiting(now - PATIENCE, dangers_only=False))
    return session.execute(asked.limit(1)).first() is not None


def _waiting(now: datetime, *, dangers_only: bool) -> list[ColumnElement[bool]]:
    urgent = exists().where(col(Grievance.id) == col(Rung.grievance_id), col(Grievance.urgent).is_(True))
    rings = urgent, col(Rung.kind).not_in(_CALM)
    return [col(Rung.batch).is_(None), col(Rung.tell_at) <= now, *(rings if dangers_only else ())]


def to_tell(session: Session, batch: datetime, now: datetime) -> list[str]:
    """The officers (persons' ids) whom a batch may concern and who have not been told of it yet."""
    ids = select(col(Rung.unit_id)).where(col(Rung.batch) == batch).distinct()
    among = session.execute(select(Unit).where(col(Unit.id).in_(ids))).scalars().all()
    officers = sorted(
        {who for found in offices.answering(session, among, now.date(), rights.HANDLE).values() for who in found}
    )
    return [who for who in officers if not firings.was_claimed(session, "ladder", who, batch)]


def claim(session: Session, person_id: str, batch: datetime) -> bool:
    """Whether this officer is ours to tell."""
    return firings.claim(session, "ladder", person_id, batch)


def end_batch(session: Session, batch: datetime) -> None:
    """Everybody has been told."""
    session.execute(delete(Rung).where(col(Rung.batch) == batch))


@dataclass(frozen=True, slots=True)
class News:
    """How many cases of each kind an officer is told of; `named` are some of them, by their code (with id) and kind."""

    counts: Mapping[Kind, int]
    named: Sequence[tuple[Kind, str, str]]
    urgent: bool

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def news(session: Session, person_id: str, batch: datetime, now: datetime) -> News:
    """What this officer is told. Nothing of a case they may not know of, nor what has ceased to be so."""
    held = rights.units_of(offices.held_by(session, person_id, now.date()), rights.HANDLE)
    theirs = [col(Rung.batch) == batch, col(Rung.unit_id).in_(held), access.may_know(session, person_id, now)]
    theirs += [_still_so(), _for_them(session, person_id, held, now), ~_own_doing(person_id)]
    joined = select(col(Rung.kind), func.count(func.distinct(col(Grievance.id))), func.max(_URGENT)).join(
        Grievance, col(Grievance.id) == col(Rung.grievance_id)
    )
    found = {
        kind: (count, urgent) for kind, count, urgent in session.execute(joined.where(*theirs).group_by(col(Rung.kind)))
    }
    few = [kind for kind, (count, _urgent) in found.items() if count <= NAMED]
    coded = select(col(Rung.kind), col(Grievance.code), col(Grievance.id)).join(
        Grievance, col(Grievance.id) == col(Rung.grievance_id)
    )
    named = session.execute(coded.where(*theirs, col(Rung.kind).in_(few)).distinct().order_by(col(Grievance.code))).all()
    counts = {kind: found[kind][0] for kind in KINDS if kind in found}
    by_kind = sorted((KINDS.index(kind), kind, code, case_id) for kind, code, case_id in named)
    urgent = any(urgent for kind, (_count, urgent) in found.items() if kind not in _CALM)
    return News(counts, [(kind, code, case_id) for _place, kind, code, case_id in by_kind], urgent)


_URGENT = case((col(Grievance.urgent), 1), else_=0)


def _still_so() -> ColumnElement[bool]:
    """SQL: what the row says is still so: nobody is told that a case is late which was answered a moment ago."""
    kind, here = col(Rung.kind), col(Grievance.holder_id) == col(Rung.unit_id)
    runs = and_(here, col(Grievance.state).in_(OPEN), col(Grievance.running_since).is_not(None))
    return or_(
        and_(kind == "again", here, col(Grievance.state) == "new"),
        and_(kind == "late", runs, col(Grievance.state).in_(clock.OWED)),
        and_(kind.in_(("warned", "top")), runs),
        and_(kind == "came", here, col(Grievance.state).in_(OPEN)),
        and_(kind.in_(LEFT), ~here),
        and_(kind == "ended", ~here, col(Grievance.state).not_in(OPEN)),
    )


def _own_doing(person_id: str) -> ColumnElement[bool]:
    """SQL: this officer has just handed it over, or taken it over."""
    return exists().where(
        col(Entry.grievance_id) == col(Rung.grievance_id),
        col(Entry.officer_id) == person_id,
        col(Entry.at) == col(Rung.tell_at),
        col(Rung.kind).in_(("handed", "returned", "taken")),
    )


def _for_them(session: Session, person_id: str, held: Sequence[str], now: datetime) -> ColumnElement[bool]:
    """SQL: for everybody in the unit; a warning for who handles the case, if somebody does; what is over at the top for the
    chair. Where that one may not know of the case, or cannot be reached, again for everybody."""
    kind, conditions = col(Rung.kind), []
    for unit_id in held:
        here = col(Rung.unit_id) == unit_id
        answering = {officer.id for _account, officer, _office in offices.officers_of(session, unit_id, now.date())}
        handler = col(Grievance.assignee_id)
        theirs = or_(handler.is_(None), handler == person_id, handler.not_in(answering))
        conditions.append(and_(here, kind == "warned", theirs))
        heads = {one.id for _a, one, _o in offices.officers_of(session, unit_id, now.date(), rights.HEAR_DAILY)}
        unable = [~access.may_know(session, head, now) for head in heads]
        conditions.append(and_(here, kind == "top", *([] if person_id in heads else unable)))
    return or_(kind.not_in(("warned", "top")), *conditions)
