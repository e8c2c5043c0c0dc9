"""A sheet as people keep it, made into lines: the table within it, without letterhead, sums and signatures, its names whole,
its letters as they should be."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.commands.roll_headers import SEARCHED, Header, by_name, search, words
from bot.commands.workbook import Cell, Row
from config.i18n import fold
from models.people import spoilt_letters
from models.people.roll import CODE, Fault, Line

_ERROR = re.compile(r"#(n/a|ref!|value!|div/0!|name\?|num!|null!|spill!|calc!|getting_data|#+)", re.IGNORECASE)
_SUM = re.compile(
    r"(tong (cong|so|quan so|si so)\b.*|cong (to|don vi|nhom|trang|chuyen|bo phan|phong|xuong)\b.*|"
    r"(tong|cong|sum|total|tc)\W*\d*\W*(nguoi|don vi|doan vien|cong nhan)?)"
)
_SIGNED = re.compile(
    r"\W*(nguoi (lap|ky|duyet)|lap (bieu|bang)|ky ten|ky\b|xac nhan|ghi chu|(.*, *)?ngay \S+ thang|t\W?m\b|k\W?t\b|"
    r"chu tich|danh sach (nay )?(gom|co)|an dinh)\b.*"
)
"""What stands below a table: sums, and who signs it. “Công đoàn” and “Cộng” are one word without their accents."""
_KEY = {"units": ("code", "name", "kind"), "people": ("staff_code", "name", "unit")}
_WORDED = ("name", "kind", "role", "sector", "language", "unit", "parent")
"""Fields in which letters can be spoilt. A code is no word: what does not fit into it is refused as it is."""


def lines(name: str, rows: Sequence[Row], told: list[Fault]) -> tuple[str, list[Line], list[Fault]]:
    """Which list this is, by its name or else by its headers, and its lines. `told`: what to tell of them."""
    stem = name.rpartition(".")[0] if name.lower().endswith((".csv", ".txt")) else name
    sheet = by_name(stem)
    if not rows:
        return sheet, [], [Fault(name, 0, "empty")]
    header = search(titles(rows), sheet)
    if header is None:
        if not sheet:
            return "", [], [Fault(name, rows[0][0], "no_headers")]
        header = Header(sheet, 0, {})
    sheet = header.sheet
    if header.missing:
        return sheet, [], [Fault(name, rows[header.at][0], "no_column", {"fields": header.missing})]
    columns = _with_second_name(header, rows)
    table = _body(columns, header, rows)
    if not table:
        return sheet, [], [Fault(name, 0, "no_rows")]
    found = [_line(sheet, number, row, columns) for number, row in table]
    found = _without_rest(sheet, found, dict(table), told)
    return sheet, _with_letters(found, told), []


def titles(rows: Sequence[Row]) -> list[list[str]]:
    """The texts among which a header is looked for."""
    return [[spoilt_letters.read(cell.text, cell.font).text for cell in row] for _, row in rows[:SEARCHED]]


def _with_second_name(header: Header, rows: Sequence[Row]) -> dict[str, tuple[int, ...]]:
    """“Họ và tên” above two columns, the second without a title: surnames stand in the one, names in the other."""
    columns, at = dict(header.columns), header.columns["name"][-1] + 1
    if (
        header.sheet == "people"
        and len(columns["name"]) == 1
        and at not in {one for some in columns.values() for one in some}
    ):
        titled = _text(rows[header.at][1], at)
        beside = [row for _, row in rows[header.at + 1 :] if _text(row, at - 1)]
        if not titled and 2 * sum(bool(re.search(r"[^\W\d_]", _text(row, at))) for row in beside) > len(beside):
            columns["name"] = (at - 1, at)
    return columns


def _text(row: Sequence[Cell], at: int) -> str:
    return row[at].text.strip() if at < len(row) else ""


def _body(columns: dict[str, tuple[int, ...]], header: Header, rows: Sequence[Row]) -> list[Row]:
    """What stands below the header: without a row of column numbers, and the header again on each printed page."""
    below = list(rows[header.at + 1 :])
    if below and _counts([cell.text for cell in below[0][1] if cell.text.strip()]):
        below = below[1:]
    head = rows[header.at][1]
    firsts = [at for (at, *_) in columns.values()]
    headed = [words(_text(head, at)) for at in firsts]
    return [
        (number, row)
        for number, row in below
        if any(words(_text(row, at)) != title for at, title in zip(firsts, headed, strict=True))
    ]


def _counts(texts: Sequence[str]) -> bool:
    """(1) (2) (3) or A B 1 2: the numbers of columns."""
    numbers = [text.strip("() ") for text in texts]
    while numbers and re.fullmatch(r"[A-H]", numbers[0]):
        numbers = numbers[1:]
    return len(texts) >= 3 and numbers == [str(at) for at in range(1, len(numbers) + 1)]


def _line(sheet: str, number: int, row: Sequence[Cell], columns: dict[str, tuple[int, ...]]) -> Line:
    cells, wrong, fonts = {}, {}, {}
    for key, places in columns.items():
        parts = [row[at] for at in places if at < len(row) and (row[at].text.strip() or row[at].wrong)]
        cells[key] = " ".join(part.text.strip() for part in parts)
        bad = next((part.wrong for part in parts if part.wrong), "")
        if not bad and any(part.text[:1] == "#" and _ERROR.fullmatch(part.text.strip()) for part in parts):
            bad = "error"
        if bad:
            wrong[key] = bad
        if font := next((part.font for part in parts if part.font), ""):
            fonts[key] = font
    return Line(sheet, number, cells, wrong, fonts)


def _without_rest(sheet: str, table: list[Line], rows: dict[int, Sequence[Cell]], told: list[Fault]) -> list[Line]:
    """Leaves out sums between the rows, and from the last whole row on what is no row of the table; says so."""
    last = next((at for at in reversed(range(len(table))) if _whole(sheet, table[at])), len(table))
    kept: list[Line] = []
    left: list[Line] = []
    for at, line in enumerate(table):
        texts = [cell.text.strip() for cell in rows[line.row] if cell.text.strip()]
        (left if _is_rest(sheet, line, texts, below=at > last) else kept).append(line)
        if left and left[-1] is line:
            told.append(Fault(sheet, line.row, "left_out", {"text": " · ".join(dict.fromkeys(texts))[:60]}))
    return kept or table


def _whole(sheet: str, line: Line) -> bool:
    code, *others = (line.cells.get(key, "") for key in _KEY[sheet])
    return _is_code(code) and all(others)


def _is_code(text: str) -> bool:
    return bool(CODE.fullmatch(text)) and not (text.isalpha() and _SUM.fullmatch(fold(text)))


def _is_rest(sheet: str, line: Line, texts: Sequence[str], *, below: bool) -> bool:
    key, *others = _KEY[sheet]
    code = line.cells.get(key, "")
    filled = [other for other in others if line.cells.get(other)]
    if line.wrong or _is_code(code):
        return False
    if any(_SUM.fullmatch(fold(text)) or (below and _SIGNED.fullmatch(fold(text))) for text in texts):
        return True
    if below:  # a person whose code was forgotten still has a name and a unit's code
        return len(filled) < len(others) or not CODE.fullmatch(line.cells.get(others[-1], ""))
    return len(set(texts)) == 1 and (bool(code) or not filled)  # “I. Tổ may 1” above its rows


def _with_letters(table: list[Line], told: list[Fault]) -> list[Line]:
    """Puts spoilt letters right, and says which; what nobody can be sure of is wrong."""
    readings: dict[tuple[str, str], spoilt_letters.Reading] = {}
    tables: set[str] = set()
    for line in table:
        for key in _WORDED:
            text, font = line.cells.get(key, ""), line.fonts.get(key, "")
            if text and (text, font) not in readings:
                read = readings[text, font] = spoilt_letters.read(text, font)
                if read.table and not font:
                    tables.add(read.table)
    found = []
    for line in table:
        cells, wrong = dict(line.cells), dict(line.wrong)
        for key in _WORDED:
            text, font = line.cells.get(key, ""), line.fonts.get(key, "")
            if not text or key in wrong or text.startswith("="):
                continue
            read = readings[text, font]
            cells[key] = read.text
            if read.damaged:
                wrong[key] = "damaged"
            elif read.table:
                told.append(Fault(line.sheet, line.row, "repaired", {"was": text, "text": read.text, "table": read.table}))
            elif not font and key == "name" and spoilt_letters.doubtful(text, tables):
                wrong[key] = "doubtful"
        found.append(Line(line.sheet, line.row, cells, wrong))
    return found
