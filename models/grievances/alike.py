"""One answer to several cases alike, each its own: nothing that is kept says that they were answered together.

What an officer sends so leaves their chat sealed, one event for each case, due at moments drawn by lot within a few minutes,
and is posted by itself like any other (models.anonymity.intake): an entry, a line of the audit and a moment of time
cover of its own, in a transaction of its own. Until then it can be taken back. A case that has changed meanwhile is not
answered: the officer has not seen what came.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.anonymity import intake, moments
from models.anonymity.events import Event
from models.grievances import access, handling
from models.grievances.cases import OPEN, Grievance, entries
from models.grievances.handling import Saying
from models.store.database import Session
from models.store.ids import new_id

WITHIN = (60, 240)
"""Seconds after which each goes: a minute to think better of it, and then apart from the others."""
MOST = 20
"""Cases of one answer."""


@dataclass(frozen=True, slots=True)
class Same:
    """The words, and in whose name; `account_id`: the phone that hears what could not go."""

    officer_id: str
    account_id: str
    words: str


def count(session: Session, case: Grievance) -> int:
    """How much has been written in a case."""
    return len(entries(session, case.id))


def send(session: Session, cases: Sequence[tuple[Grievance, int]], same: Same, now: datetime) -> None:
    """Has each of these answered by itself, if by then there is as much in it as the officer has seen."""
    low, high = WITHIN
    mixed = list(cases)
    secrets.SystemRandom().shuffle(mixed)
    for case, seen in mixed:
        due = now + timedelta(seconds=low + secrets.randbelow(high - low + 1))
        text = json.dumps({"officer": same.officer_id, "words": same.words, "seen": seen}, ensure_ascii=False)
        intake.add(session, Event("answer", due.isoformat(), case.id, new_id(), "", text, same.account_id), now)


def waiting(session: Session, account_id: str, now: datetime) -> list[Event]:
    """What this phone has sent so and can still take back."""
    return [event for event in intake.waiting_of_account(session, account_id, now) if event.kind == "answer"]


def take_back(session: Session, account_id: str, now: datetime) -> int:
    """All of that; returns how many were."""
    found = waiting(session, account_id, now)
    for event in found:
        intake.take_back(session, event, now)
    return len(found)


def answer(session: Session, event: Event, now: datetime, relay_minutes: tuple[int, int]) -> bool:
    """Posts one of them; False where the case has changed meanwhile, or is not theirs any more."""
    kept = json.loads(event.text)
    case = access.for_officer(session, kept["officer"], event.case_id, now)
    if case is None or case.state not in OPEN or count(session, case) != kept["seen"]:
        return False
    relay_at = moments.cover(now, relay_minutes) if case.covered else now
    try:
        handling.reply(session, case, Saying(kept["officer"], kept["words"], relay_at), now)
    except handling.Refused:
        return False
    return True
