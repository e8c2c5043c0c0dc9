"""Codes with which people join: a team's own code, or one officer's. Only the keyed hash of a code is kept."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from models.columns import Ref
from models.database import Base, Session
from models.ids import CODE_LETTERS, random_code
from models.sealing import keyed_hash

LENGTH = 8
"""23**8 is 78 thousand million codes; with wrong tries limited, guessing one takes longer than it is valid."""


class Invite(Base, table=True):
    """`person_id` is set on an officer's own code. `uses_left` is None where a code may be used again and again.

    `batch` names the printing a code belongs to, so that a lost sheet is revoked as a whole. No row says who was given it.
    """

    __tablename__ = "invite"

    id: str = Field(primary_key=True, max_length=32)
    unit_id: str = Ref("unit")
    person_id: str | None = Ref("person", optional=True)
    uses_left: int | None = None
    valid_to: date | None = None
    batch: str = Field(default="", max_length=13, index=True)
    revoked: bool = False


def normalise(text: str) -> str:
    """A code as it may be typed: any case, spaces and dashes between."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def looks_like_code(text: str) -> bool:
    code = normalise(text)
    return len(code) == LENGTH and all(letter in CODE_LETTERS for letter in code)


def issue(session: Session, unit_id: str, *, person_id: str | None = None, uses: int | None = None) -> str:
    """Makes a code and returns it: the only moment at which it can be read."""
    code = random_code(LENGTH)
    session.add(Invite(id=keyed_hash(session, "invite", code), unit_id=unit_id, person_id=person_id, uses_left=uses))
    session.flush()
    return code


def find(session: Session, text: str, today: date) -> Invite | None:
    """The invite this text opens today, or None for a code that is wrong, used up or over."""
    if not looks_like_code(text):
        return None
    return find_by_id(session, keyed_hash(session, "invite", normalise(text)), today)


def find_by_id(session: Session, invite_id: str, today: date) -> Invite | None:
    """The invite with this id, while it may still be used."""
    invite = session.get(Invite, invite_id)
    if invite is None or invite.uses_left == 0 or (invite.valid_to is not None and invite.valid_to < today):
        return None
    return invite


def use(session: Session, invite: Invite) -> None:
    if invite.uses_left is not None:
        invite.uses_left -= 1
        session.add(invite)
