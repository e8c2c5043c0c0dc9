"""A grievance that somebody without a phone speaks to an officer: entered for them, without their name, with a slip of paper
that has the code. They hear in person what becomes of it, as the code's holder or from whoever entered it."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.conversation import (
    Choice,
    Conversation,
    Question,
    Turn,
    take_text,
    unless_unchanged,
    with_right,
)
from handlers.grievances import cards, cases, categories
from models.grievances import handling
from models.grievances.cases import Grievance
from models.people import rights, units
from models.people.units import Unit


def _units(turn: Turn) -> list[Unit]:
    """The units this officer answers for."""
    return [units.get(turn.session, unit_id) for unit_id in turn.units_with(rights.ENTER)]


def _several(turn: Turn) -> bool:
    return len(_units(turn)) > 1


def _unit_choices(turn: Turn) -> Sequence[Choice]:
    return [*(Choice(one.id, one.name) for one in _units(turn)), Choice("cancel", turn._("Cancel"))]


def _text(turn: Turn) -> str:
    return turn._("Comrade, please write what the worker told you. Leave out their name.")


def _spoken(turn: Turn) -> None:
    answers = turn.answers
    where = next((one for one in _units(turn) if one.id == answers.get("unit")), _units(turn)[0])
    case = handling.enter_spoken(
        turn.session, turn.member.person_id, where.id, answers["category"], answers["text"], turn.now
    )
    slip = turn._(
        "Entered without a name, comrade. Please write this on a slip of paper for the worker:\n\n"
        "{code}\n{unit}\nAsk the union about this code. An answer is due before {when}.",
        code=case.code,
        unit=where.name,
        when=turn.language.when(case.due_at),
    )
    cases.show(turn, case, slip)


def _end_text(turn: Turn) -> str:
    case = turn.thing(Grievance)
    return turn._("Comrade, please write what came of {code}, and that the worker told you it is settled.", code=case.code)


def _end(turn: Turn) -> None:
    case = turn.thing(Grievance)
    try:
        handling.settle_spoken(turn.session, case, turn.member.person_id, turn.answers["text"], turn.now)
    except handling.Refused:
        cases.already(turn, case)
        return
    cases.show(turn, case, turn._("{code} is closed, comrade.", code=case.code))


def _sure_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("yes", turn._("Close it")), Choice("cancel", turn._("Cancel")))


def _told_aloud(turn: Turn) -> Grievance | None:
    """Their open case, without a chat to answer to."""
    case = cards.open_case(turn)
    return case if case is not None and case.route is None else None


CONVERSATIONS = (
    Conversation(
        "spoken",
        _spoken,
        (
            Question(
                "unit",
                lambda turn: turn._("For which unit, comrade?"),
                _unit_choices,
                chosen=unless_unchanged,
                when=_several,
            ),
            Question("text", _text, check=take_text),
            categories.PLAIN,
        ),
        allowed=with_right(rights.ENTER),
        in_office=True,
    ),
    Conversation(
        "end",
        _end,
        (
            Question("text", _end_text, check=take_text),
            Question(
                "sure",
                lambda turn: turn._("Did the worker say in person that it is settled?"),
                _sure_choices,
                chosen=unless_unchanged,
            ),
        ),
        about=_told_aloud,
        in_office=True,
    ),
)
