"""What the subject *broadcasts* brings: writing notices, watching them, reading them."""

from __future__ import annotations

from datetime import datetime

from config.i18n import HERE, N_
from handlers.broadcasts import counts_sheet, overview, reading, second_officer, told_in_person, writing
from handlers.chat.conversation import Entry
from handlers.chat.doors import Doors, Made, Pace
from models.anonymity.events import Event
from models.broadcasts import ledger
from models.people import rights
from models.people.accounts import Account
from models.store.database import Session

_MODULES = (reading, overview, writing, second_officer, told_in_person, counts_sheet)


def _seen(session: Session, event: Event, now: datetime, _pace: Pace) -> None:
    """Somebody has read a notice: noted by the day."""
    account = session.get(Account, event.account_id)
    if account is not None:
        ledger.confirm(session, event.text, account.person_id, now.astimezone(HERE).date())


DOORS = Doors(
    conversations=[conversation for module in _MODULES for conversation in module.CONVERSATIONS],
    menu=[
        Entry("desk", N_("Notices to members"), 20, rights.MANAGE_NOTICE),
        Entry("notices_list", N_("Notices I received"), 60),
    ],
    file_rights=[reading.attached, counts_sheet.attached],
    made=[Made(counts_sheet.is_name, counts_sheet.workbook)],
    events={"seen": _seen},
)
