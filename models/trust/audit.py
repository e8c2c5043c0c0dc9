"""What officers did, for the inspection committee. Reporters leave no entry here."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

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


def note(session: Session, person_id: str, verb: str, subject: str, now: datetime) -> None:
    session.add(Audit(at=now, person_id=person_id, verb=verb, subject=subject))
