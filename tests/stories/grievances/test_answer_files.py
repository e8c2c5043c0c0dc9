"""A photo or a document goes with an officer's answer: cleaned, under the same time cover, to its reporter alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.trust.audit import Audit
from tests import sample_files as made
from tests.actors import OnZalo, Person
from tests.running_app import FakeClock, RunningApp
from tests.sample_files import GPS_MAKE
from tests.stories.acts import OVERTIME, files, rows
from tests.stories.channels import every_channel


@pytest.fixture
def privacy(request: pytest.FixtureRequest) -> str:
    return "30-90" if "cover" in request.node.name else "0"


@every_channel
async def test_a_photo_goes_with_an_answer(
    worker: Person, leader: Person, somebody: Callable[[str], Person], service: RunningApp
) -> None:
    code = await files(worker)
    await leader.taps("Trả lời")
    await leader.says("Bảng lương đã sửa")
    await leader.shows(made.photo((400, 300)))
    await leader.sees("Ảnh 1: đang tải")
    await leader.sees("Bảng lương đã sửa", "Kèm theo: ảnh 1", "[Gửi]")
    await leader.taps("Gửi")
    await leader.sees("Đã gửi")
    await worker.sees("Công đoàn trả lời", "Bảng lương đã sửa", "Kèm theo: ảnh 1", "[Xem tệp]")
    before = len(await rows(service, Audit))
    await worker.taps("Xem tệp")
    await worker.sees(f"Tệp của {code}")
    [(name, content)] = await worker.received()
    assert name == "anh-1.jpg" and content.startswith(b"\xff\xd8\xff")
    assert b"Exif" not in content and GPS_MAKE.encode() not in content
    assert len(await rows(service, Audit)) == before, "nothing says that the reporter was here"
    stranger = somebody("Bình")
    await stranger.joins(service.codes.team)
    await stranger.says(code)
    await stranger.does_not_see("Xem tệp", "Bảng lương")
    await leader.says(code)
    await leader.sees(code, "Công đoàn gửi: ảnh 1 (đã nhận)")


async def test_under_cover_a_file_is_heard_of_with_its_answer(worker: Person, leader: Person, clock: FakeClock) -> None:
    code = await files(worker)
    await clock.passes(hours=2)
    await leader.taps("Trả lời")
    await leader.says("Bảng lương đã sửa")
    await leader.shows(made.photo((400, 300)))
    await leader.taps("Gửi")
    await worker.says(code)
    await worker.sees(code, OVERTIME)
    await worker.does_not_see("ảnh 1", "Xem tệp", "Bảng lương")
    await clock.passes(hours=2)
    await worker.sees("Công đoàn trả lời", "Kèm theo: ảnh 1", "[Xem tệp]")


async def test_a_refused_file_says_why_and_does_not_go(worker: Person, leader: Person) -> None:
    await files(worker)
    await leader.taps("Trả lời")
    await leader.says("Biên bản làm việc")
    kind = "photo" if isinstance(leader, OnZalo) else "document"
    await leader.shows(b"MZ this is a program" * 50, kind)
    await leader.sees("Ảnh 1 chưa nhận được:" if isinstance(leader, OnZalo) else "Tệp 1 chưa nhận được:")
    await leader.taps("Gửi")
    said = await worker.sees("Công đoàn trả lời", "Biên bản làm việc")
    assert "Kèm theo" not in said and "Xem tệp" not in said
