"""A union's list, judged and written: every fault is told at once, order never matters, and twice is once."""

from __future__ import annotations

import copy
import random
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.people.roll import Fault
from models.store.database import Database
from models.store.sealing import Keyring
from tests.rules.people.lists import PEOPLE, TODAY, UNITS, faults, said, stands, take, unit_named

Edit = Callable[[list[list[str]], list[list[str]]], object]


def edited(edit: Edit) -> tuple[list[list[str]], list[list[str]]]:
    units, people = copy.deepcopy(UNITS), copy.deepcopy(PEOPLE)
    edit(units, people)
    return units, people


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda u, p: u[2].__setitem__(2, "Xí nghiệp"), "units, row 3: kind “Xí nghiệp” is not one of: Tổng Liên đoàn"),
        (lambda u, p: u[2].__setitem__(2, ""), "units, row 3: the kind is missing"),
        (lambda u, p: u[3].__setitem__(3, "SONGLAN"), "units, row 4: there is no unit SONGLAN for it to belong to"),
        (lambda u, p: u[1].__setitem__(3, "SONGLAM"), "units, row 2: LDLD belongs to itself, through SONGLAM"),
        (lambda u, p: u[2].__setitem__(3, "songlam"), "units, row 3: SONGLAM belongs to itself, through SONGLAM"),
        (lambda u, p: u[3].__setitem__(0, "songlam"), "units, row 4: the code SONGLAM stands in row 3 already"),
        (lambda u, p: u[3].__setitem__(0, ""), "units, row 4: the code is missing"),
        (lambda u, p: u[3].__setitem__(0, "MAY 1"), "units, row 4: the code MAY 1 should be up to 32 letters"),
        (lambda u, p: u[3].__setitem__(0, "M" * 33), "units, row 4: the code MMMM"),
        (lambda u, p: u[3].__setitem__(1, "\u200b"), "units, row 4: the name is missing"),
        (lambda u, p: u[3].__setitem__(1, "ổ" * 201), "units, row 4: the name is longer than 200 characters"),
        (lambda u, p: u[3].__setitem__(1, '=HYPERLINK("x")'), "units, row 4: name is a formula"),
        (lambda u, p: u[2].__setitem__(4, "xưởng"), "units, row 3: sector “xưởng” is not one of"),
        (lambda u, p: u[3].__setitem__(5, "bốn mươi"), "units, row 4: the headcount bốn mươi should be a number of people"),
        (lambda u, p: u[3].__setitem__(5, "-4"), "units, row 4: the headcount -4 should be a number of people"),
        (lambda u, p: u[3].__setitem__(5, "4000000"), "units, row 4: the headcount 4000000 should be"),
        (lambda u, p: p[2].__setitem__(2, "MAY9"), "people, row 3: there is no unit MAY9"),
        (lambda u, p: p[2].__setitem__(2, ""), "people, row 3: the unit is missing"),
        (lambda u, p: p[2].__setitem__(3, "Giám đốc"), "people, row 3: role “Giám đốc” is not one of: Tổ trưởng, Tổ phó"),
        (lambda u, p: p[2].__setitem__(0, "ld001"), "people, row 3: the staff code LD001 stands in row 2 already"),
        (lambda u, p: p[2].__setitem__(0, ""), "people, row 3: the staff_code is missing"),
        (lambda u, p: p[2].__setitem__(0, "=1+1"), "people, row 3: staff_code is a formula"),
        (lambda u, p: p[2].__setitem__(1, " "), "people, row 3: the name is missing"),
        (lambda u, p: p[2].__setitem__(4, "Français"), "people, row 3: the language Français is not one of: vi, en"),
    ],
)
def test_a_fault_names_its_sheet_row_and_reason(edit: Edit, told: str) -> None:
    assert not faults()
    lines = said(faults(*edited(edit)))
    assert any(line.startswith(told) for line in lines), lines


def test_all_faults_are_told_at_once() -> None:
    def spoil(units: list[list[str]], people: list[list[str]]) -> None:
        units[2][2] = "?"
        units[3][1] = ""
        for row in people[1:]:
            row[2] = "NOWHERE"

    found = faults(*edited(spoil))
    assert [(fault.sheet, fault.row) for fault in found] == [
        ("units", 3),
        ("units", 4),
        *(("people", n) for n in range(2, 8)),
    ]


def test_a_circle_through_units_that_are_there_already() -> None:
    found = faults([UNITS[0], ["A", "A", "CĐCS", "B", "", ""]], [PEOPLE[0]], {"A": "", "B": "A"})
    assert found == [Fault("units", 2, "circle", {"code": "A", "parent": "B"})]


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("kind", ["cdcs", "CĐCS", "Công đoàn cơ sở", "CONG DOAN CO SO", "Grassroots union"])
@pytest.mark.parametrize(
    "role", ["chair; womens_affairs", "Chủ tịch;Nữ công", "nu cong ;chu tich;", "CHAIR;Women's affairs"]
)
def test_kinds_and_roles_are_known_however_they_are_written(database: Database, kind: str, role: str) -> None:
    take(database, [UNITS[0], ["A", "A", kind, "", "", ""]], [PEOPLE[0], ["1", "Lan", "a", role, "Tiếng Việt"]])
    assert stands(database) == (
        [("A", "A", "cdcs", "", "")],
        [("1", "Lan", "A", "vi")],
        [("1", "A", "chair"), ("1", "A", "womens_affairs")],
    )
    database.close()


def test_twice_the_same_list_changes_nothing(database: Database) -> None:
    first = take(database)
    assert (len(first.new_units), len(first.new_people)) == (4, 6)
    before = stands(database)
    again = take(database, today=TODAY + timedelta(days=1))
    assert again.is_empty
    assert not again.missing
    assert stands(database) == before


def test_a_changed_parent_is_a_move(database: Database) -> None:
    take(database)
    before = unit_named(database, "SONGLAM-MAY2")

    def move(units: list[list[str]], people: list[list[str]]) -> None:
        units[4][3] = "LDLD"
        units[4][1] = "Tổ may Hai"

    changes = take(database, *edited(move))
    assert (changes.moved, changes.renamed, changes.new_units) == (["SONGLAM-MAY2"], ["SONGLAM-MAY2"], [])
    after = unit_named(database, "SONGLAM-MAY2")
    assert (after.id, after.name, after.parent_id) == (before.id, "Tổ may Hai", unit_named(database, "LDLD").id)


def test_a_person_changes_unit_name_and_office(database: Database) -> None:
    take(database)

    def change(units: list[list[str]], people: list[list[str]]) -> None:
        people[5][1:] = ["Hoàng Sơn", "SONGLAM", "Phó chủ tịch", "en"]

    changes = take(database, *edited(change))
    assert changes.changed_people == ["SL004"]
    _, people, offices = stands(database)
    assert ("SL004", "Hoàng Sơn", "SONGLAM", "en") in people
    assert [office for office in offices if office[0] == "SL004"] == [("SL004", "SONGLAM", "vice_chair")]


def test_who_is_missing_is_reported_and_keeps_office_unless_asked(database: Database) -> None:
    take(database)
    without = [row for row in PEOPLE if row[0] != "SL001"]
    assert take(database, people=without).missing == ["SL001"]
    before = stands(database)
    assert ("SL001", "SONGLAM-MAY1", "leader") in before[2]
    assert take(database, people=without, leavers=True).missing == ["SL001"]
    _, people, offices = stands(database)
    assert people == before[1], "nobody is removed from the roll"
    assert ("SL001", "SONGLAM-MAY1", "leader") not in offices
    assert len(offices) == len(before[2]) - 1


def test_people_of_units_that_the_list_does_not_name_are_not_missing(database: Database) -> None:
    take(database)
    changes = take(database, UNITS[:3], [PEOPLE[0], *(row for row in PEOPLE if row[2] in ("LDLD", "SONGLAM"))], leavers=True)
    assert not changes.missing


@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_roll_without_the_keys_says_no_name(database: Database) -> None:
    path = str(database.url.database)
    take(database)
    database.close()
    raw = Path(path).read_bytes()
    for row in PEOPLE[1:]:
        assert row[1].encode() not in raw
        assert row[0].encode() not in raw
    assert UNITS[2][1].encode() in raw, "the search must be able to find what is there"


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), teams=st.integers(1, 12), heads=st.integers(1, 15))
def test_any_order_of_rows_gives_the_same_union(sqlite_template: Path, seed: int, teams: int, heads: int) -> None:
    """A made-up union of random shape, its rows in two orders: the same units, people and offices; once more, nothing."""
    order = random.Random(seed)
    units = [["U0", "Gốc", "ldld_tinh", "", "", ""]]
    for number in range(1, teams + 1):
        units.append(
            [f"U{number}", f"Đơn vị {number}", order.choice(["cdcs", "tổ"]), f"U{order.randrange(number)}", "", str(number)]
        )
    people = [
        [
            f"P{number}",
            f"Người {number}",
            f"U{order.randrange(teams + 1)}",
            order.choice(["", "chair", "tổ trưởng; ubkt"]),
            "",
        ]
        for number in range(heads)
    ]
    found = []
    for _ in range(2):
        order.shuffle(units)
        order.shuffle(people)
        path = sqlite_template.with_name("roll.db")
        shutil.copy(sqlite_template, path)
        database = Database(f"sqlite:///{path}", Keyring.new())
        take(database, [UNITS[0], *units], [PEOPLE[0], *people])
        order.shuffle(units)
        assert take(database, [UNITS[0], *units], [PEOPLE[0], *people]).is_empty
        found.append(stands(database))
        database.close()
    assert found[0] == found[1]


def test_a_headcount_is_taken_corrected_and_kept(database: Database) -> None:
    """A list without that column, or with an empty cell, says nothing of it."""
    take(database)
    assert (unit_named(database, "SONGLAM").headcount, unit_named(database, "SONGLAM-MAY1").headcount) == (82, 40)
    units = copy.deepcopy(UNITS)
    units[3][5], units[4][5] = "1.041", ""
    assert take(database, units).recounted == ["SONGLAM-MAY1"]
    assert (unit_named(database, "SONGLAM-MAY1").headcount, unit_named(database, "SONGLAM-MAY2").headcount) == (1041, 38)
    assert not take(database, [row[:5] for row in units]).recounted
    assert unit_named(database, "SONGLAM-MAY1").headcount == 1041
