"""The rule of two: what goes to very many people, or into several grassroots unions, needs a second officer's agreement."""

from __future__ import annotations

from datetime import datetime

from config.i18n import N_
from handlers.broadcasts import forecast, overview
from handlers.broadcasts.previews import Plan
from handlers.chat.conversation import Conversation, Turn, open_token
from handlers.chat.unasked import reader_of, tell
from models.broadcasts import broadcasts
from models.broadcasts.broadcasts import Broadcast
from models.messages.message import Option
from models.messages.outbox import Letter
from models.people import offices, rights
from models.people.persons import Person, name_of
from models.store.database import Session


def ask(turn: Turn, row: Broadcast, plan: Plan) -> None:
    """Shows it to everybody who may agree, with the number that its author was shown."""
    author = name_of(turn.session, turn.session.get_one(Person, row.author_id))
    for account, _person in plan.may_agree or ():
        reader = reader_of(turn.session, account)
        text = reader.gettext(
            "Comrade {name} asks you to agree to notice {code}. {size} Please read it first:",
            name=author,
            code=row.code,
            size=forecast.size_line(reader, plan.size),
        )
        options = [
            Option(open_token("cast", row.id), reader.gettext("See the whole notice")),
            Option(open_token("approve", row.id), reader.gettext("Agree, send it"), "main"),
            Option(open_token("refuse", row.id), reader.gettext("Do not agree"), "danger"),
        ]
        tell(turn.session, account, Letter(text, options=options, in_office=True), turn.now)


def ask_anew(session: Session, row: Broadcast, now: datetime) -> bool:
    """It waits for an officer who is there now."""
    broadcasts.move(session, row, ("scheduled",), "waiting")
    for account, _person, _held in offices.officers_of(session, row.unit_id, now.date(), rights.AGREE_TO_NOTICE):
        reader = reader_of(session, account)
        text = reader.gettext("Notice {code} is due, but its author has left the office. Please look at it.", code=row.code)
        options = [Option(open_token("cast", row.id), reader.gettext("See the whole notice"))]
        tell(session, account, Letter(text, options=options, in_office=True), now)
    return True


def _waiting(turn: Turn) -> Broadcast | None:
    row = overview.theirs(turn)
    return row if row is not None and row.state == "waiting" else None


def _approve(turn: Turn) -> None:
    row = turn.thing(Broadcast)
    if row.author_id == turn.member.person_id:
        turn.say(
            turn._("It takes another officer than the one who wrote it, comrade. Nothing was sent."),
            overview.options(turn, row),
        )
        return
    broadcasts.approve(turn.session, row, turn.member.person_id, turn.now)
    turn.falls_due = True
    agreed = N_("Comrade {name} agrees: {code} goes out.")
    tell_author(turn, row.unit_id, row.author_id, agreed, row.code)
    turn.say(turn._("{code} goes out now, comrade.", code=row.code), overview.options(turn, row))


def _refuse(turn: Turn) -> None:
    row = turn.thing(Broadcast)
    broadcasts.refuse(turn.session, row, turn.member.person_id, turn.now)
    not_agreed = N_("Comrade {name} does not agree to {code}; it is not sent.")
    tell_author(turn, row.unit_id, row.author_id, not_agreed, row.code)
    turn.say(turn._("{code} is not sent. Its author is told, comrade.", code=row.code), overview.options(turn))


def tell_author(turn: Turn, unit_id: str, author_id: str | None, said: str, code: str) -> None:
    """`said`: a message id with the name of who decides and the code of what it is about."""
    name = name_of(turn.session, turn.session.get_one(Person, turn.member.person_id))
    for account, person, _held in offices.officers_of(turn.session, unit_id, turn.now.date()):
        if person.id == author_id != turn.member.person_id:
            text = reader_of(turn.session, account).gettext(said, name=name, code=code)
            tell(turn.session, account, Letter(text, in_office=True), turn.now)


CONVERSATIONS = (
    Conversation("approve", _approve, about=_waiting, in_office=True),
    Conversation("refuse", _refuse, about=_waiting, in_office=True),
)
