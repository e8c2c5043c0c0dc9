"""Passing a case on: to a colleague in the unit, to the unions above, or in from somebody without a phone."""

from __future__ import annotations

from collections.abc import Sequence

from config.i18n import language
from handlers import triage
from handlers.answering import relay_at
from handlers.conversation import Choice, Conversation, Question, Stop, Turn, is_officer, open_token, take_text, tell
from handlers.grievance import categories, category
from handlers.words import level_name, role_name
from models import handling, office, person, unit
from models.message import Option
from models.unit import Unit


def _colleagues(turn: Turn) -> Sequence[Choice]:
    case = triage.case_of(turn)
    assert case is not None  # `allowed` was asked first
    found = {somebody.id: somebody for _account, somebody in handling.handlers_of(turn.session, case, turn.now)}
    choices = [
        Choice(one.id, person.name_of(turn.session, one) + (" ✓" if one.id == case.assignee_id else ""))
        for one in found.values()
    ]
    return [*choices, Choice("cancel", turn._("Cancel"))]


def _chosen(turn: Turn, value: str) -> str:
    if value == "cancel":
        raise Stop(turn._("Stopped. Nothing was changed."))
    return value


def _assign(turn: Turn) -> None:
    case = triage.case_of(turn)
    assert case is not None
    chosen = turn.answers["who"]
    try:
        handling.assign(turn.session, case, turn.member.person_id, chosen, turn.now)
    except handling.Refused:
        triage.already(turn, case)
        return
    name = person.name_of(turn.session, turn.session.get_one(person.Person, chosen))
    for account, somebody in handling.handlers_of(turn.session, case, turn.now):
        if somebody.id == chosen and somebody.id != turn.member.person_id:
            reader = language(account.language)
            title = reader.gettext("{code} is assigned to you, comrade", code=case.code)
            text = triage.card(turn.session, reader, case, title, somebody.id, turn.now)
            tell(turn.session, account, text, turn.now, options=triage.card_options(reader, case), asks=True)
    triage.show(turn, case, turn._("{code} is assigned to {name}.", code=case.code, name=name))


def _above(turn: Turn) -> Unit | None:
    """The next unit up that somebody answers for."""
    case = triage.case_of(turn)
    if case is None:
        return None
    return office.nearest_officers(turn.session, unit.path(turn.session, case.holder_id)[1:], turn.now.date())


def _may_escalate(turn: Turn) -> bool:
    return triage.their_open_case(turn) and _above(turn) is not None


def _reason_text(turn: Turn) -> str:
    case, above = triage.case_of(turn), _above(turn)
    assert case is not None and above is not None
    return turn._(
        "Comrade, {code} goes to: {who} ({unit}). Please write why, for the officers there: the reporter does not see it.",
        code=case.code,
        who=level_name(turn.language, above),
        unit=above.name,
    )


def _sure_text(turn: Turn) -> str:
    case, above = triage.case_of(turn), _above(turn)
    assert case is not None and above is not None
    return turn._(
        "Hand {code} to {unit}? Your unit then no longer has it, and the reporter is told.", code=case.code, unit=above.name
    )


def _sure_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("yes", turn._("Hand it over")), Choice("cancel", turn._("Cancel")))


def _escalate(turn: Turn) -> None:
    case, above = triage.case_of(turn), _above(turn)
    assert case is not None and above is not None
    try:
        handling.escalate(
            turn.session, case, turn.member.person_id, above, turn.answers["text"], turn.now, relay_at(turn, case)
        )
    except handling.Refused:
        triage.already(turn, case)
        return
    turn.falls_due = not case.covered
    triage.tell_handlers(
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


# A grievance spoken to an officer.


def _own_units(turn: Turn) -> list[Unit]:
    return [unit.get(turn.session, held.unit_id) for held in turn.offices if held.role in office.HANDLERS]


def _spoken(turn: Turn) -> None:
    mine = _own_units(turn)[0]
    case = handling.enter_spoken(
        turn.session, turn.member.person_id, mine.id, turn.answers["category"], turn.answers["text"], turn.now
    )
    slip = turn._(
        "Slip for the worker:\n{code}\n{unit}\nAsk your union officer about this code. Answer due before {when}.",
        code=case.code,
        unit=mine.name,
        when=turn.language.when(case.due_at),
    )
    triage.show(turn, case, turn._("Entered without a name, comrade. Please copy the code for the worker.") + "\n\n" + slip)


def roles(turn: Turn) -> str:
    """The offices of this officer, in words: why a card is shown to them."""
    return ", ".join(
        f"{role_name(turn.language, held.role)} · {unit.get(turn.session, held.unit_id).name}" for held in turn.offices
    )


def _why(turn: Turn) -> None:
    case = triage.case_of(turn)
    assert case is not None
    holder = unit.get(turn.session, case.holder_id)
    text = turn._(
        "You see {code} because {unit} holds it and you are: {roles}. Officers whom its reporter passed over do not see it; "
        "nobody is told why.",
        code=case.code,
        unit=holder.name,
        roles=roles(turn),
    )
    triage.show(turn, case, text)


CONVERSATIONS = (
    Conversation(
        "assign",
        _assign,
        (Question("who", lambda turn: turn._("Who shall handle it, comrade?"), _colleagues, chosen=_chosen),),
        allowed=triage.their_open_case,
    ),
    Conversation(
        "escalate",
        _escalate,
        (Question("text", _reason_text, check=take_text), Question("sure", _sure_text, _sure_choices, chosen=_chosen)),
        allowed=_may_escalate,
    ),
    Conversation(
        "spoken",
        _spoken,
        (
            Question(
                "text",
                lambda turn: turn._("Comrade, please write what the worker told you. Leave out their name."),
                check=take_text,
            ),
            Question("category", lambda turn: turn._("What is it about?"), categories, chosen=category),
        ),
        allowed=is_officer,
    ),
    Conversation("why", _why, allowed=triage.their_case),
)
