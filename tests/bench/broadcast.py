"""A notice to everybody while two people chat: this service, two python-telegram-bot bots and one of aiogram.

Each has a Bot API server of its own over loopback (limited.py), with Telegram's limits. All four run at the same time, so
that a busy moment of this machine falls on all of them: at 30 messages a second none of them needs much of it. Ours is the
real `haichieu run` (long polling, SQLite with synchronous=FULL), and its notice has buttons, is watched by its officer, and
is written down person by person. Then ours alone: without limits, killed every 20 seconds, and how long it takes to queue.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.broadcasts import ledger
from models.store.database import Database
from models.store.sealing import Keyring
from tests.bench import casters, members, queueing, table
from tests.bench.limited import FIRST
from tests.bench.processes import Child, CrowdProcess, install

LIMIT = 30
ALONE = 12.0
"""So many seconds people chat before anything is sent to many: their round trip."""
QUIET = 25.0
"""No notice for so long: it is over, complete or not."""
MOST_SECONDS = 600.0
"""Whoever has not done by then is stopped, and those left are not called lost."""
OURS = "haichieu run"
Counted = dict[str, Any]


@dataclass(slots=True)
class Caster:
    """One bot, the server it talks to, and what came of it."""

    name: str
    api: CrowdProcess
    bot: Child
    cpu: float = 0.0
    found: Counted = field(default_factory=dict)
    memory: tuple[float, float] = (0.0, 0.0)
    stopped: bool = False

    def row(self, count: int) -> list[str]:
        found, waits = self.found, self.found["meanwhile"]
        rate = found["sends"] / max(found["seconds"], 1e-9)
        return [
            self.name,
            f"{rate:.1f}",
            f"{rate / LIMIT:.3f}",
            f"{found['seconds']:.0f}",
            f"{found['refused']:,}",
            f"{count - found['reached']:,}" + (" left" if self.stopped else ""),
            f"{found['copies'] - found['reached']:,}",
            f"{1000 * waits['p50']:,.0f}",
            f"{1000 * waits['p99']:,.0f}",
            f"{waits['count']:.0f} / {waits['none']:.0f}",
            f"{1000 * found['alone']['p50']:.0f}",
            f"{self.cpu:.0%}",
            f"{self.memory[0]:.0f}",
            f"{self.memory[1]:.0f}",
        ]


HEADS = ("broadcaster", "sends/s", "of limit", "s", "429s", "lost", "doubled", "p50 ms", "p99 ms", "asked / in vain")
HEADS_2 = ("alone ms", "cpu", "peak MiB", "end MiB")


class Service:
    """`haichieu run` on a union of `count` members."""

    def __init__(self, directory: Path, count: int, **env: str) -> None:
        self.directory = directory
        self.url, keyring = f"sqlite:///{directory}/haichieu.db", Keyring.new()
        keyring.write(directory / "haichieu.key")
        self.database = Database(self.url, keyring, round_keys=directory / "var" / "round-keys")  # its default
        self.members = members.seed(self.database, count)
        self.env = {
            "HAICHIEU_DATABASE_URL": self.url,
            "HAICHIEU_KEY_FILE": str(directory / "haichieu.key"),
            "HAICHIEU_TELEGRAM__TOKEN": casters.TOKEN,
            "HAICHIEU_NOTICES__QUIET": "",  # it may be night in Vietnam
            "HAICHIEU_WEB__PORT": "0",
            **env,
        }

    def start(self, api: CrowdProcess) -> Child:
        return Child(self.directory, "bot", "run", env={**self.env, "HAICHIEU_TELEGRAM__API_URL": api.url})

    def announce(self) -> str:
        with self.database.transaction() as session:
            return members.announce(session, self.members, datetime.now(UTC))

    def counts(self, broadcast_id: str) -> Mapping[str, int]:
        with self.database.reading() as session:
            return ledger.counts(session, broadcast_id)


def over(found: Counted, count: int, quiet: float = QUIET) -> bool:
    return bool(found["idle"] > (1.0 if found["reached"] == count else quiet))


def paced(count: int, alone: float, quiet: float = QUIET) -> list[Caster]:
    """All four at once, under Telegram's limits."""
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haichieu-broadcast-")))
        running: list[Caster] = []
        for name in (OURS, *casters.BOTS):
            (directory := root / name).mkdir()
            api = stack.enter_context(CrowdProcess(directory, "tests.bench.limited"))
            if name == OURS:
                service = Service(directory, count)
                stack.callback(service.database.close)
                bot = stack.enter_context(service.start(api))
            else:
                told = (name, api.url, str(FIRST), str(count))
                beside = install(root, casters.PACKAGES[name])
                bot = stack.enter_context(Child(directory, "tests.bench.casters", *told, beside=beside))
            api.polled_at(bot)
            running.append(Caster(name, api, bot))
        for one in running:
            one.api.ask("talk", {"people": members.TALKERS, "words": "menu"})
        time.sleep(alone)
        for one in running:
            one.api.ask("went")
            one.cpu = one.bot.cpu()
            if one.name == OURS:
                service.announce()
            else:
                one.api.ask("says", {"who": members.OFFICER, "words": "/go"})
        began = time.monotonic()
        time.sleep(3)
        left = list(running)
        while left:
            time.sleep(0.5)
            for one in list(left):
                found = one.api.ask("state")
                one.stopped = time.monotonic() - began > MOST_SECONDS
                if one.stopped or over(found, count, quiet):
                    one.cpu = (one.bot.cpu() - one.cpu) / (time.monotonic() - began)
                    one.found, one.memory = found, one.bot.memory()
                    left.remove(one)
                    one.bot.end()
                    print(f"  {one.name}: {found['reached']:,} of {count:,} in {found['seconds']:.0f} s", flush=True)
        return running


def unlimited(count: int) -> Counted:
    """Ours, with nobody's limits."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haichieu-broadcast-")))
        api = stack.enter_context(CrowdProcess(directory, "tests.bench.limited"))
        api.ask("limits", {"on": False})
        service = Service(directory, count, HAICHIEU_TELEGRAM__PER_SECOND="100000")
        stack.callback(service.database.close)
        bot = stack.enter_context(service.start(api))
        api.polled_at(bot)
        before = bot.cpu()
        service.announce()
        found: Counted = {"idle": 0.0, "reached": 0}
        while not over(found, count):
            time.sleep(0.5)
            found = api.ask("state")
        return {**found, "memory": bot.memory(), "cpu": 1000 * (bot.cpu() - before) / count}


def main(*, quick: bool) -> None:
    """Measures and prints."""
    from tests.bench import killing

    count, alone, quiet = (120, 4.0, 10.0) if quick else (10_000, ALONE, QUIET)
    print(f"{count:,} recipients; {len(members.TALKERS)} people chat, each a message about every 2 s; all at the same time")
    print(f"{OURS}: polling, WAL, synchronous=FULL, defaults (29 a second) but no quiet hours")
    for words in casters.SETTINGS.values():
        print(words)
    running = paced(count, alone, quiet)
    table.show("broadcast: under Telegram's limits", (*HEADS, *HEADS_2), [one.row(count) for one in running])
    print("sends/s: all that was accepted, answers and edits too, from the first notice to the last")
    print("p50, p99: until somebody who writes is answered (15 s where they are not); alone: half, before the broadcast")
    free_count = 2_000 if quick else 20_000
    free = unlimited(free_count)
    free_rate = free["reached"] / free["seconds"]
    print(
        f"\nlimits off: {free['reached']:,} of {free_count:,} at {free_rate:,.0f}/s, {free['cpu']:.2f} ms of processor time "
        f"each, peak {free['memory'][0]:.0f} MiB"
    )
    killed = killing.run(240 if quick else count, 4.0 if quick else 20.0)
    print(killed.told())
    queued = [queueing.run(size) for size in ((20_000,) if quick else (100_000, 1_000_000))]
    for one in queued:
        print(one.told())
    found = running[0].found
    rate, trip = found["sends"] / found["seconds"], found["alone"]["p50"]
    late = 1000 * (found["meanwhile"]["p99"] - trip)
    table.show_targets(
        [
            table.target("sends, of the limit", rate / LIMIT, ">= 0.93", rate >= 0.93 * LIMIT),
            table.target("429s", found["refused"], "0", not found["refused"]),
            table.target("lost", count - found["reached"], "0", found["reached"] == count),
            table.target("reply p99 above the round trip, ms", late, "<= 100", late <= 100),
            table.target("sends/s without limits", free_rate, ">= 1,000", free_rate >= 1000),
            table.target("lost to kills", killed.lost, "0", not killed.lost),
            table.target(
                "doubled, a kill", killed.per_kill, f"<= {killing.IN_FLIGHT}", killed.per_kill <= killing.IN_FLIGHT
            ),
            table.target(f"{queued[0].count:,} queued, s", queued[0].seconds, "<= 10", queued[0].seconds <= 10),
            table.target("and memory grown, MiB", queued[0].grown, "flat", queued[0].grown <= 32),
        ]
    )
