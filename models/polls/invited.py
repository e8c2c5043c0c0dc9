"""Who has been invited to a round and need not hear of it any more.

It stands alone because the ledger that invites (models.broadcasts.ledger_sending) knows no polls: whoever claims its rows
hands this over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models.broadcasts.broadcasts import Broadcast, words_of
from models.polls import turnout
from models.polls.rounds import Round
from models.store.database import Session
from models.store.sealing import Unsealable


def voted(session: Session, invitation: Broadcast, people: Sequence[str], now: datetime) -> set[str]:
    """Those of these people who have taken part in the round it invites to; everybody, once it is closed."""
    try:
        round_id = words_of(session, invitation).round_id
    except Unsealable:
        return set()  # composing it says so
    asked = session.get(Round, round_id)
    if asked is None or not asked.takes_votes(now):
        return set(people)
    return set(people) - set(turnout.missing(session, round_id, people))
