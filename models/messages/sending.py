"""Sending what is in the outbox: which rows a sender may have, under a lease, and what became of them.

A row is leased to one sender for 60 seconds; results count only under the fence and attempt they were claimed with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Exists,
    Select,
    and_,
    bindparam,
    case,
    delete,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.messages.chats import Conversation, is_busy
from models.messages.message import Media, Option, Outgoing
from models.messages.outbox import Outbound
from models.people.accounts import Account
from models.store.database import Session
from models.store.sealing import Unsealable, seal, unseal

LEASE = timedelta(seconds=60)
HELD_BACK = timedelta(seconds=15)
"""After so long a question is looked at again whose person was busy on their other side."""
Ended = Literal["sent", "rejected", "blocked", "uncertain", "window_closed"]
DOUBTFUL = "uncertain"
"""The `reason` of a queued row that may have been delivered by an earlier try."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row leased to this sender, opened. `doubtful`: an earlier try may have delivered the next part. `in_office`: it is
    for the officer in its reader (models.messages.chats.Chat). `reference`: as in `Outcome`."""

    message: Outgoing
    chat: str
    lane: int
    attempts: int
    parts_done: int
    fence: int
    leased_until: datetime
    doubtful: bool = False
    in_office: bool = False
    reference: str = ""
    watched: tuple[str, str] = ("", "")
    """The broadcast whose progress this shows, and to which account (models.broadcasts.progress)."""


def _any(*conditions: ColumnElement[bool]) -> Exists:
    """Whether there is such a row, asked for each message claimed and by its index. OFFSET 0 says so to PostgreSQL, which
    would otherwise make a join of it and read the whole outbox for a hundred messages."""
    return select(literal(1)).where(*conditions).offset(0).exists()


def _from(row: type[Outbound]) -> ColumnElement[datetime]:
    """From when on this row may be claimed; nothing for one that failed. As one expression: “queued and due, or leased and
    over” lets PostgreSQL gather all that waits and sort it, as long as it has no statistics."""
    return case((col(row.state) == "queued", col(row.not_before)), (col(row.state) == "sending", col(row.leased_until)))


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
            _from(Outbound) <= now,
            ~_any(
                col(earlier.chat) == col(Outbound.chat),
                col(earlier.lane) == lane,
                col(earlier.position) < col(Outbound.position),
                _from(earlier) > now,
            ),
            or_(
                col(Outbound.asks).is_(False),
                ~_any(col(Conversation.id) == col(Outbound.chat), col(Conversation.busy).is_(True)),
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
            message, body = _opened(session, row.id, row.body)
        except Unsealable:
            continue  # its key is missing: it is tried again when this lease is over, and stops nobody else
        account_id, other_side = body.get("account", ""), body["other_side"]
        if account_id and session.get(Account, account_id) is None:
            session.execute(delete(Outbound).where(col(Outbound.id) == row.id))  # they have left
            continue
        if row.asks and other_side and is_busy(session, other_side):
            _hold_back(session, row.id, now)
            continue
        progress = (row.attempts + 1, row.parts_done, fence, until, bool(row.doubtful))
        side, reference, watched = body.get("in_office", False), body.get("reference", ""), body.get("watched", "")
        claimed.append(Claimed(message, row.chat, lane, *progress, side, reference, (watched, account_id)))
    return claimed


def inherit(session: Session, line: str, fence: int, now: datetime) -> None:
    """The sender before this one has died: what was leased to it need not wait for its lease to run out."""
    theirs = col(Outbound.line) == line, col(Outbound.state) == "sending", col(Outbound.fence) < fence
    session.execute(update(Outbound).where(*theirs).values(leased_until=now))


def _hold_back(session: Session, row_id: str, now: datetime) -> None:
    """Gives a claimed question back, to be looked at again soon."""
    session.execute(
        update(Outbound)
        .where(col(Outbound.id) == row_id)
        .values(state="queued", not_before=now + HELD_BACK, leased_until=None, attempts=col(Outbound.attempts) - 1)
    )


def _opened(session: Session, row_id: str, sealed: bytes) -> tuple[Outgoing, dict[str, Any]]:
    """The message, and all that was sealed with it: the chat's other key if there is one, which side of the person it is
    for, whose account must still be there for it to go out, the reference of its words where they went out already."""
    body = json.loads(unseal(session, "outbound.body", row_id, sealed))
    message = Outgoing(
        id=row_id,
        recipient=body["to"],
        text=body["text"],
        options=tuple(Option(*pair) for pair in body["options"]),
        commands=body["commands"],
        language=body["language"],
        media=Media(**body["media"]) if "media" in body else None,
        also=tuple(Media(**one) for one in body.get("also", ())),
        edits=body.get("edits", ""),
    )
    return message, body


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed row. `state`: sent, queued (again, at `not_before`), rejected, blocked or uncertain.
    `reference`: the line's, of its words, by which they can be edited; "" while they have not gone out, on lines that name
    none, and for words in several parts. Also of a row whose words went out and whose attachments did not."""

    id: str
    fence: int
    attempts: int
    state: Ended | Literal["queued"]
    not_before: datetime | None = None
    parts_done: int = 0
    reason: str = ""
    reference: str = ""


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


def progressed(session: Session, row: Claimed) -> None:
    """Notes that a part of a message has gone out and, sealed with the rest, what the line calls its words: it says so only
    once, and the try that ends the delivery may be another's."""
    mine = (
        col(Outbound.id) == row.message.id,
        col(Outbound.fence) == row.fence,
        col(Outbound.attempts) == row.attempts,
    )
    values: dict[str, object] = {"parts_done": row.parts_done}
    if row.reference and row.parts_done == 1:
        sealed = session.execute(select(col(Outbound.body)).where(*mine)).scalar_one_or_none()
        if sealed:
            body = {**json.loads(unseal(session, "outbound.body", row.message.id, sealed)), "reference": row.reference}
            values["body"] = seal(session, "outbound.body", row.message.id, json.dumps(body, ensure_ascii=False))
    session.execute(update(Outbound).where(*mine).values(**values))
