"""The clock of a case and the ladder, without anybody's chat around them; on both databases.

Working days are Monday to Saturday, 07:30–11:30 and 12:30–16:30; a case comes on Monday 23/11/2026 at 10:00."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlmodel import col

from config.i18n import HERE
from config.tables import table
from models.anonymity import intake
from models.grievances import access, calendar, cases, clock, handling, ladder, rungs
from models.store.database import Database
from tests.rules.grievances.climbing import (
    MINUTES,
    MONDAY,
    Act,
    House,
    acknowledge,
    acts,
    again,
    ask,
    at,
    escalate,
    new,
    propose,
    reply,
    says,
    tells,
    ticks,
    told,
)

# When what comes. Moments counted by hand, in Vietnam's time.

ROAD = [
    # by whom it was done and when, then when the ladder has something to do next, and how many minutes are left
    ("comes", [], "11-23 11:00", 1440),
    ("acknowledged at once", [("11-23 10:00", acknowledge)], "11-24 10:00", 1440),
    ("answered after an hour", [("11-23 11:00", reply)], "11-25 13:00", 1380),  # three quarters of three days
    ("asked on Monday", [("11-23 11:00", ask)], None, 1380),
    ("asked, and told on Wednesday", [("11-23 11:00", ask), ("11-25 11:00", says("addition"))], "11-25 13:00", 1380),
    ("proposed", [("11-23 11:00", propose)], "11-30 11:00", 1380),
    ("proposed, not settled yet", [("11-23 11:00", propose), ("11-24 09:00", says("addition"))], "11-24 10:00", 1380),
    ("handed up", [("11-24 10:00", escalate)], "11-24 11:00", 2400),
    ("taken up by the worker", [("11-24 10:00", says("unsettled", holder="factory"))], "11-24 11:00", 2400),
    ("settled", [("11-23 11:00", propose), ("11-24 10:00", says("settled"))], None, 0),
    ("withdrawn", [("11-23 11:00", says("withdrawn"))], None, 0),
]


@pytest.mark.parametrize(("acted", "then", "left"), [row[1:] for row in ROAD], ids=[row[0] for row in ROAD])
def test_when_the_ladder_has_something_to_do(
    database: Database, house: House, acted: list[tuple[str, Act]], then: str | None, left: int
) -> None:
    case = new(database, house)
    for moment, act in acted:
        acts(database, case, house, at(moment), act)
    with database.reading() as session:
        found = again(session, case)
        assert found.next_at == (at(then) if then else None)
        assert found.left_minutes == left


def test_the_rungs_in_their_order(database: Database, house: House) -> None:
    """An hour, the first answer, three quarters of three days, and up; the same with five days; at the top, daily."""
    case = new(database, house)
    seen: list[tuple[str, str]] = []
    now = MONDAY
    for _ in range(14):
        with database.reading() as session:
            now = again(session, case).next_at or now
        assert ticks(database, now) == 1
        with database.transaction() as session:
            seen += [(f"{now.astimezone(HERE):%d/%m %H:%M}", f"{kind} {unit}") for kind, unit in told(session)]
            session.execute(rungs.Rung.__table__.delete())  # type: ignore[attr-defined]
    assert seen[:7] == [
        ("23/11 11:00", "again team"),
        ("24/11 10:00", "late team"),
        ("25/11 13:00", "warned team"),
        ("26/11 10:00", "came factory"),
        ("26/11 10:00", "went team"),
        ("26/11 11:00", "again factory"),
        ("27/11 10:00", "late factory"),
    ]
    assert [what for _, what in seen[7:10]] == ["warned factory", "came province", "went factory"]
    assert seen[8][0] == "02/12 10:00", "five days of work after Thursday, over a Sunday"
    assert [what for _, what in seen[-3:]] == ["top province"] * 3
    assert [when for when, _ in seen[-3:]] == ["14/12 10:00", "15/12 07:30", "16/12 07:30"], "after ten days, every day"
    with database.reading() as session:
        kinds = [entry.kind for entry in cases.entries(session, case.id)]
        assert kinds == ["report", "climbed", "climbed"]
        heard = [one.kind for one in intake.waiting_for(session, case.id, MONDAY)]
        assert heard == ["tell", "tell"], "the worker is told each time, by the sealed way"


def test_danger_climbs_by_the_wall_on_a_sunday_night(database: Database, house: House) -> None:
    sunday = at("11-29 23:00")
    case = new(database, house, sunday, urgent=True)
    for minutes, wanted in (
        (60, [("again", "team")]),
        (90, [("warned", "team")]),
        (120, [("came", "factory"), ("went", "team")]),
    ):
        ticks(database, sunday + timedelta(minutes=minutes - 1))
        with database.reading() as session:
            assert not told(session)
        ticks(database, sunday + timedelta(minutes=minutes))
        with database.transaction() as session:
            assert told(session) == wanted
            left = session.execute(select(rungs.Rung).where(col(rungs.Rung.kind) != "ended")).scalars()
            assert all(rung.tell_at <= sunday + timedelta(minutes=minutes) for rung in left)
            session.execute(rungs.Rung.__table__.delete())  # type: ignore[attr-defined]
    with database.reading() as session:
        assert again(session, case).due_at == sunday + timedelta(hours=4)


# Faults that others had.


@pytest.mark.parametrize("now", ["11-28 23:59", "11-29 00:00", "11-29 10:00", "11-30 00:00", "11-30 07:29"])
def test_nothing_is_sent_at_midnight_or_on_a_day_of_rest(database: Database, house: House, now: str) -> None:
    """Also where the service stood still from Friday on: what fell due meanwhile waits for Monday morning."""
    case = new(database, house)
    ticks(database, at(now))
    with database.reading() as session:
        assert not told(session)
        assert again(session, case).holder_id == house.units["team"].id
        assert again(session, case).next_at == at("11-30 07:30")
    ticks(database, at("11-30 07:30"))
    with database.reading() as session:
        assert told(session) == [("came", "factory"), ("went", "team")]


def test_the_target_is_not_kept_after_a_hand_over(database: Database, house: House) -> None:
    case = new(database, house)
    acts(database, case, house, at("11-26 09:59"), escalate)
    ticks(database, at("11-26 10:01"))
    with database.reading() as session:
        found = again(session, case)
        assert (found.holder_id, found.left_minutes) == (house.units["factory"].id, 5 * 480)
        assert found.settle_at == at("12-02 09:59")
        assert told(session) == [("handed", "team")]


def test_what_was_answered_does_not_climb_and_is_not_complained_of(database: Database, house: House) -> None:
    """Nor is an officer told of it who is told later: the answer came between the two."""
    urgent = new(database, house, urgent=True)
    late = new(database, house)
    ticks(database, at("11-24 10:00"))
    acts(database, late, house, at("11-24 10:00"), reply)
    with database.reading() as session:
        assert ("late", "team") in told(session)
        assert again(session, urgent).holder_id == house.units["factory"].id, "nobody answered the other"
    news = tells(database, at("11-24 10:01"))[house.officers["leader"]]
    assert dict(news.counts) == {"went": 1}
    answered = new(database, house, MONDAY + timedelta(days=1), urgent=True)
    acts(database, answered, house, at("11-24 11:00"), reply)
    ticks(database, at("11-24 13:00"))
    with database.reading() as session:
        assert again(session, answered).holder_id == house.units["team"].id


def test_a_pause_is_not_lost_when_a_calendar_changes(
    database: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, running, proposed = (new(database, house) for _ in range(3))
    acts(database, waiting, house, at("11-23 11:00"), ask)
    acts(database, proposed, house, at("11-23 11:00"), propose)
    acts(database, running, house, at("11-23 11:00"), reply)
    monkeypatch.setitem(table("holidays")["rest"], "2026-11-25", {"vi": "Nghỉ thêm", "en": "Free"})
    ticks(database, at("11-23 11:01"))
    with database.reading() as session:
        kept = again(session, waiting)
        assert (kept.next_at, kept.running_since, kept.left_minutes) == (None, None, 1380)
        assert again(session, proposed).next_at == at("11-30 11:00")
        moved = again(session, running)
        assert moved.settle_at == at("11-27 10:00"), "a day later than by the calendar before"
        assert moved.left_minutes == 1380
        assert not ladder.to_recount(session), "once"


def test_cases_from_before_there_was_a_clock_begin_now(database: Database, house: House) -> None:
    old, asked = new(database, house), new(database, house)
    with database.transaction() as session:
        session.execute(
            text(
                "UPDATE grievance SET calendar = '', left_minutes = 0, running_since = NULL, settle_at = NULL,"
                " next_at = NULL, rungs = ''"
            )
        )
        again(session, asked).state = "proposed"
    later = MONDAY + timedelta(days=30)
    ticks(database, later)
    with database.reading() as session:
        found = again(session, old)
        assert (found.running_since, found.left_minutes, found.due_at) == (later, 1440, later + timedelta(hours=24))
        assert again(session, asked).next_at == later + timedelta(days=7)
        assert not told(session), "nobody is flooded by the update"


# Silence.


def test_seven_days_of_silence_are_neither_yes_nor_no(database: Database, house: House) -> None:
    case = new(database, house)
    acts(database, case, house, at("11-23 11:00"), propose)
    ticks(database, at("11-30 10:59"))
    with database.reading() as session:
        assert again(session, case).state == "proposed"
    ticks(database, at("11-30 11:00"))
    with database.reading() as session:
        found = again(session, case)
        assert (found.state, found.next_at) == ("unconfirmed", None)
        counts = access.state_counts(
            session, house.officers["leader"], house.units["team"].id, MONDAY, at("12-01 00:00"), at("12-01 08:00")
        )
        assert counts == {"unconfirmed": 1}, "a number of its own"


@pytest.mark.parametrize(("said", "state"), [("settled", "settled"), ("unsettled", "new"), ("addition", "unconfirmed")])
def test_a_late_word_still_counts(database: Database, house: House, said: str, state: str) -> None:
    case = new(database, house)
    acts(database, case, house, at("11-23 11:00"), propose)
    ticks(database, at("11-30 11:00"))
    acts(database, case, house, at("12-01 09:00"), says(said, holder="factory" if said == "unsettled" else ""))
    with database.reading() as session:
        found = again(session, case)
        assert found.state == state
        assert (found.next_at is not None) is (state == "new")


# Back down.


def test_those_above_hand_back_but_never_to_who_was_passed_over(database: Database, house: House) -> None:
    plain = new(database, house)
    ticks(database, at("11-26 10:00"))
    passing = new(database, house, holder_id=house.units["factory"].id, passed_over=[house.units["team"].id])
    with database.transaction() as session:
        # Shown as from the factory where few have joined; here it is as from the team.
        for case in (plain, passing):
            again(session, case).unit_id = house.units["team"].id
        session.flush()
        [below] = access.units_below(session, again(session, plain), at("11-26 10:00"))
        assert below.id == house.units["team"].id
        assert access.units_below(session, again(session, passing), at("11-26 10:00")) == []
        guidance = handling.Saying(house.officers["chair"], "Hỏi kế toán", at("11-26 11:00"))
        handling.hand_back(session, again(session, plain), below, guidance, at("11-26 11:00"))
        found = again(session, plain)
        assert (found.holder_id, found.left_minutes, found.rungs) == (below.id, 1440, "")
        assert [entry.kind for entry in cases.entries(session, plain.id)][-2:] == ["note", "returned"]


# What no calendar and no order of events may break.

MOVES = st.lists(
    st.tuples(st.sampled_from(["reply", "ask", "addition", "tick", "acknowledge"]), st.integers(1, 3000)),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize("backend", ["sqlite"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES)
def test_remaining_time_never_grows_by_itself(database: Database, house: House, moves: list[tuple[str, int]]) -> None:
    """Until another unit gets the case, whatever anybody does to it: and while it stands, it does not shrink either."""
    case = new(database, house)
    now, left, stood = MONDAY, 1440, False
    for what, minutes in moves:
        now += timedelta(minutes=minutes)
        if what == "tick":
            with database.transaction() as session:
                ladder.take(session, case.id, now, MINUTES)
        else:
            with database.transaction() as session:
                found = again(session, case)
                if found.holder_id != house.units["team"].id:
                    break
                if what == "addition":
                    says("addition")(session, found, house, now)
                elif what != "acknowledge" or found.state == "new":
                    {"reply": reply, "ask": ask, "acknowledge": acknowledge}[what](session, found, house, now)
        with database.reading() as session:
            found = again(session, case)
            if found.holder_id != house.units["team"].id:
                break
            assert 0 <= found.left_minutes <= left
            if stood:
                assert found.left_minutes == left
            left, stood = found.left_minutes, clock.is_waiting(found)
            assert (found.next_at is None) is stood


def test_the_clock_of_a_case_is_reckoned_with_the_calendar_of_who_holds_it(
    database: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(table("calendar"), "units", {"FACTORY": {"rest": ["sat", "sun"]}, "PROVINCE": {"rest": ["sun"]}})
    case = new(database, house, at("11-27 10:00"))
    with database.reading() as session:
        found = again(session, case)
        assert found.settle_at == at("12-02 10:00"), "Saturday is no day of work there"
        assert found.calendar == calendar.fingerprint()


def test_a_unit_has_its_own_times_and_what_is_left_stays_when_they_change(
    database: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more day for the team, an answer within eight hours: from the next case on. What is open keeps what is left."""
    before = new(database, house)
    acts(database, before, house, at("11-23 11:00"), reply)
    own = {"FACTORY": {"first_reply_hours": 8, "settle_days": {"team": 4}}, "PROVINCE": {"settle_days": {"team": 1}}}
    monkeypatch.setitem(table("sla"), "units", own)
    ticks(database, at("11-23 11:01"))
    after = new(database, house)
    with database.reading() as session:
        kept, fresh = again(session, before), again(session, after)
        assert (kept.left_minutes, kept.settle_at) == (1380, at("11-26 10:00"))
        assert kept.next_at == at("11-25 10:00"), "warned when a quarter of four days is left"
        assert not ladder.to_recount(session)
        assert (fresh.left_minutes, fresh.settle_at) == (4 * 480, at("11-27 10:00"))
    acts(database, before, house, at("11-24 10:00"), escalate)
    with database.reading() as session:
        moved = again(session, before)
        assert moved.left_minutes == 5 * 480, "as everywhere"
        assert moved.due_at == at("11-24 18:00"), "as the factory's own"
