"""Reads an SQLite database's files: what each commit in the -wal wrote, and what was deleted but not wiped.

Layout: https://www.sqlite.org/fileformat2.html (section 4 for the WAL). A rollback journal is not read.
"""

import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

from .evidence import IDENTIFIERS, Row, id_of, marks_of, tokens
from .sqlite_pages import Cell, Owner, Pages, Trees, carve, names_no_page, owners, page, record

NOBODY = Owner("?", False)  # a free page
RUNS = re.compile(rb"[0-9A-Za-z]{6,}")  # where tokens may stand


@dataclass
class Commit:
    """One commit in the WAL. blind: its pages whose earlier version is lost, so no telling what is new."""

    order: int
    new: list[Row]
    gone: list[Row]
    blind: set[int]


@dataclass
class Found:
    """rows: everything, for links.paths(). rowids: of each table, in order: who came after whom."""

    rows: list[Row] = field(default_factory=list)
    commits: list[Commit] = field(default_factory=list)
    residue: set[str] = field(default_factory=set)  # tokens in free space
    remains: set[bytes] = field(default_factory=set)  # the free space itself
    rowids: dict[str, list[int]] = field(default_factory=dict)


def read(
    path: Path, *, baseline: Path | None = None, pattern: re.Pattern[bytes] = IDENTIFIERS, residue: bool = True
) -> Found:
    """Everything the .db and its -wal tell. Without `residue`, only rows of tables that commits wrote and took away.

    To see every commit, copy the .db before the story (baseline) or set PRAGMA wal_autocheckpoint=0.
    """
    return _Reader(Path(path), baseline, pattern, residue).found


class _Reader:
    def __init__(self, path: Path, baseline: Path | None, pattern: re.Pattern[bytes], residue: bool) -> None:
        self.pattern, self.found, self.with_indexes = pattern, Found(), residue
        self.rows: dict[tuple[Owner, Cell], Row] = {}
        self.past: list[Row] = []  # index entries that ended: another row with the same rowid may bring an equal one
        self.ids: dict[tuple[str, int], str | None] = {}
        raw = path.read_bytes()
        log = path.with_name(path.name + "-wal")
        written = log.read_bytes() if log.exists() else b""
        self.size = struct.unpack_from(">I", written, 8)[0] if written else struct.unpack_from(">H", raw, 16)[0]
        self.size = 65536 if self.size == 1 else self.size
        logged = generations(written, self.size)
        main = self._split(raw)
        newest = {**main, **{number: data for commit in logged[-1] for number, data in commit}}
        self.reserved = newest[1][20]
        began = self._split(baseline.read_bytes()) if baseline else {}
        # Only for pages whose version is lost; a page may pass from one table to another (see _owned).
        self.owners = {**owners(main, self.reserved), **owners(began, self.reserved), **owners(newest, self.reserved)}
        self.versions: list[tuple[Pages, int, Owner | None]] = []
        for commits in logged:
            before: Pages = {}  # an older generation began from pages that are gone
            if commits is logged[-1]:
                copied = _checkpointed(commits, main)
                before = {number: data for number, data in main.items() if number not in copied}
                if baseline:
                    before = began
            self._replay(commits, dict(before), {number for number in main if number not in before})
        self._take_stock(newest, main)
        if residue:
            for pages in (main, newest):
                owned = owners(pages, self.reserved)
                self.versions += [(pages, number, owned.get(number)) for number in pages]
            self._residue()
        self.found.rows[:0] = [row for row in (*self.rows.values(), *self.past) if row.table != "sqlite_schema"]

    def _split(self, raw: bytes) -> dict[int, bytes]:
        return {at // self.size + 1: raw[at : at + self.size] for at in range(0, len(raw), self.size)}

    def _row(self, owner: Owner, cell: Cell, state: str) -> Row:
        if (owner, cell) not in self.rows:
            try:
                values = record(cell.payload)
            except ValueError:  # its overflow is lost
                values = [cell.payload]
            first = id_of(values)
            if owner.index:
                first = self.ids.get((owner.table, last)) if isinstance(last := values[-1], int) else None
            elif cell.rowid is not None:
                self.ids[owner.table, cell.rowid] = first
            name = "index" if owner.index else "row" if cell.rowid is None else f"rowid {cell.rowid}"
            row = Row(owner.table, name, state, first)
            row.marks = marks_of(values, self.pattern)
            self.rows[owner, cell] = row
        return self.rows[owner, cell]

    def _owned(self, state: Pages, whole: bool) -> dict[int, Owner]:
        """Which table each page belongs to in this state: a freed page goes to whichever table asks next."""
        return owners(state, self.reserved) if whole else {**self.owners, **owners(state, self.reserved)}

    def _cells(self, pages: Pages, numbers: set[int], owned: dict[int, Owner]) -> dict[tuple[Owner, Cell], None]:
        """Of pages that a table owns. Tables first: they name the rows."""
        found = [
            (owned[number], cell)
            for number in sorted(numbers & pages.keys() & owned.keys())
            for cell in page(pages, number, self.reserved).cells
        ]
        return dict.fromkeys(sorted(found, key=lambda pair: pair[0].index))

    def _replay(self, commits: list[list[tuple[int, bytes]]], state: dict[int, bytes], blind: set[int]) -> None:
        """A row is a commit's when its cell came or went with it. Moving to another page is neither."""
        whole = 1 in state and not blind  # then it is enough to look at what each commit has written
        trees = Trees(state, self.reserved, self.with_indexes) if whole else None
        after = trees.owners() if trees else self._owned(state, whole)
        for frames in commits:
            order = len(self.found.commits) + 1
            before, earlier = after, dict(state)
            state.update(frames)
            written = {number for number, _ in frames}
            # To whom pages belong is asked anew only where something written may change it, which is seldom.
            # A page that comes into a tree is named by one that was in it before.
            known = {number for number in written if number in before} if trees else written
            if not all(self._is_leaf_of(before, earlier, state, number) for number in known) or blind:
                trees = trees and trees.written(earlier, state, written)
                after = trees.owners() if trees else self._owned(state, 1 in state and not blind - written)
            numbers = written
            if after is not before:  # a page may be let go, cells and all, without being written
                numbers = written | {
                    number for number in before.keys() | after.keys() if before.get(number) != after.get(number)
                }
            old = self._cells(earlier, numbers, before)
            now = self._cells(state, numbers, after)
            unseen = self._cells(state, numbers & blind, after)
            commit = Commit(
                order,
                [self._row(*pair, "dead") for pair in now if pair not in old and pair not in unseen],
                [self._row(*pair, "dead") for pair in old if pair not in now],
                written & blind,
            )
            for pair in unseen:
                self._row(*pair, "dead")
            for row in (*commit.new, *commit.gone):
                row.marks.add(f"commit:{order}")
            self.past += [self.rows.pop(pair) for pair in old if pair not in now and pair[0].index]
            self.versions += [({number: data}, number, after.get(number)) for number, data in frames]
            blind -= written
            self.found.commits.append(commit)

    def _is_leaf_of(self, owned: dict[int, Owner], earlier: Pages, now: Pages, number: int) -> bool:
        """Whether a page was and is the leaf of one table, and so names no other page."""
        known = number in owned and number in earlier and owned[number].table != "sqlite_schema"
        return known and all(names_no_page(pages[number], self.reserved) for pages in (earlier, now))

    def _take_stock(self, newest: Pages, main: Pages) -> None:
        """What is there now; and what the main file still holds though the WAL has taken it away."""
        for state, pages in (("live", newest), ("dead", main)):
            owned = owners(pages, self.reserved)
            free = dict.fromkeys(pages.keys() - owned.keys(), NOBODY)
            for owner, cell in self._cells(pages, set(pages), {**owned, **free}):
                row = self._row(owner, cell, state)
                if state == "live" and owner is not NOBODY:
                    row.state = state
                    if cell.rowid is not None and row.table != "sqlite_schema":
                        self.found.rowids.setdefault(row.table, []).append(cell.rowid)
        for rowids in self.found.rowids.values():
            rowids.sort()

    def _residue(self) -> None:
        """Free space in pages, and whole pages that no table owned at that time."""
        known = {mark[6:].encode() for row in self.rows.values() for mark in row.marks if mark.startswith("token:")}
        for pages, number, owner in self.versions:
            here = page(pages, number, self.reserved)
            whole = [] if owner else [pages[number]]
            for part in {*here.unallocated, *here.freeblocks, *whole}:
                if part in self.found.remains or not any(part):
                    continue
                self.found.remains.add(part)
                said = b" ".join(RUNS.findall(part))
                stand = {token.decode() for token in known if token in said} | tokens(part, self.pattern)
                self.found.residue |= stand
                if part in here.freeblocks:  # the head of the cell is overwritten: which tokens stand side by side
                    row = Row((owner or NOBODY).table, f"freeblock in page {number}", "residue")
                    row.marks = {f"token:{token}" for token in stand}
                    self.found.rows.append(row)
                for cell in carve(part):
                    self._carved(owner or NOBODY, cell, number)

    def _carved(self, owner: Owner, cell: Cell, number: int) -> None:
        values = record(cell.payload)
        row = Row(owner.table, f"rowid {cell.rowid} in page {number}", "residue")
        row.id = id_of(values)
        row.marks = marks_of(values, self.pattern)
        self.found.rows.append(row)


def _checkpointed(commits: list[list[tuple[int, bytes]]], main: Pages) -> set[int]:
    """The pages a checkpoint copied: up to some commit, all of the WAL stands in the main file."""
    latest: dict[int, bytes] = {}
    copied: set[int] = set()
    for frames in commits:
        latest.update(frames)
        if all(main.get(number) == data for number, data in latest.items()):
            copied = set(latest)
    return copied


def generations(raw: bytes, size: int) -> list[list[list[tuple[int, bytes]]]]:
    """Frames by generation (a salt of its own), oldest first, the WAL's own last; each a list of commits.

    A commit ends with a frame whose header gives the size of the database; the last may have been left open.
    """
    found: dict[bytes, list[list[tuple[int, bytes]]]] = {raw[16:24]: []}
    closed = True
    for at in range(32, len(raw) - 24 - size + 1, 24 + size):
        number, ends = struct.unpack_from(">II", raw, at)
        salt = raw[at + 8 : at + 16]
        if not number:
            continue
        commits = found.setdefault(salt, [])
        if closed or not commits:
            commits.append([])
        commits[-1].append((number, raw[at + 24 : at + 24 + size]))
        closed = ends != 0
    return list(reversed(found.values()))
