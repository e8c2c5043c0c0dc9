"""The clock's door: each sealed event that is due goes to the capability that says what it means."""

from __future__ import annotations

from datetime import datetime

from handlers.chat.doors import USUAL, Pace
from handlers.front.capabilities import EVENTS
from models.anonymity import told
from models.anonymity.events import Event
from models.store.database import Session


def post(session: Session, event: Event, now: datetime, pace: Pace = USUAL) -> None:
    """Does what one sealed event asks, in this transaction alone; once, however often it is asked to."""
    if event.kind not in EVENTS:
        raise LookupError(event.kind)  # ballots go together, or their order would tell (models.polls.ballots)
    if told.once(session, event.entry_id, now.date()):
        EVENTS[event.kind](session, event, now, pace)
