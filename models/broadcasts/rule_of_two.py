"""The rule of two: what goes to very many people, or into several grassroots unions, needs a second officer's agreement.

The same for notices and for polls, whoever asks: a chat, a page, the clock.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import col

from config.settings import Notices
from models.anonymity.counts import Size
from models.broadcasts import audiences
from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import POLL, Broadcast
from models.people import offices, rights, units
from models.people.accounts import Account
from models.people.persons import Person
from models.store.database import Session


def is_needed(session: Session, to: Audience, size: Size, limits: Notices) -> bool:
    return size.number > limits.second_above or audiences.grassroots_in(session, to, units.kinds("grassroots")) > 1


def who_may_agree(
    session: Session, unit_id: str, author_id: str, day: date, right: rights.Right = rights.AGREE_TO_NOTICE
) -> list[tuple[Account, Person]]:
    """Officers of the unit that speaks, else of the nearest above it that has any, once a chat; never the author."""
    for unit in units.path(session, unit_id):
        officers = {
            account.id: (account, person)
            for account, person, _office in offices.officers_of(session, unit.id, day, right)
            if person.id != author_id
        }
        if officers:
            return list(officers.values())
    return []


def waiting_for(session: Session, person_id: str, day: date) -> list[Broadcast]:
    """The notices that this officer is asked to agree to, the oldest first."""
    rows = session.execute(
        select(Broadcast)
        .where(col(Broadcast.state) == "waiting", col(Broadcast.kind) != POLL)
        .order_by(col(Broadcast.created_at), col(Broadcast.id))
    ).scalars()
    asked = ((row, who_may_agree(session, row.unit_id, row.author_id, day)) for row in rows)
    return [row for row, who in asked if any(person.id == person_id for _account, person in who)]


def has_left(session: Session, row: Broadcast, now: datetime) -> bool:
    """Whether its author answered for the unit, or one above, and does no longer: a notice does not outlive the office."""
    if row.approved_by is not None or offices.may(session, row.author_id, rights.WRITE_NOTICE, row.unit_id, now.date()):
        return False
    return offices.ever_held(session, row.author_id, [unit.id for unit in units.path(session, row.unit_id)])
