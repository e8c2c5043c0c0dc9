"""Files as people send them, with everything in them that must not travel on."""

from __future__ import annotations

import io
import struct
import zipfile
from functools import cache

GPS_MAKE = "Redmi-13C-cua-Binh"
AUTHOR = "Nguyen Thi Binh"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_A = "http://schemas.openxmlformats.org/drawingml/2006"


def photo(size: tuple[int, int] = (64, 48), *, orientation: int = 6, form: str = "JPEG") -> bytes:
    """A photo that says where, when and with which phone it was taken, in EXIF, XMP and a comment; red on its left half."""
    from PIL import Image

    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0112] = GPS_MAKE, "23100RN82L", orientation
    exif.get_ifd(0x8825).update({1: "N", 2: (10.0, 46.0, 37.2), 3: "E", 4: (106.0, 40.0, 1.1)})
    written = io.BytesIO()
    more = {"xmp": f"<x:xmpmeta>{AUTHOR}</x:xmpmeta>".encode(), "comment": AUTHOR.encode()} if form == "JPEG" else {}
    image.save(written, form, exif=exif, **more)
    return written.getvalue() + (AUTHOR.encode() if form == "JPEG" else b"")


def pdf(*, javascript: bool = True) -> bytes:
    """One page with a photo in it, made by somebody, with a note of theirs, a script and a file inside."""
    import pikepdf

    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200)).obj
    picture = pikepdf.Stream(document, photo(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=64, Height=48)
    picture.ColorSpace, picture.BitsPerComponent, picture.Filter = pikepdf.Name.DeviceRGB, 8, pikepdf.Name.DCTDecode
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=document.make_indirect(picture)))
    page.Contents = document.make_stream(b"q 100 0 0 100 50 50 cm /Im0 Do Q")
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, T=AUTHOR, Contents="xem", Rect=[0, 0, 9, 9]
    )
    page.Annots = pikepdf.Array([document.make_indirect(note)])
    if javascript:
        action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert('HELLO-SCRIPT')")
        document.Root.OpenAction = document.make_indirect(action)
        document.attachments["luong.txt"] = f"{AUTHOR} HELLO-FILE".encode()
    document.docinfo["/Author"] = AUTHOR
    document.docinfo["/Creator"] = GPS_MAKE
    with document.open_metadata() as meta:
        meta["dc:creator"] = [AUTHOR]
    written = io.BytesIO()
    document.save(written, compress_streams=False)
    return written.getvalue()


def packed(parts: dict[str, str | bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return written.getvalue()


def docx(**more: str | bytes) -> bytes:
    """A Word file with an author, a commenter, a template on somebody's disk and a photo with a place in it."""
    relations = f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_R}/attachedTemplate" '
    relations += f'Target="file:///C:/Users/{AUTHOR}/mau.dotx" TargetMode="External"/><Relationship Id="r2" '
    relations += f'Type="{_R}/hyperlink" Target="https://congdoan.vn/" TargetMode="External"/><Relationship Id="r3" '
    relations += f'Type="{_R}/image" Target="media/image1.jpeg"/><Relationship Id="r4" Type="{_R}/comments" '
    relations += 'Target="comments.xml"/></Relationships>'
    core = f"<cp:coreProperties><dc:creator>{AUTHOR}</dc:creator></cp:coreProperties>"
    comments = f'<w:comments xmlns:w="{_W}"><w:comment w:id="0" w:author="{AUTHOR}" w:initials="NTB" '
    comments += 'w:date="2026-05-01T08:00:00Z"><w:p/></w:comment></w:comments>'
    body = f'<w:document xmlns:w="{_W}" xmlns:r="{_R}" xmlns:a="{_A}/main" xmlns:pic="{_A}/picture"><w:body>'
    body += f'<w:p><w:ins w:id="1" w:author="{AUTHOR}"><w:r><w:t>Lương tháng 5</w:t></w:r></w:ins></w:p>'
    body += '<w:p><w:hyperlink r:id="r2"><w:r><w:t>trang công đoàn</w:t></w:r></w:hyperlink></w:p>'
    body += f'<w:p><w:r><w:drawing><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="{AUTHOR}"/></pic:nvPicPr>'
    body += '<pic:blipFill><a:blip r:embed="r3"/></pic:blipFill></pic:pic></w:drawing></w:r></w:p></w:body></w:document>'
    people = f'<w15:people xmlns:w15="x"><w15:person w15:author="{AUTHOR}"/></w15:people>'
    return packed(
        {
            "[Content_Types].xml": '<Types xmlns="x"><Default Extension="xml" ContentType="application/xml"/></Types>',
            "_rels/.rels": f'<Relationships><Relationship Id="t" Type="{_R}/thumbnail" Target="docProps/thumbnail.jpeg"/>'
            f'<Relationship Id="d" Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>',
            "docProps/core.xml": core,
            "docProps/app.xml": f"<Properties><Company>{AUTHOR}</Company></Properties>",
            "docProps/thumbnail.jpeg": photo(),
            "word/document.xml": body,
            "word/comments.xml": comments,
            "word/people.xml": people,
            "word/_rels/document.xml.rels": relations,
            "word/media/image1.jpeg": photo(),
            **more,
        }
    )


def xlsx() -> bytes:
    """A table by openpyxl, with its author, a comment of theirs, and the folder it lay in."""
    import openpyxl
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    book.properties.creator = AUTHOR
    book.active["A1"] = "Lương"
    book.active["A1"].comment = Comment("thiếu 2 giờ", AUTHOR)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@cache
def bomb() -> bytes:
    """Half a megabyte that unpacks to 300 times as much."""
    return docx(**{"word/big.xml": b"<x>" + b" " * (150 * 2**20) + b"</x>"})


def slow() -> bytes:
    """140 KB that kept a processor busy for a minute: a search for an end that never came, from eight million places."""
    return docx(**{"word/document.xml": b"<absPath " * 8_000_000})


def ogg(tags: bytes = AUTHOR.encode()) -> bytes:
    """A voice message: the head, the comments, and one page of sound."""
    comments = b"OpusTags" + struct.pack("<I", len(tags)) + tags + struct.pack("<I", 0)
    head = b"OpusHead" + bytes([1, 1, 0, 0]) + struct.pack("<IHB", 48000, 0, 0)

    def page(number: int, body: bytes, flags: int = 0) -> bytes:
        return b"OggS" + bytes([0, flags]) + struct.pack("<QIII", 0, 7, number, 0) + bytes([1, len(body)]) + body

    return page(0, head, 2) + page(1, comments) + page(2, b"\xfc" + bytes(100), 4)


def aac() -> bytes:
    """A frame of ADTS, as Zalo's voices are, behind an ID3 tag as phones write them."""
    return b"ID3\x04\x00\x00\x00\x00\x00\x0f" + AUTHOR.encode() + b"\xff\xf1\x60\x40\x02\x1f\xfc" + bytes(64)
