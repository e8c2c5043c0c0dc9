"""What somebody wrote and then changed where it stands: on Telegram."""

from __future__ import annotations

from tests.actors import OnTelegram, Person
from tests.stories.acts import OVERTIME, files
from tests.stories.channels import on


async def edits(person: Person, text: str) -> None:
    """Rewrites their newest message."""
    assert isinstance(person, OnTelegram)
    assert await person.emulator.deliver(person.user.edited_message_update(text)) == 200
    await person.service.app.drain()


@on("telegram")
async def test_an_edit_of_a_draft_is_asked_about(worker: Person, leader: Person) -> None:
    await worker.says("Gửi phản ánh", "Chị Hoa tổ 3 chưa được trả tăng ca")
    await edits(worker, OVERTIME)
    await worker.sees("Tin nhắn vừa được sửa", OVERTIME, "[Dùng lời mới]", "[Giữ lời cũ]")
    await worker.taps("Dùng lời mới", "Tiền lương")
    await worker.sees("xem lại trước khi gửi", f"«{OVERTIME}»")
    await worker.taps("Tổ trưởng công đoàn")
    await leader.sees("Phản ánh mới", OVERTIME)
    await leader.does_not_see("Chị Hoa")


@on("telegram")
async def test_the_first_words_may_be_kept(worker: Person, leader: Person) -> None:
    await worker.says("Gửi phản ánh", OVERTIME)
    await edits(worker, "xyz")
    await worker.taps("Giữ lời cũ", "Tiền lương")
    await worker.sees(f"«{OVERTIME}»")


@on("telegram")
async def test_of_what_was_sent_it_is_said_that_it_stays(worker: Person, leader: Person) -> None:
    await files(worker)
    await edits(worker, "Không có gì")
    await worker.sees("Lời đã gửi đi", "mã phản ánh")
    await leader.does_not_see("Không có gì")
