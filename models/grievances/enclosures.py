"""Which attachments a case has (models.files.attachments says what became of each).

The ids stand sealed beside the entry they came with, written in the transaction that posts it; nothing in a file's own row
names a case.
"""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlmodel import Field, col

from models.anonymity.intake import Event
from models.files.attachments import Enclosed, numbered
from models.grievances.cases import Entry
from models.store.database import Base, Session, insert_ignore
from models.store.sealing import seal, unseal


class Enclosure(Base, table=True):
    """The attachments of one entry of a case, sealed."""

    __tablename__ = "enclosure"

    id: str = Field(primary_key=True, max_length=13, foreign_key="entry.id")
    body: bytes


def enclose(session: Session, event: Event) -> None:
    """Puts what came with an event to its entry, in the transaction that posts both. Again: nothing."""
    if event.files:
        body = seal(session, "enclosure.body", event.entry_id, json.dumps(list(event.files)))
        insert_ignore(session, Enclosure, [{"id": event.entry_id, "body": body}])


def of_case(session: Session, case_id: str) -> list[Enclosed]:
    """All attachments of a case, in the order in which they came to it."""
    rows = session.execute(
        select(Enclosure)
        .join(Entry, col(Entry.id) == col(Enclosure.id))
        .where(col(Entry.grievance_id) == case_id)
        .order_by(col(Entry.at), col(Entry.id))
    ).scalars()
    return numbered(
        session, [file for row in rows for file in json.loads(unseal(session, "enclosure.body", row.id, row.body))]
    )
