"""Joining: a code, one consent card, the menu. Nothing is stored before the person says yes.

Grievances are what is asked for; notices and polls are consents of their own, on the same card, and off until switched on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config import keyboards
from handlers.chat import menu
from handlers.chat.conversation import Again, Choice, Conversation, Invalid, Question, Stop, Turn
from handlers.chat.words import role_name, unit_name
from handlers.people import officer_claims, second_phone
from models.messages.notes import note
from models.people import accounts, claims, invites, offices, persons, second_phones, wishes, wrong_codes
from models.people.accounts import Account
from models.people.invites import Invite

CONSENT_VERSION = "2026-12"


@note
@dataclass(slots=True)
class Agreed:
    """To what besides joining, by the switches of the card; nobody is taken to have agreed."""

    notices: bool = False
    polls: bool = False


def _code_text(turn: Turn) -> str:
    return turn._(
        "Hello. This is the union's private line: workers tell the union what is wrong at work, by name or anonymously, and "
        "are answered here.\n\nPlease write the joining code on the slip from your union team."
    )


def _code(turn: Turn, text: str) -> str:
    if not invites.looks_like_code(text):
        if keyboards.is_spoilt(text, invites.LENGTH):
            raise Invalid(_changed(turn))
        raise Invalid(turn._("A joining code has 8 letters and digits, like {example}.", example="K7MP-4RXA"))
    guard = turn.state.guard
    if wrong_codes.must_wait(turn.session, guard.wrong_codes, guard.wrong_code_at, turn.origin, turn.now):
        # Right codes, too: otherwise the refusal would tell which are.
        raise Invalid(turn._("Too many wrong codes have been tried. Please try again later, or speak with your union team."))
    found = invites.find(turn.session, text, turn.now.date()) or second_phones.find(turn.session, text, turn.now)
    if found is None:
        guard.wrong_codes = wrong_codes.of_chat(guard.wrong_codes, guard.wrong_code_at, turn.now) + 1
        guard.wrong_code_at = turn.now.isoformat()
        wrong_codes.count(turn.session, turn.origin, turn.now)
        raise Invalid(_changed(turn) if keyboards.is_spoilt(text, invites.LENGTH) else _not_valid(turn))
    if isinstance(found, Invite) and found.person_id is not None:  # the language the union's own list gives them
        known = turn.session.get_one(persons.Person, found.person_id).language
        if known:
            turn.speak(known)
    return found.id


def _changed(turn: Turn) -> str:
    return turn._("Your keyboard has changed letters of that code. Please turn off Vietnamese typing and type it again.")


def _not_valid(turn: Turn) -> str:
    """The same for a code that never was, is used up, over or revoked: nobody learns which codes there are."""
    return turn._("That code is not valid. Please check the slip, or ask your union team for a new one.")


def _invite(turn: Turn) -> Invite | None:
    return turn.session.get(Invite, turn.answers["code"])


def _first_phone(turn: Turn) -> Account | None:
    """The chat that this one is to be connected to, where the code came from Settings on another phone."""
    found = second_phones.find_by_id(turn.session, turn.answers["code"], turn.now)
    return second_phones.first_account(turn.session, found, turn.now) if found else None


def _consent_text(turn: Turn) -> str:
    found, first = _invite(turn), _first_phone(turn)
    if first is not None:
        unit_id = turn.session.get_one(persons.Person, first.person_id).unit_id
    else:
        unit_id = found.unit_id if found else ""
    where = unit_name(turn.session, unit_id) if unit_id else ""
    lines = [turn._("You are joining: {unit}.", unit=where)]
    if first is not None:
        lines = [turn._("You are connecting this phone to your place in: {unit}. Your grievances will be seen on both.",
                        unit=where)]  # fmt: skip
    if found is not None and found.person_id is not None:
        held = offices.held_by(turn.session, found.person_id, turn.now.date())
        named = persons.name_of(turn.session, turn.session.get_one(persons.Person, found.person_id))
        roles = ", ".join(role_name(turn.language, one.role) for one in held)
        lines = [turn._("This code belongs to {name}, {roles}, {unit}.", name=named, roles=roles, unit=where)]
    lines += [
        turn._(
            "What for: to send grievances to the union and to be answered.\n"
            "What is kept: that this chat belongs to the unit above, sealed; and what you send. Not your name, unless you "
            "write it yourself.\n"
            "Who sees it: the union officers you send it to. The employer has no account here.\n"
            "Anonymous: no officer can see who you are. The chat app still knows your account.\n"
            "The keys are held by the union that runs this service."
        ),
    ]
    if first is None:
        lines.append(
            turn._(
                "Two more things are up to you, and stay off unless you switch them on below: notices from the union, and "
                "being asked for your opinion. You can change both under Settings."
            )
        )
    lines.append(turn._("Do you agree?"))
    return "\n\n".join(lines)


def _consent_choices(turn: Turn) -> Sequence[Choice]:
    other = Choice("vi", "Tiếng Việt") if turn.language.code == "en" else Choice("en", "English")
    switches = () if _first_phone(turn) else _switches(turn)
    return (Choice("yes", turn._("I agree")), *switches, Choice("no", turn._("I do not agree")), other)


def _switches(turn: Turn) -> Sequence[Choice]:
    def switch(name: str, what: str, *, on: bool) -> Choice:
        state = turn._("on") if on else turn._("off")
        return Choice(name, f"{what}: {state}")

    agreed = turn.notes(Agreed)
    return (
        switch("notices", turn._("Notices from the union"), on=agreed.notices),
        switch("polls", turn._("Opinion polls"), on=agreed.polls),
    )


def _consent(turn: Turn, value: str) -> str:
    if value in ("vi", "en"):
        turn.speak(value)
        raise Again
    agreed = turn.notes(Agreed)
    if value == "notices":
        agreed.notices = not agreed.notices
        raise Again
    if value == "polls":
        agreed.polls = not agreed.polls
        raise Again
    if value == "no":
        raise Stop(
            turn._(
                "Nothing was stored. You can also speak with your union team leader in person, or come to the union office. "
                "To join later, write /start."
            )
        )
    return value


def _finish(turn: Turn) -> None:
    if (first := _first_phone(turn)) is not None:
        second_phone.connect(turn, first, CONSENT_VERSION)
        return
    found = invites.find_by_id(turn.session, turn.answers["code"], turn.now.date())
    if found is None or not invites.use(turn.session, found):
        turn.say(_not_valid(turn))
        return
    holder = (
        turn.session.get_one(persons.Person, found.person_id)
        if found.person_id is not None
        else persons.add(turn.session, found.unit_id)
    )
    claimed = found.person_id is not None and turn.site.confirm_officers
    wishes.clear(turn.session, turn.sender)
    turn.account = accounts.add(
        turn.session,
        turn.sender,
        holder,
        accounts.Joining(
            language=turn.language.code,
            confirmed=not claimed,
            claim=found.id if claimed else None,
            verified=found.person_id is not None or invites.is_slip(found),
            notices=turn.notes(Agreed).notices,
            polls=turn.notes(Agreed).polls,
            consent_version=CONSENT_VERSION,
        ),
        turn.now.date(),
    )
    turn.person, turn.joined = holder, True
    if found.uses_left is not None:
        wrong_codes.forgive(turn.session, turn.origin)
    if claimed:
        if (claim := claims.of_chat(turn.session, turn.account)) is not None:
            officer_claims.announce(turn.session, claim, turn.now)
        menu.show(turn, turn._("Thank you, comrade. You will be told here when it is confirmed."))
    elif turn.is_officer:
        menu.show(turn, turn._("Thank you, comrade. This chat now receives your unit's cases."), commands="officer")
    else:
        menu.show(turn, turn._("Thank you. You have joined. What you write here goes to the union only."), commands="worker")


CONVERSATIONS = (
    Conversation(
        "join",
        _finish,
        (
            Question("code", _code_text, check=_code),
            Question("consent", _consent_text, _consent_choices, chosen=_consent),
        ),
        allowed=lambda turn: turn.account is None,
    ),
)
