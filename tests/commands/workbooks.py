"""Workbooks as they come: written part by part, so that a cell can hold what no library writes."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_LINKS = "http://purl.oclc.org/ooxml/officeDocument/relationships"

Made = Mapping[str, Sequence[Sequence[str]]]


def text(words: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(words)}</t></is></c>' if words else "<c/>"


def raw(path: Path, sheets: Made, *, merged: Sequence[str] = (), formats: Sequence[str] = (), strict: bool = False) -> Path:
    """A workbook of these sheets. A cell is plain words, or its own XML where it begins with `<c`. `merged`: areas of the
    last sheet; `formats`: number formats, of the styles 1, 2, …"""
    main, links = (STRICT, STRICT_LINKS) if strict else (MAIN, LINKS)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(path, "w") as made:
        parts = {"workbook": f"{kind}.sheet.main", "styles": f"{kind}.styles"}
        parts |= {f"worksheets/s{n}": f"{kind}.worksheet" for n in range(1, len(sheets) + 1)}
        types = "".join(f'<Override PartName="/xl/{part}.xml" ContentType="{what}+xml"/>' for part, what in parts.items())
        rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        made.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{rels}{types}</Types>',
        )
        listed = "".join(f'<sheet name="{t}" sheetId="{n}" r:id="r{n}"/>' for n, t in enumerate(sheets, 1))
        made.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>{listed}</sheets></workbook>')
        related = (
            "".join(
                f'<Relationship Id="r{n}" Type="{links}/worksheet" Target="worksheets/s{n}.xml"/>'
                for n in range(1, len(sheets) + 1)
            )
            + f'<Relationship Id="styles" Type="{links}/styles" Target="styles.xml"/>'
        )
        made.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}</Relationships>',
        )
        numbers = "".join(f'<numFmt numFmtId="{n}" formatCode="{code}"/>' for n, code in enumerate(formats, 164))
        styles = "<xf/>" + "".join(f'<xf numFmtId="{n}"/>' for n, _ in enumerate(formats, 164))
        made.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{main}">{numbers and f"<numFmts>{numbers}</numFmts>"}<fonts><font/></fonts>'
            f"<fills><fill><patternFill/></fill></fills><borders><border/></borders><cellStyleXfs><xf/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>",
        )
        for number, table in enumerate(sheets.values(), 1):
            rows = "".join(
                f"<row>{''.join(cell if cell.startswith('<c') else text(cell) for cell in row)}</row>" for row in table
            )
            areas = "".join(f'<mergeCell ref="{area}"/>' for area in merged) if number == len(sheets) else ""
            areas = areas and f"<mergeCells>{areas}</mergeCells>"
            made.writestr(
                f"xl/worksheets/s{number}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData>{areas}</worksheet>',
            )
    return path
