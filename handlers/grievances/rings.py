"""What officers are told of together, because it came faster than a phone should ring (models.grievances.floods)."""

from __future__ import annotations

from datetime import datetime

from handlers.chat.conversation import open_token
from handlers.chat.unasked import reader_of, tell
from models.grievances import floods
from models.grievances.floods import Together
from models.messages.message import Option
from models.messages.outbox import Letter
from models.messages.quiet_hours import Quiet, is_quiet
from models.people import offices
from models.store.database import Session


def due(session: Session, now: datetime, most: int) -> list[Together]:
    """What is to be told now."""
    return [*floods.dangers_due(session, now), *floods.messages_due(session, now, most)]


def tell_together(session: Session, what: Together, now: datetime, quiet: Quiet) -> None:
    """Tells the officers of one unit, in numbers. Danger rings at night, too; the rest the morning tells."""
    if not floods.claim(session, what) or (what.name == "more" and is_quiet(now, quiet)):
        return
    told = {account.id: (account, officer) for account, officer, _ in offices.officers_of(session, what.unit_id, now.date())}
    for account, officer in told.values():
        count = floods.count(session, officer.id, what, now)
        reader = reader_of(session, account)
        if count and what.name == "dangers":
            text = reader.ngettext(
                "Comrade, {count} more urgent matter has come. Write menu to see it.",
                "Comrade, {count} more urgent matters have come. Write menu to see them.",
                count,
            )
            tell(session, account, Letter(text, in_office=True), now, plain=True)
        elif count:
            text = reader.ngettext(
                "Comrade, workers wrote much in the last hour: {count} message was not announced by itself.",
                "Comrade, workers wrote much in the last hour: {count} messages were not announced one by one.",
                count,
            )
            options = [Option(open_token("queue"), reader.gettext("Cases to handle"))]
            tell(session, account, Letter(text, options=options, in_office=True), now)
