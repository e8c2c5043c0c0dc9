"""What people send is not passed on: a new file is made, and of the old one only what is on a list goes into it.

A photo is drawn anew; a PDF's pages are drawn; of Word and Excel files words, tables and formats are written anew and their
pictures drawn; a voice's packets go into a new container; a text keeps its letters. So nothing that a file says besides
what it shows comes along, wherever it stood: where a photo was taken and with which phone, who wrote a document on whose
computer. What cannot be kept so is refused, with a reason that tells what to do instead.

A file is what its content says, never its name. `clean` is a pure function on bytes; what people send is run through it in
a process of its own (apart.py), behind walls (walls.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.messages.message import FileKind

Why = Literal[
    "not_a_photo", "not_a_voice", "unknown", "macros", "locked", "damaged", "large", "long", "old", "foreign", "many"
]
"""Why a file is not kept. `large`: too large, or would be once unpacked; `long`: too many pages; `locked`: it needs a
password to be read; `old`: of Word or Excel before 2007; `foreign`: a picture that only some phones can open (HEIC);
`many`: its sender has too many here already (bot/files/queue.py says so)."""


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
    """The file anew. `kind` is what the app called it: a photo that is none is refused, while a photo sent as a document is
    treated as the photo it is. Raises `Refused`; whatever else is raised means `damaged`."""
    from bot.files.cleaning import photo  # decoders are loaded in the process that cleans, and not in the service

    if photo.is_one(content):
        return Clean(photo.clean(content), "photo", "image/jpeg")
    if photo.is_foreign(content):
        raise Refused("foreign")
    if kind == "photo":
        raise Refused("not_a_photo")
    from bot.files.cleaning import sound

    try:
        voice = sound.clean(content)
    except Refused:
        raise Refused("not_a_voice" if kind == "voice" else "unknown") from None  # as a document, it may be a film
    if voice is not None:
        return Clean(voice[0], "voice", voice[1])
    if kind == "voice":
        raise Refused("not_a_voice")
    from bot.files.cleaning import office, pdf, plain

    if pdf.is_one(content):
        return Clean(pdf.clean(content), "document", "application/pdf")
    if office.is_one(content):
        written, mime = office.clean(content)
        return Clean(written, "document", mime)
    if office.is_old(content):
        raise office.why_old(content)
    if plain.is_one(content):
        return Clean(plain.clean(content), "document", "text/plain")
    raise Refused("unknown")
