"""Answers that a unit keeps to use again: sealed like everything officers write."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlmodel import col

from models.store.columns import Id, Ref
from models.store.database import Base, Session
from models.store.sealing import seal, unseal

MOST = 40


class SavedReply(Base, table=True):
    """One answer kept by a unit."""

    __tablename__ = "saved_reply"

    id: str = Id()
    unit_id: str = Ref("unit")
    text: bytes


def keep(session: Session, unit_id: str, text: str) -> bool:
    """Keeps an answer, once; False when the unit has as many as anybody still looks through."""
    kept = of_units(session, [unit_id])
    if text in [words for _id, words in kept]:
        return True
    if len(kept) >= MOST:
        return False
    row = SavedReply(unit_id=unit_id, text=b"")
    row.text = seal(session, "saved_reply.text", row.id, text)
    session.add(row)
    return True


def of_units(session: Session, unit_ids: Sequence[str]) -> list[tuple[str, str]]:
    """(id, text) of what these units keep."""
    rows = session.execute(
        select(SavedReply).where(col(SavedReply.unit_id).in_(unit_ids)).order_by(col(SavedReply.id))
    ).scalars()
    return [(row.id, unseal(session, "saved_reply.text", row.id, row.text)) for row in rows]


def drop(session: Session, reply_id: str, unit_ids: Sequence[str]) -> None:
    session.execute(delete(SavedReply).where(col(SavedReply.id) == reply_id, col(SavedReply.unit_id).in_(unit_ids)))
