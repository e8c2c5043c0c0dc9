"""Polls of a year that ask the same people: what each shows beside the others.

Two polls of one author, one to everybody and one to everybody but a team of three, are the three's answers by subtraction,
so a poll is never judged alone. Three things see to that:

* It cannot be asked of people of whom an earlier one has nearly all, or hardly any (`in_the_way`); judged by rules and by
  last night's counts, so that it tells no number.
* Newcomers since an earlier poll count in the nearest unit above in which there are enough of them, and are asked next time
  where there are nowhere (`settle`). So one who joins between two polls is not their difference.
* When it is counted, units of it are withheld where memberships still make too small a group (`kept`): people move, and
  lists change.

Only people who joined with a slip of their own are counted, and who has left since is nobody's to find: their answers stay
in sums of many, but a few who left between two polls are not hidden from whoever subtracts them (README, THREATS).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from models.anonymity import counts, suppression
from models.anonymity.suppression import Homes, Parents
from models.broadcasts import sizes
from models.broadcasts.audiences import Audience
from models.people.accounts import Account
from models.people.persons import Person
from models.people.units import Unit
from models.polls import turnout
from models.polls.polls import Poll, content_of
from models.polls.results import Result, is_shown
from models.polls.rounds import Round
from models.store.database import Session

TOGETHER = timedelta(days=365)
"""Polls so far apart are not subtracted: too many have come, left and changed their minds."""


def rule_of(session: Session, poll: Poll) -> Audience:
    """Whom a poll is for."""
    content = content_of(session, poll)
    return Audience.load(content.rule) if content.rule else Audience(tuple(content.audience))


def in_the_way(session: Session, to: Audience, now: datetime, k: int, *, is_open: bool = False) -> tuple[Round, Poll] | None:
    """An earlier poll that differs from one to these people by too few of them. Of one in which anybody votes and one for
    slips the difference is whoever has none, and how many of those are people, nobody knows."""
    rows = session.execute(
        select(Round, Poll)
        .join(Poll, col(Poll.id) == col(Round.poll_id))
        .where(col(Round.state) != "cancelled", col(Round.closes_at) > now - TOGETHER)
        .order_by(col(Round.closes_at).desc(), col(Round.id))
    )
    judged: dict[str, bool] = {}
    for one, poll in rows:
        if poll.id not in judged:
            rule = rule_of(session, poll)
            judged[poll.id] = sizes.differ_by_few(session, to, rule, k) or (
                poll.is_open is not is_open and not set(sizes.reach(session, to)).isdisjoint(sizes.reach(session, rule))
            )
        if judged[poll.id]:
            return one, poll
    return None


def beside(session: Session, round_: Round, states: Sequence[str]) -> list[Round]:
    """The other rounds, of the year before it opens or since, of polls that take people of the same units."""
    poll = session.get_one(Poll, round_.poll_id)
    mine = set(sizes.reach(session, rule_of(session, poll)))
    rows = session.execute(
        select(Round, Poll)
        .join(Poll, col(Poll.id) == col(Round.poll_id))
        .where(
            col(Round.state).in_(states),
            col(Round.id) != round_.id,
            col(Round.closes_at) > round_.opens_at - TOGETHER,
        )
        .order_by(col(Round.opens_at), col(Round.id))
    )
    return [one for one, other in rows if other.id == poll.id or mine & set(sizes.reach(session, rule_of(session, other)))]


def settle(session: Session, round_: Round, people: Mapping[str, str]) -> dict[str, str]:
    """Whom a round that opens asks, and where each counts: `people` (person → unit), but for newcomers."""
    earlier = beside(session, round_, ("open", "counted"))
    if not earlier:
        return dict(people)
    missed: dict[str, list[str]] = defaultdict(list)  # person → rounds in which they were not
    for one in earlier:
        taken = turnout.members(session, one.id)
        covered = set(sizes.reach(session, rule_of(session, session.get_one(Poll, one.poll_id))))
        for person, unit_id in people.items():
            if unit_id in covered and turnout.voter(session, one.id, person) not in taken:
                missed[person].append(one.id)
    if not missed:
        return dict(people)
    heads = verified(session, missed)
    parents = tree(session, people.values(), session.get_one(Poll, round_.poll_id).author_unit_id)
    new: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for person, rounds_missed in missed.items():
        new[tuple(rounds_missed)][people[person]] += person in heads
    least = counts.enough(session.get_one(Poll, round_.poll_id).threshold)
    places = {past: suppression.held_up(parents, own, least) for past, own in new.items()}
    found = dict(people)
    for person, rounds_missed in missed.items():
        place = places[tuple(rounds_missed)].get(people[person])
        if place is None:
            del found[person]
        else:
            found[person] = place
    return found


def kept(session: Session, round_: Round, parents: Parents, passing: set[str], members: Mapping[str, str]) -> set[str]:
    """The units of a counted round that can be shown beside earlier polls. `members`: who could vote in it."""
    before = beside(session, round_, ("counted",))
    if not before:
        return passing
    trees: list[tuple[Parents, set[str]]] = []
    for one in before:
        rows = session.execute(select(Result).where(col(Result.round_id) == one.id)).scalars().all()
        trees.append(({row.unit_id: row.parent_id for row in rows}, {row.unit_id for row in rows if is_shown(row.body)}))
    taken = [turnout.members(session, one.id) for one in before]
    streams: Counter[tuple[Homes, str | None]] = Counter()
    for person in verified(session):
        home = members.get(turnout.voter(session, round_.id, person))
        was = tuple(then.get(turnout.voter(session, one.id, person)) for one, then in zip(before, taken, strict=True))
        if home is not None or any(was):
            streams[was, home] += 1
    least = counts.enough(session.get_one(Poll, round_.poll_id).threshold)
    return suppression.apart(trees, parents, passing, streams, least)


def verified(session: Session, people: Iterable[str] | None = None) -> set[str]:
    """Those (of these people) who joined with a slip of their own, or hold an office."""
    own = col(Account.verified).is_(True), col(Account.confirmed).is_(True)
    joined = select(col(Person.id)).join(Account, col(Account.person_id) == col(Person.id)).where(*own)
    found = set(session.execute(joined).scalars())
    return found if people is None else found & set(people)


def tree(session: Session, unit_ids: Iterable[str], top: str) -> dict[str, str | None]:
    """These units and those above them, up to `top`."""
    above = dict(session.execute(select(col(Unit.id), col(Unit.parent_id))).all())
    found: dict[str, str | None] = {}
    for unit_id in unit_ids:
        up: str | None = unit_id
        while up is not None and up not in found:
            found[up] = None if up == top else above[up]
            up = found[up]
    return found
