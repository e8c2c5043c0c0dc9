"""A province in a database: units, officers, people with a chat each, the cases of two years, and what a day leaves behind.

Rows are made as the models make them (their columns, their sealing, their marks), only many at a time. What the service
writes in the order of time stands here in that order, too, so that the entries of one case lie as far apart as they would.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import SQLModel

from models import conversation, grievance, intake
from models.account import Account, Sender, chat_keys
from models.audit import Audit
from models.conversation import Chat, State
from models.database import Database, Session
from models.grievance import Entry, Grievance
from models.ids import new_case_code, new_id
from models.inbound import Seen
from models.intake import Event, Told
from models.message import Option
from models.office import Office
from models.person import Person, staff_hash
from models.sealing import keyed_hash, seal
from models.unit import Unit

LINE = "telegram"
DAYS = 730
CHUNK = 10_000
FAR = timedelta(days=3650)
AT_LEAST_OPEN = 12
"""Open cases of the province itself, also of a small one: an officer's list is then as long in both."""
WORDS = "Tăng ca tháng 5 chưa được trả, cả tổ đều chưa có, mong công đoàn hỏi giúp. " * 4
HOLDERS = {"team": 55, "union": 30, "middle": 10, "top": 5}
"""Of a hundred cases, how many each level holds in the end."""


@dataclass(frozen=True, slots=True)
class Size:
    people: int
    unions: int
    teams: int
    closed: int


@dataclass(slots=True)
class Province:
    """What a bench needs to know of it: chats by what the people behind them are. A worker is (chat, reporter id, team)."""

    size: Size
    workers: list[tuple[str, str, str]] = field(default_factory=list)
    officers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """By unit: (person id, chat) of those who handle its cases."""
    accounts: list[str] = field(default_factory=list)
    top: str = ""
    unions: list[str] = field(default_factory=list)
    above: dict[str, str] = field(default_factory=dict)
    open: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """By holder: (id, code) of its open cases."""
    told: list[str] = field(default_factory=list)
    """Some entries that were written to a reporter."""


class Seeding:
    """Fills one empty database; `seed` is its only door."""

    def __init__(self, session: Session, size: Size, now: datetime, name: str) -> None:
        self.session = session
        self.now = now
        self.random = random.Random(f"{size}")
        self.found = Province(size)
        self._name, self._began, self._said = name, time.monotonic(), 0.0
        self._chats = 0

    def say(self, what: str, done: int) -> None:
        if (passed := time.monotonic() - self._began) > self._said + 3 or what == "done":
            print(f"  {self._name}: {done:,} {what}, {passed:.0f} s", flush=True)
            self._said = passed

    def write(self, table: type[SQLModel], rows: list[dict[str, Any]], what: str = "") -> None:
        for start in range(0, len(rows), CHUNK):
            self.session.connection().execute(insert(table), rows[start : start + CHUNK])
            self.say(f"rows of {what or table.__tablename__}", start + len(rows[start : start + CHUNK]))

    # Units and people

    def units(self) -> None:
        found, size = self.found, self.found.size
        rows: list[dict[str, Any]] = []

        def unit(kind: str, code: str, name: str, parent_id: str | None) -> str:
            rows.append({"id": new_id(), "kind": kind, "code": code, "name": name, "parent_id": parent_id})
            if parent_id:
                found.above[rows[-1]["id"]] = parent_id
            return str(rows[-1]["id"])

        found.top = unit("ldld_tinh", "LDLD", "Liên đoàn Lao động tỉnh", None)
        middles = [
            unit("cd_kcn", f"KCN{number}", f"Công đoàn khu công nghiệp {number}", found.top)
            for number in range(max(1, size.unions // 100))
        ]
        for number in range(size.unions):
            found.unions.append(unit("cdcs", f"CS{number}", f"CĐCS Công ty {number}", middles[number % len(middles)]))
        teams = [
            unit("to_cong_doan", f"TO{number}", f"Tổ {number}", found.unions[number % size.unions])
            for number in range(size.teams)
        ]
        self.write(Unit, rows)
        held = [(found.top, role) for role in ("chair", "vice_chair", "superior")]
        held += [(middle, role) for middle in middles for role in ("chair", "superior")]
        held += [(union, role) for union in found.unions for role in ("chair", "vice_chair", "committee")]
        held += [(team, "leader") for team in teams]
        self.people(held, [teams[number % size.teams] for number in range(max(size.people - len(held), size.teams))])

    def people(self, held: list[tuple[str, str]], belong: list[str]) -> None:
        persons: list[dict[str, Any]] = []
        accounts: list[dict[str, Any]] = []
        offices: list[dict[str, Any]] = []
        for unit_id, role in [*held, *((team, "") for team in belong)]:
            person = {"id": new_id(), "unit_id": unit_id, "reporter_id": new_id(), "name": None, "staff_hash": None}
            chat = self._chat(accounts, person["id"])
            if role:
                code = f"NV{len(persons):06}"
                person["name"] = seal(self.session, "person.name", str(person["id"]), f"Nguyễn Thị {len(persons)}")
                person["staff_hash"] = staff_hash(self.session, code)
                offices.append({"id": new_id(), "person_id": person["id"], "unit_id": unit_id, "role": role})
                self.found.officers.setdefault(unit_id, []).append((str(person["id"]), chat))
            else:
                self.found.workers.append((chat, str(person["reporter_id"]), unit_id))
                self.found.accounts.append(str(accounts[-1]["id"]))
            persons.append(person)
        self.random.shuffle(persons)  # people do not join team by team
        self.random.shuffle(accounts)
        self.write(Person, persons)
        self.write(Account, accounts)
        self.write(Office, offices)

    def _chat(self, accounts: list[dict[str, Any]], person_id: str | None) -> str:
        self._chats += 1
        external, row_id = str(10_000_000 + self._chats), new_id()
        accounts.append(
            {
                "id": row_id,
                "line": LINE,
                "external_hash": keyed_hash(self.session, "account", LINE, external),
                "external": seal(self.session, "account.external", row_id, external),
                "person_id": person_id,
                "language": "vi",
                "joined_on": (self.now - timedelta(days=self.random.randrange(DAYS))).date(),
                "consent_version": "2026-12",
            }
        )
        return external

    # Cases

    def cases(self) -> None:
        found, size = self.found, self.found.size
        still_open = 2 * size.unions + AT_LEAST_OPEN
        total = size.closed + still_open
        numbers: Counter[str] = Counter()
        codes: set[str] = set()
        for start in range(0, total, CHUNK):
            cases: list[dict[str, Any]] = []
            entries: list[dict[str, Any]] = []
            for place in range(start, min(start + CHUNK, total)):
                left = total - place
                at = self.now - timedelta(days=DAYS * left / total, minutes=self.random.randrange(60))
                at_top = left <= AT_LEAST_OPEN
                self._case(cases, entries, numbers, codes, at, is_open=left <= still_open, at_top=at_top)
            entries.sort(key=lambda entry: entry["at"])
            self.write(Grievance, cases, "grievance")
            self.write(Entry, entries, "entry")
            acts = [entry for entry in entries if entry["officer_id"]]
            self.write(
                Audit,
                [
                    {
                        "id": new_id(),
                        "at": e["at"],
                        "person_id": e["officer_id"],
                        "verb": e["kind"],
                        "subject": e["grievance_id"],
                    }
                    for e in acts
                ],
            )
            found.told += [entry["id"] for entry in acts if entry["kind"] == "proposal"][:200]
            self.say(f"cases of {total:,}", start + len(cases))

    def _case(
        self,
        cases: list[dict[str, Any]],
        entries: list[dict[str, Any]],
        numbers: Counter[str],
        codes: set[str],
        at: datetime,
        *,
        is_open: bool,
        at_top: bool,
    ) -> None:
        chance, session = self.random, self.session
        _chat, reporter, team = chance.choice(self.found.workers)
        union = self.found.above[team]
        levels = {"team": team, "union": union, "middle": self.found.above[union], "top": self.found.top}
        holder = levels["top" if at_top else chance.choices(list(HOLDERS), list(HOLDERS.values()))[0]]
        case_id, code = new_id(), new_case_code()
        while code in codes:
            code = new_case_code()
        codes.add(code)
        kinds = [
            "report",
            *(["acknowledged"] if chance.random() < 0.5 else []),
            *([] if is_open else ["proposal", "settled"]),
        ]
        state = "settled" if not is_open else "acknowledged" if len(kinds) > 1 else "new"
        kinds += [] if is_open else ["proposal", "settled"]
        closed_at = None if is_open else at + timedelta(days=2 * len(kinds))
        cases.append(
            {
                "id": case_id,
                "code": code,
                "unit_id": team,
                "holder_id": holder,
                "category": "wage",
                "state": state,
                "created_at": at,
                "due_at": at + timedelta(hours=72),
                "closed_at": closed_at,
                "route": seal(session, "grievance.route", case_id, reporter),
                "mark": grievance.mark(session, reporter, numbers[reporter]),
            }
        )
        numbers[reporter] += 1
        if is_open:
            self.found.open.setdefault(holder, []).append((case_id, code))
        for place, kind in enumerate(kinds):
            row_id = new_id()
            officer = chance.choice(self.found.officers[holder])[0] if kind in ("acknowledged", "proposal") else None
            words = WORDS if kind in ("report", "proposal") else ""
            entries.append(
                {
                    "id": row_id,
                    "grievance_id": case_id,
                    "kind": kind,
                    "officer_id": officer,
                    "text": seal(session, "entry.text", row_id, words),
                    "at": at + timedelta(days=2 * place),
                }
            )

    # What a day leaves behind

    def day(self) -> None:
        """A tenth of the people wrote today, five messages each; what was received is known for three days, what was told
        for seven. Of a thousand people two have something on its way under time cover. One a hundred is in a run."""
        found, session, today = self.found, self.session, self.now.date()
        seen: list[dict[str, Any]] = [
            {"id": keyed_hash(session, "seeded", str(n)), "line": LINE} for n in range(found.size.people * 3 // 2)
        ]
        self.write(
            Seen, [{**row, "received_on": today - timedelta(days=2 - 3 * n // len(seen))} for n, row in enumerate(seen)]
        )
        told = [{"id": keyed_hash(session, "told", entry), "told_on": today} for entry in _few(found.told, len(seen) // 60)]
        self.write(Told, told[len(told) // 2 :])
        offered = [Option("menu::::", "Menu"), Option("file::::", "Gửi phản ánh"), Option("mine::::", "Phản ánh của tôi")]
        spoke = self.random.sample(range(len(found.workers)), len(found.workers) // 10)
        for number, place in enumerate(spoke):
            chat, account_id = found.workers[place][0], found.accounts[place]
            keys = {
                side: chat_keys(session, Sender(LINE, chat), account_id, today, in_office=side) for side in (False, True)
            }
            run = conversation.Run("file", "", "abc", {"text": WORDS}, "category") if number % 100 == 0 else None
            conversation.save(session, Chat(keys), State(run, offered), self.now)
        for _ in range(found.size.people // 500):
            _chat, reporter, team = self.random.choice(found.workers)
            intake.add(session, self.report(reporter, team, self.now + FAR))
        session.flush()

    def report(self, reporter: str, team: str, due: datetime) -> Event:
        return report(reporter, team, self.found.above[team], due)


def report(reporter: str, team: str, holder: str, due: datetime) -> Event:
    """A sealed report as a worker's turn leaves it."""
    return Event(
        kind="report",
        due=due.isoformat(),
        case_id=new_id(),
        entry_id=new_id(),
        reporter_id=reporter,
        text=WORDS,
        code=new_case_code(),
        unit_id=team,
        holder_id=holder,
        category="wage",
        reply_due=(due + timedelta(hours=72)).isoformat(),
    )


def _few(values: Iterable[str], count: int) -> list[str]:
    return list(dict.fromkeys(values))[:count]


def seed(database: Database, size: Size, now: datetime, name: str) -> Province:
    """Fills the migrated, empty `database`. Fast and unsafe on the way; the bench then opens it as production does."""
    with database.engine.connect() as connection:
        for pragma in ("synchronous=OFF", "cache_size=-400000") if database.is_sqlite else ():
            connection.connection.cursor().execute(f"PRAGMA {pragma}")
        connection.commit()
        for stage in ("units", "cases", "day"):
            with connection.begin(), database.session(connection) as session:
                if stage == "units":
                    seeding = Seeding(session, size, now, name)
                seeding.session = session
                getattr(seeding, stage)()
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    else:  # as autovacuum does a minute later
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    seeding.say("done", size.people)
    return seeding.found
