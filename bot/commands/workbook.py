"""Excel workbooks as people keep them: each cell as it is shown, merged cells filled, and what is no list said to be none.

Read here rather than with openpyxl, which shows either a formula or its value, keeps number formats apart from values,
forgets merged cells when it reads in pieces, and does not know Strict Open XML. ECMA-376, 18.3 (cells), 18.8 (formats).
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from models.people.roll import Fault
from models.people.spoilt_letters import OF_FONTS

MOST_ROWS = 200_000
_LARGEST_PART = 1 << 30
_OLD_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DIGITS = 15
"""More than so many digits of a number Excel does not keep."""
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_FORMATS = {0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 49: "@"}


class Cell(NamedTuple):
    """What a cell shows. `wrong`: why that is no text to go by (models.people.roll.Line). `font`: what its font draws."""

    text: str
    wrong: str = ""
    font: str = ""


Row = tuple[int, Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    hidden: bool
    part: str


class Book:
    """An opened workbook."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        book = self._parse("xl/workbook.xml")
        targets = {
            one.get("Id"): one.get("Target", "") for one in self._parse("xl/_rels/workbook.xml.rels").iter("{*}Relationship")
        }
        self.sheets = []
        for one in book.iter("{*}sheet"):
            reference = next((value for key, value in one.attrib.items() if key.endswith("}id")), "")
            part = targets.get(reference, "")
            if part:
                path = part.lstrip("/") if part.startswith("/") else f"xl/{part}"
                self.sheets.append(Sheet(one.get("name", ""), one.get("state", "visible") != "visible", path))
        self._strings: list[str] | None = None
        self._styles = self._read_styles()

    def close(self) -> None:
        self._file.close()

    def _parse(self, part: str) -> Any:
        return etree.fromstring(self._bytes(part), _parser())

    def _bytes(self, part: str) -> bytes:
        if self._file.getinfo(part).file_size > _LARGEST_PART:
            raise zipfile.BadZipFile(part)
        return self._file.read(part)

    def _read_styles(self) -> list[tuple[str, str]]:
        """For each style: its number format, and the table its font draws."""
        if "xl/styles.xml" not in self._file.namelist():
            return []
        styles = self._parse("xl/styles.xml")
        named = {int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in styles.iter("{*}numFmt")}
        fonts = []
        for font in styles.iterfind("{*}fonts/{*}font"):
            name = next((one.get("val", "") for one in font.iterfind("{*}name")), "").lower()
            fonts.append(next((table for start, table in OF_FONTS.items() if name.startswith(start)), ""))
        found = []
        for style in styles.iterfind("{*}cellXfs/{*}xf"):
            number, font = int(style.get("numFmtId", "0")), int(style.get("fontId", "0"))
            code = named.get(number) or ("d" if number in _DATES else _FORMATS.get(number, "General"))
            found.append((code, fonts[font] if font < len(fonts) else ""))
        return found

    def _string(self, number: int) -> str:
        if self._strings is None:
            self._strings = [_words(one) for one in self._parse("xl/sharedStrings.xml").iterfind("{*}si")]
        return self._strings[number]

    def rows(self, sheet: Sheet) -> list[Row] | Fault:
        """The rows in which something stands, merged cells filled downwards."""
        rows: dict[int, dict[int, Cell]] = {}
        merged = []
        number = 0
        with self._file.open(sheet.part) as part:
            if self._file.getinfo(sheet.part).file_size > _LARGEST_PART:
                raise zipfile.BadZipFile(sheet.part)
            tags = ("{*}row", "{*}mergeCell")
            for _, one in etree.iterparse(part, tag=tags, resolve_entities=False, no_network=True):
                if one.tag.endswith("}mergeCell"):
                    merged.append(one.get("ref", ""))
                    continue
                number = int(one.get("r", number + 1))
                if cells := dict(self._cells(one)):
                    if len(rows) == MOST_ROWS or number > 1 << 20:
                        return Fault(sheet.title, 0, "too_many_rows", {"most": MOST_ROWS})
                    rows[number] = cells
                one.clear()
                while one.getprevious() is not None:
                    del one.getparent()[0]
        for area in merged:
            _fill(rows, area)
        return [(number, _across(rows[number])) for number in sorted(rows)]

    def _cells(self, row: Any) -> Iterator[tuple[int, Cell]]:
        at = -1
        for one in row.iterfind("{*}c"):
            place = one.get("r", "")
            at = _column(place) if place else at + 1
            cell = self._cell(one)
            if cell.text.strip() or cell.wrong:
                yield at, cell

    def _cell(self, one: Any) -> Cell:
        style = int(one.get("s", "0"))
        shown_as, font = self._styles[style] if style < len(self._styles) else ("General", "")
        kind = one.get("t", "n")
        value = next((part.text or "" for part in one.iterfind("{*}v")), None)
        formula = next((part.text or "…" for part in one.iterfind("{*}f")), None)
        if kind == "inlineStr":
            return Cell("".join(_words(part) for part in one.iterfind("{*}is")), font=font)
        if formula is not None and (value is None or (kind == "n" and value == "0")):
            return Cell(f"={formula}", "no_value")  # 0 is what programs write that do not reckon
        if value is None:
            return Cell("")
        if kind == "s":
            return Cell(self._string(int(value)), font=font)
        if kind == "e":
            return Cell(value, "error")
        if kind == "b":
            return Cell("TRUE" if value == "1" else "FALSE", "truth")
        if kind == "d":
            return Cell(value, "date")
        if kind == "str":
            return Cell(_unescaped(value), font=font)
        return as_shown(value, shown_as) if value else Cell("")


def opened(path: Path) -> Book | Fault:
    """The workbook, or why it is none that can be read."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
            if head.startswith(_OLD_FILE):
                content = head + file.read()
                locked = "EncryptedPackage".encode("utf-16-le") in content
                return Fault(path.name, 0, "locked" if locked else "old_excel")
        book = zipfile.ZipFile(path)
    except OSError as error:
        return Fault(path.name, 0, "cannot_be_read", {"errno": error.errno})
    except Exception:  # a spoilt file fails anywhere in zip and zlib
        return Fault(path.name, 0, "web_page" if b"<table" in head.lower() or b"<html" in head.lower() else "no_workbook")
    names = set(book.namelist())
    wrong = ""
    if "xl/workbook.bin" in names or "content.xml" in names or "Index/Document.iwa" in names:
        wrong = "other_workbook"
    elif any(entry.flag_bits & 1 for entry in book.infolist()):
        wrong = "locked"
    try:
        if not wrong:
            return Book(book)
    except Exception:
        wrong = "no_workbook"
    book.close()
    return Fault(path.name, 0, wrong)


def as_shown(value: str, shown_as: str) -> Cell:
    """A number as its format shows it: zeros in front and letters around belong to a code; how many decimals and which
    separators are the sheet's affair."""
    number = float(value)
    section = shown_as.split(";")[1 if number < 0 and shown_as.count(";") else 0]
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', "", section)
    if re.search(r"[dmyhs]", bare, re.IGNORECASE) and "general" not in bare.lower():
        return Cell(value, "date")
    if not number.is_integer():
        return Cell(repr(number))
    digits = str(int(number))
    if len(digits.lstrip("-")) > _DIGITS:
        return Cell(digits, "too_long")
    places = bare.split(".")[0]
    if places.count("0") > 1 and "%" not in bare and "E" not in bare.upper():
        digits = _in_places(digits, re.sub(r"_.|\*.|\[[^\]]*\]", "", section))
    elif letters := re.fullmatch(r'((?:"[^"]*"|\\.)*)(?:[#0,]*[#0]|General)((?:"[^"]*"|\\.)*)', section):
        before, after = (re.sub(r'"|\\', "", part) for part in letters.groups())
        if re.search(r"\w$", before):  # NV"123"; what stands behind is a measure: 40 "người"
            digits = before + digits
        elif after and not re.search(r"\s", after) and re.search(r"\d", after):
            digits += after
    return Cell(digits)


def _in_places(digits: str, section: str) -> str:
    """Puts the digits into the places of a format such as 00000, 00-000 or "NV"0000, the last one into the last."""
    parts = re.findall(r'"[^"]*"|\\.|.', section.split(".")[0])
    left = digits.lstrip("-")
    out: list[str] = []
    first = next((at for at, part in enumerate(parts) if part in ("0", "#")), 0)
    for at in range(len(parts) - 1, -1, -1):
        part = parts[at]
        if part in ("0", "#", "?"):
            last = at == first
            taken = left if last else left[-1:]
            left = "" if last else left[:-1]
            out.append(taken if taken else "0" if part == "0" else "")
        elif part != ",":
            out.append(part[1:-1] if part.startswith('"') else part[-1])
    return "".join(reversed(out)).strip()


def _fill(rows: dict[int, dict[int, Cell]], area: str) -> None:
    """A cell merged over rows stands in each of them; one merged over columns stays in the first."""
    found = re.fullmatch(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})", area)
    if found is None:
        return
    column, first, last = _column(found[1]), int(found[2]), int(found[4])
    cell = rows.get(first, {}).get(column)
    if cell is not None:
        for number in range(first + 1, min(last, first + MOST_ROWS) + 1):
            if number in rows:  # an empty row stays one
                rows[number].setdefault(column, cell)


def _across(cells: dict[int, Cell]) -> list[Cell]:
    return [cells.get(at, _NOTHING) for at in range(max(cells) + 1)]


_NOTHING = Cell("")


def _column(place: str) -> int:
    number = 0
    for letter in place:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number - 1


def _words(one: Any) -> str:
    """The text of a string, without the reading aids that some languages put above it."""
    return _unescaped("".join(part.text or "" for part in one.iter("{*}t") if not part.getparent().tag.endswith("}rPh")))


def _unescaped(text: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True)
