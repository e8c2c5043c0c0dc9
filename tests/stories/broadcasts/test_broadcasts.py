"""Notices to many: written, previewed, sent, counted, read, asked about."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from models.broadcasts import ledger
from models.broadcasts.broadcasts import Broadcast
from models.broadcasts.recipients import Recipient
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import appointed, rows, second_factory
from tests.stories.channels import every_channel

TEXT = "Thứ bảy 28/11, 8 giờ: họp tổ tại nhà ăn ca 1."
Somebody = Callable[[str], Person]


async def wants_notices(*people: Person) -> None:
    for person in people:
        await person.taps("Cài đặt", "Thông báo của công đoàn", "Bật")
    await people[0].service.clock.passes(minutes=2)
    for person in people:
        await person.looks_away()


@pytest.fixture
async def reader(worker: Person) -> Person:
    """A worker who wants notices."""
    await wants_notices(worker)
    return worker


async def writes(officer: Person, text: str = TEXT, *units: str) -> str:
    """Up to the preview, which is returned. `units`: where it is not for everybody of the officer's own."""
    await officer.taps("Thông báo của đơn vị", "Soạn thông báo")
    await officer.says(text)
    preview = await officer.sees("Đồng chí kiểm tra trước khi gửi")
    if not units:
        return preview
    await officer.taps("Đổi nơi nhận", *(f"☐ {name}" for name in units), "Xong, tiếp tục", "Tất cả mọi người")
    return await officer.sees("Đồng chí kiểm tra trước khi gửi")


async def code_of(service: RunningApp) -> str:
    return max(await rows(service, Broadcast), key=lambda row: row.created_at).code


async def states(service: RunningApp) -> dict[str, int]:
    [row] = await rows(service, Broadcast)
    return dict(await service.app.writer.read(lambda session: ledger.counts(session, row.id)))


@every_channel
async def test_a_notice_is_sent_read_and_counted(
    reader: Person, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    preview = await writes(leader)
    assert "Người nhận: Tổ may 1" in preview and "Không nêu số người nhận" in preview
    await leader.does_not_see("TB-A")
    await leader.taps("Thay đổi…", "☐ Đề nghị xác nhận đã đọc", "Gửi")
    await leader.sees("đang được gửi đi")
    await reader.sees(
        "📢 Thông báo chung · Tổ may 1", TEXT, "Trần Thị Mai, tổ trưởng", "23/11/2026", "vui lòng chọn “Đã đọc”"
    )
    await reader.taps("Đã đọc")
    await reader.sees("Cảm ơn anh/chị", "không cán bộ nào thấy ai đã đọc")
    await clock.passes(minutes=2)
    confirmed = [row for row in await rows(service, Recipient) if row.state == "confirmed"]
    assert len(confirmed) == 1 and str(confirmed[0].confirmed_on) == "2026-11-23"
    await leader.taps("Thông báo của đơn vị", await code_of(service))
    await leader.sees(TEXT, "Không nêu số người nhận", "Số liệu tính mỗi đêm một lần", "từ 10 người có phiếu riêng")


async def test_who_has_not_asked_for_notices_gets_urgent_ones_only(
    worker: Person, leader: Person, service: RunningApp
) -> None:
    await writes(leader)
    await leader.taps("Gửi")
    await worker.does_not_see(TEXT)
    assert (await states(service))["no_channel"] == 2
    await writes(leader, "Ngừng vận hành máy 12, sơ tán xưởng may.")
    await leader.taps("Thay đổi…", "☐ Khẩn", "Gửi")
    await worker.sees("KHẨN", "Ngừng vận hành máy 12")


async def test_nothing_goes_out_before_the_preview_and_cancelling_sends_nothing(
    reader: Person, leader: Person, service: RunningApp
) -> None:
    await writes(leader)
    await leader.taps("Hủy")
    await leader.sees("Đã dừng. Không có gì được gửi đi")
    await reader.does_not_see(TEXT)
    assert not await rows(service, Broadcast)


@every_channel
async def test_a_question_back_is_a_case_of_the_unit_that_sent_it(reader: Person, chair: Person, leader: Person) -> None:
    await wants_notices(leader)
    await writes(chair, TEXT, "Tổ may 1")
    await chair.taps("Gửi")
    await reader.sees(TEXT)
    await reader.taps("Hỏi về thông báo này")
    await reader.sees("Anh/chị muốn hỏi gì về thông báo TB-")
    await reader.says("Ca 2 có phải họp không?")
    await reader.taps("Gửi Ban chấp hành")
    await reader.sees("mã PA-")
    await chair.sees("Phản ánh mới", "Ca 2 có phải họp không?", "không nêu tên")
    await leader.does_not_see("Ca 2 có phải họp không?")


async def test_only_ones_own_subtree(chair: Person, leader: Person, worker: Person) -> None:
    await leader.taps("Thông báo của đơn vị", "Soạn thông báo")
    await leader.says(TEXT)
    await leader.taps("Đổi nơi nhận")
    for other in ("SONGLAM-MAY2", "SONGLAM", "KHONGCO", "-SONGLAM-MAY2"):
        await leader.says(other)
        await leader.sees("không có đơn vị")


async def test_nobody_and_a_few_look_alike(
    chair: Person, leader: Person, somebody: Somebody, service: RunningApp, clock: FakeClock
) -> None:
    """Whether anybody of a team has joined, and whether its notice reached one of them, its sender is not told."""
    nobody = await writes(chair, TEXT, "Tổ may 2")
    await chair.taps("Gửi")
    await clock.passes(seconds=20)
    await chair.taps("Thông báo của đơn vị", await code_of(service))
    reached_nobody = await chair.sees("đã xử lý xong", TEXT)
    late = somebody("Bình")
    await late.joins(service.codes.second_team)
    await wants_notices(late)
    assert await writes(chair, TEXT, "Tổ may 2") == nobody
    await chair.taps("Gửi")
    await late.sees(TEXT)
    await clock.passes(seconds=20)
    await chair.taps("Thông báo của đơn vị", await code_of(service))
    reached_one = await chair.sees("đã xử lý xong", TEXT)
    assert _without_names(reached_one) == _without_names(reached_nobody)


def _without_names(text: str) -> str:
    return re.sub(r"TB-\w+|\d\d:\d\d", "…", text)


async def test_an_audience_that_would_single_somebody_out(reader: Person, leader: Person, service: RunningApp) -> None:
    await leader.taps("Thông báo của đơn vị", "Soạn thông báo")
    await leader.says(TEXT)
    await leader.taps("Đổi nơi nhận", "☐ Tổ may 1", "Xong, tiếp tục", "☐ Người dùng tiếng Việt", "Xong, tiếp tục")
    await leader.sees("Đồng chí kiểm tra trước khi gửi")
    preview = await leader.sees("Đồng chí kiểm tra trước khi gửi")
    assert "còn quá ít người tham gia bằng phiếu riêng" in preview and "[Gửi]" not in preview
    assert not await rows(service, Broadcast)


async def test_later_and_in_the_past(reader: Person, leader: Person, clock: FakeClock) -> None:
    await writes(leader)
    await leader.taps("Thay đổi…", "Hẹn giờ gửi")
    for wrong, why in (
        ("9:00 23/11", "đã qua"),
        ("25:00", "nhập thời gian"),
        ("hôm nào cũng được", "nhập thời gian"),
        ("8:00 1/1/2029", "hơn một năm"),
    ):
        await leader.says(wrong)
        await leader.sees(why)
    for written, when in (
        ("17h ngày 25-12", "17:00 ngày 25/12"),
        ("8h sáng mai", "08:00 ngày 24/11"),
        ("thứ Sáu", "08:00 ngày 27/11"),
        ("8:00 29/2", "08:00 ngày 29/02/2028"),
        ("17h30", "17:30 ngày 23/11"),
    ):
        await leader.says(written)
        await leader.sees(f"Thời điểm gửi: {when}")
        if written != "17h30":
            await leader.taps("Thay đổi…", "Hẹn giờ gửi")
    await leader.taps("Gửi")
    await leader.sees("sẽ được gửi: 17:30 ngày 23/11")
    await reader.does_not_see(TEXT)
    await clock.passes(hours=7, minutes=31)
    await reader.sees(TEXT)


async def test_every_month(reader: Person, leader: Person, clock: FakeClock, service: RunningApp) -> None:
    await writes(leader)
    await leader.taps("Thay đổi…", "Lặp lại định kỳ", "hằng tháng", "Gửi")
    await reader.sees(TEXT)
    await clock.passes(days=29)
    await reader.sees_nothing_new()
    await clock.passes(days=2)
    await reader.sees(TEXT)
    await clock.passes(days=100)  # the service was down: what was missed is not made up for
    await reader.sees(TEXT)
    await reader.sees_nothing_new()
    assert len([row for row in await rows(service, Broadcast) if row.state == "scheduled"]) == 1


async def test_cancelled_before_it_goes(reader: Person, leader: Person, clock: FakeClock) -> None:
    await writes(leader)
    await leader.taps("Thay đổi…", "Hẹn giờ gửi")
    await leader.says("17:30")
    await leader.taps("Gửi", "Hủy thông báo")
    await leader.sees("Đã hủy thông báo")
    await clock.passes(hours=8)
    await reader.does_not_see(TEXT)


@every_channel
async def test_a_correction(reader: Person, leader: Person, service: RunningApp, channel: str) -> None:
    await writes(leader)
    await leader.taps("Gửi")
    await reader.sees(TEXT)
    await leader.taps("Thông báo của đơn vị", await code_of(service), "Thêm…", "Đính chính")
    await leader.says(TEXT.replace("8 giờ", "9 giờ"))
    await leader.sees("Đính chính thông tin", "9 giờ")
    await leader.taps("Gửi")
    if channel == "webchat":  # where the words were shown at once, and no lock screen shows them
        assert "thay cho thông báo TB-" in await reader.sees_edited("9 giờ")
        assert not any("8 giờ" in text for text in await reader.texts())
    else:
        await reader.sees("thay cho thông báo TB-", "9 giờ")


@every_channel
async def test_again_to_who_has_not_confirmed(
    reader: Person, leader: Person, somebody: Somebody, service: RunningApp, clock: FakeClock
) -> None:
    others = [somebody(f"Bạn {number}") for number in range(6)]
    for other in others:
        await other.joins(service.codes.team)
    await wants_notices(*others)
    await writes(leader)
    await leader.taps("Thay đổi…", "☐ Đề nghị xác nhận đã đọc", "Gửi")
    await reader.taps("Đã đọc")
    await clock.passes(minutes=2)
    await reader.looks_away()
    for other in others:
        await other.looks_away()
    await leader.taps("Thông báo của đơn vị", await code_of(service))
    await leader.sees("Không nêu số người nhận")
    await leader.taps("Nhắc người chưa xác nhận")
    await leader.sees("Chỉ gửi tới người phù hợp; bao nhiêu người thì không ai được xem")
    await leader.taps("Gửi")
    for other in others:
        await other.sees(TEXT)
    await reader.sees_nothing_new()


@every_channel
async def test_muted_kinds(reader: Person, leader: Person, clock: FakeClock, channel: str) -> None:
    await reader.taps("Cài đặt", "Chọn loại thông báo")
    shown = await reader.sees("Anh/chị muốn nhận loại nào?")
    assert "An toàn lao động" not in shown.partition("[")[2]
    stood = len(await reader.texts())
    await reader.taps("☑ Phúc lợi")
    await reader.sees("[☐ Phúc lợi]")
    await reader.taps("☑ Tập huấn", "☐ Tập huấn")
    await reader.sees_edited("[☐ Phúc lợi]", "[☑ Tập huấn]")
    assert (len(await reader.texts()) == stood) is (channel != "zalo"), "a question that returns takes its own place"
    await reader.taps("Quay lại")
    await clock.passes(minutes=2)
    await reader.looks_away()
    for kind, comes in (("Phúc lợi", False), ("An toàn lao động", True), ("Phổ biến pháp luật", True)):
        await writes(leader, f"Tin về {kind}")
        await leader.taps("Thay đổi…", "Loại: Thông báo chung", kind, "Gửi")
        if comes:
            await reader.sees(f"Tin về {kind}")
    await reader.does_not_see("Tin về Phúc lợi")


@every_channel
async def test_two_officers_for_several_unions(
    superior: Person, somebody: Somebody, service: RunningApp, reader: Person, leader: Person
) -> None:
    await service.app.writer.write(second_factory)
    preview = await writes(superior)
    assert "chưa có cán bộ nào khác" in preview and "[Gửi để duyệt]" not in preview and "[Gửi]" not in preview
    await superior.taps("Hủy")
    second = somebody("Nga")
    await second.joins(await appointed(service, "LDLD", "superior", "Phạm Thị Nga", "LD002"))
    await second.looks_away()
    preview = await writes(superior)
    await superior.taps("Gửi để duyệt")
    await superior.sees("đang chờ một cán bộ khác duyệt")
    await reader.does_not_see(TEXT)
    await superior.taps(await code_of(service))
    assert "[Duyệt và gửi]" not in await superior.sees("chờ cán bộ khác duyệt")
    size = "Không nêu số người nhận vì còn quá ít."
    assert size in preview
    await second.sees("Đồng chí Lê Thị Hòa đề nghị đồng chí duyệt", size)  # no more than its author was told
    await second.taps("Xem toàn bộ thông báo")
    await second.sees(TEXT)
    await second.taps("Duyệt và gửi")
    await reader.sees(TEXT)
    await superior.sees("Phạm Thị Nga đã duyệt")


@every_channel
async def test_not_agreed_to(superior: Person, somebody: Somebody, service: RunningApp, reader: Person) -> None:
    await service.app.writer.write(second_factory)
    second = somebody("Nga")
    await second.joins(await appointed(service, "LDLD", "superior", "Phạm Thị Nga", "LD002"))
    await writes(superior)
    await superior.taps("Gửi để duyệt")
    await second.taps("Không duyệt")
    await superior.sees("Phạm Thị Nga không duyệt")
    await reader.does_not_see(TEXT)


async def test_told_in_person(reader: Person, leader: Person, chair: Person, service: RunningApp) -> None:
    await writes(chair, TEXT, "Tổ may 1")
    await chair.taps("Gửi")
    await leader.taps("Thông báo của đơn vị", "Thêm…", "Đánh dấu đã phổ biến trực tiếp")
    await leader.sees("Đồng chí đã phổ biến trực tiếp thông báo nào?")
    await leader.taps(f"{await code_of(service)} · Thông báo chung")
    before = await states(service)
    await leader.taps("☐ Trần Thị Mai")
    await leader.sees("[☑ Trần Thị Mai]")
    await leader.taps("Xong")
    await leader.sees("Đã đánh dấu 1 người")
    assert await states(service) == before, "a tick tells nothing about phones"
    await chair.taps("Thông báo của đơn vị", await code_of(service))
    await chair.sees("Tổ trưởng đánh dấu đã phổ biến: 1")


@every_channel
async def test_members_find_their_notices_again(reader: Person, leader: Person, service: RunningApp) -> None:
    await writes(leader)
    await leader.taps("Gửi")
    await reader.taps("Thông báo đã nhận")
    listed = await reader.sees("Thông báo đã nhận, mới nhất ở trên")
    code = await code_of(service)
    assert code in listed
    await reader.says(code)
    await reader.sees(TEXT)


async def test_disclosures_are_listed_for_all(
    reader: Person, leader: Person, chair: Person, somebody: Somebody, service: RunningApp, clock: FakeClock
) -> None:
    await writes(chair, "Thu chi quý III: 120 triệu đồng.")
    await chair.taps("Thay đổi…", "Loại: Thông báo chung", "Công khai tài chính", "Gửi")
    late = somebody("Người mới")
    await late.joins(service.codes.second_team)
    await late.taps("Thông báo đã nhận", "Công khai tài chính")
    await late.sees("Các lần công khai tài chính", "23/11/2026")
    await late.says(await code_of(service))
    await late.sees("Thu chi quý III")
    await chair.looks_away()
    await clock.passes(days=181)
    await chair.sees("“Công khai tài chính” là ngày 23/11/2026")
    await clock.passes(days=1)
    await chair.sees_nothing_new()


async def test_search_without_accents(leader: Person, reader: Person) -> None:
    await writes(leader)
    await leader.taps("Gửi", "Thông báo của đơn vị", "Tìm thông báo")
    await leader.says("hop to tai nha an")
    await leader.sees("Tìm thấy", "TB-")
    await leader.taps("Tìm thông báo")
    await leader.says("không có gì")
    await leader.sees("Không có thông báo nào")
