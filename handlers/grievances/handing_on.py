"""Passing a case on: to a colleague in the unit, or to the unions above."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from handlers.chat.conversation import Choice, Conversation, Question, Turn, open_token, take_text, unless_unchanged
from handlers.chat.words import level_name
from handlers.grievances import cases
from handlers.grievances.replying import relay_at
from models.grievances import access, handling
from models.grievances.cases import Grievance
from models.messages.message import Option
from models.people import persons
from models.people.units import Unit


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
        cases.tell_handlers(
            turn.session,
            case,
            turn.now,
            lambda reader: reader.gettext("{code} is assigned to you, comrade", code=case.code),
            only=chosen,
        )
    cases.show(turn, case, turn._("{code} is assigned to {name}.", code=case.code, name=name))


class Step(NamedTuple):
    """A case, and the next unit above (or below) the one that holds it in which somebody answers."""

    case: Grievance
    unit: Unit


def _step(turn: Turn) -> Step | None:
    case = cases.open_case(turn)
    above = next(iter(access.units_above(turn.session, case, turn.now)), None) if case is not None else None
    return Step(case, above) if case is not None and above is not None else None


def _step_down(turn: Turn) -> Step | None:
    """A case, and the next unit below that its reporter did not pass over and in which somebody answers."""
    case = cases.open_case(turn)
    below = next(iter(access.units_below(turn.session, case, turn.now)), None) if case is not None else None
    return Step(case, below) if case is not None and below is not None else None


def _reason_text(turn: Turn) -> str:
    case, above = turn.thing(Step)
    return turn._(
        "Comrade, {code} goes to: {who} ({unit}). Please write why, for the officers there: the reporter does not see it.",
        code=case.code,
        who=level_name(turn.language, above),
        unit=above.name,
    )


def _note_above(turn: Turn) -> None:
    turn.answers["above"] = turn.thing(Step).unit.id


def _sure_text(turn: Turn) -> str:
    case, above = turn.thing(Step)
    return turn._(
        "Hand {code} to {unit}? Your unit then no longer has it, and the reporter is told.", code=case.code, unit=above.name
    )


def _sure_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("yes", turn._("Hand it over")), Choice("cancel", turn._("Cancel")))


def _escalate(turn: Turn) -> None:
    case, above = turn.thing(Step)
    if above.id != turn.answers["above"]:  # a colleague has handed it up meanwhile: this would be one step more
        cases.already(turn, case)
        return
    try:
        handling.escalate(
            turn.session, case, turn.member.person_id, above, turn.answers["text"], turn.now, relay_at(turn, case)
        )
    except handling.Refused:
        cases.already(turn, case)
        return
    turn.falls_due = not case.covered
    cases.tell_handlers(
        turn.session,
        case,
        turn.now,
        lambda reader: reader.gettext("{code} was handed up to your unit, comrade", code=case.code),
        but=turn.member.person_id,
    )
    turn.say(
        turn._("{code} is now with {unit}.", code=case.code, unit=above.name),
        [Option(open_token("queue"), turn._("Cases to handle")), Option(open_token("menu"), turn._("Menu"))],
    )


def _guidance_text(turn: Turn) -> str:
    case, below = turn.thing(Step)
    return turn._(
        "Comrade, {code} goes back to: {who} ({unit}). Please write what they should do; the reporter does not see it.",
        code=case.code,
        who=level_name(turn.language, below),
        unit=below.name,
    )


def _note_below(turn: Turn) -> None:
    turn.answers["below"] = turn.thing(Step).unit.id


def _back_text(turn: Turn) -> str:
    case, below = turn.thing(Step)
    return turn._(
        "Hand {code} back to {unit}? Its time begins anew there, and the reporter is told.", code=case.code, unit=below.name
    )


def _back_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("yes", turn._("Hand it back")), Choice("cancel", turn._("Cancel")))


def _hand_back(turn: Turn) -> None:
    case, below = turn.thing(Step)
    if below.id != turn.answers["below"]:
        cases.already(turn, case)
        return
    officer, guidance = turn.member.person_id, turn.answers["text"]
    try:
        handling.hand_back(turn.session, case, officer, below, guidance, turn.now, relay_at(turn, case))
    except handling.Refused:
        cases.already(turn, case)
        return
    turn.falls_due = not case.covered
    cases.tell_handlers(
        turn.session,
        case,
        turn.now,
        lambda reader: reader.gettext("{code} was handed back to your unit with guidance, comrade", code=case.code),
        but=officer,
    )
    turn.say(
        turn._("{code} is now with {unit}.", code=case.code, unit=below.name),
        [Option(open_token("queue"), turn._("Cases to handle")), Option(open_token("menu"), turn._("Menu"))],
    )


CONVERSATIONS = (
    Conversation(
        "handback",
        _hand_back,
        (
            Question("text", _guidance_text, check=take_text),
            Question("sure", _back_text, _back_choices, chosen=unless_unchanged, before=_note_below),
        ),
        about=_step_down,
        in_office=True,
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
        about=cases.open_case,
        in_office=True,
    ),
    Conversation(
        "escalate",
        _escalate,
        (
            Question("text", _reason_text, check=take_text),
            Question("sure", _sure_text, _sure_choices, chosen=unless_unchanged, before=_note_above),
        ),
        about=_step,
        in_office=True,
    ),
)
