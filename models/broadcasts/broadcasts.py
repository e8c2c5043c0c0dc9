"""Notices from a unit's officers to many people: what is said, to whom, when, and how it stands.

States: waiting (for a second officer) → scheduled (until `send_at`) → sending ⇄ stopped → done; or refused, or cancelled
(the rest of it). Who got it is the ledger (models.broadcasts.ledger); the clock's part is models.broadcasts.lifecycle. Every
change here is a question of “still in that state?”, so that two officers, or a tick and an officer, cannot both win.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, Index, col

from config.i18n import DEFAULT, fold
from models.broadcasts.audiences import Audience
from models.store import codes
from models.store.columns import Id, Ref
from models.store.database import Base, Session
from models.store.ids import random_code
from models.store.listed import Listed
from models.store.sealing import seal, unseal
from models.trust import audit

State = Literal["waiting", "scheduled", "sending", "stopped", "done", "refused", "cancelled"]
REPEATS = ("weekly", "monthly", "quarterly", "yearly")
POLL = "poll"
"""The kind of an invitation to vote, which officers do not write and do not see among their notices."""
SENT = ("sending", "stopped", "done", "cancelled")
"""States in which some people may have it."""


class Refused(Exception):
    """The broadcast is not in a state in which this can be done: somebody else was first, or it is over."""


class Broadcast(Base, table=True):
    """One notice. `unit_id` is the unit that speaks and `author_id` its officer. `ask`: the reader is asked to confirm.

    `corrects` is the broadcast this one puts right, `follows` the one it repeats to those who did not confirm or, of a
    repeating one, the first. `size` is the audience when the ledger was written; `totals` (JSON, by state) is what is left
    of a folded ledger. `send_at`: when it was planned for, whenever it was approved and begun. `at_night`: quiet hours do
    not hold it (urgent). `shown_size`: for how many it is, as officers were told (models.anonymity.counts.Size). `passed`:
    the lines, between strokes, on which everybody has been sent it or was in the middle of a conversation; `through_at`:
    since when that is so of all (models.broadcasts.lifecycle.is_over)."""

    __tablename__ = "broadcast"
    __table_args__ = (Index("ix_broadcast_state_send_at", "state", "send_at"),)

    id: str = Id()
    code: str = Field(unique=True, max_length=12)
    author_id: str = Ref("person")
    unit_id: str = Ref("unit")
    kind: str = Field(max_length=16)
    urgent: bool = False
    ask: bool = False
    audience: str
    state: str = Field(max_length=12)
    repeat: str = Field(default="", max_length=12)
    created_at: datetime
    send_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    approved_by: str | None = Ref("person", optional=True)
    corrects: str | None = Ref("broadcast", optional=True)
    follows: str | None = Ref("broadcast", optional=True, index=False)
    size: int = 0
    shown_size: str = Field(default="few", max_length=20)
    passed: str = Field(default="", max_length=400)
    through_at: datetime | None = None
    totals: str = ""
    body: bytes


@dataclass(frozen=True, slots=True)
class Words:
    """What a broadcast says: `texts` by language (Vietnamese always), and its attachments (models.files.attachments: id and
    kind)."""

    texts: Mapping[str, str]
    files: Sequence[Mapping[str, str]] = ()
    round_id: str = ""
    """The round of a poll it invites to (kind "poll")."""

    def in_language(self, code: str) -> str:
        return self.texts.get(code) or self.texts[DEFAULT]


@dataclass(frozen=True, slots=True)
class Draft:
    """All that makes a broadcast, before it is one."""

    author_id: str
    unit_id: str
    words: Words
    audience: Audience
    kind: str
    send_at: datetime
    urgent: bool = False
    ask: bool = False
    repeat: str = ""
    corrects: str | None = None
    follows: str | None = None
    needs_second: bool = False
    shown_size: str = "few"


def create(session: Session, draft: Draft, now: datetime) -> Broadcast:
    """Writes the broadcast; the clock does the rest, once it is due and, where that is needed, approved."""
    row = Broadcast(
        code=free_code(session),
        author_id=draft.author_id,
        unit_id=draft.unit_id,
        kind=draft.kind,
        urgent=draft.urgent,
        ask=draft.ask,
        audience=draft.audience.dump(),
        state="waiting" if draft.needs_second else "scheduled",
        repeat=draft.repeat,
        created_at=now,
        send_at=draft.send_at,
        corrects=draft.corrects,
        follows=draft.follows,
        shown_size=draft.shown_size,
        body=b"",
    )
    words = draft.words
    body = json.dumps({"texts": dict(words.texts), "files": list(words.files), "round": words.round_id}, ensure_ascii=False)
    row.body = seal(session, "broadcast.body", row.id, body)
    session.add(row)
    session.flush()
    audit.note(session, draft.author_id, "broadcast", row.id, now)
    return row


_CODED = select(col(Broadcast.id)).where(col(Broadcast.code) == bindparam("code"))


def free_code(session: Session) -> str:
    """`TB-` (thông báo) and six letters: a name, to be read aloud."""
    return codes.free(session, _CODED, lambda: f"TB-{random_code(6)}")


def words_of(session: Session, row: Broadcast) -> Words:
    body = json.loads(unseal(session, "broadcast.body", row.id, row.body))
    return Words(body["texts"], tuple(body["files"]), body.get("round", ""))


def audience_of(row: Broadcast) -> Audience:
    return Audience.load(row.audience)


def with_code(session: Session, code: str) -> Broadcast | None:
    return session.execute(select(Broadcast).where(col(Broadcast.code) == code)).scalar_one_or_none()


def get(session: Session, broadcast_id: str) -> Broadcast | None:
    return session.get(Broadcast, broadcast_id)


def newest_of(session: Session, row: Broadcast) -> Broadcast:
    """The notice, or what corrects it by now, for the same people."""
    corrections = select(Broadcast).where(col(Broadcast.corrects) == row.id, col(Broadcast.state).in_(SENT))
    newest = session.execute(corrections.order_by(col(Broadcast.created_at).desc(), col(Broadcast.id))).scalars().first()
    return newest if newest is not None else row


def move(session: Session, row: Broadcast, wanted: Sequence[State], to: State, **values: Any) -> None:
    """Changes the state if it is still one of those wanted. Raises `Refused`."""
    changed = session.execute(
        update(Broadcast)
        .where(col(Broadcast.id) == row.id, col(Broadcast.state).in_(wanted))
        .values(state=to, **values)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Refused
    session.refresh(row)


def approve(session: Session, row: Broadcast, officer_id: str, now: datetime) -> None:
    """A second officer lets it go out, at once where that is late; never its author. It stays planned for when it was: what
    repeats is counted from there."""
    if officer_id == row.author_id:
        raise Refused
    move(session, row, ("waiting",), "scheduled", approved_by=officer_id)
    audit.note(session, officer_id, "approve", row.id, now)


def refuse(session: Session, row: Broadcast, officer_id: str, now: datetime) -> None:
    move(session, row, ("waiting",), "refused", ended_at=now)
    audit.note(session, officer_id, "refuse", row.id, now)


def stop(session: Session, row: Broadcast, officer_id: str, now: datetime) -> None:
    """Holds the rest of it back; what is under way at this moment still arrives."""
    move(session, row, ("sending",), "stopped")
    audit.note(session, officer_id, "stop", row.id, now)


def resume(session: Session, row: Broadcast, officer_id: str, now: datetime) -> None:
    move(session, row, ("stopped",), "sending")
    audit.note(session, officer_id, "resume", row.id, now)


def cancel(session: Session, row: Broadcast, officer_id: str, now: datetime) -> None:
    """The rest of it is not sent (models.broadcasts.lifecycle settles the ledger); before it began, all of it."""
    move(session, row, ("waiting", "scheduled", "sending", "stopped"), "cancelled", ended_at=now, repeat="")
    audit.note(session, officer_id, "cancel", row.id, now)


def of_units(session: Session, unit_ids: Sequence[str], *, kinds: Sequence[str] = ()) -> Listed[Broadcast]:
    """The broadcasts of these units, the newest first; with `kinds`, those of these that went out."""
    statement = select(Broadcast).where(col(Broadcast.unit_id).in_(unit_ids), col(Broadcast.kind) != POLL)
    if kinds:
        statement = statement.where(col(Broadcast.kind).in_(kinds), col(Broadcast.state).in_(SENT))
    return Listed(session, statement.order_by(col(Broadcast.created_at).desc(), col(Broadcast.id)))


LOOKED_THROUGH = 500
"""The newest broadcasts of a unit that a search opens: their words are sealed, so a database cannot search them."""


def search(session: Session, unit_ids: Sequence[str], wanted: str) -> tuple[list[Broadcast], bool]:
    """Those with this code or these words, with or without accents; and whether all there are were looked through."""
    folded = fold(wanted)
    found = []
    rows = of_units(session, unit_ids)
    for row in rows[:LOOKED_THROUGH]:
        texts = words_of(session, row).texts.values()
        if folded in fold(row.code) or any(folded in fold(text) for text in texts):
            found.append(row)
    return found, len(rows) <= LOOKED_THROUGH
