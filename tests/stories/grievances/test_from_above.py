"""Superiors: they take over what lies below, and have somebody read a case along; never whoever is barred from it."""

from __future__ import annotations

from collections.abc import Callable

from models.grievances.observers import Observer
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, answers, files, rows
from tests.stories.channels import every_channel
from tests.stories.grievances.test_routes import joined

Somebody = Callable[[str], Person]


@every_channel
async def test_those_above_take_over_what_is_overdue_below(
    worker: Person, leader: Person, chair: Person, superior: Person, clock: FakeClock
) -> None:
    code = await files(worker)
    await leader.looks_away()
    await chair.says("Việc cần xử lý")
    await chair.taps("Thêm…")
    assert "Rút việc lên" not in await chair.sees("chọn việc cần làm")
    await clock.passes(hours=25)
    await chair.says("Việc cần xử lý")
    await chair.taps("Thêm…", "Rút việc lên xử lý…")
    shown = await chair.sees(code, "Tiền lương", "quá hạn 1 giờ")
    assert OVERTIME not in shown, "no word of it before it is theirs"
    await chair.taps(code)
    shown = await chair.sees(code, "Thời hạn được tính lại từ đầu", "người phản ánh đều được báo")
    assert OVERTIME not in shown
    await chair.taps("Rút lên xử lý")
    await chair.sees(code, OVERTIME)
    await clock.passes(minutes=1)
    await worker.sees(code, "đã chuyển tới: Ban chấp hành", "trước 11:00 ngày 25/11")
    await leader.sees(f"{code} đã được Ban chấp hành rút lên xử lý")
    await superior.sees_nothing_new()
    await leader.says(code)
    await leader.sees("không giữ phản ánh nào mang mã này")
    await answers(chair, "Ban chấp hành đã làm việc với phòng nhân sự")
    await worker.sees("Ban chấp hành đã làm việc")


async def test_what_was_handed_back_is_taken_over_by_its_code(
    worker: Person, leader: Person, chair: Person, superior: Person, clock: FakeClock
) -> None:
    """Although nothing is overdue there; and once only."""
    code = await files(worker, to="Gửi Ban chấp hành")
    await superior.says(code)
    await superior.sees("không giữ phản ánh nào mang mã này")
    await chair.taps("Chuyển lên Liên đoàn Lao động tỉnh")
    await chair.says("Vượt quyền của cơ sở")
    await chair.taps("Chuyển")
    await superior.opens_news()
    await superior.says(code)
    await superior.taps("Thêm…", "Giao lại cơ sở kèm hướng dẫn")
    await superior.says("Đối chiếu bảng chấm công")
    await superior.taps("Giao lại")
    await clock.passes(hours=1)
    await superior.says(code)
    await superior.taps("Rút lên xử lý")
    await superior.sees(code, OVERTIME)
    await clock.passes(minutes=1)
    await chair.sees(f"{code} đã được Liên đoàn Lao động tỉnh rút lên xử lý")
    await worker.sees(code, "Liên đoàn Lao động tỉnh")
    await leader.does_not_see(code)


async def test_whoever_was_passed_over_takes_nothing_over(
    worker: Person, leader: Person, chair: Person, superior: Person, clock: FakeClock
) -> None:
    code = await files(worker, to="Gửi Liên đoàn Lao động tỉnh")
    await clock.passes(hours=30)
    for officer in (leader, chair):
        await officer.looks_away()
        await officer.says(code)
        await officer.sees("không giữ phản ánh nào mang mã này")
        await officer.says("Việc cần xử lý")
        await officer.taps("Thêm…")
        assert "Rút việc lên" not in await officer.sees("chọn việc cần làm")


@every_channel
async def test_somebody_reads_a_case_along_and_does_nothing_else(
    worker: Person, leader: Person, chair: Person, somebody: Somebody, service: RunningApp, clock: FakeClock
) -> None:
    inspector = await joined(service, somebody, "inspection", "Đinh Văn Ngọ", "SL821")
    other = await joined(service, somebody, "womens_affairs", "Hoàng Thị Nụ", "SL822")
    code = await files(worker, to="Gửi Ban chấp hành")
    await inspector.says(code)
    await inspector.sees("không giữ phản ánh nào mang mã này")
    await chair.opens_news()
    await chair.says(code)
    await chair.taps("Thêm…", "Thêm…", "Mời người theo dõi")
    await chair.sees("mời ai theo dõi", "Đinh Văn Ngọ", "Hoàng Thị Nụ")
    await chair.taps("Đinh Văn Ngọ, ủy viên ủy ban kiểm tra")
    await chair.sees("Từ nay Đinh Văn Ngọ theo dõi", code)
    await clock.passes(minutes=1)
    await worker.sees("thêm một cán bộ của", "Sông Lam", code, "không thay đổi")
    await inspector.sees("được mời theo dõi", code)
    await inspector.taps("Xem nội dung")
    shown = await inspector.sees(code, OVERTIME, "đang theo dõi")
    for label in ("Trả lời", "Tiếp nhận", "Ghi chú nội bộ", "Chuyển lên", "Đề nghị kết thúc"):
        assert f"[{label}" not in shown
    await inspector.says("Việc cần xử lý")
    assert code not in await inspector.sees("không có phản ánh nào chờ")
    await inspector.taps("Thêm…", "Việc đang theo dõi (1)")
    await inspector.sees(code, "Tiền lương")
    await inspector.says(f"{code} tôi trả lời thay")
    assert "[Gửi]" not in (await inspector.texts())[-1]
    await other.says(code)
    await other.sees("không giữ phản ánh nào mang mã này")
    await leader.does_not_see(code)
    await chair.says(code)
    await chair.taps("Thêm…", "Thêm…", "Mời người theo dõi", "Đinh Văn Ngọ, ủy viên ủy ban kiểm tra ✓")
    await chair.sees("không còn theo dõi", code)
    await inspector.says(code)
    await inspector.sees("không giữ phản ánh nào mang mã này")
    assert not await rows(service, Observer)
