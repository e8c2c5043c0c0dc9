"""What joins without any shared mark: transactions are numbered in order, clocks have fractions, blobs have lengths."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select
from sqlmodel import col

from handlers.chat.doors import Pace
from handlers.front import posting
from models.all_tables import METADATA
from models.anonymity import intake
from models.anonymity.events import Event
from models.grievances import cases
from models.messages.outbox import NOTICE, Outbound
from models.store import sealing
from models.store.database import Session
from tests.actors import Person
from tests.anonymity.test_time_and_order import EXACT
from tests.anonymity.thief import Thief
from tests.anonymity.village import TEAM, WallClock, a_while, carried, files, nights
from tests.forensics.watcher import Life
from tests.running_app import RunningApp
from tests.stories.acts import answers

LONG = "Chuyền trưởng bắt tăng ca đêm, ai xin về thì bị ghi sổ và mất chuyên cần. " * 12
SIZES = 4
"""1, 2, 4 and 16 KB: what carries people's words, and what every turn leaves, is as long as one of these."""
NEAR = 3
"""Transactions apart: a lease, a tidying may come between."""


@pytest.fixture
def channel() -> str:
    return "telegram"


@pytest.fixture
async def reporter(somebody: Callable[[str], Person], service: RunningApp) -> Person:
    person = somebody("Khuê Tú")
    await person.joins(service.codes.team)
    await person.looks_away()
    return person


def births(known: Iterable[Life], table: str) -> dict[str | None, int]:
    """The transaction in which each row of a table came into being."""
    found: dict[str | None, int] = {}
    for one in known:
        if one.table == table and one.born:
            found[one.id] = min(one.born, found.get(one.id, one.born))
    return found


def ended_near(known: Iterable[Life], table: str, number: int) -> set[str | None]:
    return {one.id for one in known if one.table == table and one.died and abs(one.died - number) <= NEAR}


def lone_ends(known: list[Life]) -> set[str | None]:
    """The intake row that must have been the case's, since no other ended right after the case was written."""
    ends = [ended_near(known, "intake", born) for born in births(known, "grievance").values()]
    assert ends
    return {row_id for some in ends if len(some) == 1 for row_id in some}


async def test_the_end_of_an_intake_does_not_stand_beside_its_case(
    service: RunningApp, thief: Thief, leader: Person, reporter: Person
) -> None:
    await files(reporter, "Cơm ca hai ôi thiu", TEAM)
    await a_while(service)
    assert not [one for one in thief.lives() if one.table == "intake" and one.died]
    await nights(service)
    known = thief.lives()
    assert births(known, "intake") and any(one.died for one in known if one.table == "intake")
    assert not lone_ends(known)


async def test_all_that_turns_leave_on_one_day_ends_together(
    service: RunningApp, thief: Thief, leader: Person, reporter: Person, worker: Person
) -> None:
    """A filing and a look at the menu: nothing is changed once it is written, and what stays longer would say so."""
    await files(reporter, "Cơm ca hai ôi thiu", TEAM)
    await worker.says("menu")
    await a_while(service)
    await nights(service)
    known = thief.lives()
    for table in ("intake", "conversation"):
        names = {one.id for one in known if one.table == table}
        ends = [one for one in known if one.table == table and one.died]
        assert len(names) == len(births(known, table)) > 4, "no name twice"
        assert len(ends) == len(names) and len({one.died for one in ends}) == 1, table


async def test_nor_when_the_service_had_nothing_to_do_before(
    service: RunningApp, thief: Thief, leader: Person, reporter: Person, worker: Person
) -> None:
    for one in (worker, reporter):
        await files(one, "Cơm ca hai ôi thiu", TEAM)
        for _ in range(4):
            await a_while(service)
    await nights(service)
    assert not lone_ends(thief.lives())


async def test_an_intake_deleted_after_its_case_is_found(
    service: RunningApp, thief: Thief, leader: Person, reporter: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two above bite."""
    post, write, posted = posting.post, service.app.writer.write, list[str]()

    def delete_row(session: Session, entry_id: str) -> None:
        [mine] = [row_id for row_id, said in carried(session).items() if entry_id in [event.entry_id for event in said]]
        session.execute(delete(intake.Intake).where(col(intake.Intake.id) == mine))

    def noted(session: Session, event: Event, now: datetime, *how: Pace) -> None:
        post(session, event, now, *how)
        posted.append(event.entry_id)

    async def careless(job: Callable[[Session], object], *, grouped: bool = False) -> object:
        """Each write that posted something is followed by another, which deletes it."""
        written = await write(job, grouped=grouped)
        while posted:
            entry_id = posted.pop()
            await write(lambda s, which=entry_id: delete_row(s, which))
        return written

    monkeypatch.setattr(posting, "post", noted)
    monkeypatch.setattr(service.app.writer, "write", careless)
    await files(reporter, "Cơm ca hai ôi thiu", TEAM)
    await a_while(service)
    assert lone_ends(thief.lives())


async def told_and_known(service: RunningApp, thief: Thief, leader: Person, reporter: Person) -> tuple[int, list[Life]]:
    """The transaction in which the reporter was told, and all row versions."""
    await files(reporter, "Cơm ca hai ôi thiu", TEAM)
    await a_while(service)
    await answers(leader, "Tổ đã báo nhà bếp")
    await a_while(service)
    known = thief.lives()
    cases_posted = set(births(known, "grievance").values())
    (told,) = set(births(known, "told").values()) - cases_posted
    assert told in births(known, "outbound").values()
    return told, known


async def test_what_a_reporter_hears_does_not_stand_beside_its_entry(
    service: RunningApp, thief: Thief, leader: Person, reporter: Person
) -> None:
    told, known = await told_and_known(service, thief, leader, reporter)
    written = {moment for one in known if one.table in ("entry", "grievance", "audit") for moment in (one.born, one.died)}
    assert not [moment for moment in written if moment and abs(moment - told) <= NEAR]


async def test_the_way_of_an_answer_does_not_end_beside_what_the_reporter_hears(
    service: RunningApp, thief: Thief, leader: Person, reporter: Person
) -> None:
    told, known = await told_and_known(service, thief, leader, reporter)
    entries = set(births(known, "entry").values())
    ways = {row_id for row_id, born in births(known, "intake").items() if born in entries}
    assert len(ways) == 1  # sealed in with the officer's answer
    assert not ways & ended_near(known, "intake", told)


def moments(session: Session, tables: Iterable[str]) -> list[datetime]:
    """All exact times there are in these tables."""
    columns = [METADATA.tables[table].c[name] for table in tables for name in EXACT[table]]
    return [moment for column in columns for moment in session.execute(select(column)).scalars() if moment]


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("planted", [False, True])
async def test_the_moment_of_relaying_is_not_on_the_case(
    service: RunningApp, thief: Thief, clock: WallClock, leader: Person, reporter: Person, monkeypatch: pytest.MonkeyPatch,
    planted: bool,
) -> None:  # fmt: skip
    if planted:
        honest = intake.add

        def careless(session: Session, event: Event, now: datetime, row_id: str = "") -> bool:
            if event.kind == "tell":
                case = session.get_one(cases.Grievance, event.case_id, populate_existing=True)
                case.due_at = datetime.fromisoformat(event.due)
            return honest(session, event, now, row_id)

        monkeypatch.setattr(intake, "add", careless)
    await files(reporter, "Cơm ca hai ôi thiu", TEAM)
    await a_while(service)
    await answers(leader, "Tổ đã báo nhà bếp")
    (tell,) = await service.app.writer.read(lambda s: intake.every(s, "tell"))
    due = datetime.fromisoformat(tell.due)
    clock.waits((due - clock.now()).total_seconds() - 3)
    sent: list[datetime] = []
    while not sent:  # the real tick comes every second
        clock.is_at(clock.now() + timedelta(seconds=1))
        await service.app.ticker.tick()
        sent += await service.app.writer.read(
            lambda s: list(s.execute(select(Outbound.not_before).where(Outbound.lane == NOTICE)).scalars())
        )
        assert clock.now() < due + timedelta(seconds=5)
    written = await service.app.writer.read(lambda s: moments(s, ("grievance", "entry", "audit")))
    assert written
    assert any(abs(moment - one) < timedelta(seconds=3) for moment in sent for one in written) is planted


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("planted", [False, True])
async def test_no_fraction_of_a_second_travels(
    service: RunningApp, thief: Thief, leader: Person, reporter: Person, monkeypatch: pytest.MonkeyPatch, planted: bool
) -> None:
    """Fractions would join a chat to the case filed in it."""
    if planted:
        honest = intake.add

        def careless(session: Session, event: Event, now: datetime) -> None:
            fine = service.clock.now().replace(microsecond=1234).isoformat()
            honest(session, replace(event, reply_due=fine) if event.kind == "report" else event, now)

        monkeypatch.setattr(intake, "add", careless)
    await files(reporter, "Cơm ca hai ôi thiu", TEAM)
    await a_while(service)
    await answers(leader, "Tổ đã báo nhà bếp")
    kept = await service.app.writer.read(
        lambda s: moments(s, ("grievance", "entry", "audit")) + list(s.execute(select(Outbound.not_before)).scalars())
    )
    assert len(kept) >= 5
    assert any(moment.microsecond for moment in kept) is planted


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("planted", [False, True])
async def test_the_length_of_a_text_does_not_travel(
    service: RunningApp, thief: Thief, leader: Person, reporter: Person, worker: Person, monkeypatch: pytest.MonkeyPatch,
    planted: bool,
) -> None:  # fmt: skip
    """A text of forty letters and one of four hundred leave the same; a very long one says only that it is very long."""
    if planted:
        monkeypatch.setattr(sealing, "padded_size", lambda place, length: length + -length % 64)
    lengths: list[set[int]] = []
    for one, text in ((reporter, LONG[:40]), (worker, LONG[:250]), (reporter, LONG)):
        await files(one, text.strip(), TEAM)
        await a_while(service)
        kept = await service.app.writer.read(
            lambda s: [
                set(s.connection().exec_driver_sql(f"SELECT length({column}) FROM {table}").scalars())
                for table, column in (("intake", "body"), ("entry", "text"), ("conversation", "state"))
            ]
        )
        lengths.append(set().union(*kept))
    assert (lengths[0] == lengths[1] and len(set().union(*lengths)) <= SIZES) is not planted
