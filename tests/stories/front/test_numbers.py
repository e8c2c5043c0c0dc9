"""Where there are no buttons: a number always means the newest list on the screen, however it came there."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from models.messages.sending import HELD_BACK
from tests.actors import OnZalo, Person
from tests.emulators.zalo import ZaloEmulator
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import files


@pytest.fixture(params=["zalo"])
def channel(request: pytest.FixtureRequest) -> str:
    return request.param


async def test_a_number_means_the_card_that_came_unasked(worker: Person, leader: Person) -> None:
    await leader.says("menu")
    await leader.sees("1. Việc cần xử lý", "Trả lời bằng số, ví dụ: 1.")
    code = await files(worker)
    await leader.sees("Phản ánh mới", code, "2. Tiếp nhận")
    await leader.says("2")
    await leader.sees("tiếp nhận", code)
    await leader.says("menu", "số 2")
    await leader.sees("1. Xử lý lần lượt (1)", "2. Việc cần xử lý")
    await leader.sees(code, f"1. {code}")


async def test_without_that_memory_the_number_would_mean_the_menu(
    worker: Person, leader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: the story above must notice."""
    monkeypatch.setattr("models.messages.chats.remember", lambda *_, **__: None)
    await leader.says("menu")
    await files(worker)
    await leader.looks_away()
    await leader.says("1")
    assert "tiếp nhận" not in (await leader.texts())[-1]


async def test_a_list_is_remembered_even_if_the_database_was_away(
    worker: Person, leader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.messages import chats

    failures = [OperationalError("", {}, Exception("away")), OperationalError("", {}, Exception("away"))]
    kept = chats.remember

    def remember(*given: Any, **how: bool) -> None:
        if failures:
            raise failures.pop()
        kept(*given, **how)

    monkeypatch.setattr("models.messages.chats.remember", remember)
    await leader.says("menu")
    assert not failures
    code = await files(worker)
    await leader.says("1")
    await leader.sees("Phản ánh mới", code)
    await leader.says("2")
    await leader.sees("tiếp nhận", code)


async def test_a_list_that_cannot_be_remembered_is_not_sent_again(
    leader: Person, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def remember(*_: object, **__: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("models.messages.chats.remember", remember)
    await leader.says("menu")
    await leader.sees("1. Việc cần xử lý")
    await clock.passes(minutes=5)
    await leader.sees_nothing_new()


async def test_a_card_waits_for_the_end_of_a_conversation(worker: Person, leader: Person, clock: FakeClock) -> None:
    first = await files(worker)
    await leader.taps("Trả lời")
    second = await files(worker, "Quạt hỏng ba ngày")
    await leader.does_not_see(second)
    await leader.says("Tổ đang hỏi")
    await leader.says("1")
    await leader.sees("Đã gửi", first)
    await clock.passes(seconds=HELD_BACK.total_seconds())
    await leader.sees("Phản ánh mới", second)
    await leader.says("2")
    await leader.sees("tiếp nhận", second)


async def test_an_older_card_is_reached_by_its_code(worker: Person, leader: Person) -> None:
    first = await files(worker)
    second = await files(worker, "Quạt hỏng ba ngày")
    await leader.sees(second)
    await leader.says(first.lower())
    await leader.sees(first, "2. Tiếp nhận")
    await leader.says("2")
    await leader.sees("tiếp nhận", first)


@pytest.mark.parametrize("number", ["0", "9", "99", "9.", "số 9"])
async def test_a_number_that_is_not_in_the_list_starts_nothing(worker: Person, number: str) -> None:
    await worker.says("menu")
    await worker.looks_away()
    await worker.says(number)
    await worker.sees("chọn", "1. Viết phản ánh")
    await worker.says("1")
    await worker.sees("Có chuyện gì")


async def test_a_number_given_as_an_answer_in_words_is_one(worker: Person) -> None:
    await worker.taps("Viết phản ánh")
    await worker.says("5")
    await worker.sees("“5”", "1. ")


async def test_labels_and_words_do_as_well(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await leader.sees("Phản ánh mới", code)
    await leader.says("TIEP NHAN")
    await leader.sees("tiếp nhận", code)


async def test_a_card_that_waited_for_days_is_still_the_newest_list(
    worker: Person, leader: Person, clock: FakeClock, zalo: ZaloEmulator
) -> None:
    """By then the chat's key of the day has changed twice; the list is remembered under the one of today."""
    await zalo.down()
    await worker.says("Viết phản ánh", "Quạt hỏng ba ngày", "Gửi tổ trưởng công đoàn")  # pushed to, heard, unanswered
    await clock.passes(hours=50)
    await zalo.start()
    await clock.passes(minutes=10)
    await leader.sees("Phản ánh mới", "2. Tiếp nhận")
    await leader.says("2")
    await leader.sees("tiếp nhận")


async def test_the_closing_line_is_in_the_readers_language(worker: Person) -> None:
    await worker.says("English")
    await worker.taps("English")
    await worker.sees("Answer with a number, for example: 1.")


async def test_what_zalo_cannot_pass_on_is_answered_in_private_and_not_in_groups(
    worker: Person, zalo: ZaloEmulator, service: RunningApp
) -> None:
    assert isinstance(worker, OnZalo)
    for event in (worker.user.unsupported_update(), worker.user.sticker_update()):
        assert await zalo.deliver(event, times=2) == 200
        await service.app.drain()
        await worker.sees("chưa đọc được")
        await worker.sees_nothing_new()
    group = zalo.group()
    for event in (group.unsupported_update(worker.user), group.message_update(worker.user, "@bot 1")):
        assert await zalo.deliver(event) == 200
    await service.app.drain()
    assert not group.inbox
    await worker.sees_nothing_new()
