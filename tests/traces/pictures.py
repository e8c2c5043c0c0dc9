"""Pictures that tell more than they show."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from PIL import Image, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo

from tests.traces import BLUE, RED, TRACE, Trace

W = TRACE.encode()


def drawn(form: str = "JPEG", colour: tuple[int, int, int] = RED, **more: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(written, form, **more)
    return written.getvalue()


def exif() -> Image.Exif:
    made = Image.Exif()
    made[0x010F], made[0x9286] = TRACE, TRACE
    return made


def with_exif(form: str = "JPEG", colour: tuple[int, int, int] = RED) -> bytes:
    return drawn(form, colour, exif=exif())


def two_in_one(colour: tuple[int, int, int] = RED) -> bytes:
    """What telephones write: behind the first picture a second one, with a head of its own."""
    return drawn(colour=colour) + with_exif(colour=BLUE)


def segment(marker: int, body: bytes) -> bytes:
    photo = drawn()
    return photo[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body + photo[2:]


def chunk(name: bytes, body: bytes) -> bytes:
    photo = drawn("PNG")
    made = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return photo[:33] + made + photo[33:]


def tiff() -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[271] = TRACE
    return drawn("TIFF", tiffinfo=tags)


def emf() -> bytes:
    """A drawing of Windows, which names the program and the file it came from."""
    return b"\x01\0\0\0" + bytes(36) + b" EMF" + W + TRACE.encode("utf-16-le")


def photos() -> Iterator[tuple[str, bytes]]:
    yield "EXIF", with_exif()
    yield "a second picture behind it (MPO, Ultra HDR)", two_in_one()
    yield "a film behind it (motion photo)", drawn() + b"\0\0\0\x18ftypmp42" + W
    yield "XMP", segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + W)
    yield "IPTC", segment(0xED, b"Photoshop 3.0\0" + W)
    yield "a maker's own segment", segment(0xEB, W)
    yield "a colour profile's description", segment(0xE2, b"ICC_PROFILE\0\1\1" + W)
    yield "a comment", segment(0xFE, W)
    yield "PNG with EXIF", with_exif("PNG")
    words = PngInfo()
    words.add_text("Author", TRACE)
    words.add_itxt("XML:com.adobe.xmp", TRACE, zip=True)
    yield "PNG with text, plain and packed", drawn("PNG", pnginfo=words)
    yield "PNG with a chunk of its own, and data behind the end", chunk(b"prVt", W) + W
    yield "WEBP with EXIF and XMP", drawn("WEBP", exif=exif(), xmp=W)
    yield "GIF with a comment", drawn("GIF", comment=W) + W
    yield "BMP with data behind it", drawn("BMP") + W


def traces() -> list[Trace]:
    return [Trace(f"photo: {name}", "photo", content) for name, content in photos()] + [
        Trace("photo sent as a document", "document", with_exif()),
        Trace("photo that is a zip as well", "document", drawn() + b"PK\x03\x04" + W),
    ]
