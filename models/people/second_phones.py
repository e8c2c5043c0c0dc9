"""Connecting a second phone: a code that works once and for fifteen minutes.

Not an invite: an invite names its unit in the open and may lie in a drawer for months. Here whose code it is, and the
minute until which it works, stand in a sealed field; in the open there is a keyed hash and the day after which the row is
swept. A minute beside a person would date what that person did just then.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Field, col

from config import keyboards
from models.anonymity import told
from models.people.accounts import Account
from models.people.invites import LENGTH
from models.store.database import Base, Session
from models.store.ids import random_code
from models.store.sealing import keyed_hash, seal, unseal

VALID = timedelta(minutes=15)


class Link(Base, table=True):
    """`id` is the keyed hash of the code."""

    __tablename__ = "link"

    id: str = Field(primary_key=True, max_length=32)
    body: bytes
    kept_until: date = Field(index=True)


def issue(session: Session, account: Account, now: datetime) -> str:
    """Makes a code that joins another chat to the person of this account, and returns it."""
    code = random_code(LENGTH)
    row_id = keyed_hash(session, "link", code)
    body = json.dumps({"account": account.id, "until": (now + VALID).isoformat()})
    session.add(Link(id=row_id, body=seal(session, "link.body", row_id, body), kept_until=(now + timedelta(days=1)).date()))
    session.flush()
    return code


def find(session: Session, text: str, now: datetime) -> Link | None:
    """The link this text opens now; it looks like any joining code, so that it can be typed wherever one can."""
    for code in keyboards.readings(text, LENGTH):
        if (link := find_by_id(session, keyed_hash(session, "link", code), now)) is not None:
            return link
    return None


def find_by_id(session: Session, link_id: str, now: datetime) -> Link | None:
    link = session.get(Link, link_id)
    if link is None or told.is_told(session, link_id):
        return None
    return link if first_account(session, link, now) is not None else None


def first_account(session: Session, link: Link, now: datetime) -> Account | None:
    """The account that asked for the code, while the code works and that account is still there."""
    body = json.loads(unseal(session, "link.body", link.id, link.body))
    if datetime.fromisoformat(body["until"]) < now:
        return None
    return session.get(Account, body["account"])


def use(session: Session, link: Link, today: date) -> bool:
    """Whether the code is used for the first time. Its row stays until it is swept: the turn that made it wrote the key of
    one chat, and the turn that uses it writes the account of another."""
    return told.once(session, link.id, today)


def forget_old(session: Session, today: date) -> None:
    session.execute(delete(Link).where(col(Link.kept_until) < today))
