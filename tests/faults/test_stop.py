"""SIGTERM while people talk, and two processes side by side: nothing is lost, and nothing comes twice."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.messages.leases import Lease
from tests.faults.accounts import check_effects, check_messages
from tests.faults.crashes import SECRET, Town, a_town, free_port
from tests.faults.nursery import Nursery
from tests.waiting import SOMETIMES, until


@pytest.fixture
async def town(nursery: Nursery, tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    async with a_town(nursery, tmp_path, database_url) as opened:
        yield opened


async def an_officer(town: Town) -> None:
    await town.enters(town.codes.leader)
    first = town.starts()
    await town.settles()
    await town.stops(first)


async def test_a_clean_stop_in_the_middle_loses_and_repeats_nothing(town: Town) -> None:
    """Each process is stopped at a random moment of the talk, and the next begins at once: no lease is waited for."""
    chance = random.Random(seed := random.randrange(2**32))
    print(f"seed {seed}")
    await an_officer(town)
    await town.tell("fault", kind="latency", method="sendMessage", seconds=0.05, times=None)
    for number in range(4):
        await town.enters(town.codes.team, f"Cơm ca {number + 1} bị thiu")
        enough = await town.calls() + 3 + chance.randint(1, 6)  # it begins with three about itself
        life = town.starts()
        while await town.calls() < enough:
            await town.goes_on()
        await town.stops(life)
    last = town.starts()
    await town.settles()
    await town.stops(last)
    check_effects(town)
    assert await check_messages(town, crashes=0) == 0


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_two_processes_on_one_database_send_as_one(town: Town) -> None:
    """Telegram pushes to one, which holds no lease; the other sends. When that one stops, the first takes over."""
    await an_officer(town)

    def pushed() -> dict[str, str]:
        port = free_port()
        return {
            "HAICHIEU_TELEGRAM__MODE": "webhook",
            "HAICHIEU_TELEGRAM__WEBHOOK_SECRET": SECRET,
            "HAICHIEU_WEB__PORT": str(port),
            "HAICHIEU_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}",
        }

    before = holders(town)
    sender = town.starts(env=pushed())
    await town.webhook_is_set()
    await until(lambda: all_new(holders(town), before), SOMETIMES)
    held = holders(town)
    other = town.starts(env=pushed())
    await town.webhook_is_set(beside=town.webhook)
    for number in range(5):
        await town.enters(town.codes.team, f"Máy {number + 1} không có chắn")
    enough = await town.calls() + 12
    while await town.calls() < enough:
        await town.goes_on()
    assert holders(town) == held
    await town.stops(sender)
    await town.settles()
    assert all_new(holders(town), held)
    await town.stops(other)
    check_effects(town)
    assert await check_messages(town, crashes=0) == 0


def holders(town: Town) -> dict[str, str]:
    with town.database.reading() as session:
        return {lease.line: lease.holder for lease in session.execute(select(Lease)).scalars()}


def all_new(now: dict[str, str], before: dict[str, str]) -> bool:
    """Two lines, the tick and the fetcher."""
    return len(now) == 4 and not set(now.values()) & set(before.values())


async def test_a_process_that_cannot_start_says_why_and_ends(town: Town) -> None:
    life = town.starts(env={"HAICHIEU_TELEGRAM__TOKEN": "nonsense"})
    await town.ends(life)
    assert life.code == 1 and "HAICHIEU_TELEGRAM__TOKEN" in town.log.read_text()
