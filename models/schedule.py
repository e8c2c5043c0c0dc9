"""What happens at set times: one row for each firing, so that two processes never fire the same thing twice."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from models.database import Base, Session, insert_ignore


class Firing(Base, table=True):
    """`schedule` fired for `fire_at`; written in the transaction of what it caused."""

    __tablename__ = "firing"

    schedule: str = Field(primary_key=True, max_length=32)
    fire_at: datetime = Field(primary_key=True)


def claim(session: Session, schedule: str, fire_at: datetime) -> bool:
    """Whether this firing is ours to do; False when it was done before."""
    return insert_ignore(session, Firing, [{"schedule": schedule, "fire_at": fire_at}]) == 1
