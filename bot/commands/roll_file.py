"""Reading a union's list: one workbook with a sheet of units and one of people, or the same as two text files.

What is read are cells as they are shown; what they mean is judged in models.people.roll. A file that cannot be read at all
is a fault like any other: one sentence, and never a traceback.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot.commands import roll_headers, roll_table, roll_text, workbook
from models.people.roll import Fault, Line

Lines = dict[str, list[Line]]
Tables = list[tuple[str, "list[workbook.Row] | Fault"]]


def read(paths: Sequence[Path], told: list[Fault] | None = None) -> tuple[Lines, list[Fault]]:
    """The lines of both sheets. `paths` is one workbook or two text files, in either order. `told` is given what an operator
    should know though it is no fault: rows left out, letters put right."""
    lines: Lines = {"units": [], "people": []}
    faults: list[Fault] = []
    told = [] if told is None else told
    tables = _texts(paths) if _are_texts(paths) else _workbook(paths)
    if isinstance(tables, Fault):
        return lines, [tables]
    seen: set[str] = set()
    for name, rows in tables:
        if isinstance(rows, Fault):
            faults.append(rows)
            continue
        sheet, found, wrong = roll_table.lines(name, rows, told)
        if sheet in seen:
            wrong = [Fault(name, 0, "second_list", {"sheet": sheet})]
        seen.add(sheet)
        faults += wrong
        if sheet and not wrong:
            lines[sheet] = found
    if not faults:
        faults = [Fault(sheet, 0, "no_list") for sheet in lines if sheet not in seen]
    return lines, faults


def _are_texts(paths: Sequence[Path]) -> bool:
    return any(path.suffix.lower() in (".csv", ".txt", ".tsv") for path in paths)


def _texts(paths: Sequence[Path]) -> Tables:
    return [(path.name, roll_text.rows(path, roll_headers.by_name(path.stem))) for path in paths]


def _workbook(paths: Sequence[Path]) -> Tables | Fault:
    if len(paths) != 1:
        return Fault(paths[-1].name, 0, "too_many_files")
    [path] = paths
    book = workbook.opened(path)
    if isinstance(book, Fault):
        return book
    try:
        return _sheets(path, book)
    except Exception:  # a spoilt file fails anywhere in zip, zlib, XML or its numbers
        return Fault(path.name, 0, "no_workbook")
    finally:
        book.close()


def _sheets(path: Path, book: workbook.Book) -> Tables | Fault:
    """The sheets that are called as the lists are; for a list that none is called after, those that are headed like it."""
    tables: Tables = []
    named = [sheet for sheet in book.sheets if roll_headers.by_name(sheet.title)]
    for sheet in named:
        tables.append((sheet.title, book.rows(sheet)))
    lists = {roll_headers.by_name(sheet.title) for sheet in named}
    for sheet in book.sheets:
        if len(lists) < len(roll_headers.SHEETS) and sheet not in named and not sheet.hidden:
            rows = book.rows(sheet)
            header = None if isinstance(rows, Fault) else roll_headers.search(roll_table.titles(rows), "")
            if header is not None and header.sheet not in lists:
                tables.append((sheet.title, rows))
    if not tables:
        return Fault(path.name, 0, "no_sheets", {"titles": ", ".join(sheet.title for sheet in book.sheets[:8])})
    return tables
