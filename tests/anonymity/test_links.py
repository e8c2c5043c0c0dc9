"""A chat's key of the day leads to nobody, and nothing names the chats in which somebody spoke up."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest
from sqlalchemy import select

from models.anonymity import intake
from models.messages.outbox import Outbound
from models.people.accounts import Account
from tests.actors import OnTelegram, Person
from tests.anonymity.thief import Thief, in_office, report
from tests.anonymity.village import BOARD, TEAM, a_while, files
from tests.running_app import RunningApp
from tests.stories.acts import answers

FILED = {"intake"}


@pytest.mark.parametrize("channel", ["webchat"])
async def test_no_trace_leads_from_an_intake_to_an_account(
    service: RunningApp, thief: Thief, leader: Person, somebody: Callable[[str], Person]
) -> None:
    """Who filed anything at all is nobody's to know either; also not who joined just before."""
    for name in ("Khuê Tú", "Bạch Liên"):
        one = somebody(name)
        await one.joins(service.codes.team)
        await files(one, "Cơm ca hai ôi thiu", TEAM)
    await a_while(service)
    found = await thief.chains(thief.rows(), cases=FILED)
    assert not found, report(found)


@pytest.mark.parametrize("channel", ["telegram"])
async def test_choosing_a_language_does_not_name_a_chat(
    service: RunningApp, thief: Thief, leader: Person, worker: Person
) -> None:
    await worker.taps("Ngôn ngữ · Language", "English", "Language · Ngôn ngữ", "Tiếng Việt")
    await files(worker, "Cơm ca hai ôi thiu", TEAM)
    await a_while(service)
    found = await thief.chains(thief.rows(), cases=FILED)
    assert not found, report(found)


@pytest.mark.parametrize("backend", ["postgresql"])
@pytest.mark.parametrize("channel", ["telegram"])
async def test_coming_back_does_not_name_a_chat(service: RunningApp, thief: Thief, leader: Person, worker: Person) -> None:
    assert isinstance(worker, OnTelegram)
    assert await worker.emulator.deliver(worker.user.blocks()) == 200
    worker.user.blocked = False  # Telegram's own word that they are back may come after their message
    await worker.says("Menu")
    await files(worker, "Cơm ca hai ôi thiu", TEAM)
    await a_while(service)
    found = await thief.chains(thief.rows(), cases=FILED)
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
        await leader.taps("Khác", BOARD)
    else:
        await files(leader, "Tổ trưởng cũng bị ép tăng ca", BOARD)
    waiting = await service.app.writer.read(
        lambda s: [pair for kind in get_args(intake.Kind) for pair in intake.every(s, kind)]
    )
    opened = {row_id: event.kind for row_id, event in waiting}
    assert {"report", "tell"} <= set(opened.values())
    await a_while(service)
    # The way of an answer is sealed in by an officer in office, whose name is on it; it is nothing they filed.
    rows = [row for row in thief.rows() if opened.get(row.id or "") != "tell"]
    assert {row_id for row_id, kind in opened.items() if kind == "report"} <= {row.id for row in rows}
    found = await thief.chains(rows, cases=FILED, officers=())
    assert not found, report(found)


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("channel", ["telegram"])
async def test_a_reporter_who_blocked_the_line_is_not_named_by_the_answer_that_failed(
    service: RunningApp, thief: Thief, leader: Person, worker: Person
) -> None:
    """No dead rows needed: one query over what is there, when one person has blocked the line that day."""
    assert isinstance(worker, OnTelegram)
    await files(worker, "Cơm ca hai ôi thiu", TEAM)
    await a_while(service)
    await answers(leader, "Tổ đã báo nhà bếp")
    worker.user.blocked = True
    await a_while(service)
    blocked, failed = await service.app.writer.read(
        lambda s: (
            s.execute(select(Account.id).where(Account.blocked)).scalars().all(),
            s.execute(select(Outbound.chat, Outbound.not_before).where(Outbound.state == "blocked")).all(),
        )
    )
    _units, _persons, accounts = await service.app.writer.read(in_office)
    assert not (set(blocked) - accounts and failed)


async def leaves(person: Person) -> None:
    await person.says("menu")
    await person.taps("Cài đặt", "Rời khỏi", "Rời khỏi và xóa dữ liệu của tôi")
    await person.sees("đã rời khỏi")


@pytest.mark.parametrize("channel", ["telegram"])
@pytest.mark.parametrize("looks", [True, False])
async def test_leaving_does_not_name_who_filed(
    service: RunningApp, thief: Thief, leader: Person, somebody: Callable[[str], Person], looks: bool
) -> None:
    """Also with an answer that was never looked at: it waits under a name that the chat and the account do not share."""
    one = somebody("Khuê Tú")
    one.curious = looks
    await one.joins(service.codes.team)
    await files(one, "Cơm ca hai ôi thiu", TEAM)
    await a_while(service)
    await answers(leader, "Tổ đã báo nhà bếp")
    await a_while(service)
    await one.opens_news()
    await leaves(one)
    await a_while(service)
    rows = thief.rows()
    assert {"news", "person", "account"} <= {row.table for row in rows}
    for begin in (FILED, {"grievance", "entry"}):
        found = await thief.chains(rows, cases=begin)
        assert not found, report(found)
