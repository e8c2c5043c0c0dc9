"""What must not grow with the province: which way a question goes in, how often a row is opened, how codes run out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event as events
from sqlmodel import col, select

from models.all_tables import METADATA
from models.anonymity import counts, intake, night_counts
from models.anonymity.events import Event
from models.grievances import access, cases
from models.messages import chats, outbox, sending
from models.messages.chats import Chat
from models.messages.leases import Tenure
from models.people import persons, units, wishes
from models.people.offices import Office
from models.people.units import Unit
from models.store import tail
from models.store.database import Database, Session
from models.store.ids import new_case_code, new_id
from models.store.sealing import Keyring

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@pytest.fixture
def team(database: Database) -> Unit:
    """A team in a grassroots union in a province."""
    with database.transaction() as session:
        above: str | None = None
        for kind in ("ldld_tinh", "cdcs", "to_cong_doan"):
            made = Unit(kind=kind, code=kind, name=kind, parent_id=above)
            session.add(made)
            session.flush()
            above = made.id
        return made


def report(team: Unit, **changed: object) -> Event:
    event = Event(
        *("report", NOW.isoformat(), new_id(), new_id(), "reporter", "Tăng ca chưa trả"),
        code=new_case_code(),
        unit_id=team.id,
        holder_id=team.id,
        category="wage",
        reply_due=(NOW + timedelta(hours=24)).isoformat(),
    )
    return replace(event, **changed)


# Codes


def test_a_case_whose_code_is_taken_is_not_lost(database: Database, team: Unit) -> None:
    """In a province one random code in 740 is taken, and somebody else's case must not swallow this one."""
    with database.transaction() as session:
        first = cases.post(session, report(team), NOW)
        assert first is not None
    late = report(team, code=first.code, reporter_id="another")
    for repeated in (False, True):
        with database.transaction() as session:
            posted = cases.post(session, late, NOW)
            assert (posted is None) is repeated
            (own,) = cases.own(session, "another")
            assert own.id == late.case_id
            assert own.code != first.code


def test_a_new_case_gets_a_code_that_nobody_has(database: Database, team: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.transaction() as session:
        first = cases.post(session, report(team), NOW)
        assert first is not None
        drawn = iter([first.code, "PA-AAAAAA"])
        monkeypatch.setattr(cases, "new_case_code", lambda: next(drawn))
        assert cases.free_code(session) == "PA-AAAAAA"


def test_somebody_with_many_cases_sees_all_of_them_in_order(database: Database, team: Unit) -> None:
    with database.transaction() as session:
        posted = [cases.post(session, report(team), NOW) for _ in range(2 * cases.AT_ONCE + 1)]
        assert [case.id for case in cases.own(session, "reporter")] == [case.id for case in posted if case]


# The list


def test_a_list_in_the_database_is_read_by_parts(database: Database, team: Unit) -> None:
    with database.transaction() as session:
        officer = persons.add(session, team.id)
        session.add(Office(person_id=officer.id, unit_id=team.id, role="leader"))
        session.flush()
        for hours in (5, 3, 1, 4, 2):
            cases.post(session, report(team, reply_due=(NOW + timedelta(hours=hours)).isoformat()), NOW)
        listed = access.all_of(session, officer.id, NOW)
        assert len(listed) == 5
        parts = [case.id for place in range(0, 5, 2) for case in listed[place : place + 2]]
        assert len(set(parts)) == 5
        assert parts == [case.id for case in listed[:]]


def test_whoever_leaves_is_not_looked_for_row_by_row() -> None:
    """Before a person's row is deleted, the database asks every table that refers to people, each time."""
    for table in METADATA.tables.values():
        indexed = {index.columns[0].name for index in table.indexes} | {table.primary_key.columns[0].name}
        for key in table.foreign_keys:
            if key.column.table.name in ("person", "account"):
                assert key.parent.name in indexed, f"{table.name}.{key.parent.name}"


def test_all_below_a_unit(database: Database, team: Unit) -> None:
    with database.transaction() as session:
        top, middle = (session.exec(select(Unit).where(col(Unit.code) == code)).one() for code in ("ldld_tinh", "cdcs"))
        assert units.below(session, top.id) == {top.id, middle.id, team.id}
        assert units.below(session, team.id) == {team.id}


# The intake


def test_what_waits_is_opened_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a row that carries nothing never: its name says so."""
    monkeypatch.setattr(tail, "AT_ONCE", 2)  # several statements
    opened: list[str] = []
    original = Keyring.unseal

    def unseal(ring: Keyring, place: str, row: str, body: bytes) -> str:
        opened.append(row)
        return original(ring, place, row, body)

    monkeypatch.setattr(Keyring, "unseal", unseal)
    later = NOW + timedelta(hours=1)
    with database.transaction() as session:
        for _ in range(5):
            intake.add(session, Event("addition", later.isoformat(), "case", new_id(), "reporter", "Lời của tôi"), NOW)
            with intake.gathered(session, NOW):
                pass
        intake.ask(session, "change", "account", NOW, later, '{"language": "en"}')
    for _ in range(2):
        with database.reading() as session:
            found = intake.waiting_for(session, "case", NOW)
            assert len(found) == 5 and {event.text for event in found} == {""}, "no words are remembered"
            assert wishes.chosen(session, "account") == {"language": "en"}
            assert not intake.waiting_for(session, "case", later)
    assert len(opened) == len(set(opened)) == 6
    done: set[str] = set()
    with database.transaction() as session:
        due = intake.due(session, later, done)
        assert len(due) == 6 and {event.text for event in due} == {"Lời của tôi", '{"language": "en"}'}
        done.update(event.entry_id for event in due)
    with database.transaction() as session:
        intake.forget_old(session, (NOW + timedelta(days=2)).date(), done)
    with database.reading() as session:
        assert not intake.of_reporter(session, "reporter") and not wishes.chosen(session, "account")
        assert not list(session.exec(select(intake.Intake)))


# Which way in: as SQLite plans it, which has no statistics to learn from.

Ask = Callable[[Session], object]


@pytest.mark.parametrize(
    ("ask", "wanted", "unwanted"),
    [
        (lambda session: access.visible_to(session, "p", NOW), "ix_grievance_open", "SCAN grievance"),
        (lambda session: access.overseen(session, "p", "u", NOW), "ix_grievance_open", "SCAN grievance"),
        (lambda session: access.for_officer(session, "p", new_id(), NOW), "(id=?)", "holder_id"),
        (lambda session: access.for_officer(session, "p", "PA-AAAAAA", NOW), "(code=?)", "holder_id"),
        (lambda session: night_counts.floor_of(session, counts.OWN, "u"), "autoindex_night_count_1 (id=?)", "SCAN"),
        (lambda session: chats.load(session, Chat("a", "r"), NOW), "autoindex_conversation_1 (id=?)", "SCAN conversation"),
        (lambda session: chats.forget_old(session, NOW.date()), "ix_conversation_kept_until", "SCAN conversation"),
        (lambda session: intake.waiting_for(session, "case", NOW), "INTEGER PRIMARY KEY (rowid>?)", "SCAN intake"),
        (lambda session: outbox.forget_failed(session, NOW), "ix_outbound_failed", "SCAN outbound"),
        (lambda session: outbox.counts(session), "COVERING INDEX ix_outbound_due", "USING INDEX"),
        (
            lambda session: sending.claim(session, Tenure("line", 1), 0, NOW),
            "(line=? AND lane=? AND pos",
            "TEMP B-TREE FOR ORDER BY\n",
        ),
    ],
)
def test_the_way_in(tmp_path: Path, sqlite_template: Path, ask: Ask, wanted: str, unwanted: str) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "plans.db")
    database = Database(f"sqlite:///{tmp_path}/plans.db", Keyring.new())
    asked: list[tuple[str, object]] = []
    events.listen(database.engine, "before_cursor_execute", lambda _c, _r, sql, given, *_: asked.append((sql, given)))
    with database.transaction() as session:
        ask(session)
        cursor = session.connection().connection.cursor()
        plans = []
        for sql, given in [pair for pair in asked if not pair[0].startswith("BEGIN")]:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", given)
            plans += [row[3] for row in cursor.fetchall() if "office" not in sql.partition("FROM")[2][:10]]
    database.close()
    plan = "\n".join([*plans, ""])
    assert wanted in plan
    assert unwanted not in plan
