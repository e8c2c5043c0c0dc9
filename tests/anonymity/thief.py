"""Somebody with a copy of the database's files, its log and backups, and without the keys."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import select, text

from models.people.offices import Office
from models.people.units import Unit
from models.store.database import Session
from tests.conftest import PostgresServer
from tests.forensics import postgres, sqlite, wal
from tests.forensics.evidence import IDENTIFIERS, Row
from tests.forensics.links import Step, paths
from tests.forensics.search import find_bytes
from tests.running_app import RunningApp
from tests.stories.conftest import TOKEN, ZALO_TOKEN

# Ids of relayed messages are 13 hexadecimal characters, which the general pattern does not take for an id.
EVERY_ID = re.compile(IDENTIFIERS.pattern + rb"|(?<![0-9a-z])[0-9a-f]{13}(?![0-9a-z])")
BOTS = {one.split(":")[0] for one in (TOKEN, ZALO_TOKEN)}  # stand in the names of lines, which everybody shares
CASES, PEOPLE = {"grievance", "entry"}, {"account", "person"}


class Thief:
    """Watches from the moment it is made: what lies before is fixtures, not evidence."""

    def __init__(self, service: RunningApp, url: str, directory: Path, server: PostgresServer | None) -> None:
        self.service, self.url, self.directory, self.server = service, url, directory, server
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
            self.path = Path(service.app.database.url.database or "")
            self.before = directory / "before.db"
            with (
                service.app.database.engine.connect() as connection
            ):  # the only one that writes; no checkpoint: all commits stay
                raw = connection.connection.driver_connection
                assert isinstance(raw, sqlite3.Connection)
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                raw.execute("PRAGMA wal_autocheckpoint=0")
            self.before.write_bytes(self.path.read_bytes())

    def rows(self) -> list[Row]:
        """Every row version that any file still tells of."""
        if self.server is None:
            return sqlite.read(self.path, baseline=self.before, pattern=EVERY_ID).rows
        cluster = self.cluster()
        log = wal.read(cluster, self.since)
        assert not log.unread  # no page that we could not look into
        return [*cluster.rows(self.since), *log.rows]

    def cluster(self) -> postgres.Cluster:
        assert self.server is not None
        return postgres.Cluster(self.server.data_directory, self.url, EVERY_ID)

    def commits(self) -> list[sqlite.Commit]:
        return sqlite.read(self.path, baseline=self.before, pattern=EVERY_ID).commits

    def finds(self, needles: Iterable[str | bytes]) -> list[tuple[Path, int]]:
        """Where plain text stands in the files. The key file is what this thief does not have."""
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

    async def chains(
        self,
        rows: list[Row],
        *,
        officers: Collection[str] | None = None,
        cases: Collection[str] = frozenset(CASES),
        people: Collection[str] = frozenset(PEOPLE),
    ) -> list[list[Step]]:
        """Chains from a case to somebody who may have filed it. Officers acting in office (all who hold one, unless
        named) are no reporters, units are everybody's, and leases only tell that the service was running."""
        units, persons, accounts = await self.service.app.writer.read(in_office)
        leases = {"tick", "fetch", *(channel.line for channel in self.service.app.channels)}
        known = {*persons, *accounts} if officers is None else set(officers)
        return paths(rows, cases, people, ignore={*units, *known, *BOTS}, ignore_rows={*units, *known, *leases})


def in_office(session: Session) -> tuple[set[str], set[str], set[str]]:
    """Ids of units, of people with an office, and of these people's accounts."""
    persons = set(session.execute(select(Office.person_id)).scalars())
    every = session.execute(text("SELECT id, person_id FROM account")).all()
    return set(session.execute(select(Unit.id)).scalars()), persons, {one for one, person in every if person in persons}


def report(found: list[list[Step]]) -> str:
    return "\n" + "\n".join("\n    ".join(str(step) for step in path) for path in found[:6])


@dataclass(frozen=True)
class Life:
    """When a row version was written and ended, in the database's own count of transactions or commits."""

    table: str
    id: str | None
    born: int
    died: int
    tokens: frozenset[str]


def lives(thief: Thief) -> list[Life]:
    """Row versions, with the order that the system columns (or the log's commits) keep."""
    if thief.server is not None:
        return [
            Life(one.table, one.id, one.xmin, one.xmax, one.tokens)
            for one in thief.cluster().tuples()
            if one.xmin >= thief.since.xid
        ]
    found = []
    for commit in thief.commits():
        for rows, born in ((commit.new, True), (commit.gone, False)):
            for row in rows:
                if row.place != "index":
                    tokens = frozenset(mark[6:] for mark in row.marks if mark.startswith("token:"))
                    found.append(Life(row.table, row.id, commit.order * born, commit.order * (not born), tokens))
    return found
