"""Reads PostgreSQL 18's heap files by itself: live rows, dead ones, and bytes left in holes.

Layouts: https://www.postgresql.org/docs/18/storage-page-layout.html, and in the source bufpage.h,
htup_details.h, multixact.c, subtrans.c, clog.c. The server may be running; it is asked only for the catalogue
and a CHECKPOINT.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import psycopg

from .evidence import IDENTIFIERS, Row, id_of, marks_of

PAGE = 8192
HEADER = 23  # of a tuple, before the null bitmap
XMAX_INVALID, XMAX_COMMITTED, XMIN_COMMITTED, XMIN_INVALID = 0x0800, 0x0400, 0x0100, 0x0200
XMAX_IS_MULTI, XMAX_LOCK_ONLY, HAS_NULL = 0x1000, 0x0080, 0x0001
ALIGN = {"c": 1, "s": 2, "i": 4, "d": 8}
INTS = {20: "<q", 21: "<h", 23: "<i", 26: "<I"}
TEXTS, TIMES, UUID = {19, 25, 114, 1042, 1043}, {1114, 1184}, 2950


class Point(NamedTuple):
    """A moment in the database's own history; what lies before it (bootstrap, fixtures) is no evidence."""

    xid: int = 3
    lsn: int = 0


class Column(NamedTuple):
    type: int
    length: int
    align: str


@dataclass(frozen=True)
class Table:
    name: str
    file: Path
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Tuple:
    """One row version. place is (block, line pointer); 0 = bytes no line pointer names any more."""

    table: str
    place: tuple[int, int]
    xmin: int
    xmax: int
    live: bool
    tokens: frozenset[str]
    xids: frozenset[int]  # xmin, and xmax or the members of its multixact; a mere row lock counts
    id: str | None
    marks: frozenset[str]


class Cluster:
    """A data directory, and one database in it as the catalogue maps it now."""

    def __init__(self, data: Path, uri: str, pattern: re.Pattern[bytes] = IDENTIFIERS) -> None:
        self.data, self.pattern = Path(data), pattern
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
            found = connection.execute(
                "SELECT c.oid, c.relname, c.relkind, pg_relation_filepath(c.oid),"
                " coalesce(t.relname, o.relname)"
                " FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid"
                " LEFT JOIN pg_class t ON t.oid = i.indrelid LEFT JOIN pg_class o ON o.reltoastrelid = c.oid"
                " WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm', 'i', 't')"
            ).fetchall()
            columns: dict[int, list[Column]] = {}
            for oid, *column in connection.execute(
                "SELECT attrelid, atttypid, attlen, attalign::text FROM pg_attribute"
                " WHERE attnum > 0 AND attrelid >= 16384 ORDER BY attrelid, attnum"
            ):
                columns.setdefault(oid, []).append(Column(*column))
            (self.database,) = connection.execute(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            ).fetchone()  # type: ignore[misc]
        self.tables: dict[int, Table] = {}  # by file node
        self.owners: dict[int, str] = {}  # file node of a table, of its indexes and TOAST -> the table
        for oid, name, kind, path, owner in found:
            node = int(Path(path).name)
            self.owners[node] = owner or name
            if kind in ("r", "m"):
                self.tables[node] = Table(name, self.data / path, tuple(columns.get(oid, ())))

    @cached_property
    def tuples(self) -> list[Tuple]:
        """Every row version in every table of the database."""
        return [found for table in self.tables.values() for found in self._of(table)]

    def _of(self, table: Table) -> Iterator[Tuple]:
        files = [table.file, *sorted(table.file.parent.glob(f"{table.file.name}.[0-9]*"))]
        raw = b"".join(file.read_bytes() for file in files if file.exists())
        for block in range(len(raw) // PAGE):
            for place, item in items(raw[block * PAGE : (block + 1) * PAGE], block):
                yield self.read(table, place, item)

    def read(self, table: Table, place: tuple[int, int], raw: bytes) -> Tuple:
        xmin, xmax = struct.unpack_from("<II", raw)
        (info,) = struct.unpack_from("<H", raw, 20)
        values = columns_of(raw, table.columns)
        marks = marks_of([*values, raw[HEADER:]], self.pattern)
        marks.discard(f"token:{raw[HEADER:].hex()}")
        enders = self.members(xmax) if info & XMAX_IS_MULTI else {xmax}
        unborn = not info & XMIN_COMMITTED and (bool(info & XMIN_INVALID) or self.status(xmin) == 2)
        spared = bool(info & (XMAX_INVALID | XMAX_LOCK_ONLY)) or not any(self.status(x) == 1 for x in enders)
        return Tuple(
            table.name,
            place,
            xmin,
            xmax,
            place[1] > 0 and not unborn and spared,
            frozenset(mark[6:] for mark in marks if mark.startswith("token:")),
            frozenset({xmin, *enders} - {0}),
            id_of(values),
            frozenset(marks),
        )

    def rows(self, since: Point = Point()) -> list[Row]:  # noqa: B008 - a NamedTuple does not change
        """The tuples as links.paths() wants them. A savepoint's id counts as its transaction's."""
        rows = []
        for found in self.tuples:
            state = "live" if found.live else "dead" if found.place[1] else "hole"
            xids = {f"xid:{self.top(xid)}" for xid in found.xids if xid >= since.xid}
            rows.append(Row(found.table, found.place, state, found.id, set(found.marks) | xids))
        return rows

    def top(self, xid: int) -> int:
        """pg_subtrans: one parent per transaction id (subtrans.c)."""
        seen = set()
        while xid not in seen and (parent := self._slru("pg_subtrans", xid, PAGE // 4)):
            seen.add(xid)
            xid = parent
        return xid

    def status(self, xid: int) -> int:
        """pg_xact: two bits per id; 1 committed, 2 rolled back, 3 a committed savepoint (clog.c)."""
        file = self.data / "pg_xact" / f"{xid // (PAGE * 4 * 32):04X}"
        at = xid % (PAGE * 4 * 32)
        if xid < 3 or not file.exists() or at // 4 >= file.stat().st_size:
            return 0
        bits = file.read_bytes()[at // 4] >> (at % 4 * 2) & 3
        return 1 if bits == 3 else bits

    def members(self, multi: int) -> set[int]:
        """pg_multixact: an offset per multixact; members in groups of four flag bytes and four ids."""
        start, end = (self._slru("pg_multixact/offsets", number, PAGE // 4) for number in (multi, multi + 1))
        found = set()
        for offset in range(start, end or start + 64):
            page, slot = divmod(offset, PAGE // 20 * 4)
            file = self.data / "pg_multixact/members" / f"{page // 32:04X}"
            at = page % 32 * PAGE + slot // 4 * 20 + 4 + slot % 4 * 4
            raw = file.read_bytes()[at : at + 4] if file.exists() else b""
            if len(raw) < 4 or raw == bytes(4):
                break
            found.add(struct.unpack("<I", raw)[0])
        return found

    def _slru(self, folder: str, number: int, per_page: int) -> int:
        file = self.data / folder / f"{number // (per_page * 32):04X}"
        at = number % (per_page * 32) * 4
        raw = file.read_bytes()[at : at + 4] if file.exists() else b""
        return struct.unpack("<I", raw)[0] if len(raw) == 4 else 0


def now(uri: str) -> Point:
    """Take this before the story begins. After a CHECKPOINT the log holds whole pages."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        xid, lsn = connection.execute(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint, pg_current_wal_lsn() - '0/0'::pg_lsn"
        ).fetchone()  # type: ignore[misc]
    return Point(int(xid), int(lsn))


def items(page: bytes, block: int) -> Iterator[tuple[tuple[int, int], bytes]]:
    """The tuples of one heap page: those a line pointer names, then those that look like one in the hole."""
    lower, upper = struct.unpack_from("<HH", page, 12)
    if not 24 <= lower <= upper <= PAGE:
        return
    for number in range(1, (lower - 24) // 4 + 1):
        (pointer,) = struct.unpack_from("<I", page, 24 + (number - 1) * 4)
        offset, flags, length = pointer & 0x7FFF, pointer >> 15 & 3, pointer >> 17
        if flags in (1, 3) and length >= HEADER:  # normal, or dead but not yet without storage
            yield (block, number if flags == 1 else 0), page[offset : offset + length]
    starts = [at for at in range((lower + 7) & ~7, upper - HEADER, 8) if _like_a_tuple(page[at : at + 24], block)]
    for start, end in zip(starts, [*starts[1:], upper], strict=False):
        yield (block, 0), page[start:end]


def _like_a_tuple(head: bytes, block: int) -> bool:
    xmin, _, _, high, low, number, info2, info, hoff = struct.unpack("<IIIHHHHHB", head[:HEADER])
    natts = info2 & 0x07FF
    return (
        xmin >= 3
        and (high << 16 | low) <= block + 1024
        and 0 < number < 300
        and 0 < natts <= 1600
        and hoff == (HEADER + ((natts + 7) // 8 if info & HAS_NULL else 0) + 7) & ~7
    )


def columns_of(raw: bytes, columns: tuple[Column, ...]) -> list[object]:
    """The values of a tuple, as far as they can be told; None for null, TOASTed, compressed, or cut off."""
    info2, info, hoff = struct.unpack_from("<HHB", raw, 18)
    values: list[object] = []
    at = hoff
    for number, (kind, length, align) in enumerate(columns[: info2 & 0x07FF]):
        if info & HAS_NULL and not raw[HEADER + number // 8] >> number % 8 & 1:
            values.append(None)
            continue
        if at < len(raw) and (length != -1 or raw[at] == 0):
            at = -(-at // ALIGN[align]) * ALIGN[align]
        if at >= len(raw) or length == -2:
            break
        body = at
        if length > 0:
            end = at + length
        elif raw[at] == 1:
            body = end = at + 18
        elif raw[at] & 1:
            body, end = at + 1, at + (raw[at] >> 1)
        else:
            (word,) = struct.unpack("<I", raw[at : at + 4].ljust(4, b"\0"))
            body, end = at + 4, at + max(word >> 2, 4)
        at = end
        values.append(_decode(kind, raw[body:end]) if end <= len(raw) else None)
    return values


def _decode(kind: int, raw: bytes) -> object:
    if kind in INTS:
        return struct.unpack(INTS[kind], raw)[0]
    if kind in TIMES:
        try:
            return datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=struct.unpack("<q", raw)[0])
        except OverflowError:
            return None
    if kind == UUID:
        return raw.hex()
    if kind in TEXTS:
        return raw.rstrip(b"\0").decode(errors="replace")
    return raw if kind == 17 else None
