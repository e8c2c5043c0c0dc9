"""Time cover: an anonymous message travels at a moment fixed for all, so that nobody looks at the clock and guesses."""

from __future__ import annotations

import pytest

from models.grievances.cases import Grievance
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, answers, files, rows


@pytest.fixture
def privacy() -> str:
    return "30-90"


async def settling(worker: Person, leader: Person, clock: FakeClock) -> str:
    """A case under cover comes to the question whether that settles it."""
    code = await files(worker)
    await clock.passes(minutes=90)
    await answers(leader, "Đã trả đủ 42 giờ", "Đề nghị kết thúc")
    await clock.passes(minutes=90)
    await worker.sees(code, "đã ổn chưa")
    return code


async def test_nothing_reaches_the_leader_before_its_time(
    worker: Person, leader: Person, clock: FakeClock, service: RunningApp
) -> None:
    await worker.taps("Viết phản ánh")
    await worker.says(OVERTIME)
    await worker.sees("đến sau 30–90 phút")
    await worker.taps("Sửa, ghi tên, giờ gửi…")
    await worker.sees("không ai đoán ra giờ gửi", "[Không cần chờ: chuyển đi ngay]")
    await worker.taps("Quay lại")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await worker.sees("mã PA-", "trong khoảng 30–90 phút")
    await clock.passes(minutes=29, seconds=59)
    await leader.sees_nothing_new()
    assert not await rows(service, Grievance)
    await clock.passes(minutes=60, seconds=1)
    await leader.sees("Phản ánh mới", OVERTIME)


async def test_the_deadline_counts_from_the_moment_it_arrives(worker: Person, leader: Person, clock: FakeClock) -> None:
    await files(worker)
    await clock.passes(minutes=90)
    card = await leader.sees("Phản ánh mới", "Hạn trả lời")
    assert any(f"trước {hour}:" in card for hour in (10, 11)), card
    assert "24/11" in card


async def test_gui_ngay_reaches_at_once(worker: Person, leader: Person) -> None:
    await worker.says(OVERTIME)
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Không cần chờ: chuyển đi ngay")
    await worker.sees("đến ngay")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await worker.sees("mã PA-")
    await worker.does_not_see("trong khoảng")
    await leader.sees("Phản ánh mới", OVERTIME)


async def test_a_worker_may_go_back_under_cover(worker: Person, leader: Person) -> None:
    await worker.says(OVERTIME)
    await worker.taps(
        "Sửa, ghi tên, giờ gửi…",
        "Không cần chờ: chuyển đi ngay",
        "Sửa, ghi tên, giờ gửi…",
        "Chuyển đi sau 30–90 phút",
        "Gửi tổ trưởng công đoàn",
    )
    await worker.sees("trong khoảng 30–90 phút")
    await leader.sees_nothing_new()


async def test_danger_does_not_wait(worker: Person, chair: Person) -> None:
    await worker.says("Có người ngất ở chuyền 3")
    await worker.taps("⚠ Có người gặp nguy hiểm: gửi ngay")
    await chair.sees("⚠", "chuyền 3")


async def test_a_name_needs_no_cover(worker: Person, leader: Person) -> None:
    await worker.says(OVERTIME)
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Ghi tên tôi")
    await worker.says("Nguyễn Thị Bình")
    await worker.sees("ghi tên: Nguyễn Thị Bình")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", "Bình")


async def test_a_case_on_its_way_is_known_to_its_reporter(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await worker.taps("Phản ánh của tôi")
    await worker.sees("Phản ánh của anh/chị", f"{code}: đang chờ chuyển đi")
    await worker.says(code.lower())
    await worker.sees(f"{code}: đang chờ chuyển đi")
    await worker.does_not_see("không có phản ánh nào")
    await leader.says(code)
    await leader.sees("không giữ phản ánh nào mang mã này")


async def test_the_answer_comes_under_cover_too(worker: Person, leader: Person, clock: FakeClock) -> None:
    code = await files(worker)
    await clock.passes(minutes=90)
    await leader.taps("Trả lời")
    await leader.says("Tổ đã hỏi phòng nhân sự")
    await leader.taps("Gửi")
    await leader.sees("Để bảo vệ người phản ánh", code, "sau 30–90 phút")
    await worker.sees_nothing_new()
    await clock.passes(minutes=90)
    await worker.sees("Công đoàn trả lời", code, "phòng nhân sự")
    await worker.taps("Bổ sung, trả lời lại")
    await worker.says("Còn thiếu 3 giờ")
    await worker.taps("Gửi sau 30–90 phút")
    await worker.sees("trong khoảng 30–90 phút")
    await leader.looks_away()
    await clock.passes(minutes=29)
    await leader.sees_nothing_new()
    await clock.passes(minutes=61)
    await leader.sees("bổ sung", code, "Còn thiếu 3 giờ")


async def test_an_addition_may_go_at_once(worker: Person, leader: Person, clock: FakeClock) -> None:
    code = await files(worker)
    await clock.passes(minutes=90)
    await worker.says(code)
    await worker.taps("Bổ sung, trả lời lại")
    await worker.says("Hôm nay là hạn cuối")
    await worker.taps("Gửi ngay")
    await worker.sees("Công đoàn đã nhận được")
    await leader.sees("bổ sung", code, "hạn cuối")


async def test_a_decision_on_its_way_leaves_no_other_to_take(worker: Person, leader: Person, clock: FakeClock) -> None:
    code = await settling(worker, leader, clock)
    await worker.taps("Đã ổn")
    await worker.sees(code, "kết thúc", "trong khoảng 30–90 phút")
    await worker.says(code)
    card = await worker.sees(code, "Đã trả đủ 42 giờ", "[Bổ sung, trả lời lại]")
    assert "[Đã ổn]" not in card and "[Chưa ổn" not in card


@pytest.mark.parametrize("channel", ["telegram", "webchat"])
async def test_a_decision_under_cover_is_taken_once(worker: Person, leader: Person, clock: FakeClock) -> None:
    code = await settling(worker, leader, clock)
    await worker.taps("Đã ổn")
    await worker.sees(code, "kết thúc", "trong khoảng 30–90 phút")
    await worker.taps("Đã ổn")
    await worker.sees("hiện không dùng được")
    await worker.taps("Chưa ổn")
    await worker.sees("hiện không dùng được")
    await leader.looks_away()
    await clock.passes(minutes=90)
    await leader.sees(f"Người lao động cho biết {code} đã ổn")
    await leader.sees_nothing_new()


async def test_not_settled_travels_under_cover(worker: Person, leader: Person, chair: Person, clock: FakeClock) -> None:
    code = await settling(worker, leader, clock)
    await worker.taps("Chưa ổn, chuyển lên Ban chấp hành")
    await worker.says("Mới trả 30 giờ")
    await worker.sees(code, "Ban chấp hành", "trong khoảng 30–90 phút")
    await chair.sees_nothing_new()
    await clock.passes(minutes=90)
    await chair.sees(code, "Mới trả 30 giờ")
