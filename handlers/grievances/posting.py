"""What was sealed becomes a case, officers are shown it, reporters hear what was said to them.

Each event is done in a transaction of its own, of the three that models.anonymity.intake asks for.
"""

from __future__ import annotations

from datetime import datetime

from config.i18n import Language
from handlers.chat.conversation import open_token
from handlers.chat.doors import Pace
from handlers.chat.unasked import reader_of, tell
from handlers.chat.words import holder_name
from handlers.grievances import case_files, cases
from models.anonymity.events import Event
from models.grievances import cases as case_rows
from models.grievances import enclosures, floods, handling
from models.grievances.cases import Entry, Grievance
from models.messages.message import Option
from models.messages.outbox import Letter
from models.messages.quiet_hours import is_quiet
from models.people import units
from models.store.database import Session


def report(session: Session, event: Event, now: datetime, pace: Pace) -> None:
    """A new case, and the officers who hear of it."""
    _show_officers(session, case_rows.post(session, event, now), event, now, pace)


def hear(session: Session, event: Event, now: datetime, pace: Pace) -> None:
    """What its reporter says or decides in a case that is there."""
    _show_officers(session, handling.hear(session, event, now), event, now, pace)


def tell_undelivered(session: Session, event: Event, now: datetime, _pace: Pace) -> None:
    """The reporter's app has refused what the union said: who said it waits for an answer, and hears that none may come."""
    case = case_rows.note_undelivered(session, event, now)
    if case is not None:
        code = case.code
        cases.tell_handlers(
            session, case, now, lambda reader: reader.gettext("What was said in {code} could not be delivered", code=code)
        )


def _show_officers(session: Session, case: Grievance | None, event: Event, now: datetime, pace: Pace) -> None:
    if case is None:
        return
    enclosures.enclose(session, event.entry_id, event.files)  # before anybody is shown the case
    quiet = is_quiet(now, pace.quiet)
    if quiet and not case.urgent and case.state in case_rows.OPEN:  # of a closed case the morning would say nothing
        return
    if case.urgent and event.kind == "report" and floods.rings(session, case, now):
        cases.ring(session, case, now)
    elif not floods.is_told_apart(session, case, event, now, pace.told_apart):
        return
    cases.tell_handlers(session, case, now, lambda reader: _title(reader, event, case))


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
        "since": reader.gettext("The worker has said since when: {code}", code=code),
    }[event.kind]


def tell_reporter(session: Session, event: Event, now: datetime, _pace: Pace) -> None:
    """Queues what one entry says to the reporter. Writes no row of the case."""
    entry = session.get_one(Entry, event.entry_id)
    if handling.is_superseded(session, entry):
        return
    case = session.get_one(Grievance, entry.grievance_id)
    for account in case_rows.reporter_accounts(session, case):
        reader = reader_of(session, account)
        text, options = _words(session, reader, entry, case, now)
        if files := case_files.sent_with(session, reader, entry):
            text, options = f"{text}\n\n{files}", [case_files.button_of_reporter(reader, case), *options]
        tell(session, account, Letter(text, options=options, asks=True, of_case=case.id), now)


def _words(session: Session, reader: Language, entry: Entry, case: Grievance, now: datetime) -> tuple[str, list[Option]]:
    """What the reporter reads, and what they may tap under it."""
    words = f"\n\n“{case_rows.text_of(session, entry)}”"
    add = Option(open_token("add", case.id), reader.gettext("Add or answer"))
    code, who = case.code, holder_name(session, reader, case)

    def up() -> Option:
        return Option(open_token("unsettled", case.id), cases.unsettled_label(session, reader, case, now))

    match entry.kind:
        case "acknowledged":
            text = reader.gettext(
                "{who} has received your grievance {code} and is looking into it. An answer is due before {when}.",
                code=code,
                who=who,
                when=reader.when(case.due_at),
            )
            return text, [add]
        case "escalated" | "taken":
            text = reader.gettext(
                "Your grievance {code} is now with: {who} ({unit}). An answer is due before {when}.",
                code=code,
                who=who,
                unit=units.get(session, case.holder_id).name,
                when=reader.when(case.due_at),
            )
            return text, [add]
        case "climbed":
            text = reader.gettext(
                "Your grievance {code} was not settled in time, so it has gone up and is now with: {who} ({unit}). You need "
                "do nothing. An answer is due before {when}.",
                code=code,
                who=who,
                unit=units.get(session, case.holder_id).name,
                when=reader.when(case.due_at),
            )
            return text, [add]
        case "returned":
            holder = units.get(session, case.holder_id)
            about = {"code": code, "who": who, "unit": holder.name}
            if units.level(holder) == "grassroots":
                text = reader.gettext(
                    "The union above has given your grievance {code} back to the grassroots union, to go on with it: {who} "
                    "({unit}).",
                    **about,
                )
            else:
                text = reader.gettext(
                    "Your grievance {code} was given back to the union team, to go on with it: {who} ({unit}).", **about
                )
            due = reader.gettext("An answer is due before {when}.", when=reader.when(case.due_at))
            return f"{text} {due}", [add]
        case "observed":
            text = reader.gettext(
                "One more officer, of {unit}, now reads your grievance {code} as well. Who answers you has not changed.",
                unit=case_rows.text_of(session, entry),
                code=code,
            )
            return text, [add]
        case "unconfirmed":
            text = reader.gettext(
                "The union has not heard whether {code} is settled, so it is closed as “not confirmed”. You can still say "
                "so, or take it to the union above.",
                code=code,
            )
            return text, [Option(open_token("settled", case.id), reader.gettext("Settled")), up()]
        case "question":
            text = reader.gettext("The union asks about your grievance {code}:", code=code) + words
            return text + "\n\n" + reader.gettext("You need not say your name."), [add]
        case "proposal":
            text = reader.gettext("The union about your grievance {code}:", code=code) + words
            settled = Option(open_token("settled", case.id), reader.gettext("Settled"))
            return text + "\n\n" + reader.gettext("Does this settle it?"), [settled, up(), add]
        case "unfounded":
            text = reader.gettext("The union closes your grievance {code} because it found not enough grounds:", code=code)
            return text + words + "\n\n" + reader.gettext("If you see it otherwise, you can take it further."), [up()]
        case _:
            return reader.gettext("The union answers your grievance {code}:", code=code) + words, [add]
