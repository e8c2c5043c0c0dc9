"""What officers do with a case, and which cases they may see at all.

Every verb raises `Refused` when somebody else was first, changes nothing then, and leaves an audit entry when it acts.
Nobody can close a case alone: an officer proposes, the reporter says whether it is settled; "unfounded" is told apart, and
the reporter may still take such a case further.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlmodel import col

from models import exclusion, office, sla, unit
from models.account import Account
from models.audit import note
from models.database import Session, insert_ignore
from models.grievance import OPEN, Entry, Grievance, State, add_entry, shown_unit
from models.ids import new_case_code, new_id
from models.person import Person


class Refused(Exception):
    """The case is not in a state in which this can be done: somebody else was first, or it is closed."""


def _move(session: Session, case: Grievance, wanted: Sequence[str], **values: object) -> None:
    """Changes the case if it is still in one of the states wanted: two officers at once cannot both win."""
    changed = session.execute(
        update(Grievance)
        .where(col(Grievance.id) == case.id, col(Grievance.state).in_(wanted), col(Grievance.holder_id) == case.holder_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Refused
    session.refresh(case)


def _say(
    session: Session, case: Grievance, officer_id: str, kind: str, text: str, now: datetime, relay_at: datetime | None
) -> None:
    """Adds an entry by an officer. What the reporter is to hear never overtakes what was said before it, and an
    acknowledgement that has not gone out yet is dropped: the answer says more."""
    if relay_at is not None:
        waiting = session.execute(
            select(Entry).where(col(Entry.grievance_id) == case.id, col(Entry.relayed).is_(False))
        ).scalars()
        for entry in waiting:
            if entry.kind == "acknowledged":
                entry.relayed = True
                session.add(entry)
            elif entry.relay_at is not None and entry.relay_at > relay_at:
                relay_at = entry.relay_at
    add_entry(session, case.id, kind, text, now, officer_id=officer_id, relay_at=relay_at)
    note(session, officer_id, kind, case.id, now)


def acknowledge(session: Session, case: Grievance, officer_id: str, now: datetime, relay_at: datetime) -> None:
    _move(session, case, ("new",), state="acknowledged", assignee_id=officer_id)
    _say(session, case, officer_id, "acknowledged", "", now, relay_at)


def reply(session: Session, case: Grievance, officer_id: str, text: str, now: datetime, relay_at: datetime) -> None:
    """Answers the reporter; goes out at `relay_at`."""
    _move(session, case, OPEN, state="answered")
    _say(session, case, officer_id, "reply", text, now, relay_at)


def ask(session: Session, case: Grievance, officer_id: str, text: str, now: datetime, relay_at: datetime) -> None:
    """Asks the reporter for more; the answer is still owed."""
    _move(session, case, OPEN, state="acknowledged")
    _say(session, case, officer_id, "question", text, now, relay_at)


def propose_settling(
    session: Session, case: Grievance, officer_id: str, text: str, now: datetime, relay_at: datetime
) -> None:
    """Says what came of it and asks the reporter whether that settles it."""
    _move(session, case, OPEN, state="proposed")
    _say(session, case, officer_id, "proposal", text, now, relay_at)


def close_unfounded(
    session: Session, case: Grievance, officer_id: str, text: str, now: datetime, relay_at: datetime
) -> None:
    """Closes for want of grounds, with the reason; counted apart, and the reporter may take it further."""
    _move(session, case, OPEN, state="unfounded", closed_at=now)
    _say(session, case, officer_id, "unfounded", text, now, relay_at)


def note_inside(session: Session, case: Grievance, officer_id: str, text: str, now: datetime) -> None:
    """A note that officers of the unit see and the reporter never does."""
    _say(session, case, officer_id, "note", text, now, None)


def assign(session: Session, case: Grievance, officer_id: str, assignee_id: str, now: datetime) -> None:
    _move(session, case, OPEN, assignee_id=assignee_id)
    _say(session, case, officer_id, "assigned", "", now, None)


def escalate(
    session: Session, case: Grievance, officer_id: str, above: unit.Unit, text: str, now: datetime, relay_at: datetime
) -> None:
    """Hands the case to a unit above, with the officer's reason (for officers only); its clock starts anew."""
    due = sla.first_reply_due(now, urgent=case.urgent)
    _move(session, case, OPEN, holder_id=above.id, assignee_id=None, state="new", due_at=due)
    if text:
        add_entry(session, case.id, "note", text, now, officer_id=officer_id)
    _say(session, case, officer_id, "escalated", "", now, relay_at)


def enter_spoken(session: Session, officer_id: str, unit_id: str, category: str, text: str, now: datetime) -> Grievance:
    """Enters what somebody without a phone told an officer; they stay unnamed and get the code on paper."""
    row = {
        "id": new_id(),
        "code": new_case_code(),
        "unit_id": shown_unit(session, unit_id),
        "holder_id": unit_id,
        "category": category,
        "urgent": False,
        "covered": False,
        "state": "acknowledged",
        "created_at": now,
        "due_at": sla.first_reply_due(now, urgent=False),
        "closed_at": None,
        "assignee_id": officer_id,
        "spoken_to": officer_id,
        "reporter_name": None,
        "name_for": "all",
        "route": None,
        "mark": None,
    }
    insert_ignore(session, Grievance, [row])
    case = session.get_one(Grievance, row["id"])
    add_entry(session, case.id, "report", text, now)
    note(session, officer_id, "spoken", case.id, now)
    return case


# Who may see what.


def _handled_units(session: Session, person_id: str, now: datetime) -> list[str]:
    return [held.unit_id for held in office.held_by(session, person_id, now.date()) if held.role in office.HANDLERS]


def _theirs(session: Session, person_id: str, now: datetime) -> ColumnElement[bool]:
    """SQL: held by a unit this officer answers for, and not barred to them."""
    units = _handled_units(session, person_id, now)
    offices = [held.unit_id for held in office.held_by(session, person_id, now.date())]
    return and_(col(Grievance.holder_id).in_(units), ~exclusion.bars(col(Grievance.id), person_id, offices))


def visible_to(session: Session, person_id: str, now: datetime) -> Sequence[Grievance]:
    """The open cases this officer may handle, the nearest deadline first."""
    statement = select(Grievance).where(_theirs(session, person_id, now), col(Grievance.state).in_(OPEN))
    return session.execute(statement.order_by(col(Grievance.due_at), col(Grievance.id))).scalars().all()


def for_officer(session: Session, person_id: str, case_id: str, now: datetime) -> Grievance | None:
    """The case (by id or code), open or closed, if this officer may see it."""
    statement = select(Grievance).where(
        or_(col(Grievance.id) == case_id, col(Grievance.code) == case_id), _theirs(session, person_id, now)
    )
    return session.execute(statement).scalar_one_or_none()


def handlers_of(session: Session, case: Grievance, now: datetime) -> list[tuple[Account, Person]]:
    """Everybody who handles this case now and can be reached: the unit's officers but for those barred."""
    found = []
    for account, somebody, _office in office.officers_of(session, case.holder_id, now.date()):
        if for_officer(session, somebody.id, case.id, now) is not None:
            found.append((account, somebody))
    return found


def in_committee(session: Session, person_id: str, now: datetime) -> bool:
    """Whether this officer sits on a grassroots union's executive committee."""
    held = office.held_by(session, person_id, now.date())
    return any(unit.level(unit.get(session, one.unit_id)) == "grassroots" for one in held)


def state_counts(session: Session, person_id: str, begin: datetime, end: datetime, now: datetime) -> dict[State, int]:
    """How many cases of this officer's units came in between two moments, by the state they are in now."""
    statement = select(col(Grievance.state)).where(
        _theirs(session, person_id, now), col(Grievance.created_at) >= begin, col(Grievance.created_at) < end
    )
    counts: dict[State, int] = {}
    for state in session.execute(statement).scalars():
        counts[state] = counts.get(state, 0) + 1
    return counts
