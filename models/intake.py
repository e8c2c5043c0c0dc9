"""Sealed events that wait to be posted: the gap between a person's chat and the case they speak in.

Three transactions, so that nothing a database remembers by itself joins them: the chat's own writes the sealed row (with its
due time inside: outside it would date the case); a tick posts what is due, shuffled, in one that touches no row of a
person, account, conversation, inbound or intake; a third deletes what was posted. Ids are made inside the blob, so posting
twice is posting once.
"""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, select
from sqlmodel import col

from models.columns import Id
from models.database import Base, Session
from models.ids import new_id
from models.sealing import seal, unseal

Kind = Literal["report", "addition", "settled", "unsettled", "withdrawn", "named"]


class Intake(Base, table=True):
    """One sealed event. There is nothing to see in it."""

    __tablename__ = "intake"

    id: str = Id()
    body: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """What a reporter did, as it travels sealed. Ids for the rows it will make are chosen here.

    `case_id` is new for a report and known for the rest. `account_id` is the way back. `unit_id` is where the reporter
    belongs and `holder_id` the unit it is addressed to. `covered`: with time cover, both ways. `name` is empty unless the
    reporter gave it, and `name_for` says who may read it ("all", or "committee": the grassroots union's committee). Those in
    `passed_over` (unit ids) never see the case. Times are ISO 8601.
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
    name_for: str = "all"
    passed_over: list[str] = field(default_factory=list)
    urgent: bool = False
    covered: bool = True
    reply_due: str = ""


def cover(now: datetime, minutes: tuple[int, int]) -> datetime:
    """A random moment within the minutes given, for messages under time cover."""
    low, high = (60 * minute for minute in minutes)
    return now + timedelta(seconds=low + secrets.randbelow(high - low + 1))


def add(session: Session, event: Event) -> None:
    row_id = new_id()
    body = json.dumps(asdict(event), ensure_ascii=False)
    session.add(Intake(id=row_id, body=seal(session, "intake.body", row_id, body)))


def waiting(session: Session) -> list[tuple[str, Event]]:
    """Everything that waits, opened. Few rows: none outlives its cover."""
    rows = session.execute(select(col(Intake.id), col(Intake.body)))
    return [(row_id, Event(**json.loads(unseal(session, "intake.body", row_id, body)))) for row_id, body in rows]


def waiting_for(session: Session, account_id: str) -> list[tuple[str, Event]]:
    """What waits from one account: only its own chat is ever told."""
    return [(row_id, event) for row_id, event in waiting(session) if event.account_id == account_id]


def due(session: Session, now: datetime) -> list[tuple[str, Event]]:
    """What should be posted now, in random order, reports before what was added to them."""
    found = [(row_id, event) for row_id, event in waiting(session) if datetime.fromisoformat(event.due) <= now]
    random.SystemRandom().shuffle(found)
    return sorted(found, key=lambda pair: pair[1].kind != "report")


def forget(session: Session, row_ids: Iterable[str]) -> None:
    session.execute(delete(Intake).where(col(Intake.id).in_(list(row_ids))))
