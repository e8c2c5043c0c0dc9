"""Which events of the intake were carried out, for those that cannot simply be repeated.

A report or an answer posted twice is posted once: its row has an id of its own. Telling a reporter, changing an account and
dropping a ballot have none, and the row they come from stays in the intake for all to be alike. So what was done is noted
here, by the keyed hash of the entry's id: nobody without the keys can tell which row of the intake it was, or whose.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlmodel import Field, col

from models.store.database import Base, Session, insert_ignore
from models.store.sealing import keyed_hash
from models.store.tail import batches

KEPT = timedelta(days=7)
"""Far longer than a row stays in the intake."""


class Told(Base, table=True):
    """An event that was carried out; `id` is the keyed hash of its entry's id."""

    __tablename__ = "told"

    id: str = Field(primary_key=True, max_length=32)
    told_on: date = Field(index=True)


def once(session: Session, entry_id: str, today: date) -> bool:
    """Whether this event is carried out for the first time; noted in the transaction that does so. Posting again after a
    restart must not tell a reporter twice, nor bring back an older language."""
    row = {"id": keyed_hash(session, "told", entry_id), "told_on": today}
    return insert_ignore(session, Told, [row]) == 1


def note(session: Session, entry_ids: Iterable[str], today: date) -> None:
    """These were carried out, in transactions that could not say so themselves (models.polls.ballots)."""
    for some in batches(keyed_hash(session, "told", entry_id) for entry_id in entry_ids):
        insert_ignore(session, Told, [{"id": row_id, "told_on": today} for row_id in some])


def is_told(session: Session, entry_id: str) -> bool:
    return session.get(Told, keyed_hash(session, "told", entry_id)) is not None


def among(session: Session, entry_ids: Iterable[str]) -> set[str]:
    """Those of these that were carried out."""
    hashed = {keyed_hash(session, "told", entry_id): entry_id for entry_id in entry_ids}
    asked = select(col(Told.id))
    return {
        hashed[row_id]
        for some in batches(hashed)
        for row_id in session.execute(asked.where(col(Told.id).in_(some))).scalars()
    }


def forget_old(session: Session, today: date) -> None:
    session.execute(delete(Told).where(col(Told.told_on) < today - KEPT))
