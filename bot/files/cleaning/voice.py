"""Voice messages, kept as they sound: Ogg with Opus (Telegram), AAC (Zalo), WebM (browsers).

A voice cannot be made anonymous and stay a testimony, so it is not altered; the worker is told that it is known by those who
know it. What the container says about its maker is taken out where the container is simple.
"""

from __future__ import annotations

import struct


def mime(content: bytes) -> str | None:
    """What kind of sound this is; None for none that we keep."""
    if content.startswith(b"OggS") and b"OpusHead" in content[:64]:
        return "audio/ogg"
    if content.startswith(b"\x1aE\xdf\xa3") and b"webm" in content[:64]:
        return "audio/webm" if b"V_VP" not in content[:4096] and b"V_AV1" not in content[:4096] else None
    body = _behind_id3(content)
    if len(body) > 1 and body[0] == 0xFF and body[1] & 0xF6 == 0xF0:  # ADTS: twelve bits of sync, layer 0
        return "audio/aac"
    return None


def clean(content: bytes, sound: str) -> bytes:
    if sound == "audio/aac":
        return _behind_id3(content)
    return _without_tags(content) if sound == "audio/ogg" else content


def _behind_id3(content: bytes) -> bytes:
    if content[:3] != b"ID3" or len(content) < 10:
        return content
    size = sum((byte & 0x7F) << shift for byte, shift in zip(content[6:10], (21, 14, 7, 0), strict=True))
    return content[10 + size :]


def _without_tags(content: bytes) -> bytes:
    """The comment page (the second one: RFC 7845 §3) replaced by an empty one. Left alone where it is no page by itself."""
    try:
        first = _page_length(content, 0)
        length = _page_length(content, first)
        header = bytearray(content[first : first + 27])
        body = content[first + 27 + header[26] : first + length]
        last_segment = content[first + 27 + header[26] - 1]
        if not body.startswith(b"OpusTags") or last_segment == 255:
            return content
    except (ValueError, IndexError, struct.error):
        return content
    tags = b"OpusTags" + struct.pack("<II", 0, 0)
    header[22:26], header[26] = bytes(4), 1
    page = bytes(header) + bytes([len(tags)]) + tags
    page = page[:22] + struct.pack("<I", _crc(page)) + page[26:]
    return content[:first] + page + content[first + length :]


def _page_length(content: bytes, start: int) -> int:
    if content[start : start + 4] != b"OggS":
        raise ValueError
    segments = content[start + 26]
    return 27 + segments + sum(content[start + 27 : start + 27 + segments])


def _crc(page: bytes) -> int:
    """Ogg's checksum (RFC 3533 §6): the polynomial of zip's, but neither reflected nor inverted."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return crc
