"""Codes on slips: typed in any way, valid for as long as they should be, and never kept as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.demo import union
from config.keyboards import CODE_LETTERS, EARLIER_LETTERS, readings
from models.people import invites
from models.people.invites import Invite, looks_like_code
from models.people.units import Unit
from models.store.database import Database, Session

TODAY = date(2026, 11, 23)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


@pytest.fixture
def unit_id(session: Session) -> str:
    unit = Unit(kind="cdcs", code="X", name="X")
    session.add(unit)
    session.flush()
    return unit.id


codes = st.sampled_from([CODE_LETTERS, EARLIER_LETTERS]).flatmap(lambda letters: st.text(letters, min_size=8, max_size=8))


@given(codes, st.text(" -–.\u200b\n\t/", max_size=9))
def test_spaces_dashes_and_case_do_not_matter(code: str, between: str) -> None:
    typed = "".join(letter + gap for letter, gap in zip(code.lower(), between.ljust(8)[:8], strict=True))
    assert readings(typed, 8) == [code]
    assert looks_like_code(typed)


@given(st.text(max_size=30))
def test_anything_may_be_typed(text: str) -> None:
    assert looks_like_code(text) in (True, False)


@pytest.mark.parametrize("text", ["", "ABC", "K7MP4RX", "K7MP4RXAA", "K0MP4RXA", "K7MP4RXÁ", "' OR 1=1"])
def test_what_is_no_code(text: str) -> None:
    assert not looks_like_code(text)


def test_a_code_is_found_of_what_a_keyboard_made_of_it(
    session: Session, unit_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Codes given out before may hold letters that keyboards change."""
    monkeypatch.setattr(invites, "random_code", lambda _: "J7DDTEAY")
    invites.issue(session, unit_id)
    for typed in ("J7ĐTEAY", "j7đteay", "J7DDTEAY", "j7dd – teay", "Ｊ７ＤＤＴＥＡＹ"):
        assert invites.find(session, typed, TODAY) is not None
    assert invites.find(session, "J7ĐTEAX", TODAY) is None


def test_a_teams_code_is_used_again_and_again(session: Session, unit_id: str) -> None:
    code = invites.issue(session, unit_id)
    for _ in range(3):
        found = invites.find(session, code, TODAY)
        assert found is not None
        invites.use(session, found)
        session.flush()


def test_an_officers_code_is_used_once(session: Session, unit_id: str) -> None:
    code = invites.issue(session, unit_id, uses=1)
    found = invites.find(session, f"{code[:4]}-{code[4:]}".lower(), TODAY)
    assert found is not None
    invites.use(session, found)
    session.flush()
    assert invites.find(session, code, TODAY) is None
    assert invites.find_by_id(session, found.id, TODAY) is None


@pytest.mark.parametrize(
    ("day", "valid"), [(date(2026, 11, 23), True), (date(2026, 11, 24), True), (date(2026, 11, 25), False)]
)
def test_a_code_ends_after_its_last_day(session: Session, unit_id: str, day: date, valid: bool) -> None:
    code = invites.issue(session, unit_id)
    found = invites.find(session, code, TODAY)
    assert found is not None
    found.valid_to = date(2026, 11, 24)
    session.add(found)
    session.flush()
    assert (invites.find(session, code, day) is not None) is valid


def test_no_code_is_kept_as_it_is(database: Database) -> None:
    with database.transaction() as session:
        codes = union.found(session)
        rows = session.execute(select(Invite)).scalars().all()
    kept = " ".join(row.id for row in rows).upper()
    assert len(rows) == 5
    assert not any(code in kept for code in (codes.team, codes.second_team, codes.leader, codes.chair, codes.superior))
    with database.reading() as session:
        assert invites.find(session, codes.team, TODAY) is not None
        assert invites.find(session, "3467-9ACD", TODAY) is None
