"""Voices in new containers: every packet, in its order, under heads that players accept."""

from __future__ import annotations

import struct

import pytest

from bot.files.cleaning import clean
from bot.files.cleaning.sound import ogg
from tests.traces.voices import AMR_FRAMES, OPUS, RAW, adts, element, mp4, opus_head, padded, pieces, webm
from tests.traces.voices import ogg as as_ogg

LONG = tuple(bytes([0x78]) + bytes([number % 251]) * (number * 37 % 900) for number in range(400))
"""Packets of all lengths, also of exactly 255 and 510 bytes, on several pages."""


def crc(page: bytes) -> int:
    """Ogg's sum as RFC 3533 describes it, bit by bit."""
    sum_ = 0
    for byte in page:
        sum_ ^= byte << 24
        for _ in range(8):
            sum_ = (sum_ << 1 ^ 0x04C11DB7 if sum_ & 0x80000000 else sum_ << 1) & 0xFFFFFFFF
    return sum_


def pages(content: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(content):
        lacing = content[at + 27 : at + 27 + content[at + 26]]
        end = at + 27 + len(lacing) + sum(lacing)
        found.append(content[at:end])
        at = end
    return found


@pytest.mark.parametrize("packets", [OPUS, LONG])
def test_an_ogg_has_pages_as_players_want_them(packets: tuple[bytes, ...]) -> None:
    done = clean(as_ogg(packets), "voice").content
    numbered = pages(done)
    for number, page in enumerate(numbered):
        assert page[:5] == b"OggS\0" and struct.unpack("<II", page[14:22]) == (1, number)
        assert int.from_bytes(page[22:26], "little") == crc(page[:22] + bytes(4) + page[26:])
    flags = [page[5] for page in numbered]
    assert flags[0] == 2 and flags[-1] == 4 and not any(flags[1:-1])
    heard = [int.from_bytes(page[6:14], "little") for page in numbered]
    assert heard == sorted(heard) and heard[-1] == 960 * len(packets), "20 ms each, at 48 kHz"
    assert ogg.opus(done) == ((1, 312), list(packets))


def test_the_microphones_rate_and_the_programs_name_are_not_told() -> None:
    done = clean(as_ogg(), "voice").content
    assert opus_head(44_100) not in done and opus_head(48_000) in done
    assert b"OpusTags" + bytes(8) in done


def test_padding_goes_and_the_sound_stays() -> None:
    """Code 3 of RFC 6716 with one frame, which says in two bytes what code 0 says in one."""
    done = clean(as_ogg(padded()), "voice").content
    assert ogg.opus(done)[1] == [bytes([packet[0] | 3, 1]) + packet[1:] for packet in OPUS]


def test_a_browsers_recording_becomes_an_ogg() -> None:
    done = clean(webm(), "voice")
    assert done.mime == "audio/ogg" and ogg.opus(done.content) == ((1, 312), list(OPUS))


def test_a_block_in_a_group_is_a_block() -> None:
    group = element(b"\xa0", element(b"\xa1", b"\x81\0\0\0" + OPUS[0]))
    assert ogg.opus(clean(webm() + group, "voice").content)[1] == [*OPUS, OPUS[0]]


@pytest.mark.parametrize("content", [mp4(), pieces()])
def test_an_iphones_recording_becomes_a_stream(content: bytes) -> None:
    done = clean(content, "voice")
    assert done.mime == "audio/aac"
    head = bytes.fromhex("fff15040087ffc")
    assert done.content == b"".join(head + packet for packet in RAW)


def test_a_streams_heads_are_written_anew() -> None:
    """The sample's have the bits set that say private, home, original and whose copy."""
    done = clean(adts(), "voice").content
    assert done != adts() and done == clean(mp4(), "voice").content


def test_amr_in_3gp() -> None:
    assert clean(mp4(AMR_FRAMES, b"samr"), "voice").content == b"#!AMR\n" + b"".join(AMR_FRAMES)
    wide = b"#!AMR-WB\n" + (b"\x04" + bytes(17)) * 3
    assert clean(wide, "voice").content == wide
