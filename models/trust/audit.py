"""What officers did, for the inspection committee. Reporters leave no entry here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Field, col

from models.store.columns import Id, Ref
from models.store.database import Base, Session


class Audit(Base, table=True):
    """An officer's act: who, what, on which row, when."""

    __tablename__ = "audit"

    id: str = Id()
    at: datetime = Field(index=True)
    person_id: str = Ref("person")
    verb: str = Field(max_length=24)
    subject: str = Field(max_length=13)


def newest_by(session: Session, verb: str, subject: str) -> str:
    """Who did this last on this row; empty for nobody."""
    statement = select(col(Audit.person_id)).where(col(Audit.verb) == verb, col(Audit.subject) == subject)
    return session.execute(statement.order_by(col(Audit.at).desc(), col(Audit.id)).limit(1)).scalar_one_or_none() or ""


def note(session: Session, person_id: str, verb: str, subject: str, now: datetime) -> None:
    session.add(Audit(at=now, person_id=person_id, verb=verb, subject=subject))
