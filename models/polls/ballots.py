"""A ballot's way, from the chat it is cast in to its box: four transactions, and no two of them tell who cast which.

1. The chat's own writes a sealed intake row (models.anonymity.intake) and no row of a turnout, an account or a box. Inside
it the ballot is sealed once more, under the round's key: with the union's keys one reads who voted, and not what. A voter
has one such row in a round, whatever they tap how often and on how many phones. (The answers on the voter's own screen pass
   through the chat's sealed rows like any words; those rows go once they are sent or, on the web page, read. Whoever has the
   union's keys *and* a copy from that moment could read them there.)
2. Some seconds later `turnout.take_part` marks the voters.
3. Once MIX or more such ballots of a round wait, `ballot_box.put_in` mixes them into a box. No turnout is written near it.
4. The intake rows are forgotten with all others, in the night.

A crash between any two only has the next tick do the rest again: a mark fits only its own event, and a box may hold a ballot
that another has. Fewer than MIX stay in the intake, where the count finds them.
"""

from __future__ import annotations

import json
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import bindparam, select
from sqlmodel import col

from models.anonymity import intake, moments
from models.anonymity.events import Event
from models.people import heads
from models.polls import boxes, turnout
from models.polls.boxes import MIX, Ballot
from models.polls.polls import Answer, check_answers
from models.polls.rounds import Round, form_of, takes_votes
from models.polls.turnout import Turnout
from models.store.database import Session
from models.store.ids import new_id, random_code

CODE_LENGTH = 10


class NotCast(Exception):
    """Why nothing was cast: `unknown` (there is no such round), `closed`, `not_invited` or `already`."""

    def __init__(self, why: Literal["unknown", "closed", "not_invited", "already"]) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Cast:
    """`code`: the receipt, empty where the poll gives none. `closes_at`: when it is counted."""

    code: str
    closes_at: datetime


def may_vote(session: Session, round_id: str, person_id: str, now: datetime) -> None:
    """Raises `NotCast`. Reads only: a lock, or a row, would be a trace in the chat's transaction."""
    voter, _unit_id, _closes_at = _standing(session, round_id, person_id, now)
    if intake.is_there(session, intake.row_of(session, "ballot", voter)):
        raise NotCast("already")


# Built once, and no entity: one question that every vote asks twice.
_STANDING = (
    select(col(Round.state), col(Round.closes_at), col(Turnout.unit_id), col(Turnout.mark))
    .outerjoin(Turnout, col(Turnout.id) == bindparam("voter"))
    .where(col(Round.id) == bindparam("round_id"))
)


def _standing(session: Session, round_id: str, person_id: str, now: datetime) -> tuple[str, str, datetime]:
    """Who they are in this round, the unit they belong to in it, and when it closes."""
    voter = turnout.voter(session, round_id, person_id)
    row = session.execute(_STANDING, {"voter": voter, "round_id": round_id}).one_or_none()
    if row is None:
        raise NotCast("unknown")
    state, closes_at, unit_id, mark = row
    if not takes_votes(state, closes_at, now):
        raise NotCast("closed")
    if unit_id is None:
        raise NotCast("not_invited")
    if mark:
        raise NotCast("already")
    return voter, unit_id, closes_at


def cast(session: Session, round_id: str, person_id: str, answers: Sequence[Answer], now: datetime) -> Cast:
    """Casts somebody's ballot: one answer or None for each question. Raises `NotCast`, `Unfit`, `NoRoundKey`."""
    voter, unit_id, closes_at = _standing(session, round_id, person_id, now)
    form = form_of(session, round_id)
    assert form is not None
    check_answers(form.content.questions, answers)
    code = random_code(CODE_LENGTH) if form.receipts else ""
    verified = int(not form.is_open or heads.is_head(session, person_id))
    folded = boxes.fold(session, round_id, Ballot(unit_id, list(answers), code, verified))
    low, high = moments.SOON
    due = now + timedelta(seconds=low + secrets.randbelow(high - low + 1))
    text = json.dumps({"round": round_id, "ballot": folded})
    event = Event("ballot", due.isoformat(), case_id="", entry_id=new_id(), reporter_id=voter, text=text)
    if not intake.add(session, event, now, intake.row_of(session, "ballot", voter)):
        raise NotCast("already")
    return Cast(code, closes_at)


@dataclass(slots=True)
class Waiting:
    """The ballots in the intake, by their events. `boxes`: by round, those to put in together now. `few`: by round, those
    that wait for more. `spent`: nothing is to be done with them any more. `unmarked`: their voters come first
    (take_part).
    """

    boxes: dict[str, dict[str, str]] = field(default_factory=dict)
    few: dict[str, dict[str, str]] = field(default_factory=dict)
    spent: list[str] = field(default_factory=list)
    unmarked: list[Event] = field(default_factory=list)


def sort_out(session: Session, waiting: Sequence[Event]) -> Waiting:
    """What is to be done with these events of the intake. Reads only."""
    found = Waiting()
    known = turnout.marks(session, waiting)
    states: dict[str, str] = {}
    together: dict[str, dict[str, str]] = defaultdict(dict)
    for event in waiting:
        told = json.loads(event.text)
        round_id = told["round"]
        if round_id not in states:
            states[round_id] = session.get_one(Round, round_id, populate_existing=True).state
        if states[round_id] != "open":
            found.spent.append(event.entry_id)
        elif known.get(event.reporter_id) == "":
            found.unmarked.append(event)
        elif turnout.is_first(session, event, known):
            together[round_id][event.entry_id] = told["ballot"]
        else:
            found.spent.append(event.entry_id)
    for round_id, ballots in together.items():
        (found.boxes if len(ballots) >= MIX else found.few)[round_id] = ballots
    return found
