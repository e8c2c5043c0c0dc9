"""Whatever is typed or sent gets a clear answer, hurts nobody else, and the next message is answered as ever."""

from __future__ import annotations

import pytest

from tests.actors import OnTelegram, Person
from tests.running_app import FakeClock
from tests.stories.acts import OVERTIME, answers, files

EMPTY = ["\u200b", "\u200d\u200d\u200c", "\ufeff\u2060", "\u202e\u2066", " \n\t ", "\u3164", "\u2800\u2800", "\u00ad"]
FAMILY = "👩‍👩‍👧‍👦"
THAI_FLAG = "🏴󠁧󠁢󠁥󠁮󠁧󠁿"


@pytest.fixture
def channel() -> str:
    return "telegram"


@pytest.fixture
def backend() -> str:
    return "sqlite"


async def goes_on(person: Person) -> None:
    """The service still answers this person."""
    await person.looks_away()
    await person.says("menu")
    await person.sees("[Viết phản ánh]")


@pytest.mark.parametrize("text", ["a" * 5000, "😀" * 4001, "từ " * 1400], ids=["letters", "emoji", "words"])
@pytest.mark.parametrize("inside", [True, False], ids=["asked", "unasked"])
async def test_endless_text_is_refused_kindly(worker: Person, leader: Person, text: str, inside: bool) -> None:
    if inside:
        await worker.taps("Viết phản ánh")
    await worker.says(text)
    await worker.sees("dài quá 4.000 ký tự", "chia thành nhiều tin")
    await worker.sees("Có chuyện gì chưa ổn")
    await worker.does_not_see("không hiện tên")
    await worker.says(OVERTIME)
    await worker.sees("không hiện tên")
    await goes_on(worker)


async def test_4097_units_are_more_than_a_message_holds_and_arrive_whole(worker: Person, leader: Person) -> None:
    text = "😀" * 2048 + "x"  # 2,049 characters, 4,097 units
    code = await files(worker, text)
    await leader.sees("Phản ánh mới", code)
    before = len(await leader.texts())
    await leader.taps("Xem toàn bộ")
    shown = "".join((await leader.texts())[before:])
    assert shown.count("😀") == 2048
    await answers(leader, text)
    await worker.sees("Công đoàn trả lời", code)
    answer = "".join((await worker.texts())[worker.seen - 1 :])
    assert answer.count("😀") == 2048


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_text_with_nothing_in_it(worker: Person) -> None:
    for text in EMPTY:
        await worker.says("menu")
        await worker.looks_away()
        await worker.says(text)
        await worker.sees("")  # the menu, or that there were no words: an answer
        await worker.taps("Viết phản ánh")
        await worker.says(text)
        await worker.sees("chưa có chữ nào")
        await worker.sees("Có chuyện gì chưa ổn")
    await worker.does_not_see("không hiện tên")


@pytest.mark.parametrize("kind", ["sticker", "contact"])
async def test_what_cannot_be_read_is_said_so(worker: Person, kind: str) -> None:
    assert isinstance(worker, OnTelegram)
    send = getattr(worker.user, f"{kind}_update")
    assert await worker.emulator.deliver(send()) == 200
    await worker.service.app.drain()
    await worker.sees("chưa đọc được nhãn dán", "viết bằng chữ")
    await worker.sees_nothing_new()
    await worker.says(OVERTIME)
    await worker.looks_away()
    assert await worker.emulator.deliver(send()) == 200
    await worker.service.app.drain()
    await worker.sees("chưa đọc được nhãn dán")
    await worker.sees("không hiện tên")
    await worker.does_not_see("84912345678")


async def test_the_words_under_a_photo_are_not_lost(worker: Person, leader: Person) -> None:
    assert isinstance(worker, OnTelegram)
    assert await worker.emulator.deliver(worker.user.photo_update(caption="Dây điện hở ở máy 12")) == 200
    await worker.service.app.drain()
    await worker.sees("Ảnh 1: đang tải")
    await worker.sees("không hiện tên")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await leader.sees("Dây điện hở ở máy 12")


WRITTEN_AND_SHOWN = [
    ("\u202egnơưl oT", "“gnơưl oT”"),
    ("l\u200bươ\u2060ng ch\u00adậm", "“lương chậm”"),
    ("a\u2066b\u2069c\u061cd", "“abcd”"),
    ("lương\t5.000.000", "“lương 5.000.000”"),
    ("một\r\nhai\rba", "“một\nhai\nba”"),
    ("a\x00\x07\x1bb", "“ab”"),
    ("tie\u0302\u0300n", "“tiền”"),
    (f"ổn {FAMILY} {THAI_FLAG} 🫨", f"“ổn {FAMILY} {THAI_FLAG} 🫨”"),
    ("<b>lương</b> & *thưởng* _tết_ [x](http://y) `z`", "“<b>lương</b> & *thưởng* _tết_ [x](http://y) `z`”"),
    ("{code} %s {0} \\n", "“{code} %s {0} \\n”"),
    ("'; DROP TABLE grievance; --", "“'; DROP TABLE grievance; --”"),
]


async def test_a_card_shows_what_was_written(worker: Person, leader: Person, clock: FakeClock) -> None:
    for written, shown in WRITTEN_AND_SHOWN:
        await clock.passes(minutes=30)  # one person files only so many in an hour
        await worker.says("menu")
        await worker.taps("Viết phản ánh")
        await worker.says(written)
        await worker.taps("Sửa, ghi tên, giờ gửi…", "Ghi tên tôi")
        await worker.says(written)
        await worker.taps("Gửi tổ trưởng công đoàn")
        name = " ".join(shown.strip("“”").split())
        await leader.sees("Phản ánh mới", " ".join(shown.split()), f"Người gửi: {name}")
        await answers(leader, written)
        await worker.sees("Công đoàn trả lời", shown)


async def test_a_name_has_an_end(worker: Person, leader: Person) -> None:
    await worker.says(OVERTIME)
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Ghi tên tôi")
    await worker.says("\u200d")
    await worker.sees("chưa có chữ nào")
    await worker.says("Bình " * 100)
    await worker.taps("Gửi tổ trưởng công đoàn")
    card = await leader.sees("Người gửi: Bình")
    name = card.partition("Người gửi: ")[2].splitlines()[0]
    assert len(name) < 100
