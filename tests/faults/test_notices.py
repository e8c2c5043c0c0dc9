"""SIGKILL again and again while a notice goes out to many, and a sender that is frozen past its lease: nobody is missed, and
nobody has it twice but for a crash.

FULL_CAST=10000x25 plays it with so many people and kills; the suite has fewer of both.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from models.broadcasts.recipients import Recipient
from tests.faults.crashes import SECRET, Town, a_town, free_port
from tests.faults.notices import adds_up, crowd, is_over, reckon, state, writes
from tests.faults.nursery import Nursery
from tests.waiting import SOMETIMES, until

PEOPLE, KILLS = map(int, os.environ.get("FULL_CAST", "900x6").split("x"))
SENDS = PEOPLE // (3 * KILLS)
"""The most that one life sends before it is killed, beyond what it found: enough is left for all of them."""
FEW, BEGUN = 200, 20
"""People, more than a line claims at once; and messages on their way, fewer than it does."""


@pytest.fixture
async def town(nursery: Nursery, tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    async with a_town(nursery, tmp_path, database_url) as opened:
        yield opened


async def test_killed_while_it_goes_out(town: Town, backend: str) -> None:
    """Each life gets further than what the last left behind, so that no message is hit twice: then everybody has it, and at
    most what was on its way comes again."""
    seed = 2026 if "FULL_CAST" not in os.environ else random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    await crowd(town, PEOPLE)
    made = writes(town)
    for _ in range(KILLS):
        town.a_minute_passes()
        await town.loses(town.starts(point="past-the-inheritance", passage=chance.randint(1, SENDS)))
        adds_up(town, made)
    town.a_minute_passes()
    last = town.starts()
    await is_over(town, made)
    await town.stops(last)
    found = await reckon(town, made, PEOPLE)
    print(f"{PEOPLE} people, {KILLS} kills: {found}")
    assert found.missed == found.unknown == 0
    assert found.extra >= KILLS and found.most == 2  # each kill did hit a message


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_killed_again_before_it_could_do_anything(town: Town) -> None:
    """At any commit: of the ledger, a claim, a lease, a result. Who was hit twice may have been missed, and is counted."""
    await crowd(town, 900)
    made = writes(town)
    for passage in (3, 6, 8, 10, 12, 9):
        town.a_minute_passes()
        await town.loses(town.starts(point="any-commit", passage=passage))
        if state(town, made) != "scheduled":
            adds_up(town, made)
    town.a_minute_passes()
    last = town.starts()
    await is_over(town, made)
    await town.stops(last)
    found = await reckon(town, made, 900)
    print(found)
    assert found.missed <= found.unknown


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_row_counted_before_it_is_sent_is_noticed(town: Town) -> None:
    await crowd(town, FEW)
    made = writes(town)
    plant = "counts_before_it_sends"
    await town.loses(town.starts(point="claimed-not-sent", passage=1, plant=plant))
    town.a_minute_passes()
    last = town.starts(plant=plant)
    await is_over(town, made)
    await town.stops(last)
    with pytest.raises(AssertionError, match="missed"):
        await reckon(town, made, FEW)


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_a_sender_that_trusts_its_own_lease_is_noticed(town: Town) -> None:
    with pytest.raises(AssertionError, match="after it woke"):
        await frozen(town, plant="trusts_its_own_lease")
    for life in town.lives:
        if life.code is None:
            os.kill(life.pid, signal.SIGKILL)
            await town.ends(life)


async def test_a_sender_that_is_frozen_past_its_lease(town: Town) -> None:
    await frozen(town)


async def frozen(town: Town, plant: str = "") -> None:
    """SIGSTOP in the middle, a minute on the clock, and another process goes on. Woken, the first sends nothing and changes
    nothing that stands: it finds out before its next send."""

    def pushed() -> dict[str, str]:
        port = free_port()
        return {
            "HAICHIEU_TELEGRAM__MODE": "webhook",
            "HAICHIEU_TELEGRAM__WEBHOOK_SECRET": SECRET,
            "HAICHIEU_WEB__PORT": str(port),
            "HAICHIEU_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}",
            "HAICHIEU_WEB__METRICS_TOKEN": SECRET,
        }

    await crowd(town, FEW)
    made = writes(town)
    await town.tell("fault", kind="held", method="sendMessage", times=None)
    first = town.starts(env=(address := pushed()), plant=plant)
    # Some on their way and more claimed, which its pace holds back; no answer yet, and none that has taken too long.
    await until(lambda: begun_by(town, first.pid) >= BEGUN, SOMETIMES)
    await freezes(town, first.pid)
    town.a_minute_ahead()
    await town.tell("clear")
    second = town.starts(env=pushed())
    await is_over(town, made)
    counts = adds_up(town, made)
    before = begun_by(town, first.pid)  # not earlier: what had left as it froze is read by the emulator in its own time
    assert before < FEW
    os.kill(first.pid, signal.SIGCONT)
    # It has been through all that it had claimed when it has counted an outcome for each of them.
    claimed = FEW - attempts(town, made).count(1)
    assert claimed > before
    await until(lambda: has_outcomes(town, address["HAICHIEU_WEB__PUBLIC_URL"], claimed), SOMETIMES)
    assert begun_by(town, first.pid) == before, "it sent something after it woke"
    await town.stops(first)
    await town.stops(second)
    assert adds_up(town, made) == counts, "it changed what stood"
    found = await reckon(town, made, FEW, frozen=first.pid)
    assert found.missed == found.unknown == 0 and found.extra <= before


async def freezes(town: Town, pid: int) -> None:
    """Between two of its transactions: in one it would hold a lock of the database, and everybody with it."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        await until(
            lambda: all(task.read_text().rpartition(") ")[2][0] == "T" for task in Path(f"/proc/{pid}/task").glob("*/stat"))
        )
        if at_peace(town):
            return
        os.kill(pid, signal.SIGCONT)
        await asyncio.sleep(0.01)


def at_peace(town: Town) -> bool:
    """Whether nobody is in the middle of a transaction that writes."""
    if town.database.is_sqlite:
        with closing(sqlite3.connect(str(town.database.url.database), timeout=0, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            return True
    with town.database.reading() as session:
        under_way = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL"
        return bool(session.execute(text(f"{under_way} AND pid <> pg_backend_pid()")).scalar_one() == 0)


def begun_by(town: Town, pid: int) -> int:
    try:
        return sum(one == pid for one, _, text in town.journal() if "TB-" in text)
    except FileNotFoundError:
        return 0


def attempts(town: Town, broadcast_id: str) -> list[int]:
    with town.database.reading() as session:
        mine = col(Recipient.broadcast_id) == broadcast_id, col(Recipient.line) != ""
        return list(session.execute(select(col(Recipient.attempts)).where(*mine)).scalars())


async def has_outcomes(town: Town, address: str, count: int) -> bool:
    """Whether this process has come to an end with so many parts of broadcasts, in whatever way."""
    bulk = [
        line for line in await town.metrics(address) if line.startswith("haichieu_outbound_total{") and 'lane="bulk"' in line
    ]
    return sum(float(line.rpartition(" ")[2]) for line in bulk) >= count
