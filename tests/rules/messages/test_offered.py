"""What a chat remembers of a list that was sent to it unasked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from models.messages import chats
from models.messages.chats import Chat, Run, State
from models.messages.message import Option
from models.people import accounts, persons
from models.people.accounts import Sender
from models.people.units import Unit
from models.store.database import Database, Session

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
SENDER = Sender("zalo_bot:9", "6ede9afa66b88fe6d6a9")
CARD = [Option("ack:abcdefghijklm:::", "Tiếp nhận"), Option("reply:abcdefghijklm:::", "Trả lời")]
MENU = [Option("menu::::", "Menu")]
RUN = Run("file", "", "abc", {"text": "Tăng ca"}, asking="category")


def where(session: Session, now: datetime, account_id: str | None = None) -> Chat:
    return chats.load(session, chats.of(SENDER, account_id), now)


def begin(database: Database, state: State, now: datetime = NOW) -> None:
    with database.transaction() as session:
        chats.save(session, where(session, now), state, now)


def remember(database: Database, now: datetime) -> State:
    """Sends the card at `now`; where the chat stands after it."""
    with database.transaction() as session:
        chats.remember(session, SENDER, CARD, now, unasked=True)
    with database.reading() as session:
        return where(session, now).state


def rows(database: Database) -> list[chats.Conversation]:
    with database.reading() as session:
        return list(session.execute(select(chats.Conversation)).scalars())


def test_a_chat_that_has_no_row(database: Database) -> None:
    assert remember(database, NOW).offered == CARD
    assert len(rows(database)) == 1


def test_a_reply_makes_no_row_where_there_is_none(database: Database) -> None:
    with database.transaction() as session:
        chats.remember(session, SENDER, CARD, NOW, unasked=False)
    assert rows(database) == []


def test_a_reply_that_came_after_a_card_is_the_newest(database: Database) -> None:
    begin(database, State(offered=MENU))
    with database.transaction() as session:
        chats.remember(session, SENDER, CARD, NOW, unasked=False)
        assert where(session, NOW).state.offered == CARD


def test_a_chat_that_saw_the_menu_yesterday(database: Database) -> None:
    begin(database, State(offered=MENU, language="en"), NOW - timedelta(hours=20))
    state = remember(database, NOW)
    assert (state.offered, state.language) == (CARD, "en")


def test_a_chat_in_the_middle_of_a_run_is_left_alone(database: Database) -> None:
    begin(database, State(run=RUN, offered=MENU))
    state = remember(database, NOW + timedelta(minutes=29))
    assert (state.run, state.offered) == (RUN, MENU)
    assert len(rows(database)) == 1


def test_a_lapsed_run_keeps_its_draft_no_longer_than_before(database: Database) -> None:
    begin(database, State(run=RUN, offered=MENU))
    state = remember(database, NOW + timedelta(hours=2))
    assert (state.run, state.offered, state.touched) == (RUN, CARD, NOW)
    with database.reading() as session:
        late = NOW + timedelta(hours=24, seconds=1)
        assert where(session, late).state.run is None


@pytest.mark.parametrize("lapsed", [False, True])
def test_a_card_for_the_officer_writes_the_officers_row_only(database: Database, lapsed: bool) -> None:
    begin(database, State(run=RUN if lapsed else None, offered=MENU, language="en"))
    [before] = rows(database)
    later = NOW + timedelta(hours=2)
    with database.transaction() as session:
        chats.remember(session, SENDER, CARD, later, unasked=True, in_office=True)
        chat = where(session, later)
    assert (chat.in_office, chat.state.offered, chat.state.run, chat.state.language) == (True, CARD, None, "en")
    kept = {row.id: row.state for row in rows(database)}
    assert len(kept) == 2 and kept[before.id] == before.state


def test_a_member_has_another_key_than_a_guest(database: Database) -> None:
    with database.transaction() as session:
        unit = Unit(kind="to_cong_doan", code="T1", name="Tổ 1")
        session.add(unit)
        session.flush()
        account = accounts.add(
            session,
            SENDER,
            persons.add(session, unit.id),
            accounts.Joining(language="vi", confirmed=True, consent_version="1"),
            NOW.date(),
        )
        chats.remember(session, SENDER, CARD, NOW, unasked=True)
        assert where(session, NOW, account.id).state.offered == CARD
        assert not where(session, NOW).places


@pytest.mark.parametrize(("minutes", "renewed"), [(1, False), (40, True)])
def test_the_same_list_again_lives_from_then_on(database: Database, minutes: int, renewed: bool) -> None:
    begin(database, State(offered=CARD))
    state = remember(database, NOW + timedelta(minutes=minutes))
    assert (state.touched == NOW + timedelta(minutes=minutes)) == renewed
