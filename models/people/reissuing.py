"""An officer has lost the phone: its chats end at once, and a new code makes a claim as the first one did.

Whoever has it done, and whoever confirms the claim that follows, are two: one alone could be that officer, and read what
they reported as a worker.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from models.anonymity import intake
from models.people import invites, offices, persons, wishes
from models.people.offices import Office
from models.people.persons import Person
from models.store.database import Session
from models.trust import audit

VERB = "reissue"


def of_staff_code(session: Session, staff_code: str) -> Person | None:
    hashed = persons.staff_hash(session, staff_code)
    return session.execute(select(Person).where(col(Person.staff_hash) == hashed)).scalar_one_or_none()


def reissue(session: Session, officer: Person, now: datetime, at: datetime, by: str = "") -> str | None:
    """Ends every chat of this officer and returns a new code; None where they hold no office. `at`: when the rows go;
    nothing is shown or sent there from now on. `by`: the person who has it done (none: whoever runs the service). What
    claimed to be them with an earlier code is over with it."""
    held = main_office(session, officer, now)
    if held is None:
        return None
    ending = [one.id for one in wishes.of_person(session, officer.id) if one.confirmed]
    if ending:
        intake.ask(session, "unlink", ending[0], now, at, json.dumps(ending))
    audit.note(session, by or officer.id, VERB, officer.id, now)
    return invites.issue(session, held.unit_id, person_id=officer.id, uses=1)


def main_office(session: Session, officer: Person, now: datetime) -> Office | None:
    """The office that a code is made for: one of their own rather than one they hold for somebody who is away."""
    held = offices.held_by(session, officer.id, now.date())
    return min(held, key=lambda one: one.deputy_for is not None, default=None)


def is_by(session: Session, person_id: str, officer_id: str) -> bool:
    """Whether it was this person who had the officer's newest code made."""
    return audit.newest_by(session, VERB, officer_id) == person_id
