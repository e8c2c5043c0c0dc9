"""Opus in WebM (Matroska), as browsers record it: the packets are taken out of it and go on in Ogg."""

from __future__ import annotations

from collections.abc import Iterator

from bot.files.cleaning import Refused
from bot.files.cleaning.sound.ogg import Head, read_head, unpadded

_OPENED = (0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE, 0xA0)
"""Segment, Cluster, Tracks, TrackEntry, BlockGroup: what stands in them is read as if it stood outside, since browsers,
which do not know beforehand how long they record, leave their length open."""
_TRACK, _NUMBER, _TYPE, _CODEC, _PRIVATE = 0xAE, 0xD7, 0x83, 0x86, 0x63A2
_BLOCKS = (0xA3, 0xA1)
_SOUND = 2


def opus(content: bytes) -> tuple[Head, list[bytes]]:
    packets: list[bytes] = []
    tracks: list[dict[int, bytes]] = []
    for name, body in _elements(content):
        if name == _TRACK:
            tracks.append({})
        elif name in (_NUMBER, _TYPE, _CODEC, _PRIVATE) and tracks:
            tracks[-1][name] = body
        elif name in _BLOCKS and len(tracks) == 1:
            number, at = _number(body, 0)
            if body[at + 2] & 0x06:
                raise Refused("not_a_voice")  # several packets in one block: no browser makes these
            if number == int.from_bytes(tracks[0].get(_NUMBER, b"")):
                packets.append(unpadded(body[at + 3 :]))
    if len(tracks) != 1 or tracks[0].get(_CODEC) != b"A_OPUS" or int.from_bytes(tracks[0].get(_TYPE, b"")) != _SOUND:
        raise Refused("not_a_voice")
    return read_head(tracks[0].get(_PRIVATE, b"")), packets


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Every element that is no box of others, and the beginning of a track."""
    at = 0
    while at < len(content):
        name, at = _number(content, at, marked=True)
        length, begin = _number(content, at)
        unknown = length == (1 << 7 * (begin - at)) - 1
        at = begin
        if name in _OPENED:
            yield name, b""
            continue
        if unknown or at + length > len(content):
            return  # cut off, or nothing we know
        yield name, content[at : at + length]
        at += length


def _number(content: bytes, at: int, marked: bool = False) -> tuple[int, int]:
    """A number of one to eight bytes, and where it ends; `marked` with the bit that tells its length, as names have it."""
    first = content[at]
    length = 9 - first.bit_length()
    if not 1 <= length <= 8 or at + length > len(content):
        raise ValueError
    value = int.from_bytes(content[at : at + length])
    return value if marked else value & ((1 << 7 * length) - 1), at + length
