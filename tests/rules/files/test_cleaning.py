"""What stays of files that are written anew, and what is refused. That nothing else comes along: test_traces.py."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from bot.files.cleaning import Refused, clean, pdf
from bot.files.cleaning.photo import fitting
from bot.files.cleaning.pictures import Drawing
from models.messages.message import FileKind
from tests import sample_files as files
from tests.sample_files import AUTHOR, GPS_MAKE
from tests.traces import TRACE, holds, layers, pdfs, pictures, words
from tests.traces.refusals import NOT_KEPT

TELLS = (AUTHOR, GPS_MAKE, "Exif", "23100RN82L", "HELLO-", "C:/Users")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("content", "kind", "mime"),
    [
        (files.photo(), "photo", "image/jpeg"),
        (files.photo(), "document", "image/jpeg"),
        (files.photo(form="PNG"), "photo", "image/jpeg"),
        (files.photo(form="WEBP"), "photo", "image/jpeg"),
        (files.pdf(), "document", "application/pdf"),
        (files.docx(), "document", WORD),
        (files.docx(**{"docprops/Core.xml": f"<creator>{AUTHOR}</creator>"}), "document", WORD),
        (files.docx(**{"word/embeddings/bang.xlsx": files.xlsx()}), "document", WORD),
        (files.xlsx(), "document", EXCEL),
        (files.ogg(), "voice", "audio/ogg"),
        (files.ogg(), "document", "audio/ogg"),
        (files.aac(), "voice", "audio/aac"),
        ("Lương tháng 5 thiếu 2 giờ".encode(), "document", "text/plain"),
        ("\ufeffLương".encode("utf-16"), "document", "text/plain"),
    ],
)
def test_a_file_is_what_it_holds_and_names_nobody(content: bytes, kind: FileKind, mime: str) -> None:
    done = clean(content, kind)
    assert done.mime == mime
    assert not [tell for tell in TELLS if holds(done.content, tell)]


def test_the_samples_do_name_somebody() -> None:
    for content in (files.photo(), files.pdf(), files.docx(), files.xlsx(), files.ogg(), files.aac()):
        assert [tell for tell in TELLS if holds(content, tell)]


def test_a_photo_stands_upright_and_is_not_endless() -> None:
    done = Image.open(io.BytesIO(clean(files.photo((6000, 3000), orientation=6), "photo").content))
    assert done.size == (1280, 2560)
    assert not done.getexif() and not done.info.get("icc_profile") and "comment" not in done.info
    red, _green, blue = done.getpixel((640, 100))  # type: ignore[misc]
    assert red > 200 > 100 > blue, "what was left is on top now"


def test_pages_are_drawn_as_they_were_seen() -> None:
    """Words, forms and colours of a page, its size and its turn; and nothing but a picture of them."""

    def turned(document: pikepdf.Pdf, page: pikepdf.Dictionary) -> None:
        page.MediaBox, page.Rotate = pikepdf.Array([0, 0, 300, 200]), 90

    old = pdfs.pdf(turned, content=b"BT /F 40 Tf 110 120 Td (BANG CONG) Tj ET")
    new = clean(old, "document").content
    drawn = [pypdfium2.PdfDocument(content)[0].render(scale=2).to_pil().convert("L") for content in (old, new)]
    assert drawn[0].size == drawn[1].size == (400, 600)
    ink = [sum(drawing.histogram()[:60]) for drawing in drawn]  # letters are darker than the picture
    assert ink[0] > 1000 and abs(ink[0] - ink[1]) < ink[0] / 10
    with pikepdf.open(io.BytesIO(new)) as document:
        kinds = {str(thing.get("/Type", "")) for thing in document.objects if isinstance(thing, pikepdf.Dictionary)}
        assert kinds == {"/Catalog", "/Pages", "/Page"} and set(document.trailer.keys()) == {"/Size", "/Root"}
        assert not document.check_pdf_syntax()


def test_grey_pages_are_small_and_coloured_ones_keep_their_colour() -> None:
    grey, coloured = (clean(pdfs.pdf(picture=picture), "document").content for picture in (_grey(), pictures.drawn()))
    assert b"/DeviceGray" in grey and b"/DeviceRGB" in coloured


def _grey() -> bytes:
    return pictures.drawn(colour=(90, 90, 90))


def test_a_pdf_of_too_many_pages() -> None:
    document = pikepdf.new()
    for _ in range(pdf.MOST_PAGES + 1):
        document.add_blank_page(page_size=(100, 100))
    written = io.BytesIO()
    document.save(written)
    with pytest.raises(Refused) as refused:
        clean(written.getvalue(), "document")
    assert refused.value.why == "long"


@pytest.mark.parametrize("hidden", [
    "".join(chr(0xE0000 + ord(letter)) for letter in TRACE),
    "".join("\u200b\u200c"[int(bit)] for letter in TRACE for bit in f"{ord(letter):08b}"),
    "".join(chr(0xE0100 + ord(letter)) for letter in TRACE),
    "\u202a\u2066\ufeff\u00ad\u034f\u2800",
])  # fmt: skip
@pytest.mark.parametrize("document", [False, True])
def test_letters_that_nobody_sees_are_none(hidden: str, document: bool) -> None:
    """A text can carry a name in letters without shape; and in its spaces and line ends where it was written."""
    seen, there = "Lương tháng 5", f"Lương{hidden}\u00a0tháng\u20095"
    content = words.docx(words=there) if document else f"\ufeff{there}  \r\n".encode()
    done = b"".join(layers(clean(content, "document").content)).decode("utf-8", "ignore")
    assert seen in done and not set(hidden) & set(done)
    assert document or done == seen + "\n"


def test_composed_letters_stay_what_they_are() -> None:
    assert clean("Đình chỉ vì lỗi gì?".encode(), "document").content.decode() == "Đình chỉ vì lỗi gì?"
    apart = "Tô\u0301i"  # as macOS writes it
    assert clean(apart.encode(), "document").content.decode() == "Tối"


@pytest.mark.parametrize(("content", "kind", "why"), NOT_KEPT)
def test_what_is_not_kept(content: bytes | Callable[[], bytes], kind: FileKind, why: str) -> None:
    with pytest.raises(Refused) as refused:
        clean(content() if callable(content) else content, kind)
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("size", "kept"),
    [
        ((4000, 3000), (2560, 1920)),  # a photo
        ((1080, 2400), (1080, 2400)),  # one screen
        ((1080, 12_000), (1080, 12_000)),  # a long screenshot: as wide as it was
        ((12_000, 1080), (12_000, 1080)),
        ((1440, 30_000), (876, 18_250)),
        ((3000, 9000), (1440, 4320)),
    ],
)
def test_a_long_screenshot_is_kept_as_wide_as_it_can_be_read(size: tuple[int, int], kept: tuple[int, int]) -> None:
    image = Image.new("L", size)
    image.thumbnail(fitting(size))
    assert image.size == pytest.approx(kept, abs=2)


def test_a_long_screenshot_in_a_document_is_kept_likewise() -> None:
    picture = Drawing().anew(files.photo((1080, 6000), orientation=1))
    assert picture.size == (1080, 6000)
