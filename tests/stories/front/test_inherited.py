"""In the middle of a conversation the service is replaced by this version: the one before kept switches, marks and files
under free keys beside the answers. No turn fails, no word and no file is lost, and nothing goes out that was not shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from models.messages.chats import Conversation
from models.messages.message import Inbound
from models.store.database import Session
from models.store.sealing import seal, unseal
from tests import sample_files as made
from tests.actors import Person
from tests.running_app import RunningApp
from tests.stories.acts import OVERTIME, code_in, files
from tests.stories.broadcasts.test_broadcasts import code_of

ABOUT = "conversation.state"
COMMITTEE = "Mai họp tổ lúc 16 giờ"


async def kept_before(service: RunningApp, **noted: str) -> None:
    """The newest turn that stands in a conversation, as the version before would have kept it: with these free keys, and
    with its files under one of them."""

    def rewrite(session: Session) -> None:
        rows = session.execute(select(Conversation).order_by(col(Conversation.number).desc())).scalars()
        states = ((row, json.loads(unseal(session, ABOUT, row.id, row.state))) for row in rows)
        row, kept = next((row, kept) for row, kept in states if kept["run"])
        for run in filter(None, (kept["run"], kept["draft"])):
            today: Mapping[str, Any] = run.pop("noted", {})
            if enclosed := today.get("Enclosing", {}).get("files"):
                run["answers"]["files"] = json.dumps(enclosed)
        kept["run"]["answers"] |= noted
        row.state = seal(session, ABOUT, row.id, json.dumps(kept, ensure_ascii=False))

    await service.app.writer.write(rewrite)


@pytest.mark.parametrize("privacy", ["30-90"])
async def test_a_grievance_keeps_its_words_and_its_files(worker: Person, leader: Person, service: RunningApp) -> None:
    """What was switched is as it protects most: no name, and under cover."""
    await worker.taps("Viết phản ánh")
    await worker.says(OVERTIME)
    await worker.shows(made.photo())
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Ghi tên tôi")
    await worker.says("Nguyễn Văn An")
    await worker.sees("ghi tên: Nguyễn Văn An")
    await kept_before(service, mode="all", at_once="yes", said='{"text": "7"}')
    await worker.says("xem")
    await worker.sees(OVERTIME, "không hiện tên", "ảnh 1")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await worker.sees("mã PA-")
    await leader.sees_nothing_new()
    await service.clock.passes(minutes=91)
    card = await leader.sees("Phản ánh mới", OVERTIME, "ảnh 1 (đã nhận)")
    assert "Nguyễn Văn An" not in card
    await leader.taps("Xem tệp")


async def test_a_button_sends_no_name_that_it_does_not_know_of(worker: Person, leader: Person, service: RunningApp) -> None:
    """The button of the review from before is tapped at once."""
    await worker.says("Viết phản ánh", OVERTIME)
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Ghi tên tôi")
    await worker.says("Nguyễn Văn An")
    await worker.sees("ghi tên: Nguyễn Văn An")
    await kept_before(service, mode="all")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await worker.sees("mã PA-")
    assert "Nguyễn Văn An" not in await leader.sees("Phản ánh mới", OVERTIME)


async def test_a_notice_asks_again_whom_it_is_for(worker: Person, leader: Person, service: RunningApp) -> None:
    await worker.taps("Cài đặt", "Thông báo của công đoàn", "Bật")
    await service.clock.passes(days=1)
    await worker.looks_away()
    await leader.says("menu")
    await leader.taps("Thông báo của đơn vị", "Soạn thông báo")
    await leader.says(COMMITTEE)
    await leader.taps("Thay đổi…", "☐ Khẩn")
    await leader.sees("Thông báo chung · khẩn")
    old = {"chosen": "a", "left_out": "", "marked": "", "named": "", "page.units": "", "size": "1", "urgent": "yes"}
    await kept_before(service, **old)
    await leader.taps("Gửi")
    await leader.sees("Gửi cho đơn vị nào?")
    await worker.sees_nothing_new()
    await leader.taps("☐ Tổ may 1", "Xong, tiếp tục", "Tất cả mọi người")
    assert "khẩn" not in await leader.sees("kiểm tra trước khi gửi", "Thông báo chung")
    await leader.taps("Gửi")
    await service.clock.passes(minutes=2)
    await worker.sees(COMMITTEE)


async def test_a_correction_is_shown_again_before_it_goes(worker: Person, leader: Person, service: RunningApp) -> None:
    """What was switched is gone, so the button from before sends nothing."""
    await worker.taps("Cài đặt", "Thông báo của công đoàn", "Bật")
    await service.clock.passes(days=1)
    await leader.says("menu")
    await leader.taps("Thông báo của đơn vị", "Soạn thông báo")
    await leader.says(COMMITTEE)
    await leader.taps("Gửi")
    await service.clock.passes(minutes=2)
    await worker.sees(COMMITTEE)
    await leader.taps("Thông báo của đơn vị", await code_of(service), "Thêm…", "Đính chính")
    await leader.says("Mai họp tổ lúc 9 giờ")
    await leader.taps("Thay đổi…", "☐ Khẩn")
    await leader.sees("· khẩn")
    await kept_before(service, size="1", sight="0", urgent="yes", english="The team meets at 9")
    await leader.looks_away()
    await leader.taps("Gửi")
    await leader.sees("The team meets at 9")
    assert "· khẩn" not in await leader.sees("kiểm tra trước khi gửi")
    await service.clock.passes(minutes=2)
    await worker.sees_nothing_new()
    await leader.taps("Gửi")
    await service.clock.passes(minutes=2)
    await worker.sees("Mai họp tổ lúc 9 giờ")


async def test_a_poll_keeps_its_questions(leader: Person, service: RunningApp) -> None:
    await leader.taps("Đợt lấy ý kiến của đơn vị", "Tạo đợt lấy ý kiến", "Tự soạn câu hỏi")
    await leader.says("Giờ ăn ca", "Ăn lúc mấy giờ?")
    await leader.taps("Chọn một phương án")
    await leader.says("11 giờ\n12 giờ")
    await leader.taps("Đủ rồi, tiếp tục")
    await leader.sees("Đồng chí kiểm tra trước khi mở", "Giờ ăn ca · 1 câu hỏi")
    asked = [{"kind": "one", "text": "Ăn lúc mấy giờ?", "options": ["11 giờ", "12 giờ"], "when": None}]
    await kept_before(service, asked=json.dumps(asked), chosen="a", size="1", anyone="yes", days="30", repeat="weekly")
    await leader.taps("Mở đợt lấy ý kiến")
    await leader.sees("Gửi cho đơn vị nào?")
    await leader.taps("☐ Tổ may 1", "Xong, tiếp tục", "Tất cả mọi người")
    await leader.sees("Đồng chí kiểm tra trước khi mở", "7 ngày")
    await leader.taps("Chi tiết")
    await leader.sees("Ăn lúc mấy giờ?", "12 giờ")
    await leader.taps("Quay lại", "Mở đợt lấy ý kiến")
    await leader.sees("Trước khi kết thúc không ai xem được kết quả")


async def test_an_answer_is_shown_again_before_it_goes(worker: Person, leader: Person, service: RunningApp) -> None:
    await files(worker)
    await leader.taps("Trả lời")
    await leader.says("Tuần sau có")
    await leader.sees("Tuần sau có", "Gửi")
    await kept_before(service, seen="1", shown="1")
    await leader.looks_away()
    await leader.taps("Gửi")
    await leader.sees("Tuần sau có")
    await leader.taps("Gửi")
    await leader.sees("Đã gửi")
    await worker.sees("Tuần sau có")


async def test_a_case_is_handed_up_after_it_was_shown_again(
    worker: Person, leader: Person, chair: Person, service: RunningApp
) -> None:
    code = await files(worker)
    await leader.says(code)
    await leader.taps("Chuyển lên Ban chấp hành")
    await leader.says("Cần Ban chấp hành")
    await leader.sees("đơn vị của đồng chí không còn xử lý")
    await kept_before(service, unit="a")
    await leader.looks_away()
    await leader.taps("Chuyển")
    await leader.sees("đơn vị của đồng chí không còn xử lý")
    await leader.taps("Chuyển")
    await chair.sees("chuyển lên", code)


async def test_a_draft_that_was_asked_about_is_gone_on_with(worker: Person, leader: Person, service: RunningApp) -> None:
    """With what came in between, files and all."""
    first = await files(worker)
    await worker.taps("Viết phản ánh")
    await worker.shows(made.photo())
    await worker.says(f"{first} Mai có bảng công")
    await worker.sees("Những lời này dành cho việc nào?", "Mai có bảng công")
    came = Inbound("telegram:123456", "9", "9", text=f"{first} Mai có bảng công")
    await kept_before(service, then=came.dump(), code=first)
    await worker.taps("Cho phần đang viết")
    await worker.taps("Gửi tổ trưởng công đoàn")
    assert code_in(await worker.sees("mã PA-")) != first
    await leader.sees("Phản ánh mới", "Mai có bảng công", "ảnh 1")
