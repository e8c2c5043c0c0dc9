"""Nothing waits unseen: what comes of a case by time alone, as people see it.

It is Monday 23 November, 10:00; the union works from Monday to Saturday, 7:30 to 16:30."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from models.grievances import ladder
from models.grievances.cases import Grievance
from models.grievances.rungs import Rung
from models.store.database import Session
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, answers, code_in, files, rows
from tests.stories.channels import every_channel

Somebody = Callable[[str], Person]
AGAIN = "Chưa có ai tiếp nhận"
WENT = "nay do cấp tiếp theo xử lý"


async def test_it_climbs_and_everybody_hears_where_it_is(
    worker: Person, leader: Person, chair: Person, superior: Person, clock: FakeClock, service: RunningApp
) -> None:
    code = await files(worker)
    await leader.looks_away()
    await clock.passes(minutes=59)
    await leader.sees_nothing_new()
    await clock.passes(minutes=2)
    await leader.sees("có 1 việc đang chờ", AGAIN, code)
    await clock.passes(hours=23)  # Tuesday, 10:01
    await leader.sees("có 1 việc quá hạn", "Chưa trả lời lần đầu đúng hạn", code)
    await clock.passes(hours=27)  # Wednesday, 13:01
    await leader.sees("có 1 việc đang chờ", "Sắp hết thời hạn", code)
    await chair.sees_nothing_new()
    await clock.passes(hours=20, minutes=59)  # Thursday, 10:00
    await clock.passes(seconds=1)  # what it leaves for the worker goes with the next tick
    await worker.sees(
        code, "chưa xong trong thời hạn", "Ban chấp hành", "Anh/chị không phải làm gì thêm", "[Bổ sung, trả lời lại]"
    )
    await leader.sees("có 1 việc quá hạn", WENT, code)
    await chair.sees("có 1 việc quá hạn", "Cấp dưới hết thời hạn", code)
    await chair.taps(code)
    await chair.sees(OVERTIME, "[Tiếp nhận]")
    await superior.sees_nothing_new()
    await leader.says(code)
    await leader.sees("không giữ phản ánh nào mang mã này")
    await worker.says(code)
    await worker.sees("Ban chấp hành", "chờ trả lời")
    assert {rung.kind for rung in await rows(service, Rung)} <= {"ended"}, "told, and forgotten"


async def test_while_the_worker_is_asked_the_clock_stands(
    worker: Person, leader: Person, chair: Person, clock: FakeClock
) -> None:
    code = await files(worker)
    await answers(leader, "Anh/chị làm ca nào?", "Hỏi thêm")
    await leader.looks_away()
    await clock.passes(days=14)
    await leader.sees_nothing_new()
    await chair.sees_nothing_new()
    await worker.sees("hỏi", "ca nào")
    await worker.taps("Bổ sung, trả lời lại")
    await worker.says("Ca hai")
    await worker.taps("Gửi")
    await leader.sees(code, "Ca hai")
    await leader.looks_away()
    await clock.passes(hours=1)
    await leader.sees(AGAIN, code)
    await clock.passes(days=3, hours=-1)
    await clock.passes(seconds=1)
    await worker.sees(code, "chưa xong trong thời hạn")
    await chair.sees("Cấp dưới hết thời hạn", code)


async def test_silence_after_a_proposal_is_not_a_yes(worker: Person, leader: Person, clock: FakeClock) -> None:
    code = await files(worker)
    await answers(leader, "Đã trả đủ 42 giờ", "Đề nghị kết thúc")
    await worker.sees("đã ổn chưa")
    await leader.looks_away()
    await clock.passes(days=6, hours=23)
    await worker.sees_nothing_new()
    await clock.passes(hours=1)
    await clock.passes(seconds=1)
    await worker.sees(code, "chưa nhận được ý kiến", "chưa xác nhận", "[Đã ổn]", "[Chưa ổn]")
    await leader.says(code)
    await leader.sees("chưa xác nhận đã ổn hay chưa")
    await leader.looks_away()
    await clock.passes(hours=22)  # 1 December, 8:00
    await leader.sees(
        "tháng trước", "0 được người lao động xác nhận đã ổn", "1 kết thúc khi chưa được xác nhận", "0 đang xử lý"
    )
    await worker.taps("Đã ổn")
    await leader.sees(code, "đã ổn")


@every_channel
async def test_who_was_passed_over_hears_nothing_of_a_climb(
    worker: Person, leader: Person, chair: Person, superior: Person, clock: FakeClock
) -> None:
    code = await files(worker, to="Gửi Ban chấp hành")
    await clock.passes(days=7)
    await superior.sees("Cấp dưới hết thời hạn", code)
    await chair.sees(WENT, code)
    await leader.sees_nothing_new()
    await leader.does_not_see(code)
    await superior.taps(code)
    await superior.sees(OVERTIME)
    await superior.taps("Giao lại cơ sở kèm hướng dẫn")
    await superior.sees("sẽ giao lại cho: Ban chấp hành", "không thấy phần này")
    await superior.says("Đối chiếu bảng chấm công rồi trả lời")
    await superior.taps("Giao lại")
    await superior.sees("nay do", "Sông Lam")
    await chair.sees("giao lại", code, "Đối chiếu bảng chấm công")
    await worker.sees("Công đoàn cấp trên giao công đoàn cơ sở xử lý tiếp", code)
    await worker.does_not_see("Đối chiếu bảng chấm công")
    await leader.does_not_see(code)
    await chair.says(code)
    card = await chair.sees(OVERTIME)
    assert "Giao lại cơ sở" not in card, "below is only who was passed over"


async def test_danger_climbs_on_a_sunday_night(
    worker: Person, leader: Person, chair: Person, superior: Person, clock: FakeClock
) -> None:
    clock.is_at(datetime(2026, 11, 29, 16, 0, tzinfo=UTC))  # Sunday, 23:00
    await worker.says("Cháy ở kho vải")
    await worker.taps("⚠ Có người gặp nguy hiểm: gửi ngay")
    code = code_in(await worker.sees("mã PA-"))
    await chair.looks_away()
    await clock.passes(hours=1)
    await chair.sees("có việc khẩn")
    await chair.sees("⚠", AGAIN, code)
    await superior.sees_nothing_new()
    await clock.passes(hours=1, minutes=1)
    await clock.passes(seconds=1)
    await superior.sees("có việc khẩn")
    await superior.sees("⚠", "Cấp dưới hết thời hạn", code)
    await worker.sees(code, "Công đoàn cấp trên")


async def test_many_late_at_once_are_one_message(worker: Person, leader: Person, chair: Person, clock: FakeClock) -> None:
    for number in range(5):
        await files(worker, f"Phản ánh số {number}")
        await worker.says("menu")
    await leader.looks_away()
    await clock.passes(days=3)
    texts = (await leader.texts())[leader.seen :]
    assert len(texts) == 1, texts
    await leader.sees("có 5 việc quá hạn", f"{WENT}: 5")
    await chair.sees("có 5 việc quá hạn", "đã chuyển lên đơn vị: 5")


async def test_one_that_fails_holds_up_nobody(
    worker: Person, leader: Person, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = await files(worker, "Phản ánh số 1"), await files(worker, "Phản ánh số 2")
    real = ladder.take

    def breaks(session: Session, case_id: str, now: datetime, minutes: tuple[int, int]) -> None:
        if session.get_one(Grievance, case_id).code == broken:
            raise ValueError(broken)
        real(session, case_id, now, minutes)

    await leader.looks_away()
    monkeypatch.setattr(ladder, "take", breaks)
    await clock.passes(hours=1)
    await clock.passes(minutes=5)  # for so long at most it is waited for what else is due
    assert broken not in await leader.sees(AGAIN, whole)
    monkeypatch.setattr(ladder, "take", real)
    await clock.passes(minutes=1)
    await leader.sees(AGAIN, broken)


class TestUnderCover:
    """Time cover holds for what the clock says as well."""

    @pytest.fixture
    def privacy(self) -> str:
        return "30-90"

    async def test_the_worker_hears_of_a_climb_at_a_moment_that_is_the_same_for_all(
        self, worker: Person, leader: Person, chair: Person, clock: FakeClock
    ) -> None:
        code = await files(worker)
        await clock.passes(minutes=90)  # posted at 11:00 or 11:30
        await leader.sees("Phản ánh mới")
        await clock.passes(days=3, hours=1)  # Thursday, 12:30: the third day ends with the lunch break
        await chair.sees("Cấp dưới hết thời hạn", code)
        await worker.does_not_see("chưa xong trong thời hạn")
        await clock.passes(minutes=90)
        await worker.sees(code, "chưa xong trong thời hạn")
