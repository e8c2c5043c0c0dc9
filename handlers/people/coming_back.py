"""Coming back on a page of the union's own, which is gone when it is closed: it remembers, where the phone is one's own, or
there is a return code (models.people.return_codes), which leads from a new page to the same person.

Whoever comes back leaves what every turn leaves: the account's row says so in the night, and the old page is nobody's from
then on (models.people.wishes.come_back). A PIN is asked for as before, and wrong ones still count: the chat is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.chat import menu
from handlers.chat.conversation import (
    Choice,
    Conversation,
    Invalid,
    Question,
    Resumes,
    Turn,
    is_member,
    open_token,
    unless_back,
)
from handlers.chat.unasked import reader_of, tell
from handlers.chat.words import role_name
from handlers.people import pin
from models.anonymity import moments
from models.anonymity.events import Event
from models.messages import chats, mailbox, outbox
from models.messages.message import ForPage, Option
from models.messages.notes import note
from models.messages.outbox import Letter
from models.people import offices, persons, return_codes, rights, units, wishes, wrong_codes
from models.people.accounts import Account, Sender
from models.store.database import Session

_OWN, _SHARED = "own", "shared"


@note
@dataclass(slots=True)
class Returning:
    """Whose code was written: the account's id."""

    account_id: str = ""


def is_asked(turn: Turn) -> bool:
    """Whether it is to be asked whose phone this is: a page may be closed for good, and this one does not remember yet."""
    return turn.line.is_page and not turn.remembers


def _tonight(turn: Turn) -> datetime:
    return moments.tonight(turn.now, turn.site.relay_minutes)


# Whose phone it is.


def _device_text(turn: Turn) -> str:
    if turn.is_officer:
        return turn._("Comrade, is this phone yours alone? Whoever closes this page needs one of the two to come back.")
    return turn._("Is this phone yours alone? Whoever closes this page needs one of the two to come back.")


def _device_choices(turn: Turn) -> Sequence[Choice]:
    return (
        Choice(_OWN, turn._("Mine: remember me on it")),
        Choice(_SHARED, turn._("Shared: give me a return code")),
    )


def _device(turn: Turn) -> None:
    if turn.answers["whose"] == _OWN:
        turn.say(turn._("This phone remembers you now. A switch above ends that."), page=ForPage(keeps=True))
    else:
        _show(turn, _code_of(turn))
    menu.show(turn)


# The code.


def _code_of(turn: Turn) -> str:
    """The code that works, made now where there is none."""
    account_id = turn.member.id
    return return_codes.working(turn.session, account_id) or return_codes.make(
        turn.session, account_id, turn.now, _tonight(turn)
    )


def _show(turn: Turn, code: str, options: Sequence[Option] = ()) -> None:
    words = turn._(
        "Your return code: {code}\n\nWrite it down. On a new page, write it instead of a joining code: your grievances and "
        "answers are there again. Show it to nobody: whoever has it is you here.",
        code=code,
    )
    turn.say(words, options, page=ForPage(copies=code))


def remind(turn: Turn) -> None:
    """With each code of a grievance: how to read the answer, on a page that forgets. Not who wanted no code."""
    if not is_asked(turn):
        return
    kept = return_codes.newest(turn.session, turn.member.id)
    if kept.works or not kept.generation:
        code = _code_of(turn)
        words = turn._("Before you close this page, write down your return code: {code}", code=code)
        turn.say(words, page=ForPage(copies=code))


def _may(turn: Turn) -> bool:
    return is_member(turn) and turn.line.is_page


def _shown(turn: Turn) -> None:
    options = [
        Option(open_token("new_return_code"), turn._("Make a new code")),
        Option(open_token("no_return_code"), turn._("End the code")),
        Option(open_token("menu"), turn._("Menu")),
    ]
    _show(turn, _code_of(turn), options)


def _renewed(turn: Turn) -> None:
    code = return_codes.make(turn.session, turn.member.id, turn.now, _tonight(turn))
    turn.say(turn._("The earlier code is over."))
    _show(turn, code, [Option(open_token("menu"), turn._("Menu"))])


def _end_text(turn: Turn) -> str:
    return turn._("End the return code? If this page is closed and does not remember you, there is then no way back.")


def _end_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("back", turn._("Back")), Choice("yes", turn._("End the code")))


def _ended(turn: Turn) -> None:
    return_codes.end(turn.session, turn.member.id, turn.now, _tonight(turn))
    menu.show(turn, turn._("The code is over. You can have another under Settings."))


# A code is written in a new page.


def too_many(turn: Turn) -> str:
    return turn._("Too many wrong codes have been tried. Please try again later, or speak with your union team.")


def count_wrong(turn: Turn, about: str = "") -> None:
    guard = turn.state.guard
    guard.wrong_codes = wrong_codes.of_chat(guard.wrong_codes, guard.wrong_code_at, turn.now) + 1
    guard.wrong_code_at = turn.now.isoformat()
    wrong_codes.count(turn.session, turn.origin, turn.now, about)


def judged(turn: Turn, text: str) -> str:
    """Whose code this is, the account's id. A right one takes nothing off the wrong ones: it can be written again and
    again."""
    if not turn.line.is_page:
        raise Invalid(turn._("A return code is for the union's page on the web. Here, write the joining code on your slip."))
    guard, about = turn.state.guard, return_codes.beginning(turn.session, text)
    at = guard.wrong_codes, guard.wrong_code_at, turn.origin, turn.now
    if wrong_codes.must_wait(turn.session, *at, about):
        raise Invalid(too_many(turn))
    account_id = return_codes.find(turn.session, text)
    account = turn.session.get(Account, account_id) if account_id else None
    if account is None or account.line != turn.sender.line or wishes.is_gone(turn.session, account.id):
        count_wrong(turn, about)
        raise Invalid(turn._("That return code is wrong or over. Please check it, or ask your union team for a new slip."))
    return account.id


def _come_back(turn: Turn) -> None:
    account = turn.session.get_one(Account, turn.notes(Returning).account_id)
    wishes.come_back(turn.session, account, turn.sender, turn.now, _tonight(turn))
    turn.account, turn.person = account, turn.session.get_one(persons.Person, account.person_id)
    turn.falls_due = True
    sides = chats.BOTH_SIDES if turn.person.staff_hash is not None else chats.ONE_SIDE
    turn.chat = chats.load(turn.session, chats.of(turn.sender, account.id), turn.now, sides=sides)
    for known in ("language", "wishes", "offices", "units", "recipients"):
        vars(turn).pop(known, None)
    turn.state.guard.open_until = ""
    for run in filter(None, (turn.state.run, turn.state.draft)):
        run.answers.pop("pin", None)  # it is asked for again, where one is set
    turn.say(turn._("Welcome back. You are where you were; the page that was open before is closed to everybody."))
    raise Resumes


def already_here(turn: Turn) -> str:
    """Said of a return code that is written where somebody has joined: it may be another's, who uses the same computer."""
    return turn._(
        "A return code is for a new page. To go on as somebody else, first delete this chat from this device (the three "
        "dots above)."
    )


# What is done after it.


def move(session: Session, event: Event, _now: datetime, _pace: object) -> None:
    wishes.move(session, event.account_id, event.text)


def write_code(session: Session, event: Event, _now: datetime, _pace: object) -> None:
    if session.get(Account, event.account_id) is not None:
        return_codes.carry_out(session, event)


def came_back(session: Session, event: Event, now: datetime, _pace: object) -> None:
    """What waited in the old page waits in the new one; the old page, the person's other phones and, of an officer, those
    who hear of claims are told: it may have been somebody else."""
    account = session.get(Account, event.account_id)
    if account is None:
        return
    before, _, here = event.text.partition(":")
    mailbox.hand_on(session, before, here, now)
    reader = reader_of(session, account)
    text = reader.gettext(
        "This chat was opened on another page with its return code, and is closed here. If that was not you: write the "
        "code here, and make a new one under Settings."
    )
    outbox.queue(session, Sender(account.line, before), Letter(text, language=reader.code), now)
    for other in wishes.of_person(session, account.person_id):
        if other.confirmed and other.id != account.id:
            reader = reader_of(session, other)
            text = reader.gettext("Your place here was opened on another page with your return code. If that was not you, "
                                  "put it out.")  # fmt: skip
            options = [Option(open_token("unlink"), reader.gettext("Put other phones out"))]
            tell(session, other, Letter(text, options=options), now)
    if account.confirmed:
        _tell_officers(session, account, now)


def _tell_officers(session: Session, account: Account, now: datetime) -> None:
    day = now.date()
    holder = session.get_one(persons.Person, account.person_id)
    told: set[str] = set()
    for held in offices.held_by(session, holder.id, day):
        path = units.path(session, held.unit_id)
        for named in path:
            for other, somebody, _office in offices.officers_of(session, named.id, day, rights.HEAR_OF_CLAIM):
                if somebody.id == holder.id or other.id in told:
                    continue
                told.add(other.id)
                reader = reader_of(session, other)
                text = reader.gettext(
                    "The chat of {name}, {role}, {unit}, was opened on another page with its return code. If you doubt that "
                    "it was them, ask them in person.",
                    name=persons.name_of(session, holder),
                    role=role_name(reader, held.role),
                    unit=path[0].name,
                )
                tell(session, other, Letter(text, in_office=True), now)


CONVERSATIONS = (
    Conversation(
        "device",
        _device,
        (Question("whose", _device_text, _device_choices, is_optional=True),),
        allowed=_may,
        for_claims=True,
    ),
    Conversation("return_code", _shown, (pin.question(),), allowed=_may),
    Conversation("new_return_code", _renewed, (pin.question(),), allowed=_may),
    Conversation(
        "no_return_code",
        _ended,
        (pin.question(), Question("sure", _end_text, _end_choices, chosen=unless_back)),
        allowed=_may,
    ),
    Conversation(
        "come_back", _come_back, allowed=lambda turn: turn.account is None and bool(turn.notes(Returning).account_id)
    ),
)
