"""A person's id on a line, and the keys under which a chat leaves traces.

The id itself is sealed; look-up is by keyed hash. Rows that pass quickly (conversation, outbound) name a chat only by
`chat_key`, which changes every day and when the person joins: nothing in the database leads from such a row to an account,
also not through the number of a transaction that wrote both (none does).
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import func, select, update
from sqlmodel import Field, UniqueConstraint, col

from models.columns import Id, Ref
from models.database import Base, Session
from models.person import Person
from models.sealing import keyed_hash, seal, unseal


class Account(Base, table=True):
    """`external` is the person's id on the line, sealed. Days only: an exact time here would date somebody's message.

    `confirmed` is false while nobody has vouched for an officer's claim. `verified`: joined by a one-time slip or by a staff
    code, where a team's own code lets anybody in. `blocked`: the person stopped the line. `notices` and `polls` are consents
    of their own. `pin` is sealed; `plain_previews` shows words on the lock screen instead of “the union has news”.
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("line", "external_hash"),)

    id: str = Id()
    line: str = Field(max_length=64)
    external_hash: str = Field(max_length=32)
    external: bytes
    person_id: str = Ref("person")
    language: str = Field(max_length=5)
    confirmed: bool = True
    verified: bool = False
    blocked: bool = False
    notices: bool = False
    polls: bool = False
    pin: bytes | None = None
    plain_previews: bool = False
    joined_on: date
    consent_version: str = Field(max_length=16)


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody on a line, known or not."""

    line: str
    external: str


def find(session: Session, sender: Sender) -> Account | None:
    hashed = keyed_hash(session, "account", sender.line, sender.external)
    statement = select(Account).where(col(Account.line) == sender.line, col(Account.external_hash) == hashed)
    return session.execute(statement).scalar_one_or_none()


def add(
    session: Session,
    sender: Sender,
    person: Person,
    *,
    language: str,
    confirmed: bool,
    consent_version: str,
    today: date,
    verified: bool = False,
    notices: bool = False,
    polls: bool = False,
) -> Account:
    account = Account(
        line=sender.line,
        external_hash=keyed_hash(session, "account", sender.line, sender.external),
        external=b"",
        person_id=person.id,
        language=language,
        confirmed=confirmed,
        verified=verified,
        notices=notices,
        polls=polls,
        joined_on=today,
        consent_version=consent_version,
    )
    account.external = seal(session, "account.external", account.id, sender.external)
    session.add(account)
    session.flush()
    return account


def sender_of(session: Session, account: Account) -> Sender:
    return Sender(account.line, unseal(session, "account.external", account.id, account.external))


def of_person(session: Session, person_id: str) -> Sequence[Account]:
    """Every phone this person has joined with."""
    statement = select(Account).where(col(Account.person_id) == person_id).order_by(col(Account.id))
    return session.execute(statement).scalars().all()


def of_reporter(session: Session, reporter_id: str) -> Sequence[Account]:
    statement = (
        select(Account)
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(col(Person.reporter_id) == reporter_id)
        .order_by(col(Account.id))
    )
    return session.execute(statement).scalars().all()


def set_blocked(session: Session, sender: Sender, blocked: bool) -> None:
    hashed = keyed_hash(session, "account", sender.line, sender.external)
    session.execute(
        update(Account)
        .where(
            col(Account.line) == sender.line,
            col(Account.external_hash) == hashed,
            col(Account.blocked).is_not(blocked),
        )
        .values(blocked=blocked)
    )


def set_choice(session: Session, account: Account, name: Literal["notices", "polls", "plain_previews"], on: bool) -> None:
    """One of the consents and switches that are a person's own."""
    session.execute(update(Account).where(col(Account.id) == account.id).values({name: on}))
    setattr(account, name, on)


def set_pin(session: Session, account: Account, pin: str) -> None:
    """A new PIN; empty takes it away. What is sealed is a keyed hash: people use one PIN for many things."""
    account.pin = seal(session, "account.pin", account.id, _pin_hash(session, account, pin)) if pin else None
    session.add(account)


def pin_fits(session: Session, account: Account, pin: str) -> bool:
    assert account.pin is not None  # only asked where there is one
    return hmac.compare_digest(unseal(session, "account.pin", account.id, account.pin), _pin_hash(session, account, pin))


def _pin_hash(session: Session, account: Account, pin: str) -> str:
    return keyed_hash(session, "account.pin", account.person_id, pin)


def take_pin(session: Session, account: Account, other: Account) -> None:
    """A second phone of the same person is locked by the PIN of the first."""
    if other.pin is not None:
        known = unseal(session, "account.pin", other.id, other.pin)
        account.pin = seal(session, "account.pin", account.id, known)
        session.add(account)


def set_language(session: Session, account: Account, language: str) -> None:
    session.execute(update(Account).where(col(Account.id) == account.id).values(language=language))
    account.language = language


def unconfirmed(session: Session, staff_code: str) -> Sequence[Account]:
    """The accounts that claim the office of the officer with this staff code."""
    hashed = keyed_hash(session, "person.staff", staff_code.strip().upper())
    statement = (
        select(Account)
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(col(Person.staff_hash) == hashed, col(Account.confirmed).is_(False))
    )
    return session.execute(statement).scalars().all()


def detach(session: Session, account: Account) -> None:
    """Forgets a chat: the person stays on the roll, what they filed stays without a way back."""
    session.delete(account)


def count_in(session: Session, unit_id: str) -> int:
    """How many people of this very unit have an account; what stays below the threshold is shown one level up."""
    statement = (
        select(func.count(func.distinct(col(Account.person_id))))
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(col(Person.unit_id) == unit_id)
    )
    return int(session.execute(statement).scalar_one())


def chat_keys(session: Session, sender: Sender, account_id: str | None, today: date) -> tuple[str, str]:
    """Today's and yesterday's name of a chat in the rows that pass. A guest and a member have different ones, so that the
    transaction in which somebody joins does not tie the account it makes to what the member does afterwards."""
    who = account_id or f"{sender.line}\x1f{sender.external}"
    days = (today, today - timedelta(days=1))
    return (
        keyed_hash(session, "chat", who, days[0].isoformat()),
        keyed_hash(session, "chat", who, days[1].isoformat()),
    )
