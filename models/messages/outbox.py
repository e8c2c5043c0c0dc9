"""The outbox: every message is a row first, written in the transaction that caused it, and gone once it was sent.

A row does not name its chat: whom it goes to and what it says is sealed inside, and whoever sends opens it
(models.anonymity.intake says why nothing may tie two messages to one chat). States:
queued (due at `not_before`) → sending (leased to one sender, whose fence number it carries) → deleted when sent, or when the
person has stopped the line; rejected and uncertain rows stay 7 days, emptied, for the operator's count. Sending is
models.messages.sending.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, delete, func, select
from sqlalchemy import text as sql
from sqlmodel import Field, Index, col

from models.messages.message import SHOWS_IT, ForPage, Media, Option
from models.people.accounts import Sender
from models.store.columns import Id
from models.store.database import Base, Session, insert_ignore
from models.store.ids import new_id
from models.store.sealing import seal

REPLY, NOTICE, BULK = 0, 1, 2
LANES = {REPLY: "reply", NOTICE: "notice", BULK: "bulk"}
_order = itertools.count()
"""Orders the messages of one second; the exact moment of a message is nobody's business."""
KEEP_FAILED = timedelta(days=7)


_FAILED = "state IN ('rejected', 'uncertain')"
"""Spelt out also in the question: an index with a condition is used where both say the same."""


class Outbound(Base, table=True):
    """One message to one chat. `position` orders the messages of a chat; `asks` is held while the chat is busy;
    `parts_done` counts the parts (of a long text, attachments) that have gone out, so that a retry does not repeat them."""

    __tablename__ = "outbound"
    # A claim walks a lane in the order of its messages and stops at a batch: `state` stands last, because a claim that must
    # look in two states would sort all that waits, and while a notice to a whole province goes out that is 150,000 rows.
    # What failed is found without reading what waits.
    __table_args__ = (
        Index("ix_outbound_due", "line", "lane", "position", "state"),
        Index("ix_outbound_failed", "not_before", sqlite_where=sql(_FAILED), postgresql_where=sql(_FAILED)),
    )

    id: str = Id()
    line: str = Field(max_length=64)
    lane: int
    position: int = Field(sa_type=BigInteger)
    asks: bool = False
    state: str = Field(default="queued", max_length=12)
    not_before: datetime
    attempts: int = 0
    parts_done: int = 0
    fence: int = 0
    leased_until: datetime | None = None
    reason: str = Field(default="", max_length=80)
    body: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What one message says, and what hangs on it; sealed in its row but for `asks`, by which a sender finds what must wait
    while its reader is in the middle of a conversation.

    `in_office`: which side of its reader it is for. `account_id`: goes out only while that account is there, so that whoever
    left hears no more. `also`: attachments after the words, in the same delivery: what went out of it is not sent again.
    `edits`: what this replaces on the reader's line (models.messages.message.Outgoing). `watched`: the broadcast whose
    progress this shows. `of_case`: the case whose officers are told where this answer of theirs is refused for good.
    `page`: as in models.messages.message.Outgoing. `is_last`: nobody is told where this is: it is what tells. `standing`:
    says only that there is news, and takes the place of the last that said so, where that was not opened
    (models.messages.chats.Chat). `reference`: the line's, of its words, once they have gone out."""

    text: str
    options: Sequence[Option] = ()
    asks: bool = False
    commands: str = ""
    language: str = "vi"
    in_office: bool = False
    account_id: str = ""
    media: Media | None = None
    also: Sequence[Media] = ()
    edits: str = ""
    watched: str = ""
    of_case: str = ""
    page: ForPage = SHOWS_IT
    is_last: bool = False
    reference: str = ""
    standing: bool = False

    def dump(self, recipient: str) -> str:
        """As it is sealed. Rows of the last version wait in the database when the next one starts: a key that is there
        already keeps its name, and a new one may be missing."""
        kept = {
            "to": recipient,
            "text": self.text,
            "options": [[one.token, one.label, *filter(None, [one.kind])] for one in self.options],
            "commands": self.commands,
            "language": self.language,
            "in_office": self.in_office,
            "account": self.account_id,
            "media": asdict(self.media) if self.media else None,
            "also": [asdict(one) for one in self.also],
            "page": asdict(self.page) if self.page != SHOWS_IT else None,
            **{key: getattr(self, key) for key in _SELDOM},
        }
        return json.dumps({key: value for key, value in kept.items() if value or key in _ALWAYS}, ensure_ascii=False)

    @classmethod
    def load(cls, dumped: str) -> tuple[str, Letter]:
        """Whom it is for, and the letter."""
        kept = json.loads(dumped)
        recipient, media, page = kept.pop("to"), kept.pop("media", None), kept.pop("page", None)
        return recipient, cls(
            options=tuple(Option(*pair) for pair in kept.pop("options")),
            account_id=kept.pop("account", ""),
            media=Media(**media) if media else None,
            also=tuple(Media(**one) for one in kept.pop("also", ())),
            page=ForPage(**page) if page else SHOWS_IT,
            **kept,
        )


_SELDOM = ("edits", "watched", "of_case", "is_last", "reference", "standing")
_ALWAYS = {"to", "text", "options", "commands", "language", "in_office", "account"}


def queue(session: Session, to: Sender, letter: Letter, now: datetime, *, lane: int = REPLY) -> str:
    """Queues one message; returns its row's id."""
    row_id = new_id()
    row = {
        "id": row_id,
        "line": to.line,
        "lane": lane,
        "position": int(now.timestamp()) * 1_000_000 + next(_order) % 1_000_000,
        "asks": letter.asks,
        "state": "queued",
        "not_before": now,
        "attempts": 0,
        "parts_done": 0,
        "fence": 0,
        "leased_until": None,
        "reason": "",
        "body": seal(session, "outbound.body", row_id, letter.dump(to.external)),
    }
    insert_ignore(session, Outbound, [row])
    return row_id


def counts(session: Session) -> dict[tuple[int, str], int]:
    """How many rows there are by lane and state."""
    rows = session.execute(
        select(col(Outbound.lane), col(Outbound.state), func.count()).group_by(col(Outbound.lane), col(Outbound.state))
    )
    return {(lane, state): count for lane, state, count in rows}


def waiting(session: Session) -> dict[str, int]:
    """By line: how many messages wait or are under way."""
    rows = session.execute(
        select(col(Outbound.line), func.count())
        .where(col(Outbound.state).in_(("queued", "sending")))
        .group_by(col(Outbound.line))
    )
    return {str(line): int(count) for line, count in rows}


def oldest_due(session: Session, now: datetime) -> datetime | None:
    """Since when the longest-waiting due message has been due."""
    return session.execute(
        select(func.min(col(Outbound.not_before))).where(
            col(Outbound.state).in_(("queued", "sending")), col(Outbound.not_before) <= now
        )
    ).scalar_one_or_none()


def forget_failed(session: Session, now: datetime) -> None:
    session.execute(
        delete(Outbound).where(
            sql(_FAILED),
            col(Outbound.not_before) < now - KEEP_FAILED,
        )
    )
