"""Pictures inside documents: each is drawn anew, so that a photo pasted into a form does not say where it was taken.

What was cut off in the document, or was transparent, is not seen there and is not kept. A scan must stay as sharp as it was:
what came without loss is written without loss. What cannot be drawn (EMF, WMF, SVG, a chart) leaves an empty frame, so that
whoever reads sees that something stood there.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageDraw, Jpeg2KImagePlugin  # noqa: F401 - Pillow would look for the last when it is needed

from bot.files.cleaning.photo import FAULTS, MOST_PIXELS, fitting, on_white

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "JPEG2000")
_LOSSY = ("JPEG", "MPO", "WEBP", "JPEG2000")
_QUALITY = 90
_MOST = 200
"""Pictures of one document. A fax of 200 pages has as many."""
_MOST_ALTOGETHER = 400_000_000
"""Pixels of one document: 8 seconds or so."""

Crop = tuple[float, float, float, float]
"""What is cut off on the left, top, right and bottom, as parts of the whole."""


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    extension: str
    size: tuple[int, int]


class Drawing:
    """The pictures of one document, within its bounds."""

    def __init__(self) -> None:
        self._left, self._pixels = _MOST, _MOST_ALTOGETHER

    def anew(self, content: bytes | None, crop: Crop = (0, 0, 0, 0)) -> Picture:
        """The picture, or a frame in its place."""
        if content is None or self._left <= 0:
            return frame()
        self._left -= 1
        try:
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                self._pixels -= image.width * image.height
                if image.width * image.height > MOST_PIXELS or self._pixels < 0:
                    return frame()
                lossy = image.format in _LOSSY
                if lossy:
                    image.draft("RGB", fitting(image.size))
                image.load()
                plain = on_white(_cut(image, crop))
        except FAULTS:
            return frame()
        if lossy:
            plain.thumbnail(fitting(plain.size))
        return _written(plain, lossy)


def _cut(image: Image.Image, crop: Crop) -> Image.Image:
    left, top, right, bottom = (min(max(part, 0), 0.99) for part in crop)
    width, height = image.size
    box = (int(left * width), int(top * height), int((1 - right) * width), int((1 - bottom) * height))
    return image.crop(box) if any(crop) and box[0] < box[2] and box[1] < box[3] else image


def _written(plain: Image.Image, lossy: bool) -> Picture:
    written = io.BytesIO()
    if lossy:
        plain.save(written, "JPEG", quality=_QUALITY)
    else:
        plain.save(written, "PNG")
    return Picture(written.getvalue(), "jpeg" if lossy else "png", plain.size)


def frame() -> Picture:
    """A grey frame with a line across: here stood something that could not be kept."""
    image = Image.new("RGB", (480, 270), "#eeeeee")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 479, 269), outline="#999999", width=3)
    pen.line((0, 269, 479, 0), fill="#999999", width=3)
    return _written(image, lossy=False)
