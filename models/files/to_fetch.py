"""Files that wait to be fetched: who sent what over which line, sealed, written in the turn in which it came.

Fetching is slow and a turn is not, so the turn only leaves this row; a fetcher (bot/files/fetching.py) works after the
commit. The row stays when the file is there, because it alone knows that a draft was never sent: then file and row are
deleted when the draft lapses. It goes by the day and all at once with others, like posted rows of the intake: deleted beside
a case it would stand next to it in the order of transactions. Outside the seal there is nothing but that day.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Field, col

from models.messages.chats import DRAFT
from models.messages.message import File, FileKind
from models.people.accounts import Sender
from models.store.database import Base, Session, insert_ignore
from models.store.ids import new_id
from models.store.sealing import keyed_hash, seal, unseal

GIVE_UP = timedelta(hours=6)
"""After so long without the file its card says that it could not be had. Zalo's addresses may expire, Telegram's do not; an
outage of a line that lasts longer is rarer than somebody who waits for a photo that will never come."""


class Pickup(Base, table=True):
    """One file to fetch. `id` is a keyed hash of the attachment's id."""

    __tablename__ = "pickup"

    id: str = Field(primary_key=True, max_length=32)
    body: bytes
    kept_until: date = Field(index=True)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a file comes from; `account_id` and `language` are for the answer when it cannot be had."""

    sender: Sender
    account_id: str
    language: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch, opened. `since` (ISO 8601) is when it came; `account_id` and `language`: as in `Origin`. `sent`: it
    has left with a grievance and belongs to that now."""

    attachment_id: str
    line: str
    external: str
    account_id: str
    language: str
    kind: FileKind
    reference: str
    since: str
    number: int = 1
    sent: bool = False

    @property
    def sender(self) -> Sender:
        return Sender(self.line, self.external)

    @property
    def give_up_at(self) -> datetime:
        return datetime.fromisoformat(self.since) + GIVE_UP


def ask(session: Session, origin: Origin, file: File, number: int, now: datetime) -> str:
    """Has a file fetched; returns the id it will have as an attachment."""
    attachment_id, whose = new_id(), (origin.sender.line, origin.sender.external, origin.account_id, origin.language)
    wanted = Wanted(attachment_id, *whose, file.kind, file.reference, now.isoformat(), number)
    row_id = _row_id(session, attachment_id)
    row = {"id": row_id, "body": _sealed(session, row_id, wanted), "kept_until": (now + DRAFT).date()}
    insert_ignore(session, Pickup, [row])
    return attachment_id


def ids(session: Session) -> set[str]:
    """The rows there are."""
    return set(session.execute(select(col(Pickup.id))).scalars())


def waiting(session: Session, known: Collection[str]) -> dict[str, Wanted]:
    """By row id: what may have to be fetched, but for the rows the caller knows already."""
    return _opened(session, ids(session) - set(known))


def keep(session: Session, attachment_ids: Iterable[str], now: datetime) -> None:
    """The draft with these is still being written."""
    rows = [_row_id(session, one) for one in attachment_ids]
    session.execute(update(Pickup).where(col(Pickup.id).in_(rows)).values(kept_until=(now + DRAFT).date()))


def sent(session: Session, attachment_ids: Iterable[str]) -> None:
    """These have left with a grievance: they are not deleted with the draft."""
    for row_id, wanted in _opened(session, {_row_id(session, one) for one in attachment_ids}).items():
        body = _sealed(session, row_id, replace(wanted, sent=True))
        session.execute(update(Pickup).where(col(Pickup.id) == row_id).values(body=body))


def lapsed(session: Session, today: date) -> Sequence[Wanted]:
    """What is over: of those not `sent` the files go as well."""
    over = set(session.execute(select(col(Pickup.id)).where(col(Pickup.kept_until) < today)).scalars())
    return list(_opened(session, over).values())


def forget(session: Session, attachment_ids: Iterable[str]) -> None:
    rows = [_row_id(session, one) for one in attachment_ids]
    session.execute(delete(Pickup).where(col(Pickup.id).in_(rows)))


def _opened(session: Session, row_ids: Collection[str]) -> dict[str, Wanted]:
    if not row_ids:
        return {}
    rows = session.execute(select(Pickup).where(col(Pickup.id).in_(row_ids))).scalars()
    return {row.id: Wanted(**json.loads(unseal(session, "pickup.body", row.id, row.body))) for row in rows}


def _sealed(session: Session, row_id: str, wanted: Wanted) -> bytes:
    return seal(session, "pickup.body", row_id, json.dumps(asdict(wanted), ensure_ascii=False))


def _row_id(session: Session, attachment_id: str) -> str:
    return keyed_hash(session, "pickup", attachment_id)
