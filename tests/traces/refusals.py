"""Files that are not kept, and why: other kinds, locked, damaged, too large, programs, sounds that cannot be taken apart."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

import pikepdf

from models.messages.message import FileKind
from tests import sample_files as files
from tests.traces import pictures, voices


def huge_png() -> bytes:
    """A few hundred bytes that say they are 60,000 × 60,000 pixels."""
    small = bytearray(files.photo((1, 1), form="PNG"))
    small[16:24] = (60_000).to_bytes(4) * 2
    small[29:33] = zlib.crc32(small[12:29]).to_bytes(4)
    return bytes(small)


def locked_pdf() -> bytes:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(files.pdf())) as document:
        document.save(written, encryption=pikepdf.Encryption(owner="a", user="b"))
    return written.getvalue()


def locked_zip() -> bytes:
    """Every part marked as packed with a password."""
    content = bytearray(files.docx())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as file:
        places = [entry.header_offset + 6 for entry in file.infolist()]
    at = bytes(content).find(b"PK\x01\x02")
    while at >= 0:
        places.append(at + 8)
        at = bytes(content).find(b"PK\x01\x02", at + 4)
    for place in places:
        content[place] |= 1
    return bytes(content)


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


NOT_KEPT: list[tuple[bytes | Callable[[], bytes], FileKind, str]] = [
    (b"<!DOCTYPE html><html><script>1</script></html>", "photo", "not_a_photo"),
    (b"<!DOCTYPE html><html><script>1</script></html>", "document", "unknown"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "document", "unknown"),
    (b"{\\rtf1 x}", "document", "unknown"),
    (b"\xff\xd8\xff" + b"no picture at all" * 50, "photo", "not_a_photo"),
    (files.photo()[:200], "photo", "not_a_photo"),
    (huge_png(), "photo", "large"),
    (files.pdf(), "photo", "not_a_photo"),
    (files.pdf(), "voice", "not_a_voice"),
    (pictures.emf(), "document", "unknown"),
    (pictures.tiff(), "document", "foreign"),
    (b"\0\0\0\x18ftypheic" + bytes(64), "photo", "foreign"),
    (b"\0\0\0\x18ftypheic" + bytes(64), "document", "foreign"),
    (b"\0\0\0\x18ftypavif" + bytes(64), "photo", "foreign"),
    (b"MZ\x90\x00\x03", "document", "unknown"),
    (OLD, "document", "old"),
    (OLD + "EncryptedPackage".encode("utf-16-le"), "document", "locked"),
    (b"", "document", "unknown"),
    (b"\x00\x00\x00\x18ftypmp42", "document", "unknown"),
    (b"%PDF-1.7", "document", "damaged"),
    (locked_pdf(), "document", "locked"),
    (locked_zip(), "document", "locked"),
    (files.packed({"a.txt": "x"}), "document", "unknown"),
    (files.docx()[:-200], "document", "damaged"),
    (files.docx(**{"word/vbaProject.bin": b"x"}), "document", "macros"),
    (files.docx(**{"[Content_Types].xml": "<Types ContentType='macroEnabled'/>"}), "document", "macros"),
    (files.docx(**{"xl/macrosheets/sheet1.xml": b"x"}), "document", "macros"),
    (files.docx(**{"word/document.xml": "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"}), "document", "damaged"),
    (files.docx(**{"word/document.xml": "<x>"}), "document", "damaged"),
    (files.docx(**{"word/document.xml": "<slideshow/>"}), "document", "unknown"),
    # Made when they are asked for: they take seconds.
    (files.bomb, "document", "large"),
    (files.slow, "document", "large"),
    # Voices that cannot be taken apart, films, and containers of something else.
    (b"fLaC" + bytes(64), "voice", "not_a_voice"),
    (b"OggS" + bytes(64), "voice", "not_a_voice"),
    (voices.ogg(())[:60], "voice", "not_a_voice"),
    (voices.ogg((b"\xff\x3f" + bytes(40),)), "voice", "not_a_voice"),
    (voices.webm(b"A_VORBIS"), "voice", "not_a_voice"),
    (voices.webm(b"V_VP8"), "voice", "not_a_voice"),
    (voices.mp4(handler=b"vide"), "voice", "not_a_voice"),
    (voices.mp4(handler=b"vide"), "document", "unknown"),
    (voices.mp4(kind=b"alac"), "voice", "not_a_voice"),
    (voices.mp4()[:600], "voice", "not_a_voice"),
    (b"#!AMR\n", "voice", "not_a_voice"),
    (b"RIFF\x04\0\0\0WAVE", "voice", "not_a_voice"),
    (b"\xff\xfb\x90\x64", "voice", "not_a_voice"),
]
