"""Lists as people keep them: cells as they are shown, names whole, the table within the sheet; nothing taken on trust."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font

from bot.commands import roll_file
from models.people.roll import Fault, check
from tests.commands.workbooks import raw
from tests.rules.people.lists import UNITS, book, refused, said

HEAD = ["Mã cán bộ", "Họ và tên", "Đơn vị", "Chức vụ"]
MAY1 = "SONGLAM-MAY1"
HUNG = ["NV1", "Nguyễn Văn Hùng", MAY1, "Tổ trưởng"]
LAN = ["NV2", "Lê Thị Lan", MAY1, ""]
Rows = Sequence[Sequence[str]]


class Taken:
    """What becomes of a list of people: (code, name, unit, roles) of each, all that is wrong, and what is told besides."""

    def __init__(self, *paths: Path) -> None:
        told: list[Fault] = []
        lines, unreadable = roll_file.read(paths, told)
        wanted, faults = check(lines["units"], lines["people"], {}) if not unreadable else (None, unreadable)
        self.people = [(p.staff_code, p.name, p.unit, p.roles) for p in wanted.people] if wanted else []
        self.units = {unit.code: unit for unit in wanted.units} if wanted else {}
        self.faults = said(faults)
        self.told = said(told)

    @property
    def names(self) -> list[str]:
        assert not self.faults, self.faults
        return [name for _, name, _, _ in self.people]

    @property
    def codes(self) -> list[str]:
        assert not self.faults, self.faults
        return [code for code, *_ in self.people]


def taken(path: Path, rows: Rows, **options: object) -> Taken:
    return Taken(raw(path / "list.xlsx", {"Đơn vị": UNITS, "Người": rows}, **options))  # type: ignore[arg-type]


def saved(path: Path, content: bytes) -> Taken:
    """The people as a text file; the units as a plain one."""
    (path / "units.csv").write_text("\n".join(";".join(row) for row in UNITS), "utf-8")
    (path / "people.csv").write_bytes(content)
    return Taken(path / "units.csv", path / "people.csv")


# K8: names.


@pytest.mark.parametrize(
    ("head", "row"),
    [
        (["Họ và tên đệm", "Tên"], ["Nguyễn Văn", "Hùng"]),
        (["Họ đệm", "Tên"], ["Nguyễn Văn", "Hùng"]),
        (["Họ", "Tên đệm", "Tên"], ["Nguyễn", "Văn", "Hùng"]),
        (["HỌ LÓT", "TÊN GỌI"], ["Nguyễn Văn", "Hùng"]),
        (["Họ và tên", ""], ["Nguyễn Văn", "Hùng"]),
        (["Last name", "First name"], ["Nguyễn Văn", "Hùng"]),
        (["Họ và tên", "Họ tên cha"], ["Nguyễn Văn Hùng", "Nguyễn Văn Cha"]),
    ],
)
def test_a_name_in_two_columns_is_one(tmp_path: Path, head: list[str], row: list[str]) -> None:
    assert taken(tmp_path, [["Mã NV", *head, "Tổ", "Chức vụ"], ["NV1", *row, MAY1, ""]]).names == ["Nguyễn Văn Hùng"]
    turned = [["Chức vụ", "Mã NV", *head, "Tổ"], ["", "NV1", *row, MAY1]]
    assert taken(tmp_path, turned).names == ["Nguyễn Văn Hùng"]


SPOILT = {
    "vntime": "NguyÔn V¨n Hïng",
    "vntime capitals": "NGUYÔN V¡N HïNG",
    "vni": "Nguyeãn Vaên Huøng",
    "utf-8 as cp1252": "Nguyá»…n VÄƒn HÃ¹ng",
    "utf-8 as cp1258": "Nguyá»…n VÄƒn HĂ¹ng",
    "utf-8 as cp1252, twice": "Nguyễn Văn Hùng".encode().decode("latin-1").encode().decode("latin-1"),
    "cp1258 as cp1252": "NguyêÞn Vãn Hùng",
    "a web page's": "Nguy&#7877;n V&#259;n H&ugrave;ng",
    "escapes of Excel": "Nguy_x1EC5_n V_x0103_n H_x00F9_ng",
}


@pytest.mark.parametrize("how", SPOILT)
def test_spoilt_letters_are_put_right_and_shown(tmp_path: Path, how: str) -> None:
    result = taken(tmp_path, [HEAD, ["NV1", SPOILT[how], MAY1, ""], LAN])
    assert [name.title() for name in result.names] == ["Nguyễn Văn Hùng", "Lê Thị Lan"]
    if how != "escapes of Excel":
        assert any(line.startswith("people, row 2: “") for line in result.told), result.told


@pytest.mark.parametrize("name", ["Nguy?n V?n H?ng", "Nguy\ufffdn Văn Hùng", "Ph¹m Bl«k", "L? Th? Lan", "Tr\x86n", "Lan ??"])
def test_lost_letters_are_refused_with_their_row(tmp_path: Path, name: str) -> None:
    assert saved(tmp_path, "\n".join(map(";".join, [HEAD, HUNG, ["NV2", name, MAY1, ""]])).encode()).faults == [
        f"people, row 3: name “{name}” has lost letters, or is in a font's own letters; please type it anew"
    ]


@pytest.mark.parametrize(
    "name", ["Y Blôk Êban", "H'Hen Niê", "Siu H’Bia", "Điểu K'Ré", "José Müller", "Kpă Klơng", "Lê Thị Lan (A)", "Hoàng Gia"]
)
def test_names_of_all_peoples_stay_as_they_are(tmp_path: Path, name: str) -> None:
    assert taken(tmp_path, [HEAD, ["NV1", name, MAY1, ""]]).names == [name]


def test_what_may_be_either_is_refused(tmp_path: Path) -> None:
    """Tó is a syllable, and is Tú in .VnTime; with a neighbour in .VnTime nobody can say which."""
    assert taken(tmp_path, [HEAD, ["NV1", "Tó", MAY1, ""]]).names == ["Tó"]
    [fault] = taken(tmp_path, [HEAD, ["NV1", "NguyÔn V¨n Hïng", MAY1, ""], ["NV2", "Tó", MAY1, ""]]).faults
    assert fault.startswith("people, row 3: name “Tó” may be meant so or be in an old font's letters")


def test_the_font_says_which_letters_are_meant(tmp_path: Path) -> None:
    made = openpyxl.load_workbook(book(tmp_path / "list.xlsx"))
    sheet = made.worksheets[1]
    for row, (name, font) in enumerate([("Tó", ".VnTime"), ("Tó", "Arial"), ("Ly Sôn", "VNI-Times")], 2):
        sheet.cell(row, 2).value = name
        sheet.cell(row, 2).font = Font(name=font)
    made.save(tmp_path / "list.xlsx")
    assert Taken(tmp_path / "list.xlsx").names[:3] == ["Tú", "Tó", "Ly Sơn"]


def test_headers_and_units_in_an_old_font(tmp_path: Path) -> None:
    head = ["M· nh©n viªn", "Hä vµ tªn", "§¬n vÞ", "Chøc vô"]
    assert taken(tmp_path, [head, ["NV1", "NguyÔn V¨n Hïng", MAY1, "Tæ tr­ëng"]]).people == [
        ("NV1", "Nguyễn Văn Hùng", MAY1, ("leader",))
    ]


# K7: cells.

NUMBER = '<c s="1"><v>123</v></c>'


@pytest.mark.parametrize(
    ("shown_as", "shown"),
    [
        ("General", "123"),
        ("0", "123"),
        ("00000", "00123"),
        ("000000;-000000", "000123"),
        ("&quot;NV&quot;0000", "NV0123"),
        ("\\N\\V0000", "NV0123"),
        ("&quot;NV&quot;#", "NV123"),
        ("00-000", "00-123"),
        ("[Red]00000", "00123"),
        ("#,##0", "123"),
        ("0.00", "123"),
        ("#,##0 &quot;người&quot;", "123"),
        ("_(* 00000_)", "00123"),
    ],
)
def test_a_code_is_what_its_cell_shows(tmp_path: Path, shown_as: str, shown: str) -> None:
    assert taken(tmp_path, [HEAD, [NUMBER, *HUNG[1:]]], formats=[shown_as]).codes == [shown]


@pytest.mark.parametrize(
    ("cell", "at", "why"),
    [
        ('<c t="e"><v>#N/A</v></c>', 1, "name shows an error of Excel (#N/A)"),
        ('<c t="e"><f>1/0</f><v>#DIV/0!</v></c>', 0, "staff_code shows an error of Excel (#DIV/0!)"),
        ("#REF!", 2, "unit shows an error of Excel (#REF!)"),
        ("########", 0, "staff_code shows an error of Excel"),
        ("<c><f>A1&amp;B1</f></c>", 1, "name is a formula whose result was not saved"),
        ("<c><f>A1&amp;B1</f><v>0</v></c>", 1, "name is a formula whose result was not saved"),
        ('<c><f t="shared" si="0"/></c>', 0, "staff_code is a formula whose result was not saved"),
        ('<c s="1"><v>45000</v></c>', 0, "staff_code was made a date by Excel"),
        ('<c t="d"><v>2026-03-05</v></c>', 0, "staff_code was made a date by Excel"),
        ('<c t="b"><v>1</v></c>', 3, "role is TRUE, which is neither text nor a number"),
        ("<c><v>12345678901234567890</v></c>", 0, "has more digits than Excel keeps"),
        ("<c><v>12</v></c>", 1, "the name 12 has no letters"),
    ],
)
def test_a_cell_that_is_no_text_is_refused_with_its_row(tmp_path: Path, cell: str, at: int, why: str) -> None:
    row = [*HUNG[:at], cell, *HUNG[at + 1 :]]
    [fault] = taken(tmp_path, [HEAD, LAN, row], formats=["dd/mm/yyyy"]).faults
    assert fault.startswith("people, row 3: ")
    assert why in fault


def test_a_cell_that_nobody_reads_may_hold_anything(tmp_path: Path) -> None:
    rows = [[*HEAD, "Ngày sinh", "Tuổi"], [*HUNG, '<c s="1"><v>32000</v></c>', '<c t="e"><v>#N/A</v></c>']]
    assert taken(tmp_path, rows, formats=["dd/mm/yyyy"]).codes == ["NV1"]


def test_formulas_say_what_was_last_reckoned(tmp_path: Path) -> None:
    name = '<c t="str"><f>A2&amp;" "&amp;B2</f><v>Nguyễn Văn Hùng</v></c>'
    empty = '<c t="str"><f>IF(A9="","",A9)</f><v></v></c>'
    result = taken(tmp_path, [HEAD, ['<c s="1"><f>ROW()</f><v>7</v></c>', name, MAY1, empty], [empty] * 4], formats=["000"])
    assert (result.codes, result.names) == (["007"], ["Nguyễn Văn Hùng"])


def test_a_headcount_is_a_number_whatever_its_format(tmp_path: Path) -> None:
    units = [*UNITS[:3], [*UNITS[3][:5], '<c s="1"><v>1041</v></c>']]
    path = raw(tmp_path / "list.xlsx", {"units": units, "people": [HEAD, HUNG]}, formats=["#,##0.00"])
    assert Taken(path).units[MAY1].headcount == 1041


# K9: the table within the sheet.

LETTERHEAD = [
    ["LIÊN ĐOÀN LAO ĐỘNG TỈNH", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    ["CÔNG ĐOÀN CÔNG TY MAY", "", "", "Độc lập – Tự do – Hạnh phúc"],
    [],
    ["DANH SÁCH CÁN BỘ, ĐOÀN VIÊN"],
    ["(Kèm theo Công văn số 12)"],
]
FOOT = [
    ["Tổng cộng: 2 người"],
    ["", "", "", "Sông Lam, ngày 5 tháng 6 năm 2026"],
    ["Người lập biểu", "", "", "TM. BAN CHẤP HÀNH"],
    ["(Ký, ghi rõ họ tên)", "", "", "CHỦ TỊCH"],
    ["", "Lê Văn Lập", "", "Trần Thị Mai"],
]


def test_letterhead_sums_and_signatures_are_no_rows(tmp_path: Path) -> None:
    result = taken(tmp_path, [*LETTERHEAD, HEAD, ["(1)", "(2)", "(3)", "(4)"], HUNG, LAN, *FOOT])
    assert result.codes == ["NV1", "NV2"]
    assert len([line for line in result.told if "left out" in line]) == len(FOOT)


@pytest.mark.parametrize(
    "between",
    [
        ["I. Tổ may 1"],
        ["Cộng tổ may 1: 12", "", "", ""],
        ["", "Cộng", "12", ""],
        HEAD,
    ],
)
def test_groups_sums_and_headers_between_the_rows(tmp_path: Path, between: list[str]) -> None:
    assert taken(tmp_path, [HEAD, HUNG, between, LAN]).codes == ["NV1", "NV2"]


@pytest.mark.parametrize("row", [["", "Trần Thị Bưởi", MAY1, "Công nhân"], ["", "Cộng Thị Hòa", MAY1, ""]])
@pytest.mark.parametrize("last", [True, False])
def test_a_person_whose_code_was_forgotten_is_a_fault(tmp_path: Path, row: list[str], last: bool) -> None:
    rows = [HEAD, HUNG, row] if last else [HEAD, row, HUNG]
    number = 3 if last else 2
    assert taken(tmp_path, rows).faults == [f"people, row {number}: the staff_code is missing"]


@pytest.mark.parametrize("row", [["NV3", "Trần Thị Bưởi", "", "Công nhân"], ["NV3", "", MAY1, ""]])
def test_a_last_row_with_a_code_is_never_left_out(tmp_path: Path, row: list[str]) -> None:
    [fault] = taken(tmp_path, [HEAD, HUNG, row]).faults
    assert fault.startswith("people, row 3: the ")


def test_a_merged_team_stands_in_each_of_its_rows(tmp_path: Path) -> None:
    rows = [
        ["STT", *HEAD],
        ["1", *HUNG],
        ["2", *LAN[:2], "", ""],
        ["3", "NV3", "Vũ Lan", "", ""],
        ["4", "NV4", "Vũ Mai", "LDLD", ""],
    ]
    result = taken(tmp_path, rows, merged=["D2:D4"])
    assert [unit for _, _, unit, _ in result.people] == [MAY1, MAY1, MAY1, "LDLD"]
    assert taken(tmp_path, rows).faults == ["people, row 3: the unit is missing", "people, row 4: the unit is missing"]


def test_a_header_of_two_rows(tmp_path: Path) -> None:
    rows = [
        ["TT", "Mã NV", "Họ và tên", "Đơn vị", "Chức vụ", ""],
        ["", "", "", "", "Chính quyền", "Chức vụ Công đoàn"],
        ["1", "NV1", "Nguyễn Văn Hùng", MAY1, "Giám đốc", "Ủy viên BCH"],
    ]
    result = taken(tmp_path, rows, merged=["A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"])
    assert result.people == [("NV1", "Nguyễn Văn Hùng", MAY1, ("committee",))]


@pytest.mark.parametrize(
    ("position", "roles"),
    [
        ("Đoàn viên", ()),
        ("Công nhân", ()),
        ("Người lao động", ()),
        ("CÔNG NHÂN MAY BẬC 3", ()),
        ("Nhân viên kế toán", ()),
        ("ĐV", ()),
        ("-", ()),
        ("Không", ()),
        ("Tổ trưởng CĐ", ("leader",)),
        ("Chủ tịch CĐCS", ("chair",)),
        ("P. Chủ tịch", ("vice_chair",)),
        ("Đoàn viên; Tổ trưởng", ("leader",)),
        ("Ủy viên BCH, Trưởng ban nữ công", ("committee", "womens_affairs")),
        ("Tổ phó + UV UBKT", ("deputy_leader", "inspection")),
        ("Ủy viên BCH kiêm Tổ trưởng", ("committee", "leader")),
    ],
)
def test_positions_as_they_are_written(tmp_path: Path, position: str, roles: tuple[str, ...]) -> None:
    result = taken(tmp_path, [HEAD, [*HUNG[:3], position]])
    assert not result.faults
    assert [found for *_, found in result.people] == [roles]


@pytest.mark.parametrize("position", ["Giám đốc", "Công nhân - tổ trưởng sản xuất", "Tổ trưởng sản xuất", "Sếp"])
def test_a_position_that_may_be_an_office_is_asked_about(tmp_path: Path, position: str) -> None:
    assert any("is not one of" in fault for fault in taken(tmp_path, [HEAD, [*HUNG[:3], position]]).faults)


@pytest.mark.parametrize(
    "head",
    [
        ["Mã số nhân viên (MSNV)", "HỌ VÀ TÊN ĐOÀN VIÊN", "Đơn vị công tác", "Chức vụ công đoàn"],
        ["MSNV", "Họ & tên", "Mã đơn vị\n(tổ)", "Chức vụ / Chức danh"],
        ["Số thẻ", "Họ tên NV", "Tổ/Đơn vị", "Chức danh CĐ"],
        ["Mã_NV", "Họ_tên", "Bộ phận", "Nhiệm vụ"],
        ["Employee ID", "Full name", "Department", "Position"],
    ],
)
def test_usual_headers(tmp_path: Path, head: list[str]) -> None:
    noise = ["STT", "Mã số thuế", "Ngày sinh", "Hộ khẩu"]
    rows = [[*noise, *head], ["1", "8001", "1/2/1990", "Nghệ An", *HUNG]]
    assert taken(tmp_path, rows).people == [("NV1", "Nguyễn Văn Hùng", MAY1, ("leader",))]


def test_units_may_be_called_by_their_names(tmp_path: Path) -> None:
    assert [unit for _, _, unit, _ in taken(tmp_path, [HEAD, [*HUNG[:2], "TỔ MAY 1", ""]]).people] == [MAY1]


def test_sheets_with_other_titles_are_known_by_their_headers(tmp_path: Path) -> None:
    path = raw(tmp_path / "list.xlsx", {"Bìa": [["Năm 2026"]], "Sheet2": [HEAD, HUNG], "Sheet3": UNITS})
    assert Taken(path).codes == ["NV1"]


TABLE = "\r\n".join(map("\t".join, [HEAD, HUNG, LAN])) + "\r\n"


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode("utf-16"),
        b"\xfe\xff" + TABLE.encode("utf-16-be"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        TABLE.replace("\t", ";").encode("utf-8-sig"),
        TABLE.replace("\t", "|").encode(),
        b"\xef\xbb\xbf" + ("sep=;\r\n" + TABLE.replace("\t", ";")).encode(),
        ("\r\n".join(", ".join(row) for row in LETTERHEAD) + "\r\n" + TABLE.replace("\t", ";")).encode(),
        TABLE.replace("\r\n", "\r").encode(),
        TABLE.replace("NV1", '="NV1"').encode(),
    ],
)
def test_whatever_excel_writes_as_text(tmp_path: Path, content: bytes) -> None:
    result = saved(tmp_path, content)
    assert (result.codes, result.names) == (["NV1", "NV2"], ["Nguyễn Văn Hùng", "Lê Thị Lan"])


def test_text_in_the_encoding_of_vietnamese_windows(tmp_path: Path) -> None:
    """It writes ễ as ê and a tilde behind it; a file in .VnTime has the bytes of Latin letters."""
    split = TABLE.replace("\t", ";")
    for whole, apart in {"ễ": "ê\u0303", "ọ": "o\u0323", "ổ": "ô\u0309", "ưở": "ươ\u0309", "ị": "i\u0323", "ộ": "ô\u0323",
                         "ứ": "ư\u0301", "ụ": "u\u0323", "ã": "a\u0303"}.items():  # fmt: skip
        split = split.replace(whole, apart)
    assert saved(tmp_path, split.encode("cp1258")).names == ["Nguyễn Văn Hùng", "Lê Thị Lan"]
    old = "M· nh©n viªn;Hä vµ tªn;§¬n vÞ;Chøc vô\r\nNV1;NguyÔn V¨n Hïng;SONGLAM;\r\nNV2;Lª ThÞ Lan;SONGLAM;"
    assert saved(tmp_path, old.encode("cp1252")).names == ["Nguyễn Văn Hùng", "Lê Thị Lan"]


def test_strict_open_xml(tmp_path: Path) -> None:
    assert taken(tmp_path, [HEAD, HUNG], strict=True).names == ["Nguyễn Văn Hùng"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "is locked with a password",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Workbook".encode("utf-16-le"), "is of the old kind .xls"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "is a web page"),
        (b"PK\x03\x04", "is not an Excel workbook"),
    ],
)
def test_a_file_of_another_kind_is_said_to_be_one(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "list.xlsx").write_bytes(content)
    assert refused(tmp_path / "list.xlsx").startswith(f"list.xlsx: {why}")


def test_the_letter_that_looks_like_d(tmp_path: Path) -> None:
    """Ð of Iceland and Ɖ of Africa are drawn as Đ is, and are other letters: in codes, kinds, names."""
    units = [
        ["Mã", "Tên", "Loại", "Cấp trên"],
        ["ÐG1", "Ðóng gói 1", "Công ðoàn cơ sở", ""],
        ["ĐG2", "Đóng gói 2", "Tổ", "ƉG1"],
    ]
    path = raw(tmp_path / "list.xlsx", {"units": units, "people": [HEAD, ["ÐV1", "Ðỗ Ɖức", "ĐG1", "Ðoàn viên"]]})
    assert Taken(path).people == [("ĐV1", "Đỗ Đức", "ĐG1", ())]
