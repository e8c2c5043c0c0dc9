"""The clock's door: what was sealed becomes a case, officers are shown it, reporters hear what was said to them.

Each event is done in a transaction of its own, of the three that models.anonymity.intake asks for.
"""

from __future__ import annotations

import json
from datetime import datetime

from config.i18n import HERE, Language
from config.settings import Limits
from handlers.chat.conversation import open_token, reader_of, tell
from handlers.chat.words import level_name
from handlers.grievances import cases
from handlers.people import upgrading
from models.anonymity import told
from models.anonymity.intake import Event
from models.broadcasts import ledger
from models.grievances import cases as case_rows
from models.grievances import enclosures, floods, handling
from models.grievances.cases import Entry, Grievance
from models.messages import unopened
from models.messages.message import Option
from models.people import accounts, leaving, units, upgrades
from models.people.accounts import Account
from models.store.database import Session


def post(session: Session, event: Event, now: datetime, *, quiet: bool = False, most: int = Limits().messages) -> None:
    """Does what one sealed event asks, in this transaction alone; once, however often it is asked to. `quiet`: officers
    are told of danger only (handlers.grievances.digest). `most`: of so many messages in an hour they are told one by one
    (models.grievances.floods)."""
    assert event.kind != "ballot", "ballots go together, or their order would tell (models.polls.ballots)"
    if not told.once(session, event.entry_id, now.date()):
        return
    match event.kind:
        case "tell":
            _tell_reporter(session, event, now)
        case "change":
            accounts.change(session, event.account_id, json.loads(event.text))
        case "unlink":
            leaving.end(session, json.loads(event.text))
        case "leave":
            leaving.forget(session, event.account_id)
        case "seen":
            _seen(session, event, now)
        case "slip":
            if upgrades.carry_out(session, event, now.date()):
                upgrading.tell_done(session, event.account_id, now)
        case "office":
            if upgrading.may_still(session, event, now) and upgrades.take_office(session, event, now.date()):
                upgrading.tell_in_office(session, event.account_id, now)
            else:
                upgrading.tell_not_done(session, event.account_id, now)
        case "undelivered":
            _tell_undelivered(session, event, now)
        case "opened":
            unopened.forget(session, event.text)
        case "report":
            _show_officers(session, case_rows.post(session, event, now), event, now, quiet=quiet, most=most)
        case _:
            _show_officers(session, case_rows.hear_reporter(session, event, now), event, now, quiet=quiet, most=most)


def _seen(session: Session, event: Event, now: datetime) -> None:
    """Somebody has read a notice: noted by the day."""
    account = session.get(Account, event.account_id)
    if account is not None:
        ledger.confirm(session, event.text, account.person_id, now.astimezone(HERE).date())


def _tell_undelivered(session: Session, event: Event, now: datetime) -> None:
    """The reporter's app has refused what the union said: who said it waits for an answer, and hears that none may come."""
    case = case_rows.note_undelivered(session, event, now)
    if case is not None:
        code = case.code
        cases.tell_handlers(
            session, case, now, lambda reader: reader.gettext("What was said in {code} could not be delivered", code=code)
        )


def _show_officers(session: Session, case: Grievance | None, event: Event, now: datetime, *, quiet: bool, most: int) -> None:
    if case is None:
        return
    enclosures.enclose(session, event)  # before anybody is shown the case
    if quiet and not case.urgent and case.state in case_rows.OPEN:  # of a closed case the morning would say nothing
        return
    if case.urgent and event.kind == "report" and floods.rings(session, case, now):
        cases.ring(session, case, now)
    elif not floods.is_told_apart(session, case, event, now, most):
        return
    whole = event.kind in ("report", "unsettled")
    cases.tell_handlers(session, case, now, lambda reader: _title(reader, event, case), whole=whole)


def _title(reader: Language, event: Event, case: Grievance) -> str:
    code = case.code
    return {
        "report": reader.gettext("New grievance {code}", code=code),
        "addition": reader.gettext("The worker added to {code}", code=code),
        "danger": reader.gettext("The worker added to {code}", code=code),
        "reworded": reader.gettext("The worker has changed what was said in {code}", code=code),
        "settled": reader.gettext("The worker says {code} is settled", code=code),
        "unsettled": reader.gettext("The worker says {code} is not settled; it is with your unit now", code=code),
        "withdrawn": reader.gettext("The worker has withdrawn {code}", code=code),
        "named": reader.gettext("The reporter of {code} has given a name", code=code),
    }[event.kind]


def _tell_reporter(session: Session, event: Event, now: datetime) -> None:
    """Queues what one entry says to the reporter. Writes no row of the case."""
    entry = session.get_one(Entry, event.entry_id)
    if handling.is_superseded(session, entry):
        return
    case = session.get_one(Grievance, entry.grievance_id)
    for account in case_rows.reporter_accounts(session, case):
        text, options = _words(session, reader_of(session, account), entry, case)
        tell(session, account, text, now, options=options, asks=True, of_case=case.id)


def _words(session: Session, reader: Language, entry: Entry, case: Grievance) -> tuple[str, list[Option]]:
    """What the reporter reads, and what they may tap under it."""
    words = f"\n\n«{case_rows.text_of(session, entry)}»"
    add = Option(open_token("add", case.id), reader.gettext("Add or answer"))
    up = Option(open_token("unsettled", case.id), reader.gettext("Not settled: to the union above"))
    code, who = case.code, level_name(reader, units.get(session, case.holder_id))
    match entry.kind:
        case "acknowledged":
            text = reader.gettext(
                "{who} has received your grievance {code} and is looking into it. An answer is due before {when}.",
                code=code,
                who=who,
                when=reader.when(case.due_at),
            )
            return text, [add]
        case "escalated":
            text = reader.gettext(
                "Your grievance {code} is now with: {who} ({unit}). An answer is due before {when}.",
                code=code,
                who=who,
                unit=units.get(session, case.holder_id).name,
                when=reader.when(case.due_at),
            )
            return text, [add]
        case "question":
            text = reader.gettext("The union asks about your grievance {code}:", code=code) + words
            return text + "\n\n" + reader.gettext("You need not say your name."), [add]
        case "proposal":
            text = reader.gettext("The union about your grievance {code}:", code=code) + words
            settled = Option(open_token("settled", case.id), reader.gettext("Settled"))
            return text + "\n\n" + reader.gettext("Does this settle it?"), [settled, up, add]
        case "unfounded":
            text = reader.gettext("The union closes your grievance {code} because it found not enough grounds:", code=code)
            return text + words + "\n\n" + reader.gettext("If you see it otherwise, you can take it to the union above."), [
                up
            ]
        case _:
            return reader.gettext("The union answers your grievance {code}:", code=code) + words, [add]
