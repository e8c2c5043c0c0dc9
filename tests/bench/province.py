"""A province in a database, in minutes: units, officers, people with a chat each; cases.py adds what they filed.

Rows are made as the models make them (their columns, their sealing, their hashes), only many at a time.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import SQLModel

from models.people.accounts import Account
from models.people.offices import Office
from models.people.persons import Person, staff_hash
from models.people.units import Unit
from models.store.database import Database, Session
from models.store.ids import new_id
from models.store.sealing import keyed_hash, seal

LINE = "telegram"
DAYS = 730
"""How old the oldest case is, and the oldest account."""
CHUNK = 10_000
TOLD_EVERY = 5.0
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    people: int
    unions: int
    teams: int
    closed: int


@dataclass(frozen=True, slots=True)
class Worker:
    chat: str
    account_id: str
    reporter_id: str
    team_id: str


@dataclass(slots=True)
class Province:
    """What a bench needs to know of what was seeded."""

    size: Size
    workers: list[Worker] = field(default_factory=list)
    officers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """By unit: (person id, chat) of those who handle its cases."""
    top: str = ""
    unions: list[str] = field(default_factory=list)
    above: dict[str, str] = field(default_factory=dict)
    open: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """By holder: (id, code) of its open cases."""
    told: list[str] = field(default_factory=list)
    """Some entries that were written to a reporter."""


class Seeding:
    """What all stages of seeding share: where rows go, and how far it is."""

    def __init__(self, found: Province, now: datetime, name: str) -> None:
        self.found, self.now = found, now
        self.random = random.Random(str(found.size))
        self.session: Session
        self._name, self._began, self._said = name, time.monotonic(), 0.0

    def say(self, what: str, *, always: bool = False) -> None:
        passed = time.monotonic() - self._began
        if always or passed > self._said + TOLD_EVERY:
            print(f"  {self._name}: {what}, {passed:.0f} s", flush=True)
            self._said = passed

    def write(self, table: type[SQLModel], rows: list[Row]) -> None:
        for start in range(0, len(rows), CHUNK):
            self.session.connection().execute(insert(table), rows[start : start + CHUNK])


def units(seeding: Seeding) -> None:
    """The federation, a union between for each hundred grassroots unions, these, and their teams; and everybody in them."""
    found, size = seeding.found, seeding.found.size
    rows: list[Row] = []

    def unit(kind: str, code: str, name: str, parent_id: str | None) -> str:
        row_id = new_id()
        rows.append({"id": row_id, "kind": kind, "code": code, "name": name, "parent_id": parent_id})
        if parent_id:
            found.above[row_id] = parent_id
        return row_id

    found.top = unit("ldld_tinh", "LDLD", "Liên đoàn Lao động tỉnh", None)
    middles = [unit("cd_kcn", f"KCN{n}", f"Công đoàn KCN {n}", found.top) for n in range(max(1, size.unions // 100))]
    for n in range(size.unions):
        found.unions.append(unit("cdcs", f"CS{n}", f"CĐCS Công ty {n}", middles[n % len(middles)]))
    teams = [unit("to_cong_doan", f"TO{n}", f"Tổ {n}", found.unions[n % size.unions]) for n in range(size.teams)]
    seeding.write(Unit, rows)
    held = [(found.top, role) for role in ("chair", "vice_chair", "superior")]
    held += [(middle, role) for middle in middles for role in ("chair", "superior")]
    held += [(union, role) for union in found.unions for role in ("chair", "vice_chair", "committee")]
    held += [(team, "leader") for team in teams]
    workers = max(size.people - len(held), size.teams)
    _people(seeding, [*held, *((teams[n % size.teams], "") for n in range(workers))])


def _people(seeding: Seeding, belong: list[tuple[str, str]]) -> None:
    """A person and a chat for each (unit, role or nothing)."""
    session, found = seeding.session, seeding.found
    persons: list[Row] = []
    accounts: list[Row] = []
    offices: list[Row] = []
    for number, (unit_id, role) in enumerate(belong):
        person: Row = {"id": new_id(), "unit_id": unit_id, "reporter_id": new_id(), "name": None, "staff_hash": None}
        chat, account_id = str(10_000_000 + number), new_id()
        if role:
            person["name"] = seal(session, "person.name", person["id"], f"Nguyễn Thị {number}")
            person["staff_hash"] = staff_hash(session, f"NV{number:06}")
            offices.append({"id": new_id(), "person_id": person["id"], "unit_id": unit_id, "role": role})
            found.officers.setdefault(unit_id, []).append((person["id"], chat))
        else:
            found.workers.append(Worker(chat, account_id, person["reporter_id"], unit_id))
        persons.append(person)
        accounts.append(
            {
                "id": account_id,
                "line": LINE,
                "external_hash": keyed_hash(session, "account", LINE, chat),
                "external": seal(session, "account.external", account_id, chat),
                "person_id": person["id"],
                "language": "vi",
                "joined_on": (seeding.now - timedelta(days=seeding.random.randrange(DAYS))).date(),
                "consent_version": "2026-12",
            }
        )
        seeding.say(f"{number:,} people of {len(belong):,}")
    seeding.random.shuffle(persons)  # people do not join team by team
    seeding.random.shuffle(accounts)
    seeding.write(Person, persons)
    seeding.write(Account, accounts)
    seeding.write(Office, offices)


def seed(database: Database, size: Size, now: datetime, name: str, *, cases_too: bool = True) -> Province:
    """Fills the migrated, empty `database`. Fast and unsafe on the way; the bench then opens it as production does."""
    from tests.bench import cases

    seeding = Seeding(Province(size), now, name)
    with database.engine.connect() as connection:
        for pragma in ("synchronous=OFF", "cache_size=-400000") if database.is_sqlite else ():
            connection.connection.cursor().execute(f"PRAGMA {pragma}")
        connection.commit()
        for stage in (units, cases.filed, cases.day) if cases_too else (units,):
            with connection.begin(), database.session(connection) as session:
                seeding.session = session
                stage(seeding)
                session.flush()
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:  # as autovacuum does a minute later
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    seeding.say("done", always=True)
    return seeding.found
