"""Options with one or two votes: whatever is shown could be the exact truth, and sums stay right."""

from __future__ import annotations

import random
from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.anonymity import rounding
from models.anonymity.rounding import rounded

groups = st.lists(st.integers(0, 9), min_size=2, max_size=6).filter(lambda votes: sum(votes) >= 10)
owing = st.lists(st.integers(0, 2), min_size=6, max_size=6)


@given(groups, owing)
def test_no_option_is_left_with_one_or_two_and_the_sum_stays(votes: list[int], owed: list[int]) -> None:
    found = rounded(votes, owed)
    assert sum(found) == sum(votes)
    assert all(count == 0 or count >= 3 for count in found)


@given(groups, owing)
def test_what_is_shown_could_be_the_truth(votes: list[int], owed: list[int]) -> None:
    """So nobody can prove that an option had one or two votes."""
    found = rounded(votes, list(owed))
    assert rounded(found, list(owed)) == found


@given(groups.filter(lambda votes: not {1, 2} & set(votes)), owing)
def test_without_such_options_nothing_changes(votes: list[int], owed: list[int]) -> None:
    assert rounded(votes, owed) == votes


@pytest.mark.parametrize("people", [10, 11, 14])
@pytest.mark.parametrize("options", [2, 3])
def test_nobody_can_tell_who_was_alone_or_that_all_were_one(people: int, options: int) -> None:
    """By trying all: for each table shown, and each option in it that may have had one or two votes, it may also have had
    none, or three and more; and where everybody seems to agree, perhaps somebody did not."""
    behind: dict[tuple[int, ...], set[tuple[int, ...]]] = defaultdict(set)
    for votes in product(range(people + 1), repeat=options):
        if sum(votes) == people:
            for owed in product(range(3), repeat=options):
                behind[tuple(rounded(votes, list(owed)))].add(votes)
    for found, possible in behind.items():
        for option in range(options):
            assert {votes[option] for votes in possible} - {1, 2}
        if max(found) == people:
            assert any(max(votes) < people for votes in possible)


def test_errors_do_not_add_up() -> None:
    """9,000 teams of 10 to 20: what the sum of all is off by, in votes of 135,000."""
    chance = random.Random(5)
    owed = rounding.start(5)
    truth, seen = [0] * 5, [0] * 5
    for _ in range(9000):
        votes = [0] * 5
        for _ in range(chance.randrange(10, 21)):
            votes[chance.choices(range(5), (50, 25, 12, 8, 5))[0]] += 1
        for option, count in enumerate(rounded(votes, owed)):
            truth[option] += votes[option]
            seen[option] += count
    assert sum(seen) == sum(truth)
    assert max(abs(a - b) for a, b in zip(seen, truth, strict=True)) < 0.005 * sum(truth)


def test_one_or_two_votes_count_as_many_on_average() -> None:
    shares = [sum(rounded([12, votes], rounding.start(2))[1] for _ in range(6000)) / 6000 for votes in (1, 2)]
    assert shares == pytest.approx([1, 2], abs=0.15)
