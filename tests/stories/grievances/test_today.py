"""An officer's day: what the menu opens on, cases one after another, finding one again, what the units below owe."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from models.anonymity import counts, night_counts
from models.grievances.cases import Grievance
from models.people.units import Unit
from models.store.database import Session
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, answers, appointed, crowd, files
from tests.stories.channels import every_channel

Somebody = Callable[[str], Person]


@every_channel
async def test_the_menu_opens_on_the_day(worker: Person, leader: Person, clock: FakeClock) -> None:
    await leader.says("menu")
    await leader.sees("Hôm nay, thứ Hai 23/11 · Tổ may 1", "Không có phản ánh nào chờ đồng chí trả lời", "[Thêm…]")
    first = await files(worker)
    await files(worker, "Quạt hỏng ba ngày")
    await clock.passes(hours=22)
    await leader.opens_news()
    await leader.says("menu")
    said = await leader.sees("Hôm nay, thứ Ba 24/11", "Đến hạn hôm nay: 2", "[Xử lý lần lượt (2)]", "[Việc cần xử lý]")
    assert len(said.split("[")[0].splitlines()) <= 10 and said.count("[") == 5
    await clock.passes(hours=3)
    await leader.opens_news()  # what the ladder says of them
    await leader.says("menu")
    await leader.sees("Quá hạn: 2", "[Quá hạn (2)]", "[Tìm phản ánh]", "[Soạn thông báo]")
    await leader.taps("Quá hạn (2)")
    await leader.sees("Quá hạn: 2", first, "Tiền lương · quá hạn 1 giờ · “" + OVERTIME[:20])
    await leader.says("menu")
    await leader.taps("Thêm…")
    await leader.sees("[Thông báo của đơn vị]", "[Viết phản ánh]", "[Thêm…]")
    await leader.taps("Thêm…")
    more = await leader.sees("[Phản ánh của tôi]", "[Cài đặt]", "[Thêm…]")
    assert more.count("[") <= 6
    await leader.taps("Thêm…")
    await leader.sees("[Trợ giúp]")


async def test_a_worker_keeps_their_menu(worker: Person) -> None:
    await worker.says("menu")
    await worker.sees("[Viết phản ánh]", "[Phản ánh của tôi]")
    await worker.does_not_see("Hôm nay,")


@every_channel
async def test_cases_one_after_another_typed_words_are_the_answer(worker: Person, leader: Person, clock: FakeClock) -> None:
    texts = (OVERTIME, "Quạt hỏng ba ngày", "Cơm ca ba bị thiu")
    codes = []
    for text in texts:
        codes.append(await files(worker, text))
        await clock.passes(hours=1)
    await leader.opens_news()
    await leader.says("menu")
    await leader.taps("Xử lý lần lượt (3)")
    await leader.sees(codes[0], "còn 3", "Tiền lương\n", OVERTIME, "[Để sau]", "[Thêm…]")
    await leader.says("Đã hỏi phòng lương, thứ sáu trả")
    await leader.sees(codes[0], "“Đã hỏi phòng lương, thứ sáu trả”", "Gửi nội dung này?", "[Gửi]")
    await worker.does_not_see("Đã hỏi phòng lương")
    await leader.taps("Gửi")
    await leader.sees("Đã gửi", codes[0])
    await leader.sees(codes[1], "còn 2", "Quạt hỏng ba ngày")
    await worker.sees("Đã hỏi phòng lương, thứ sáu trả")
    await leader.taps("Để sau")
    await leader.sees(codes[2], "còn 1", "Cơm ca ba bị thiu")
    await leader.says("Đã báo nhà bếp")
    await leader.taps("Gửi")
    await leader.sees("Đã gửi", codes[2])
    await leader.sees("Hôm nay,", "Mới: 1", "Chờ người lao động: 2", "[Xử lý lần lượt (1)]")


async def test_words_change_before_they_go(worker: Person, leader: Person) -> None:
    code = await files(worker)
    await leader.says("menu")
    await leader.taps("Xử lý lần lượt (1)")
    await leader.says("Sai chính tả")
    await leader.taps("Viết lại")
    await leader.sees(code, "còn 1", OVERTIME)
    await leader.says("Đã kiểm tra")
    await leader.taps("Gửi")
    await worker.sees("Đã kiểm tra")
    await worker.does_not_see("Sai chính tả")


async def test_a_case_is_found_again(worker: Person, leader: Person, chair: Person) -> None:
    code = await files(worker, "Cơm ca ba bị thiu")
    await answers(leader, "Đã làm việc với bếp", "Đề nghị kết thúc")
    await worker.taps("Đã ổn")
    other = await files(worker, "Chuyện của tổ trưởng", to="Gửi Ban chấp hành")
    await leader.opens_news()
    await leader.says("Việc cần xử lý")
    await leader.taps("Tìm phản ánh")
    await leader.says("com ca")
    await leader.sees("Tìm thấy 1 phản ánh", code, "Cơm ca ba bị thiu")
    await leader.says("to truong")
    await leader.sees("Không tìm thấy trong các phản ánh đồng chí được xem")
    await leader.says(code.replace("-", "").lower())
    await leader.sees(code, "đã ổn")
    await leader.says("Việc cần xử lý")
    await leader.taps("Tìm phản ánh", "Đã kết thúc")
    await leader.sees("Tìm thấy 1 phản ánh", code)
    await leader.taps(code)
    await leader.sees(f"Phản ánh {code}", "Đã làm việc với bếp")
    await leader.does_not_see(other, "Chuyện của tổ trưởng")


def _big_teams(session: Session) -> None:
    teams = session.execute(select(Unit).where(col(Unit.kind) == "to_cong_doan")).scalars()
    night_counts.take(session, counts.OWN, {team.id: 60 for team in teams}, 5)


async def test_a_chair_sees_what_a_team_owes_and_no_case_of_it(
    worker: Person, leader: Person, chair: Person, superior: Person, service: RunningApp, clock: FakeClock
) -> None:
    await crowd(service, 40)  # the night counts again who has joined
    await service.app.writer.write(_big_teams)
    code = await files(worker)
    await clock.passes(hours=25)
    await chair.says("menu")
    await chair.sees("Không có phản ánh nào chờ đồng chí trả lời", "Tổ may 1: 1 quá hạn", "[Đơn vị cấp dưới (1)]")
    await superior.says("menu")
    await superior.sees("Công đoàn cơ sở Công ty May Sông Lam: 1 quá hạn")
    await leader.says("menu")
    await leader.sees("Quá hạn: 1")
    for person in (chair, superior):
        await person.says("Việc hôm nay")
        await person.taps("Đơn vị cấp dưới (1)")
        await person.does_not_see(code, OVERTIME, "Tiền lương")


@pytest.fixture
def privacy(request: pytest.FixtureRequest) -> str:
    return "30-90" if "cover" in request.node.name else "0"


async def test_under_cover_no_time_is_finer_than_half_an_hour(worker: Person, leader: Person, clock: FakeClock) -> None:
    await clock.passes(minutes=7)
    code = await files(worker)
    await clock.passes(hours=2)
    await leader.opens_news()
    await leader.says(code)
    card = await leader.sees(f"Phản ánh {code}", OVERTIME)
    minutes = {part[:2] for part in card.split(":")[1:] if part[:2].isdigit()}
    assert minutes and minutes <= {"00", "30"}, card


async def test_a_colleagues_case_is_not_gone_through(
    worker: Person, leader: Person, somebody: Somebody, service: RunningApp
) -> None:
    deputy = somebody("Tú")
    await deputy.joins(await appointed(service, "SONGLAM-MAY1", "deputy_leader", "Vũ Văn Tú", "SL003"))
    await files(worker)
    await deputy.taps("Tiếp nhận")
    await leader.opens_news()
    await leader.says("menu")
    said = await leader.sees("Đang xử lý: 1")
    assert "Xử lý lần lượt" not in said
    await deputy.says("menu")
    await deputy.sees("Đang xử lý: 1", "[Xử lý lần lượt (1)]")


async def test_what_was_answered_meanwhile_is_not_answered_twice_unseen(
    worker: Person, leader: Person, service: RunningApp
) -> None:
    await files(worker)
    await leader.says("menu")
    await leader.taps("Xử lý lần lượt (1)")
    closed = update(Grievance).values(state="withdrawn", due_at=service.clock.now() + timedelta(hours=1))
    await service.app.writer.write(lambda session: session.execute(closed))
    await leader.says("Đã kiểm tra")
    await leader.sees("hiện không dùng được")
    await worker.does_not_see("Đã kiểm tra")
