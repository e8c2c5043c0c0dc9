"""Pictures and text boxes of Office documents (DrawingML, and VML before 2010): found in the old file, written anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from bot.files.cleaning.letters import seen
from bot.files.cleaning.office.package import New, Package, Relation, attribute, below, has, local, quoted
from bot.files.cleaning.office.values import whole
from bot.files.cleaning.pictures import Crop, Drawing, Picture

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
_MOST = 50_000_000
"""English Metric Units: some 140 cm."""
_POINT = 12_700
_UNITS = {"pt": _POINT, "in": 914_400, "cm": 360_000, "mm": 36_000, "px": 9_525, "": 9_525}


@dataclass(frozen=True, slots=True)
class Box:
    """How large something is shown, in English Metric Units."""

    width: int
    height: int


class Pictures:
    """The pictures of one document, drawn anew as they are met."""

    def __init__(self, package: Package, new: New, folder: str) -> None:
        self._package, self._new, self._folder = package, new, folder
        self._drawing = Drawing()
        self._number = 0

    def number(self) -> int:
        """Of the next thing drawn: every one must have its own."""
        self._number += 1
        return self._number

    def blip(self, relations: dict[str, Relation], fill: etree._Element, target: str) -> tuple[str, Picture]:
        """The picture of a `blipFill`, and the id by which the part `target` points to it."""
        shown = next(below(fill, "blip"), None)
        return self.named(relations, attribute(shown, "embed") if shown is not None else "", target, _crop(fill))

    def named(self, relations: dict[str, Relation], key: str, target: str, crop: Crop = (0, 0, 0, 0)) -> tuple[str, Picture]:
        relation = relations.get(key)
        content = self._package.read(relation.target) if relation and not relation.outside else None
        picture = self._drawing.anew(content, crop)
        name = self._new.put_picture(self._folder, picture.content, picture.extension)
        return self._new.point(target, "image", name), picture


def _crop(fill: etree._Element) -> Crop:
    cut = next(below(fill, "srcRect"), None)
    if cut is None:
        return (0, 0, 0, 0)
    left, top, right, bottom = (_part(attribute(cut, side), 100_000) for side in "ltrb")
    return left, top, right, bottom


def _part(value: str, whole: int) -> float:
    """DrawingML writes thousandths of a percent, or percents with their sign; VML 65,536ths, or parts of one."""
    match = re.fullmatch(r"(-?\d{0,6}(?:\.\d{1,6})?)(%|f)?", value)
    if match is None or match[1] in ("", "-"):
        return 0.0
    return float(match[1]) / {"%": 100, "f": 65_536, None: whole}[match[2]]


def picture_parts(drawing: etree._Element) -> Iterator[etree._Element]:
    """The pictures in a drawing, in their order; none that is not shown."""
    return (one for one in below(drawing, "pic") if not is_hidden(one))


def is_hidden(shape: etree._Element) -> bool:
    return any(attribute(one, "hidden") in ("1", "true") for one in below(shape, "docPr", "cNvPr"))


def box(element: etree._Element | None) -> Box | None:
    """From `cx` and `cy`."""
    width, height = (whole(attribute(element, key), _MOST) if element is not None else None for key in ("cx", "cy"))
    return Box(width, height) if width and height else None


def box_of(picture: Picture) -> Box:
    """96 dots an inch, and no wider than a page."""
    width, height = picture.size
    shrunk = min(1.0, 600 / max(width, 1))
    return Box(int(width * shrunk * 9_525), int(height * shrunk * 9_525))


def turned(shape: etree._Element) -> str:
    """How a picture is turned or mirrored, as attributes of its frame."""
    frame = next(below(shape, "xfrm"), None)
    if frame is None:
        return ""
    said = {key: attribute(frame, key) for key in ("rot", "flipH", "flipV")}
    return "".join(f' {key}="{value}"' for key, value in said.items() if re.fullmatch(r"-?\d{1,8}", value))


def vml(shape: etree._Element) -> tuple[str, Crop, Box | None] | None:
    """The picture of an older shape: by which id, what is cut off, how large."""
    image = next(below(shape, "imagedata"), None)
    if image is None:
        return None
    left, top, right, bottom = (_part(attribute(image, f"crop{side}"), 1) for side in ("left", "top", "right", "bottom"))
    style = next((attribute(one, "style") for one in below(shape, "shape", "rect")), "")
    lengths = {key: _length(style, key) for key in ("width", "height")}
    key = next((value for name, value in image.attrib.items() if name.endswith(("}id", "}relid"))), "")
    known = Box(lengths["width"], lengths["height"]) if all(lengths.values()) else None
    return str(key), (left, top, right, bottom), known


def _length(style: str, key: str) -> int:
    match = re.search(rf"(?:^|;)\s*{key}:\s*(\d{{1,5}}(?:\.\d{{1,4}})?)(pt|in|cm|mm|px|)\s*(?:;|$)", style)
    return min(int(float(match[1]) * _UNITS[match[2]]), _MOST) if match else 0


def filled(pointer: str, prefix: str, shape: Box, turn: str = "") -> str:
    """What a picture is filled with, and its frame."""
    return (
        f'<{prefix}:blipFill><a:blip r:embed="{pointer}"/><a:stretch><a:fillRect/></a:stretch></{prefix}:blipFill>'
        f'<{prefix}:spPr><a:xfrm{turn}><a:off x="0" y="0"/><a:ext cx="{shape.width}" cy="{shape.height}"/></a:xfrm>'
        f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></{prefix}:spPr>'
    )


def paragraphs(body: etree._Element | None) -> list[str]:
    """The words of a text box of DrawingML."""
    if body is None:
        return []
    return [seen("".join(one.text or "" for one in below(line, "t"))) for line in below(body, "p")]


def text_body(lines: list[str], prefix: str) -> str:
    words = "".join(f"<a:p><a:r><a:t>{quoted(line)}</a:t></a:r></a:p>" for line in lines)
    return f"<{prefix}:txBody><a:bodyPr/>{words}</{prefix}:txBody>"


def understood(choice: etree._Element) -> list[etree._Element]:
    """Of alternatives, the children of the first that shows something (ECMA-376 part 3)."""
    branches = [one for one in choice if local(one) in ("Choice", "Fallback")]
    telling = (one for one in branches if has(one, "blip", "imagedata", "t", "chart"))
    first = next(telling, None)
    return list(first) if first is not None else []
