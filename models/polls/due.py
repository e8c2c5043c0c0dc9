"""What the clock owes the rounds of polls: to open, to remind whoever has not voted, to count, to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.polls import rounds
from models.polls.rounds import Round
from models.store import firings
from models.store.database import Session

REMINDED_BEFORE = timedelta(days=1)
"""The one reminder comes so long before the end, or at half of a shorter round."""
TOLD_WITHIN = timedelta(days=14)
"""After so long officers are not told any more that a round was counted: the service was down, and they have looked."""


@dataclass(frozen=True, slots=True)
class Due:
    """Ids of rounds."""

    to_open: Sequence[str]
    to_remind: Sequence[str]
    to_count: Sequence[str]
    to_tell: Sequence[str]


def due(session: Session, now: datetime) -> Due:
    """What is to be done now."""
    alive = rounds.of_the_clock(session, now, now - TOLD_WITHIN)
    return Due(
        to_open=[round_.id for round_ in alive if rounds.is_to_open(round_, now)],
        to_remind=[round_.id for round_ in alive if _is_to_remind(session, round_, now)],
        to_count=[round_.id for round_ in alive if rounds.is_to_count(round_, now)],
        to_tell=[round_.id for round_ in alive if round_.state == "counted" and not _was(session, "counted", round_)],
    )


def _is_to_remind(session: Session, round_: Round, now: datetime) -> bool:
    at = round_.closes_at - min(REMINDED_BEFORE, (round_.closes_at - round_.opens_at) / 2)
    return round_.state == "open" and at <= now < round_.closes_at and not _was(session, "remind", round_)


def _was(session: Session, what: str, round_: Round) -> bool:
    return firings.was_claimed(session, what, round_.id, round_.closes_at)
