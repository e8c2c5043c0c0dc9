"""Which attachments a case has (models.files.attachments says what became of each).

The ids stand sealed beside the entry they came with, written in the transaction that posts it; nothing in a file's own row
names a case.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlmodel import Field, col

from models.files.attachments import Enclosed, numbered
from models.grievances.cases import Entry
from models.store.database import Base, Session, insert_ignore
from models.store.sealing import seal, unseal


class Enclosure(Base, table=True):
    """The attachments of one entry of a case, sealed."""

    __tablename__ = "enclosure"

    id: str = Field(primary_key=True, max_length=13, foreign_key="entry.id")
    body: bytes


def enclose(session: Session, entry_id: str, files: Sequence[Mapping[str, str]]) -> None:
    """Puts what came with an entry to it, in the transaction that writes both. Again: nothing."""
    if files:
        body = seal(session, "enclosure.body", entry_id, json.dumps(list(files)))
        insert_ignore(session, Enclosure, [{"id": entry_id, "body": body}])


def of_case(session: Session, case_id: str, *, by_union: bool = False, but: Collection[str] = ()) -> list[Enclosed]:
    """What its reporter sent with a case, or the union with its answers, in the order in which it came to it. `but`: entries
    (ids) of which nothing is seen yet."""
    by = col(Entry.officer_id).is_not(None) if by_union else col(Entry.officer_id).is_(None)
    rows = session.execute(
        select(Enclosure)
        .join(Entry, col(Entry.id) == col(Enclosure.id))
        .where(col(Entry.grievance_id) == case_id, by)
        .order_by(col(Entry.at), col(Entry.id))
    ).scalars()
    return numbered(session, [file for row in rows if row.id not in but for file in _opened(session, row)])


def of_entry(session: Session, entry_id: str) -> list[Enclosed]:
    """What came with one entry."""
    row = session.get(Enclosure, entry_id)
    return numbered(session, _opened(session, row)) if row is not None else []


def _opened(session: Session, row: Enclosure) -> list[dict[str, str]]:
    files: list[dict[str, str]] = json.loads(unseal(session, "enclosure.body", row.id, row.body))
    return files
