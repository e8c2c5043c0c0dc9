"""Who reads a case along without handling it: officers whom somebody above the team that it came from has asked to.

A row says it of a person in the unit in which they hold office: whoever holds none there any more reads nothing. What they
may read stands in models.grievances.access, after all that bars somebody from a case. Rows name nobody in the open, like
those of models.grievances.exclusions.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, SQLColumnExpression, UniqueConstraint, delete, exists, select
from sqlmodel import Field, col

from models.store.columns import Id, Ref
from models.store.database import Base, Session, insert_ignore
from models.store.ids import new_id
from models.store.sealing import keyed_hash


class Observer(Base, table=True):
    """`who` is the keyed hash of a person's id and of the unit's in which they hold office; `since` a day."""

    __tablename__ = "observer"
    __table_args__ = (UniqueConstraint("grievance_id", "who"),)

    id: str = Id()
    grievance_id: str = Ref("grievance")
    who: str = Field(max_length=32, index=True)
    since: date


def _hashed(session: Session, person_id: str, unit_id: str) -> str:
    return keyed_hash(session, "observer.who", person_id, unit_id)


def add(session: Session, grievance_id: str, person_id: str, unit_id: str, day: date) -> bool:
    """False where they read it along already."""
    row = {"id": new_id(), "grievance_id": grievance_id, "who": _hashed(session, person_id, unit_id), "since": day}
    return insert_ignore(session, Observer, [row]) == 1


def end(session: Session, grievance_id: str, person_id: str, unit_id: str) -> None:
    who = col(Observer.who) == _hashed(session, person_id, unit_id)
    session.execute(delete(Observer).where(col(Observer.grievance_id) == grievance_id, who))


def is_one(session: Session, grievance_id: str, person_id: str, unit_id: str) -> bool:
    who = col(Observer.who) == _hashed(session, person_id, unit_id)
    return (
        session.execute(select(col(Observer.id)).where(col(Observer.grievance_id) == grievance_id, who)).first() is not None
    )


def reads(
    session: Session, grievance_id: SQLColumnExpression[str], person_id: str, unit_ids: Iterable[str]
) -> ColumnElement[bool]:
    """SQL: this person, holding office in these units, was asked to read the case along."""
    who = [_hashed(session, person_id, unit_id) for unit_id in unit_ids]
    return exists().where(col(Observer.grievance_id) == grievance_id, col(Observer.who).in_(who))
