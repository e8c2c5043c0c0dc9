"""Voices that tell more than is said, and plain sounds in every container that telephones and browsers make."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from bot.files.cleaning.sound.ogg import checksum
from tests.traces import Trace
from tests.traces.pictures import W, with_exif

OPUS = tuple(bytes([0x78]) + bytes([number]) * 40 for number in range(1, 6))
"""Packets of 20 ms."""
RAW = tuple(bytes([number]) * 60 for number in range(1, 6))
"""Packets of AAC."""


def page(payload: bytes, number: int, flags: int = 0, serial: int = 7, goes_on: bool = False) -> bytes:
    lacing = b"\xff" * (len(payload) // 255) + (b"" if goes_on else bytes([len(payload) % 255]))
    head = b"OggS\0" + bytes([flags]) + struct.pack("<qIII", 0, serial, number, 0) + bytes([len(lacing)]) + lacing
    made = head + payload
    return made[:22] + struct.pack("<I", checksum(made)) + made[26:]


def opus_head(rate: int = 44_100) -> bytes:
    return b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, rate, 0, 0)


def opus_tags(tags: bytes = b"ARTIST=" + W) -> bytes:
    return b"OpusTags" + struct.pack("<I", 4) + b"vend" + struct.pack("<II", 1, len(tags)) + tags


def ogg(packets: tuple[bytes, ...] = OPUS, tags: bytes = opus_tags(), more: bytes = b"") -> bytes:
    sound = b"".join(page(packet, number, 4 if packet is packets[-1] else 0) for number, packet in enumerate(packets, 2))
    return page(opus_head(), 0, 2) + more + page(tags, 1) + sound


def long_tags() -> bytes:
    tags = opus_tags(b"METADATA_BLOCK_PICTURE=" + b"x" * 2000 + W)
    pages = page(tags[:1020], 1, goes_on=True) + page(tags[1020:], 2, 1)
    return page(opus_head(), 0, 2) + pages + b"".join(page(packet, number) for number, packet in enumerate(OPUS, 3))


def padded() -> tuple[bytes, ...]:
    """Packets of one frame each, written as many (code 3) with padding behind it."""
    return tuple(bytes([packet[0] | 3, 0x41, len(W)]) + packet[1:] + W for packet in OPUS)


def element(name: bytes, body: bytes) -> bytes:
    return name + (0x4000 | len(body)).to_bytes(2) + body


def webm(codec: bytes = b"A_OPUS", open_ended: bool = True) -> bytes:
    """As browsers record: segment and cluster have no length, because nobody knew it yet."""
    info = element(b"\x15\x49\xa9\x66", element(b"\x57\x41", W) + element(b"\x7b\xa9", W))
    track = element(b"\xd7", b"\1") + element(b"\x83", b"\2") + element(b"\x86", codec) + element(b"\x63\xa2", opus_head())
    tags = element(b"\x12\x54\xc3\x67", element(b"\x73\x73", W))
    attached = element(b"\x19\x41\xa4\x69", element(b"\x61\xa7", W + with_exif()))
    blocks = b"".join(
        element(b"\xa3", b"\x81" + struct.pack(">HB", number, 0x80) + packet) for number, packet in enumerate(OPUS)
    )
    segment = info + element(b"\x16\x54\xae\x6b", element(b"\xae", track + element(b"\x53\x6e", W))) + tags + attached
    head = element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", b"webm"))
    return head + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + segment + b"\x1f\x43\xb6\x75\x01" + b"\xff" * 7 + blocks


def adts(packets: tuple[bytes, ...] = RAW) -> bytes:
    made = b""
    for packet in packets:
        head = 0xFFF1 << 40 | 1 << 38 | 4 << 34 | 1 << 33 | 1 << 30 | 0b1111 << 26 | (len(packet) + 7) << 13 | 0x7FF << 2
        made += head.to_bytes(7) + packet
    return made


def id3(body: bytes = W) -> bytes:
    return b"ID3\4\0\0" + bytes([len(body) >> shift & 0x7F for shift in (21, 14, 7, 0)]) + body


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def esds() -> bytes:
    special = b"\5\2\x12\x08"  # low complexity, 44.1 kHz, one channel
    decoder = b"\4" + bytes([13 + len(special)]) + b"\x40" + bytes(12) + special
    return box(b"esds", bytes(4) + b"\3" + bytes([3 + len(decoder)]) + bytes(3) + decoder)


def entry(kind: bytes) -> bytes:
    inner = esds() if kind == b"mp4a" else b""
    return box(b"stsd", struct.pack(">II", 0, 1) + box(kind, bytes(6) + b"\0\1" + bytes(20) + inner))


def mp4(packets: tuple[bytes, ...] = RAW, kind: bytes = b"mp4a", handler: bytes = b"soun") -> bytes:
    """A finished recording: two chunks, tables in front of them."""

    def told(first: int) -> bytes:
        sizes = b"".join(struct.pack(">I", len(packet)) for packet in packets)
        second = first + sum(len(packet) for packet in packets[:3]) + len(W)
        tables = (
            entry(kind) + box(b"stsz", struct.pack(">III", 0, 0, len(packets)) + sizes)
            + box(b"stsc", struct.pack(">IIIIIIII", 0, 2, 1, 3, 1, 2, 2, 1))
            + box(b"stco", struct.pack(">IIII", 0, 2, first, second))
        )  # fmt: skip
        named = box(b"hdlr", bytes(8) + handler + bytes(12) + W + b"\0")
        track = box(b"trak", box(b"mdia", named + box(b"minf", box(b"stbl", tables))))
        return box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", track + box(b"udta", box(b"meta", W))) + box(b"free", W)

    sound = b"".join(packets[:3]) + W + b"".join(packets[3:])
    return told(len(told(0)) + 8) + box(b"mdat", sound)


def pieces() -> bytes:
    """A recording in pieces, as Safari makes it."""
    named = box(b"hdlr", bytes(8) + b"soun" + bytes(12) + W + b"\0")
    empty = entry(b"mp4a") + box(b"stsz", bytes(12)) + box(b"stsc", bytes(8)) + box(b"stco", bytes(8))
    track = box(b"trak", box(b"mdia", named + box(b"minf", box(b"stbl", empty))))
    usual = box(b"mvex", box(b"trex", struct.pack(">IIIIII", 0, 1, 1, 0, 0, 0)))
    made = box(b"ftyp", b"iso5\0\0\0\0") + box(b"moov", track + usual + box(b"udta", W))
    for some in (RAW[:3], RAW[3:]):
        sizes = b"".join(struct.pack(">I", len(packet)) for packet in some)

        def piece(offset: int, some: tuple[bytes, ...] = some, sizes: bytes = sizes) -> bytes:
            run = box(b"trun", struct.pack(">IIi", 0x201, len(some), offset) + sizes)
            return box(b"moof", box(b"traf", box(b"tfhd", struct.pack(">II", 0x20000, 1)) + run))

        made += piece(len(piece(0)) + 8) + box(b"mdat", b"".join(some))
    return made


MP3_FRAME = bytes.fromhex("fffb9064")  # 128 kbit/s, 44.1 kHz: 417 bytes


def mp3() -> bytes:
    notes = (MP3_FRAME + bytes(32) + b"Xing" + W).ljust(417, b"\0")
    frames = b"".join(MP3_FRAME[:2] + b"\x91\x6c" + bytes([number]) * 413 for number in range(1, 4))
    ape = b"APETAGEX" + W + bytes(24)
    return id3() + notes + frames + ape + b"TAG" + W.ljust(125, b"\0")


AMR_FRAMES = tuple(b"\x04" + bytes([number]) * 12 for number in range(1, 6))


def wav() -> bytes:
    sound = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    notes = b"INFOIART" + struct.pack("<I", len(W)) + W
    chunks = [(b"fmt ", sound), (b"LIST", notes), (b"bext", W + bytes(20)), (b"data", b"\1\2" * 400)]
    body = b"".join(name + struct.pack("<I", len(chunk)) + chunk for name, chunk in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body + W


def sounds() -> Iterator[tuple[str, bytes]]:
    yield "Ogg: tags", ogg()
    yield "Ogg: tags over two pages (a cover)", long_tags()
    yield "Ogg: a second stream", ogg(more=page(W, 0, 2, serial=8))
    yield "Ogg: padding of packets", ogg(padded())
    yield "Ogg: data behind it", ogg() + W
    yield "WebM: title, program, tags, attached files", webm()
    yield "AAC: ID3v2 in front", id3() + adts()
    yield "AAC: ID3v1 behind", adts() + b"TAG" + W.ljust(125, b"\0")
    yield "MP4: names, places, free space, between chunks", mp4()
    yield "MP4 in pieces", pieces()
    yield "3GP with AMR", mp4(AMR_FRAMES, b"samr")
    yield "MP3: ID3v2, the encoder's notes, APE, ID3v1", mp3()
    yield "AMR: data behind it", b"#!AMR\n" + b"".join(AMR_FRAMES) + b"\xff" + W
    yield "WAV: LIST, bext, data behind it", wav()


def traces() -> list[Trace]:
    return [Trace(f"voice: {name}", "voice", content) for name, content in sounds()]
