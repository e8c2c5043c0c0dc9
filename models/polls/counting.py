"""Counting a round: its boxes are opened and only sums come out. Nothing that was one person's is written again.

Two steps, because one of them is long. `count` reads: boxes and the last few ballots of the intake, in a session that writes
nothing, so that nobody waits for it. `finish` writes in one transaction: results, free answers shuffled, receipts in the
order of the alphabet, the round's state; and deletes the boxes. Then the key is destroyed, and with it what a log, a backup
or a page still has of them. A crash before the commit leaves all as it was; one after it leaves a key, which
`round.sweep_keys` destroys.

Ballots are not written again one by one, shuffled: sums by unit and question have no order to shuffle, cannot be crossed,
and where few people answered not even the database has them (models.polls.tally).
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlmodel import col

from models.anonymity import counts, intake, night_counts
from models.anonymity.suppression import Parents, Withheld, comparable
from models.broadcasts.audiences import Audience
from models.people.persons import Person
from models.polls import boxes, overlap, rounds, turnout
from models.polls.boxes import Ballot, BallotBox
from models.polls.polls import Poll, content_of
from models.polls.results import Receipt, Remark, Result, is_shown, receipts_hash, to_json, withheld
from models.polls.rounds import Round
from models.polls.tally import Outcome, Tally
from models.store.database import Session
from models.store.ids import new_id
from models.store.sealing import seal
from models.store.throwaway_keys import round_keys


class TooEarly(Exception):
    """Somebody's ballot is not posted yet: their turnout comes first."""


@dataclass(slots=True)
class Counted:
    """What is to be written of a round."""

    parents: Parents
    invited: dict[str, int]
    outcome: Outcome
    why: dict[str, Withheld]
    comparable: set[str]
    codes: list[str]
    ballots: int


def count(session: Session, round_: Round) -> Counted:
    """Opens all boxes. Raises `TooEarly`, `NoRoundKey`; reads only."""
    poll = session.get_one(Poll, round_.poll_id)
    tally = Tally(content_of(session, poll).questions)
    codes: list[str] = []
    seen = heads = 0
    for ballot in each_ballot(session, round_):
        tally.add(poll.author_unit_id if poll.is_open else ballot.unit_id, ballot.answers)
        seen += 1
        heads += ballot.verified
        if ballot.code:
            codes.append(ballot.code)
    members = turnout.members(session, round_.id)
    parents = overlap.tree(session, {poll.author_unit_id, *members.values()}, poll.author_unit_id)
    if poll.is_open:
        outcome = _open_outcome(tally, poll, heads, seen)
        why = dict.fromkeys(parents, Withheld.OPEN)
    else:
        outcome, why = tally.outcome(parents, poll.threshold), {}
    passing = overlap.kept(session, round_, parents, set(outcome.units), members)
    why |= dict.fromkeys(outcome.units.keys() - passing, Withheld.TWICE)
    outcome.units = {unit_id: outcome.units[unit_id] for unit_id in outcome.units if unit_id in passing}
    outcome.texts = [text for text in outcome.texts if text[0] in passing]
    same = _comparable(session, round_, parents, members, outcome, poll.threshold)
    return Counted(parents, _invited(session, poll, parents), outcome, why, same, codes, seen)


def _open_outcome(tally: Tally, poll: Poll, heads: int, ballots: int) -> Outcome:
    """Of a poll in which anybody could vote, the whole: where enough voted who stand for one head each. Whoever subtracts
    the votes of all accounts they made has still the sum of those. And not where the others are more than they: then it
    would be whatever somebody made it."""
    if heads < poll.shown_from or ballots > 2 * heads:
        return Outcome()
    return tally.outcome({poll.author_unit_id: None}, poll.threshold)


def _invited(session: Session, poll: Poll, parents: Parents) -> dict[str, int]:
    """How many of a unit and below had joined last night, at least; nothing where not all of them were asked."""
    rule = overlap.rule_of(session, poll)
    if poll.voters == "anyone" or rule != Audience(rule.units):
        return {}
    return night_counts.floors(session, counts.UNDER, parents)


def each_ballot(session: Session, round_: Round) -> Iterator[Ballot]:
    """Every ballot of a round, opened, and none twice: of the boxes, then those that never came into one. Raises `TooEarly`,
    `NoRoundKey`; reads only."""
    seen: set[str] = set()
    for ballot in boxes.open_all(session, round_.id):
        seen.add(ballot.id)
        yield ballot
    key = round_keys(session).of(round_.id)
    waiting = [
        (event, told["ballot"])
        for event in intake.every(session, "ballot")
        if (told := json.loads(event.text))["round"] == round_.id
    ]
    known = turnout.marks(session, (event for event, _ in waiting))
    if "" in (known.get(event.reporter_id) for event, _ in waiting):
        raise TooEarly
    for event, folded in waiting:
        if turnout.is_first(session, event, known):
            ballot = boxes.unfold(key, round_.id, folded)
            if ballot.id not in seen:
                seen.add(ballot.id)
                yield ballot


def _comparable(
    session: Session, round_: Round, parents: Parents, now: dict[str, str], outcome: Outcome, threshold: int
) -> set[str]:
    """The units whose result may be set beside that of the round before (models.anonymity.suppression.comparable)."""
    before = rounds.earlier(session, round_)
    if before is None:
        return set()
    rows = session.execute(select(Result).where(col(Result.round_id) == before.id)).scalars().all()
    then = turnout.members(session, before.id)
    left, came = Counter(then.values()), Counter(now.values())
    members: Counter[tuple[str | None, str | None]] = Counter()
    for person in session.execute(select(col(Person.id))).scalars():
        was = then.get(turnout.voter(session, before.id, person))
        unit_id = now.get(turnout.voter(session, round_.id, person))
        if was is not None and unit_id is not None:
            members[was, unit_id] += 1
            left[was] -= 1
            came[unit_id] -= 1
    # Whoever is on neither list of people any more cannot be matched: left one round and came to the other.
    members.update({(unit_id, None): people for unit_id, people in left.items()})
    members.update({(None, unit_id): people for unit_id, people in came.items()})
    passing = {row.unit_id for row in rows if is_shown(row.body)} & outcome.units.keys()
    return comparable({row.unit_id: row.parent_id for row in rows}, parents, members, passing, threshold)


def finish(session: Session, round_: Round, counted: Counted) -> bool:
    """Writes what was counted; False when somebody has done so before. Then destroy the key: `round.sweep_keys`."""
    state = session.execute(select(col(Round.state)).where(col(Round.id) == round_.id).with_for_update()).scalar_one()
    if state != "open":
        return False
    round_ = session.get_one(Round, round_.id, populate_existing=True)
    round_.state = "counted"
    round_.receipts_hash = receipts_hash(counted.codes) if counted.codes else ""
    session.add(round_)
    session.flush()
    units = counted.outcome.units
    results = [
        {
            "id": new_id(),
            "round_id": round_.id,
            "unit_id": unit_id,
            "parent_id": counted.parents[unit_id],
            "body": to_json(units[unit_id]) if unit_id in units else withheld(counted.why.get(unit_id, Withheld.FEW)),
            "invited": counted.invited.get(unit_id, 0),
            "comparable": unit_id in counted.comparable,
        }
        for unit_id in sorted(counted.parents)
    ]
    remarks = []
    for unit_id, question, text in counted.outcome.texts:
        row_id = new_id()
        sealed = seal(session, "remark.text", row_id, text)
        remarks.append({"id": row_id, "round_id": round_.id, "unit_id": unit_id, "question": question, "text": sealed})
    random.SystemRandom().shuffle(remarks)
    receipts = [{"code": code, "round_id": round_.id} for code in sorted(counted.codes)]
    for table, rows in ((Result, results), (Remark, remarks), (Receipt, receipts)):
        if rows:
            session.connection().execute(insert(table), rows)
    session.execute(delete(BallotBox).where(col(BallotBox.round_id) == round_.id))
    return True
