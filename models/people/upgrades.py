"""Who joined by the team's code and later gets a slip of their own, or comes into an office: the chat, its cases and its
wishes stay, and from the next night it counts as joined by a slip, or is the officer's.

The turn that asks leaves one sealed event, as every turn does, under the one id that this slip can have (so a slip is used
once); the account's row and the slip's are written in the night, with all that names people. Where officers have to be
confirmed, an officer's code is claimed first, beside what the chat is (models.people.claims), and the office is taken in the
night after somebody has vouched for it."""

from __future__ import annotations

from datetime import date, datetime

from models.anonymity import intake
from models.anonymity.events import Event, Kind
from models.people import accounts, claims, invites, wishes, worker_claims
from models.people.accounts import Account
from models.people.invites import Invite
from models.people.persons import Person
from models.store.database import Session
from models.store.ids import new_id


def is_possible(account: Account, invite: Invite) -> bool:
    return account.confirmed and not account.verified and invites.is_slip(invite)


def ask(session: Session, account: Account, invite: Invite, now: datetime, at: datetime) -> bool:
    """False where somebody else has just asked to use this slip."""
    return _ask(session, "slip", account, invite, now, at)


def _ask(session: Session, kind: Kind, account: Account, invite: Invite, now: datetime, at: datetime) -> bool:
    event = Event(kind, at.isoformat(), "", new_id(), "", invite.id, account.id)
    return intake.add(session, event, now, invites.row_of(session, invite.id))


def asked(session: Session, account: Account) -> set[str]:
    """The codes that this chat has lately asked to use, by id."""
    return {event.text for event in intake.of_account(session, account.id) if event.kind in intake.OF_CODES}


def carry_out(session: Session, event: Event, today: date) -> bool:
    """Whether it was done: the slip may have been revoked, or the person have left, since."""
    account, invite = session.get(Account, event.account_id), invites.unused(session, event.text, today)
    if account is None or invite is None or not is_possible(account, invite) or not invites.use(session, invite):
        return False
    account.verified = True
    person = session.get_one(Person, account.person_id)
    person.unit_id = invite.unit_id
    session.add_all((account, person))
    session.flush()
    return True


def may_take_office(session: Session, account: Account, invite: Invite) -> bool:
    """Whether this worker's chat may become the officer's whose code this is: both have no other phone, so that of two
    people one is left (a chat that only claims to be the officer's is no phone of theirs). Not with a PIN, which is kept
    with the person it was set by."""
    worker = session.get_one(Person, account.person_id)
    if not account.confirmed or invite.person_id is None or worker.staff_hash is not None:
        return False
    pin = wishes.chosen(session, account.id).get("pin", account.pin)
    officers = [phone for phone in accounts.of_person(session, invite.person_id) if phone.confirmed]
    return not pin and len(accounts.of_person(session, worker.id)) == 1 and not officers


def ask_office(session: Session, account: Account, invite: Invite, now: datetime, at: datetime) -> bool:
    """False where somebody else has just asked to use this code."""
    return _ask(session, "office", account, invite, now, at)


def ask_claim(session: Session, account: Account, invite: Invite, now: datetime, at: datetime) -> bool:
    """The same, of an office that is only claimed until it is confirmed: `at` that moment the officers above are asked."""
    return _ask(session, "claim", account, invite, now, at)


def claim_office(session: Session, event: Event, today: date) -> claims.Claim | None:
    """Begins the claim that was asked for; None where something has changed since. No row that names anybody is written."""
    account, invite = session.get(Account, event.account_id), invites.unused(session, event.text, today)
    if account is None or invite is None or not may_take_office(session, account, invite):
        return None
    return claims.begin(session, account.id, invite.id, datetime.fromisoformat(event.due).date())


def take_office(session: Session, event: Event, today: date) -> bool:
    """Whether it was done. What the worker filed stays theirs: the officer on the roll goes on with their reporter id."""
    account, invite = session.get(Account, event.account_id), invites.unused(session, event.text, today)
    if account is None or invite is None or not may_take_office(session, account, invite):
        return False
    if not invites.use(session, invite):
        return False
    worker_claims.end(session, worker_claims.id_of(session, invite.id))
    assert invite.person_id is not None
    worker, officer = session.get_one(Person, account.person_id), session.get_one(Person, invite.person_id)
    reporter_id, worker.reporter_id = worker.reporter_id, new_id()  # each is there once
    session.add(worker)
    session.flush()
    officer.reporter_id = reporter_id
    officer.member, officer.muted = officer.member or worker.member, officer.muted or worker.muted
    account.person_id, account.verified = officer.id, True
    session.add_all((officer, account))
    session.flush()
    session.delete(worker)
    session.flush()
    return True


def give_up(session: Session, event: Event) -> None:
    """The office was not taken: a claim that led to it is over, and the code can be used again."""
    kept = worker_claims.find(session, worker_claims.id_of(session, event.text))
    if kept is not None and kept.account_id == event.account_id:
        worker_claims.end(session, kept.id)
