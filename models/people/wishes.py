"""What people have asked for since the last night, which their rows do not say yet.

A row that names a person changes in the night, all together (models.anonymity.intake): changed at once, it would tell whose
chat it was that wrote a moment before. But that person's own screen, and what is sent to them, obeys from the moment they
asked; whoever shows or sends asks here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.anonymity import intake
from models.people import accounts, leaving
from models.people.accounts import Account, Sender
from models.people.persons import Person
from models.store.database import Session


def chosen(session: Session, account_id: str) -> dict[str, Any]:
    """What this account has chosen since its row was written last (models.people.accounts.CHOICES)."""
    found: dict[str, Any] = {}
    for event in intake.changes(session, account_id):
        found |= json.loads(event.text)
    return found


def chosen_by_all(session: Session) -> dict[str, dict[str, Any]]:
    """The same of everybody who has chosen anything, by account."""
    found: dict[str, dict[str, Any]] = {}
    for event in intake.lately(session, "change"):
        found.setdefault(event.account_id, {}).update(json.loads(event.text))
    return found


def is_blocked(session: Session, account: Account) -> bool:
    """Whether this phone has stopped the line."""
    return bool(chosen(session, account.id).get("blocked", account.blocked))


def hides(wished: Mapping[str, Any], pin: bytes | None, plain_previews: bool) -> bool:
    """Whether what arrives unasked says only that there is news, on a phone whose row says this and whose owner wishes
    that."""
    return bool(wished.get("pin", pin)) or not wished.get("plain_previews", plain_previews)


def has_seen(session: Session, account_id: str, broadcast_id: str) -> bool:
    """Whether somebody has confirmed this broadcast, and its ledger does not say so yet."""
    found = intake.of_account(session, account_id) if broadcast_id else ()
    return any(event.kind == "seen" and event.text == broadcast_id for event in found)


def leave(session: Session, account: Account, now: datetime, at: datetime) -> None:
    """Whoever has this account leaves, with every phone."""
    theirs = accounts.of_person(session, account.person_id) if account.confirmed else [account]  # a claim is no person
    every = [one.id for one in theirs]
    intake.ask(session, "leave", account.id, now, at, json.dumps(every))


def put_out(session: Session, account: Account, now: datetime, at: datetime) -> None:
    """Ends every other phone of whoever has this account."""
    others = [one.id for one in accounts.of_person(session, account.person_id) if one.id != account.id and account.confirmed]
    intake.ask(session, "unlink", account.id, now, at, json.dumps(others))


def is_gone(session: Session, account_id: str) -> bool:
    """Whether this phone was left behind or put out, and its row is only waiting for the night."""
    return bool(intake.ending(session, account_id))


def all_gone(session: Session) -> set[str]:
    """Every phone of which that is so."""
    return {account_id for event in intake.lately(session, "leave", "unlink") for account_id in json.loads(event.text)}


def come_back(session: Session, account: Account, to: Sender, now: datetime, at: datetime) -> None:
    """Whoever has this account goes on in another page, and not in the one it was in. `at`: when its row says so; what waits
    in the old page is handed on, and those are told who should know, at once."""
    before = sender_of(session, account)
    intake.ask(session, "came_back", account.id, now, now, f"{before.external}:{to.external}")
    intake.ask(session, "moved", account.id, now, at, f"{to.external}:{accounts.hash_of(session, to)}")


def _moved(session: Session, account_id: str) -> tuple[str, str]:
    """To which page this account has moved last, and its hash, where its row may not say so yet."""
    moves = [event for event in intake.of_account(session, account_id) if event.kind == "moved"]
    external, _, hashed = moves[-1].text.partition(":") if moves else ("", "", "")
    return external, hashed


def sender_of(session: Session, account: Account) -> Sender:
    """From where whoever has this account writes now."""
    return now_at(session, account.id, accounts.sender_of(session, account))


def now_at(session: Session, account_id: str, before: Sender) -> Sender:
    """The same, where it is known from where they wrote before: by their row."""
    external, _ = _moved(session, account_id)
    return Sender(before.line, external) if external else before


def move(session: Session, account_id: str, text: str) -> None:
    """The night's: the row of an account says where it has moved. Not where it has moved on since, or has ended."""
    account = session.get(Account, account_id)
    if account is None or is_gone(session, account_id) or _moved(session, account_id)[0] != text.partition(":")[0]:
        return
    to = Sender(account.line, text.partition(":")[0])
    clear(session, to)
    other = accounts.find(session, to)
    if other is not None and other.id != account.id:
        accounts.park(session, other)  # it has moved from there, tonight as well
    accounts.move(session, account, to)


def find_person(session: Session, sender: Sender) -> tuple[Account, Person] | tuple[None, None]:
    """The account of whoever writes from there, and whose it is; nobody where it has ended, or moved to another page."""
    hashed = accounts.hash_of(session, sender)
    account, person = accounts.find_person(session, sender)
    if account is not None and person is not None and _is_there(session, account, hashed):
        return account, person
    for event in reversed(intake.of_page(session, hashed)):
        came = session.get(Account, event.account_id)
        if came is not None and _is_there(session, came, hashed):
            return came, session.get_one(Person, came.person_id)
    return None, None


def _is_there(session: Session, account: Account, hashed: str) -> bool:
    _, moved = _moved(session, account.id)
    return moved in ("", hashed) and not is_gone(session, account.id)


def find(session: Session, sender: Sender) -> Account | None:
    return find_person(session, sender)[0]


def of_person(session: Session, person_id: str) -> list[Account]:
    """Every phone this person still has."""
    return [one for one in accounts.of_person(session, person_id) if not is_gone(session, one.id)]


def clear(session: Session, sender: Sender) -> None:
    """Whoever joins again on a phone whose row only waits for the night: what it waits for is done first."""
    account = accounts.find(session, sender)
    if account is None:
        return
    for event in intake.ending(session, account.id):
        if event.kind == "leave":
            leaving.forget(session, event.account_id)
        else:
            accounts.detach(session, account)
        session.flush()
