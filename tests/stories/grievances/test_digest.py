"""Night and month: what officers are told by the clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.actors import Person
from tests.running_app import FakeClock
from tests.stories.acts import OVERTIME, answers, files


@pytest.fixture
def quiet() -> str:
    return "22:00-06:00"


@pytest.fixture
def night(clock: FakeClock) -> FakeClock:
    """23:30 in Vietnam."""
    clock.is_at(datetime(2026, 11, 23, 16, 30, tzinfo=UTC))
    return clock


async def test_at_night_nobody_is_woken_and_the_morning_tells(worker: Person, leader: Person, night: FakeClock) -> None:
    code = await files(worker)
    await leader.sees_nothing_new()
    await night.passes(hours=6, minutes=29)
    await leader.sees_nothing_new()
    await night.passes(minutes=3)
    await leader.sees("Chào đồng chí buổi sáng", "1 phản ánh", "Hôm nay, thứ Ba 24/11 · Tổ may 1", "Đến hạn hôm nay: 1")
    await leader.taps("Việc cần xử lý")
    await leader.sees(code)
    await leader.looks_away()
    await night.passes(hours=1)
    await leader.sees_nothing_new()


async def test_danger_rings_at_night(worker: Person, leader: Person, chair: Person, night: FakeClock) -> None:
    await worker.says("Cháy ở kho vải")
    await worker.taps("⚠ Có người gặp nguy hiểm: gửi ngay")
    await chair.sees("⚠", "Cháy ở kho vải")
    await night.passes(hours=8)
    await chair.does_not_see("buổi sáng")


async def test_who_was_passed_over_is_not_told_in_the_morning(
    worker: Person, leader: Person, chair: Person, night: FakeClock
) -> None:
    await files(worker, to="Gửi Ban chấp hành")
    await night.passes(hours=7)
    await chair.sees("buổi sáng", "1 phản ánh")
    await leader.does_not_see("buổi sáng")


async def test_the_month_is_counted(worker: Person, leader: Person, chair: Person, clock: FakeClock) -> None:
    await files(worker)
    await answers(leader, "Đã trả đủ", "Đề nghị kết thúc")
    await worker.taps("Đã ổn")
    await files(worker, OVERTIME + " và tháng 6")
    await answers(leader, "Anh/chị làm ca nào?", "Hỏi thêm")  # while the worker is waited for, it does not climb
    await leader.looks_away()
    await clock.passes(days=8)  # 1 December
    await leader.sees("tháng trước Tổ may 1 nhận 2 phản ánh", "1 được người lao động xác nhận đã ổn", "1 đang xử lý")
    await chair.does_not_see("tháng trước")
    await clock.passes(days=1)
    await leader.does_not_see("nhận 0 phản ánh")
