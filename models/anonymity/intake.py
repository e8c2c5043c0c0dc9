"""Sealed events that wait to be posted: the gap between a person's chat and the case they speak in, or the row that names
them.

Three transactions, so that nothing a database remembers by itself joins them: the chat's own writes the sealed row (with its
due time inside: outside it would date the case); a tick posts what is due, shuffled, in one that touches no row of a
person, account, conversation, inbound or intake; a third forgets the rows of a whole day at once. Ids are made inside the
blob, so posting twice is posting once.

Order and time are evidence as well (a log of PostgreSQL named half of the reporters of a day by them). So:
* Every turn leaves one row here, of one size, whether it carries events or nothing (`gathered`): a filing and a look at the
  menu leave the same. A row that carries nothing says so by its id, to whoever has the keys.
* Every row stays until the third night after it came, posted or not: one that went earlier would say what it was.
* Reports, answers and whatever else is under time cover leave at fixed moments, several together (models.anonymity.moments).
* What changes a row that names a person (settings, "Đã đọc", leaving) waits for the night; that person's own
  screen, and what is sent to them, obeys at once (models.people.wishes).

The same way lead what a reporter is to hear (`tell`: from the case to a chat) and what a person changes about their own
account (from a chat to the account).
"""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import bindparam, delete, select
from sqlmodel import Field, col

from models.anonymity import told
from models.store.database import Base, Session, insert_ignore
from models.store.ids import id_from, new_id
from models.store.sealing import keyed_hash, seal, unseal
from models.store.tail import KEPT_IN_ORDER, Number, Tail, batches, tail_of, written

OfCase = Literal["report", "addition", "danger", "settled", "unsettled", "withdrawn", "named", "left", "reworded", "since"]
OfChat = Literal["tell", "change", "unlink", "leave", "seen", "opened", "taken_back", "ballot", "undelivered", "claim_over"]
OfCode = Literal["slip", "office", "claim", "unclaim"]
"""What is done with a joining code in a chat that has joined; `text` is the code's id."""
Kind = Literal[OfCase, OfChat, OfCode]

KEPT = timedelta(days=1)
"""So long, and to the end of that day, every row stays; it goes in the next night."""


class Intake(Base, table=True):
    """What one turn, or one officer's act, left to do: sealed events, or nothing. There is nothing to see in it."""

    __tablename__ = "intake"
    __table_args__ = KEPT_IN_ORDER

    number: int = Number()
    id: str = Field(unique=True, max_length=13)
    body: bytes
    kept_until: date = Field(index=True)


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody did, as it travels sealed. Ids for the rows it will make are chosen here.

    `case_id` is new for a report and known for the rest. `reporter_id` is the way back. `unit_id` is where the reporter
    belongs and `holder_id` the unit it is addressed to. `covered`: with time cover, both ways. `name` is empty unless the
    reporter gave it, and `name_for` says who may read it ("all", or "committee": the grassroots union's executive
    committee). Those in `passed_over` (ids of units, or of people) never see the case; in the unit it is addressed to only
    `roles` do, where any are named. `since`: since when, as they say. `account_id` and JSON in `text`: a change of an
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
    roles: Sequence[str] = ()
    since: str = ""


def change_account(session: Session, account_id: str, now: datetime, at: datetime, **values: Any) -> None:
    """Has an account changed (models.people.accounts.change) `at` a later time: the turn that asks leaves rows of a chat,
    and an account written beside them would say whose chat that is."""
    after = max((datetime.fromisoformat(event.due) for event in changes(session, account_id)), default=now)
    ask(session, "change", account_id, now, max(at, after), json.dumps(values))


def ask(session: Session, kind: Kind, account_id: str, now: datetime, at: datetime, text: str = "") -> None:
    """Has something done for an account `at` a later time: `change`; `leave`, `unlink` (the ids of the accounts that end);
    `seen` (a broadcast's id); `opened` (the id of its news); `OfCode` (models.people.upgrades); `claim_over` (why)."""
    event = Event(kind, at.isoformat(), "", new_id(), "", text, account_id)
    add(session, event, now)


def take_back(session: Session, event: Event, now: datetime) -> None:
    """An event that is not due yet is not to happen. Its row stays with the others: gone, it would say what it was."""
    add(session, Event("taken_back", now.isoformat(), "", new_id(), event.reporter_id, event.entry_id), now)


def changes(session: Session, account_id: str) -> list[Event]:
    """What this account has asked to change lately, in the order in which it was: also what has been done, until it goes."""
    return [event for event in of_account(session, account_id) if event.kind == "change"]


def add(session: Session, event: Event, now: datetime, row_id: str = "") -> bool:
    """Has this posted; in a turn, with all else that the turn leaves (`gathered`). `row_id`: for an event that there may be
    once only (`row_of`); returns whether it is the first."""
    gathered: _Gathered | None = session.info.get("gathered")
    if gathered is None:
        return _write(session, [event], row_id or _fresh_id(session), now)
    if row_id:
        if gathered.row_id or is_there(session, row_id):
            return False
        gathered.row_id = row_id
    gathered.events.append(event)
    return True


@dataclass(slots=True)
class _Gathered:
    events: list[Event] = field(default_factory=list)
    row_id: str = ""


@contextmanager
def gathered(session: Session, now: datetime) -> Iterator[None]:
    """One turn: whatever is added in it becomes one row, and a turn that adds nothing leaves one like it. Raises `NotFirst`
    where the turn's one event turns out not to be the first."""
    session.info["gathered"] = kept = _Gathered()
    try:
        yield
    finally:
        del session.info["gathered"]
    row_id = kept.row_id or (_fresh_id(session) if kept.events else _empty_id(session))
    if not _write(session, kept.events, row_id, now):
        raise NotFirst


class NotFirst(Exception):
    """Another turn has left this event meanwhile: the turn is taken again (bot.dispatch), and says so."""


def _write(session: Session, events: Sequence[Event], row_id: str, now: datetime) -> bool:
    body = json.dumps([_dumped(event) for event in events], ensure_ascii=False)
    sealed = seal(session, "intake.body", row_id, body)
    written(session)
    return insert_ignore(session, Intake, [{"id": row_id, "body": sealed, "kept_until": (now + KEPT).date()}]) == 1


_DEFAULTS = {one.name: one.default for one in fields(Event)} | {"passed_over": [], "files": ()}


def _dumped(event: Event) -> dict[str, Any]:
    """Without what says nothing: a row has a size to fit into."""
    kept = asdict(event)
    return {name: value for name, value in kept.items() if name not in _DEFAULTS or value != _DEFAULTS[name]}


# Which rows carry nothing: the second half of their id follows from the first, to whoever has the key. So they need not be
# opened, and nobody else can tell them from the rest.

_HALF = 6


def _empty_id(session: Session) -> str:
    begin = new_id()[:_HALF]
    return begin + _follows(session, begin)


def _follows(session: Session, begin: str) -> str:
    return id_from(keyed_hash(session, "intake.empty", begin))[_HALF:]


def _is_empty(session: Session, row_id: str) -> bool:
    return row_id[_HALF:] == _follows(session, row_id[:_HALF])


def _fresh_id(session: Session) -> str:
    while _is_empty(session, row_id := new_id()):
        pass
    return row_id


def row_of(session: Session, kind: Kind, reporter_id: str) -> str:
    """The row of the one event of this kind that somebody may have here, found by its key. It looks like any other."""
    number = 0
    while _is_empty(session, row_id := id_from(keyed_hash(session, "intake.row", kind, reporter_id, *(["+"] * number)))):
        number += 1  # once in 34,000 million
    return row_id


_IS_THERE = select(col(Intake.id)).where(col(Intake.id) == bindparam("id"))


def is_there(session: Session, row_id: str) -> bool:
    """Whether this row waits, or was posted and is not forgotten yet."""
    return session.execute(_IS_THERE, {"id": row_id}).first() is not None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An event in memory, without the words (but for what changes an account, and what names a thing). `at`: when it is
    due.
    """

    at: datetime
    event: Event


OF_CODES: tuple[OfCode, ...] = get_args(OfCode)
_SAYS = ("change", "seen", "opened", "taken_back", "unlink", "leave", *OF_CODES)


def _remembered(event: Event) -> _Waiting:
    without = event if event.kind in _SAYS else replace(event, text="", name="?" if event.name else "")
    return _Waiting(datetime.fromisoformat(event.due), without)


def _tail(session: Session) -> Tail[tuple[_Waiting, ...]]:
    def read(within: Session, row_id: str, body: bytes) -> tuple[_Waiting, ...]:
        return tuple(_remembered(event) for event in _events(unseal(within, "intake.body", row_id, body)))

    def keys(found: tuple[_Waiting, ...]) -> Iterator[str]:
        for one in found:
            yield from (f"account:{one.event.account_id}", f"reporter:{one.event.reporter_id}", f"case:{one.event.case_id}")
            yield from (f"gone:{account_id}" for account_id in _ending(one.event))
            yield from (f"code:{one.event.text}" for _ in range(one.event.kind in OF_CODES))

    return tail_of(session, "intake", lambda: Tail(Intake, "body", read, keys, skip=_is_empty))


def _events(body: str) -> list[Event]:
    kept = json.loads(body)
    if isinstance(kept, dict):  # sealed before migration 0012
        kept = [kept]
    for one in kept:
        one.pop("verified", None)  # sealed before migration 0010, after which a case does not say how its reporter joined
    return [Event(**one) for one in kept]


def _in_turn(session: Session) -> list[Event]:
    """What this turn itself has left so far."""
    gathered: _Gathered | None = session.info.get("gathered")
    return gathered.events if gathered else []


def _of(session: Session, key: str) -> list[Event]:
    return [one.event for row in _tail(session).of(session, key).values() for one in row]


def of_account(session: Session, account_id: str) -> list[Event]:
    """What was asked for this account, in that order, done or not, those of this turn included."""
    known = [*_of(session, f"account:{account_id}"), *_in_turn(session)]
    return [event for event in known if event.account_id == account_id]


def of_code(session: Session, invite_id: str) -> list[Event]:
    """What was asked to be done with this code (`OF_CODES`), done or not."""
    known = [*_of(session, f"code:{invite_id}"), *_in_turn(session)]
    return [event for event in known if event.kind in OF_CODES and event.text == invite_id]


def lately(session: Session, *kinds: Kind) -> list[Event]:
    """What everybody has asked for of these kinds, in that order, done or not; those that say their words (`_SAYS`) only."""
    known = [one.event for row in _tail(session).every(session).values() for one in row]
    return [event for event in (*known, *_in_turn(session)) if event.kind in kinds]


def of_reporter(session: Session, reporter_id: str) -> list[Event]:
    """What this person has sent or asked for, done or not; without the words."""
    known = [*_of(session, f"reporter:{reporter_id}"), *_in_turn(session)]
    return [event for event in known if event.reporter_id == reporter_id]


def _ending(event: Event) -> list[str]:
    ending: list[str] = json.loads(event.text) if event.kind in ("leave", "unlink") else []
    return ending


def ending(session: Session, account_id: str) -> list[Event]:
    """By what this account was left behind (`leave`) or put out (`unlink`): its row is gone or waits for the night."""
    known = [*_of(session, f"gone:{account_id}"), *_in_turn(session)]
    return [event for event in known if account_id in _ending(event)]


def _open(events: Iterable[Event], now: datetime) -> list[Event]:
    """Those that are not due yet and were not taken back; what is due is posted within a second, though its row stays."""
    listed = list(events)
    gone = {event.text for event in listed if event.kind == "taken_back"}
    return [
        event
        for event in listed
        if event.kind != "taken_back" and event.entry_id not in gone and datetime.fromisoformat(event.due) > now
    ]


def waiting_for(session: Session, case_id: str, now: datetime) -> list[Event]:
    """What is on its way to this case, or from it to its reporter."""
    return [one for one in _open([*_of(session, f"case:{case_id}"), *_in_turn(session)], now) if one.case_id == case_id]


def waiting_of(session: Session, reporter_id: str, now: datetime) -> list[Event]:
    """What this person has sent and is not due yet, for their own chat only; without the words."""
    return _open(of_reporter(session, reporter_id), now)


def due(session: Session, now: datetime, done: set[str]) -> list[Event]:
    """What should be posted now, in random order: reports before what was added to them, one account's changes in the order
    in which they were asked for. `done`: the caller's memory of what was posted, by entry; what an earlier process posted is
    added to it."""
    known = _tail(session).every(session)
    done.update(_taken_back(known.values()))
    ready = {
        one.event.entry_id: row_id
        for row_id, row in known.items()
        for one in row
        if one.at <= now and one.event.entry_id not in done
    }
    done.update(carried_out := told.among(session, ready))
    rows = {row_id for entry_id, row_id in ready.items() if entry_id not in carried_out}
    # Read again: memory may hold what was never committed.
    found = [event for event in _opened(session, rows) if event.entry_id in ready and event.entry_id not in carried_out]
    mixed = {
        event.account_id if event.kind == "change" else event.entry_id: random.SystemRandom().random() for event in found
    }
    return sorted(
        found, key=lambda one: (one.kind != "report", mixed[one.account_id if one.kind == "change" else one.entry_id])
    )


def _taken_back(known: Iterable[Iterable[_Waiting]]) -> Iterator[str]:
    """What was taken back before it was due, and the taking back itself: nothing is to be done with either."""
    for row in known:
        for one in row:
            if one.event.kind == "taken_back":
                yield from (one.event.text, one.event.entry_id)


def look_again(session: Session) -> None:
    """Has `due` see what was committed late; once a minute is enough."""
    _tail(session).look_again(session)


_BODIES = select(col(Intake.number), col(Intake.id), col(Intake.body)).where(
    col(Intake.id).in_(bindparam("ids", expanding=True))
)


def _opened(session: Session, row_ids: Collection[str]) -> list[Event]:
    """The events of these rows, in the order of the rows."""
    rows = sorted(row for some in batches(row_ids) for row in map(tuple, session.execute(_BODIES, {"ids": some})))
    return [event for _, row_id, body in rows for event in _events(unseal(session, "intake.body", row_id, body))]


def every(session: Session, kind: Kind) -> list[Event]:
    """All that is of this kind, due or not, posted or not, in random order."""
    known = _tail(session).every(session)
    rows = [row_id for row_id, row in known.items() if any(one.event.kind == kind for one in row)]
    found = [event for event in _opened(session, rows) if event.kind == kind]
    random.SystemRandom().shuffle(found)
    return found


def forget_old(session: Session, today: date, done: Collection[str]) -> set[str]:
    """Rows whose night has come, but for those that could not be posted yet, or were not seen till now. Returns the entries
    that are gone with them: nobody needs to remember any more that they are done."""
    tail = _tail(session)
    tail.look_again(session, late=None)
    old = set(session.execute(select(col(Intake.id)).where(col(Intake.kept_until) < today)).scalars())
    known = tail.every(session)
    late = {row_id for row_id in old & known.keys() if not {one.event.entry_id for one in known[row_id]} <= set(done)}
    for some in batches(sorted(old - late)):
        session.execute(delete(Intake).where(col(Intake.id).in_(some)))
    tail.forget(old - late)
    return {one.event.entry_id for row_id in (old - late) & known.keys() for one in known[row_id]}
