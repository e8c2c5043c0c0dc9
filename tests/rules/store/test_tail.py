"""Tables without names: what a process remembers of their rows is what is there, whoever wrote it, and whenever."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlmodel import col

from models.anonymity import intake
from models.anonymity.events import Event
from models.anonymity.intake import Intake
from models.store import tail
from models.store.database import Database, Session
from models.store.ids import new_id
from models.store.sealing import Keyring
from tests.running_app import MONDAY

LATER = MONDAY + timedelta(minutes=5)


def says(session: Session, words: str = "Quạt hỏng") -> str:
    event = Event("addition", MONDAY.isoformat(), "case", new_id(), "reporter", words)
    intake.add(session, event, MONDAY)
    return event.entry_id


def entries(database: Database) -> set[str]:
    with database.reading() as session:
        return {event.entry_id for event in intake.due(session, LATER, set())}


def test_what_another_process_leaves_is_seen(database: Database, keyring: Keyring) -> None:
    other = Database(database.url.render_as_string(False), keyring)
    said = set()
    for where in (database, other, other, database):
        with where.transaction() as session:
            said.add(says(session))
        assert entries(database) == entries(other) == said
    other.close()


def test_what_came_to_nothing_is_not_posted(database: Database) -> None:
    """Its number comes again with another row, which is."""

    def fails() -> None:
        with database.transaction() as session:
            says(session)
            assert intake.of_reporter(session, "reporter")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with database.transaction() as session:
        said = says(session)
    assert entries(database) == {said}


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("whole", [False, True], ids=["one turn", "all of them"])
def test_what_shares_a_transaction_and_came_to_nothing(database: Database, whole: bool) -> None:
    """Turns that share a transaction see what those before them left, and remember it until one of them, or all, is undone:
    its number comes again with another row."""
    with pytest.raises(ZeroDivisionError) if whole else nullcontext(), database.engine.begin() as connection:
        with database.session(connection) as session:
            before = says(session)
        connection.exec_driver_sql("SAVEPOINT job")
        with database.session(connection) as session:
            says(session)
            assert len(intake.of_reporter(session, "reporter")) == 2
        if whole:
            with database.session(connection) as session:
                assert len(intake.of_reporter(session, "reporter")) == 2
                raise ZeroDivisionError
        connection.exec_driver_sql("ROLLBACK TO job")
        with database.session(connection) as session:
            said = says(session)
        with database.session(connection) as session:
            assert said in {event.entry_id for event in intake.of_reporter(session, "reporter")}
    kept = {before, said} if not whole else set()
    for _ in range(2):
        with database.transaction() as session:
            kept.add(says(session))
    assert entries(database) == kept


@pytest.mark.parametrize("backend", ["postgresql"])
def test_what_is_committed_late_is_neither_missed_nor_forgotten(database: Database, keyring: Keyring) -> None:
    """A turn that waits for a lock, while so many others come and go that nobody looks at its number any more."""
    other = Database(database.url.render_as_string(False), keyring)
    with other.transaction() as slow:
        late = says(slow)
        slow.flush()
        with database.transaction() as session:
            others = {says(session) for _ in range(tail.OVERLAP + 10)}
        assert entries(database) == others
    assert late not in entries(database), "no need for this test: it is seen at once"
    done = set(others)
    with database.transaction() as session:
        intake.forget_old(session, (MONDAY + timedelta(days=3)).date(), done)
        assert session.execute(select(col(Intake.id))).scalars().all(), "not posted yet"
    assert entries(database) == {late}
    with database.transaction() as session:
        intake.forget_old(session, (MONDAY + timedelta(days=3)).date(), {*done, late})
        assert not session.execute(select(col(Intake.id))).scalars().all()
    other.close()


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_minute_later_it_is_seen(database: Database, keyring: Keyring) -> None:
    other = Database(database.url.render_as_string(False), keyring)
    with other.transaction() as slow:
        late = says(slow)
        slow.flush()
        with database.transaction() as session:
            for _ in range(tail.OVERLAP + 10):
                says(session)
        assert len(entries(database)) == tail.OVERLAP + 10
    with database.reading() as session:
        intake.look_again(session)
    assert late in entries(database)
    other.close()


def test_what_others_delete_is_not_remembered_for_ever(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that does not tick itself reads every row, and is told of no end."""
    monkeypatch.setattr(tail, "SWEPT", 10)
    most = 0
    for _ in range(40):
        with database.transaction() as session:
            says(session)
            says(session)
        with database.transaction() as session:
            most = max(most, len(intake.of_reporter(session, "reporter")))
            rows = list(session.execute(select(col(Intake.id)).order_by(col(Intake.number))).scalars())
            session.execute(delete(Intake).where(col(Intake.id).in_(rows[:-1])))
    assert 10 < most < 50
