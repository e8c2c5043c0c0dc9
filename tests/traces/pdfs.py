"""PDFs that tell more than they show. Each shows a red picture on the lower left of its page."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from tests.traces import TRACE, Trace
from tests.traces.pictures import W, drawn, two_in_one, with_exif

SHOWS = b"q 100 0 0 100 0 0 cm /Im0 Do Q "
Change = Callable[[pikepdf.Pdf, Dictionary], None]


def pdf(change: Change | None = None, picture: bytes = b"", content: bytes = b"", **how: object) -> bytes:
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200)).obj
    image = Stream(document, picture or drawn(), Type=Name.XObject, Subtype=Name.Image, Width=64, Height=48)
    image.ColorSpace, image.BitsPerComponent, image.Filter = Name.DeviceRGB, 8, Name.DCTDecode
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    page.Resources = Dictionary(XObject=Dictionary(Im0=document.make_indirect(image)), Font=Dictionary(F=font))
    page.Contents = document.make_stream(SHOWS + content)
    if change is not None:
        change(document, page)
    written = io.BytesIO()
    document.save(written, **({"compress_streams": False, "fix_metadata_version": False} | how))  # type: ignore[arg-type]
    return written.getvalue()


def _author(document: pikepdf.Pdf, page: Dictionary) -> None:
    document.docinfo["/Author"] = TRACE
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=TRACE)


def _note(document: pikepdf.Pdf, page: Dictionary, **more: object) -> None:
    said = {"Subtype": Name.Text, "T": TRACE, "Contents": TRACE, "Rect": [150, 150, 160, 160], **more}
    page.Annots = Array([document.make_indirect(Dictionary(Type=Name.Annot, **said))])


def _link(document: pikepdf.Pdf, page: Dictionary) -> None:
    _note(document, page, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=f"file:///C:/Users/{TRACE}"))


def _tooltip(document: pikepdf.Pdf, page: Dictionary) -> None:
    _note(document, page, Subtype=Name.Widget, FT=Name.Tx, T="f", TU=TRACE)
    document.Root.AcroForm = Dictionary(Fields=Array([page.Annots[0]]))


def _layer(document: pikepdf.Pdf, page: Dictionary) -> None:
    """A layer with its user's name, and one that is switched off, with words on it."""
    usage = Dictionary(User=Dictionary(Type=Name.Ind, Name=TRACE), CreatorInfo=Dictionary(Creator=TRACE))
    layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=TRACE, Usage=usage))
    document.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    page.Resources.Properties = Dictionary(L=layer)
    page.Contents = document.make_stream(SHOWS + b"/OC /L BDC " + _words() + b" EMC")


def _jpeg2000(document: pikepdf.Pdf, page: Dictionary) -> None:
    boxes = b"\0\0\0\x0cjP  \r\n\x87\n" + struct.pack(">I", 40) + b"xml " + W.ljust(32)
    head = {"Type": Name.XObject, "Subtype": Name.Image, "Width": 1, "Height": 1, "Filter": Name.JPXDecode}
    page.Resources.XObject.Im1 = document.make_indirect(Stream(document, boxes, **head))


def _metadata(document: pikepdf.Pdf, page: Dictionary) -> None:
    for owner in (document.Root, page, page.Resources.XObject.Im0.stream_dict):
        owner.Metadata = document.make_indirect(Stream(document, W, Type=Name.Metadata, Subtype=Name.XML))
    page.PieceInfo = Dictionary(Program=Dictionary(Private=TRACE))


def _attached(document: pikepdf.Pdf, page: Dictionary) -> None:
    document.attachments[f"{TRACE}.txt"] = W


def _names(document: pikepdf.Pdf, page: Dictionary) -> None:
    document.Root.Outlines = Dictionary(First=document.make_indirect(Dictionary(Title=TRACE)))
    document.Root.StructTreeRoot = Dictionary(K=Dictionary(Alt=TRACE, ActualText=TRACE, S=Name.Figure))
    page.Resources.Font.F.BaseFont = Name("/" + TRACE)
    page.Resources.Font[f"/{TRACE}"] = page.Resources.Font.F


def _cropped(document: pikepdf.Pdf, page: Dictionary) -> None:
    page.MediaBox, page.CropBox = Array([0, 0, 200, 400]), Array([0, 0, 200, 200])
    page.Contents = document.make_stream(SHOWS + b"1 0 0 1 0 300 cm " + _words())


def _covered(document: pikepdf.Pdf, page: Dictionary) -> None:
    page.Contents = document.make_stream(b"1 0 0 1 0 -140 cm " + _words() + b" 1 0 0 1 0 140 cm " + SHOWS)


def _words() -> bytes:
    return f"BT /F 12 Tf 5 150 Td ({TRACE}) Tj ET".encode()


def documents() -> Iterator[tuple[str, bytes]]:
    for name, change in (
        ("author and script", _author),
        ("note in the margin", _note),
        ("link into a folder", _link),
        ("tooltip of a field", _tooltip),
        ("layer's user, and a layer that is off", _layer),
        ("JPEG 2000 with a box of XML", _jpeg2000),
        ("XMP of document, page and picture; private data", _metadata),
        ("attached file", _attached),
        ("bookmarks, alternative words, names of fonts", _names),
        ("words outside the page", _cropped),
    ):
        yield name, pdf(change)
    yield "picture with EXIF", pdf(picture=with_exif())
    yield "picture with a second one behind it", pdf(picture=two_in_one())
    yield "invisible words", pdf(content=b"3 Tr " + _words())
    yield "words under the picture", pdf(_covered)
    yield "comment in a page", pdf(content=b"\n%" + W + b"\n")
    yield "marked words", pdf(content=f"/Span <</ActualText ({TRACE})>> BDC EMC".encode())
    packed = {"compress_streams": True, "object_stream_mode": pikepdf.ObjectStreamMode.generate}
    yield "author in a packed object", pdf(_author, **packed)
    yield "what was there before the last change", _changed()
    yield "files before and behind it", W + b"\n" + pdf() + W


def _changed() -> bytes:
    """As editors "delete": the new page is written behind the old one."""
    old = pdf(content=_words())
    at = old.index(b"/Contents ") + 10
    number = int(old[at : old.index(b" ", at)])
    place = old.rindex(b"startxref") + 10
    before, begin = int(old[place : old.index(b"\n", place)]), len(old) + 1
    body = b"%d 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (number, len(SHOWS), SHOWS)
    root = old[old.index(b"/Root ") : old.index(b" R", old.index(b"/Root ")) + 2]
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<<%s/Size 20/Prev %d>>\n" % (number, begin, root, before)
    return old + b"\n" + body + table + b"startxref\n%d\n%%%%EOF\n" % (begin + len(body))


def traces() -> list[Trace]:
    return [Trace(f"pdf: {name}", "document", content) for name, content in documents()]
