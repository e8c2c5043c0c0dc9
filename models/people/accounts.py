"""A person's id on a line. The id itself is sealed; look-up is by keyed hash.

What a chat leaves behind (models.messages) does not name it, and an account is not written in the transactions of its chat,
but for the one in which somebody joins: what they set for themselves waits for the night (models.people.wishes).
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Index, bindparam, func, select, text, update
from sqlmodel import Field, UniqueConstraint, col

from models.people import return_codes
from models.people.persons import Person
from models.store.columns import Id, Ref
from models.store.database import Base, Session, lock
from models.store.sealing import keyed_hash, seal, unseal


class Account(Base, table=True):
    """`external` is the person's id on the line, sealed. Days only: an exact time here would date somebody's message.

    `confirmed` is false while nobody has vouched for an officer's claim, and `claim` is then the code it was joined with
    (models.people.claims). `verified`: joined by a one-time slip or by a staff code, where a team's own code lets anybody
    in. `blocked`: the person stopped the line. `notices` and `polls` are consents of their own. `pin` is sealed;
    `plain_previews` shows words on the lock screen instead of “the union has news”.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("line", "external_hash"),
        # The few that are claims, for the clock, which would else read every account.
        Index(
            "ix_account_claim", "claim", sqlite_where=text("claim IS NOT NULL"), postgresql_where=text("claim IS NOT NULL")
        ),
    )

    id: str = Id()
    line: str = Field(max_length=64)
    external_hash: str = Field(max_length=32)
    external: bytes
    person_id: str = Ref("person")
    language: str = Field(max_length=5)
    confirmed: bool = True
    claim: str | None = Field(default=None, max_length=32)
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


# Built once: every message asks this, and building the question costs more than asking it.
_FIND = select(Account).where(col(Account.line) == bindparam("on"), col(Account.external_hash) == bindparam("hashed"))


def hash_of(session: Session, sender: Sender) -> str:
    """By what an account is found."""
    return keyed_hash(session, "account", sender.line, sender.external)


def find(session: Session, sender: Sender) -> Account | None:
    hashed = hash_of(session, sender)
    return session.execute(_FIND, {"on": sender.line, "hashed": hashed}).scalar_one_or_none()


_FIND_PERSON = _FIND.add_columns(Person).join(Person, col(Person.id) == col(Account.person_id))


def find_person(session: Session, sender: Sender) -> tuple[Account, Person] | tuple[None, None]:
    """The account and whose it is, in one question."""
    hashed = hash_of(session, sender)
    row = session.execute(_FIND_PERSON, {"on": sender.line, "hashed": hashed}).one_or_none()
    return (row[0], row[1]) if row else (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """How somebody joins: the `language` they chose, what they agreed to (`consent_version`; `notices` and `polls` apart),
    and what is known of them by then. `confirmed`, `claim` and `verified`: as in `Account`."""

    language: str
    consent_version: str
    confirmed: bool
    claim: str | None = None
    verified: bool = False
    notices: bool = False
    polls: bool = False


def add(session: Session, sender: Sender, person: Person, joining: Joining, today: date) -> Account:
    account = Account(
        line=sender.line,
        external_hash=hash_of(session, sender),
        external=b"",
        person_id=person.id,
        joined_on=today,
        **asdict(joining),
    )
    account.external = seal(session, "account.external", account.id, sender.external)
    session.add(account)
    session.flush()
    return account


def sender_of(session: Session, account: Account) -> Sender:
    return Sender(account.line, unseal(session, "account.external", account.id, account.external))


def move(session: Session, account: Account, to: Sender) -> None:
    """From now on the account is that of somebody who writes from there."""
    account.line, account.external_hash = to.line, hash_of(session, to)
    account.external = seal(session, "account.external", account.id, to.external)
    session.add(account)
    session.flush()


def park(session: Session, account: Account) -> None:
    """Nobody writes from where this account was any more; its own move is still to come."""
    account.external_hash = keyed_hash(session, "account.parked", account.id)
    session.add(account)
    session.flush()


def of_person(session: Session, person_id: str) -> Sequence[Account]:
    """Every phone this person has joined with."""
    statement = select(Account).where(col(Account.person_id) == person_id).order_by(col(Account.id))
    return session.execute(statement).scalars().all()


def of_reporter(session: Session, reporter_id: str) -> Sequence[Account]:
    """Every phone on which they hear of their cases: not one that only claims to be theirs."""
    statement = (
        select(Account)
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(col(Person.reporter_id) == reporter_id, col(Account.confirmed).is_(True))
        .order_by(col(Account.id))
    )
    return session.execute(statement).scalars().all()


def set_blocked(session: Session, sender: Sender, blocked: bool) -> None:
    hashed = hash_of(session, sender)
    session.execute(
        update(Account)
        .where(
            col(Account.line) == sender.line,
            col(Account.external_hash) == hashed,
            col(Account.blocked).is_not(blocked),
        )
        .values(blocked=blocked)
    )


CHOICES = ("language", "blocked", "notices", "polls", "plain_previews", "pin", "member", "muted")
OF_PERSON = ("member", "muted")


def change(session: Session, account_id: str, values: dict[str, Any]) -> None:
    """Writes what a person chose for themselves (CHOICES; a PIN as `pin_hash`, empty for none; `member` and `muted` are of
    the person, not of one phone); nothing where they have left since."""
    assert values.keys() <= set(CHOICES)
    if theirs := {name: value for name, value in values.items() if name in OF_PERSON}:
        whose = select(col(Account.person_id)).where(col(Account.id) == account_id).scalar_subquery()
        session.execute(update(Person).where(col(Person.id) == whose).values(**theirs))
        values = {name: value for name, value in values.items() if name not in theirs}
    if not values:
        return
    if "pin" in values:
        values = values | {"pin": seal(session, "account.pin", account_id, values["pin"]) if values["pin"] else None}
    session.execute(update(Account).where(col(Account.id) == account_id).values(values))


def pin_of(session: Session, account: Account) -> str:
    """What is kept of the PIN (see `pin_hash`); empty where there is none."""
    return unseal(session, "account.pin", account.id, account.pin) if account.pin is not None else ""


def pin_fits(session: Session, account: Account, kept: str, pin: str) -> bool:
    return hmac.compare_digest(kept, pin_hash(session, account, pin))


def pin_hash(session: Session, account: Account, pin: str) -> str:
    """What is sealed of a PIN: people use one for many things."""
    return keyed_hash(session, "account.pin", account.person_id, pin)


def take_pin(session: Session, account: Account, kept: str) -> None:
    """A second phone of the same person is locked by the PIN of the first."""
    if kept:
        account.pin = seal(session, "account.pin", account.id, kept)
        session.add(account)


def detach(session: Session, account: Account) -> None:
    """Forgets a chat: the person stays on the roll, what they filed stays without a way back."""
    return_codes.forget(session, account.id)
    session.delete(account)


def count_on(session: Session, line: str) -> int:
    """How many people have joined on this line: some services allow only so many."""
    return int(session.execute(select(func.count()).select_from(Account).where(col(Account.line) == line)).scalar_one())


def lock_chat(session: Session, sender: Sender) -> None:
    """One after another: what a chat's own messages and what is sent to it change where that chat stands."""
    lock(session, keyed_hash(session, "lock", sender.line, sender.external))
