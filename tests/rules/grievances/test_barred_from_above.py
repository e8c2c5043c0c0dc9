"""Over every combination of second offices, units passed over, routes and deputies: whatever superiors do, take a case over
or have everybody who may read it along, it reaches nobody who is barred, is in no number or list of theirs, and nobody is
offered their name for it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from models.grievances import access, exclusions, handling, observers, oversight
from models.grievances.handling import Refused, Saying
from models.people.offices import Office
from models.people.persons import Person
from models.store.database import Database, Session
from tests.rules.grievances.climbing import MONDAY, House, again, also_small, at, built, new, officer, posted, tells, ticks
from tests.rules.grievances.test_ladder_barred import counted

SECOND = [None, *itertools.product(("committee", "womens_affairs", "inspection"), ("factory", "province"))]
"""Which second office each officer holds."""
DEPUTIES = [None, ("leader", "chair"), ("member", "above"), ("above", "chair"), ("chair", "leader"), ("inspector", "chair")]
"""Who stands in for whom."""
ROUTES = [(), ("chair",), ("womens_affairs", "chair"), ("inspection",)]


@dataclass(frozen=True, slots=True)
class Tried:
    """A case, whom it is closed to, and everybody of its union."""

    case_id: str
    code: str
    closed: set[str]
    everybody: set[str]
    units: list[str]


def _union(session: Session, number: int, second: tuple[str, str] | None, deputy: tuple[str, str] | None) -> House:
    house = built(session, f"{number}-")
    also_small(session, house)
    for name, role in (("member", "committee"), ("women", "womens_affairs"), ("inspector", "inspection")):
        officer(session, house, name, "factory", role)
    if second is not None:
        for person_id in list(house.officers.values()):
            session.add(Office(person_id=person_id, unit_id=house.units[second[1]].id, role=second[0]))
    session.flush()
    if deputy is not None:
        own = select(Office).where(col(Office.person_id) == house.officers[deputy[1]]).order_by(col(Office.role))
        lent = session.execute(own).scalars().first()
        assert lent is not None
        session.add(Office(person_id=house.officers[deputy[0]], unit_id=lent.unit_id, role=lent.role, deputy_for=lent.id))
        session.flush()
    return house


def _tried(session: Session, house: House, holder: str, passed: tuple[str, ...], roles: tuple[str, ...]) -> Tried:
    shut = [house.units[unit].id for unit in passed]
    case = posted(session, house, holder_id=house.units[holder].id, passed_over=shut, roles=roles)
    offices = session.execute(select(Office).where(col(Office.person_id).in_(house.officers.values()))).scalars().all()
    closed = {one.person_id for one in offices if one.unit_id in shut and one.deputy_for is None}
    if roles:
        here = [one for one in offices if one.unit_id == case.routed_to]
        closed |= {one.person_id for one in here} - {one.person_id for one in here if one.role in roles}
    return Tried(case.id, case.code, closed, set(house.officers.values()), [unit.id for unit in house.units.values()])


def _judge(session: Session, tried: Tried, now: datetime) -> None:
    case = again(session, tried.case_id)
    assert not tried.closed & {person.id for _account, person in access.handlers_of(session, case, now)}, "handles it"
    assert not tried.closed & {one.person_id for one in access.may_read_along(session, case, now)}, "is offered for it"
    for who in tried.closed:
        assert access.to_read(session, who, tried.code, now) is None, "reads it"
        assert not oversight.in_reach(session, who, now), "may take it over"
        assert not access.read_along(session, who, now), "reads it along"
        assert not counted(session, who, tried.code, now), "sees it, or is counted for it"


def _all_is_done(session: Session, tried: Tried, now: datetime) -> None:
    """Everybody who may be asked reads it along, and whoever may take it over does; rows are forged for all the rest, as
    from before they were barred."""
    case = again(session, tried.case_id)
    for one in access.may_read_along(session, case, now):
        asking = Saying(one.person_id, "", now)
        try:
            handling.have_read_along(session, case, one, asking, now)
        except Refused:  # since the days before
            assert observers.is_one(session, case.id, one.person_id, one.unit_id)
    for who, unit_id in itertools.product(tried.everybody, tried.units):
        observers.add(session, case.id, who, unit_id, now.date())
    for who in sorted(tried.everybody):
        for reach in oversight.in_reach(session, who, now):
            assert reach.case.id == case.id
            handling.take_over(session, reach.case, reach.unit, Saying(who, "", now), now)
            assert access.for_officer(session, who, case.id, now) is not None, "whoever takes it over has it"


PASSED = [(), ("team",), ("factory",), ("team", "factory"), ("team", "province")]
_HELD = list(itertools.product(SECOND, DEPUTIES))
_APART = 10


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("passed", PASSED, ids="+".join)
@pytest.mark.parametrize("roles", ROUTES, ids="+".join)
def test_nobody_above_brings_it_to_whoever_is_barred(
    database: Database, roles: tuple[str, ...], passed: tuple[str, ...]
) -> None:
    """Each way of passing over with each route; each pair of second office and deputy with some of these."""
    holder = next((unit for unit in ("team", "factory", "province") if unit not in passed), "province")
    if roles and "factory" not in passed:  # nothing is routed to a unit that is passed over
        holder = "factory"
    routed = roles if holder == "factory" else ()
    turn = (PASSED.index(passed) * len(ROUTES) + ROUTES.index(roles)) % _APART
    with database.transaction() as session:
        everywhere = [
            _tried(session, _union(session, number, *held), holder, passed, routed)
            for number, held in enumerate(_HELD[turn::_APART])
        ]
    for day in (0, 2, 7):
        now = MONDAY + timedelta(days=day, hours=4)
        ticks(database, now)
        with database.transaction() as session:
            for tried in everywhere:
                _all_is_done(session, tried, now)
        heard = set(tells(database, now))
        with database.reading() as session:
            for tried in everywhere:
                assert not tried.closed & heard, "told"
                _judge(session, tried, now)


def test_a_unit_that_was_passed_over_takes_nothing_over_by_its_deputies(database: Database, house: House) -> None:
    """Whoever stands in there was not passed over themselves, and has the case elsewhere by right; but it never goes there:
    neither by hand, nor by the clock."""
    with database.transaction() as session:
        also_small(session, house)
        standing = officer(session, house, "standing", "province", "superior")
        chair = session.execute(select(Office).where(col(Office.role) == "chair")).scalar_one()
        session.add(Office(person_id=standing, unit_id=chair.unit_id, role="chair", deputy_for=chair.id))
    case = new(database, house, passed_over=[house.units["factory"].id])
    with database.reading() as session:
        assert [reach.unit.id for reach in oversight.in_reach(session, standing, at("11-25 10:00"))] == [
            house.units["province"].id
        ]
        offered = access.may_read_along(session, again(session, case), at("11-25 10:00"))
        assert house.units["factory"].id not in {one.unit_id for one in offered}
    ticks(database, at("11-26 10:00"))
    with database.reading() as session:
        assert again(session, case).holder_id == house.units["province"].id


def test_who_filed_it_reads_it_along_by_no_row_and_is_not_missing_from_the_list(database: Database, house: House) -> None:
    """Their absence would say who filed it. Asked, they are told nothing in office."""
    with database.transaction() as session:
        own = session.get_one(Person, house.officers["above"]).reporter_id
        case = posted(session, house, reporter_id=own, holder_id=house.units["factory"].id)
        offered = access.may_read_along(session, case, MONDAY)
        assert house.officers["above"] in {one.person_id for one in offered}
        for one in offered:
            handling.have_read_along(session, case, one, Saying(house.officers["chair"], "", MONDAY), MONDAY)
        assert access.to_read(session, house.officers["above"], case.id, MONDAY) is None
        assert not oversight.in_reach(session, house.officers["above"], MONDAY + timedelta(days=2))


def test_whoever_is_put_on_the_roll_twice_reads_nothing_along(database: Database, house: House) -> None:
    """Barred by their first row, asked by their second (models.people.roll_same)."""
    case = new(database, house, holder_id=house.units["province"].id, passed_over=[house.units["factory"].id])
    with database.transaction() as session:
        second = officer(session, house, "second", "province", "superior")
        observers.add(session, case.id, second, house.units["province"].id, MONDAY.date())
        assert access.to_read(session, second, case.id, MONDAY) is not None
        exclusions.follow(session, house.officers["chair"], second)
        assert access.to_read(session, second, case.id, MONDAY) is None
