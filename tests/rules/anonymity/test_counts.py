"""What a count is shown as: always true, in steps, and of no use to whoever fills steps with accounts of their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.i18n import language
from handlers.polls import charts, in_words
from models.anonymity import counts
from models.anonymity.counts import GOT, OWN, READ, UNDER, Series, Size, floor, moved, steps_to
from models.anonymity.rounding import BASE
from models.anonymity.suppression import Withheld
from models.polls.polls import Poll

SERIES = (OWN, UNDER, GOT, READ)


class Shown:
    """A count over the nights, with edges drawn by `draw(moves, way, into)`."""

    def __init__(self, series: Series, k: int, draw: Callable[[int, str, int], int]) -> None:
        self.series, self.k, self.draw = series, k, draw
        self.steps = self.moves = 0

    def night(self, people: int) -> int:
        steps = moved(self.series, self.steps, people, self.k, lambda way, into: self.draw(self.moves, way, into))
        self.moves += steps != self.steps
        self.steps = steps
        return floor(self.series, steps, self.k)


@settings(max_examples=200)
@given(
    st.sampled_from(SERIES),
    st.sampled_from([2, 5, 20]),
    st.lists(st.integers(0, 400), min_size=1, max_size=30),
    st.randoms(),
)
def test_a_floor_is_never_untrue(series: Series, k: int, nights: list[int], chance: object) -> None:
    drawn: dict[tuple[int, str, int], int] = {}
    shown = Shown(series, k, lambda *edge: drawn.setdefault(edge, chance.randrange(10**6)))  # type: ignore[attr-defined]
    most = 0
    for people in nights:
        most = max(most, people)
        said = shown.night(people)
        # What is never undone may be said of the most there ever were.
        assert said <= (people if series.falls else most)
        assert said == 0 or said >= series.first * k
        assert said % k == 0
        assert steps_to(series, said, k) == shown.steps
        assert (people if series.falls else most) - said < 5 * k or not said, "nor far from the truth"


K = 5
EDGES = range(counts.step(K))
"""Every place at which an edge can be drawn, each as likely as the others."""


def caught(own: int, others: int, edge: int, series: Series) -> bool:
    """Whether somebody who has made `own` accounts act, one a night, sees by the next step what one more person does:
    nothing was to be seen before, and in the night after the other has acted it was."""
    shown = Shown(series, K, lambda _moves, _way, _into: edge)
    before = [shown.night(others + number) for number in range(own + 1)]
    return before[0] == before[-1] != shown.night(others + own + 1)


@pytest.mark.parametrize("series", [GOT, READ, UNDER, OWN])
@pytest.mark.parametrize("others", [0, 3, 12])
def test_who_fills_a_step_does_not_know_when_it_is_full(series: Series, others: int) -> None:
    """However many of their own they put in: of all places the edge can have, one makes the other person's act the one that
    shows. (Over one step; who has so many accounts that they fill several has as many tries.)"""
    for own in range(25):
        seen = [caught(own, others, edge, series) for edge in EDGES]
        assert Fraction(sum(seen), len(seen)) <= Fraction(1, 2 * K)


def walks_back(night: Callable[[int], int]) -> bool:
    """The same by somebody who can undo: up until something shows, back until it is gone again, and now they stand right
    before the edge. Whether the other person's act then shows."""
    people = 0
    while not night(people):
        people += 1
    while night(people):
        people -= 1
    return night(people + 1) > 0


def test_walking_to_and_fro_does_not_find_an_edge() -> None:
    for drawn in itertools.product(EDGES, EDGES, EDGES):
        shown = Shown(UNDER, K, lambda moves, _way, _into, drawn=drawn: drawn[moves % 3])  # type: ignore[misc]
        assert not walks_back(shown.night)


def test_the_walk_finds_rounded_numbers_and_an_edge_that_stays() -> None:
    """It bites: on what previews did, and on a step whose place is hidden, but the same up and down."""
    assert walks_back(lambda people: round(people / K) * K)
    for edge in EDGES:
        assert walks_back(lambda people, edge=edge: people >= 10 + edge)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("number", "of", "said"),
    [(10, 9, 0), (10, 12, 0), (10, 19, 0), (10, 20, 10), (30, 35, 20), (30, 40, 30), (30, 1000, 30), (0, 50, 0)],
)
def test_it_is_not_said_that_hardly_anybody_is_missing(number: int, of: int, said: int) -> None:
    assert counts.capped(number, of, K) == said


@pytest.mark.parametrize(("heads", "parts"), [(0, 1), (10, 1), (19, 1), (20, 2), (39, 2), (40, 4), (4000, 4)])
def test_no_part_of_a_way_has_few_people(heads: int, parts: int) -> None:
    assert counts.parts(heads, K) == parts


@pytest.mark.parametrize("size", [Size("exact", 122), Size("least", 30), Size("few"), Size("some", 9)])
def test_a_size_is_kept_as_it_was_said(size: Size) -> None:
    assert Size.load(str(size)) == size


@pytest.mark.parametrize("k", [2, 5, 20, 100])
def test_thresholds_follow_the_setting(k: int) -> None:
    assert counts.enough(k) == 2 * k
    assert counts.texts_from(k) == max(10, 2 * k)
    assert counts.open_from(k) > counts.enough(k) > BASE


@pytest.mark.parametrize(
    ("how", "k", "least"), [({}, 5, 10), ({}, 20, 40), ({"voters": "anyone"}, 5, 30), ({"voters": "anyone"}, 20, 120)]
)
def test_words_say_the_threshold_that_holds(how: dict[str, str], k: int, least: int) -> None:
    poll = Poll(code="YK-1", author_unit_id="u", body=b"", threshold=k, **how)
    assert poll.shown_from == least
    assert str(least) in in_words.explained(language("en"), poll)
    about = charts.About("", "", datetime(2026, 11, 23, tzinfo=UTC), k)
    why = Withheld.OPEN if how else Withheld.FEW_ANSWERS
    [picture] = charts.pictures(language("en"), [], why, about)
    assert str(least) in str(picture)
