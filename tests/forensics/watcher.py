"""Somebody with a copy of a database's files, its log and backups, and without the keys. Both thieves of tests/anonymity
read through this: the one who looks for reporters and the one who looks for voters."""

from __future__ import annotations

import re
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from models.store.database import Database
from tests.conftest import PostgresServer
from tests.forensics import postgres, sqlite, wal
from tests.forensics.evidence import IDENTIFIERS, Row
from tests.forensics.search import find_bytes


@dataclass(frozen=True)
class Life:
    """When a row version was written and ended, in the database's own count of transactions or commits."""

    table: str
    id: str | None
    born: int
    died: int
    tokens: frozenset[str]


class Watcher:
    """Watches from the moment it is made: what lies before is fixtures, not evidence. `pattern`: what it takes for an id."""

    def __init__(
        self,
        database: Database,
        url: str,
        directory: Path,
        server: PostgresServer | None,
        pattern: re.Pattern[bytes] = IDENTIFIERS,
    ) -> None:
        self.url, self.directory, self.server, self.pattern = url, directory, server, pattern
        self.began = time.time() - 0.1
        if server is not None:
            with psycopg.connect(url, autocommit=True) as connection:
                # What was written before goes to its files now, and the log to another file: no need to look there.
                connection.execute("CHECKPOINT")
                connection.execute("SELECT pg_switch_wal()")
                self.began = time.time() - 0.02  # the file system's clock is a few milliseconds behind
                self.since = postgres.now(url)
                # So that the heap, too, still has its dead; the log has them in any case.
                tables = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND oid >= 16384").fetchall()
                for (name,) in tables:
                    connection.execute(f'ALTER TABLE "{name}" SET (autovacuum_enabled = off)'.encode())
        else:
            self.path = Path(database.url.database or "")
            self.before = directory / "before.db"
            with database.engine.connect() as connection:  # the only one that writes; no checkpoint: all commits stay
                raw = connection.connection.driver_connection
                assert isinstance(raw, sqlite3.Connection)
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                raw.execute("PRAGMA wal_autocheckpoint=0")
            self.before.write_bytes(self.path.read_bytes())

    def rows(self) -> list[Row]:
        """Every row version that any file still tells of, with what ties it to others. Not SQLite's own counts of rows: such
        a count stands in the commit that raised it and in the next that did, whoever made either. Nor the nights' `sweeps`.
        """
        files = self.read()
        if isinstance(files, sqlite.Found):
            rows = [row for row in files.rows if row.table != "sqlite_sequence"]
        else:
            log = wal.read(files, self.since)
            assert not log.unread  # no page that we could not look into
            rows = [*files.rows(self.since), *log.rows]
        swept = self.sweeps(self._lives(files), "conversation", "intake", "inbound", "told")
        for row in rows:
            row.marks -= swept
        return rows

    def sweeps(self, known: Sequence[Life], *tables: str) -> set[str]:
        """Transactions that only took away rows of these tables, of each all up to some newest: they tie rows of a day to
        one another, which say themselves of which day they are."""
        born: dict[tuple[str, str | None], int] = {}
        ends: dict[int, set[tuple[str, str | None]]] = defaultdict(set)
        for one in known:
            name = one.table, one.id
            born[name] = max(one.born, born.get(name, 0))
            if one.died:
                ends[one.died].add(name)
        busy = {one.born for one in known}
        kind = "commit" if self.server is None else "xid"
        found = set()
        for number, gone in ends.items():
            of = {table for table, _ in gone}
            if not of <= set(tables) or number in busy:
                continue
            newest = {table: max(born[name] for name in gone if name[0] == table) for table in of}
            earlier = {name for name in born if name[0] in of and born[name] <= newest[name[0]]}
            if not earlier - set().union(*(ends[end] for end in ends if end <= number)):
                found.add(f"{kind}:{number}")
        return found

    def read(self, *, residue: bool = True) -> sqlite.Found | postgres.Cluster:
        """The files, as they are now."""
        if self.server is None:
            return sqlite.read(self.path, baseline=self.before, pattern=self.pattern, residue=residue)
        return postgres.Cluster(self.server.data_directory, self.url, self.pattern)

    def lives(self) -> list[Life]:
        """Row versions, with the order that the system columns (or the log's commits) keep."""
        return self._lives(self.read(residue=False))

    def _lives(self, files: sqlite.Found | postgres.Cluster) -> list[Life]:
        if isinstance(files, postgres.Cluster):
            return [
                Life(one.table, one.id, one.xmin, one.xmax, one.tokens) for one in files.tuples if one.xmin >= self.since.xid
            ]
        found = []
        for commit in files.commits:
            for rows, born in ((commit.new, True), (commit.gone, False)):
                for row in rows:
                    if row.place != "index":
                        tokens = frozenset(mark[6:] for mark in row.marks if mark.startswith("token:"))
                        found.append(Life(row.table, row.id, commit.order * born, commit.order * (not born), tokens))
        return found

    def order(self, *tables: str) -> list[str]:
        """Names of tables in the order in which row versions came into being in them; one for each row."""
        born = sorted((one for one in self.lives() if one.born and one.table in tables), key=lambda one: one.born)
        return [table for _, table, _ in dict.fromkeys((one.born, one.table, one.id) for one in born)]

    def finds(self, needles: Iterable[str | bytes]) -> list[tuple[Path, int]]:
        """Where plain text stands in the files. The key file is what nobody has here."""
        if self.server is None:
            with sqlite3.connect(self.path) as other:
                other.execute("PRAGMA wal_checkpoint(PASSIVE)")  # into the main file as well
            other.close()
            root = self.directory
        else:
            root = self.server.data_directory
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("ANALYZE")  # most common values are copies, too
                connection.execute("CHECKPOINT")
        return find_bytes(root, needles, since=self.began)
