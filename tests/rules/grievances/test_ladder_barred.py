"""Over every combination of second offices and of units passed over: no case reaches whoever is barred, all the way up."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from models.grievances import access, handling, oversight
from models.grievances.handling import Saying
from models.people import offices, rights
from models.people.offices import Office
from models.people.persons import Person
from models.store.database import Database, Session
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


ROUTES = [(), ("chair",), ("womens_affairs",), ("womens_affairs", "chair"), ("inspection",)]
SECOND = [*itertools.product((None, "committee", "womens_affairs", "inspection"), ("factory", "province"))][1:]
"""Which second office each of the officers holds."""


def counted(session: Session, person_id: str, code: str, now: datetime) -> bool:
    """Whether the case is in any number or list that this person can open."""
    held = {office.unit_id for office in session.execute(select(Office).where(col(Office.person_id) == person_id)).scalars()}
    begin = MONDAY - timedelta(days=1)
    return any(
        (
            access.for_officer(session, person_id, code, now) is not None,
            bool(access.visible_to(session, person_id, now)),
            len(access.all_of(session, person_id, now)) > 0,
            bool(oversight.owing(session, person_id, now)),
            bool(access.heard_since(session, person_id, begin, now + timedelta(days=1), now)),
            any(access.state_counts(session, person_id, unit, begin, now, now) for unit in held),
            any(access.count_heard(session, person_id, unit, begin, now, now) for unit in held),
            any(access.count_urgent(session, person_id, unit, begin, now, now) for unit in held),
        )
    )


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("passed", [(), ("team",), ("team", "province")], ids="+".join)
@pytest.mark.parametrize("roles", ROUTES, ids="+".join)
def test_no_case_reaches_whoever_it_was_routed_past(
    database: Database, roles: tuple[str, ...], passed: tuple[str, ...]
) -> None:
    """offices × units passed over × routes. Closed to: whoever held office where it was passed over, and whoever holds one
    in the factory, to which it was routed, that is not of the route, whatever they hold besides."""
    cases: dict[str, tuple[str, set[str], set[str]]] = {}
    with database.transaction() as session:
        for number, (second, where) in enumerate(SECOND):
            house = built(session, f"{number}-")
            for name, role in (("member", "committee"), ("women", "womens_affairs"), ("inspector", "inspection")):
                officer(session, house, name, "factory", role)
            for person_id in list(house.officers.values()) if second is not None else ():
                session.add(Office(person_id=person_id, unit_id=house.units[where].id, role=second))
            session.flush()
            shut = [house.units[unit].id for unit in passed]
            case = posted(session, house, holder_id=house.units["factory"].id, passed_over=shut, roles=roles, urgent=True)
            offices = session.execute(select(Office)).scalars().all()
            barred = {one.person_id for one in offices if one.unit_id in shut}
            here = [one for one in offices if one.unit_id == house.units["factory"].id]
            theirs = {one.person_id for one in here if one.role in roles}
            past = {one.person_id for one in here} - theirs if roles else set()
            routed = theirs or {one.person_id for one in here if rights.may(one.role, "own", rights.ANSWER)}
            cases[case.id] = case.code, barred | past, routed - barred
    for day in (0, 3, 10):
        now = MONDAY + timedelta(days=day, hours=4)
        ticks(database, now)
        heard = set(tells(database, now))
        with database.reading() as session:
            for case_id, (code, closed, theirs) in cases.items():
                case = again(session, case_id)
                assert not closed & heard, "told"
                assert not closed & {person.id for _account, person in access.handlers_of(session, case, now)}, "handles it"
                assert not closed & {person.id for person in access.colleagues(session, case, now)}, "is named for it"
                assert not [who for who in closed if counted(session, who, code, now)], "sees it, or is counted for it"
                if day == 0 and case.holder_id == case.routed_to:
                    assert {one.id for _account, one in access.handlers_of(session, case, now)} == theirs


def test_a_case_that_climbed_and_is_handed_back_is_still_for_its_roles(database: Database, house: House) -> None:
    with database.transaction() as session:
        officer(session, house, "women", "factory", "womens_affairs")
        officer(session, house, "member", "factory", "committee")
    case = new(database, house, holder_id=house.units["factory"].id, roles=("womens_affairs",))
    ticks(database, at("12-04 10:00"))
    with database.transaction() as session:
        row = again(session, case)
        assert row.holder_id == house.units["province"].id
        now = at("12-04 10:00")
        assert [one.id for _account, one in access.handlers_of(session, row, now)] == [house.officers["above"]]
        below = {unit.id for unit in access.units_below(session, row, now)}
        assert house.units["factory"].id in below
        guidance = Saying(house.officers["above"], "Giao lại", now)
        handling.hand_back(session, row, house.units["factory"], guidance, now)
    with database.reading() as session:
        row = again(session, case)
        assert {one.id for _account, one in access.handlers_of(session, row, now)} == {house.officers["women"]}


def test_who_was_routed_past_sees_it_neither_as_deputy_nor_as_the_next_chair(database: Database, house: House) -> None:
    """Whoever it is about; but who comes into the role from elsewhere does, as does one who has it as well."""
    factory = house.units["factory"].id
    with database.transaction() as session:
        for name, role in (("women", "womens_affairs"), ("vice", "vice_chair"), ("both", "committee")):
            officer(session, house, name, "factory", role)
        session.add(Office(person_id=house.officers["both"], unit_id=factory, role="womens_affairs"))
        session.flush()
        case = posted(session, house, holder_id=factory, roles=("womens_affairs", "chair")).id
    with database.transaction() as session:
        chair = next(one for one in session.execute(select(Office)).scalars() if one.person_id == house.officers["chair"])
        for days, name in enumerate(("leader", "vice"), start=1):
            day = MONDAY.date() + timedelta(days)
            offices.deputise(session, chair, house.officers[name], day, day)
        officer(session, house, "new", "factory", "chair")
        later = MONDAY.date() + timedelta(days=3)
        session.add(Office(person_id=house.officers["vice"], unit_id=factory, role="chair", from_day=later))
        session.flush()
        sees = [
            {name for name, who in house.officers.items() if access.for_officer(session, who, case, now)}
            for now in (MONDAY + timedelta(days) for days in range(4))
        ]
    always = {"women", "both", "chair", "new"}
    assert sees == [always, always | {"leader"}, always, always]


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
