"""Joining: a code, one card (handlers.people.consent), and the person has joined. Nothing is stored before they say yes.

Grievances are what is asked for; notices and polls are off, and asked about in a message of their own right afterwards
(handlers.people.in_touch).
"""

from __future__ import annotations

from config import keyboards
from handlers.chat import menu
from handlers.chat.conversation import Conversation, Goes, Invalid, Known, Question, Turn
from handlers.people import coming_back, consent, in_touch, officer_claims, second_phone
from models.people import accounts, claims, invites, persons, return_codes, second_phones, wishes, wrong_codes
from models.people.invites import Invite


def _code_text(turn: Turn) -> str:
    asked = (
        turn._("Please write the joining code on the slip from your union team. Joined before? Write your return code.")
        if turn.line.is_page
        else turn._("Please write the joining code on the slip from your union team.")
    )
    if turn.asks_again:
        return asked
    hello = turn._(
        "Hello. This is the union's private line: say what is wrong at work, by name or anonymously, and be answered here."
    )
    return f"{hello}\n\n{asked}"


def _code(turn: Turn, text: str) -> str:
    if return_codes.looks_like(text):
        raise Goes("come_back", known=Known(notes=(coming_back.Returning(coming_back.judged(turn, text)),)))
    if not invites.looks_like_code(text):
        if keyboards.is_spoilt(text, invites.LENGTH):
            raise Invalid(_changed(turn))
        raise Invalid(turn._("A joining code has 8 letters and digits, like {example}.", example="K7MP-4RXA"))
    guard = turn.state.guard
    if wrong_codes.must_wait(turn.session, guard.wrong_codes, guard.wrong_code_at, turn.origin, turn.now):
        # Right codes, too: otherwise the refusal would tell which are.
        raise Invalid(coming_back.too_many(turn))
    found = invites.find(turn.session, text, turn.now.date()) or second_phones.find(turn.session, text, turn.now)
    if found is None:
        coming_back.count_wrong(turn)
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
    if turn.line.is_page:
        return turn._(
            "That code is wrong, used or over. Please check the slip, write your return code if you have joined, or ask "
            "your union team for a new slip."
        )
    return turn._("That code is not valid. Please check the slip, or ask your union team for a new one.")


def _finish(turn: Turn) -> None:
    if (first := consent.first_phone(turn)) is not None:
        second_phone.connect(turn, first)
        return
    found = consent.agreed_to(turn)
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
            consent_version=consent.VERSION,
        ),
        turn.now.date(),
    )
    turn.person, turn.joined = holder, True
    if found.uses_left is not None:
        wrong_codes.forgive(turn.session, turn.origin)
    if claimed:
        if (claim := claims.of_chat(turn.session, turn.account)) is not None:
            officer_claims.announce(turn.session, claim, turn.now)
        if coming_back.is_asked(turn):
            turn.say(turn._("Thank you, comrade. You will be told here when it is confirmed."))
            raise Goes("device")
        menu.show(turn, turn._("Thank you, comrade. You will be told here when it is confirmed."))
        return
    if turn.is_officer:
        turn.say(turn._("Thank you, comrade. This chat now receives your unit's cases."), commands="officer")
    else:
        turn.say(turn._("Thank you. You have joined. What you write here goes to the union only."), commands="worker")
    raise Goes(in_touch.NAME)


CONVERSATIONS = (
    Conversation(
        "join",
        _finish,
        (
            Question("code", _code_text, check=_code),
            Question("consent", consent.text, consent.choices, chosen=consent.chosen),
        ),
        allowed=lambda turn: turn.account is None,
    ),
)
