"""The officer's side of a case: the card, and who is told. Lists are handlers.grievances.listing, what they write in it is
handlers.grievances.replying, passing it on is handlers.grievances.handing_on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from config.i18n import Language
from handlers.chat import menu
from handlers.chat.conversation import Conversation, Turn, open_token, with_right
from handlers.chat.unasked import Card, is_hidden, reader_of, tell
from handlers.chat.words import category_name, destination, role_name, shortened, state_name, unit_name
from handlers.grievances import case_files, since
from handlers.people import pin
from models.anonymity import moments
from models.grievances import access, cases, handling, routes, work
from models.grievances.cases import Entry, Grievance
from models.messages.message import Option
from models.messages.outbox import Letter
from models.people import persons, rights, units
from models.people.accounts import Account
from models.store.database import Session


def case_of(turn: Turn) -> Grievance | None:
    """The case this run is about, if this officer may see it."""
    if not turn.offices:
        return None
    return access.for_officer(turn.session, turn.member.person_id, turn.subject, turn.now)


def open_case(turn: Turn) -> Grievance | None:
    case = case_of(turn)
    return case if case is not None and case.state in cases.OPEN else None


def card(session: Session, to: Account, case: Grievance, title: str, now: datetime, *, whole: bool = True) -> str:
    """All an officer needs to act on a case, in their language: `title` says why it is shown. Not `whole`: for those who
    have read the case before, what was said between its beginning and the newest words is cut short."""
    reader = reader_of(session, to)
    name = cases.reporter_name(session, case, committee=access.is_committee(session, to.person_id, case, now))
    facts = [
        reader.gettext("About: {category}", category=category_name(reader, case.category)),
        reader.gettext("Where: {unit}", unit=unit_name(session, case.unit_id)),
        _from(session, reader, case, name),
        reader.gettext("State: {state}.", state=state_name(reader, case)),
    ]
    if case.assignee_id is not None:
        facts.append(reader.gettext("Handled by: {name}", name=_name(session, case.assignee_id)))
    if cases.is_owed(case):
        facts.append(reader.gettext("Answer before: {when}", when=reader.when(work.shown_at(case, case.due_at))))
    danger = " ⚠ " + reader.gettext("somebody may be in danger") if case.urgent else ""
    lines = [title + danger, "\n".join(facts)]
    lines += said_in(session, reader, case, whole=whole)
    lines += since.limits(session, reader, case, now)
    if routes.wants_verified(case.category):
        lines.append(
            reader.gettext(
                "Comrade, the worker asks whether this is true: please answer what has been verified, and from whom."
            )
        )
    lines += case_files.listed(session, reader, case)
    return "\n\n".join(lines)


def said_in(session: Session, reader: Language, case: Grievance, *, whole: bool = True) -> list[str]:
    """All that was said in a case, each with who and when. Not `whole`: what stands between the first and the last is cut
    short."""
    entries = [(entry, cases.text_of(session, entry)) for entry in cases.entries(session, case.id)]
    said = [(entry, words) for entry, words in entries if words or entry.kind == cases.UNDELIVERED]
    lines = []
    for entry, words in said:
        if entry.kind == cases.UNDELIVERED:
            lines.append(undelivered(reader))
            continue
        kept = words if whole or entry in (said[0][0], said[-1][0]) else shortened(words)
        lines.append(f"{at(reader, case, entry)} · {said_by(session, reader, entry)}: “{kept}”")
    return lines


def at(reader: Language, case: Grievance, entry: Entry) -> str:
    """When something was said, no finer than the case's cover allows."""
    return reader.when(work.shown_at(case, entry.at))


def undelivered(reader: Language) -> str:
    return "⚠ " + reader.gettext("The worker's app refused what was said last: it did not reach them.")


def _from(session: Session, reader: Language, case: Grievance, name: str) -> str:
    if case.spoken_to is not None:
        return reader.gettext("From: a worker without a phone, told to {name}", name=_name(session, case.spoken_to))
    return reader.gettext("From: {name}", name=name) if name else reader.gettext("From: a worker, not named")


def _name(session: Session, person_id: str) -> str:
    return persons.name_of(session, session.get_one(persons.Person, person_id))


def officer_name(session: Session, reader: Language, entry: Entry) -> str:
    assert entry.officer_id is not None
    return reader.gettext("Comrade {name}", name=_name(session, entry.officer_id))


def said_by(session: Session, reader: Language, entry: Entry) -> str:
    if entry.officer_id is None and entry.kind == "reworded":
        return reader.gettext("The worker has changed their words")
    if entry.officer_id is None:
        return reader.gettext("The worker")
    by = officer_name(session, reader, entry)
    return by + " (" + reader.gettext("note inside the union") + ")" if entry.kind == "note" else by


def unsettled_label(session: Session, reader: Language, case: Grievance, now: datetime, *, late: bool = False) -> str:
    """What the reporter's button says that takes a case further: where to, by name."""
    above = next(iter(access.units_above(session, case, now)), None)
    if above is None:
        return reader.gettext("Overdue: ask again") if late else reader.gettext("Not settled")
    who = destination(reader, above)
    return reader.gettext("Overdue: up to {who}", who=who) if late else reader.gettext("Not settled: up to {who}", who=who)


def card_options(session: Session, reader: Language, case: Grievance, now: datetime) -> list[Option]:
    """What can be done with a case, the commonest first; wherever its card is shown. A spoken one cannot be asked of or
    closed over a chat."""
    why = Option(open_token("why", case.id), reader.gettext("Why do I see this?"))
    note = Option(open_token("note", case.id), reader.gettext("Note inside the union"))
    if case.state not in cases.OPEN:
        return [note, why]
    up = [
        Option(open_token("escalate", case.id), reader.gettext("Hand up to {who}", who=destination(reader, one)))
        for one in access.units_above(session, case, now)[:1]
    ]
    back = _handing_back(session, reader, case, now)
    if case.route is None:
        return [note, *up, Option(open_token("end", case.id), reader.gettext("Close: settled in person")), why, *back]
    first = [Option(open_token("ack", case.id), reader.gettext("Acknowledge"))] if case.state == "new" else []
    return [
        *first,
        Option(open_token("reply", case.id), reader.gettext("Answer")),
        Option(open_token("ask", case.id), reader.gettext("Ask for more")),
        Option(open_token("assign", case.id), reader.gettext("Assign")),
        note,
        *up,
        Option(open_token("close", case.id), reader.gettext("Propose to close")),
        Option(open_token("unfounded", case.id), reader.gettext("Not enough grounds")),
        why,
        *back,
    ]


def _handing_back(session: Session, reader: Language, case: Grievance, now: datetime) -> list[Option]:
    """For those above whom a case has reached: to the unit below that can go on with it, where there is one."""
    if not access.units_below(session, case, now):
        return []
    return [Option(open_token("handback", case.id), reader.gettext("Hand back with guidance"))]


def show(turn: Turn, case: Grievance, title: str) -> None:
    """The card, to the officer at hand, under a sentence."""
    text = card(turn.session, turn.member, case, title, turn.now)
    queue = Option(open_token("queue"), turn._("Cases to handle"))
    turn.say(
        text,
        [
            *card_options(turn.session, turn.language, case, turn.now),
            *case_files.options(turn.session, turn.language, case),
            queue,
        ],
    )


def tell_handlers(
    session: Session,
    case: Grievance,
    now: datetime,
    title: Callable[[Language], str],
    *,
    whole: bool = True,
    but: str = "",
) -> None:
    """The card to everybody who handles the case, except the one who has just acted (`but`, a person's id)."""
    for account, somebody in access.handlers_of(session, case, now):
        if somebody.id != but:
            _send_card(session, account, case, title, now, whole=whole)


def tell_officer(session: Session, case: Grievance, person_id: str, now: datetime, title: Callable[[Language], str]) -> None:
    """The card to one of those who handle the case."""
    for account, somebody in access.handlers_of(session, case, now):
        if somebody.id == person_id:
            _send_card(session, account, case, title, now)


def _send_card(
    session: Session, to: Account, case: Grievance, title: Callable[[Language], str], now: datetime, *, whole: bool = True
) -> None:
    """In the language of that phone."""
    reader = reader_of(session, to)
    heading = title(reader)
    # A hidden card is composed when it is opened (handlers.front.unopened).
    text = "" if is_hidden(session, to) else card(session, to, case, heading, now, whole=whole)
    options = [*card_options(session, reader, case, now), *case_files.options(session, reader, case)]
    tell(session, to, Letter(text, options=options, asks=True, in_office=True), now, card=Card(case.id, heading))


def ring(session: Session, case: Grievance, now: datetime) -> None:
    """A bare line to everybody who handles an urgent case, at night too: the card is a question, and waits while they are in
    the middle of another conversation. It says nothing that a lock screen must not show. Danger goes past the team to who
    is nearest above it (models.grievances.exclusions.DANGER), so those rung are never the writer's own team while anybody
    else can be reached."""
    for account, _somebody in access.handlers_of(session, case, now):
        text = reader_of(session, account).gettext("The union has something urgent for you. Write menu to see it.")
        tell(session, account, Letter(text, in_office=True), now, plain=True)


def _view(turn: Turn) -> None:
    case = case_of(turn)
    if case is None:  # an officer typing the code of a case of their own as a worker
        own = None if pin.wanted(turn) else cases.for_reporter(turn.session, turn.reporter, turn.subject)
        options = [Option(open_token("mine", own.id), own.code)] if own else []
        turn.say(turn._("There is no case with that code for your unit."), options or menu.options(turn))
        return
    show(turn, case, turn._("Case {code}", code=case.code))


def _acknowledge(turn: Turn) -> None:
    case = turn.thing(Grievance)
    at = moments.cover(turn.now, turn.site.relay_minutes) if case.covered else turn.now
    try:
        handling.acknowledge(turn.session, case, turn.member.person_id, turn.now, at)
    except handling.Refused:
        already(turn, case)
        return
    turn.falls_due = not case.covered
    turn.say(
        turn._("{code} is acknowledged, comrade.", code=case.code), card_options(turn.session, turn.language, case, turn.now)
    )


def _why(turn: Turn) -> None:
    case = turn.thing(Grievance)
    offices = [
        f"{role_name(turn.language, held.role)}, {units.get(turn.session, held.unit_id).name}"
        for held in turn.offices
        if held.unit_id == case.holder_id
    ]
    text = turn._(
        "Comrade, you see {code} because {unit} holds it and you are: {roles}. Officers whom its reporter passed over do "
        "not see it; why is asked of nobody.",
        code=case.code,
        unit=units.get(turn.session, case.holder_id).name,
        roles="; ".join(offices),
    )
    turn.say(text, [Option(open_token("view", case.id), case.code), Option(open_token("menu"), turn._("Menu"))])


def already(turn: Turn, case: Grievance) -> None:
    """Somebody else was first: says what they did."""
    turn.session.refresh(case)
    last = next((e for e in reversed(cases.entries(turn.session, case.id)) if e.officer_id), None)
    by = officer_name(turn.session, turn.language, last) if last else turn._("Somebody")
    state = state_name(turn.language, case)
    text = turn._("{who} was first: {code} is now “{state}”. Nothing was changed.", who=by, code=case.code, state=state)
    turn.say(text, card_options(turn.session, turn.language, case, turn.now))


CONVERSATIONS = (
    Conversation("view", _view, allowed=with_right(rights.HANDLE), subject="one", in_office=True),
    Conversation("ack", _acknowledge, about=open_case, in_office=True),
    Conversation("why", _why, about=case_of, in_office=True),
)
