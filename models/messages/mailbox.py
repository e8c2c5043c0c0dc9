"""What waits for a person's web page: the part that Telegram's own servers play for Telegram.

A message stays here, sealed, until the page says it has it, and is then deleted: the page holds the only copy. The id is
made of the outbound row's, so sending a message again changes nothing; it is not that id, which stood in the outbox. Whose
page a row waits for is sealed with it (models.store.tail): one name for all of a page's messages would tie them
together. Rows carry no time finer than a day; they are shown in the order in which they came.

Whoever finds the page is a guest, and every message of theirs is answered into a mailbox here. So a guest's mailbox holds
GUEST_ROWS, all of them together GUESTS_ROWS (at 2.2 KB each, 4.5 MB), and each lives for minutes: the pages' process sweeps
what it saw at its last sweep already, so that no row needs a minute written on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Index, LargeBinary, String, delete
from sqlalchemy import text as sql
from sqlmodel import Field, col, select

from models.messages.message import ForPage, Media, Option, Outgoing
from models.store.database import Base, Session, insert_ignore
from models.store.sealing import keyed_hash, seal, unseal
from models.store.tail import KEPT_IN_ORDER, Number, Tail, batches, tail_of, written

KEPT = timedelta(days=30)
AT_ONCE = 200
"""Most messages handed to one page before it has said that it has some."""
GUEST_ROWS = 20
"""Most messages that wait for one guest: joining takes eight. The oldest gives way."""
GUESTS_ROWS = 2000
"""Most that wait for all guests together. Any of them gives way: ids are hashes, so the lowest is nobody's in particular."""


class Mailbox(Base, table=True):
    """One message for one page. `recipient`: only in rows from before migration 0012."""

    __tablename__ = "mailbox"
    __table_args__ = (
        Index("ix_mailbox_guest", "id", sqlite_where=sql("guest IS 1"), postgresql_where=sql("guest IS true")),
        KEPT_IN_ORDER,
    )

    number: int = Number()
    id: str = Field(sa_type=String(64), unique=True)
    recipient: str = Field(default="", sa_type=String(128))
    body: bytes = Field(sa_type=LargeBinary)
    kept_until: date = Field(index=True)
    guest: bool = False


def put(session: Session, outgoing: Outgoing, now: datetime, *, guest: bool = False) -> bool:
    """Keeps a message for a page; False when it was waiting already. `guest`: for somebody who has not joined."""
    if guest:
        _make_room(session, _recipient(session, outgoing.recipient))
    row_id = _row_id(session, outgoing.id)
    body = {key: value for key, value in asdict(outgoing).items() if key not in ("recipient", "also")}
    body["for"] = _recipient(session, outgoing.recipient)
    row = {
        "id": row_id,
        "recipient": "",
        "body": seal(session, "mailbox.body", row_id, json.dumps(body, ensure_ascii=False)),
        "kept_until": (now + KEPT).date(),
        "guest": guest,
    }
    written(session)
    return insert_ignore(session, Mailbox, [row]) > 0


def _tail(session: Session) -> Tail[str]:
    """Whose page each row waits for, by a keyed hash of its session."""

    def read(within: Session, row_id: str, body: bytes) -> str:
        kept = json.loads(unseal(within, "mailbox.body", row_id, body))
        old = select(Mailbox.recipient).where(col(Mailbox.id) == row_id)
        return str(kept.get("for") or within.exec(old).one())

    return tail_of(session, "mailbox", lambda: Tail(Mailbox, "body", read, lambda whose: (whose,)))


def waiting(session: Session, tokens: Iterable[str]) -> dict[str, list[Outgoing]]:
    """For each session token that has any: the messages its page has not confirmed, oldest first."""
    tail = _tail(session)
    whose = {row_id: token for token in tokens for row_id in list(tail.of(session, _recipient(session, token)))[:AT_ONCE]}
    found: dict[str, list[Outgoing]] = {}
    here = set()
    for some in batches(whose):
        for row in session.exec(select(Mailbox).where(col(Mailbox.id).in_(some)).order_by(col(Mailbox.number))):
            here.add(row.id)
            found.setdefault(whose[row.id], []).append(_open(session, row, whose[row.id]))
    return found


def acknowledge(session: Session, token: str, ids: Sequence[str]) -> int:
    """The page has these. Only its own are deleted, whatever ids it names."""
    mine = _tail(session).of(session, _recipient(session, token))
    return _delete(session, [row_id for one in ids if (row_id := _row_id(session, one)) in mine])


def hand_on(session: Session, token: str, to: str, now: datetime) -> int:
    """Whoever read there reads elsewhere now: what waits there waits there instead, in its order."""
    late = waiting(session, [token]).get(token, [])
    forget(session, token)
    return sum(put(session, replace(one, recipient=to), now) for one in late)


def forget(session: Session, token: str) -> int:
    """The person has ended the session: nobody can read these any more."""
    return _delete(session, list(_tail(session).of(session, _recipient(session, token))))


def _delete(session: Session, row_ids: Sequence[str]) -> int:
    gone = sum(session.exec(delete(Mailbox).where(col(Mailbox.id).in_(some))).rowcount for some in batches(row_ids))
    _tail(session).forget(row_ids)
    return gone


def forget_expired(session: Session, now: datetime) -> int:
    """Pages that never came back. For the daily tick."""
    return session.exec(delete(Mailbox).where(col(Mailbox.kept_until) < now.date())).rowcount


def of_guests(session: Session) -> set[str]:
    """The rows that wait for guests."""
    return set(session.exec(select(col(Mailbox.id)).where(col(Mailbox.guest).is_(True))))


def forget_rows(session: Session, row_ids: Iterable[str]) -> int:
    """Those of these rows that still wait for guests."""
    mine = col(Mailbox.guest).is_(True)
    return sum(session.exec(delete(Mailbox).where(mine, col(Mailbox.id).in_(some))).rowcount for some in batches(row_ids))


def _make_room(session: Session, recipient: str) -> None:
    """For one more message to this guest."""
    guests = select(col(Mailbox.id)).where(col(Mailbox.guest).is_(True))
    extra = list(_tail(session).of(session, recipient))[: -(GUEST_ROWS - 1)]
    extra += session.exec(guests.order_by(col(Mailbox.id).desc()).offset(GUESTS_ROWS - 1))
    _delete(session, extra)


def _recipient(session: Session, token: str) -> str:
    return keyed_hash(session, "mailbox", token)


def _row_id(session: Session, outbound_id: str) -> str:
    return keyed_hash(session, "mailbox.id", outbound_id)


def _open(session: Session, row: Mailbox, token: str) -> Outgoing:
    body = json.loads(unseal(session, "mailbox.body", row.id, row.body))
    body.pop("for", None)
    options = tuple(Option(**option) for option in body.pop("options"))
    media, page = body.pop("media", None), ForPage(**body.pop("page", {}))
    return Outgoing(recipient=token, options=options, media=Media(**media) if media else None, page=page, **body)
