"""Photos, decoded and written anew: nothing of the old file is left but what it shows.

Pillow rather than an EXIF stripper: metadata hides in many corners (XMP, IPTC, maker notes, thumbnails with the uncropped
picture, a second picture or a film behind the end), and only pixels are certain to be nothing else.
"""

from __future__ import annotations

import io

# Each by name: Pillow would look for them when they are needed, which is when no file can be opened any more.
from PIL import (
    BmpImagePlugin,  # noqa: F401
    GifImagePlugin,  # noqa: F401
    Image,
    ImageOps,
    JpegImagePlugin,  # noqa: F401
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401 - EXIF is written as TIFF is
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

from bot.files.cleaning import Refused

Image.MAX_IMAGE_PIXELS = None  # ours is the check below: it refuses, where Pillow's warns first

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
"""With JPEG come the pairs of pictures (MPO) that some phones make of one photo: the first is taken."""
MOST_PIXELS = 50_000_000
"""Decoded in full that is 200 MB. Telephones' own photos have 12 to 50 million."""
LONGEST = 2560
STRIPE = 2.5
"""So many times as long as wide, a picture is a long screenshot (telephones' screens have 2.2), and read part by part."""
_WIDE, _MOST_KEPT = 1440, 16_000_000
"""Of a long screenshot the width, and the pixels altogether: of 1080 × 30,000 those are 758 × 21,081, which can be
read. With 24 million that one took 4.7 of its 10 seconds."""
_QUALITY = 85
FAULTS = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError)
"""What Pillow raises for pictures that are none."""


def is_one(content: bytes) -> bool:
    """Whether this begins as a picture does; whether it is one, decoding tells."""
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM")) or (
        content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    )


def is_foreign(content: bytes) -> bool:
    """A picture of a kind that we cannot open: HEIC, as iPhones send it as a file, AVIF and TIFF."""
    brands = (b"heic", b"heix", b"heim", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
    return (content[4:8] == b"ftyp" and content[8:12] in brands) or content.startswith((b"II*\0", b"MM\0*"))


def clean(content: bytes) -> bytes:
    """A JPEG of at most 2560 pixels, upright; a long screenshot is longer. Of a moving picture, the first one."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:  # known from its head, before anything is unpacked
                raise Refused("large")
            image.draft("RGB", fitting(image.size))  # a JPEG is decoded at the size that is needed, not in full
            image.load()
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail(fitting(upright.size))
            plain = on_white(upright)
    except FAULTS:
        raise Refused("not_a_photo") from None
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()


def fitting(size: tuple[int, int]) -> tuple[int, int]:
    """The sides within which a picture is kept."""
    short, long = sorted(size)
    if long <= LONGEST or long <= STRIPE * short:
        return LONGEST, LONGEST
    share = min(1.0, _WIDE / short, (_MOST_KEPT / (short * long)) ** 0.5)
    return max(1, int(size[0] * share)), max(1, int(size[1] * share))


def on_white(image: Image.Image) -> Image.Image:
    """A new picture with these pixels, and nothing else: `save` would carry over what is in the old one's `info`."""
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        plain = Image.new("RGB", seen.size, "white")
        plain.paste(seen, mask=seen.getchannel("A"))
    else:
        plain = image.convert("RGB")
    return Image.frombytes("RGB", plain.size, plain.tobytes())
