"""Where a chat stands: the run it is in, what it was asked last. Sealed, in a new row for each turn.

Nothing ties two turns of one person (models.anonymity.intake says why that matters): where a chat stands is written anew
each turn, as a row under a name that is used once, the keyed hash of whose chat it is, the day and the number of the turn.
Whoever has the keys finds the newest by asking for the next few names, and remembers which it was; a row is never changed,
and goes by its day with all the others.

A run lapses after 30 idle minutes (the person is no longer held back from other questions); its draft lives 24 hours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Select, bindparam, delete, insert, select
from sqlmodel import Field, col

from models.messages import notes
from models.messages.message import Option
from models.people import accounts, wishes
from models.people.accounts import Sender
from models.store.database import Base, Session, run
from models.store.sealing import keyed_hash, seal, unseal
from models.store.tail import KEPT_IN_ORDER, Number, Tail, tail_of, written

T = TypeVar("T")

IDLE = timedelta(minutes=30)
DRAFT = timedelta(hours=24)
AHEAD = 4
"""Names asked for from the last turn that is remembered on: other processes may have taken some since."""
AT_FIRST = 16
"""Names asked for where nothing is remembered; four times as many where these are all taken."""
REMEMBERED = 100_000
"""Chats whose last turn is remembered, some 20 MB."""
LATELY = 5_000
"""Turns read at the start for who is in the middle of something."""


class Conversation(Base, table=True):
    """Where one chat stood after one turn. `id`: its name, used once."""

    __tablename__ = "conversation"
    __table_args__ = KEPT_IN_ORDER

    number: int = Number()
    id: str = Field(unique=True, max_length=32)
    state: bytes
    kept_until: date = Field(index=True)


@dataclass(slots=True)
class Run:
    """One passage through a conversation: its answers, by the keys of its questions, kept until `finish`. `noted`: what
    it keeps besides, by name (models.messages.notes); as it was dumped, until somebody asks for it."""

    conversation: str
    subject: str
    nonce: str
    answers: dict[str, str] = field(default_factory=dict)
    asking: str = ""
    noted: dict[str, Any] = field(default_factory=dict)

    def notes(self, kind: type[T]) -> T:
        """The note of this kind. What is changed on it is kept with the run."""
        kept = self.noted.get(kind.__name__)
        if not isinstance(kept, kind):
            kept = self.noted[kind.__name__] = notes.load(kind, kept) if kept is not None else kind()
        return kept

    def put(self, *noted: object) -> None:
        """Notes this, in place of what was noted of its kind."""
        self.noted.update({type(one).__name__: one for one in noted})


@dataclass(slots=True)
class Guard:
    """Wrong tries of this chat, when the last code was wrong, until when (all ISO 8601) its own cases are locked or open,
    and what it may still send within an hour (models.grievances.floods). Here and not in the account: a wrong try would
    write the account in the same transaction as the chat's rows of the day, and what is sent is to leave no row that names
    its sender.
    """

    wrong_codes: int = 0
    wrong_code_at: str = ""
    wrong_pins: int = 0
    locked_until: str = ""
    open_until: str = ""
    filings: str = "0" * 10
    additions: str = "0" * 10
    dangers: str = "0" * 10


@dataclass(slots=True, kw_only=True)
class State:
    """What a chat remembers. `offered` are the choices last asked, which typed numbers and labels are looked up in.
    `draft`: what is put aside while the person is asked about it (handlers.front.under_way). `turned_away`: this guest has
    been told that the line is full."""

    run: Run | None = None
    draft: Run | None = None
    offered: list[Option] = field(default_factory=list)
    touched: datetime | None = None
    language: str = ""
    turned_away: bool = False
    guard: Guard = field(default_factory=Guard)

    def is_empty(self) -> bool:
        kept = self.run, self.draft, self.offered, self.language, self.turned_away
        return not any(kept) and self.guard == Guard()


Place = tuple[date, int]
"""A turn of a chat: its day, and its number on that day."""
_BEFORE = -1
STANDS = "-"
"""In place of a reference, on lines that cannot change what was sent."""
BOTH_SIDES, ONE_SIDE = (False, True), (False,)
"""In office and as a worker, of whoever is on the roll; a worker alone."""


@dataclass(slots=True)
class Chat:
    """Where a chat stands. `who`: whose it is, an account's id or (a guest) line and id there. An officer has two sides, in
    office and as a worker, whose rows are never written in one transaction: what stands here is the side used last."""

    who: str
    reached: str
    """Line and id there, for whoever sends (`busy`)."""
    state: State = field(default_factory=State)
    in_office: bool = False
    has_office: bool = True
    """Whether both sides were looked for; where not, only a worker's is there to be written."""
    places: dict[bool, Place] = field(default_factory=dict)
    """By side: its newest turn."""
    standing: dict[bool, str] = field(default_factory=dict)
    """By side: the line's reference of the message on this phone that says that there is news and was not opened yet, or
    `STANDS`. Forgotten after a day like all that stands here: then the next news is a new message."""


def of(sender: Sender, account_id: str | None) -> Chat:
    """The chat of this sender. A guest's and a member's are two: what was said before joining ends there."""
    reached = f"{sender.line}\x1f{sender.external}"
    return Chat(account_id or reached, reached)


def joined(chat: Chat, account_id: str) -> Chat:
    """A guest's chat, gone on with as the member's."""
    return Chat(account_id, chat.reached, chat.state)


_WRITE = insert(Conversation).inline()


@lru_cache(maxsize=16)
def _asked(count: int) -> Select[str, int, bytes]:
    """Built once for each number of names: every message asks this, and building the question costs more than asking it."""
    names: list[BindParameter[str]] = [bindparam(f"n{number}") for number in range(count)]
    return select(col(Conversation.id), col(Conversation.number), col(Conversation.state)).where(
        col(Conversation.id).in_(names)
    )


def name_of(session: Session, who: str, in_office: bool, day: date, number: int) -> str:
    """The name of one turn: whoever has no key cannot tell two of one chat from two of two."""
    return keyed_hash(session, "turn", who, "office" if in_office else "person", day.isoformat(), str(number))


def _states(session: Session, names: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    count = next(size for size in (8, 16, 32, 64, 128, 256, len(names)) if size >= len(names))
    values = {f"n{number}": name for number, name in enumerate([*names, *[""] * (count - len(names))])}
    return {row_id: (number, state) for row_id, number, state in run(session, _asked(count), values)}


def _newest(session: Session, chat: Chat, sides: Sequence[bool], today: date) -> dict[bool, tuple[str, int, bytes]]:
    """By side: the name, the number and the state of the newest turn of today or yesterday; notes where it stands."""
    memory: dict[tuple[str, bool], Place] = session.info["places"]
    yesterday = today - timedelta(days=1)
    spans: dict[tuple[bool, date], range] = {}
    for side in sides:
        day, number = memory.get((chat.who, side), (date.min, 0))
        for asked in (today, yesterday):
            if day == asked:
                spans[side, asked] = range(number, number + AHEAD)
            elif day < yesterday:
                spans[side, asked] = range(AT_FIRST)
            elif day < asked:
                spans[side, asked] = range(AHEAD)
    found: dict[bool, tuple[str, int, bytes]] = {}
    while spans:
        named = {
            name_of(session, chat.who, side, day, number): (side, day, number)
            for (side, day), span in spans.items()
            for number in span
        }
        spans = {}
        for name, row in sorted(_states(session, list(named)).items(), key=lambda pair: named[pair[0]][1:]):
            side, day, number = named[name]
            chat.places[side] = day, number
            found[side] = name, *row
        for side, (day, number) in chat.places.items():
            last = max((n for s, d, n in named.values() if (s, d) == (side, day)), default=_BEFORE)
            if number == last:  # all that were asked for are there: there may be more
                spans[side, day] = range(number + 1, number + 1 + 4 * AT_FIRST)
    for side in sides:
        if side in chat.places:
            memory[chat.who, side] = chat.places[side]
            while len(memory) > REMEMBERED:
                memory.pop(next(iter(memory)), None)
        elif memory.pop((chat.who, side), None) is not None:
            # What was remembered is not there: it was read in a transaction that came to nothing, or is long gone.
            return _newest(session, chat, sides, today)
    return found


def load(session: Session, chat: Chat, now: datetime, *, sides: Sequence[bool] = (False, True)) -> Chat:
    """Finds where the chat stands. A draft older than 24 hours is not shown again. `sides`: those it can have."""
    chat.has_office = True in sides
    never = datetime.min.replace(tzinfo=UTC)
    newest = never, False, 0
    for in_office, (name, number, sealed) in _newest(session, chat, sides, now.date()).items():
        kept = json.loads(unseal(session, "conversation.state", name, sealed))
        touched = datetime.fromisoformat(kept["touched"])
        if now - touched <= DRAFT and kept.get("standing"):
            chat.standing[in_office] = kept["standing"]
        # Of one second (messages carry no finer time) the side that asks something is the one that is answered; else the one
        # that was written last.
        age = touched.replace(microsecond=0), kept["run"] is not None, number
        if age < newest or now - touched > DRAFT:
            continue
        newest = age
        chat.in_office = in_office
        chat.state = _state(kept, touched)
    return chat


def _state(kept: Mapping[str, Any], touched: datetime) -> State:
    return State(
        run=Run(**kept["run"]) if kept["run"] else None,
        draft=Run(**kept["draft"]) if kept.get("draft") else None,
        offered=[Option(*pair) for pair in kept["offered"]],
        touched=touched,
        language=kept["language"],
        guard=Guard(**kept.get("guard", {})),
        turned_away=kept.get("turned_away", False),
    )


def _dumped(run: Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    kept = {slot: getattr(run, slot) for slot in Run.__slots__ if slot != "noted"}
    return kept | {"noted": noted} if (noted := notes.dump(run.noted)) else kept


def save(session: Session, chat: Chat, state: State, now: datetime, *, touched: datetime | None = None) -> None:
    """Writes where the side in use stands now, as its next turn. `touched`: when the person last did something, if not
    now.
    """
    since = touched or now
    day, last = chat.places.get(chat.in_office, (date.min, _BEFORE))
    place = now.date(), last + 1 if day == now.date() else 0
    name = name_of(session, chat.who, chat.in_office, *place)
    kept = {
        "run": _dumped(state.run),
        "draft": _dumped(state.draft),
        "offered": [[option.token, option.label] for option in state.offered],
        "touched": since.isoformat(),
        "language": state.language,
        "guard": {slot: getattr(state.guard, slot) for slot in Guard.__slots__},
        "turned_away": state.turned_away,
        "reached": chat.reached,
        "in_office": chat.in_office,
        "standing": chat.standing.get(chat.in_office, ""),
    }
    sealed = seal(session, "conversation.state", name, json.dumps(kept, ensure_ascii=False))
    # The same day for every row, whatever it holds: two days on nothing in it is needed any more.
    row = {"id": name, "state": sealed, "kept_until": (now + DRAFT).date()}
    run(session, _WRITE, row, tuple(row))
    written(session)
    chat.places[chat.in_office] = place


def busy(session: Session, now: datetime) -> set[str]:
    """Who is in the middle of a run that waits for an answer, on either side: line and id there (`Chat.reached`)."""

    def read(within: Session, row_id: str, state: bytes) -> tuple[str, str, datetime | None]:
        kept = json.loads(unseal(within, "conversation.state", row_id, state))
        since = datetime.fromisoformat(kept["touched"]) if kept["run"] else None
        return kept["reached"], f"{kept['reached']}\x1f{kept['in_office']}", since

    tail = tail_of(session, "turns", lambda: Tail(Conversation, "state", read, lambda _: (), begin=LATELY))
    standing: dict[str, tuple[str, datetime | None]] = {}
    over = []
    rows = tail.every(session)
    sides: dict[str, str] = {}
    for row_id, (reached, side, since) in rows.items():
        if side in sides:
            over.append(sides[side])  # a later turn of the same side tells where it stands
        sides[side] = row_id
        standing[side] = reached, since
    over += [sides[side] for side, (_, since) in standing.items() if since is None or since + IDLE <= now]
    tail.forget(over)
    return {reached for reached, since in standing.values() if since is not None and now < since + IDLE}


def remember(
    session: Session, to: Sender, options: Sequence[Option], now: datetime, *, unasked: bool, in_office: bool = False
) -> None:
    """From now on a typed number means one of `options`: they are the newest list on this person's screen.

    Not while the chat is in the middle of a run, whose question is what numbers answer then (and is asked again by any word
    that fits nothing). A run that has lapsed keeps its draft for as long as it would have. Reads the account and writes one
    row only, of the side the list was sent to: give it a transaction of its own, since rows that share one are linked.

    Unless `unasked`, the list was a reply, which its turn has noted itself; only a list sent in between is put right."""
    accounts.lock_chat(session, to)
    account = wishes.find(session, to)
    chat = load(session, of(to, account.id if account else None), now)
    _note(session, chat, options, now, unasked=unasked, in_office=in_office)


def stand(
    session: Session, to: Sender, options: Sequence[Option], reference: str, now: datetime, *, in_office: bool
) -> None:
    """The same of a message that says that there is news: it stands on this person's screen, under this name. Where it took
    the place of one that stood there, nothing is newer on the screen than before."""
    accounts.lock_chat(session, to)
    account = wishes.find(session, to)
    chat = load(session, of(to, account.id if account else None), now)
    if chat.standing.get(in_office) == reference:
        return
    chat.standing[in_office] = reference
    chat.state.offered = []  # also where it says the same: it is another message
    _note(session, chat, options, now, unasked=True, in_office=in_office)


def standing(session: Session, to: Sender, account_id: str, *, in_office: bool, now: datetime) -> str:
    """The reference of what stands so, on one side of a chat; empty where nothing does."""
    return load(session, of(to, account_id), now, sides=(in_office,)).standing.get(in_office, "")


def _note(session: Session, chat: Chat, options: Sequence[Option], now: datetime, *, unasked: bool, in_office: bool) -> None:
    state = chat.state
    if in_office not in chat.places and not unasked:
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


def forget_old(session: Session, today: date) -> None:
    """What nobody can need any more. A stated day for all: one that went earlier would say that its chat went on."""
    session.execute(delete(Conversation).where(col(Conversation.kept_until) < today))
