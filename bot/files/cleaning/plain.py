"""Plain text: words and nothing else. What a browser or an office program might take for a page or a program is not."""

from __future__ import annotations

import codecs
import re

from bot.files.cleaning import Refused

_MARKUP = re.compile(
    r"\s*(<!|<\?|<(html|head|body|script|svg|iframe|meta|style|object|embed)\b|\{\\rtf|#!|MZ)", re.IGNORECASE
)


def is_one(content: bytes) -> bool:
    try:
        text = _decoded(content)
    except Refused:
        return False
    return bool(text.strip()) and not _MARKUP.match(text) and "<script" not in text.lower()


def clean(content: bytes) -> bytes:
    """UTF-8 without a mark at its beginning."""
    return _decoded(content).encode()


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except ValueError:
        raise Refused("unknown") from None
    if any(ord(letter) < 32 and letter not in "\t\n\r\f" for letter in text):
        raise Refused("unknown")
    return text
