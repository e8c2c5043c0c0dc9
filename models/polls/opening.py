"""Opening a round: who may vote in it, and where each of them counts, is fixed here and once."""

from __future__ import annotations

from datetime import date

from models.polls import overlap, turnout
from models.polls.polls import Poll, content_of
from models.polls.rounds import Round, Unplannable
from models.store.database import Session
from models.store.throwaway_keys import round_keys


def open_(session: Session, round_: Round, day: date = date.max) -> int:
    """Opens a planned round: from now on who may vote, where they belong and the threshold are fixed. Returns how many may.
    The key is there before the transaction commits; where it does not, `rounds.sweep_keys` destroys it."""
    if round_.state != "planned":
        raise Unplannable
    poll = session.get_one(Poll, round_.poll_id)
    round_keys(session).make(round_.id)
    content = content_of(session, poll)
    people = turnout.electorate(session, content.audience, slips_only=poll.voters == "slips", rule=content.rule, day=day)
    people = overlap.settle(session, round_, people)
    round_.state = "open"
    session.add(round_)
    session.flush()
    return turnout.invite(session, round_.id, people)
