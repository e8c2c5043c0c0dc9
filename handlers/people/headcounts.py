"""How many people work in each unit below, and how many slips were printed for it: for the officers above it.

Each slip is a head in every threshold, so there are never more of them than people, and whoever stands above a unit sees
both numbers and may correct the first. How many slips were *used* is shown to nobody: that many have joined.
"""

from __future__ import annotations

from collections.abc import Sequence

from config import keyboards
from handlers.chat import paging
from handlers.chat.conversation import Choice, Conversation, Invalid, Question, Turn, open_token, unless_back
from models.messages.message import Option
from models.people import invites, rights, units
from models.people.roll import MOST_HEADS
from models.trust import audit


def _own(turn: Turn) -> list[str]:
    """The units above which this officer stands with what is below."""
    return [held.unit_id for held in turn.offices if rights.may(held.role, "above", rights.HEADCOUNT)]


def _below(turn: Turn) -> list[units.Unit]:
    """The units right below this officer's own, never these themselves."""
    own = _own(turn)
    found = [child for one in own for child in units.children(turn.session, one)]
    return list({one.id: one for one in found if one.id not in own}.values())


def _text(turn: Turn) -> str:
    below = _below(turn)
    if not below:
        return turn._("There is no unit below yours, comrade. The union above enters how many people work in yours.")
    lines = [turn._("How many people work in each unit, and how many slips were printed. Tap one to correct its number.")]
    for one in paging.on_screen(turn, "unit", below).rows:
        printed = turn.language.number(invites.printed(turn.session, one.id))
        count = turn.language.number(one.headcount) if one.headcount else turn._("not entered")
        lines.append(turn._("{unit}: {count} people, {printed} slips printed", unit=one.name, count=count, printed=printed))
    return "\n".join(lines)


def _listed(turn: Turn) -> Sequence[Choice]:
    return [Choice(one.id, one.name) for one in _below(turn)]


def _choices(turn: Turn) -> Sequence[Choice]:
    return [Choice("back", turn._("Back"))]


def _chosen(turn: Turn, value: str) -> str:
    return unless_back(turn, value)


def _number_text(turn: Turn) -> str:
    name = units.get(turn.session, turn.answers["unit"]).name
    return turn._("How many people work in {unit}, comrade? Please write the number.", unit=name)


def _number(turn: Turn, text: str) -> str:
    digits = keyboards.digits(text)
    if not (digits.isascii() and digits.isdecimal() and 0 < int(digits) <= MOST_HEADS):
        raise Invalid(turn._("Please write a number of people, comrade."))
    return digits


def _finish(turn: Turn) -> None:
    one = next((one for one in _below(turn) if one.id == turn.answers.get("unit")), None)
    if one is None:  # the office ended, or the unit was moved, meanwhile
        turn.say(turn._("Nothing was changed."), [Option(open_token("menu"), turn._("Menu"))])
        return
    one.headcount = int(turn.answers["number"])
    turn.session.add(one)
    audit.note(turn.session, turn.member.person_id, "headcount", one.id, turn.now)
    text = turn._("{unit}: {count} people.", unit=one.name, count=turn.language.number(one.headcount))
    turn.say(text, [Option(open_token("heads"), turn._("Headcounts and slips")), Option(open_token("menu"), turn._("Menu"))])


CONVERSATIONS = (
    Conversation(
        "heads",
        _finish,
        (
            Question("unit", _text, _choices, chosen=_chosen, listed=_listed),
            Question("number", _number_text, lambda turn: [Choice("back", turn._("Back"))], check=_number, chosen=_chosen),
        ),
        allowed=lambda turn: bool(_own(turn)),
        in_office=True,
    ),
)
