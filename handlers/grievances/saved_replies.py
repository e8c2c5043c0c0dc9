"""Saved replies: answers a unit uses again. Kept from an answer that was sent, offered when the next one is written."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat import paging
from handlers.chat.conversation import Choice, Conversation, Question, Turn, open_token, unless_unchanged, with_right
from handlers.chat.words import shortened
from handlers.grievances import cards
from models.grievances import access, saved_replies
from models.grievances import cases as case_rows
from models.grievances.cases import Grievance
from models.messages.message import Option
from models.people import rights


def _units(turn: Turn) -> list[str]:
    return turn.units_with(rights.SAVED_REPLIES)


def _back(turn: Turn) -> list[Option]:
    return [Option(open_token("queue"), turn._("Cases to handle")), Option(open_token("menu"), turn._("Menu"))]


def _of_all(turn: Turn) -> Grievance | None:
    """Their case, if nobody of the unit may be barred from it."""
    case = cards.case_of(turn)
    return case if case is not None and access.is_open_to_all(turn.session, case) else None


def _keep(turn: Turn) -> None:
    """Keeps the newest answer that this officer gave in the case."""
    case = turn.thing(Grievance)
    mine = [
        entry
        for entry in case_rows.entries(turn.session, case.id)
        if entry.kind == "reply" and entry.officer_id == turn.member.person_id
    ]
    if not mine:
        turn.say(turn._("There is no answer of yours in {code} yet.", code=case.code), _back(turn))
    elif saved_replies.keep(turn.session, case.holder_id, case_rows.text_of(turn.session, mine[-1])):
        turn.say(turn._("Kept, comrade. Your unit finds it the next time somebody taps “Answer”."), _back(turn))
    else:
        turn.say(
            turn._("Comrade, your unit keeps {most} replies already. Please drop one first.", most=saved_replies.MOST),
            [Option(open_token("saved"), turn._("Saved replies")), *_back(turn)],
        )


def _list(turn: Turn) -> str:
    kept = saved_replies.of_units(turn.session, _units(turn))
    if not kept:
        return turn._("Comrade, your unit has no saved reply yet. After an answer, tap “Keep as a saved reply”.")
    lines = [turn._("Saved replies of your unit, comrade. Tap one to drop it:")]
    shown = paging.on_screen(turn, "which", kept).rows
    return "\n\n".join([*lines, *(f"“{shortened(words)}”" for _id, words in shown)])


def _listed(turn: Turn) -> Sequence[Choice]:
    kept = saved_replies.of_units(turn.session, _units(turn))
    return [Choice(reply_id, turn._("Drop: {words}", words=shortened(words, 30))) for reply_id, words in kept]


def _choices(turn: Turn) -> Sequence[Choice]:
    return [Choice("cancel", turn._("Back"))]


def _drop(turn: Turn) -> None:
    saved_replies.drop(turn.session, turn.answers["which"], _units(turn))
    turn.say(turn._("Dropped, comrade."), _back(turn))


CONVERSATIONS = (
    Conversation("keep", _keep, about=_of_all, in_office=True),
    Conversation(
        "saved",
        _drop,
        (Question("which", _list, _choices, chosen=unless_unchanged, listed=_listed),),
        allowed=with_right(rights.SAVED_REPLIES),
        in_office=True,
    ),
)
