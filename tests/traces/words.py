"""Word documents that tell more than they show."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from tests.traces import SEEN, TRACE, Trace
from tests.traces.pictures import W, drawn, emf, tiff, two_in_one, with_exif

NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
SPACES = (
    f'xmlns:w="{NS}" xmlns:r="{REL}" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" xmlns:mc="http://schemas.openxmlformats.org/markup-'
    'compatibility/2006"'
)
PATH = rf"C:\Users\{TRACE}\Documents"


def packed(parts: dict[str, str | bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return written.getvalue()


def relations(*lines: tuple[str, str], outside: bool = False) -> str:
    mode = ' TargetMode="External"' if outside else ""
    inner = "".join(
        f'<Relationship Id="r{number}" Type="{REL}/{kind}" Target="{target}"{mode}/>'
        for number, (kind, target) in enumerate(lines, 1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>'


def docx(
    body: str = "", parts: dict[str, str | bytes] | None = None, rels: str = "", words: str = SEEN, attributes: str = ""
) -> bytes:
    """A document of one paragraph, with this behind it."""
    types = '<Default Extension="xml" ContentType="application/xml"/><Default Extension="jpeg" ContentType="image/jpeg"/>'
    paragraph = f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"
    return packed(
        {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">{types}</Types>',
            "_rels/.rels": relations(("officeDocument", "word/document.xml")),
            "word/document.xml": f"{HEAD}<w:document {SPACES} {attributes}><w:body>{paragraph}{body}</w:body></w:document>",
            **({"word/_rels/document.xml.rels": rels} if rels else {}),
            **(parts or {}),
        }
    )


def part(name: str, kind: str, content: str | bytes, body: str = "") -> bytes:
    """A document with one more part, to which it points."""
    return docx(body, {f"word/{name}": content}, relations((kind, name)))


def shown(image: str = "r1", crop: str = "", more: str = "") -> str:
    return (
        f'<w:p><w:r><w:drawing><wp:inline><wp:extent cx="914400" cy="685800"/><wp:docPr id="1" name="x" {more}/><a:graphic>'
        f'<a:graphicData><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="x" {more}/></pic:nvPicPr><pic:blipFill>'
        f'<a:blip r:embed="{image}"/>{crop}</pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:inline>'
        "</w:drawing></w:r></w:p>"
    )


def run(inside: str) -> str:
    return f"<w:p><w:r>{inside}</w:r></w:p>"


def field(told: str, result: str = "x") -> str:
    steps = [f'<w:fldChar w:fldCharType="{step}"/>' for step in ("begin", "separate", "end")]
    return run(f"{steps[0]}<w:instrText>{told}</w:instrText>{steps[1]}<w:t>{result}</w:t>{steps[2]}")


def settings(inner: str) -> bytes:
    return part("settings.xml", "settings", f"{HEAD}<w:settings {SPACES}>{inner}</w:settings>")


def styled(inner: str, body: str) -> bytes:
    return part("styles.xml", "styles", f"{HEAD}<w:styles {SPACES}>{inner}</w:styles>", body)


def comments(attributes: str) -> bytes:
    inner = f'<w:comment w:id="0" {attributes}><w:p><w:r><w:t>{TRACE}</w:t></w:r></w:p></w:comment>'
    body = '<w:p><w:commentRangeStart w:id="0"/><w:r><w:commentReference w:id="0"/></w:r></w:p>'
    return part("comments.xml", "comments", f"{HEAD}<w:comments {SPACES}>{inner}</w:comments>", body)


def documents() -> Iterator[tuple[str, bytes]]:
    for name, kind, picture in (
        ("JPEG with EXIF", "jpeg", with_exif()),
        ("JPEG with a second one behind it", "jpeg", two_in_one()),
        ("WEBP with EXIF", "webp", with_exif("WEBP")),
        ("TIFF with its maker", "tiff", tiff()),
        ("EMF with a description", "emf", emf()),
        ("SVG with its author", "svg", f"<svg><title>{TRACE}</title></svg>".encode()),
        ("JPEG that nothing shows", "jpeg", with_exif()),
    ):
        yield name, part(f"media/image1.{kind}", "image", picture, "" if "nothing" in name else shown())
    yield "author of a comment", comments(f'w:author="{TRACE}" w:initials="{TRACE}"')
    yield "author of a comment, written otherwise", comments(f"w:author = '{TRACE}'")
    yield "rsid", docx(f'<w:p w:rsidR="00{TRACE}" w:rsidRDefault="00{TRACE}"/>')
    yield "ids of paragraphs", docx(f'<w:p w14:paraId="{TRACE}" w14:textId="{TRACE}"/>')
    yield "rsidRoot in settings", settings(f'<w:rsids><w:rsidRoot w:val="{TRACE}"/></w:rsids>')
    yield "document variable", settings(f'<w:docVars><w:docVar w:name="user" w:val="{TRACE}"/></w:docVars>')
    yield "mail merge", settings(f'<w:mailMerge><w:connectString w:val="Source={PATH}"/></w:mailMerge>')
    yield "who may edit", settings(f'<w:writeProtection w:hash="{TRACE}" w:salt="{TRACE}"/>')
    yield "sensitivity label", docx(parts={"docMetadata/LabelInfo.xml": f'<labelList><label siteId="{TRACE}"/></labelList>'})
    yield "field told a path", docx(field(rf"INCLUDETEXT \p {PATH}"))
    yield "field that says the file's name", docx(field("FILENAME \\p", PATH))
    yield (
        "field that says the author",
        docx(f'<w:p><w:fldSimple w:instr="AUTHOR"><w:r><w:t>{TRACE}</w:t></w:r></w:fldSimple></w:p>'),
    )
    nested = field("IF x", "y").replace(
        "IF x</w:instrText>", f"IF</w:instrText></w:r>{field('DOCPROPERTY z', TRACE)[5:-6]}<w:r>"
    )
    yield "field in what another is told", docx(nested)
    link = f'<w:p><w:hyperlink r:id="r1" w:tooltip="{TRACE}"><w:r><w:t>x</w:t></w:r></w:hyperlink></w:p>'
    for name, target in (
        ("file", f"file:///{PATH}"), ("name and password", f"https://{TRACE}:x@h.vn/"), ("UNC", rf"\\{TRACE}\x")
    ):  # fmt: skip
        yield f"link: {name}", docx(link, rels=relations(("hyperlink", target), outside=True))
    yield "link's tooltip", docx(link, rels=relations(("hyperlink", "https://congdoan.vn/"), outside=True))
    yield "template", docx(
        parts={"word/settings.xml": f'<w:settings {SPACES}><w:attachedTemplate r:id="r1"/></w:settings>',
               "word/_rels/settings.xml.rels": relations(("attachedTemplate", f"file:///{PATH}"), outside=True)},
        rels=relations(("settings", "settings.xml")),
    )  # fmt: skip
    yield (
        "picture loaded from elsewhere",
        docx(shown().replace("r:embed", "r:link"), rels=relations(("image", f"https://{TRACE}.vn/a.png"), outside=True)),
    )
    yield "deleted words", docx(f'<w:p><w:del w:author="{TRACE}"><w:r><w:delText>{TRACE}</w:delText></w:r></w:del></w:p>')
    yield "words moved away", docx(f"<w:p><w:moveFrom><w:r><w:t>{TRACE}</w:t></w:r></w:moveFrom></w:p>")
    yield "inserted words' author", docx(f'<w:p><w:ins w:author="{TRACE}"><w:r><w:t>x</w:t></w:r></w:ins></w:p>')
    yield (
        "earlier format's author",
        docx(f'<w:p><w:pPr><w:pPrChange w:author="{TRACE}"><w:pPr/></w:pPrChange></w:pPr></w:p>'),
    )
    cells = f"<w:tc><w:p><w:r><w:t>{TRACE}</w:t></w:r></w:p></w:tc>"
    yield "deleted row", docx(f'<w:tbl><w:tr><w:trPr><w:del w:author="x"/></w:trPr>{cells}</w:tr></w:tbl>')
    below = cells.replace("<w:tc>", "<w:tc><w:tcPr><w:vMerge/></w:tcPr>")
    yield "cell under a merged one", docx(f"<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr><w:tr>{below}</w:tr></w:tbl>")
    yield "hidden words", docx(run(f"<w:rPr><w:vanish/></w:rPr><w:t>{TRACE}</w:t>"))
    secret = '<w:style w:type="character" w:styleId="h"><w:rPr><w:vanish/></w:rPr></w:style>'
    yield "words hidden by a style", styled(secret, run(f'<w:rPr><w:rStyle w:val="h"/></w:rPr><w:t>{TRACE}</w:t>'))
    yield (
        "name of a style",
        styled(
            f'<w:style w:type="paragraph" w:styleId="{TRACE}"><w:name w:val="{TRACE}"/><w:rPr><w:b/></w:rPr></w:style>',
            f'<w:p><w:pPr><w:pStyle w:val="{TRACE}"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>',
        ),
    )
    yield "name of a font", docx(run(f'<w:rPr><w:rFonts w:ascii="{TRACE}"/></w:rPr><w:t>x</w:t>'))
    yield "value that is none", docx(f'<w:p><w:pPr><w:jc w:val="{TRACE}"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>')
    yield "alt text", part("media/i.jpeg", "image", drawn(), shown(more=f'descr="{PATH}" title="{TRACE}"'))
    yield "hidden picture", part("media/i.jpeg", "image", with_exif(), shown(more=f'hidden="1" descr="{TRACE}"'))
    image = f'<v:imagedata r:id="r1" o:title="{TRACE}"/>'
    yield "older picture (VML)", part(
        "media/i.jpeg", "image", with_exif(),
        run(f'<w:pict><v:shape alt="{PATH}" style="width:90pt;height:60pt">{image}</v:shape></w:pict>'),
    )  # fmt: skip
    yield (
        "object of another program (OLE)",
        part(
            "embeddings/oleObject1.bin",
            "oleObject",
            W,
            run(f'<w:object><o:OLEObject ProgID="{TRACE}" r:id="r1"/></w:object>'),
        ),
    )
    yield "workbook behind a chart", part("embeddings/a.xlsx", "package", W)
    yield "bookmark", docx(f'<w:bookmarkStart w:id="0" w:name="{TRACE}"/><w:bookmarkEnd w:id="0"/>')
    tag = f'<w:sdtPr><w:alias w:val="{TRACE}"/><w:tag w:val="{TRACE}"/></w:sdtPr>'
    yield "content control", docx(f"<w:sdt>{tag}<w:sdtContent><w:p/></w:sdtContent></w:sdt>")
    yield (
        "smart tag",
        docx(f'<w:p><w:smartTag w:uri="{TRACE}" w:element="{TRACE}"><w:r><w:t>x</w:t></w:r></w:smartTag></w:p>'),
    )
    yield (
        "caption of a table",
        docx(f'<w:tbl><w:tblPr><w:tblCaption w:val="{TRACE}"/></w:tblPr><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>'),
    )
    numbers = f'<w:abstractNum w:abstractNumId="7"><w:nsid w:val="{TRACE}"/><w:name w:val="{TRACE}"/>{{}}</w:abstractNum>'
    levels = "".join(f'<w:lvl w:ilvl="{at}"><w:lvlText w:val="{text}"/></w:lvl>' for at, text in enumerate(("-", TRACE)))
    used = '<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>'
    numbers = f"{HEAD}<w:numbering {SPACES}>{numbers.format(levels)}{used}</w:numbering>"
    item = '<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr></w:pPr><w:r><w:t>x</w:t></w:r></w:p>'
    yield "list's names, and a level nobody uses", part("numbering.xml", "numbering", numbers, item)
    note = f'<w:footnotes {SPACES}><w:footnote w:id="5"><w:p><w:r><w:t>{TRACE}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    yield "footnote that nothing points to", part("footnotes.xml", "footnotes", note)
    header = f"<w:hdr {SPACES}><w:p><w:r><w:t>{TRACE}</w:t></w:r></w:p></w:hdr>"
    unseen = '<w:sectPr><w:headerReference w:type="first" r:id="r1"/></w:sectPr>'
    yield "header that no page has", part("header1.xml", "header", header, unseen)
    yield "page of another format (altChunk)", part("a.html", "aFChunk", f"<p>{TRACE}</p>", '<w:altChunk r:id="r1"/>')
    for name, kind, content in (
        ("customXml/item1.xml", "customXml", f"<x>{TRACE}</x>"),
        ("fonts/font1.odttf", "font", W),
        ("people.xml", "people", f"<p>{TRACE}</p>"),
        ("printerSettings1.bin", "printerSettings", W),
        ("webSettings.xml", "webSettings", f"<w:webSettings {SPACES}><w:frame w:name='{TRACE}'/></w:webSettings>"),
        ("glossary/document.xml", "glossaryDocument", f"<x>{TRACE}</x>"),
        ("theme/theme1.xml", "theme", f'<a:theme {SPACES} name="{TRACE}"/>'),
        ("note.bin", "unknown", W),
    ):
        yield f"part {name}", part(name, kind, content)
    yield "properties", docx(parts={f"docProps/{name}.xml": f"<p>{TRACE}</p>" for name in ("core", "app", "custom")})
    yield "thumbnail", docx(parts={"docProps/thumbnail.jpeg": with_exif()})
    yield (
        "comment of XML, instruction, namespace",
        docx(f"<!--{TRACE}--><?{TRACE} x?>", attributes=f'xmlns:{TRACE}="urn:{TRACE}"'),
    )
    yield "name of a part", docx(parts={f"word/{TRACE}.xml": "<x/>"})
    yield "the zip's own words", _zip_words()
    yield "files before and behind the zip", docx() + W


def _zip_words() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx())) as old, zipfile.ZipFile(written, "w") as new:
        for entry in old.infolist():
            made = zipfile.ZipInfo(entry.filename, (2026, 5, 1, 8, 0, 0))
            made.comment, made.extra = W, b"\x99\x99" + len(W).to_bytes(2, "little") + W
            new.writestr(made, old.read(entry))
        new.comment = W
    return written.getvalue()


def traces() -> list[Trace]:
    return [Trace(f"docx: {name}", "document", content) for name, content in documents()]
