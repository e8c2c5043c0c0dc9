"""Two turns of one person share nothing, and nothing names the chats in which somebody spoke up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from handlers.people.officer_claims import confirm_by_operator
from models.anonymity import intake
from models.anonymity.events import Event
from models.messages.outbox import Outbound
from models.people import upgrades
from models.people.accounts import Account
from models.people.invites import Invite
from models.store.database import Session
from models.store.ids import new_id
from tests.actors import OnTelegram, Person
from tests.anonymity.thief import Thief, report
from tests.anonymity.village import BOARD, TEAM, a_while, carried, files, nights
from tests.running_app import RunningApp
from tests.stories.acts import answers


def known_accounts(session: Session) -> list[dict[str, Any]]:
    rows = session.execute(select(Account).order_by(col(Account.id))).scalars()
    return [row.model_dump() for row in rows]


@pytest.mark.parametrize("channel", ["webchat"])
async def test_no_trace_leads_from_an_intake_to_an_account(
    service: RunningApp, thief: Thief, leader: Person, somebody: Callable[[str], Person]
) -> None:
    """Who filed anything at all is nobody's to know either; also not who joined just before."""
    for name in ("Khuê Tú", "Bạch Liên"):
        one = somebody(name)
        await one.joins(service.codes.team)
        await files(one, "Cơm ca hai ôi thiu", TEAM)
    await thief.is_told_what_was_filed()
    await a_while(service)
    await nights(service)
    await nights(service)
    found = await thief.chains_from_filing(thief.rows())
    assert not found, report(found)


@pytest.mark.parametrize("channel", ["telegram"])
async def test_choosing_a_language_does_not_name_a_chat(
    service: RunningApp, thief: Thief, leader: Person, worker: Person
) -> None:
    """It is written in the night, with whatever else names people, and obeyed at once."""
    read = service.app.writer.read
    await worker.taps("Ngôn ngữ · Language", "English")
    await worker.sees("writes to you in English")
    before = await read(known_accounts)
    await worker.taps("Send a grievance")
    await worker.says("Cơm ca hai ôi thiu")
    await worker.taps("Send to the union team leader")
    await thief.is_told_what_was_filed()
    await a_while(service)
    assert await read(known_accounts) == before
    await nights(service, 1)
    after = await read(known_accounts)
    assert [one["language"] for one in before].count("en") + 1 == [one["language"] for one in after].count("en")
    await nights(service)
    found = await thief.chains_from_filing(thief.rows())
    assert not found, report(found)


@pytest.mark.parametrize("backend", ["postgresql"])
@pytest.mark.parametrize("channel", ["telegram"])
async def test_coming_back_does_not_name_a_chat(service: RunningApp, thief: Thief, leader: Person, worker: Person) -> None:
    assert isinstance(worker, OnTelegram)
    assert await worker.emulator.deliver(worker.user.blocks()) == 200
    worker.user.blocked = False  # Telegram's own word that they are back may come after their message
    before = await service.app.writer.read(known_accounts)
    await worker.says("Menu")
    await files(worker, "Cơm ca hai ôi thiu", TEAM)
    await thief.is_told_what_was_filed()
    await a_while(service)
    assert await service.app.writer.read(known_accounts) == before
    await nights(service)
    found = await thief.chains_from_filing(thief.rows())
    assert not found, report(found)


@pytest.mark.parametrize("channel", ["telegram"])
@pytest.mark.parametrize("typed", [False, True])
async def test_an_officer_who_files_as_a_worker_is_not_named(
    service: RunningApp, thief: Thief, leader: Person, chair: Person, worker: Person, typed: bool
) -> None:
    await files(worker, "Cơm ca hai ôi thiu", TEAM)
    await a_while(service)
    await answers(leader, "Tổ đã báo nhà bếp")
    if typed:  # words outside a conversation begin one
        await leader.says("Tổ trưởng cũng bị ép tăng ca")
        await leader.taps(BOARD)
    else:
        await files(leader, "Tổ trưởng cũng bị ép tăng ca", BOARD)
    opened = await service.app.writer.read(carried)
    await thief.is_told_what_was_filed()
    kinds = {row_id: {event.kind for event in events} for row_id, events in opened.items()}
    assert {"report", "tell"} <= set().union(*kinds.values())
    await a_while(service)
    # The way of an answer is sealed in by an officer in office, whose name is on it; it is nothing they filed.
    rows = [row for row in thief.rows() if "tell" not in kinds.get(row.id or "", ())]
    assert {row_id for row_id, said in kinds.items() if "report" in said} <= {row.id for row in rows}
    found = await thief.chains_from_filing(rows, officers=())
    assert not found, report(found)


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("channel", ["telegram"])
async def test_a_reporter_who_blocked_the_line_is_not_named_by_the_answer_that_failed(
    service: RunningApp, thief: Thief, leader: Person, worker: Person
) -> None:
    """No row that names them says that they have stopped the line, and none waits for their return."""
    assert isinstance(worker, OnTelegram)
    await files(worker, "Cơm ca hai ôi thiu", TEAM)
    await a_while(service)
    await answers(leader, "Tổ đã báo nhà bếp")
    before = await service.app.writer.read(known_accounts)
    worker.user.blocked = True
    await a_while(service)
    assert [
        event for events in (await service.app.writer.read(carried)).values() for event in events if event.kind == "tell"
    ]
    await nights(service)
    assert await service.app.writer.read(known_accounts) == before
    assert not await service.app.writer.read(lambda s: s.execute(select(Outbound.id)).all())


async def leaves(person: Person) -> None:
    await person.says("menu")
    await person.taps("Cài đặt", "Rời khỏi", "Rời khỏi và xóa dữ liệu của tôi")
    await person.sees("đã rời khỏi")


@pytest.mark.parametrize("channel", ["telegram"])
@pytest.mark.parametrize("looks", [True, False])
async def test_leaving_does_not_name_who_filed(
    service: RunningApp, thief: Thief, leader: Person, somebody: Callable[[str], Person], looks: bool
) -> None:
    """Also with an answer that was never looked at: what waits for them names neither the chat nor the account."""
    one = somebody("Khuê Tú")
    one.curious = looks
    await one.joins(service.codes.team)
    await files(one, "Cơm ca hai ôi thiu", TEAM)
    await thief.is_told_what_was_filed()
    await a_while(service)
    await answers(leader, "Tổ đã báo nhà bếp")
    await a_while(service)
    await one.opens_news()
    before = await service.app.writer.read(known_accounts)
    await leaves(one)
    await a_while(service)
    assert await service.app.writer.read(known_accounts) == before, "their rows go in the night"
    await nights(service)
    assert len(await service.app.writer.read(known_accounts)) == len(before) - 1
    rows = thief.rows()
    assert {"news", "person", "account"} <= {row.table for row in rows}
    for found in (await thief.chains_from_filing(rows), await thief.chains(rows)):
        assert not found, report(found)


def named_in_its_turn(session: Session, account: Account, invite: Invite, _now: datetime, _at: datetime) -> bool:
    account.claim = invite.id
    session.add(account)
    return intake.add(session, Event("claim", _at.isoformat(), "", new_id(), "", invite.id, account.id), _now)


@pytest.mark.parametrize("channel", ["webchat"])
@pytest.mark.parametrize("confirm", [True])
@pytest.mark.parametrize("planted", [False, True])
async def test_claiming_an_office_in_a_workers_chat_does_not_name_it(
    service: RunningApp, thief: Thief, somebody: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch, planted: bool
) -> None:
    """Neither the turn that filed nor the one that used the code leads to the account, which is the officer's by then."""
    if planted:
        monkeypatch.setattr(upgrades, "ask_claim", named_in_its_turn)
    chair, worker = somebody("Hùng"), somebody("Khuê Tú")
    await chair.joins(service.codes.chair)
    assert await service.app.writer.write(lambda session: confirm_by_operator(session, "SL002", service.clock.now()))
    others = await service.app.writer.read(lambda session: {one["person_id"] for one in known_accounts(session)})
    others |= await service.app.writer.read(lambda session: {one["id"] for one in known_accounts(session)})
    await worker.joins(service.codes.team)
    await files(worker, "Cơm ca hai ôi thiu", BOARD)
    await thief.is_told_what_was_filed()
    before = await service.app.writer.read(known_accounts)
    await worker.says(service.codes.leader)
    await worker.taps("Dùng mã này")
    await worker.sees("hai từ")
    await thief.is_told_what_was_filed("claim")
    await a_while(service)
    await chair.taps("Xác nhận hoặc từ chối", "Đúng hai từ đó: xác nhận")
    await a_while(service)
    assert (await service.app.writer.read(known_accounts) == before) is not planted, "their rows change in the night"
    await nights(service, 1)
    await worker.sees("nhận phản ánh của đơn vị")
    found = await thief.chains_from_filing(thief.rows(), officers=others)
    assert bool(found) is planted, report(found)
