"""Which row of a sheet is its header, which list it heads, and where each field stands: by the headers of Vietnamese lists.

A header is compared by its words, without accents, brackets and signs: “Mã số NV (thẻ từ)” is a staff code. For each field
the ways of heading it stand in the order in which they are believed: a column of codes before one of names, an office in the
union before one in the company.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from config.i18n import fold

SEARCHED = 100
"""Rows in which the header is looked for: a letterhead and a title are ten."""

_WHO = (
    "(nhan vien|nv|can bo|cb|cong nhan|cn|nguoi lao dong|nld|lao dong|doan vien|dv|nguoi|the|cbcnv|cnv|cbnv|cbcc|ca nhan|ns)"
)
_FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "units": {
        "code": ("(unit )?code", "ma( don vi| dv)?", "ma to( cong doan| cd)?", "ky hieu( don vi)?",
                 "ma (so )?(don vi|dv|to|bo phan|phong|xuong|cdcs|cong doan)\\b(?!.*(tren|cha|truc thuoc)).*"),
        "name": ("(unit )?name", "ten( don vi| dv| to| bo phan)?", "ten (don vi|to|cong doan|bo phan)\\b(?!.*(tren|cha)).*",
                 "don vi", "to cong doan"),
        "kind": ("kind", "loai( don vi)?", "loai hinh to chuc", "loai (hinh )?(don vi|to chuc|cong doan)\\b.*",
                 "(phan loai|cap)( don vi| cong doan| to chuc)?"),
        "parent": ("parent", "ma( don vi)? cap tren", ".*\\bcap tren\\b.*", ".*\\btruc thuoc\\b.*",
                   "(ma )?(don vi )?(cha|me)", "thuoc( don vi)?"),
        "headcount": ("headcount", "workers", ".*\\b(si so|quan so)\\b.*",
                      "(tong )?so (luong )?(lao dong|nguoi|cong nhan|nld|cnld|nguoi lao dong|cnvcld)\\b.*", "headcount .*"),
        "sector": ("sector", "khu vuc\\b.*", "loai hinh( doanh nghiep| dn| kinh te)?", "linh vuc\\b.*"),
    },
    "people": {
        "staff_code": ("staff code", f"ma( so)?( {_WHO})?", "(employee|staff|worker) (id|code|no|number)",
                       "msnv|manv|mnv|mscb", f"ma (so )?(the )?{_WHO}\\b.*", f"(so|ma so) the( {_WHO})?",
                       "ma so\\b(?!.*(thue|bhxh|bao hiem|so do)).*",
                       "code|id"),
        "name": ("(full )?name", "ho( va)? ten", "ho va ten (day du|khai sinh)", "hoten", f"ho (va )?ten (cua )?{_WHO}\\b.*",
                 "ho (va )?ten\\b(?!.*(dem|lot|cha|me|chong|vo|con|nguoi than|chu ho)).*",
                 f"ten {_WHO}\\b.*", "ten( day du)?"),
        "surname": ("(sur|last |family )name", "ho( va)?( ten| chu)? (dem|lot|giua)", "ho",
                    "ho (va |ten |chu )*(dem|lot)\\b.*"),
        "middle": ("(ten|chu) (dem|lot|giua)", "dem|lot", "middle name"),
        "given": ("ten( goi| rieng)?", "(first|given) name"),
        "unit": ("unit( code)?", "ma (don vi|dv|to|bo phan|phong)\\b.*", "don vi", "to( cong doan| cd)?",
                 "(to|don vi) (cong doan|sinh hoat|cd)\\b.*", "don vi\\b.*",
                 "to (don vi|san xuat|sx|doi|chuyen|truc thuoc)\\b.*",
                 "(bo phan|phong ban|phong|phan xuong|xuong|chuyen|chuyen may|team|department|group)( .*)?"),
        "role": ("roles?", "(chuc (vu|danh)|nhiem vu|vai tro) .*\\b(cong doan|cd|cdcs|to chuc cd)\\b.*", "chuc vu",
                 "vai tro", "chuc danh", "position", "nhiem vu",
                 "chuc (vu|danh)\\b(?!.*(dang|chinh quyen|chuyen mon|doan tn)).*"),
        "language": ("language", "ngon ngu\\b.*", "tieng( noi)?"),
    },
}  # fmt: skip
NEEDED = {"units": ("code", "name", "kind", "parent"), "people": ("staff_code", "name", "unit", "role")}
_PATTERNS = {
    sheet: {key: [re.compile(way) for way in ways] for key, ways in keys.items()} for sheet, keys in _FIELDS.items()
}
SHEETS = {
    "units": ("units", "don vi", "cac don vi", "to chuc", "danh sach don vi"),
    "people": ("people", "nguoi", "nhan su", "can bo", "danh sach", "danh sach nguoi", "danh sach can bo"),
}


class Header(NamedTuple):
    """`at` is the header's place among the rows; `columns` where each field stands: a name may stand in several."""

    sheet: str
    at: int
    columns: dict[str, tuple[int, ...]]

    @property
    def missing(self) -> list[str]:
        return [key for key in NEEDED[self.sheet] if key not in self.columns]


def words(text: str) -> str:
    """A header's words, as they are compared."""
    plain = fold(text.replace("_", " "))
    outside = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", plain)
    return " ".join(re.findall(r"[^\W_]+", outside) or re.findall(r"[^\W_]+", plain))


def by_name(name: str) -> str:
    """Which list a sheet or file is, by what it is called."""
    stem = fold(name).replace("_", " ")
    return next((sheet for sheet, names in SHEETS.items() if stem in names), "")


def search(rows: Sequence[Sequence[str]], named: str) -> Header | None:
    """The header among these rows. `named`: which list it is known to be, or an empty string."""
    best: Header | None = None
    most = 0
    for at, row in enumerate(rows[:SEARCHED]):
        titles = [words(text) for text in row]
        for sheet in [named] if named else _FIELDS:
            columns = _columns(sheet, titles)
            fits = len(columns.keys() & set(NEEDED[sheet]))
            below = best is not None and at == best.at + 1 and sheet == best.sheet  # a header of two rows
            if fits > most or (below and fits == most):
                best, most = Header(sheet, at, columns), fits
    if best is None or most < (2 if named else 3):
        return None
    return best


def _columns(sheet: str, titles: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Where each field stands: the column that is headed most surely, of equal ones the first."""
    ranked = []
    for number, (key, ways) in enumerate(_PATTERNS[sheet].items()):
        for at, title in enumerate(titles):
            rank = next((rank for rank, way in enumerate(ways) if title and way.fullmatch(title)), None)
            if rank is not None:
                ranked.append((rank, at, number, key))
    found: dict[str, int] = {}
    for _, at, _, key in sorted(ranked):
        if key not in found and (at not in found.values() or key in ("given", "name")):
            found[key] = at
    return _with_whole_names(found)


def _with_whole_names(found: dict[str, int]) -> dict[str, tuple[int, ...]]:
    """Names in two or three columns, to be sorted by the last, are one name."""
    surname, middle, given, name = (found.pop(key, None) for key in ("surname", "middle", "given", "name"))
    columns: dict[str, tuple[int, ...]] = {key: (at,) for key, at in found.items()}
    if name is None and given is not None:
        name = given
    if surname is not None and (given is not None or name is not None) and (name is None or name in (surname, given)):
        last = given if given is not None else name
        parts: tuple[int | None, ...] = (surname, middle, last)
    elif surname is not None and name is not None and name != surname and given is None:
        parts = (surname, middle, name)
    else:
        parts = (name,)
    if any(part is not None for part in parts):
        columns["name"] = tuple(dict.fromkeys(part for part in parts if part is not None))
    return columns
