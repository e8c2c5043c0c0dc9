"""The rule of two: what goes to very many people, or into several grassroots unions, needs a second officer's agreement."""

from __future__ import annotations

from datetime import datetime

from config.i18n import N_, language
from handlers import desk
from handlers.conversation import Conversation, Turn, open_token, tell
from models import audience, broadcast, office, unit
from models.account import Account
from models.audience import Audience
from models.broadcast import Broadcast
from models.database import Session
from models.message import Option
from models.person import Person, name_of


def is_needed(turn: Turn, to: Audience, size: int) -> bool:
    many = size > turn.house.notices.second_above
    return many or audience.grassroots_in(turn.session, to, unit.kinds("grassroots")) > 1


def others(turn: Turn, unit_id: str) -> list[tuple[Account, Person]]:
    """Who may agree: officers of the unit that speaks, else of the nearest above it that has any; never the author."""
    for one in unit.path(turn.session, unit_id):
        found = {
            account.id: (account, person)
            for account, person, _held in office.officers_of(turn.session, one.id, turn.now.date())
            if person.id != turn.member.person_id
        }
        if found:
            return list(found.values())
    return []


def is_possible(turn: Turn, to: Audience, unit_id: str, size: int) -> bool:
    """`unit_id`: of the unit that speaks."""
    return not is_needed(turn, to, size) or bool(others(turn, unit_id))


def warning(turn: Turn, unit_id: str) -> str:
    who = {person.id: person for _account, person in others(turn, unit_id)}
    if not who:
        return turn._(
            "⚠ This needs a second officer's agreement, and no other officer of your unit or above it has joined here yet. "
            "Please choose fewer people, or ask a colleague to join."
        )
    names = ", ".join(name_of(turn.session, person) for person in who.values())
    return turn._("This needs a second officer's agreement. One of them will be asked: {names}.", names=names)


def ask(turn: Turn, row: Broadcast, size: int) -> None:
    """Shows it to everybody who may agree."""
    author = name_of(turn.session, turn.session.get_one(Person, row.author_id))
    for account, _person in others(turn, row.unit_id):
        reader = language(account.language)
        text = reader.gettext(
            "Comrade {name} asks you to agree to notice {code} for {count} people. Please read it first:",
            name=author,
            code=row.code,
            count=size,
        )
        options = [
            Option(open_token("cast", row.id), reader.gettext("See the whole notice")),
            Option(open_token("approve", row.id), reader.gettext("Agree, send it")),
            Option(open_token("refuse", row.id), reader.gettext("Do not agree")),
        ]
        tell(turn.session, account, text, turn.now, options=options, in_office=True)


def has_left(session: Session, row: Broadcast, now: datetime) -> bool:
    """Whether its author answered for the unit, or one above, and does no longer: a notice does not outlive the office."""
    if row.approved_by is not None:
        return False
    path = [one.id for one in unit.path(session, row.unit_id)]
    held = {one.unit_id for one in office.held_by(session, row.author_id, now.date()) if one.role in office.HANDLERS}
    return not held & set(path) and office.ever_held(session, row.author_id, path)


def ask_anew(session: Session, row: Broadcast, now: datetime) -> bool:
    """It waits for an officer who is there now."""
    broadcast.move(session, row, ("scheduled",), "waiting")
    for account, _person, _held in office.officers_of(session, row.unit_id, now.date()):
        reader = language(account.language)
        text = reader.gettext("Notice {code} is due, but its author has left the office. Please look at it.", code=row.code)
        options = [Option(open_token("cast", row.id), reader.gettext("See the whole notice"))]
        tell(session, account, text, now, options=options, in_office=True)
    return True


def _waits(turn: Turn) -> bool:
    row = desk.theirs(turn)
    return row is not None and row.state == "waiting"


def _approve(turn: Turn) -> None:
    row = desk.theirs(turn)
    assert row is not None  # `allowed` was asked first
    if row.author_id == turn.member.person_id:
        turn.say(
            turn._("It takes another officer than the one who wrote it, comrade. Nothing was sent."), desk.options(turn, row)
        )
        return
    broadcast.approve(turn.session, row, turn.member.person_id, turn.now)
    turn.falls_due = True
    agreed = N_("Comrade {name} agrees: {code} goes out.")
    tell_author(turn, row.unit_id, row.author_id, agreed, row.code)
    turn.say(turn._("{code} goes out now, comrade.", code=row.code), desk.options(turn, row))


def _refuse(turn: Turn) -> None:
    row = desk.theirs(turn)
    assert row is not None
    broadcast.refuse(turn.session, row, turn.member.person_id, turn.now)
    not_agreed = N_("Comrade {name} does not agree to {code}; it is not sent.")
    tell_author(turn, row.unit_id, row.author_id, not_agreed, row.code)
    turn.say(turn._("{code} is not sent. Its author is told, comrade.", code=row.code), desk.options(turn))


def tell_author(turn: Turn, unit_id: str, author_id: str | None, said: str, code: str) -> None:
    """`said`: a message id with the name of who decides and the code of what it is about."""
    name = name_of(turn.session, turn.session.get_one(Person, turn.member.person_id))
    for account, person, _held in office.officers_of(turn.session, unit_id, turn.now.date()):
        if person.id == author_id != turn.member.person_id:
            text = language(account.language).gettext(said, name=name, code=code)
            tell(turn.session, account, text, turn.now, in_office=True)


CONVERSATIONS = (
    Conversation("approve", _approve, allowed=_waits, in_office=True),
    Conversation("refuse", _refuse, allowed=_waits, in_office=True),
)
