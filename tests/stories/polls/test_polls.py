"""Opinions without names: asked, answered in n + 1 taps, counted when closed, shown only where nobody can be told."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.__main__ import app
from bot.files.drawing import render_apart
from models.anonymity.intake import Intake
from models.people.units import Unit
from models.polls import ballots
from models.polls.boxes import BallotBox
from models.polls.polls import Answer
from models.polls.rounds import Round
from models.polls.turnout import Turnout
from tests.actors import OnTelegram, Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import appointed, crowd, forges, rows, second_factory
from tests.stories.channels import every_channel, on
from tests.stories.people.test_consents import slips

Somebody = Callable[[str], Person]
TITLE = "Bữa ăn ca"
MEALS: Sequence[Answer] = (3, [2], 0)
_drawn: dict[str, list[bytes]] = {}


@pytest.fixture(autouse=True)
def drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one story has had drawn another is given as it is: each picture takes a process and a second, and these stories
    are about whom it reaches. How it is drawn: tests/rules/polls/test_charts.py."""

    async def drawn(specs: Sequence[Mapping[str, Any]]) -> list[bytes]:
        asked = json.dumps(specs, sort_keys=True)
        if asked not in _drawn:
            _drawn[asked] = await render_apart(specs)
        return _drawn[asked]

    monkeypatch.setattr("bot.files.drawing.render_apart", drawn)


"""What `votes` answers, too."""


async def voters(somebody: Somebody, service: RunningApp, count: int, unit: str = "SONGLAM-MAY1") -> list[Person]:
    """So many workers who drew a slip and want to be asked."""
    found = []
    for number, code in enumerate(await slips(service, count, unit)):
        voter = somebody(f"Công nhân {unit[-1]}{number}")
        await voter.joins(code, "Có")
        await voter.looks_away()
        found.append(voter)
    return found


async def cast(service: RunningApp, people: Sequence[str], answers: Sequence[Answer]) -> None:
    """These answer the poll that is open alike, each in a turn of their own."""
    [one] = [row for row in await rows(service, Round) if row.state == "open"]
    for person in people:
        await service.app.writer.write(
            partial(ballots.cast, round_id=one.id, person_id=person, answers=answers, now=service.clock.now())
        )


async def opens(officer: Person, template: str = TITLE, *switches: str) -> None:
    """Asks everybody of the officer's own unit."""
    await officer.taps("Đợt lấy ý kiến của đơn vị", "Tạo đợt lấy ý kiến", template)
    await officer.sees("Đồng chí kiểm tra trước khi mở")
    for switch in switches:
        await officer.taps("Thay đổi…", f"☐ {switch}")
    await officer.taps("Mở đợt lấy ý kiến")
    await officer.sees("Trước khi kết thúc không ai xem được kết quả")


async def votes(voter: Person, mark: str = "4", need: str = "Thay đổi món", agrees: str = "Có") -> None:
    await voter.taps(mark, f"☐ {need}", "Xong", agrees)
    await voter.sees("xem lại câu trả lời trước khi gửi", f"→ {mark}", f"→ {need}", f"→ {agrees}")
    await voter.taps("Gửi câu trả lời")
    await voter.sees("Cảm ơn anh/chị đã cho ý kiến")


async def is_counted(clock: FakeClock) -> None:
    await clock.passes(minutes=2)
    await clock.passes(days=7)
    await clock.passes(minutes=3)


@every_channel
async def test_asked_answered_counted(somebody: Somebody, leader: Person, service: RunningApp, clock: FakeClock) -> None:
    people, more = await voters(somebody, service, 2), await crowd(service, 8)
    await opens(leader)
    invitation = await people[0].sees("🗳 Bữa ăn ca", "Ẩn danh", "từ 10 người", "vẫn còn trên máy này", "Câu 1/3")
    assert "[1]" in invitation and "[5]" in invitation
    for voter, mark in zip(people, "42", strict=True):
        await votes(voter, mark)
    await cast(service, more[:5], [3, [2], 0])
    await cast(service, more[5:], [1, [2], 0])
    await leader.taps("Đợt lấy ý kiến của đơn vị")
    await leader.looks_away()
    await leader.does_not_see("đã tham gia")
    await is_counted(clock)
    await leader.sees("Thưa đồng chí", TITLE, "đã có kết quả")
    await leader.taps("Xem kết quả")
    await leader.sees("🗳 Bữa ăn ca · Tổ may 1 · khoảng 10 người trả lời · Câu 1/3", "[Câu sau]", "[Công bố kết quả]")
    await leader.taps("Câu sau")
    await leader.sees("Câu 2/3")
    await leader.taps("Chi tiết")
    await leader.sees("Khoảng 10 người đã tham gia.", "4: 60% · 6 người", "2: 40% · 4 người", "Trang 1/3")
    await leader.taps("2/3 ›")
    await leader.sees("Thay đổi món", "Trang 2/3")
    await leader.taps("3/3 ›")
    await leader.sees("Số liệu gần đúng")
    assert not await rows(service, BallotBox)


async def previews(officer: Person, who: str) -> str:
    await officer.taps("Đợt lấy ý kiến của đơn vị", "Tạo đợt lấy ý kiến", TITLE)
    await officer.sees("Đồng chí kiểm tra trước khi mở")
    await officer.taps("Đổi nơi nhận", "☐ Tổ may 1", "Xong, tiếp tục")
    await officer.taps(*([who, "Xong, tiếp tục"] if who.startswith("☐") else [who]))
    shown = await officer.sees("Đồng chí kiểm tra trước khi mở")
    await officer.taps("Hủy")
    return shown


async def test_the_preview_does_not_count_who_has_a_slip(somebody: Somebody, leader: Person, service: RunningApp) -> None:
    """Two previews with one person's joining between them say the same."""
    await crowd(service, 10)
    before = await previews(leader, "Tất cả mọi người")
    late = somebody("Công nhân đến sau")
    [slip] = await slips(service, 1, "SONGLAM-MAY1")
    await late.joins(slip, "Có")
    assert "Không nêu số người nhận" in before and "Còn ít người trả lời được" in before
    assert await previews(leader, "Tất cả mọi người") == before


async def test_few_and_nobody_look_alike(leader: Person, service: RunningApp) -> None:
    """Of an audience by what people told: whether one of them did, is not to be seen from a preview."""
    shown = await previews(leader, "☐ Người dùng tiếng Anh")
    assert "còn quá ít người tham gia bằng phiếu riêng" in shown and "[Mở đợt lấy ý kiến]" not in shown


async def colleague(somebody: Somebody, service: RunningApp) -> Person:
    """A second officer of the province, which has a second grassroots union."""
    await service.app.writer.write(second_factory)
    second = somebody("Nga")
    await second.joins(await appointed(service, "LDLD", "superior", "Phạm Thị Nga", "LD002"))
    await second.looks_away()
    return second


async def asks_the_province(superior: Person) -> None:
    await superior.taps("Đợt lấy ý kiến của đơn vị", "Tạo đợt lấy ý kiến", TITLE)


@every_channel
async def test_a_second_officer_agrees(somebody: Somebody, superior: Person, service: RunningApp, clock: FakeClock) -> None:
    """A poll of several unions opens when another officer has read it, and is then open as long as it was to be."""
    [voter] = await voters(somebody, service, 1)
    second = await colleague(somebody, service)
    await asks_the_province(superior)
    preview = await superior.sees("Việc này cần thêm một cán bộ duyệt", "Phạm Thị Nga")
    assert "[Mở đợt lấy ý kiến]" not in preview
    await superior.taps("Gửi để duyệt")
    await superior.sees("đang chờ một cán bộ khác duyệt")
    await clock.passes(days=3)
    await voter.does_not_see("🗳")
    asked = await second.sees("Đồng chí Lê Thị Hòa đề nghị đồng chí duyệt đợt lấy ý kiến", "Liên đoàn Lao động tỉnh")
    assert "1 người" not in asked, "how many have a slip"
    await second.taps("Xem toàn bộ đợt lấy ý kiến")
    shown = await second.sees(TITLE, "chờ cán bộ khác duyệt", "Người nhận: Liên đoàn Lao động tỉnh", "Ẩn danh")
    await second.taps("Xem câu hỏi")
    await second.sees(TITLE, "Bữa ăn ca", "Thay đổi món")
    [code] = re.findall(r"YK-\w+", shown)
    await second.taps(code)
    await second.taps("Duyệt và mở")
    await superior.sees("Phạm Thị Nga đã duyệt")
    await voter.sees("🗳 Bữa ăn ca")
    [one] = await rows(service, Round)
    assert one.state == "open" and one.closes_at >= clock.now() + timedelta(days=6, hours=23)


@every_channel
async def test_a_poll_is_not_agreed_to(somebody: Somebody, superior: Person, service: RunningApp) -> None:
    [voter] = await voters(somebody, service, 1)
    second = await colleague(somebody, service)
    await asks_the_province(superior)
    await superior.taps("Gửi để duyệt")
    await second.taps("Không duyệt")
    await superior.sees("Phạm Thị Nga không duyệt")
    await voter.does_not_see("🗳")
    [one] = await rows(service, Round)
    assert one.state == "cancelled"


async def test_nobody_sees_anything_before_the_close(somebody: Somebody, leader: Person, service: RunningApp) -> None:
    [voter] = await voters(somebody, service, 1)
    await opens(leader)
    await votes(voter)
    [one] = await rows(service, Round)
    await leader.taps("Đợt lấy ý kiến của đơn vị")
    shown = await leader.sees("đang mở")
    await leader.taps(next(line.strip("[]") for line in shown.splitlines() if line.startswith("[YK-")))
    card = await leader.sees("Trước khi tổng hợp xong, không ai xem được", "[Kết thúc ngay]")
    assert "Xem kết quả" not in card and one.state == "open"


async def test_too_few_is_said_and_why(somebody: Somebody, leader: Person, service: RunningApp, clock: FakeClock) -> None:
    people = await voters(somebody, service, 4)
    await opens(leader)
    for voter in people:
        await votes(voter)
    await is_counted(clock)
    await leader.taps("Xem kết quả")
    shown = await leader.sees("Không hiện kết quả của Tổ may 1", "chưa đủ 5 người tham gia")
    assert "4 người" not in shown and "▓" not in shown


@every_channel
async def test_leaving_half_way_leaves_nothing(
    somebody: Somebody, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    [voter] = await voters(somebody, service, 1)
    await opens(leader)
    await voter.taps("4")
    await voter.says("dừng")
    await voter.sees("Đã dừng")
    await clock.passes(minutes=2)
    assert not [row for row in await rows(service, Turnout) if row.mark]
    await voter.taps("Tham gia ý kiến", f"Trả lời: {TITLE}")
    await voter.sees("Câu 1/3")
    await votes(voter)


async def test_one_person_one_ballot(somebody: Somebody, leader: Person, service: RunningApp, clock: FakeClock) -> None:
    [voter] = await voters(somebody, service, 1)
    await opens(leader)
    await votes(voter)
    await voter.taps("Tham gia ý kiến")
    await voter.sees("Hiện không có đợt lấy ý kiến nào chờ trả lời")
    await clock.passes(minutes=2)
    await voter.taps("Tham gia ý kiến")
    await voter.sees("Hiện không có đợt lấy ý kiến nào chờ trả lời")
    assert len([row for row in await rows(service, Turnout) if row.mark]) == 1


async def test_only_slips_vote_unless_the_union_says_otherwise(
    worker: Person, leader: Person, chair: Person, somebody: Somebody, service: RunningApp, clock: FakeClock
) -> None:
    await worker.taps("Cài đặt", "Lấy ý kiến", "Bật")
    await clock.passes(minutes=2)
    await opens(chair)
    await worker.does_not_see(TITLE)
    await worker.taps("Menu", "Tham gia ý kiến")
    await worker.sees("Hiện không có đợt lấy ý kiến nào chờ trả lời")
    await chair.taps("Đợt lấy ý kiến của đơn vị")
    shown = await chair.sees("đang mở")
    await chair.taps(next(line.strip("[]") for line in shown.splitlines() if line.startswith("[YK-")), "Hủy đợt lấy ý kiến")
    await opens(chair, "Nhu cầu tập huấn, bồi dưỡng", "Hỏi cả người chưa có phiếu riêng")
    await worker.sees("Nhu cầu tập huấn", "từ 30 người")


async def test_who_does_not_want_polls_is_not_asked(somebody: Somebody, leader: Person, service: RunningApp) -> None:
    [code] = await slips(service)
    quiet = somebody("Chi")
    await quiet.joins(code)
    await opens(leader)
    await quiet.does_not_see("🗳")
    await quiet.taps("Tham gia ý kiến", f"Trả lời: {TITLE}")  # but may
    await votes(quiet)


async def test_it_waits_until_the_other_conversation_is_over(
    somebody: Somebody, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    [voter] = await voters(somebody, service, 1)
    await voter.taps("Viết phản ánh")
    await opens(leader)
    await voter.does_not_see("🗳")
    await voter.says("dừng")
    await clock.passes(minutes=1)
    await voter.sees("🗳 Bữa ăn ca")


async def test_one_reminder_to_who_has_not_voted(
    somebody: Somebody, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    early, late = await voters(somebody, service, 2)
    await opens(leader)
    await votes(early)
    await late.looks_away()
    await clock.passes(days=6, minutes=1)
    await late.sees("🗳 Bữa ăn ca")
    await clock.passes(hours=12)
    await late.sees_nothing_new()
    assert sum("🗳" in text for text in await early.texts()) == 1


@pytest.mark.parametrize("channel", ["telegram", "webchat"])  # a number means nothing days later
async def test_after_the_close(somebody: Somebody, leader: Person, service: RunningApp, clock: FakeClock) -> None:
    [voter] = await voters(somebody, service, 1)
    await opens(leader)
    await clock.passes(days=7, minutes=1)
    await voter.taps("3")
    await voter.sees("đã kết thúc")


@every_channel
async def test_closed_early_and_cancelled(somebody: Somebody, leader: Person, service: RunningApp, clock: FakeClock) -> None:
    [voter], more = await voters(somebody, service, 1), await crowd(service, 9)
    await opens(leader)
    await votes(voter)
    await cast(service, more, MEALS)
    await leader.taps("Đợt lấy ý kiến của đơn vị")
    shown = await leader.sees("đang mở")
    await leader.taps(next(line.strip("[]") for line in shown.splitlines() if line.startswith("[YK-")), "Kết thúc ngay")
    await leader.sees("Đã kết thúc đợt lấy ý kiến")
    await clock.passes(minutes=3)
    await leader.taps("Xem kết quả")
    await leader.sees("khoảng 10 người trả lời")
    await opens(leader, "Nhu cầu tập huấn, bồi dưỡng")
    await leader.taps("Đợt lấy ý kiến của đơn vị")
    shown = await leader.sees("đang mở")
    await leader.taps(next(line.strip("[]") for line in shown.splitlines() if line.startswith("[YK-")), "Hủy đợt lấy ý kiến")
    await leader.sees("Đã hủy đợt lấy ý kiến")
    await clock.passes(days=8)
    await leader.does_not_see("“Nhu cầu tập huấn, bồi dưỡng” đã có kết quả")


async def test_own_questions(somebody: Somebody, leader: Person, service: RunningApp) -> None:
    [voter] = await voters(somebody, service, 1)
    await leader.taps("Đợt lấy ý kiến của đơn vị", "Tạo đợt lấy ý kiến", "Tự soạn câu hỏi")
    await leader.says("Đưa đón")
    await leader.says("Anh/chị có đi xe đưa đón không?")
    await leader.taps("Có hoặc không", "Thêm câu hỏi")
    await leader.says("Xe nên đón ở đâu?")
    await leader.taps("Chọn một phương án")
    await leader.says("Chợ")
    await leader.sees("từ 2 đến 12 phương án")
    await leader.says("Chợ\nchợ")
    await leader.sees("hai phương án giống nhau")
    await leader.says("Chợ\n" + "x" * 500)
    await leader.sees("dài nhất 60 ký tự")
    await leader.says("Chợ\nCổng khu công nghiệp")
    await leader.taps("Chỉ khi: Có", "Đủ rồi, tiếp tục")
    await leader.sees("Đưa đón · 2 câu hỏi")
    await leader.taps("Chi tiết")
    await leader.sees("chỉ hỏi nếu câu 1 trả lời “Có”")
    await leader.taps("Quay lại", "Mở đợt lấy ý kiến")
    await voter.sees("🗳 Đưa đón", "Câu 1/2")
    await voter.taps("Không")
    await voter.sees("xem lại câu trả lời trước khi gửi", "→ Không", "(không trả lời)")
    await voter.taps("Trả lời lại từ đầu", "Có")
    await voter.sees("Câu 2/2", "Xe nên đón ở đâu?")


@every_channel
async def test_published_to_members(
    somebody: Somebody, leader: Person, service: RunningApp, clock: FakeClock, channel: str
) -> None:
    [reader], more = await voters(somebody, service, 1), await crowd(service, 9)
    await opens(leader, TITLE, "Cấp mã kiểm tra sau khi trả lời")
    await votes(reader)
    await cast(service, more, MEALS)
    await is_counted(clock)
    await reader.taps("Tham gia ý kiến")
    await reader.does_not_see("Kết quả: Bữa ăn ca")
    await leader.taps("Xem kết quả", "Công bố kết quả")
    await leader.sees("Khoảng 10 người")
    await leader.sees("Người lao động sẽ thấy nội dung trên")
    await leader.taps("Công bố")
    await leader.sees("Đã công bố.")
    await reader.sees("🗳 Bữa ăn ca", "Khoảng 10 người đã tham gia.")
    await reader.taps("Tham gia ý kiến", "Kết quả: Bữa ăn ca")
    await reader.sees("khoảng 10 người trả lời · Câu 1/3")
    if channel == "zalo":  # which shows no pictures: links instead
        await reader.taps("Xem biểu đồ")
    assert [content[:4] for _name, content in await reader.received()] == [b"\x89PNG"] * (3 if channel == "zalo" else 1)
    await reader.taps("Menu", "Tham gia ý kiến", "Kết quả: Bữa ăn ca", "Chi tiết")
    await reader.sees("Khoảng 10 người đã tham gia.")
    await reader.taps("Danh sách mã kiểm tra")
    assert any(name.endswith(".txt") for name, _content in await reader.received())


@every_channel
async def test_results_of_the_units_below(somebody: Somebody, chair: Person, service: RunningApp, clock: FakeClock) -> None:
    more = [person for unit in ("SONGLAM-MAY1", "SONGLAM-MAY2") for person in await crowd(service, 12, unit)]
    await opens(chair)
    await cast(service, more, MEALS)
    await is_counted(clock)
    await chair.taps("Xem kết quả", "Chi tiết", "Đơn vị cấp dưới")
    await chair.sees("Xem kết quả của đơn vị nào?", "[Tổ may 1]", "[Tổ may 2]")
    await chair.taps("Tổ may 1")
    await chair.sees("Bữa ăn ca · Tổ may 1 · khoảng", "[Câu sau]")


async def test_the_committee_never_sees_its_rating_by_team(
    somebody: Somebody, chair: Person, superior: Person, service: RunningApp, clock: FakeClock
) -> None:
    units = ("SONGLAM-MAY1", "SONGLAM-MAY2")
    played = [voter for unit in units for voter in await voters(somebody, service, 1, unit)]
    more = [person for unit in units for person in await crowd(service, 9, unit)]
    await opens(chair, "Mức độ hài lòng với Ban chấp hành công đoàn cơ sở")
    for voter in played:
        await voter.taps("3", "3", "Bỏ qua câu này", "Bỏ qua câu này", "Gửi câu trả lời")
        await voter.sees("Cảm ơn anh/chị đã cho ý kiến")
    await cast(service, more, [2, 2, None, None])
    await is_counted(clock)
    await chair.taps("Xem kết quả")
    await chair.sees("khoảng 20 người trả lời")
    await chair.taps("Chi tiết")
    shown = await chair.sees("Khoảng 20 người đã tham gia")
    assert "[Đơn vị cấp dưới]" not in shown
    [one] = [row for row in await rows(service, Round) if row.state == "counted"]
    if isinstance(chair, OnTelegram):
        [team] = [row.id for row in await rows(service, Unit) if row.code == "SONGLAM-MAY1"]
        await forges(chair, f"outcome:{one.id}::{team}:")
        await chair.sees("hiện không dùng được")


@on("telegram")
async def test_forged_taps(worker: Person, somebody: Somebody, leader: Person, service: RunningApp) -> None:
    assert isinstance(worker, OnTelegram)
    await voters(somebody, service, 1)
    await opens(leader)
    [one] = await rows(service, Round)
    await forges(worker, f"vote:{one.id}::2:")
    await worker.sees("hỏi nhóm khác")
    await forges(worker, f"vote:{one.id}::99:")
    await worker.sees("hỏi nhóm khác")
    await forges(worker, f"outcome:{one.id}:::")
    await worker.sees("hiện không dùng được")
    assert not [row for row in await rows(service, Turnout) if row.mark]


async def three_questions(leader: Person) -> None:
    """Opens a poll of three scales."""
    await leader.taps("Đợt lấy ý kiến của đơn vị", "Tạo đợt lấy ý kiến", "Tự soạn câu hỏi")
    await leader.says("Ba câu")
    for number in (1, 2, 3):
        await leader.says(f"Câu hỏi {number}?")
        await leader.taps("Thang điểm từ 1 đến 5", *(["Hỏi tất cả"] if number > 1 else []))
        await leader.taps("Thêm câu hỏi" if number < 3 else "Đủ rồi, tiếp tục")
    await leader.taps("Mở đợt lấy ý kiến")


@on("zalo")
async def test_in_one_line(somebody: Somebody, leader: Person, service: RunningApp) -> None:
    [voter] = await voters(somebody, service, 1)
    await three_questions(leader)
    await voter.sees("🗳 Ba câu")
    await voter.says("1 3 2")
    await voter.sees("trước khi gửi", "→ 1", "→ 3", "→ 2")
    await voter.taps("Gửi câu trả lời")
    await voter.sees("Cảm ơn anh/chị đã cho ý kiến")


async def test_nothing_of_a_vote_stays_in_the_chat_or_the_intake(
    somebody: Somebody, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    people, more = await voters(somebody, service, 2), await crowd(service, 8)
    await opens(leader)
    for voter in people:
        await votes(voter)
    await cast(service, more, MEALS)
    await is_counted(clock)
    await clock.passes(hours=3)
    assert not await rows(service, Intake)


@every_channel
async def test_pictures_tables_and_codes(
    somebody: Somebody,
    leader: Person,
    service: RunningApp,
    clock: FakeClock,
    tmp_path: Path,
    channel: str,
) -> None:
    [voter], more = await voters(somebody, service, 1), await crowd(service, 9)
    await opens(leader, TITLE, "Cấp mã kiểm tra sau khi trả lời")
    await votes(voter)
    await cast(service, more, MEALS)
    given = await voter.screen()
    code = given.partition("Mã kiểm tra của anh/chị: ")[2].partition(".")[0]
    await is_counted(clock)
    await leader.taps("Xem kết quả")
    await leader.taps("Xem biểu đồ" if channel == "zalo" else "Câu sau")
    pictures = [content for _name, content in await leader.received()]
    assert len(pictures) == (3 if channel == "zalo" else 2) and all(one.startswith(b"\x89PNG") for one in pictures)
    await leader.taps(*(["Xem kết quả", "Chi tiết"] if channel == "zalo" else []), "Tải kết quả (Excel)")
    workbook = next(content for name, content in await leader.received() if name.endswith(".xlsx"))
    cells = [cell.value for row in openpyxl.load_workbook(io.BytesIO(workbook)).active for cell in row]
    assert "Số người tham gia" in cells and 10 in cells
    await leader.taps("Xem kết quả", "Chi tiết", "Danh sách mã kiểm tra")
    codes = next(content for name, content in await leader.received() if name.endswith(".txt"))
    [one] = [row for row in await rows(service, Round) if row.state == "counted"]
    published = tmp_path / "ma.txt"
    published.write_bytes(codes)
    given_to = ["poll", "verify", str(published), "--hash", one.receipts_hash, "--took-part", "10"]
    assert cli(*given_to, "--mine", code) == 0
    assert cli(*given_to, "--mine", "KHONGCOTHAT") == 1
    published.write_bytes(codes + b"ABCDEFGHJK\n")
    assert cli(*given_to) == 1


async def test_words_to_a_poll_are_asked_about_and_taps_are_not(
    somebody: Somebody, leader: Person, service: RunningApp
) -> None:
    [voter] = await voters(somebody, service, 1)
    await opens(leader, "Nội dung đề nghị thương lượng tập thể")
    await voter.taps("Bắt đầu trả lời", "Bỏ qua câu này", "Bỏ qua câu này")
    await voter.says("dừng")
    await voter.sees("Đã dừng")
    await voter.taps("Tham gia ý kiến", "Trả lời: Nội dung đề nghị thương lượng tập thể", "Bỏ qua câu này", "Bỏ qua câu này")
    await voter.says("Nước uống ở xưởng 2", "dừng")
    await voter.sees("chưa được gửi đi")
    await voter.taps("Viết tiếp")
    await voter.sees("trước khi gửi", "Nước uống ở xưởng 2")


def cli(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        app(list(arguments))
    return int(ended.value.code or 0)


async def test_free_text_loses_names_and_numbers(somebody: Somebody, leader: Person, service: RunningApp) -> None:
    [voter] = await voters(somebody, service, 1)
    await opens(leader, "Nội dung đề nghị thương lượng tập thể")
    await voter.taps("Bắt đầu trả lời", "Bỏ qua câu này", "Bỏ qua câu này")
    await voter.says("Tổ trưởng tran thi mai nói gọi 0912 345 678, mã SL001")
    shown = await voter.sees("trước khi gửi", "Tổ trưởng … nói gọi …, mã …")
    assert "mai" not in shown.lower()
