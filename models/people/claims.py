"""Claims: whoever joins with an officer's own code only claims to be that officer, until somebody vouches for them.

What can be compared are two words, the same on the claimant's screen and before whoever confirms: of a stolen code the words
stand on another screen than the officer's. A claim is over when its code was taken back or another one made for the officer,
when one of the office was confirmed, and after LAPSE_DAYS. Nothing can be done with a chat while it is only a claim: it is
not the officer's yet, so neither their cases nor their settings are its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import select
from sqlmodel import col

from config.tables import table
from models.people.accounts import Account
from models.people.invites import Invite
from models.people.persons import Person, staff_hash
from models.store.database import Session, lock
from models.store.sealing import keyed_hash

LAPSE_DAYS = 3
"""An account knows the day only: it lapses on the third day after the one on which the code was used."""

Ended = Literal["lapsed", "code", "other"]
"""Why a claim ended: nobody confirmed it in time, its code is not the officer's newest, another one was confirmed."""


def words(session: Session, claim: Account) -> str:
    """The two words of a claim. Made of its id with the look-up key, so that they are kept nowhere."""
    listed: list[str] = table("claim_words")["things"]["words"]
    number = int(keyed_hash(session, "claim.words", claim.id), 16)
    return f"{listed[number % len(listed)]} – {listed[number // len(listed) % len(listed)]}"


def last_day(claim: Account) -> date:
    """The last day on which it can be confirmed."""
    return claim.joined_on + timedelta(days=LAPSE_DAYS - 1)


def why_over(session: Session, claim: Account, today: date) -> Ended | None:
    """Why this claim cannot be confirmed any more; None while it can."""
    invite = session.get(Invite, claim.claim, populate_existing=True) if claim.claim else None
    if invite is None or invite.revoked:
        return "code"
    return "lapsed" if last_day(claim) < today else None


def all_claims(session: Session) -> Sequence[Account]:
    """Every claim there is, over or not."""
    return session.execute(select(Account).where(col(Account.claim).is_not(None)).order_by(col(Account.id))).scalars().all()


def of_person(session: Session, person_id: str, today: date) -> list[Account]:
    """The claims to be this officer that can still be confirmed."""
    statement = select(Account).where(col(Account.person_id) == person_id, col(Account.claim).is_not(None))
    found = session.execute(statement.order_by(col(Account.id)).execution_options(populate_existing=True)).scalars()
    return [claim for claim in found if why_over(session, claim, today) is None]


def of_staff_code(session: Session, staff_code: str, today: date) -> list[Account]:
    """The same, of the officer with this staff code."""
    found = session.execute(select(col(Person.id)).where(col(Person.staff_hash) == staff_hash(session, staff_code)))
    person_id = found.scalar_one_or_none()
    return of_person(session, person_id, today) if person_id is not None else []


def confirm(session: Session, claim_id: str, person_id: str, today: date) -> tuple[Account, list[Account]] | None:
    """Gives one claim its powers, and returns it with the others of this officer, which are over; None where it could not be
    confirmed any more. One after another: of two claims confirmed at the same moment only the first is."""
    lock(session, keyed_hash(session, "claims", person_id))
    live = of_person(session, person_id, today)
    chosen = next((claim for claim in live if claim.id == claim_id), None)
    if chosen is None:
        return None
    chosen.confirmed, chosen.claim = True, None
    session.add(chosen)
    session.flush()
    return chosen, [claim for claim in live if claim is not chosen]


def over(session: Session, today: date) -> list[tuple[Account, Ended]]:
    """The claims that have ended and whose chats are not forgotten yet, each with why."""
    found = ((claim, why_over(session, claim, today)) for claim in all_claims(session))
    return [(claim, why) for claim, why in found if why is not None]
