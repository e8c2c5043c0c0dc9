"""An Excel workbook, written anew: the cells of the sheets that are shown, how they look, and the pictures on them.

A cell is kept with the value that it shows. A formula may name another workbook in a folder of somebody's, or a hidden
sheet, and is kept only where no value was stored beside it and it is made of cells and numbers of its own sheet. Hidden
sheets, rows and columns are not shown and do not come along (rows that a filter hides are hidden rows). Charts leave a
frame.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from bot.files.cleaning import Refused
from bot.files.cleaning.letters import seen
from bot.files.cleaning.office.cells import Looks, S
from bot.files.cleaning.office.drawing import Pictures
from bot.files.cleaning.office.lists import attributes, copied, listed
from bot.files.cleaning.office.package import New, Package, Relation, attribute, below, check, child, local, quoted
from bot.files.cleaning.office.pinned import pinned
from bot.files.cleaning.office.values import whole

_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.{}+xml"
_ROLES = "dk1 lt1 dk2 lt2 accent1 accent2 accent3 accent4 accent5 accent6 hlink folHlink"
_MOST_SHEETS = 200
_MOST_MERGED = 2000
_AROUND = listed(
    """
    sheetPr tabColor(rgb indexed theme tint) pageSetUpPr(fitToPage)
    sheetViews sheetView(showGridLines showZeros rightToLeft zoomScale workbookViewId)
    sheetFormatPr(defaultColWidth defaultRowHeight customHeight) pageMargins(left right top bottom header footer)
    pageSetup(paperSize orientation scale fitToWidth fitToHeight pageOrder)
    """
)
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_RANGE = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}(:[A-Z]{1,3}[1-9]\d{0,6})?")
_NUMBER = re.compile(r"[-+]?\d{1,40}(\.\d{1,40})?([eE][-+]?\d{1,3})?")
_DATE = re.compile(r"[\d:T.Z+-]{1,40}")
_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
_FUNCTIONS = (
    "SUM|SUMIF|SUMIFS|SUMPRODUCT|AVERAGE|AVERAGEIF|COUNT|COUNTA|COUNTIF|COUNTIFS|COUNTBLANK|MIN|MAX|IF|AND|OR|NOT|ROUND|ROUNDUP|"
    "ROUNDDOWN|INT|ABS|MOD|PRODUCT|SUBTOTAL|IFERROR|VLOOKUP|HLOOKUP|INDEX|MATCH|TODAY|NOW|DATE|YEAR|MONTH|DAY|TRUE|FALSE"
)
_FORMULA = re.compile(
    rf"(?:(?:{_FUNCTIONS})(?=\()|\$?[A-Z]{{1,3}}\$?\d{{1,7}}|TRUE|FALSE|\d+(?:\.\d+)?|[-+*/^&=<>%(),;: ])+"
)


def written(package: Package, main: str) -> bytes:
    relations, workbook = package.relations(main), package.parsed(main)
    new = New()
    new.point("", "officeDocument", "xl/workbook.xml")
    looks, strings = Looks(_part(package, relations, "styles")), Strings(package, relations)
    book = Book(package, new, looks, strings, Pictures(package, new, "xl"))
    named, sheets = "", child(workbook, "sheets")
    for number, (name, source) in enumerate(_shown(sheets, relations), 1):
        target = f"xl/worksheets/sheet{number}.xml"
        new.put(target, _TYPE.format("worksheet"), Sheet(book, source, target).written())
        named += (
            f'<sheet name="{quoted(name)}" sheetId="{number}" r:id="{new.point("xl/workbook.xml", "worksheet", target)}"/>'
        )
    if not named:
        raise Refused("damaged")
    properties = child(workbook, "workbookPr")
    dates = ' date1904="1"' if properties is not None and attribute(properties, "date1904") in ("1", "true") else ""
    new.put(
        "xl/workbook.xml",
        _TYPE.format("sheet.main"),
        f'<workbook xmlns="{S}" xmlns:r="{_R}"><workbookPr{dates}/><bookViews><workbookView/></bookViews>'
        f'<sheets>{named}</sheets><calcPr calcId="0" fullCalcOnLoad="1"/></workbook>',
    )
    new.put("xl/styles.xml", _TYPE.format("styles"), looks.written())
    new.put("xl/sharedStrings.xml", _TYPE.format("sharedStrings"), strings.written())
    for kind in ("styles", "sharedStrings"):
        new.point("xl/workbook.xml", kind, f"xl/{kind}.xml")
    if (theme := _part(package, relations, "theme")) is not None:
        new.put("xl/theme/theme1.xml", "application/vnd.openxmlformats-officedocument.theme+xml", _theme(theme))
        new.point("xl/workbook.xml", "theme", "xl/theme/theme1.xml")
    return new.packed()


def _part(package: Package, relations: dict[str, Relation], kind: str) -> etree._Element | None:
    name = next((one.target for one in relations.values() if one.kind == kind and not one.outside), None)
    return package.parsed(name) if name is not None and package.read(name) is not None else None


def _shown(sheets: etree._Element | None, relations: dict[str, Relation]) -> Iterator[tuple[str, str]]:
    """Name and part of every sheet of cells that has a visible tab."""
    known: set[str] = set()
    for number, one in enumerate(sheets if sheets is not None else (), 1):
        relation = relations.get(next((str(value) for key, value in one.attrib.items() if key.endswith("}id")), ""))
        if attribute(one, "state") not in ("", "visible") or relation is None or relation.kind != "worksheet":
            continue
        name = re.sub(r"[\[\]:*?/\\\n\t']", " ", seen(attribute(one, "name")))[:31].strip()
        name = name if name and name.casefold() not in known else f"Sheet{number}"
        known.add(name.casefold())
        if len(known) <= _MOST_SHEETS:
            yield name, relation.target


def _theme(theme: etree._Element) -> str:
    """Colours that formats call by number, and two fonts; a theme's names are not kept."""
    scheme, colours = child(theme, "themeElements", "clrScheme"), ""
    for role in _ROLES.split():
        said = child(scheme, role)
        colour = next(iter(said), None) if said is not None else None
        value = (attribute(colour, "lastClr") or attribute(colour, "val")) if colour is not None else ""
        value = value if re.fullmatch(r"[0-9A-Fa-f]{6}", value) else {"lt1": "FFFFFF", "lt2": "EEECE1"}.get(role, "000000")
        colours += f'<a:{role}><a:srgbClr val="{value}"/></a:{role}>'
    face = '<a:latin typeface="Calibri"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>' * 3
    line, effect = f'<a:ln w="9525">{fill[: len(fill) // 3]}</a:ln>' * 3, "<a:effectStyle><a:effectLst/></a:effectStyle>" * 3
    return (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="T"><a:themeElements>'
        f'<a:clrScheme name="T">{colours}</a:clrScheme><a:fontScheme name="T"><a:majorFont>{face}</a:majorFont>'
        f'<a:minorFont>{face}</a:minorFont></a:fontScheme><a:fmtScheme name="T"><a:fillStyleLst>{fill}</a:fillStyleLst>'
        f"<a:lnStyleLst>{line}</a:lnStyleLst><a:effectStyleLst>{effect}</a:effectStyleLst><a:bgFillStyleLst>{fill}"
        "</a:bgFillStyleLst></a:fmtScheme></a:themeElements></a:theme>"
    )


class Strings:
    """The words of all sheets: read by number, and of these only those written that a cell which is kept shows."""

    def __init__(self, package: Package, relations: dict[str, Relation]) -> None:
        name = next((one.target for one in relations.values() if one.kind == "sharedStrings"), "")
        part = package.read(name)
        self._old = [_words(one) for one in _elements(part, "si")] if part else []
        self._used: dict[str, int] = {}

    def old(self, number: str) -> str | None:
        at = whole(number)
        return self._old[at] if at is not None and at < len(self._old) else None

    def use(self, text: str) -> int:
        return self._used.setdefault(text, len(self._used))

    def written(self) -> str:
        every = "".join(f'<si><t xml:space="preserve">{quoted(text)}</t></si>' for text in self._used)
        return f'<sst xmlns="{S}" uniqueCount="{len(self._used)}">{every}</sst>'


def _words(element: etree._Element) -> str:
    """What of a string is shown: not how it is pronounced (rPh)."""
    spoken = [one for part in element if local(part) in ("t", "r") for one in below(part, "t")]
    return seen("".join(one.text or "" for one in spoken))


def _elements(part: bytes, *names: str) -> Iterator[etree._Element]:
    """Elements one after another, forgotten as soon as they were looked at: a sheet may have a million cells."""
    check(part)
    tags = [f"{{*}}{name}" for name in names]
    # `remove_comments`, or a comment in a word would cut it in two.
    kept = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    reading = etree.iterparse(io.BytesIO(part), tag=tags, remove_comments=True, remove_pis=True, **kept)
    try:
        for _event, element in reading:
            if element.getroottree().docinfo.doctype:
                raise Refused("damaged")
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError:
        raise Refused("damaged") from None


class _Span(NamedTuple):
    """From the first column to the last."""

    first: int
    last: int


class _Merged(NamedTuple):
    """Cells that are shown as one: the first of them, that is."""

    top: int
    bottom: int
    columns: _Span

    def covers(self, row: int, column: int) -> bool:
        return self.columns.first <= column <= self.columns.last and (row, column) != (self.top, self.columns.first)


class Book(NamedTuple):
    """A workbook that is being copied: the old file, the new one, and what its sheets share."""

    package: Package
    new: New
    looks: Looks
    strings: Strings
    pictures: Pictures


class Sheet:
    """One sheet: `source` in the old file, `target` in the new one."""

    def __init__(self, book: Book, source: str, target: str) -> None:
        self._book, self._target = book, target
        self._part = book.package.read(source)
        self._relations = book.package.relations(source)
        self._hidden: list[_Span] = []
        self._merged: list[_Merged] = []

    def written(self) -> str:
        """The elements in the order that Excel insists on."""
        if self._part is None:
            raise Refused("damaged")
        said = dict.fromkeys(("sheetPr", "sheetViews", "sheetFormatPr", "cols", "row", "mergeCell", "hyperlink"), "")
        said |= dict.fromkeys(("pageMargins", "pageSetup", "drawing"), "")
        rows: list[str] = []
        if b"mergeCell" in self._part:  # they come after the rows, and say what of these is seen
            pairs = (_merged(one) for one in _elements(self._part, "row", "mergeCell") if local(one) == "mergeCell")
            self._merged = [merged for merged in pairs if merged][:_MOST_MERGED]
        for element in _elements(self._part, *said):
            name = local(element)
            if name == "row":
                rows.append(self._row(element))
            elif name == "cols":
                said[name] = self._columns(element)
            elif name == "mergeCell":
                said[name] += f'<mergeCell ref="{ref}"/>' if (ref := _range(element)) else ""
            elif name == "hyperlink":
                said[name] += self._link(element)
            elif name == "drawing":
                said[name] = self._drawing(element)
            else:
                said[name] = copied(element, _AROUND, {"pane": _frozen})
        said["row"] = f"<sheetData>{''.join(rows)}</sheetData>"
        for name in ("mergeCell", "hyperlink"):
            said[name] = f"<{name}s>{said[name]}</{name}s>" if said[name] else ""
        return f'<worksheet xmlns="{S}" xmlns:r="{_R}">{"".join(said.values())}</worksheet>'

    def _columns(self, element: etree._Element) -> str:
        written = ""
        for one in element:
            first, last = (whole(attribute(one, key), 16_384) for key in ("min", "max"))
            if not first or not last or last < first:
                continue
            if attribute(one, "hidden") in ("1", "true") or attribute(one, "width") in ("0", "0.0"):
                self._hidden.append(_Span(first, last))
            kept = frozenset(("min", "max", "width", "customWidth", "hidden"))
            written += f"<col{attributes(one, kept)}{self._style(one, 'style')}/>"
        return f"<cols>{written}</cols>" if written else ""

    def _style(self, element: etree._Element, key: str) -> str:
        style = attribute(element, key)
        return f' {key}="{style}"' if self._book.looks.knows(style) else ""

    def _row(self, element: etree._Element) -> str:
        number = whole(attribute(element, "r"), 1_048_576)
        place = f' r="{number}"' if number else ""
        hidden = attribute(element, "hidden") in ("1", "true") or attribute(element, "ht") in ("0", "0.0")
        if hidden:
            return f'<row{place} hidden="1"/>'
        formats = attributes(element, frozenset(("ht", "customHeight", "customFormat"))) + self._style(element, "s")
        merged = [one for one in self._merged if number and one.top <= number <= one.bottom]
        return f"<row{place}{formats}>{''.join(self._cell(one, merged) for one in element if local(one) == 'c')}</row>"

    def _cell(self, element: etree._Element, merged: list[_Merged]) -> str:
        place = _CELL.fullmatch(attribute(element, "r"))
        column = _column(place[1]) if place else 0
        if any(one.first <= column <= one.last for one in self._hidden):
            return ""
        style = self._style(element, "s")
        head = f' r="{place[0]}"{style}' if place else style
        covered = place is not None and any(one.covers(int(place[2]), column) for one in merged)
        if covered or self._book.looks.hides(attribute(element, "s")):
            return f"<c{head}/>"
        return f"<c{head}{self._value(element)}"

    def _value(self, element: etree._Element) -> str:
        """The rest of a cell, from its type on."""
        kind, value, formula = attribute(element, "t") or "n", child(element, "v"), child(element, "f")
        said = (value.text or "").strip() if value is not None else ""
        text: str | None = None
        if kind == "s":
            text = self._book.strings.old(said)
        elif kind == "inlineStr":
            inside = child(element, "is")
            text = _words(inside) if inside is not None else None
        elif kind == "str":
            text = seen(value.text or "") if value is not None and value.text else None
        elif kind == "e" and said in _ERRORS:
            return f' t="e"><v>{said}</v></c>'
        elif kind == "b" and said in ("0", "1"):
            return f' t="b"><v>{said}</v></c>'
        elif kind == "d" and _DATE.fullmatch(said):
            return f' t="d"><v>{said}</v></c>'
        elif kind == "n" and _NUMBER.fullmatch(said):
            return f"><v>{said}</v></c>"
        if text:
            return f' t="s"><v>{self._book.strings.use(text)}</v></c>'
        told = (formula.text or "").strip() if formula is not None else ""
        return f"><f>{quoted(told)}</f></c>" if told and len(told) < 500 and _FORMULA.fullmatch(told) else "/>"

    def _link(self, element: etree._Element) -> str:
        key = next((str(value) for name, value in element.attrib.items() if name.endswith("}id")), "")
        relation, ref = self._relations.get(key), _range(element)
        if relation is None or not relation.outside or not ref:
            return ""
        link = self._book.new.point(self._target, "hyperlink", relation.target, outside=True)
        return f'<hyperlink ref="{ref}" r:id="{link}"/>'

    def _drawing(self, element: etree._Element) -> str:
        key = next((str(value) for name, value in element.attrib.items() if name.endswith("}id")), "")
        relation = self._relations.get(key)
        if relation is None or relation.outside or self._book.package.read(relation.target) is None:
            return ""
        target = self._target.replace("worksheets/sheet", "drawings/drawing")
        inner = pinned(self._book.package, relation.target, target, self._book.pictures)
        if not inner:
            return ""
        self._book.new.put(target, "application/vnd.openxmlformats-officedocument.drawing+xml", inner)
        return f'<drawing r:id="{self._book.new.point(self._target, "drawing", target)}"/>'


def _range(element: etree._Element) -> str:
    ref = attribute(element, "ref")
    return ref if _RANGE.fullmatch(ref) else ""


def _frozen(element: etree._Element) -> str:
    """Rows and columns that stay when one scrolls; how far somebody had scrolled is not said."""
    across, down = (whole(attribute(element, key), 1000) or 0 for key in ("xSplit", "ySplit"))
    if attribute(element, "state") not in ("frozen", "frozenSplit") or not (across or down):
        return ""
    first = f"{_letters(across + 1)}{down + 1}"
    where = "bottomRight" if across and down else "topRight" if across else "bottomLeft"
    split = f'xSplit="{across}" ' * bool(across) + f'ySplit="{down}" ' * bool(down)
    return f'<pane {split}topLeftCell="{first}" activePane="{where}" state="frozen"/>'


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def _merged(element: etree._Element) -> _Merged | None:
    ends = [_CELL.fullmatch(end) for end in attribute(element, "ref").split(":")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    return _Merged(int(ends[0][2]), int(ends[1][2]), _Span(_column(ends[0][1]), _column(ends[1][1])))


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
