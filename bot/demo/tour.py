"""`haichieu demo --tour`: the whole story over HTTP and websocket against the same app, printed and checked step by step."""

from __future__ import annotations

import asyncio
import sys
import time
from functools import partial

import aiohttp

from bot.demo import tour_cases, tour_poll, union
from bot.demo.phone import Phone, TourError
from bot.demo.stage import Stage, stage
from config.i18n import Language
from handlers.operator import tour_words

WRONG = "Tăng ca tháng 5 chưa được trả, cả chuyền đều vậy."
ANSWER = "Tổ đã hỏi phòng nhân sự: bảng công bổ sung có trong kỳ lương này."
NOTE = "Đã gọi phòng nhân sự, chờ bảng công bổ sung."
QUESTION = "Việc này ở ca nào, từ ngày nào?"
THANKS = "Ca 2, từ ngày 12."
STILL = "Bảng công bổ sung vẫn thiếu ngày 12."
PROMISE = "Ban chấp hành làm việc với phòng nhân sự chiều nay."
SHOWN_LATER = {"seconds": 15}
"""After so long a notice is told to be sent (models.broadcasts.lifecycle.SHOWN_EVERY)."""
NOTICE = "Thứ bảy 28/11, 8 giờ: hội nghị người lao động tại nhà ăn ca 1."
OUTCOME = "Công ty đã trả đủ 42 giờ tăng ca tháng 5."


async def play(reader: Language) -> int:
    """Plays the story; 0 when every step went as told, 1 at the first that did not."""
    began = time.monotonic()
    async with stage(0) as demo:
        try:
            await demo.app.start()
            stopping = asyncio.Event()
            running = asyncio.create_task(demo.app.run(stopping))
            await demo.reset()
            async with aiohttp.ClientSession() as http:
                try:
                    messages = await _story(demo, http, reader)
                finally:
                    stopping.set()
                    await running
        except TourError as error:
            print("\n" + tour_words.failed(reader, error.what, **error.values), file=sys.stderr)
            return 1
        finally:
            await demo.app.stop()
    took = time.monotonic() - began
    print("\n" + tour_words.text(reader, "done", count=messages, seconds=reader.number(took, 1)))
    return 0


async def _story(demo: Stage, http: aiohttp.ClientSession, reader: Language) -> int:
    async with http.get(f"{demo.address}/demo") as page:
        if page.status != 200 or "Hai Chiều" not in await page.text():
            raise TourError("no_page")
    worker = Phone(http, demo.address, "Người lao động", reader=reader)
    leader = Phone(http, demo.address, "Tổ trưởng", demo.sessions["leader"], reader=reader)
    chair = Phone(http, demo.address, "Chủ tịch", demo.sessions["chair"], reader=reader)
    phones = (worker, leader, chair)
    for phone in phones:
        await phone.open()
    try:
        for officer in (leader, chair):
            await officer.sees("Mã này là của đồng chí")
            await officer.sees("Từ nay cuộc trò chuyện này nhận phản ánh")
            await officer.sees("gửi thông báo và hỏi ý kiến")
            await officer.sees("không gửi thông báo")
        await _join(worker, demo.codes.team)
        code = await _file(worker)
        chair.sees_nothing_more()
        await _answer(leader, worker, code)
        await _object(leader, worker, chair, code)
        await _settle(chair, worker, code)
        await _hears(demo, leader, code)
        await _notify(demo, chair, worker, leader)
        asked = await tour_poll.ask(demo, http, leader, reader)
        asked += await tour_cases.route(demo, http, phones, reader)
        await tour_cases.climb(demo, phones)
    finally:
        for phone in phones:
            await phone.close()
    return asked + sum(phone.messages for phone in phones)


async def _join(worker: Phone, code: str) -> None:
    await worker.says("Xin chào")
    await worker.sees("nhập mã tham gia")
    await worker.says(code.lower())
    await worker.sees("Tổ may 1", "Công ty không có tài khoản")
    await worker.taps("Đồng ý")
    await worker.sees("Anh/chị đã tham gia")
    await worker.sees("gửi thông báo và hỏi ý kiến")
    await worker.taps("Chỉ thông báo")
    await _settles(worker)


async def _settles(worker: Phone) -> None:
    """Answers whose phone it is."""
    await worker.sees("sẽ gửi thông báo")
    await worker.sees("Điện thoại này của riêng")
    await worker.taps("Của tôi: nhớ trên máy này")
    await worker.sees("Máy này đã được nhớ")
    await worker.sees("muốn làm gì")


async def _file(worker: Phone) -> str:
    await worker.taps("Viết phản ánh")
    await worker.sees("Có chuyện gì")
    await worker.says(WRONG)
    await worker.sees("là gửi ngay", WRONG, "không hiện tên")
    await worker.taps("Gửi tổ trưởng công đoàn")
    thanks = await worker.sees("mã PA-", "hạn trả lời tại đây")
    return thanks[thanks.index("PA-") :][:9]


async def _answer(leader: Phone, worker: Phone, code: str) -> None:
    await _opens(leader)
    card = await leader.sees("Phản ánh mới", code, WRONG, "không nêu tên")
    if "Tổ may 1" in card:
        raise TourError("team_named")
    await leader.taps("Tiếp nhận")
    await leader.sees("tiếp nhận", code)
    await _opens(worker)
    await worker.sees("Tổ trưởng công đoàn đã tiếp nhận", code)
    await leader.taps("Thêm…")
    await leader.sees("làm gì thêm", code)
    await leader.taps("Ghi chú nội bộ")
    await leader.sees("ghi chú", code)
    await leader.says(NOTE)
    await leader.sees("Đã ghi chú", code, NOTE)
    await _writes(leader, "Hỏi thêm", QUESTION, code)
    await _opens(worker)
    await worker.sees("hỏi thêm", code, QUESTION, "không cần cho biết tên")
    await worker.taps("Bổ sung, trả lời lại")
    await worker.sees("nói thêm")
    await worker.says(THANKS)
    await worker.sees(code, THANKS)
    await worker.taps("Gửi")
    await worker.sees("đã nhận")
    await _opens(leader)
    await leader.sees("bổ sung", code, THANKS)


async def _opens(phone: Phone) -> None:
    """What arrives unasked says nothing on a lock screen, until its reader taps it."""
    await phone.sees("Công đoàn có tin mới")
    await phone.taps("Xem")


async def _writes(officer: Phone, verb: str, words: str, code: str) -> None:
    """An officer's words go out after a look at what they answer, and to which case."""
    await officer.taps(verb)
    await officer.sees(code)
    await officer.says(words)
    await officer.sees(code, WRONG, words)
    await officer.taps("Gửi")
    await officer.sees("Đã gửi", code)


async def _object(leader: Phone, worker: Phone, chair: Phone, code: str) -> None:
    """Nobody closes a case over its reporter's head: “not settled” takes it to the executive committee."""
    await _writes(leader, "Đề nghị kết thúc", ANSWER, code)
    await _opens(worker)
    await worker.sees(code, ANSWER, "đã ổn chưa")
    await worker.taps("Chưa ổn, chuyển lên Ban chấp hành")
    await worker.sees("Còn điều gì")
    await worker.says(STILL)
    await worker.sees(code, "Ban chấp hành")
    await _opens(chair)
    await chair.sees("chưa ổn", code, WRONG, STILL)
    await chair.taps("Chi tiết")
    await chair.sees(WRONG, ANSWER, STILL, NOTE)


async def _settle(chair: Phone, worker: Phone, code: str) -> None:
    await chair.says(f"{code} {PROMISE}")
    await chair.sees(code, WRONG, PROMISE)
    await chair.taps("Gửi")
    await chair.sees("Đã gửi", code)
    await _opens(worker)
    await worker.sees("Công đoàn trả lời", code, PROMISE)
    await chair.says(code)
    await chair.sees(code, PROMISE, "đã trả lời")
    await _writes(chair, "Đề nghị kết thúc", OUTCOME, code)
    await _opens(worker)
    await worker.sees(code, OUTCOME, "đã ổn chưa")
    await worker.taps("Đã ổn")
    await worker.sees(code, "kết thúc")
    await _opens(chair)
    await chair.sees(code, "đã ổn")
    await worker.says(code)
    await worker.sees(code, "đã ổn", OUTCOME)
    await worker.taps("Chi tiết")
    mine = await worker.sees(code, WRONG, OUTCOME)
    if NOTE in mine:
        raise TourError("note_read")


async def _hears(demo: Stage, leader: Phone, code: str) -> None:
    """The team that the case left hears where it went, and what came of it."""
    later = partial(demo.clock.skip, minutes=1)
    # On a busy machine it hears of the two one after the other.
    while "đã ổn" not in (heard := await leader.sees("", meanwhile=later)):
        if "Gõ 1 để xem" in heard:
            await leader.taps("Xem")
        elif code not in heard:
            raise TourError("should_see", name=leader.name, words=code)


async def _notify(demo: Stage, chair: Phone, worker: Phone, leader: Phone) -> None:
    """A notice to the whole grassroots union: whoever wants notices has it, and the chair sees counts and nobody's name."""
    await chair.taps("Thông báo của đơn vị")
    await chair.sees("chưa gửi thông báo nào")
    await chair.taps("Soạn thông báo")
    await chair.sees("viết nội dung thông báo")
    await chair.says(NOTICE)
    await chair.sees("📢 Thông báo chung", NOTICE, "Nguyễn Văn Hùng")
    await chair.sees("kiểm tra trước khi gửi", union.NAME, "Không nêu số người nhận")
    await chair.taps("Thay đổi…")
    await chair.sees("muốn đổi điều gì")
    await chair.taps("☐ Đề nghị xác nhận đã đọc")
    await chair.sees("📢 Thông báo chung", "chọn “Đã đọc”")
    await chair.sees("kiểm tra trước khi gửi")
    leader.sees_nothing_more()
    await chair.taps("Gửi")
    await chair.sees("đang được gửi đi")
    await worker.sees("📢 Thông báo chung", NOTICE, "Nguyễn Văn Hùng")
    await worker.taps("Đã đọc")
    await worker.sees("Cảm ơn anh/chị", "không cán bộ nào thấy ai đã đọc")
    later = partial(demo.clock.skip, **SHOWN_LATER)
    later()
    # On a busy machine the last one has it before the clock has noticed, which then tells it a quarter of a minute later.
    while "đã xử lý xong" not in await chair.sees("TB-", meanwhile=later):
        pass
