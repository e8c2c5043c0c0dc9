"""A row of a ledger: one person one broadcast is for. Written and counted by models.broadcasts.ledger; whom a later
broadcast is for may depend on it (models.broadcasts.audiences), which is why it has a file of its own."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field, Index

from models.store.database import Base

OPEN = ("queued", "sending")
ENDINGS = ("sent", "confirmed", "blocked", "rejected", "no_channel", "window_closed", "uncertain", "cancelled")
REACHED = ("sent", "confirmed")


class Recipient(Base, table=True):
    """One person one broadcast is for, and what became of it.

    `account_id` is the phone it goes to (no reference: who leaves must not be held back by what they were sent). `due_at`:
    from when a queued row may be sent, until when a sending one is leased; nothing at its end. `doubtful`: an earlier try
    may have arrived. `reference` is the channel's own name of the message, sealed: Telegram counts a chat's messages in
    order, so two of them would tell how much was written between. `at_night`: quiet hours do not hold it."""

    __tablename__ = "recipient"
    # Counting by state and finding what is due read this index alone, in the order of the question.
    __table_args__ = (Index("ix_recipient_due", "broadcast_id", "state", "line", "due_at"),)

    broadcast_id: str = Field(primary_key=True, max_length=13, foreign_key="broadcast.id")
    person_id: str = Field(primary_key=True, max_length=13, index=True)
    unit_id: str = Field(max_length=13)
    line: str = Field(default="", max_length=64)
    account_id: str = Field(default="", max_length=13)
    state: str = Field(max_length=13)
    due_at: datetime | None = None
    at_night: bool = False
    attempts: int = 0
    parts_done: int = 0
    fence: int = 0
    doubtful: bool = False
    reason: str = Field(default="", max_length=80)
    reference: bytes | None = None
    confirmed_on: date | None = None
    told_on: date | None = None
