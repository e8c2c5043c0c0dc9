"""Names that somebody gave in their own cases, when that person leaves: they are taken out, wherever they have come to.

Like anything a reporter does, through sealed events, in another transaction than the one in which the account goes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from models.anonymity import intake
from models.anonymity.events import Event
from models.grievances import cases
from models.store.database import Session
from models.store.ids import new_id


def take_out(session: Session, reporter_id: str, now: datetime) -> None:
    """Of cases that show one, of names that still wait to be shown, and of reports that are on their way."""
    for case in cases.own(session, reporter_id):
        if case.reporter_name is not None:
            _left(session, case.id, now, now)
    for event in intake.waiting_of(session, reporter_id, now):
        if event.kind == "named":
            intake.take_back(session, event, now)
        elif event.kind == "report" and event.name:  # on its way under time cover: the name goes right after it
            _left(session, event.case_id, datetime.fromisoformat(event.due) + timedelta(seconds=1), now)


def _left(session: Session, case_id: str, due: datetime, now: datetime) -> None:
    event = Event("left", due.isoformat(), case_id=case_id, entry_id=new_id(), reporter_id="", text="")
    intake.add(session, event, now)
