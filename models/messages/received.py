"""What was received already, and what could not be handled. Neither table says who wrote."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import delete, func, select
from sqlmodel import Field, col

from models.messages.message import Inbound
from models.store.database import Base, Session, insert_ignore, upsert
from models.store.sealing import keyed_hash, seal, unseal

KEEP_DAYS = 1
"""Whole days after the one in which it came: Telegram offers an update again for at most 24 hours, and what was tidied
before that would be taken twice. Not longer, since each turn leaves about 220 bytes here."""
QUARANTINE_DAYS = 7
TRIES = 3


class Seen(Base, table=True):
    """An event that took effect: keyed hash of line and event id, and the day, for tidying."""

    __tablename__ = "inbound"

    id: str = Field(primary_key=True, max_length=32)
    line: str = Field(max_length=64)
    received_on: date = Field(index=True)


class Quarantine(Base, table=True):
    """An event whose turn failed: the whole of it sealed, for an operator with the keys; gone after 7 days."""

    __tablename__ = "quarantine"

    id: str = Field(primary_key=True, max_length=32)
    line: str = Field(max_length=64)
    payload: bytes
    attempts: int
    error: str = Field(max_length=80)
    failed_on: date


def event_id(session: Session, inbound: Inbound) -> str:
    return keyed_hash(session, "inbound", inbound.line, inbound.external_id)


def first_time(session: Session, inbound: Inbound, today: date) -> bool:
    """Notes the event, in the transaction of its effects; False when it has taken effect before."""
    row = {"id": event_id(session, inbound), "line": inbound.line, "received_on": today}
    return insert_ignore(session, Seen, [row]) == 1


def set_aside(session: Session, inbound: Inbound, error: str, today: date, *, for_good: bool = False) -> int:
    """Notes a failed turn, in a transaction of its own; returns which attempt it was. At `TRIES` it counts as handled, and
    at once where another try would not help (`for_good`)."""
    row_id = event_id(session, inbound)
    known = session.get(Quarantine, row_id)
    attempts = TRIES if for_good else 1 + (known.attempts if known else 0)
    upsert(
        session,
        Quarantine,
        {
            "id": row_id,
            "line": inbound.line,
            "payload": seal(session, "quarantine.payload", row_id, inbound.dump()),
            "attempts": attempts,
            "error": error[:80],
            "failed_on": today,
        },
    )
    if attempts >= TRIES:
        first_time(session, inbound, today)
    return attempts


def recovered(session: Session, inbound: Inbound) -> None:
    """A later attempt succeeded: nothing is set aside any more."""
    session.execute(delete(Quarantine).where(col(Quarantine.id) == event_id(session, inbound)))


def quarantined(session: Session) -> int:
    """How many events an operator should look at."""
    statement = select(func.count()).select_from(Quarantine).where(col(Quarantine.attempts) >= TRIES)
    return int(session.execute(statement).scalar_one())


def opened(session: Session, row: Quarantine) -> Inbound:
    return Inbound.load(unseal(session, "quarantine.payload", row.id, row.payload))


def forget_old(session: Session, today: date) -> None:
    session.execute(delete(Seen).where(col(Seen.received_on) < today - timedelta(days=KEEP_DAYS)))
    session.execute(delete(Quarantine).where(col(Quarantine.failed_on) < today - timedelta(days=QUARANTINE_DAYS)))
