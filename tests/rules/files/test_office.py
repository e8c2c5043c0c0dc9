"""What Word and Excel files look like when they were written anew: opened with other programs than wrote them."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import docx
import openpyxl
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Inches, Pt, RGBColor
from openpyxl.chart import BarChart, Reference
from openpyxl.drawing.image import Image as SheetImage
from openpyxl.styles import Font, PatternFill
from PIL import Image

from bot.files.cleaning import clean
from bot.files.cleaning.office.cells import number_format
from bot.files.cleaning.office.package import may_be_tapped
from tests.sample_files import photo
from tests.traces import BLUE, RED, pictures, sheets, words
from tests.traces.words import NS, SPACES, field, part, relations, run, shown


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(clean(content, "document").content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def text(content: bytes) -> str:
    """The words of a document's body, each paragraph on a line."""
    return "\n".join(one.text for one in docx.Document(io.BytesIO(clean(content, "document").content)).paragraphs)


def body(content: bytes) -> str:
    return parts(content)["word/document.xml"].decode()


# Word.


def letter() -> bytes:
    """A letter as one writes it: headings, lists, formats, a table, pictures, a header, a page's number."""
    document = docx.Document()
    document.add_heading("Bảng công tháng 5", 1)
    paragraph = document.add_paragraph("Thiếu ")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    bold = paragraph.add_run("hai giờ")
    bold.bold, bold.font.size, bold.font.name, bold.font.color.rgb = True, Pt(14), "Arial", RGBColor(255, 0, 0)
    document.add_paragraph("một", style="List Bullet")
    document.add_paragraph("hai", style="List Number")
    table = document.add_table(2, 2, style="Table Grid")
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Họ và tên"
    table.cell(1, 1).text = "5.000.000 đ"
    document.add_picture(io.BytesIO(photo()), width=Inches(2))
    document.sections[0].header.paragraphs[0].text = "Công đoàn cơ sở"
    document.sections[0].page_width = Inches(8)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def test_a_letter_looks_as_it_did() -> None:
    document = docx.Document(io.BytesIO(clean(letter(), "document").content))
    paragraphs = {one.text: one for one in document.paragraphs}
    assert paragraphs["Bảng công tháng 5"].style.name == "Heading 1"
    said = paragraphs["Thiếu hai giờ"]
    bold = said.runs[1]
    assert said.alignment == WD_ALIGN_PARAGRAPH.RIGHT
    assert (bold.bold, bold.font.size, bold.font.name, bold.font.color.rgb) == (True, Pt(14), "Arial", RGBColor(255, 0, 0))
    assert paragraphs["một"].style.name == "List Bullet"
    assert [cell.text for cell in document.tables[0].rows[0].cells] == ["Họ và tên"] * 2
    assert document.tables[0].cell(1, 1).text == "5.000.000 đ" and document.tables[0].style.name == "Table Grid"
    assert document.inline_shapes[0].width == Inches(2)
    assert document.sections[0].header.paragraphs[0].text == "Công đoàn cơ sở"
    assert document.sections[0].page_width == Inches(8)
    numbering = parts(letter())["word/numbering.xml"].decode()
    assert numbering.count("<w:num ") == 2 and 'w:val="bullet"' in numbering


def test_what_was_inserted_is_words_and_what_was_deleted_is_gone() -> None:
    changed = (
        '<w:p><w:r><w:t>A</w:t></w:r><w:ins w:author="x"><w:r><w:t>B</w:t></w:r></w:ins><w:del w:author="x"><w:r>'
        "<w:delText>C</w:delText></w:r></w:del><w:moveTo><w:r><w:t>D</w:t></w:r></w:moveTo></w:p>"
        '<w:p><w:pPr><w:rPr><w:del w:author="x"/></w:rPr></w:pPr><w:del><w:r><w:delText>E</w:delText></w:r></w:del></w:p>'
    )
    assert text(words.docx(changed, words="đầu")) == "đầu\nABD"


def test_a_field_leaves_its_result_and_a_page_goes_on_being_counted() -> None:
    content = words.docx(field("MERGEFIELD Ten", "Anh Bình") + field("HYPERLINK x", "đây") + field(" PAGE ", "1"))
    assert text(content).split("\n")[1:] == ["Anh Bình", "đây", "1"]
    assert body(content).count("instrText") == 2 and '<w:instrText xml:space="preserve"> PAGE </w:instrText>' in body(
        content
    )


def test_words_within_frames_of_all_kinds_stay() -> None:
    inner = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    simple = "<w:fldSimple w:instr='REF x'><w:r><w:t> số</w:t></w:r></w:fldSimple>"
    new = f"<mc:Choice><w:drawing><w:txbxContent>{inner.format('hộp mới')}</w:txbxContent></w:drawing></mc:Choice>"
    again = f"<mc:Fallback><w:pict><w:txbxContent>{inner.format('lần nữa')}</w:txbxContent></w:pict></mc:Fallback>"
    wrapped = (
        f"<w:sdt><w:sdtContent>{inner.format('khung')}</w:sdtContent></w:sdt>"
        + f"<w:customXml>{inner.format('thẻ')}</w:customXml>"
        + f"<w:p><w:smartTag><w:r><w:t>tên</w:t></w:r></w:smartTag>{simple}</w:p>"
        + run(f"<w:pict><v:shape><w:txbxContent>{inner.format('hộp')}</w:txbxContent></v:shape></w:pict>")
        + run(f"<mc:AlternateContent>{new}{again}</mc:AlternateContent>")
    )
    assert " ".join(text(words.docx(wrapped, words="đầu")).split()) == "đầu khung thẻ tên số hộp hộp mới"


def test_a_footnote_comes_along_with_the_word_that_points_to_it() -> None:
    note = (
        f'<w:footnotes {SPACES}><w:footnote w:id="9"><w:p><w:r><w:t>theo luật</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    content = part("footnotes.xml", "footnotes", note, run('<w:footnoteReference w:id="9"/>'))
    assert "theo luật" in parts(content)["word/footnotes.xml"].decode() and '<w:footnoteReference w:id="1"/>' in body(
        content
    )


def test_letters_of_old_fonts_keep_their_font() -> None:
    """TCVN3 and VNI write Vietnamese with letters of other languages; the font makes Vietnamese of them."""
    assert 'w:ascii=".VnTime"' in body(words.docx(run('<w:rPr><w:rFonts w:ascii=".VnTime"/></w:rPr><w:t>L­¬ng</w:t>')))


def test_the_strict_edition_is_read_as_well() -> None:
    with zipfile.ZipFile(io.BytesIO(words.docx())) as file:
        old = {name: file.read(name).decode() for name in file.namelist()}
    new = {name: said.replace(NS, "http://purl.oclc.org/ooxml/wordprocessingml/main") for name, said in old.items()}
    assert text(words.packed({**new})) == text(words.docx())


@pytest.mark.parametrize(
    ("address", "stays"),
    [
        ("https://congdoan.vn/tin?id=5#a", True),
        ("http://congdoan.vn", True),
        ("mailto:cd@congdoan.vn", True),
        ("mailto:cd@congdoan.vn?subject=x", False),
        ("https://binh:mat-khau@congdoan.vn/", False),
        ("file:///C:/Users/Binh/a.docx", False),
        (r"\\may-binh\chung\a.docx", False),
        (r"C:\Users\Binh\a.docx", False),
        ("javascript:alert(1)", False),
        ("ms-word:ofe|u|https://x", False),
        ("https://", False),
        ("http://[x", False),
        ("https://congdoan.vn/ a", False),
    ],
)
def test_which_links_stay(address: str, stays: bool) -> None:
    assert may_be_tapped(address) == stays
    link = '<w:p><w:hyperlink r:id="r1"><w:r><w:t>xem</w:t></w:r></w:hyperlink></w:p>'
    target = address.replace("&", "&amp;")
    kept = parts(words.docx(link, rels=relations(("hyperlink", target), outside=True)))
    assert (address.encode() in kept["word/_rels/document.xml.rels"]) == stays
    assert "xem" in kept["word/document.xml"].decode()


# Pictures inside documents.


def picture_of(content: bytes) -> Image.Image:
    [name] = [name for name in parts(content) if "/media/" in name]
    return Image.open(io.BytesIO(parts(content)[name])).convert("RGB")


def test_what_was_cut_off_a_picture_is_gone() -> None:
    """Red on the left, blue on the right; the document shows the left half."""
    both = Image.new("RGB", (100, 50), RED)
    both.paste(BLUE, (50, 0, 100, 50))
    written = io.BytesIO()
    both.save(written, "PNG")
    cut = picture_of(part("media/a.png", "image", written.getvalue(), shown(crop='<a:srcRect r="50000"/>')))
    assert cut.size == (50, 50) and cut.getcolors() == [(2500, RED)]


def test_a_transparent_picture_hides_nothing_behind_its_glass() -> None:
    glass = Image.new("RGBA", (10, 10), (*BLUE, 0))
    written = io.BytesIO()
    glass.save(written, "PNG")
    assert picture_of(part("media/a.png", "image", written.getvalue(), shown())).getcolors() == [(100, (255, 255, 255))]


@pytest.mark.parametrize("broken", [pictures.emf(), b"<svg/>", b"\xff\xd8\xff\xe0broken", b""])
def test_what_cannot_be_drawn_leaves_a_frame(broken: bytes) -> None:
    assert picture_of(part("media/a.bin", "image", broken, shown())).size == (480, 270)
    assert picture_of(words.docx(run('<w:object><o:OLEObject r:id="r9"/></w:object>'))).size == (480, 270)


# Excel.


def payroll() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Lương"
    sheet.append(["Họ tên", "Giờ", "Tiền", "Ngày", "Đúng"])
    sheet.append(["Nguyễn Thị A", 7.5, 5_000_000, datetime(2026, 5, 1), True])
    sheet["A1"].font, sheet["A1"].fill = Font(bold=True, name="Arial", size=14), PatternFill("solid", fgColor="FFFFEE00")
    sheet["C2"].number_format = '#,##0 "đ"'
    sheet["B4"] = "=SUM(B2:B3)"
    sheet.merge_cells("A6:C6")
    sheet["A6"] = "Ghi chú"
    sheet["A7"].hyperlink = "https://congdoan.vn/"
    sheet.column_dimensions["A"].width = 30
    sheet.freeze_panes = "B2"
    sheet.add_image(SheetImage(io.BytesIO(photo())), "F2")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2))
    sheet.add_chart(chart, "H2")
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_a_payroll_looks_as_it_did() -> None:
    content = clean(payroll(), "document").content
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Lương"]
    rows = [[cell.value for cell in row] for row in sheet["A1:E2"]]
    assert rows == [
        ["Họ tên", "Giờ", "Tiền", "Ngày", "Đúng"],
        ["Nguyễn Thị A", 7.5, 5_000_000, datetime(2026, 5, 1), True],
    ]
    head = sheet["A1"]
    assert (head.font.b, head.font.name, head.font.sz, head.fill.fgColor.rgb) == (True, "Arial", 14, "FFFFEE00")
    assert sheet["C2"].number_format == '#,##0 "đ"' and sheet["B4"].value == "=SUM(B2:B3)"
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A6:C6"]
    assert sheet["A7"].hyperlink.target == "https://congdoan.vn/"
    assert sheet.column_dimensions["A"].width == 30 and sheet.freeze_panes == "B2"
    pictures = [name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if name.startswith("xl/media/")]
    assert len(pictures) == 2, "the picture, and a frame where the chart was"


def test_a_value_is_kept_before_the_formula_it_came_from() -> None:
    rows = '<row r="2"><c r="A2"><f>B2*2</f><v>10</v></c><c r="B2" t="str"><f>A1</f><v>chữ</v></c></row>'
    sheet = openpyxl.load_workbook(io.BytesIO(clean(sheets.xlsx(rows=rows), "document").content)).worksheets[0]
    assert (sheet["A2"].value, sheet["B2"].value) == (10, "chữ")


@pytest.mark.parametrize(
    ("formula", "stays"),
    [
        ("SUM(B2:B9)", True),
        ("IF($A$1>=10,ROUND(B2/3,2),0)", True),
        ("'[luong.xlsx]T5'!A1", False),
        ("Sheet2!A1", False),
        ('"Bình"', False),
        ("HYPERLINK(A1)", False),
        ("WEBSERVICE(A1)", False),
        ("BINH", False),
    ],
)
def test_which_formulas_stay(formula: str, stays: bool) -> None:
    row = f'<row r="2"><c r="A2"><f>{formula.replace("&", "&amp;")}</f></c></row>'.replace(">=", "&gt;=")
    sheet = parts(sheets.xlsx(rows=row))["xl/worksheets/sheet1.xml"].decode()
    assert ("<f>" in sheet) == stays


@pytest.mark.parametrize(
    ("code", "stays"),
    [
        ('#,##0 "đ"', True),
        ("dd/mm/yyyy", True),
        ("[h]:mm:ss", True),
        ("[Red]-0.00%;[<=9]0;General", True),
        ("[$-42A]dd mmmm yyyy;@", True),
        ("[$₫-42A] #,##0", True),
        ('0 "giờ"', True),
        ("_-* #,##0_-", True),
        (r"\B\I\N\H", False),
        ("BINH", False),
        ("[$BINH-42A]0", False),
        ("0" * 300, False),
    ],
)
def test_which_formats_of_numbers_stay(code: str, stays: bool) -> None:
    assert number_format(code) == (code if stays else "")


def test_other_words_in_a_format_of_numbers_go() -> None:
    assert number_format('0 "Bình";"chị"0') == "0 ;0"


def test_text_boxes_of_a_sheet_keep_their_words() -> None:
    said = "<xdr:txBody><a:p><a:r><a:t>ghi chú</a:t></a:r></a:p></xdr:txBody>"
    box = f'<xdr:sp><xdr:nvSpPr><xdr:cNvPr id="1" name="x"/></xdr:nvSpPr>{said}</xdr:sp>'
    assert "ghi chú" in parts(sheets.drawing(box))["xl/drawings/drawing1.xml"].decode()
