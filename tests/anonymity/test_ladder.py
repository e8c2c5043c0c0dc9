"""The ladder acts on cases and tells officers: never in one transaction, and none of them has a row of a reporter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import event as events
from sqlalchemy import select
from sqlmodel import col

from handlers.grievances.ladder import tell_officer
from models.anonymity import intake
from models.grievances import ladder, rungs
from models.grievances.cases import Entry
from models.people.persons import Person
from models.store.database import Database
from tests.rules.grievances.climbing import MINUTES, House, acts, again, at, built, new, propose
from tests.stories.channels import every_database

CASE = {"grievance", "entry", "rung", "intake"}


@pytest.fixture
def house(database: Database) -> House:
    with database.transaction() as session:
        return built(session)


@contextmanager
def written(database: Database) -> Iterator[set[str]]:
    """The tables that are written to."""
    tables: set[str] = set()

    def note(_connection: object, _cursor: object, sql: str, *_: object) -> None:
        words = sql.split()
        if words[0] in ("INSERT", "UPDATE", "DELETE"):
            tables.add(words[1 if words[0] == "UPDATE" else 2])

    events.listen(database.engine, "before_cursor_execute", note)
    yield tables
    events.remove(database.engine, "before_cursor_execute", note)


@every_database
@pytest.mark.parametrize("how", ["climbs", "is closed as unconfirmed"])
def test_what_the_clock_does_to_a_case_names_nobody(database: Database, house: House, how: str) -> None:
    """The case, an entry by nobody, what is to be told, and a sealed event: no account, person, office, conversation, or
    message, whoever filed it and whoever is told."""
    case = new(database, house, covered=True)
    if how != "climbs":
        acts(database, case, house, at("11-23 11:00"), propose)
    now = at("11-26 10:00") if how == "climbs" else at("11-30 11:00")
    with database.transaction() as session, written(database) as tables:
        ladder.take(session, case.id, now, MINUTES)
    assert {"grievance", "entry", "intake"} <= tables <= CASE
    with database.reading() as session:
        [done] = session.execute(select(Entry).where(col(Entry.kind).in_(("climbed", "unconfirmed")))).scalars()
        assert done.officer_id is None
        assert again(session, case).assignee_id is None
        reporters = {one.reporter_id for one in session.execute(select(Person)).scalars()}
        kept = [str(value) for row in session.execute(select(rungs.Rung)).scalars() for value in row.model_dump().values()]
        assert not reporters & set(kept)
        [tell] = [one for one in intake.waiting_for(session, case.id, now) if one.entry_id == done.id]
        assert (tell.reporter_id, tell.account_id) == ("", ""), "whom it leads to is asked when it is told"
        due = tell.due
    # Under cover: not at the moment of the climb, but with all that leaves on the hour and the half.
    assert datetime.fromisoformat(due) == (at("11-26 10:30") if how == "climbs" else at("11-30 11:30"))


@every_database
def test_what_officers_are_told_touches_no_case(database: Database, house: House) -> None:
    case = new(database, house)
    now = at("11-26 10:00")
    with database.transaction() as session:
        ladder.take(session, case.id, now, MINUTES)
    with database.transaction() as session:
        rungs.close_batch(session, now, dangers_only=False)
        batch = rungs.batch_open(session)
        assert batch is not None
        assert set(rungs.to_tell(session, batch, now)) == set(house.officers.values()) - {house.officers["above"]}
    with database.transaction() as session, written(database) as tables:
        tell_officer(session, (house.officers["chair"], batch), now)
    assert {"firing", "outbound"} <= tables
    assert not tables & {"grievance", "entry", "intake", "account", "person", "conversation"}
    with database.transaction() as session, written(database) as tables:
        tell_officer(session, (house.officers["chair"], batch), now)
    assert not tables & {"outbound", "news"}, "told once"
