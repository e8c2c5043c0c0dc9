"""Upward: a worker who is not answered, or not helped, sends the case to the next union that somebody answers for."""

from __future__ import annotations

from collections.abc import Callable

from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, answers, appointed, files

Somebody = Callable[[str], Person]


async def test_not_settled_goes_up_with_its_text(
    worker: Person, leader: Person, chair: Person, superior: Person, clock: FakeClock
) -> None:
    code = await files(worker)
    await answers(leader, "Đã trả 30 giờ", "Đề nghị kết thúc")
    await worker.taps("Chưa ổn, chuyển lên Ban chấp hành")
    await worker.sees("Còn điều gì chưa ổn", "không phải hỏi lại")
    await clock.passes(seconds=1)
    await worker.says("Còn thiếu 12 giờ")
    await worker.sees(code, "lên Ban chấp hành")
    await chair.sees(f"{code} chưa ổn", "Người lao động: “Còn thiếu 12 giờ”", "[Trả lời]")
    await chair.says(code)
    await chair.sees(OVERTIME, "Đã trả 30 giờ", "Còn thiếu 12 giờ")
    await superior.sees_nothing_new()
    await leader.looks_away()
    await leader.says(code)
    await leader.sees("không giữ phản ánh nào mang mã này")
    await leader.taps("Trả lời")
    await leader.sees("hiện không dùng được")
    await leader.says("Việc cần xử lý")
    await leader.sees("không có phản ánh nào chờ")
    await answers(chair, "Ban chấp hành đã làm việc với phòng nhân sự")
    await worker.sees("Công đoàn trả lời", "Ban chấp hành đã làm việc")


async def test_a_second_tap_does_not_send_it_further_up(
    worker: Person, leader: Person, chair: Person, superior: Person
) -> None:
    await files(worker)
    await answers(leader, "Đã trả", "Đề nghị kết thúc")
    await worker.taps("Chưa ổn, chuyển lên Ban chấp hành")
    await worker.says("Chưa trả")
    await worker.taps("Chưa ổn, chuyển lên Ban chấp hành")
    await worker.sees("hiện không dùng được")
    await superior.sees_nothing_new()


async def test_overdue_lets_the_worker_send_it_up(worker: Person, leader: Person, chair: Person, clock: FakeClock) -> None:
    code = await files(worker)
    await clock.passes(hours=23, minutes=59)
    await worker.says(code)
    await worker.sees("chờ trả lời")
    await worker.does_not_see("[Quá hạn")
    await clock.passes(minutes=2)
    await leader.says("Việc cần xử lý")
    await leader.sees(code, "quá hạn")
    await worker.says(code)
    await worker.sees("[Quá hạn, chuyển lên Ban chấp hành]")
    await worker.taps("Quá hạn, chuyển lên Ban chấp hành")
    await worker.says("Vẫn chưa có ai trả lời")
    await worker.sees("lên Ban chấp hành")
    await chair.sees(code, OVERTIME, "Vẫn chưa có ai trả lời", "trước 10:01 ngày 25/11")
    await worker.says(code)
    shown = await worker.sees("Ban chấp hành", "chờ trả lời")
    assert "[Quá hạn" not in shown, "the next union has its own time"


async def test_an_answer_in_time_is_not_overdue(worker: Person, leader: Person, clock: FakeClock) -> None:
    code = await files(worker)
    await answers(leader, "Tổ đang hỏi phòng nhân sự")
    await clock.passes(hours=48)
    await worker.says(code)
    await worker.sees("đã trả lời")
    await worker.does_not_see("[Quá hạn")


async def test_units_without_an_officer_are_passed_over(worker: Person, leader: Person, superior: Person) -> None:
    code = await files(worker)
    await answers(leader, "Đã trả", "Đề nghị kết thúc")
    await worker.taps("Chưa ổn, chuyển lên Liên đoàn Lao động tỉnh")
    await worker.says("Chưa trả")
    await worker.sees("lên Công đoàn cấp trên (Liên đoàn Lao động tỉnh)")
    await superior.sees(f"{code} chưa ổn", "Chưa trả")


async def test_at_the_top_it_stays_with_who_has_it(worker: Person, superior: Person) -> None:
    code = await files(worker, to="Gửi Liên đoàn Lao động tỉnh")
    await answers(superior, "Đã làm việc với công ty", "Đề nghị kết thúc")
    await worker.taps("Chưa ổn")
    await worker.says("Chưa trả")
    await worker.sees("Công đoàn cấp trên (Liên đoàn Lao động tỉnh)")
    await superior.sees(f"{code} chưa ổn", "Chưa trả")
    await superior.says("Việc cần xử lý")
    await superior.sees(code, "giờ · “Tăng ca")


async def test_the_nearest_deadline_is_at_the_top(
    worker: Person, somebody: Somebody, chair: Person, clock: FakeClock
) -> None:
    calm = await files(worker, to="Gửi Ban chấp hành")
    await clock.passes(minutes=1)
    await worker.says("Có người ngất")
    await worker.taps("⚠ Có người gặp nguy hiểm: gửi ngay")
    await chair.says("/queue", "Việc cần xử lý")
    queue = await chair.sees("2 phản ánh đang mở")
    assert queue.splitlines()[2].startswith(calm), "two hours come before twenty-four"


async def test_whoever_loses_a_case_hears_where_it_went_and_how_it_ended(
    worker: Person, leader: Person, chair: Person, clock: FakeClock
) -> None:
    code = await files(worker)
    await answers(leader, "Đã trả 30 giờ", "Đề nghị kết thúc")
    await worker.taps("Chưa ổn, chuyển lên Ban chấp hành")
    await worker.says("Còn thiếu 12 giờ")
    await clock.passes(minutes=1)
    await leader.sees(f"{code} đã chuyển lên Ban chấp hành theo đề nghị của người phản ánh")
    await answers(chair, "Công ty đã trả đủ", "Đề nghị kết thúc")
    await worker.taps("Đã ổn")
    await clock.passes(minutes=1)
    await leader.sees(code, "đơn vị từng giữ", "đã ổn")
    await leader.does_not_see("Còn thiếu 12 giờ", "Công ty đã trả đủ")
    await chair.does_not_see("đơn vị từng giữ")


async def test_whoever_was_passed_over_hears_nothing_of_it(
    worker: Person, leader: Person, chair: Person, superior: Person, clock: FakeClock
) -> None:
    code = await files(worker, to="Gửi Ban chấp hành")
    await answers(chair, "Đã hỏi", "Đề nghị kết thúc")
    await worker.taps("Chưa ổn, chuyển lên Liên đoàn Lao động tỉnh")
    await worker.says("Chưa trả")
    await clock.passes(minutes=1)
    await chair.sees(code, "theo đề nghị của người phản ánh")
    await answers(superior, "Đã trả đủ", "Đề nghị kết thúc")
    await worker.taps("Đã ổn")
    await clock.passes(minutes=1)
    await chair.sees(code, "đơn vị từng giữ")
    await leader.does_not_see(code)


async def test_a_colleague_hears_that_it_was_handed_up_and_who_did_so_does_not(
    worker: Person, leader: Person, chair: Person, somebody: Somebody, service: RunningApp, clock: FakeClock
) -> None:
    deputy = somebody("Lan")
    await deputy.joins(await appointed(service, "SONGLAM-MAY1", "deputy_leader", "Phạm Thị Lan", "SL009"))
    code = await files(worker)
    await leader.taps("Chuyển lên Ban chấp hành")
    await leader.says("Vượt quyền của tổ")
    await leader.taps("Chuyển")
    await clock.passes(minutes=1)
    await deputy.sees(f"{code} đã được chuyển lên Ban chấp hành")
    await leader.does_not_see("đã được chuyển lên Ban chấp hành")
