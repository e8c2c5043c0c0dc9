"""What is taken out of files, what is refused, and how far a file is read."""

from __future__ import annotations

import io
import zipfile
import zlib

import pikepdf
import pytest
from PIL import Image

from bot.files.cleaning import Refused, apart, clean
from models.messages.message import FileKind
from tests import sample_files as files
from tests.sample_files import AUTHOR, GPS_MAKE

CREATOR = f"<coreProperties><creator>{AUTHOR}</creator></coreProperties>".encode()
TELLS = (AUTHOR.encode(), GPS_MAKE.encode(), b"Exif", b"23100RN82L", b"HELLO-", b"C:/Users")


def unpacked(content: bytes) -> bytes:
    """Everything a reader of the file can come to."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return b"".join(info.filename.encode() + parts.read(info) for info in parts.infolist())
    if content.startswith(b"%PDF"):
        with pikepdf.open(io.BytesIO(content)) as document:
            found = io.BytesIO()
            document.save(found, stream_decode_level=pikepdf.StreamDecodeLevel.generalized, compress_streams=False)
            return found.getvalue()
    return content


@pytest.mark.parametrize(
    ("content", "kind", "mime"),
    [
        (files.photo(), "photo", "image/jpeg"),
        (files.photo(), "document", "image/jpeg"),
        (files.photo(form="PNG"), "photo", "image/jpeg"),
        (files.photo(form="WEBP"), "photo", "image/jpeg"),
        (files.pdf(), "document", "application/pdf"),
        (files.docx(), "document", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (files.docx(**{"package/services/metadata/core-properties/1.psmdcp": CREATOR}), "document", "application/vnd"),
        (files.docx(**{"docprops/Core.xml": CREATOR}), "document", "application/vnd.openxmlformats-"),
        (files.docx(**{"word/embeddings/bang.xlsx": files.xlsx()}), "document", "application/vnd.openxmlformats-"),
        (files.xlsx(), "document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (files.ogg(), "voice", "audio/ogg"),
        (files.aac(), "voice", "audio/aac"),
        ("Lương tháng 5 thiếu 2 giờ".encode(), "document", "text/plain"),
        ("\ufeffLương".encode("utf-16"), "document", "text/plain"),
    ],
)
def test_what_names_somebody_is_taken_out(content: bytes, kind: FileKind, mime: str) -> None:
    cleaned = clean(content, kind)
    assert cleaned.mime.startswith(mime)
    found = unpacked(cleaned.content)
    assert not [tell for tell in TELLS if tell in found]


def test_the_samples_do_name_somebody() -> None:
    for content in (files.photo(), files.pdf(), files.docx(), files.xlsx(), files.ogg(), files.aac()):
        assert [tell for tell in TELLS if tell in unpacked(content)]


def test_a_photo_stands_upright_and_is_not_endless() -> None:
    cleaned = Image.open(io.BytesIO(clean(files.photo((6000, 3000), orientation=6), "photo").content))
    assert cleaned.size == (1280, 2560)
    assert not cleaned.getexif() and not cleaned.info.get("icc_profile") and "comment" not in cleaned.info
    red, _green, blue = cleaned.getpixel((640, 100))  # type: ignore[misc]
    assert red > 200 > 100 > blue, "what was left is on top now"


def test_what_a_document_says_stays() -> None:
    found = unpacked(clean(files.docx(), "document").content)
    assert "Lương tháng 5".encode() in found and b"https://congdoan.vn/" in found and b"about:blank" in found
    assert b"/Im0 Do" in unpacked(clean(files.pdf(), "document").content)
    assert "thiếu 2 giờ".encode() in unpacked(clean(files.xlsx(), "document").content)


def test_a_voice_stays_a_voice() -> None:
    cleaned = clean(files.ogg(), "voice").content
    assert cleaned.endswith(files.ogg()[-128:]) and cleaned.count(b"OggS") == 3 and b"OpusTags" in cleaned
    # A page's sum over itself, with its sum in place, as Ogg readers check it.
    page = cleaned[47 : 47 + 28 + 16]
    assert int.from_bytes(page[22:26], "little") == remainder(page[:22] + bytes(4) + page[26:])


def remainder(page: bytes) -> int:
    """Of the page as one long binary number, divided without carries (RFC 3533 §6)."""
    left = int.from_bytes(page) << 32
    while (places := left.bit_length() - 33) >= 0:
        left ^= 0x104C11DB7 << places
    return left


def huge_png() -> bytes:
    """A few hundred bytes that say they are 60,000 × 60,000 pixels."""
    small = bytearray(files.photo((1, 1), form="PNG"))
    small[16:24] = (60_000).to_bytes(4) * 2
    small[29:33] = zlib.crc32(small[12:29]).to_bytes(4)
    return bytes(small)


@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        (b"<!DOCTYPE html><html><script>1</script></html>", "photo", "not_a_photo"),
        (b"<!DOCTYPE html><html><script>1</script></html>", "document", "unknown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "document", "unknown"),
        (b"\xff\xd8\xff" + b"no picture at all" * 50, "photo", "not_a_photo"),
        (files.photo()[:200], "photo", "not_a_photo"),
        (huge_png(), "photo", "large"),
        (files.pdf(), "photo", "not_a_photo"),
        (files.pdf(), "voice", "not_a_voice"),
        (b"MZ\x90\x00\x03", "document", "unknown"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "document", "unknown"),
        (b"", "document", "unknown"),
        (b"\x00\x00\x00\x18ftypmp42", "document", "unknown"),
        (b"%PDF-1.7", "document", "damaged"),
        (files.packed({"a.txt": "x"}), "document", "unknown"),
        (files.docx()[:-200], "document", "damaged"),
        (files.docx(**{"word/vbaProject.bin": b"x"}), "document", "macros"),
        (files.docx(**{"word/embeddings/oleObject1.bin": b"x"}), "document", "macros"),
        (
            files.docx(**{"word/extra.xml": "<?xml version='1.0' encoding='UTF-16'?><x/>".encode("utf-16")}),
            "document",
            "damaged",
        ),
        (files.bomb(), "document", "large"),
    ],
)
def test_what_is_not_kept(content: bytes, kind: FileKind, why: str) -> None:
    with pytest.raises(Refused) as refused:
        clean(content, kind)
    assert refused.value.why == why


def test_a_locked_pdf_is_not_kept() -> None:
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(files.pdf())) as document:
        document.save(written, encryption=pikepdf.Encryption(owner="a", user="b"))
    with pytest.raises(Refused) as refused:
        clean(written.getvalue(), "document")
    assert refused.value.why == "locked"


async def test_files_are_cleaned_in_a_process_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    cleaned = await apart.clean_apart(files.photo(), "photo")
    assert cleaned.mime == "image/jpeg" and cleaned.content.startswith(b"\xff\xd8\xff") and b"Exif" not in cleaned.content
    with pytest.raises(Refused) as refused:
        await apart.clean_apart(b"<html>", "photo")
    assert refused.value.why == "not_a_photo"
    monkeypatch.setattr(apart, "SECONDS", 0.01)
    with pytest.raises(Refused) as refused:
        await apart.clean_apart(files.photo(), "photo")
    assert refused.value.why == "large"
