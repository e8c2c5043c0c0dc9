"""A PIN before one's own cases and before what the union answers: a phone is borrowed, and left on a table.

Four to six digits; five wrong ones lock this chat for a day. It guards the screen, not the database. Forgotten: leave and
join again, since nobody at the union can tell whose PIN to take away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from config import keyboards
from handlers.chat import menu
from handlers.chat.conversation import Choice, Conversation, Invalid, Question, Stop, Turn, is_member, unless_back
from models.people import accounts, wishes
from models.people.accounts import Account

TRIES = 5
LOCKED = timedelta(days=1)
OPEN = timedelta(minutes=10)
_PIN = re.compile(r"\d{4,6}")


def question() -> Question:
    """The question that stands before whatever the PIN guards; not asked of who has none, or gave it a moment ago."""
    return Question("pin", _text, check=_check, when=wanted)


def kept(turn: Turn, account: Account) -> str:
    """What is kept of this account's PIN, also of one that its row does not say yet."""
    return str(wishes.chosen(turn.session, account.id).get("pin", accounts.pin_of(turn.session, account)))


def wanted(turn: Turn) -> bool:
    """Whether the PIN must be given before anything of this person's own is shown, or denied."""
    if turn.account is None or not kept(turn, turn.account):
        return False
    until = turn.state.guard.open_until
    return not until or datetime.fromisoformat(until) <= turn.now


def _is_locked(turn: Turn) -> bool:
    until = turn.state.guard.locked_until
    return bool(until) and turn.now < datetime.fromisoformat(until)


def _locked(turn: Turn) -> str:
    return turn._(
        "The PIN was wrong {count} times, so this is closed for a day. If you have forgotten it: leave under Settings, and "
        "join again with a new slip.",
        count=TRIES,
    )


def _text(turn: Turn) -> str:
    if _is_locked(turn):
        return _locked(turn) + "\n\n" + turn._("Write menu to go back.")
    return turn._("Please write your PIN, then delete that message from the screen.")


def _check(turn: Turn, text: str) -> str:
    guard = turn.state.guard
    if _is_locked(turn):
        raise Stop(_locked(turn))
    if accounts.pin_fits(turn.session, turn.member, kept(turn, turn.member), keyboards.digits(text)):
        guard.wrong_pins, guard.locked_until = 0, ""
        guard.open_until = (turn.now + OPEN).isoformat()
        return "right"
    guard.wrong_pins += 1
    if guard.wrong_pins >= TRIES:
        guard.wrong_pins, guard.locked_until = 0, (turn.now + LOCKED).isoformat()
        raise Stop(_locked(turn))
    left = TRIES - guard.wrong_pins
    raise Invalid(
        turn.language.ngettext(
            "That is not the PIN. {count} try is left.", "That is not the PIN. {count} tries are left.", left
        )
    )


# Setting it.


def _what_text(turn: Turn) -> str:
    return turn._("A PIN is asked before “My grievances” and before what the union answers you here.")


def _what_choices(turn: Turn) -> Sequence[Choice]:
    if not kept(turn, turn.member):
        return (Choice("new", turn._("Set a PIN")), Choice("back", turn._("Back")))
    return (
        Choice("new", turn._("Another PIN")),
        Choice("none", turn._("Take the PIN away")),
        Choice("back", turn._("Back")),
    )


def _wants_new(turn: Turn) -> bool:
    return turn.answers.get("what") == "new"


def _digits(turn: Turn, text: str) -> str:
    pin = keyboards.digits(text)
    if not (_PIN.fullmatch(pin) and pin.isascii()):
        raise Invalid(turn._("A PIN has 4 to 6 digits."))
    return pin


def _same(turn: Turn, text: str) -> str:
    if keyboards.digits(text) != turn.answers["new"]:
        del turn.answers["new"]
        raise Invalid(turn._("Those two were not the same. Please begin again."))
    return text


def _finish(turn: Turn) -> None:
    taken_away = turn.answers["what"] == "none"
    pin = "" if taken_away else accounts.pin_hash(turn.session, turn.member, turn.answers["new"])
    turn.choose(pin=pin)
    turn.state.guard.open_until = ""
    menu.show(
        turn,
        turn._("The PIN is taken away.")
        if taken_away
        else turn._("The PIN is set. Please delete the messages with it from the screen. No officer can see it."),
    )


CONVERSATIONS = (
    Conversation(
        "pin",
        _finish,
        (
            question(),
            Question("what", _what_text, _what_choices, chosen=unless_back),
            Question("new", lambda turn: turn._("Please write 4 to 6 digits."), check=_digits, when=_wants_new),
            Question("again", lambda turn: turn._("Please write them once more."), check=_same, when=_wants_new),
        ),
        allowed=is_member,
    ),
)
