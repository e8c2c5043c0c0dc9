"""A page is closed, and its person comes back: remembered, or with a return code; and what others make of such a code."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from models.people import return_codes, wrong_codes
from models.people.accounts import Account
from models.people.return_codes import ReturnCode
from models.people.wrong_codes import Tries
from tests.actors import MINE, OnWebChat, Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import answers, code_in, files, rows
from tests.stories.channels import on
from tests.stories.people.test_consents import slips
from tests.stories.people.test_phones import sets_pin

Somebody = Callable[[str], Person]
SHARED = "Dùng chung: cho tôi mã quay lại"
BACK = "Mừng anh/chị quay lại"
WRONG = "0000 1111 2222 3333"

pytestmark = on("webchat")


def return_code(screen: str) -> str:
    [found] = re.findall(r"\d{4}(?: \d{4}){3}", screen)
    return str(found)


async def joins_on_a_shared_phone(worker: Person, code: str) -> str:
    """Joins, and returns the code to come back with."""
    await worker.begins(code)
    await worker.taps("Đồng ý", "Không", SHARED)
    return return_code(await worker.sees("Mã quay lại của anh/chị"))


@pytest.fixture
async def shared(somebody: Somebody, service: RunningApp) -> OnWebChat:
    """A worker on a phone that others use, too."""
    worker = somebody("An")
    assert isinstance(worker, OnWebChat)
    worker.code = await joins_on_a_shared_phone(worker, service.codes.team)  # type: ignore[attr-defined]
    await worker.looks_away()
    return worker


async def test_a_page_that_remembers_is_closed_and_opened_again(
    somebody: Somebody, leader: Person, service: RunningApp
) -> None:
    worker = somebody("An")
    assert isinstance(worker, OnWebChat)
    await worker.begins(service.codes.team)
    await worker.taps("Đồng ý", "Không", MINE)
    await worker.sees("Máy này đã được nhớ")
    assert worker.kept
    code = await files(worker)
    await worker.does_not_see("mã quay lại:")
    await worker.closes_the_page()
    await answers(leader, "Tổ đã hỏi phòng nhân sự")
    await worker.says("menu")
    await worker.sees("Công đoàn trả lời", code, "phòng nhân sự")


async def test_with_a_slip_that_is_used_and_a_return_code(somebody: Somebody, leader: Person, service: RunningApp) -> None:
    """Closed before the answer came: what waited in the old page is there in the new one, and so is the way to answer."""
    worker, [slip] = somebody("An"), await slips(service)
    assert isinstance(worker, OnWebChat)
    code = await joins_on_a_shared_phone(worker, slip)
    case = await files(worker)
    assert return_code(await worker.sees("Trước khi đóng trang")) == code, "with each code of a grievance, the same"
    await worker.closes_the_page()
    await answers(leader, "Tổ đã hỏi phòng nhân sự")
    await worker.says("xin chào")
    await worker.sees("Xin chào", "Đã tham gia? Nhập mã quay lại")
    await worker.says(slip)
    await worker.sees("Mã này sai, đã dùng hoặc hết hạn", "nhập mã quay lại")
    await worker.says(f"{code} ạ")
    await worker.sees(BACK)
    await worker.sees("[Phản ánh của tôi]")
    await worker.sees("Công đoàn trả lời", case, "phòng nhân sự")
    await worker.taps("Bổ sung, trả lời lại")
    await worker.says("Em cảm ơn")
    await worker.taps("Gửi")
    await leader.sees("bổ sung", case, "Em cảm ơn")


async def test_a_draft_is_gone_on_with(shared: OnWebChat) -> None:
    await shared.taps("Viết phản ánh")
    await shared.says("Chuyền 3 không có nước uống")
    await shared.sees("Chuyền 3 không có nước uống")
    await shared.closes_the_page()
    await shared.says(shared.code)  # type: ignore[attr-defined]
    await shared.sees(BACK)
    await shared.sees("Chuyền 3 không có nước uống", "Môi trường")


async def test_who_comes_back_is_written_in_the_night_and_obeyed_at_once(
    shared: OnWebChat, somebody: Somebody, service: RunningApp, clock: FakeClock
) -> None:
    [before] = await rows(service, Account)
    await shared.closes_the_page()
    await shared.says(shared.code)  # type: ignore[attr-defined]
    await shared.sees(BACK)
    assert await rows(service, Account) == [before], "no row that names anybody says when somebody came"
    await clock.passes(minutes=2)
    [after] = await rows(service, Account)
    assert after.id == before.id and after.external_hash != before.external_hash
    await shared.says("menu")
    await shared.sees("[Viết phản ánh]")


async def test_the_old_page_is_told_and_hears_nothing_more(
    shared: OnWebChat, somebody: Somebody, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    """Somebody has seen the code on the screen. Whose it is learns of it, gets the page back with the same code, and makes
    another one."""
    code: str = shared.code  # type: ignore[attr-defined]
    case = await files(shared)
    await leader.looks_away()
    thief = somebody("Kẻ lạ")
    await thief.says(code)
    await thief.sees(BACK)
    await shared.sees("vừa được mở ở trang khác bằng mã quay lại", "đổi mã mới")
    await shared.says("menu")
    await shared.sees("mã tham gia")
    await shared.says(code)
    await shared.sees(BACK)
    await shared.says("menu")
    await shared.taps("Cài đặt", "Mã quay lại", "Đổi mã mới")
    await shared.sees("Mã cũ không còn dùng được")
    fresh = return_code(await shared.sees("Mã quay lại của anh/chị"))
    assert fresh != code
    await thief.looks_away()
    for _ in range(2):  # at once, and after the night in which the rows were written
        await thief.says("Phản ánh của tôi", code)
        await thief.sees("Mã quay lại này sai hoặc hết hạn")
        await clock.passes(minutes=2)
    await thief.does_not_see(case)
    await shared.closes_the_page()
    await shared.says(fresh)
    await shared.sees(BACK)


async def test_the_same_code_in_two_pages_and_two_people_who_change_places(
    shared: OnWebChat, somebody: Somebody, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    """Each page is the one person's who came last; the night finds every account where it is."""
    other = somebody("Bình")
    assert isinstance(other, OnWebChat)
    theirs = await joins_on_a_shared_phone(other, service.codes.team)
    mine: str = shared.code  # type: ignore[attr-defined]
    case = await files(shared)
    passing = somebody("An, máy khác")
    await passing.says(mine)
    await passing.sees(BACK)
    another = somebody("An, máy thứ ba")
    await another.says(mine)
    await another.sees(BACK)
    await passing.says(theirs)  # the page that An has left is nobody's
    await passing.sees(BACK)
    await other.says(mine)  # and so is the one that Bình has left
    await other.sees(BACK)
    for _ in range(2):
        await other.says("Phản ánh của tôi")
        await other.sees(case)
        await passing.says("Phản ánh của tôi")
        await passing.sees("chưa gửi phản ánh nào")
        await shared.says("menu")
        await shared.sees("mã tham gia")
        await clock.passes(minutes=2)
    assert len(await rows(service, Account)) == 3  # the leader, too


async def test_guessing_return_codes(
    shared: OnWebChat, somebody: Somebody, service: RunningApp, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong ones count with joining codes: whoever guesses waits, and the right one is then not looked at either."""
    guesser = somebody("Kẻ lạ")
    for _ in range(wrong_codes.FREE + 1):
        await guesser.says(WRONG)
        refused = await guesser.sees("Mã quay lại này sai hoặc hết hạn")
    assert len(await rows(service, Tries)) == wrong_codes.FREE + 1
    await guesser.says(shared.code)  # type: ignore[attr-defined]
    await guesser.sees("quá nhiều lần nhập sai mã")
    await guesser.says("1234 5678 9012 345")
    await guesser.sees("gồm 8 chữ cái và chữ số")
    assert "Xin chào" not in refused
    monkeypatch.setattr("bot.visitors.Visitors.origin", lambda *_: "another network")
    await shared.closes_the_page()
    await shared.says(shared.code)  # type: ignore[attr-defined]
    await shared.sees(BACK)


async def test_who_has_seen_half_a_code_is_listened_to_ten_times_a_day(
    shared: OnWebChat, somebody: Somebody, service: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From as many addresses as they like; and the one whose code it is comes in all the while."""
    code: str = shared.code  # type: ignore[attr-defined]
    for number in range(wrong_codes.AT_ONE):
        monkeypatch.setattr("bot.visitors.Visitors.origin", lambda *_, number=number: f"address {number}")
        guesser = somebody(f"Kẻ {number}")
        await guesser.says(f"{code[:9]} {number:04} 0000")
        await guesser.sees("Mã quay lại này sai hoặc hết hạn")
        last = guesser
    await last.says(f"{code[:9]} 9999 0000")
    await last.sees("quá nhiều lần nhập sai mã")
    await last.says("5555 5555 5555 5555")
    await last.sees("Mã quay lại này sai hoặc hết hạn")
    monkeypatch.setattr("bot.visitors.Visitors.origin", lambda *_: "an's own")
    await shared.closes_the_page()
    await shared.says(code)
    await shared.sees(BACK)


@pytest.mark.parametrize("how", ["ended", "left", "put out"])
async def test_a_code_that_is_over(
    shared: OnWebChat, somebody: Somebody, service: RunningApp, clock: FakeClock, how: str
) -> None:
    code: str = shared.code  # type: ignore[attr-defined]
    await clock.passes(minutes=2)
    assert len(await rows(service, ReturnCode)) == 1
    await shared.says("menu")
    if how == "ended":
        await shared.taps("Cài đặt", "Mã quay lại", "Bỏ mã", "Bỏ mã")
        await shared.sees("Đã bỏ mã")
        await files_nothing_but(shared)
    elif how == "left":
        await shared.taps("Cài đặt", "Rời khỏi", "Rời khỏi và xóa dữ liệu của tôi")
    else:
        await shared.taps("Cài đặt", "Nối máy khác")
        [link] = re.findall(r"\w{4}-\w{4}", await shared.sees("nhập mã"))
        second = somebody("An, máy hai")
        await second.joins(link)
        await second.says("menu")
        await second.taps("Cài đặt", "Ngắt các máy khác", "Chỉ dùng máy này")
    stranger = somebody("Ai đó")
    for _ in range(2):
        await stranger.says(code)
        await stranger.sees("Mã quay lại này sai hoặc hết hạn")
        await clock.passes(minutes=2)
    known = await rows(service, ReturnCode)
    assert len(known) == (how == "ended") and not any(row.code_hash for row in known)


async def files_nothing_but(worker: Person) -> None:
    """Who wanted no code is shown none with the code of a grievance."""
    await worker.looks_away()
    await worker.says("Quạt hỏng")
    await worker.taps("Hủy")


async def test_a_pin_is_asked_for_and_wrong_ones_still_count(shared: OnWebChat, service: RunningApp) -> None:
    await sets_pin(shared)
    await shared.closes_the_page()
    for left in (4, 3):
        await shared.says(shared.code)  # type: ignore[attr-defined]
        await shared.sees(BACK)
        await shared.says("Phản ánh của tôi")
        await shared.sees("nhập mã PIN")
        await shared.says("1111")
        await shared.sees(f"Còn {left} lần")
        await shared.closes_the_page()


async def test_an_officer_comes_back_in_office_and_the_others_hear_of_it(
    somebody: Somebody, chair: Person, worker: Person, service: RunningApp
) -> None:
    leader = somebody("Mai")
    assert isinstance(leader, OnWebChat)
    code = await joins_on_a_shared_phone(leader, service.codes.leader)
    await leader.closes_the_page()
    await leader.says(code)
    await leader.sees(BACK)
    await chair.sees("Cuộc trò chuyện của đồng chí Trần Thị Mai", "mã quay lại")
    await files(worker)
    await leader.sees("Phản ánh mới", "Tăng ca tháng 5")


async def test_a_code_that_is_written_where_somebody_has_joined_is_no_grievance(shared: OnWebChat) -> None:
    """The page before has stayed open, and the next person at this computer writes theirs."""
    await shared.says("1234 5678 9012 3456")
    await shared.sees("Mã quay lại dùng cho trang mới mở", "Xóa khỏi máy này")
    await shared.does_not_see("[Tiền lương]")


async def test_who_answers_neither_question_is_given_a_code_with_the_first_grievance(
    somebody: Somebody, leader: Person, service: RunningApp
) -> None:
    worker = somebody("An")
    assert isinstance(worker, OnWebChat)
    await worker.begins(service.codes.team)
    await worker.taps("Đồng ý")
    await worker.says("Tăng ca tháng 5 chưa được trả")
    await worker.taps("Gửi tổ trưởng công đoàn")
    case = code_in(await worker.sees("mã PA-"))
    code = return_code(await worker.sees("Trước khi đóng trang"))
    await worker.closes_the_page()
    await worker.says(code)
    await worker.sees(BACK)
    await worker.says("Phản ánh của tôi")
    await worker.sees(case)


async def test_a_copy_of_the_database_has_no_code(shared: OnWebChat, service: RunningApp, clock: FakeClock) -> None:
    await clock.passes(minutes=2)
    code: str = shared.code  # type: ignore[attr-defined]
    [row] = await rows(service, ReturnCode)
    [account] = await rows(service, Account)
    told = " ".join(map(str, row.model_dump().values()))
    assert not [part for part in (code, code.replace(" ", ""), account.id) if part in told]
    assert len(code.replace(" ", "")) == return_codes.LENGTH
