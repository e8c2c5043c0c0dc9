"""What a turn, an officer's list and a tick cost in a province of 150,000 people, beside the same at 1,500.

Everything is asked of the real dispatcher, writer and ticker, in real transactions (SQLite: synchronous=FULL). Both sizes
stand open at once and are asked in turns, so that a busy machine disturbs both alike; what a sample left behind is taken
away before the next. Only the ratios mean anything elsewhere.
"""

from __future__ import annotations

import asyncio
import gc
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from models.messages.outbox import BULK, REPLY
from models.store import schema
from models.store.database import Database
from models.store.sealing import Keyring
from tests.bench import province, table
from tests.bench.inbound import WORDS as FILING
from tests.bench.province import Size
from tests.bench.world import World
from tests.running_app import FakeClock

FULL = (Size(150_000, 2_000, 9_000, 200_000), Size(1_500, 20, 90, 2_000))
QUICK = (Size(15_000, 200, 900, 20_000), FULL[1])
AIM = 1.5
Timed = Callable[[], Awaitable[object]]


# What is measured: each readies a sample for one world, unwatched, and returns what is timed.


def turn(*steps: tuple[str, str]) -> Callable[[World], Awaitable[Timed]]:
    async def ready(world: World) -> Timed:
        chat = world.worker().chat
        return lambda: world.says(chat, *steps)

    return ready


def office(*, top: bool, card: str = "") -> Callable[[World], Awaitable[Timed]]:
    async def ready(world: World) -> Timed:
        chat, held = world.handler(top=top)
        case_id, code = world.random.choice(held)
        step = {"": ("tap", "queue::::"), "id": ("tap", f"view:{case_id}:::"), "code": ("say", code)}[card]
        return lambda: world.says(chat, step)

    return ready


async def idle_tick(world: World) -> Timed:
    return world.ticker.tick


async def busy_tick(world: World) -> Timed:
    await world.fall_due()
    return world.ticker.tick


async def tidy_tick(world: World) -> Timed:
    await world.clock.passes(minutes=1)
    return world.ticker.tick


async def reply_sent(world: World) -> Timed:
    await world.says(world.worker().chat, ("say", "menu"))
    return lambda: world.claim(REPLY)


async def batch_sent(world: World) -> Timed:
    return lambda: world.claim(BULK)


WRITES = tuple((kind, what) for kind, what in FILING)
ROWS: tuple[tuple[str, Callable[[World], Awaitable[Timed]], str], ...] = (
    ("worker: a whole filing, 4 turns", turn(*WRITES), "PA-"),
    ("worker: menu", turn(("say", "menu")), "muốn làm gì"),
    ("worker: my grievances", turn(("say", "Phản ánh của tôi")), ""),
    ("CĐCS chair: list", office(top=False), "PA-"),
    ("CĐCS chair: a card, tapped", office(top=False, card="id"), "PA-"),
    ("CĐCS chair: a card, by its code", office(top=False, card="code"), "PA-"),
    ("province: list", office(top=True), "PA-"),
    ("province: a card, tapped", office(top=True, card="id"), "PA-"),
    ("province: a card, by its code", office(top=True, card="code"), "PA-"),
    ("tick: nothing due", idle_tick, ""),
    ("tick: nothing due, and tidying", tidy_tick, ""),
    ("tick: 20 events due", busy_tick, ""),
    ("outbox: a reply claimed", reply_sent, ""),
)
MEANWHILE: tuple[tuple[str, Callable[[World], Awaitable[Timed]], str], ...] = (
    ("worker: menu", turn(("say", "menu")), ""),
    ("tick: nothing due, and tidying", tidy_tick, ""),
    ("outbox: a reply claimed", reply_sent, ""),
    ("outbox: 100 of the notice claimed", batch_sent, ""),
)


async def measure(
    worlds: Sequence[World], ready: Callable[[World], Awaitable[Timed]], expected: str, samples: int
) -> list[list[float]]:
    """Milliseconds of each sample, by world, smallest first. A few that nobody counts go before."""
    found: list[list[float]] = [[] for _ in worlds]
    for number in range(-min(10, samples), samples):
        for place in sorted(range(len(worlds)), reverse=number % 2 == 0):
            timed = await ready(worlds[place])
            began = time.perf_counter()
            await timed()
            passed = time.perf_counter() - began
            if expected not in (said := await worlds[place].settle()):
                raise RuntimeError(f"answered something else: {said}")
            if number >= 0:
                found[place].append(1000 * passed)
    return [sorted(times) for times in found]


async def compare(worlds: Sequence[World], samples: int) -> list[float]:
    """Prints both tables; returns every ratio. The province comes first in `worlds`."""
    sizes = [f"{world.found.size.people:,}" for world in worlds]
    heads = ("", f"p50 at {sizes[1]}", f"at {sizes[0]}", "ratio", f"p99 at {sizes[1]}", f"at {sizes[0]}", "ratio")
    ratios: list[float] = []
    for title, listed in (("scale: milliseconds", ROWS), ("while a notice to everybody waits to be sent", MEANWHILE)):
        if listed is MEANWHILE:
            for world in worlds:
                await world.broadcast()
        rows = []
        for name, ready, expected in listed:
            big, small = await measure(worlds, ready, expected, samples)
            cells = []
            for at in (0.5, 0.99):
                pair = small[int(len(small) * at)], big[int(len(big) * at)]
                ratios.append(pair[1] / pair[0])
                cells += [f"{pair[0]:.2f}", f"{pair[1]:.2f}", f"{ratios[-1]:.2f}"]
            rows.append((name, *cells))
            print(f"  {name}: {', '.join(cells)}", flush=True)
        table.show(title, heads, rows)
    return ratios


async def run(urls: Sequence[str], sizes: Sequence[Size], samples: int) -> list[float]:
    """Seeds one province of each size into the empty databases at `urls`, and compares them."""
    worlds = []
    for url, size in zip(urls, sizes, strict=True):
        keyring, clock = Keyring.new(), FakeClock()
        database = Database(url, keyring)
        schema.upgrade(database)
        found = province.seed(database, size, clock.now(), f"{size.people:,} people")
        database.close()
        worlds.append(World(Database(url, keyring), found, clock))
    gc.collect()
    gc.freeze()  # what the bench remembers of a province is not the service's to look through
    try:
        for world in worlds:
            await world.open()
        return await compare(worlds, samples)
    finally:
        for world in worlds:
            await world.close()


def main(*, quick: bool, database: str = "sqlite") -> None:
    """Seeds, measures and prints."""
    sizes, samples = (QUICK, 100) if quick else (FULL, 400)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haichieu-scale-")))
        urls = [f"sqlite:///{directory}/{size.people}.db" for size in sizes]
        if database == "postgresql":
            from tests.conftest import PostgresServer

            server = PostgresServer(directory / "data")
            stack.callback(server.stop)
            urls = [server.new_database() for _ in sizes]
        print(f"{database}; {samples} samples of each size, in turns")
        ratios = asyncio.run(run(urls, sizes, samples))
    slow = sum(ratio > AIM for ratio in ratios)
    print(f"\n{len(ratios) - slow} of {len(ratios)} ratios are within {AIM} ×")
