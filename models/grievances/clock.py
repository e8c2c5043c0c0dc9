"""The clock of a case: how much working time is left to settle it where it is, and when the ladder has something to do next.

What is stored is the working time that was left at a moment, and that moment; it runs while the union owes the worker
something and stands while the union waits for the worker. So a pause cannot be lost, and whoever changes a calendar changes
only what is still ahead. Every case starts anew with whoever gets it: nobody inherits somebody else's delay.

Each function says what the columns of a case become; who writes them is models.grievances.cases, .handling and .ladder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from config import sla
from config.tables import table
from models.grievances import calendar, deadlines
from models.grievances.calendar import Calendar
from models.people import units
from models.store.database import Session

Rung = Literal["again", "late", "warned", "climb"]
"""What the clock brings: the unit told again, told that the first answer is late, the handler warned, one level up."""
Values = dict[str, Any]
OWED = ("new", "acknowledged")
TOP = "top"
"""Noted among the rungs of a case whose time is over where there is no union above: its chair hears of it every day."""
NEVER = ""
"""The calendar of cases from before there was a clock."""


class Timed(Protocol):
    """A case, as far as its clock goes. `left_minutes` of work were left when the clock ran from `running_since` on (None
    while it stands); they end at `settle_at`. `rungs` are those taken where the case is, `next_at` the moment of the next,
    `calendar` the fingerprint of the calendar it was reckoned with."""

    state: str
    holder_id: str
    urgent: bool
    due_at: datetime
    left_minutes: int
    running_since: datetime | None
    settle_at: datetime | None
    rungs: str


@dataclass(frozen=True, slots=True)
class Where:
    """What the clock needs to know of the unit that holds a case."""

    works: Calendar
    level: units.Level
    codes: tuple[str, ...]
    """Of the unit and those above it."""

    def budget(self, *, urgent: bool) -> int:
        """The working minutes that such a unit has to settle a case."""
        return sla.days_to_settle(self.codes, self.level, urgent=urgent) * self.works.day_minutes


def where(session: Session, unit_id: str) -> Where:
    path = units.path(session, unit_id)
    codes = tuple(unit.code for unit in path)
    return Where(calendar.of(codes), units.level(path[0]), codes)


def is_waiting(case: Timed) -> bool:
    """Whether the union waits for the worker: the clock stands."""
    return case.running_since is None


def is_by_the_wall(case: Timed) -> bool:
    """Whether this is danger that nobody has answered: nights and days of rest do not count."""
    return case.urgent and case.state in OWED


def begun(session: Session, holder_id: str, now: datetime, *, urgent: bool, state: str, due_at: datetime) -> Values:
    """The clock of a case that a unit has just got."""
    at = where(session, holder_id)
    return _running(at, _Case(state, holder_id, urgent, due_at, at.budget(urgent=urgent), now), now)


def going_on(session: Session, case: Timed, now: datetime, state: str, due_at: datetime | None = None) -> Values:
    """It runs from now on, with what was left. `due_at`: another answer is owed, of which nothing has been said yet."""
    at = where(session, case.holder_id)
    rungs = [one for one in case.rungs.split() if due_at is None or one not in ("again", "late")]
    left = _left(at, case, now)
    return _running(
        at, _Case(state, case.holder_id, case.urgent, due_at or case.due_at, left, now, rungs=" ".join(rungs)), now
    )


def standing(session: Session, case: Timed, now: datetime, until: datetime | None = None) -> Values:
    """It stands while the worker is asked. `until`: when their silence is taken for an answer."""
    left = _left(where(session, case.holder_id), case, now)
    return {"left_minutes": left, "running_since": None, "settle_at": None, "next_at": until, "calendar": None}


def stopped() -> Values:
    """The case is closed."""
    return {"left_minutes": 0, "running_since": None, "settle_at": None, "next_at": None, "calendar": None}


def silence_ends(now: datetime) -> datetime:
    return now + timedelta(days=table("sla")["silence_days"])


def recounted(session: Session, case: Timed, now: datetime) -> Values:
    """By the calendar of today. A case from before there was a clock begins now."""
    if case.running_since is not None:
        again = _Case(
            case.state, case.holder_id, case.urgent, case.due_at, case.left_minutes, case.running_since, rungs=case.rungs
        )
        return _running(where(session, case.holder_id), again, now)
    if case.state == "proposed":
        return standing(session, case, now, silence_ends(now))
    answered_by = deadlines.first_reply_due(session, case.holder_id, now, urgent=case.urgent)
    due_at = max(case.due_at, answered_by) if case.state in OWED else case.due_at
    started = begun(session, case.holder_id, now, urgent=case.urgent, state=case.state, due_at=due_at)
    return started | {"due_at": due_at}


def _left(at: Where, case: Timed, now: datetime) -> int:
    if case.running_since is None:
        return case.left_minutes
    return max(0, case.left_minutes - at.works.worked_minutes(case.running_since, now))


@dataclass(slots=True)
class _Case:
    """What a case will be."""

    state: str
    holder_id: str
    urgent: bool
    due_at: datetime
    left_minutes: int
    running_since: datetime | None
    settle_at: datetime | None = None
    rungs: str = ""


def _running(at: Where, case: _Case, now: datetime) -> Values:
    assert case.running_since is not None
    case.settle_at = at.works.after(case.running_since, case.left_minutes)
    return {
        "left_minutes": case.left_minutes,
        "running_since": case.running_since,
        "settle_at": case.settle_at,
        "rungs": case.rungs,
        "calendar": calendar.fingerprint(),
        "next_at": next_at(at, case, now),
    }


def next_at(at: Where, case: Timed, now: datetime) -> datetime:
    """When the ladder has something to do with a case whose clock runs. At the top, where its time is over: every day."""
    if TOP in case.rungs.split():
        return at.works.next_day(now)
    return min(moment for moment, rung in ahead(at, case) if rung not in case.rungs.split())


def ahead(at: Where, case: Timed) -> list[tuple[datetime, Rung]]:
    """All that the clock brings while the case stays as it is, also what it has brought. Danger that nobody has answered
    knows no nights; everything else comes while the unit works."""
    assert case.running_since is not None
    assert case.settle_at is not None
    given, works = table("sla"), at.works
    if is_by_the_wall(case):
        patience = timedelta(hours=sla.hours_to_answer(at.codes, urgent=True)) * (100 - given["warn_at"]) / 100
        found: list[tuple[datetime, Rung]] = [(case.due_at - patience, "warned"), (case.due_at, "climb")]
        if case.state == "new":
            found.append((case.running_since + timedelta(minutes=given["again_minutes"]), "again"))
        return found
    reserve = at.budget(urgent=case.urgent) * (100 - given["warn_at"]) // 100
    warned = works.after(case.running_since, max(0, case.left_minutes - reserve))
    found = [(works.next_work(warned), "warned"), (works.next_work(case.settle_at), "climb")]
    if case.state == "new":
        found.append((works.next_work(works.after(case.running_since, given["again_minutes"])), "again"))
    if case.state in OWED:
        found.append((works.next_work(case.due_at), "late"))
    return found
