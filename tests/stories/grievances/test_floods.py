"""Whoever has the team's code may send what they like as fast as they can: nothing is lost, and no phone rings all night."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from models.grievances.cases import Entry, Grievance
from models.messages import chats
from models.messages.chats import Guard
from models.store.sealing import unseal
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, code_in, files, rows

Somebody = Callable[[str], Person]
DANGER = "⚠ Có người gặp nguy hiểm: gửi ngay"
RING = "việc khẩn"


@pytest.fixture
def channel() -> str:
    return "telegram"


@pytest.fixture
def quiet() -> str:
    return "22:00-06:00"


async def calls_danger(worker: Person, text: str) -> str:
    await worker.says(text)
    await worker.taps(DANGER)
    return code_in(await worker.sees("PA-", "115"))


async def new_messages(officer: Person) -> list[str]:
    return (await officer.texts())[officer.seen :]


async def words_kept(service: RunningApp) -> list[str]:
    kept = await rows(service, Entry)
    return await service.app.writer.read(lambda s: [unseal(s, "entry.text", one.id, one.text) for one in kept])


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_sixty_dangers_of_one_account_in_a_minute_at_night(
    worker: Person, chair: Person, service: RunningApp, clock: FakeClock
) -> None:
    await clock.passes(hours=13, minutes=5)  # 23:05
    await worker.says("menu")
    for number in range(60):
        await calls_danger(worker, f"Nguy hiểm {number}")
        await clock.passes(seconds=1)
    rung = await new_messages(chair)
    assert len(rung) == 2, rung  # a bare line, and the card behind “the union has news”
    assert RING in rung[0]
    assert len(await rows(service, Grievance)) == 3
    assert sorted(await words_kept(service)) == sorted(f"Nguy hiểm {number}" for number in range(60)), "nothing is lost"
    await chair.looks_away()
    await clock.passes(minutes=11)
    [more] = await new_messages(chair)
    assert f"thêm 59 {RING}" in more
    await chair.looks_away()
    await clock.passes(minutes=40)
    await chair.sees_nothing_new()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_many_accounts_ring_no_more_than_one(
    somebody: Somebody, chair: Person, service: RunningApp, clock: FakeClock
) -> None:
    crowd = [somebody(f"Người {number}") for number in range(8)]
    for person in crowd:
        await person.joins(service.codes.team)
        await calls_danger(person, "Cháy kho vải")
    first, _card = await new_messages(chair)
    assert RING in first and "thêm" not in first
    await chair.looks_away()
    await clock.passes(minutes=10)
    [more] = await new_messages(chair)
    assert f"thêm 7 {RING}" in more
    await chair.looks_away()
    await calls_danger(crowd[0], "Vẫn cháy")
    await chair.sees_nothing_new()
    await clock.passes(hours=1)  # the hour is over: what came after the second ring
    # Beside it, once for all of them: nobody has acknowledged any for an hour (handlers.grievances.ladder).
    [rest] = [text for text in await new_messages(chair) if "thêm" in text]
    assert f"thêm 1 {RING}" in rest
    await chair.looks_away()
    await calls_danger(crowd[1], "Nổ lò hơi")  # the first of another hour rings at once; its card is counted with the others
    assert [RING in text for text in await new_messages(chair)] == [True]
    assert len(await rows(service, Grievance)) == 10


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("channel", ["telegram", "zalo", "webchat"])
async def test_a_seventh_grievance_waits_in_its_draft(
    worker: Person, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    for number in range(6):
        await files(worker, f"Phản ánh số {number}")
        await worker.says("menu")
    await worker.says(OVERTIME)
    await worker.taps("Gửi tổ trưởng công đoàn")
    await worker.sees("chưa được gửi", "vẫn còn đây", "10:11")
    await worker.sees("là gửi ngay", OVERTIME)
    assert len(await rows(service, Grievance)) == 6
    await clock.passes(minutes=11)
    await worker.taps("Gửi tổ trưởng công đoàn")
    await worker.sees("mã PA-")
    assert len(await rows(service, Grievance)) == 7


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_danger_is_taken_whatever_was_sent_before(worker: Person, chair: Person, leader: Person) -> None:
    for number in range(6):
        await files(worker, f"Phản ánh số {number}")
        await worker.says("menu")
    await chair.looks_away()
    await calls_danger(worker, "Dây điện hở")
    first, _card = await new_messages(chair)
    assert RING in first


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_what_a_crowd_sends_is_counted_and_nobody_is_refused_for_it(
    somebody: Somebody, worker: Person, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    for number in range(6):
        person = somebody(f"Người {number}")
        await person.joins(service.codes.team)
        for turn in range(6):
            await files(person, f"Phản ánh {number}-{turn}")
            await person.says("menu")
    code = await files(worker, OVERTIME)
    assert len(await new_messages(leader)) == 1, "one message says that there is news"
    await leader.looks_away()
    await clock.passes(hours=1)
    await leader.sees("còn 7 tin", "[Việc cần xử lý]")
    await leader.says(code)
    await leader.sees(OVERTIME)
    await clock.passes(hours=2)
    await leader.sees_nothing_new()


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_what_was_sent_makes_no_state_longer(worker: Person, leader: Person, service: RunningApp) -> None:
    """A sealed state says by its size only how long it is."""
    await files(worker)
    assert {len(value) for name, value in _fields(Guard()).items() if name in ("filings", "additions", "dangers")} == {10}
    states = await rows(service, chats.Conversation)
    assert {len(one.state) for one in states} == {len(states[0].state)}


def _fields(guard: Guard) -> dict[str, str]:
    return {name: str(getattr(guard, name)) for name in Guard.__slots__}
