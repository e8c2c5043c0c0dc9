"""The rules of a roll: what a union's own list of units and people must be like before anything of it is written.

Plain functions on parsed rows. Every fault is found, each with its sheet, row and reason, and all are told at once: a list
is mended at a desk, in one go. The order of rows never matters: a team may stand above the union it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from config.i18n import LANGUAGES, clean, fold, with_d
from config.tables import table

LONGEST_NAME = 200
MOST_HEADS = 1_000_000
CODE = re.compile(r"[\w][\w./-]{0,31}")
_SPOKEN = {"vi": ("tieng viet", "viet", "vietnamese"), "en": ("tieng anh", "anh", "english")}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet: the cells by the field's name, as text. `wrong`: why one of them is no text to go by: error,
    no_value (a formula's), date, truth, too_long, damaged or doubtful (letters). `fonts`: what a cell's font draws."""

    sheet: str
    row: int
    cells: Mapping[str, str]
    wrong: Mapping[str, str] = field(default_factory=dict)
    fonts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a list cannot be taken, or what is to be told of it: where, and what (handlers.people.roll_words says it)."""

    sheet: str
    row: int
    what: str
    values: Mapping[str, object] = field(default_factory=dict)


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
            found[_words(written)] = key
    return found


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", fold(text)))


@lru_cache(maxsize=1000)
def _one_of(name: str, text: str) -> str | None:
    return _spellings(name).get(_words(text))


def _written(name: str) -> str:
    return ", ".join(entry["vi"] for entry in table(name).values())


def check(unit_lines: Sequence[Line], person_lines: Sequence[Line], known: Mapping[str, str]) -> tuple[Roll, list[Fault]]:
    """The list as it should become, and every fault in it; `known` are the codes already in the database, each with its
    parent's. With any fault the list must not be used."""
    faults: list[Fault] = []
    units = _units(unit_lines, known, faults)
    people = _people(person_lines, {*known, *units}, _by_name(units), faults)
    faults.sort(key=lambda fault: (fault.sheet != "units", fault.sheet, fault.row))
    return Roll(_from_the_top(units), tuple(people[code] for code in sorted(people))), faults


def _units(lines: Sequence[Line], known: Mapping[str, str], faults: list[Fault]) -> dict[str, RollUnit]:
    found: dict[str, RollUnit] = {}
    where: dict[str, Line] = {}
    for line in lines:
        blame = _Blame(line, faults)
        cells = _cells(line, blame)
        code = _code(cells, "code", blame)
        _name(cells, blame)
        kind = _one_of("units", cells["kind"])
        if kind is None and not cells.wrong("kind"):
            _unknown("kind", cells["kind"], "units", blame)
        sector = _one_of("sectors", cells["sector"]) if cells["sector"] else ""
        if sector is None:
            _unknown("sector", cells["sector"], "sectors", blame)
        if code and code in where:
            blame("unit_twice", code=code, first=where[code].row)
            continue
        where[code] = line
        parent = _as_code(cells["parent"])
        name, heads = with_d(" ".join(cells["name"].split())), _headcount(cells["headcount"], blame)
        found[code] = RollUnit(code, name, kind or "", parent, sector or "", heads)
    named = _by_name(found)
    for code, unit in found.items():
        if unit.parent and unit.parent not in found and unit.parent not in known:
            if (above := named.get(fold(unit.parent))) is not None:
                found[code] = replace(unit, parent=above)
            elif "parent" not in where[code].wrong:
                _Blame(where[code], faults)("no_parent", parent=unit.parent[:40])
    for code in _in_a_circle({**known, **{code: unit.parent for code, unit in found.items()}}):
        if code in found:
            _Blame(where[code], faults)("circle", code=code, parent=found[code].parent)
    return found


def _by_name(units: Mapping[str, RollUnit]) -> dict[str, str]:
    """The codes of the list's units by their names: lists of people often say those. Names of several units are left out."""
    codes: dict[str, list[str]] = {}
    for code, unit in units.items():
        codes.setdefault(fold(unit.name), []).append(code)
    return {name: some[0] for name, some in codes.items() if len(some) == 1 and name}


def _people(lines: Sequence[Line], units: set[str], named: Mapping[str, str], faults: list[Fault]) -> dict[str, RollPerson]:
    found: dict[str, RollPerson] = {}
    where: dict[str, int] = {}
    for line in lines:
        blame = _Blame(line, faults)
        cells = _cells(line, blame)
        code = _code(cells, "staff_code", blame)
        _name(cells, blame)
        unit = _as_code(cells["unit"])
        if not unit:
            if not cells.wrong("unit"):
                blame("missing", field="unit")
        elif unit not in units:
            unit = named.get(fold(unit), unit)
            if unit not in units:
                blame("no_unit", unit=unit[:40])
        roles = _roles(cells["role"], blame)
        language = _language(cells["language"], blame)
        if code and code in where:
            blame("person_twice", code=code, first=where[code])
            continue
        where[code] = line.row
        found[code] = RollPerson(code, with_d(" ".join(cells["name"].split())), unit, roles, language)
    return found


class _Blame:
    """Notes what is wrong with one line."""

    def __init__(self, line: Line, faults: list[Fault]) -> None:
        self._line = line
        self._faults = faults

    def __call__(self, what: str, **values: object) -> None:
        self._faults.append(Fault(self._line.sheet, self._line.row, what, values))


class _Cells:
    """A line's cells as they are judged; one that is wrong as it stands is blamed once, and then is empty."""

    def __init__(self, texts: Mapping[str, str], wrong: set[str]) -> None:
        self._texts = texts
        self._wrong = wrong

    def __getitem__(self, key: str) -> str:
        return "" if key in self._wrong else self._texts.get(key, "")

    def wrong(self, key: str) -> bool:
        return key in self._wrong


def _cells(line: Line, blame: _Blame) -> _Cells:
    texts = {key: clean(value) for key, value in line.cells.items()}
    for key, why in line.wrong.items():
        blame(why, field=key, shown=line.cells[key][:40])
    formulas = {key for key, value in texts.items() if value.startswith("=") and key not in line.wrong}
    for key in sorted(formulas):
        blame("formula", field=key)
    return _Cells(texts, {*line.wrong, *formulas})


def _as_code(text: str) -> str:
    return with_d(text).upper()


def _code(cells: _Cells, key: str, blame: _Blame) -> str:
    code = _as_code(cells[key])
    if cells.wrong(key):
        return ""
    if not code:
        blame("missing", field=key)
    elif not CODE.fullmatch(code):
        blame("code_form", field=key, shown=code[:40])
    return code


def _name(cells: _Cells, blame: _Blame) -> None:
    name = cells["name"]
    if cells.wrong("name"):
        return
    if not fold(name):
        blame("missing", field="name")
    elif not any(letter.isalpha() for letter in name):
        blame("name_form", shown=name[:40])
    elif len(name) > LONGEST_NAME:
        blame("name_long", most=LONGEST_NAME)


def _headcount(text: str, blame: _Blame) -> int | None:
    digits = text.replace(".", "").replace(",", "").replace(" ", "")
    if not text:
        return None
    if not (digits.isascii() and digits.isdecimal() and int(digits) <= MOST_HEADS):
        blame("headcount_form", shown=text[:40])
        return None
    return int(digits)


_OF_THE_UNION = re.compile(r"( (cong doan|cd|cdcs|co so))+$")


def _roles(text: str, blame: _Blame) -> tuple[str, ...]:
    found = set()
    whole = _role(text) is not None
    for part in [text] if whole else re.split(r"[;,/+&\n]| - | và | kiêm ", text):
        if not _words(part):
            continue
        role = _role(part)
        if role is None:
            _unknown("role", part.strip(), "roles", blame)
        elif role:
            found.add(role)
    return tuple(sorted(found))


@lru_cache(maxsize=1000)
def _role(text: str) -> str | None:
    """The office that is meant; empty for a position that is none, None for one that nobody knows."""
    words = _words(text)
    known = _spellings("roles")
    if role := known.get(words) or known.get(_OF_THE_UNION.sub("", words)):
        return role
    if words in _spellings("positions"):
        return ""
    begins = any(words.startswith(f"{position} ") for position in _spellings("positions") if len(position) > 3)
    return "" if begins and not any(f" {office} " in f"{words} " for office in known if len(office) > 3) else None


def _language(text: str, blame: _Blame) -> str:
    written = fold(text)
    for code in LANGUAGES:
        if written in (code, *_SPOKEN[code]):
            return code
    if written:
        blame("language_unknown", shown=text[:40], known=", ".join(LANGUAGES))
    return ""


def _unknown(key: str, text: str, name: str, blame: _Blame) -> None:
    if text:
        blame("unknown", field=key, shown=text[:40], known=_written(name))
    else:
        blame("missing", field=key)


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
