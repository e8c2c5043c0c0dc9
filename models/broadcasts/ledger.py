"""The ledger of a broadcast: one row for everybody it is for, written in one transaction before the first is sent.

The rows are also what the bulk lane sends from: text stands once in the broadcast and not in a million rows. Every row ends
in exactly one state, and the states always sum to the audience: queued and sending on the way; sent, confirmed, blocked,
rejected, no_channel, window_closed, uncertain or cancelled at its end. Told in person is a mark beside the state and not one
of its values: a team leader ticks names, and a count of chats that fell with a tick would tell who has an
account.

A row names a person, so it holds no time finer than a day once it is over, and it is never written in a transaction with a
row that names a chat by its key of the day (bot.sending.outbox).
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    FromClause,
    ScalarSelect,
    Select,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlmodel import col

from config.tables import table
from models.broadcasts import audiences
from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import POLL, Broadcast
from models.broadcasts.recipients import ENDINGS, OPEN, REACHED, Recipient
from models.people import wishes
from models.people.accounts import Account
from models.people.persons import Person
from models.people.units import Unit
from models.store.database import Session
from models.store.listed import Listed

A_MOMENT = timedelta(seconds=1)


def blurred(at: datetime) -> datetime:
    """Up to `A_MOMENT` later: what a ledger and the outbox do together would share its very time otherwise, and a chat's row
    would have a person's beside it."""
    return at + timedelta(microseconds=secrets.randbelow(A_MOMENT // timedelta(microseconds=1)))


def can_be_muted(kind: str, *, urgent: bool) -> bool:
    """Whether members may have switched this off."""
    return not urgent and bool(table("notices")[kind].get("muted", True))


class _Lately:
    """SQL of what people have chosen as it holds from that moment, though their rows say so only after the night
    (models.people.wishes)."""

    def __init__(self, session: Session, kind: str) -> None:
        self._session = session
        self._kind = kind
        self._gone = wishes.all_gone(session)
        self._chosen = wishes.chosen_by_all(session)

    def flag(self, account: FromClause, name: str) -> ColumnElement[bool]:
        """`blocked`, `notices` or `polls` of this account."""
        said = {account_id: wished[name] for account_id, wished in self._chosen.items() if name in wished}
        return self._said(account.c.id, account.c[name], said)

    def muted(self, person: FromClause) -> ColumnElement[bool]:
        """Whether this person has switched this kind off, on whichever phone."""
        kind = f"|{self._kind}|"
        said = {account_id: kind in wished["muted"] for account_id, wished in self._chosen.items() if "muted" in wished}
        return self._said(person.c.id, person.c.muted.contains(kind, autoescape=True), said, of_person=True)

    def is_here(self, account: FromClause) -> ColumnElement[bool]:
        """Not left behind or put out."""
        return account.c.id.not_in(self._listed(self._gone)) if self._gone else true()

    def _said(
        self, row_id: ColumnElement[str], row_says: ColumnElement[bool], said: Mapping[str, bool], *, of_person: bool = False
    ) -> ColumnElement[bool]:
        whens = []
        for value in (True, False):
            if account_ids := [account_id for account_id, this in said.items() if this is value]:
                listed = self._listed(account_ids)
                if of_person:
                    listed = select(_ACCOUNT.c.person_id).where(_ACCOUNT.c.id.in_(listed))
                whens.append((row_id.in_(listed), literal(value)))
        return case(*whens, else_=row_says) if whens else row_says

    def _listed(self, account_ids: Collection[str]) -> Select[str]:
        """As one parameter: both databases limit how many a statement has, and on some days thousands choose something."""
        as_json = literal(json.dumps(sorted(account_ids)))
        if self._session.get_bind().dialect.name == "postgresql":
            return select(func.json_array_elements_text(cast(as_json, JSON)).column_valued("listed"))
        return select(func.json_each(as_json).table_valued("value").c.value)


def _chosen(
    session: Session, audience: Audience, kind: str, lines: Sequence[str], now: datetime, *, mutable: bool
) -> dict[str, Any]:
    """SQL: everybody it is for, the phone it goes to and the state that begins with, and where these come from."""
    who = audiences.people(audience, now.date()).subquery("who")
    best, person = _ACCOUNT.alias("best"), _PERSON.alias("listener")
    consent = "polls" if kind == POLL else "notices"
    lately = _Lately(session, kind)
    muted = or_(lately.flag(best, consent).is_(False), lately.muted(person))
    state = case(
        (best.c.id.is_(None), "no_channel"),
        *([(muted, "no_channel")] if mutable else []),
        (lately.flag(best, "blocked"), "blocked"),
        else_="queued",
    )
    phone = _phone(who.c.person_id, lines, consent if mutable else "", lately)
    joined = who.join(person, person.c.id == who.c.person_id).outerjoin(best, best.c.id == phone)
    return {"who": who, "best": best, "state": state, "joined": joined}


def write(
    session: Session, row: Broadcast, lines: Sequence[str], now: datetime, *, quiet_until: datetime | None = None
) -> int:
    """Writes the whole ledger in one statement; returns how many people it is for. `lines`: those that can be sent on, the
    one to be preferred first. `quiet_until`: nobody is rung before, but for units of the night shift."""
    mutable = can_be_muted(row.kind, urgent=row.urgent)
    sql = _chosen(session, Audience.load(row.audience), row.kind, lines, now, mutable=mutable)
    who, best, state = sql["who"], sql["best"], sql["state"]
    night = audiences.below(col(Unit.night_shift).is_(True), "night")
    at_night = or_(literal(row.urgent), who.c.unit_id.in_(night))
    at = Recipient.__table__.c.due_at.type  # type: ignore[attr-defined] # else a time would be kept in its own zone
    due = case((at_night, literal(now, at)), else_=literal(quiet_until or now, at))
    columns = {
        "broadcast_id": literal(row.id),
        "person_id": who.c.person_id,
        "unit_id": who.c.unit_id,
        "line": func.coalesce(best.c.line, ""),
        "account_id": func.coalesce(best.c.id, ""),
        "state": state,
        "due_at": case((state == "queued", due), else_=None),
        "at_night": at_night,
        "attempts": literal(0),
        "parts_done": literal(0),
        "fence": literal(0),
        "doubtful": literal(False),
        "reason": literal(""),
    }
    # In the order of the key: a million rows in any other order touch every page of two indexes again and again.
    values = select(*(value.label(name) for name, value in columns.items())).select_from(sql["joined"])
    values = values.order_by(who.c.person_id)
    session.execute(insert(Recipient).from_select(list(columns), values))
    return sum(counts(session, row.id).values())


_ACCOUNT, _PERSON = Account.__table__, Person.__table__  # type: ignore[attr-defined]


def _phone(person_id: ColumnElement[str], lines: Sequence[str], consent: str, lately: _Lately) -> ScalarSelect[str]:
    """SQL: which of somebody's phones to send to: one that is not blocked, has given this `consent` where one is asked
    (each phone has its own), on the best line. A question about each person, by the index: all phones numbered once
    and joined have none, and SQLite read them all for everybody (100,000 people took more than ten minutes)."""
    account = _ACCOUNT.alias("phone")
    rank = case({line: place for place, line in enumerate(lines)}, value=account.c.line, else_=len(lines))
    wants = [lately.flag(account, consent).desc()] if consent else []
    return (
        select(account.c.id)
        .where(account.c.person_id == person_id, account.c.confirmed.is_(True), account.c.line.in_(lines))
        .where(lately.is_here(account))
        .order_by(lately.flag(account, "blocked"), *wants, rank, account.c.joined_on.desc(), account.c.id)
        .limit(1)
        .scalar_subquery()
    )


def counts(session: Session, broadcast_id: str) -> Counter[str]:
    """How many people by state, from the index alone."""
    statement = (
        select(col(Recipient.state), func.count())
        .where(col(Recipient.broadcast_id) == broadcast_id)
        .group_by(col(Recipient.state))
    )
    return Counter(dict(session.execute(statement).all()))


def is_through(session: Session, row: Broadcast) -> bool:
    """Whether each line has been through all of its rows once: what is still open waits for the end of a conversation."""
    passed = [line for line in row.passed.split("|") if line]
    if not passed:
        return False
    left = col(Recipient.broadcast_id) == row.id, col(Recipient.state).in_(OPEN), col(Recipient.line).not_in(passed)
    return session.execute(select(col(Recipient.person_id)).where(*left).limit(1)).first() is None


def heads_reached(session: Session, broadcast_id: str) -> tuple[int, int]:
    """How many of those who joined with a slip of their own have it, and have confirmed it. For the night
    (models.anonymity.night_counts) and no screen."""
    own = (
        col(Account.person_id) == col(Recipient.person_id),
        col(Account.verified).is_(True),
        col(Account.confirmed).is_(True),
    )
    statement = (
        select(col(Recipient.state), func.count())
        .where(col(Recipient.broadcast_id) == broadcast_id, col(Recipient.state).in_(REACHED), exists().where(*own))
        .group_by(col(Recipient.state))
    )
    found = Counter(dict(session.execute(statement).all()))
    return found.total(), found["confirmed"]


def told_count(session: Session, broadcast_id: str, unit_ids: Sequence[str] = ()) -> int:
    """How many names were ticked as told in person."""
    statement = select(func.count()).where(col(Recipient.broadcast_id) == broadcast_id, col(Recipient.told_on).is_not(None))
    if unit_ids:
        statement = statement.where(col(Recipient.unit_id).in_(unit_ids))
    return int(session.execute(statement).scalar_one())


def confirm(session: Session, broadcast_id: str, person_id: str, today: date) -> bool:
    """The person says they have read it. Whatever the sender knows, it has arrived, so a row under way is over as well."""
    changed = session.execute(
        update(Recipient)
        .where(
            col(Recipient.broadcast_id) == broadcast_id,
            col(Recipient.person_id) == person_id,
            col(Recipient.state) != "confirmed",
        )
        .values(state="confirmed", confirmed_on=today, due_at=None)
    )
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def of_person(session: Session, person_id: str, *, only_sent: bool = True) -> Listed[Broadcast]:
    """What somebody was sent (or, not `only_sent`, was meant to be), the newest first."""
    states = (*REACHED, *OPEN, "uncertain") if only_sent else (*OPEN, *ENDINGS)
    statement = (
        select(Broadcast)
        .join(Recipient, col(Recipient.broadcast_id) == col(Broadcast.id))
        .where(col(Recipient.person_id) == person_id, col(Recipient.state).in_(states), col(Broadcast.kind) != POLL)
        .order_by(col(Broadcast.started_at).desc(), col(Broadcast.id))
    )
    return Listed(session, statement)


def newest(session: Session, person_id: str, since: datetime) -> Broadcast | None:
    """What somebody was sent last since then and has not confirmed, invitations to vote among it."""
    statement = (
        select(Broadcast)
        .join(Recipient, col(Recipient.broadcast_id) == col(Broadcast.id))
        .where(col(Recipient.person_id) == person_id, col(Recipient.state).in_(("sent", "uncertain")))
        .where(col(Broadcast.started_at) >= since)
        .order_by(col(Broadcast.started_at).desc(), col(Broadcast.id))
    )
    return session.execute(statement.limit(1)).scalars().first()


def find(session: Session, broadcast_id: str, person_id: str) -> Recipient | None:
    return session.get(Recipient, (broadcast_id, person_id))


def tick_told(session: Session, broadcast_id: str, person_ids: Sequence[str], today: date | None) -> None:
    """Marks (or with None unmarks) these as told in person."""
    session.execute(
        update(Recipient)
        .where(col(Recipient.broadcast_id) == broadcast_id, col(Recipient.person_id).in_(person_ids))
        .values(told_on=today)
    )


def roll(session: Session, broadcast_id: str, unit_id: str) -> list[tuple[Person, bool]]:
    """Everybody of a team by name whom it is for, with or without a phone, and whether they are ticked."""
    statement = (
        select(Person, col(Recipient.told_on))
        .join(Recipient, col(Recipient.person_id) == col(Person.id))
        .where(
            col(Recipient.broadcast_id) == broadcast_id,
            col(Person.unit_id) == unit_id,
            col(Person.staff_hash).is_not(None),
        )
        .order_by(col(Person.id))
    )
    return [(person, told is not None) for person, told in session.execute(statement)]


def forget(session: Session, broadcast_id: str, most: int) -> int:
    """Deletes some rows of a folded ledger."""
    some = select(col(Recipient.person_id)).where(col(Recipient.broadcast_id) == broadcast_id).limit(most)
    gone = session.execute(
        delete(Recipient).where(col(Recipient.broadcast_id) == broadcast_id, col(Recipient.person_id).in_(some))
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
