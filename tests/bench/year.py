"""A year of the demo's union: its workers file, its officers answer in time, late or not at all; the ladder does the rest.

The real ticker with its intake, on a clock that goes from one of a day's `MOMENTS` to the next; people use the verbs that
their chats call. What they do is drawn (with a seed, so that a year can be played again); what comes of it is counted from
the cases. Four numbers that are never added up: what nobody confirmed is not settled.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product

import structlog
from sqlalchemy import func, select
from sqlmodel import col

from bot.demo import union
from bot.ticking.tick import Ticker
from bot.writer import Writer
from config.tables import table
from models.anonymity import intake, moments
from models.anonymity.events import Event, Kind
from models.grievances import access, cases, clock, deadlines, handling
from models.grievances.cases import Entry, Grievance
from models.grievances.handling import Saying
from models.messages.outbox import Outbound
from models.people import accounts, persons, units
from models.people.accounts import Sender
from models.people.offices import Office
from models.people.units import Unit
from models.store import schema
from models.store.database import Database, Session
from models.store.ids import new_case_code, new_id
from models.store.sealing import Keyring
from tests.bench import table as tables
from tests.running_app import FakeClock

BEGINS = datetime(2026, 1, 4, 17, 0, tzinfo=UTC)
"""Monday 5 January 2026, midnight in Vietnam."""
MOMENTS = (7.5, 9.5, 11.5, 14, 16, 22)
"""Hours after midnight."""
WORKERS, A_WEEK = 60, 3
RELAY = moments.COVERED

# What somebody does with a case, of a hundred.
OFFICERS = {"settle": 62, "late": 18, "never": 14, "unfounded": 6}
AFTER_A_PROPOSAL = {"settled": 58, "silent": 27, "unsettled": 15}
WITHDRAWS = 4
KINDS = ("wage", "meal", "overtime", "safety", "insurance")


@dataclass(slots=True)
class Plan:
    """What is going to be done with a case where it is, at which moment; `of` the unit that it was made for."""

    of: str
    verb: str
    at: datetime


@dataclass(slots=True)
class Year:
    database: Database
    clock: FakeClock
    dice: random.Random = field(default_factory=lambda: random.Random(2026))
    reporters: list[tuple[str, str]] = field(default_factory=list)
    """Of each worker: what leads back to them, and their unit's id."""
    whose: dict[str, str] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    filed: int = 0

    def _drawn(self, among: dict[str, int]) -> str:
        return self.dice.choices(list(among), list(among.values()))[0]

    # People.

    def found(self, session: Session) -> None:
        union.found(session)
        for person in [
            session.get_one(persons.Person, one) for one in session.execute(select(col(Office.person_id))).scalars()
        ]:
            self._joins(session, person)
        teams = (
            session.execute(select(Unit).where(col(Unit.kind) == "to_cong_doan").order_by(col(Unit.code))).scalars().all()
        )
        for number in range(WORKERS):
            worker = persons.add(session, teams[number % len(teams)].id)
            self._joins(session, worker)
            self.reporters.append((worker.reporter_id, worker.unit_id))

    def _joins(self, session: Session, person: persons.Person) -> None:
        joining = accounts.Joining(language="vi", confirmed=True, consent_version="x", verified=True)
        accounts.add(session, Sender("webchat:main", new_id()), person, joining, self.clock.now().date())

    def files(self, session: Session) -> None:
        now, (reporter, unit_id) = self.clock.now(), self.dice.choice(self.reporters)
        path = list(units.path(session, unit_id))
        to = path[self.dice.choices((0, 1, 2), (70, 24, 6))[0]]
        due = moments.cover(now, RELAY)
        event = Event(
            *("report", due.isoformat(), new_id(), new_id(), reporter, "Tăng ca tháng này chưa được trả"),
            code=new_case_code(),
            unit_id=unit_id,
            holder_id=to.id,
            category=self.dice.choice([one for one in KINDS if one in table("categories")] or ["wage"]),
            passed_over=[one.id for one in path[: path.index(to)]],
            covered=True,
            reply_due=deadlines.first_reply_due(session, to.id, due, urgent=False).isoformat(),
        )
        intake.add(session, event, now)
        self.whose[event.case_id] = reporter
        self.filed += 1

    def _says(self, session: Session, case: Grievance, kind: Kind) -> None:
        now = self.clock.now()
        above = next(iter(access.units_above(session, case, now)), None) if kind == "unsettled" else None
        said = kind, moments.cover(now, RELAY).isoformat(), case.id, new_id(), self.whose[case.id], "Còn thiếu"
        intake.add(session, Event(*said, holder_id=above.id if above is not None else ""), now)

    # What is done with each case.

    def _planned(self, session: Session, case: Grievance) -> Plan:
        """Anew wherever it comes to, and once it was proposed to close it."""
        now, where = self.clock.now(), f"{case.holder_id} {case.state == 'proposed'} {case.state == 'new'}"
        plan = self.plans.get(case.id)
        if plan is not None and plan.of == where:
            return plan
        at = clock.where(session, case.holder_id).works
        if case.state == "proposed":
            verb = self._drawn(AFTER_A_PROPOSAL)
            plan = Plan(where, verb, now + timedelta(days=self.dice.uniform(0.1, 5)))
        elif self.dice.randrange(100) < WITHDRAWS:
            plan = Plan(where, "withdrawn", now + timedelta(days=self.dice.uniform(0.5, 3)))
        else:
            verb = self._drawn(OFFICERS)
            share = self.dice.uniform(1.05, 1.6) if verb == "late" else self.dice.uniform(0.05, 0.9)
            plan = Plan(where, verb, at.after(now, int(max(case.left_minutes, 60) * share)))
        self.plans[case.id] = plan
        return plan

    def acts(self, session: Session) -> None:
        """All that falls to this moment."""
        now = self.clock.now()
        on_way = {event.case_id for event in intake.every(session, "unsettled")}
        open_cases = select(Grievance).where(col(Grievance.state).in_(cases.OPEN)).order_by(col(Grievance.created_at))
        for case in session.execute(open_cases).scalars().all():
            plan = self._planned(session, case)
            if plan.at > now or plan.verb in ("never", "silent", "done") or case.id in on_way:
                continue
            verb, plan.verb = plan.verb, "done"
            if verb in ("settled", "unsettled", "withdrawn"):
                self._says(session, case, verb)  # type: ignore[arg-type]
                continue
            handlers = sorted(person.id for _account, person in access.handlers_of(session, case, now))
            if handlers:
                saying = Saying(handlers[0], "Đã làm việc với phòng nhân sự", moments.cover(now, RELAY))
                does = handling.close_unfounded if verb == "unfounded" else handling.propose_settling
                does(session, case, saying, now)

    async def plays(self, days: int) -> None:
        writer = Writer(self.database)
        ticker = Ticker(writer, self.clock, lambda: None)
        await writer.write(self.found)
        for day, hours in product(range(days), MOMENTS):
            self.clock.is_at(BEGINS + timedelta(days=day, hours=hours))
            if self.dice.random() < A_WEEK / 7 / len(MOMENTS):
                await writer.write(self.files)
            await writer.write(self.acts)
            await ticker.tick()
        await ticker.stop()
        await writer.stop()


def _rows(database: Database, year: Year) -> tables.ROWS:
    with database.reading() as session:
        by_state = Counter(
            dict(session.execute(select(col(Grievance.state), func.count()).group_by(col(Grievance.state))).all())
        )
        climbed = Counter(session.execute(select(col(Entry.grievance_id)).where(col(Entry.kind) == "climbed")).scalars())
        told = session.execute(select(func.count()).select_from(Outbound)).scalar_one()
    return [
        ("filed", str(year.filed)),
        ("settled, by the worker's word", str(by_state["settled"])),
        ("unconfirmed: seven days of silence", str(by_state["unconfirmed"])),
        ("unfounded", str(by_state["unfounded"])),
        ("withdrawn", str(by_state["withdrawn"])),
        ("still open", str(sum(by_state[state] for state in cases.OPEN))),
        ("climbed by the clock: cases", str(len(climbed))),
        ("climbed by the clock: times", str(sum(climbed.values()))),
        ("messages on their way (nobody sends here)", str(told)),
    ]


def main(*, quick: bool) -> None:
    """Plays and prints."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory(prefix="haichieu-year-") as name:
        database = Database(f"sqlite:///{name}/year.db", Keyring.new())
        schema.upgrade(database)
        year, began = Year(database, FakeClock(BEGINS)), time.monotonic()
        asyncio.run(year.plays(30 if quick else 365))
        days = "a month" if quick else "a year"
        took = time.monotonic() - began
        tables.show(f"{days} of {union.NAME}, {WORKERS} workers, {took:.0f} s", ("cases", ""), _rows(database, year))
        database.close()
