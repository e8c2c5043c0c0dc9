"""Sealed events that wait to be posted: the gap between a person's chat and the case they speak in.

Three transactions, so that nothing a database remembers by itself joins them: the chat's own writes the sealed row (with its
due time inside: outside it would date the case); a tick posts what is due, shuffled, in one that touches no row of a
person, account, conversation, inbound or intake; a third deletes what was posted, about once an hour and all at once,
because a row deleted right after its case was written would stand beside it in the order of transactions. Ids are made
inside the blob, so posting twice is posting once.

The same way lead what a reporter is to hear (`tell`: from the case to a chat) and what a person changes about their own
account (from a chat to the account).
"""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import bindparam, delete, func, select
from sqlmodel import Field, col

from models.store.columns import Id
from models.store.database import Base, Session, insert_ignore
from models.store.ids import id_from, new_id
from models.store.sealing import keyed_hash, seal, unseal

Kind = Literal[
    "report",
    "addition",
    "danger",
    "settled",
    "unsettled",
    "withdrawn",
    "named",
    "left",
    "tell",
    "change",
    "unlink",
    "leave",
    "seen",
    "ballot",
]

TOLD_KEPT = timedelta(days=7)
"""Far longer than a posted row stays in the intake."""
SOON = (5, 60)
"""Seconds after which a change of one's own account is made: not next to the turn that asked for it."""


class Intake(Base, table=True):
    """One sealed event. There is nothing to see in it."""

    __tablename__ = "intake"

    id: str = Id()
    body: bytes


class Told(Base, table=True):
    """An event that was carried out, by the keyed hash of its entry's id: for those that cannot simply be repeated."""

    __tablename__ = "told"

    id: str = Field(primary_key=True, max_length=32)
    told_on: date = Field(index=True)


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody did, as it travels sealed. Ids for the rows it will make are chosen here.

    `case_id` is new for a report and known for the rest. `reporter_id` is the way back. `unit_id` is where the reporter
    belongs and `holder_id` the unit it is addressed to. `covered`: with time cover, both ways. `name` is empty unless the
    reporter gave it, and `name_for` says who may read it ("all", or "committee": the grassroots union's executive
    committee). Those in `passed_over` (unit ids) never see the case. `account_id` and JSON in `text`: a change of an
    account. `files`: attachments, as models.files.attachments keeps them with the case. Times are ISO 8601. A ballot has its
    voter (models.polls.turnout) as `reporter_id` and in `text` itself, sealed once more (models.polls.ballots).
    """

    kind: Kind
    due: str
    case_id: str
    entry_id: str
    reporter_id: str
    text: str
    account_id: str = ""
    code: str = ""
    unit_id: str = ""
    holder_id: str = ""
    category: str = ""
    name: str = ""
    name_for: str = "all"
    passed_over: list[str] = field(default_factory=list)
    urgent: bool = False
    covered: bool = True
    reply_due: str = ""
    files: Sequence[Mapping[str, str]] = ()


def cover(now: datetime, minutes: tuple[int, int]) -> datetime:
    """A random moment within the minutes given, for messages under time cover."""
    low, high = (60 * minute for minute in minutes)
    return now + timedelta(seconds=low + secrets.randbelow(high - low + 1))


def soon(now: datetime) -> datetime:
    """A random moment shortly after this one."""
    low, high = SOON
    return now + timedelta(seconds=low + secrets.randbelow(high - low + 1))


def change_account(session: Session, account_id: str, now: datetime, **values: Any) -> None:
    """Has an account changed (models.people.accounts.change) in a transaction of its own, a moment later: the turn that asks
    writes rows that name the chat only by its key of the day, and an account written beside them would say whose key that
    is.
    """
    at = soon(now)
    after = max((datetime.fromisoformat(event.due) for event in _changes(session, account_id, now)), default=now)
    ask(session, "change", account_id, max(at, after), json.dumps(values))


def ask(session: Session, kind: Kind, account_id: str, due: datetime, text: str = "") -> None:
    """Has something done for an account that is no change of one row of it: `unlink`, `leave`; `seen` (a broadcast's id)."""
    add(
        session,
        Event(kind, due.isoformat(), case_id="", entry_id=new_id(), reporter_id="", text=text, account_id=account_id),
    )


def _changes(session: Session, account_id: str, now: datetime) -> list[Event]:
    return [event for event in waiting(session, now) if event.kind == "change" and event.account_id == account_id]


def chosen(session: Session, account_id: str, now: datetime) -> dict[str, Any]:
    """What this account has asked to change and does not say yet, for the screen that shows it."""
    found: dict[str, Any] = {}
    for event in sorted(_changes(session, account_id, now), key=lambda event: event.due):
        found |= json.loads(event.text)
    return found


def add(session: Session, event: Event, row_id: str = "") -> bool:
    """`row_id`: for an event that there may be once only (`row_of`). Returns whether it is the first."""
    row_id = row_id or new_id()
    body = json.dumps(asdict(event), ensure_ascii=False)
    return insert_ignore(session, Intake, [{"id": row_id, "body": seal(session, "intake.body", row_id, body)}]) == 1


def row_of(session: Session, kind: Kind, reporter_id: str) -> str:
    """The row of the one event of this kind that somebody may have here: found by its key, while the others are found by
    opening all of them, of which there are thousands while a province votes. It looks like any other."""
    return id_from(keyed_hash(session, "intake.row", kind, reporter_id))


_IS_THERE = select(col(Intake.id)).where(col(Intake.id) == bindparam("id"))


def is_there(session: Session, row_id: str) -> bool:
    """Whether this row waits, or was posted and is not forgotten yet."""
    return session.execute(_IS_THERE, {"id": row_id}).first() is not None


_IDS = select(func.aggregate_strings(col(Intake.id), " "))
"""One row, asked for at every tick: as hundreds of rows, fetching them costs most of an idle tick."""
_BODIES = select(col(Intake.id), col(Intake.body)).where(col(Intake.id).in_(bindparam("ids", expanding=True)))
AT_ONCE = 500
"""Rows named in one statement: both databases limit its parameters, and an intake may grow while nobody ticks."""


def _ids(session: Session) -> set[str]:
    return set((session.execute(_IDS).scalar_one() or "").split())


def _opened(session: Session, ids: Collection[str]) -> list[tuple[str, Event]]:
    rows = (row for some in _batches(ids) for row in session.execute(_BODIES, {"ids": some}))
    return [(row_id, _event(unseal(session, "intake.body", row_id, body))) for row_id, body in rows]


def _batches(ids: Iterable[str]) -> Iterator[list[str]]:
    listed = list(ids)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))


def _event(body: str) -> Event:
    kept = json.loads(body)
    kept.pop("verified", None)  # sealed before migration 0010, after which a case does not say how its reporter joined
    if "reporter_id" not in kept:  # sealed before migration 0002, which made the account's id its person's reporter id
        kept["reporter_id"] = kept["account_id"]
        if kept["kind"] in ("language", "back"):
            kept["text"] = json.dumps({"language": kept["text"]} if kept["kind"] == "language" else {"blocked": False})
            kept["kind"] = "change"
    return Event(**kept)


def _waiting(session: Session, now: datetime) -> dict[str, Event]:
    """What is not due yet, by row id, without the words (but for a change of an account).

    Every “My grievances” asks this, and in a province hundreds wait at any time, so each row is opened once in this process
    and remembered until it is gone: a row never changes. In memory only, and no longer than the row; a column to find one
    person's rows by would tie them to each other."""
    memory: dict[str, tuple[datetime, Event]] = session.info["memory"]
    ids = _ids(session)
    found = {row_id: kept for row_id in ids if (kept := memory.get(row_id)) is not None}
    if fresh := ids - found.keys():
        opened = {
            row_id: (
                datetime.fromisoformat(event.due),
                event if event.kind == "change" else replace(event, text=""),
            )
            for row_id, event in _opened(session, fresh)
        }
        memory.update(opened)
        found |= opened
    for gone in set(memory) - ids:
        memory.pop(gone, None)  # another thread may have been first
    return {row_id: event for row_id, (at, event) in found.items() if at > now}


def waiting(session: Session, now: datetime) -> list[Event]:
    """What is not due yet, opened; what is due is posted within a second, though its row stays a while longer. Without the
    words, but for a change of an account."""
    return list(_waiting(session, now).values())


def waiting_of(session: Session, reporter_id: str, now: datetime) -> list[tuple[str, Event]]:
    """(row id, event) of what this person has sent and is not due yet, for their own chat only."""
    return [(row_id, event) for row_id, event in _waiting(session, now).items() if event.reporter_id == reporter_id]


def due(session: Session, now: datetime, known: dict[str, datetime]) -> list[tuple[str, Event]]:
    """What should be posted now, in random order, reports before what was added to them. `known` is the caller's memory of
    when each row is due, so that a row that waits is opened once and not at every tick."""
    ids = _ids(session)
    for gone in known.keys() - ids:
        del known[gone]
    if fresh := ids - known.keys():
        known.update((row_id, datetime.fromisoformat(event.due)) for row_id, event in _opened(session, fresh))
    found = _opened(session, [row_id for row_id, at in known.items() if at <= now])
    random.SystemRandom().shuffle(found)
    return sorted(found, key=lambda pair: _rank(pair[1]))


def _rank(event: Event) -> tuple[bool, str]:
    """Reports first; changes of an account in the order they were asked for; the rest stays shuffled."""
    return event.kind != "report", event.due if event.kind == "change" else ""


def every(session: Session, kind: Kind) -> list[tuple[str, Event]]:
    """All that is of this kind, due or not, posted or not, in random order."""
    found = [pair for pair in _opened(session, _ids(session)) if pair[1].kind == kind]
    random.SystemRandom().shuffle(found)
    return found


def once(session: Session, entry_id: str, today: date) -> bool:
    """Whether this event is carried out for the first time; noted in the transaction that does so. Posting again after a
    restart must not tell a reporter twice, nor bring back an older language."""
    row = {"id": keyed_hash(session, "told", entry_id), "told_on": today}
    return insert_ignore(session, Told, [row]) == 1


def is_told(session: Session, entry_id: str) -> bool:
    return session.get(Told, keyed_hash(session, "told", entry_id)) is not None


def forget_told(session: Session, today: date) -> None:
    session.execute(delete(Told).where(col(Told.told_on) < today - TOLD_KEPT))


def forget(session: Session, row_ids: Iterable[str]) -> None:
    for some in _batches(row_ids):
        session.execute(delete(Intake).where(col(Intake.id).in_(some)))
