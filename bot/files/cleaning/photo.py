"""Photos, decoded and written anew: nothing of the old file is left but what it shows.

Pillow rather than an EXIF stripper: metadata hides in many corners (XMP, IPTC, maker notes, thumbnails with the uncropped
picture, data behind the end), and only pixels are certain to be nothing else.
"""

from __future__ import annotations

import io

from bot.files.cleaning import Refused

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
"""With JPEG come the pairs of pictures (MPO) that some phones make of one photo."""
_MOST_PIXELS = 50_000_000
"""Decoded in full that is 200 MB. Telephones' own photos have 12 to 50 million."""
_LONGEST = 2560
_QUALITY = 85


def is_one(content: bytes) -> bool:
    """Whether this begins as a picture does; whether it is one, decoding tells."""
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"BM")) or (
        content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    )


def clean(content: bytes) -> bytes:
    """A JPEG of at most 2560 pixels, upright. Of a moving picture, the first one."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # ours is the check below: it refuses, where Pillow's warns first
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > _MOST_PIXELS:  # known from its head, before anything is unpacked
                raise Refused("large")
            image.draft("RGB", (_LONGEST, _LONGEST))  # a JPEG is decoded at the size that is needed, not in full
            image.load()
            upright = ImageOps.exif_transpose(image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise Refused("not_a_photo") from None
    upright.thumbnail((_LONGEST, _LONGEST))
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        plain = Image.new("RGB", upright.size, "white")
        plain.paste(upright, mask=upright.getchannel("A"))
    else:
        plain = upright.convert("RGB")
    # A new picture with these pixels: `save` would carry over what is in the old one's `info`.
    fresh = Image.frombytes("RGB", plain.size, plain.tobytes())
    written = io.BytesIO()
    fresh.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()
