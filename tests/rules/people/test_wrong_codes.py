"""Who may have a code looked at: the chat, where it comes from, and the hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from models.people import wrong_codes
from models.store.database import Database, Session

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


def guesses_in_a_day(session: Session, origin: str, *, new_chats: bool) -> int:
    """How many codes are looked at of somebody who tries one every minute, in one chat or in a new one each time."""
    wrong, last, looked_at = 0, "", 0
    for minute in range(24 * 60):
        now = NOW + minute * MINUTE
        if new_chats:
            wrong, last = 0, ""
        if wrong_codes.must_wait(session, wrong, last, origin, now):
            continue
        looked_at += 1
        wrong, last = wrong_codes.of_chat(wrong, last, now) + 1, now.isoformat()
        wrong_codes.count(session, origin, now)
    return looked_at


def test_one_chat_has_fifteen_wrong_codes_a_day(session: Session) -> None:
    assert guesses_in_a_day(session, "", new_chats=False) <= 15


def test_one_address_has_thirty_however_many_chats_it_opens(session: Session) -> None:
    assert guesses_in_a_day(session, "here", new_chats=True) <= 30
    assert not wrong_codes.must_wait(session, 0, "", "elsewhere", NOW + 24 * 60 * MINUTE)


def test_a_crowded_hour_is_closed_to_whoever_has_guessed_and_to_nobody_else(session: Session) -> None:
    for number in range(wrong_codes.AN_HOUR):
        wrong_codes.count(session, f"address {number}", NOW)
    assert wrong_codes.is_crowded(session, NOW)
    assert wrong_codes.must_wait(session, 0, "", "address 7", NOW)
    assert wrong_codes.must_wait(session, 1, NOW.isoformat(), "", NOW + MINUTE)
    assert not wrong_codes.must_wait(session, 0, "", "another", NOW + MINUTE)
    assert not wrong_codes.must_wait(session, 0, "", "", NOW + MINUTE)
    assert not wrong_codes.must_wait(session, 1, NOW.isoformat(), "address 7", NOW + timedelta(hours=1))


def test_who_joins_with_a_slip_speaks_for_where_they_are(session: Session) -> None:
    """A canteen in which many join, and some mistype."""
    for _ in range(100):
        wrong_codes.count(session, "canteen", NOW)
        wrong_codes.forgive(session, "canteen")
    assert not wrong_codes.must_wait(session, 0, "", "canteen", NOW)


def test_pauses_grow_and_do_not_end() -> None:
    pauses = [wrong_codes.pause_after(wrong) for wrong in range(wrong_codes.FREE + 12)]
    assert pauses == sorted(pauses)
    assert pauses[wrong_codes.FREE] == timedelta() < pauses[wrong_codes.FREE + 1]
    assert pauses[-1] == wrong_codes.PAUSES[-1]


def test_nothing_kept_says_who(session: Session) -> None:
    wrong_codes.count(session, "an address", NOW)
    assert set(wrong_codes.Tries.model_fields) == {"id", "hour", "about"}


def test_half_a_code_that_was_seen_helps_nobody_and_keeps_nobody_out(session: Session) -> None:
    """A thousand addresses, each with one try: ten are looked at, and then none that was ever wrong. Whoever has not been
    wrong is listened to, about this code and any other."""
    looked_at = 0
    for minute in range(24 * 60):
        origin, now = f"address {minute % 60}", NOW + minute * MINUTE
        if wrong_codes.must_wait(session, 0, "", origin, now, "half"):
            continue
        looked_at += 1
        wrong_codes.count(session, origin, now, "half")
    assert looked_at <= wrong_codes.AT_ONE + 60
    now = NOW + 23 * 60 * MINUTE
    assert wrong_codes.must_wait(session, 0, "", "address 7", now, "half")
    assert not wrong_codes.must_wait(session, 0, "", "address 7", now + 25 * 60 * MINUTE, "half")
    assert not wrong_codes.must_wait(session, 0, "", "its owner's", now, "half")
    assert not wrong_codes.must_wait(session, 0, "", "address 7", now + 60 * MINUTE, "another")
