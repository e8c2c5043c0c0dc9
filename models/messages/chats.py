"""Where a chat stands: the run it is in, what it was asked last. Sealed, under a name that changes every day.

A run lapses after 30 idle minutes (the person is no longer held back from other questions); its draft lives 24 hours.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import bindparam, delete, select, text, update
from sqlmodel import Field, Index, col

from models.messages.message import Option
from models.people import accounts
from models.people.accounts import Sender
from models.store.database import Base, Session, upsert
from models.store.sealing import seal, unseal

IDLE = timedelta(minutes=30)
DRAFT = timedelta(hours=24)


class Conversation(Base, table=True):
    """`id` is the chat's key of the day. `busy` while a run waits for an answer, until `idle_at`."""

    __tablename__ = "conversation"
    # The few that are in a run, for `lapse`: it looks every minute, and would read every chat of the day. No time in it.
    __table_args__ = (
        Index("ix_conversation_busy", "busy", sqlite_where=text("busy IS 1"), postgresql_where=text("busy IS true")),
    )

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
class Guard:
    """Wrong tries of this chat, until when (ISO 8601) its own cases are locked or open, and what it may still send within an
    hour (models.grievances.floods). Here and not in the account: a wrong try would write the account in the same
    transaction as the chat's rows of the day, and what is sent is to leave no row that names its sender."""

    wrong_codes: int = 0
    wrong_pins: int = 0
    locked_until: str = ""
    open_until: str = ""
    filings: str = "0" * 10
    additions: str = "0" * 10
    dangers: str = "0" * 10


@dataclass(slots=True)
class State:
    """What a chat remembers. `offered` are the choices last asked, which typed numbers and labels are looked up in.
    `turned_away`: this guest has been told that the line is full."""

    run: Run | None = None
    offered: list[Option] = field(default_factory=list)
    touched: datetime | None = None
    language: str = ""
    turned_away: bool = False
    guard: Guard = field(default_factory=Guard)

    def is_empty(self) -> bool:
        kept = self.run, self.offered, self.language, self.turned_away
        return not any(kept) and self.guard == Guard()


# Built once: every message asks this, and building the question costs more than asking it.
_LOAD = select(col(Conversation.id), col(Conversation.state)).where(
    col(Conversation.id).in_([bindparam(name) for name in ("today", "yesterday", "office_today", "office_yesterday")])
)


@dataclass(slots=True)
class Chat:
    """Where a chat stands, and under which keys that is written. An officer has two sides, in office and as a worker, whose
    rows are never written in one transaction: what stands here is the side used last."""

    keys: dict[bool, tuple[str, str]]
    """(today's, yesterday's) key by `in_office`."""
    state: State = field(default_factory=State)
    in_office: bool = False
    rows: dict[bool, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Today's key of the side in use."""
        return self.keys[self.in_office][0]


def load(session: Session, keys: dict[bool, tuple[str, str]], now: datetime) -> Chat:
    """Where the chat stands. A draft older than 24 hours is not shown again."""
    chat = Chat(keys)
    (today, yesterday), (office_today, office_yesterday) = keys[False], keys[True]
    names = {
        "today": today,
        "yesterday": yesterday,
        "office_today": office_today,
        "office_yesterday": office_yesterday,
    }
    never = datetime.min.replace(tzinfo=UTC)
    newest = never, False, never
    found = {row.id: row.state for row in session.connection().execute(_LOAD, names)}
    for in_office, key in ((side, key) for side, pair in keys.items() for key in reversed(pair) if key in found):
        chat.rows[in_office] = key
        kept = json.loads(unseal(session, "conversation.state", key, found[key]))
        touched = datetime.fromisoformat(kept["touched"])
        # Of one second (messages carry no finer time) the side that asks something is the one that is answered.
        age = touched.replace(microsecond=0), kept["run"] is not None, touched
        if age < newest or now - touched > DRAFT:
            continue
        newest = age
        chat.in_office = in_office
        chat.state = State(
            run=Run(**kept["run"]) if kept["run"] else None,
            offered=[Option(*pair) for pair in kept["offered"]],
            touched=touched,
            language=kept["language"],
            guard=Guard(**kept.get("guard", {})),
            turned_away=kept.get("turned_away", False),
        )
    return chat


def save(session: Session, chat: Chat, state: State, now: datetime, *, touched: datetime | None = None) -> None:
    """Writes the state under today's key of the side in use. An empty one leaves no row, unless the other side has one that
    would then be taken for the newest. `touched`: when the person last did something, if that is not now."""
    since = touched or now
    busy = state.run is not None and now < since + IDLE
    kept_under, other = chat.rows.get(chat.in_office), chat.rows.get(not chat.in_office)
    needless = state.is_empty() and other is None
    if kept_under is not None and (kept_under != chat.key or needless):
        session.execute(delete(Conversation).where(col(Conversation.id) == kept_under))
    if needless:
        return
    kept = {
        "run": {name: getattr(state.run, name) for name in Run.__slots__} if state.run else None,
        "offered": [[option.token, option.label] for option in state.offered],
        "touched": since.isoformat(),
        "language": state.language,
        "guard": {name: getattr(state.guard, name) for name in Guard.__slots__},
        "turned_away": state.turned_away,
    }
    upsert(
        session,
        Conversation,
        {
            "id": chat.key,
            "state": seal(session, "conversation.state", chat.key, json.dumps(kept, ensure_ascii=False)),
            "busy": busy,
            # Without a run it means nothing, so it says no more than the day: an exact time could be laid beside a case's.
            "idle_at": since + IDLE if busy else datetime.combine(since.date(), time(), since.tzinfo),
            "kept_until": (since + DRAFT).date(),
        },
    )


def is_busy(session: Session, key: str) -> bool:
    """Whether a run waits for an answer under this key."""
    statement = select(col(Conversation.busy)).where(col(Conversation.id) == key)
    return bool(session.execute(statement).scalar_one_or_none())


def remember(
    session: Session, to: Sender, options: Sequence[Option], now: datetime, *, unasked: bool, in_office: bool = False
) -> None:
    """From now on a typed number means one of `options`: they are the newest list on this person's screen.

    Not while the chat is in the middle of a run, whose question is what numbers answer then (and is asked again by any word
    that fits nothing). A run that has lapsed keeps its draft for as long as it would have. Reads the account and writes one
    row only, of the side the list was sent to, under its key of today (the message may have waited for days): give it a
    transaction of its own, since rows that share one are linked.

    Unless `unasked`, the list was a reply, which its turn has noted itself; only a list sent in between is put right, and no
    row is made: whoever has just joined must have none."""
    accounts.lock_chat(session, to)
    account = accounts.find(session, to)
    account_id = account.id if account else None
    chat = load(
        session,
        {side: accounts.chat_keys(session, to, account_id, now.date(), in_office=side) for side in (False, True)},
        now,
    )
    state = chat.state
    if in_office not in chat.rows and not unasked:
        return
    run_since = state.touched if state.run is not None else None
    if run_since is not None and now < run_since + IDLE:
        return
    if chat.in_office != in_office:  # what the other side had under way stays there
        chat.in_office, run_since, state = in_office, None, State(language=state.language, guard=state.guard)
    elif state.offered == list(options) and state.touched is not None and now < state.touched + IDLE:
        return  # a reply, noted in its turn already
    state.offered = list(options)
    save(session, chat, state, now, touched=run_since)


def lapse(session: Session, now: datetime) -> int:
    """Frees the chats whose run has been idle for 30 minutes, and forgets what is over; returns how many were freed."""
    freed = session.execute(
        update(Conversation).where(col(Conversation.busy).is_(True), col(Conversation.idle_at) <= now).values(busy=False)
    )
    session.execute(delete(Conversation).where(col(Conversation.kept_until) < now.date()))
    return freed.rowcount  # type: ignore[attr-defined, no-any-return]
