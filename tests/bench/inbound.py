"""Updates handled and answered per second, everybody writing at once: this service and two python-telegram-bot bots.

Every bot polls the same kind of load server (crowd.py, a fresh one each) over loopback; nobody is pinned to a core. Ours is
the real `haichieu run` with its defaults, and does what the others do not: seals, keeps duplicates out, and commits with
synchronous=FULL before it answers. Its people tap buttons, and each tap costs it a second call (answerCallbackQuery);
theirs only write.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bot.demo import union
from models.store import schema
from models.store.database import Database
from models.store.sealing import Keyring
from tests.bench import peers, table
from tests.bench.processes import Child, CrowdProcess

WALK = [
    ["tap", "Viết phản ánh"],
    ["say", "Tăng ca tháng 5 chưa được trả, cả tổ đều chưa có."],
    ["tap", "Gửi tổ trưởng công đoàn"],
]
WORDS = [["say", words] for words in ("Viết phản ánh", WALK[1][1], "Gửi tổ trưởng công đoàn")]
LONGEST = 30.0
"""Seconds that ConversationHandler is watched. Its PicklePersistence writes its whole file again for every person who wrote
since the last second, so that a walk of 2,000 people takes it three minutes. Its rate in these seconds is about that of the
whole walk (43 and 47 a second, measured)."""
PER_SECOND = "100000"
"""HAICHIEU_TELEGRAM__PER_SECOND: Telegram's own 29 would be all there is to measure."""


@dataclass(frozen=True, slots=True)
class Run:
    """One bot, one walk."""

    rate: float
    cpu: float
    p50: float
    p99: float
    peak: float
    end: float
    start: float
    crowd: float
    faults: str

    @classmethod
    def of(
        cls,
        crowd: CrowdProcess,
        bot: Child,
        start: float,
        scripts: list[dict[str, Any]],
        seconds: float | None = None,
    ) -> Run:
        """Lets people walk (`script`), for so many `seconds` at most, and counts."""
        before = bot.cpu()
        crowd.ask("walk", scripts)
        counted = crowd.ask("over", {"seconds": seconds})
        faults = []
        steps = [(script["count"], step) for script in scripts for step in script["steps"]]
        if missing := sum(count for count, _step in steps) - counted["answered"]:
            faults.append(f"{missing} unanswered" + (f" after {seconds:.0f} s" if seconds else ""))
        # A second tap may be answered, too: what is wrong with it, and the menu.
        if (extra := counted["extra"] - 2 * sum(count for count, step in steps if step[0] == "twice")) > 0:
            faults.append(f"{extra} too many")
        if unanswered := counted["taps"] - counted["calls"].get("answerCallbackQuery", 0):
            faults.append(f"{unanswered} taps left turning")
        return cls(
            counted["answered"] / max(counted["seconds"], 1e-9),
            1000 * (bot.cpu() - before) / max(counted["answered"], 1),
            counted["p50"],
            counted["p99"],
            *bot.memory(),
            start,
            counted["cpu"],
            ", ".join(faults),
        )


def script(first: int, count: int, steps: list[list[str]]) -> dict[str, Any]:
    """What `count` people do, from number `first` on (crowd.py)."""
    return {"first": first, "count": count, "steps": steps}


def peer(name: str, people: int, seconds: float | None = None) -> Run:
    """One of the bots of peers.py."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        crowd = stack.enter_context(CrowdProcess(directory))
        bot = stack.enter_context(Child(directory, "tests.bench.peers", name, crowd.url, str(directory)))
        start = crowd.polled_at(bot)
        return Run.of(crowd, bot, start, [script(1, people, WORDS)], seconds)


def ours(people: int, database_url: str = "") -> Run:
    """`haichieu run` on SQLite, or on the empty database at `database_url`."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = database_url or f"sqlite:///{directory}/haichieu.db"
        keyring = Keyring.new()
        keyring.write(directory / "haichieu.key")
        codes = _found(url, keyring)
        crowd = stack.enter_context(CrowdProcess(directory))
        env = {
            "HAICHIEU_DATABASE_URL": url,
            "HAICHIEU_KEY_FILE": str(directory / "haichieu.key"),
            "HAICHIEU_TELEGRAM__TOKEN": peers.TOKEN,
            "HAICHIEU_TELEGRAM__API_URL": crowd.url,
            "HAICHIEU_TELEGRAM__PER_SECOND": PER_SECOND,
            "HAICHIEU_OFFICERS__CONFIRM": "false",
            "HAICHIEU_WEB__PORT": "0",
        }
        bot = stack.enter_context(Child(directory, "bot", "run", env=env))
        start = crowd.polled_at(bot)
        # Everybody joins first, as people do; that is not timed. Number 1 is the team's leader.
        crowd.ask("walk", [_joins(1, 1, codes.leader), _joins(2, people, codes.team)])
        joined = crowd.ask("over")
        if joined["unfinished"]:
            raise RuntimeError(f"{joined['unfinished']} people did not join: {bot.log.read_text()[-2000:]}")
        return Run.of(crowd, bot, start, [script(2, people, WALK)])


def _found(url: str, keyring: Keyring) -> union.Codes:
    database = Database(url, keyring)
    schema.upgrade(database)
    with database.transaction() as session:
        codes = union.found(session)
    database.close()
    return codes


def _joins(first: int, count: int, code: str) -> dict[str, Any]:
    return script(first, count, [["say", f"/start {code}"], ["tap", "Đồng ý"], ["tap", "Không"]])


def _median(runs: Sequence[Run]) -> Run:
    """The run whose rate is the middle one, with the worst memory and the middle start; the faults of all are told."""
    return replace(
        sorted(runs, key=lambda run: run.rate)[len(runs) // 2],
        peak=max(run.peak for run in runs),
        start=median(run.start for run in runs),
        faults="; ".join(sorted({run.faults for run in runs if run.faults})),
    )


def main(*, quick: bool) -> None:
    """Measures and prints."""
    people, rounds = (400, 1) if quick else (2000, 3)
    print(f"{people:,} people at once, {len(WALK)} steps each; median of {rounds}")
    print(f"haichieu run: polling, WAL, synchronous=FULL, HAICHIEU_TELEGRAM__PER_SECOND={PER_SECOND},")
    print("  HAICHIEU_OFFICERS__CONFIRM=false (its one officer is not vouched for by hand), else defaults")
    for words in peers.SETTINGS.values():
        print(words)
    benches: dict[str, Callable[[int], Run]] = {
        "haichieu run, SQLite": ours,
        "python-telegram-bot echo": partial(peer, "echo"),
    }
    for bench in (*benches.values(), partial(peer, "conversation")):
        bench(1)  # compiles every module
    # One round after another, so that a busy moment of this machine falls on all of them.
    found = [[bench(people) for bench in benches.values()] for _ in range(rounds)]
    runs = {name: _median([one[place] for one in found]) for place, name in enumerate(benches)}
    own, echo = runs.values()
    conversation = runs["ConversationHandler, pickle 1 s (one run)"] = peer("conversation", people, LONGEST)
    if not quick:
        with tempfile.TemporaryDirectory(prefix="haichieu-pg-") as directory:
            runs["haichieu run, PostgreSQL (one run)"] = _on_postgres(people, Path(directory))
    heads = (
        "bot",
        "updates/s",
        "of echo",
        "cpu ms",
        "p50 s",
        "p99 s",
        "peak MiB",
        "end MiB",
        "start s",
        "load cpu",
        "every reply",
    )
    rows = [
        (
            name,
            f"{run.rate:,.0f}",
            f"{run.rate / echo.rate:.2f}",
            f"{run.cpu:.2f}",
            f"{run.p50:.2f}",
            f"{run.p99:.2f}",
            f"{run.peak:.0f}",
            f"{run.end:.0f}",
            f"{run.start:.2f}",
            f"{run.crowd:.0%}",
            run.faults or "yes",
        )
        for name, run in runs.items()
    ]
    table.show("inbound: updates handled and answered", heads, rows)
    print("latency: from when the update could be fetched to its reply, with everybody waiting")
    print("cpu ms: processor time of the bot for one update; load cpu: of the load server, of one core")
    table.show_targets(
        [
            table.target("updates/s, of the echo bot", own.rate / echo.rate, ">= 0.8", own.rate >= 0.8 * echo.rate),
            table.target(
                "updates/s, of ConversationHandler", own.rate / conversation.rate, ">= 4", own.rate >= 4 * conversation.rate
            ),
            table.target("start to first getUpdates, s", own.start, "<= 1", own.start <= 1),
            table.target("resident memory at its peak, MiB", own.peak, "<= 160", own.peak <= 160),
        ]
    )


def _on_postgres(people: int, directory: Path) -> Run:
    from tests.conftest import PostgresServer

    server = PostgresServer(directory / "data")
    try:
        return ours(people, server.new_database())
    finally:
        server.stop()
