"""The clock's door: what was sealed becomes a case, officers are shown it, reporters hear what was said to them.

Each function is one transaction of the three (or two) that models.intake and models.grievance ask for; the caller must give
each its own.
"""

from __future__ import annotations

from datetime import datetime

from config.i18n import language
from handlers import triage
from handlers.conversation import open_token, tell
from models import grievance, office
from models.account import Account
from models.database import Session
from models.grievance import Entry, Grievance
from models.ids import id_from
from models.intake import Event
from models.message import Option
from models.sealing import keyed_hash


def post(session: Session, event: Event, now: datetime) -> None:
    """Posts one sealed event and tells the officers who hold the case. Posting it again changes and says nothing."""
    posted = grievance.post if event.kind == "report" else grievance.hear_reporter
    case = posted(session, event, now)
    if case is not None:
        _show_officers(session, case, event, now)


def _show_officers(session: Session, case: Grievance, event: Event, now: datetime) -> None:
    accounts = {account.id: account for account, _person, _office in office.officers_of(session, case.holder_id, now.date())}
    for account in accounts.values():  # once, however many offices one of them holds
        reader = language(account.language)
        title = {
            "report": reader.gettext("New grievance {code}", code=case.code),
            "addition": reader.gettext("The worker added to {code}", code=case.code),
            "settled": reader.gettext("The worker says {code} is settled", code=case.code),
            "unsettled": reader.gettext("The worker says {code} is not settled; it is with your unit now", code=case.code),
        }[event.kind]
        text = triage.card(session, reader, case, title)
        options = triage.card_options(reader, case)
        tell(session, account, text, now, options=options, asks=True, case_id=case.id, heading=title)


def tell_reporter(session: Session, entry_id: str, now: datetime) -> None:
    """Queues what one entry says to the reporter. Writes no row of the case, and the same entry twice is one message."""
    entry = session.get_one(Entry, entry_id)
    case = session.get_one(Grievance, entry.grievance_id)
    for account in grievance.reporter_accounts(session, case):
        _tell_account(session, account, case, entry, now)


def _tell_account(session: Session, account: Account, case: Grievance, entry: Entry, now: datetime) -> None:
    reader = language(account.language)
    words = grievance.text_of(session, entry)
    options = [Option(open_token("add", case.id), reader.gettext("Add or answer"))]
    if entry.kind == "proposal":
        text = reader.gettext("The union about your grievance {code}:", code=case.code)
        text += f"\n\n«{words}»\n\n" + reader.gettext("Does this settle it?")
        options = [
            Option(open_token("settled", case.id), reader.gettext("Settled")),
            Option(open_token("unsettled", case.id), reader.gettext("Not settled: to the union above")),
            *options,
        ]
    else:
        text = reader.gettext("The union answers your grievance {code}:", code=case.code) + f"\n\n«{words}»"
    row_id = id_from(keyed_hash(session, "relay", entry.id, account.id))
    tell(session, account, text, now, options=options, asks=True, row_id=row_id)
