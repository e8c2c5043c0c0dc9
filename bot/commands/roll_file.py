"""Reading a union's list: one workbook with the sheets units and people, or the same as two CSV files.

Headers in English or Vietnamese, with or without accents, in any order. What is read are cells as text; what they mean is
judged in models.people.roll. A file that cannot be read at all is a fault like any other: one sentence, and never a
traceback.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from config.i18n import fold
from models.people.roll import Fault, Line

MOST_ROWS = 200_000
_HEADERS = {
    "units": {
        "code": ("ma", "ma don vi", "unit code"),
        "name": ("ten", "ten don vi", "unit name"),
        "kind": ("loai", "loai don vi", "loai hinh to chuc"),
        "parent": ("cap tren", "don vi cap tren", "ma cap tren", "ma don vi cap tren", "truc thuoc"),
        "headcount": ("si so", "so lao dong", "tong so lao dong", "so nguoi", "so nguoi lao dong", "quan so", "workers"),
        "sector": ("khu vuc", "loai hinh", "loai hinh doanh nghiep", "linh vuc"),
    },
    "people": {
        "staff_code": ("ma", "ma so", "ma can bo", "ma nhan vien", "ma nguoi", "staff code"),
        "name": ("ten", "ho ten", "ho va ten"),
        "unit": ("don vi", "ma don vi", "to", "to cong doan"),
        "role": ("chuc vu", "vai tro", "chuc danh", "roles"),
        "language": ("ngon ngu", "tieng"),
    },
}
_NEEDED = {"units": ("code", "name", "kind", "parent"), "people": ("staff_code", "name", "unit", "role")}
_SHEETS = {
    "units": ("units", "don vi", "cac don vi", "to chuc", "danh sach don vi"),
    "people": ("people", "nguoi", "nhan su", "can bo", "danh sach", "danh sach nguoi", "danh sach can bo"),
}

Lines = dict[str, list[Line]]


def read(paths: Sequence[Path]) -> tuple[Lines, list[Fault]]:
    """The lines of both sheets. `paths` is one workbook or two CSV files, in either order."""
    lines: Lines = {"units": [], "people": []}
    faults: list[Fault] = []
    tables = [(path.name, _csv(path)) for path in paths] if _are_csv(paths) else _workbook(paths)
    if isinstance(tables, Fault):
        return lines, [tables]
    seen: set[str] = set()
    for name, rows in tables:
        if isinstance(rows, Fault):
            faults.append(rows)
            continue
        sheet, found, wrong = _lines(name, rows)
        if sheet in seen:
            wrong = [Fault(name, 0, f"is a second list of {sheet}")]
        seen.add(sheet)
        faults += wrong
        if sheet and not wrong:
            lines[sheet] = found
    if not faults:
        faults = [Fault(sheet, 0, "this list is missing") for sheet in lines if sheet not in seen]
    return lines, faults


def _are_csv(paths: Sequence[Path]) -> bool:
    return any(path.suffix.lower() in (".csv", ".txt") for path in paths)


Rows = Iterable[tuple[int, list[str]]]


def _csv(path: Path) -> Rows | Fault:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return Fault(path.name, 0, f"cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        return Fault(path.name, 0, "is not UTF-8 text; in Excel choose “CSV UTF-8” when saving")
    head = text.partition("\n")[0]
    delimiter = max((";", ",", "\t"), key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        return Fault(path.name, reader.line_num, f"is not a CSV file ({error})")


def _workbook(paths: Sequence[Path]) -> list[tuple[str, Rows | Fault]] | Fault:
    import openpyxl

    if len(paths) != 1:
        return Fault(
            paths[-1].name, 0, "is one file too many: give one workbook, or one CSV file of units and one of people"
        )
    [path] = paths
    try:
        content = path.read_bytes()
    except OSError as error:
        return Fault(path.name, 0, f"cannot be read ({error.strerror})")
    broken = Fault(path.name, 0, "is not an Excel workbook (.xlsx); save it as one, or as CSV UTF-8")
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    except Exception:  # a spoilt file fails anywhere in zip, zlib, XML or the reader itself
        return broken
    try:
        wanted = {alias: sheet for sheet, names in _SHEETS.items() for alias in names}
        found = [sheet for sheet in book.worksheets if fold(sheet.title) in wanted]
        if not found:
            titles = ", ".join(sheet.title for sheet in book.worksheets[:8])
            return Fault(path.name, 0, f"has no sheets “units” and “people” (its sheets: {titles})")
        return [(wanted[fold(sheet.title)], _sheet(sheet)) for sheet in found]
    except Exception:
        return broken
    finally:
        book.close()


def _sheet(sheet: Any) -> Rows | Fault:
    rows: list[tuple[int, list[str]]] = []
    if hasattr(sheet, "reset_dimensions"):
        sheet.reset_dimensions()  # what a file says of its own size may be a million empty rows, or too little
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > MOST_ROWS:
            return Fault(sheet.title, 0, f"has more than {MOST_ROWS:,} rows")
        rows.append((number, [_text(value) for value in row]))
    return rows


def _text(value: object) -> str:
    """A cell as text: 1001.0 is the staff code 1001."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _lines(name: str, rows: Rows) -> tuple[str, list[Line], list[Fault]]:
    """Which list this is, by its name or else by its headers, and its lines."""
    filled = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
    stem = fold(name.rpartition(".")[0] or name).replace("_", " ")
    if not filled:
        return _by_name(stem), [], [Fault(name, 0, "is empty")]
    head = [fold(cell.replace("_", " ")) for cell in filled[0][1]]
    sheet = _by_name(stem) or _by_headers(head)
    if not sheet:
        return "", [], [Fault(name, filled[0][0], "is neither a list of units nor of people: its headers are not known")]
    columns = _columns(sheet, head)
    missing = [column for column in _NEEDED[sheet] if column not in columns]
    if missing:
        return sheet, [], [Fault(name, filled[0][0], f"has no column {', '.join(missing)}")]
    if len(filled) == 1:
        return sheet, [], [Fault(name, 0, "has headers but no rows")]
    found = [
        Line(sheet, number, {key: row[at].strip() if at < len(row) else "" for key, at in columns.items()})
        for number, row in filled[1:]
    ]
    return sheet, found, []


def _by_name(stem: str) -> str:
    return next((sheet for sheet, names in _SHEETS.items() if stem in names), "")


def _by_headers(head: Sequence[str]) -> str:
    fits = {sheet: len(_columns(sheet, head).keys() & set(_NEEDED[sheet])) for sheet in _HEADERS}
    best = max(fits, key=lambda sheet: fits[sheet])
    return best if fits[best] >= 3 else ""


def _columns(sheet: str, head: Sequence[str]) -> dict[str, int]:
    """Where each field stands; the first column of that name counts."""
    found: dict[str, int] = {}
    for key, aliases in _HEADERS[sheet].items():
        for at, title in enumerate(head):
            if title in (key.replace("_", " "), *aliases):
                found.setdefault(key, at)
    return found
