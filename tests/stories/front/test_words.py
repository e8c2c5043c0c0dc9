"""Words that work anywhere, and questions that wait their turn."""

from __future__ import annotations

import pytest

from models.messages import chats
from models.messages.chats import Conversation
from models.messages.sending import HELD_BACK
from tests.actors import OnTelegram, Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, answers, files, rows


@pytest.fixture
def channel() -> str:
    """Words are looked up behind the channel; and web chat rightly slows down whoever tries so many at once."""
    return "telegram"


@pytest.fixture
def backend() -> str:
    return "sqlite"


async def test_the_language_of_one_person_is_theirs(worker: Person, leader: Person, clock: FakeClock) -> None:
    await worker.taps("Ngôn ngữ · Language")
    await worker.sees("tiếng nào", "[English]")
    await worker.taps("English")
    await worker.sees("From now on", "[Send a grievance]")
    await worker.says(OVERTIME)
    await worker.sees("Wages · no name shown", "[Send to the union team leader]")
    await worker.taps("Send to the union team leader")
    await worker.sees("Thank you", "before 10:00 on 24/11")
    await leader.sees("Phản ánh mới", "Tiền lương · không nêu tên")
    await clock.passes(minutes=1)  # the account follows a moment later, in a transaction of its own
    await answers(leader, "Chiều nay có bảng công")
    await worker.sees("The union answers your grievance", "Chiều nay có bảng công")


async def test_the_language_is_asked_for_and_answered_in_words(worker: Person) -> None:
    for asked in ("english", "Ngôn ngữ", "ngon ngu", "/language"):
        await worker.says(asked)
        await worker.sees("tiếng nào")
        await worker.says("english")
        await worker.sees("From now on the union writes to you in English")
        await worker.says("tieng viet", "Tiếng Việt")
        await worker.sees("Từ nay công đoàn nhắn bằng tiếng Việt")


async def test_the_menu_is_always_there(worker: Person) -> None:
    for word in ("menu", "MENU", "/menu", "trang chính", "Bắt đầu"):
        await worker.looks_away()
        await worker.says(OVERTIME, word)
        await worker.sees("muốn làm gì", "[Viết phản ánh]", "[Phản ánh của tôi]", "[Cài đặt]", "[Thêm…]")


async def test_help_says_what_anonymous_means(worker: Person) -> None:
    for word in ("help", "/help", "Trợ giúp", "giúp", "huong dan"):
        await worker.looks_away()
        await worker.says(word)
        await worker.sees("Công ty không có tài khoản", "Ẩn danh: cán bộ", "chìa khóa", "Người quen vẫn có thể nhận ra")
        await worker.does_not_see("đồng chí", "Việc cần xử lý")


async def test_help_for_an_officer_names_the_queue(leader: Person) -> None:
    await leader.says("help")
    await leader.sees("gõ “menu” để xem việc hôm nay")
    await leader.sees("Mời đồng chí chọn việc cần làm", "[Việc cần xử lý]")
    await leader.says("menu")
    await leader.sees("Hôm nay,", "[Việc cần xử lý]")


async def test_stop_stops(worker: Person) -> None:
    for word in ("stop", "/stop", "Dừng", "dừng lại", "HUỶ", "hủy bỏ"):
        await worker.looks_away()
        await worker.says(OVERTIME, word)
        await worker.taps("Bỏ, không gửi")
        await worker.sees("Đã dừng. Không có gì được gửi đi.")
        await worker.sees("[Viết phản ánh]")
        await worker.says(word)
        await worker.sees("không có việc gì đang làm dở")


async def test_an_unknown_command_is_no_grievance(worker: Person) -> None:
    for command in ("/xyz", "/", "/menu2 tôi", "/start2", "//"):
        await worker.looks_away()
        await worker.says(command)
        await worker.sees("không có lệnh này")
        await worker.sees("[Viết phản ánh]")
        await worker.says(OVERTIME)
        await worker.sees("không hiện tên")
        await worker.says(command)
        await worker.sees("không có lệnh này")
        await worker.sees("không hiện tên")
        await worker.says("dừng", "dừng")


async def test_a_question_waits_while_somebody_is_writing(worker: Person, leader: Person, clock: FakeClock) -> None:
    first = await files(worker)
    await leader.sees("Phản ánh mới", first)
    await leader.taps("Trả lời")
    await leader.looks_away()
    second = await files(worker, "Quạt ở chuyền 3 hỏng")
    await leader.sees_nothing_new()
    await leader.says("Tổ đã hỏi")
    await leader.does_not_see(second)
    await leader.taps("Gửi")
    await clock.passes(seconds=HELD_BACK.total_seconds())
    await leader.sees("Phản ánh mới", second)


async def test_a_question_waits_half_an_hour_at_most(
    worker: Person, leader: Person, clock: FakeClock, service: RunningApp
) -> None:
    await files(worker)
    await leader.taps("Trả lời")
    code = await files(worker, "Quạt ở chuyền 3 hỏng")
    await clock.passes(minutes=29)
    await leader.does_not_see(code)
    await clock.passes(minutes=2)
    assert not await service.app.writer.read(lambda session: chats.busy(session, clock.now()))
    await leader.sees("Phản ánh mới", code)
    await leader.says("Tổ đã hỏi phòng nhân sự")  # the draft is still there
    await leader.sees("Tổ đã hỏi phòng nhân sự", OVERTIME, "[Gửi]")


async def test_what_a_chat_remembers_is_tidied_away(worker: Person, clock: FakeClock, service: RunningApp) -> None:
    await worker.says(OVERTIME)
    assert await rows(service, Conversation)
    await clock.passes(hours=49)
    assert not await rows(service, Conversation)


async def test_who_stopped_the_line_is_left_alone_until_they_return(worker: Person, leader: Person) -> None:
    assert isinstance(worker, OnTelegram)
    await files(worker)
    assert await worker.emulator.deliver(worker.user.blocks()) == 200
    await answers(leader, "Chiều nay có bảng công")
    assert not worker.emulator.refused, "nothing was tried"
    assert await worker.emulator.deliver(worker.user.unblocks()) == 200
    await worker.says("phản ánh của tôi")
    await worker.sees("đã trả lời")
