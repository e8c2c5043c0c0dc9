"""What joins without any shared mark: transactions are numbered in order, clocks have fractions, blobs have lengths.

These attacks still succeed (strict xfail: the day one is mended its test turns red until the mark is taken off).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from models.conversation import Conversation
from models.grievance import Entry, Grievance
from models.outbound import Outbound
from tests.anonymity.thief import Thief, lives
from tests.anonymity.village import TEAM, WallClock, a_while, answers, files
from tests.house import House
from tests.people import Person

LONG = "Chuyền trưởng bắt tăng ca đêm, ai xin về thì bị ghi sổ và mất chuyên cần. " * 12


@pytest.fixture
def channel() -> str:
    return "telegram"


@pytest.fixture
async def reporter(somebody: Callable[[str], Person], house: House) -> Person:
    person = somebody("Khuê Tú")
    await person.joins(house.codes.team)
    await person.looks_away()
    return person


@pytest.mark.xfail(
    reason="the intake row ends in the transaction right after the one that wrote its case",
    raises=AssertionError,
    strict=True,
)
async def test_the_end_of_an_intake_does_not_stand_beside_its_case(
    house: House, thief: Thief, leader: Person, reporter: Person, worker: Person
) -> None:
    for one in (reporter, worker):
        await files(one, "Cơm ca hai ôi thiu", TEAM)
        await a_while(house)
    known = lives(thief)
    cases: dict[str | None, int] = {}
    for one in known:
        if one.table == "grievance" and one.born:
            cases[one.id] = min(one.born, cases.get(one.id, one.born))
    assert len(cases) == 2
    for born in cases.values():
        ended_next = {one.id for one in known if one.table == "intake" and born < one.died <= born + 3}
        assert len(ended_next) != 1


@pytest.mark.xfail(
    reason="what a reporter is told is written right before the mark on the entry it tells",
    raises=AssertionError,
    strict=True,
)
async def test_what_a_reporter_hears_does_not_stand_beside_its_entry(
    house: House, thief: Thief, leader: Person, reporter: Person
) -> None:
    await files(reporter, "Cơm ca hai ôi thiu", TEAM)
    await a_while(house)
    await answers(leader, "Tổ đã báo nhà bếp")
    await a_while(house)
    known = lives(thief)
    marked = max(one.born for one in known if one.table == "entry")
    written = {one.id for one in known if one.table == "outbound" and one.born and marked - 2 <= one.born < marked}
    assert len(written) != 1


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.xfail(
    reason="entry.relay_at is the moment at which the reporter's outbound row was written",
    raises=AssertionError,
    strict=True,
)
async def test_the_moment_of_relaying_is_not_on_the_case(
    house: House, thief: Thief, clock: WallClock, leader: Person, reporter: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await files(reporter, "Cơm ca hai ôi thiu", TEAM)
    await a_while(house)
    await answers(leader, "Tổ đã báo nhà bếp")
    due = await house.app.writer.read(lambda s: s.execute(select(func.max(Entry.relay_at))).scalar_one())
    clock.waits((due - clock.now()).total_seconds() - 1)
    found: list[object] = []
    while not found:  # the real tick comes every second
        clock._now += timedelta(seconds=1)
        await house.app.ticker.tick()
        found += await house.app.writer.read(
            lambda s: s.execute(select(Outbound.id).where(Outbound.lane == 1)).scalars().all()
        )
        assert clock.now() < due + timedelta(seconds=5)
    sent = await house.app.writer.read(lambda s: s.execute(select(Outbound.not_before)).scalars().all())
    assert not any(abs(moment - due) < timedelta(seconds=3) for moment in sent)


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.xfail(
    reason="grievance.due_at keeps the fraction of the second in which the reporter filed",
    raises=AssertionError,
    strict=True,
)
async def test_no_fraction_of_a_second_travels(
    house: House, thief: Thief, leader: Person, reporter: Person, worker: Person
) -> None:
    for one in (worker, reporter):
        await files(one, "Cơm ca hai ôi thiu", TEAM)
    await a_while(house)
    moments = await house.app.writer.read(lambda s: s.execute(select(Grievance.due_at)).scalars().all())
    chats = await house.app.writer.read(lambda s: s.execute(select(Conversation.id, Conversation.idle_at)).all())
    for due in moments:
        assert [chat for chat, idle in chats if (due - idle) % timedelta(seconds=1) == timedelta(0)] == []


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.xfail(
    reason="the length of the sealed draft and of the intake row is that of the words", raises=AssertionError, strict=True
)
async def test_the_length_of_a_text_does_not_travel(
    house: House, thief: Thief, leader: Person, reporter: Person, worker: Person
) -> None:
    lengths = {}
    for one, text in ((reporter, LONG), (worker, LONG[:400])):
        await files(one, text.strip(), TEAM)
        kept = await house.app.writer.read(
            lambda s: s.connection().exec_driver_sql("SELECT id, length(body) FROM intake").all()
        )
        lengths |= dict(kept)
    assert len(set(lengths.values())) == 1
