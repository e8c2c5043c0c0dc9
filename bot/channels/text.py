"""A message made to fit a line: long text in parts, options as a numbered list where the line has no buttons for them."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from bot.channels.base import Capabilities
from models.message import Outgoing


def units(text: str) -> int:
    """Length as the services count it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def fit(message: Outgoing, capabilities: Capabilities) -> list[Outgoing]:
    """The parts in which this message goes out, in order; the options are under the last one."""
    text = unicodedata.normalize("NFC", message.text)
    options = message.options
    as_buttons = len(options) <= capabilities.buttons and all(
        len(option.label) <= capabilities.button_title for option in options
    )
    if options and not as_buttons:
        text += "\n\n" + "\n".join(f"{number}. {option.label}" for number, option in enumerate(options, 1))
        options = ()
    pieces = split(text, capabilities.text)
    return [
        *(replace(message, text=piece, options=(), commands="") for piece in pieces[:-1]),
        replace(message, text=pieces[-1], options=options),
    ]


def split(text: str, limit: int) -> list[str]:
    """Cuts at the last paragraph, line or word border that fits; a longer word is cut where it must be."""
    pieces = []
    while units(text) > limit:
        end = _fitting(text, limit)
        for border in ("\n\n", "\n", " "):
            at = text.rfind(border, end // 2, end)
            if at > 0:
                end = at
                break
        if piece := text[:end].rstrip():  # a service refuses a part of nothing but white space
            pieces.append(piece)
        text = text[end:].lstrip()
    return [*pieces, text] if text or not pieces else pieces


def _fitting(text: str, limit: int) -> int:
    """How many characters of `text` fit into `limit` units, never half of a pair."""
    end = min(len(text), limit)
    while units(text[:end]) > limit:
        end -= max(1, (units(text[:end]) - limit) // 2)
    return end
