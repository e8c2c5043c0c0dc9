"""Pictures inside documents, without loss: a photo pasted into a form still says where it was taken.

Not decoded and written anew as photos are, because a scan in a document must stay as sharp as it was.
"""

from __future__ import annotations

import struct

_JPEG_KEPT = {0xE0, 0xEE}
"""JFIF, and Adobe's note on colours: without these a picture looks different. Every other APPn and comment goes."""
_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"sBIT", b"bKGD"}


def bare(content: bytes) -> bytes:
    """The picture without its metadata; what is no JPEG or PNG, as it is."""
    try:
        if content.startswith(b"\xff\xd8\xff"):
            return _bare_jpeg(content)
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            return _bare_png(content)
    except (IndexError, struct.error):
        pass
    return content


def _bare_jpeg(content: bytes) -> bytes:
    kept, at = [b"\xff\xd8"], 2
    while content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == 0xDA:  # from here on, pixels, up to the end of the picture and not beyond
            end = content.rfind(b"\xff\xd9")
            kept.append(content[at : end + 2] if end > at else content[at:])
            return b"".join(kept)
        (length,) = struct.unpack(">H", content[at + 2 : at + 4])
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE) or marker in _JPEG_KEPT:
            kept.append(content[at : at + 2 + length])
        at += 2 + length
    return content


def _bare_png(content: bytes) -> bytes:
    kept, at = [content[:8]], 8
    while at < len(content):
        length, name = struct.unpack(">I4s", content[at : at + 8])
        if name in _PNG_KEPT:
            kept.append(content[at : at + 12 + length])
        at += 12 + length
        if name == b"IEND":
            break
    return b"".join(kept)
