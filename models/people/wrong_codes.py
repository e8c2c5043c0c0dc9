"""Wrong joining codes, counted over all lines together and by the hour: no row says who tried.

A limit for each chat would stop nobody, because a web chat costs nothing; with this one, guessing one of ten thousand valid
codes takes two hundred tries an hour for some forty thousand hours.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlmodel import Field, col

from models.store.database import Base, Session, insert_ignore
from models.store.ids import new_id

AN_HOUR = 200
A_CHAT = 10
"""Also in one chat, as its own sealed state remembers; it keeps a person with a torn slip from using up the hour."""


class Tries(Base, table=True):
    """One wrong code in `hour`, counted from the beginning of 1970. A row each and not a number that rises: on PostgreSQL
    everybody with a wrong code would wait for everybody else's transaction."""

    __tablename__ = "tries"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=13)
    hour: int = Field(index=True)


def count(session: Session, now: datetime) -> None:
    """Notes one wrong code."""
    insert_ignore(session, Tries, [{"id": new_id(), "hour": _hour(now)}])


def used_up(session: Session, now: datetime) -> bool:
    """Whether this hour has seen so many wrong codes that no code, right or wrong, is looked at until it is over."""
    statement = select(func.count()).select_from(Tries).where(col(Tries.hour) == _hour(now))
    return int(session.execute(statement).scalar_one()) >= AN_HOUR


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(Tries).where(col(Tries.hour) < _hour(now - timedelta(days=1))))


def _hour(now: datetime) -> int:
    return int(now.timestamp()) // 3600
