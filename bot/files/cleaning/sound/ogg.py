"""Opus in Ogg (RFC 3533, 7845, 6716), as Telegram and Zalo's apps send it: taken apart into packets, and put together
anew."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from bot.files.cleaning import Refused

_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_SERIAL = 1
_LONGEST = 5760
"""Samples of one packet: 120 ms."""
_SEGMENTS = 255

Head = tuple[int, int]
"""How many channels, and how many samples are skipped at the beginning."""


def opus(content: bytes) -> tuple[Head, list[bytes]]:
    """The sound of the first stream; a second one (a cover, a text) is left."""
    packets = _packets(content)
    head = read_head(next(packets, b""))
    next(packets, None)  # the tags
    return head, [bare for packet in packets if (bare := unpadded(packet))]


def read_head(packet: bytes) -> Head:
    """Of `OpusHead` only what players need: not the rate of the microphone, which the telephone's maker chose."""
    if not packet.startswith(b"OpusHead") or len(packet) < 19 or packet[18] != 0 or packet[9] not in (1, 2):
        raise Refused("not_a_voice")
    (skipped,) = struct.unpack("<H", packet[10:12])
    return packet[9], min(skipped, 2 * _LONGEST)


def unpadded(packet: bytes) -> bytes:
    """A packet without its padding, in which anything may stand (RFC 6716, 3.2.5)."""
    if not packet or not 0 < samples(packet) <= _LONGEST:
        raise Refused("not_a_voice")
    if packet[0] & 3 != 3 or not packet[1] & 0x40:
        return packet
    at, padding = 2, 0
    while packet[at] == 255:
        at, padding = at + 1, padding + 254
    padding += packet[at]
    body = packet[at + 1 : len(packet) - padding]
    return bytes([packet[0], packet[1] & ~0x40]) + body


def samples(packet: bytes) -> int:
    """How long a packet is, at 48 kHz (RFC 6716, 3.1 and 3.2)."""
    config, frames = packet[0] >> 3, packet[0] & 3
    if config < 12:
        length = (480, 960, 1920, 2880)[config & 3]
    else:
        length = (480, 960)[config & 1] if config < 16 else (120, 240, 480, 960)[config & 3]
    return length * (1, 2, 2, packet[1] & 0x3F if frames == 3 else 0)[frames]


def _packets(content: bytes) -> Iterator[bytes]:
    at, serial, packet = 0, None, b""
    while content[at : at + 4] == b"OggS" and len(content) >= at + 27:
        continued, (of,) = content[at + 5] & 1, struct.unpack("<I", content[at + 14 : at + 18])
        lacing = content[at + 27 : at + 27 + content[at + 26]]
        body = at + 27 + len(lacing)
        if body + sum(lacing) > len(content):
            break  # cut off
        at = body + sum(lacing)
        serial = of if serial is None else serial
        if of != serial:
            continue
        if not continued:
            packet = b""
        for length in lacing:
            packet += content[body : body + length]
            body += length
            if length < 255:
                yield packet
                packet = b""


def written(head: Head, packets: list[bytes]) -> bytes:
    """A new file: no serial number, no rate, no tags, no name of a program."""
    if not packets:
        raise Refused("not_a_voice")
    channels, skipped = head
    begin = b"OpusHead" + struct.pack("<BBHIhB", 1, channels, skipped, 48_000, 0, 0)
    pages = [_page(0, 0, 2, [begin]), _page(1, 0, 0, [b"OpusTags" + struct.pack("<II", 0, 0)])]
    heard, segments = 0, 0
    waiting: list[bytes] = []
    for packet in packets:
        needed = len(packet) // 255 + 1
        if segments + needed > _SEGMENTS or len(waiting) == 50:  # a second on a page
            pages.append(_page(len(pages), heard, 0, waiting))
            segments, waiting = 0, []
        waiting.append(packet)
        segments += needed
        heard += samples(packet)
    pages.append(_page(len(pages), heard, 4, waiting))
    return b"".join(pages)


def _page(number: int, heard: int, flags: int, packets: list[bytes]) -> bytes:
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    if len(lacing) > _SEGMENTS:
        raise Refused("not_a_voice")  # no packet of sound is that long
    head = b"OggS" + struct.pack("<BBQIII", 0, flags, heard, _SERIAL, number, 0) + bytes([len(lacing)])
    page = head + lacing + b"".join(packets)
    return page[:22] + struct.pack("<I", checksum(page)) + page[26:]


def checksum(page: bytes) -> int:
    """Ogg's (RFC 3533, 6) is zip's, but neither mirrored nor inverted: so it is reckoned of the mirror image."""
    mirrored = zlib.crc32(page.translate(_MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4).translate(_MIRRORED), "little")
