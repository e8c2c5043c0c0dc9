"""How an Excel workbook looks: fonts, fills, borders and the formats of numbers, carried over from a list."""

from __future__ import annotations

import re

from lxml import etree

from bot.files.cleaning.office.lists import copied, listed
from bot.files.cleaning.office.package import attribute, child, local, quoted
from bot.files.cleaning.office.values import font, whole

S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MOST = 65_490
"""Formats of one workbook: Excel's own bound."""

_LOOKS = listed(
    """
    font b(val) i(val) strike(val) outline(val) shadow(val) condense(val) extend(val) u(val) vertAlign(val) sz(val)
    color(rgb indexed theme tint auto) family(val)
    fill patternFill(patternType) fgColor(rgb indexed theme tint auto) bgColor(rgb indexed theme tint auto)
    gradientFill(type degree left right top bottom) stop(position)
    border(diagonalUp diagonalDown) left(style) right(style) top(style) bottom(style) start(style) end(style) diagonal(style)
    xf(numFmtId fontId fillId borderId applyNumberFormat applyFont applyFill applyBorder applyAlignment quotePrefix)
    alignment(horizontal vertical textRotation wrapText indent shrinkToFit readingOrder)
    """
)
_CODE = re.compile(
    r"(?:\[(?:[hms]{1,2}|[A-Z][a-z]{2,6}\d{0,2}|[<>=]{1,2}-?\d{1,9}(?:\.\d{1,4})?|\$[$₫đ€£¥]?(?:-[0-9A-Fa-f]{1,8})?)\]"
    r"|General|AM/PM|[#0?.,%/:;()\-+*_\\ $₫đ€£¥@dmyhsDMYHSEe])*"
)
_UNITS = "đ|₫|d|vnđ|vnd|đồng|usd|%|kg|g|m|m2|km|giờ|h|phút|ngày|công|tháng|năm|người|cái|chiếc|bộ|tấn|lít||-|.|,|/|:|(|)|$|€"
"""Words that a format may set beside a number. Any other would show beside no number, too, and may be somebody's."""


class Looks:
    def __init__(self, root: etree._Element | None) -> None:
        self._root = root
        self._codes: dict[int, str] = {}
        for one in self._all("numFmts"):
            number = whole(attribute(one, "numFmtId"), 100_000)
            if number is not None:
                self._codes[number] = number_format(attribute(one, "formatCode"))
        self._formats = self._all("cellXfs")[:_MOST]
        self._hiding = {at for at, one in enumerate(self._formats) if self._hides(whole(attribute(one, "numFmtId")))}

    def _all(self, name: str) -> list[etree._Element]:
        found = child(self._root, name)
        return list(found) if found is not None else []

    def _hides(self, number: int | None) -> bool:
        """`;;;` shows nothing, whatever stands in the cell."""
        return self._codes.get(number or 0, "x").replace(" ", "") in (";;", ";;;")

    def hides(self, style: str) -> bool:
        return whole(style) in self._hiding

    def knows(self, style: str) -> bool:
        at = whole(style)
        return at is not None and at < len(self._formats)

    def written(self) -> str:
        codes = "".join(
            f'<numFmt numFmtId="{number}" formatCode="{quoted(code or "General")}"/>' for number, code in self._codes.items()
        )
        plain_font = '<font><sz val="11"/><name val="Calibri"/></font>'
        return (
            f'<styleSheet xmlns="{S}">{_counted("numFmts", codes, codes.count("<numFmt "))}'
            + self._listed("fonts", "font", plain_font)
            + self._listed("fills", "fill", '<fill><patternFill patternType="none"/></fill>')
            + self._listed("borders", "border", "<border><left/><right/><top/><bottom/><diagonal/></border>")
            + '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            + self._listed("cellXfs", "xf", '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>')
            + '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
        )

    def _listed(self, name: str, single: str, least: str) -> str:
        own = {"name": _font}
        every = [copied(one, _LOOKS, own) for one in self._all(name)[:_MOST] if local(one) == single] or [least]
        return _counted(name, "".join(every), len(every))


def _counted(name: str, inner: str, count: int) -> str:
    return f'<{name} count="{count}">{inner}</{name}>' if count else ""


def _font(element: etree._Element) -> str:
    name = font(attribute(element, "val"))
    return f'<name val="{name}"/>' if name else ""


def number_format(code: str) -> str:
    """A number's format with no words in it but units; "" (as Excel would show it by itself) where it has others."""
    units = _UNITS.split("|")
    for literal in re.findall(r'"([^"]*)"', code):
        if literal.strip().casefold() not in units:
            code = code.replace(f'"{literal}"', "")
    bare = re.sub(r'"[^"]*"', "", code)
    return code if len(code) <= 255 and _CODE.fullmatch(bare) else ""
