"""Over every combination of second offices and of units passed over: no case reaches whoever is barred, all the way up."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.grievances import access
from models.people.offices import Office
from models.people.persons import Person
from models.store.database import Database
from tests.rules.grievances.climbing import MONDAY, House, again, at, built, new, officer, posted, tells, ticks

PEOPLE = {"leader": "team", "chair": "factory", "above": "province"}
UNITS = ("team", "factory", "province")
OFFICES = [*itertools.product(*((None, *(unit for unit in UNITS if unit != own)) for own in PEOPLE.values()))]
"""Which second office each of the three holds, in a unit that is not their first."""
LOOKED_AT = (0, 3, 10, 22)
DAYS = (0, 1, 2, 3, 4, 9, 10, 21, 22)
"""On which something comes of a case that nobody answers: in the team, in the factory, in the province, at the top."""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("passed", [(), ("team",), ("factory",), ("team", "factory"), UNITS], ids="+".join)
def test_no_case_reaches_whoever_is_barred(database: Database, passed: tuple[str, ...]) -> None:
    """Nobody who held an office where it was passed over, in a first unit or in a second, sees the case, is counted for
    it, handles it, or is told of it by the ladder; and where nobody is barred, everybody hears of it in the end."""
    cases: dict[str, tuple[str, set[str]]] = {}
    everybody: set[str] = set()
    with database.transaction() as session:
        for number, held in enumerate(OFFICES):
            house = built(session, f"{number}-")
            for name, unit in zip(PEOPLE, held, strict=True):
                if unit is not None:
                    session.add(Office(person_id=house.officers[name], unit_id=house.units[unit].id, role="committee"))
            session.flush()
            closed = [house.units[unit].id for unit in passed]
            offices = session.execute(select(Office).where(Office.unit_id.in_(closed))).scalars()  # type: ignore[attr-defined]
            barred = {office.person_id for office in offices}
            holder = next((unit for unit in UNITS if unit not in passed), "province")
            case = posted(session, house, holder_id=house.units[holder].id, passed_over=closed)
            cases[case.id] = case.code, barred
            everybody |= set(house.officers.values())
    told: set[str] = set()
    for day in DAYS:
        now = MONDAY + timedelta(days=day, hours=4)
        ticks(database, now)
        heard = set(tells(database, now))
        told |= heard
        with database.reading() as session:
            for case_id, (code, barred) in cases.items():
                assert not barred & heard, "told"
                if not barred or day not in LOOKED_AT:
                    continue
                handling = access.handlers_of(session, again(session, case_id), now)
                assert not barred & {person.id for _account, person in handling}, "handles it"
                for person_id in barred:
                    assert access.for_officer(session, person_id, code, now) is None, "sees it"
                    assert not access.visible_to(session, person_id, now), "is counted for it"
    assert told == everybody - {who for _code, barred in cases.values() for who in barred}


def test_the_whole_committee_is_passed_over(database: Database, house: House) -> None:
    with database.transaction() as session:
        officer(session, house, "member", "factory", "committee")
    case = new(database, house, passed_over=[house.units["factory"].id])
    ticks(database, at("11-26 10:00"))
    with database.reading() as session:
        assert again(session, case).holder_id == house.units["province"].id
    heard = tells(database, at("11-26 10:00"))
    assert set(heard) == {house.officers["leader"], house.officers["above"]}


def test_who_filed_it_is_told_nothing_of_it_in_office(database: Database, house: House) -> None:
    """A leader with a case of their own: it is not theirs, nor is it counted for them."""
    with database.transaction() as session:
        own = session.get_one(Person, house.officers["leader"]).reporter_id
        posted(session, house, reporter_id=own)
    ticks(database, at("11-26 10:00"))
    heard = tells(database, at("11-26 10:00"))
    assert house.officers["leader"] not in heard
