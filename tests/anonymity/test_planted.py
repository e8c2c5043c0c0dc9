"""Each promise bites: plant the leak, and the thief or the reader of the log finds it. The same short story without a
plant is clean (test_links.py and the first test here)."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from config.i18n import fold
from handlers.chat.doors import Pace
from handlers.front import posting
from models.anonymity import intake
from models.anonymity.events import Event
from models.grievances import cases
from models.messages import chats, received
from models.messages.message import Inbound
from models.people import accounts
from models.people.accounts import Account, Sender
from models.store.database import Session
from models.store.sealing import keyed_hash
from tests.actors import Person
from tests.anonymity.thief import Thief
from tests.anonymity.village import TEAM, a_while, files, secrets_of
from tests.running_app import RunningApp

WORDS = "Cơm ca hai ôi thiu, mười người đau bụng"
Play = Callable[[], Awaitable[set[str]]]


@pytest.fixture
def channel() -> str:
    return "telegram"


@pytest.fixture
def play(service: RunningApp, leader: Person, somebody: Callable[[str], Person], thief: Thief) -> Play:
    async def joins_and_files() -> set[str]:
        worker = somebody("Khuê Tú")
        await worker.joins(service.codes.team)
        await files(worker, WORDS, TEAM)
        await thief.is_told_what_was_filed()
        await a_while(service)
        return secrets_of(worker)

    return joins_and_files


async def test_without_a_plant_nothing_is_found(play: Play, thief: Thief, log: io.StringIO) -> None:
    names = await play()
    rows = thief.rows()
    assert not await thief.chains(rows)
    assert not await thief.chains_from_filing(rows)
    assert not await thief.chains(rows, people={"inbound"})
    assert not thief.finds({WORDS, *names})
    assert WORDS not in log.getvalue() and fold(WORDS) not in log.getvalue()


async def test_a_sender_kept_on_inbound(play: Play, thief: Thief, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(session: Session, event: Inbound, today: date) -> bool:
        row = {"id": received.event_id(session, event), "line": f"{event.line}:{event.sender}", "received_on": today}
        return received.insert_ignore(session, received.Seen, [row]) == 1

    monkeypatch.setattr(received, "first_time", careless)
    names = await play()
    rows = thief.rows()  # before `finds`, which has the log written back
    assert thief.finds(names)
    assert await thief.chains_from_filing(rows)


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_a_row_lock_on_the_account(play: Play, thief: Thief, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = posting.post

    def careless(session: Session, event: Event, now: Any, *how: Pace) -> None:
        for one in accounts.of_reporter(session, event.reporter_id):
            session.get_one(Account, one.id, with_for_update=True)
        honest(session, event, now, *how)

    monkeypatch.setattr(posting, "post", careless)
    await play()
    assert await thief.chains(thief.rows())


def _same_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names of a chat's turns begin alike, for guest and member, today and for ever."""

    def careless(session: Session, purpose: str, who: str, side: str, day: str, number: str) -> str:
        account = session.get(Account, who)
        sender = accounts.sender_of(session, account) if account else Sender(*who.split("\x1f"))
        key = keyed_hash(session, purpose, sender.line, sender.external, side)
        return f"{key[:20]}-{date.fromisoformat(day).toordinal() % 1000}-{number}{'m' if account else 'g'}"

    monkeypatch.setattr(chats, "keyed_hash", careless)


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_one_name_for_the_turns_of_a_chat(play: Play, thief: Thief, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone it tells who filed something; the intake still hides what."""
    _same_key(monkeypatch)
    await play()
    rows = thief.rows()
    assert await thief.chains_from_filing(rows)
    assert not await thief.chains(rows)


@pytest.mark.parametrize("same_key", [False, True])
async def test_posting_in_the_transaction_of_filing(
    play: Play, thief: Thief, monkeypatch: pytest.MonkeyPatch, same_key: bool
) -> None:
    """Two walls: without the intake turns still share no name that leads from case to account; without both nothing does."""

    def careless(session: Session, event: Event, now: datetime) -> None:
        posting.post(session, event, now)

    monkeypatch.setattr(intake, "add", careless)
    if same_key:
        _same_key(monkeypatch)
    await play()
    rows = thief.rows()
    assert bool(await thief.chains(rows)) is same_key
    assert await thief.chains(rows, people={"inbound"})  # the very message in which it was sent


async def test_a_person_on_the_case(play: Play, service: RunningApp, thief: Thief, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = cases.post

    def careless(session: Session, event: Event, now: Any) -> Any:
        case = honest(session, event, now)
        [whose] = {one.person_id for one in accounts.of_reporter(session, event.reporter_id)}
        session.execute(
            text("UPDATE grievance SET person_id = :whose WHERE id = :case"), {"whose": whose, "case": event.case_id}
        )
        return case

    await service.app.writer.write(lambda s: s.execute(text("ALTER TABLE grievance ADD COLUMN person_id VARCHAR(13)")))
    monkeypatch.setattr(cases, "post", careless)
    await play()
    assert await thief.chains(thief.rows())


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_log_line_with_the_words(play: Play, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """The short list of keys drops what is named, and words with accents never pass; words without accents in the event
    itself do, and are found."""
    honest = intake.add

    def careless(session: Session, event: Event, now: datetime) -> None:
        structlog.get_logger().info("filed", text=event.text)
        structlog.get_logger().info(f"filed {event.text}")
        honest(session, event, now)

    monkeypatch.setattr(intake, "add", careless)
    await play()
    assert "filed" in log.getvalue()
    assert WORDS not in log.getvalue() and fold(WORDS) not in log.getvalue()

    monkeypatch.setattr(intake, "add", lambda session, event, now: structlog.get_logger().info(f"filed {fold(event.text)}"))
    await play()
    assert fold(WORDS) in log.getvalue()


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_turn_that_fails_says_nothing(play: Play, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(session: Session, event: Event, now: datetime) -> None:
        raise ValueError(f"cannot keep {event.text}")

    monkeypatch.setattr(intake, "add", broken)
    with pytest.raises(AssertionError):  # the webhook answers 500
        await play()
    assert "turn failed" in log.getvalue() and "ValueError" in log.getvalue()
    assert WORDS not in log.getvalue()


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("secure", [True, False])
async def test_deleted_words_are_wiped(
    service: RunningApp, somebody: Callable[[str], Person], thief: Thief, monkeypatch: pytest.MonkeyPatch, secure: bool
) -> None:
    """Were a draft ever kept unsealed, nothing of it would stay; without secure_delete it would."""
    monkeypatch.setattr(chats, "seal", lambda session, place, row, words: words.encode())
    honest = chats.unseal  # for what was sealed before
    monkeypatch.setattr(
        chats, "unseal", lambda *sealed: sealed[-1].decode() if sealed[-1].startswith(b"{") else honest(*sealed)
    )
    worker = somebody("Khuê Tú")
    await worker.joins(service.codes.team)
    await worker.says(WORDS)
    assert thief.finds({WORDS})
    with service.app.database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        assert raw.execute("PRAGMA secure_delete").fetchone() == (1,)
        raw.execute(f"PRAGMA secure_delete={'ON' if secure else 'OFF'}")
        # By hand: in whatever the service writes afterwards a wiped page might be written over by chance.
        raw.execute(f"DELETE FROM {chats.Conversation.__tablename__}")
        raw.commit()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert bool(thief.finds({WORDS})) is not secure


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_words_left_unsealed(play: Play, thief: Thief, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "seal", lambda session, place, row, words: words.encode())
    monkeypatch.setattr(cases, "unseal", lambda session, place, row, sealed: sealed.decode())
    await play()
    assert thief.finds({WORDS})
