"""What is pinned onto a sheet of Excel: pictures, drawn anew, and text boxes, as their words. Everything else leaves a
frame."""

from __future__ import annotations

from lxml import etree

from bot.files.cleaning.office.drawing import (
    A,
    Box,
    Pictures,
    box,
    filled,
    is_hidden,
    paragraphs,
    text_body,
    turned,
    understood,
)
from bot.files.cleaning.office.package import Package, Relation, below, child, local
from bot.files.cleaning.office.values import whole

_XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SOMEWHERE = Box(2_880_000, 1_620_000)


def pinned(package: Package, source: str, target: str, pictures: Pictures) -> str:
    """The part with all that is pinned to a sheet; "" for nothing."""
    relations = package.relations(source)
    written = "".join(_anchored(one, relations, target, pictures) for one in package.parsed(source))
    return f'<xdr:wsDr xmlns:xdr="{_XDR}" xmlns:a="{A}" xmlns:r="{_R}">{written}</xdr:wsDr>' if written else ""


def _anchored(anchor: etree._Element, relations: dict[str, Relation], target: str, pictures: Pictures) -> str:
    """Everything at one place of the sheet, each at that place: of a group, how its parts lie to each other is lost."""
    if local(anchor) == "AlternateContent":
        return "".join(_anchored(one, relations, target, pictures) for one in understood(anchor))
    place = _place(anchor)
    if not place:
        return ""
    shapes = [_shape(one, relations, target, pictures) for one in below(anchor, "pic", "sp", "graphicFrame", "contentPart")]
    name = "oneCellAnchor" if child(anchor, "to") is None else "twoCellAnchor"
    return "".join(f"<xdr:{name}>{place}{shape}<xdr:clientData/></xdr:{name}>" for shape in shapes if shape)


def _place(anchor: etree._Element) -> str:
    corners = {name: child(anchor, name) for name in ("from", "to")}
    if corners["from"] is None:
        return ""
    written = ""
    for name, corner in corners.items():
        if corner is None:
            shape = box(child(anchor, "ext")) or _SOMEWHERE
            return f'{written}<xdr:ext cx="{shape.width}" cy="{shape.height}"/>'
        inner = ""
        for key in ("col", "colOff", "row", "rowOff"):
            at = child(corner, key)
            inner += f"<xdr:{key}>{(whole(at.text or '') if at is not None else None) or 0}</xdr:{key}>"
        written += f"<xdr:{name}>{inner}</xdr:{name}>"
    return written


def _shape(element: etree._Element, relations: dict[str, Relation], target: str, pictures: Pictures) -> str:
    if is_hidden(element):
        return ""
    kind, number = local(element), pictures.number()
    named = f'<xdr:cNvPr id="{number}" name="P{number}"/>'
    if kind == "sp":
        lines = paragraphs(child(element, "txBody"))
        if not any(lines):
            return ""
        frame = f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="{_SOMEWHERE.width}" cy="{_SOMEWHERE.height}"/></a:xfrm>'
        return (
            f'<xdr:sp macro="" textlink=""><xdr:nvSpPr>{named}<xdr:cNvSpPr txBox="1"/></xdr:nvSpPr><xdr:spPr>{frame}'
            f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr>{text_body(lines, "xdr")}</xdr:sp>'
        )
    fill = next(below(element, "blipFill"), None) if kind == "pic" else None
    if fill is not None:
        pointer, _ = pictures.blip(relations, fill, target)
    else:
        pointer, _ = pictures.named({}, "", target)
    shape = box(child(element, "spPr", "xfrm", "ext")) or _SOMEWHERE
    turn = turned(element) if kind == "pic" else ""
    return f"<xdr:pic><xdr:nvPicPr>{named}<xdr:cNvPicPr/></xdr:nvPicPr>{filled(pointer, 'xdr', shape, turn)}</xdr:pic>"
