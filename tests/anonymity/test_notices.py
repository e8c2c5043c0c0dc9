"""A ledger names people, a chat's rows name nobody: no trace in the files leads from one to the other, nor from
“Đã đọc” to the chat it was said in; and once a notice is out, no time stands beside a person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.sending.numbered_lists import Listed
from models.anonymity import intake
from models.broadcasts import ledger, ledger_results
from models.broadcasts.broadcasts import Broadcast
from models.broadcasts.ledger_sending import Bulk
from models.broadcasts.recipients import Recipient
from models.messages import chats
from models.messages.sending import LEASE, Outcome
from models.people import accounts
from models.store.database import Session
from tests.actors import Person
from tests.anonymity.thief import BOTS, Thief, in_office, report
from tests.anonymity.village import a_while, nights
from tests.forensics.evidence import time_mark
from tests.forensics.links import Step, paths
from tests.running_app import RunningApp

TEXT = "Thứ bảy họp tổ tại nhà ăn ca một"
OFFICERS = {"broadcast", "progress", "audit"}
"""What an officer wrote, in a turn of their own chat, and carries their name: no way from there to a reader."""
LEDGER, CHATS = {"recipient"}, {"conversation", "outbound", "inbound", "intake"}
Play = Callable[[], Awaitable[str]]


@pytest.fixture(params=["telegram", "zalo"])
def channel(request: pytest.FixtureRequest) -> str:
    """With buttons, and with numbered lists, which are remembered in the chat's row when they went out."""
    return request.param


@pytest.fixture
async def readers(service: RunningApp, leader: Person, somebody: Callable[[str], Person]) -> list[Person]:
    """People of the team, long before the thief begins to watch."""
    people = [somebody(name) for name in ("Khuê Tú", "Bạch Liên", "Mộc Miên", "Tường Vi", "Hoài An")]
    for person in people:
        await person.joins(service.codes.team)
    await a_while(service)
    for person in people:
        await person.looks_away()
    return people


@pytest.fixture
def play(readers: list[Person], service: RunningApp, leader: Person, thief: Thief) -> Play:
    async def sent_and_confirmed() -> str:
        """Three of five have read it; returns the broadcast's id."""
        await leader.taps("Thông báo của đơn vị", "Soạn thông báo")
        await leader.says(TEXT)
        await leader.taps("Thay đổi…", "Loại: Thông báo chung", "An toàn lao động")
        await leader.taps("Thay đổi…", "☐ Đề nghị xác nhận đã đọc", "Gửi")
        for person in readers[:3]:
            await person.sees(TEXT)
            await person.taps("Đã đọc")
        await a_while(service)
        await nights(service)
        [row] = await service.app.writer.read(lambda s: list(s.execute(select(Broadcast)).scalars()))
        states = await service.app.writer.read(lambda s: ledger.counts(s, row.id))
        assert (row.state, states["confirmed"], states.total()) == ("done", 3, 6)
        return row.id

    return sent_and_confirmed


async def ties(thief: Thief, broadcast_id: str) -> list[list[Step]]:
    """Chains from a row of the ledger to a row of a chat. The broadcast itself is everybody's, and when it went out."""
    read = thief.service.app.writer.read
    units, persons, account_ids = await read(in_office)
    [sent] = await read(lambda s: list(s.execute(select(Broadcast)).scalars()))
    # In the ledger, and in the reply to the officer who sent it: when it began, and when the first lease of either ended.
    moments = [moment + later for moment in (sent.created_at, sent.send_at) for later in (timedelta(0), LEASE)]
    everybodys = {mark for mark in map(time_mark, moments) if mark}
    rows = [row for row in thief.rows() if row.table not in OFFICERS]
    for row in rows:
        row.marks -= everybodys
    assert {"recipient", "conversation", "intake"} <= {row.table for row in rows}
    known = {broadcast_id, *units, *persons, *account_ids}
    leases = {"tick", "fetch", *(channel.line for channel in thief.service.app.channels)}
    # The officer's own row in the ledger leads to the broadcast they wrote.
    return paths(rows, LEDGER, CHATS, ignore={*known, *BOTS}, ignore_rows={*units, *persons, *account_ids, *leases})


async def test_no_trace_leads_from_a_ledger_to_a_chat(play: Play, thief: Thief) -> None:
    found = await ties(thief, await play())
    assert not found, report(found)


@pytest.mark.parametrize("channel", ["zalo"])
async def test_a_list_remembered_with_the_result(play: Play, thief: Thief, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chat's row and the person's in one transaction: sending a notice would name every chat it goes to."""

    honest, service = ledger_results.record, thief.service
    [line] = [channel.line for channel in service.app.channels if channel.line.startswith("zalo")]

    def careless(session: Session, results: Sequence[tuple[Bulk, Outcome]]) -> None:
        honest(session, results)
        for row, _ in results:
            to = accounts.Sender(line, row.message.recipient)
            chats.remember(session, to, row.message.options, service.clock.now(), unasked=True)

    async def not_before(_listed: Listed, _outcome: Outcome) -> None:
        return

    monkeypatch.setattr(Listed, "remember", not_before)
    monkeypatch.setattr(ledger_results, "record", careless)
    assert await ties(thief, await play())


@pytest.mark.parametrize("channel", ["telegram"])
async def test_confirmed_in_the_turn_that_says_so(play: Play, thief: Thief, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = intake.ask

    def careless(session: Session, kind: Any, account_id: str, now: datetime, at: datetime, text: str = "") -> None:
        if kind == "seen":
            person_id = session.get_one(accounts.Account, account_id).person_id
            assert ledger.confirm(session, text, person_id, now.date())
        honest(session, kind, account_id, now, at, text)

    monkeypatch.setattr(intake, "ask", careless)
    found = await ties(thief, await play())
    assert {step[-1].row.table for step in found} >= {"conversation", "intake"}


@pytest.mark.parametrize("channel", ["telegram"])
async def test_no_time_stands_beside_a_person(play: Play, service: RunningApp, thief: Thief) -> None:
    broadcast_id = await play()
    assert not await timed(service, broadcast_id)


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("channel", ["telegram"])
async def test_a_time_that_stays_is_found(
    play: Play, service: RunningApp, thief: Thief, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = ledger.confirm

    def careless(session: Session, broadcast_id: str, person_id: str, today: date) -> bool:
        done = honest(session, broadcast_id, person_id, today)
        session.get_one(Recipient, (broadcast_id, person_id), populate_existing=True).due_at = service.clock.now()
        return done

    monkeypatch.setattr(ledger, "confirm", careless)
    assert len(await timed(service, await play())) == 3


async def timed(service: RunningApp, broadcast_id: str) -> list[tuple[str, datetime]]:
    """Every exact time in a row of this ledger."""

    def read(session: Session) -> list[dict[str, Any]]:
        rows = session.execute(select(Recipient).where(col(Recipient.broadcast_id) == broadcast_id)).scalars()
        return [row.model_dump() for row in rows]

    rows = await service.app.writer.read(read)
    assert len(rows) == 6
    return [(name, value) for row in rows for name, value in row.items() if isinstance(value, datetime)]
