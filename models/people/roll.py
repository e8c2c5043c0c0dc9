"""The rules of a roll: what a union's own list of units and people must be like before anything of it is written.

Plain functions on parsed rows. Every fault is found, each with its sheet, row and reason, and all are told at once: a list
is mended at a desk, in one go. The order of rows never matters: a team may stand above the union it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from config.i18n import LANGUAGES, clean, fold
from config.tables import table

LONGEST_NAME = 200
MOST_HEADS = 1_000_000
_CODE = re.compile(r"[\w][\w./-]{0,31}")
_SPOKEN = {"vi": ("tieng viet", "viet", "vietnamese"), "en": ("tieng anh", "anh", "english")}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet: the cells by the field's name, as text."""

    sheet: str
    row: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a list cannot be taken: where, and what is wrong with it."""

    sheet: str
    row: int
    reason: str

    def __str__(self) -> str:
        return f"{self.sheet}, row {self.row}: {self.reason}" if self.row else f"{self.sheet}: {self.reason}"


@dataclass(frozen=True, slots=True)
class RollUnit:
    code: str
    name: str
    kind: str
    parent: str
    sector: str
    headcount: int | None
    """How many people work there and below; None where the list does not say."""


@dataclass(frozen=True, slots=True)
class RollPerson:
    staff_code: str
    name: str
    unit: str
    roles: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Roll:
    """A list without faults: units with those above first, people in the order of their staff codes."""

    units: tuple[RollUnit, ...]
    people: tuple[RollPerson, ...]


@lru_cache(maxsize=8)
def _spellings(name: str) -> Mapping[str, str]:
    """Every way, without accents, in which an entry of config/<name>.toml may be written, and its key."""
    found = {}
    for key, entry in table(name).items():
        for written in (key, entry["vi"], entry["en"], *entry.get("also", ())):
            found[fold(written.replace("_", " "))] = key
    return found


def _one_of(name: str, text: str) -> str | None:
    return _spellings(name).get(fold(text.replace("_", " ")))


def _written(name: str) -> str:
    return ", ".join(entry["vi"] for entry in table(name).values())


def check(unit_lines: Sequence[Line], person_lines: Sequence[Line], known: Mapping[str, str]) -> tuple[Roll, list[Fault]]:
    """The list as it should become, and every fault in it; `known` are the codes already in the database, each with its
    parent's. With any fault the list must not be used."""
    faults: list[Fault] = []
    units = _units(unit_lines, known, faults)
    people = _people(person_lines, {*known, *units}, faults)
    faults.sort(key=lambda fault: (fault.sheet != "units", fault.sheet, fault.row))
    return Roll(_from_the_top(units), tuple(people[code] for code in sorted(people))), faults


def _units(lines: Sequence[Line], known: Mapping[str, str], faults: list[Fault]) -> dict[str, RollUnit]:
    found: dict[str, RollUnit] = {}
    where: dict[str, Line] = {}
    for line in lines:
        cells = {key: clean(value) for key, value in line.cells.items()}
        code = cells.get("code", "").upper()
        blame = _blamer(line, faults)
        _formulas(cells, blame)
        _code(code, "code", blame)
        _name(cells.get("name", ""), blame)
        kind = _one_of("units", cells.get("kind", ""))
        if kind is None:
            blame(_unknown("kind", cells.get("kind", ""), "units"))
        sector = _one_of("sectors", cells["sector"]) if cells.get("sector") else ""
        if sector is None:
            blame(_unknown("sector", cells["sector"], "sectors"))
        if code and code in where:
            blame(f"the code {code} stands in row {where[code].row} already")
            continue
        where[code] = line
        parent = cells.get("parent", "").upper()
        name, heads = " ".join(cells.get("name", "").split()), _headcount(cells.get("headcount", ""), blame)
        found[code] = RollUnit(code, name, kind or "", parent, sector or "", heads)
    for code, unit in found.items():
        if unit.parent and unit.parent not in found and unit.parent not in known:
            _blamer(where[code], faults)(f"there is no unit {unit.parent} for it to belong to")
    for code in _in_a_circle({**known, **{code: unit.parent for code, unit in found.items()}}):
        if code in found:
            _blamer(where[code], faults)(f"{code} belongs to itself, through {found[code].parent}")
    return found


def _people(lines: Sequence[Line], units: set[str], faults: list[Fault]) -> dict[str, RollPerson]:
    found: dict[str, RollPerson] = {}
    where: dict[str, int] = {}
    for line in lines:
        cells = {key: clean(value) for key, value in line.cells.items()}
        blame = _blamer(line, faults)
        _formulas(cells, blame)
        code = cells.get("staff_code", "").upper()
        _code(code, "staff_code", blame)
        _name(cells.get("name", ""), blame)
        unit = cells.get("unit", "").upper()
        if not unit:
            blame("the unit is missing")
        elif unit not in units:
            blame(f"there is no unit {unit}")
        roles = _roles(cells.get("role", ""), blame)
        language = _language(cells.get("language", ""), blame)
        if code and code in where:
            blame(f"the staff code {code} stands in row {where[code]} already")
            continue
        where[code] = line.row
        found[code] = RollPerson(code, " ".join(cells.get("name", "").split()), unit, roles, language)
    return found


_Blame = Callable[[str], None]


def _blamer(line: Line, faults: list[Fault]) -> _Blame:
    return lambda reason: faults.append(Fault(line.sheet, line.row, reason))


def _formulas(cells: Mapping[str, str], blame: _Blame) -> None:
    for key, value in cells.items():
        if value.startswith("="):
            blame(f"{key} is a formula; please put the plain text there")


def _code(code: str, what: str, blame: _Blame) -> None:
    if not code:
        blame(f"the {what} is missing")
    elif not code.startswith("=") and not _CODE.fullmatch(code):
        blame(f"the {what} {code[:40]} should be up to 32 letters, digits, dots, dashes or strokes")


def _name(name: str, blame: _Blame) -> None:
    if not fold(name):
        blame("the name is missing")
    elif len(name) > LONGEST_NAME:
        blame(f"the name is longer than {LONGEST_NAME} characters")


def _headcount(text: str, blame: _Blame) -> int | None:
    digits = text.replace(".", "").replace(",", "").replace(" ", "")
    if not text or text.startswith("="):
        return None
    if not (digits.isascii() and digits.isdecimal() and int(digits) <= MOST_HEADS):
        blame(f"the headcount {text[:40]} should be a number of people")
        return None
    return int(digits)


def _roles(text: str, blame: _Blame) -> tuple[str, ...]:
    found = set()
    for part in filter(None, (part.strip() for part in text.split(";"))):
        role = _one_of("roles", part)
        if role is None:
            blame(_unknown("role", part, "roles"))
        else:
            found.add(role)
    return tuple(sorted(found))


def _language(text: str, blame: _Blame) -> str:
    written = fold(text)
    for code in LANGUAGES:
        if written in (code, *_SPOKEN[code]):
            return code
    if written:
        blame(f"the language {text[:40]} is not one of: {', '.join(LANGUAGES)}")
    return ""


def _unknown(what: str, text: str, name: str) -> str:
    return f"{what} “{text[:40]}” is not one of: {_written(name)}" if text else f"the {what} is missing"


def _in_a_circle(parents: Mapping[str, str]) -> list[str]:
    """The codes on the circles of parents, if there are any. Each unit is looked at once."""
    done: set[str] = set()
    circle: list[str] = []
    for start in parents:
        path: dict[str, int] = {}
        at = start
        while at in parents and at not in done and at not in path:
            path[at] = len(path)
            at = parents[at]
        if at in path:
            circle += list(path)[path[at] :]
        done |= path.keys()
    return sorted(circle)


def _from_the_top(units: Mapping[str, RollUnit]) -> tuple[RollUnit, ...]:
    """Those above before those below (a circle, a fault already, comes last), otherwise by code."""
    children: dict[str, list[str]] = {}
    for code in sorted(units):
        parent = units[code].parent
        children.setdefault(parent if parent in units else "", []).append(code)
    order: list[str] = []
    edge = children.get("", [])
    while edge:
        order += edge
        edge = [child for code in edge for child in children.get(code, []) if code]
    return tuple(units[code] for code in order)
