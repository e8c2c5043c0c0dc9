"""Where a chat stands: for how long it is remembered, how long it is busy, and that its row says nothing by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from models.messages.chats import DRAFT, IDLE, Chat, Conversation, Run, State, lapse, load, save
from models.messages.message import Option
from models.store.database import Database
from models.store.sealing import Unsealable

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
KEYS = {False: ("today", "yesterday"), True: ("office", "office yesterday")}
TOMORROW = {False: ("tomorrow", "today"), True: ("office tomorrow", "office")}


def drafting() -> State:
    run = Run("file", "", "abc", {"text": "Tăng ca tháng 5"}, asking="category")
    return State(run=run, offered=[Option("file::category:wage:abc", "Tiền lương")], language="en")


def remember(database: Database, state: State, *, in_office: bool = False, **later: float) -> None:
    """One turn: what was known is loaded, and `state` is where the chat stands afterwards."""
    with database.transaction() as session:
        chat = load(session, KEYS, NOW + timedelta(**later))
        chat.in_office = in_office
        save(session, chat, state, NOW + timedelta(**later))


def recall(database: Database, keys: dict[bool, tuple[str, str]] = KEYS, **later: float) -> Chat:
    with database.reading() as session:
        return load(session, keys, NOW + timedelta(**later))


def kept(database: Database) -> list[Conversation]:
    with database.reading() as session:
        return list(session.execute(select(Conversation)).scalars())


def test_a_chat_comes_back_as_it_was(database: Database) -> None:
    remember(database, drafting())
    chat = recall(database)
    assert (chat.key, chat.in_office) == ("today", False)
    assert (chat.state.run, chat.state.offered, chat.state.language) == (drafting().run, drafting().offered, "en")
    assert chat.state.touched == NOW


def test_a_stranger_has_nothing(database: Database) -> None:
    chat = recall(database)
    assert (chat.state, chat.rows) == (State(), {})


@pytest.mark.parametrize(("later", "alive"), [({"hours": 24}, True), ({"hours": 24, "seconds": 1}, False)])
def test_a_draft_lives_24_hours(database: Database, later: dict[str, float], alive: bool) -> None:
    remember(database, drafting())
    chat = recall(database, **later)
    assert (chat.state.run is not None, bool(chat.state.offered)) == (alive, alive)
    assert chat.rows == {False: "today"}, "the next turn writes over it"


def test_over_midnight_the_row_moves_to_the_new_name(database: Database) -> None:
    remember(database, drafting())
    chat = recall(database, TOMORROW, hours=20)
    assert chat.key == "tomorrow"
    with database.transaction() as session:
        save(session, chat, chat.state, NOW + timedelta(hours=20))
    assert [row.id for row in kept(database)] == ["tomorrow"]
    assert recall(database, TOMORROW, hours=21).state.run == drafting().run


def test_the_side_used_last_is_where_an_officer_stands(database: Database) -> None:
    answering = State(run=Run("reply", "a" * 13, "xyz", asking="text"))
    remember(database, drafting())
    remember(database, answering, in_office=True, minutes=1)
    chat = recall(database, minutes=2)
    assert (chat.in_office, chat.key) == (True, "office")
    assert chat.state.run == answering.run
    assert {row.id for row in kept(database)} == {"today", "office"}, "two rows, and no transaction wrote both"
    remember(database, drafting(), minutes=3)
    assert recall(database, minutes=4).state.run == drafting().run


def test_an_empty_state_leaves_no_row(database: Database) -> None:
    remember(database, State())
    assert not kept(database)
    remember(database, drafting())
    remember(database, State())
    assert not kept(database)


def test_the_row_is_sealed_under_its_own_name(database: Database) -> None:
    remember(database, drafting())
    [row] = kept(database)
    for words in ("Tăng ca", "file", "wage", "category"):
        assert words.encode() not in row.state
    with database.transaction() as session:
        session.add(Conversation(id="other", state=row.state, idle_at=NOW, kept_until=NOW.date()))
    with database.reading() as session, pytest.raises(Unsealable):
        load(session, {False: ("other", "yesterday"), True: KEYS[True]}, NOW)


def test_a_run_is_busy_until_it_is_idle_for_half_an_hour(database: Database) -> None:
    remember(database, drafting())
    remember(database, State(offered=[Option("menu::::", "Menu")]), in_office=True)
    assert {row.id: row.busy for row in kept(database)} == {"today": True, "office": False}
    for later, freed in ((IDLE - timedelta(seconds=1), 0), (IDLE, 1), (IDLE, 0)):
        with database.transaction() as session:
            assert lapse(session, NOW + later) == freed
    assert not any(row.busy for row in kept(database))
    with database.reading() as session:
        chat = load(session, {**KEYS, True: ("nobody", "nobody")}, NOW + IDLE)
    assert chat.state.run == drafting().run, "the draft outlives the lapse"


def test_what_is_over_is_forgotten(database: Database) -> None:
    remember(database, drafting())
    for later, rows in ((DRAFT, 1), (DRAFT + timedelta(days=1), 0)):
        with database.transaction() as session:
            lapse(session, NOW + later)
        assert len(kept(database)) == rows
