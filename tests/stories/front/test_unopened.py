"""What arrives unasked says only that there is news; “1” shows it, whatever came between and on whichever line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import update

from models.messages.outbox import Outbound
from models.messages.sending import HELD_BACK
from models.messages.unopened import News
from models.people.offices import Office
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import answers, files, rows
from tests.stories.channels import every_channel

pytestmark = every_channel

Somebody = Callable[[str], Person]


async def test_a_lock_screen_says_nothing(worker: Person, leader: Person, service: RunningApp) -> None:
    for person in (worker, leader):
        person.curious = False
    code = await files(worker)
    await leader.sees("Công đoàn có tin mới. Gõ 1 để xem.", "[Xem]")
    await leader.does_not_see(code, "Tăng ca", "Phản ánh mới")
    await leader.taps("Xem")
    await leader.sees("Phản ánh mới", code, "[Tiếp nhận]")
    await leader.taps("Trả lời")
    await leader.says("Tổ đã hỏi phòng nhân sự")
    await leader.taps("Gửi")
    await worker.sees("Công đoàn có tin mới. Gõ 1 để xem.")
    await worker.does_not_see("phòng nhân sự")
    await worker.says("1")
    await worker.sees("Công đoàn trả lời", "phòng nhân sự", "[Bổ sung, trả lời lại]")
    assert not await rows(service, News)
    await worker.taps("Xem")
    await worker.sees("Tin này đã được xem")


async def test_news_that_nobody_opens_is_one_message(worker: Person, leader: Person, channel: str) -> None:
    """Thirty cases ring once. It counts them where it can be changed; what was opened is over, and the next is another."""
    leader.curious = False
    for text in ("Quạt hỏng", "Cơm thiu", "Thiếu găng tay"):
        await files(worker, text)
    [standing] = [text for text in await leader.texts() if "Gõ 1 để xem" in text]
    assert ("Có 3 việc mới" in standing) is (channel != "zalo")
    await leader.says("1")
    await leader.sees("Quạt hỏng")
    await files(worker, "Cửa kẹt")
    assert len([text for text in await leader.texts() if "Gõ 1 để xem" in text]) == 2
    await leader.sees("Có 3 việc mới")


async def test_several_news_are_read_one_after_another(worker: Person, leader: Person) -> None:
    leader.curious = False
    for text in ("Quạt hỏng", "Cơm thiu", "Thiếu găng tay"):
        await files(worker, text)
    await leader.says("1")
    await leader.sees("Phản ánh mới", "Quạt hỏng", "[Xem tin tiếp theo]")
    await leader.taps("Xem tin tiếp theo")
    await leader.sees("Phản ánh mới", "Cơm thiu")
    await leader.taps("Xem tin tiếp theo")
    card = await leader.sees("Phản ánh mới", "Thiếu găng tay")
    assert "tiếp theo" not in card


async def test_who_wants_words_at_once_gets_them(worker: Person, leader: Person, clock: FakeClock) -> None:
    leader.curious = False
    await leader.says("menu")
    await leader.taps("Cài đặt", "Nội dung hiện trên màn hình khóa", "Bật")
    await leader.sees("Hiện nội dung trên màn hình khóa: bật")
    await clock.passes(minutes=1)  # the account follows a moment later, in a transaction of its own
    code = await files(worker)
    await leader.sees("Phản ánh mới", code, "[Tiếp nhận]")
    await leader.does_not_see("Công đoàn có tin mới")


async def test_news_of_an_office_that_is_over_is_not_opened(worker: Person, leader: Person, service: RunningApp) -> None:
    leader.curious = False
    await files(worker)
    await leader.sees("Công đoàn có tin mới")
    yesterday = service.clock.now().date() - timedelta(days=1)
    await service.app.writer.write(lambda session: session.execute(update(Office).values(to_day=yesterday)))
    await leader.taps("Xem")
    await leader.sees("hiện không dùng được")
    await leader.does_not_see("Tăng ca tháng 5")


async def test_one_means_the_news_that_waited_for_the_end_of_a_conversation(
    worker: Person, leader: Person, clock: FakeClock
) -> None:
    """It was kept before the list that came with the end, and is below it on the screen."""
    leader.curious = False
    first = await files(worker)
    await leader.says("1")
    await leader.sees("Phản ánh mới", first)
    await leader.taps("Trả lời")
    await clock.passes(seconds=5)
    second = await files(worker, "Quạt hỏng ba ngày")
    await clock.passes(seconds=5)
    await leader.says("Tổ đang hỏi")
    await leader.taps("Gửi")
    await leader.sees("Đã gửi", first, "[Việc cần xử lý]")
    await clock.passes(seconds=HELD_BACK.total_seconds())
    await leader.sees("Công đoàn có tin mới")
    await leader.says("1")
    await leader.sees("Phản ánh mới", second)


async def test_one_means_the_list_that_came_after_the_news(worker: Person, leader: Person) -> None:
    leader.curious = False
    code = await files(worker)
    await leader.says("menu", "2")
    await leader.sees(code, "chờ trả lời", "Đồng chí viết câu trả lời ngay ở đây")
    await leader.does_not_see("Phản ánh mới")


async def test_after_opening_one_one_means_what_stands_under_it(worker: Person, leader: Person) -> None:
    leader.curious = False
    first, _second = await files(worker, "Quạt hỏng"), await files(worker, "Cơm thiu")
    await leader.says("1")
    await leader.sees("Phản ánh mới", first, "[Tiếp nhận]", "[Xem tin tiếp theo]")
    await leader.says("2")
    await leader.sees("Đồng chí đã tiếp nhận", first)
    await leader.does_not_see("Cơm thiu")
    await leader.says("xem")  # the word on the button opens what still waits
    await leader.sees("Phản ánh mới", "Cơm thiu")
    await leader.says("Xem")
    await leader.sees("Tin này đã được xem")


async def test_news_of_the_day_before_is_still_one(worker: Person, leader: Person, clock: FakeClock) -> None:
    """What the chat remembered of its lists is forgotten by then; the last line on the screen is the same."""
    leader.curious = False
    code = await files(worker)
    await clock.passes(hours=40)
    await leader.says("1")
    await leader.sees("Phản ánh mới", code)


async def test_a_look_at_the_news_loses_nothing_that_was_being_written(
    worker: Person, leader: Person, chair: Person, clock: FakeClock
) -> None:
    code = await files(worker)
    await worker.says("Quạt hỏng ba ngày")
    await worker.sees("không hiện tên")
    await answers(leader, "Tổ đang hỏi phòng nhân sự")
    await clock.passes(minutes=31)
    await worker.sees("Công đoàn trả lời", code)
    await worker.says("Quạt hỏng ba ngày")  # no choice of that question, which is asked again
    await worker.sees("chọn một trong các mục")
    await worker.taps("Gửi Ban chấp hành")
    await chair.sees("Phản ánh mới", "Quạt hỏng ba ngày")


async def test_what_waited_does_not_reach_somebody_who_has_left(
    worker: Person, leader: Person, clock: FakeClock, service: RunningApp
) -> None:
    await files(worker)
    await worker.says("menu")
    await worker.taps("Cài đặt", "Rời khỏi")
    await answers(leader, "Tổ đang hỏi phòng nhân sự")  # heard after this conversation, which is the last
    assert len(await rows(service, Outbound)) == 1
    await worker.taps("Rời khỏi và xóa dữ liệu của tôi")
    await worker.sees("đã rời khỏi")
    await clock.passes(days=1)
    await worker.sees_nothing_new()
    assert not await rows(service, Outbound) and not await rows(service, News)
