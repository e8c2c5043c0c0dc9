"""Passing a case on: to a colleague in the unit, to the union above, or back to the one below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from config.i18n import N_
from handlers.chat.conversation import Again, Choice, Conversation, Question, Turn, open_token, take_text, unless_unchanged
from handlers.chat.words import level_name
from handlers.grievances import cards, cases
from handlers.grievances.replying import saying
from models.grievances import access, handling
from models.grievances.cases import Grievance
from models.grievances.handling import Saying
from models.messages.message import Option
from models.messages.notes import note
from models.people import persons
from models.people.units import Unit
from models.store.database import Session

Verb = Callable[[Session, Grievance, Unit, Saying, datetime], None]


def _colleagues(turn: Turn) -> Sequence[Choice]:
    case = turn.thing(Grievance)
    return [
        Choice(one.id, persons.name_of(turn.session, one) + (" ✓" if one.id == case.assignee_id else ""))
        for one in access.colleagues(turn.session, case, turn.now)
    ]


def _cancel(turn: Turn) -> Sequence[Choice]:
    return (Choice("cancel", turn._("Cancel")),)


def _assign(turn: Turn) -> None:
    case = turn.thing(Grievance)
    chosen = turn.answers["who"]
    try:
        handling.assign(turn.session, case, turn.member.person_id, chosen, turn.now)
    except handling.Refused:
        cases.already(turn, case)
        return
    name = persons.name_of(turn.session, turn.session.get_one(persons.Person, chosen))
    if chosen != turn.member.person_id:
        cases.tell_officer(
            turn.session,
            case,
            chosen,
            turn.now,
            lambda reader: reader.gettext("{code} is assigned to you, comrade", code=case.code),
        )
    cases.show(turn, case, turn._("{code} is assigned to {name}.", code=case.code, name=name))


@note
@dataclass(slots=True)
class Shown:
    """The unit that the case was said to go to."""

    unit_id: str = ""


class Step(NamedTuple):
    """A case, and the next unit above (or below) the one that holds it in which somebody answers."""

    case: Grievance
    unit: Unit


def _nearest(turn: Turn, units: Callable[[Session, Grievance, datetime], Sequence[Unit]]) -> Step | None:
    case = cards.open_case(turn)
    unit = next(iter(units(turn.session, case, turn.now)), None) if case is not None else None
    return Step(case, unit) if case is not None and unit is not None else None


def _step_up(turn: Turn) -> Step | None:
    return _nearest(turn, access.units_above)


def _step_down(turn: Turn) -> Step | None:
    """Below, never to a unit that its reporter passed over."""
    return _nearest(turn, access.units_below)


def _reason_text(turn: Turn) -> str:
    case, above = turn.thing(Step)
    return turn._(
        "Comrade, {code} goes to: {who} ({unit}). Please write why, for the officers there: the reporter does not see it.",
        code=case.code,
        who=level_name(turn.language, above),
        unit=above.name,
    )


def _note_unit(turn: Turn) -> None:
    turn.notes(Shown).unit_id = turn.thing(Step).unit.id


def _agreed(turn: Turn, value: str) -> str:
    unless_unchanged(turn, value)
    if not turn.notes(Shown).unit_id:
        raise Again
    return value


def _sure_text(turn: Turn) -> str:
    case, above = turn.thing(Step)
    return turn._(
        "Hand {code} to {unit}? Your unit then no longer has it, and the reporter is told.", code=case.code, unit=above.name
    )


def _sure_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("yes", turn._("Hand it over")), Choice("cancel", turn._("Cancel")))


def _hand_over(turn: Turn, verb: Verb, heading: str) -> None:
    """Gives the case to the unit that was shown. `heading`: the message id under which its officers see it."""
    case, unit = turn.thing(Step)
    try:
        if unit.id != turn.notes(Shown).unit_id:
            raise handling.Refused  # a colleague has handed it over meanwhile: this would be one step more
        verb(turn.session, case, unit, saying(turn, case), turn.now)
    except handling.Refused:
        cases.already(turn, case)
        return
    turn.falls_due = not case.covered
    cases.tell_handlers(
        turn.session, case, turn.now, lambda reader: reader.gettext(heading, code=case.code), but=turn.member.person_id
    )
    turn.say(
        turn._("{code} is now with {unit}.", code=case.code, unit=unit.name),
        [Option(open_token("queue"), turn._("Cases to handle")), Option(open_token("menu"), turn._("Menu"))],
    )


def _escalate(turn: Turn) -> None:
    _hand_over(turn, handling.escalate, N_("{code} was handed up to your unit, comrade"))


def _hand_back(turn: Turn) -> None:
    _hand_over(turn, handling.hand_back, N_("{code} was handed back to your unit with guidance, comrade"))


def _guidance_text(turn: Turn) -> str:
    case, below = turn.thing(Step)
    return turn._(
        "Comrade, {code} goes back to: {who} ({unit}). Please write what they should do; the reporter does not see it.",
        code=case.code,
        who=level_name(turn.language, below),
        unit=below.name,
    )


def _back_text(turn: Turn) -> str:
    case, below = turn.thing(Step)
    return turn._(
        "Hand {code} back to {unit}? Its time begins anew there, and the reporter is told.", code=case.code, unit=below.name
    )


def _back_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("yes", turn._("Hand it back")), Choice("cancel", turn._("Cancel")))


CONVERSATIONS = (
    Conversation(
        "handback",
        _hand_back,
        (
            Question("text", _guidance_text, check=take_text),
            Question("sure", _back_text, _back_choices, chosen=_agreed, before=_note_unit),
        ),
        about=_step_down,
        in_office=True,
        in_full=True,
    ),
    Conversation(
        "assign",
        _assign,
        (
            Question(
                "who",
                lambda turn: turn._("Who shall handle it, comrade?"),
                _cancel,
                chosen=unless_unchanged,
                listed=_colleagues,
            ),
        ),
        about=cards.open_case,
        in_office=True,
    ),
    Conversation(
        "escalate",
        _escalate,
        (
            Question("text", _reason_text, check=take_text),
            Question("sure", _sure_text, _sure_choices, chosen=_agreed, before=_note_unit),
        ),
        about=_step_up,
        in_office=True,
        in_full=True,
    ),
)
