"""Leaving: who somebody is, is forgotten at once; what they filed stays, and nothing leads back from it.

Done by the clock, a moment after it was asked for: the turn that asks names the chat by its key of the day. Cases are not
touched: a transaction that wrote an account and a case would tie them together. Their way back simply ends, because the
person's reporter id is gone, or is another one for somebody who stays on the union's roll. What waited for them is never
sent (models.messages.sending) and soon forgotten (models.messages.unopened.forget_unclaimed).
"""

from __future__ import annotations

from models.people import accounts
from models.people.accounts import Account
from models.people.persons import Person
from models.store.database import Session
from models.store.ids import new_id


def forget_others(session: Session, account_id: str) -> None:
    """Every other chat of whoever has this one."""
    kept = session.get(Account, account_id)
    for other in accounts.of_person(session, kept.person_id) if kept and kept.confirmed else ():
        if other.id != account_id:
            accounts.detach(session, other)


def forget(session: Session, account_id: str) -> None:
    """All chats of whoever has this one, and the person, unless they are on the roll that the union itself keeps."""
    asked = session.get(Account, account_id)
    if asked is None:
        return
    if not asked.confirmed:  # it only claims to be somebody's
        accounts.detach(session, asked)
        return
    person = session.get_one(Person, asked.person_id)
    for account in accounts.of_person(session, person.id):
        accounts.detach(session, account)
    session.flush()
    if person.staff_hash is None:
        session.delete(person)
    else:
        person.reporter_id = new_id()
        person.member = person.muted = ""
        session.add(person)
    session.flush()
