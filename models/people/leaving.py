"""Leaving: who somebody is, is forgotten; what they filed stays, and nothing leads back from it.

Nothing is shown or sent to them from the moment they ask (models.people.wishes), and the rows go in the night, with whatever
else names people: gone beside the turn that asked, they would say whose it was. Cases are not touched: a transaction that
wrote an account and a case would tie them together. Their way back simply ends, because the person's reporter id is gone, or
is another one for somebody who stays on the union's roll. What waited for them is never sent (models.messages.sending) and
soon forgotten (models.messages.unopened.forget_unclaimed).
"""

from __future__ import annotations

from collections.abc import Iterable

from models.people import accounts
from models.people.accounts import Account
from models.people.persons import Person
from models.store.database import Session
from models.store.ids import new_id


def end(session: Session, account_ids: Iterable[str]) -> None:
    """These chats are forgotten; whose they were stays."""
    for account_id in account_ids:
        if (account := session.get(Account, account_id)) is not None:
            accounts.detach(session, account)


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
