"""What is seen in a text by its shape, and what is not: sentences as workers write them, both ways."""

from __future__ import annotations

import inspect
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.i18n import clean
from models.anonymity import identifying
from models.anonymity.identifying import kinds_in, without

NAMES = [
    "Người ép là Trần Thị Bí Mật, tổ hai.",
    "Người ép là Trần Thị Bí Mật.",
    "Trần Thị Bí Mật ép tôi",
    "anh Nguyễn Văn Hùng không trả",
    "Chị Lan chửi công nhân",
    "chị Lan ở chuyền 3",
    "quản đốc Hùng đánh người",
    "Tổ trưởng Mai bắt làm thêm",
    "ANH NGUYỄN VĂN HÙNG KHÔNG TRẢ TIỀN",
    "TỔ TRƯỞNG TRẦN THỊ MAI CHỬI",
    "nguyễn văn hùng không trả lương",
    "tran thi mai bat lam them",
    '"Lê Văn Kín"',
    "(Đỗ Văn An)",
    "Ông Kim Min Soo bắt đứng",
    "Gặp Lan Anh hôm qua",
    "TranThiMai là người đó",
    "Trần Quốc Tuấn",
    "Nguyễn Thái Bình chửi",
    "Công ty có ông Phạm Minh",
    "người đó tên Hoa",
    "tên là Hoa",
    "mr. Kim",
    "N.V.Hùng ép",
    "Trần_Thị_Mai",
    "Trần-Thị-Mai",
    "Hùng Dũng và Lan",
    "bà Tám bán nước",
    "anh Hai chửi",
    "Nguyễn Thị Ngọc Bảo Trân ép",
    "đ/c Hòa",
    "trưởng ca HÙNG ép",
    "gặp TRẦN THỊ MAI ở kho",
    "Y Moan Êban ở tổ tôi",
    "gặp Trần Thị Mai,Lê Văn Kín",
    "John Smith là chuyên gia",
    "chị Lan-tổ 3",
    "gặp chị: Lan",
    "Người đó (chị Hoa) bắt ký",
    "Có phải là Tran Mai?",
    "Bùi Thị Sáu!",
    "Từ Minh Tâm bắt làm",
    "Hôm qua Phạm Hoa ép em",
    "NGƯỜI ĐÓ LÀ CHỊ TRẦN THỊ MAI",
    "H'Hen Niê ở tổ 5",
]
PHONES = [
    "0912 345 678",
    "gọi 0912.345.678 nhé",
    "+84 912 345 678",
    "(0912) 345-678",
    "84912345678",
    "09 12 34 56 78",
    "0 9 1 2 3 4 5 6 7 8",
    "không chín một hai ba bốn năm sáu bảy tám",
]
CODES = [
    "mã NV0451.",
    "nv0451",
    "SL-002",
    "SL002,",
    "mã nhân viên 10234",
    "MSNV: 0451",
    "số thẻ 4521",
    "NV 0451",
    "CCCD 079123456789",
    "0451",
    "LD/001",
    "mã số nhân viên là 5512",
    "12345AB",
]
PLAIN = [
    "Tăng ca tháng 5 chưa được trả",
    "Tổ trưởng bớt công của tôi",
    "Chủ tịch công đoàn chưa trả lời",
    "anh Tổ trưởng bảo làm thêm",
    "Tổ Trưởng và Chủ Tịch Công Đoàn không nói gì",
    "Công ty May Sông Lam nợ lương",
    "Công ty TNHH May Thái Bình nợ lương",
    "Công Ty Không Trả Lương Tháng Này",
    "Tại Bình Dương chưa có nhà ở",
    "Tôi quê ở Thanh Hóa, làm ở Hà Nội",
    "Khu công nghiệp Sóng Thần ngập nước",
    "KCN Tân Tạo bị cúp điện",
    "đường Nguyễn Văn Linh kẹt xe",
    "trường Lê Quý Đôn",
    "phường Nguyễn Thái Bình",
    "Nghỉ Tết Nguyên Đán được mấy ngày",
    "Ngày Quốc Khánh vẫn phải làm",
    "Thứ Hai tuần trước, Chủ Nhật này",
    "BHXH và BHYT chưa đóng",
    "Lương tháng 12 là 10.500.000 đồng",
    "Trừ 500000 đồng",
    "thiếu 10000000 đồng",
    "Từ 8h00 đến 17h30",
    "ngày 05/06/2026 đến 07/06/2026",
    "từ 01-02-2026 đến 05-02-2026",
    "CÔNG TY KHÔNG TRẢ LƯƠNG",
    "LÀM ƠN GIÚP chúng tôi",
    "Kính gửi Ban Chấp Hành Công Đoàn",
    "Kính gửi Anh Chị công đoàn",
    "Quạt ở chuyền 3 hỏng",
    "Máy Juki DDL bị hỏng",
    "xe Honda Wave bị mất",
    "mất điện thoại Samsung Galaxy",
    "Samsung Display Việt Nam",
    "Luật Lao động quy định",
    "Bộ luật Lao động năm 2019",
    "Tổng Liên đoàn Lao động Việt Nam",
    "Liên đoàn Lao động tỉnh",
    "Phòng Nhân sự trả lời chậm",
    "Bảo hiểm Xã hội tỉnh",
    "Xưởng A nóng quá. Chuyền B cũng vậy.",
    "Ca 3 thiếu 12 người",
    "quốc lộ QL13 kẹt",
    "ISO9001",
    "COVID19",
    "phản ánh PA-K7MP4R của tôi",
    "từ văn phòng xuống xưởng",
    "lương văn phòng cao hơn",
    "do thi công nên bụi",
    "mai công ty nghỉ",
    "Anh em công nhân bức xúc",
    "em Công nhân mới vào",
    "Thưa anh chị, em ở tổ 2",
    "tôi làm từ năm 2019",
    "tầng 3 nhà B12",
    "50k một suất ăn",
    "Cơm có giòi. Cơm nguội.",
    "Hôm qua mưa",
    "Sáng nay Quản đốc chửi",
    "Nhà vệ sinh bẩn",
    "Người lao động chưa ký Hợp đồng lao động",
    "mã hàng A12 khó may",
    "The fan in line 3 is broken",
    "My wages for May are late",
    "TP. Hồ Chí Minh mưa lớn",
    "Cty Pou Yuen cho nghỉ",
    "Quận 12 ngập",
    "Ngân hàng Vietcombank trừ tiền",
    "Bệnh viện Chợ Rẫy",
    "Xin lỗi, em hỏi một chút",
    "Ban Giám Đốc hứa rồi",
    "Được nghỉ 12 ngày phép",
    "giảm 10% lương",
    "size 3XL không có",
    "phòng B2 tầng 4",
    "Đề nghị công đoàn xem xét",
    "Đường Trần Hưng Đạo kẹt xe",
    "Chợ Bến Thành xa quá",
    "đi qua Phường Tân Định",
]


@pytest.mark.parametrize("text", NAMES)
def test_a_name_is_seen(text: str) -> None:
    assert kinds_in(text) == ["name"]
    assert "…" in without(text)


@pytest.mark.parametrize("text", PHONES)
def test_a_phone_number_is_seen(text: str) -> None:
    assert kinds_in(text) == ["phone"]
    assert sum(letter.isdigit() for letter in without(text)) <= 1


@pytest.mark.parametrize("text", CODES)
def test_somebodys_number_is_seen(text: str) -> None:
    assert kinds_in(text) == ["code"]
    assert not any(letter.isdigit() for letter in without(text))


@pytest.mark.parametrize("text", PLAIN)
def test_an_ordinary_sentence_raises_no_alarm(text: str) -> None:
    assert kinds_in(text) == []
    assert without(text) == text


@pytest.mark.parametrize("text", NAMES + PHONES + CODES)
@pytest.mark.parametrize(
    "around", ["{}", "{}.", "{},", "«{}»", "({})", "“{}”!", "Đây: {}", "{}\nXin hết", "Hôm qua có việc này. {}?"]
)
def test_punctuation_hides_nothing(text: str, around: str) -> None:
    assert set(kinds_in(text)) <= set(kinds_in(around.format(text)))


@pytest.mark.parametrize("text", NAMES + PHONES + CODES + PLAIN)
def test_composed_or_decomposed_is_the_same(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    assert kinds_in(apart) == kinds_in(text)
    assert without(apart) == without(text)


@pytest.mark.parametrize("text", ["Tôi tên là Bình", "em ten la Lan", "My name is Binh"])
def test_whoever_names_themselves(text: str) -> None:
    assert "self" in kinds_in(text)


def test_only_i_know() -> None:
    assert kinds_in("Việc này chỉ mình tôi biết") == ["only me"]


@given(st.text(max_size=300))
def test_any_text_is_judged(text: str) -> None:
    """Whatever is taken out, the rest stays as it was and in its order."""
    kept = without(clean(text)).split("…")
    place, whole = 0, clean(text)
    for part in kept:
        place = whole.index(part, place) + len(part)


def test_it_asks_nobody_but_the_text() -> None:
    """No session, no person, no roll: what cannot be asked cannot answer who is on the union's list."""
    for judge in (kinds_in, without):
        assert list(inspect.signature(judge).parameters) == ["text"]
    assert "models.people" not in Path(identifying.__file__).read_text("utf-8")
