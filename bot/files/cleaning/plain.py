"""Plain text: words and nothing else. What a browser or an office program might take for a page or a program is not.

UTF-8, or UTF-16 that says so; in other encodings (TCVN3, VNI, Windows-1258) a guess could change the words, so these are
refused. What comes out is UTF-8 without a mark at its beginning, with one kind of line end and no space behind a line: how a
text ends its lines tells the system it was written on.
"""

from __future__ import annotations

import codecs
import re

from bot.files.cleaning import Refused
from bot.files.cleaning.letters import seen

_MARKUP = re.compile(
    r"\s*(<!|<\?|<(html|head|body|script|svg|iframe|meta|style|object|embed)\b|\{\\rtf|#!|MZ)", re.IGNORECASE
)

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


def is_one(content: bytes) -> bool:
    try:
        text = _decoded(content)
    except Refused:
        return False
    return bool(text.strip()) and not _MARKUP.match(text) and "<script" not in text.lower()


def clean(content: bytes) -> bytes:
    return "\n".join(line.rstrip() for line in _decoded(content).split("\n")).encode()


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except ValueError:
        raise Refused("unknown") from None
    if _CONTROL.search(text):
        raise Refused("unknown")
    return seen(text)
