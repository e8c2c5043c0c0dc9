"""One person on two phones, and what either of them shows to whoever holds it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from models.people.accounts import Account
from models.people.persons import Person as Row
from models.people.second_phones import Link
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import files
from tests.stories.channels import every_channel
from tests.stories.people.test_consents import rows

Somebody = Callable[[str], Person]


async def link_code(person: Person) -> str:
    await person.says("menu")
    await person.taps("Cài đặt", "Nối máy khác")
    shown = await person.sees("mở kênh của công đoàn và nhập mã")
    [code] = re.findall(r"\w{4}-\w{4}", shown)
    return str(code)


@pytest.fixture
async def second(somebody: Somebody, worker: Person) -> Person:
    """The worker's other phone, connected."""
    code = await link_code(worker)
    phone = somebody("An, máy hai")
    await phone.says(code)
    await phone.sees("nối máy này", "Tổ may 1", "cả hai máy", "[Đồng ý]")
    await phone.taps("Đồng ý")
    await phone.sees("Đã nối máy này")
    await worker.sees("Một máy khác vừa được nối", "[Ngắt các máy khác]")
    await worker.looks_away()
    return phone


async def answered(leader: Person, text: str = "Tổ đã hỏi phòng nhân sự") -> None:
    await leader.sees("Phản ánh mới")
    await leader.taps("Trả lời")
    await leader.says(text)
    await leader.taps("Gửi")


@every_channel
async def test_both_phones_see_the_case_and_hear_the_answer(
    worker: Person, second: Person, leader: Person, service: RunningApp
) -> None:
    assert len({account.person_id for account in await rows(service, Account)}) == 2  # the worker, twice, and the leader
    assert len(await rows(service, Account)) == 3
    code = await files(worker)
    await second.says("Phản ánh của tôi")
    await second.sees(code)
    await answered(leader)
    for phone in (worker, second):
        await phone.sees("Công đoàn trả lời", code, "Tổ đã hỏi phòng nhân sự")
    await second.taps("Bổ sung, trả lời lại")
    await second.says("Em cảm ơn")
    await second.taps("Gửi")
    await leader.sees("bổ sung", code, "Em cảm ơn")
    await worker.says(code)
    await worker.sees("Em cảm ơn")


async def test_a_code_connects_one_phone_once(somebody: Somebody, worker: Person, service: RunningApp) -> None:
    code = await link_code(worker)
    await somebody("Máy hai").joins(code)
    third = somebody("Máy ba")
    await third.says(code)
    await third.sees("Mã này sai, đã dùng hoặc hết hạn")
    assert len(await rows(service, Account)) == 2


async def test_a_code_is_over_after_fifteen_minutes(
    somebody: Somebody, worker: Person, service: RunningApp, clock: FakeClock
) -> None:
    code = await link_code(worker)
    [row] = await rows(service, Link)
    assert row.kept_until > clock.now().date(), "the row says a day; the minute is sealed"
    phone = somebody("Máy hai")
    await phone.says(code)
    await clock.passes(minutes=16)
    await phone.taps("Đồng ý")
    await phone.sees("Mã này sai, đã dùng hoặc hết hạn")
    await clock.passes(days=2)
    assert not await rows(service, Link)


@every_channel
async def test_the_other_phone_is_put_out(worker: Person, second: Person, clock: FakeClock, service: RunningApp) -> None:
    """It is shown nothing more from then on; its row goes a moment later, not beside the turn that asked."""
    await worker.says("menu")
    await worker.taps("Cài đặt", "Ngắt các máy khác", "Chỉ dùng máy này")
    await worker.sees("chỉ còn máy này")
    assert len(await rows(service, Account)) == 2
    await second.says("menu")
    await second.sees("mã tham gia")
    await clock.passes(minutes=1)
    assert len(await rows(service, Account)) == 1


async def test_an_officers_second_phone_receives_cases(somebody: Somebody, worker: Person, leader: Person) -> None:
    code = await link_code(leader)
    phone = somebody("Mai, máy hai")
    await phone.joins(code)
    await files(worker)
    await phone.sees("Phản ánh mới", "Tăng ca tháng 5")
    await leader.sees("Phản ánh mới", "Tăng ca tháng 5")


# A PIN.


async def sets_pin(person: Person, pin: str = "2580") -> None:
    await person.says("menu")
    await person.taps("Cài đặt", "Mã PIN", "Đặt mã PIN")
    await person.says(pin, pin)
    await person.sees("Đã đặt mã PIN")


async def test_a_pin_stands_before_ones_own_cases_and_answers(worker: Person, leader: Person, service: RunningApp) -> None:
    worker.curious = False
    code = await files(worker)
    await sets_pin(worker)
    await worker.says("Phản ánh của tôi")
    await worker.sees("nhập mã PIN")  # at once, though the account says so a moment later
    await worker.says("1111")
    await worker.sees("chưa đúng", "Còn 4 lần")
    await worker.says("2580")
    await worker.sees(code, "chờ trả lời")
    await worker.says(code)
    await worker.sees(code, "Tiền lương · ")  # not asked again within ten minutes
    await service.clock.passes(minutes=11)
    await answered(leader)
    await worker.sees("Công đoàn có tin mới")
    await worker.taps("Xem")
    await worker.sees("nhập mã PIN")
    await worker.does_not_see("phòng nhân sự")
    await worker.says("2580")
    await worker.sees("Công đoàn trả lời", "phòng nhân sự")


async def test_a_code_typed_on_a_borrowed_phone_tells_nothing(
    worker: Person, leader: Person, somebody: Somebody, service: RunningApp, clock: FakeClock
) -> None:
    """Whoever knows a code asks two phones that have a PIN: both say the same, whoever filed the case."""
    code = await files(worker)
    other = somebody("Bình")
    await other.joins(service.codes.team)
    said = []
    for person in (worker, other):
        await sets_pin(person)
        await clock.passes(minutes=11)
        await person.looks_away()
        await person.says(f"{code} cho biết thêm")
        said.append(await person.sees("nhập mã PIN"))
    assert said[0] == said[1]


async def test_five_wrong_pins_close_it_for_a_day(
    worker: Person, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    code = await files(worker)
    await sets_pin(worker)
    await worker.says("Phản ánh của tôi", "0000", "0001", "0002", "0003", "0004")
    await worker.sees("sai 5 lần", "một ngày", "Rời khỏi")
    await worker.says("Phản ánh của tôi")
    await worker.sees("sai 5 lần", "Gõ menu")
    await worker.says("2580")
    await worker.sees("sai 5 lần")
    await worker.does_not_see(f"{code}:")
    await clock.passes(hours=25)
    await worker.says("Phản ánh của tôi", "2580")
    await worker.sees(f"{code}:")


@pytest.mark.parametrize("bad", ["123", "1234567", "abcd", "12 3", "12a34", "１２３"])
async def test_a_pin_has_four_to_six_digits(worker: Person, bad: str) -> None:
    await worker.says("menu")
    await worker.taps("Cài đặt", "Mã PIN", "Đặt mã PIN")
    await worker.says(bad)
    await worker.sees("4 đến 6 chữ số")
    await worker.says("1234", "1235")
    await worker.sees("không giống nhau")


async def test_a_pin_is_its_digits_however_they_are_typed(worker: Person) -> None:
    await worker.says("menu")
    await worker.taps("Cài đặt", "Mã PIN", "Đặt mã PIN")
    await worker.says("１２３４", "12 34")
    await worker.sees("Đã đặt mã PIN")
    await worker.says("Phản ánh của tôi", "1-2-3-4")
    await worker.sees("chưa gửi phản ánh nào")


async def test_a_second_phone_has_the_pin_of_the_first(somebody: Somebody, worker: Person) -> None:
    await sets_pin(worker)
    await worker.says("menu")
    await worker.taps("Cài đặt", "Nối máy khác")
    await worker.sees("nhập mã PIN")
    await worker.says("2580")
    [code] = re.findall(r"\w{4}-\w{4}", await worker.sees("nhập mã: "))
    phone = somebody("Máy hai")
    await phone.joins(str(code))
    await phone.says("Phản ánh của tôi")
    await phone.sees("nhập mã PIN")


# Leaving, and what is kept.


async def test_leaving_forgets_the_person_and_keeps_the_case(
    somebody: Somebody, worker: Person, second: Person, leader: Person, clock: FakeClock, service: RunningApp
) -> None:
    on_the_roll = len(await rows(service, Row)) - 1
    code = await files(worker)
    await leader.sees("Phản ánh mới", code)
    await worker.says("menu")
    await worker.taps("Cài đặt", "Rời khỏi")
    await worker.sees("không còn gắn với anh/chị", "[Ở lại]")
    await worker.taps("Rời khỏi và xóa dữ liệu của tôi")
    await worker.sees("đã rời khỏi", "gặp tổ công đoàn")
    await second.says("Phản ánh của tôi")
    await second.does_not_see(code)
    await clock.passes(minutes=1)
    assert len(await rows(service, Account)) == 1, "the leader's"
    assert len(await rows(service, Row)) == on_the_roll
    await leader.says(code)
    await leader.sees(code, "Tăng ca tháng 5", "[Trả lời]")
    await leader.taps("Trả lời")
    await leader.says("Đã hỏi")
    await leader.taps("Gửi")
    await worker.does_not_see("Đã hỏi")
    await worker.joins(service.codes.team)
    await worker.says("Phản ánh của tôi")
    await worker.sees("chưa gửi phản ánh nào")


async def test_who_comes_back_before_their_row_is_gone_stays(worker: Person, clock: FakeClock, service: RunningApp) -> None:
    await worker.says("menu")
    await worker.taps("Cài đặt", "Rời khỏi", "Rời khỏi và xóa dữ liệu của tôi")
    await worker.sees("đã rời khỏi")
    await worker.joins(service.codes.team)
    await clock.passes(minutes=2)
    await worker.says("Phản ánh của tôi")
    await worker.sees("chưa gửi phản ánh nào")
    assert len(await rows(service, Account)) == 1


async def test_who_stays_may_stay(worker: Person, service: RunningApp) -> None:
    await worker.says("menu")
    await worker.taps("Cài đặt", "Rời khỏi", "Ở lại")
    assert len(await rows(service, Account)) == 1


async def test_an_officer_who_leaves_and_returns_finds_no_old_cases_of_their_own(
    leader: Person, chair: Person, clock: FakeClock, service: RunningApp
) -> None:
    code = await files(leader, "Chính tôi cũng bị trừ lương", to="Gửi Ban chấp hành")
    await chair.sees("Phản ánh mới", code)
    before = {row.id: row.reporter_id for row in await rows(service, Row)}
    await leader.says("menu")
    await leader.taps("Cài đặt", "Rời khỏi", "Rời khỏi và xóa dữ liệu của tôi")
    await leader.sees("đã rời khỏi")
    await clock.passes(minutes=1)
    after = {row.id: row.reporter_id for row in await rows(service, Row)}
    assert set(before) == set(after)
    assert len([one for one in before if before[one] != after[one]]) == 1


async def test_a_name_given_is_taken_out_of_the_case(worker: Person, leader: Person) -> None:
    await worker.taps("Viết phản ánh")
    await worker.says("Quạt hỏng")
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Ghi tên tôi")
    await worker.says("Nguyễn Văn An")
    await worker.taps("Gửi tổ trưởng công đoàn")
    thanks = await worker.sees("mã PA-")
    code = thanks[thanks.index("PA-") :][:9]
    await leader.sees("Phản ánh mới", "Nguyễn Văn An")
    await worker.says("menu")
    await worker.taps("Cài đặt", "Rời khỏi", "Rời khỏi và xóa dữ liệu của tôi")
    await leader.says(code)
    card = await leader.sees(f"Phản ánh {code}", "không nêu tên")
    assert "Nguyễn Văn An" not in card


async def test_my_data_says_what_why_and_until_when(worker: Person, leader: Person) -> None:
    await files(worker)
    await worker.says("menu")
    await worker.taps("Cài đặt", "Dữ liệu của tôi")
    said = await worker.sees("Tổ may 1", "Họ tên: không lưu", "Trang 1/4")
    for page in range(2, 5):
        await worker.taps(f"{page}/4 ›")
        said += await worker.sees(f"Trang {page}/4")
    for words in ("23/11/2026", "theo bản 2026-12-2", "chưa xác minh", "của anh/chị: 1,"):
        assert words in said


@every_channel
async def test_notices_polls_and_advice_in_settings(worker: Person, service: RunningApp, channel: str) -> None:
    await worker.says("menu")
    await worker.taps("Cài đặt", "Menu", "Cài đặt", "Thông báo của công đoàn", "Bật")
    await worker.sees("Thông báo của công đoàn: bật", "Lấy ý kiến: tắt")
    await worker.taps("Lấy ý kiến", "Bật")
    await worker.sees("Thông báo của công đoàn: bật", "Lấy ý kiến: bật")
    await service.clock.passes(minutes=1)
    [account] = await rows(service, Account)
    assert (account.notices, account.polls) == (True, True)
    await worker.taps("Đoàn viên công đoàn", "Rồi")
    await worker.sees("Đoàn viên công đoàn: Rồi")
    await worker.taps("Ẩn khỏi máy này")
    said = await worker.sees("Phản ánh vẫn còn ở công đoàn")
    theirs = {"telegram": "Trong Telegram", "zalo": "Trong Zalo", "webchat": "Ẩn nhanh"}
    assert [name for name, words in theirs.items() if words in said] == [channel], "only the line one is on"
