"""Return codes: with one, somebody who has joined goes on in a new page, where the old one was closed and knew no more.

A code is 16 digits, made of the account with the look-up key and a generation number, so that it can be shown again and is
kept nowhere. In the database there is a keyed hash to find it by; whose it is stands sealed. A new one, or none, raises the
generation: what somebody saw over a shoulder is over. Rows are written in the night, with all that names people; until then
the sealed events of the turns are obeyed (models.anonymity.intake).

What guessing is worth. There are 10**16 codes. With 10,000 people who hold one, one number in 10**12 is somebody's. Wrong
codes are counted with joining codes (models.people.wrong_codes): somebody with a thousand addresses guesses at most 5,800 a
day, and finds one in 470,000 years; were every turn that web chat grants to guests a guess, 86,400 a day, in 31,000. Half a
code seen on a screen leaves 10**8: with wrong tries of codes that begin alike (BEGINNING) listened to as `AT_ONE` says, 10 a
day and then one for each address that was never wrong, a thousand addresses need 270 years. Twelve digits leave 10,000, and
those addresses ten days: whoever was watched makes a new one, under Settings. The door is closed to nobody for it: the right
code is taken from every chat and address without a wrong one of that day.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlmodel import Field, col

from config import keyboards
from models.anonymity import intake
from models.anonymity.events import Event
from models.store.database import Base, Session, upsert
from models.store.sealing import keyed_hash, seal, unseal

LENGTH = 16
BEGINNING = 8
"""So many digits name a code for counting wrong ones; the rest is as many as a joining code has letters."""
_GROUP = 4


class ReturnCode(Base, table=True):
    """`id` is a keyed hash of whose it is, `code_hash` of the code that works; none where its person wants none."""

    __tablename__ = "return_code"

    id: str = Field(primary_key=True, max_length=32)
    code_hash: str | None = Field(default=None, unique=True, max_length=32)
    body: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """Which code of an account is the newest: 0 before the first. `works`: whether it was not ended."""

    generation: int = 0
    works: bool = False


def looks_like(text: str) -> bool:
    return bool(re.fullmatch(r"\d{16}", digits(text)))


def digits(text: str) -> str:
    """As it is read: groups, dashes and politeness do not matter."""
    return keyboards.digits(text)


def beginning(session: Session, text: str) -> str:
    """What wrong codes that begin like this one are counted by; it says nothing of any that is right."""
    return keyed_hash(session, "return_code.beginning", digits(text)[:BEGINNING])


def newest(session: Session, account_id: str) -> Kept:
    """What this account has asked for last, written or not."""
    asked = [event for event in intake.of_account(session, account_id) if event.kind == "return_code"]
    row = session.get(ReturnCode, _row_id(session, account_id), populate_existing=True)
    known = [_kept(event.text) for event in asked]
    if row is not None:
        known.append(Kept(int(json.loads(_opened(session, row))["generation"]), row.code_hash is not None))
    return max(known, key=lambda one: one.generation, default=Kept())


def working(session: Session, account_id: str) -> str:
    """The code that leads to this account now, in groups; empty where there is none."""
    kept = newest(session, account_id)
    return grouped(_digits_of(session, account_id, kept.generation)) if kept.works else ""


def make(session: Session, account_id: str, now: datetime, at: datetime) -> str:
    """A new code, in groups, which works at once; any earlier one is over. `at`: when it is written."""
    generation = newest(session, account_id).generation + 1
    code = _digits_of(session, account_id, generation)
    intake.ask(session, "return_code", account_id, now, at, f"{generation}:{hash_of(session, code)}")
    return grouped(code)


def end(session: Session, account_id: str, now: datetime, at: datetime) -> None:
    """No code leads here any more."""
    intake.ask(session, "return_code", account_id, now, at, f"{newest(session, account_id).generation + 1}:")


def find(session: Session, text: str) -> str:
    """Whose code this is, an account's id; empty where it is nobody's, or was ended."""
    hashed = hash_of(session, digits(text))
    asked = [event for event in intake.of_page(session, hashed) if event.kind == "return_code"]
    if asked:
        found = asked[-1].account_id
    else:
        row = session.execute(select(ReturnCode).where(col(ReturnCode.code_hash) == hashed)).scalar_one_or_none()
        found = str(json.loads(_opened(session, row))["account"]) if row is not None else ""
    if not found or working(session, found) != grouped(digits(text)):
        return ""
    return found


def carry_out(session: Session, event: Event) -> None:
    """The night's: events of one account come in any order, and the highest generation stays."""
    generation, _, hashed = event.text.partition(":")
    row_id = _row_id(session, event.account_id)
    row = session.get(ReturnCode, row_id, populate_existing=True)
    if row is not None and int(json.loads(_opened(session, row))["generation"]) >= int(generation):
        return
    body = json.dumps({"account": event.account_id, "generation": int(generation)})
    sealed = seal(session, "return_code.body", row_id, body)
    upsert(session, ReturnCode, {"id": row_id, "code_hash": hashed or None, "body": sealed})


def forget(session: Session, account_id: str) -> None:
    """The account goes, and what leads to it."""
    session.execute(delete(ReturnCode).where(col(ReturnCode.id) == _row_id(session, account_id)))


def hash_of(session: Session, code: str) -> str:
    return keyed_hash(session, "return_code", code)


def grouped(code: str) -> str:
    return " ".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def _digits_of(session: Session, account_id: str, generation: int) -> str:
    made = int(keyed_hash(session, "return_code.digits", account_id, str(generation)), 16)
    return f"{made % 10**LENGTH:0{LENGTH}d}"


def _kept(text: str) -> Kept:
    generation, _, hashed = text.partition(":")
    return Kept(int(generation), bool(hashed))


def _row_id(session: Session, account_id: str) -> str:
    return keyed_hash(session, "return_code.account", account_id)


def _opened(session: Session, row: ReturnCode) -> str:
    return unseal(session, "return_code.body", row.id, row.body)
