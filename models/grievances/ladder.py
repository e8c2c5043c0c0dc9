"""The ladder: what comes of a case by time alone. Nothing waits unseen.

Nobody has acknowledged it for an hour: its unit is told again. The first answer is late, or three quarters of the time to
settle it are over: the unit, or whoever handles it, is told. The time is over: it climbs to the next union above in which
somebody answers who is not barred; where there is none, the chair hears of it every day of work. Seven days after a proposal
to close, the worker's silence is taken for neither yes nor no: the case is closed as “unconfirmed”, which is counted apart.

Danger that nobody has answered climbs by the wall clock, at night too; all else only while the unit works, also where the
service stood still meanwhile. Each step is taken by changing the case from what it was when it was found: a second tick, an
officer or the worker who was quicker leaves nothing to change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlmodel import col

from models.anonymity import moments
from models.grievances import access, calendar, clock, rungs
from models.grievances.cases import Grievance, NewEntry, add_entry
from models.grievances.handling import move_to, tell_later
from models.people.units import Unit
from models.store.database import Session

AT_ONCE = 500
"""Cases in one go; the rest a second later."""
RECOUNTED = 100
"""Cases of one transaction, when the calendar has changed."""


# By another calendar.


def to_recount(session: Session) -> list[list[str]]:
    """The cases whose clock was reckoned with another calendar, in parts."""
    current = calendar.fingerprint()
    asked = select(col(Grievance.id)).where(or_(col(Grievance.calendar) < current, col(Grievance.calendar) > current))
    ids = session.execute(asked.limit(AT_ONCE)).scalars().all()
    return [list(ids[begin : begin + RECOUNTED]) for begin in range(0, len(ids), RECOUNTED)]


def recount(session: Session, ids: Sequence[str], now: datetime) -> None:
    for case in session.execute(select(Grievance).where(col(Grievance.id).in_(ids))).scalars():
        for name, value in clock.recounted(session, case, now).items():
            setattr(case, name, value)
    session.flush()


# What is due.


def due(session: Session, now: datetime) -> Sequence[str]:
    """The cases of which something is due; danger first."""
    asked = select(col(Grievance.id)).where(col(Grievance.next_at) <= now)
    return (
        session.execute(asked.order_by(col(Grievance.urgent).desc(), col(Grievance.next_at)).limit(AT_ONCE)).scalars().all()
    )


def is_more_due(session: Session, now: datetime) -> bool:
    return session.execute(select(col(Grievance.id)).where(col(Grievance.next_at) <= now).limit(1)).first() is not None


def take(session: Session, case_id: str, now: datetime, relay_minutes: tuple[int, int]) -> None:
    """Does what is due of one case; nothing if it has been done, or somebody acted meanwhile."""
    case = session.get(Grievance, case_id, populate_existing=True)
    if case is None or case.next_at is None or case.next_at > now:
        return
    if case.state == "proposed":
        _close_unconfirmed(session, case, now, relay_minutes)
        return
    at = clock.where(session, case.holder_id)
    if not clock.is_by_the_wall(case) and not at.works.is_work(now):
        _claim(session, case, next_at=at.works.next_work(now))
        return
    taken = case.rungs.split()
    if clock.TOP in taken or any(rung == "climb" and moment <= now for moment, rung in clock.ahead(at, case)):
        _climb(session, case, at, now, relay_minutes)
        return
    fresh = [rung for moment, rung in clock.ahead(at, case) if moment <= now and rung not in taken]
    after = " ".join([*taken, *fresh])
    ahead = min(moment for moment, rung in clock.ahead(at, case) if rung not in after.split())
    if _claim(session, case, rungs=after, next_at=ahead):
        for rung in fresh:
            assert rung != "climb"
            rungs.leave(session, case.id, case.holder_id, rung, now)


def _claim(session: Session, case: Grievance, **values: object) -> bool:
    """Whether this step is ours: the case is as it was found, and becomes this."""
    as_found = [
        col(Grievance.id) == case.id,
        col(Grievance.next_at) == case.next_at,
        col(Grievance.state) == case.state,
        col(Grievance.holder_id) == case.holder_id,
    ]
    changed = session.execute(
        update(Grievance).where(*as_found).values(**values).execution_options(synchronize_session=False)
    )
    session.refresh(case)
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def _climb(session: Session, case: Grievance, at: clock.Where, now: datetime, relay_minutes: tuple[int, int]) -> None:
    above = next(iter(access.units_above(session, case, now)), None)
    if above is None:
        marked = case.rungs if clock.TOP in case.rungs.split() else f"{case.rungs} {clock.TOP}".strip()
        if _claim(session, case, rungs=marked, next_at=at.works.next_day(now)):
            rungs.leave(session, case.id, case.holder_id, "top", now)
        return
    below = case.holder_id
    if not _claim(session, case, next_at=None):
        return
    move_to(session, case, above, now)
    rungs.leave(session, case.id, above.id, "came", _told_at(session, case, above, now))
    rungs.part(session, case.id, below, "went", now)
    _tell_reporter(session, case, "climbed", now, relay_minutes)


def _told_at(session: Session, case: Grievance, unit: Unit, now: datetime) -> datetime:
    """When those above hear of it: while they work; of danger at once."""
    return now if clock.is_by_the_wall(case) else clock.where(session, unit.id).works.next_work(now)


def _close_unconfirmed(session: Session, case: Grievance, now: datetime, relay_minutes: tuple[int, int]) -> None:
    if _claim(session, case, state="unconfirmed", **clock.stopped()):
        rungs.end(session, case.id, now)
        _tell_reporter(session, case, "unconfirmed", now, relay_minutes)


def _tell_reporter(session: Session, case: Grievance, kind: str, now: datetime, relay_minutes: tuple[int, int]) -> None:
    """By the way on which an officer's answer goes, under the same cover."""
    entry = NewEntry(kind)
    add_entry(session, case.id, entry, now)
    at = moments.cover(now, relay_minutes) if case.covered else now
    tell_later(session, case, entry.id, now, at)
