"""Claims that sit beside a worker's chat, which has used an officer's own code and waits to be confirmed
(models.people.claims).

The account stays as it is, and no row says in the open which account claims an office: whose claim it is stands sealed. A
claim is found by the one id that its code can have, so that a code is claimed once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, delete, select, update
from sqlmodel import col

from models.store.columns import Id
from models.store.database import Base, Session, insert_ignore
from models.store.ids import id_from
from models.store.sealing import keyed_hash, seal, unseal


class WorkerClaim(Base, table=True):
    """`id` follows from the code's, with the look-up key."""

    __tablename__ = "worker_claim"

    id: str = Id()
    body: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands in a row. `since`: the day on which the officers above were asked. `confirmed`: they have answered, and
    the office is taken in the night."""

    id: str
    account_id: str
    invite_id: str
    since: date
    confirmed: bool


def id_of(session: Session, invite_id: str) -> str:
    return id_from(keyed_hash(session, "worker_claim", invite_id))


def put(session: Session, account_id: str, invite_id: str, since: date) -> bool:
    """False where this code is claimed already."""
    row_id = id_of(session, invite_id)
    sealed = _sealed(session, Kept(row_id, account_id, invite_id, since, False))
    return insert_ignore(session, WorkerClaim, [{"id": row_id, "body": sealed}]) == 1


def find(session: Session, claim_id: str) -> Kept | None:
    return next(iter(_read(session, claim_id)), None)


def every(session: Session) -> list[Kept]:
    """Few at any time, and mostly none."""
    return _read(session)


def stands(session: Session, invite_id: str) -> bool:
    """Whether a worker's chat claims an office by this code."""
    return find(session, id_of(session, invite_id)) is not None


def confirm(session: Session, kept: Kept) -> None:
    sealed = _sealed(session, Kept(kept.id, kept.account_id, kept.invite_id, kept.since, True))
    session.execute(update(WorkerClaim).where(col(WorkerClaim.id) == kept.id).values(body=sealed))


def end(session: Session, claim_id: str) -> None:
    session.execute(delete(WorkerClaim).where(col(WorkerClaim.id) == claim_id))


def _sealed(session: Session, kept: Kept) -> bytes:
    body = {"account": kept.account_id, "code": kept.invite_id, "since": kept.since.isoformat(), "confirmed": kept.confirmed}
    return seal(session, "worker_claim.body", kept.id, json.dumps(body))


# Built once: every menu of a worker's asks.
_ALL = select(col(WorkerClaim.id), col(WorkerClaim.body)).order_by(col(WorkerClaim.id))
_ONE = _ALL.where(col(WorkerClaim.id) == bindparam("id"))


def _read(session: Session, claim_id: str = "") -> list[Kept]:
    rows = session.execute(_ONE, {"id": claim_id}) if claim_id else session.execute(_ALL)
    kept = []
    for row_id, sealed in rows:
        body = json.loads(unseal(session, "worker_claim.body", row_id, sealed))
        since = date.fromisoformat(body["since"])
        kept.append(Kept(row_id, body["account"], body["code"], since, body["confirmed"]))
    return kept
