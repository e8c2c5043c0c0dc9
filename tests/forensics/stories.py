"""Toy schemas on both databases; each call of `together` is one transaction."""

import secrets
import sqlite3
from pathlib import Path

import psycopg

from . import postgres, sqlite, wal
from .evidence import Row

SCHEMA = (
    "CREATE TABLE unit (id text PRIMARY KEY)",
    "CREATE TABLE account (id text PRIMARY KEY, unit text, seen {day})",
    "CREATE TABLE grievance (id text PRIMARY KEY, unit text, at {moment}, body {blob})",
    "CREATE TABLE intake (id text PRIMARY KEY, blob {blob})",
    "CREATE TABLE inbound (id text PRIMARY KEY, account text, at {moment})",
)
UNIT, WORKER, CASE = "unitunitunit2", "workerworker7", "casecasecase5"


def new_id() -> str:
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(13))


def seal() -> bytes:
    return secrets.token_bytes(200)


class PostgresStory:
    def __init__(self, server: object, database: str) -> None:
        self.uri, self.data = server.uri(database), server.data_directory  # type: ignore[attr-defined]
        with psycopg.connect(self.uri) as connection:
            for table in SCHEMA:
                connection.execute(table.format(day="date", moment="timestamptz", blob="bytea"))
        self.together(("INSERT INTO unit VALUES (%s)", UNIT))
        for number in range(5):
            self.together(("INSERT INTO account VALUES (%s, %s, %s)", new_id(), UNIT, f"2026-01-0{number + 1}"))
        self.together(("INSERT INTO account VALUES (%s, %s, '2026-01-01')", WORKER, UNIT))
        self.since = postgres.now(self.uri)

    def together(self, *statements: tuple[object, ...]) -> None:
        with psycopg.connect(self.uri) as connection:
            for sql, *values in statements:
                connection.execute(sql, values)  # type: ignore[call-overload]

    def vacuum(self) -> None:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute("VACUUM (FREEZE)")

    def cluster(self) -> postgres.Cluster:
        return postgres.Cluster(self.data, self.uri)

    def heap(self) -> list[Row]:
        return self.cluster().rows(self.since)

    def log(self) -> list[Row]:
        return wal.read(self.cluster(), self.since).rows

    def found(self) -> list[Row]:
        return [*self.heap(), *self.log()]


class SqliteStory:
    def __init__(self, folder: Path, secure: bool = True) -> None:
        self.path = folder / "story.db"
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA wal_autocheckpoint=0")
        self.connection.execute(f"PRAGMA secure_delete={'on' if secure else 'off'}")
        for table in SCHEMA:
            self.connection.execute(table.format(day="text", moment="text", blob="blob"))
        self.together(("INSERT INTO unit VALUES (%s)", UNIT))
        for number in range(5):
            self.together(("INSERT INTO account VALUES (%s, %s, %s)", new_id(), UNIT, f"2026-01-0{number + 1}"))
        self.together(("INSERT INTO account VALUES (%s, %s, '2026-01-01')", WORKER, UNIT))
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def together(self, *statements: tuple[object, ...]) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        for sql, *values in statements:
            self.connection.execute(str(sql).replace("%s", "?").replace(" FOR UPDATE", ""), values)
        self.connection.execute("COMMIT")

    def found(self) -> list[Row]:
        return sqlite.read(self.path).rows
