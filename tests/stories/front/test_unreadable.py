"""What comes in a shape that nobody knew of: the words in it are read, or its sender is asked for them."""

from __future__ import annotations

from typing import Any

import pytest

from models.messages.received import TRIES, Quarantine
from tests.actors import OnTelegram, OnZalo, Person
from tests.channels.test_unreadable import POLL
from tests.running_app import RunningApp
from tests.stories.acts import OVERTIME, code_in, rows
from tests.stories.channels import on

AGAIN = "chưa đọc được nội dung anh/chị vừa gửi"


async def delivers(person: Person, update: dict[str, Any], times: int = 1) -> None:
    assert isinstance(person, OnTelegram | OnZalo)
    for _ in range(times):
        assert await person.emulator.deliver(update) == 200
    await person.service.app.drain()


@on("telegram")
@pytest.mark.parametrize(
    "around",
    [
        {"reply_to_message": {"message_id": 3, "date": 1, "chat": {"id": 9, "type": "private"}, "poll": POLL}},
        {"quote": {"text": "trả"}},
        {"reply_to_story": {"chat": {"id": 9, "type": "private"}}},
        {"forward_origin": {"type": "user", "date": 1}},
        {"date": "hôm nay"},
    ],
    ids=["poll", "quote", "story", "forwarded", "date"],
)
async def test_words_are_read_whatever_stands_around_them(worker: Person, leader: Person, around: dict[str, Any]) -> None:
    assert isinstance(worker, OnTelegram)
    await worker.taps("Viết phản ánh")
    update = worker.user.message_update(OVERTIME)
    update["message"] |= around
    await delivers(worker, update)
    await worker.taps("Gửi tổ trưởng công đoàn")
    code = code_in(await worker.sees("mã PA-"))
    await leader.sees("Phản ánh mới", code, OVERTIME)


@on("telegram")
@pytest.mark.parametrize("field", ["text", "chat"])
async def test_what_cannot_be_read_is_set_aside_and_asked_for(worker: Person, service: RunningApp, field: str) -> None:
    assert isinstance(worker, OnTelegram)
    await worker.taps("Viết phản ánh")
    await worker.looks_away()
    update = worker.user.message_update(OVERTIME)
    update["message"][field] = ["?"]
    await delivers(worker, update, times=2)
    await worker.sees(AGAIN, "viết lại bằng chữ")
    await worker.sees_nothing_new()
    [kept] = await rows(service, Quarantine)
    assert (kept.attempts, kept.error) == (TRIES, "Unreadable")
    assert OVERTIME.encode() not in kept.payload
    await worker.says(OVERTIME)  # the question still stands
    await worker.sees("không hiện tên")


@on("telegram")
async def test_a_tap_that_says_nothing_is_told(worker: Person) -> None:
    assert isinstance(worker, OnTelegram)
    update = worker.user.tap_update("Viết phản ánh")
    del update["callback_query"]["data"]
    await delivers(worker, update)
    await worker.sees(AGAIN)


@on("telegram")
@pytest.mark.parametrize(
    "sent", [{"checklist": {"title": "Việc", "tasks": [{"id": 1, "text": "Quạt"}]}}, {"hologram": {"x": 1}}, {"poll": {}}]
)
async def test_of_a_kind_that_is_not_taken_it_is_said_what_is(worker: Person, sent: dict[str, Any]) -> None:
    assert isinstance(worker, OnTelegram)
    update = worker.user.message_update("x")
    del update["message"]["text"]
    update["message"] |= sent
    await delivers(worker, update)
    await worker.sees("chưa đọc được nhãn dán", "viết bằng chữ", "Công đoàn nhận được ảnh")


@on("zalo")
async def test_the_same_on_zalo(worker: Person, service: RunningApp) -> None:
    assert isinstance(worker, OnZalo)
    await worker.says("menu")
    spoilt = worker.user.message_update(OVERTIME)
    spoilt["message"]["text"] = 5
    await delivers(worker, spoilt, times=2)
    await worker.sees(AGAIN)
    await worker.sees_nothing_new()
    assert [row.error for row in await rows(service, Quarantine)] == ["Unreadable"]
    unknown = worker.user.unsupported_update()
    unknown["event_name"] = "message.hologram.received"
    await delivers(worker, unknown)
    await worker.sees("chưa đọc được nhãn dán", "viết bằng chữ")
    without = worker.user.message_update(OVERTIME)
    del without["message"]["chat"]["chat_type"]
    await delivers(worker, without)
    await worker.sees("không hiện tên")
