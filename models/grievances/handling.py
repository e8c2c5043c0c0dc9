"""What officers do with a case.

Every verb raises `Refused` when somebody else was first, changes nothing then, and leaves an audit entry when it acts.
Nobody can close a case alone: an officer proposes, the reporter says whether it is settled; “not enough grounds” is told
apart, and the reporter may still take such a case further. Which cases an officer may see at all is
models.grievances.access.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col

from models.anonymity import intake
from models.anonymity.events import Event
from models.grievances import cases, clock, deadlines, enclosures, observers, rungs
from models.grievances.cases import OPEN, Entry, Grievance, NewEntry, add_entry, entries, free_code, shown_unit
from models.people import units
from models.people.offices import Office
from models.store.database import Session, insert_ignore
from models.store.ids import new_id
from models.trust.audit import note


class Refused(Exception):
    """The case is not in a state in which this can be done: somebody else was first, or it is closed."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What an officer says in a case. `relay_at`: when its reporter hears; under time cover an answer, too, leaves at a
    fixed moment. `files`: what goes with it, as drafts carry it (models.files.attachments)."""

    officer_id: str
    text: str
    relay_at: datetime
    files: Sequence[Mapping[str, str]] = ()


def _move(session: Session, case: Grievance, wanted: Sequence[str], **values: object) -> None:
    """Changes the case if it is still in one of the states wanted, and held where it was: two officers at once cannot both
    win."""
    changed = session.execute(
        update(Grievance)
        .where(col(Grievance.id) == case.id, col(Grievance.state).in_(wanted), col(Grievance.holder_id) == case.holder_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Refused
    session.refresh(case)


def _note(session: Session, case: Grievance, officer_id: str, kind: str, text: str, now: datetime) -> str:
    """Adds an entry that stays inside the union; returns its id."""
    entry = NewEntry(kind, text, officer_id)
    add_entry(session, case.id, entry, now)
    note(session, officer_id, kind, case.id, now)
    return entry.id


def _say(session: Session, case: Grievance, kind: str, saying: Saying, now: datetime) -> None:
    """Adds an entry that the reporter hears at `relay_at`, or right after what they are still to hear of the same case:
    nothing overtakes what was said before it. The way to them leads through the intake, sealed."""
    entry_id = _note(session, case, saying.officer_id, kind, saying.text, now)
    enclosures.enclose(session, entry_id, saying.files)
    tell_later(session, case, entry_id, now, saying.relay_at)


def tell_later(session: Session, case: Grievance, entry_id: str, now: datetime, relay_at: datetime) -> None:
    """Has the reporter told of an entry, by the same way."""
    if case.route is None:  # spoken: there is nobody to tell but in person
        return
    for event in intake.waiting_for(session, case.id, now):
        if event.kind == "tell":
            relay_at = max(relay_at, datetime.fromisoformat(event.due) + timedelta(seconds=1))
    event = Event("tell", relay_at.isoformat(), case_id=case.id, entry_id=entry_id, reporter_id="", text="")
    intake.add(session, event, now)


def hear(session: Session, event: Event, now: datetime) -> Grievance | None:
    """Posts what its reporter says or decides in a case (models.grievances.cases.hear_reporter). A unit that loses it so
    hears where it went, and those that have lost it how it ended."""
    before = session.get(Grievance, event.case_id)
    holder = before.holder_id if before is not None else ""
    case = cases.hear_reporter(session, event, now)
    if case is not None and case.holder_id != holder:
        rungs.part(session, case.id, holder, "wished", now)
    if case is not None and case.state not in OPEN:
        rungs.end(session, case.id, now)
    return case


def acknowledge(session: Session, case: Grievance, officer_id: str, now: datetime, relay_at: datetime) -> None:
    """Takes the case on."""
    going = clock.going_on(session, case, now, "acknowledged")
    _move(session, case, ("new",), state="acknowledged", assignee_id=officer_id, **going)
    _say(session, case, "acknowledged", Saying(officer_id, "", relay_at), now)


def reply(session: Session, case: Grievance, saying: Saying, now: datetime) -> None:
    """Answers the reporter."""
    going = clock.going_on(session, case, now, "answered")
    _move(session, case, OPEN, state="answered", assignee_id=case.assignee_id or saying.officer_id, **going)
    _say(session, case, "reply", saying, now)


def ask(session: Session, case: Grievance, saying: Saying, now: datetime) -> None:
    """Asks the reporter for more; the answer is still owed, but the clock stands until they say something."""
    waits = clock.standing(session, case, now)
    _move(session, case, OPEN, state="acknowledged", assignee_id=case.assignee_id or saying.officer_id, **waits)
    _say(session, case, "question", saying, now)


def propose_settling(session: Session, case: Grievance, saying: Saying, now: datetime) -> None:
    """Says what came of it and asks the reporter whether that settles it."""
    _move(session, case, OPEN, state="proposed", **clock.standing(session, case, now, clock.silence_ends(now)))
    _say(session, case, "proposal", saying, now)


def settle_spoken(session: Session, case: Grievance, officer_id: str, text: str, now: datetime) -> None:
    """Closes a grievance that was spoken to the union: whoever spoke it is asked in person, as the officer states."""
    _move(session, case, OPEN, state="settled", **clock.stopped())
    rungs.end(session, case.id, now)
    _note(session, case, officer_id, "proposal", text, now)


def close_unfounded(session: Session, case: Grievance, saying: Saying, now: datetime) -> None:
    """Closes for want of grounds, with the reason; counted apart, and the reporter may take it further."""
    _move(session, case, OPEN, state="unfounded", **clock.stopped())
    rungs.end(session, case.id, now)
    _say(session, case, "unfounded", saying, now)


def note_inside(session: Session, case: Grievance, officer_id: str, text: str, now: datetime) -> None:
    """A note that officers of the unit see and the reporter never does."""
    _note(session, case, officer_id, "note", text, now)


def assign(session: Session, case: Grievance, officer_id: str, assignee_id: str, now: datetime) -> None:
    """Gives the case to one officer of the unit; the others still see it."""
    _move(session, case, OPEN, assignee_id=assignee_id)
    _note(session, case, officer_id, "assigned", "", now)


def escalate(session: Session, case: Grievance, above: units.Unit, reason: Saying, now: datetime) -> None:
    """Hands the case to a unit above, with the officer's `reason` (for officers only); its clock starts anew."""
    below = case.holder_id
    move_to(session, case, above, now)
    rungs.part(session, case.id, below, "handed", now)
    _note(session, case, reason.officer_id, "note", reason.text, now)
    _say(session, case, "escalated", replace(reason, text=""), now)


def hand_back(session: Session, case: Grievance, below: units.Unit, guidance: Saying, now: datetime) -> None:
    """Gives the case back to a unit below, with `guidance` (for officers only); its clock starts anew."""
    above = case.holder_id
    move_to(session, case, below, now)
    rungs.part(session, case.id, above, "returned", now)
    _note(session, case, guidance.officer_id, "note", guidance.text, now)
    _say(session, case, "returned", replace(guidance, text=""), now)


def take_over(session: Session, case: Grievance, above: units.Unit, taking: Saying, now: datetime) -> None:
    """Those above take the case from the unit that has it (models.grievances.oversight.in_reach); its clock starts anew."""
    below = case.holder_id
    move_to(session, case, above, now)
    rungs.part(session, case.id, below, "taken", now)
    _say(session, case, "taken", taking, now)


def have_read_along(session: Session, case: Grievance, along: Office, asking: Saying, now: datetime) -> None:
    """Lets somebody in this office read the case along; its reporter hears from which unit."""
    if case.state not in OPEN or not observers.add(session, case.id, along.person_id, along.unit_id, now.date()):
        raise Refused
    _say(session, case, "observed", replace(asking, text=units.get(session, along.unit_id).name), now)


def end_reading_along(session: Session, case: Grievance, along: Office, officer_id: str, now: datetime) -> None:
    observers.end(session, case.id, along.person_id, along.unit_id)
    note(session, officer_id, "unobserved", case.id, now)


def move_to(session: Session, case: Grievance, unit: units.Unit, now: datetime) -> None:
    """The case is this unit's now, nobody's in it yet, and its clock starts anew."""
    due = deadlines.first_reply_due(session, unit.id, now, urgent=case.urgent)
    began = clock.begun(session, unit.id, now, urgent=case.urgent, state="new", due_at=due)
    _move(session, case, OPEN, holder_id=unit.id, assignee_id=None, state="new", due_at=due, **began)


def enter_spoken(session: Session, officer_id: str, unit_id: str, category: str, text: str, now: datetime) -> Grievance:
    """Enters what somebody without a phone told an officer; they stay unnamed and get the code on paper."""
    due = deadlines.first_reply_due(session, unit_id, now, urgent=False)
    row = {
        "id": new_id(),
        "code": free_code(session),
        "unit_id": shown_unit(session, unit_id),
        "holder_id": unit_id,
        "category": category,
        "urgent": False,
        "covered": False,
        "state": "acknowledged",
        "created_at": now,
        "due_at": due,
        "assignee_id": officer_id,
        "spoken_to": officer_id,
        "reporter_name": None,
        "name_for": "all",
        "route": None,
        "mark": None,
        **clock.begun(session, unit_id, now, urgent=False, state="acknowledged", due_at=due),
    }
    insert_ignore(session, Grievance, [row])
    case = session.get_one(Grievance, row["id"])
    add_entry(session, case.id, NewEntry("report", text), now)
    note(session, officer_id, "spoken", case.id, now)
    return case


def is_superseded(session: Session, entry: Entry) -> bool:
    """Whether a mere acknowledgement is not worth telling any more, because more has been said since."""
    later = [
        one for one in entries(session, entry.grievance_id) if one.officer_id and one.at >= entry.at and one.id != entry.id
    ]
    return entry.kind == "acknowledged" and any(one.kind not in ("note", "assigned") for one in later)
