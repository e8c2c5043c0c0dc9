"""`haichieu import`: the files a union really sends, and those it sends by mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import select
from sqlmodel import col

from bot.commands import roll_file, roll_sample
from models.people import persons
from models.people.offices import Office
from models.people.persons import Person
from models.people.units import Unit
from models.store.database import Database
from models.store.sealing import Keyring
from tests.rules.people.lists import PEOPLE, UNITS, book, complaints, refused, runs, sheets, stands

HEADERS = (
    ["Mã đơn vị", "TÊN ĐƠN VỊ", "Loai", "Cấp trên", "khu vuc", "SĨ SỐ"],
    ["Mã cán bộ", "Họ và tên", "ĐƠN VỊ", "Chức vụ", "Ngôn ngữ"],
)


def cells(*paths: Path) -> list[tuple[str, dict[str, str]]]:
    lines, faults = roll_file.read(paths)
    assert not faults, faults
    return [(line.sheet, dict(line.cells)) for sheet in ("units", "people") for line in lines[sheet]]


@pytest.fixture
def plain(tmp_path: Path) -> list[tuple[str, dict[str, str]]]:
    return cells(book(tmp_path / "plain.xlsx"))


def test_a_workbook_and_csv_files_say_the_same(tmp_path: Path, plain: object) -> None:
    assert cells(*sheets(tmp_path)) == plain
    assert cells(*reversed(sheets(tmp_path, ";"))) == plain
    assert cells(*sheets(tmp_path, "\t", "utf-8")) == plain


def test_vietnamese_headers_in_any_order(tmp_path: Path, plain: object) -> None:
    units, people = ([HEADERS[n], *table[1:]] for n, table in enumerate((UNITS, PEOPLE)))
    assert cells(book(tmp_path / "vi.xlsx", units, people)) == plain
    turned = [[row[::-1] for row in table] for table in (units, people)]
    assert cells(book(tmp_path / "turned.xlsx", *turned)) == plain


def test_the_sample_is_a_list_without_faults(tmp_path: Path, plain: object) -> None:
    workbook, *files = roll_sample.write(tmp_path)
    assert cells(workbook) == cells(*files) == plain


def test_numbers_are_codes_and_empty_rows_are_nothing(tmp_path: Path) -> None:
    path = tmp_path / "numbers.xlsx"
    with xlsxwriter.Workbook(path) as made:
        for title, head in (("Đơn vị", HEADERS[0]), ("Người", HEADERS[1])):
            sheet = made.add_worksheet(title)
            sheet.write_row(2, 0, head)
            sheet.write_row(5, 0, [1001, "A"])
    lines, faults = roll_file.read([path])
    assert not faults
    assert [(line.row, line.cells["code"]) for line in lines["units"]] == [(6, "1001")]


def _other_sheets(path: Path) -> None:
    with xlsxwriter.Workbook(path) as made:
        made.add_worksheet("Lương tháng 5").write(0, 0, "Họ tên")


def _only_units(path: Path) -> None:
    with xlsxwriter.Workbook(path) as made:
        for number, row in enumerate(UNITS):
            made.add_worksheet("units").write_row(number, 0, row) if number == 0 else None
            made.get_worksheet_by_name("units").write_row(number, 0, row)


def _formula(path: Path) -> None:
    with xlsxwriter.Workbook(path) as made:
        for title, table in (("units", UNITS), ("people", PEOPLE)):
            sheet = made.add_worksheet(title)
            for number, row in enumerate(table):
                sheet.write_row(number, 0, row)
        made.get_worksheet_by_name("people").write_formula(1, 1, "=A1&B1")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.write_bytes(b""), "is not an Excel workbook"),
        (lambda path: path.write_bytes(b"%PDF-1.7 nothing of the kind"), "is not an Excel workbook"),
        (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(300)), "is not an Excel workbook"),
        (lambda path: path.mkdir(), "cannot be read"),
        (lambda path: None, "cannot be read (it is not there)"),
        (_other_sheets, "has no sheets “units” and “people” (its sheets: Lương tháng 5)"),
        (_only_units, "people: this list is missing"),
        (lambda path: book(path, [UNITS[0]]), "units: has headers but no rows"),
        (lambda path: book(path, []), "units: is empty"),
        (lambda path: book(path, [["Mã", "Tên"], ["A", "B"]]), "units, row 1: has no column kind, parent"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    path = tmp_path / "list.xlsx"
    make(path)
    assert said in refused(path)


def test_a_truncated_workbook_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    whole = book(tmp_path / "whole.xlsx").read_bytes()
    path = tmp_path / "cut.xlsx"
    for end in range(0, len(whole), 97):
        path.write_bytes(whole[:end])
        assert refused(path)
    for at in range(30, len(whole), 61):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        refused(path)  # may be read or refused, and is never a traceback


def test_wrong_csv_files(tmp_path: Path) -> None:
    units, people = sheets(tmp_path)
    assert "people: this list is missing" in refused(units)
    assert "is a second list of units" in refused(units, people, units)
    people.write_bytes("Mã;Họ tên\n1;Lê Hòa".encode("utf-16"))
    assert "people.csv, row 1: has no column unit, role" in refused(units, people)
    people.write_bytes("Mã;Họ tên;Đơn vị;Chức vụ\n1;Lê Hòa;A;".encode("gb18030"))
    assert "in an encoding that is not known" in refused(units, people)
    people.write_text('a,"b\n' + "x" * 140_000)
    assert "people.csv" in refused(units, people)


# The command.


@pytest.fixture
def union(workplace: Path) -> Path:
    return workplace


def standing_in(union: Path) -> object:
    database = Database(f"sqlite:///{union}/var/haichieu.db", Keyring.read(union / "haichieu.key"))
    try:
        return stands(database)
    finally:
        database.close()


def test_a_union_enters_its_list(union: Path) -> None:
    runs("import", "--lang", "en", "--sample", union / "example")
    workbook = union / "example/organisation.xlsx"
    said = runs("import", "--lang", "en", workbook, "--check")
    assert "4 new units: LDLD, SONGLAM" in said
    assert "6 new people" in said
    assert standing_in(union) == ([], [], [])
    assert "6 new people" in runs("import", "--lang", "en", workbook)
    assert "Nothing changed" in runs("import", "--lang", "en", union / "example/units.csv", union / "example/people.csv")


def test_a_list_with_faults_changes_nothing(union: Path) -> None:
    book(union / "good.xlsx")
    runs("import", "--lang", "en", union / "good.xlsx")
    before = standing_in(union)
    _formula(union / "bad.xlsx")
    said = runs("import", "--lang", "en", union / "bad.xlsx", code=1)
    assert "people, row 2: name is a formula" in said
    assert "1 fault; nothing was changed." in said
    assert standing_in(union) == before


def test_a_leader_under_another_code_is_asked_about(union: Path) -> None:
    book(union / "first.xlsx")
    runs("import", "--lang", "en", union / "first.xlsx")
    before = standing_in(union)
    people = [row for row in PEOPLE if row[0] != "SL001"] + [["VC9", "Trần Thị Mai", "SONGLAM", "Phó chủ tịch", "vi"]]
    path = book(union / "second.xlsx", people=people)
    for said in (runs("import", "--lang", "en", path, code=1), complaints[-1]):
        assert "Trần Thị Mai: SL001" in said
        assert "--same SL001=VC9 or --different SL001=VC9" in said
    assert standing_in(union) == before
    runs("import", "--lang", "en", path, "--check")
    assert "--same SL001=VC9" in complaints[-1]
    assert "NV1 is not in the list" in runs("import", "--lang", "en", path, "--same", "SL001=NV1", code=1)
    assert "XX is not on the roll" in runs("import", "--lang", "en", path, "--same", "XX=VC9", code=1)
    assert "OLD=NEW" in runs("import", "--lang", "en", path, "--same", "SL001", code=1)
    assert standing_in(union) == before
    assert "1 people under another code: SL001 → VC9" in runs("import", "--lang", "en", path, "--same", "sl001=vc9")
    assert "Nothing changed" in runs("import", "--lang", "en", path)


def test_without_a_file_the_command_says_what_to_do(union: Path) -> None:
    assert "--sample DIR" in runs("import", "--lang", "en", code=1)
    assert "cannot be read" in runs("import", "--lang", "en", union / "none.xlsx", code=1)


LEADER = ["123", "Trần Văn Bình", "SONGLAM-MAY1", "Tổ trưởng", "vi"]


def _recoded(union: Path, *codes: str) -> Path:
    """A list in which the leader of a team stands under these codes."""
    return book(union / "next.xlsx", people=[*PEOPLE, *([code, *LEADER[1:]] for code in codes)])


def offices_of(union: Path, code: str) -> list[tuple[str, str]]:
    """The units and roles that this person has not left."""
    database = Database(f"sqlite:///{union}/var/haichieu.db", Keyring.read(union / "haichieu.key"))
    with database.reading() as session:
        theirs = select(Office, Unit.code).where(
            col(Office.person_id) == col(Person.id), col(Unit.id) == col(Office.unit_id)
        )
        hashed = persons.staff_hash(session, code)
        held = session.execute(theirs.where(col(Person.staff_hash) == hashed, col(Office.to_day).is_(None))).all()
    database.close()
    return [(unit, office.role) for office, unit in held]


@pytest.mark.parametrize(
    ("old", "new"), [("123", "00123"), ("00123", "123"), ("NV-012", "NV-12"), ("77", "77.0"), ("ĐV01", "ÐV1")]
)
def test_zeros_in_front_are_asked_about_before_an_office_ends(union: Path, old: str, new: str) -> None:
    runs("import", _recoded(union, old))
    assert offices_of(union, old)
    before = standing_in(union)
    asked = new.replace("Ð", "Đ")
    refused = runs("import", "--lang", "en", _recoded(union, new), "--leavers", code=1)
    assert f"--same {old}={asked} or --different {old}={asked}" in refused
    assert standing_in(union) == before
    runs("import", _recoded(union, new), "--leavers", "--same", "zeros")
    assert not offices_of(union, old)
    assert offices_of(union, asked) == [("SONGLAM-MAY1", "leader")]


def test_zeros_in_front_may_be_two_people(union: Path) -> None:
    runs("import", _recoded(union, "123"))
    both = book(union / "both.xlsx", people=[*PEOPLE, LEADER, ["0123", "Trần Thị Cúc", "SONGLAM-MAY1", "", "vi"]])
    runs("import", both, "--same", "zeros", code=1)  # another name is never taken for the same
    runs("import", both, "--different", "123=0123")
    runs("import", both)
    assert len(standing_in(union)[1]) == len(PEOPLE) + 1  # type: ignore[index]


def test_two_codes_of_one_list_and_of_units(union: Path) -> None:
    assert "0123 (Trần Văn Bình) and 123" in runs("import", "--lang", "en", _recoded(union, "123", "0123"), code=1)
    runs("import", book(union / "first.xlsx", units=[*UNITS, ["T01", "Tổ 1", "Tổ", "SONGLAM", "", ""]]))
    said = runs(
        "import", "--lang", "en", book(union / "t.xlsx", units=[*UNITS, ["T1", "Tổ 1", "Tổ", "SONGLAM", "", ""]]), code=1
    )
    assert "the unit T1 differs from T01 only by zeros in front" in said


def test_a_check_shows_what_will_be_written(union: Path) -> None:
    runs("import", _recoded(union, "123"))
    people = [*PEOPLE[:1], ["X9", "Bo", "LDLD", "", ""], *PEOPLE[1:], ["X8", "Kpă Hờ'3 Klơng", "LDLD", "", ""]]
    people = [row for row in people if row[0] != "SL002"]
    path = book(union / "next.xlsx", people=people)
    before = standing_in(union)
    said = runs("import", "--lang", "en", path, "--check")
    assert "2 new people: X8, X9" in said
    assert "first: Bo (X9)" in said
    assert "last: Kpă Hờ'3 Klơng (X8)" in said
    assert "shortest: Bo (X9); " in said
    assert "strangest: Kpă Hờ'3 Klơng (X8); Bo (X9)" in said
    assert "Offices of those who are missing from the list:" in said
    assert "  123 – Trần Văn Bình: team leader, SONGLAM-MAY1" in said
    leaving = runs("import", "--lang", "en", path, "--check", "--leavers")
    assert "Offices that end:" in leaving and "123 – Trần Văn Bình: team leader, SONGLAM-MAY1" in leaving
    assert "7 people read" in said
    assert standing_in(union) == before


def test_who_stays_in_the_list_without_their_office_is_named(union: Path) -> None:
    runs("import", _recoded(union, "123"))
    path = book(union / "next.xlsx", people=[*PEOPLE, [*LEADER[:3], "Đoàn viên", "vi"]])
    said = runs("import", path, "--check")
    assert "Chức vụ kết thúc:\n  123 – Trần Văn Bình: tổ trưởng công đoàn, SONGLAM-MAY1" in said
    assert offices_of(union, "123")
    runs("import", path)
    assert not offices_of(union, "123")


def test_an_import_speaks_vietnamese_first(union: Path) -> None:
    path = book(union / "list.xlsx", people=[PEOPLE[0], ["", "?", "NOWHERE", "Sếp", "fr"]])
    said = runs("import", path, code=1)
    assert "người, dòng 2: thiếu mã cán bộ" in said
    assert "không có đơn vị NOWHERE" in said
    assert "lỗi; chưa thay đổi gì." in said
    assert "fault" not in said
    assert "Tệp nào?" in runs("import", code=1)
    assert "người mới: " in runs("import", book(union / "good.xlsx"))
    assert "danh sách giống dữ liệu đang có" in runs("import", union / "good.xlsx")
