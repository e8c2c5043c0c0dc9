"""Whom a broadcast or a poll is for: a rule, kept as it was said, that becomes one question to the roll.

A rule and not a list of people: who joins or leaves is decided once, when the ledger is written (models.broadcasts.ledger).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.broadcasts.recipients import Recipient
from models.people import offices, rights, units
from models.people.accounts import Account
from models.people.offices import Office
from models.people.persons import Person
from models.people.units import Unit
from models.store.database import Session

NOT_YET = ("no", "unsure")


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody in the subtrees of `units` but not in those of `minus` (unit ids), narrowed by what is not empty.

    `role`: officers (models.people.rights.AUDIENCES). `member`: "yes" or "no" (not yet), as people say themselves.
    `sector`: of the unit or one above it. `language`: of one of their phones. `verified`: joined by a one-time slip or a
    staff code. `unconfirmed`: who has not confirmed this broadcast and was not told in person; `meant`: whom this broadcast
    was for, for its correction, and `private` if that one was."""

    units: tuple[str, ...]
    minus: tuple[str, ...] = ()
    role: str = ""
    member: str = ""
    sector: str = ""
    language: str = ""
    verified: bool = False
    unconfirmed: str = ""
    meant: str = ""
    private: bool = False

    def dump(self) -> str:
        return json.dumps({key: value for key, value in asdict(self).items() if value or key == "units"})

    @classmethod
    def load(cls, dumped: str) -> Audience:
        kept: dict[str, Any] = json.loads(dumped)
        return cls(**kept | {key: tuple(kept[key]) for key in ("units", "minus") if key in kept})

    @property
    def is_private(self) -> bool:
        """Whether it depends on what people told or did on their phones, so that its size would tell about them."""
        return any((self.member, self.language, self.unconfirmed, self.private))


def below(starts: ColumnElement[bool], name: str) -> Select[str]:
    """SQL: the ids of these units and of all below them. UNION, not UNION ALL, ends also where units stand in a circle."""
    found = select(col(Unit.id)).where(starts).cte(name, recursive=True)
    child = aliased(Unit)
    return select(found.union(select(col(child.id)).where(col(child.parent_id) == found.c.id)).c.id)


def people(audience: Audience, day: date) -> Select[str, str]:
    """SQL: (person id, unit id) of everybody it is for."""
    return select(col(Person.id).label("person_id"), col(Person.unit_id).label("unit_id")).where(
        and_(*_conditions(audience, day))
    )


def _conditions(audience: Audience, day: date) -> Sequence[ColumnElement[bool]]:

    unit_of = col(Person.unit_id)
    found: list[ColumnElement[bool]] = [unit_of.in_(below(col(Unit.id).in_(audience.units), "chosen"))]
    if audience.minus:
        found.append(unit_of.not_in(below(col(Unit.id).in_(audience.minus), "left_out")))
    if audience.sector:
        found.append(unit_of.in_(below(col(Unit.sector) == audience.sector, "of_sector")))
    if audience.role:
        held = [col(Office.person_id) == col(Person.id), offices.held_on(day)]
        held += [col(Office.role).in_(rights.AUDIENCES[audience.role])] if audience.role != rights.OFFICERS else []
        found.append(exists().where(*held))
    if audience.member:
        found.append(col(Person.member).in_(("yes",) if audience.member == "yes" else NOT_YET))
    if audience.language:
        speaks = exists().where(col(Account.person_id) == col(Person.id), col(Account.language) == audience.language)
        found.append(or_(col(Person.language) == audience.language, speaks))
    if audience.verified:
        slip = col(Account.person_id) == col(Person.id), col(Account.verified).is_(True), col(Account.confirmed).is_(True)
        found.append(exists().where(*slip))
    if audience.unconfirmed or audience.meant:
        theirs = col(Recipient.person_id) == col(Person.id)
        of_it = col(Recipient.broadcast_id) == (audience.unconfirmed or audience.meant)
        # Who is still to get it does not get it twice.
        state = and_(col(Recipient.state).not_in(("confirmed", "queued", "sending")), col(Recipient.told_on).is_(None))
        found.append(exists().where(theirs, of_it, *([state] if audience.unconfirmed else [])))
    return found


def size(session: Session, audience: Audience, day: date) -> int:
    """How many people it is for now."""
    counted = people(audience, day).subquery()
    return int(session.execute(select(func.count()).select_from(counted)).scalar_one())


def grassroots_in(session: Session, audience: Audience, kinds: Sequence[str]) -> int:
    """How many grassroots unions (`kinds`: their kinds) it reaches into, from above or with a part of them."""
    chosen = below(col(Unit.id).in_(audience.units), "chosen")
    inside = select(col(Unit.id)).where(col(Unit.id).in_(chosen), col(Unit.kind).in_(kinds))
    found = set(session.execute(inside).scalars())
    over = {one.id for unit_id in audience.units for one in units.path(session, unit_id) if one.kind in kinds}
    return len(found | over)
