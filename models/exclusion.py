"""Who is barred from a case: the people and the offices its reporter passed over.

Nobody is asked why. Barred are those who held office in a unit passed over when the case was posted, whatever they become
later, and whoever comes to hold office there. Every question about a case goes through `bars`: lists, cards, searches,
statistics, alerts and the audit trail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import Field, col

from models import office
from models.columns import Id, Ref
from models.database import Base, Session, insert_ignore
from models.ids import new_id


class Exclusion(Base, table=True):
    """One person or one unit barred from one case; exactly one of the two is set."""

    __tablename__ = "exclusion"

    id: str = Id()
    grievance_id: str = Ref("grievance")
    person_id: str | None = Field(default=None, foreign_key="person.id", max_length=13)
    unit_id: str | None = Field(default=None, foreign_key="unit.id", max_length=13)


def pass_over(session: Session, grievance_id: str, unit_ids: Sequence[str], day: date) -> None:
    """Bars these units' officers, present and future."""
    rows: list[dict[str, str | None]] = []
    for unit_id in unit_ids:
        rows.append({"id": new_id(), "grievance_id": grievance_id, "person_id": None, "unit_id": unit_id})
        for held in office.held_in(session, unit_id, day):
            rows.append({"id": new_id(), "grievance_id": grievance_id, "person_id": held.person_id, "unit_id": None})
    insert_ignore(session, Exclusion, rows)


def bars(grievance_id: ColumnElement[str], person_id: str, unit_ids: Sequence[str]) -> ColumnElement[bool]:
    """SQL: this person, holding office in these units, is barred from the case."""
    return exists().where(
        col(Exclusion.grievance_id) == grievance_id,
        or_(col(Exclusion.person_id) == person_id, col(Exclusion.unit_id).in_(unit_ids)),
    )
