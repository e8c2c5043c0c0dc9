"""A union in which cases climb: a province, a factory and two teams, with officers who can be reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlmodel import col

from config.i18n import HERE
from models.anonymity.events import Event
from models.grievances import cases, handling, ladder, rungs
from models.grievances.cases import Grievance
from models.grievances.handling import Saying
from models.people import accounts, persons
from models.people.accounts import Sender
from models.people.offices import Office
from models.people.units import Unit
from models.store.database import Database, Session
from models.store.ids import new_case_code, new_id

MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
"""10:00 in Vietnam."""
MINUTES = (30, 90)
LEVELS = (("province", "ldld_tinh", None), ("factory", "cdcs", "province"), ("team", "to_cong_doan", "factory"))


@dataclass(slots=True)
class House:
    units: dict[str, Unit] = field(default_factory=dict)
    officers: dict[str, str] = field(default_factory=dict)
    """Ids by name."""
    worker: str = ""

    def event(self, **changed: object) -> Event:
        event = Event(
            *("report", MONDAY.isoformat(), new_id(), new_id(), self.worker, "Tăng ca tháng 5"),
            code=new_case_code(),
            unit_id=self.units["team"].id,
            holder_id=self.units["team"].id,
            category="wage",
            covered=False,
            reply_due=(MONDAY + timedelta(hours=24)).isoformat(),
        )
        return replace(event, **changed)  # type: ignore[arg-type]


def joined(session: Session, person: persons.Person, *, confirmed: bool = True) -> None:
    sender = Sender("telegram:1", new_id())
    joining = accounts.Joining(language="vi", confirmed=confirmed, consent_version="x", verified=True)
    accounts.add(session, sender, person, joining, MONDAY.date())


def officer(session: Session, house: House, name: str, unit: str, role: str) -> str:
    somebody = persons.add(session, house.units[unit].id, name=name)
    session.add(Office(person_id=somebody.id, unit_id=house.units[unit].id, role=role))
    joined(session, somebody)
    house.officers[name] = somebody.id
    return somebody.id


def built(session: Session, before: str = "") -> House:
    """With a leader, a chair and an officer of the province. `before` their units' codes, where there are several unions."""
    house = House()
    for name, kind, above in LEVELS:
        parent = house.units[above].id if above else None
        house.units[name] = Unit(kind=kind, code=f"{before}{name}".upper(), name=name, parent_id=parent)
        session.add(house.units[name])
        session.flush()
    for name, unit, role in (("leader", "team", "leader"), ("chair", "factory", "chair"), ("above", "province", "superior")):
        officer(session, house, name, unit, role)
    worker = persons.add(session, house.units["team"].id)
    joined(session, worker)
    house.worker = worker.reporter_id
    session.flush()
    return house


def also_small(session: Session, house: House) -> None:
    """One more team, as small as the first: the two are counted together, where one would be named by it."""
    session.add(
        Unit(kind="to_cong_doan", code=f"{house.units['team'].code}-2", name="team 2", parent_id=house.units["factory"].id)
    )
    session.flush()


def posted(session: Session, house: House, now: datetime = MONDAY, **changed: object) -> Grievance:
    due = now + timedelta(hours=2 if changed.get("urgent") else 24)
    case = cases.post(session, house.event(reply_due=due.isoformat(), **changed), now)
    assert case is not None
    return case


def again(session: Session, case: Grievance | str) -> Grievance:
    case_id = case if isinstance(case, str) else case.id
    return session.get_one(Grievance, case_id, populate_existing=True)


def ticks(database: Database, now: datetime) -> int:
    """All that the ladder does at a moment, each case in a transaction of its own; how many it was asked for."""
    done = 0
    with database.reading() as session:
        parts = ladder.to_recount(session)
    for part in parts:
        with database.transaction() as session:
            ladder.recount(session, part, now)
    while True:
        with database.reading() as session:
            ids = list(ladder.due(session, now))
        if not ids:
            return done
        for case_id in ids:
            with database.transaction() as session:
                ladder.take(session, case_id, now, MINUTES)
        done += len(ids)


def told(session: Session) -> list[tuple[str, str]]:
    """What officers are to be told: kinds, and names of units. Not how a case ended that has not."""
    asked = select(col(rungs.Rung.kind), col(Unit.name)).join(Unit, col(Unit.id) == col(rungs.Rung.unit_id))
    return sorted((kind, name) for kind, name in session.execute(asked.where(col(rungs.Rung.kind) != "ended")))


def tells(database: Database, now: datetime) -> dict[str, rungs.News]:
    """What each officer (by id) hears of what waits; then it is over."""
    with database.transaction() as session:
        rungs.close_batch(session, now, dangers_only=False)
        batch = rungs.batch_open(session)
        if batch is None:
            return {}
        heard = {who: rungs.news(session, who, batch, now) for who in rungs.to_tell(session, batch, now)}
        rungs.end_batch(session, batch)
    return {who: news for who, news in heard.items() if news.total}


# What people do.

Act = Callable[[Session, Grievance, House, datetime], object]


def at(said: str) -> datetime:
    return datetime.fromisoformat(f"2026-{said}").replace(tzinfo=HERE)


def new(database: Database, house: House, now: datetime = MONDAY, **changed: object) -> Grievance:
    with database.transaction() as session:
        return posted(session, house, now, **changed)


def acts(database: Database, case: Grievance, house: House, now: datetime, act: Act) -> None:
    with database.transaction() as session:
        act(session, again(session, case), house, now)


def reply(session: Session, case: Grievance, house: House, now: datetime) -> None:
    handling.reply(session, case, Saying(house.officers["leader"], "Đang hỏi", now), now)


def acknowledge(session: Session, case: Grievance, house: House, now: datetime) -> None:
    handling.acknowledge(session, case, house.officers["leader"], now, now)


def ask(session: Session, case: Grievance, house: House, now: datetime) -> None:
    handling.ask(session, case, Saying(house.officers["leader"], "Ca nào?", now), now)


def propose(session: Session, case: Grievance, house: House, now: datetime) -> None:
    handling.propose_settling(session, case, Saying(house.officers["leader"], "Đã trả", now), now)


def escalate(session: Session, case: Grievance, house: House, now: datetime) -> None:
    handling.escalate(session, case, house.units["factory"], Saying(house.officers["leader"], "Vượt quyền", now), now)


def says(kind: str, text: str = "Ca hai", holder: str = "") -> Act:
    def said(session: Session, case: Grievance, house: House, now: datetime) -> None:
        holder_id = house.units[holder].id if holder else ""
        cases.hear_reporter(
            session,
            Event(kind, now.isoformat(), case.id, new_id(), house.worker, text, holder_id=holder_id),  # type: ignore[arg-type]
            now,
        )

    return said
