"""Codes with which people join: a team's own code, or one officer's. Only the keyed hash of a code is kept."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, func, or_, select, update
from sqlmodel import Field, col

from config import keyboards
from models.anonymity import intake, told
from models.people import worker_claims
from models.people.units import Unit
from models.store.columns import Ref
from models.store.database import Base, Session
from models.store.ids import random_code
from models.store.sealing import keyed_hash

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


def looks_like_code(text: str) -> bool:
    return bool(keyboards.readings(text, LENGTH))


def new_batch() -> str:
    """The name of one printing, to be revoked by; it says nothing and is in no order."""
    return random_code(6)


def issue(
    session: Session,
    unit_id: str,
    *,
    person_id: str | None = None,
    uses: int | None = None,
    batch: str = "",
    valid_to: date | None = None,
) -> str:
    """Makes a code and returns it: the only moment at which it can be read. An officer's ends the earlier ones of theirs,
    and whoever joined with one and is not confirmed (models.people.claims)."""
    if person_id is not None:
        revoke_own(session, person_id)
    code = random_code(LENGTH)
    row_id = keyed_hash(session, "invite", code)
    session.add(Invite(id=row_id, unit_id=unit_id, person_id=person_id, uses_left=uses, batch=batch, valid_to=valid_to))
    session.flush()
    return code


def issue_slips(session: Session, unit_id: str, count: int, batch: str, valid_to: date | None = None) -> list[str]:
    """One-time codes for nobody in particular, in an order that the rows do not have: slips are handed out along a list of
    names, and the order of rows in a file must not repeat it."""
    codes = {keyed_hash(session, "invite", code): code for code in (random_code(LENGTH) for _ in range(count))}
    for row_id in sorted(codes):
        session.add(Invite(id=row_id, unit_id=unit_id, uses_left=1, batch=batch, valid_to=valid_to))
    session.flush()
    found = list(codes.values())
    random.SystemRandom().shuffle(found)
    return found


def slips_out(session: Session, unit_id: str, today: date) -> int:
    """How many slips of this very unit somebody may hold or has joined with: nothing says whose they were, so one that is
    used up counts for good; one that was revoked or is over unused does not."""
    of_unit = col(Invite.unit_id) == unit_id, col(Invite.person_id).is_(None), col(Invite.uses_left).is_not(None)
    over = or_(col(Invite.revoked).is_(True), and_(col(Invite.valid_to).is_not(None), col(Invite.valid_to) < today))
    alive = or_(col(Invite.uses_left) == 0, ~over)
    return int(session.execute(select(func.count()).select_from(Invite).where(*of_unit, alive)).scalar_one())


def printed(session: Session, unit_id: str) -> int:
    """How many slips were ever printed for a unit, whatever became of them."""
    of_unit = col(Invite.unit_id) == unit_id, col(Invite.person_id).is_(None), col(Invite.uses_left).is_not(None)
    return int(session.execute(select(func.count()).select_from(Invite).where(*of_unit)).scalar_one())


def left(session: Session, unit: Unit, today: date) -> int:
    """How many slips may still be printed for a unit. Never more than people work there: whoever hands them out would keep
    those left over, and each is a head in every threshold."""
    return max(0, unit.headcount - slips_out(session, unit.id, today))


def is_slip(invite: Invite) -> bool:
    """Handed to one person and used up by them, where a team's own code may lie about."""
    return invite.person_id is None and invite.uses_left is not None


def revoke(session: Session, batch: str) -> tuple[int, int]:
    """Ends a printing: returns how many codes stop working, and how many had been used already and stay with their users
    (an officer's only once it was confirmed)."""
    rows = session.execute(select(Invite).where(col(Invite.batch) == batch)).scalars().all()
    unused = _revoke(session, rows)
    return unused, len(rows) - unused


def revoke_own(session: Session, person_id: str) -> int:
    """Ends the codes of this officer; returns how many were not used and stop working."""
    return _revoke(session, session.execute(select(Invite).where(col(Invite.person_id) == person_id)).scalars().all())


def _revoke(session: Session, rows: Sequence[Invite]) -> int:
    """How many of them could still have been used. An officer's used one ends, too: it may be a claim still."""
    unused = 0
    for row in rows:
        unused += row.uses_left != 0 and not row.revoked
        if row.uses_left != 0 or row.person_id is not None:
            row.revoked = True
            session.add(row)
    session.flush()
    return unused


def find(session: Session, text: str, today: date) -> Invite | None:
    """The invite this text opens today, or None for a code that is wrong, used up or over."""
    for invite_id in ids_of(session, text):
        if (invite := find_by_id(session, invite_id, today)) is not None:
            return invite
    return None


def ids_of(session: Session, text: str) -> list[str]:
    """The ids of the invites that this text may open, whether there are such or not."""
    return [keyed_hash(session, "invite", code) for code in keyboards.readings(text, LENGTH)]


def find_by_id(session: Session, invite_id: str, today: date) -> Invite | None:
    """The invite with this id, while it may still be used and nobody has asked to (models.people.upgrades)."""
    given_back = any(event.kind == "unclaim" for event in intake.of_code(session, invite_id))
    if given_back or intake.is_there(session, row_of(session, invite_id)) or worker_claims.stands(session, invite_id):
        return None
    return unused(session, invite_id, today)


def row_of(session: Session, invite_id: str) -> str:
    """The row of the intake in which somebody asks to use this code where they have joined: one that is there for two who
    ask at once, another one after each time that came to nothing, so that the code can be used again."""
    asked = (event.entry_id for event in intake.of_code(session, invite_id))
    return intake.row_of(session, "slip", invite_id + "+" * len(told.among(session, asked)))


def unused(session: Session, invite_id: str, today: date) -> Invite | None:
    invite = session.get(Invite, invite_id)
    if (
        invite is None
        or invite.revoked
        or invite.uses_left == 0
        or (invite.valid_to is not None and invite.valid_to < today)
    ):
        return None
    return invite


def end(session: Session, invite_id: str) -> None:
    """This code opens nothing any more."""
    session.execute(update(Invite).where(col(Invite.id) == invite_id).values(revoked=True))


def use(session: Session, invite: Invite) -> bool:
    """Takes one use; False where somebody else has just taken the last."""
    if invite.uses_left is None:
        return True
    left = col(Invite.uses_left)
    taken = session.execute(update(Invite).where(col(Invite.id) == invite.id, left > 0).values(uses_left=left - 1))
    return bool(taken.rowcount)  # type: ignore[attr-defined]
