"""Bad days of the ladder: two ticks, a clock that goes back, nobody in office; and how what is due is found."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event as events
from sqlalchemy import insert, select, text
from sqlmodel import col

from config.tables import table
from models.grievances import access, cases, ladder, observers, oversight
from models.grievances.cases import Grievance
from models.people import units
from models.people.offices import Office
from models.people.units import Unit
from models.store.database import Database, Session
from models.store.ids import new_id
from tests.rules.grievances.climbing import (
    MINUTES,
    MONDAY,
    House,
    acknowledge,
    acts,
    again,
    also_small,
    at,
    new,
    officer,
    posted,
    reply,
    tells,
    ticks,
    told,
)


def test_two_ticks_never_climb_twice(database: Database, house: House) -> None:
    """Both found it due; the second comes to a case that is not as it was."""
    case = new(database, house)
    with database.transaction() as session:
        ladder.take(session, case.id, at("11-26 10:00"), MINUTES)
        ladder.take(session, case.id, at("11-26 10:00"), MINUTES)
    with database.transaction() as session:
        ladder.take(session, case.id, at("11-26 10:00"), MINUTES)
        assert again(session, case).holder_id == house.units["factory"].id
        assert [entry.kind for entry in cases.entries(session, case.id)] == ["report", "climbed"]


def test_a_stale_reading_climbs_nothing(database: Database, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An officer answers between the tick's reading and its writing."""
    case = new(database, house)
    real = access.units_above

    def meanwhile(session: Session, found: Grievance, now: datetime) -> list[units.Unit]:
        above = real(session, found, now)
        with session.no_autoflush:
            session.execute(text("UPDATE grievance SET state = 'answered'"))
        return above

    monkeypatch.setattr(access, "units_above", meanwhile)
    with database.transaction() as session:
        ladder.take(session, case.id, at("11-26 10:00"), MINUTES)
    with database.reading() as session:
        assert again(session, case).holder_id == house.units["team"].id
        assert not told(session)


def test_the_clock_goes_back_a_day(database: Database, house: House) -> None:
    new(database, house)
    ticks(database, at("11-26 10:00"))
    with database.reading() as session:
        before = told(session)
    assert ticks(database, at("11-25 10:00")) == 0
    ticks(database, at("11-26 10:00"))
    with database.reading() as session:
        assert told(session) == before


def test_a_level_without_an_officer_is_passed_over(database: Database, house: House) -> None:
    with database.transaction() as session:
        session.execute(select(Office).where(col(Office.role) == "chair")).scalar_one().to_day = at("11-25 10:00").date()
    case = new(database, house)
    ticks(database, at("11-26 10:00"))
    with database.reading() as session:
        assert again(session, case).holder_id == house.units["province"].id
        assert told(session) == [("came", "province"), ("went", "team")]


def test_an_office_that_has_ended_hears_nothing(database: Database, house: House) -> None:
    """Between the climb and the telling; of two handlers, the one who took the case on."""
    with database.transaction() as session:
        officer(session, house, "deputy", "team", "deputy_leader")
    case = new(database, house)
    acts(database, case, house, MONDAY, acknowledge)
    ticks(database, at("11-25 13:00"))
    with database.transaction() as session:
        batch_kinds = told(session)
        assert ("warned", "team") in batch_kinds
        ended = session.execute(select(Office).where(col(Office.role) == "leader")).scalar_one()
        ended.to_day = at("11-24 10:00").date()
    heard = tells(database, at("11-25 14:00"))
    assert set(heard) == {house.officers["deputy"]}
    assert heard[house.officers["deputy"]].counts["warned"] == 1, "the handler has left: the others are warned"


def test_only_the_handler_is_warned(database: Database, house: House) -> None:
    with database.transaction() as session:
        officer(session, house, "deputy", "team", "deputy_leader")
    case = new(database, house)
    acts(database, case, house, MONDAY, reply)
    ticks(database, at("11-25 13:00"))
    heard = tells(database, at("11-25 13:00"))
    assert {who: dict(news.counts) for who, news in heard.items()} == {house.officers["leader"]: {"warned": 1}}


def test_at_the_top_the_chair_hears_or_where_there_is_none_everybody(database: Database, house: House) -> None:
    with database.transaction() as session:
        officer(session, house, "colleague", "province", "superior")
    new(database, house, holder_id=house.units["province"].id)
    ticks(database, at("12-04 10:00"))
    heard = tells(database, at("12-04 10:00"))
    assert set(heard) == {house.officers["above"], house.officers["colleague"]}
    with database.transaction() as session:
        officer(session, house, "head", "province", "chair")
    ticks(database, at("12-05 07:30"))
    assert set(tells(database, at("12-05 07:30"))) == {house.officers["head"]}


def test_a_message_for_each_officer_however_many_are_late(database: Database, house: House) -> None:
    for _ in range(40):
        new(database, house)
    ticks(database, at("11-26 10:00"))
    heard = tells(database, at("11-26 10:00"))
    assert {who: dict(news.counts) for who, news in heard.items()} == {
        house.officers["leader"]: {"went": 40},
        house.officers["chair"]: {"came": 40},
    }
    assert not any(news.named for news in heard.values()), "forty codes are no message"
    assert not tells(database, at("11-26 10:01"))


def test_what_is_due_is_found_by_an_index(database: Database, house: House) -> None:
    with database.transaction() as session:
        for number in range(100):
            posted(session, house, MONDAY + timedelta(minutes=number))
    if database.url.drivername != "sqlite":
        with database.transaction() as session:
            session.execute(text("ANALYZE grievance"))
    asked: list[str] = []
    events.listen(database.engine, "before_cursor_execute", lambda _c, _r, sql, *_: asked.append(sql))
    for ask_for, index in (
        (lambda session: ladder.is_more_due(session, MONDAY), "ix_grievance_next_at"),
        (lambda session: list(ladder.due(session, MONDAY + timedelta(minutes=61))), "ix_grievance_next_at"),
        (ladder.to_recount, "ix_grievance_calendar"),
    ):
        asked.clear()
        plan = _plan(database, ask_for, asked)
        assert index in plan, plan


def _plan(database: Database, ask_for: Callable[[Session], object], asked: list[str]) -> str:
    with database.transaction() as session:
        ask_for(session)
        statement = next(sql for sql in asked if "FROM grievance" in sql)
        plain = database.url.drivername == "sqlite"
        cursor = session.connection().connection.cursor()
        if plain:
            places = statement.count("?")
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", [MONDAY.isoformat(sep=" ")] * (places - 1) + [5])
            return "\n".join(row[3] for row in cursor.fetchall())
        names = set(re.findall(r"%\((\w+)\)s", statement))
        given = {name: 5 if name.startswith("param") else "x" if name.startswith("calendar") else MONDAY for name in names}
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}", given)
        return "\n".join(row[0] for row in cursor.fetchall())


# Units and offices that change under way.


def test_a_unit_is_moved_while_a_case_climbs(database: Database, house: House) -> None:
    """The case goes to whoever is above on the day on which its time is over; and where nobody is any more, it stays."""
    with database.transaction() as session:
        other = Unit(kind="cdcs", code="OTHER", name="other", parent_id=house.units["province"].id)
        session.add(other)
        session.flush()
        house.units["other"] = other
        officer(session, house, "elsewhere", "other", "chair")
    case = new(database, house)
    ticks(database, at("11-25 13:00"))
    with database.transaction() as session:
        session.get_one(Unit, house.units["team"].id).parent_id = other.id
    ticks(database, at("11-26 10:00"))
    with database.reading() as session:
        assert again(session, case).holder_id == other.id
    assert house.officers["chair"] not in tells(database, at("11-26 10:00")), "it never was with the factory"
    with database.transaction() as session:
        session.get_one(Unit, other.id).parent_id = None
    ticks(database, at("12-02 10:00"))
    heard = tells(database, at("12-02 10:00"))
    assert {who: dict(news.counts) for who, news in heard.items()} == {house.officers["elsewhere"]: {"top": 1}}


def test_a_unit_ends_while_it_has_a_case(database: Database, house: House) -> None:
    """Everybody leaves office: it climbs on, and is told of by nobody who is gone."""
    case = new(database, house, holder_id=house.units["factory"].id)
    with database.transaction() as session:
        for office in session.execute(select(Office).where(col(Office.unit_id) == house.units["factory"].id)).scalars():
            office.to_day = at("11-24 10:00").date()
    ticks(database, at("11-27 16:00"))
    assert not tells(database, at("11-27 16:00"))
    ticks(database, at("11-28 10:00"))
    with database.reading() as session:
        assert again(session, case).holder_id == house.units["province"].id
    assert set(tells(database, at("11-28 10:00"))) == {house.officers["above"]}


def test_an_officer_whose_office_ended_an_hour_ago(database: Database, house: House) -> None:
    """The list was imported an hour ago without them: they see, hear, take over and read along nothing from then on,
    although it was theirs to handle and they were asked to read another along."""
    case, other = new(database, house), new(database, house)
    acts(database, case, house, MONDAY, acknowledge)
    now = at("11-25 13:00")
    with database.transaction() as session:
        who = officer(session, house, "leaving", "factory", "committee")
        also_small(session, house)
        assert observers.add(session, other.id, who, house.units["factory"].id, MONDAY.date())
        assert access.to_read(session, who, other.id, now) is not None
        assert {one.case.id for one in oversight.in_reach(session, who, now)} == {other.id, case.id}
        ended = select(Office).where(col(Office.person_id).in_((house.officers["leader"], who)))
        for office in session.execute(ended).scalars():
            office.to_day = now.date() - timedelta(days=1)  # as models.people.roll_import ends one today
    ticks(database, now)
    assert not {house.officers["leader"], who} & set(tells(database, now))
    with database.reading() as session:
        for person_id in (house.officers["leader"], who):
            assert access.for_officer(session, person_id, case.id, now) is None
            assert access.to_read(session, person_id, other.id, now) is None
            assert not oversight.in_reach(session, person_id, now) and not access.read_along(session, person_id, now)
            assert not access.handlers_of(session, again(session, case), now)


def test_one_person_in_both_roles(database: Database, house: House) -> None:
    """Who leads the team is all there is of the committee: a case does not climb from them to themselves, nor is it theirs
    to take over; of one that came to the committee they are told once."""
    with database.transaction() as session:
        chair = session.execute(select(Office).where(col(Office.role) == "chair")).scalar_one()
        chair.person_id = house.officers["leader"]
    case = new(database, house)
    ticks(database, at("11-26 10:00"))
    with database.reading() as session:
        assert not oversight.in_reach(session, house.officers["leader"], at("11-25 10:00"))
        assert again(session, case).holder_id == house.units["province"].id
    assert set(tells(database, at("11-26 10:00"))) == {house.officers["leader"], house.officers["above"]}
    came = new(database, house, at("11-27 10:00"), holder_id=house.units["factory"].id)
    with database.reading() as session:
        handlers = access.handlers_of(session, again(session, came), at("11-27 10:00"))
        assert [person.id for _account, person in handlers] == [house.officers["leader"]]


def test_where_the_same_person_is_all_there_is_it_still_climbs(database: Database, house: House) -> None:
    with database.transaction() as session:
        for role in ("chair", "superior"):
            office = session.execute(select(Office).where(col(Office.role) == role)).scalar_one()
            office.person_id = house.officers["leader"]
    case = new(database, house)
    ticks(database, at("11-26 10:00"))
    with database.reading() as session:
        assert again(session, case).holder_id == house.units["factory"].id


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_calendar_is_edited_with_5_000_open_cases(
    database: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few hundred at a time, each hundred in a transaction of its own, so that danger which is due is found between two of
    them; nobody's remaining time changes, and each is reckoned anew once."""
    with database.transaction() as session:
        first = posted(session, house)
        values = {column.key: getattr(first, column.key) for column in Grievance.__table__.columns}  # type: ignore[attr-defined]
        rows = [{**values, "id": new_id(), "code": f"P{number}", "mark": None} for number in range(4999)]
        session.execute(insert(Grievance), rows)
    monkeypatch.setitem(table("holidays")["rest"], "2026-11-25", {"vi": "Nghỉ thêm", "en": "Free"})
    rounds, recounted = 0, 0
    while True:
        with database.reading() as session:
            parts = ladder.to_recount(session)
        if not parts:
            break
        rounds += 1
        assert len(parts) <= 5 and all(len(part) <= ladder.RECOUNTED for part in parts)
        for part in parts:
            with database.transaction() as session:
                ladder.recount(session, part, at("11-23 11:00"))
            recounted += len(part)
    assert (rounds, recounted) == (10, 5000)
    with database.reading() as session:
        assert session.execute(select(col(Grievance.left_minutes), col(Grievance.settle_at)).distinct()).all() == [
            (1440, at("11-27 10:00"))
        ], "a day later, with as much left"
