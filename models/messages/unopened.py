"""What the union has told somebody who has not looked yet: behind “the union has news” until it is tapped, then gone.

A lock screen is read by whoever sits beside it, so what arrives unasked says nothing. What it would have said waits here,
sealed; a row says nothing of its reader (models.store.tail) and carries no time finer than a day. Of a case that an officer
should see only the heading waits: the card is composed, and the right to see it asked, when it is opened. What was opened is
gone from the screen at once, and from here in the night, with all the rest that was opened that day.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import Field, col

from models.anonymity import intake
from models.messages.message import Option
from models.people.accounts import Account
from models.store.database import Base, Session, insert_ignore
from models.store.sealing import keyed_hash, seal, unseal
from models.store.tail import KEPT_IN_ORDER, Number, Tail, batches, tail_of, written

KEPT = timedelta(days=30)
OPENING = ("news", "office_news", "see_notice", "see_invitation")
"""The conversations that open what arrived as “the union has news”: what waits here, and what was sent to many, whose words
are kept once for all (models.broadcasts)."""


class News(Base, table=True):
    """One message that waits to be opened. `id` is in the token of the button that opens it. `recipient`: only in rows from
    before migration 0012, a keyed hash of the reader; none is written since: one name tied a reader's rows together."""

    __tablename__ = "news"
    __table_args__ = KEPT_IN_ORDER

    number: int = Number()
    id: str = Field(unique=True, max_length=13)
    recipient: str = Field(default="", max_length=32)
    body: bytes
    kept_until: date = Field(index=True)


@dataclass(frozen=True, slots=True)
class Item:
    """What is shown when it is opened: `text` and what may be tapped under it; with `case_id`, the officers' card under
    `text` as its heading. `in_office`: for the officer, not for the worker in them. `at` is ISO 8601; `position` orders
    those of one moment. `of_case`: as in models.messages.outbox."""

    id: str
    text: str
    at: str = ""
    position: int = 0
    options: tuple[Option, ...] = ()
    case_id: str = ""
    in_office: bool = False
    of_case: str = ""


def keep(session: Session, account_id: str, item: Item, now: datetime) -> None:
    """Keeps one message for its reader, as of now; the same `id` twice is one message."""
    kept = asdict(replace(item, at=now.isoformat(), position=time.time_ns()))
    body = json.dumps({**kept, "account": account_id}, ensure_ascii=False)
    row = {
        "id": item.id,
        "recipient": "",
        "body": seal(session, "news.body", item.id, body),
        "kept_until": (now + KEPT).date(),
    }
    insert_ignore(session, News, [row])
    written(session)


def _tail(session: Session) -> Tail[str]:
    """Whose each row is: an account's id, or what stood in `recipient`."""

    def read(within: Session, row_id: str, body: bytes) -> str:
        kept = json.loads(unseal(within, "news.body", row_id, body))
        old = select(col(News.recipient)).where(col(News.id) == row_id)
        return str(kept.get("account") or within.execute(old).scalar_one())

    return tail_of(session, "news", lambda: Tail(News, "body", read, lambda whose: (whose,)))


def waiting(session: Session, account_id: str) -> list[Item]:
    """What this account has not opened, oldest first."""
    tail = _tail(session)
    known = [*tail.of(session, account_id), *tail.of(session, _recipient(session, account_id))]
    seen = {event.text for event in intake.of_account(session, account_id) if event.kind == "opened"}
    found = []
    for some in batches(row_id for row_id in known if row_id not in seen):
        for row in session.execute(select(News).where(col(News.id).in_(some))).scalars():
            item = json.loads(unseal(session, "news.body", row.id, row.body))
            item.pop("account", None)
            options = tuple(Option(**option) for option in item.pop("options"))
            found.append(Item(options=options, **item))
    return sorted(found, key=lambda item: item.position)


def is_preview(options: Sequence[Option]) -> bool:
    """Whether these are the options of a message that says only that there is news: the first of them opens it."""
    return bool(options) and options[0].token.partition(":")[0] in OPENING


def opened(session: Session, account_id: str, item: Item, now: datetime, at: datetime) -> None:
    """It has been shown: it waits no more, and goes with the others `at` that moment."""
    intake.ask(session, "opened", account_id, now, at, item.id)


def forget(session: Session, row_id: str) -> None:
    session.execute(delete(News).where(col(News.id) == row_id))
    _tail(session).forget([row_id])


def forget_unclaimed(session: Session) -> None:
    """Forgets what waits for accounts that are gone. In a transaction of its own, and not when they go."""
    tail = _tail(session)
    rows = tail.every(session)
    here = set(session.execute(select(col(Account.id))).scalars())
    here |= {_recipient(session, one) for one in here}
    gone = [row_id for row_id, whose in rows.items() if whose not in here]
    for some in batches(gone):
        session.execute(delete(News).where(col(News.id).in_(some)))
    tail.forget(gone)


def forget_expired(session: Session, today: date) -> None:
    session.execute(delete(News).where(col(News.kept_until) < today))


def _recipient(session: Session, account_id: str) -> str:
    return keyed_hash(session, "news", account_id)
