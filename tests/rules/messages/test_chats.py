"""Where a chat stands: for how long it is remembered, who is busy, and that its rows say nothing of whose they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from models.messages import chats
from models.messages.chats import AHEAD, AT_FIRST, DRAFT, IDLE, Chat, Conversation, Run, State, load, save
from models.messages.message import Option
from models.people.accounts import Sender
from models.store.database import Database
from models.store.sealing import Unsealable

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SENDER = Sender("zalo_bot:9", "6ede9afa66b88fe6d6a9")
REACHED = "zalo_bot:9\x1f6ede9afa66b88fe6d6a9"


def drafting() -> State:
    run = Run("file", "", "abc", {"text": "Tăng ca tháng 5"}, asking="category")
    return State(run=run, offered=[Option("file::category:wage:abc", "Tiền lương")], language="en")


def turn(database: Database, state: State, account_id: str | None = "a", *, in_office: bool = False, **later: float) -> None:
    """One turn: what was known is loaded, and `state` is where the chat stands afterwards."""
    with database.transaction() as session:
        chat = load(session, chats.of(SENDER, account_id), NOW + timedelta(**later))
        chat.in_office = in_office
        save(session, chat, state, NOW + timedelta(**later))


def recall(database: Database, account_id: str | None = "a", **later: float) -> Chat:
    with database.reading() as session:
        return load(session, chats.of(SENDER, account_id), NOW + timedelta(**later))


def kept(database: Database) -> list[Conversation]:
    with database.reading() as session:
        return list(session.execute(select(Conversation).order_by(col(Conversation.number))).scalars())


def test_a_chat_comes_back_as_it_was(database: Database) -> None:
    turn(database, drafting())
    chat = recall(database)
    assert (chat.in_office, chat.places) == (False, {False: (NOW.date(), 0)})
    assert (chat.state.run, chat.state.offered, chat.state.language) == (drafting().run, drafting().offered, "en")
    assert chat.state.touched == NOW


def test_a_stranger_has_nothing(database: Database) -> None:
    chat = recall(database)
    assert (chat.state, chat.places) == (State(), {})


def test_a_guest_and_a_member_are_two(database: Database) -> None:
    turn(database, drafting(), None)
    assert recall(database, None).state.run == drafting().run and recall(database, "a").state == State()


@pytest.mark.parametrize(("later", "alive"), [({"hours": 24}, True), ({"hours": 24, "seconds": 1}, False)])
def test_a_draft_lives_24_hours(database: Database, later: dict[str, float], alive: bool) -> None:
    turn(database, drafting())
    chat = recall(database, **later)
    assert (chat.state.run is not None, bool(chat.state.offered)) == (alive, alive)


def test_the_side_used_last_is_where_an_officer_stands(database: Database) -> None:
    answering = State(run=Run("reply", "a" * 13, "xyz", asking="text"))
    turn(database, drafting())
    turn(database, answering, in_office=True, minutes=1)
    chat = recall(database, minutes=2)
    assert chat.in_office and chat.state.run == answering.run
    turn(database, drafting(), minutes=3)
    assert recall(database, minutes=4).state.run == drafting().run


def test_of_one_second_the_side_that_was_written_last(database: Database) -> None:
    """A preview for the officer arrives in the second in which they have answered as a worker, once more."""
    menu = State(offered=[Option("menu::::", "Menu")])
    for _ in range(3):
        turn(database, menu)
    turn(database, menu, in_office=True)
    assert recall(database).in_office
    turn(database, menu)
    assert not recall(database).in_office


def test_every_turn_leaves_one_row_of_its_own(database: Database) -> None:
    """Whatever was done: no name stands twice, no row is changed or ends, and all are of one length."""
    long = State(run=Run("file", "", "abc", {"text": "Chuyền 3 nóng quá, " * 60}, asking="to"))
    for number, state in enumerate((State(), drafting(), State(), long, State())):
        before = [(row.number, row.id, row.state) for row in kept(database)]
        turn(database, state, minutes=number)
        rows = [(row.number, row.id, row.state) for row in kept(database)]
        assert rows[:-1] == before and rows[-1][1] not in {row_id for _, row_id, _ in before}
    rows = kept(database)
    assert len({len(row.state) for row in rows}) == 1
    assert {row.kept_until for row in rows} == {(NOW + DRAFT).date()}
    assert set(Conversation.model_fields) == {"number", "id", "state", "kept_until"}


def test_a_row_is_sealed_under_its_own_name(database: Database) -> None:
    turn(database, drafting())
    [row] = kept(database)
    for words in ("Tăng ca", "file", "wage", "category"):
        assert words.encode() not in row.state
    turn(database, State(), minutes=1)
    with database.transaction() as session:
        session.execute(
            select(Conversation).where(col(Conversation.number) == row.number + 1)
        ).scalar_one().state = row.state
    with pytest.raises(Unsealable):
        recall(database, minutes=2)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    turns=st.lists(
        st.tuples(st.integers(0, 3), st.booleans(), st.sampled_from([0, 1, 45, 60 * 11]), st.booleans()),
        min_size=1,
        max_size=3 * AT_FIRST,
    )
)
def test_two_processes_agree_where_a_chat_stands(
    database: Database, turns: list[tuple[int, bool, int, bool]], request: pytest.FixtureRequest
) -> None:
    """Turns by either of two processes, on either side, some rolled back, over several days: the next finds the last."""
    other = Database(database.url.render_as_string(False), request.getfixturevalue("keyring"))
    try:
        now, last = NOW, State()
        for process, in_office, minutes, fails in turns:
            now += timedelta(minutes=minutes, seconds=1)
            state = State(run=Run("file", "", "abc", {"text": now.isoformat()}))
            at = (database, other)[process % 2]
            with at.engine.begin() as connection, at.session(connection) as session:
                chat = load(session, chats.of(SENDER, "h"), now)
                if last.run is not None and chat.state.run is not None:
                    assert chat.state.run.answers == last.run.answers
                chat.in_office = in_office
                save(session, chat, state, now)
                session.flush()
                if fails:
                    connection.rollback()
            last = last if fails else state
    finally:
        other.close()
        with database.transaction() as session:
            session.execute(Conversation.__table__.delete())  # type: ignore[attr-defined]
        database.session(database.engine.connect()).info["places"].clear()


def test_more_turns_than_are_asked_for_at_once(database: Database) -> None:
    for number in range(2 * AT_FIRST + AHEAD):
        turn(database, State(run=Run("file", "", "abc", {"text": str(number)})), seconds=number)
    with database.reading() as session:
        session.info["places"].clear()  # as after a restart
        chat = load(session, chats.of(SENDER, "a"), NOW + timedelta(minutes=5))
    assert chat.state.run is not None and chat.state.run.answers == {"text": str(2 * AT_FIRST + AHEAD - 1)}


def busy(database: Database, **later: float) -> set[str]:
    with database.reading() as session:
        return chats.busy(session, NOW + timedelta(**later))


def test_a_run_is_busy_until_it_is_idle_for_half_an_hour(database: Database) -> None:
    turn(database, drafting())
    turn(database, State(offered=[Option("menu::::", "Menu")]), in_office=True)
    assert busy(database, seconds=1) == {REACHED}
    idle = IDLE.total_seconds()
    assert busy(database, seconds=idle - 1) == {REACHED} and not busy(database, seconds=idle)
    assert recall(database, seconds=idle).state.run is None or recall(database).places, "the draft outlives that"
    turn(database, drafting(), hours=1)
    assert busy(database, hours=1, seconds=1) == {REACHED}
    turn(database, State(), hours=1, minutes=1)
    assert not busy(database, hours=1, minutes=2)


def test_what_is_over_is_forgotten_by_its_day(database: Database) -> None:
    turn(database, drafting())
    for later, rows in ((DRAFT, 1), (DRAFT + timedelta(days=1), 0)):
        with database.transaction() as session:
            chats.forget_old(session, (NOW + later).date())
        assert len(kept(database)) == rows
