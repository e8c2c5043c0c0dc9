"""One run of words in a Word document: its body, a header, a note. What is read off the page is written; how it came there
is not: deleted words, who wrote what, what a field is told to look up, where a picture lay (ECMA-376 part 1, 17)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from bot.files.cleaning import Refused
from bot.files.cleaning.letters import seen
from bot.files.cleaning.office.drawing import (
    PIC,
    A,
    Box,
    Pictures,
    box,
    box_of,
    filled,
    is_hidden,
    picture_parts,
    turned,
    understood,
    vml,
)
from bot.files.cleaning.office.lists import Own, copied
from bot.files.cleaning.office.package import New, Package, Relation, attribute, below, child, has, local, quoted
from bot.files.cleaning.office.styles import PROPERTIES, Numbers, Styles, W
from bot.files.cleaning.office.values import font, plain

_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_PAGES = ("PAGE", "NUMPAGES", "SECTIONPAGES")
"""Fields that are still reckoned when the new file is read: in a footer they differ from page to page."""
_TELLING = """
    AUTHOR LASTSAVEDBY USERNAME USERINITIALS USERADDRESS FILENAME TEMPLATE DOCPROPERTY DOCVARIABLE INFO COMMENTS KEYWORDS
    SUBJECT TITLE CREATEDATE SAVEDATE PRINTDATE EDITTIME REVNUM FILESIZE DATABASE LINK INCLUDETEXT INCLUDEPICTURE DDE
    DDEAUTO ADDIN PRIVATE"""
"""Fields whose result is what we take out elsewhere: Word writes the author and the folder onto the page by itself. Of all
others the result is words of the document, and stays."""
_THROUGH = (
    "hyperlink",
    "ins",
    "moveTo",
    "smartTag",
    "customXml",
    "sdt",
    "sdtContent",
    "dir",
    "bdo",
    "ruby",
    "rubyBase",
    "rt",
)
_MISSING = frozenset(("chart", "relIds", "oleObj", "contentPart"))
"""Drawings that we cannot draw: a frame says that something stood there."""


def opened(name: str) -> str:
    return f'<w:{name} xmlns:w="{W}" xmlns:r="{_R}" xmlns:wp="{_WP}" xmlns:a="{A}" xmlns:pic="{PIC}">'


@dataclass(slots=True)
class Document:
    """What all stories of a document share."""

    package: Package
    new: New
    styles: Styles
    numbers: Numbers
    pictures: Pictures
    relations: dict[str, Relation]
    even_pages: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    _noted: dict[str, list[str]] = field(default_factory=lambda: {"footnotes": [], "endnotes": []})

    def note(self, kind: str, key: str) -> int:
        """The number a note has in the new file."""
        known = self._noted[kind]
        if key not in known:
            known.append(key)
        return known.index(key) + 1

    def notes(self, kind: str) -> str:
        """The notes that the words point to; "" for none."""
        source = next((one.target for one in self.relations.values() if one.kind == kind), "")
        if not self._noted[kind] or self.package.read(source) is None:
            return ""
        single, story = kind[:-1], Story(self, source, f"word/{kind}.xml")
        known = {attribute(one, "id"): one for one in below(self.package.parsed(source), single)}
        written = ""
        for number, key in enumerate(self._noted[kind], 1):
            inner = story.blocks(known[key]) if key in known else ""
            written += f'<w:{single} w:id="{number}">{inner or "<w:p/>"}</w:{single}>'
        return f"{opened(kind)}{written}</w:{kind}>"


@dataclass(slots=True)
class _Field:
    """A field under way (17.16): first what it is told, then, behind `separate`, its result."""

    told: str = ""
    is_result: bool = False

    @property
    def name(self) -> str:
        return next(iter(self.told.split()), "").upper()

    @property
    def tells(self) -> bool:
        return self.name in _TELLING.split()


class Story:
    """One part: `source` in the old file, `target` in the new one."""

    def __init__(self, document: Document, source: str, target: str) -> None:
        self._document, self._target = document, target
        self._relations = document.package.relations(source)
        self._fields: list[_Field] = []
        self._after: list[str] = []
        self._paragraph = ""
        self._own: Own = document.styles.own({"numPr": document.numbers.pointer, "sectPr": self._section})

    # Blocks.

    def body(self, element: etree._Element | None) -> str:
        if element is None:
            raise Refused("damaged")
        last = child(element, "sectPr")
        return self.blocks(element) + (self._section(last) if last is not None else "")

    def blocks(self, element: etree._Element) -> str:
        written = []
        for one in element:
            match local(one):
                case "p":
                    written.append(self._whole_paragraph(one))
                case "tbl":
                    written.append(self._table(one))
                case "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo":
                    written.append(self.blocks(one))
                case "AlternateContent":
                    written += [self.blocks(branch) for branch in one if local(branch) == "Choice"][:1]
                case "altChunk":
                    written.append(f"<w:p>{self._frame()}</w:p>")
                case _:
                    pass
        return "".join(written)

    def _whole_paragraph(self, element: etree._Element) -> str:
        properties = child(element, "pPr")
        style = child(properties, "pStyle")
        outer, self._paragraph = self._paragraph, attribute(style, "val") if style is not None else ""
        outside, self._after = self._after, []
        inner = self._inline(element)
        formats = copied(properties, PROPERTIES, self._own, "w:") if properties is not None else ""
        boxes, self._after, self._paragraph = self._after, outside, outer
        if not inner and not boxes and child(properties, "rPr", "del") is not None:
            return ""  # deleted with its end
        return f"<w:p>{formats}{inner}</w:p>{''.join(boxes)}"

    def _table(self, element: etree._Element) -> str:
        parts = {name: child(element, name) for name in ("tblPr", "tblGrid")}
        head = "".join(
            copied(one, PROPERTIES, self._own, "w:") if one is not None else f"<w:{name}/>" for name, one in parts.items()
        )
        rows = "".join(self._row(one) for one in _inside(element, "tr"))
        return f"<w:tbl>{head}{rows}</w:tbl>" if rows else ""

    def _row(self, element: etree._Element) -> str:
        properties = child(element, "trPr")
        if any(child(properties, gone) is not None for gone in ("del", "hidden")):
            return ""
        formats = copied(properties, PROPERTIES, self._own, "w:") if properties is not None else ""
        cells = "".join(self._cell(one) for one in _inside(element, "tc"))
        return f"<w:tr>{formats}{cells}</w:tr>" if cells else ""

    def _cell(self, element: etree._Element) -> str:
        properties = child(element, "tcPr")
        formats = copied(properties, PROPERTIES, self._own, "w:") if properties is not None else ""
        goes_on = (child(properties, kind) for kind in ("vMerge", "hMerge"))  # of a merged cell, only the first is shown
        covered = any(one is not None and attribute(one, "val") != "restart" for one in goes_on)
        inner = "" if covered or child(properties, "cellDel") is not None else self.blocks(element)
        return f"<w:tc>{formats}{inner if inner.endswith('</w:p>') else inner + '<w:p/>'}</w:tc>"

    def _section(self, element: etree._Element) -> str:
        """A page's size, margins, and its headers, if they are shown."""
        first = child(element, "titlePg")
        shown = {
            "default": True,
            "first": first is not None and attribute(first, "val") not in ("0", "false", "off"),
            "even": self._document.even_pages,
        }
        headers = ""
        for one in element:
            kind, when = local(one).removesuffix("Reference"), attribute(one, "type") or "default"
            if kind in ("header", "footer") and shown.get(when) and (part := self._header(kind, attribute(one, "id"))):
                pointer = self._document.new.point(self._target, kind, part)
                headers += f'<w:{kind}Reference w:type="{when}" r:id="{pointer}"/>'
        inner = "".join(copied(one, PROPERTIES, {}, "w:") for one in element)
        return f"<w:sectPr>{headers}{inner}</w:sectPr>"

    def _header(self, kind: str, key: str) -> str:
        """The name of a header or footer in the new file, which is written now if it was not; "" where there is none."""
        document, relation = self._document, self._relations.get(key)
        if relation is None or relation.outside or document.package.read(relation.target) is None:
            return ""
        if relation.target not in document.headers:
            name = f"word/{kind}{len(document.headers) + 1}.xml"
            document.headers[relation.target] = name
            tag = "hdr" if kind == "header" else "ftr"
            inner = Story(document, relation.target, name).blocks(document.package.parsed(relation.target))
            content_type = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"
            document.new.put(name, content_type, f"{opened(tag)}{inner or '<w:p/>'}</w:{tag}>")
        return document.headers[relation.target]

    # Within a paragraph.

    def _inline(self, element: etree._Element) -> str:
        written = []
        for one in element:
            name = local(one)
            if name == "r":
                written.append(self._run(one))
            elif name == "hyperlink":
                written.append(self._link(one))
            elif name == "fldSimple":
                written.append(self._simple_field(one))
            elif name in ("oMath", "oMathPara"):
                written.append(self._text("".join(text.text or "" for text in below(one, "t")), ""))
            elif name == "AlternateContent":
                written += [self._run(inner) for inner in understood(one) if local(inner) == "r"]
            elif name in _THROUGH:
                written.append(self._inline(one))
        return "".join(written)

    def _link(self, element: etree._Element) -> str:
        inner, relation = self._inline(element), self._relations.get(_pointed(element))
        if not inner or relation is None or not relation.outside:
            return inner
        pointer = self._document.new.point(self._target, "hyperlink", relation.target, outside=True)
        return f'<w:hyperlink r:id="{pointer}">{inner}</w:hyperlink>'

    def _simple_field(self, element: etree._Element) -> str:
        told = _Field(attribute(element, "instr"))
        inner = self._inline(element)
        if told.name in _PAGES and inner and not self._is_hidden:
            return f'<w:fldSimple w:instr=" {told.name} ">{inner}</w:fldSimple>'
        return "" if told.tells else inner

    @property
    def _is_hidden(self) -> bool:
        """In what a field is told, or in the result of one that tells."""
        return any(not one.is_result or one.tells for one in self._fields)

    def _run(self, element: etree._Element) -> str:
        properties = child(element, "rPr")
        formats = copied(properties, PROPERTIES, self._own, "w:") if properties is not None else ""
        hides = self._document.styles.hides(properties, self._paragraph)
        written = "".join(self._item(one, hides) for one in element)
        return f"<w:r>{formats}{written}</w:r>" if written else ""

    def _item(self, element: etree._Element, hides: bool) -> str:
        name = local(element)
        if name == "fldChar":
            return self._field(attribute(element, "fldCharType"))
        if name == "instrText" and self._fields:
            self._fields[-1].told += (element.text or "")[:200]
            return ""
        if hides or self._is_hidden:
            return ""
        match name:
            case "t":
                return _text(element.text or "")
            case "tab" | "cr" | "noBreakHyphen" | "separator" | "continuationSeparator" | "footnoteRef" | "endnoteRef":
                return f"<w:{name}/>"
            case "ptab":
                return "<w:tab/>"
            case "br":
                kind = attribute(element, "type")
                return f'<w:br w:type="{kind}"/>' if kind in ("page", "column") else "<w:br/>"
            case "sym":
                return _symbol(element)
            case "footnoteReference" | "endnoteReference":
                number = self._document.note(f"{name.removesuffix('Reference')}s", attribute(element, "id"))
                return f'<w:{name} w:id="{number}"/>'
            case "drawing":
                return self._drawing(element)
            case "pict" | "object":
                return self._older(element)
            case "AlternateContent":
                return "".join(self._item(one, hides) for one in understood(element))
            case "ruby":
                return "".join(_text(one.text or "") for one in below(element, "t"))
            case _:
                return ""

    def _field(self, step: str) -> str:
        """Where a field begins, turns to its result and ends. Nothing is written of it, but for a page's number."""
        if step == "begin":
            self._fields.append(_Field())
        elif self._fields and step == "separate":
            under_way = self._fields[-1]
            under_way.is_result = True
            if under_way.name in _PAGES and not self._is_hidden:
                told = f'<w:instrText xml:space="preserve"> {under_way.name} </w:instrText>'
                return f'<w:fldChar w:fldCharType="begin"/>{told}<w:fldChar w:fldCharType="separate"/>'
        elif self._fields and step == "end":
            ended = self._fields.pop()
            if ended.name in _PAGES and ended.is_result and not self._is_hidden:
                return '<w:fldChar w:fldCharType="end"/>'
        return ""

    def _text(self, text: str, formats: str) -> str:
        return f"<w:r>{formats}{_text(text)}</w:r>" if text and not self._is_hidden else ""

    # Pictures and text boxes.

    def _drawing(self, element: etree._Element) -> str:
        """A text box's words come behind the paragraph in which it is anchored."""
        if is_hidden(element):
            return ""
        self._boxed(element)
        whole, pictures = box(next(below(element, "extent"), None)), list(picture_parts(element))
        written = ""
        for one in pictures:
            fill = next(below(one, "blipFill"), None)
            if fill is None:
                continue
            pointer, picture = self._document.pictures.blip(self._relations, fill, self._target)
            shape = box(child(one, "spPr", "xfrm", "ext")) if len(pictures) > 1 else whole
            written += self._placed(pointer, shape or whole or box_of(picture), turned(one))
        if not pictures and has(element, *_MISSING):
            written += self._frame(whole, in_run=True)
        return written

    def _older(self, element: etree._Element) -> str:
        """VML, and objects of other programs, of which the picture is kept that was shown for them."""
        if any("visibility:hidden" in attribute(one, "style").replace(" ", "") for one in element):
            return ""
        self._boxed(element)
        shown = vml(element)
        if shown is None:
            return self._frame(in_run=True) if has(element, "OLEObject", "control") else ""
        key, crop, shape = shown
        pointer, picture = self._document.pictures.named(self._relations, key, self._target, crop)
        return self._placed(pointer, shape or box_of(picture))

    def _boxed(self, element: etree._Element) -> None:
        """A text box in a text box comes with the outer one."""
        if local(element) == "txbxContent":
            self._after.append(self.blocks(element))
        elif local(element) == "AlternateContent":
            for one in understood(element):
                self._boxed(one)
        else:
            for one in element:
                self._boxed(one)

    def _frame(self, shape: Box | None = None, in_run: bool = False) -> str:
        pointer, picture = self._document.pictures.named({}, "", self._target)
        placed = self._placed(pointer, shape or box_of(picture))
        return placed if in_run else f"<w:r>{placed}</w:r>"

    def _placed(self, pointer: str, shape: Box, turn: str = "") -> str:
        number = self._document.pictures.number()
        named, extent = f'id="{number}" name="P{number}"', f'<wp:extent cx="{shape.width}" cy="{shape.height}"/>'
        picture = f"<pic:nvPicPr><pic:cNvPr {named}/><pic:cNvPicPr/></pic:nvPicPr>{filled(pointer, 'pic', shape, turn)}"
        return (
            f'<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">{extent}<wp:docPr {named}/><a:graphic>'
            f'<a:graphicData uri="{PIC}"><pic:pic>{picture}</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>'
        )


def _inside(element: etree._Element, name: str) -> list[etree._Element]:
    """Rows of a table or cells of a row, also those in a frame of contents."""
    found = []
    for one in element:
        if local(one) == name:
            found.append(one)
        elif local(one) in ("sdt", "sdtContent", "customXml"):
            found += _inside(one, name)
    return found


def _pointed(link: etree._Element) -> str:
    return next((str(value) for key, value in link.attrib.items() if key.endswith("}id")), "")


def _text(text: str) -> str:
    return f'<w:t xml:space="preserve">{quoted(seen(text))}</w:t>' if text else ""


def _symbol(element: etree._Element) -> str:
    letter, name = attribute(element, "char"), font(attribute(element, "font"))
    if not re.fullmatch(r"[0-9A-Fa-f]{4}", letter) or plain(letter) is None or name is None:
        return ""
    return f'<w:sym w:font="{name}" w:char="{letter}"/>'
