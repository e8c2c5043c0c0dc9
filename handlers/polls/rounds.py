"""A round of a poll as officers come to it: which of them is theirs, and the way back to all of them."""

from __future__ import annotations

from handlers.chat.conversation import Turn, open_token
from models.messages.message import Option
from models.people import rights
from models.polls import rounds
from models.polls.polls import Poll
from models.polls.rounds import Round


def theirs(turn: Turn) -> tuple[Round, Poll] | None:
    """The round this run is about, if this officer answers for the unit that asked, or above it."""
    found = rounds.with_poll(turn.session, turn.subject) if turn.offices else None
    return found if found is not None and turn.may(rights.MANAGE_POLL, found[1].author_unit_id) else None


def is_theirs(turn: Turn) -> bool:
    return theirs(turn) is not None


def back(turn: Turn) -> list[Option]:
    return [Option(open_token("polls_desk"), turn._("Polls")), Option(open_token("menu"), turn._("Menu"))]
