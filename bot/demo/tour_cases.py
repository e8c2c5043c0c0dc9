"""The tour's way of two more cases: one that its kind leads past most of the committee, and one that nobody answers, which
climbs when its time is over."""

from __future__ import annotations

from functools import partial

import aiohttp
from sqlalchemy import select
from sqlmodel import col

from bot.demo.phone import Phone, TourError
from bot.demo.stage import Stage
from config.i18n import Language
from models.grievances.cases import Grievance
from models.people import invites, persons, units
from models.people.offices import Office
from models.people.units import Unit
from models.store.database import Session

HARASSED = "Quản đốc hay sờ mó chị em trong kho phụ liệu."
CALL = "Chị gặp tôi ở phòng công đoàn lúc 17 giờ, chỉ hai chị em."
UNANSWERED = "Máy hút bụi hỏng một tháng nay, chưa ai sửa."
HOURS, MOST = 5, 60
"""The clock is put on by so many hours at a time, and so often at the most: three days of work, over any holiday. Not by a
part of a day: cases climb while the unit works, and every jump would end in the same nights and breaks."""


async def route(demo: Stage, http: aiohttp.ClientSession, phones: tuple[Phone, Phone, Phone], reader: Language) -> int:
    """Harassment goes to women's affairs and the chair, and to nobody else; returns how many messages she read."""
    worker, leader, chair = phones
    code = await demo.app.writer.write(_womens_affairs)
    women = Phone(http, demo.address, "Cán bộ nữ công", reader=reader)
    await women.open()
    try:
        await women.says(f"/start {code}")
        await women.comes("Mã này là của đồng chí")
        await women.taps("Đồng ý")
        await women.comes("gửi thông báo và hỏi ý kiến")
        await women.taps("Không")
        await women.comes("Điện thoại này của riêng")
        await women.taps("Của tôi: nhớ trên máy này")
        await women.comes("chọn việc cần làm")
        await _files(worker, HARASSED, "Quấy rối tình dục", "Gửi cán bộ nữ công và chủ tịch")
        await worker.comes("mã PA-", "Cán bộ nữ công và chủ tịch")
        for officer in (women, chair):
            await officer.comes("Phản ánh mới", HARASSED, "không nêu tên")
        leader.sees_nothing_more()
        await women.taps("Trả lời")
        await women.comes("PA-")
        await women.says(CALL)
        await women.comes(CALL)
        await women.taps("Gửi")
        await women.comes("Đã gửi")
        await worker.comes("Công đoàn trả lời", CALL)
    finally:
        await women.close()
    return women.messages


def _womens_affairs(session: Session) -> str:
    """One more officer of the union, as an import makes her; her joining code."""
    factory = session.execute(select(col(Unit.id)).where(col(Unit.code) == "SONGLAM")).scalar_one()
    somebody = persons.add(session, factory, name="Hoàng Thị Nụ", staff_code="SL003")
    session.add(Office(person_id=somebody.id, unit_id=factory, role="womens_affairs"))
    session.flush()
    return invites.issue(session, factory, person_id=somebody.id, uses=1)


async def _files(worker: Phone, words: str, kind: str, to: str) -> None:
    await worker.taps("Viết phản ánh")
    await worker.comes("Có chuyện gì")
    await worker.says(words)
    await worker.comes("là gửi ngay", kind, "không hiện tên")
    await worker.taps(to)


async def climb(demo: Stage, phones: tuple[Phone, Phone, Phone]) -> None:
    """Nobody answers: at its time's end it is with the committee, and the worker and both levels hear where it is."""
    worker, leader, chair = phones
    await _files(worker, UNANSWERED, "không hiện tên", "Gửi tổ trưởng công đoàn")
    thanks = await worker.comes("mã PA-")
    code = thanks[thanks.index("PA-") :][:9]
    for _ in range(MOST):
        demo.clock.skip(hours=HOURS)
        await demo.app.ticker.tick()
        if await demo.app.writer.read(partial(_level, code=code)) == "grassroots":
            break
    else:
        raise TourError("no_climb")
    demo.clock.skip(minutes=1)
    await demo.app.ticker.tick()
    await worker.comes(code, "chưa xong trong thời hạn", "Ban chấp hành", "không phải làm gì thêm")
    await leader.comes(code, "nay do cấp tiếp theo xử lý")
    await chair.comes(code, "Cấp dưới hết thời hạn")


def _level(session: Session, code: str) -> str:
    holder = session.execute(select(col(Grievance.holder_id)).where(col(Grievance.code) == code)).scalar_one_or_none()
    return units.level(units.get(session, holder)) if holder is not None else ""
