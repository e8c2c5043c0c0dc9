"""The chain of migrations ends at the tables the models describe, also for a database that was in use before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel.sql.sqltypes import UTCDateTime

from models.all_tables import METADATA
from models.grievances import cases
from models.store import schema
from models.store.database import Database
from models.store.sealing import Keyring


@pytest.fixture
def empty(backend: str, tmp_path: object, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with nothing in it, not even tables."""
    if backend == "sqlite":
        opened = Database(f"sqlite:///{tmp_path}/empty.db", Keyring.new())
        yield opened
        opened.close()
        return
    server = request.getfixturevalue("postgres_server")
    server.execute("CREATE DATABASE beginning")
    opened = Database(server.uri("beginning"), Keyring.new())
    yield opened
    opened.close()
    server.execute("DROP DATABASE beginning WITH (FORCE)")


def differences(connection: Connection) -> list[object]:
    def same(_context: object, _inspected: object, _meta: object, _found: object, wanted: object) -> bool | None:
        return False if isinstance(wanted, UTCDateTime) else None

    context = MigrationContext.configure(connection, opts={"compare_type": same, "compare_server_default": True})
    return list(compare_metadata(context, METADATA))


def test_the_chain_ends_at_the_models(database: Database) -> None:
    with database.engine.begin() as connection:
        assert differences(connection) == []
        connection.execute(text("ALTER TABLE tries ADD COLUMN planted INTEGER"))
        assert differences(connection), "the comparison must notice a column too many"


def test_old_cases_stay_with_their_reporter(empty: Database) -> None:
    """In 0001 a case was marked by its reporter's account; afterwards by the person, who takes over that account's id."""
    schema.upgrade(empty, "0001")
    unit, person, other, account = "u" * 13, "p" * 13, "q" * 13, "a" * 13
    with empty.engine.begin() as connection:
        for statement in (
            f"INSERT INTO unit (id, kind, code, name, sector) VALUES ('{unit}', 'to_cong_doan', 'T', 'T', '')",
            f"INSERT INTO person (id, unit_id) VALUES ('{person}', '{unit}'), ('{other}', '{unit}')",
            "INSERT INTO account (id, line, external_hash, external, person_id, language, confirmed, blocked, joined_on,"
            f" consent_version) VALUES ('{account}', 'webchat', 'h', '', '{person}', 'vi', true, false, '2026-01-01', '')",
        ):
            connection.execute(text(statement))
    schema.upgrade(empty)
    with empty.reading() as session:
        rows = session.execute(text("SELECT id, reporter_id FROM person")).all()
        assert {tuple(row) for row in rows} == {(person, account), (other, other)}
        assert not session.execute(text("SELECT verified FROM account")).scalar_one()


def test_nothing_about_a_person_is_finer_than_a_day() -> None:
    """Whoever holds the database without the keys must not be able to lay a person's minute beside a case's."""
    exact = (UTCDateTime, postgresql.TIMESTAMP, sqlite.DATETIME)
    may = {"audit", "entry", "grievance", "conversation", "outbound", "lease", "firing"}
    may |= {"round"}  # as planned and announced
    may |= {"rung", "line_outage"}  # what the clock found of a case; of a line
    may |= {"broadcast", "recipient"}  # when officers write, and when it is to go out: nobody's doing but the union's
    named = {table.name for table in METADATA.tables.values() if any(isinstance(c.type, exact) for c in table.columns)}
    assert named <= may, "a table that is not about cases, officers' acts, the clock or chats of the day has an exact time"
    assert named >= {"grievance", "audit"}, "the check must notice a time"
    assert cases.Grievance.__tablename__ in named
