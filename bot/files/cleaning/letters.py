"""Letters that are seen. Between them a text can carry others that are not: marks of width nothing, tags, changes of
direction, twenty kinds of space. Programs that want to know who passed a text on hide a number in these."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800\ufffc")
"""Of the classes that are mostly seen: joiners, fillers, an empty braille cell."""


class _Shapes(dict[int, str]):
    """What is written for each letter; reckoned when it is first met, since a text of 20 MB has few different ones."""

    def __missing__(self, code: int) -> str:
        self[code] = shape = _shape(chr(code))
        return shape


def seen(text: str) -> str:
    """The text as it looks: composed, one kind of space, without what has no shape. Line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", text).translate(_SHAPES)


def _shape(letter: str) -> str:
    if letter in "\n\t":
        return letter
    kind = unicodedata.category(letter)
    if kind in ("Zs", "Zl", "Zp"):
        return " " if kind == "Zs" else "\n"
    if kind in ("Cc", "Cf", "Cn", "Cs") or letter in _UNSEEN or _varies(letter):
        return ""
    return letter


def _varies(letter: str) -> bool:
    """Variation selectors: 272 of them, of which Vietnamese needs none."""
    return "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef" or "\u180b" <= letter <= "\u180f"


_SHAPES = _Shapes()
