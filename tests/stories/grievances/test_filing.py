"""Filing a grievance: a worker's own words, what it is about, and who shall have it."""

from __future__ import annotations

import pytest

from models.grievances.cases import Entry, Grievance
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, carried, code_in, files, rows
from tests.stories.channels import every_channel


async def reviews(worker: Person, text: str = OVERTIME, category: str = "Tiền lương") -> None:
    """The worker comes as far as the review."""
    await worker.taps("Viết phản ánh")
    await worker.says(text)
    await worker.taps(category)


async def test_anonymous_is_the_preset(worker: Person, leader: Person) -> None:
    await reviews(worker)
    await worker.sees("xem lại trước khi gửi", OVERTIME, "Tiền lương", "Tên: không hiện", "[○ Ghi tên tôi]")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await worker.sees("Cảm ơn", "mã PA-", "Tổ trưởng công đoàn (Tổ may 1)", "trước 10:00 ngày 24/11", "cấp tiếp theo")
    card = await leader.sees("Phản ánh mới", OVERTIME, "không nêu tên", "Hạn trả lời: trước 10:00 ngày 24/11")
    assert "Tổ may 1" not in card, "in a team of one the team would name the worker"


async def test_a_name_is_shown_to_the_officer_only(
    worker: Person, leader: Person, chair: Person, service: RunningApp
) -> None:
    await reviews(worker)
    await worker.taps("○ Ghi tên tôi")
    await worker.sees("thấy tên nào")
    await worker.says("  Nguyễn Thị\nBình ")
    await worker.sees("Tên: Nguyễn Thị Bình", "[○ Không hiện tên (ẩn danh)]")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", "Người gửi: Nguyễn Thị Bình")
    await chair.sees_nothing_new()
    [case] = await rows(service, Grievance)
    assert "Bình".encode() not in bytes(case.reporter_name or b"")


async def test_a_worker_may_take_the_name_back(worker: Person, leader: Person) -> None:
    await reviews(worker)
    await worker.taps("○ Ghi tên tôi")
    await worker.says("Nguyễn Thị Bình")
    await worker.taps("○ Không hiện tên (ẩn danh)")
    await worker.sees("Tên: không hiện")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", "không nêu tên")
    await leader.does_not_see("Bình")


async def test_danger_goes_to_the_executive_committee(worker: Person, leader: Person, chair: Person) -> None:
    await reviews(worker, "Dây điện hở cạnh máy 12, có người bị giật", "An toàn, vệ sinh lao động")
    await worker.taps("Có người đang gặp nguy hiểm: gửi ngay")
    await worker.sees("mã PA-", "Ban chấp hành", "trước 12:00 ngày 23/11")
    await chair.sees("Phản ánh mới", "⚠", "có thể có người đang gặp nguy hiểm", "máy 12")
    await leader.sees_nothing_new()


async def test_danger_without_a_committee_goes_to_whoever_answers(worker: Person, leader: Person) -> None:
    await reviews(worker)
    await worker.taps("Có người đang gặp nguy hiểm: gửi ngay")
    await leader.sees("⚠", OVERTIME)


@pytest.mark.parametrize("moment", ["text", "category", "review"])
async def test_cancelling_sends_nothing(worker: Person, leader: Person, service: RunningApp, moment: str) -> None:
    await worker.taps("Viết phản ánh")
    if moment == "text":
        await worker.says("hủy bỏ")
    else:
        await worker.says(OVERTIME)
        await worker.taps(*(["Hủy"] if moment == "category" else ["Tiền lương", "Hủy"]))
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
    screen = await worker.sees("về việc gì")
    assert screen.index("[Bữa ăn ca]") < screen.index("[Tiền lương]")


@every_channel
@pytest.mark.parametrize(
    "typed",
    [
        ("1", OVERTIME, "tien luong", "GUI TO TRUONG CONG DOAN"),
        ("viet phan anh", OVERTIME, "1.", "số 4"),
        ("VIẾT PHẢN ÁNH", OVERTIME, "Tiền\u200b lương", "4)"),
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
    await worker.sees("về việc gì")
    await worker.says("99")
    await worker.sees("chọn một trong các mục")


@every_channel
async def test_words_outside_a_conversation_begin_one(worker: Person, leader: Person) -> None:
    await worker.says(OVERTIME)
    await worker.sees("về việc gì", "[Tiền lương]")
    await worker.taps("Tiền lương", "Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", OVERTIME)


async def test_help_does_not_lose_what_was_written(worker: Person) -> None:
    await reviews(worker)
    await worker.looks_away()
    await worker.says("trợ giúp")
    await worker.sees("Ẩn danh: cán bộ")
    await worker.sees("xem lại trước khi gửi", OVERTIME, "[Hủy]")


@every_channel
async def test_a_draft_survives_the_night_and_is_gone_after_a_day(worker: Person, clock: FakeClock, channel: str) -> None:
    await reviews(worker)
    await worker.looks_away()
    await clock.passes(hours=23)
    await worker.says("/trolai")
    await worker.sees("không có lệnh")
    await worker.sees("xem lại trước khi gửi", OVERTIME)
    await clock.passes(hours=24, seconds=1)
    await worker.looks_away()
    await worker.taps("Hủy")
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


async def test_harassment_can_be_named(worker: Person, chair: Person) -> None:
    """Under “Thêm…”, and at once where the words speak of it."""
    await worker.taps("Viết phản ánh")
    await worker.says("Có người nhắn cho em những lời khó nghe")
    await worker.sees("[Tiền lương]", "[Thêm…]")
    await worker.taps("Thêm…")
    shown = await worker.sees("[Quấy rối tình dục]", "[Quyền công đoàn, bị trù dập]", "[Quay lại]")
    assert "[Tiền lương]" not in shown
    await worker.taps("Quay lại")
    await worker.sees("[Tiền lương]")
    await worker.taps("Thêm…", "Quấy rối tình dục")
    await worker.sees("Về việc: Quấy rối tình dục")
    await worker.taps("Hủy")
    await worker.taps("Viết phản ánh")
    await worker.says("Tổ trưởng hay sờ mó chị em trong chuyền")
    await worker.sees("Có vẻ là: Quấy rối tình dục", "[Quấy rối tình dục]")
    await worker.taps("Quấy rối tình dục", "Gửi Ban chấp hành")
    await chair.sees("Quấy rối tình dục · không nêu tên")
