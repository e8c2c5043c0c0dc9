"""Danger in what people write: with accents, without, short, mistyped; and what only sounds like it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from config.tables import table
from models.grievances import danger, exclusions
from models.people.offices import Office
from models.store.database import Database
from tests.rules.grievances.climbing import MONDAY, House

SAID = [
    ("Em không muốn sống nữa", "despair"),
    ("em k muốn sống nữa", "despair"),
    ("e ko muốn sống nữa đâu ạ", "despair"),
    ("em khong muon song nua", "despair"),
    ("em khong mon song nua", "despair"),
    ("em khongmuon song nua", "despair"),
    ("E KO MUON SONG NUA", "despair"),
    ("Nhiều lúc nghĩ quẩn, chỉ muốn buông hết", "despair"),
    ("Chị ấy nói sẽ tự tử", "despair"),
    ("toi dinh tu tu vi bi chui", "despair"),
    ("tôi chỉ muốn chết cho xong", "despair"),
    ("chỉ muốn chếttt cho xong", "despair"),
    ("uống thuốc sâu cho rồi", "despair"),
    ("em chán sống lắm rồi", "despair"),
    ("muon chet cho roi", "despair"),
    ("I want to die", "despair"),
    ("Quản đốc đang đánh nhau với công nhân ngoài cổng", "violence"),
    ("có người cầm dao vào xưởng", "violence"),
    ("Anh ta dọa giết tôi", "violence"),
    ("no doa giet toi neu noi ra", "violence"),
    ("em bị hành hung ở nhà xe", "violence"),
    ("Chồng em đến xưởng đòi đánh em", "violence"),
    ("toi dang bi danh", "violence"),
    ("He threatened to kill me", "violence"),
    ("Xưởng 2 đang cháy", "accident"),
    ("chay xuong roi", "accident"),
    ("Kho vải bốc cháy", "accident"),
    ("Dây điện hở cạnh máy 12, có người bị giật", "accident"),
    ("co nguoi bi dien giat o chuyen 3", "accident"),
    ("Năm chị ngất xỉu vì nóng", "accident"),
    ("nam chi ngat xiu vi nong", "accident"),
    ("nam chi ngat xiuu vi nong", "accident"),
    ("Hai mươi người bị ngộ độc sau bữa trưa", "accident"),
    ("tai nan lao dong o may dap", "accident"),
    ("tai nạn lao động ở máy dập, đứt tay", "accident"),
    ("tai nan lao dog o may dap", "accident"),
    ("Bạn em bị cuốn vào máy", "accident"),
    ("rò rỉ hóa chất ở khu nhuộm", "accident"),
    ("someone is unconscious", "accident"),
    ("Công ty giữ hộ chiếu không trả", "forced"),
    ("ho giu ho chieu cua em", "forced"),
    ("khóa cửa không cho ra cả đêm", "forced"),
    ("Có trẻ em làm việc ở chuyền 5", "forced"),
    ("bi lua ban sang ben kia", "forced"),
    ("ép tiếp khách mới cho về", "forced"),
    ("em muốn tự tữ", "despair"),
    ("tôi muốn tự tửu", "despair"),
    ("em muốn tự tư", "despair"),
    ("em muốn tu tử", "despair"),
    ("em muon chet qua", "despair"),
    ("muốn chết đi cho xong", "despair"),
    ("minh khong con thiet song nua", "despair"),
    ("chán đời muốn chết", "despair"),
    ("chan doi muon chet", "despair"),
    ("muon nhay lau", "despair"),
    ("tôi không muốn tồn tại nữa", "despair"),
    ("rạch cổ tay", "despair"),
    ("uong thuoc ngu tu van", "despair"),
    ("em muoons tuwj tuwr", "despair"),
    ("tooi muoons cheets", "despair"),
    ("em muốn nhảy cầu", "despair"),
    ("quản đốc đang đánh công nhân", "violence"),
    ("quan doc dang danh cong nhan", "violence"),
    ("bảo vệ đánh tôi chảy máu", "violence"),
    ("bao ve danh toi chay mau", "violence"),
    ("tổ trưởng hiếp em", "violence"),
    ("có đánh nhau ở xưởng", "violence"),
    ("dang co danh nhau o xuong", "violence"),
    ("cháy rồi cứu với", "accident"),
    ("chay roi cuu voi", "accident"),
    ("nha may dang chay", "accident"),
    ("co chay o kho vai", "accident"),
    ("ro ri khi ga", "accident"),
    ("rò rỉ amoniac", "accident"),
    ("cả chuyền ngất", "accident"),
    ("chi Lan ngat roi", "accident"),
    ("may dap dut tay", "accident"),
    ("máy cán đứt ngón tay", "accident"),
    ("tai nan chet nguoi", "accident"),
    ("ngã từ mái nhà xuống", "accident"),
    ("nga tu tren cao xuong", "accident"),
    ("co nguoi bi thuong nang", "accident"),
    ("không thở được", "accident"),
    ("cuu em voi", "accident"),
    ("nguoi ta bi dot quy", "accident"),
    ("cong ty nhot cong nhan", "forced"),
    ("khóa cửa không cho về", "forced"),
    ("khoa cua khong cho ve", "forced"),
    ("bảo vệ khóa cổng không cho ra", "forced"),
    ("bắt đi tiếp khách", "forced"),
]
NOT_MEANT = [
    "Máy số 4 chết máy từ sáng",
    "Tăng ca mệt muốn chết",
    "Nóng muốn chết, quạt thì hỏng",
    "tang ca met muon chet",
    "Đình công có hợp pháp không?",
    "Ở Định Công, Hà Nội",
    "Công ty làm ăn chán, lương thấp",
    "không muốn đóng bảo hiểm",
    "khong muon dong bao hiem",
    "khong muon som phai tang ca",
    "Làm từ từ thôi, tổ trưởng cứ giục",
    "cu tu tu ma lam",
    "Bình chữa cháy hết hạn",
    "Chưa diễn tập cháy nổ lần nào, thiếu phòng cháy",
    "Chưa được đóng bảo hiểm tai nạn lao động",
    "Đơn hàng bán cháy hàng mà không có thưởng",
    "Đánh giá xếp loại không công bằng",
    "danh gia xep loai khong cong bang",
    "Bị đánh giá loại C",
    "Sống xa nhà, lương không đủ sống",
    "luong khong du song",
    "Không muốn sống chung ký túc xá ồn",
    "khong muon song chung o ky tuc xa",
    "Tay nghề cao mà lương thấp",
    "Cắt giảm lao động",
    "Giữ sổ bảo hiểm không trả",
    "Trẻ em không có chỗ gửi, thiếu nhà trẻ",
    "Chuyền trưởng giết thời gian",
    "Nhảy việc nhiều vì lương thấp",
    "nghi quanh nam khong co phep",
    "Xin nghỉ quản đốc không cho",
    "xin nghi quan ly khong cho",
    "Tăng ca tháng 5 chưa được trả",
    "Nhà vệ sinh không có nước",
    "chay don hang gap",
    "Phải chạy theo năng suất",
    "xuong dang chay don hang gap",
    "chay xuong lam",
    "xin nghi quan trong",
    "cong ty se tu tu tra luong",
    "cty noi se tu tu giai quyet",
    "đang bị đánh giá kém",
    "dang bi danh gia kem",
    "dang bi danh thue",
    "doi giet gio an",
    "dọa đánh giá thấp",
    "cầm dao cắt vải không có găng tay",
    "cam dao cat vai",
    "tiếng nổ làm em bị giật mình",
    "bị giật tóc",
    "bị giật điện thoại",
    "công ty nhốt tiền lương",
    "bị giam lương",
    "bi giam gio lam",
    "không cho ra ngoài ăn trưa",
    "chế độ tai nạn lao động chưa được hưởng",
    "che do tai nan lao dong chua duoc huong",
    "điện yếu hay nhảy cầu dao",
    "dien hay nhay cau dao",
    "uong thuoc sau bua an",
    "uống thuốc sâu răng",
    "bat tinh gio tang ca",
    "bat tinh lai luong",
    "ket thuc cuoc doi thoai",
    "quan doc no noi hoi to tieng",
    "bi ngat dien",
    "bi ngat quang",
    "chay nhieu mau hang",
    "ro hoa chat luong",
    "boc chay hang",
    "mac ket trong tang ca",
    "bi giat dien thoai",
    "chi muon chet cay",
    "em muốn biến mất khỏi danh sách",
    "chết quách cái máy",
    "may chet quach roi",
    "cháy nhà ra mặt chuột",
    "tủ cấp cứu không có thuốc",
    "xe chet may giua duong",
    "máy chết suốt ca",
    "muon nhay viec",
    "cháy đơn hàng, tăng ca liên tục",
    "máy đang chạy thì dừng",
    "tu van bao hiem",
    "cần tư vấn luật",
    "bị ngắt điện",
    "Wages are late",
    "",
]


@pytest.mark.parametrize(("text", "kind"), SAID)
def test_it_is_seen(text: str, kind: danger.Danger) -> None:
    assert kind in danger.spoken_of(text)


@pytest.mark.parametrize("text", NOT_MEANT)
def test_other_things_are_not_taken_for_it(text: str) -> None:
    assert not danger.spoken_of(text)


def test_the_table_is_long_enough_and_the_lexicon_is_in_order() -> None:
    assert len(SAID) + len(NOT_MEANT) >= 60 and {kind for _, kind in SAID} == set(danger.DANGERS)
    lexicon = table("lexicon")
    assert set(lexicon) == {*danger.DANGERS, "not_meant", "short"}
    for kind in danger.DANGERS:
        assert set(lexicon[kind]["call"]) <= {"111", "113", "114", "115"}
        assert all(phrase.isascii() for phrase in lexicon[kind]["plain"])


def test_the_first_to_be_helped_stands_first() -> None:
    assert danger.spoken_of("Kho đang cháy, em không muốn sống nữa") == ["despair", "accident"]
    assert danger.numbers(["despair", "accident"]) == ["115", "114"]
    assert danger.numbers(["violence", "forced"]) == ["113", "111"]


def test_a_union_in_which_danger_rings_nobody_outside_the_team_is_known(database: Database, house: House) -> None:
    """`haichieu doctor` names it: by offices, whether their holders have joined or not."""
    day = MONDAY.date()
    with database.transaction() as session:
        factory = house.units["factory"]
        assert exclusions.rung_outside(session, factory, day)
        for office in session.execute(select(Office).where(col(Office.role) == "chair")).scalars():
            office.to_day = day - timedelta(days=1)
        session.flush()
        assert exclusions.rung_outside(session, factory, day), "the province is rung"
        for office in session.execute(select(Office).where(col(Office.role) == "superior")).scalars():
            session.delete(office)
        session.flush()
        assert not exclusions.rung_outside(session, factory, day)
