"""Claims: whoever uses an officer's own code only claims to be that officer, until somebody vouches for them.

What can be compared are two words, the same on the claimant's screen and before whoever confirms: of a stolen code the words
stand on another screen than the officer's. A claim is over when its code was taken back or another one made for the officer,
when one of the office was confirmed, and after LAPSE_DAYS.

A chat that joins with the code is nothing but the claim: it is not the officer's yet, so neither their cases nor their
settings are its own, and it is forgotten when the claim is over. In the chat of a worker who has joined before, the claim
sits beside (models.people.worker_claims): the chat stays theirs, whatever becomes of the claim. Whoever confirms is not told
which of the two it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlmodel import col

from config.tables import table
from models.anonymity import intake, told
from models.people import invites, wishes, worker_claims
from models.people.accounts import Account
from models.people.invites import Invite
from models.people.persons import Person, staff_hash
from models.people.worker_claims import Kept
from models.store.database import Session, lock
from models.store.sealing import keyed_hash

LAPSE_DAYS = 3
"""A claim knows the day only: it lapses on the third day after the one on which it was made."""

Ended = Literal["lapsed", "code", "other", "left"]
"""Why a claim ended: nobody confirmed it in time, its code is not the officer's newest, another one was confirmed, whoever
made it took it back or left."""


@dataclass(frozen=True, slots=True)
class Claim:
    """`person_id` is the officer that the chat claims to be. `beside`: the chat is a worker's, and stays that. `confirmed`:
    it waits for the night only, in which a worker's chat takes the office."""

    id: str
    account_id: str
    person_id: str
    invite_id: str
    since: date
    beside: bool = False
    confirmed: bool = False


def _joined(account: Account) -> Claim:
    """The claim that a chat is which was joined with the code."""
    return Claim(account.id, account.id, account.person_id, account.claim or "", account.joined_on)


def _beside(session: Session, kept: Kept) -> Claim:
    invite = session.get(Invite, kept.invite_id)
    person_id = (invite.person_id or "") if invite is not None else ""
    return Claim(kept.id, kept.account_id, person_id, kept.invite_id, kept.since, True, kept.confirmed)


def words(session: Session, claim: Claim) -> str:
    """The two words of a claim. Made of its id with the look-up key, so that they are kept nowhere."""
    listed: list[str] = table("claim_words")["things"]["words"]
    number = int(keyed_hash(session, "claim.words", claim.id), 16)
    return f"{listed[number % len(listed)]} – {listed[number // len(listed) % len(listed)]}"


def last_day(claim: Claim) -> date:
    """The last day on which it can be confirmed."""
    return claim.since + timedelta(days=LAPSE_DAYS - 1)


def why_over(session: Session, claim: Claim, today: date) -> Ended | None:
    """Why this claim cannot be confirmed any more; None while it can."""
    if claim.beside and _is_given_up(session, claim):
        return "left"
    invite = session.get(Invite, claim.invite_id, populate_existing=True) if claim.invite_id else None
    if invite is None or invite.revoked:
        return "code"
    return "lapsed" if last_day(claim) < today else None


def _is_given_up(session: Session, claim: Claim) -> bool:
    if session.get(Account, claim.account_id) is None or wishes.is_gone(session, claim.account_id):
        return True
    return is_taken_back(session, claim.account_id, claim.invite_id)


def is_taken_back(session: Session, account_id: str, invite_id: str) -> bool:
    """Whether this chat has said that the code is not its own."""
    return any(event.kind == "unclaim" and event.account_id == account_id for event in intake.of_code(session, invite_id))


def find(session: Session, claim_id: str) -> Claim | None:
    """The claim with this id, over or not, that nobody has confirmed."""
    account = session.get(Account, claim_id)
    if account is not None:
        return _joined(account) if account.claim is not None else None
    kept = worker_claims.find(session, claim_id)
    return _beside(session, kept) if kept is not None and not kept.confirmed else None


def of_chat(session: Session, account: Account) -> Claim | None:
    """What this chat claims and has not taken back; of a worker's from the moment they asked."""
    if not account.confirmed:
        return _joined(account)
    for event in intake.of_account(session, account.id):
        if event.kind == "claim" and not told.is_told(session, event.entry_id):
            since = datetime.fromisoformat(event.due).date()
            kept: Kept | None = Kept(worker_claims.id_of(session, event.text), account.id, event.text, since, False)
            break
    else:
        kept = next((kept for kept in worker_claims.every(session) if kept.account_id == account.id), None)
    if kept is None or is_taken_back(session, account.id, kept.invite_id):
        return None
    return _beside(session, kept)


def all_claims(session: Session) -> list[Claim]:
    """Every claim that nobody has confirmed, over or not."""
    statement = select(Account).where(col(Account.claim).is_not(None)).order_by(col(Account.id))
    joined = session.execute(statement.execution_options(populate_existing=True)).scalars()
    beside = (_beside(session, kept) for kept in worker_claims.every(session) if not kept.confirmed)
    return [*map(_joined, joined), *beside]


def of_person(session: Session, person_id: str, today: date) -> list[Claim]:
    """The claims to be this officer that can still be confirmed."""
    theirs = (claim for claim in all_claims(session) if claim.person_id == person_id)
    return [claim for claim in theirs if why_over(session, claim, today) is None]


def of_staff_code(session: Session, staff_code: str, today: date) -> list[Claim]:
    """The same, of the officer with this staff code."""
    found = session.execute(select(col(Person.id)).where(col(Person.staff_hash) == staff_hash(session, staff_code)))
    person_id = found.scalar_one_or_none()
    return of_person(session, person_id, today) if person_id is not None else []


def begin(session: Session, account_id: str, invite_id: str, since: date) -> Claim | None:
    """A worker's chat claims, beside what it is, to be the officer whose code this is; None where somebody does already."""
    if not worker_claims.put(session, account_id, invite_id, since):
        return None
    kept = worker_claims.find(session, worker_claims.id_of(session, invite_id))
    return _beside(session, kept) if kept is not None else None


def confirm(session: Session, claim: Claim, today: date) -> list[Claim] | None:
    """Gives one claim its powers (a worker's chat in the night: models.people.upgrades), and returns the others of this
    officer, which are over; None where it could not be confirmed any more. One after another: of two claims confirmed at the
    same moment only the first is."""
    lock(session, keyed_hash(session, "claims", claim.person_id))
    live = of_person(session, claim.person_id, today)
    if claim.id not in [one.id for one in live] or _one_waits(session, claim.person_id, today):
        return None
    if claim.beside:
        if (kept := worker_claims.find(session, claim.id)) is not None:
            worker_claims.confirm(session, kept)
    else:
        account = session.get_one(Account, claim.account_id)
        account.confirmed, account.claim = True, None
        session.add(account)
    session.flush()
    return [one for one in live if one.id != claim.id]


def _one_waits(session: Session, person_id: str, today: date) -> bool:
    """Whether a claim to be this officer was confirmed and only waits for the night."""
    confirmed = (_beside(session, kept) for kept in worker_claims.every(session) if kept.confirmed)
    return any(one.person_id == person_id and why_over(session, one, today) in (None, "lapsed") for one in confirmed)


def is_claimed(session: Session, person_id: str, today: date) -> bool:
    """Whether a chat claims to be this officer's, or was confirmed and takes the office in the night."""
    return bool(of_person(session, person_id, today)) or _one_waits(session, person_id, today)


def refuse(session: Session, claim: Claim, today: date) -> bool:
    """False where it is over by now, or a colleague was first. The code is over with it."""
    lock(session, keyed_hash(session, "claims", claim.person_id))
    if claim.id not in [one.id for one in of_person(session, claim.person_id, today)]:
        return False
    end(session, claim)
    return True


def end(session: Session, claim: Claim) -> None:
    """Forgets a claim, and its code; of a chat that is nothing else, the code was used up when it joined."""
    if claim.beside:
        worker_claims.end(session, claim.id)
        if not wishes.is_gone(session, claim.account_id) and session.get(Account, claim.account_id) is not None:
            invites.end(session, claim.invite_id)  # whoever left may join anew with it


def take_back(session: Session, account_id: str, invite_id: str) -> None:
    """The night's: a chat has said that this code is not its own."""
    kept = worker_claims.find(session, worker_claims.id_of(session, invite_id))
    if kept is None or kept.account_id == account_id:
        worker_claims.end(session, worker_claims.id_of(session, invite_id))
        invites.end(session, invite_id)


def over(session: Session, today: date) -> list[tuple[Claim, Ended]]:
    """The claims that have ended and are not forgotten yet, each with why. One that was taken back goes in the night."""
    found = ((claim, why_over(session, claim, today)) for claim in all_claims(session))
    return [
        (claim, why)
        for claim, why in found
        if why is not None and not is_taken_back(session, claim.account_id, claim.invite_id)
    ]
