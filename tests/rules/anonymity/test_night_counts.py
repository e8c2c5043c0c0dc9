"""Counts of last night: what is kept of them, whose heads count, and that nothing moves between nights."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.anonymity import counts, night_counts
from models.anonymity.counts import GOT, OWN, UNDER
from models.anonymity.night_counts import NightCount
from models.people import accounts, heads, persons
from models.people.accounts import Sender
from models.people.persons import Person
from models.people.units import Unit
from models.store.database import Database, Session
from models.store.ids import new_id

K = 5
TODAY = date(2026, 11, 23)


def joins(session: Session, unit_id: str, many: int = 1, *, verified: bool = True, confirmed: bool = True) -> list[Person]:
    found = []
    for _ in range(many):
        person = persons.add(session, unit_id)
        phone(session, person, verified=verified, confirmed=confirmed)
        found.append(person)
    return found


def phone(session: Session, person: Person, *, verified: bool = True, confirmed: bool = True) -> None:
    joining = accounts.Joining(language="vi", consent_version="1", verified=verified, confirmed=confirmed)
    accounts.add(session, Sender("webchat:main", new_id()), person, joining, TODAY)


def test_who_wants_notices_is_counted_among_the_heads(database: Database) -> None:
    """On whichever phone; who joined by the team's code, or only claims to be somebody, is none of them."""
    with database.transaction() as session:
        unit = Unit(kind="to_cong_doan", code="MAY9", name="Tổ may 9")
        session.add(unit)
        session.flush()
        [wants, _silent] = joins(session, unit.id, 2)
        phone(session, wants)
        for account in accounts.of_person(session, wants.id)[:1]:
            account.notices = True
        for apart in (joins(session, unit.id, verified=False), joins(session, unit.id, confirmed=False)):
            accounts.of_person(session, apart[0].id)[0].notices = True
        session.flush()
        assert (heads.by_unit(session)[unit.id], heads.by_unit(session, wanting=True)[unit.id]) == (2, 1)


def night(session: Session, k: int = K) -> None:
    own = heads.by_unit(session)
    night_counts.take(session, OWN, own, k)
    night_counts.take(session, UNDER, heads.added_up(session, own), k)


@pytest.fixture
def units(database: Database) -> list[str]:
    """A factory and its team."""
    with database.transaction() as session:
        factory = Unit(kind="cdcs", code="MAY", name="MAY")
        session.add(factory)
        session.flush()
        team = Unit(kind="to_cong_doan", code="MAY1", name="MAY1", parent_id=factory.id)
        session.add(team)
        session.flush()
        return [factory.id, team.id]


def test_only_heads_count(database: Database, units: list[str]) -> None:
    """Accounts of the wall code, an office that nobody vouched for, second phones and whoever is on the roll do not."""
    with database.transaction() as session:
        [one] = joins(session, units[1])
        phone(session, one)
        joins(session, units[1], 40, verified=False)
        joins(session, units[1], 3, confirmed=False)
        phone(session, persons.add(session, units[1], name="Mai", staff_code="SL1"))
        own = heads.by_unit(session)
        assert own == {units[1]: 1} and heads.added_up(session, own) == {units[0]: 1, units[1]: 1}
        night(session)
        assert not session.execute(select(NightCount)).all()


def test_nothing_moves_between_nights_and_only_what_is_shown_is_kept(database: Database, units: list[str]) -> None:
    factory, team = units
    with database.transaction() as session:
        joins(session, team, 43)
        assert night_counts.floors(session, UNDER, units) == {factory: 0, team: 0}, "not before the night"
        night(session)
        said = night_counts.floor_of(session, UNDER, team)
        assert 20 <= said <= 40 and said % 10 == 0
        for leaver in joins(session, team, 60):
            assert night_counts.floor_of(session, UNDER, team) == said
            session.delete(accounts.of_person(session, leaver.id)[0])
        rows = session.execute(select(NightCount)).scalars().all()
        assert {row.id for row in rows} == {f"own:{team}", f"under:{team}", f"under:{factory}"}
        assert all(row.people % 5 == 0 and row.people <= 43 for row in rows)


def test_who_is_gone_is_not_counted_for_long(database: Database, units: list[str]) -> None:
    with database.transaction() as session:
        people = joins(session, units[1], 43)
        night(session)
        for person in people[:39]:
            session.delete(accounts.of_person(session, person.id)[0])
        session.flush()
        night(session)
        assert night_counts.floors(session, UNDER, units) == dict.fromkeys(units, 0)
        assert not night_counts.floor_of(session, OWN, units[1]), "a team of four is not named"


def test_what_is_never_undone_does_not_fall(database: Database) -> None:
    with database.transaction() as session:
        night_counts.take(session, GOT, {"TB": 33}, K)
        said = night_counts.floor_of(session, GOT, "TB")
        night_counts.take(session, GOT, {"TB": 1}, K)
        night_counts.take(session, GOT, {}, K)
        assert night_counts.floor_of(session, GOT, "TB") == said >= 10


def test_another_threshold_begins_anew(database: Database, units: list[str]) -> None:
    """What stood in steps of four people is no floor in steps of forty."""
    with database.transaction() as session:
        joins(session, units[1], 30)
        night(session, 2)
        assert night_counts.floor_of(session, UNDER, units[1]) >= 20
        night(session, 20)
        assert night_counts.floor_of(session, UNDER, units[1]) == 0


def test_edges_lie_everywhere(database: Database) -> None:
    """Drawn by the installation's key, for each thing that is counted: 400 notices, all with as many readers."""
    with database.transaction() as session:
        for people in range(10, 20):
            night_counts.take(session, GOT, {f"n{number}": people for number in range(400)}, K)
            said = list(night_counts.floors(session, GOT, [f"n{number}" for number in range(400)]).values())
            share = sum(one == 10 for one in said) / 400
            assert abs(share - (people - 9) / counts.step(K)) < 0.13
