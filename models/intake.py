"""Sealed events that wait to be posted: the gap between a person's chat and the case they speak in.

Three transactions, so that nothing a database remembers by itself joins them: the chat's own writes the sealed row (with its
due time inside: outside it would date the case); a tick posts what is due, shuffled, in one that touches no row of a
person, account, conversation, inbound or intake; a third deletes what was posted, about once an hour and all at once,
because a row deleted right after its case was written would stand beside it in the order of transactions. Ids are made
inside the blob, so posting twice is posting once.

The same way lead what a reporter is to hear (`tell`: from the case to a chat) and what a person changes about their own
account (from a chat to the account).
"""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import delete, select
from sqlmodel import Field, col

from models.columns import Id
from models.database import Base, Session, insert_ignore
from models.ids import new_id
from models.sealing import keyed_hash, seal, unseal

Kind = Literal["report", "addition", "settled", "unsettled", "tell", "language", "back"]


TOLD_KEPT = timedelta(days=7)
"""Far longer than a posted row stays in the intake."""
SOON = (5, 60)
"""Seconds after which a change of one's own account is made: not next to the turn that asked for it."""


class Intake(Base, table=True):
    """One sealed event. There is nothing to see in it."""

    __tablename__ = "intake"

    id: str = Id()
    body: bytes


class Told(Base, table=True):
    """A `tell` that was queued, by the keyed hash of its entry: telling it again after a restart is telling it once."""

    __tablename__ = "told"

    id: str = Field(primary_key=True, max_length=32)
    told_on: date = Field(index=True)


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody did, as it travels sealed. Ids for the rows it will make are chosen here.

    `case_id` is new for a report and known for the rest. `account_id` is the way back. `unit_id` is where the reporter
    belongs and `holder_id` the unit it is addressed to. `covered`: with time cover, both ways. `name` is empty unless the
    reporter gave it. Times are ISO 8601.
    """

    kind: Kind
    due: str
    case_id: str
    entry_id: str
    account_id: str
    text: str
    code: str = ""
    unit_id: str = ""
    holder_id: str = ""
    category: str = ""
    name: str = ""
    urgent: bool = False
    covered: bool = True
    reply_due: str = ""


def cover(now: datetime, minutes: tuple[int, int]) -> datetime:
    """A random moment within the minutes given, for messages under time cover."""
    low, high = (60 * minute for minute in minutes)
    return now + timedelta(seconds=low + secrets.randbelow(high - low + 1))


def change_account(session: Session, kind: Kind, account_id: str, now: datetime, text: str = "") -> None:
    """Has an account changed in a transaction of its own, a moment later: the turn that asks writes rows that name the chat
    only by its key of the day, and an account written beside them would say whose key that is."""
    low, high = SOON
    at = now + timedelta(seconds=low + secrets.randbelow(high - low + 1))
    add(session, Event(kind, at.isoformat(), case_id="", entry_id="", account_id=account_id, text=text))


def add(session: Session, event: Event) -> None:
    row_id = new_id()
    body = json.dumps(asdict(event), ensure_ascii=False)
    session.add(Intake(id=row_id, body=seal(session, "intake.body", row_id, body)))


def _opened(session: Session, ids: Collection[str] | None = None) -> list[tuple[str, Event]]:
    statement = select(col(Intake.id), col(Intake.body))
    if ids is not None:
        statement = statement.where(col(Intake.id).in_(ids))
    rows = session.execute(statement)
    return [(row_id, Event(**json.loads(unseal(session, "intake.body", row_id, body)))) for row_id, body in rows]


def waiting(session: Session, now: datetime) -> list[Event]:
    """What is not due yet, opened; what is due is posted within a second, though its row stays a while longer."""
    return [event for _, event in _opened(session) if datetime.fromisoformat(event.due) > now]


def due(session: Session, now: datetime, known: dict[str, datetime]) -> list[tuple[str, Event]]:
    """What should be posted now, in random order, reports before what was added to them. `known` is the caller's memory of
    when each row is due, so that a row that waits is opened once and not at every tick."""
    ids = set(session.execute(select(col(Intake.id))).scalars())
    for gone in known.keys() - ids:
        del known[gone]
    if fresh := ids - known.keys():
        known.update((row_id, datetime.fromisoformat(event.due)) for row_id, event in _opened(session, fresh))
    found = _opened(session, [row_id for row_id, at in known.items() if at <= now])
    random.SystemRandom().shuffle(found)
    return sorted(found, key=lambda pair: pair[1].kind != "report")


def tell_first(session: Session, entry_id: str, today: date) -> bool:
    """Whether this entry is told for the first time; noted in the transaction that queues the message."""
    row = {"id": keyed_hash(session, "told", entry_id), "told_on": today}
    return insert_ignore(session, Told, [row]) == 1


def forget_told(session: Session, today: date) -> None:
    session.execute(delete(Told).where(col(Told.told_on) < today - TOLD_KEPT))


def forget(session: Session, row_ids: Iterable[str]) -> None:
    session.execute(delete(Intake).where(col(Intake.id).in_(list(row_ids))))
