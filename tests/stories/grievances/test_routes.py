"""Some kinds go first to those whose work they are: on a button that the worker sees, and past everybody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from models.grievances.cases import Grievance
from tests.actors import Person
from tests.running_app import MONDAY, FakeClock, RunningApp
from tests.stories.acts import answers, appointed, code_in, files, rows
from tests.stories.channels import every_channel
from tests.stories.grievances.test_filing import reviews

FACTORY = "SONGLAM"
DANGER = "⚠ Có người gặp nguy hiểm: gửi ngay"
KEEP = "Lưu làm câu trả lời mẫu"


async def joined(
    service: RunningApp, somebody: Callable[[str], Person], role: str, name: str, code: str, unit: str = FACTORY
) -> Person:
    """One more officer, who has joined."""
    officer = somebody(name)
    await officer.joins(await appointed(service, unit, role, name, code))
    await officer.looks_away()
    return officer


@every_channel
async def test_harassment_goes_to_womens_affairs_and_the_chair(
    worker: Person, leader: Person, chair: Person, somebody: Callable[[str], Person], service: RunningApp
) -> None:
    """And to no other member of the committee; womens_affairs has it in her menu, answers it, and sees no other case."""
    women = await joined(service, somebody, "womens_affairs", "Hoàng Thị Nụ", "SL811")
    member = await joined(service, somebody, "committee", "Phan Văn Sửu", "SL812")
    await reviews(worker, "Quản đốc hay sờ mó chị em")
    card = await worker.sees("Quấy rối tình dục · không hiện tên")
    assert card.index("[Gửi cán bộ nữ công và chủ tịch]") < card.index("[Gửi tổ trưởng công đoàn]")
    await worker.taps("Gửi cán bộ nữ công và chủ tịch")
    await worker.sees("Cán bộ nữ công và chủ tịch", "hạn trả lời tại đây")
    await women.sees("Phản ánh mới", "sờ mó")
    await chair.sees("Phản ánh mới", "sờ mó")
    await women.says("menu")
    await women.sees("Hôm nay", "Mới: 1")
    await women.taps("Xử lý lần lượt (1)")
    await women.says("Chị gặp tôi ở phòng công đoàn")
    await women.taps("Gửi")
    await worker.sees("Chị gặp tôi ở phòng công đoàn")
    other = await files(worker, "Chậm lương tháng 5", "Gửi Ban chấp hành")
    await member.sees("Phản ánh mới", other)
    await member.does_not_see("sờ mó", "Quấy rối")
    await leader.does_not_see("sờ mó")
    await women.does_not_see(other)


@every_channel
async def test_a_complaint_about_the_union_goes_to_the_inspection_committee(
    worker: Person, chair: Person, superior: Person, somebody: Callable[[str], Person], service: RunningApp
) -> None:
    inspector = await joined(service, somebody, "inspection", "Đinh Văn Ngọ", "SL813")
    await reviews(worker, "Quỹ công đoàn chi không công khai")
    await worker.taps("Gửi ủy viên ủy ban kiểm tra")
    await inspector.sees("Phản ánh mới", "Quỹ công đoàn")
    await chair.sees_nothing_new()
    await superior.sees_nothing_new()


async def test_without_an_inspection_committee_it_goes_above(worker: Person, chair: Person, superior: Person) -> None:
    await reviews(worker, "Quỹ công đoàn chi không công khai")
    card = await worker.sees("Hoạt động, tài chính công đoàn")
    assert card.index("[Gửi Liên đoàn Lao động tỉnh]") < card.index("[Gửi Ban chấp hành]")


@every_channel
async def test_retaliation_goes_past_those_who_have_the_case(
    worker: Person, leader: Person, chair: Person, superior: Person, service: RunningApp
) -> None:
    code = await files(worker)
    await leader.looks_away()
    await worker.taps("Phản ánh của tôi", code, "Tôi bị trù dập")
    await worker.sees("bị đối xử thế nào")
    await worker.says("Bị chuyển sang chuyền nặng")
    card = await worker.sees("Bị trù dập, trả thù · không hiện tên")
    assert card.index("[Gửi Liên đoàn Lao động tỉnh]") < card.index("[Gửi Ban chấp hành]")
    assert "[Gửi tổ trưởng công đoàn]" not in card
    await worker.taps("Gửi Liên đoàn Lao động tỉnh")
    await superior.sees("Phản ánh mới", "chuyền nặng", "Bị trù dập, trả thù · ", "không nêu tên")
    await leader.sees_nothing_new()
    await chair.sees_nothing_new()
    assert len(await rows(service, Grievance)) == 2


@every_channel
async def test_an_officer_under_pressure_writes_to_those_above(leader: Person, chair: Person, superior: Person) -> None:
    await leader.says("menu")
    await leader.taps("Thêm…", "Tôi bị gây sức ép vì làm công đoàn")
    await leader.says("Giám đốc dọa cho nghỉ")
    await leader.sees("Bị trù dập, trả thù · không hiện tên")
    await leader.taps("Gửi Liên đoàn Lao động tỉnh")
    await superior.sees("Phản ánh mới", "dọa cho nghỉ")
    await chair.sees_nothing_new()


@every_channel
async def test_a_rumour_asks_for_a_verified_answer(worker: Person, leader: Person, chair: Person) -> None:
    await reviews(worker, "Nghe nói công ty sắp cắt thưởng, có thật không ạ")
    card = await worker.sees("không hiện tên")
    assert "Tin đồn, thông tin sai lệch" in card
    assert card.index("[Gửi Ban chấp hành]") < card.index("[Gửi tổ trưởng công đoàn]")
    await worker.taps("Gửi Ban chấp hành")
    await chair.sees("Phản ánh mới", "trả lời điều đã kiểm chứng")
    await leader.sees_nothing_new()


@every_channel
@pytest.mark.parametrize("quiet", ["20:00-06:00"])
async def test_danger_rings_outside_the_team_at_night(
    worker: Person, leader: Person, superior: Person, clock: FakeClock, quiet: str
) -> None:
    """No committee can be reached: those above it are rung at once, and the team is not; the name stays unsaid."""
    clock.is_at(MONDAY + timedelta(hours=14))
    await reviews(worker, "Kho vải bốc cháy")
    await worker.sees("gọi ngay 115 · 114", "Nút đầu tiên báo ngay cho Liên đoàn Lao động tỉnh")
    await worker.taps("⚠ Có người gặp nguy hiểm: gửi ngay")
    await superior.sees("việc khẩn")
    await superior.sees("⚠", "bốc cháy", "không nêu tên")
    await leader.sees_nothing_new()


@every_channel
@pytest.mark.parametrize("quiet", ["20:00-06:00"])
async def test_despair_in_an_answer_rings_past_those_who_have_the_case(
    worker: Person, leader: Person, chair: Person, clock: FakeClock, quiet: str
) -> None:
    """At night, to a case that only the team has and that is not urgent: whom to call, and on-call officers are a tap away;
    what was written goes along, and no name does. Nobody's numbers of other things change by it."""
    code = await files(worker)
    await leader.looks_away()
    clock.is_at(MONDAY + timedelta(hours=14))
    await worker.taps("Phản ánh của tôi", code, "Bổ sung, trả lời lại")
    await worker.says("Em hết cách rồi, em không muốn sống nữa")
    await worker.sees("không chỉ có một mình", "115", "[⚠ Báo nguy hiểm…]")
    await worker.taps("⚠ Báo nguy hiểm…")
    await worker.sees("không muốn sống nữa", "báo ngay cho Ban chấp hành")
    await worker.taps("⚠ Có người gặp nguy hiểm: gửi ngay")
    await chair.sees("việc khẩn")
    await chair.sees("⚠", "không muốn sống", "không nêu tên")
    await leader.sees_nothing_new()


async def test_who_says_what_is_still_wrong_in_despair_hears_whom_to_call(worker: Person, leader: Person) -> None:
    await files(worker)
    await answers(leader, "Đã hỏi", "Đề nghị kết thúc")
    await worker.taps("Chưa ổn")
    await worker.says("Không ai giúp, tôi muốn chết")
    await worker.sees("không chỉ có một mình", "115")


async def test_danger_in_a_case_of_retaliation_is_not_added_to_one_that_is_passed_over(
    worker: Person, chair: Person, superior: Person, service: RunningApp
) -> None:
    """However often danger was called before: the chair would read what is said about the chair."""
    code = ""
    for number in range(3):
        await reviews(worker, f"Dây điện hở {number}")
        await worker.taps(DANGER)
        code = code_in(await worker.sees("mã PA-"))
    await chair.looks_away()
    for words in ("Chủ tịch dọa giết tôi", "Chủ tịch lại dọa"):
        await worker.taps("Phản ánh của tôi", code, "Tôi bị trù dập")
        await worker.says(words)
        await worker.taps(DANGER)
        await worker.sees("PA-", "115")
    await superior.sees("Phản ánh mới", "dọa giết")
    await chair.says("menu", "PA-" + code[3:])
    await chair.does_not_see("dọa giết", "lại dọa")
    assert len(await rows(service, Grievance)) == 4, "more of it is added to the one before, which passes over the same"


async def test_an_answer_to_a_routed_case_is_not_kept_for_the_whole_unit(
    worker: Person, chair: Person, somebody: Callable[[str], Person], service: RunningApp
) -> None:
    women = await joined(service, somebody, "womens_affairs", "Hoàng Thị Nụ", "SL811")
    await reviews(worker, "Quản đốc hay sờ mó chị em")
    await worker.taps("Gửi cán bộ nữ công và chủ tịch")
    await women.sees("Phản ánh mới", "sờ mó")
    await women.taps("Trả lời")
    await women.says("Việc bị sờ mó, chị gặp tôi")
    await women.taps("Gửi")
    assert KEEP not in await women.sees("Đã gửi")
    other = await files(worker, "Chậm lương tháng 5", "Gửi Ban chấp hành")
    await chair.sees(other)
    await chair.taps("Trả lời")
    await chair.says("Tháng này trả")
    await chair.taps("Gửi")
    assert KEEP in await chair.sees("Đã gửi")


async def test_where_nobody_else_can_be_reached_it_is_said_so(worker: Person, chair: Person) -> None:
    """Not that it goes above, nor to speak with the team that may be at it."""
    code = await files(worker, to="Gửi Ban chấp hành")
    await worker.taps("Phản ánh của tôi", code, "Tôi bị trù dập")
    await worker.sees("bị đối xử thế nào")
    await worker.says("Bị chuyển sang chuyền nặng")
    await worker.sees("Ngoài những người đang giữ phản ánh này", "gặp trực tiếp một cán bộ công đoàn")
    await worker.does_not_see("gửi thẳng lên cấp trên của họ", "gặp trực tiếp tổ công đoàn")
