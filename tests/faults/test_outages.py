"""The real process while its service is out: it answers everything with an error, or refuses connections."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.crashes import Town, a_town
from tests.faults.notices import adds_up, crowd, is_over, writes
from tests.faults.nursery import Nursery
from tests.waiting import SOMETIMES, until

PEOPLE = 120


@pytest.fixture
async def town(nursery: Nursery, tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    async with a_town(nursery, tmp_path, database_url) as opened:
        yield opened


async def everybody_has_it_once(town: Town, broadcast_id: str) -> None:
    assert adds_up(town, broadcast_id)["sent"] == PEOPLE
    sent = await town.ask("sent", method="sendMessage")
    copies = Counter(call["params"]["chat_id"] for call in sent)
    assert len(copies) == PEOPLE and set(copies.values()) == {1}


async def asked(town: Town, call: str) -> int:
    return int((await town.ask("state"))["counters"].get(call, 0))


async def test_an_outage_that_answers_costs_nobody_a_notice(town: Town) -> None:
    """502 to everything in the middle of a notice, for longer than both tries of a part would take."""
    await crowd(town, PEOPLE)
    await town.tell("fault", kind="html", times=None, method="sendMessage", skip=30)
    await town.tell("fault", kind="html", times=None, method="getMe")
    broadcast_id = writes(town, ask=False)
    life = town.starts()
    await until(lambda: _at_least(town, "getMe 502", 4), SOMETIMES)
    await town.tell("clear")
    await is_over(town, broadcast_id)
    await everybody_has_it_once(town, broadcast_id)
    await town.stops(life)


async def test_a_service_that_refuses_connections_costs_nobody_a_notice(town: Town) -> None:
    await crowd(town, PEOPLE)
    life = town.starts()
    await until(lambda: _at_least(town, "deleteWebhook 200", 1), SOMETIMES)
    await town.tell("down", seconds=4)
    broadcast_id = writes(town, ask=False)
    await is_over(town, broadcast_id)
    await everybody_has_it_once(town, broadcast_id)
    await town.stops(life)


async def _at_least(town: Town, call: str, count: int) -> bool:
    return await asked(town, call) >= count
