"""Takes PostgreSQL 18's write-ahead log apart into records.

Layouts: https://www.postgresql.org/docs/18/wal-internals.html; in the source, xlog_internal.h, xlogrecord.h.
Recycled segments are read too: a page is placed by the address in its header, not by the name of its file.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .postgres import PAGE


@dataclass
class Block:
    node: int
    database: int
    number: int
    data: bytes = b""
    image: bytes = b""
    compressed: bool = False


@dataclass
class Record:
    lsn: int
    xid: int
    manager: int
    info: int
    blocks: list[Block]
    main: bytes


def records(data: Path, since: int = 0) -> Iterator[Record]:
    """Every record in pg_wal, oldest first, over each unbroken run of pages."""
    pages: dict[int, bytes] = {}
    for file in (data / "pg_wal").glob("[0-9A-F]" * 24):
        raw = file.read_bytes()
        for start in range(0, len(raw), PAGE):
            magic, _, _, address = struct.unpack_from("<HHIQ", raw, start)
            if magic and address % PAGE == 0 and address + PAGE > since:
                pages[address] = raw[start : start + PAGE]
    run: list[int] = []
    for address in sorted(pages):
        if run and address != run[-1] + PAGE:
            yield from _run({one: pages[one] for one in run})
            run = []
        run.append(address)
    yield from _run({one: pages[one] for one in run})


def _run(pages: dict[int, bytes]) -> Iterator[Record]:
    stream, starts, heads = bytearray(), [], []
    fresh: list[int] = []  # where in the stream a page's first own record begins
    for address, page in pages.items():
        flags, rest = struct.unpack_from("<2xH12xI", page)
        head = 40 if flags & 2 else 24
        starts.append(len(stream))
        heads.append(address + head - len(stream))
        fresh.append(len(stream) + (-(-rest // 8) * 8 if flags & 1 else 0))
        stream += page[head:]
    at = fresh[0] if fresh else 0
    while at + 24 <= len(stream):
        length, xid, _, info, manager, pad = struct.unpack_from("<IIQBBH", stream, at)
        if length < 24 or pad or 21 < manager < 128 or at + length > len(stream):
            at = next((place for place in fresh if place > at), len(stream))  # a gap: go on at the next page
            continue
        lsn = at + heads[bisect_right(starts, at) - 1]
        record = bytes(stream[at : at + length])
        yield _record(lsn, xid, manager, info, record)
        at += -(-length // 8) * 8


def _record(lsn: int, xid: int, manager: int, info: int, raw: bytes) -> Record:
    """The blocks' headers come first, then in the same order their images and data, then the main data."""
    found = Record(lsn, xid, manager, info, [], b"")
    parts: list[tuple[Block, int, int, int]] = []  # the block, lengths of its image and data, where its hole is
    at, rest, main = 24, 0, 0
    while len(raw) - at > rest + main:
        number = raw[at]
        if number == 255:
            main, at = raw[at + 1], at + 2
        elif number == 254:
            main, at = struct.unpack_from("<I", raw, at + 1)[0], at + 5
        elif number in (253, 252):
            at += 3 if number == 253 else 5
        elif number <= 32:
            flags, data = struct.unpack_from("<BH", raw, at + 1)
            at += 4
            block, image, hole = Block(0, 0, 0), 0, 0
            if flags & 0x10:
                image, hole, how = struct.unpack_from("<HHB", raw, at)
                block.compressed = bool(how & 0x1C)
                at += 7 if how & 1 and block.compressed else 5
            if flags & 0x80 and found.blocks:
                block.node, block.database = found.blocks[-1].node, found.blocks[-1].database
            else:
                _, block.database, block.node = struct.unpack_from("<III", raw, at)
                at += 12
            (block.number,) = struct.unpack_from("<I", raw, at)
            at += 4
            if flags & 0x0F:
                block.node = 0  # a free space or visibility map: not rows
            found.blocks.append(block)
            parts.append((block, image, data, hole))
            rest += image + data
        else:
            return found
    for block, image, data, hole in parts:
        if image and not block.compressed:
            body = raw[at : at + image]
            block.image = body[:hole] + bytes(PAGE - image) + body[hole:]
        block.data = raw[at + image : at + image + data]
        at += image + data
    found.main = raw[at:]
    return found
