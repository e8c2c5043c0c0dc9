"""Giving one's name afterwards: only the reporter can, after a day, and may take it back until then."""

from __future__ import annotations

from models.anonymity.intake import Intake
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import files, rows
from tests.stories.channels import every_channel


async def gives_name(worker: Person, code: str, who: str) -> None:
    await worker.says(code)
    await worker.taps("Thêm…", "Cho biết tên")
    await worker.sees("Sau 24 giờ", "Không ai được phép đòi")
    await worker.says("Nguyễn Thị Bình")
    await worker.taps(who)
    await worker.sees("Sau ", "rút lại được")


async def test_a_name_is_shown_after_a_day(worker: Person, leader: Person, clock: FakeClock) -> None:
    code = await files(worker)
    await leader.sees("Phản ánh mới")
    await gives_name(worker, code, "Mọi cán bộ xử lý việc này")
    await clock.passes(hours=23, minutes=59)
    await leader.does_not_see("Bình")
    await clock.passes(minutes=2)
    await leader.sees("đã cho biết tên", "Người gửi: Nguyễn Thị Bình")


@every_channel
async def test_it_can_be_taken_back(worker: Person, leader: Person, clock: FakeClock, service: RunningApp) -> None:
    code = await files(worker)
    await gives_name(worker, code, "Mọi cán bộ xử lý việc này")
    await clock.passes(hours=20)
    await worker.says(code)
    await worker.taps("Thêm…", "Rút lại tên")
    await worker.sees("Chưa cán bộ nào thấy tên")
    await clock.passes(hours=48)
    assert not await rows(service, Intake), "neither the name nor that it was taken back"
    await leader.does_not_see("Bình")


async def test_a_name_for_the_committee_only(worker: Person, leader: Person, chair: Person, clock: FakeClock) -> None:
    code = await files(worker)
    await gives_name(worker, code, "Chỉ Ban chấp hành biết tên tôi")
    await clock.passes(hours=25)
    await leader.says(code)
    await leader.sees(code, "không nêu tên")
    await leader.does_not_see("Bình")


async def test_officers_are_offered_no_way_to_ask(worker: Person, leader: Person) -> None:
    await files(worker)
    await leader.sees("Phản ánh mới")
    for text in await leader.texts():
        assert "[Cho biết tên]" not in text
        assert "[Hỏi tên]" not in text


async def test_a_name_that_waits_goes_with_who_leaves(worker: Person, leader: Person, clock: FakeClock) -> None:
    code = await files(worker)
    await gives_name(worker, code, "Mọi cán bộ xử lý việc này")
    await worker.taps("Cài đặt", "Rời khỏi", "Rời khỏi và xóa dữ liệu của tôi")
    await clock.passes(hours=25)
    await leader.does_not_see("Bình")


async def test_a_name_can_be_taken_back_after_the_case_is_withdrawn(
    worker: Person, leader: Person, clock: FakeClock
) -> None:
    code = await files(worker)
    await gives_name(worker, code, "Mọi cán bộ xử lý việc này")
    await worker.says(code)
    await worker.taps("Thêm…", "Rút phản ánh", "Rút")
    await worker.says(code)
    await worker.taps("Thêm…", "Rút lại tên")
    await worker.sees("Chưa cán bộ nào thấy tên")
    await clock.passes(hours=25)
    await leader.does_not_see("Bình")
