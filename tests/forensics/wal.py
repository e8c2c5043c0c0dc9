"""Replays PostgreSQL 18's write-ahead log: which transaction touched which row, even after VACUUM.

Layouts, in PostgreSQL's source: heapam_xlog.h, xact.h.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .evidence import Row
from .postgres import HEADER, PAGE, Cluster, Point, Table, items
from .wal_records import Block, Record, records

XACT, HEAP2, HEAP = 1, 9, 10  # resource managers
INSERT, DELETE, UPDATE, HOT_UPDATE, LOCK, INPLACE = 0x00, 0x10, 0x20, 0x40, 0x60, 0x70  # of HEAP
MULTI_INSERT, LOCK_UPDATED = 0x50, 0x60  # of HEAP2
Place = tuple[int, int, int]  # file node, block, line pointer


@dataclass
class _Known:
    """The row the log last left at a place."""

    raw: bytes
    row: Row


@dataclass
class Wal:
    """touched: transaction -> tables. rows: every row version that the log wrote, ended or locked."""

    touched: dict[int, set[str]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    unread: int = 0  # page images that are compressed, and so not looked into


def read(cluster: Cluster, since: Point = Point()) -> Wal:  # noqa: B008 - a NamedTuple does not change
    """Replay, as far as telling rows apart needs it."""
    story = [record for record in records(cluster.data, since.lsn) if record.lsn >= since.lsn]
    tops: dict[int, int] = {}
    for record in story:
        tops.update(_savepoints(record))

    def top(xid: int) -> int:
        return cluster.top(tops.get(xid, xid))

    wal, known = Wal(), dict[Place, _Known]()
    for record in story:
        blocks = [block for block in record.blocks if block.database == cluster.database]
        if record.xid >= max(since.xid, 3):
            for block in blocks:
                if block.node in cluster.owners:
                    wal.touched.setdefault(top(record.xid), set()).add(cluster.owners[block.node])
            if record.manager in (HEAP, HEAP2):
                _replay(cluster, wal, known, record, f"xid:{top(record.xid)}")
        for block in blocks:
            wal.unread += block.compressed
            if block.image and block.node in cluster.tables:
                _image(cluster, wal, known, record.lsn, block, lambda xid: top(xid) if xid >= since.xid else 0)
    return wal


def _write(cluster: Cluster, wal: Wal, known: dict[Place, _Known], place: Place, raw: bytes, lsn: int) -> Row:
    found = cluster.read(cluster.tables[place[0]], place[1:], raw)
    row = Row(found.table, f"{place[1:]} at {lsn:X}", "wal", found.id, set(found.marks))
    known[place] = _Known(raw, row)
    wal.rows.append(row)
    return row


def _replay(cluster: Cluster, wal: Wal, known: dict[Place, _Known], record: Record, xid: str) -> None:
    """One heap record: a row is born with the transaction's mark, or gets it when ended or locked."""
    if not record.blocks or not (table := cluster.tables.get(record.blocks[0].node)):
        return
    block, kind, main = record.blocks[0], record.info & 0x70, record.main

    def at(number: int, of: Block = block) -> Place:
        return block.node, of.number, number

    def touch(place: Place) -> None:
        if place not in known:  # written before the log we have: look at what lies there now
            row = Row(table.name, f"{place[1:]} at {record.lsn:X}", "wal")
            known[place] = _Known(b"", row)
            for there, raw in _page_now(table, place):
                if there == place[1:]:
                    found = cluster.read(table, there, raw)
                    row.id, row.marks = found.id, set(found.marks)
                    known[place].raw = raw
            wal.rows.append(row)
        known[place].row.marks.add(xid)

    def born(place: Place, raw: bytes) -> None:
        _write(cluster, wal, known, place, raw, record.lsn).marks.add(xid)

    if record.manager == HEAP2:
        if kind == MULTI_INSERT:
            for number, raw in _many(record):
                born(at(number), raw)
        elif kind == LOCK_UPDATED:
            touch(at(struct.unpack_from("<H", main, 4)[0]))
    elif kind == INSERT and block.data:
        born(at(struct.unpack_from("<H", main)[0]), _tuple(block.data))
    elif kind in (DELETE, LOCK):
        touch(at(struct.unpack_from("<H", main, 4)[0]))
    elif kind == INPLACE:
        touch(at(struct.unpack_from("<H", main)[0]))
    elif kind in (UPDATE, HOT_UPDATE):
        old, flags, new = struct.unpack_from("<4xHxB4xH", main)
        source = at(old, record.blocks[-1])
        touch(source)
        if block.data:
            before = known[source]
            born(at(new), _tuple(block.data, before.raw, bool(flags & 0x20), bool(flags & 0x40)))
            known[at(new)].row.id = known[at(new)].row.id if before.raw else before.row.id


def _page_now(table: Table, place: Place) -> list[tuple[tuple[int, int], bytes]]:
    raw = table.file.read_bytes()[place[1] * PAGE : (place[1] + 1) * PAGE] if table.file.exists() else b""
    return list(items(raw, place[1])) if len(raw) == PAGE else []


def _tuple(data: bytes, old: bytes = b"", prefix: bool = False, suffix: bool = False) -> bytes:
    """xl_heap_header and what follows, as a whole tuple; an update leaves out what `old` has too."""
    lengths = []
    for shared in (prefix, suffix):
        lengths.append(struct.unpack_from("<H", data)[0] if shared else 0)
        data = data[2:] if shared else data
    hoff = data[4]
    body = data[5:]
    if old:
        start, bitmap = old[22], hoff - HEADER
        head = old[start : start + lengths[0]]
        tail = old[len(old) - lengths[1] :]
        body = body[:bitmap] + head + body[bitmap:] + tail
    return bytes(18) + data[:5] + body


def _many(record: Record) -> Iterator[tuple[int, bytes]]:
    """xl_heap_multi_insert, as COPY writes it."""
    (count,) = struct.unpack_from("<H", record.main, 2)
    fresh = record.info & 0x80
    numbers = range(1, count + 1) if fresh else struct.unpack_from(f"<{count}H", record.main, 4)
    data, at = record.blocks[0].data, 0
    for number in numbers:
        at += at & 1
        if at + 7 > len(data):
            return
        (length,) = struct.unpack_from("<H", data, at)
        yield number, _tuple(data[at + 2 : at + 7 + length])
        at += 7 + length


def _image(
    cluster: Cluster,
    wal: Wal,
    known: dict[Place, _Known],
    lsn: int,
    block: Block,
    top: Callable[[int], int],
) -> None:
    """A whole page in the log holds every row version the page held then."""
    for (number, pointer), raw in items(block.image, block.number):
        place = (block.node, number, pointer)
        found = cluster.read(cluster.tables[block.node], (number, pointer), raw)
        xids = {f"xid:{top(xid)}" for xid in found.xids if top(xid)}
        if not pointer and not xids:
            continue
        if pointer and place in known and known[place].raw[HEADER:] in (b"", raw[HEADER:]):
            known[place].row.marks |= xids | found.marks
            known[place].raw, known[place].row.id = raw, found.id
        else:
            _write(cluster, wal, known, place, raw, lsn).marks.update(xids)


def _savepoints(record: Record) -> dict[int, int]:
    """Savepoint -> transaction, from the records of commit, rollback and assignment (xact.h)."""
    if record.manager != XACT:
        return {}
    kind, main = record.info & 0x70, record.main
    if kind == 0x50:
        top, count = struct.unpack_from("<II", main)
        return dict.fromkeys(struct.unpack_from(f"<{count}I", main, 8), top)
    if kind not in (0x00, 0x20) or not record.info & 0x80:
        return {}
    (flags,) = struct.unpack_from("<I", main, 8)
    at = 12 + (8 if flags & 1 else 0)
    if not flags & 2:
        return {}
    (count,) = struct.unpack_from("<I", main, at)
    return dict.fromkeys(struct.unpack_from(f"<{count}I", main, at + 4), record.xid)
