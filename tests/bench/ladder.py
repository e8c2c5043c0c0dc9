"""What the ladder does with a province of 100,000 open cases, of which some fall due every few seconds, then 10,000 at once;
and what two processes do of which one or the other is killed at a climb, again and again.

The real ticker on a real database. Its clock runs as fast as the wall's, from a Monday on which the union works. On
PostgreSQL nobody knows at once that a process was killed: its lease has to run out, so the clock is put a minute on with
each kill there, and lateness is measured where nobody dies.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Pool, event, func, select
from sqlmodel import col

from bot.clock import SystemClock
from bot.ticking.tick import Ticker
from bot.writer import Writer
from models.grievances import clock, ladder
from models.grievances.cases import Entry, Grievance
from models.messages.outbox import Outbound
from models.store import schema
from models.store.database import Database, Session
from models.store.firings import Firing
from models.store.ids import new_case_code, new_id
from models.store.sealing import Keyring, seal
from tests.bench import province, table
from tests.bench.province import CHUNK, Province, Row, Seeding, Size
from tests.running_app import MONDAY

BEGUN = MONDAY
"""When the clocks of the cases began to run; their time is over three working days later."""


@dataclass(frozen=True, slots=True)
class Amount:
    """`steady` of the `cases` fall due one after another within `seconds`, `at_once` of them together."""

    cases: int
    steady: int
    seconds: int
    at_once: int
    kills: int
    size: Size


FULL = Amount(100_000, 1_200, 120, 10_000, 200, Size(3_000, 100, 900, 0))
QUICK = Amount(10_000, 200, 20, 1_000, 20, Size(600, 20, 90, 0))
PER_LIFE = 12
"""A process is killed at one of so many of its climbs."""
LEASE = 61


class Running(SystemClock):
    """As fast as the wall's clock, from `start` on; `ahead`: a file with the seconds it was put on."""

    def __init__(self, start: datetime, began: float, ahead: Path | None = None) -> None:
        self._start, self._began, self._ahead = start, began, ahead

    def now(self) -> datetime:
        more = float(self._ahead.read_text() or 0) if self._ahead is not None else 0.0
        return self._start + timedelta(seconds=time.time() - self._began + more)


def _cases(session: Session, found: Province, due: Sequence[timedelta]) -> list[Row]:
    """Open cases of the teams whose clocks began so much after `BEGUN`; what they owe is only to be settled in time."""
    teams = list({worker.team_id for worker in found.workers})
    known = clock.begun(session, teams[0], BEGUN, urgent=False, state="answered", due_at=BEGUN)
    codes: set[str] = set()
    while len(codes) < len(due):
        codes.add(new_case_code())
    rows = []
    for number, (later, code) in enumerate(zip(due, codes, strict=True)):
        values = known | {"running_since": BEGUN + later, "settle_at": known["settle_at"] + later}
        values |= {"rungs": "warned", "next_at": values["settle_at"]}
        rows.append(
            {
                **values,
                "id": new_id(),
                "code": code,
                "unit_id": teams[number % len(teams)],
                "holder_id": teams[number % len(teams)],
                "category": "wage",
                "state": "answered",
                "created_at": BEGUN,
                "due_at": BEGUN,
            }
        )
    return rows


def _entry(session: Session, case: Row) -> Row:
    row_id = new_id()
    words = seal(session, "entry.text", row_id, "Tăng ca tháng 5 chưa được trả.")
    return {"id": row_id, "grievance_id": case["id"], "kind": "report", "text": words, "at": BEGUN, "number": 0}


def seeded(database: Database, size: Size, due: Sequence[timedelta]) -> dict[str, datetime]:
    """Fills an empty database; returns when each of these cases is due."""
    found = province.seed(database, size, BEGUN, "ladder", cases_too=False)
    seeding = Seeding(found, BEGUN, "ladder")
    with database.transaction() as session:
        seeding.session = session
        rows = _cases(session, found, due)
        for begin in range(0, len(rows), CHUNK):
            seeding.write(Grievance, rows[begin : begin + CHUNK])
            seeding.write(Entry, [_entry(session, row) for row in rows[begin : begin + CHUNK]])
    seeding.say(f"{len(rows):,} open cases", always=True)
    return {row["id"]: row["next_at"] for row in rows}


# What was done, and when.


def climbs(database: Database) -> dict[str, list[datetime]]:
    """By case: when it climbed."""
    found: dict[str, list[datetime]] = {}
    with database.reading() as session:
        asked = select(col(Entry.grievance_id), col(Entry.at)).where(col(Entry.kind) == "climbed")
        for case_id, at in session.execute(asked):
            found.setdefault(case_id, []).append(at)
    return found


def _left(database: Database, now: datetime) -> int:
    with database.reading() as session:
        asked = select(func.count()).select_from(Grievance).where(col(Grievance.next_at) <= now)
        return int(session.execute(asked).scalar_one())


def told(database: Database) -> tuple[int, int]:
    """How many officers have been told, and in how many messages."""
    with database.reading() as session:
        officers = session.execute(select(func.count(func.distinct(col(Firing.schedule))))).scalar_one()
        return int(officers), int(session.execute(select(func.count()).select_from(Outbound)).scalar_one())


async def ticks(database: Database, running: Running, over: Callable[[datetime], bool], most: float) -> float:
    """One process ticks until it is over; seconds."""
    began, writer = time.monotonic(), Writer(database)
    ticker = Ticker(writer, running, lambda: None)
    ticker.start()
    try:
        while not over(running.now()) and time.monotonic() - began < most:  # noqa: ASYNC110  # it is in the database
            await asyncio.sleep(0.5)
        return time.monotonic() - began
    finally:
        await ticker.stop()
        await writer.stop()


async def steadily(database: Database, amount: Amount) -> list[str]:
    step = amount.seconds / amount.steady
    due = [timedelta(seconds=number * step) for number in range(amount.steady)]
    due += [timedelta(days=1)] * (amount.cases - amount.steady)
    owed = seeded(database, amount.size, due)
    first = min(owed.values())
    running = Running(first - timedelta(seconds=2), time.time())
    end = first + timedelta(seconds=amount.seconds)
    await ticks(database, running, lambda now: now > end and not _left(database, end), amount.seconds + 120)
    took = [(at[0] - owed[case_id]).total_seconds() for case_id, at in climbs(database).items()]
    acted = len(took)
    return [
        f"{amount.cases:,} open, {amount.steady:,} due within {amount.seconds} s",
        f"{acted:,} of {amount.steady:,}",
        f"{max(took, default=0):.1f} s late at most",
        "reached" if acted == amount.steady and max(took) <= 60 else "not reached",
    ]


async def together(database: Database, amount: Amount) -> list[str]:
    due = [timedelta()] * amount.at_once + [timedelta(days=1)] * (amount.cases - amount.at_once)
    owed = seeded(database, amount.size, due)
    first = min(owed.values())
    running = Running(first, time.time())

    def over(now: datetime) -> bool:
        return not _left(database, first) and told(database)[1] > 0 and not _waits(database)

    seconds = await ticks(database, running, over, 600)
    officers, messages = told(database)
    acted = len(climbs(database))
    return [
        f"{amount.at_once:,} of {amount.cases:,} due at once",
        f"{acted:,} of {amount.at_once:,}",
        f"{seconds:.0f} s until the last officer was told; {messages} messages to {officers} officers",
        "reached" if acted == amount.at_once and messages == officers and seconds <= 300 else "not reached",
    ]


def _waits(database: Database) -> bool:
    from models.grievances.rungs import Rung

    with database.reading() as session:
        # Who has lost a case hears how it ends only when it does.
        return session.execute(select(col(Rung.id)).where(col(Rung.kind) != "ended").limit(1)).first() is not None


# Two processes, and kills.


def _life(url: str, keys: Path, start: datetime, began: float, ahead: Path, last: int) -> None:
    """A process that ticks until it is killed at its `last` climb: before that is committed, or right after."""
    database = Database(url, Keyring.read(keys))
    climbed, taking = 0, ladder.take
    before_the_commit = last % 2

    def dies() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def takes(session: Session, case_id: str, *rest: Any) -> None:
        nonlocal climbed
        taking(session, case_id, *rest)
        climbed += 1
        if climbed == last:
            if before_the_commit:
                event.listen(Engine, "commit", lambda _connection: dies())
            else:
                event.listen(Pool, "checkin", lambda *_: dies())

    ladder.take = takes

    async def run() -> None:
        ticker = Ticker(Writer(database), Running(start, began, ahead), lambda: None)
        ticker.start()
        await asyncio.Event().wait()

    asyncio.run(run())


def killed(database: Database, url: str, keys: Path, amount: Amount, folder: Path) -> list[str]:
    """Two processes at any time; whichever climbs dies in the end, and another takes its place."""
    dice = random.Random(1)
    count = amount.kills * PER_LIFE
    owed = seeded(database, amount.size, [timedelta()] * count)
    first = min(owed.values())
    ahead = folder / "ahead"
    ahead.write_text("0")
    on = 0.0
    began = time.time()
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.bench.ladder"])

    def born() -> BaseProcess:
        life = context.Process(target=_life, args=(url, keys, first, began, ahead, dice.randrange(1, PER_LIFE)))
        life.start()
        return life

    lives, kills = [born(), born()], 0
    while kills < amount.kills and _left(database, first):
        time.sleep(0.02)
        for place, life in enumerate(lives):
            if life.exitcode is not None:
                assert life.exitcode == -signal.SIGKILL, life.exitcode
                kills += 1
                if not database.is_sqlite:
                    on += LEASE
                    ahead.write_text(str(on))
                lives[place] = born()
    for life in lives:
        life.kill()
        life.join()
    asyncio.run(_finish(database, Running(first, began, ahead), first))
    times = Counter(len(at) for at in climbs(database).values())
    missed, twice = count - sum(times.values()), sum(number for often, number in times.items() if often > 1)
    return [
        f"two processes, {kills} killed at a climb",
        f"{sum(times.values()):,} of {count:,}",
        f"{missed} missed, {twice} climbed twice",
        "reached" if not missed and not twice and kills >= amount.kills else "not reached",
    ]


async def _finish(database: Database, running: Running, first: datetime) -> None:
    await ticks(database, running, lambda _now: not _left(database, first), 300)


def main(*, quick: bool, database: str = "sqlite") -> None:
    """Seeds, plays and prints."""
    amount = QUICK if quick else FULL
    rows: table.ROWS = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haichieu-ladder-")))
        server = None
        if database == "postgresql":
            from tests.conftest import PostgresServer

            server = PostgresServer(folder / "data")
            stack.callback(server.stop)
        keys, keyring = folder / "keys", Keyring.new()
        keyring.write(keys)

        def opened(name: str) -> tuple[str, Database]:
            url = server.new_database() if server else f"sqlite:///{folder}/{name}.db"
            made = Database(url, keyring)
            if server is None:
                schema.upgrade(made)
            stack.callback(made.close)
            return url, made

        for name, play in (("steady", steadily), ("together", together)):
            rows.append(asyncio.run(play(opened(name)[1], amount)))
            print("  " + json.dumps(rows[-1], ensure_ascii=False), flush=True)
        url, made = opened("killed")
        rows.append(partial(killed, made, url, keys, amount, folder)())
    table.show(f"The ladder, {database}", ("", "climbed", "", ""), rows)
