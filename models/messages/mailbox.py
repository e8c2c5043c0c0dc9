"""What waits for a person's web page: the part that Telegram's own servers play for Telegram.

A message stays here, sealed, until the page says it has it, and is then deleted: the page holds the only
copy. The key is made of the outbound row's id, so sending a message again changes nothing; it is not that id, since
`recipient` is the same for all of a page's messages and would lead from one chat's key of the day (on the outbound
row) to those of other days and to the account that joined. Rows carry no time finer than a day: `position` is a count
within one mailbox and not a clock, since an exact time here could be laid beside the exact time on a case.

Whoever finds the page is a guest, and every message of theirs is answered into a mailbox here. So a guest's mailbox holds
GUEST_ROWS, all of them together GUESTS_ROWS (at 4.5 KB each, 9 MB), and each lives for minutes: the pages' process sweeps
what it saw at its last sweep already, so that no row needs a minute written on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, Index, LargeBinary, String, delete, func
from sqlalchemy import text as sql
from sqlmodel import Field, col, select

from models.messages.message import Media, Option, Outgoing
from models.store.database import Base, Session, insert_ignore, lock
from models.store.sealing import keyed_hash, seal, unseal

KEPT = timedelta(days=30)
AT_ONCE = 200
"""Most messages handed to one page before it has said that it has some."""
GUEST_ROWS = 20
"""Most messages that wait for one guest: joining takes eight. The oldest gives way."""
GUESTS_ROWS = 2000
"""Most that wait for all guests together. Any of them gives way: ids are hashes, so the lowest is nobody's in particular."""


class Mailbox(Base, table=True):
    __tablename__ = "mailbox"
    __table_args__ = (
        Index("ix_mailbox_recipient_position", "recipient", "position"),
        Index("ix_mailbox_kept_until", "kept_until"),
        Index("ix_mailbox_guest", "id", sqlite_where=sql("guest IS 1"), postgresql_where=sql("guest IS true")),
    )

    id: str = Field(primary_key=True, sa_type=String(64))
    recipient: str = Field(sa_type=String(128))
    position: int = Field(sa_type=BigInteger)
    body: bytes = Field(sa_type=LargeBinary)
    kept_until: date
    guest: bool = False


def put(session: Session, outgoing: Outgoing, now: datetime, *, guest: bool = False) -> bool:
    """Keeps a message for a page; False when it was waiting already. `guest`: for somebody who has not joined."""
    recipient = _recipient(session, outgoing.recipient)
    lock(session, recipient)  # two at once would otherwise take the same position
    if guest:
        _make_room(session, recipient)
    last = session.exec(select(func.max(col(Mailbox.position))).where(col(Mailbox.recipient) == recipient)).one()
    row_id = _row_id(session, outgoing.id)
    body = {key: value for key, value in asdict(outgoing).items() if key not in ("recipient", "also")}
    row = {
        "id": row_id,
        "recipient": recipient,
        "position": (last or 0) + 1,
        "body": seal(session, "mailbox.body", row_id, json.dumps(body, ensure_ascii=False)),
        "kept_until": (now + KEPT).date(),
        "guest": guest,
    }
    return insert_ignore(session, Mailbox, [row]) > 0


def waiting(session: Session, tokens: Iterable[str]) -> dict[str, list[Outgoing]]:
    """For each session token that has any: the messages its page has not confirmed, oldest first."""
    whose = {_recipient(session, token): token for token in tokens}
    found: dict[str, list[Outgoing]] = {}
    for some in _batches(list(whose)):
        rows = session.exec(
            select(Mailbox)
            .where(col(Mailbox.recipient).in_(some))
            .order_by(col(Mailbox.recipient), col(Mailbox.position), col(Mailbox.id))
        )
        for row in rows:
            messages = found.setdefault(whose[row.recipient], [])
            if len(messages) < AT_ONCE:
                messages.append(_open(session, row, whose[row.recipient]))
    return found


def acknowledge(session: Session, token: str, ids: Sequence[str]) -> int:
    """The page has these. Only its own are deleted, whatever ids it names."""
    recipient = _recipient(session, token)
    row_ids = [_row_id(session, one) for one in ids]
    return sum(
        session.exec(delete(Mailbox).where(col(Mailbox.recipient) == recipient, col(Mailbox.id).in_(some))).rowcount
        for some in _batches(row_ids)
    )


def forget(session: Session, token: str) -> int:
    """The person has ended the session: nobody can read these any more."""
    mine = col(Mailbox.recipient) == _recipient(session, token)
    return session.exec(delete(Mailbox).where(mine)).rowcount


def forget_expired(session: Session, now: datetime) -> int:
    """Pages that never came back. For the daily tick."""
    return session.exec(delete(Mailbox).where(col(Mailbox.kept_until) < now.date())).rowcount


def of_guests(session: Session) -> set[str]:
    """The rows that wait for guests."""
    return set(session.exec(select(col(Mailbox.id)).where(col(Mailbox.guest).is_(True))))


def forget_rows(session: Session, row_ids: Iterable[str]) -> int:
    """Those of these rows that still wait for guests."""
    mine = col(Mailbox.guest).is_(True)
    return sum(
        session.exec(delete(Mailbox).where(mine, col(Mailbox.id).in_(some))).rowcount for some in _batches(list(row_ids))
    )


def _make_room(session: Session, recipient: str) -> None:
    """For one more message to this guest."""
    guests = select(col(Mailbox.id)).where(col(Mailbox.guest).is_(True))
    theirs = guests.where(col(Mailbox.recipient) == recipient).order_by(col(Mailbox.position).desc())
    extra = list(session.exec(theirs.offset(GUEST_ROWS - 1)))
    extra += session.exec(guests.order_by(col(Mailbox.id).desc()).offset(GUESTS_ROWS - 1))
    for some in _batches(extra):
        session.exec(delete(Mailbox).where(col(Mailbox.id).in_(some)))


def _recipient(session: Session, token: str) -> str:
    return keyed_hash(session, "mailbox", token)


def _row_id(session: Session, outbound_id: str) -> str:
    return keyed_hash(session, "mailbox.id", outbound_id)


def _open(session: Session, row: Mailbox, token: str) -> Outgoing:
    body = json.loads(unseal(session, "mailbox.body", row.id, row.body))
    options = tuple(Option(**option) for option in body.pop("options"))
    media = body.pop("media", None)
    return Outgoing(recipient=token, options=options, media=Media(**media) if media else None, **body)


def _batches(values: Sequence[str], size: int = 500) -> Iterable[Sequence[str]]:
    """SQLite and PostgreSQL both limit the parameters of one statement."""
    return (values[start : start + size] for start in range(0, len(values), size))
