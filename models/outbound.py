"""The outbox: every message is a row first, written in the transaction that caused it, and gone once it was sent.

A row names its chat only by the chat's key of the day; whom it goes to and what it says is sealed inside. States:
queued (due at `not_before`) → sending (leased to one sender, whose fence number it carries) → deleted when sent, or
rejected, blocked, uncertain (kept empty for the operator's count, 7 days).
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import BigInteger, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Field, Index, col

from models.account import Sender, chat_keys
from models.columns import Id
from models.conversation import Conversation
from models.database import Base, Session, insert_ignore
from models.ids import new_id
from models.message import Option, Outgoing
from models.sealing import seal, unseal

REPLY, NOTICE, BULK = 0, 1, 2
LANES = {REPLY: "reply", NOTICE: "notice", BULK: "bulk"}
LEASE = timedelta(seconds=60)
KEEP_FAILED = timedelta(days=7)
State = Literal["queued", "sending", "rejected", "blocked", "uncertain"]


class Outbound(Base, table=True):
    """One message to one chat. `position` orders the messages of a chat; `asks` is held while the chat is busy;
    `parts_done` counts the parts of a long text that have gone out, so that a retry does not repeat them."""

    __tablename__ = "outbound"
    __table_args__ = (
        Index("ix_outbound_due", "line", "state", "lane", "position"),
        Index("ix_outbound_chat", "chat", "state"),
    )

    id: str = Id()
    line: str = Field(max_length=64)
    chat: str = Field(max_length=32)
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
class Claimed:
    """A row leased to this sender, opened."""

    message: Outgoing
    chat: str
    lane: int
    attempts: int
    parts_done: int
    fence: int
    leased_until: datetime


def queue(
    session: Session,
    to: Sender,
    chat: str,
    text: str,
    now: datetime,
    *,
    options: Sequence[Option] = (),
    lane: int = REPLY,
    asks: bool = False,
    commands: str = "",
    language: str = "vi",
    row_id: str = "",
) -> str:
    """Queues one message; returns its row's id. The same `row_id` twice is one message."""
    row_id = row_id or new_id()
    body = {
        "to": to.external,
        "text": text,
        "options": [[option.token, option.label] for option in options],
        "commands": commands,
        "language": language,
    }
    row = {
        "id": row_id,
        "line": to.line,
        "chat": chat,
        "lane": lane,
        "position": time.time_ns(),
        "asks": asks,
        "state": "queued",
        "not_before": now,
        "attempts": 0,
        "parts_done": 0,
        "fence": 0,
        "leased_until": None,
        "reason": "",
        "body": seal(session, "outbound.body", row_id, json.dumps(body, ensure_ascii=False)),
    }
    insert_ignore(session, Outbound, [row])
    return row_id


def chat_of(session: Session, to: Sender, account_id: str | None, now: datetime) -> str:
    return chat_keys(session, to, account_id, now.date())[0]


def claim(session: Session, line: str, lane: int, fence: int, now: datetime, limit: int = 100) -> list[Claimed]:
    """Leases up to `limit` due rows of a lane, oldest first, and opens them.

    Not among them: a chat's later message while an earlier one of the lane waits or is under way (order is kept), and a
    question to somebody in the middle of a conversation. Rows whose lease ran out are taken again.
    """
    earlier = aliased(Outbound)
    statement = (
        select(Outbound)
        .where(
            col(Outbound.line) == line,
            col(Outbound.lane) == lane,
            or_(
                and_(col(Outbound.state) == "queued", col(Outbound.not_before) <= now),
                and_(col(Outbound.state) == "sending", col(Outbound.leased_until) <= now),
            ),
            ~exists().where(
                col(earlier.chat) == col(Outbound.chat),
                col(earlier.lane) == lane,
                col(earlier.position) < col(Outbound.position),
                or_(
                    and_(col(earlier.state) == "queued", col(earlier.not_before) > now),
                    and_(col(earlier.state) == "sending", col(earlier.leased_until) > now),
                ),
            ),
            or_(
                col(Outbound.asks).is_(False),
                ~exists().where(col(Conversation.id) == col(Outbound.chat), col(Conversation.busy).is_(True)),
            ),
        )
        .order_by(col(Outbound.position))
        .limit(limit)
    )
    if session.get_bind().dialect.name == "postgresql":
        statement = statement.with_for_update(skip_locked=True, of=Outbound)
    rows = session.execute(statement).scalars().all()
    if not rows:
        return []
    session.execute(
        update(Outbound)
        .where(col(Outbound.id).in_([row.id for row in rows]))
        .values(state="sending", fence=fence, leased_until=now + LEASE, attempts=col(Outbound.attempts) + 1)
        .execution_options(synchronize_session=False)
    )
    return [_opened(session, row, fence, now + LEASE) for row in rows]


def _opened(session: Session, row: Outbound, fence: int, until: datetime) -> Claimed:
    body = json.loads(unseal(session, "outbound.body", row.id, row.body))
    message = Outgoing(
        id=row.id,
        recipient=body["to"],
        text=body["text"],
        options=tuple(Option(*pair) for pair in body["options"]),
        commands=body["commands"],
        language=body["language"],
    )
    return Claimed(message, row.chat, row.lane, row.attempts + 1, row.parts_done, fence, until)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed row. `state`: sent, queued (again, at `not_before`), rejected, blocked or uncertain."""

    id: str
    fence: int
    attempts: int
    state: Literal["sent", "queued", "rejected", "blocked", "uncertain"]
    not_before: datetime | None = None
    parts_done: int = 0
    reason: str = ""


def record(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Writes results, each only where the row still carries the fence it was claimed under."""
    table = Outbound.__table__  # type: ignore[attr-defined]
    # The attempt is part of the fence: the same sender may have claimed the row again after oversleeping its lease.
    mine = and_(
        table.c.id == bindparam("row_id"),
        table.c.fence == bindparam("held"),
        table.c.attempts == bindparam("attempt"),
        table.c.state == "sending",
    )
    sent = [{"row_id": o.id, "held": o.fence, "attempt": o.attempts} for o in outcomes if o.state == "sent"]
    if sent:
        session.connection().execute(delete(table).where(mine), sent)
    for outcome in outcomes:
        if outcome.state == "sent":
            continue
        values: dict[str, object] = {
            "state": outcome.state,
            "leased_until": None,
            "reason": outcome.reason[:80],
            "parts_done": outcome.parts_done,
        }
        if outcome.not_before is not None:
            values["not_before"] = outcome.not_before
        if outcome.state != "queued":
            values["body"] = b""  # failed for good: the words are no longer needed
        session.connection().execute(
            update(table).where(mine).values(**values),
            {"row_id": outcome.id, "held": outcome.fence, "attempt": outcome.attempts},
        )


def progressed(session: Session, row_id: str, fence: int, parts_done: int) -> None:
    """Notes that a part of a long message has gone out."""
    session.execute(
        update(Outbound).where(col(Outbound.id) == row_id, col(Outbound.fence) == fence).values(parts_done=parts_done)
    )


def counts(session: Session) -> dict[tuple[int, str], int]:
    """How many rows there are by lane and state."""
    rows = session.execute(
        select(col(Outbound.lane), col(Outbound.state), func.count()).group_by(col(Outbound.lane), col(Outbound.state))
    )
    return {(lane, state): count for lane, state, count in rows}


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
            col(Outbound.state).in_(("rejected", "blocked", "uncertain")),
            col(Outbound.not_before) < now - KEEP_FAILED,
        )
    )
