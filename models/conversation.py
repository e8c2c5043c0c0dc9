"""Where a chat stands: the run it is in, what it was asked last. Sealed, under a name that changes every day.

A run lapses after 30 idle minutes (the person is no longer held back from other questions); its draft lives 24 hours.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Field, col

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
class Guard:
    """Wrong tries of this chat, and until when (ISO 8601) its own cases are locked or open. Here and not in the account: a
    wrong try would write the account in the same transaction as the chat's rows of the day."""

    wrong_codes: int = 0
    wrong_pins: int = 0
    locked_until: str = ""
    open_until: str = ""


@dataclass(slots=True)
class State:
    """What a chat remembers. `offered` are the choices last asked, which typed numbers and labels are looked up in."""

    run: Run | None = None
    offered: list[Option] = field(default_factory=list)
    touched: datetime | None = None
    language: str = ""
    guard: Guard = field(default_factory=Guard)

    def is_empty(self) -> bool:
        return self.run is None and not self.offered and not self.language and self.guard == Guard()


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
            guard=Guard(**kept.get("guard", {})),
        ),
        key,
    )


def save(session: Session, key: str, kept_under: str | None, state: State, now: datetime) -> None:
    """Writes the state under today's key; an empty one leaves no row."""
    if kept_under is not None and (kept_under != key or state.is_empty()):
        session.execute(delete(Conversation).where(col(Conversation.id) == kept_under))
    if state.is_empty():
        return
    kept = {
        "run": asdict(state.run) if state.run else None,
        "offered": [[option.token, option.label] for option in state.offered],
        "touched": now.isoformat(),
        "language": state.language,
        "guard": asdict(state.guard),
    }
    upsert(
        session,
        Conversation,
        {
            "id": key,
            "state": seal(session, "conversation.state", key, json.dumps(kept, ensure_ascii=False)),
            "busy": state.run is not None,
            "idle_at": now + IDLE,
            "kept_until": (now + DRAFT).date(),
        },
    )


def lapse(session: Session, now: datetime) -> int:
    """Frees the chats whose run has been idle for 30 minutes, and forgets what is over; returns how many were freed."""
    freed = session.execute(
        update(Conversation).where(col(Conversation.busy).is_(True), col(Conversation.idle_at) <= now).values(busy=False)
    )
    session.execute(delete(Conversation).where(col(Conversation.kept_until) < now.date()))
    return freed.rowcount  # type: ignore[attr-defined, no-any-return]
