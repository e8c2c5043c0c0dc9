"""Whatever is published, and in whatever order: nobody can subtract their way to fewer people than the threshold."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.anonymity import suppression
from models.anonymity.suppression import comparable, from_below, homes, shown
from tests.rules.polls.attacker import respondents_under, smallest

K = 5
Parents = dict[str, str | None]


def tree(text: str) -> tuple[Parents, dict[str, int]]:
    """`"R: A3 B5; B: b1"` → parents and respondents; a number after a name is how many answered in that unit itself."""
    parents: Parents = {}
    counts: dict[str, int] = {}
    for part in text.split(";"):
        above, _, below = part.partition(":")
        for word in below.split():
            name = word.rstrip("0123456789")
            counts[name] = int(word.removeprefix(name) or 0)
            parents[name] = above.strip() or None
    return parents, counts


@pytest.mark.parametrize(
    ("text", "published"),
    [
        (": R4", ""),
        (": R5", "R"),
        (": R; R: A4 B5 C6", "C R"),  # 4 alone would be R − B − C: the next smallest goes with it
        (": R; R: A4 B4 C6", "C R"),  # two small ones cover each other
        (": R; R: A2 B2 C6", "R"),  # these do not
        (": R; R: A5 B6", "A B R"),
        (": R; R: A0 B6", "B R"),  # nobody answered in A: there is nobody to find
        (": R3; R: A5 B6", "B R"),  # three answered in R itself
        (": R5; R: A5 B6", "A B R"),
        (": R; R: A B9; A: a3 b7", "A B R"),  # within A: b goes with a
        (": R; R: A B9 C9; A: a3", "C R"),  # A is too small, B goes with it
        # R's own two: A is the smallest below, but all of its people are in a and b; so a goes, too.
        (": R2; R: A B20; A: a5 b6", "B R b"),
        (": R2; R: A B20; A1: a5 b6", "B R b"),
        (": R1; R: A; A: B; B: C9", "R"),
        (": A4 B9", "B"),  # two trees: nobody publishes their sum
        (": R; R: A9 B9; A: a1 b1", "A B R"),  # their own nine cover them
    ],
)
def test_what_is_shown(text: str, published: str) -> None:
    parents, counts = tree(text.replace("A1:", "A:"))
    assert shown(parents, counts, K) == set(published.split())


def test_those_below_come_first_also_where_the_tree_is_cut_off() -> None:
    parents: Parents = {"a": "A", "A": "R", "b": "gone", "R": None}
    order = from_below(parents)
    assert set(order) == set(parents)
    assert order.index("a") < order.index("A") < order.index("R")


def test_whose_remainder_somebody_is_in() -> None:
    parents, _ = tree(": R; R: A B; A: a b")
    assert homes(parents, {"R", "a"}) == {"R": "R", "A": "R", "B": "R", "a": "a", "b": "R"}
    assert homes(parents, {"A"})["B"] is None


@st.composite
def trees(draw: st.DrawFn) -> tuple[Parents, dict[str, int]]:
    """At most 12 leaves, of any shape; people also in units that have others below them."""
    parents: Parents = {"u0": None}
    for number in range(1, draw(st.integers(1, 16))):
        childless = set(parents) - {up for up in parents.values() if up}
        may = sorted(parents) if len(childless) < 12 else sorted(childless)
        parents[f"u{number}"] = draw(st.sampled_from(may))
    counts = {unit: draw(st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 12])) for unit in parents}
    return parents, counts


def people_of(counts: Mapping[str, int]) -> list[str]:
    return [unit for unit, count in counts.items() for _ in range(count)]


@settings(max_examples=300)
@given(trees(), st.sampled_from([5, 6, 10]), st.randoms())
def test_no_attacker_finds_a_small_group(case: tuple[Parents, dict[str, int]], k: int, chance: random.Random) -> None:
    parents, counts = case
    people = people_of(counts)
    order = sorted(shown(parents, counts, k))
    chance.shuffle(order)
    published = [respondents_under(parents, people, unit) for unit in order]
    for number in range(len(order) + 1):  # what is published stays published
        assert not 0 < smallest(published[:number]) < k


@settings(max_examples=300)
@given(trees())
def test_nothing_is_withheld_for_nothing(case: tuple[Parents, dict[str, int]]) -> None:
    """The top is shown whenever enough answered, and what is withheld could not simply be shown as well."""
    parents, counts = case
    kept = shown(parents, counts, K)
    assert ("u0" in kept) is (sum(counts.values()) >= K)
    people = people_of(counts)
    if all(count >= K or not count for count in counts.values()):
        assert kept == {unit for unit in parents if respondents_under(parents, people, unit).bit_count() >= K}


def test_without_the_complementary_step_the_attacker_finds_somebody() -> None:
    """The attacker bites: units are withheld where too few answered, and nowhere else."""
    found = 0
    for seed in range(200):
        chance = random.Random(seed)
        parents: Parents = {"u0": None} | {f"u{n}": f"u{chance.randrange(n)}" for n in range(1, 8)}
        people = people_of({unit: chance.randrange(9) for unit in parents})
        groups = [respondents_under(parents, people, unit) for unit in parents]
        found += 0 < smallest([group for group in groups if group.bit_count() >= K]) < K
    assert found > 100


@st.composite
def two_rounds(draw: st.DrawFn) -> tuple[Parents, Parents, list[tuple[str | None, str | None]]]:
    """Few move, or many together; units may move as well."""
    before, counts = draw(trees())
    after = dict(before)
    if len(before) > 2 and draw(st.booleans()):
        after["u2"] = "u0"
    members: list[tuple[str | None, str | None]] = [(unit, unit) for unit in people_of(counts) for _ in range(3)]
    places: list[str | None] = [None, *before]
    for _ in range(draw(st.integers(0, 4))):
        was, now = draw(st.sampled_from(places)), draw(st.sampled_from(places))
        members += [(was, now)] * draw(st.sampled_from([1, 2, 4, 5, 7]))
    return before, after, members


def tell_apart(before: Parents, after: Parents, members: list[tuple[str | None, str | None]], units: list[str]) -> int:
    """The smallest group that came to, or left, any union of these units between two rounds; 0: nobody ever does."""
    old = [respondents_under(before, [was or "" for was, _ in members], unit) for unit in units]
    new = [respondents_under(after, [now or "" for _, now in members], unit) for unit in units]
    found = []
    for chosen in range(1, 2 ** min(len(units), 9)):
        was = now = 0
        for number in range(len(units)):
            if chosen >> number & 1:
                was, now = was | old[number], now | new[number]
        found += [group.bit_count() for group in (was & ~now, now & ~was) if group]
    return min(found, default=0)


@settings(max_examples=200)
@given(two_rounds())
def test_two_rounds_do_not_differ_by_a_few(case: tuple[Parents, Parents, list[tuple[str | None, str | None]]]) -> None:
    before, after, members = case
    kept = comparable(before, after, Counter(members), set(before), K)
    assert not 0 < tell_apart(before, after, members, sorted(kept)) < K


@pytest.mark.parametrize(
    ("streams", "kept"),
    [
        ({}, "A B R"),
        ({("A", None): 1}, "B"),  # one has left: neither A nor R
        ({("A", None): 5}, "A B R"),
        ({("A", "B"): 1}, "R"),  # one has moved within R
        ({("A", "B"): 4, ("B", "A"): 5}, "R"),
        ({("A", None): 4, (None, "A"): 1}, "B"),  # five differ, and each is in a group of fewer than five
        ({("A", None): 4, ("B", None): 1}, "R"),  # of all R five have left
        ({("A", None): 5, ("B", None): 1}, "A"),  # R beside A would show B's one
    ],
)
def test_what_may_be_compared(streams: dict[tuple[str | None, str | None], int], kept: str) -> None:
    parents, _ = tree(": R; R: A B")
    members = [(unit, unit) for unit in "AB" for _ in range(20)] + [pair for pair, n in streams.items() for _ in range(n)]
    assert comparable(parents, parents, Counter(members), set(parents), K) == set(kept.split())


def test_counting_only_heads_would_not_do() -> None:
    """The attacker bites: one has left and one has come, so A is as large as before."""
    parents, _ = tree(": R; R: A B")
    members = [("A", "A")] * 20 + [("A", None), (None, "A")]
    assert tell_apart(parents, parents, members, ["A", "R"]) == 1


@pytest.mark.slow
def test_a_province() -> None:
    """2,000 grassroots unions with 9,000 teams: most is shown, and a second round can still be compared. What it takes is
    measured by `python -m tests.bench ballots`."""
    chance = random.Random(1)
    parents: Parents = {"T": None}
    for union in range(2000):
        parents[f"c{union}"] = "T"
    parents |= {f"t{team}": f"c{chance.randrange(2000)}" for team in range(9000)}
    counts = {unit: chance.randrange(18) for unit in parents if unit[0] == "t"}
    kept = shown(parents, counts, K)
    assert len(kept) > 7000
    pairs = [(unit, unit) for unit, count in counts.items() for _ in range(count)]
    pairs += [(chance.choice(list(counts)), None) for _ in range(300)]
    assert comparable(parents, parents, Counter(pairs), kept, K)


def test_every_reason_has_a_name_of_its_own() -> None:
    assert len({reason.value for reason in suppression.Withheld}) == len(suppression.Withheld)
