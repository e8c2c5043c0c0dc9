"""One grievance heard and answered, on every channel and both databases."""

from __future__ import annotations

from tests.actors import Person
from tests.stories.acts import OVERTIME, files
from tests.stories.channels import every_channel, every_database


@every_channel
@every_database
async def test_a_worker_is_answered(worker: Person, leader: Person, chair: Person) -> None:
    code = await files(worker)
    await leader.sees("Phản ánh mới", code, OVERTIME, "không nêu tên")
    await leader.taps("Trả lời")
    await leader.says("Tổ đã hỏi phòng nhân sự, chiều nay có bảng công.")
    await leader.sees(code, "chiều nay có bảng công", "[Gửi]")
    await leader.taps("Gửi")
    await leader.sees("Đã gửi")
    await worker.sees("Công đoàn trả lời", code, "chiều nay có bảng công")
    await worker.taps("Bổ sung, trả lời lại")
    await worker.says("Cảm ơn, em đã thấy bảng công")
    await worker.taps("Gửi")
    await leader.sees("bổ sung", code, "em đã thấy bảng công")
    await leader.taps("Đề nghị kết thúc")
    await leader.says("Đã trả đủ 42 giờ tăng ca")
    await leader.taps("Gửi")
    await worker.sees("đã ổn chưa", "Đã trả đủ 42 giờ tăng ca")
    await worker.taps("Đã ổn")
    await worker.sees(code, "kết thúc")
    await leader.sees(code, "đã ổn")
    await chair.sees_nothing_new()
