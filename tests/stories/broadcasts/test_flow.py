"""A broadcast on its way: watched, stopped, gone on with, cancelled; at night; with files; too many to send by mistake."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime

import openpyxl
import pytest
from sqlalchemy import delete, select
from sqlmodel import col

from models.broadcasts.broadcasts import Broadcast
from models.broadcasts.recipients import Recipient
from models.people import invites, persons
from models.people.accounts import Account
from models.people.offices import Office
from models.people.units import Unit
from models.store.database import Session
from tests import sample_files as files
from tests.actors import OnTelegram, Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import appointed, forges, rows, second_factory, token_behind
from tests.stories.broadcasts.test_broadcasts import TEXT, code_of, states, wants_notices, writes
from tests.stories.channels import every_channel, on

Somebody = Callable[[str], Person]


@pytest.fixture
async def reader(worker: Person) -> Person:
    await wants_notices(worker)
    return worker


async def on_the_roll(service: RunningApp, number: int) -> None:
    """So many workers of team 1 whom the union knows by name, none of them with a phone here."""

    def add(session: Session) -> None:
        team = session.execute(select(col(Unit.id)).where(col(Unit.code) == "SONGLAM-MAY1")).scalar_one()
        for place in range(number):
            persons.add(session, team, name=f"Công nhân {place:03}", staff_code=f"CN{place:03}")

    await service.app.writer.write(add)


@every_channel
async def test_the_sender_watches_it_go(reader: Person, leader: Person, channel: str, clock: FakeClock) -> None:
    await writes(leader)
    await leader.taps("Gửi")
    await leader.does_not_see("100%")
    await clock.passes(seconds=20)
    if channel == "zalo":  # which cannot change what was sent: the end is a message of its own
        await leader.sees("đã xử lý xong", "100%")
    else:
        await leader.sees_edited("đã xử lý xong", "▓▓▓▓▓▓▓▓▓▓ 100% đã xử lý", "Không nêu số người nhận")
    bars = [text for text in await leader.texts() if "▓" in text]
    assert len(bars) <= (2 if channel == "zalo" else 1)


@pytest.fixture
async def busy(reader: Person) -> Person:
    """A reader in the middle of a grievance: a notice with something to tap waits for them."""
    await reader.taps("Viết phản ánh")
    await reader.looks_away()
    return reader


async def test_it_waits_for_who_is_writing(busy: Person, leader: Person, clock: FakeClock) -> None:
    await writes(leader)
    await leader.taps("Gửi")
    await clock.passes(minutes=1)
    await busy.sees_nothing_new()
    await busy.says("dừng")
    await clock.passes(minutes=1)
    await busy.sees(TEXT)


async def test_whom_it_waits_for_is_not_told(busy: Person, leader: Person, clock: FakeClock, service: RunningApp) -> None:
    """That it is not done yet would tell its sender that somebody of the team is writing to the union at this moment."""
    await writes(leader)
    await leader.taps("Gửi")
    await clock.passes(minutes=1)
    assert (await states(service))["queued"] == 1
    await leader.taps("Thông báo của đơn vị", await code_of(service))
    card = await leader.sees("Người nhận: Tổ may 1")
    assert "đã xử lý xong" in card and "[Tạm dừng]" not in card and "[Hủy phần chưa gửi]" not in card
    assert any("100%" in text for text in await leader.texts())
    await busy.says("dừng")
    await clock.passes(minutes=1)
    await busy.sees(TEXT)


async def test_an_officer_who_lost_the_role_sends_nothing(reader: Person, leader: Person, service: RunningApp) -> None:
    await writes(leader)
    await service.app.writer.write(lambda session: session.execute(delete(Office).where(col(Office.role) == "leader")))
    await leader.taps("Gửi")
    await leader.sees("hiện không dùng được, hoặc việc đã kết thúc")
    assert not await rows(service, Broadcast)


@every_channel
async def test_many_people_are_a_number_to_type(reader: Person, leader: Person, service: RunningApp) -> None:
    await on_the_roll(service, 120)
    preview = await writes(leader)
    assert "Gửi tới ít nhất 121 người" in preview
    await leader.taps("Gửi")
    await leader.sees("gửi tới 121 người", "nhập đúng số đó")
    await leader.says("vâng")
    await leader.sees("Số nhập chưa đúng. Chưa gửi gì")
    await reader.does_not_see(TEXT)
    await leader.says("121")
    await reader.sees(TEXT)
    await leader.taps("Thông báo của đơn vị", await code_of(service))
    await leader.sees("Gửi tới ít nhất 121 người", "Số liệu tính mỗi đêm một lần")


@every_channel
async def test_counts_as_a_workbook(reader: Person, leader: Person, service: RunningApp) -> None:
    await on_the_roll(service, 12)
    await writes(leader)
    await leader.taps("Gửi", "Thông báo của đơn vị")
    await leader.taps(await code_of(service), "Thêm…", "Tải số liệu (Excel)")
    await leader.sees("liệu của thông báo")
    [(name, content)] = await leader.received()
    assert name.endswith(".xlsx")
    cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(content)).active for cell in row]
    assert 13 in cells and "Tổng số người thuộc diện nhận, ít nhất" in cells
    assert not [cell for cell in cells if isinstance(cell, int) and 0 < cell < 5]


@every_channel
async def test_with_files(reader: Person, leader: Person, service: RunningApp, channel: str) -> None:
    await leader.taps("Thông báo của đơn vị", "Soạn thông báo")
    await leader.says(TEXT)
    await leader.shows(files.photo())
    await leader.sees("Ảnh 1: đang tải")
    await leader.taps("Gửi")
    await reader.sees(TEXT)
    if channel == "zalo":
        await reader.taps("Xem tệp")
    [(_name, content)] = await reader.received()
    assert content[:2] == b"\xff\xd8" and b"GPS" not in content


@every_channel
async def test_who_has_to_agree_opens_the_files(
    superior: Person, leader: Person, somebody: Somebody, service: RunningApp, reader: Person
) -> None:
    """A photo that goes to thousands on one pair of eyes would be no rule of two."""
    await service.app.writer.write(second_factory)
    second = somebody("Nga")
    await second.joins(await appointed(service, "LDLD", "superior", "Phạm Thị Nga", "LD002"))
    await superior.taps("Thông báo của đơn vị", "Soạn thông báo")
    await superior.says(TEXT)
    await superior.shows(files.photo())
    await superior.taps("Gửi để duyệt")
    await second.taps("Xem toàn bộ thông báo")
    await second.sees("Tệp kèm theo: ảnh 1", "[Xem tệp]")
    await second.taps("Xem tệp")
    [(_name, content)] = await second.received()
    assert content[:2] == b"\xff\xd8"
    [row] = await rows(service, Broadcast)
    for other in (leader, reader):  # of a unit below, or nobody's officer
        if isinstance(other, OnTelegram):
            await forges(other, f"office_enclosed:{row.id}:::")
            await other.sees("hiện không dùng được")


async def test_an_english_reader_reads_english(reader: Person, leader: Person, clock: FakeClock) -> None:
    await reader.says("menu")
    await reader.taps("Ngôn ngữ · Language", "English")
    await clock.passes(minutes=3)
    await writes(leader)
    await leader.taps("Thay đổi…", "Thêm bản tiếng Anh")
    await leader.says("x" * 4001)
    await leader.sees("dài quá 4.000 ký tự")
    await clock.passes(seconds=30)  # sooner it would be the rest of it (handlers.front.parts)
    await leader.says("Saturday 28 November, 8:00: team meeting.")
    await leader.taps("Gửi")
    await reader.sees("📢 Notice", "Saturday 28 November", "[Ask about this notice]")


class TestNight:
    @pytest.fixture
    def notices_quiet(self) -> str:
        return "22:00-06:00"

    @pytest.fixture
    def night(self, clock: FakeClock) -> FakeClock:
        """23:30 in Vietnam."""
        clock.is_at(datetime(2026, 11, 23, 16, 30, tzinfo=UTC))
        return clock

    async def test_only_what_is_urgent_rings(self, reader: Person, leader: Person, night: FakeClock) -> None:
        await writes(leader)
        await leader.taps("Gửi")
        await reader.does_not_see(TEXT)
        await writes(leader, "Cháy kho vải: không vào cổng 2.")
        await leader.taps("Thay đổi…", "☐ Khẩn", "Gửi")
        await reader.sees("Cháy kho vải")
        await night.passes(hours=6, minutes=31)
        await reader.sees(TEXT)

    @every_channel
    async def test_stopped_and_gone_on_with(
        self, reader: Person, leader: Person, night: FakeClock, service: RunningApp
    ) -> None:
        await writes(leader)
        await leader.taps("Gửi", "Thông báo của đơn vị")
        await leader.taps(await code_of(service), "Tạm dừng")
        await leader.sees("Đã tạm dừng")
        await night.passes(hours=7)
        await reader.does_not_see(TEXT)
        assert (await states(service))["queued"] == 1
        await leader.taps("Gửi tiếp")
        await reader.sees(TEXT)
        await night.passes(seconds=20)
        await leader.taps("Thông báo của đơn vị", await code_of(service))
        assert "[Tạm dừng]" not in await leader.sees("đã xử lý xong")

    @every_channel
    async def test_the_rest_is_cancelled(
        self, reader: Person, leader: Person, night: FakeClock, service: RunningApp
    ) -> None:
        await writes(leader)
        await leader.taps("Gửi", "Thông báo của đơn vị")
        await leader.taps(await code_of(service), "Hủy phần chưa gửi")
        await leader.sees("Đã hủy thông báo", "Những người đã nhận vẫn đọc được")
        await night.passes(hours=7)
        await reader.does_not_see(TEXT)
        counts = await states(service)
        assert counts["cancelled"] == 1 and sum(counts.values()) == 2

    @on("telegram")
    async def test_cancelled_twice(self, reader: Person, leader: OnTelegram, night: FakeClock, service: RunningApp) -> None:
        await writes(leader)
        await leader.taps("Gửi", "Thông báo của đơn vị")
        await leader.taps(await code_of(service))
        token = token_behind(leader, "Hủy phần chưa gửi")
        await forges(leader, token)
        await leader.sees("Đã hủy thông báo")
        await forges(leader, token)
        await leader.sees("hiện ở tình trạng “đã hủy”")

    async def test_a_team_that_works_at_night(self, reader: Person, leader: Person, night: FakeClock) -> None:
        await leader.taps("Thông báo của đơn vị", "Thêm…", "Đơn vị làm ca đêm", "☐ Tổ may 1")
        await leader.sees("[☑ Tổ may 1]")
        await leader.taps("Quay lại")
        await writes(leader)
        await leader.taps("Gửi")
        await reader.sees(TEXT)


class TestTheSameDay:
    """What somebody chose holds at once, though no row says so before the night (default settings)."""

    @pytest.fixture
    def privacy(self) -> str:
        return "30-90"

    async def test_who_wants_notices_gets_the_next_one(self, reader: Person, leader: Person, service: RunningApp) -> None:
        assert not any(row.notices for row in await rows(service, Account))
        await writes(leader)
        await leader.taps("Gửi")
        await reader.sees(TEXT)

    async def test_an_officer_is_written_to_in_the_language_they_chose(self, leader: Person, clock: FakeClock) -> None:
        await writes(leader)
        await leader.taps("Thay đổi…", "Hẹn giờ gửi")
        await leader.says("17:30")
        await leader.taps("Gửi", "Thông báo của đơn vị", "Menu", "Ngôn ngữ · Language", "English")
        await leader.looks_away()
        await clock.passes(hours=7, minutes=31)
        await clock.passes(seconds=20)
        await leader.sees("· worked through", "100%", "Too few are known for a number to be said")

    async def test_a_second_phone_begins_with_what_was_chosen_on_the_first(self, reader: Person, somebody: Somebody) -> None:
        second = await another_phone(reader, somebody)
        await second.taps("Cài đặt")
        await second.sees("Thông báo của công đoàn: bật")


async def another_phone(first: Person, somebody: Somebody) -> Person:
    await first.taps("Cài đặt", "Nối máy khác")
    shown = await first.sees("15 phút")
    second = somebody(f"{first.name}, máy 2")
    await second.joins(next(word.strip(".:,") for word in shown.split() if invites.looks_like_code(word.strip(".:,"))))
    return second


async def test_who_left_gets_nothing_and_is_counted(
    reader: Person, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    await writes(leader)
    await leader.taps("Thay đổi…", "Hẹn giờ gửi")
    await leader.says("17:30")
    await leader.taps("Gửi")
    await reader.taps("Cài đặt", "Rời khỏi", "Rời khỏi và xóa dữ liệu của tôi")
    await clock.passes(hours=8)
    await reader.does_not_see(TEXT)
    assert sum((await states(service)).values()) == 1


async def test_old_ledgers_are_folded(reader: Person, leader: Person, service: RunningApp, clock: FakeClock) -> None:
    await on_the_roll(service, 12)
    await writes(leader)
    await leader.taps("Gửi")
    await clock.passes(days=91)
    assert not await rows(service, Recipient)
    await leader.taps("Thông báo của đơn vị", await code_of(service))
    await leader.sees("Gửi tới ít nhất 13 người")


async def test_one_person_with_two_phones_hears_once(
    reader: Person, leader: Person, somebody: Somebody, service: RunningApp, clock: FakeClock
) -> None:
    second = await another_phone(reader, somebody)
    await writes(leader)
    await leader.taps("Gửi")
    texts = [text for phone in (reader, second) for text in await phone.texts()]
    # That the other phone is connected, and the notice.
    assert sum("Công đoàn có tin mới" in text or TEXT in text for text in texts) == 2
