"""Excel workbooks that tell more than they show."""

from __future__ import annotations

from collections.abc import Iterator

from tests.traces import SEEN, TRACE, Trace
from tests.traces.pictures import W, with_exif
from tests.traces.words import HEAD, PACKAGE, PATH, REL, packed, relations

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SPACES = f'xmlns="{NS}" xmlns:r="{REL}"'
ROW = f'<row r="1"><c r="A1" t="inlineStr"><is><t>{SEEN}</t></is></c></row>'


def xlsx(
    *,
    rows: str = "",
    before: str = "",
    after: str = "",
    book: str = "",
    sheets: str = "",
    parts: dict[str, str | bytes] | None = None,
    rels: tuple[tuple[str, str], ...] = (),
    sheet_rels: str = "",
) -> bytes:
    """A workbook of one sheet with one cell, and more of everything."""
    types = '<Default Extension="xml" ContentType="application/xml"/><Default Extension="jpeg" ContentType="image/jpeg"/>'
    first = '<sheet name="Bảng" sheetId="1" r:id="r1"/>'
    sheet = f"{HEAD}<worksheet {SPACES}>{before}<sheetData>{ROW}{rows}</sheetData>{after}</worksheet>"
    return packed(
        {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">{types}</Types>',
            "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f"{HEAD}<workbook {SPACES}><sheets>{first}{sheets}</sheets>{book}</workbook>",
            "xl/_rels/workbook.xml.rels": relations(("worksheet", "worksheets/sheet1.xml"), *rels),
            "xl/worksheets/sheet1.xml": sheet,
            **({"xl/worksheets/_rels/sheet1.xml.rels": sheet_rels} if sheet_rels else {}),
            **(parts or {}),
        }
    )


def part(name: str, kind: str, content: str | bytes) -> bytes:
    return xlsx(parts={f"xl/{name}": content}, rels=((kind, name),))


def beside(name: str, kind: str, content: str | bytes, after: str = "") -> bytes:
    """A part to which the sheet points."""
    return xlsx(parts={f"xl/{name}": content}, sheet_rels=relations((kind, f"../{name}")), after=after)


def text(place: str, words: str = TRACE, more: str = "") -> str:
    return f'<c r="{place}" t="inlineStr" {more}><is><t>{words}</t></is></c>'


def drawing(inner: str, more: dict[str, str | bytes] | None = None) -> bytes:
    spaces = (
        'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    )
    corner = "<xdr:col>2</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>2</xdr:row><xdr:rowOff>0</xdr:rowOff>"
    anchor = f'<xdr:oneCellAnchor><xdr:from>{corner}</xdr:from><xdr:ext cx="900000" cy="900000"/>{inner}</xdr:oneCellAnchor>'
    return xlsx(
        after='<drawing r:id="r1"/>',
        sheet_rels=relations(("drawing", "../drawings/drawing1.xml")),
        parts={"xl/drawings/drawing1.xml": f'{HEAD}<xdr:wsDr {spaces} xmlns:r="{REL}">{anchor}</xdr:wsDr>', **(more or {})},
    )


def picture(attributes: str) -> str:
    return (
        f'<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="1" name="x" {attributes}/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="r1"/>'
        "</xdr:blipFill><xdr:spPr/></xdr:pic>"
    )


def workbooks() -> Iterator[tuple[str, bytes]]:
    yield (
        "connection",
        part("connections.xml", "connections", f'<connections><connection sourceFile="{PATH}"/></connections>'),
    )
    for name, mode in (("", '"External"'), (", in single quotes", "'External'")):
        rels = relations(("externalLinkPath", f"file:///{PATH}"), outside=True).replace('"External"', mode)
        yield f"another workbook, cached{name}", xlsx(
            parts={"xl/externalLinks/externalLink1.xml": f"<externalLink><v>{TRACE}</v></externalLink>",
                   "xl/externalLinks/_rels/externalLink1.xml.rels": rels},
            rels=(("externalLink", "externalLinks/externalLink1.xml"),),
        )  # fmt: skip
    secret = f"{HEAD}<worksheet {SPACES}><sheetData><row>{text('A1')}</row></sheetData></worksheet>"
    for state in ("hidden", "veryHidden"):
        yield (
            f"sheet that is {state}",
            xlsx(
                sheets=f'<sheet name="{TRACE}" sheetId="2" state="{state}" r:id="r2"/>',
                rels=(("worksheet", "worksheets/sheet2.xml"),),
                parts={"xl/worksheets/sheet2.xml": secret},
            ),
        )
    yield "person of a threaded comment", part("persons/person.xml", "person", f'<p displayName="{TRACE}"/>')
    space = 'xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"'
    yield "folder it lay in", xlsx(book=f'<x15ac:absPath {space} url="{PATH}"/>')
    yield "folder it lay in, with an end tag", xlsx(book=f'<x15ac:absPath {space} url="{PATH}"></x15ac:absPath>')
    yield (
        "view named after its user",
        xlsx(book=f'<customWorkbookViews><customWorkbookView name="{TRACE}"/></customWorkbookViews>'),
    )
    yield "who reserved it for writing", xlsx(book=f'<fileSharing userName="{TRACE}"/>')
    yield (
        "defined name",
        xlsx(book=f"<definedNames><definedName name='x'>'{PATH}\\[a.xlsx]S'!$A$1</definedName></definedNames>"),
    )
    yield "hidden row", xlsx(rows=f'<row r="2" hidden="1">{text("A2")}</row>')
    yield "row without height", xlsx(rows=f'<row r="2" ht="0" customHeight="1">{text("A2")}</row>')
    yield (
        "hidden column",
        xlsx(before='<cols><col min="3" max="4" hidden="1"/></cols>', rows=f'<row r="2">{text("D2")}</row>'),
    )
    yield (
        "cell under a merged one",
        xlsx(
            rows=f'<row r="2">{text("A2", "x")}{text("B2")}</row>', after='<mergeCells><mergeCell ref="A2:B2"/></mergeCells>'
        ),
    )
    unused = f'<sst xmlns="{NS}"><si><t>x</t></si><si><t>{TRACE}</t></si><si><t>y</t><rPh><t>{TRACE}</t></rPh></si></sst>'
    yield "words that no cell shows", xlsx(
        parts={"xl/sharedStrings.xml": unused}, rels=(("sharedStrings", "sharedStrings.xml"),),
        rows='<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>2</v></c></row>',
    )  # fmt: skip
    yield "formula", xlsx(rows=f"<row r='2'><c r='A2'><f>'{PATH}\\[b.xlsx]S'!A1</f><v>5</v></c></row>")
    yield "formula without a value", xlsx(rows=f"<row r='2'><c r='A2'><f>HYPERLINK(\"{TRACE}\")</f></c></row>")
    styles = (
        f'<styleSheet xmlns="{NS}"><numFmts count="2"><numFmt numFmtId="170" formatCode="0&quot;{TRACE}&quot;"/>'
        f'<numFmt numFmtId="171" formatCode=";;;"/></numFmts><fonts count="1"><font><name val="{TRACE}"/></font></fonts>'
        f'<cellXfs count="2"><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs><cellStyles count="1"><cellStyle '
        f'name="{TRACE}" xfId="0"/></cellStyles></styleSheet>'
    )
    shows_nothing = text("A2", more='s="1"')
    yield (
        "formats' words, fonts and names, and one that shows nothing",
        xlsx(parts={"xl/styles.xml": styles}, rels=(("styles", "styles.xml"),), rows=f'<row r="2">{shows_nothing}</row>'),
    )
    yield "name in the sheet's code", xlsx(before=f'<sheetPr codeName="{TRACE}"/>')
    yield "what is printed on top", xlsx(after=f"<headerFooter><oddHeader>&amp;L{TRACE}</oddHeader></headerFooter>")
    yield (
        "what is asked for in a cell",
        xlsx(
            after=f'<dataValidations><dataValidation prompt="{TRACE}" sqref="A1"><formula1>"{TRACE}"</formula1>'
            "</dataValidation></dataValidations>"
        ),
    )
    yield (
        "colour by condition",
        xlsx(
            after=f'<conditionalFormatting sqref="A1"><cfRule type="expression"><formula>"{TRACE}"</formula></cfRule>'
            "</conditionalFormatting>"
        ),
    )
    yield "scenario", xlsx(after=f'<scenarios><scenario name="x" user="{TRACE}" comment="{TRACE}"/></scenarios>')
    yield (
        "link into a folder",
        xlsx(
            after=f'<hyperlinks><hyperlink ref="A1" r:id="r1" tooltip="{TRACE}"/></hyperlinks>',
            sheet_rels=relations(("hyperlink", f"file:///{PATH}"), outside=True),
        ),
    )
    yield (
        "link's tooltip",
        xlsx(
            after=f'<hyperlinks><hyperlink ref="A1" r:id="r1" tooltip="{TRACE}" display="{TRACE}"/></hyperlinks>',
            sheet_rels=relations(("hyperlink", "https://congdoan.vn/"), outside=True),
        ),
    )
    yield (
        "comments",
        beside("comments1.xml", "comments", f"<comments><authors><author>{TRACE}</author></authors></comments>"),
    )
    yield "notes' shapes (VML)", beside("drawings/v.vml", "vmlDrawing", W, '<legacyDrawing r:id="r1"/>')
    yield "printer", beside("printerSettings/p.bin", "printerSettings", W, '<pageSetup orientation="landscape" r:id="r1"/>')
    yield "table's name", beside("tables/table1.xml", "table", f'<table name="{TRACE}"/>')
    yield "slicer", beside("slicers/slicer1.xml", "slicer", f'<slicers><slicer caption="{TRACE}"/></slicers>')
    yield "query", beside("queryTables/q.xml", "queryTable", f'<queryTable name="{TRACE}"/>')
    pivot = f'<pivotCacheDefinition refreshedBy="{TRACE}"/>'
    yield "pivot's cache", part("pivotCache/p.xml", "pivotCacheDefinition", pivot)
    yield "data model", part("model/item.data", "powerPivotData", W)
    yield "revisions", part("revisions/userNames.xml", "usernames", f'<users><userInfo name="{TRACE}"/></users>')
    yield (
        "theme's name",
        part(
            "theme/theme1.xml",
            "theme",
            f'<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="{TRACE}"/>',
        ),
    )
    yield "properties", xlsx(parts={f"docProps/{name}.xml": f"<p>{TRACE}</p>" for name in ("core", "app", "custom")})
    media = {
        "xl/media/i.jpeg": with_exif(), "xl/drawings/_rels/drawing1.xml.rels": relations(("image", "../media/i.jpeg"))
    }  # fmt: skip
    yield "picture's EXIF and alt text", drawing(picture(f'descr="{PATH}"'), media)
    yield "hidden picture", drawing(picture(f'hidden="1" descr="{TRACE}"'), media)
    chart = (
        f'<xdr:graphicFrame macro="{TRACE}"><xdr:nvGraphicFramePr><xdr:cNvPr id="1" name="{TRACE}"/></xdr:nvGraphicFramePr>'
    )
    yield "chart", drawing(f"{chart}</xdr:graphicFrame>", {"xl/charts/chart1.xml": f"<c>{TRACE}</c>"})


def traces() -> list[Trace]:
    return [Trace(f"xlsx: {name}", "document", content) for name, content in workbooks()]
