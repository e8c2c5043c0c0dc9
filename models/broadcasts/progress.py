"""The message that shows an officer how far a broadcast has come: which message it is, and what it last said.

One a broadcast and phone. On lines that can edit it is one message that changes; on others a few that follow each other.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, select, update
from sqlmodel import Field, col

from models.broadcasts.broadcasts import Broadcast
from models.people.accounts import Account
from models.store.database import Base, Session, insert_ignore
from models.store.sealing import seal, unseal


class Progress(Base, table=True):
    """`reference` is the channel's name of the message, sealed; `said` is what it last said (per cent, and the state)."""

    __tablename__ = "progress"

    broadcast_id: str = Field(primary_key=True, max_length=13, foreign_key="broadcast.id")
    account_id: str = Field(primary_key=True, max_length=13)
    reference: bytes | None = None
    said: str = Field(default="", max_length=24)


class Watched(NamedTuple):
    """A phone that is shown how far a broadcast has come: the broadcast, the phone, and what it was last told."""

    row: Broadcast
    account: Account
    last: Progress


def watch(session: Session, broadcast_id: str, account_id: str) -> None:
    """From now on this phone is told how far it has come."""
    insert_ignore(session, Progress, [{"broadcast_id": broadcast_id, "account_id": account_id, "said": ""}])


def watched(session: Session) -> list[Watched]:
    """Everything that is watched and may have something new to say."""
    statement = (
        select(Broadcast, Account, Progress)
        .select_from(Progress)
        .join(Broadcast, col(Broadcast.id) == col(Progress.broadcast_id))
        .join(Account, col(Account.id) == col(Progress.account_id))
        .where(col(Broadcast.state).in_(("sending", "stopped", "done", "cancelled")))
    )
    return [Watched(*found) for found in session.execute(statement)]


def find(session: Session, broadcast_id: str, account_id: str) -> Watched | None:
    """What is watched, and by which phone; None once it is over."""
    last = session.get(Progress, (broadcast_id, account_id))
    account = session.get(Account, account_id)
    return Watched(session.get_one(Broadcast, broadcast_id), account, last) if last and account else None


def note(session: Session, broadcast_id: str, account_id: str, said: str) -> None:
    session.execute(_of(broadcast_id, account_id).values(said=said))


def remember(session: Session, broadcast_id: str, account_id: str, reference: str) -> None:
    """The message went out under this name; the next one replaces it."""
    sealed = seal(session, "progress.reference", broadcast_id + account_id, reference)
    session.execute(_of(broadcast_id, account_id).values(reference=sealed))


def reference_of(session: Session, row: Progress) -> str:
    if row.reference is None:
        return ""
    return unseal(session, "progress.reference", row.broadcast_id + row.account_id, row.reference)


def forget(session: Session, broadcast_id: str, account_id: str) -> None:
    session.execute(
        delete(Progress).where(col(Progress.broadcast_id) == broadcast_id, col(Progress.account_id) == account_id)
    )


def _of(broadcast_id: str, account_id: str):  # type: ignore[no-untyped-def]
    return update(Progress).where(col(Progress.broadcast_id) == broadcast_id, col(Progress.account_id) == account_id)
