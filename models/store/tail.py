"""Tables without names: sealed rows that nothing in the open tells apart, found by whoever can open them.

A column by which somebody's rows are found ties these rows to each other, and in the log of a database they are then tied
to the moments in which that person did something. So rows that concern people have none. A process that holds the keys opens
each row once, in the order in which they came, and remembers in memory what it must be found by (`Tail`); whatever acts on a
row reads it again, since memory may know a row that was never committed or is gone by now.

`number` counts rows in the order in which they were written. It tells nothing new: both databases keep that order by
themselves. It never comes again (AUTOINCREMENT on SQLite), so what was read stays read.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, Integer, String, bindparam, cast, func, select
from sqlmodel import Field

from models.store.database import Alone, Base, Session, alone, run

S = TypeVar("S")
T = TypeVar("T")
OVERLAP = 256
"""So many rows are looked at again: on PostgreSQL a row of a lower number may be committed a moment later."""
AT_ONCE = 500
"""Rows named in one statement: both databases limit its parameters."""
LATE = 4096
"""So many are looked at once a minute by whoever must miss none: a turn that waited is committed much later."""
SWEPT = 1_000
"""After so many new rows (and half as many as are remembered) a process looks which old ones are gone: others delete."""
KEPT_IN_ORDER = {"sqlite_autoincrement": True}
"""For `__table_args__` of a table with a `Number`."""


def Number() -> Any:  # noqa: N802 - reads like the Field it makes
    """The primary key of a table without names; the database counts."""
    return Field(default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite"))


class Tail(Generic[T]):
    """What this process remembers of one such table. `read(session, id, body)`: what is worth remembering of a row, or None;
    `keys`: what it is found by. `skip(session, id)`: rows whose id alone says that they need not be opened. `begin`: how
    many of the newest rows are read at first; 0: all."""

    def __init__(
        self,
        table: type[Base],
        body: str,
        read: Callable[[Session, str, bytes], T | None],
        keys: Callable[[T], Iterable[str]],
        *,
        skip: Callable[[Session, str], bool] = lambda *_: False,
        begin: int = 0,
    ) -> None:
        columns = table.__table__.c  # type: ignore[attr-defined]
        self._read, self._keys, self._skip, self._begin = read, keys, skip, begin
        self._lock = threading.Lock()
        self._last: int | None = None
        self._settled = 0
        """On SQLite: up to this number everything is committed that will ever be."""
        self._taken = 0
        self._known: dict[str, None] = {}
        """Rows that were looked at, "number/id" as they are listed, the oldest first."""
        self._items: dict[str, T] = {}
        self._index: dict[str, dict[str, T]] = {}
        row = cast(columns.number, String) + "/" + columns.id
        # One row, asked for at every turn: as hundreds of rows, fetching them would cost most of it.
        self._after = select(func.aggregate_strings(row, " ")).where(columns.number > bindparam("after"))
        self._since = select(columns.number, columns.id).where(columns.number > bindparam("after")).order_by(columns.number)
        self._bodies = select(columns.id, columns[body]).where(columns.id.in_(bindparam("ids", expanding=True)))
        self._newest = select(func.max(columns.number))
        self._here = select(columns.id).where(columns.id.in_(bindparam("ids", expanding=True)))

    def every(self, session: Session) -> dict[str, T]:
        """By row id, in the order of the rows: all that is remembered."""
        with self._lock:
            self._catch_up(session)
            return dict(self._items)

    def of(self, session: Session, key: str) -> dict[str, T]:
        """The same, of those that are found by `key`."""
        with self._lock:
            self._catch_up(session)
            return dict(self._index.get(key, ()))

    def _catch_up(self, session: Session) -> None:
        """Once in a session: what a turn leaves itself it knows (`written`)."""
        caught_up: set[int] = session.info.setdefault("caught_up", set())
        if id(self) in caught_up:
            return
        caught_up.add(id(self))
        if self._last is None:
            newest = session.execute(self._newest).scalar_one() or 0
            self._last = self._settled = max(newest - self._begin, 0) if self._begin else 0
        within = alone(session)
        if fresh := self._growing(session, within) if within else self._fresh(session, self._last - OVERLAP):
            self._take(session, fresh)
        if self._taken > max(SWEPT, len(self._items) // 2):
            self._sweep(session)

    def _growing(self, session: Session, within: Alone) -> list[tuple[int, str]]:
        """Where one transaction follows another, the numbers of what is committed only grow, and nothing comes late. Only
        what is undone is counted again: all of a transaction, or one of the turns that share it. So what was seen counts
        for the rest of this transaction unless this session wrote some of it, and for those to come unless any did."""
        after = within.seen.get(self, self._settled)
        listed = [(number, row_id) for number, row_id in run(session, self._since, {"after": after})]
        if listed and "wrote" not in session.info:
            within.seen[self] = listed[-1][0]
            if not within.wrote:
                self._settled = max(self._settled, listed[-1][0])
        return [(number, row_id) for number, row_id in listed if f"{number}/{row_id}" not in self._known]

    def look_again(self, session: Session, *, late: int | None = LATE) -> None:
        """Reads what was committed after rows of far higher numbers, which is not looked at otherwise. `late`: how far back;
        None: all there is."""
        with self._lock:
            self._catch_up(session)
            after = (self._last or 0) - late if late is not None else 0
            missed = [
                (number, row_id)
                for number, row_id in self._fresh(session, after)
                if row_id not in self._items and not self._skip(session, row_id)
            ]
            self._take(session, missed)

    def _fresh(self, session: Session, after: int) -> list[tuple[int, str]]:
        """Numbers and ids of those that were not looked at yet. Only these are taken apart: at each turn hundreds are listed
        and a few are new."""
        listed = session.connection().execute(self._after, {"after": after}).scalar_one() or ""
        new = (row.partition("/") for row in listed.split() if row not in self._known)
        return sorted((int(number), row_id) for number, _, row_id in new)

    def _take(self, session: Session, fresh: Sequence[tuple[int, str]]) -> None:
        worth = [row_id for _, row_id in fresh if not self._skip(session, row_id)]
        bodies: dict[str, bytes] = dict(
            row for some in batches(worth) for row in session.connection().execute(self._bodies, {"ids": some})
        )
        for row_id in worth:
            if row_id in bodies and (item := self._read(session, row_id, bodies[row_id])) is not None:
                self._items[row_id] = item
                self._taken += 1
                for key in self._keys(item):
                    self._index.setdefault(key, {})[row_id] = item
        self._known.update((f"{number}/{row_id}", None) for number, row_id in fresh)
        self._last = max([self._last or 0, *(number for number, _ in fresh)])
        while len(self._known) > 2 * LATE:
            del self._known[next(iter(self._known))]

    def _sweep(self, session: Session) -> None:
        """Of the older half: the newest a session that began earlier may not see yet."""
        old = list(self._items)[: len(self._items) // 2]
        here = {row_id for some in batches(old) for row_id in session.execute(self._here, {"ids": some}).scalars()}
        self._drop(row_id for row_id in old if row_id not in here)
        self._taken = 0

    def forget(self, row_ids: Iterable[str]) -> None:
        """These rows are gone."""
        with self._lock:
            self._drop(row_ids)

    def _drop(self, row_ids: Iterable[str]) -> None:
        for row_id in row_ids:
            if (item := self._items.pop(row_id, None)) is None:
                continue
            for key in self._keys(item):
                if found := self._index.get(key):
                    found.pop(row_id, None)
                    if not found:
                        del self._index[key]


def written(session: Session) -> None:
    """Rows of such a table were written in this session: what is asked next looks for them, and nobody takes them for
    committed. Whatever writes any says so."""
    session.info.pop("caught_up", None)
    session.info["wrote"] = True
    if within := alone(session):
        within.wrote = True


def batches(listed: Iterable[S], size: int = AT_ONCE) -> Iterator[list[S]]:
    """So many at a time: both databases limit a statement's parameters."""
    every = list(listed)
    return (every[start : start + size] for start in range(0, len(every), size))


def tail_of(session: Session, name: str, make: Callable[[], Tail[T]]) -> Tail[T]:
    """This database's `Tail` of that name, one in a process."""
    tails: dict[str, Any] = session.info["tails"]
    if name not in tails:
        tails.setdefault(name, make())
    found: Tail[T] = tails[name]
    return found
