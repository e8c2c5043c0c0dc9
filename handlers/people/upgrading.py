"""A joining code in the chat of somebody who has joined: a slip of their own is used there (models.people.upgrades), and of
every other code it is said what it is for. None becomes the words of a grievance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from config import keyboards
from config.i18n import language
from handlers.chat import menu
from handlers.chat.conversation import Choice, Conversation, Question, Turn, open_token, tell, unless_unchanged
from handlers.chat.words import unit_name
from models.anonymity import moments
from models.messages.message import Option
from models.people import invites, second_phones, upgrades, wrong_codes
from models.people.accounts import Account
from models.people.invites import Invite
from models.store.database import Session


def recognises(turn: Turn, text: str) -> bool:
    """Whether this is a code that works. One that might be and is none counts as a wrong one: nobody tries codes from
    inside."""
    guard = turn.state.guard
    if turn.account is None or turn.is_claim or not keyboards.readings(text, invites.LENGTH):
        return False
    if wrong_codes.must_wait(turn.session, guard.wrong_codes, guard.wrong_code_at, turn.origin, turn.now):
        return False
    if _found(turn, text) is not None or second_phones.find(turn.session, text, turn.now) is not None:
        return True
    guard.wrong_codes = wrong_codes.of_chat(guard.wrong_codes, guard.wrong_code_at, turn.now) + 1
    guard.wrong_code_at = turn.now.isoformat()
    wrong_codes.count(turn.session, turn.origin, turn.now)
    return False


def _found(turn: Turn, text: str) -> Invite | None:
    return invites.find(turn.session, text, turn.now.date())


def _why_not(turn: Turn) -> str:
    """What to say of a code that cannot be used here; empty for one that can."""
    invite = _found(turn, turn.answers["text"])
    if invite is not None and invite.person_id is not None:
        return turn._(
            "That code is for an officer. This chat is a worker's, and its grievances stay with it. To receive cases, use "
            "the code on another phone or in another app; or first leave here, under Settings, which gives up what was sent."
        )
    if invite is None or not invites.is_slip(invite):
        return turn._("You have joined already: that code is for somebody who has not.")
    if not upgrades.is_possible(turn.member, invite):
        return turn._("You have joined with a slip of your own already. Please give this one back to your union team.")
    return ""


def _text(turn: Turn) -> str:
    invite = _found(turn, turn.answers["text"])
    where = unit_name(turn.session, invite.unit_id) if invite else ""
    return turn._(
        "This is a slip of your own, of: {unit}. Shall it be used for this chat? Your grievances and settings stay as they "
        "are; with a slip you can also take part in polls.",
        unit=where,
    )


def _choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("yes", turn._("Use the slip")), Choice("cancel", turn._("Cancel")))


def _finish(turn: Turn) -> None:
    why = _why_not(turn)
    if why:
        menu.show(turn, why)
        return
    invite = _found(turn, turn.answers["text"])
    at = moments.tonight(turn.now, turn.site.relay_minutes)
    if invite is None or not upgrades.ask(turn.session, turn.member, invite, turn.now, at):
        menu.show(turn, turn._("That code is not valid. Please check the slip, or ask your union team for a new one."))
        return
    menu.show(turn, turn._("Thank you. By tomorrow morning the slip is this chat's, and you are told here."))


def tell_done(session: Session, account_id: str, now: datetime) -> None:
    account = session.get_one(Account, account_id)
    reader = language(account.language)
    text = reader.gettext("The slip is this chat's now: you can take part in polls from the next one on.")
    tell(session, account, text, now, options=[Option(open_token("menu"), reader.gettext("Menu"))])


CONVERSATIONS = (
    Conversation(
        "slip",
        _finish,
        (Question("sure", _text, _choices, chosen=unless_unchanged, when=lambda turn: not _why_not(turn)),),
        allowed=lambda turn: turn.account is not None and turn.account.confirmed and "text" in turn.answers,
    ),
)
