"""The clock's door: what was sealed becomes a case, officers are shown it, reporters hear what was said to them.

Each event is done in a transaction of its own, of the three that models.intake asks for.
"""

from __future__ import annotations

import json
from datetime import datetime

from config.i18n import language
from handlers import files, triage
from handlers.conversation import open_token, tell
from models import account as accounts
from models import attachment, grievance, intake, leaving, office
from models.account import Account
from models.database import Session
from models.grievance import Entry, Grievance
from models.intake import Event
from models.message import Option


def post(session: Session, event: Event, now: datetime) -> None:
    """Does what one sealed event asks, in this transaction alone. Doing it again changes and says nothing."""
    match event.kind:
        case "tell":
            _tell_reporter(session, event, now)
        case "change" | "unlink" | "leave" if not intake.once(session, event.entry_id, now.date()):
            return
        case "change":
            accounts.change(session, event.account_id, json.loads(event.text))
        case "unlink":
            leaving.forget_others(session, event.account_id)
        case "leave":
            leaving.forget(session, event.account_id)
        case "report":
            _show_officers(session, grievance.post(session, event, now), event, now)
        case _:
            _show_officers(session, grievance.hear_reporter(session, event, now), event, now)


def _show_officers(session: Session, case: Grievance | None, event: Event, now: datetime) -> None:
    if case is None:
        return
    attachment.enclose(session, event)  # attachments: before anybody is shown the case
    told = {account.id: account for account, _person, _office in office.officers_of(session, case.holder_id, now.date())}
    for account in told.values():  # once, however many offices one of them holds
        reader = language(account.language)
        title = {
            "report": reader.gettext("New grievance {code}", code=case.code),
            "addition": reader.gettext("The worker added to {code}", code=case.code),
            "settled": reader.gettext("The worker says {code} is settled", code=case.code),
            "unsettled": reader.gettext("The worker says {code} is not settled; it is with your unit now", code=case.code),
        }[event.kind]
        text = triage.card(session, reader, case, title, whole=event.kind == "unsettled")
        options = [*triage.card_options(reader, case), *files.options(session, reader, case)]  # attachments
        tell(session, account, text, now, options=options, asks=True, in_office=True, case_id=case.id, heading=title)


def _tell_reporter(session: Session, event: Event, now: datetime) -> None:
    """Queues what one entry says to the reporter. Writes no row of the case, and the same entry twice is one message."""
    if not intake.once(session, event.entry_id, now.date()):
        return
    entry = session.get_one(Entry, event.entry_id)
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
    tell(session, account, text, now, options=options, asks=True)
