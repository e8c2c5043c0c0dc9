"""A union whose members wait for a notice: an officer who sends it, two people beside it who chat, and everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from models.broadcasts import broadcasts, progress
from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import Draft, Words
from models.people.accounts import Account
from models.people.offices import Office
from models.people.persons import Person
from models.people.units import Unit
from models.store import schema
from models.store.database import Database, Session
from models.store.ids import new_id
from models.store.sealing import keyed_hash, seal
from tests.bench.casters import TEXT, TOKEN
from tests.bench.limited import FIRST

LINE = f"telegram:{TOKEN.partition(':')[0]}"
OFFICER, TALKERS = 1, (11, 12)
CHUNK = 10_000
TEAM = 40
CONSENTS = {"notices": True, "polls": True, "verified": True}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Members:
    """What a bench needs to know of the union."""

    author_id: str
    account_id: str
    unit_id: str


def seed(database: Database, count: int) -> Members:
    """Fills the empty SQLite database; everybody the notice is for has the chat `FIRST` + their place."""
    schema.upgrade(database)
    with database.engine.connect() as connection:
        # Fast and unsafe on the way; the service then opens it as in production.
        connection.connection.cursor().execute("PRAGMA synchronous=OFF")
        connection.commit()
        with connection.begin(), database.session(connection) as session:
            union, beside = (new_id() for _ in range(2))
            teams = [new_id() for _ in range(max(1, count // TEAM))]
            units = [_unit("cdcs", "CS1", union), _unit("cdcs", "CS2", beside)]
            units += [_unit("to_cong_doan", f"TO{place}", team, union) for place, team in enumerate(teams)]
            session.connection().execute(insert(Unit), units)
            rows = _rows(session, [beside, *(beside for _ in TALKERS)], [OFFICER, *TALKERS])
            author_id, account_id = rows[0][0]["id"], rows[1][0]["id"]
            office = {"id": new_id(), "person_id": author_id, "unit_id": union, "role": "chair"}
            _write(session, rows)
            session.connection().execute(insert(Office), [office])
            for start in range(0, count, CHUNK):
                places = range(start, min(start + CHUNK, count))
                _write(session, _rows(session, [teams[n % len(teams)] for n in places], [FIRST + n for n in places]))
    with database.engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()  # and with it the unsafe connection
    return Members(author_id, account_id, union)


def _unit(kind: str, code: str, unit_id: str, parent_id: str | None = None) -> Row:
    return {"id": unit_id, "kind": kind, "code": code, "name": f"Công đoàn {code}", "parent_id": parent_id}


def _rows(session: Session, units: list[str], chats: list[int]) -> tuple[list[Row], list[Row]]:
    """A person and a phone for each."""
    today = datetime.now(UTC).date() - timedelta(days=30)
    persons = [{"id": new_id(), "unit_id": unit_id, "reporter_id": new_id()} for unit_id in units]
    return persons, list(_accounts(session, persons, chats, {"joined_on": today, "consent_version": "2026-12"}))


def _accounts(session: Session, persons: list[Row], chats: list[int], given: Row) -> Iterator[Row]:
    for person, chat in zip(persons, chats, strict=True):
        row = {"id": new_id(), "line": LINE, "person_id": person["id"], "language": "vi", **CONSENTS, **given}
        row["external_hash"] = keyed_hash(session, "account", LINE, str(chat))
        row["external"] = seal(session, "account.external", row["id"], str(chat))
        yield row


def _write(session: Session, rows: tuple[list[Row], list[Row]]) -> None:
    session.connection().execute(insert(Person), rows[0])
    session.connection().execute(insert(Account), rows[1])


def announce(session: Session, members: Members, now: datetime) -> str:
    """The officer has said “send”: it is due now, and they watch it. Returns the broadcast's id."""
    row = broadcasts.create(
        session,
        Draft(
            author_id=members.author_id,
            unit_id=members.unit_id,
            words=Words({"vi": TEXT}),
            audience=Audience((members.unit_id,)),
            kind="notice",
            send_at=now,
            ask=True,
        ),
        now,
    )
    progress.watch(session, row.id, members.account_id)
    return row.id
