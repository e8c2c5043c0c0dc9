"""Whoever a reporter passed over stays passed over under another staff code: the list that says so asks first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from models.anonymity.events import Event
from models.grievances import access, cases, exclusions
from models.people import leaving, persons, roll, roll_import
from models.people.accounts import Joining, Sender, add
from models.people.persons import Person
from models.store.database import Database
from models.store.ids import new_case_code, new_id
from tests.rules.people.lists import PEOPLE, TODAY, UNITS, lines, take, unit_named
from tests.running_app import MONDAY

LEADER, CHAIR = "SL001", "SL002"


def without(code: str) -> list[list[str]]:
    return [row for row in PEOPLE if row[0] != code]


def person_of(database: Database, code: str) -> Person:
    with database.reading() as session:
        hashed = persons.staff_hash(session, code)
        return session.execute(select(Person).where(col(Person.staff_hash) == hashed)).scalar_one()


def asked(database: Database, people: Sequence[Sequence[str]], **answers: object) -> list[tuple[str, str]]:
    with database.reading() as session:
        wanted, faults = roll.check(lines("units", UNITS), lines("people", people), roll_import.parents(session))
        assert not faults
        changes = roll_import.compare(session, wanted, TODAY, **answers)  # type: ignore[arg-type]
        return [(one.old, one.new) for one in changes.questions]


@pytest.fixture
def case_id(database: Database) -> str:
    """A worker of the first team passes the leader over."""
    take(database)
    team, board = unit_named(database, "SONGLAM-MAY1"), unit_named(database, "SONGLAM")
    with database.transaction() as session:
        worker = persons.add(session, team.id)
        event = Event("report", MONDAY.isoformat(), new_id(), new_id(), worker.reporter_id, "Tổ trưởng đòi quà")
        event = replace(
            event,
            code=new_case_code(),
            unit_id=team.id,
            holder_id=board.id,
            category="wage",
            passed_over=[team.id],
            reply_due=(MONDAY + timedelta(days=1)).isoformat(),
        )
        posted = cases.post(session, event, MONDAY)
        assert posted is not None
        return posted.id


def sees(database: Database, code: str, case_id: str) -> bool:
    person = person_of(database, code)
    with database.reading() as session:
        return access.for_officer(session, person.id, case_id, MONDAY) is not None


PROMOTED = ["VC-9", "TRẦN  THỊ MAI", "SONGLAM", "Phó chủ tịch", "vi"]


def test_a_leader_promoted_under_another_code_stays_passed_over(database: Database, case_id: str) -> None:
    people = [*without(LEADER), PROMOTED]
    before = person_of(database, LEADER)
    assert asked(database, people) == [(LEADER, "VC-9")]
    assert asked(database, people, different=[(LEADER, "VC-9")]) == []
    with database.transaction() as session:
        wanted, _ = roll.check(lines("units", UNITS), lines("people", people), roll_import.parents(session))
        changes = roll_import.compare(session, wanted, TODAY, same={"VC-9": LEADER})
        assert (changes.questions, changes.missing, changes.new_people) == ([], [], [])
        roll_import.write(session, changes, TODAY)
    assert person_of(database, "VC-9").id == before.id, "one person: accounts, offices, exclusions hang on the row"
    assert sees(database, CHAIR, case_id)
    assert not sees(database, "VC-9", case_id)
    assert asked(database, people) == []


def test_taken_for_somebody_else_they_would_see_it(database: Database, case_id: str) -> None:
    """The test above bites."""
    people = [*without(LEADER), PROMOTED]
    take(database, people=people)  # what an import did that did not ask
    assert sees(database, "VC-9", case_id)


def test_under_both_codes_at_once(database: Database, case_id: str) -> None:
    people = [*PEOPLE, PROMOTED]
    assert asked(database, people) == [(LEADER, "VC-9")]
    with database.transaction() as session:
        wanted, _ = roll.check(lines("units", UNITS), lines("people", people), roll_import.parents(session))
        changes = roll_import.compare(session, wanted, TODAY, same={"VC-9": LEADER})
        roll_import.write(session, changes, TODAY)
        for pair in changes.one_person:
            assert exclusions.follow(session, *pair) == 1
            assert exclusions.follow(session, *pair) == 0
        rows = session.execute(select(func.count()).select_from(exclusions.Exclusion)).scalar_one()
        assert rows % exclusions.ROUND == 0
    assert not sees(database, "VC-9", case_id)


def test_a_row_that_was_there_before_it_came_into_office(database: Database, case_id: str) -> None:
    """Mai has a second row as a worker, and becomes vice-chair by it when she loses the team."""
    take(database, people=[*PEOPLE, ["NV55", "Trần Thị Mai", "SONGLAM-MAY2", "", "vi"]])
    promoted = [*without(LEADER), ["NV55", "Trần Thị Mai", "SONGLAM", "Phó chủ tịch", "vi"]]
    assert asked(database, promoted) == [(LEADER, "NV55")]


@pytest.mark.parametrize(
    ("row", "question"),
    [
        (["VC-9", "Tran Thi Mai", "SONGLAM", "", ""], True),  # an office may come with the next list
        (["VC-9", "trần thị mai", "LDLD", "Công đoàn cấp trên", ""], True),  # the case may be handed up
        (["VC-9", "Trần Thị Mài", "SONGLAM", "Phó chủ tịch", ""], True),  # accents are forgotten in lists
        (["VC-9", "Trần Mai", "SONGLAM", "Phó chủ tịch", ""], False),
        (["VC-9", "Đỗ Văn Bình", "SONGLAM", "Phó chủ tịch", ""], False),  # he never held an office: nobody passed him over
    ],
)
def test_when_it_asks(database: Database, case_id: str, row: list[str], question: bool) -> None:
    assert bool(asked(database, [*without(LEADER), row])) == question


def test_another_factory_is_another_name(database: Database, case_id: str) -> None:
    units = [*UNITS, ["HOALU", "CĐCS Hoa Lư", "Công đoàn cơ sở", "LDLD", "", ""]]
    people = [*without(LEADER), ["HL1", "Trần Thị Mai", "HOALU", "Chủ tịch", ""]]
    with database.reading() as session:
        wanted, _ = roll.check(lines("units", units), lines("people", people), roll_import.parents(session))
        assert not roll_import.compare(session, wanted, TODAY).questions


def test_leaving_and_coming_back_changes_nothing(database: Database, case_id: str) -> None:
    """Neither does a second phone: what is barred is the person on the roll."""
    leader = person_of(database, LEADER)
    with database.transaction() as session:
        sender = Sender("webchat:main", "x" * 43)
        somebody = session.get_one(Person, leader.id)
        account = add(session, sender, somebody, Joining(language="vi", confirmed=True, consent_version="x"), TODAY)
        leaving.forget(session, account.id)
    assert person_of(database, LEADER).id == leader.id
    take(database, people=without(LEADER), leavers=True)
    promoted = [[LEADER, "Trần Thị Mai", "SONGLAM", "Phó chủ tịch", "vi"] if row[0] == LEADER else row for row in PEOPLE]
    take(database, people=promoted)
    assert not sees(database, LEADER, case_id)
