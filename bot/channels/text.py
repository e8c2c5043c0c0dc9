"""A message made to fit a line: long text in parts, options as a numbered list where the line has no buttons for them, and
attachments that follow the words in parts of their own."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from bot.channels.base import Capabilities
from models.messages.message import Outgoing


def units(text: str) -> int:
    """Length as the services count it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def is_numbered(message: Outgoing, capabilities: Capabilities) -> bool:
    """Whether this message's options go out as a numbered list, because the line cannot show them all as buttons."""
    return len(message.options) > capabilities.buttons or any(
        len(option.label) > capabilities.button_title for option in message.options
    )


def fit(message: Outgoing, capabilities: Capabilities, by_number: str = "") -> list[Outgoing]:
    """The parts in which this message goes out, in order: words first, with the options under the last of them, then one
    attachment each, without words, where the line can upload. Only words in one part, with nothing attached to them, can
    take the place of a message that was sent.

    `by_number` is said under a numbered list, in the reader's language: how to choose from it."""
    pieces = split(unicodedata.normalize("NFC", message.text), capabilities.text)
    options = message.options
    if is_numbered(message, capabilities):
        listed = "\n".join(f"{number}. {' '.join(option.label.split())}" for number, option in enumerate(options, 1))
        whole = "\n\n".join(part for part in (pieces[-1], listed, by_number) if part)
        if units(whole) > capabilities.text:  # a list is not torn apart where it fits into a message of its own
            pieces += split("\n\n".join(part for part in (listed, by_number) if part), capabilities.text)
        else:
            pieces[-1] = whole
        options = ()
    in_place = capabilities.edits and len(pieces) == 1 and message.media is None
    plain = replace(message, options=(), commands="", media=None, also=(), edits="")
    parts = [
        *(replace(plain, text=piece) for piece in pieces[:-1]),
        replace(message, text=pieces[-1], options=options, also=(), edits=message.edits if in_place else ""),
        *(replace(plain, text="", media=one) for one in message.also if capabilities.uploads),
    ]
    # A line that knows repeats by their ids would take the second part for the first one again.
    return [replace(part, id=f"{part.id}.{number}" if number else part.id) for number, part in enumerate(parts)]


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
