"""SIGKILL at the worst moments, again and again, on the real process: every message people send has its effect exactly once,
every answer comes, and comes twice only where a crash hit it.

The promise: nothing lost; one extra copy per crash. Seeds are fixed, and one is new each run and printed.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.accounts import check_effects, check_messages
from tests.faults.crashes import SECRET, Town, a_town, free_port
from tests.faults.nursery import Nursery
from tests.faults.victim import POINTS

KILLS = 5
LATEST = {
    "before-commit": 5,
    "after-commit": 5,
    "any-commit": 12,
    "sent-not-recorded": 6,
    "posted-not-forgotten": 1,
    "about-to-be-sent": 2,
}
"""The latest passage to die at: whoever enters after a kill brings at least as many."""


@pytest.fixture
async def town(nursery: Nursery, tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    async with a_town(nursery, tmp_path, database_url) as opened:
        yield opened


async def crashes(town: Town, point: str, seed: int, kills: int = KILLS, plant: str = "") -> int:
    """Plays the town through so many kills and to its end, and reckons. Returns the number of extra copies."""
    print(f"{point}, seed {seed}")
    chance = random.Random(seed)
    await town.enters(town.codes.leader)
    first = town.starts(plant=plant)
    await town.settles()
    await town.stops(first)
    for number in range(kills):
        await town.enters(town.codes.team, f"Tăng ca tháng {number + 1} chưa được trả")
        town.a_minute_passes()
        await town.loses(town.starts(point=point, passage=chance.randint(1, LATEST[point]), plant=plant))
    await town.enters(town.codes.team, "Xưởng nóng quá")
    town.a_minute_passes()
    last = town.starts(plant=plant)
    await town.settles()
    await town.stops(last)
    check_effects(town)
    return await check_messages(town, kills)


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at(town: Town, point: str, backend: str) -> None:
    extra = await crashes(town, point, seed=2026 if backend == "postgresql" else random.randrange(2**32))
    if point == "sent-not-recorded":
        assert extra >= KILLS  # each of these did hit a message


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(("point", "seed"), [("before-commit", 1), ("after-commit", 2), ("sent-not-recorded", 3)])
async def test_killed_while_telegram_pushes(town: Town, point: str, seed: int) -> None:
    port = free_port()
    town.env |= {
        "HAICHIEU_TELEGRAM__MODE": "webhook",
        "HAICHIEU_TELEGRAM__WEBHOOK_SECRET": SECRET,
        "HAICHIEU_WEB__PORT": str(port),
        "HAICHIEU_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    await crashes(town, point, seed, kills=2)


PLANTED = [
    ("forgets_what_it_has_seen", "after-commit", KILLS),
    ("confirms_before_the_commit", "before-commit", KILLS),
    ("forgets_before_it_sends", "about-to-be-sent", 2),
]


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(("plant", "point", "kills"), PLANTED)
async def test_a_broken_promise_is_noticed(
    town: Town, plant: str, point: str, kills: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.faults.crashes.PATIENCE", 4.0)
    with pytest.raises(AssertionError, match=r"told otherwise|waits in vain|taken twice"):
        await crashes(town, point, seed=4, kills=kills, plant=plant)
