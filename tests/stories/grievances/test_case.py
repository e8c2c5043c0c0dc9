"""A case between a worker and the officers of one unit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.trust.audit import Audit
from tests.actors import OnTelegram, Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, answers, appointed, files, forges, rows, token_behind
from tests.stories.channels import every_channel, on

Somebody = Callable[[str], Person]


@pytest.fixture
async def deputy(somebody: Somebody, service: RunningApp, leader: Person) -> Person:
    """A second officer of the worker's team."""
    person = somebody("Lan")
    await person.joins(await appointed(service, "SONGLAM-MAY1", "deputy_leader", "Phạm Thị Lan", "SL003"))
    await person.sees("nhận phản ánh gửi tới đơn vị")
    return person


async def test_the_second_to_acknowledge_is_told_who_was_first(worker: Person, leader: Person, deputy: Person) -> None:
    code = await files(worker)
    await deputy.sees("Phản ánh mới", code, "[Tiếp nhận]")
    await leader.taps("Tiếp nhận")
    await leader.sees(f"Đồng chí đã tiếp nhận {code}", "[Trả lời]")
    await deputy.taps("Tiếp nhận")
    await deputy.sees("Đồng chí Trần Thị Mai đã xử lý trước", code, "đang xem xét")
    await worker.says(code)
    await worker.sees(code, "đã tiếp nhận, đang xem xét", "Hạn trả lời")


@every_channel
async def test_an_answer_is_read_again_before_it_goes(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await leader.taps("Trả lời")
    await leader.sees(f"viết nội dung trả lời {code}")
    await leader.says("Tổ sẽ hỏi phòng nhân sự")
    await leader.sees(code, f"“{OVERTIME}”", "“Tổ sẽ hỏi phòng nhân sự”", "[Gửi]", "[Viết lại]")
    await leader.taps("Viết lại")
    await leader.sees(f"viết nội dung trả lời {code}")
    await leader.says("Tổ đã hỏi phòng nhân sự")
    await worker.does_not_see("phòng nhân sự")
    await leader.taps("Gửi")
    await worker.sees("Công đoàn trả lời", "Tổ đã hỏi phòng nhân sự")
    await worker.does_not_see("Tổ sẽ hỏi")


async def test_an_answer_may_be_dropped(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await leader.taps("Trả lời")
    await leader.says("Chưa rõ")
    await leader.taps("Hủy")
    await leader.sees("Không có gì được gửi đi")
    await worker.does_not_see("Chưa rõ")
    await leader.says("viec can xu ly")
    await leader.sees("1 phản ánh đang mở", code, "còn 24 giờ")


async def test_two_officers_answer_and_both_are_heard(
    worker: Person, leader: Person, deputy: Person, clock: FakeClock, service: RunningApp
) -> None:
    code = await files(worker)
    await leader.taps("Trả lời")
    await deputy.taps("Trả lời")
    await leader.says("Tổ đã hỏi phòng nhân sự")
    await deputy.says("Chiều nay có bảng công")
    await leader.taps("Gửi")
    await clock.passes(seconds=1)
    await deputy.taps("Gửi")
    await deputy.sees("Trong lúc đó", "Trần Thị Mai", "Tổ đã hỏi phòng nhân sự")  # nobody writes over a colleague unseen
    await deputy.taps("Gửi")
    await worker.sees("Công đoàn trả lời", "phòng nhân sự")
    await worker.sees("Công đoàn trả lời", "bảng công")
    await deputy.says(code)
    await deputy.sees("Đồng chí Trần Thị Mai: “Tổ đã hỏi", "Đồng chí Phạm Thị Lan: “Chiều nay")
    assert sorted(entry.verb for entry in await rows(service, Audit)) == ["reply", "reply"]


@every_channel
async def test_a_long_grievance_reaches_the_officer_whole(worker: Person, leader: Person) -> None:
    text = " ".join(f"việc{number}" for number in range(430))
    assert 3000 < len(text) < 4000
    code = await files(worker, text)
    await leader.sees("Phản ánh mới", "việc0 ")
    await leader.looks_away()
    await leader.says(code)
    await leader.sees(f"Phản ánh {code}", "[Xem toàn bộ]")
    await leader.taps("Xem toàn bộ")
    shown = (await leader.texts())[leader.seen :]  # in parts where the line's messages are short
    assert f"“{text}”" in " ".join("\n".join(shown).split())


async def test_settled_is_the_workers_word(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await answers(leader, "Đã trả đủ", "Đề nghị kết thúc")
    await worker.sees("Công đoàn nhắn về phản ánh", code, "Đã trả đủ", "đã ổn chưa")
    await leader.says(code)
    await leader.sees("công đoàn đang hỏi đã ổn chưa")
    await worker.says("mã nào?")  # a word that is no choice begins another case, and loses nothing of this one
    await worker.says("dừng")
    await worker.taps("Bỏ, không gửi", "Đã ổn")
    await worker.sees(code, "kết thúc", "phản ánh mới")
    card = await leader.sees(f"Người lao động cho biết {code} đã ổn", "\nđã ổn\n")
    assert "Hạn trả lời" not in card


@pytest.mark.parametrize("channel", ["telegram", "webchat"])
@pytest.mark.parametrize("label", ["Tiếp nhận", "Trả lời", "Đề nghị kết thúc"])
async def test_buttons_of_a_closed_case_answer_politely(worker: Person, leader: Person, label: str) -> None:
    code = await files(worker)
    await answers(leader, "Đã trả đủ", "Đề nghị kết thúc")
    await worker.taps("Đã ổn")
    await leader.looks_away()
    await leader.taps(label)
    await leader.sees("việc đã kết thúc")
    await leader.sees("[Việc cần xử lý]")
    await worker.taps("Bổ sung, trả lời lại")
    await worker.sees("việc đã kết thúc")
    await worker.sees("[Viết phản ánh]")
    await worker.taps("Chưa ổn")
    await worker.sees("việc đã kết thúc")
    await worker.says(code)
    await worker.sees(code, "· đã ổn", "Đã trả đủ")


async def test_a_closed_case_offers_nothing_to_do(worker: Person, leader: Person) -> None:
    """Where there are no buttons, this is all that is left of them."""
    code = await files(worker)
    await answers(leader, "Đã trả đủ", "Đề nghị kết thúc")
    await worker.taps("Đã ổn")
    for person in (leader, worker):
        await person.looks_away()
        await person.says(code)
        card = await person.sees(code, "đã ổn", "Đã trả đủ")
        for label in ("Tiếp nhận", "Trả lời", "Đề nghị kết thúc", "Bổ sung, trả lời lại", "Đã ổn", "Chưa ổn"):
            assert f"[{label}" not in card, person.name


async def test_a_case_closed_while_the_officer_writes_is_not_answered(
    worker: Person, leader: Person, deputy: Person
) -> None:
    await files(worker)
    await answers(leader, "Đã trả đủ", "Đề nghị kết thúc")
    await deputy.taps("Trả lời")
    await deputy.says("Tôi đang hỏi")
    await worker.taps("Đã ổn")
    await deputy.looks_away()
    await deputy.taps("Gửi")
    await deputy.sees("việc đã kết thúc")
    await worker.does_not_see("Tôi đang hỏi")


async def test_codes_open_only_ones_own_cases(
    worker: Person, leader: Person, somebody: Somebody, service: RunningApp
) -> None:
    code = await files(worker)
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("-", "")):
        await worker.says(typed)
        await worker.sees(code, "chờ trả lời", OVERTIME)
    other = somebody("Bình")
    await other.joins(service.codes.team)
    await other.says(code)
    await other.sees("không có phản ánh nào mang mã đó")
    await other.does_not_see(OVERTIME)


async def test_an_officer_opens_only_cases_of_their_unit(worker: Person, leader: Person, chair: Person) -> None:
    code = await files(worker)
    await chair.says(code)
    await chair.sees("không giữ phản ánh nào mang mã này")
    await chair.does_not_see(OVERTIME)
    await leader.says(code)
    await leader.sees(f"Phản ánh {code}", OVERTIME, "[Tiếp nhận]")


async def test_an_officer_is_a_worker_too(leader: Person, chair: Person) -> None:
    code = await files(leader, "Quạt hỏng", "Gửi Ban chấp hành")
    await chair.sees("Phản ánh mới", code, "không nêu tên")
    await leader.says(code)
    await leader.sees("không giữ phản ánh nào", f"[{code}]")
    await leader.taps(code)
    await leader.sees(code, "Quạt hỏng", "Ban chấp hành")


@on("telegram")
async def test_anothers_buttons_do_nothing(worker: Person, leader: Person, chair: Person, superior: Person) -> None:
    code = await files(worker)
    await leader.sees("Phản ánh mới", code)
    await leader.taps("Thêm…")
    assert isinstance(leader, OnTelegram)
    for label in ("Tiếp nhận", "Trả lời", "Đề nghị kết thúc"):
        for person in (worker, chair, superior):
            assert isinstance(person, OnTelegram)
            await forges(person, token_behind(leader, label))
            await person.sees("hiện không dùng được")
    await leader.says("viec can xu ly")
    await leader.sees("1 phản ánh đang mở", "còn 24 giờ")
