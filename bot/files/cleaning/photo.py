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
    """A JPEG of at most 2560 pixels, upright. Of a moving picture, the first one."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:  # known from its head, before anything is unpacked
                raise Refused("large")
            image.draft("RGB", (LONGEST, LONGEST))  # a JPEG is decoded at the size that is needed, not in full
            image.load()
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST, LONGEST))
            plain = on_white(upright)
    except FAULTS:
        raise Refused("not_a_photo") from None
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()


def on_white(image: Image.Image) -> Image.Image:
    """A new picture with these pixels, and nothing else: `save` would carry over what is in the old one's `info`."""
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        plain = Image.new("RGB", seen.size, "white")
        plain.paste(seen, mask=seen.getchannel("A"))
    else:
        plain = image.convert("RGB")
    return Image.frombytes("RGB", plain.size, plain.tobytes())
