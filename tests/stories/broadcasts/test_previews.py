"""Before it goes out: two taps and the words, on a screen that fits; and what a lock screen shows of it when it has."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from handlers.broadcasts import forecast
from handlers.chat import leafing
from models.broadcasts import rule_of_two
from models.broadcasts.broadcasts import Broadcast
from models.people.offices import Office
from models.people.units import Unit
from models.store.database import Session
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import rows
from tests.stories.broadcasts.test_broadcasts import TEXT, code_of, wants_notices, writes
from tests.stories.broadcasts.test_flow import on_the_roll
from tests.stories.channels import every_channel, on

Somebody = Callable[[str], Person]
NEUTRAL = "Công đoàn có tin mới"
LINES, BUTTONS = 10, 5


@pytest.fixture
async def reader(worker: Person) -> Person:
    await wants_notices(worker)
    return worker


def fits(shown: str) -> bool:
    """Whether a phone of 390 pixels shows it whole, with its buttons (which Zalo prints into the text)."""
    said, *buttons = shown.split("\n[")
    words = said.partition("\n\n1. ")[0]
    return leafing.height(words) <= LINES and len(buttons) <= BUTTONS


def test_what_is_too_long_is_noticed() -> None:
    assert fits("một\nhai\n[Gửi]\n[Hủy]") and not fits("dòng\n" * 11) and not fits("x" * 441)
    assert not fits("một" + "\n[Gửi]" * 6)


@every_channel
async def test_two_taps_and_the_words(reader: Person, leader: Person) -> None:
    await leader.says("menu")
    before = leader.steps
    await leader.taps("Soạn thông báo")
    await leader.says(TEXT)
    preview = await leader.sees("Đồng chí kiểm tra trước khi gửi", "Người nhận: Tổ may 1", "Thông báo chung")
    await leader.taps("Gửi")
    assert fits(preview) and leader.steps - before == 3
    await reader.sees(TEXT)


@every_channel
async def test_everything_is_changed_behind_the_preview(reader: Person, leader: Person, service: RunningApp) -> None:
    await on_the_roll(service, 130)
    await writes(leader)
    for what in ("☐ Khẩn", "☐ Đề nghị xác nhận đã đọc"):
        await leader.taps("Thay đổi…", what)
        await leader.sees("Đồng chí kiểm tra")
    await leader.taps("Thay đổi…", "Thêm bản tiếng Anh")
    await leader.says("Team meeting on Saturday.")
    await leader.taps("Thay đổi…", "Hẹn giờ gửi")
    await leader.says("17h30")
    await leader.taps("Thay đổi…", "Lặp lại định kỳ", "hằng tháng")
    preview = await leader.sees("khẩn · đề nghị xác nhận đã đọc · có bản tiếng Anh", "17:30", "hằng tháng")
    assert fits(preview) and "[Gửi]" in preview
    await leader.taps("Thay đổi…")
    await leader.sees("[☑ Khẩn]")
    await leader.taps("☑ Khẩn")
    assert "khẩn" not in await leader.sees("Thông báo chung · đề nghị")


@every_channel
async def test_a_preview_in_english_fits(leader: Person) -> None:
    await leader.taps("Ngôn ngữ · Language", "English", "Notices to members", "Write a notice")
    await leader.says("Team meeting on Saturday.")
    notice = await leader.sees("Please check before it is sent, comrade", "To: Tổ may 1", "[Change…]", "[Send]")
    await leader.taps("Cancel", "Ask for opinions", "A new poll")
    await leader.says("1")  # on Telegram too one of the labels is too long for a button
    poll = await leader.sees("Please check before it opens", "3 questions", "[Open the poll]", "[Details]")
    assert fits(notice) and fits(poll)


async def test_what_was_chosen_is_kept_and_what_was_preset_is_not(chair: Person) -> None:
    await writes(chair)
    await chair.taps("Đổi nơi nhận")
    await chair.sees("Gửi cho đơn vị nào? Chọn một mục, hoặc gõ tên hay mã đơn vị.", "[☐ Tổ may 1]")
    await chair.says("may 1")
    await chair.taps("Xong, tiếp tục", "Tất cả mọi người")
    await chair.sees("Người nhận: Tổ may 1")
    await chair.taps("Đổi nơi nhận")
    await chair.sees("Đã chọn: Tổ may 1", "[☑ Tổ may 1]")


async def test_whoever_is_given_another_unit_meanwhile_sends_what_was_shown_or_nothing(
    reader: Person, leader: Person, service: RunningApp
) -> None:
    """The preset is noted when it is shown: it does not follow the office."""

    def moved(session: Session) -> None:
        other = session.execute(select(col(Unit.id)).where(col(Unit.code) == "SONGLAM-MAY2")).scalar_one()
        session.execute(update(Office).where(col(Office.role) == "leader").values(unit_id=other))

    await writes(leader)
    await service.app.writer.write(moved)
    await leader.taps("Gửi")
    await leader.sees("hiện không dùng được, hoặc việc đã kết thúc")
    assert not await rows(service, Broadcast)


@pytest.mark.parametrize("channel", ["telegram"])
async def test_a_preview_is_judged_once_a_turn(leader: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its text, its buttons and the sending of it are made of one value; and each turn asks anew."""
    asked: list[str] = []
    counted, needed = forecast.of, rule_of_two.is_needed
    monkeypatch.setattr(forecast, "of", lambda *given: asked.append("of") or counted(*given))
    monkeypatch.setattr(rule_of_two, "is_needed", lambda *given: asked.append("needed") or needed(*given))
    await leader.taps("Thông báo của đơn vị", "Soạn thông báo")
    assert not asked
    await leader.says(TEXT)
    assert asked == ["of", "needed"]
    await leader.taps("Gửi")
    assert asked == ["of", "needed"] * 2


@every_channel
async def test_a_lock_screen_shows_no_word_of_it(reader: Person, leader: Person, channel: str, clock: FakeClock) -> None:
    reader.curious = False
    await writes(leader)
    await leader.taps("Thay đổi…", "☐ Đề nghị xác nhận đã đọc", "Gửi")
    if channel == "webchat":  # its page is open, and locked by nobody
        await reader.sees(TEXT, "[Đã đọc]")
        return
    assert TEXT not in await reader.sees(NEUTRAL, "[Xem]")
    await reader.says("1")
    await reader.sees("📢 Thông báo chung · Tổ may 1", TEXT, "[Đã đọc]")
    await clock.passes(days=2)  # which list was the newest is forgotten
    await reader.says("1")
    await reader.sees(TEXT)
    await reader.taps("Đã đọc")
    await reader.sees("Cảm ơn anh/chị")


@on("telegram")
async def test_whoever_wants_words_on_the_lock_screen_has_them(reader: Person, leader: Person, clock: FakeClock) -> None:
    reader.curious = False
    await reader.taps("Cài đặt", "Nội dung hiện trên màn hình khóa", "Bật")
    await reader.looks_away()
    await writes(leader)
    await leader.taps("Gửi")
    await reader.sees(TEXT)


@on("telegram")
async def test_a_covered_notice_that_is_corrected(reader: Person, leader: Person, service: RunningApp) -> None:
    """The correction rings anew, and whoever taps the older message reads what holds now."""
    reader.curious = False
    await writes(leader)
    await leader.taps("Gửi")
    await reader.sees(NEUTRAL)
    await leader.taps("Thông báo của đơn vị", await code_of(service), "Thêm…", "Đính chính")
    await leader.says(TEXT.replace("8 giờ", "9 giờ"))
    await leader.taps("Gửi")
    await reader.sees(NEUTRAL)
    await reader.taps("Xem")
    assert "thay cho thông báo" in await reader.sees("9 giờ")


@every_channel
async def test_the_way_to_tick_who_was_told(reader: Person, leader: Person, service: RunningApp, clock: FakeClock) -> None:
    await on_the_roll(service, 12)
    await writes(leader)
    await leader.taps("Gửi")
    await clock.passes(seconds=20)
    await leader.taps("Thông báo của đơn vị", await code_of(service), "Thêm…", "Đánh dấu đã phổ biến trực tiếp")
    await leader.sees(f"Đồng chí đã phổ biến trực tiếp thông báo {await code_of(service)} cho ai?", "[☐ Công nhân 000]")


@every_channel
async def test_after_a_poll_the_buttons_lead_to_polls(leader: Person) -> None:
    await leader.taps("Đợt lấy ý kiến của đơn vị", "Tạo đợt lấy ý kiến", "Bữa ăn ca")
    assert fits(await leader.sees("Đồng chí kiểm tra trước khi mở"))
    await leader.taps("Mở đợt lấy ý kiến")
    shown = await leader.sees("Trước khi kết thúc không ai xem được kết quả")
    assert "[Đợt lấy ý kiến" in shown and "[Thông báo của đơn vị]" not in shown
