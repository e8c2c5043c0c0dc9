"""What the subject *grievances* brings: filing, one's own cases, officers' cases, what they hear by the clock."""

from __future__ import annotations

from datetime import datetime

from config.i18n import N_
from handlers.chat.conversation import Entry
from handlers.chat.doors import Doors, Pace, Step
from handlers.grievances import (
    alike,
    cards,
    case_files,
    cases,
    digest,
    filing,
    from_above,
    handing_on,
    ladder,
    listing,
    own_cases,
    own_name,
    posting,
    replying,
    rings,
    saved_replies,
    since,
    spoken,
    today,
)
from models.grievances import digests
from models.grievances.floods import Together
from models.people import rights
from models.store.database import Session

_REPORTERS = (filing, own_cases, own_name, since)
_OFFICERS = (
    today,
    listing,
    alike,
    cards,
    cases,
    replying,
    handing_on,
    from_above,
    spoken,
    saved_replies,
    case_files,
)


def _firings(session: Session, now: datetime, pace: Pace) -> list[digests.Firing]:
    return digests.due(session, now, pace.quiet)


def _fire(session: Session, firing: digests.Firing, now: datetime, pace: Pace) -> None:
    digest.fire(session, firing, now, pace.quiet)


def _together(session: Session, now: datetime, pace: Pace) -> list[Together]:
    return rings.due(session, now, pace.told_apart)


def _ring(session: Session, what: Together, now: datetime, pace: Pace) -> None:
    rings.tell_together(session, what, now, pace.quiet)


DOORS = Doors(
    conversations=[conversation for module in (*_REPORTERS, *_OFFICERS) for conversation in module.CONVERSATIONS],
    menu=[
        Entry("queue", N_("Cases to handle"), 10, rights.HANDLE),
        Entry("day", N_("Work of today"), 15, rights.HANDLE, is_home=True),
        Entry("file", N_("Send a grievance"), 40),
        Entry("mine", N_("My grievances"), 50),
        Entry("under_pressure", N_("I am put under pressure as an officer"), 55, rights.HANDLE),
    ],
    file_rights=[case_files.of_case, case_files.of_own_case],
    events={
        "report": posting.report,
        "addition": posting.hear,
        "danger": posting.hear,
        "reworded": posting.hear,
        "settled": posting.hear,
        "unsettled": posting.hear,
        "withdrawn": posting.hear,
        "named": posting.hear,
        "since": posting.hear,
        "left": posting.hear,
        "tell": posting.tell_reporter,
        "undelivered": posting.tell_undelivered,
        "answer": alike.post,
    },
    steps=[Step(_firings, _fire), Step(_together, _ring), *ladder.STEPS],
)
