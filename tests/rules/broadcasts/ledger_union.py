"""A union with people and phones in it, and broadcasts to them: where tests of ledgers are played, without any chats."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col

from bot.sending import broadcasts as sender
from models.broadcasts import broadcasts, ledger, ledger_results, lifecycle
from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import Broadcast, Draft, Words
from models.broadcasts.ledger_sending import Bulk, Claimant, View
from models.broadcasts.recipients import ENDINGS, OPEN, Recipient
from models.messages.message import Outgoing
from models.messages.sending import Outcome
from models.people import accounts, persons
from models.people.accounts import Account, Sender
from models.people.offices import Office
from models.people.persons import Person
from models.people.units import Unit
from models.store.database import Database, Session
from tests.faults.line import LINE, Line
from tests.running_app import MONDAY

TODAY = MONDAY.date()
SECOND = "test:2"
LINES = (LINE, SECOND)
"""The lines that can be sent on, the preferred one first."""
TREE = {
    # code → (kind, above, sector, night shift)
    "TINH": ("ldld_tinh", "", "", False),
    "MAY": ("cdcs", "TINH", "ngoai_nha_nuoc", False),
    "MAY1": ("to_cong_doan", "MAY", "", False),
    "MAY2": ("to_cong_doan", "MAY", "", True),
    "THEP": ("cdcs", "TINH", "nha_nuoc", False),
    "THEP1": ("to_cong_doan", "THEP", "", False),
}


@dataclass(frozen=True, slots=True)
class Phone:
    """One account of somebody; `days` before MONDAY it joined."""

    line: str = LINE
    blocked: bool = False
    notices: bool = True
    language: str = "vi"
    confirmed: bool = True
    plain: bool = True
    days: int = 10


def words(session: Session, row: Broadcast, view: View) -> Outgoing:
    """A message to anybody (bot.sending.broadcasts.Compose)."""
    return Outgoing(id="", recipient="", text=f"{row.code} {view.language}", language=view.language)


class Post(Line):
    """A line that goes by who is written to: `trouble`, `tried` and `delivered` hold names."""

    async def send(self, message: Outgoing) -> str:
        return await super().send(replace(message, text=message.recipient))


class Roll:
    """People go by a name, which is also what their phone is called on its line."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.units: dict[str, str] = {}
        self.people: dict[str, str] = {}
        with database.transaction() as session:
            for code, (kind, above, sector, night) in TREE.items():
                unit = Unit(kind=kind, code=code, name=code, parent_id=self.units.get(above), sector=sector)
                unit.night_shift = night
                session.add(unit)
                session.flush()
                self.units[code] = unit.id
            self.author = persons.add(session, self.units["TINH"], name="Lê Thị Hòa", staff_code="LD001").id

    def joins(self, name: str, unit: str = "MAY1", *phones: Phone, role: str = "", **about: str) -> str:
        """Somebody on the roll, with these phones (none: they have none). `about`: columns of Person."""
        with self.database.transaction() as session:
            somebody = persons.add(session, self.units[unit])
            for key, value in about.items():
                setattr(somebody, key, value)
            session.add(somebody)
            for phone in phones:
                self._phone(session, somebody, name, phone)
            if role:
                session.add(Office(person_id=somebody.id, unit_id=self.units[unit], role=role))
            self.people[name] = somebody.id
        return self.people[name]

    def takes_phone(self, name: str, phone: Phone) -> None:
        with self.database.transaction() as session:
            self._phone(session, session.get_one(Person, self.people[name]), name, phone)

    def _phone(self, session: Session, somebody: Person, name: str, phone: Phone) -> None:
        made = accounts.add(
            session,
            Sender(phone.line, name),
            somebody,
            accounts.Joining(language=phone.language, confirmed=phone.confirmed, consent_version="1", notices=phone.notices),
            MONDAY.date() - timedelta(days=phone.days),
        )
        made.blocked, made.plain_previews = phone.blocked, phone.plain
        session.add(made)

    def crowd(self, count: int, unit: str = "MAY1", phone: Phone | None = None) -> list[str]:
        names = [f"W{number:05}" for number in range(len(self.people), len(self.people) + count)]
        for name in names:
            self.joins(name, unit, phone or Phone())
        return names

    def loses_phone(self, name: str) -> None:
        """They have left the line: their account is gone."""
        with self.database.transaction() as session:
            for one in accounts.of_person(session, self.people[name]):
                accounts.detach(session, one)

    def audience(self, *units: str, minus: tuple[str, ...] = (), **narrowed: str) -> Audience:
        return Audience(
            tuple(self.units[code] for code in units), minus=tuple(self.units[code] for code in minus), **narrowed
        )

    def writes(self, audience: Audience | None = None, *, at: datetime = MONDAY, **about: Any) -> str:
        """A broadcast that is due `at`; to the whole province unless told otherwise. `about`: as in Draft."""
        draft = Draft(
            author_id=self.author,
            unit_id=self.units["TINH"],
            words=about.pop("words", None) or Words({"vi": "Họp tổ lúc 8 giờ"}),
            audience=audience or self.audience("TINH"),
            kind=about.pop("kind", "safety"),
            send_at=at,
            **about,
        )
        with self.database.transaction() as session:
            return broadcasts.create(session, draft, at).id

    def begins(self, broadcast_id: str, now: datetime = MONDAY, *, quiet_until: datetime | None = None) -> int:
        """Its ledger is written; returns how many people it is for."""
        with self.database.transaction() as session:
            row = lifecycle.begin(session, broadcast_id, LINES, now, quiet_until=quiet_until)
            assert row is not None
            return row.size

    def sends(self, audience: Audience | None = None, **about: Any) -> str:
        """Written and begun."""
        broadcast_id = self.writes(audience, **about)
        self.begins(broadcast_id, about.get("at", MONDAY))
        return broadcast_id

    def changes(self, verb: Any, broadcast_id: str, now: datetime = MONDAY) -> None:
        """`broadcast.stop`, `resume` or `cancel`."""
        with self.database.transaction() as session:
            verb(session, session.get_one(Broadcast, broadcast_id), self.author, now)

    def confirms(self, broadcast_id: str, name: str, day: date = TODAY) -> bool:
        with self.database.transaction() as session:
            return ledger.confirm(session, broadcast_id, self.people[name], day)

    def settles(self, broadcast_id: str, now: datetime) -> None:
        with self.database.transaction() as session:
            if broadcast_id in lifecycle.ended(session):
                lifecycle.settle(session, broadcast_id, now)

    def claims(
        self, now: datetime = MONDAY, *, fence: int = 1, limit: int = 100, line: str = LINE, quiet: bool = False
    ) -> list[Bulk]:
        with self.database.transaction() as session:
            return sender.claim(session, Claimant(line, fence, now, quiet), limit, words)

    def records(self, *found: tuple[Bulk, Outcome]) -> None:
        with self.database.transaction() as session:
            ledger_results.record(session, found)

    def names(self, claimed: list[Bulk]) -> list[str]:
        return sorted(one.message.recipient for one in claimed)

    def row(self, broadcast_id: str) -> Broadcast:
        with self.database.reading() as session:
            return session.get_one(Broadcast, broadcast_id)

    def recipient(self, broadcast_id: str, name: str) -> Recipient:
        with self.database.reading() as session:
            return session.get_one(Recipient, (broadcast_id, self.people[name]))

    def ledger(self, broadcast_id: str) -> dict[str, Recipient]:
        """By name: what became of everybody it was for."""
        called = {person_id: name for name, person_id in self.people.items()}
        with self.database.reading() as session:
            rows = session.execute(select(Recipient).where(col(Recipient.broadcast_id) == broadcast_id)).scalars()
            return {called.get(row.person_id, row.person_id): row for row in rows}

    def states(self, broadcast_id: str) -> dict[str, str]:
        return {name: row.state for name, row in self.ledger(broadcast_id).items()}

    def adds_up(self, broadcast_id: str) -> Counter[str]:
        """What is true of a ledger at every moment; returns its counts."""
        rows, row = self.ledger(broadcast_id).values(), self.row(broadcast_id)
        with self.database.reading() as session:
            counts = ledger.counts(session, broadcast_id)
        assert row.size == len(rows) == sum(counts.values())
        assert counts.keys() <= {*OPEN, *ENDINGS}
        assert counts == Counter(one.state for one in rows)
        assert all((one.due_at is not None) is (one.state in OPEN) for one in rows), "a time stands beside a person"
        return counts

    def phone_of(self, name: str, **changed: Any) -> None:
        """Changes the phones of somebody."""
        with self.database.transaction() as session:
            session.execute(update(Account).where(col(Account.person_id) == self.people[name]).values(**changed))


def outcome(row: Bulk, state: Any = "sent", **about: Any) -> tuple[Bulk, Outcome]:
    """What a sender tells of a row."""
    return row, Outcome(row.message.id, row.fence, row.attempts, state, **about)


def later(**time: float) -> datetime:
    return MONDAY + timedelta(**time)
