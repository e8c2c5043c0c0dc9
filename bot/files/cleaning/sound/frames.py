"""Sound without a container, frame upon frame: AAC (ADTS), MP3, AMR, and the samples of WAV. Every frame says how long it
is; what stands before the first and behind the last is no sound and is left."""

from __future__ import annotations

import struct

from bot.files.cleaning import Refused
from bot.files.cleaning.sound.mp4 import Told


def behind_id3(content: bytes) -> bytes:
    while content[:3] == b"ID3" and len(content) >= 10:
        size = sum((byte & 0x7F) << shift for byte, shift in zip(content[6:10], (21, 14, 7, 0), strict=True))
        content = content[10 + size + (10 if content[5] & 0x10 else 0) :]
    return content


def _some(frames: list[bytes]) -> bytes:
    if not frames:
        raise Refused("not_a_voice")
    return b"".join(frames)


# AAC (ISO/IEC 13818-7, 6.2).


def is_adts(content: bytes) -> bool:
    return len(content) > 7 and content[0] == 0xFF and content[1] & 0xF6 == 0xF0


def adts_anew(content: bytes) -> bytes:
    at, told = 0, (0, 0)
    packets: list[bytes] = []
    while is_adts(content[at : at + 8]):
        head = content[at : at + 7]
        rate, channels = head[2] >> 2 & 15, (head[2] & 1) << 2 | head[3] >> 6
        length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
        begin = 7 if head[1] & 1 else 9  # behind a sum over the frame
        if head[2] >> 6 != 1 or rate > 12 or head[6] & 3 or length <= begin or at + length > len(content):
            break
        told = told if packets else (rate, channels)
        packets.append(content[at + begin : at + length])
        at += length
    return adts(packets, told)


def adts(packets: list[bytes], told: Told) -> bytes:
    """Each packet behind a head of ours: low complexity, this rate, these channels, this length."""
    rate, channels = told
    frames = []
    for packet in packets:
        length = len(packet) + 7
        if not packet or length > 0x1FFF:
            raise Refused("not_a_voice")
        head = 0xFFF1 << 40 | 1 << 38 | rate << 34 | channels << 30 | length << 13 | 0x7FF << 2
        frames.append(head.to_bytes(7) + packet)
    return _some(frames)


# MP3 (ISO/IEC 11172-3, 13818-3).

_RATES = (44_100, 48_000, 32_000)
_FIRST = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_LATER = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
"""Kilobits a second, of version 1 and of 2 and 2.5."""


def is_mp3(content: bytes) -> bool:
    return _mp3_length(content[:4]) > 0


def _mp3_length(head: bytes) -> int:
    """How long the frame is that begins so; 0 for none. Layer III only."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2 or head[1] >> 3 & 3 == 1:
        return 0
    version, bits, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if not 0 < bits < 15 or rate == 3:
        return 0
    kilobits, divided = (_FIRST[bits], 0) if version == 3 else (_LATER[bits], 1 if version == 2 else 2)
    return (144_000 if version == 3 else 72_000) * kilobits // (_RATES[rate] >> divided) + (head[2] >> 1 & 1)


def mp3_anew(content: bytes) -> bytes:
    at = 0
    frames: list[bytes] = []
    while (length := _mp3_length(content[at : at + 4])) and at + length <= len(content):
        frame = bytearray(content[at : at + length])
        at += length
        if not frames and any(note in frame[4:60] for note in (b"Xing", b"Info", b"VBRI")):
            continue  # no sound: the encoder's own notes
        if frame[1] & 1:  # without a sum over it, the bits for whose it is can be cleared
            frame[2] &= 0xFE
            frame[3] &= 0xF3
        frames.append(bytes(frame))
    return _some(frames)


# AMR (RFC 4867, 5).

_NARROW, _WIDE = b"#!AMR\n", b"#!AMR-WB\n"
_SIZES = {
    _NARROW: {**dict(enumerate((12, 13, 15, 17, 19, 20, 26, 31, 5))), 15: 0},
    _WIDE: {**dict(enumerate((17, 23, 32, 36, 40, 46, 50, 58, 60, 5))), 14: 0, 15: 0},
}


def amr_anew(content: bytes) -> bytes:
    kind = next((head for head in (_NARROW, _WIDE) if content.startswith(head)), None)
    if kind is None:
        raise Refused("not_a_voice")
    frames, _ = _amr(content, len(kind), kind)
    return kind + _some(frames)


def amr(packets: list[bytes]) -> bytes:
    """Packets of 3GP: one frame each, or several."""
    frames = []
    for packet in packets:
        inside, end = _amr(packet, 0, _NARROW)
        if end != len(packet):
            raise Refused("not_a_voice")
        frames += inside
    return _NARROW + _some(frames)


def _amr(content: bytes, at: int, kind: bytes) -> tuple[list[bytes], int]:
    frames = []
    while at < len(content) and not content[at] & 0x83 and (size := _SIZES[kind].get(content[at] >> 3 & 15)) is not None:
        if at + 1 + size > len(content):
            break
        frames.append(content[at : at + 1 + size])
        at += 1 + size
    return frames, at


# WAV: samples as they are.


def wav(content: bytes) -> bytes:
    form, samples, at = b"", b"", 12
    while at + 8 <= len(content):
        name, size = struct.unpack("<4sI", content[at : at + 8])
        body = content[at + 8 : at + 8 + size]
        if name == b"fmt ":
            form = body[:16]
        elif name == b"data" and not samples:
            samples = body
        at += 8 + size + size % 2
    if len(form) < 16 or not samples:
        raise Refused("not_a_voice")
    kind, channels, rate, _, _, bits = struct.unpack("<HHIIHH", form)
    if kind != 1 or channels not in (1, 2) or bits not in (8, 16, 24) or not 4_000 <= rate <= 192_000:
        raise Refused("not_a_voice")
    width = channels * bits // 8
    samples = samples[: len(samples) - len(samples) % width]
    head = struct.pack("<HHIIHH", 1, channels, rate, rate * width, width, bits)
    return (
        b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt " + struct.pack("<I", 16) + head
        + b"data" + struct.pack("<I", len(samples)) + samples
    )  # fmt: skip
