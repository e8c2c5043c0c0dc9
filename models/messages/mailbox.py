"""What waits for a person's web page: the part that Telegram's own servers play for Telegram.

A message stays here, sealed, until the page says it has it, and is then deleted: the page holds the only copy. The id is
made of the outbound row's, so sending a message again changes nothing; it is not that id, which stood in the outbox. Whose
page a row waits for is sealed with it (models.store.tail): one name for all of a page's messages would tie them
together. Rows carry no time finer than a day; they are shown in the order in which they came.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from sqlalchemy import LargeBinary, String, delete
from sqlmodel import Field, col, select

from models.messages.message import Media, Option, Outgoing
from models.store.database import Base, Session, insert_ignore
from models.store.sealing import keyed_hash, seal, unseal
from models.store.tail import KEPT_IN_ORDER, Number, Tail, batches, tail_of, written

KEPT = timedelta(days=30)
AT_ONCE = 200
"""Most messages handed to one page before it has said that it has some."""


class Mailbox(Base, table=True):
    """One message for one page. `recipient` and `position`: only in rows from before migration 0010."""

    __tablename__ = "mailbox"
    __table_args__ = KEPT_IN_ORDER

    number: int = Number()
    id: str = Field(sa_type=String(64), unique=True)
    recipient: str = Field(default="", sa_type=String(128))
    body: bytes = Field(sa_type=LargeBinary)
    kept_until: date = Field(index=True)


def put(session: Session, outgoing: Outgoing, now: datetime) -> bool:
    """Keeps a message for a page; False when it was waiting already."""
    row_id = _row_id(session, outgoing.id)
    body = {key: value for key, value in asdict(outgoing).items() if key not in ("recipient", "also")}
    body["for"] = _recipient(session, outgoing.recipient)
    row = {
        "id": row_id,
        "recipient": "",
        "body": seal(session, "mailbox.body", row_id, json.dumps(body, ensure_ascii=False)),
        "kept_until": (now + KEPT).date(),
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


def _recipient(session: Session, token: str) -> str:
    return keyed_hash(session, "mailbox", token)


def _row_id(session: Session, outbound_id: str) -> str:
    return keyed_hash(session, "mailbox.id", outbound_id)


def _open(session: Session, row: Mailbox, token: str) -> Outgoing:
    body = json.loads(unseal(session, "mailbox.body", row.id, row.body))
    body.pop("for", None)
    options = tuple(Option(**option) for option in body.pop("options"))
    media = body.pop("media", None)
    return Outgoing(recipient=token, options=options, media=Media(**media) if media else None, **body)
