"""The webhook's door: who may knock, what junk does, and what happens to a message that cannot be handled."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from handlers.chat.conversation import Turn
from handlers.front.capabilities import CONVERSATIONS
from models.messages import received
from models.messages.message import Inbound
from models.messages.received import Quarantine
from tests.actors import OnTelegram, Person
from tests.running_app import RunningApp
from tests.stories.acts import OVERTIME, code_in, files, rows
from tests.stories.conftest import SECRET

HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def channel() -> str:
    return "telegram"


@pytest.fixture
def backend() -> str:
    return "sqlite"


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def phone(person: Person) -> OnTelegram:
    assert isinstance(person, OnTelegram)
    return person


async def knocks(http: aiohttp.ClientSession, service: RunningApp, body: bytes, secret: str | None = SECRET) -> int:
    headers = {HEADER: secret} if secret is not None else {}
    async with http.post(f"{service.address}/telegram/webhook", data=io.BytesIO(body), headers=headers) as answer:
        assert not await answer.read(), "says nothing to nobody"
        return answer.status


async def test_only_telegram_may_knock(worker: Person, service: RunningApp, http: aiohttp.ClientSession) -> None:
    update = json.dumps(phone(worker).user.message_update("menu")).encode()
    for secret in (None, "", "wrong", SECRET.upper(), SECRET + "x", SECRET[:-1], "bí mật"):
        assert await knocks(http, service, update, secret) == 403, secret
    await service.app.drain()
    await worker.sees_nothing_new()


WELL_FORMED: list[Any] = [
    *(None, 1, "text", [], {}, {"update_id": "1"}, {"update_id": True, "message": {}}, {"update_id": 1}),
    *({"update_id": 2, "message": None}, {"update_id": 3, "message": "hello"}, {"update_id": 4, "message": {"text": "x"}}),
    {"update_id": 5, "callback_query": {"id": "1", "from": {"id": 1}, "data": "x"}},
    {"update_id": 6, "message": {"message_id": 1, "date": 0, "chat": {"id": "x", "type": "private"}, "text": ["x"]}},
    {"update_id": 2**70, "inline_query": {"id": "1"}},
    {"update_id": 7, "my_chat_member": {"chat": {}, "from": {}}},
]


async def test_json_of_another_shape_is_taken_once(worker: Person, service: RunningApp, http: aiohttp.ClientSession) -> None:
    for raw in WELL_FORMED:
        assert await knocks(http, service, json.dumps(raw).encode()) == 200, raw
    await worker.says("menu")
    await worker.sees("[Viết phản ánh]")
    # Four are messages that cannot be read, with or without a sender: set aside. The rest is no message.
    assert [kept.error for kept in await rows(service, Quarantine)] == ["Unreadable"] * 4


JUNK = [
    *((b"", 400), (b"{", 400), (b"\xff\xfe\x00", 400), (b"[" * 100_000, 400)),
    *((b'{"update_id": 1' + b" " * 2_000_000, 413), (b"\x00" * 2_000_000, 413)),
]


async def test_junk_is_refused(worker: Person, service: RunningApp, http: aiohttp.ClientSession) -> None:
    for body, status in JUNK:
        assert await knocks(http, service, body) == status, body[:20]
    await worker.says("menu")
    await worker.sees("[Viết phản ánh]")


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_the_same_update_twice_takes_effect_once(worker: Person, leader: Person, service: RunningApp) -> None:
    me = phone(worker)
    await worker.says(OVERTIME)
    await worker.looks_away()
    assert await me.emulator.deliver(me.user.tap_update("Gửi tổ trưởng công đoàn"), times=3) == 200
    await service.app.drain()
    code = code_in(await worker.sees("mã PA-"))
    await worker.sees_nothing_new()
    await leader.sees("Phản ánh mới", code)
    await leader.sees_nothing_new()
    update = me.user.message_update("trợ giúp")
    assert await asyncio.gather(*(me.emulator.deliver(update) for _ in range(5))) == [200] * 5
    await service.app.drain()
    await worker.sees("Ẩn danh: cán bộ")
    await worker.sees("Anh/chị muốn làm gì ạ?")
    await worker.sees_nothing_new()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_two_hundred_at_once_are_all_answered(worker: Person, service: RunningApp) -> None:
    me = phone(worker)
    updates = [me.user.message_update("trợ giúp") for _ in range(200)]
    assert await asyncio.gather(*map(me.emulator.deliver, updates)) == [200] * 200
    await service.app.drain()
    for _ in range(200):
        await worker.sees("Ẩn danh: cán bộ")
        await worker.sees("Anh/chị muốn làm gì ạ?")
    await worker.sees_nothing_new()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_two_hundred_at_once_are_answered_in_order(worker: Person, leader: Person, service: RunningApp) -> None:
    me, line = phone(worker), "telegram:123456"
    said = [text for number in range(50) for text in (f"Việc thứ {number}.", "3", "dừng", "dừng")][:200]
    events = [Inbound(line, f"burst-{at}", str(me.user.id), text, language="vi") for at, text in enumerate(said)]
    await asyncio.wait_for(asyncio.gather(*map(service.app.dispatcher.receive, events)), 60)
    await service.app.drain()
    for number in range(50):
        await worker.sees("là gửi ngay", f"“Việc thứ {number}.”")
        await worker.sees("Tên: không hiện", f"“Việc thứ {number}.”")
        await worker.sees("Đã dừng")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Help raises, with somebody's words in the error, after it has written something."""

    def finish(turn: Turn) -> None:
        turn.say("half an answer")
        raise RuntimeError(f"words of {turn.sender.external}")

    monkeypatch.setitem(CONVERSATIONS, "help", replace(CONVERSATIONS["help"], finish=finish))


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
@pytest.mark.usefixtures("broken")
async def test_a_turn_that_fails_is_set_aside_and_the_sender_told(
    worker: Person, leader: Person, service: RunningApp
) -> None:
    me = phone(worker)
    update = me.user.message_update("trợ giúp")
    assert await me.emulator.deliver(update) == 503
    await leader.says("menu")  # nobody else is held up
    await leader.sees("[Thêm…]")
    [aside] = await rows(service, Quarantine)
    assert (aside.attempts, aside.error) == (1, "RuntimeError")
    assert "trợ giúp".encode() not in aside.payload
    assert str(me.user.id).encode() not in aside.payload
    assert await me.emulator.deliver(update) == 503
    await service.app.drain()
    await worker.sees_nothing_new()
    assert await me.emulator.deliver(update) == 200
    await service.app.drain()
    await worker.sees("chưa xử lý được", "gõ menu", "gặp trực tiếp tổ công đoàn")
    assert await me.emulator.deliver(update) == 200
    await service.app.drain()
    await worker.sees_nothing_new()
    await worker.does_not_see("half an answer", "RuntimeError")
    [aside] = await rows(service, Quarantine)
    inbound = await service.app.writer.read(lambda session: received.opened(session, aside))
    assert (inbound.text, inbound.sender) == ("trợ giúp", str(me.user.id))
    await files(worker)
    await leader.sees("Phản ánh mới")


async def test_a_turn_that_recovers_is_answered_once(
    worker: Person, service: RunningApp, monkeypatch: pytest.MonkeyPatch, broken: None
) -> None:
    me = phone(worker)
    update = me.user.message_update("trợ giúp")
    assert await me.emulator.deliver(update) == 503
    monkeypatch.undo()
    assert await me.emulator.redeliver() == [200]
    await service.app.drain()
    await worker.sees("Ẩn danh: cán bộ")
    await worker.sees("Anh/chị muốn làm gì ạ?")
    await worker.sees_nothing_new()
    assert not [row for row in await rows(service, Quarantine) if row.attempts >= received.TRIES]


@pytest.mark.usefixtures("broken")
async def test_what_was_set_aside_is_gone_after_a_week(worker: Person, service: RunningApp) -> None:
    me = phone(worker)
    update = me.user.message_update("trợ giúp")
    assert [await me.emulator.deliver(update) for _ in range(3)] == [503, 503, 200]
    await service.clock.passes(days=7)
    assert await rows(service, Quarantine)
    await service.clock.passes(days=1)
    assert not await rows(service, Quarantine)
