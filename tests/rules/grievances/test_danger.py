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
