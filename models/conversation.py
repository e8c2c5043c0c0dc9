"""Where a chat stands: the run it is in, what it was asked last. Sealed, under a name that changes every day.

A run lapses after 30 idle minutes (the person is no longer held back from other questions); its draft lives 24 hours.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Field, col

from models import account as accounts
from models.account import Sender
from models.database import Base, Session, upsert
from models.message import Option
from models.sealing import seal, unseal

IDLE = timedelta(minutes=30)
DRAFT = timedelta(hours=24)


class Conversation(Base, table=True):
    """`id` is the chat's key of the day. `busy` while a run waits for an answer, until `idle_at`."""

    __tablename__ = "conversation"

    id: str = Field(primary_key=True, max_length=32)
    state: bytes
    busy: bool = False
    idle_at: datetime
    kept_until: date = Field(index=True)


@dataclass(slots=True)
class Run:
    """One passage through a conversation: whose answers are kept until `finish`."""

    conversation: str
    subject: str
    nonce: str
    answers: dict[str, str] = field(default_factory=dict)
    asking: str = ""


@dataclass(slots=True)
class State:
    """What a chat remembers. `offered` are the choices last asked, which typed numbers and labels are looked up in.
    `turned_away`: this guest has been told that the line is full."""

    run: Run | None = None
    offered: list[Option] = field(default_factory=list)
    touched: datetime | None = None
    language: str = ""
    turned_away: bool = False

    def is_empty(self) -> bool:
        return self.run is None and not self.offered and not self.language and not self.turned_away


def load(session: Session, keys: tuple[str, str], now: datetime) -> tuple[State, str | None]:
    """The chat's state and the key its row stands under (None: no row). A draft older than 24 hours is not shown again."""
    rows = session.execute(select(col(Conversation.id), col(Conversation.state)).where(col(Conversation.id).in_(keys))).all()
    if not rows:
        return State(), None
    key, sealed = min(rows, key=lambda row: keys.index(row[0]))
    kept = json.loads(unseal(session, "conversation.state", key, sealed))
    touched = datetime.fromisoformat(kept["touched"])
    if now - touched > DRAFT:
        return State(language=kept["language"]), key
    return (
        State(
            run=Run(**kept["run"]) if kept["run"] else None,
            offered=[Option(*pair) for pair in kept["offered"]],
            touched=touched,
            language=kept["language"],
            turned_away=kept.get("turned_away", False),
        ),
        key,
    )


def save(
    session: Session, key: str, kept_under: str | None, state: State, now: datetime, *, touched: datetime | None = None
) -> None:
    """Writes the state under today's key; an empty one leaves no row. `touched`: when the person last did something, if that
    is not now."""
    since = touched or now
    run = state.run is not None and now < since + IDLE
    if kept_under is not None and (kept_under != key or state.is_empty()):
        session.execute(delete(Conversation).where(col(Conversation.id) == kept_under))
    if state.is_empty():
        return
    kept = {
        "run": asdict(state.run) if state.run else None,
        "offered": [[option.token, option.label] for option in state.offered],
        "touched": since.isoformat(),
        "language": state.language,
        "turned_away": state.turned_away,
    }
    upsert(
        session,
        Conversation,
        {
            "id": key,
            "state": seal(session, "conversation.state", key, json.dumps(kept, ensure_ascii=False)),
            "busy": run,
            # Without a run it means nothing, so it says no more than the day: an exact time could be laid beside a case's.
            "idle_at": since + IDLE if run else datetime.combine(since.date(), time(), since.tzinfo),
            "kept_until": (since + DRAFT).date(),
        },
    )


def remember(session: Session, to: Sender, options: Sequence[Option], now: datetime, *, unasked: bool) -> None:
    """From now on a typed number means one of `options`: they are the newest list on this person's screen.

    Not while the chat is in the middle of a run, whose question is what numbers answer then (and is asked again by any word
    that fits nothing). A run that has lapsed keeps its draft for as long as it would have. Reads the account and writes the
    chat's own row only, under its key of the day: give it a transaction of its own, since rows that share one are linked.

    Unless `unasked`, the list was a reply, which its turn has noted itself; only a list sent in between is put right, and no
    row is made: whoever has just joined must have none."""
    accounts.lock_chat(session, to)
    account = accounts.find(session, to)
    keys = accounts.chat_keys(session, to, account.id if account else None, now.date())
    state, kept_under = load(session, keys, now)
    if kept_under is None and not unasked:
        return
    run_since = state.touched if state.run is not None else None
    if run_since is not None and now < run_since + IDLE:
        return
    if state.offered == list(options) and state.touched is not None and now < state.touched + IDLE:
        return  # a reply, noted in its turn already
    state.offered = list(options)
    save(session, keys[0], kept_under, state, now, touched=run_since)


def lapse(session: Session, now: datetime) -> int:
    """Frees the chats whose run has been idle for 30 minutes, and forgets what is over; returns how many were freed."""
    freed = session.execute(
        update(Conversation).where(col(Conversation.busy).is_(True), col(Conversation.idle_at) <= now).values(busy=False)
    )
    session.execute(delete(Conversation).where(col(Conversation.kept_until) < now.date()))
    return freed.rowcount  # type: ignore[attr-defined, no-any-return]
