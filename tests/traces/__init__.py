"""Crafted files: each holds a trace of the person who made it, somewhere where files of its kind keep such things, and words
or a picture that must still be seen when it was made anew."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from models.messages.message import FileKind

TRACE = "BINHCANARY"
SEEN = "Lương tháng 5 thiếu 2 giờ"
"""What every document shows."""
RED, BLUE = (200, 30, 30), (20, 30, 200)


class Trace(NamedTuple):
    name: str
    kind: FileKind
    content: bytes


def holds(content: bytes, trace: str = TRACE) -> bool:
    """Whether anybody could find the trace in this file, however it is packed."""
    forms = (trace.encode(), trace.encode("utf-16-le"), trace.encode("utf-16-be"), trace.encode().hex().encode())
    return any(form in layer for layer in layers(content) for form in forms)


def layers(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """The bytes, and what they unpack to."""
    yield content
    if depth > 3:
        return
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            for entry in parts.infolist():
                yield entry.filename.encode() + entry.comment + entry.extra
                yield from layers(parts.read(entry), depth + 1)
    for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", content):
        try:
            yield zlib.decompressobj().decompress(content[match.start() :], 10**6)
        except zlib.error:
            continue


def every() -> list[Trace]:
    from tests.traces import pdfs, pictures, sheets, voices, words

    return [*pictures.traces(), *words.traces(), *sheets.traces(), *pdfs.traces(), *voices.traces()]
