"""A Word document, written anew: its words, its tables, how they look, and its pictures."""

from __future__ import annotations

from lxml import etree

from bot.files.cleaning.office.drawing import Pictures
from bot.files.cleaning.office.package import New, Package, attribute, child, local
from bot.files.cleaning.office.story import Document, Story, opened
from bot.files.cleaning.office.styles import Fonts, Numbers, Styles, W

_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"


def written(package: Package, main: str) -> bytes:
    relations = package.relations(main)

    def part(kind: str) -> etree._Element | None:
        name = next((one.target for one in relations.values() if one.kind == kind and not one.outside), None)
        return package.parsed(name) if name is not None and package.read(name) is not None else None

    new = New()
    styles = Styles(part("styles"), Fonts(part("theme")))
    numbers = Numbers(part("numbering"), styles)
    settings = part("settings")
    new.point("", "officeDocument", "word/document.xml")
    document = Document(package, new, styles, numbers, Pictures(package, new, "word"), relations)
    document.even_pages = _is_on(settings, "evenAndOddHeaders")
    body = Story(document, main, "word/document.xml").body(child(package.parsed(main), "body"))
    new.put("word/document.xml", _TYPE.format("document.main"), f"{opened('document')}<w:body>{body}</w:body></w:document>")
    for kind in ("footnotes", "endnotes"):
        if notes := document.notes(kind):
            new.put(f"word/{kind}.xml", _TYPE.format(kind), notes)
            new.point("word/document.xml", kind, f"word/{kind}.xml")
    # Formats last: now it is known which are used, and numbered lists after them, since styles use lists as well.
    new.put("word/styles.xml", _TYPE.format("styles"), styles.written())
    new.point("word/document.xml", "styles", "word/styles.xml")
    if numbers:
        new.put("word/numbering.xml", _TYPE.format("numbering"), numbers.written())
        new.point("word/document.xml", "numbering", "word/numbering.xml")
    new.put("word/settings.xml", _TYPE.format("settings"), _settings(document.even_pages))
    new.point("word/document.xml", "settings", "word/settings.xml")
    return new.packed()


def _settings(even_pages: bool) -> str:
    """Nothing of the old ones but whether even pages have headers of their own; and that this is no document of 2003."""
    uri = "http://schemas.microsoft.com/office/word"
    compat = f'<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="{uri}" w:val="15"/></w:compat>'
    return f'<w:settings xmlns:w="{W}">{"<w:evenAndOddHeaders/>" if even_pages else ""}{compat}</w:settings>'


def _is_on(root: etree._Element | None, name: str) -> bool:
    switch = next((one for one in root if local(one) == name), None) if root is not None else None
    return switch is not None and attribute(switch, "val") not in ("0", "false", "off")
