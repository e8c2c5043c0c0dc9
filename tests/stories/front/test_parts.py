"""A long text that a phone sends in parts."""

from __future__ import annotations

import pytest

from models.anonymity.intake import Intake
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import files, rows
from tests.stories.channels import every_channel

LINES = "\n".join(f"{number}. Tháng {number % 12 + 1} thiếu tiền tăng ca." for number in range(1, 190))
"""6,240 letters or so."""


def parts_of(text: str, most: int) -> list[str]:
    """As a phone cuts it."""
    return [text[start : start + most] for start in range(0, len(text), most)]


@every_channel
@pytest.mark.parametrize("most", [1999, 3900, 4090])
async def test_parts_of_one_pasted_text_are_one(worker: Person, leader: Person, most: int, channel: str) -> None:
    if channel == "zalo" and most > 2000:
        most = 1950  # Zalo's own limit
    await worker.says("Viết phản ánh")
    await worker.says(*parts_of(LINES, most))
    await worker.sees(
        "ghép lại làm một",
    )
    await worker.sees("1. Tháng 2 thiếu", "· không hiện tên")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await worker.sees("mã PA-")
    await leader.sees("Phản ánh mới", "1. Tháng 2 thiếu", "[Xem toàn bộ]")
    await leader.taps("Xem toàn bộ")
    shown = "".join([await leader.sees("từ đầu"), *await leader.texts()])
    assert "1. Tháng 2 thiếu" in shown and "189. Tháng 10 thiếu tiền tăng ca." in shown


async def test_also_of_a_text_that_begins_the_grievance_and_of_an_answer(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await leader.says(code)
    await leader.taps("Trả lời")
    await leader.says(*parts_of(LINES[:5000], 3900))
    await leader.sees("ghép lại làm một")
    await leader.taps("Gửi")
    await leader.sees("Đã gửi")


async def test_far_too_long_none_of_it_is_taken(worker: Person, service: RunningApp) -> None:
    await worker.says("Viết phản ánh", *parts_of(LINES * 2, 4090))
    await worker.sees("dài quá 8.000 ký tự")
    await worker.does_not_see("không hiện tên")
    assert all(len(row.body) < 20_000 for row in await rows(service, Intake))


async def test_what_comes_later_is_no_part(worker: Person, clock: FakeClock) -> None:
    await worker.says("Viết phản ánh", LINES[:2500])
    await worker.sees("không hiện tên")
    await clock.passes(seconds=30)
    await worker.says("Có ai đó không?")
    await worker.sees("Vui lòng chọn")
    await worker.does_not_see("ghép lại làm một")
