"""What waits for an officer, in the order in which it should be done: overdue, due today, new, written to again, in hand;
last what waits for the worker.

Nothing here tells more of a case than its card: what is under time cover is ordered and dated by when it was posted, never
by when it was written, and of cases due at one moment the random ids decide, not who came first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from sqlalchemy import select
from sqlmodel import col

from config.i18n import HERE
from models.anonymity import moments
from models.grievances import access
from models.grievances.cases import UNDELIVERED, Entry, Grievance, is_overdue, is_owed
from models.store.database import Session

Group = Literal["overdue", "today", "new", "again", "in_hand", "waits"]
"""`waits`: for the worker. `in_hand`: taken on, and not due today."""
GROUPS: tuple[Group, ...] = get_args(Group)
OWED: tuple[Group, ...] = GROUPS[:-1]
"""What the officer is to do something about."""

_ASIDE = ("note", "assigned", "since", "observed", UNDELIVERED)
"""Entries after which nobody waits for anybody else than before."""
_MOVED = ("unsettled", "escalated", "climbed", "returned", "taken")
"""By which a case came to another unit, which has not had it."""


@dataclass(frozen=True, slots=True)
class Said:
    """An entry of a case, as far as the order goes."""

    kind: str
    by_officer: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case with its place. `since`: the moment of the newest thing said in it, no finer than its cover allows."""

    case: Grievance
    group: Group
    since: datetime


def group_of(case: Grievance, said: Sequence[Said], now: datetime) -> Group:
    """Where an open case belongs, `said` being all its entries in order."""
    heard = [one for one in said if one.kind not in _ASIDE]
    last = heard[-1] if heard else None
    if not is_owed(case):
        return "waits"
    if is_overdue(case, now):
        return "overdue"
    if case.due_at.astimezone(HERE).date() <= now.astimezone(HERE).date():
        return "today"
    if case.state == "acknowledged":
        return "waits" if last is not None and last.kind == "question" else "in_hand"
    answered = any(one.by_officer for one in heard)
    return "again" if answered and last is not None and last.kind not in _MOVED else "new"


def shown_at(case: Grievance, at: datetime) -> datetime:
    """When something was said in a case, as officers and its reporter may read it."""
    return moments.shown(at, covered=case.covered)


def waiting(session: Session, person_id: str, now: datetime) -> list[Waiting]:
    """All open cases of this officer, in order."""
    cases = access.visible_to(session, person_id, now)
    asked = select(col(Entry.grievance_id), col(Entry.kind), col(Entry.officer_id), col(Entry.at))
    asked = asked.where(col(Entry.grievance_id).in_(access.visible_ids(session, person_id, now)))
    said: dict[str, list[Said]] = {}
    for case_id, kind, officer_id, at in session.execute(asked.order_by(col(Entry.at), col(Entry.number))):
        said.setdefault(case_id, []).append(Said(kind, officer_id is not None, at))
    found = []
    for case in cases:
        heard = said.get(case.id, [])
        since = heard[-1].at if heard else case.created_at
        found.append(Waiting(case, group_of(case, heard, now), shown_at(case, since)))
    return sorted(found, key=_place)


def _place(one: Waiting) -> tuple[int, bool, datetime, str]:
    by = one.since if one.group == "waits" else shown_at(one.case, one.case.due_at)
    return GROUPS.index(one.group), not one.case.urgent, by, one.case.id


def counted(found: Sequence[Waiting]) -> Counter[Group]:
    return Counter(one.group for one in found)
