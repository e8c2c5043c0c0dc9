"""Who may see an attachment: asked in one place, at each opening, of every capability's rights."""

from __future__ import annotations

from datetime import datetime

from handlers.front.capabilities import FILE_RIGHTS
from models.messages.message import Media
from models.people import wishes
from models.people.accounts import Sender
from models.store.database import Session


def for_sender(session: Session, sender: Sender, owner_id: str, attachment_id: str, now: datetime) -> Media | None:
    """The attachment, if whoever writes from there may see it now."""
    account = wishes.find(session, sender)
    if account is None or not account.confirmed:
        return None
    return for_person(session, account.person_id, owner_id, attachment_id, now)


def for_person(session: Session, person_id: str, owner_id: str, attachment_id: str, now: datetime) -> Media | None:
    """The attachment, if this person may see it now. `owner_id`: what it belongs to, as in `Media.case_id`."""
    shown = (right(session, person_id, owner_id, attachment_id, now) for right in FILE_RIGHTS)
    return next((media for media in shown if media is not None), None)
