"""Filing a grievance: a worker's own words, what it is about, and who shall have it."""

from __future__ import annotations

import pytest

from models.grievances.cases import Entry, Grievance
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, carried, code_in, files, rows
from tests.stories.channels import every_channel

MORE = "Sửa, ghi tên, giờ gửi…"


async def reviews(worker: Person, text: str = OVERTIME) -> None:
    """The worker comes as far as the review."""
    await worker.taps("Viết phản ánh")
    await worker.says(text)


async def test_anonymous_is_the_preset(worker: Person, leader: Person) -> None:
    await reviews(worker)
    await worker.sees("là gửi ngay", OVERTIME, "Tiền lương", "không hiện tên", f"[{MORE}]")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await worker.sees("Cảm ơn", "mã PA-", "Tổ trưởng công đoàn (Tổ may 1)", "trước 10:00 ngày 24/11")
    card = await leader.sees("Phản ánh mới", OVERTIME, "không nêu tên", "Hạn trả lời: trước 10:00 ngày 24/11")
    assert "Tổ may 1" not in card, "in a team of one the team would name the worker"


async def test_a_name_is_shown_to_the_officer_only(
    worker: Person, leader: Person, chair: Person, service: RunningApp
) -> None:
    await reviews(worker)
    await worker.taps(MORE, "Ghi tên tôi")
    await worker.sees("thấy tên nào")
    await worker.says("  Nguyễn Thị\nBình ")
    await worker.sees("ghi tên: Nguyễn Thị Bình")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", "Người gửi: Nguyễn Thị Bình")
    await chair.sees_nothing_new()
    [case] = await rows(service, Grievance)
    assert "Bình".encode() not in bytes(case.reporter_name or b"")


async def test_a_worker_may_take_the_name_back(worker: Person, leader: Person) -> None:
    await reviews(worker)
    await worker.taps(MORE, "Ghi tên tôi")
    await worker.says("Nguyễn Thị Bình")
    await worker.taps(MORE, "Không hiện tên (ẩn danh)")
    await worker.sees("không hiện tên")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", "không nêu tên")
    await leader.does_not_see("Bình")


async def test_danger_goes_to_the_executive_committee(worker: Person, leader: Person, chair: Person) -> None:
    await reviews(worker, "Dây điện hở cạnh máy 12, có người bị giật")
    await worker.taps("⚠ Có người gặp nguy hiểm: gửi ngay")
    await worker.sees("mã PA-", "Ban chấp hành", "trước 12:00 ngày 23/11")
    await chair.sees("Phản ánh mới", "⚠", "có thể có người đang gặp nguy hiểm", "máy 12")
    await leader.sees_nothing_new()


async def test_danger_without_a_committee_goes_to_whoever_answers(worker: Person, leader: Person) -> None:
    await reviews(worker)
    await worker.taps("⚠ Có người gặp nguy hiểm: gửi ngay")
    await leader.sees("⚠", OVERTIME)


@pytest.mark.parametrize("moment", ["text", "review", "changing"])
async def test_cancelling_sends_nothing(worker: Person, leader: Person, service: RunningApp, moment: str) -> None:
    await worker.taps("Viết phản ánh")
    if moment == "text":
        await worker.says("hủy bỏ")
    else:
        await worker.says(OVERTIME)
        if moment == "review":
            await worker.says("hủy")
        await worker.taps(*(["Bỏ, không gửi"] if moment == "review" else [MORE, "Hủy"]))
    await worker.sees("Không có gì được gửi đi")
    await worker.sees("[Viết phản ánh]")
    await leader.sees_nothing_new()
    assert not await service.app.writer.read(carried), "its rows are those of turns that leave nothing to do"
    assert not await rows(service, Grievance)


async def test_only_recipients_that_somebody_answers_for_are_offered(worker: Person, chair: Person) -> None:
    await reviews(worker)
    await worker.sees("[Gửi Ban chấp hành]")
    await worker.does_not_see("[Gửi tổ trưởng công đoàn]", "[Gửi Liên đoàn Lao động tỉnh]")


async def test_three_levels_are_offered(worker: Person, leader: Person, chair: Person, superior: Person) -> None:
    await reviews(worker)
    await worker.sees("[Gửi tổ trưởng công đoàn]", "[Gửi Ban chấp hành]", "[Gửi Liên đoàn Lao động tỉnh]")
    await worker.taps("Gửi Liên đoàn Lao động tỉnh")
    await superior.sees("Phản ánh mới", OVERTIME)
    await leader.sees_nothing_new()
    await chair.sees_nothing_new()


async def test_the_likely_category_comes_first(worker: Person) -> None:
    await worker.taps("Viết phản ánh")
    await worker.says("Suất ăn CÓ MÙI, nhiều người đau bụng")
    await worker.sees("· không hiện tên", "Bữa ăn ca")
    await worker.taps(MORE, "Về việc: Bữa ăn ca")
    screen = await worker.sees("về việc gì")
    assert screen.index("[Bữa ăn ca]") < screen.index("[Tiền lương]")


@every_channel
@pytest.mark.parametrize(
    "typed",
    [
        ("1", OVERTIME, "GUI TO TRUONG CONG DOAN"),
        ("viet phan anh", OVERTIME, "số 1"),
        ("VIẾT PHẢN ÁNH", OVERTIME, "Gửi tổ\u200b trưởng công đoàn"),
    ],
)
async def test_words_and_numbers_do_what_taps_do(worker: Person, leader: Person, typed: tuple[str, ...]) -> None:
    await worker.says(*typed)
    await worker.sees("mã PA-")
    await leader.sees("Phản ánh mới", OVERTIME)


@every_channel
async def test_a_word_that_is_no_choice_is_asked_again(worker: Person) -> None:
    await worker.taps("Viết phản ánh")
    await worker.says(OVERTIME, "tôi không biết")
    await worker.sees("chọn một trong các mục")
    await worker.sees("không hiện tên")
    await worker.says("99")
    await worker.sees("chọn một trong các mục")


@every_channel
async def test_words_outside_a_conversation_begin_one(worker: Person, leader: Person) -> None:
    await worker.says(OVERTIME)
    await worker.sees("là gửi ngay", "Tiền lương · ")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", OVERTIME)


async def test_help_does_not_lose_what_was_written(worker: Person) -> None:
    await reviews(worker)
    await worker.looks_away()
    await worker.says("trợ giúp")
    await worker.sees("Ẩn danh: cán bộ")
    await worker.sees("không hiện tên", OVERTIME, f"[{MORE}]")


@every_channel
async def test_a_draft_survives_the_night_and_is_gone_after_a_day(worker: Person, clock: FakeClock, channel: str) -> None:
    await reviews(worker)
    await worker.looks_away()
    await clock.passes(hours=23)
    await worker.says("/trolai")
    await worker.sees("không có lệnh")
    await worker.sees("không hiện tên", OVERTIME)
    await clock.passes(hours=24, seconds=1)
    await worker.looks_away()
    await worker.taps(MORE)
    if channel == "zalo":  # a number, in a list that is not remembered any more: it is not the menu's
        await worker.sees("chọn một trong các mục", "[Viết phản ánh]")
    else:
        await worker.sees("không còn tác dụng")
        await worker.sees("[Viết phản ánh]")
    await worker.sees_nothing_new()


async def test_a_worker_with_two_cases_tells_them_apart(worker: Person, leader: Person, service: RunningApp) -> None:
    first = await files(worker)
    await worker.says("menu")
    second = await files(worker, "Quạt ở chuyền 3 hỏng")
    assert first != second
    await worker.says("phan anh cua toi")
    listed = await worker.sees("Phản ánh của anh/chị", first, second)
    assert listed.index(second) < listed.index(first), "the newest comes first"
    assert code_in(listed) == second
    assert len(await rows(service, Entry)) == 2


@every_channel
async def test_words_category_and_day_are_changed_without_beginning_again(
    worker: Person, leader: Person, service: RunningApp
) -> None:
    """Each behind the last button; the name, and what else was said, stays."""
    await reviews(worker, "Quạt hỏng ba ngày")
    await worker.sees("Môi trường, nhà vệ sinh, nước uống · không hiện tên")
    await worker.taps(MORE, "Ghi tên tôi")
    await worker.says("Nguyễn Thị Bình")
    await worker.sees("ghi tên: Nguyễn Thị Bình")
    await worker.taps(MORE, "Từ khi nào?")
    await worker.sees("không nhớ thì thôi")
    await worker.says("ngày mai")
    await worker.sees("Anh/chị ghi ngày")
    await worker.says("từ 12/5")
    await worker.sees("từ 12/05/2026 · ghi tên: Nguyễn Thị Bình")
    await worker.taps(MORE, "Về việc: Môi trường, nhà vệ sinh, nước uống")
    shown = await worker.sees("về việc gì", "[Tiền lương]", "[Thêm…]", "[Giữ nguyên]")
    await worker.taps("Thêm…", "Nhà ở, nhà trẻ, đi lại")
    await worker.sees("Nhà ở, nhà trẻ, đi lại · từ 12/05/2026 · ghi tên: Nguyễn Thị Bình")
    await worker.taps(MORE, "Sửa nội dung")
    await worker.says("Phòng trọ của công ty dột")
    shown = await worker.sees(
        "Phòng trọ của công ty dột", "Nhà ở, nhà trẻ, đi lại · từ 12/05/2026 · ghi tên: Nguyễn Thị Bình"
    )
    assert "Quạt" not in shown and len(shown.split("[")[0].splitlines()) <= 10
    await worker.taps("Gửi tổ trưởng công đoàn")
    card = await leader.sees("Phản ánh mới", "Phòng trọ", "Người gửi: Nguyễn Thị Bình")
    assert "Sự việc có từ 12/05/2026." in card
    assert "hòa giải viên: đã hết · hội đồng trọng tài: còn 81 ngày · tòa án: còn 170 ngày" in card
    [case] = await rows(service, Grievance)
    assert b"2026-05-12" not in bytes(case.since or b"")


@every_channel
async def test_since_when_can_be_said_later(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await leader.looks_away()
    await worker.taps("Phản ánh của tôi", code, "Thêm…", "Từ khi nào?")
    await worker.says("tháng 10/2026")
    await worker.sees(f"Đã ghi cho {code}: từ tháng 10/2026")
    await leader.sees("cho biết từ khi nào", "Sự việc có từ tháng 10/2026", "hòa giải viên: còn 129 ngày")


async def test_a_card_has_at_most_ten_lines_and_five_buttons(
    worker: Person, leader: Person, chair: Person, superior: Person
) -> None:
    await reviews(worker, "Chị Nguyễn Thị Mai, tổ trưởng, mã SL101, số 0912345678. " + "Tăng ca không trả tiền. " * 60)
    card = await worker.sees("là gửi ngay")
    words, _, buttons = card.partition("\n[")
    assert len(words.splitlines()) <= 6 and len(words) < 10 * 44
    assert buttons.count("[") + 1 == 5


@every_channel
async def test_who_is_spoken_of_does_not_stand_first(
    worker: Person, leader: Person, chair: Person, superior: Person
) -> None:
    """By words of office alone; nothing tells who stands on the roll (tests/anonymity/test_roll.py)."""
    await reviews(worker, "Chị Mai tổ trưởng ép tăng ca")
    card = await worker.sees("Người này có thể là người nhận")
    assert card.index("[Gửi Ban chấp hành]") < card.index("[Gửi tổ trưởng công đoàn]")
    await worker.taps(MORE, "Sửa nội dung")
    await worker.says("Chủ tịch ép tăng ca")
    card = await worker.sees("Người này có thể là người nhận")
    assert card.index("[Gửi Liên đoàn Lao động tỉnh]") < card.index("[Gửi Ban chấp hành]")
    await worker.taps(MORE, "Sửa nội dung")
    await worker.says("Ai đó ép tăng ca")
    card = await worker.sees("là gửi ngay")
    assert "người nhận" not in card
    assert card.index("[Gửi tổ trưởng công đoàn]") < card.index("[Gửi Ban chấp hành]")


@every_channel
async def test_despair_is_answered_at_once_and_sends_nothing(
    worker: Person, leader: Person, chair: Person, service: RunningApp
) -> None:
    await worker.says("Em không muốn sống nữa")
    card = await worker.sees("không có lỗi", "Gọi 115", "Nút đầu tiên báo ngay cho Ban chấp hành", "không hiện tên")
    assert card.index("[⚠ Có người gặp nguy hiểm: gửi ngay]") < card.index("[Gửi tổ trưởng công đoàn]")
    assert not await rows(service, Grievance)
    await chair.sees_nothing_new()
    await leader.sees_nothing_new()
    await worker.taps("⚠ Có người gặp nguy hiểm: gửi ngay")
    await chair.sees("⚠", "không muốn sống", "không nêu tên")
    await leader.sees_nothing_new()
    [case] = await rows(service, Grievance)
    assert (case.urgent, case.category, case.reporter_name) == (True, "other", None)
