"""The tour's last part: opinions without names, from ten workers who drew slips, counted a week later and drawn."""

from __future__ import annotations

from functools import partial

import aiohttp
from sqlalchemy import select
from sqlmodel import col

from bot.demo.phone import Phone, TourError
from bot.demo.stage import Stage
from config.i18n import Language
from handlers.operator import tour_words
from models.people import invites
from models.people.units import Unit
from models.store.database import Session

VOTES = [("2", "Có"), ("2", "Có"), ("2", "Không"), ("3", "Có"), ("3", "Không"),
         ("3", "Có"), ("3", "Không"), ("4", "Có"), ("4", "Có"), ("4", "Không")]  # fmt: skip
VOTERS = len(VOTES)
TITLE = "Bữa ăn ca"


async def ask(demo: Stage, http: aiohttp.ClientSession, leader: Phone, reader: Language) -> int:
    """Returns how many messages the voters read."""
    slips = await demo.app.writer.write(partial(_slips, count=VOTERS))
    voters = [
        Phone(http, demo.address, f"Công nhân {number}", reader=reader, printed=number == 1)
        for number in range(1, VOTERS + 1)
    ]
    try:
        for voter, slip in zip(voters, slips, strict=True):
            await _join(voter, slip)
        await _open(leader)
        for voter, (mark, agrees) in zip(voters, VOTES, strict=True):
            await _vote(voter, mark, agrees)
        await _count(demo, leader, reader)
    finally:
        for voter in voters:
            await voter.close()
    return sum(voter.messages for voter in voters)


def _slips(session: Session, count: int) -> list[str]:
    team = session.execute(select(col(Unit.id)).where(col(Unit.code) == "SONGLAM-MAY1")).scalar_one()
    return invites.issue_slips(session, team, count, "TOUR1")


async def _join(voter: Phone, slip: str) -> None:
    await voter.open()
    await voter.says(slip)
    await voter.sees("Tổ may 1")
    await voter.taps("Đồng ý")
    await voter.sees("Anh/chị đã tham gia")
    await voter.sees("gửi thông báo và hỏi ý kiến")
    await voter.taps("Có")
    await voter.sees("sẽ gửi thông báo")
    await voter.sees("Điện thoại này của riêng")
    await voter.taps("Của tôi: nhớ trên máy này")
    await voter.sees("Máy này đã được nhớ")
    await voter.sees("muốn làm gì")


async def _open(leader: Phone) -> None:
    for label, words in (
        ("Đợt lấy ý kiến của đơn vị", "chưa lấy ý kiến lần nào"),
        ("Tạo đợt lấy ý kiến", "lấy ý kiến về việc gì"),
        (TITLE, "kiểm tra trước khi mở"),
        ("Mở đợt lấy ý kiến", "không ai xem được kết quả"),
    ):
        await leader.taps(label)
        await leader.sees(words)


async def _vote(voter: Phone, mark: str, agrees: str) -> None:
    await voter.sees(TITLE, "Ẩn danh", "Câu 1/3")
    for label, words in (
        (mark, "Câu 2/3"),
        ("☐ Thay đổi món", "Câu 2/3"),
        ("Xong", "Câu 3/3"),
        (agrees, "trước khi gửi"),
        ("Gửi câu trả lời", "Cảm ơn anh/chị đã cho ý kiến"),
    ):
        await voter.taps(label)
        await voter.sees(words)


async def _count(demo: Stage, leader: Phone, reader: Language) -> None:
    """A week passes; nobody has seen a result before."""
    leader.sees_nothing_more()
    for time in ({"minutes": 2}, {"days": 7}, {"minutes": 3}):
        demo.clock.skip(**time)
        await demo.app.ticker.tick()
    await leader.sees("Công đoàn có tin mới")
    await leader.taps("Xem")
    await leader.sees(TITLE, "đã có kết quả")
    await leader.taps("Xem kết quả")
    await leader.sees(TITLE, f"{VOTERS} người trả lời", "Câu 1/3")
    picture = await leader.opens()
    if not picture.startswith(b"\x89PNG"):
        raise TourError("no_picture")
    print("    │ " + tour_words.text(reader, "picture", size=len(picture) // 1024))
    await leader.taps("Chi tiết")
    if "40% · 4 người" not in await leader.sees(TITLE, f"Khoảng {VOTERS} người đã tham gia"):
        raise TourError("votes_hidden")
