"""`haichieu import --sample DIR`: a made-up union as a workbook and as two CSV files, to be filled in with one's own."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from models.store.private_files import make_folder, writing

UNITS = (
    ("code", "name", "kind", "parent", "sector", "headcount"),
    ("LDLD", "Liên đoàn Lao động tỉnh", "Liên đoàn Lao động tỉnh", "", "", ""),
    ("SONGLAM", "Công đoàn cơ sở Công ty May Sông Lam", "Công đoàn cơ sở", "LDLD", "Ngoài nhà nước", "82"),
    ("SONGLAM-MAY1", "Tổ may 1", "Tổ công đoàn", "SONGLAM", "", "40"),
    ("SONGLAM-MAY2", "Tổ may 2", "Tổ công đoàn", "SONGLAM", "", "38"),
)
PEOPLE = (
    ("staff_code", "name", "unit", "role", "language"),
    ("LD001", "Lê Thị Hòa", "LDLD", "Công đoàn cấp trên", "vi"),
    ("SL001", "Trần Thị Mai", "SONGLAM-MAY1", "Tổ trưởng", "vi"),
    ("SL002", "Nguyễn Văn Hùng", "SONGLAM", "Chủ tịch", "vi"),
    ("SL003", "Phạm Thị Lan", "SONGLAM", "Ủy viên BCH; Nữ công", "vi"),
    ("SL004", "Hoàng Văn Sơn", "SONGLAM-MAY2", "Tổ trưởng", "vi"),
    ("SL101", "Đỗ Văn Bình", "SONGLAM-MAY1", "", "vi"),
)
NAMES = ("organisation.xlsx", "units.csv", "people.csv")


def write(directory: Path) -> list[Path]:
    """Writes the example and returns its files."""
    make_folder(directory)
    book, units, people = (directory / name for name in NAMES)
    with writing(book) as raw:
        workbook(raw, UNITS, PEOPLE)
    for path, rows in ((units, UNITS), (people, PEOPLE)):
        # With a byte-order mark, or Excel takes it for another encoding and spoils every accent.
        with writing(path) as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows(rows)
    return [book, units, people]


def workbook(target: Path | IO[bytes], units: Sequence[Sequence[str]], people: Sequence[Sequence[str]]) -> None:
    """A workbook with the two sheets. What looks like a formula or a link is written as the text it is."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    with xlsxwriter.Workbook(target, options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#D9E8F6", "border": 1})
        for title, rows in (("units", units), ("people", people)):
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, 0, 18)
            sheet.set_column(1, 1, 44)
            sheet.set_column(2, 4, 26)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row, bold if number == 0 else None)
