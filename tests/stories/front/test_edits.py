"""What somebody wrote and then changed where it stands: on Telegram."""

from __future__ import annotations

import pytest

from tests.actors import OnTelegram, Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, answers, files
from tests.stories.channels import on


async def edits(person: Person, text: str) -> None:
    """Rewrites their newest message."""
    assert isinstance(person, OnTelegram)
    assert await person.emulator.deliver(person.user.edited_message_update(text)) == 200
    await person.service.app.drain()


@on("telegram")
async def test_an_edit_of_a_draft_is_asked_about(worker: Person, leader: Person) -> None:
    await worker.says("Viết phản ánh", "Chị Hoa tổ 3 chưa được trả tăng ca")
    await edits(worker, OVERTIME)
    await worker.sees("Tin nhắn vừa được sửa", OVERTIME, "[Dùng lời mới]", "[Giữ lời cũ]")
    await worker.taps("Dùng lời mới")
    await worker.sees("là gửi ngay", f"“{OVERTIME}”")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", OVERTIME)
    await leader.does_not_see("Chị Hoa")


@on("telegram")
async def test_the_first_words_may_be_kept(worker: Person, leader: Person) -> None:
    await worker.says("Viết phản ánh", OVERTIME)
    await edits(worker, "xyz")
    await worker.taps("Giữ lời cũ")
    await worker.sees(f"“{OVERTIME}”")


NAMELESS = "Tổ 3 chưa được trả lương tăng ca"


@on("telegram")
async def test_of_what_was_sent_new_words_stand_beside_it(worker: Person, leader: Person) -> None:
    code = await files(worker, "Chị Hoa tổ 3 chưa được trả lương")
    await leader.sees("Phản ánh mới", code)
    await edits(worker, NAMELESS)
    await worker.sees("Lời đã gửi vẫn giữ nguyên", f"“{NAMELESS}”", f"[{code} · Tiền lương]", "[Không gửi]")
    await leader.does_not_see(f"“{NAMELESS}”")  # not before they have said so
    await worker.taps(f"{code} · Tiền lương")
    await worker.sees(code, "lời trước vẫn được giữ")
    await leader.sees("đã sửa lời", code, "Người lao động: “Chị Hoa", f"Người lao động đã sửa lời: “{NAMELESS}”")
    await worker.says(code)
    await worker.sees("“Chị Hoa tổ 3 chưa được trả lương”", f"đã sửa: “{NAMELESS}”")


@on("telegram")
async def test_of_two_cases_it_is_asked_which(worker: Person, leader: Person) -> None:
    first = await files(worker)
    second = await files(worker, "Nhà vệ sinh bẩn")
    await edits(worker, "Nhà vệ sinh tầng 2 bẩn")
    await worker.sees("thuộc phản ánh nào", f"[{second} · Môi trường, nhà vệ sinh, nước uống]", f"[{first} · Tiền lương]")
    await worker.taps(f"{first} · Tiền lương")
    await leader.opens_news()
    await leader.says(first)
    await leader.sees(first, "đã sửa lời: “Nhà vệ sinh tầng 2 bẩn”")
    await leader.says(second)
    assert "đã sửa lời" not in await leader.sees(second)


@on("telegram")
async def test_new_words_need_not_go_anywhere_and_what_is_under_way_goes_on(
    worker: Person, leader: Person, service: RunningApp
) -> None:
    code = await files(worker)
    await worker.taps("Viết phản ánh")
    await worker.says("Nhà vệ sinh bẩn")
    assert isinstance(worker, OnTelegram)
    first = next(shown for shown in worker.user.chat if shown.text == OVERTIME and not shown.from_bot)
    assert await worker.emulator.deliver(worker.user.edited_message_update("xyz", first.message_id)) == 200
    await service.app.drain()
    await worker.sees("thuộc phản ánh nào")
    await worker.taps("Không gửi")
    await worker.sees("“Nhà vệ sinh bẩn”")  # the second one, as it was
    await leader.opens_news()
    await leader.says(code)
    await leader.sees(code)
    await leader.does_not_see("xyz")


@on("telegram")
@pytest.mark.parametrize("privacy", ["30-90"])
async def test_new_words_follow_a_case_that_is_still_on_its_way(worker: Person, leader: Person, clock: FakeClock) -> None:
    code = await files(worker)
    await edits(worker, NAMELESS)
    await worker.taps(f"{code} · Tiền lương")
    await worker.sees(code, "sau 30–90 phút")
    await leader.does_not_see("Phản ánh mới")
    await clock.passes(minutes=95)
    await leader.opens_news()
    await leader.says(code)
    await leader.sees(OVERTIME, f"đã sửa lời: “{NAMELESS}”")


@on("telegram")
async def test_a_pin_stands_before_the_cases(worker: Person, leader: Person, clock: FakeClock) -> None:
    await files(worker)
    await worker.says("menu")
    await worker.taps("Cài đặt", "Mã PIN", "Đặt mã PIN")
    await worker.says("1234", "1234")
    await clock.passes(minutes=11)
    await edits(worker, "1235")
    await worker.sees("Lời đã gửi đi", "mã phản ánh")
    await worker.does_not_see("thuộc phản ánh nào")


@on("telegram")
async def test_without_a_case_there_is_nothing_to_put_right(worker: Person) -> None:
    await worker.says("menu")
    await edits(worker, NAMELESS)
    await worker.sees("Lời đã gửi đi", "mã phản ánh")


@on("telegram")
async def test_an_officers_words_stay(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await leader.sees("Phản ánh mới")
    await answers(leader, "Tuần sau có")
    await edits(leader, "Tuần này có")
    await leader.sees("Lời đã gửi đi", "mã phản ánh")
    await worker.opens_news()
    await worker.says(code)
    await worker.does_not_see("Tuần này có")
