"""AAC in MP4 (ISO/IEC 14496-12), as iPhones, Safari and Zalo record it, and AMR in 3GP: the packets are taken out of it,
where its tables say they lie (also those of recordings that were written piece by piece), and go on as a plain stream."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from bot.files.cleaning import Refused

_MOST = 400_000
"""Packets: more than two hours."""

Told = tuple[int, int]
"""Of AAC: which rate (by its number in the standard's table) and how many channels."""
Kind = Literal["aac", "amr"]


@dataclass(slots=True)
class Track:
    handler: bytes = b""
    entry: bytes = b""
    sizes: list[int] = field(default_factory=list)
    chunks: list[int] = field(default_factory=list)
    runs: list[tuple[int, int]] = field(default_factory=list)


def sound(content: bytes) -> tuple[Kind, list[bytes], Told]:
    """The packets of the only track, if that is sound we know."""
    tracks: list[Track] = []
    usual = 0
    places: list[tuple[int, int]] = []
    for name, start, end in _boxes(content, 0, len(content)):
        if name == b"moov":
            for inner, begin, stop in _boxes(content, start, end):
                if inner == b"trak":
                    tracks.append(_track(content, begin, stop))
                elif inner == b"mvex":
                    usual = next(
                        (_word(content, at + 16) for box, at, _ in _boxes(content, begin, stop) if box == b"trex"), 0
                    )
        elif name == b"moof":
            places += _pieces(content, start - 8, start, end, usual)
    if len(tracks) != 1 or tracks[0].handler != b"soun":
        raise Refused("not_a_voice")
    places = [*_places(tracks[0]), *places]
    if not places or len(places) > _MOST or any(at + size > len(content) for at, size in places):
        raise Refused("not_a_voice")
    packets = [content[at : at + size] for at, size in places]
    if tracks[0].entry[4:8] == b"samr":
        return "amr", packets, (0, 0)
    return "aac", packets, _told(tracks[0].entry)


def _boxes(content: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, beginning and end of what is in each box."""
    while at + 8 <= end:
        size, name = struct.unpack(">I4s", content[at : at + 8])
        start = at + 8
        if size == 1:
            size, start = int.from_bytes(content[start : start + 8]), start + 8
        stop = end if size == 0 else at + size
        if not start <= stop <= end:
            return
        yield name, start, stop
        at = stop


def _word(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 4])


def _track(content: bytes, start: int, end: int, track: Track | None = None) -> Track:
    track = track or Track()
    for name, at, stop in _boxes(content, start, end):
        count = min(_word(content, at + 4), (stop - at) // 4)
        match name:
            case b"mdia" | b"minf" | b"stbl":
                _track(content, at, stop, track)
            case b"hdlr":
                track.handler = content[at + 8 : at + 12]
            case b"stsd":
                track.entry = content[at + 8 : stop]
            case b"stsz":
                size, many = _word(content, at + 4), min(_word(content, at + 8), _MOST)
                track.sizes = [size] * many if size else _words(content, at + 12, stop, many)
            case b"stco":
                track.chunks = _words(content, at + 8, stop, count)
            case b"co64":
                track.chunks = [high << 32 | low for high, low, *_ in _grouped(_words(content, at + 8, stop, 2 * count), 2)]
            case b"stsc":
                track.runs = [(first, each) for first, each, *_ in _grouped(_words(content, at + 8, stop, 3 * count), 3)]
            case _:
                pass
    return track


def _words(content: bytes, at: int, end: int, count: int) -> list[int]:
    count = min(count, max(0, end - at) // 4)
    return list(struct.unpack(f">{count}I", content[at : at + 4 * count]))


def _grouped(words: list[int], size: int) -> Iterator[list[int]]:
    return (words[at : at + size] for at in range(0, len(words) - size + 1, size))


def _places(track: Track) -> Iterator[tuple[int, int]]:
    """Where each packet lies: chunks hold as many as the run says to which they belong."""
    sizes = iter(track.sizes)
    runs = iter(track.runs)
    each, following = 0, next(runs, None)
    for number, at in enumerate(track.chunks, 1):
        while following is not None and following[0] <= number:
            each, following = following[1], next(runs, None)
        for _ in range(min(each, _MOST)):
            size = next(sizes, None)
            if size is None:
                return
            yield at, size
            at += size


def _pieces(content: bytes, piece: int, start: int, end: int, usual: int) -> Iterator[tuple[int, int]]:
    """Of a recording written piece by piece (`moof`): where each packet of this piece lies."""
    for name, begin, stop in _boxes(content, start, end):
        if name != b"traf":
            continue
        base, size = piece, usual
        for inner, at, finish in _boxes(content, begin, stop):
            flags = _word(content, at) & 0xFFFFFF
            if inner == b"tfhd":
                place = at + 8
                if flags & 0x1:
                    base, place = int.from_bytes(content[place : place + 8]), place + 8
                place += 4 * (bool(flags & 0x2) + bool(flags & 0x8))
                size = _word(content, place) if flags & 0x10 else size
            elif inner == b"trun":
                place = at + 8
                where = base
                if flags & 0x1:
                    where, place = base + struct.unpack(">i", content[place : place + 4])[0], place + 4
                place += 4 * bool(flags & 0x4)
                for _ in range(min(_word(content, at + 4), (finish - at) if flags & 0xF00 else _MOST)):
                    place += 4 * bool(flags & 0x100)
                    long = _word(content, place) if flags & 0x200 else size
                    place += 4 * (bool(flags & 0x200) + bool(flags & 0x400) + bool(flags & 0x800))
                    yield where, long
                    where += long


def _told(entry: bytes) -> Told:
    """What a decoder must know, out of the descriptors of `esds` (14496-1), as 14496-3 packs it."""
    at = entry.find(b"esds") + 8
    if entry[4:8] != b"mp4a" or at < 8:
        raise Refused("not_a_voice")
    bits = f"{int.from_bytes(_descriptor(entry, at)[:4].ljust(4, bytes(1))):032b}"
    kind, rate, channels = int(bits[:5], 2), int(bits[5:9], 2), int(bits[9:13], 2)
    if kind in (5, 29) and int(bits[13:17], 2) != 15:  # said to be in two halves: below, it is what it is without the other
        kind = int(bits[17:22], 2)
    if kind != 2 or rate > 12 or channels not in (1, 2):
        raise Refused("not_a_voice")
    return rate, channels


def _descriptor(entry: bytes, at: int) -> bytes:
    """The innermost: stream (3), decoder (4), what is special about it (5)."""
    for tag, head in ((3, 3), (4, 13), (5, 0)):
        if entry[at] != tag:
            raise Refused("not_a_voice")
        at, length = at + 1, 0
        while True:
            length, at = length << 7 | entry[at] & 0x7F, at + 1
            if not entry[at - 1] & 0x80:
                break
        if tag == 5:
            return entry[at : at + length]
        at += head
    raise AssertionError
