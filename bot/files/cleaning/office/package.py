"""The package an Office document is: a zip of parts that point to one another (ECMA-376 part 2). Reading one, and writing
one."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import etree

from bot.files.cleaning import Refused

MOST_PARTS = 2000
MOST_BYTES = 100 * 2**20
"""Of everything unpacked. The packed file has 20 MB at most; a bomb unpacks to thousands of times that."""
MOST_XML = 32 * 2**20
"""Of one part of XML: as a tree it takes ten times that."""
MOST_TAGS = 1_000_000
"""In one part: each costs some microseconds of Python. A sheet of a thousand rows and 50 columns has 200,000."""

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True, slots=True)
class Relation:
    """`kind` is the last word of its type, which is the same in both editions of the standard; `target` a part's name, or an
    address outside."""

    kind: str
    target: str
    outside: bool


class Package:
    """The old file. A part is unpacked when it is asked for, and what nobody asks for never is."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        entries = [entry for entry in file.infolist() if not entry.is_dir()]
        self._file = file
        self._entries = {entry.filename.lower(): entry for entry in entries}  # names of parts know no case
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused("locked")
        if len(entries) > MOST_PARTS:
            raise Refused("damaged")
        if sum(entry.file_size for entry in entries) > MOST_BYTES:
            raise Refused("large")
        if any(name.endswith("vbaproject.bin") or "macrosheets/" in name or "/activex/" in name for name in self._entries):
            raise Refused("macros")
        self.is_word = False

    def main(self) -> str:
        """The part that is the document: of Word (`is_word`) or of Excel."""
        if "[content_types].xml" not in self._entries:
            raise Refused("unknown")
        if b"macroEnabled" in (self.read("[content_types].xml") or b""):
            raise Refused("macros")
        found = [relation.target for relation in self.relations("").values() if relation.kind == "officeDocument"]
        if len(found) != 1:
            raise Refused("damaged" if found else "unknown")
        root = local(self.parsed(found[0]))
        if root not in ("document", "workbook"):
            raise Refused("unknown")
        self.is_word = root == "document"
        return found[0]

    def read(self, name: str) -> bytes | None:
        """A part, unpacked no further than it says it is long (zipfile holds it to that); None where there is none."""
        entry = self._entries.get(name.lower())
        return self._file.read(entry) if entry else None

    def parsed(self, name: str) -> etree._Element:
        """A part of XML as a tree, without comments and entities."""
        part = self.read(name)
        if part is None:
            raise Refused("damaged")
        return parsed(part)

    def relations(self, name: str) -> dict[str, Relation]:
        """What a part points to, by id; the package itself is "". Of addresses outside only those that somebody may tap."""
        folder, base = posixpath.split(name)
        part = self.read(posixpath.join(folder, "_rels", f"{base}.rels"))
        found: dict[str, Relation] = {}
        for one in parsed(part) if part else ():
            kind = str(one.get("Type", "")).rpartition("/")[2]
            target = str(one.get("Target", ""))
            outside = str(one.get("TargetMode", "")).lower() == "external"
            if not outside:
                target = unquote(target).partition("#")[0]
                target = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
            elif kind != "hyperlink" or not may_be_tapped(target):
                continue
            found[str(one.get("Id", ""))] = Relation(kind, target, outside)
        return found


def parsed(part: bytes) -> etree._Element:
    check(part)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        root = etree.fromstring(part, parser)
    except etree.XMLSyntaxError:
        raise Refused("damaged") from None
    if root.getroottree().docinfo.doctype:
        raise Refused("damaged")
    return root


def check(part: bytes) -> None:
    """Counts before anything is built: the parser is quick, what walks over a million tags afterwards is not."""
    if len(part) > MOST_XML or part.count(b"<") > MOST_TAGS or part.count(b"=") > 2 * MOST_TAGS:
        raise Refused("large")


def local(element: etree._Element) -> str:
    """The name without its namespace; "" for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """The value of an attribute, whatever edition of the standard its namespace is from; "" where there is none."""
    value = element.get(name)
    if value is None:
        value = next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
    return str(value)


def below(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    return (one for one in element.iter() if local(one) in names)


def has(element: etree._Element, *names: str) -> bool:
    return next(below(element, *names), None) is not None


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first element along a path of names."""
    for name in path:
        if element is None:
            return None
        element = next((one for one in element if local(one) == name), None)
    return element


_ADDRESS = re.compile(r"[\x21-\x7e]{1,2000}")


def may_be_tapped(address: str) -> bool:
    """Pages and mail addresses; no folder of somebody's machine, and no name and password in front of a host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if not _ADDRESS.fullmatch(address):
        return False
    if parts.scheme.lower() == "mailto":
        return bool(re.fullmatch(r"[\w.+-]+@[\w.-]+", parts.path)) and not parts.query
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


class New:
    """The package that is written. Every part and every id has a name of ours."""

    def __init__(self) -> None:
        self._parts: dict[str, bytes] = {}
        self._types: dict[str, str] = {}
        self._relations: dict[str, list[tuple[str, str, bool]]] = {}

    def put(self, name: str, content_type: str, content: str | bytes) -> str:
        self._parts[name] = (_HEAD + content).encode() if isinstance(content, str) else content
        self._types[name] = content_type
        return name

    def put_picture(self, folder: str, content: bytes, extension: str) -> str:
        """Returns its name; the same picture is kept once."""
        for name, part in self._parts.items():
            if part == content:
                return name
        number = 1 + sum(name.startswith(f"{folder}/media/") for name in self._parts)
        return self.put(f"{folder}/media/image{number}.{extension}", f"image/{extension}", content)

    def point(self, source: str, kind: str, target: str, outside: bool = False) -> str:
        """Has a part point to another, or to an address; returns the id."""
        known = self._relations.setdefault(source, [])
        if (kind, target, outside) not in known:
            known.append((kind, target, outside))
        return f"rId{known.index((kind, target, outside)) + 1}"

    def packed(self) -> bytes:
        """The same for the same parts: no time, no system, no order but ours."""
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
            types = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in self._types.items())
            rels = "application/vnd.openxmlformats-package.relationships+xml"
            types = f'<Default Extension="rels" ContentType="{rels}"/>{types}'
            _add(file, "[Content_Types].xml", f'{_HEAD}<Types xmlns="{_TYPES}">{types}</Types>'.encode())
            for source in self._relations:
                folder, base = posixpath.split(source)
                _add(file, posixpath.join(folder, "_rels", f"{base}.rels"), self._pointers(source).encode())
            for name, content in self._parts.items():
                _add(file, name, content)
        return written.getvalue()

    def _pointers(self, source: str) -> str:
        lines = []
        for number, (kind, target, outside) in enumerate(self._relations[source], 1):
            where = f'Target="{quoted(target)}" TargetMode="External"' if outside else f'Target="/{target}"'
            lines.append(f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" {where}/>')
        return f'{_HEAD}<Relationships xmlns="{_RELATIONS}">{"".join(lines)}</Relationships>'


def _add(file: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name)  # of 1980, zip's beginning: a date of its own would be the author's
    entry.create_system = 0
    file.writestr(entry, content, zipfile.ZIP_DEFLATED)


def quoted(text: str) -> str:
    """As XML writes text and values."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
