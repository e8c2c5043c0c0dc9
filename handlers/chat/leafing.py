"""A long text by leaves: each as much as a phone shows with its buttons, none torn in the middle of a part where that can be
helped. Turned like the pages of a list (handlers.chat.paging)."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat.paging import Page

LINES = 8
"""Of a leaf: ten fit, and a heading stands above it."""
WIDTH = 44
"""Letters of a line on a phone of 390 pixels."""


def height(text: str) -> int:
    """How many lines a phone makes of it."""
    return sum(max(1, -(-len(line) // WIDTH)) for line in text.splitlines())


def leaves(parts: Sequence[str]) -> list[str]:
    """The parts in order, as many on a leaf as there is room for."""
    found: list[list[str]] = [[]]
    for piece in (piece for part in parts for piece in _pieces(part)):
        if found[-1] and height("\n".join(found[-1])) + height(piece) > LINES:
            found.append([])
        found[-1].append(piece)
    return ["\n".join(leaf) for leaf in found]


def _pieces(part: str) -> list[str]:
    """The part itself, or its lines where it alone is more than a leaf."""
    return [part] if height(part) <= LINES else part.splitlines()


def leaf(parts: Sequence[str], number: int) -> Page[str]:
    """The leaf with this number, or the nearest there is."""
    found = leaves(parts)
    number = min(max(1, number), len(found))
    return Page([found[number - 1]], number, len(found), len(found))
