"""What is typed reaches where it was meant: names are names, nothing written is lost or goes elsewhere unasked, and a code
or a quotation names the case."""

from __future__ import annotations

import pytest

from tests import sample_files as made
from tests.actors import OnTelegram, Person
from tests.stories.acts import OVERTIME, answers, files
from tests.stories.channels import every_channel, on

LOST = "chưa được gửi đi. Bỏ phần này không?"
FAN = "Quạt ở chuyền 3 hỏng ba ngày"


async def test_a_name_stops_nothing(worker: Person, leader: Person) -> None:
    """Huy is no “hủy”, and Dũng and Dung are no “dừng”."""
    await worker.says("Viết phản ánh", OVERTIME)
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Ghi tên tôi")
    await worker.says("Huy")
    await worker.sees("ghi tên: Huy")
    for name in ("Dũng", "Dung", "dung", "Giúp việc", "Đúng"):
        await worker.says(name)
        await worker.sees("Vui lòng chọn")
        await worker.sees("ghi tên: Huy")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", OVERTIME, "Huy")


@every_channel
@pytest.mark.parametrize("name", ["Dũng", "Hủy Diệt", "Dung", "Nam", "Ba", "Một", "Tư"])
async def test_names_that_are_words_or_numbers_are_taken_for_names(worker: Person, leader: Person, name: str) -> None:
    await worker.says("Viết phản ánh", OVERTIME)
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Ghi tên tôi")
    await worker.says(name)
    await worker.sees(f"ghi tên: {name}")


@every_channel
async def test_a_draft_is_asked_about_before_it_goes(worker: Person, leader: Person) -> None:
    await worker.says("Viết phản ánh", OVERTIME)
    for word in ("dừng", "Huỷ bỏ", "/start", "ngôn ngữ"):
        await worker.looks_away()
        await worker.says(word)
        await worker.sees(OVERTIME, LOST)
        await worker.taps("Viết tiếp")
        await worker.sees("không hiện tên")
    await worker.says("dừng")
    await worker.taps("Bỏ, không gửi")
    await worker.sees("Đã dừng. Không có gì được gửi đi.")
    await worker.sees("[Viết phản ánh]")
    await worker.says("dừng")
    await worker.sees("không có việc gì đang làm dở")
    await leader.sees_nothing_new()


@every_channel
async def test_the_menu_may_be_looked_at_meanwhile(worker: Person, leader: Person) -> None:
    await worker.says("Viết phản ánh", OVERTIME)
    for word in ("menu", "Trang chính"):
        await worker.says(word)
        await worker.sees("vẫn giữ ở đây", "[Viết phản ánh]", "[Viết tiếp]")
    await worker.taps("Viết tiếp")
    await worker.sees("không hiện tên")
    await worker.says("menu")
    await worker.taps("Phản ánh của tôi")
    await worker.sees(OVERTIME, LOST)
    await worker.taps("Viết tiếp", "Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", OVERTIME)


async def test_what_is_not_written_yet_goes_without_a_question(worker: Person) -> None:
    await worker.says("Viết phản ánh", "dừng")
    await worker.sees("Đã dừng")
    await worker.says("Viết phản ánh", "menu")
    await worker.does_not_see(LOST)


async def test_said_twice_it_goes(worker: Person) -> None:
    await worker.says("Viết phản ánh", OVERTIME, "dừng", "dừng")
    await worker.sees(LOST)
    await worker.sees("Đã dừng")


@on("telegram")
async def test_an_older_button_asks_as_well(worker: Person, leader: Person) -> None:
    await worker.says("menu", "Viết phản ánh", OVERTIME)
    await worker.taps("Cài đặt")
    await worker.sees(OVERTIME, LOST)
    await worker.taps("Cài đặt")  # the same again is another tap on the same: still asked
    await worker.taps("Viết tiếp", "Gửi tổ trưởng công đoàn")
    await worker.sees("mã PA-")


async def test_without_accents_nothing_under_way_is_stopped(worker: Person) -> None:
    await worker.says("Viết phản ánh", "Dung")
    await worker.sees("không hiện tên")
    await worker.says("dung lai")
    await worker.does_not_see("Đã dừng", LOST)


@every_channel
async def test_a_code_wins_over_what_is_under_way(worker: Person, leader: Person) -> None:
    first = await files(worker)
    second = await files(worker, FAN)
    await leader.sees("Phản ánh mới", first)
    await leader.sees("Phản ánh mới", second)
    await leader.says(second)
    await leader.taps("Trả lời")
    await leader.says(f"{first} Mai có bảng công")
    await leader.sees("Những lời này dành cho việc nào?", "Mai có bảng công", f"[Cho {first}]", "[Cho phần đang viết]")
    await leader.taps(f"Cho {first}")
    await leader.sees(first, OVERTIME, "Mai có bảng công")
    await leader.taps("Gửi")
    await leader.sees("Đã gửi", first)
    await leader.says(second)
    await leader.taps("Trả lời")
    await leader.says(f"{first} đã trả lời, việc này thì mai")
    await leader.taps("Cho phần đang viết")
    await leader.sees(second, FAN, "đã trả lời, việc này thì mai")
    await worker.sees("Công đoàn trả lời", "Mai có bảng công")


async def test_a_code_of_the_case_at_hand_is_no_contradiction(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await leader.says(code)
    await leader.taps("Trả lời")
    await leader.says(f"{code}: Mai có bảng công")
    await leader.sees(code, OVERTIME, "“Mai có bảng công”")


async def test_a_code_among_choices_leads_there_once_asked(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await worker.says("Viết phản ánh", FAN)
    await worker.says(code)
    await worker.sees(FAN, LOST)
    await worker.taps("Bỏ, không gửi")
    await worker.sees(code, OVERTIME)


@pytest.mark.parametrize("dash", ["-", "–", "\u2011", " - ", " — ", "−", "", " "])
async def test_any_dash_is_one(worker: Person, leader: Person, dash: str) -> None:
    code = await files(worker)
    await leader.says(f"{code[:2].lower()}{dash}{code[3:].lower()}: Mai có bảng công")
    await leader.sees(code, OVERTIME, "“Mai có bảng công”")


@on("telegram")
async def test_a_quotation_wins_over_what_is_under_way(worker: Person, leader: Person) -> None:
    assert isinstance(leader, OnTelegram)
    first = await files(worker)
    second = await files(worker, FAN)
    await leader.sees("Phản ánh mới", first)
    await leader.sees("Phản ánh mới", second)
    card = next(shown for shown in leader.user.inbox if first in (shown.text or ""))

    async def replies(text: str) -> None:
        assert await leader.emulator.deliver(leader.user.message_update(text, reply_to=card)) == 200
        await leader.service.app.drain()

    await leader.says(second)
    await leader.taps("Trả lời")
    await replies("Mai có bảng công")
    await leader.sees("Những lời này dành cho việc nào?", f"[Cho {first}]")
    await leader.taps(f"Cho {first}")
    await leader.sees(first, OVERTIME, "“Mai có bảng công”")
    await leader.taps("Gửi", "Thông báo của đơn vị", "Soạn thông báo")
    await replies("Đã báo kế toán")
    await leader.sees("Những lời này dành cho việc nào?", f"[Cho {first}]")
    await leader.taps("Cho phần đang viết")
    await leader.sees("kiểm tra trước khi gửi", "[Đổi nơi nhận]")


@pytest.mark.parametrize("channel", ["telegram", "zalo"])  # a photo has no words under it on the page
async def test_a_photo_under_a_code_goes_to_that_case(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await leader.sees("Phản ánh mới", code)
    await worker.shows(made.photo(), caption=f"{code} Đây là bảng công")
    await worker.sees("Ảnh 1: đang tải")
    await worker.sees(code, "Đây là bảng công", "Kèm theo: ảnh 1")
    await worker.taps("Gửi")
    await leader.sees("bổ sung", code, "Đây là bảng công", "Tệp kèm theo: ảnh 1 (đã nhận)")


@pytest.mark.parametrize("channel", ["telegram", "zalo"])  # a photo has no words under it on the page
async def test_a_photo_under_a_code_is_not_put_to_another_draft(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await worker.says("Viết phản ánh", FAN)
    await worker.shows(made.photo(), caption=f"{code} Đây là bảng công")
    await worker.sees(FAN, LOST)
    await worker.taps("Bỏ, không gửi")
    await worker.sees(code, "Đây là bảng công", "Kèm theo: ảnh 1")
    await worker.taps("Gửi")
    await leader.sees("bổ sung", code, "Đây là bảng công", "Tệp kèm theo: ảnh 1 (đã nhận)")
    await leader.does_not_see(FAN)


@on("telegram")
async def test_a_photo_in_reply_to_an_answer_goes_to_its_case(worker: Person, leader: Person) -> None:
    assert isinstance(worker, OnTelegram)
    code = await files(worker)
    await answers(leader, "Cho xem bảng công")
    await worker.sees("Công đoàn trả lời", code)
    answer = next(shown for shown in worker.user.inbox if "Cho xem bảng công" in (shown.text or ""))
    photo = worker.user.photo_update(made.photo(), "Đây ạ", reply_to=answer)
    assert await worker.emulator.deliver(photo) == 200
    await worker.service.app.drain()
    await worker.sees(code, "Đây ạ", "Kèm theo: ảnh 1")
    await worker.taps("Gửi")
    await leader.sees("bổ sung", code, "Đây ạ", "Tệp kèm theo: ảnh 1 (đã nhận)")


@on("zalo")
@pytest.mark.parametrize("typed", ["1️⃣", "1 ạ", "1 nhé", "Số 1 ạ", "chọn 1", "(1)", "một", "mootj", "１", "dạ em chọn 1 ạ"])
async def test_a_number_under_the_menu_however_polite(worker: Person, typed: str) -> None:
    await worker.says("menu")
    await worker.sees("1. Viết phản ánh")
    await worker.says(typed)
    await worker.sees("Có chuyện gì")
    await worker.says(OVERTIME)
    await worker.sees("1. Sửa, ghi tên", "Tiền lương · không hiện tên")
    await worker.says(typed)
    await worker.sees("Tên: không hiện")
