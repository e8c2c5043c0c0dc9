"""A round of a poll as officers come to it: which of them is theirs, and the way back to all of them."""

from __future__ import annotations

from typing import NamedTuple

from handlers.chat.conversation import Turn, open_token
from models.messages.message import Option
from models.people import rights
from models.polls import rounds
from models.polls.polls import Poll
from models.polls.rounds import Round


class Asked(NamedTuple):
    """A round and the poll it is of."""

    round: Round
    poll: Poll


def theirs(turn: Turn) -> Asked | None:
    """The round this run is about, if this officer answers for the unit that asked, or above it."""
    row = rounds.with_poll(turn.session, turn.subject) if turn.offices else None
    return Asked(*row) if row is not None and turn.may(rights.MANAGE_POLL, row[1].author_unit_id) else None


def back(turn: Turn) -> list[Option]:
    return [Option(open_token("polls_desk"), turn._("Polls")), Option(open_token("menu"), turn._("Menu"))]
