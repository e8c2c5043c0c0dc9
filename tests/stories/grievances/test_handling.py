"""What officers do with a case between receiving and closing it, and what its reporter hears of that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from models.people.offices import Office
from tests.actors import OnTelegram, Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, answers, appointed, files
from tests.stories.channels import every_channel


@pytest.fixture
async def deputy(somebody: Callable[[str], Person], service: RunningApp) -> Person:
    person = somebody("Lan")
    await person.joins(await appointed(service, "SONGLAM-MAY1", "deputy_leader", "Phạm Thị Lan", "SL009"))
    await person.looks_away()
    return person


async def test_the_reporter_hears_who_has_taken_it_on(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await leader.taps("Tiếp nhận")
    await leader.sees("Đồng chí đã tiếp nhận")
    await worker.sees("Tổ trưởng công đoàn đã tiếp nhận", code)


async def test_asking_for_more_never_asks_for_a_name(worker: Person, leader: Person) -> None:
    await files(worker)
    await answers(leader, "Ca nào, ngày nào?", "Hỏi thêm")
    question = await worker.sees("hỏi thêm", "Ca nào, ngày nào?")
    assert "Anh/chị không cần cho biết tên." in question
    await worker.taps("Bổ sung, trả lời lại")
    await worker.says("Ca 2, ngày 12")
    await worker.taps("Gửi")
    await leader.sees("bổ sung vào", "Ca 2, ngày 12")


@every_channel
async def test_a_case_is_assigned_to_a_colleague(worker: Person, leader: Person, deputy: Person) -> None:
    code = await files(worker)
    await leader.taps("Phân công", "Phạm Thị Lan")
    await leader.sees("Đã phân công Phạm Thị Lan", code, "Người xử lý: Phạm Thị Lan")
    await deputy.sees("Đồng chí được phân công xử lý", code, OVERTIME)
    await worker.does_not_see("Phạm Thị Lan", "phân công")


async def test_a_note_stays_inside(worker: Person, leader: Person, deputy: Person) -> None:
    code = await files(worker)
    await leader.taps("Ghi chú nội bộ")
    await leader.says("Đã hỏi kế toán, chờ bảng công")
    await leader.sees("Đã ghi chú", code, "ghi chú nội bộ")
    await deputy.says(code)
    await deputy.sees("chờ bảng công", "ghi chú nội bộ")
    await worker.says(code)
    await worker.sees(code, "Tiền lương · ")
    await worker.does_not_see("kế toán")


async def test_every_hop_is_told_in_plain_words(worker: Person, leader: Person, chair: Person, superior: Person) -> None:
    code = await files(worker)
    await leader.taps("Chuyển lên Ban chấp hành")
    await leader.sees("Ban chấp hành", "Đồng chí ghi lý do")
    await leader.says("Vượt quyền của tổ")
    await leader.sees(f"Chuyển {code} tới")
    await leader.taps("Chuyển")
    await leader.sees(code, "nay do Công đoàn cơ sở Công ty May Sông Lam giữ")
    await worker.sees(code, "đã chuyển tới: Ban chấp hành (Công đoàn cơ sở Công ty May Sông Lam)", "Hạn trả lời")
    await chair.sees("vừa được chuyển lên", OVERTIME, "Vượt quyền của tổ")
    await chair.taps("Chuyển lên Liên đoàn Lao động tỉnh")
    await chair.says("Công ty không đối thoại")
    await chair.taps("Chuyển")
    await worker.sees("đã chuyển tới: Công đoàn cấp trên (Liên đoàn Lao động tỉnh)")
    await worker.does_not_see("Vượt quyền", "không đối thoại")
    await superior.sees("vừa được chuyển lên", "Công ty không đối thoại")
    await leader.says(code)
    await leader.sees("không giữ phản ánh nào mang mã này")


@every_channel
async def test_not_enough_grounds_is_told_apart_and_can_go_further(worker: Person, leader: Person, chair: Person) -> None:
    code = await files(worker)
    await answers(leader, "Bảng công cho thấy đã trả đủ", "Chưa đủ căn cứ")
    await worker.sees("chưa đủ căn cứ", "Bảng công cho thấy", "cấp tiếp theo")
    await worker.says(code)
    await worker.sees("kết thúc: chưa đủ căn cứ")
    await worker.taps("Chưa ổn, chuyển lên Ban chấp hành")
    await worker.says("Bảng công thiếu ngày 12")
    await worker.sees("lên Ban chấp hành")
    await chair.sees("chưa ổn", OVERTIME, "Bảng công thiếu ngày 12")


@every_channel
async def test_a_worker_withdraws(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await leader.sees("Phản ánh mới")
    await worker.says(code)
    await worker.taps("Thêm…", "Rút phản ánh")
    await worker.sees("không cần nêu lý do")
    await worker.taps("Rút")
    await worker.sees(f"Đã rút {code}")
    await leader.sees("đã rút", code)
    await leader.taps("Việc cần xử lý")
    await leader.sees("không có phản ánh nào chờ")
    await worker.taps("Phản ánh của tôi")
    await worker.sees(code, "đã rút")


async def test_an_answer_by_the_code_alone(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await leader.sees("Phản ánh mới")
    await leader.says(f"{code} Đang hỏi phòng lương, chiều nay có trả lời")
    await leader.sees(code, OVERTIME, "Đang hỏi phòng lương")
    await leader.taps("Gửi")
    await worker.sees("Công đoàn trả lời", code, "Đang hỏi phòng lương")


async def test_the_code_of_a_case_that_is_not_theirs_answers_nobody(worker: Person, leader: Person, chair: Person) -> None:
    code = await files(worker, to="Gửi Ban chấp hành")
    await leader.says(f"{code} Đang hỏi phòng lương")
    await leader.sees("không giữ phản ánh nào mang mã này")
    await worker.does_not_see("Đang hỏi phòng lương")


async def test_a_worker_adds_by_the_code_alone(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await worker.says(f"{code}: cả tổ đều thế")
    await worker.sees(code, "cả tổ đều thế")
    await worker.taps("Gửi")
    await leader.sees("bổ sung vào", "cả tổ đều thế")


async def test_the_second_officer_sees_what_the_first_wrote(worker: Person, leader: Person, deputy: Person) -> None:
    await files(worker)
    await leader.sees("Phản ánh mới")
    await deputy.sees("Phản ánh mới")
    await leader.taps("Trả lời")
    await leader.says("Thứ sáu trả")
    await answers(deputy, "Đã báo kế toán")
    await leader.taps("Gửi")
    await leader.sees("Trong lúc đó", "Phạm Thị Lan", "Đã báo kế toán", "Thứ sáu trả")
    await worker.does_not_see("Thứ sáu trả")
    await leader.taps("Gửi")
    await worker.sees("Đã báo kế toán")
    await worker.sees("Thứ sáu trả")


@every_channel
async def test_why_do_i_see_this(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await leader.taps("Vì sao tôi thấy việc này")
    await leader.sees(code, "Tổ may 1 đang giữ việc này", "tổ trưởng công đoàn, Tổ may 1")


@every_channel
async def test_saved_replies(worker: Person, leader: Person, deputy: Person) -> None:
    await files(worker)
    await answers(leader, "Công đoàn đã ghi nhận và đang làm việc với công ty.")
    await leader.taps("Lưu làm câu trả lời mẫu")
    await leader.sees("Đã lưu")
    await worker.sees("Công đoàn đã ghi nhận")
    await files(worker, "Tháng 6 cũng chưa trả")
    await deputy.sees("Tháng 6 cũng chưa trả")
    await deputy.taps("Trả lời", "“Công đoàn đã ghi nhận và đang làm việc v…”")
    await deputy.sees("Tháng 6 cũng chưa trả", "Công đoàn đã ghi nhận và đang làm việc với công ty.")
    await deputy.taps("Gửi")
    await worker.sees("Công đoàn trả lời", "Công đoàn đã ghi nhận")
    await leader.taps("Việc cần xử lý", "Câu trả lời mẫu")
    await leader.taps("Bỏ: Công đoàn đã ghi nhận và đang…")
    await leader.sees("Đã bỏ")
    await leader.taps("Việc cần xử lý", "Câu trả lời mẫu")
    await leader.sees("chưa có câu trả lời mẫu")


async def test_a_deputy_while_away(
    worker: Person, leader: Person, somebody: Callable[[str], Person], service: RunningApp, clock: FakeClock
) -> None:
    stand_in = somebody("Tú")
    await stand_in.joins(await appointed(service, "SONGLAM-MAY2", "leader", "Vũ Văn Tú", "SL010"))
    await leader.taps("Việc cần xử lý", "Khi tôi vắng mặt", "Vũ Văn Tú", "3 ngày")
    await leader.sees("Vũ Văn Tú xử lý thay", "26/11/2026")
    await stand_in.sees("xử lý thay Trần Thị Mai", "Tổ may 1")
    code = await files(worker)
    await stand_in.sees("Phản ánh mới", code)
    await clock.passes(days=4)
    await stand_in.says(code)
    await stand_in.sees("không giữ phản ánh nào mang mã này")
    await leader.says(code)
    await leader.sees(code, OVERTIME)


async def test_back_before_the_time(
    worker: Person, leader: Person, somebody: Callable[[str], Person], service: RunningApp
) -> None:
    stand_in = somebody("Tú")
    await stand_in.joins(await appointed(service, "SONGLAM-MAY2", "leader", "Vũ Văn Tú", "SL010"))
    await leader.taps("Việc cần xử lý", "Khi tôi vắng mặt", "Vũ Văn Tú", "7 ngày")
    await leader.taps("Việc cần xử lý", "Khi tôi vắng mặt", "Tôi đã trở lại: kết thúc ủy quyền")
    await leader.sees("Chào mừng đồng chí trở lại")
    code = await files(worker)
    await leader.sees("Phản ánh mới", code)
    await stand_in.does_not_see(OVERTIME)


@every_channel
async def test_a_grievance_spoken_to_the_leader(leader: Person, chair: Person, clock: FakeClock) -> None:
    await leader.taps("Việc cần xử lý", "Ghi phản ánh nói miệng")
    await leader.sees("không ghi tên")
    await leader.says("Nhà vệ sinh hỏng hai tuần")
    await leader.taps("An toàn, vệ sinh lao động")
    slip = await leader.sees("chép phiếu này", "PA-", "không có điện thoại, kể với Trần Thị Mai")
    assert "[Trả lời]" not in slip
    await leader.taps("Khép lại: đã ổn")
    await leader.says("Đã sửa xong, chị ấy nói ổn rồi")
    await leader.taps("Khép lại")
    await leader.sees("Đã kết thúc")
    await leader.taps("Việc cần xử lý")
    await leader.sees("không có phản ánh nào chờ")


@every_channel
async def test_a_reply_to_the_card_is_an_answer(worker: Person, leader: Person, channel: str) -> None:
    """On apps that quote: Telegram."""
    code = await files(worker)
    if not isinstance(leader, OnTelegram):
        await leader.says(code)
        await leader.sees(code)
        return
    await leader.sees("Phản ánh mới", code)
    card = next(shown for shown in reversed(leader.user.inbox) if code in (shown.text or ""))
    assert await leader.emulator.deliver(leader.user.message_update("Chiều nay có trả lời", reply_to=card)) == 200
    await leader.service.app.drain()
    await leader.sees(code, OVERTIME, "Chiều nay có trả lời")
    await leader.taps("Gửi")
    await worker.sees("Công đoàn trả lời", "Chiều nay có trả lời")


@pytest.mark.parametrize("moment", ["before the words", "before the last tap"])
@pytest.mark.parametrize("verb", ["Trả lời", "Hỏi thêm", "Đề nghị kết thúc", "Chưa đủ căn cứ", "Chuyển lên Ban chấp hành"])
async def test_an_office_that_ends_in_mid_conversation(
    worker: Person, leader: Person, chair: Person, service: RunningApp, verb: str, moment: str
) -> None:
    await files(worker)
    await leader.taps(verb)
    words, last = "Tôi không còn là tổ trưởng", "Chuyển" if verb.startswith("Chuyển") else "Gửi"
    if moment == "before the last tap":
        await leader.says(words)
    yesterday = service.clock.now().date() - timedelta(days=1)
    ended = update(Office).where(col(Office.role) == "leader").values(to_day=yesterday)
    await service.app.writer.write(lambda session: session.execute(ended))
    if moment == "before the last tap":
        await leader.taps(last)
    else:
        await leader.says(words)
    await leader.sees("Mục này hiện không dùng được, hoặc việc đã kết thúc.")
    await worker.does_not_see(words)
    await chair.does_not_see(OVERTIME)
