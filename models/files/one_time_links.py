"""Links by which an officer whose line cannot be sent a file opens one attachment: once, within two minutes.

The token is 128 random bits and stands nowhere but in the message; the row is found by its keyed hash and holds, sealed, who
may open what. Whether they still may is asked again when it is opened.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlmodel import Field, col

from models.messages.message import Media
from models.store.database import Base, Session
from models.store.sealing import keyed_hash, seal, unseal

LASTS = timedelta(minutes=2)
"""OpenClaw's choice for the same need, and short enough that a link left on a screen opens nothing."""


class MediaLink(Base, table=True):
    """One unused link. The exact end is sealed: beside it the row would date a message."""

    __tablename__ = "media_link"

    id: str = Field(primary_key=True, max_length=32)
    body: bytes
    kept_until: date = Field(index=True)


@dataclass(frozen=True, slots=True)
class Link:
    """What a token opens, and for which officer."""

    person_id: str
    media: Media


def issue(session: Session, person_id: str, media: Media, now: datetime) -> str:
    """A new token for this officer and attachment."""
    token = secrets.token_urlsafe(16)
    row_id = _row_id(session, token)
    body = {"person_id": person_id, "media": asdict(media), "until": (now + LASTS).isoformat()}
    sealed = seal(session, "media_link.body", row_id, json.dumps(body))
    session.add(MediaLink(id=row_id, body=sealed, kept_until=(now + LASTS).date()))
    return token


def look(session: Session, token: str, now: datetime) -> Link | None:
    """What the token opens, without using it: messengers and proxies look at links by themselves."""
    row = session.execute(select(MediaLink).where(col(MediaLink.id) == _row_id(session, token))).scalar_one_or_none()
    if row is None:
        return None
    body = json.loads(unseal(session, "media_link.body", row.id, row.body))
    if datetime.fromisoformat(body["until"]) < now:
        return None
    return Link(body["person_id"], Media(**body["media"]))


def use(session: Session, token: str, now: datetime) -> Link | None:
    """What the token opens, for the one time it does: two at once are one."""
    found = look(session, token, now)
    gone = session.execute(delete(MediaLink).where(col(MediaLink.id) == _row_id(session, token)))
    return found if gone.rowcount == 1 else None  # type: ignore[attr-defined]


def forget_expired(session: Session, today: date) -> None:
    session.execute(delete(MediaLink).where(col(MediaLink.kept_until) < today))


def _row_id(session: Session, token: str) -> str:
    return keyed_hash(session, "media_link", token)
