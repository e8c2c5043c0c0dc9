"""A grievance (phản ánh): what a worker told the union, who holds it, until when, and all that was said about it.

It has no person column. The way back to the reporter is a sealed route; "my cases" is a walk over keyed marks. Exact times
are fine here, because no row that identifies a person has any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, func, select
from sqlmodel import Field, Index, col

from models.anonymity import counts, night_counts
from models.anonymity.events import Event
from models.grievances import clock, deadlines, exclusions
from models.grievances.limitation import Since
from models.people import accounts, units
from models.store import codes
from models.store.columns import Id, Ref
from models.store.database import Base, Session, insert_ignore
from models.store.ids import new_case_code, new_id
from models.store.sealing import keyed_hash, seal, unseal

State = Literal["new", "acknowledged", "answered", "proposed", "settled", "unfounded", "withdrawn", "unconfirmed"]
OPEN = ("new", "acknowledged", "answered", "proposed")
OWED = clock.OWED
"""In which the union owes the reporter an answer, by `due_at`."""
REOPENABLE = (*OPEN, "unfounded", "unconfirmed")
"""What a reporter may still take further: also a case that officers closed for want of grounds, or that was closed because
nothing was heard."""


class Grievance(Base, table=True):
    """`unit_id` is the unit shown to officers, `holder_id` the one that must answer by `due_at`, `assignee_id` the officer
    in it who took it on. `name_for` says who may read `reporter_name`. `spoken_to` is the officer who entered a grievance
    for somebody without a phone: such a case has no way back but its paper slip. `left_minutes` to `calendar` are the clock
    (models.grievances.clock). In the unit `routed_to` only `to_roles` see it, each between commas
    (models.grievances.access); elsewhere, or where it is empty, all who answer. `since`: since when, as its reporter says
    (models.grievances.limitation).

    Nothing here depends on how its reporter joined. Whoever gives one worker the team's own code and the others slips would
    see in such a mark which cases are that worker's; and so would a thief of the database, in a team with one such account.
    """

    __tablename__ = "grievance"
    __table_args__ = (
        Index("ix_grievance_open", "state", "holder_id", "due_at"),  # a list reads no closed cases
        Index("ix_grievance_next_at", "next_at"),  # nor the clock, nor any case of which nothing is due
    )

    id: str = Id()
    code: str = Field(unique=True, max_length=9)
    unit_id: str = Ref("unit")
    holder_id: str = Ref("unit")
    category: str = Field(max_length=24)
    urgent: bool = False
    covered: bool = True
    state: str = Field(default="new", max_length=12)
    created_at: datetime = Field(index=True)
    due_at: datetime
    assignee_id: str | None = Ref("person", optional=True)
    spoken_to: str | None = Ref("person", optional=True)
    reporter_name: bytes | None = None
    name_for: str = Field(default="all", max_length=12)
    route: bytes | None = None
    mark: str | None = Field(default=None, unique=True, max_length=32)
    left_minutes: int = 0
    running_since: datetime | None = None
    settle_at: datetime | None = None
    next_at: datetime | None = None
    rungs: str = Field(default="", max_length=48)
    calendar: str | None = Field(default=None, index=True, max_length=16)
    to_roles: str = Field(default="", max_length=64)
    routed_to: str | None = Ref("unit", optional=True)
    since: bytes | None = None


class Entry(Base, table=True):
    """One thing said or done in a case. `officer_id` is empty for the reporter. When the reporter hears it is not written
    here: the way from a case to a chat leads through the intake (models.anonymity.intake). `number` orders those of one
    second. `officer_id` is indexed for those who leave: before a person's row goes, the database looks for entries that name
    it, and would read all of them."""

    __tablename__ = "entry"

    id: str = Id()
    grievance_id: str = Ref("grievance")
    kind: str = Field(max_length=16)
    officer_id: str | None = Ref("person", optional=True)
    text: bytes
    at: datetime
    number: int = 0


def shown_unit(session: Session, unit_id: str) -> str:
    """The unit an officer may see a case from: the reporter's own, or its CĐCS where so few had joined by last night that a
    team's name would name its reporter. Each with a slip of their own: others are made as many as wanted."""
    if night_counts.floor_of(session, counts.OWN, unit_id):
        return unit_id
    return units.grassroots_of(session, unit_id).id


def mark(session: Session, reporter_id: str, number: int) -> str:
    """What ties the n-th case of a person to their reporter id, for the holder of the look-up key only."""
    return keyed_hash(session, "grievance.mark", reporter_id, str(number))


AT_ONCE = 8  # marks asked for in one question: hardly anybody has more cases
_MARKED = select(Grievance).where(col(Grievance.mark).in_(bindparam("marks", expanding=True)))


def _walk(session: Session, reporter_id: str) -> tuple[list[Grievance], str]:
    """A person's cases, oldest first, and the first mark that is still free."""
    found: list[Grievance] = []
    while True:
        marks = [mark(session, reporter_id, len(found) + place) for place in range(AT_ONCE)]
        known = {case.mark: case for case in session.execute(_MARKED, {"marks": marks}).scalars()}
        for candidate in marks:
            if candidate not in known:
                return found, candidate
            found.append(known[candidate])


_CODED = select(col(Grievance.id)).where(col(Grievance.code) == bindparam("code"))  # built once: it costs more than asking


def free_code(session: Session) -> str:
    """`PA-` (phản ánh) and six letters."""
    return codes.free(session, _CODED, new_case_code)


def post(session: Session, event: Event, now: datetime) -> Grievance | None:
    """Writes the case and its first entry. None when it had been posted before."""
    row: dict[str, Any] = {
        "id": event.case_id,
        "code": event.code,
        "unit_id": shown_unit(session, event.unit_id),
        "holder_id": event.holder_id,
        "category": event.category,
        "urgent": event.urgent,
        "covered": event.covered,
        "state": "new",
        "created_at": now,
        "due_at": datetime.fromisoformat(event.reply_due),
        "assignee_id": None,
        "spoken_to": None,
        "reporter_name": seal(session, "grievance.reporter_name", event.case_id, event.name) if event.name else None,
        "name_for": event.name_for,
        "route": seal(session, "grievance.route", event.case_id, event.reporter_id),
        "mark": _walk(session, event.reporter_id)[1],
        "to_roles": between_commas(event.roles),
        "routed_to": event.holder_id if event.roles else None,
        "since": seal(session, "grievance.since", event.case_id, event.since) if event.since else None,
    }
    row |= clock.begun(session, event.holder_id, now, urgent=event.urgent, state="new", due_at=row["due_at"])
    while not insert_ignore(session, Grievance, [row]):
        if session.get(Grievance, event.case_id) is not None:
            return None
        # Another case has the code: a new one is better than a lost case, which its reporter finds under “My grievances”.
        row |= {"code": free_code(session), "mark": _walk(session, event.reporter_id)[1]}
    past = exclusions.routed_past(session, event.holder_id, event.roles, now.date())
    exclusions.pass_over(session, event.case_id, [*event.passed_over, *past], now.date())
    add_entry(session, event.case_id, NewEntry("report", event.text, id=event.entry_id), now)
    return session.get_one(Grievance, event.case_id)


def between_commas(roles: Sequence[str]) -> str:
    """As `to_roles` keeps them."""
    return f",{','.join(roles)}," if roles else ""


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What is to be an `Entry`. `id`: given where the same one may be posted twice."""

    kind: str
    text: str = ""
    officer_id: str | None = None
    id: str = field(default_factory=new_id)


def add_entry(session: Session, grievance_id: str, entry: NewEntry, now: datetime) -> bool:
    """False when it was there before."""
    row = {
        "id": entry.id,
        "grievance_id": grievance_id,
        "kind": entry.kind,
        "officer_id": entry.officer_id,
        "text": seal(session, "entry.text", entry.id, entry.text),
        "at": now,
        "number": session.execute(_COUNT, {"case": grievance_id}).scalar_one(),
    }
    return insert_ignore(session, Entry, [row]) == 1


_COUNT = select(func.count()).where(col(Entry.grievance_id) == bindparam("case"))


UNDELIVERED = "undelivered"
"""An entry by nobody: an answer that the reporter's app refused for good."""
BY_NOBODY = (UNDELIVERED, "climbed", "unconfirmed")
"""What the reporter did not say, and no officer did: the ladder took a case up, or took silence for an answer."""


def note_undelivered(session: Session, event: Event, now: datetime) -> Grievance | None:
    """Notes that the newest answer did not reach its reporter. None when that was posted before."""
    case = session.get(Grievance, event.case_id)
    if case is None or not add_entry(session, case.id, NewEntry(UNDELIVERED, id=event.entry_id), now):
        return None
    return case


def hear_reporter(session: Session, event: Event, now: datetime) -> Grievance | None:
    """Posts what the reporter of a case added or decided. None when it was posted before, or says again that a closed
    case is settled. Words that come after the end are kept and shown all the same."""
    case = session.get(Grievance, event.case_id)
    if case is not None and event.kind == "left":  # who gave their name and has left is not named any more
        case.reporter_name = None
        return None
    late = case is not None and event.kind == "settled" and case.state == "unconfirmed"  # better than silence
    if case is None or (event.kind in ("settled", "withdrawn", "named", "since") and case.state not in OPEN and not late):
        return None
    if not add_entry(session, case.id, NewEntry(event.kind, event.text, id=event.entry_id), now):
        return None
    if event.kind == "since":
        case.since = seal(session, "grievance.since", case.id, event.since)
    elif event.kind == "named":
        case.reporter_name = seal(session, "grievance.reporter_name", case.id, event.name)
        case.name_for = event.name_for
    elif event.kind in ("settled", "withdrawn"):
        case.state = event.kind
        _set(case, clock.stopped())
    elif case.state in REOPENABLE and (event.kind == "unsettled" or case.state in OPEN):
        _owe_again(session, case, event, now)
    session.add(case)
    session.flush()
    return case


def _owe_again(session: Session, case: Grievance, event: Event, now: datetime) -> None:
    """The worker has written or is not content: the union owes an answer."""
    upwards = event.kind == "unsettled" and event.holder_id in [one.id for one in units.path(session, case.holder_id)[1:]]
    if upwards:  # only: officers may have been quicker
        case.holder_id, case.assignee_id = event.holder_id, None
    due_at = deadlines.first_reply_due(session, case.holder_id, now, urgent=case.urgent)
    if event.kind == "unsettled":
        _set(case, clock.begun(session, case.holder_id, now, urgent=case.urgent, state="new", due_at=due_at))
        case.due_at = due_at
    elif not is_owed(case) or clock.is_waiting(case):
        _set(case, clock.going_on(session, case, now, "new", due_at))
        case.due_at = due_at
    elif case.state != "new":  # adding a word does not put off what is owed already
        _set(case, clock.going_on(session, case, now, "new"))
    case.state = "new"


def _set(case: Grievance, values: clock.Values) -> None:
    for name, value in values.items():
        setattr(case, name, value)


def is_owed(case: Grievance) -> bool:
    """Whether the union owes the reporter an answer, by `due_at`."""
    return case.state in OWED


def is_overdue(case: Grievance, now: datetime) -> bool:
    return is_owed(case) and case.due_at < now


# The reporter's own view.


def own(session: Session, reporter_id: str) -> list[Grievance]:
    """The reporter's own cases, oldest first: walks the marks until one is missing."""
    return _walk(session, reporter_id)[0]


def for_reporter(session: Session, reporter_id: str, case_id: str) -> Grievance | None:
    """The case (by id or code), if this person filed it."""
    return next((case for case in own(session, reporter_id) if case_id in (case.id, case.code)), None)


def entries(session: Session, case_id: str) -> Sequence[Entry]:
    statement = select(Entry).where(col(Entry.grievance_id) == case_id).order_by(col(Entry.at), col(Entry.number))
    return session.execute(statement).scalars().all()


def text_of(session: Session, entry: Entry) -> str:
    return unseal(session, "entry.text", entry.id, entry.text)


def since_of(session: Session, case: Grievance) -> Since | None:
    """Since when, where its reporter has said so."""
    return Since.read(unseal(session, "grievance.since", case.id, case.since)) if case.since is not None else None


def reporter_name(session: Session, case: Grievance, *, committee: bool) -> str:
    """The name the reporter chose to give to these eyes, or an empty string. `committee`: they sit on the executive
    committee of the grassroots union the case came from."""
    if case.reporter_name is None or (case.name_for == "committee" and not committee):
        return ""
    return unseal(session, "grievance.reporter_name", case.id, case.reporter_name)


# The way back. Nothing else opens a route.


def reporter_accounts(session: Session, case: Grievance) -> Sequence[accounts.Account]:
    """For the verb that tells the reporter, only: all their phones (see handlers.people.second_phone); none when they have
    left.
    """
    if case.route is None:
        return ()
    return accounts.of_reporter(session, unseal(session, "grievance.route", case.id, case.route))
