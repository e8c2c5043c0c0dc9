"""Somebody with a copy of the files, the log and old backups of a database in which people vote; see tests/forensics."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
from sqlalchemy import select
from sqlmodel import col

from models.people.units import Unit
from models.polls.polls import Poll
from models.polls.rounds import Round
from tests.conftest import PostgresServer
from tests.forensics import postgres, sqlite, wal
from tests.forensics.evidence import Row
from tests.forensics.links import Step, paths
from tests.rules.polls.hall import Hall

CHAT = {"account", "person", "conversation", "inbound", "intake"}
VOTERS = {"turnout", *CHAT}


class Burglar:
    """Watches from the moment it is made."""

    def __init__(self, hall: Hall, url: str, directory: Path, server: PostgresServer | None) -> None:
        self.hall, self.url, self.server = hall, url, server
        self.before = directory / "before.db"
        if server is not None:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("CHECKPOINT")
                connection.execute("SELECT pg_switch_wal()")
                self.since = postgres.now(url)
                tables = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND oid >= 16384").fetchall()
                for (name,) in tables:
                    connection.execute(f'ALTER TABLE "{name}" SET (autovacuum_enabled = off)'.encode())
        else:
            self.path = Path(hall.database.url.database or "")
            with hall.database.engine.connect() as connection:
                raw = connection.connection.driver_connection
                assert isinstance(raw, sqlite3.Connection)
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                raw.execute("PRAGMA wal_autocheckpoint=0")
            self.before.write_bytes(self.path.read_bytes())

    def rows(self) -> list[Row]:
        if self.server is None:
            return sqlite.read(self.path, baseline=self.before).rows
        cluster = postgres.Cluster(self.server.data_directory, self.url)
        log = wal.read(cluster, self.since)
        assert not log.unread
        return [*cluster.rows(self.since), *log.rows]

    def chains(self, begin: set[str], end: set[str]) -> list[list[Step]]:
        """From a ballot or a result to somebody. The poll, its round and the units are everybody's."""
        with self.hall.database.reading() as session:
            shared = {one for table in (Poll, Round, Unit) for one in session.execute(select(col(table.id))).scalars()}
        return paths(self.rows(), begin, end, ignore=shared, ignore_rows=shared)

    def order(self, *tables: str) -> list[str]:
        """Names of tables in the order in which row versions came into being in them; one for each row."""
        if self.server is None:
            commits = sqlite.read(self.path, baseline=self.before).commits
            return [row.table for one in commits for row in one.new if row.place != "index" and row.table in tables]
        cluster = postgres.Cluster(self.server.data_directory, self.url)
        born = {(one.xmin, one.table, one.id) for one in cluster.tuples() if one.table in tables}
        return [table for xid, table, _ in sorted(born, key=lambda one: one[0]) if xid >= self.since.xid]

    def holds(self) -> Path:
        """The folder that is searched for plain text."""
        return self.path.parent if self.server is None else self.server.data_directory
