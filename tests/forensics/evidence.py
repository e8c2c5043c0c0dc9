"""What every reader of files hands to links.py: rows, each with marks by which it can be joined to another.

A mark is a short string. Two rows that carry the same mark are linked:

    token:…   the same identifier stands in both        xid:…     the same PostgreSQL transaction
    time:…    the same moment, to the second            commit:…  the same commit in SQLite's WAL
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

IDENTIFIERS = re.compile(rb"(?<![a-z2-7])[a-z2-7]{13,}(?![a-z2-7])|[0-9A-Fa-f]{16,}|[0-9]{6,}")
UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MOMENT = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")


@dataclass(eq=False)
class Row:
    """One version of one row: still there, dead, or only remembered by a log."""

    table: str
    place: object
    state: str  # live, dead, hole, wal, commit, residue
    id: str | None = None  # as `id_of` has it: lets a caller leave a row out
    marks: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        return f"{self.table} {self.id or ''} [{self.state} {self.place}]"


def tokens(raw: bytes, pattern: re.Pattern[bytes] = IDENTIFIERS) -> frozenset[str]:
    """Identifiers in raw bytes; also less a first byte that is but PostgreSQL's length (2n+3)."""
    found = {match.replace(b"-", b"").lower() for match in UUID.findall(raw)}
    for run in pattern.findall(MOMENT.sub(b" ", raw)):
        found.add(run)
        if run[0] == 2 * (len(run) - 1) + 3:
            found.add(run[1:])
    return frozenset(run.decode() for run in found)


def id_of(values: Sequence[object]) -> str | None:
    """A row's name: the first column, or the second behind a number that the database counts."""
    return next((value for value in values[:2] if isinstance(value, str)), None)


def time_mark(moment: datetime) -> str | None:
    """To the second; None for a bare day, which is midnight in UTC or in Hà Nội."""
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    for clock in (moment, moment + timedelta(hours=7)):
        if (clock.hour, clock.minute, clock.second, clock.microsecond) == (0, 0, 0, 0):
            return None
    return f"time:{moment:%Y-%m-%dT%H:%M:%SZ}"


def marks_of(values: Iterable[object], pattern: re.Pattern[bytes] = IDENTIFIERS) -> set[str]:
    """The tokens and times in decoded columns, each column by itself."""
    marks: set[str] = set()
    for value in values:
        if isinstance(value, datetime):
            marks |= {mark for mark in [time_mark(value)] if mark}
        elif isinstance(value, int) and abs(value) >= 100_000:
            marks.add(f"token:{value}")
        elif isinstance(value, str | bytes):
            raw = value.encode() if isinstance(value, str) else value
            marks |= {f"token:{token}" for token in tokens(raw, pattern)}
            marks |= {mark for text in MOMENT.findall(raw) for mark in [_read_moment(text.decode())] if mark}
            if isinstance(value, bytes) and 8 <= len(value) <= 64:  # a keyed hash, a binary UUID
                marks.add(f"token:{value.hex()}")
    return marks


def _read_moment(text: str) -> str | None:
    try:
        moment = datetime.fromisoformat(text.replace(",", "."))
    except ValueError:
        return None
    return time_mark(moment)
