"""Polls of a year that ask the same people: whatever is published of all of them, nobody subtracts their way to a few."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.anonymity import counts, night_counts, suppression
from models.anonymity.suppression import Homes, Withheld, apart, held_up, shown
from models.broadcasts.audiences import Audience
from models.people import accounts, heads
from models.people.persons import Person
from models.polls import overlap, polls, turnout
from models.polls.polls import Content, Poll
from models.polls.results import Shown
from models.polls.rounds import Round
from models.polls.turnout import members
from tests.rules.polls.attacker import every_group, respondents_under, smallest
from tests.rules.polls.hall import SATISFIED, Hall
from tests.rules.polls.test_suppression import Parents, people_of, trees

pytestmark = pytest.mark.slow

K, LEAST = 5, 10


class Year:
    """A union that is asked again and again. People are numbered, by the unit they are in; all who are asked answer, and
    alike each time, which is what makes subtracting pay."""

    def __init__(self, parents: Parents, counts_: Mapping[str, int], *, judged: bool) -> None:
        self.parents, self.judged = parents, judged
        self.homes = people_of(counts_)
        self.rounds: list[tuple[dict[int, str], set[str]]] = []
        """Of each: who could vote and where they count, and the units published."""
        self.covered: list[set[str]] = []

    def under(self, unit: str) -> set[str]:
        return {one for one in self.parents if unit in self.path(one)}

    def path(self, unit: str) -> list[str]:
        found, up = [], unit
        while up in self.parents:
            found.append(up)
            up = self.parents[up] or ""
        return found

    def asks(self, units: set[str]) -> None:
        """A poll of these units."""
        asked = {number: home for number, home in enumerate(self.homes) if home in units}
        if self.judged:
            asked = self.settled(asked, units)
        published = shown(self.parents, Counter(asked.values()), K)
        if self.judged and self.rounds:
            published = apart(
                [(self.parents, kept) for _, kept in self.rounds], self.parents, published, self.streams(asked), LEAST
            )
        self.rounds.append((asked, published))
        self.covered.append(units)

    def settled(self, asked: dict[int, str], units: set[str]) -> dict[int, str]:
        """As models.polls.overlap.settle does: newcomers count where there are enough of them."""
        missed = {
            number: tuple(
                at for at, (earlier, _) in enumerate(self.rounds) if home in self.covered[at] and number not in earlier
            )
            for number, home in asked.items()
        }
        found = dict(asked)
        for past in set(missed.values()) - {()}:
            new = Counter(asked[number] for number, was in missed.items() if was == past)
            places = held_up(self.parents, new, LEAST)
            for number in [number for number, was in missed.items() if was == past]:
                place = places[asked[number]]
                del found[number]
                if place is not None:
                    found[number] = place
        return found

    def streams(self, asked: dict[int, str]) -> Counter[tuple[Homes, str | None]]:
        found: Counter[tuple[Homes, str | None]] = Counter()
        for number in range(len(self.homes)):
            was = tuple(earlier.get(number) for earlier, _ in self.rounds)
            if number in asked or any(was):
                found[was, asked.get(number)] += 1
        return found

    def published(self) -> list[int]:
        """The people behind each published result, as bits."""
        found = []
        for asked, units in self.rounds:
            at = [asked.get(number, "") for number in range(len(self.homes))]
            found += [respondents_under(self.parents, at, unit) for unit in units]
        return found


def a_year(case: tuple[Parents, dict[str, int]], chance: random.Random, *, judged: bool) -> Year:
    """Three polls of parts of the union; between them some join, and a few are moved."""
    parents, counts_ = case
    year = Year(parents, counts_, judged=judged)
    for _ in range(3):
        top = chance.choice(sorted(parents))
        units = year.under(top)
        if chance.random() < 0.6:
            units -= year.under(chance.choice(sorted(units)))
        year.asks(units)
        year.homes += [chance.choice(sorted(parents))] * chance.choice([0, 1, 3, 12])
        for _ in range(chance.choice([0, 0, 1])):
            if year.homes:
                year.homes[chance.randrange(len(year.homes))] = chance.choice(sorted(parents))
    return year


@settings(max_examples=200)
@given(trees(), st.randoms())
def test_nobody_finds_a_few_in_all_polls_of_a_year(case: tuple[Parents, dict[str, int]], chance: random.Random) -> None:
    found = smallest(a_year(case, chance, judged=True).published())
    assert not 0 < found < K


def test_polls_judged_one_by_one_are_found_out() -> None:
    """The attacker bites: the same year, each poll safe by itself."""
    found = 0
    for seed in range(60):
        chance = random.Random(seed)
        parents: Parents = {"u0": None} | {f"u{n}": f"u{chance.randrange(n)}" for n in range(1, 8)}
        counts_ = {unit: chance.choice([3, 6, 9, 12]) for unit in parents}
        found += 0 < smallest(a_year((parents, counts_), chance, judged=False).published()) < K
    assert found >= 5


@pytest.mark.parametrize(
    ("own", "placed"),
    [
        ({"a": 10}, {"a": "a"}),
        ({"a": 9}, {"a": None}),
        ({"a": 4, "b": 6}, {"a": "A", "b": "A"}),
        ({"a": 12, "b": 1}, {"a": "a", "b": None}),
        ({"a": 12, "b": 1, "B": 9}, {"a": "a", "b": "R", "B": "R"}),
        ({}, {}),
    ],
)
def test_where_newcomers_count(own: dict[str, int], placed: dict[str, str | None]) -> None:
    parents: Parents = {"R": None, "A": "R", "B": "R", "a": "A", "b": "A"}
    assert held_up(parents, own, LEAST) == placed


def test_what_an_earlier_poll_shows_cannot_be_taken_back() -> None:
    """MAY1 12, MAY2 10, MAY3 3: all of them, then all but MAY3. MAY2, too, beside its part in the first shows the three."""
    parents: Parents = {"MAY": None, "MAY1": "MAY", "MAY2": "MAY", "MAY3": "MAY"}
    streams: dict[tuple[Homes, str | None], int] = {
        (("MAY1",), "MAY1"): 12,
        (("MAY2",), "MAY2"): 10,
        (("MAY3",), None): 3,
    }
    first = suppression.shown(parents, {"MAY1": 12, "MAY2": 10, "MAY3": 3}, K)
    assert first == {"MAY", "MAY1"}
    assert apart([(parents, first)], parents, {"MAY", "MAY1", "MAY2"}, streams, LEAST) == {"MAY1"}


# The same with rows.


def rule(hall: Hall, *units: str, minus: tuple[str, ...] = ()) -> Audience:
    return Audience(tuple(hall.units[unit] for unit in units), tuple(hall.units[unit] for unit in minus))


def asks(hall: Hall, to: Audience, top: str = "factory") -> Poll:
    content = Content({"vi": "Lấy ý kiến"}, [SATISFIED], to.units, to.dump())
    with hall.database.transaction() as session:
        return polls.create(session, hall.units[top], content)


def answered(hall: Hall, poll: Poll, people: list[str]) -> Round:
    """Opened, answered by these people (those who may), counted."""
    one = hall.opens(poll)
    asked = voters(hall, one)
    for number, person in enumerate(person for person in people if person in asked):
        hall.casts(one, person, [number % 3])
        hall.tick()
    hall.counts(one)
    return one


def voters(hall: Hall, one: Round) -> set[str]:
    with hall.database.reading() as session:
        taken = members(session, one.id)
        return {person for person in hall.homes if turnout.voter(session, one.id, person) in taken}


def test_all_and_all_but_three_are_not_both_shown(hall: Hall, people: list[str]) -> None:
    """A committee that got past the preview (two at once, or because people moved) is shown nothing of the second."""
    first = answered(hall, asks(hall, rule(hall, "factory")), people)
    assert isinstance(hall.sees(first, "factory"), Shown)
    second = answered(hall, asks(hall, rule(hall, "factory", minus=("C",))), people)
    assert hall.sees(second, "factory") is Withheld.TWICE
    found = every_group(group for one in (first, second) for group in published(hall, one, people))
    assert not any(0 < group.bit_count() < 5 for group in found)


def published(hall: Hall, one: Round, people: list[str]) -> list[int]:
    asked = voters(hall, one)
    found = []
    for unit in hall.units:
        if isinstance(hall.sees(one, unit), Shown):
            inside = {
                "factory": set(hall.homes),
                **{name: {p for p, home in hall.homes.items() if home == name} for name in "ABC"},
            }
            found.append(sum(1 << number for number, p in enumerate(people) if p in asked and p in inside[unit]))
    return found


def test_one_who_joins_between_two_polls_is_not_their_difference(hall: Hall, people: list[str]) -> None:
    poll = asks(hall, rule(hall, "factory"))
    answered(hall, poll, people)
    [late] = hall.people("A", 1)
    hall.people("A", 30, verified=False)
    one = answered(hall, poll, [*people, late])
    assert late not in voters(hall, one) and voters(hall, one) == set(people)
    assert isinstance(hall.sees(one, "factory"), Shown) and isinstance(hall.sees(one, "A"), Shown)
    more = hall.people("A", 4) + hall.people("B", 5)
    last = answered(hall, poll, [*people, late, *more])
    assert voters(hall, last) == {*people, late, *more}, "ten are asked"
    seen, team = hall.sees(last, "factory"), hall.sees(last, "A")
    assert isinstance(seen, Shown) and seen.respondents == 37
    assert isinstance(team, Shown) and team.respondents == 12, "but count with the factory and not in their teams"


def test_a_year_later_all_are_asked(hall: Hall, people: list[str]) -> None:
    poll = asks(hall, rule(hall, "factory"))
    answered(hall, poll, people)
    [late] = hall.people("A", 1)
    hall.now += overlap.TOGETHER + timedelta(days=1)
    assert late in voters(hall, hall.opens(poll))


def test_who_was_moved_is_not_found(hall: Hall, people: list[str]) -> None:
    poll = asks(hall, rule(hall, "factory"))
    answered(hall, poll, people)
    with hall.database.transaction() as session:
        session.get_one(Person, people[0]).unit_id = hall.units["B"]
    one = answered(hall, poll, people)
    assert isinstance(hall.sees(one, "factory"), Shown)
    assert hall.sees(one, "B") is Withheld.TWICE and not isinstance(hall.sees(one, "A"), Shown)


def test_an_earlier_poll_is_in_the_way(hall: Hall, people: list[str]) -> None:
    """Judged by rules and last night's counts: before anybody is asked, and without telling a number."""
    hall.people("A", 40)
    with hall.database.transaction() as session:
        own = heads.by_unit(session)
        night_counts.take(session, counts.OWN, own, K)
        night_counts.take(session, counts.UNDER, heads.added_up(session, own), K)
    poll = asks(hall, rule(hall, "factory"))
    hall.opens(poll)

    def blocked(to: Audience) -> bool:
        with hall.database.reading() as session:
            found = overlap.in_the_way(session, to, hall.now, K)
            assert found is None or found[1].id == poll.id
            return found is not None

    assert not blocked(rule(hall, "factory"))
    assert blocked(rule(hall, "factory", minus=("C",))) and blocked(rule(hall, "A", "B"))
    assert blocked(rule(hall, "A")), "B and C by subtraction, and there are few"
    with hall.database.reading() as session:
        assert overlap.in_the_way(session, rule(hall, "factory"), hall.now, K, is_open=True), "who has no slip"
    hall.now += overlap.TOGETHER + timedelta(days=8)
    assert not blocked(rule(hall, "A", "B"))


@pytest.mark.parametrize(
    ("verified", "others", "seen"), [(30, 0, True), (30, 30, True), (29, 5, False), (30, 31, False), (1, 15, False)]
)
def test_where_anybody_votes(hall: Hall, verified: int, others: int, seen: bool) -> None:
    """One real vote and fifteen accounts of the author's: nothing. Nothing by team, and the whole from thirty heads on."""
    hall.unit("D", "factory")
    people = hall.people("D", verified) + hall.people("D", others, verified=False)
    poll = hall.poll(top="factory", voters="anyone")
    one = hall.opens(poll)
    for number, person in enumerate(people):
        hall.casts(one, person, [number % 3])
    hall.counts(one)
    whole = hall.sees(one, "factory")
    assert isinstance(whole, Shown) is seen and (seen or whole is Withheld.OPEN)
    assert hall.sees(one, "D") is Withheld.OPEN
    assert poll.shown_from == 30


def test_who_is_verified(hall: Hall) -> None:
    [one] = hall.people("A", 1)
    [other] = hall.people("A", 1, verified=False)
    with hall.database.transaction() as session:
        assert {one, other} & overlap.verified(session) == {one}
        assert heads.is_head(session, one) and not heads.is_head(session, other)
        session.delete(accounts.of_person(session, one)[0])
        session.flush()
        assert not heads.is_head(session, one)
