"""Words that were sent already and are changed where they stand (on Telegram): kept in their case as new words beside the
old ones, once their author has said of which case they are.

Which message went into which case is written nowhere, so it is asked: a list of a chat's messages beside the cases that
they became would be the one thing that leads from a chat to a case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.chat.conversation import Choice, Conversation, Invalid, Question, Turn, take_text
from handlers.chat.words import category_name, shortened
from handlers.front import under_way
from handlers.front.under_way import REWORDED, Then, Waiting, came
from handlers.grievances.reviewing import delay
from handlers.people import pin
from models.anonymity import intake, moments
from models.anonymity.events import Event
from models.grievances import cases, floods
from models.messages.message import Inbound
from models.store.ids import new_id


@dataclass(frozen=True, slots=True)
class _Own:
    id: str
    code: str
    category: str
    covered: bool


def _own(turn: Turn) -> list[_Own]:
    """This person's open cases, the newest first, those included that are still on their way."""
    posted = cases.own(turn.session, turn.reporter)
    known = {case.id for case in posted}
    waiting = intake.waiting_of(turn.session, turn.reporter, turn.now)
    found = [_Own(case.id, case.code, case.category, case.covered) for case in posted if case.state in cases.OPEN]
    found += [
        _Own(event.case_id, event.code, event.category, event.covered)
        for event in waiting
        if event.kind == "report" and event.case_id not in known
    ]
    return found[::-1]


def ask(turn: Turn, message: Inbound) -> None:
    """Of which case the new words are; where that cannot be asked, says that what was sent stays as it was."""
    may = not (turn.is_claim or turn.chat.in_office or pin.wanted(turn))  # cases are behind the PIN
    try:
        take_text(turn, message.text or "")
    except Invalid as problem:
        turn.say(str(problem))
        return
    if may and _own(turn):
        under_way.ask(turn, REWORDED, Waiting(message))
        return
    turn.say(
        turn._("What has been sent is not changed by an edit. To put it right, write the code of the case and new words.")
    )


def _words(turn: Turn) -> str:
    return came(turn).text or ""


def _text(turn: Turn) -> str:
    return "\n\n".join(
        (
            turn._("You have changed a message. What was sent stays in its case; the new words can stand beside it there."),
            f"“{shortened(_words(turn), 400)}”",
            turn._("Of which grievance are they?"),
        )
    )


def _listed(turn: Turn) -> Sequence[Choice]:
    return [Choice(case.id, f"{case.code} · {category_name(turn.language, case.category)}") for case in _own(turn)]


def _choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("none", turn._("Do not send them")),)


def _chosen(turn: Turn, value: str) -> str:
    case = next((one for one in _own(turn) if one.id == value), None)
    if case is None:
        raise Then(keep=True, message=None)
    guard = turn.state.guard
    if at := floods.free_at(guard.additions, turn.now, turn.site.limits.additions):
        raise Invalid(
            turn._(
                "You have added much in a row, so this was not sent yet. It stays here: you can send it after {when}. "
                "Danger can be sent at once, with a new grievance.",
                when=turn.language.when(at + timedelta(minutes=1)),
            )
        )
    guard.additions = floods.spent(guard.additions, turn.now, turn.site.limits.additions)
    due = moments.cover(turn.now, turn.site.relay_minutes) if case.covered else turn.now
    event = Event("reworded", due.isoformat(), case.id, new_id(), turn.reporter, _words(turn))
    intake.add(turn.session, event, turn.now)
    turn.falls_due = due <= turn.now
    said = turn._("Thank you. The new words go to {code}; the first ones stay beside them.", code=case.code)
    if case.covered:
        said += "\n\n" + turn._(
            "It is passed on within {minutes} minutes, at a moment that is the same for everybody.", minutes=delay(turn)
        )
    turn.say(said)
    raise Then(keep=True, message=None)


def _is_asked(turn: Turn) -> bool:
    """Whether a message waits: anybody can make a button that begins this."""
    return turn.account is not None and turn.account.confirmed and turn.notes(Waiting).message is not None


CONVERSATIONS = (
    Conversation(
        REWORDED,
        under_way.never,
        (Question("sure", _text, _choices, chosen=_chosen, listed=_listed),),
        allowed=_is_asked,
    ),
)
