"""Who gets a case, who never does, and what a writer is told before it goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.grievances.cases import Grievance
from tests.actors import Person
from tests.running_app import RunningApp
from tests.stories.acts import OVERTIME, also, appointed, files, rows

ANONYMOUS, COMMITTEE, NAMED = "Không hiện tên (ẩn danh)", "Chỉ Ban chấp hành biết tên tôi", "Ghi tên tôi"


async def test_the_other_ways_of_naming_are_behind_the_last_button(worker: Person, leader: Person) -> None:
    await worker.says(OVERTIME)
    card = await worker.sees("là gửi ngay", "không hiện tên")
    assert ANONYMOUS not in card
    await worker.taps("Sửa, ghi tên, giờ gửi…")
    screen = await worker.sees("Tên: không hiện", f"[{COMMITTEE}]", f"[{NAMED}]")
    assert f"[{ANONYMOUS}]" not in screen, "it is so already"


async def test_only_the_committee_reads_the_name(worker: Person, leader: Person, chair: Person) -> None:
    await worker.says(OVERTIME)
    await worker.taps("Sửa, ghi tên, giờ gửi…", COMMITTEE)
    await worker.says("Nguyễn Thị Bình")
    await worker.sees("Nguyễn Thị Bình, chỉ Ban chấp hành biết")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", "không nêu tên")
    await leader.taps("Chuyển lên Ban chấp hành")
    await leader.says("Cần Ban chấp hành làm việc với phòng lương")
    await leader.taps("Chuyển")
    await chair.sees("vừa được chuyển lên", "Người gửi: Nguyễn Thị Bình", "Cần Ban chấp hành làm việc")
    await leader.does_not_see("Nguyễn Thị Bình")


async def test_who_was_passed_over_never_sees_the_case(worker: Person, leader: Person, chair: Person) -> None:
    code = await files(worker, to="Gửi Ban chấp hành")
    await chair.sees("Phản ánh mới", code)
    await leader.taps("Việc cần xử lý")
    await leader.sees("không có phản ánh nào chờ")
    await leader.says(code)
    await leader.sees("không giữ phản ánh nào mang mã này")
    await leader.does_not_see(OVERTIME)


async def test_who_takes_the_office_later_is_barred_too(
    worker: Person, leader: Person, chair: Person, service: RunningApp, somebody: Callable[[str], Person]
) -> None:
    code = await files(worker, to="Gửi Ban chấp hành")
    successor = somebody("Lan")
    await successor.joins(await appointed(service, "SONGLAM-MAY1", "deputy_leader", "Phạm Thị Lan", "SL009"))
    await successor.says(code)
    await successor.sees("không giữ phản ánh nào mang mã này")


async def test_a_leader_who_also_sits_above_is_no_way_around(
    worker: Person, leader: Person, superior: Person, service: RunningApp
) -> None:
    """The leader is the only one of the committee with a chat: a case that passes the leader over cannot go there."""
    await also(service, "SL001", "SONGLAM", "committee")
    await worker.says(OVERTIME)
    review = await worker.sees("là gửi ngay", "Gửi tổ trưởng công đoàn", "Gửi Liên đoàn Lao động tỉnh")
    assert "Ban chấp hành]" not in review
    await worker.taps("Gửi Liên đoàn Lao động tỉnh")
    await superior.sees("Phản ánh mới", OVERTIME)
    await leader.taps("Việc cần xử lý")
    await leader.sees("không có phản ánh nào chờ")


async def test_danger_passes_nobody_over(worker: Person, leader: Person, chair: Person) -> None:
    await worker.says("Dây điện hở ở máy 12, có người bị giật")
    await worker.taps("⚠ Có người gặp nguy hiểm: gửi ngay")
    await worker.sees("115 cấp cứu, 114", "113")
    await chair.sees("⚠")


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("Chưa trả tăng ca, gọi cho tôi 0912 345 678", "số điện thoại"),
        ("Chưa trả tăng ca, mã nhân viên SL002", "mã số nhân viên"),
        ("Anh Nguyễn Văn Hùng không trả tăng ca", "hình như có tên người"),
        ("Tôi tên là Bình, chưa trả tăng ca", "nêu tên anh/chị"),
        ("Việc này chỉ mình tôi biết: chưa trả tăng ca", "chỉ anh/chị biết"),
    ],
)
async def test_what_gives_a_writer_away_is_said_before_it_goes(
    worker: Person, leader: Person, service: RunningApp, text: str, warning: str
) -> None:
    await worker.says(text)
    await worker.sees("⚠", warning, "sửa lại nội dung")
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Sửa nội dung")
    await worker.says("Chưa trả tăng ca")
    review = await worker.sees("là gửi ngay", "Chưa trả tăng ca")
    assert "sửa lại nội dung" not in review
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", "Chưa trả tăng ca")
    assert len(await rows(service, Grievance)) == 1


async def test_naming_the_chair_as_deputy_does_not_blind_the_chair(worker: Person, leader: Person, chair: Person) -> None:
    before = await files(worker, to="Gửi Ban chấp hành")
    await leader.taps("Việc cần xử lý", "Khi tôi vắng mặt", "Nguyễn Văn Hùng", "14 ngày")
    await chair.says(before)
    await chair.sees(before, OVERTIME)
    after = await files(worker, "Tổ trưởng bớt công", to="Gửi Ban chấp hành")
    await chair.says(after)
    await chair.sees(after, "bớt công")
    await leader.says(after)
    await leader.sees("không giữ phản ánh nào mang mã này")


async def test_a_deputy_of_the_chair_reads_no_name_given_to_the_committee(
    worker: Person, leader: Person, chair: Person
) -> None:
    await chair.taps("Việc cần xử lý", "Khi tôi vắng mặt", "Trần Thị Mai", "3 ngày")
    await worker.says(OVERTIME)
    await worker.taps("Sửa, ghi tên, giờ gửi…", COMMITTEE)
    await worker.says("Nguyễn Thị Bình")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", "không nêu tên")
    await leader.does_not_see("Nguyễn Thị Bình")
