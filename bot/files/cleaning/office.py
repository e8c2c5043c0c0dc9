"""Word and Excel files (Office Open XML, ECMA-376): who wrote them, on which machine and with which template is taken out.

They are zip files of XML. Parts are copied one by one into a new zip; of the XML only what names somebody is changed, by
pattern and not by parsing, because a parser is one more thing that hostile XML can hurt. Macros are refused: a file that
wants to run on an officer's computer is no evidence.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from bot.files.cleaning import Refused
from bot.files.cleaning.pictures import bare

_MOST_PARTS = 2000
_MOST_BYTES = 100 * 2**20
"""Of everything unpacked. The packed file has 20 MB at most; a bomb unpacks to thousands of times that."""
_DEEPEST = 2
"""Documents within documents: the table behind a chart."""

_TYPES = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_EMPTY = {
    "docProps/core.xml": '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    'core-properties"/>',
    "docProps/app.xml": '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
}
_DROPPED = re.compile(r"docProps/thumbnail\.|xl/printerSettings/|word/printerSettings|xl/revisions/")
"""Parts that tell of the author's machine, and the relationships to them."""

_BLANKED = re.compile(rb"""(\s(?:[\w.-]+:)?(?:author|initials|userId|userName|displayName|lastEdited))=("[^"]*"|'[^']*')""")
"""Who commented, who changed what: `w:author`, `w15:userId`, the people of threaded comments."""
_REMOVED = re.compile(
    rb"""\s(?:w|w16du):date(?:Utc)?="[^"]*"|<(\w+:)?absPath\b[^>]*?/>|<w:attachedTemplate\b[^>]*?/>|<fileSharing\b[^>]*?/>"""
)
"""When, from which folder of whose computer, under which template."""
_AUTHORS = re.compile(rb"(<(?:\w+:)?author>)[^<]*(</)")
_PAGE_SETUP = re.compile(rb"""(<pageSetup\b[^>]*?)\sr:id="[^"]*\"""")
_RELATIONSHIP = re.compile(rb"<Relationship\b[^>]*?/>")
_LINK = re.compile(rb"""Type=["'][^"']*/hyperlink["']""")
_TARGET = re.compile(rb"""Target=("[^"]*"|'[^']*')""")
_OVERRIDE = re.compile(rb"<Override\b[^>]*?/>")


def is_one(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def clean(content: bytes, depth: int = 0) -> tuple[bytes, str]:
    """The file anew, and what it is."""
    if depth > _DEEPEST:
        raise Refused("large")
    written = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
            entries = [entry for entry in old.infolist() if not entry.is_dir()]
            names = {entry.filename for entry in entries}
            mime = next((mime for name, mime in _TYPES.items() if name in names), None)
            if mime is None or "[Content_Types].xml" not in names:
                raise Refused("unknown")
            if len(entries) > _MOST_PARTS or len(names) < len(entries):
                raise Refused("damaged")
            left = _MOST_BYTES
            for entry in entries:
                part = _read(old, entry, left)
                left -= len(part)
                if (kept := _part(entry.filename, part, depth)) is not None:
                    # A date of its own would be the author's; 1980 is zip's beginning.
                    new.writestr(zipfile.ZipInfo(entry.filename), kept, zipfile.ZIP_DEFLATED)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError):
        raise Refused("damaged") from None
    return written.getvalue(), mime


def _read(old: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """One part, unpacked no further than allowed: what the file says about its own size need not be true."""
    if entry.flag_bits & 1:
        raise Refused("locked")
    if entry.file_size > left:
        raise Refused("large")
    with old.open(entry) as packed:
        part = packed.read(left + 1)
    if len(part) > left:
        raise Refused("large")
    return part


def _part(name: str, part: bytes, depth: int) -> bytes | None:
    """What is kept of one part; None for nothing."""
    low = name.lower()
    if low.endswith("vbaproject.bin") or "macrosheets/" in low or "activex" in low:
        raise Refused("macros")
    # Names of parts know no case, and libraries other than Office keep the author in a part of their own name.
    known = "docProps/core.xml" if low.endswith(".psmdcp") else next((one for one in _EMPTY if one.lower() == low), None)
    if known is not None:
        return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{_EMPTY[known]}'.encode()
    if _DROPPED.search(name) and not name.endswith(".rels"):
        return None
    if "/embeddings/" in low:
        return _embedded(low, part, depth)
    if low.startswith("customxml/item") and "props" not in low and low.endswith(".xml"):
        return b'<?xml version="1.0" encoding="UTF-8"?>\n<x/>'  # a document library's notes: who, when, which folder
    if low.endswith((".xml", ".rels", ".vml")):
        return _xml(low, part)
    return bare(part)


def _embedded(name: str, part: bytes, depth: int) -> bytes:
    if name.endswith((".docx", ".xlsx")):
        return clean(part, depth + 1)[0]
    raise Refused("macros")  # a program's own object: nobody can say what it does or names


def _xml(name: str, part: bytes) -> bytes:
    head = part[:200].lower()
    declared = re.search(rb"encoding=[\"']([\w-]+)", head)
    foreign = declared is not None and declared[1] not in (b"utf-8", b"us-ascii")
    if foreign or part.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head:
        raise Refused("damaged")  # Office writes UTF-8; in anything else the patterns below would find nothing
    if b"<!DOCTYPE" in part:
        raise Refused("damaged")
    if name == "[content_types].xml":
        if b"macroEnabled" in part:
            raise Refused("macros")
        return _OVERRIDE.sub(lambda match: b"" if _DROPPED.search(match[0].decode("utf-8", "replace")) else match[0], part)
    if name.endswith(".rels"):
        return _RELATIONSHIP.sub(lambda match: _relationship(match[0]), part)
    part = _BLANKED.sub(rb'\1=""', part)
    part = _AUTHORS.sub(rb"\1\2", part)
    part = _PAGE_SETUP.sub(rb"\1", part)
    return _REMOVED.sub(b"", part)


def _relationship(written: bytes) -> bytes:
    """Links that somebody may tap stay; what is loaded by itself from elsewhere (templates, pictures) tells the other side
    who opened the document, and points into the author's folders."""
    if _DROPPED.search(written.decode("utf-8", "replace")) or b"/printerSettings" in written or b"/thumbnail" in written:
        return b""
    if b'TargetMode="External"' in written and not _LINK.search(written):
        return _TARGET.sub(b'Target="about:blank"', written)
    return written
