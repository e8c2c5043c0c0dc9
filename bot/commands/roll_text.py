"""Lists saved as text: whatever Excel writes on a Vietnamese computer, with its encoding and its separator found out."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from pathlib import Path

from bot.commands.roll_headers import search
from bot.commands.roll_table import titles
from bot.commands.workbook import Cell, Row
from models.people import spoilt_letters
from models.people.roll import Fault

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SEPARATORS = (";", ",", "\t", "|")
_KEPT = re.compile(r'="([^"]*)"')
"""How zeros in front are kept in a CSV file that Excel opens."""


def rows(path: Path, named: str) -> list[Row] | Fault:
    """The filled rows of a text file. `named`: which list it is known to be."""
    try:
        text = _decoded(path.read_bytes())
    except OSError as error:
        return Fault(path.name, 0, "cannot_be_read", {"errno": error.errno})
    if text is None:
        return Fault(path.name, 0, "no_encoding")
    if told := re.match(r'"?sep=(.)"?\r?\n', text):  # Excel's own hint, which no other program writes
        return _split(path, text[told.end() :], told[1], 1)
    best: list[Row] | Fault = _split(path, text, ",")
    most = 0
    for separator in sorted(_SEPARATORS, key=text.partition("\n")[0].count, reverse=True):
        table = _split(path, text, separator)
        if isinstance(table, Fault):
            best = table if not most else best
            continue
        header = search(titles(table), named)
        fits = 2 + len(header.columns) if header else min(2, max((len(row) for _, row in table), default=0))
        if fits > most:
            best, most = table, fits
    return best


def _decoded(raw: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            try:
                return raw[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                return None
    if 0 in raw[:4096]:  # half of UTF-16's bytes are zero where it writes Latin letters
        encoding = "utf-16-be" if raw[:4096:2].count(0) > raw[1:4096:2].count(0) else "utf-16-le"
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    read = {table: "".join(_letter(byte, table) for byte in raw) for table in ("cp1258", "cp1252")}
    read["cp1258"] = unicodedata.normalize("NFC", read["cp1258"])
    best = max(read, key=lambda table: _sense(read[table]))
    return read[best] if _sense(read[best]) >= 0.5 else None


def _letter(byte: int, table: str) -> str:
    try:
        return bytes([byte]).decode(table)
    except UnicodeDecodeError:
        return chr(byte)


def _sense(text: str) -> float:
    """Which part of the cells with marks reads as Vietnamese, as it stands or put right."""
    cells = [cell for cell in re.split(r"[;,\t|\r\n]", text)[:4000] if not cell.isascii()]
    read = [spoilt_letters.read(cell) for cell in cells]
    return sum(not one.damaged and spoilt_letters.is_vietnamese(one.text) for one in read) / len(read) if read else 1.0


def _split(path: Path, text: str, separator: str, before: int = 0) -> list[Row] | Fault:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        table = [(reader.line_num + before, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        return Fault(path.name, reader.line_num + before, "no_csv", {"why": error})
    return [(number, [Cell(_KEPT.sub(r"\1", cell) if cell[:2] == '="' else cell) for cell in row]) for number, row in table]
