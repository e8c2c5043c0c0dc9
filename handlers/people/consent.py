"""The card that is read before somebody joins: short enough for a phone, and true on the line one is on. What is kept, and
by whom, stands behind “What is kept?”. Officers have a card of their own, and so has a second phone."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.conversation import Again, Choice, Stop, Turn
from handlers.chat.words import role_name, unit_name
from models.people import invites, offices, persons, second_phones
from models.people.accounts import Account
from models.people.invites import Invite

VERSION = "2026-12-2"
"""Of the cards. Whoever agreed to an earlier one agreed to more words of the same, and to notices and polls on it."""
_ALL = "all"
"""Where the run keeps that all of it is to be read. No question has this key."""


def invite(turn: Turn) -> Invite | None:
    return turn.session.get(Invite, turn.answers["code"])


def first_phone(turn: Turn) -> Account | None:
    """The chat that this one is to be connected to, where the code came from Settings on another phone."""
    found = second_phones.find_by_id(turn.session, turn.answers["code"], turn.now)
    return second_phones.first_account(turn.session, found, turn.now) if found else None


def text(turn: Turn) -> str:
    asked = turn._("Do you agree, comrade?") if _officer(turn) else turn._("Do you agree?")
    if turn.asks_again:
        return asked
    return "\n".join([*(_kept(turn) if _ALL in turn.answers else _card(turn)), asked])


def _officer(turn: Turn) -> persons.Person | None:
    found = invite(turn)
    if found is None or found.person_id is None:
        return None
    return turn.session.get_one(persons.Person, found.person_id)


def _card(turn: Turn) -> list[str]:
    if (first := first_phone(turn)) is not None:
        unit_id = turn.session.get_one(persons.Person, first.person_id).unit_id
        return [
            turn._(
                "You are connecting this phone to your place in: {unit}.\n• Your grievances will be seen on both phones.\n"
                "• Either can put out the other, under Settings.",
                unit=unit_name(turn.session, unit_id),
            ),
            *_app(turn),
        ]
    found = invite(turn)
    where = unit_name(turn.session, found.unit_id) if found is not None else ""
    if (officer := _officer(turn)) is not None:
        held = offices.held_by(turn.session, officer.id, turn.now.date())
        return [
            turn._(
                "This code belongs to {name}, {roles}, {unit}.",
                name=persons.name_of(turn.session, officer),
                roles=", ".join(role_name(turn.language, one.role) for one in held),
                unit=where,
            ),
            turn._(
                "• You receive and answer the unit's grievances here.\n• Keep them secret; do not look for who wrote.\n"
                "• On a phone of your own, with a screen lock.\n• What you do with them here is logged."
            ),
            *_app(turn),
        ]
    return [
        turn._(
            "You are joining: {unit}.\n• Send grievances and be answered here; your name is not kept, unless you write it "
            "yourself.\n• Only the union officers who handle it can read it. The employer has no account here.",
            unit=where,
        ),
        *_app(turn),
    ]


def _app(turn: Turn) -> list[str]:
    """What the line's own service knows; nothing on a page of the union's."""
    if turn.line.is_page or not turn.line.service:
        return []
    return [turn._("• {service} still knows whose account this is.", service=turn.line.service)]


def _kept(turn: Turn) -> list[str]:
    """What is kept, why, until when, and who holds the keys."""
    if _officer(turn) is not None:
        return [
            turn._(
                "What is kept, sealed:\n• that this chat is yours, comrade, and since which day; until you leave.\n"
                "• what you answer, and in the log what you do with a grievance: for the union's inspection.\n"
                "The keys are held by the union that runs this service. The employer has no account here."
            )
        ]
    return [
        turn._(
            "What is kept, sealed:\n• which unit this chat belongs to and the day you joined; until you leave.\n"
            "• what you send, without your name; the union keeps it.\n"
            "The keys are held by the union that runs this service; the employer has none.\n"
            "“My data” under Settings shows it all."
        )
    ]


def choices(turn: Turn) -> Sequence[Choice]:
    other = Choice("vi", "Tiếng Việt") if turn.language.code == "en" else Choice("en", "English")
    more = [Choice("kept", turn._("What is kept?"))] if _ALL not in turn.answers and first_phone(turn) is None else []
    return (Choice("yes", turn._("I agree")), Choice("no", turn._("I do not agree")), *more, other)


def chosen(turn: Turn, value: str) -> str:
    if value in ("vi", "en"):
        turn.speak(value)
        raise Again
    if value == "kept":
        turn.answers[_ALL] = "yes"
        raise Again
    if value == "no":
        raise Stop(
            turn._(
                "Nothing was stored. You can also speak with your union team leader in person, or come to the union office. "
                "To join later, write /start."
            )
        )
    return value


def agreed_to(turn: Turn) -> Invite | None:
    """The invite, while it may still be used."""
    return invites.find_by_id(turn.session, turn.answers["code"], turn.now.date())
