"""What the union has told somebody who has not looked yet: behind “the union has news” until it is tapped, then gone.

A lock screen is read by whoever sits beside it, so what arrives unasked says nothing. What it would have said waits here,
sealed, under a hash of its reader that nobody without the keys can tell; a row carries no time finer than a day. Of a case
that an officer should see only the heading waits: the card is composed, and the right to see it asked, when it is opened.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import Field, col

from models.messages.message import Option
from models.people.accounts import Account
from models.store.database import Base, Session, insert_ignore
from models.store.sealing import keyed_hash, seal, unseal

KEPT = timedelta(days=30)
OPENING = ("news", "office_news")
"""The conversations that open what waits here."""


class News(Base, table=True):
    """One message that waits to be opened. `id` is in the token of the button that opens it."""

    __tablename__ = "news"

    id: str = Field(primary_key=True, max_length=13)
    recipient: str = Field(max_length=32, index=True)
    body: bytes
    kept_until: date = Field(index=True)


@dataclass(frozen=True, slots=True)
class Item:
    """What is shown when it is opened: `text` and what may be tapped under it; with `case_id`, the officers' card under
    `text` as its heading. `in_office`: for the officer, not for the worker in them. `at` is ISO 8601; `position` orders
    those of one moment."""

    id: str
    text: str
    at: str
    position: int = 0
    options: tuple[Option, ...] = ()
    case_id: str = ""
    in_office: bool = False


def keep(
    session: Session,
    account_id: str,
    row_id: str,
    text: str,
    now: datetime,
    *,
    options: Sequence[Option] = (),
    case_id: str = "",
    in_office: bool = False,
) -> None:
    """Keeps one message for its reader; the same `row_id` twice is one message."""
    item = asdict(Item(row_id, text, now.isoformat(), time.time_ns(), tuple(options), case_id, in_office))
    row = {
        "id": row_id,
        "recipient": _recipient(session, account_id),
        "body": seal(session, "news.body", row_id, json.dumps(item, ensure_ascii=False)),
        "kept_until": (now + KEPT).date(),
    }
    insert_ignore(session, News, [row])


def waiting(session: Session, account_id: str) -> list[Item]:
    """What this account has not opened, oldest first."""
    rows = session.execute(select(News).where(col(News.recipient) == _recipient(session, account_id))).scalars()
    found = []
    for row in rows:
        item = json.loads(unseal(session, "news.body", row.id, row.body))
        options = tuple(Option(**option) for option in item.pop("options"))
        found.append(Item(options=options, **item))
    return sorted(found, key=lambda item: item.position)


def is_preview(options: Sequence[Option]) -> bool:
    """Whether these are the options of a message that says only that there is news: the first of them opens it."""
    return bool(options) and options[0].token.partition(":")[0] in OPENING


def opened(session: Session, item: Item) -> None:
    session.execute(delete(News).where(col(News.id) == item.id))


def forget_unclaimed(session: Session) -> None:
    """Forgets what waits for accounts that are gone. In a transaction of its own, and not when they go: the name of a reader
    here and the key of a chat share transactions already, so an account that shared one, too, would be tied to that chat."""
    waiting_for = set(session.execute(select(col(News.recipient)).distinct()).scalars())
    if waiting_for:
        waiting_for -= {_recipient(session, one) for one in session.execute(select(col(Account.id))).scalars()}
        session.execute(delete(News).where(col(News.recipient).in_(list(waiting_for))))


def forget_expired(session: Session, today: date) -> None:
    session.execute(delete(News).where(col(News.kept_until) < today))


def _recipient(session: Session, account_id: str) -> str:
    return keyed_hash(session, "news", account_id)
