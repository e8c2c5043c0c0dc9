"""One person, one ballot, and every ballot counted: whatever is tapped, and wherever the power goes."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from models.anonymity.intake import Intake
from models.polls import counting, rounds
from models.polls.ballots import NotCast
from models.polls.boxes import Ballot
from models.polls.rounds import Round
from models.store.ids import new_id
from models.store.throwaway_keys import round_keys
from tests.rules.polls.hall import SATISFIED, Crash, Hall, Power

pytestmark = pytest.mark.slow

MARKING = ("before marking", "while marking", "after marking")
PLACES = (*MARKING, "while boxing", "after boxing", "while telling", "while forgetting")
COUNTING = ("after counting", "while finishing", "after finishing")


def held(hall: Hall, one: Round) -> list[Ballot]:
    hall.waits(minutes=2)
    with hall.database.reading() as session:
        return list(counting.each_ballot(session, one))


acts = st.one_of(
    st.tuples(st.just("cast"), st.integers(0, 14), st.integers(0, 2)),
    st.tuples(st.just("all"), st.integers(3, 14), st.integers(0, 2)),
    st.tuples(st.just("wait"), st.integers(1, 100), st.just(0)),
    st.tuples(st.just("forget"), st.just(0), st.just(0)),
    st.tuples(st.just("restart"), st.just(0), st.just(0)),
    st.tuples(st.just("crash"), st.integers(0, len(PLACES) - 1), st.integers(0, 2)),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(acts, min_size=20, max_size=70))
def test_one_person_one_ballot_and_none_lost(hall: Hall, people: list[str], story: list[tuple[str, int, int]]) -> None:
    with hall.database.transaction() as session:
        session.execute(delete(Intake))
    hall.restarts()
    one = hall.opens(hall.poll(SATISFIED, top="factory"))
    tapped: dict[str, int] = {}
    for act, first, second in story:
        for number in {"cast": [first], "all": range(first)}.get(act, ()):
            with suppress(NotCast):  # already: whoever is told so is in `tapped`, or one ballot too few is found below
                hall.casts(one, people[number], [second])
                assert tapped.setdefault(people[number], second) == second, "two ballots of one person were taken"
        try:
            if act == "wait":
                hall.waits(seconds=first)
            elif act == "forget":
                hall.forgets()
            elif act == "restart":
                hall.restarts()
            elif act == "crash":
                hall.crash = Power(PLACES[first], second)
        except Crash:
            hall.restarts()
    hall.crash = Power()
    ballots = held(hall, one)
    assert len(ballots) == len({ballot.id for ballot in ballots}) == len(tapped)
    assert sorted(ballot.answers[0] for ballot in ballots) == sorted(tapped.values())
    with hall.database.transaction() as session:
        rounds.cancel(session, session.get_one(Round, one.id))


@pytest.mark.parametrize("place", COUNTING)
def test_a_crash_while_counting_neither_loses_nor_doubles(hall: Hall, people: list[str], place: str) -> None:
    one = hall.opens(hall.poll(top="factory"))
    for person in people:
        hall.casts(one, person, [random.randrange(3)])
    before = len(held(hall, one))
    hall.crash = Power(place)
    with pytest.raises(Crash):
        hall.counts(one)
    finished = place == "after finishing"
    with hall.database.reading() as session:
        assert round_keys(session).of(one.id)  # also when the power goes after the commit: then the next sweep takes it
        assert (session.get_one(Round, one.id).state == "counted") is finished
    if not finished:
        assert hall.counts(one).ballots == before == 27
    with hall.database.reading() as session:
        rounds.sweep_keys(session)
        assert not list(round_keys(session).directory.glob("*"))
    shown = hall.sees(one, "factory")
    assert getattr(shown, "respondents", 0) == 27


def test_counted_twice_is_written_once(hall: Hall, people: list[str]) -> None:
    one = hall.opens(hall.poll(top="factory"))
    for person in people:
        hall.casts(one, person, [0])
    held(hall, one)
    with hall.database.reading() as session:
        counted = counting.count(session, session.get_one(Round, one.id))
    for first in (True, False):
        with hall.database.transaction() as session:
            assert counting.finish(session, one, counted) is first


def test_a_mark_that_fits_any_event_would_be_noticed(hall: Hall, people: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above bite: were whoever has taken part believed again, a second tap would be a second ballot."""
    from models.polls import turnout

    monkeypatch.setattr(turnout, "is_first", lambda session, event, marks: True)
    monkeypatch.setattr("models.anonymity.intake.row_of", lambda *_: new_id())
    one = hall.opens(hall.poll(top="factory"))
    for _ in range(2):
        hall.casts(one, people[0], [0])
    assert len(held(hall, one)) == 2
