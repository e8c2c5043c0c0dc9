"""Heads: workers who have joined with a one-time slip of their own, and so stand for one person each.

Only they count towards a threshold. With the code that hangs on the wall an officer makes as many accounts as they like; of
slips there are no more than a team has people (models.people.invites.left). Officers and whoever else is on the roll by name
do not count: the leader of a team, who counts along, is one of them.
"""

from __future__ import annotations

from collections import Counter

from sqlalchemy import exists, func, select
from sqlmodel import col

from models.people.accounts import Account
from models.people.persons import Person
from models.people.units import Unit
from models.store.database import Session


def by_unit(session: Session, *, wanting: bool = False) -> Counter[str]:
    """How many heads each unit has itself, now; `wanting`: only those who want notices, on whichever phone. For the night
    (models.anonymity.night_counts) and no screen."""
    own = [col(Account.person_id) == col(Person.id), col(Account.verified).is_(True), col(Account.confirmed).is_(True)]
    if wanting:
        own.append(col(Account.notices).is_(True))
    # Not “IS NULL”: SQLite would come in by the unique index on staff_hash, which every worker of the province shares.
    worker = func.coalesce(col(Person.staff_hash), "") == ""
    statement = select(col(Person.unit_id), func.count()).where(worker, exists().where(*own)).group_by(col(Person.unit_id))
    return Counter(dict(session.execute(statement).all()))


def is_head(session: Session, person_id: str) -> bool:
    """Whether this person stands for one head: by a slip of their own, or by an office."""
    own = col(Account.person_id) == person_id, col(Account.verified).is_(True), col(Account.confirmed).is_(True)
    return session.execute(select(col(Account.id)).where(*own).limit(1)).first() is not None


def added_up(session: Session, own: Counter[str]) -> Counter[str]:
    """The same with all that is below each unit."""
    above = dict(session.execute(select(col(Unit.id), col(Unit.parent_id))).all())
    found: Counter[str] = Counter()
    for unit_id, people in own.items():
        up: str | None = unit_id
        seen: set[str] = set()  # units may stand in a circle
        while up is not None and up not in seen:
            found[up] += people
            seen.add(up)
            up = above.get(up)
    return found
