"""PDFs: who made them and with what is taken out, and so is everything in them that acts.

pikepdf (qpdf) rather than pypdf: it mends broken files as readers do, and writes only objects that the document still uses,
so that what an editor "deleted" by appending to the file is gone. Source of the names: ISO 32000-1, 7.7 (catalog), 12.6
(actions), 14.3 (metadata).
"""

from __future__ import annotations

import io
from typing import Any

from bot.files.cleaning import Refused
from bot.files.cleaning.pictures import bare

_MOST_OBJECTS = 200_000
_DEEPEST = 50

_TELLS = ("/Metadata", "/PieceInfo", "/LastModified", "/SpiderInfo", "/CreatorInfo", "/Perms", "/DSS")
"""About the document's making."""
_ACTS = (
    "/AA",
    "/JS",
    "/JavaScript",
    "/OpenAction",
    "/EmbeddedFiles",
    "/EF",
    "/AF",
    "/XFA",
    "/RichMediaContent",
    "/Collection",
)
"""What runs, loads or carries something else."""
_ACTIONS = (
    *("/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToR", "/GoToE"),
    *("/Rendition", "/Movie", "/Sound", "/RichMediaExecute"),
)
"""Actions that do more than turn to a page or show an address."""
_ABOUT_NOTES = ("/T", "/Subj", "/CreationDate", "/M", "/RC", "/NM")
"""A note in the margin names its author."""
_NO_NOTES = ("/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D")


def is_one(content: bytes) -> bool:
    return b"%PDF-" in content[:1024]


def clean(content: bytes) -> bytes:
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            if len(document.objects) > _MOST_OBJECTS:
                raise Refused("large")
            for name in ("/Info", "/ID"):
                if name in document.trailer:
                    del document.trailer[name]
            for one in document.objects:
                if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                    _strip(one)
            for page in document.pages:
                _notes(page.obj)
            written = io.BytesIO()
            document.save(written, deterministic_id=True, encryption=False)
    except pikepdf.PasswordError:
        raise Refused("locked") from None
    except pikepdf.PdfError:
        raise Refused("damaged") from None
    return written.getvalue()


def _strip(thing: Any, depth: int = 0) -> None:
    """One object and what is written inside it. Objects that are only referred to come by themselves."""
    import pikepdf

    if depth > _DEEPEST:
        raise Refused("damaged")
    if isinstance(thing, pikepdf.Array):
        children = list(thing)
    else:
        for name in _names_to_drop(thing):
            del thing[name]
        if isinstance(thing, pikepdf.Stream):
            _strip_picture(thing)
        inner = thing.stream_dict if isinstance(thing, pikepdf.Stream) else thing
        children = [inner[name] for name in inner.keys()]  # noqa: SIM118 - it is no mapping
    for child in children:
        if isinstance(child, pikepdf.Dictionary | pikepdf.Array) and not child.is_indirect:
            _strip(child, depth + 1)


def _names_to_drop(thing: Any) -> list[str]:
    if str(thing.get("/S")) in _ACTIONS or str(thing.get("/Type")) == "/Sig":  # a signature is broken by any change anyway
        return list(thing.keys())
    return [name for name in (*_TELLS, *_ACTS) if name in thing]


def _strip_picture(stream: Any) -> None:
    import pikepdf

    filters = stream.get("/Filter")
    alone = filters if not isinstance(filters, pikepdf.Array) or len(filters) != 1 else filters[0]
    if str(alone) != "/DCTDecode":
        return
    raw = stream.read_raw_bytes()
    if (plain := bare(raw)) != raw:
        stream.write(plain, filter=pikepdf.Name.DCTDecode, decode_parms=stream.get("/DecodeParms"))


def _notes(page: Any) -> None:
    import pikepdf

    notes = page.get("/Annots")
    if not isinstance(notes, pikepdf.Array):
        return
    kept = [note for note in notes if isinstance(note, pikepdf.Dictionary) and str(note.get("/Subtype")) not in _NO_NOTES]
    for note in kept:
        if str(note.get("/Subtype")) == "/Widget":
            continue  # /T is the name of a form's field there
        for name in _ABOUT_NOTES:
            if name in note:
                del note[name]
    page["/Annots"] = pikepdf.Array(kept)
