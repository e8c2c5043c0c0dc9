"""Takes pages of an SQLite database apart: cells, free space, the tables that pages belong to.

Layout: https://www.sqlite.org/fileformat2.html (1.5 free list, 1.6 b-tree pages, 2.1 records, 2.6 schema).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

Pages = Mapping[int, bytes]
INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE = 2, 5, 10, 13
SOMETHING = re.compile(rb"[^\0]")
SIZES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}


class Cell(NamedTuple):
    """A row of a table (rowid and record), or an entry of an index or WITHOUT ROWID table (rowid None)."""

    rowid: int | None
    payload: bytes


@dataclass
class Page:
    kind: int = 0
    cells: list[Cell] = field(default_factory=list)
    children: list[int] = field(default_factory=list)
    unallocated: list[bytes] = field(default_factory=list)
    freeblocks: list[bytes] = field(default_factory=list)


class Owner(NamedTuple):
    table: str
    index: bool


SCHEMA = Owner("sqlite_schema", False)


def varint(raw: bytes, at: int) -> tuple[int, int]:
    """A value and where the next begins."""
    value = 0
    for step in range(9):
        byte = raw[at + step]
        if step == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    raise AssertionError


def record(payload: bytes) -> list[object]:
    """The columns of a record; ValueError if it is none."""
    try:
        end, at = varint(payload, 0)
        body, values = end, list[object]()
        while at < end:
            kind, at = varint(payload, at)
            if kind in (10, 11):
                raise ValueError("a reserved serial type")
            size = SIZES[kind] if kind < 10 else (kind - 12) // 2
            raw, body = payload[body : body + size], body + size
            if kind == 7:
                values.append(struct.unpack(">d", raw)[0])
            elif kind < 10:
                values.append(None if kind == 0 else kind - 8 if kind > 7 else int.from_bytes(raw, signed=True))
            else:
                values.append(raw.decode(errors="replace") if kind % 2 else raw)
    except (IndexError, struct.error) as error:
        raise ValueError("cut off") from error
    if at != end or body != len(payload):
        raise ValueError("not a record")
    return values


class _Local(NamedTuple):
    """A cell as far as it stands in its own page; `follow` is its first overflow page, or 0."""

    rowid: int | None
    size: int
    payload: bytes
    follow: int


def page(pages: Pages, number: int, reserved: int = 0) -> Page:
    """A b-tree page; an empty Page if it is none. Overflow is read from `pages`."""
    found, locals_ = _parse(pages[number], 100 if number == 1 else 0, reserved)
    if not any(local.follow for local in locals_):
        return found
    cells = [
        Cell(local.rowid, local.payload + b"".join(_overflow(pages, local, len(pages[number]) - reserved).values()))
        for local in locals_
    ]
    return replace(found, cells=cells)


def names_no_page(raw: bytes, reserved: int = 0) -> bool:
    """Whether it is a leaf (never the first page) whose cells all end in it."""
    here, locals_ = _parse(raw, 0, reserved)
    return here.kind in (LEAF_INDEX, LEAF_TABLE) and not any(local.follow for local in locals_)


@lru_cache(maxsize=20_000)
def _parse(raw: bytes, start: int, reserved: int) -> tuple[Page, tuple[_Local, ...]]:
    """What the page says by itself. Most pages stand unchanged in hundreds of commits."""
    found, locals_ = Page(), list[_Local]()
    kind, block, count, content = struct.unpack_from(">BHHH", raw, start)
    interior = kind in (INTERIOR_INDEX, INTERIOR_TABLE)
    array = start + (12 if interior else 8)
    content = content or 65536
    if kind not in (2, 5, 10, 13) or not array + 2 * count <= content <= len(raw):
        return found, ()
    found.kind = kind
    found.unallocated.append(raw[array + 2 * count : content])
    try:
        for at in struct.unpack_from(f">{count}H", raw, array):
            if interior:
                found.children.append(struct.unpack_from(">I", raw, at)[0])
                at += 4
            if kind != INTERIOR_TABLE:
                size, at = varint(raw, at)
                rowid, at = varint(raw, at) if kind == LEAF_TABLE else (None, at)
                local, follow = _local(raw, at, size, kind, len(raw) - reserved)
                locals_.append(_Local(_signed(rowid), size, local, follow))
        if interior:
            found.children.append(struct.unpack_from(">I", raw, start + 8)[0])
        while block:
            after, size = struct.unpack_from(">HH", raw, block)
            found.freeblocks.append(raw[block + 4 : block + size])
            block = after if after > block else 0
    except (IndexError, struct.error):
        return Page(), ()
    found.cells = [Cell(local.rowid, local.payload) for local in locals_]
    return found, tuple(locals_)


def _signed(rowid: int | None) -> int | None:
    return rowid - (1 << 64) if rowid is not None and rowid >> 63 else rowid


def _local(raw: bytes, at: int, size: int, kind: int, usable: int) -> tuple[bytes, int]:
    most = usable - 35 if kind == LEAF_TABLE else (usable - 12) * 64 // 255 - 23
    if size <= most:
        return raw[at : at + size], 0
    least = (usable - 12) * 32 // 255 - 23
    local = least + (size - least) % (usable - 4)
    local = local if local <= most else least
    return raw[at : at + local], struct.unpack_from(">I", raw, at + local)[0]


def _overflow(pages: Pages, local: _Local, usable: int) -> dict[int, bytes]:
    """The pages a cell goes on in, and what stands there of it."""
    follow, left, used = local.follow, local.size - len(local.payload), dict[int, bytes]()
    while follow in pages and left > 0 and follow not in used:
        used[follow] = pages[follow][4:usable][:left]
        left -= len(used[follow])
        (follow,) = struct.unpack_from(">I", pages[follow])
    return used


class Trees:
    """Which table each page belongs to, by walking the roots in sqlite_schema; free pages are missing. After a commit only
    the trees in which it wrote are walked again: a page comes into a tree, or leaves it, by a page of that tree."""

    def __init__(self, pages: Pages, reserved: int = 0, with_indexes: bool = True) -> None:
        self._reserved, self._with_indexes = reserved, with_indexes
        self._roots: dict[int, Owner] = {1: SCHEMA}
        self.root_of: dict[int, int] = {}
        self.walk(pages, 1, 1)
        for cell in [cell for number in self.root_of for cell in page(pages, number, reserved).cells]:
            try:
                kind, _, table, root, *_ = record(cell.payload)
            except ValueError:
                continue
            if isinstance(root, int) and root and (with_indexes or kind != "index"):
                self._roots.setdefault(root, Owner(str(table), kind == "index"))
                self.walk(pages, root, root)

    def walk(self, pages: Pages, number: int, root: int) -> None:
        if number in self.root_of or number not in pages:
            return
        self.root_of[number] = root
        here, locals_ = _parse(pages[number], 100 if number == 1 else 0, self._reserved)
        for local in locals_:
            if local.follow:
                self.root_of |= dict.fromkeys(_overflow(pages, local, len(pages[number]) - self._reserved), root)
        for child in here.children:
            self.walk(pages, child, root)

    def owners(self) -> dict[int, Owner]:
        return {number: self._roots[root] for number, root in self.root_of.items()}

    def written(self, before: Pages, after: Pages, numbers: Iterable[int]) -> Trees:
        """The trees as they are once these pages are written."""
        roots = {self.root_of[number] for number in numbers if number in self.root_of}
        # The first page is the header, too, which any commit may change.
        if any(self.root_of.get(number) == 1 and _tree_of(before, number) != _tree_of(after, number) for number in numbers):
            return Trees(after, self._reserved, self._with_indexes)
        found = copy(self)
        found.root_of = {number: root for number, root in self.root_of.items() if root == 1 or root not in roots}
        for root in roots - {1}:
            found.walk(after, root, root)
        return found


def _tree_of(pages: Pages, number: int) -> bytes:
    return pages[number][100:] if number == 1 else pages[number]


def owners(pages: Pages, reserved: int = 0) -> dict[int, Owner]:
    """Which table each page belongs to. Free pages are missing."""
    return Trees(pages, reserved).owners()


def _adds_up(raw: bytes, start: int, size: int) -> bool:
    """Quickly: do the serial types of a record here account for its length?"""
    end, at = varint(raw, start)
    total, end = end, start + end
    while at < end and total <= size:
        kind, at = varint(raw, at)
        total += SIZES.get(kind, size) if kind < 12 else (kind - 12) // 2
    return total == size


def carve(raw: bytes) -> list[Cell]:
    """Whole cells of table leaves that still stand in free space: the lengths inside have to agree."""
    found, at = list[Cell](), 0
    # A cell begins with its size, and nearly all of what was wiped is zeros.
    while (begins := SOMETHING.search(raw, at)) and (at := begins.start()) < len(raw) - 4:
        try:
            size, start = varint(raw, at)
            rowid, start = varint(raw, start)
            if 2 <= size <= len(raw) - start and raw[start] >= 2 and _adds_up(raw, start, size):
                values = record(raw[start : start + size])
                if any(isinstance(value, str | bytes) and value for value in values):
                    found.append(Cell(_signed(rowid), raw[start : start + size]))
                    at = start + size
                    continue
        except (IndexError, ValueError):
            pass
        at += 1
    return found
