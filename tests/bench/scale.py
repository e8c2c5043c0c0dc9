"""What a turn, an officer's list and a tick cost in a province of 150,000 people, beside the same at 1,500.

Everything is asked of the real dispatcher, writer and ticker, in real transactions (SQLite: synchronous=FULL). Both sizes
stand open at once and are asked in turns, so that a busy machine disturbs both alike; what a sample left behind is taken
away before the next. Only the ratios mean anything elsewhere.
"""

from __future__ import annotations

import asyncio
import gc
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import delete, select
from sqlmodel import col

from bot.dispatch import Dispatcher
from bot.scheduler import Ticker
from bot.writer import Writer
from handlers.conversation import House
from models import delivery, intake, outbound, schema
from models.account import Sender
from models.database import Database, Session
from models.delivery import Claimed, Outcome
from models.grievance import Entry, Grievance
from models.ids import new_id
from models.intake import Event, Intake, Told
from models.message import Inbound
from models.news import News
from models.outbound import BULK, NOTICE, REPLY
from models.sealing import Keyring, keyed_hash
from tests.bench import province, table
from tests.bench.inbound import WORDS as FILING
from tests.bench.province import LINE, Province, Size
from tests.house import FakeClock

FULL = (Size(150_000, 2_000, 9_000, 200_000), Size(1_500, 20, 90, 2_000))
QUICK = (Size(15_000, 200, 900, 20_000), FULL[1])
AIM = 1.5
Timed = Callable[[], Awaitable[object]]


class World:
    """One province with the service on it."""

    def __init__(self, database: Database, found: Province, clock: FakeClock) -> None:
        self.database, self.found, self.clock = database, found, clock
        self.writer = Writer(database)
        house = House((30, 90), confirm_officers=True)
        self.dispatcher = Dispatcher(self.writer, clock, house, lambda _falls_due: None)
        self.ticker = Ticker(self.writer, clock, lambda: None)
        self.random = random.Random(1)
        self._leased: list[Claimed] = []
        self._kept: set[str] = set()
        self._new: list[Event] = []

    async def open(self) -> None:
        await self.ticker.tick()
        self._kept = await self.writer.read(lambda session: set(session.execute(select(col(Intake.id))).scalars()))

    async def close(self) -> None:
        await self.ticker.stop()
        await self.writer.stop()
        self.database.close()

    async def says(self, chat: str, *steps: tuple[str, str]) -> None:
        """One person's messages, each answered before the next: ("say", words) or ("tap", token)."""
        for kind, what in steps:
            given = {"choice" if kind == "tap" else "text": what}
            await self.dispatcher.receive(Inbound(LINE, new_id(), chat, **given))

    def worker(self) -> tuple[str, str, str]:
        return self.random.choice(self.found.workers)

    def handler(self, *, top: bool) -> tuple[str, list[tuple[str, str]]]:
        """Somebody who handles cases, and those: of the province's federation, or of a grassroots union with any."""
        holding = [self.found.top] if top else [union for union in self.found.unions if union in self.found.open]
        holder = self.random.choice(holding)
        return self.random.choice(self.found.officers[holder])[1], self.found.open[holder]

    async def fall_due(self) -> None:
        """Twenty events: ten new cases, four additions, four answers to be told and two changes of a setting."""
        self._new = []
        held = [(holder, case_id) for holder, cases in self.found.open.items() for case_id, _code in cases]
        for place in range(20):
            _chat, reporter, team = self.worker()
            event = province.report(reporter, team, self.found.above[team], self.clock.now())
            given = {"due": event.due, "entry_id": new_id(), "reporter_id": reporter, "text": "Vẫn chưa có."}
            if 10 <= place < 14:
                event = Event("addition", case_id=self.random.choice(held)[1], **given)
            elif 14 <= place < 18:
                event = Event("tell", case_id="", **{**given, "entry_id": self.random.choice(self.found.told)})
            elif place >= 18:
                account = self.found.accounts[self.random.randrange(len(self.found.accounts))]
                event = Event("change", case_id="", account_id=account, **{**given, "text": '{"notices": true}'})
            self._new.append(event)
        await self.writer.write(lambda session: [intake.add(session, event) for event in self._new])

    async def claim(self, lane: int) -> None:
        """As the outbox begins: leases a batch."""
        now = self.clock.now()
        self._leased = await self.writer.write(lambda session: delivery.claim(session, LINE, lane, 1, now))

    async def settle(self) -> str:
        """Sends what waits, and takes away what the sample made: the next one finds the province as it was. Returns what was
        said last. Of a broadcast nothing is ever sent: it waits as long as it is needed."""
        said = ""
        for lane in (None, REPLY, NOTICE):
            if lane is not None:
                await self.claim(lane)
            while self._leased:
                said = self._leased[-1].message.text if lane != NOTICE else said
                now, rows = self.clock.now(), self._leased
                done = [
                    Outcome(row.message.id, row.fence, row.attempts, "sent" if row.lane != BULK else "queued", now)
                    for row in rows
                ]
                await self.writer.write(lambda session, done=done: delivery.record(session, done))  # type: ignore[misc]
                self._leased = []
                if lane is not None:
                    await self.claim(lane)

        def undo(session: Session) -> None:
            ids = set(session.execute(select(col(Intake.id))).scalars()) - self._kept
            intake.forget(session, ids)
            cases = [event.case_id for event in self._new if event.kind == "report"]
            made = [event.entry_id for event in self._new if event.kind != "tell"]
            told = [keyed_hash(session, "told", event.entry_id) for event in self._new]
            session.execute(delete(Entry).where(col(Entry.id).in_(made)))
            session.execute(delete(Grievance).where(col(Grievance.id).in_(cases)))
            session.execute(delete(Told).where(col(Told.id).in_(told)))
            session.execute(delete(News))

        await self.writer.write(undo)
        self._new = []
        return said

    async def broadcast(self) -> None:
        """A notice to everybody waits to be sent, which takes an hour and a half in a province."""
        now = self.clock.now()
        for start in range(0, len(self.found.workers), province.CHUNK):
            some = self.found.workers[start : start + province.CHUNK]

            def queue(session: Session, some: Sequence[tuple[str, str, str]] = some, start: int = start) -> None:
                for place, (chat, *_) in enumerate(some, start):
                    to = Sender(LINE, chat)
                    key = outbound.chat_of(session, to, self.found.accounts[place], now)
                    outbound.queue(session, to, key, province.WORDS, now, lane=BULK)

            await self.writer.write(queue)


# What is measured: each readies a sample for one world, unwatched, and returns what is timed.


def turn(*steps: tuple[str, str]) -> Callable[[World], Awaitable[Timed]]:
    async def ready(world: World) -> Timed:
        chat = world.worker()[0]
        return lambda: world.says(chat, *steps)

    return ready


def office(*, top: bool, card: str = "") -> Callable[[World], Awaitable[Timed]]:
    async def ready(world: World) -> Timed:
        chat, cases = world.handler(top=top)
        case_id, code = world.random.choice(cases)
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
    await world.says(world.worker()[0], ("say", "menu"))
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
    for number in range(-10, samples):
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
    sizes, samples = (QUICK, 100) if quick else (FULL, 500)
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
