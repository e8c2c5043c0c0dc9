"""The outbox: every message is a row first, written in the transaction that caused it, and gone once it was sent.

A row names its chat only by the chat's key of the day; whom it goes to and what it says is sealed inside. States:
queued (due at `not_before`) → sending (leased to one sender, whose fence number it carries) → deleted when sent, or
rejected, blocked, uncertain (kept empty for the operator's count, 7 days).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from sqlalchemy import BigInteger, BindParameter, Select, and_, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Field, Index, col

from models.account import Sender, chat_keys
from models.columns import Id
from models.conversation import Conversation, is_busy
from models.database import Base, Session, insert_ignore
from models.ids import new_id
from models.message import Option, Outgoing
from models.sealing import Unsealable, seal, unseal

REPLY, NOTICE, BULK = 0, 1, 2
LANES = {REPLY: "reply", NOTICE: "notice", BULK: "bulk"}
LEASE = timedelta(seconds=60)
HELD_BACK = timedelta(seconds=15)
_order = itertools.count()
"""Orders the messages of one second; the exact moment of a message is nobody's business."""
KEEP_FAILED = timedelta(days=7)
State = Literal["queued", "sending", "rejected", "blocked", "uncertain"]
Ended = Literal["sent", "rejected", "blocked", "uncertain"]
DOUBTFUL = "uncertain"
"""The `reason` of a queued row that may have been delivered by an earlier try."""


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
    """A row leased to this sender, opened. `doubtful`: an earlier try may have delivered it."""

    message: Outgoing
    chat: str
    lane: int
    attempts: int
    parts_done: int
    fence: int
    leased_until: datetime
    doubtful: bool = False


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
    other_side: str = "",
) -> str:
    """Queues one message; returns its row's id. `other_side` is the chat's second key (models.account.chat_keys), sealed
    with the rest: a question waits also while the person is busy there."""
    row_id = new_id()
    body = {
        "to": to.external,
        "text": text,
        "options": [[option.token, option.label] for option in options],
        "commands": commands,
        "language": language,
        "other_side": other_side,
    }
    row = {
        "id": row_id,
        "line": to.line,
        "chat": chat,
        "lane": lane,
        "position": int(now.timestamp()) * 1_000_000 + next(_order) % 1_000_000,
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


def chat_of(session: Session, to: Sender, account_id: str | None, now: datetime, *, in_office: bool = False) -> str:
    """Today's name of the chat a message goes to."""
    return chat_keys(session, to, account_id, now.date(), in_office=in_office)[0]


@lru_cache(maxsize=2)
def _due(*, locking: bool) -> Select[str, str, bool, int, int, bool, bytes]:
    """The question `claim` asks, built once: a claim follows every reply, and building it costs more than asking."""
    earlier = aliased(Outbound)
    now: BindParameter[datetime] = bindparam("now")
    lane: BindParameter[int] = bindparam("of_lane")
    statement = (
        select(
            col(Outbound.id),
            col(Outbound.chat),
            col(Outbound.asks),
            col(Outbound.attempts),
            col(Outbound.parts_done),
            # A lease that ran out: nobody knows how far its sender came.
            or_(col(Outbound.state) == "sending", col(Outbound.reason) == DOUBTFUL).label("doubtful"),
            col(Outbound.body),
        )
        .where(
            col(Outbound.line) == bindparam("on"),
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
        .limit(bindparam("most"))
    )
    return statement.with_for_update(skip_locked=True, of=Outbound) if locking else statement


_LEASE = (
    update(Outbound)
    .where(col(Outbound.id).in_(bindparam("ids", expanding=True)))
    .values(
        state="sending",
        fence=bindparam("held"),
        leased_until=bindparam("until"),
        attempts=col(Outbound.attempts) + 1,
    )
)


def claim(session: Session, line: str, lane: int, fence: int, now: datetime, limit: int = 100) -> list[Claimed]:
    """Leases up to `limit` due rows of a lane, oldest first, and opens them.

    Not among them: a chat's later message while an earlier one of the lane waits or is under way (order is kept), and a
    question to somebody in the middle of a conversation. Rows whose lease ran out are taken again.
    """
    connection = session.connection()
    statement = _due(locking=connection.dialect.name == "postgresql")
    rows = connection.execute(statement, {"on": line, "of_lane": lane, "now": now, "most": limit}).all()
    if not rows:
        return []
    until = now + LEASE
    connection.execute(_LEASE, {"ids": [row.id for row in rows], "held": fence, "until": until})
    claimed = []
    for row in rows:
        try:
            message, other_side = _opened(session, row.id, row.body)
        except Unsealable:
            continue  # its key is missing: it is tried again when this lease is over, and stops nobody else
        if row.asks and other_side and is_busy(session, other_side):
            _hold_back(session, row.id, now)
            continue
        claimed.append(Claimed(message, row.chat, lane, row.attempts + 1, row.parts_done, fence, until, bool(row.doubtful)))
    return claimed


def _hold_back(session: Session, row_id: str, now: datetime) -> None:
    """Gives a claimed question back, to be looked at again soon."""
    session.execute(
        update(Outbound)
        .where(col(Outbound.id) == row_id)
        .values(state="queued", not_before=now + HELD_BACK, leased_until=None, attempts=col(Outbound.attempts) - 1)
    )


def _opened(session: Session, row_id: str, sealed: bytes) -> tuple[Outgoing, str]:
    """The message, and the chat's other key if there is one."""
    body = json.loads(unseal(session, "outbound.body", row_id, sealed))
    message = Outgoing(
        id=row_id,
        recipient=body["to"],
        text=body["text"],
        options=tuple(Option(*pair) for pair in body["options"]),
        commands=body["commands"],
        language=body["language"],
    )
    return message, body["other_side"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed row. `state`: sent, queued (again, at `not_before`), rejected, blocked or uncertain."""

    id: str
    fence: int
    attempts: int
    state: Ended | Literal["queued"]
    not_before: datetime | None = None
    parts_done: int = 0
    reason: str = ""


_TABLE = Outbound.__table__  # type: ignore[attr-defined]
# The attempt is part of the fence: the same sender may have claimed the row again after oversleeping its lease.
_MINE = and_(
    _TABLE.c.id == bindparam("row_id"),
    _TABLE.c.fence == bindparam("held"),
    _TABLE.c.attempts == bindparam("attempt"),
    _TABLE.c.state == "sending",
)
# A message to somebody who stopped the line leaves nothing either: beside `account.blocked` it would name its chat.
_OVER = delete(_TABLE).where(_MINE)


def record(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Writes results, each only where the row still carries the fence it was claimed under."""
    over = [{"row_id": o.id, "held": o.fence, "attempt": o.attempts} for o in outcomes if o.state in ("sent", "blocked")]
    if over:
        session.connection().execute(_OVER, over)
    for outcome in outcomes:
        if outcome.state in ("sent", "blocked"):
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
            update(_TABLE).where(_MINE).values(**values),
            {"row_id": outcome.id, "held": outcome.fence, "attempt": outcome.attempts},
        )


def progressed(session: Session, row: Claimed, parts_done: int) -> None:
    """Notes that a part of a long message has gone out."""
    session.execute(
        update(Outbound)
        .where(col(Outbound.id) == row.message.id, col(Outbound.fence) == row.fence, col(Outbound.attempts) == row.attempts)
        .values(parts_done=parts_done)
    )


def stop_chat(session: Session, chat: str) -> None:
    """Ends the notices and broadcast parts that wait for somebody who stopped the line. A reply that waits was asked for,
    perhaps a moment ago by somebody who has come back: it is tried."""
    session.execute(
        delete(Outbound).where(col(Outbound.chat) == chat, col(Outbound.state) == "queued", col(Outbound.lane) != REPLY)
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
            col(Outbound.state).in_(("rejected", "uncertain")),
            col(Outbound.not_before) < now - KEEP_FAILED,
        )
    )
