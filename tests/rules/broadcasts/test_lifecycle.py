"""The clock's part of a broadcast: what begins, what repeats and when, what ends, what is left of an old ledger."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.ticking.broadcasts import Casts
from bot.writer import Writer
from config.i18n import HERE
from config.settings import Notices
from handlers.broadcasts import reading
from handlers.chat.site import Line, Site
from models.broadcasts import broadcasts, ledger, lifecycle
from models.broadcasts.broadcasts import Broadcast
from models.store.database import Database, Session
from models.store.sealing import Unsealable
from tests.faults.line import LINE
from tests.rules.broadcasts.ledger_union import TODAY, Phone, Roll, later, outcome
from tests.running_app import MONDAY


@pytest.fixture
def roll(database: Database) -> Roll:
    made = Roll(database)
    made.crowd(5)
    return made


NEXT = [
    # first, how often → the ones that follow, in Vietnam
    ("2027-01-31 08:00", "monthly", ["2027-02-28 08:00", "2027-03-31 08:00", "2027-04-30 08:00", "2027-05-31 08:00"]),
    ("2028-01-31 08:00", "monthly", ["2028-02-29 08:00", "2028-03-31 08:00"]),
    ("2026-12-30 23:59", "monthly", ["2027-01-30 23:59", "2027-02-28 23:59", "2027-03-30 23:59"]),
    ("2028-02-29 09:30", "yearly", ["2029-02-28 09:30", "2030-02-28 09:30", "2031-02-28 09:30", "2032-02-29 09:30"]),
    ("2026-11-30 08:00", "quarterly", ["2027-02-28 08:00", "2027-05-30 08:00", "2027-08-30 08:00", "2027-11-30 08:00"]),
    ("2026-12-28 06:00", "weekly", ["2027-01-04 06:00", "2027-01-11 06:00"]),
]


def moment(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=HERE).astimezone(MONDAY.tzinfo)


def scheduled(roll: Roll) -> list[Broadcast]:
    with roll.database.reading() as session:
        return list(session.execute(select(Broadcast).where(col(Broadcast.state) == "scheduled")).scalars())


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(("first", "repeat", "following"), NEXT[:2] + NEXT[3:5])
def test_each_writes_the_next_with_a_ledger_of_its_own(roll: Roll, first: str, repeat: str, following: list[str]) -> None:
    """The day of the first is kept, also through shorter months."""
    one = roll.writes(at=moment(first), repeat=repeat, ask=True, kind="law", urgent=True)
    for local in following:
        roll.begins(one, roll.row(one).send_at)
        assert roll.row(one).repeat == ""
        [two] = scheduled(roll)
        assert (two.send_at, two.repeat, two.kind, two.urgent, two.ask) == (moment(local), repeat, "law", True, True)
        roll.joins(f"comes before {local}", "MAY1", Phone())
        one = two.id
    assert roll.begins(one, roll.row(one).send_at) == 6 + len(following)


def test_what_was_missed_is_not_made_up_for(roll: Roll) -> None:
    one = roll.writes(repeat="weekly")
    roll.begins(one, later(days=30))
    [two] = scheduled(roll)
    assert two.send_at == later(days=35)


def test_due_in_time_urgent_first_and_only_what_is_agreed_to(roll: Roll) -> None:
    late, early = roll.writes(at=later(hours=1)), roll.writes()
    urgent, waits = roll.writes(at=later(hours=1), urgent=True), roll.writes(needs_second=True)
    other = roll.joins("second", "TINH")
    with roll.database.transaction() as session:
        assert lifecycle.due(session, MONDAY) == [early]
        assert lifecycle.due(session, later(hours=1)) == [urgent, early, late]
        row = session.get_one(Broadcast, waits)
        with pytest.raises(broadcasts.Refused):
            broadcasts.approve(session, row, roll.author, later(hours=2))
        broadcasts.approve(session, row, other, later(hours=2))
        assert row.send_at == MONDAY and set(lifecycle.due(session, later(hours=2))) == {urgent, early, late, waits}


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    ("planned", "approved", "begun", "then"),
    [
        ("2026-11-28 08:00", "2026-11-30 11:11", "2026-11-30 11:12", ["2026-12-28 08:00", "2027-01-28 08:00"]),
        (
            "2026-11-30 08:00",
            "2026-12-02 07:00",
            "2026-12-02 07:01",
            ["2026-12-30 08:00", "2027-01-30 08:00", "2027-02-28 08:00"],
        ),
        ("2026-12-31 06:00", "2027-02-10 09:00", "2027-02-10 09:01", ["2027-02-28 06:00", "2027-03-31 06:00"]),
        ("2026-12-31 00:30", "2026-12-01 09:00", "2026-12-31 09:01", ["2027-01-31 00:30"]),  # agreed in time, sent late
    ],
)
def test_it_stays_planned_for_when_it_was(roll: Roll, planned: str, approved: str, begun: str, then: list[str]) -> None:
    """However late a second officer agrees, or the clock begins it."""
    one = roll.writes(at=moment(planned), repeat="monthly", needs_second=True)
    other = roll.joins("second", "TINH")
    with roll.database.transaction() as session:
        broadcasts.approve(session, session.get_one(Broadcast, one), other, moment(approved))
        assert lifecycle.due(session, max(moment(planned), moment(approved))) == [one]
    roll.begins(one, moment(begun))
    for local in then:
        [two] = scheduled(roll)
        assert two.send_at == moment(local)
        roll.begins(two.id, moment(local))


def test_cancelled_before_it_began_is_never_written(roll: Roll) -> None:
    found = roll.writes()
    roll.changes(broadcasts.cancel, found)
    with roll.database.transaction() as session:
        assert lifecycle.begin(session, found, [LINE], MONDAY) is None and not lifecycle.due(session, MONDAY)
    assert not roll.ledger(found)


def test_nobody_at_all_is_over_at_once(roll: Roll) -> None:
    found = roll.sends(roll.audience("THEP"))
    roll.settles(found, MONDAY)
    assert roll.row(found).state == "done" and roll.adds_up(found) == {}


@pytest.mark.parametrize("stopped", [False, True])
def test_it_ends_with_the_last_of_them_and_only_once(roll: Roll, stopped: bool) -> None:
    """Also one that was stopped when the last were on their way: nothing is left to go on with."""
    found = roll.sends(roll.audience("MAY"))
    *most, last = roll.claims()
    roll.records(*map(outcome, most))
    if stopped:
        roll.changes(broadcasts.stop, found)
    roll.settles(found, later(seconds=1))
    assert roll.row(found).state == ("stopped" if stopped else "sending")
    roll.records(outcome(last))
    roll.settles(found, later(seconds=2))
    roll.settles(found, later(seconds=3))
    assert (roll.row(found).state, roll.row(found).ended_at) == ("done", later(seconds=2))
    with roll.database.transaction() as session:
        assert lifecycle.settle(session, found, later(seconds=4)) is None


def test_folding_keeps_the_sums_and_forgets_who(roll: Roll, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "AT_ONCE", 2)
    found = roll.sends(roll.audience("MAY"), kind="notice")
    names = roll.names(rows := roll.claims())
    states = ["sent", "sent", "rejected", "uncertain", "window_closed"]
    roll.records(*(outcome(row, state) for row, state in zip(rows, states, strict=True)))
    with roll.database.transaction() as session:
        ledger.tick_told(session, found, [roll.people[name] for name in names], TODAY)
    roll.settles(found, later(seconds=5))
    before = roll.adds_up(found)
    with roll.database.transaction() as session:
        endings = ledger.counts(session, found)
        assert not lifecycle.foldable(session, later(seconds=5)) and lifecycle.foldable(session, later(days=1)) == [found]
    gone = []
    while not gone or gone[-1]:
        with roll.database.transaction() as session:
            gone.append(lifecycle.fold(session, found))
            row = session.get_one(Broadcast, found)
            assert json.loads(row.totals) == {**endings, "ticked": 5}
    assert gone == [2, 2, 1, 0] and sum(endings.values()) == row.size == sum(before.values())
    assert not roll.ledger(found)
    with roll.database.reading() as session:
        assert not lifecycle.foldable(session, later(days=1))


def test_what_is_under_way_is_not_folded(roll: Roll) -> None:
    roll.sends(roll.audience("MAY"))
    roll.claims()
    with roll.database.reading() as session:
        assert not lifecycle.foldable(session, later(days=400))


async def test_one_that_cannot_begin_stops_no_other(roll: Roll, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its key is missing, say. It is tried again at every tick, and begins when it can."""
    poisoned, other = roll.writes(urgent=True), roll.writes()
    honest = reading.is_ready

    def is_ready(session: Session, row: Broadcast, now: datetime) -> bool:
        if row.id == poisoned:
            raise Unsealable("broadcast.body")
        return honest(session, row, now)

    writer = Writer(roll.database)
    lines = (Line(LINE, 0.0, 0, 0, False),)
    casts = Casts(writer, Site((0, 0), False, lines=lines, notices=Notices(quiet=None)))
    with monkeypatch.context() as broken:
        broken.setattr(reading, "is_ready", is_ready)
        broken.setattr("models.broadcasts.rule_of_two.has_left", lambda *_: False)  # nobody of this roll holds an office
        await casts.step(MONDAY)
        assert (roll.row(poisoned).state, roll.row(other).state) == ("scheduled", "sending")
    monkeypatch.setattr("models.broadcasts.rule_of_two.has_left", lambda *_: False)
    await casts.step(MONDAY + timedelta(seconds=1))
    assert roll.row(poisoned).state == "sending"
    await writer.stop()
