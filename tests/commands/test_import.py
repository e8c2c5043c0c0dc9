"""`haichieu import`: the files a union really sends, and those it sends by mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from bot.commands import roll_file, roll_sample
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
        (lambda path: None, "cannot be read (No such file or directory)"),
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
    assert "is not UTF-8 text" in refused(units, people)
    people.write_text('a,"b\n' + "x" * 140_000)
    assert "people.csv" in refused(units, people)


# The command.


@pytest.fixture
def union(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in which an operator works."""
    monkeypatch.chdir(tmp_path)
    Keyring.new().write(tmp_path / "haichieu.key")
    return tmp_path


def standing_in(union: Path) -> object:
    database = Database(f"sqlite:///{union}/var/haichieu.db", Keyring.read(union / "haichieu.key"))
    try:
        return stands(database)
    finally:
        database.close()


def test_a_union_enters_its_list(union: Path) -> None:
    runs("import", "--sample", union / "example")
    workbook = union / "example/organisation.xlsx"
    said = runs("import", workbook, "--check")
    assert "4 new units: LDLD, SONGLAM" in said
    assert "6 new people" in said
    assert standing_in(union) == ([], [], [])
    assert "6 new people" in runs("import", workbook)
    assert "Nothing changed" in runs("import", union / "example/units.csv", union / "example/people.csv")


def test_a_list_with_faults_changes_nothing(union: Path) -> None:
    book(union / "good.xlsx")
    runs("import", union / "good.xlsx")
    before = standing_in(union)
    _formula(union / "bad.xlsx")
    said = runs("import", union / "bad.xlsx", code=1)
    assert "people, row 2: name is a formula" in said
    assert "1 fault; nothing was changed." in said
    assert standing_in(union) == before


def test_a_leader_under_another_code_is_asked_about(union: Path) -> None:
    book(union / "first.xlsx")
    runs("import", union / "first.xlsx")
    before = standing_in(union)
    people = [row for row in PEOPLE if row[0] != "SL001"] + [["VC9", "Trần Thị Mai", "SONGLAM", "Phó chủ tịch", "vi"]]
    path = book(union / "second.xlsx", people=people)
    for said in (runs("import", path, code=1), complaints[-1]):
        assert "Trần Thị Mai: SL001" in said
        assert "--same SL001=VC9 or --different SL001=VC9" in said
    assert standing_in(union) == before
    runs("import", path, "--check")
    assert "--same SL001=VC9" in complaints[-1]
    assert "NV1 is not in the list" in runs("import", path, "--same", "SL001=NV1", code=1)
    assert "XX is not on the roll" in runs("import", path, "--same", "XX=VC9", code=1)
    assert "OLD=NEW" in runs("import", path, "--same", "SL001", code=1)
    assert standing_in(union) == before
    assert "1 people under another code: SL001 → VC9" in runs("import", path, "--same", "sl001=vc9")
    assert "Nothing changed" in runs("import", path)


def test_without_a_file_the_command_says_what_to_do(union: Path) -> None:
    assert "--sample DIR" in runs("import", code=1)
    assert "cannot be read" in runs("import", union / "none.xlsx", code=1)
