"""Voice messages, kept as they sound: the packets of sound are copied, one by one, into a new container.

A voice cannot be made anonymous and stay a testimony, so it is not altered; the worker is told that it is known by those who
know it. Everything around the sound is left behind: titles, artists, places, the telephone's name, covers, a second stream,
whatever stands before, between and after. What cannot be taken apart into packets is refused.

By hand and not with PyAV: that is FFmpeg, 100 MB of decoders for every format there is, and these are few and simple.
mutagen takes out the tags it knows, which is a list of what goes.
"""

from __future__ import annotations

from bot.files.cleaning import Refused
from bot.files.cleaning.sound import frames, mp4, ogg, webm

OGG, AAC, MP3, AMR, WAV = "audio/ogg", "audio/aac", "audio/mpeg", "audio/amr", "audio/wav"


def clean(content: bytes) -> tuple[bytes, str] | None:
    """The sound in a new container, and its kind; None when this is no sound. Raises `Refused` for one we cannot read."""
    try:
        return _clean(content)
    except (IndexError, ValueError):  # cut off in the middle of a number
        raise Refused("not_a_voice") from None


def _clean(content: bytes) -> tuple[bytes, str] | None:
    if content.startswith(b"OggS"):
        return ogg.written(*ogg.opus(content)), OGG
    if content.startswith(b"\x1aE\xdf\xa3"):
        return ogg.written(*webm.opus(content)), OGG
    if content[4:8] == b"ftyp":
        kind, packets, told = mp4.sound(content)
        return (frames.adts(packets, told), AAC) if kind == "aac" else (frames.amr(packets), AMR)
    if content.startswith(b"RIFF") and content[8:12] == b"WAVE":
        return frames.wav(content), WAV
    if content.startswith(b"#!AMR"):
        return frames.amr_anew(content), AMR
    content = frames.behind_id3(content)
    if frames.is_adts(content):
        return frames.adts_anew(content), AAC
    if frames.is_mp3(content):
        return frames.mp3_anew(content), MP3
    return None
