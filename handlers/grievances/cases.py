"""The officer's side of a case: who is told of it, and looking at it. What its card says is handlers.grievances.cards, lists
are handlers.grievances.listing, what they write in it is handlers.grievances.replying, passing it on is
handlers.grievances.handing_on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from config.i18n import Language
from handlers.chat import menu
from handlers.chat.conversation import Conversation, Goes, Turn, open_token, with_right
from handlers.chat.unasked import Card, is_hidden, reader_of, tell
from handlers.chat.words import destination, state_name
from handlers.grievances import cards
from handlers.people import pin
from models.anonymity import moments
from models.grievances import access, cases, handling, oversight
from models.grievances.cases import Grievance
from models.messages.message import Option
from models.messages.outbox import Letter
from models.people import rights
from models.people.accounts import Account
from models.store.database import Session


def unsettled_label(session: Session, reader: Language, case: Grievance, now: datetime, *, late: bool = False) -> str:
    """What the reporter's button says that takes a case further: where to, by name."""
    above = next(iter(access.units_above(session, case, now)), None)
    if above is None:
        return reader.gettext("Overdue: ask again") if late else reader.gettext("Not settled")
    who = destination(reader, above)
    return reader.gettext("Overdue: up to {who}", who=who) if late else reader.gettext("Not settled: up to {who}", who=who)


def show(turn: Turn, case: Grievance, title: str, also: Sequence[Option] = ()) -> None:
    """The card, to the officer at hand, under a sentence."""
    shown = cards.card(turn.session, turn.language, case, title, turn.member.person_id, turn.now)
    turn.say(shown.text, cards.options(turn.session, turn.language, case, turn.now, shown.left_out, also))


def tell_handlers(
    session: Session, case: Grievance, now: datetime, title: Callable[[Language], str], *, but: str = ""
) -> None:
    """The card to everybody who handles the case, except the one who has just acted (`but`, a person's id)."""
    for account, somebody in access.handlers_of(session, case, now):
        if somebody.id != but:
            _send_card(session, account, case, title, now)


def tell_officer(session: Session, case: Grievance, person_id: str, now: datetime, title: Callable[[Language], str]) -> None:
    """The card to one of those who handle the case."""
    for account, somebody in access.handlers_of(session, case, now):
        if somebody.id == person_id:
            _send_card(session, account, case, title, now)


def _send_card(session: Session, to: Account, case: Grievance, title: Callable[[Language], str], now: datetime) -> None:
    """In the language of that phone."""
    reader = reader_of(session, to)
    heading = title(reader)
    # A hidden card is composed when it is opened (handlers.front.unopened).
    shown = cards.Shown("") if is_hidden(session, to) else cards.card(session, reader, case, heading, to.person_id, now)
    options = cards.options(session, reader, case, now, shown.left_out)
    letter = Letter(shown.text, options=options, asks=True, in_office=True)
    tell(session, to, letter, now, card=Card(case.id, heading))


def ring(session: Session, case: Grievance, now: datetime) -> None:
    """A bare line to everybody who handles an urgent case, at night too: the card is a question, and waits while they are in
    the middle of another conversation. It says nothing that a lock screen must not show. Danger goes past the team to who
    is nearest above it (models.grievances.exclusions.DANGER), so those rung are never the writer's own team while anybody
    else can be reached."""
    for account, _somebody in access.handlers_of(session, case, now):
        text = reader_of(session, account).gettext("The union has something urgent for you. Write menu to see it.")
        tell(session, account, Letter(text, in_office=True), now, plain=True)


def _elsewhere(turn: Turn) -> Goes | None:
    """Where the code of a case leads that this officer does not handle (handlers.grievances.from_above)."""
    asked = turn.session, turn.member.person_id
    if (case := access.to_read(*asked, turn.subject, turn.now)) is not None:
        return Goes("along_case", case.id)
    reach = next(iter(oversight.in_reach(*asked, turn.now, turn.subject)), None)
    return Goes("takeover", reach.case.id) if reach is not None else None


def _view(turn: Turn) -> None:
    case = cards.case_of(turn)
    if case is None and (elsewhere := _elsewhere(turn)) is not None:
        raise elsewhere
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
        turn._("{code} is acknowledged, comrade.", code=case.code),
        cards.options(turn.session, turn.language, case, turn.now),
    )


def already(turn: Turn, case: Grievance) -> None:
    """Somebody else was first: says what they did."""
    turn.session.refresh(case)
    last = next((e for e in reversed(cases.entries(turn.session, case.id)) if e.officer_id), None)
    by = cards.officer_name(turn.session, turn.language, last) if last else turn._("Somebody")
    state = state_name(turn.language, case)
    text = turn._("{who} was first: {code} is now “{state}”. Nothing was changed.", who=by, code=case.code, state=state)
    turn.say(text, cards.options(turn.session, turn.language, case, turn.now))


CONVERSATIONS = (
    Conversation("view", _view, allowed=with_right(rights.HANDLE), subject="one", in_office=True),
    Conversation("ack", _acknowledge, about=cards.open_case, in_office=True),
)
