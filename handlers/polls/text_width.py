"""How much room words take in a picture, and where a line ends: reckoned, so that no font need be opened to lay one out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_HORN = "\u031b"
"""Of ơ and ư: the one mark that makes a letter wider."""

# How wide letters are, in thousandths of their size, of the bold cut rounded up; other marks add nothing.
_WIDTHS = {
    letter: width
    for width, letters in {
        300: " 'I`il", 350: "!,.:;j·", 400: '"', 450: "1frt|", 500: "()J{}~", 550: "*/[\\]sz", 600: "7<>knuvy",
        650: "$-?EFL^cehx", 700: "+0235689PSTZabdgopqđ", 750: "4BHKNRUVYĐ–«»_", 800: "&=ACDGX", 850: "#OQ",
        900: "%Mmw…", 1050: "@", 1100: "W",
    }.items()
    for letter in letters
} | {_HORN: 60}  # fmt: skip
_WIDEST = 1100


def drawable(text: str) -> str:
    """Without what the font has no letter for, as emoji: an empty box says less than nothing."""
    kept = [
        c
        for c in unicodedata.normalize("NFC", text)
        if unicodedata.category(c) not in ("So", "Sk", "Cf", "Co", "Cn") and not "\ufe00" <= c <= "\ufe0f"
    ]
    return " ".join(word for word in "".join(kept).split(" ") if word)


def width(text: str, size: float) -> float:
    """About how wide a text is drawn, rather more than less."""
    plain = (c for c in unicodedata.normalize("NFD", text) if c == _HORN or not unicodedata.combining(c))
    return size * sum(_WIDTHS.get(c, 300 if c.isspace() else _WIDEST) for c in plain) / 1000


def wrapped(text: str, size: float, room: float) -> list[str]:
    """Lines that fit. A word longer than a line is broken where it must be."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph, size, room):
            longer = f"{line} {piece}" if line else piece
            if line and width(longer, size) > room:
                lines.append(line)
                line = piece
            else:
                line = longer
        lines.append(line)
    return lines


def _pieces(paragraph: str, size: float, room: float) -> Iterator[str]:
    for word in paragraph.split(" "):
        begin = 0
        for end in range(1, len(word) + 1):
            if end - begin > 1 and width(word[begin:end], size) > room:
                yield word[begin : end - 1]
                begin = end - 1
        yield word[begin:]
