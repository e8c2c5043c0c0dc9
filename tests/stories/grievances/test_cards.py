"""An officer's card fits a phone, whatever was said; every word of it is one tap away, and so is all that can be done."""

from __future__ import annotations

from handlers.chat.words import rows
from handlers.grievances.cards import BUTTONS, ROWS
from tests.actors import Person
from tests.stories.acts import answers, files
from tests.stories.channels import every_channel

LONG = "Chuyền trưởng bắt tăng ca đêm, ai xin về thì bị ghi sổ và mất chuyên cần. " * 12 + "Hết."


def fits(card: str) -> bool:
    text, _, buttons = card.partition("\n[")
    text = text.partition("\n\n1. ")[0]  # where buttons are numbers, these stand in the text
    return rows(text) <= ROWS and len(text.splitlines()) <= 10 and buttons.count("[") + 1 <= BUTTONS


@every_channel
async def test_a_long_story_is_shortened_and_read_in_full(worker: Person, leader: Person) -> None:
    code = await files(worker, LONG)
    card = await leader.sees("Phản ánh mới", code, "Chuyền trưởng bắt tăng ca đêm", "…”", "[Xem toàn bộ]")
    assert fits(card), card
    assert "Vì sao tôi thấy việc này" not in card and "Phân công" not in card
    await leader.taps("Xem toàn bộ")
    await leader.sees(code, LONG.strip(), "[Về phản ánh]")


@every_channel
async def test_the_last_three_entries_are_on_it_and_the_rest_under_details(worker: Person, leader: Person) -> None:
    code = await files(worker, "Lương thiếu ba ngày")
    for number in range(1, 4):
        await answers(leader, f"Tổ đang hỏi, lần {number}. {LONG}")
        await worker.says(f"{code} Vẫn chưa có gì, lần {number}")
        await worker.taps("Gửi")
    card = await leader.sees("bổ sung vào", "Vẫn chưa có gì, lần 3", "[Chi tiết]")
    assert fits(card), card
    assert "Lương thiếu" in card and "còn 4 tin" in card
    await leader.taps("Chi tiết")
    first = await leader.sees("Lương thiếu ba ngày", "Trang 1/")
    of = first.partition("Trang 1/")[2][0]
    await leader.taps(f"2/{of} ›")
    await leader.sees(f"Trang 2/{of}", f"[‹ 1/{of}]")


async def test_who_is_alone_is_not_offered_to_assign(worker: Person, leader: Person) -> None:
    await files(worker)
    await leader.taps("Thêm…")
    await leader.sees("[Hỏi thêm]", "[Ghi chú nội bộ]", "[Thêm…]")
    await leader.taps("Thêm…")
    await leader.sees("[Vì sao tôi thấy việc này]")
    await leader.does_not_see("Phân công")
