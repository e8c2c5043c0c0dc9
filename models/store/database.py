"""Engines, sessions and transactions, on SQLite (one machine) and PostgreSQL (more than one).

SQLite: WAL, synchronous=FULL (a message acknowledged survives a power cut), foreign keys on, secure_delete (deleted text is
overwritten), and BEGIN IMMEDIATE for every write: the driver's own default silently lost two of three concurrent updates.
PostgreSQL: psycopg 3, READ COMMITTED, one message one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Column, Connection, Dialect, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlmodel import Session as Session
from sqlmodel import SQLModel

from models.store.compiled import shared
from models.store.private_files import keep_private, make_folder
from models.store.sealing import Keyring
from models.store.throwaway_keys import RoundKeys

BUSY_SECONDS = 10


class Base(SQLModel):
    """Every table's base: constraints have predictable names, so that one migration chain fits both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    """One database and the keyring that opens its sealed fields. `tails`, `places` and `forms` (in `Session.info`) are what
    all its sessions in this process may remember together of rows that never change (models.store.tail,
    models.messages.chats, models.polls.rounds), `records` what is better forgotten with the process
    (models.people.wrong_codes). `round_keys` is the folder with the keys of open polls; whoever opens, casts
    or counts needs it.
    """

    def __init__(self, url: str, keyring: Keyring, *, round_keys: Path | None = None, pool_size: int = 8) -> None:
        self.url = make_url(url)
        self._info: dict[str, Any] = {"keyring": keyring, "tails": {}, "places": {}, "forms": {}, "records": {}}
        if round_keys is not None:
            self._info["round_keys"] = RoundKeys(round_keys)
        if self.url.drivername == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if self.url.database and self.url.database != ":memory:":
                _keep_private(Path(self.url.database))
            self.engine = _sqlite(self.url, "BEGIN IMMEDIATE", pool_size=1)
            self.read_engine = _sqlite(self.url, "BEGIN", pool_size=4)
        else:
            # hide_parameters: an error must not carry anybody's words into a log.
            self.engine = create_engine(
                **shared(self.url), hide_parameters=True, pool_size=pool_size, max_overflow=4, pool_pre_ping=True
            )
            self.read_engine = self.engine

    @property
    def keyring(self) -> Keyring:
        found: Keyring = self._info["keyring"]
        return found

    def session(self, connection: Connection) -> Session:
        """A session on a transaction that somebody else commits."""
        return Session(connection, info=self._info, expire_on_commit=False, join_transaction_mode="rollback_only")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One write transaction: committed when the block ends, rolled back when it raises."""
        with self.engine.begin() as connection, self.session(connection) as session:
            yield session
            session.flush()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for questions only."""
        with self.read_engine.connect() as connection, self.session(connection) as session:
            yield session

    def is_reachable(self) -> bool:
        with self.read_engine.connect() as connection:
            return bool(connection.execute(text("SELECT 1")).scalar_one())

    def close(self) -> None:
        self.read_engine.dispose()
        self.engine.dispose()


@dataclass(slots=True)
class Alone:
    """A transaction in which nothing is committed by anybody else (any of SQLite's), and what it has seen so far of tables
    that only grow (models.store.tail): up to which number of each. `wrote`: whether rows of its own may be among them."""

    wrote: bool = False
    seen: dict[object, int] = field(default_factory=dict)


def alone(session: Session) -> Alone | None:
    """The transaction of this session, where it is such; None on PostgreSQL."""
    found: Alone | None = session.connection().info.get("alone")
    return found


def _keep_private(path: Path) -> None:
    """Before SQLite makes it: the files that it makes beside it (-wal, -shm, -journal) take over its mode."""
    make_folder(path.parent)
    keep_private(path)
    for name in ("-wal", "-shm", "-journal"):
        if (beside := path.with_name(path.name + name)).exists():
            keep_private(beside)


def _sqlite(url: URL, begin: str, pool_size: int) -> Engine:
    engine = create_engine(
        **shared(url),
        hide_parameters=True,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions behind our back
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={BUSY_SECONDS * 1000}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.info["alone"] = Alone()
        connection.exec_driver_sql(begin)

    return engine


@lru_cache(maxsize=256)
def _insert(dialect: str, table: type[SQLModel], columns: tuple[str, ...], key: str) -> Any:
    """One INSERT … ON CONFLICT, built once for each shape: building it costs more than running it. The other database's
    dialect is never imported."""
    statement: Any = import_module(f"sqlalchemy.dialects.{dialect}").insert(table).inline()
    if not key:
        return statement.on_conflict_do_nothing().execution_options(**_COUNTED)
    changes = {name: statement.excluded[name] for name in columns if name != key}
    return statement.on_conflict_do_update(index_elements=[key], set_=changes)


@dataclass(frozen=True, slots=True)
class _Spelt:
    """A statement as one database's driver takes it. `names`: its parameters, in order; `told`: how their values are;
    `fixed`: the values that are part of it."""

    text: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]
    told: Mapping[str, Callable[[Any], Any]]
    in_order: bool

    def values(self, given: Mapping[str, Any]) -> Any:
        given = {**self.fixed, **given}
        told = [(name, self.told[name](given[name]) if name in self.told else given[name]) for name in self.names]
        return tuple(value for _, value in told) if self.in_order else dict(told)


_COUNTED = {"preserve_rowcount": True}


@lru_cache(maxsize=256)
def _spelt(statement: Any, dialect: Dialect, columns: tuple[str, ...] | None) -> _Spelt:
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    told = {
        name: tell
        for bound, name in compiled.bind_names.items()
        if (tell := bound.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    }
    fixed = {name: bound.effective_value for bound, name in compiled.bind_names.items() if not bound.required}
    names = tuple(compiled.positiontup or compiled.bind_names.values())
    return _Spelt(str(compiled), names, fixed, told, bool(compiled.positiontup))


def run(session: Session, statement: Any, values: Mapping[str, Any], columns: tuple[str, ...] | None = None) -> Any:
    """Runs what every message asks: a statement that was built once is also spelt once, where SQLAlchemy's own cache looks
    at all of it each time, which costs twice what asking does. `values`: one for each `bindparam`, none of them a list.
    Columns come back as the driver knows them: texts, bytes and numbers, no times. `columns`: what an INSERT writes."""
    connection = session.connection()
    spelt = _spelt(statement, connection.dialect, columns)
    return connection.exec_driver_sql(spelt.text, spelt.values(values), _COUNTED)


@lru_cache(maxsize=256)
def _defaults(table: type[SQLModel]) -> Mapping[str, Any]:
    """What stands in a column for which a row has nothing."""
    columns: Iterable[Column[Any]] = table.__table__.c  # type: ignore[attr-defined]
    return {one.name: one.default.arg for one in columns if isinstance(one.default, ScalarElementColumnDefault)}


def insert_ignore(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """INSERT … ON CONFLICT DO NOTHING, the same on both databases. Returns how many rows are new."""
    if not rows:
        return 0
    statement = _insert(session.get_bind().dialect.name, table, (), "")
    if len(rows) == 1:
        row = {**_defaults(table), **rows[0]}
        return int(run(session, statement, row, tuple(row)).rowcount)
    return session.connection().execute(statement.values(list(rows))).rowcount


def upsert(session: Session, table: type[SQLModel], row: Mapping[str, Any], key: str = "id") -> None:
    """INSERT, or UPDATE of the row with the same `key`."""
    session.connection().execute(_insert(session.get_bind().dialect.name, table, tuple(row), key), row)


def lock(session: Session, name: str) -> None:
    """Holds `name` until the transaction ends, so that one person's messages run one after another.

    Advisory on PostgreSQL, because a row lock leaves its transaction's number in the row, which named reporters; on SQLite
    there is one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(bytes.fromhex(name[:16]), signed=True)
        session.connection().execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
