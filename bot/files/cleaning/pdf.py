"""PDFs: every page is drawn, and the drawings are bound into a new file.

No list of what may stay in a PDF is short enough to be trusted: names hide in fonts, layers, tooltips, streams that nothing
refers to, in what lies outside the page or under a black bar. A drawing shows what a reader would see and is nothing else;
neither does it attack the program in which an officer opens it. The price: words in it can be read, not searched or copied.
Drawn by PDFium (BSD, the renderer of Chromium; 8 MB), which runs no scripts in this build and is not let near a file or font
outside the document.
"""

from __future__ import annotations

import io
import struct

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image, ImageChops, JpegImagePlugin, PngImagePlugin  # noqa: F401 - see photo.py

from bot.files.cleaning import Refused

MOST_PAGES = 60
"""Some 12 seconds of drawing."""
_DOTS = 170
"""An inch: the small print of a payslip stays legible."""
_LONGEST = 2400
_MOST_BYTES = 20 * 2**20
_QUALITY = 78
_HEAD = b"%PDF-"


def is_one(content: bytes) -> bool:
    return _HEAD in content[:1024]


def clean(content: bytes) -> bytes:
    try:
        # From its own head on: what stands before it is another file's.
        document = pdfium.PdfDocument(content[content.index(_HEAD) :])
    except pdfium.PdfiumError:
        raise Refused("locked" if raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD else "damaged") from None
    try:
        document.init_forms()  # what was filled in is seen, too
        if len(document) > MOST_PAGES:
            raise Refused("long")
        if len(document) == 0:
            raise Refused("damaged")
        book = Book()
        for page in document:
            book.add(*_drawn(page))
            page.close()
        return book.bound()
    except pdfium.PdfiumError:
        raise Refused("damaged") from None


def _drawn(page: pdfium.PdfPage) -> tuple[Image.Image, tuple[float, float]]:
    """A page as it is seen, and its size in points."""
    width, height = page.get_size()
    if not (1 <= width <= 20_000 and 1 <= height <= 20_000):
        raise Refused("damaged")
    scale = min(_DOTS / 72, _LONGEST / max(width, height))
    bitmap = page.render(scale=scale, may_draw_forms=True)
    image = bitmap.to_pil().convert("RGB")
    bitmap.close()
    return image, (width, height)


class Book:
    """Drawings bound into a PDF, written by hand: a library's would say when it was made and with what."""

    def __init__(self) -> None:
        self._objects: list[bytes] = []
        self._pages: list[int] = []
        self._bytes = 0

    def add(self, image: Image.Image, size: tuple[float, float]) -> None:
        head, data = _smallest(image)
        self._bytes += len(data)
        if self._bytes > _MOST_BYTES:
            raise Refused("long")
        width, height = (f"{length:.2f}" for length in size)
        picture = self._object(
            f"<</Type/XObject/Subtype/Image/Width {image.width}/Height {image.height}{head}/Length {len(data)}>>", data
        )
        shown = f"{width} 0 0 {height} 0 0 cm /P Do".encode()
        content = self._object(f"<</Length {len(shown)}>>", shown)
        self._pages.append(
            self._object(
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Resources<</XObject<</P {picture} 0 R>>>>"
                f"/Contents {content} 0 R>>"
            )
        )

    def _object(self, head: str, stream: bytes | None = None) -> int:
        body = b"" if stream is None else b"\nstream\n" + stream + b"\nendstream"
        self._objects.append(head.encode() + body)
        return len(self._objects) + 2  # behind the catalog and the tree of pages

    def bound(self) -> bytes:
        kids = " ".join(f"{page} 0 R" for page in self._pages)
        tree = f"<</Type/Pages/Count {len(self._pages)}/Kids[{kids}]>>"
        written, places = io.BytesIO(), []
        written.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        for number, body in enumerate([b"<</Type/Catalog/Pages 2 0 R>>", tree.encode(), *self._objects], 1):
            places.append(written.tell())
            written.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        table = written.tell()
        written.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
        written.writelines(b"%010d 00000 n \n" % place for place in places)
        written.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, table))
        return written.getvalue()


def _smallest(image: Image.Image) -> tuple[str, bytes]:
    """How a page is written, and its bytes. Black on white, as most pages are, is a tenth as long in 16 greys as in JPEG."""
    grey = _is_grey(image)
    plain = image.convert("L") if grey else image
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=_QUALITY)
    photo = f"/ColorSpace/Device{'Gray' if grey else 'RGB'}/BitsPerComponent 8/Filter/DCTDecode", written.getvalue()
    if not grey:
        return photo
    sixteen = Image.frombytes("P", plain.size, plain.point([value >> 4 for value in range(256)]).tobytes())
    sixteen.putpalette([shade for value in range(16) for shade in (value * 17,) * 3])
    written = io.BytesIO()
    sixteen.save(written, "PNG", bits=4)
    lines = _lines(written.getvalue())
    way = f"<</Predictor 15/Colors 1/BitsPerComponent 4/Columns {image.width}>>"
    drawn = f"/ColorSpace/DeviceGray/BitsPerComponent 4/Filter/FlateDecode/DecodeParms{way}", lines
    return min(photo, drawn, key=lambda form: len(form[1]))


def _is_grey(image: Image.Image) -> bool:
    red, green, blue = image.split()
    return not ImageChops.difference(red, green).getbbox() and not ImageChops.difference(green, blue).getbbox()


def _lines(png: bytes) -> bytes:
    """The packed lines of a PNG, which are a PDF's as well (ISO 32000-1, 7.4.4.4)."""
    at, packed = 8, []
    while at < len(png):
        length, name = struct.unpack(">I4s", png[at : at + 8])
        if name == b"IDAT":
            packed.append(png[at + 8 : at + 8 + length])
        at += 12 + length
    return b"".join(packed)
