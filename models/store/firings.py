"""What happens at set times: a row for each firing, so that two processes, or a restart, never fire the same thing twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, SQLColumnExpression, delete, exists, literal
from sqlmodel import Field, col

from models.store.database import Base, Session, insert_ignore

KEPT = timedelta(days=60)


class Firing(Base, table=True):
    """`schedule` (a name and the id it is for) fired for `fire_at`; written in the transaction of what it caused."""

    __tablename__ = "firing"

    schedule: str = Field(primary_key=True, max_length=32)
    fire_at: datetime = Field(primary_key=True)


def claim(session: Session, name: str, subject: str, fire_at: datetime) -> bool:
    """Whether this firing is ours to do; False when it was done before."""
    return insert_ignore(session, Firing, [{"schedule": f"{name}:{subject}", "fire_at": fire_at}]) == 1


def was_claimed(session: Session, name: str, subject: str, fire_at: datetime) -> bool:
    return session.get(Firing, (f"{name}:{subject}", fire_at)) is not None


def is_fired(name: str, subject: SQLColumnExpression[str], fire_at: datetime) -> ColumnElement[bool]:
    """SQL: it was done before."""
    return exists().where(col(Firing.schedule) == literal(f"{name}:").concat(subject), col(Firing.fire_at) == fire_at)


def forget_old(session: Session, now: datetime) -> None:
    session.execute(delete(Firing).where(col(Firing.fire_at) < now - KEPT))
