"""What a file says besides what it shows is taken out of it: where a photo was taken and with which phone, who wrote a
document on whose computer. What could run on an officer's machine is refused or taken out too.

A file is what its content says, never its name. `clean` is a pure function on bytes; what people send is run through it in
a process of its own (apart.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.messages.message import FileKind

Why = Literal["not_a_photo", "not_a_voice", "unknown", "macros", "locked", "damaged", "large"]
"""Why a file is not kept. `large`: too large, or would be once unpacked; `locked`: it needs a password to be read."""


class Refused(Exception):
    """This file is not kept."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


@dataclass(frozen=True, slots=True)
class Clean:
    """A file that may be kept and shown, and what it is."""

    content: bytes
    kind: FileKind
    mime: str


def clean(content: bytes, kind: FileKind) -> Clean:
    """The file without what must not travel. `kind` is what the app called it: a photo that is none is refused, while a
    photo sent as a document is treated as the photo it is. Raises `Refused`; whatever else is raised means `damaged`."""
    from bot.files.cleaning import office, pdf, photo, plain, voice

    if photo.is_one(content):
        return Clean(photo.clean(content), "photo", "image/jpeg")
    if kind == "photo":
        raise Refused("not_a_photo")
    if (sound := voice.mime(content)) is not None:
        return Clean(voice.clean(content, sound), "voice", sound)
    if kind == "voice":
        raise Refused("not_a_voice")
    if pdf.is_one(content):
        return Clean(pdf.clean(content), "document", "application/pdf")
    if office.is_one(content):
        cleaned, mime = office.clean(content)
        return Clean(cleaned, "document", mime)
    if plain.is_one(content):
        return Clean(plain.clean(content), "document", "text/plain")
    raise Refused("unknown")
