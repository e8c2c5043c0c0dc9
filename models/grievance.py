"""A grievance (phản ánh): what a worker told the union, who holds it, until when, and all that was said about it.

It has no person column. The way back to the reporter is a sealed route; "my cases" is a walk over keyed marks. Exact times
are fine here, because no row that identifies a person has any.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlmodel import Field, Index, col

from models import account, intake, office, sla, unit
from models.audit import note
from models.columns import Id, Ref
from models.database import Base, Session, insert_ignore
from models.ids import is_id, new_case_code, new_id
from models.intake import Event
from models.sealing import keyed_hash, seal, unseal

State = Literal["new", "acknowledged", "answered", "proposed", "settled"]
OPEN = ("new", "acknowledged", "answered", "proposed")
SMALL_UNIT = 5
"""Below so many people with an account a team's name would name its reporter: only the CĐCS is shown."""


class Refused(Exception):
    """The case is not in a state in which this can be done: somebody else was first, or it is closed."""


class Grievance(Base, table=True):
    """`unit_id` is the unit shown to officers, `holder_id` the one that must answer by `due_at`. `verified`: see Account."""

    __tablename__ = "grievance"
    __table_args__ = (Index("ix_grievance_open", "state", "holder_id", "due_at"),)  # a list reads no closed cases

    id: str = Id()
    code: str = Field(unique=True, max_length=9)
    unit_id: str = Ref("unit")
    holder_id: str = Ref("unit")
    category: str = Field(max_length=24)
    urgent: bool = False
    covered: bool = True
    verified: bool = False
    state: str = Field(default="new", max_length=12)
    created_at: datetime
    due_at: datetime
    closed_at: datetime | None = None
    reporter_name: bytes | None = None
    route: bytes
    mark: str = Field(unique=True, max_length=32)


class Entry(Base, table=True):
    """One thing said or done in a case. `officer_id` is empty for the reporter. When the reporter hears it is not written
    here: the way from a case to a chat leads through the intake (models.intake). `officer_id` is indexed for those who
    leave: before a person's row goes, the database looks for entries that name it, and would read all of them."""

    __tablename__ = "entry"

    id: str = Id()
    grievance_id: str = Ref("grievance")
    kind: str = Field(max_length=16)
    officer_id: str | None = Ref("person", optional=True)
    text: bytes
    at: datetime


def shown_unit(session: Session, unit_id: str) -> str:
    """The unit an officer may see a case from: the reporter's own, or its CĐCS where the team is small."""
    if account.has_joined(session, unit_id, SMALL_UNIT):
        return unit_id
    return unit.grassroots_of(session, unit_id).id


def mark(session: Session, reporter_id: str, number: int) -> str:
    """What ties the n-th case of a person to their reporter id, for the holder of the look-up key only."""
    return keyed_hash(session, "grievance.mark", reporter_id, str(number))


_AT_ONCE = 8  # marks asked for in one question: hardly anybody has more cases
_MARKED = select(Grievance).where(col(Grievance.mark).in_(bindparam("marks", expanding=True)))


def _walk(session: Session, reporter_id: str) -> tuple[list[Grievance], str]:
    """A person's cases, oldest first, and the first mark that is still free."""
    found: list[Grievance] = []
    while True:
        marks = [mark(session, reporter_id, len(found) + place) for place in range(_AT_ONCE)]
        known = {case.mark: case for case in session.execute(_MARKED, {"marks": marks}).scalars()}
        for candidate in marks:
            if candidate not in known:
                return found, candidate
            found.append(known[candidate])


def free_code(session: Session) -> str:
    """A code that no case has. In a province with 200,000 cases one random code in 740 is taken."""
    while True:
        code = new_case_code()
        if session.execute(select(col(Grievance.id)).where(col(Grievance.code) == code)).first() is None:
            return code


def post(session: Session, event: Event, now: datetime) -> Grievance | None:
    """Writes the case and its first entry. None when it had been posted before."""
    row = {
        "id": event.case_id,
        "code": event.code,
        "unit_id": shown_unit(session, event.unit_id),
        "holder_id": event.holder_id,
        "category": event.category,
        "urgent": event.urgent,
        "covered": event.covered,
        "verified": event.verified,
        "state": "new",
        "created_at": now,
        "due_at": datetime.fromisoformat(event.reply_due),
        "closed_at": None,
        "reporter_name": seal(session, "grievance.reporter_name", event.case_id, event.name) if event.name else None,
        "route": seal(session, "grievance.route", event.case_id, event.reporter_id),
        "mark": _walk(session, event.reporter_id)[1],
    }
    while not insert_ignore(session, Grievance, [row]):
        if session.get(Grievance, event.case_id) is not None:
            return None
        # Another case has the code: a new one is better than a lost case, which its reporter finds under “My grievances”.
        row |= {"code": free_code(session), "mark": _walk(session, event.reporter_id)[1]}
    _add_entry(session, event.case_id, "report", event.text, now, entry_id=event.entry_id)
    return session.get_one(Grievance, event.case_id)


def _add_entry(
    session: Session,
    grievance_id: str,
    kind: str,
    text: str,
    now: datetime,
    *,
    entry_id: str = "",
    officer_id: str | None = None,
) -> bool:
    entry_id = entry_id or new_id()
    row = {
        "id": entry_id,
        "grievance_id": grievance_id,
        "kind": kind,
        "officer_id": officer_id,
        "text": seal(session, "entry.text", entry_id, text),
        "at": now,
    }
    return insert_ignore(session, Entry, [row]) == 1


def hear_reporter(session: Session, event: Event, now: datetime) -> Grievance | None:
    """Posts what the reporter of a case added or decided. None when it was posted before, or says again that a closed
    case is settled. Words that come after the end are kept and shown all the same."""
    case = session.get(Grievance, event.case_id)
    if case is not None and event.kind == "left":  # who gave their name and has left is not named any more
        case.reporter_name = None
        return None
    if case is None or (event.kind == "settled" and case.state not in OPEN):
        return None
    if not _add_entry(session, case.id, event.kind, event.text, now, entry_id=event.entry_id):
        return None
    if event.kind == "settled" and case.state in OPEN:
        case.state, case.closed_at = "settled", now
    elif event.kind in ("addition", "unsettled") and case.state in OPEN:
        if event.kind == "unsettled":
            case.holder_id = event.holder_id or case.holder_id
        # The union owes an answer again; the clock starts anew.
        case.state, case.due_at = "new", sla.first_reply_due(now, urgent=case.urgent)
    session.add(case)
    session.flush()
    return case


# What officers do. Each returns nothing and raises Refused when somebody else was first.


def acknowledge(session: Session, case: Grievance, officer_id: str, now: datetime) -> None:
    changed = session.execute(
        update(Grievance)
        .where(col(Grievance.id) == case.id, col(Grievance.state) == "new")
        .values(state="acknowledged")
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Refused
    _add_entry(session, case.id, "acknowledged", "", now, officer_id=officer_id)
    note(session, officer_id, "acknowledge", case.id, now)


def reply(session: Session, case: Grievance, officer_id: str, text: str, now: datetime, relay_at: datetime) -> None:
    """Answers the reporter; goes out at `relay_at`."""
    _speak(session, case, officer_id, "reply", text, "answered", now, relay_at)


def propose_settling(
    session: Session, case: Grievance, officer_id: str, text: str, now: datetime, relay_at: datetime
) -> None:
    """Says what came of it and asks the reporter whether that settles it. Nobody closes a case alone."""
    _speak(session, case, officer_id, "proposal", text, "proposed", now, relay_at)


def _speak(
    session: Session,
    case: Grievance,
    officer_id: str,
    kind: str,
    text: str,
    state: State,
    now: datetime,
    relay_at: datetime,
) -> None:
    changed = session.execute(
        update(Grievance)
        .where(col(Grievance.id) == case.id, col(Grievance.state).in_(OPEN))
        .values(state=state)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Refused
    entry_id = new_id()
    _add_entry(session, case.id, kind, text, now, entry_id=entry_id, officer_id=officer_id)
    intake.add(session, Event("tell", relay_at.isoformat(), case_id=case.id, entry_id=entry_id, reporter_id="", text=""))
    note(session, officer_id, kind, case.id, now)


def is_owed(case: Grievance) -> bool:
    """Whether the union owes the reporter an answer, by `due_at`."""
    return case.state in ("new", "acknowledged")


def is_overdue(case: Grievance, now: datetime) -> bool:
    return is_owed(case) and case.due_at < now


def _theirs_open(session: Session, person_id: str, now: datetime) -> ColumnElement[bool]:
    units = [held.unit_id for held in office.held_by(session, person_id, now.date()) if held.role in office.HANDLERS]
    return col(Grievance.holder_id).in_(units) & col(Grievance.state).in_(OPEN)


def visible_to(session: Session, person_id: str, now: datetime, *, most: int) -> Sequence[Grievance]:
    """The open cases held by the units this officer answers for, the nearest deadline first, `most` of them."""
    statement = select(Grievance).where(_theirs_open(session, person_id, now))
    return session.execute(statement.order_by(col(Grievance.due_at), col(Grievance.id)).limit(most)).scalars().all()


def count_open(session: Session, person_id: str, now: datetime) -> int:
    statement = select(func.count()).select_from(Grievance).where(_theirs_open(session, person_id, now))
    return int(session.execute(statement).scalar_one())


def for_officer(session: Session, person_id: str, case_id: str, now: datetime) -> Grievance | None:
    """The case, open or closed, if it is held by a unit this officer answers for."""
    units = [held.unit_id for held in office.held_by(session, person_id, now.date()) if held.role in office.HANDLERS]
    # Not “id or code”: with an OR the planner may rather walk all that the unit ever held.
    named = col(Grievance.id) if is_id(case_id) else col(Grievance.code)
    statement = select(Grievance).where(named == case_id, col(Grievance.holder_id).in_(units))
    return session.execute(statement).scalar_one_or_none()


def own(session: Session, reporter_id: str) -> list[Grievance]:
    """The reporter's own cases, oldest first: walks the marks until one is missing."""
    return _walk(session, reporter_id)[0]


def for_reporter(session: Session, reporter_id: str, case_id: str) -> Grievance | None:
    """The case (by id or code), if this person filed it."""
    return next((case for case in own(session, reporter_id) if case_id in (case.id, case.code)), None)


def entries(session: Session, case_id: str) -> Sequence[Entry]:
    statement = select(Entry).where(col(Entry.grievance_id) == case_id).order_by(col(Entry.at), col(Entry.id))
    return session.execute(statement).scalars().all()


def text_of(session: Session, entry: Entry) -> str:
    return unseal(session, "entry.text", entry.id, entry.text)


def reporter_name(session: Session, case: Grievance) -> str:
    """The name the reporter chose to give, or an empty string."""
    if case.reporter_name is None:
        return ""
    return unseal(session, "grievance.reporter_name", case.id, case.reporter_name)


# The way back. Nothing else opens a route.


def reporter_accounts(session: Session, case: Grievance) -> Sequence[account.Account]:
    """For the verb that tells the reporter, only: all their phones (see handlers.phones); none when they have left."""
    return account.of_reporter(session, unseal(session, "grievance.route", case.id, case.route))
