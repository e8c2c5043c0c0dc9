"""The same answer to several cases of one kind: marked, written once, previewed with each code, sent to each by itself."""

from __future__ import annotations

from models.anonymity.intake import Intake
from models.grievances.cases import Entry
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import files, rows
from tests.stories.channels import every_channel


async def marks(leader: Person, *codes_and_texts: str) -> None:
    await leader.taps("Việc cần xử lý", "Trả lời chung nhiều phản ánh")
    for label in codes_and_texts:
        await leader.taps(label)
    await leader.taps("Viết câu trả lời")


@every_channel
async def test_each_gets_an_answer_of_its_own(worker: Person, leader: Person, service: RunningApp, clock: FakeClock) -> None:
    texts = ("Quạt hỏng", "Nhà vệ sinh bẩn", "Nước uống có cặn")
    codes = [await files(worker, text) for text in texts]
    await leader.opens_news()
    await marks(leader, f"☐ {codes[0]} · “{texts[0]}”", f"☐ {codes[2]} · “{texts[2]}”")
    await leader.says("Công ty trả vào thứ sáu")
    await leader.sees(codes[0], codes[2], "Công ty trả vào thứ sáu", "[Gửi 2 câu trả lời]")
    await leader.taps("Gửi 2 câu trả lời")
    await leader.sees("Câu trả lời gửi riêng tới từng người", codes[0], codes[2], "[Hủy, không gửi nữa]")
    assert not [entry for entry in await rows(service, Entry) if entry.kind == "reply"], "not in the turn that asked"
    for _ in range(5):
        await clock.passes(minutes=1)
    replies = [entry for entry in await rows(service, Entry) if entry.kind == "reply"]
    assert len(replies) == 2 and len({entry.grievance_id for entry in replies}) == 2
    await worker.sees("Công đoàn trả lời", "Công ty trả vào thứ sáu")
    await worker.sees("Công đoàn trả lời", "Công ty trả vào thứ sáu")
    await worker.opens_news()
    said = [text for text in await worker.texts() if "Công ty trả vào thứ sáu" in text]
    assert {code for code in codes for text in said if code in text} == {codes[0], codes[2]}


@every_channel
async def test_it_can_be_stopped_before_it_goes(worker: Person, leader: Person, clock: FakeClock) -> None:
    for text in ("Quạt hỏng", "Nhà vệ sinh bẩn"):
        await files(worker, text)
    await leader.opens_news()
    await marks(leader, "Chọn tất cả")
    await leader.says("Nhầm rồi")
    await leader.taps("Gửi 2 câu trả lời", "Hủy, không gửi nữa")
    await leader.sees("Đã hủy, 2 câu trả lời không gửi đi")
    await clock.passes(minutes=10)
    await worker.does_not_see("Nhầm rồi")


async def test_what_changed_meanwhile_is_left_out_and_named(worker: Person, leader: Person, clock: FakeClock) -> None:
    codes = [await files(worker, text) for text in ("Quạt hỏng", "Nhà vệ sinh bẩn", "Trong xưởng nóng quá")]
    await leader.opens_news()
    await marks(leader, "Chọn tất cả")
    await worker.says(f"{codes[1]} Hôm nay lại bẩn")
    await worker.taps("Gửi")
    await leader.says("Công ty trả vào thứ sáu")
    await leader.sees(f"Để lại, vì vừa có thay đổi: {codes[1]}")
    await leader.taps("Gửi 2 câu trả lời")
    await worker.says(f"{codes[2]} Nóng tới 40 độ rồi")
    await worker.taps("Gửi")
    for _ in range(5):
        await clock.passes(minutes=1)
    await leader.sees(f"Đồng chí chưa trả lời được {codes[2]}")
    said = [text for text in await worker.texts() if "Công ty trả vào thứ sáu" in text]
    await worker.sees("Công đoàn trả lời", codes[0])
    await worker.does_not_see(f"trả lời phản ánh {codes[1]}", f"trả lời phản ánh {codes[2]}")
    assert not said or all(codes[0] in text for text in said)


async def test_the_rows_of_one_answer_to_several_share_no_transaction(
    worker: Person, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    """The turn leaves one row like any other; each case is answered at a moment of its own."""
    for number in range(6):
        await files(worker, f"Quạt số {number} hỏng")
    await leader.opens_news()
    before = len(await rows(service, Intake))
    await marks(leader, "Chọn tất cả")
    await leader.says("Công ty trả vào thứ sáu")
    await leader.taps("Gửi 6 câu trả lời")
    turns = leader.steps
    assert len(await rows(service, Intake)) - before <= turns
    for _ in range(300):
        await clock.passes(seconds=1)
    replies = [entry for entry in await rows(service, Entry) if entry.kind == "reply"]
    assert len(replies) == 6 and len({entry.at for entry in replies}) > 1
