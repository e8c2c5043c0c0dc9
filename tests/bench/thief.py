"""Who filed what, by order and time alone: the thief of tests/anonymity/reckoner.py over days of many unions, at default
settings, with every commit of the whole log and its time.

Not a speed. What counts is how many reporters he names right beside what chance allows: exact, a sum of independent guesses
among those whom the case's own unit leaves (`Verdict.luck`; below 1 % chance does not explain it). SQLite's log is kept
whole for him, which holds more than copies by the hour would.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from models.store import schema
from models.store.database import Database
from models.store.sealing import Keyring
from tests.anonymity.day import Day
from tests.anonymity.reckoner import Verdict, reckon
from tests.bench import table
from tests.conftest import PostgresServer
from tests.forensics.watcher import Watcher

SEEDS = 20
SIZES, DAYS = (20, 30, 50), (1, 2, 5)
CHANCE = 0.01


async def played(folder: Path, url: str, server: PostgresServer | None, seed: int, people: int, days: int) -> Verdict:
    """A quarter of the people, and their leader, file one case each a day."""
    day = Day(folder, url, seed, people=people, cases=people // 4)
    return await day.play(
        lambda playing: Watcher(playing.app.database, url, folder, server),
        lambda watcher, opened: reckon(watcher, day.played, opened, seed),
        days,
    )


def all_of(verdicts: list[Verdict]) -> Verdict:
    named: dict[str, str] = {}
    chance: dict[str, float] = {}
    for number, verdict in enumerate(verdicts):
        named |= {f"{number} {code}": person for code, person in verdict.named.items()}
        chance |= {f"{number} {code}": share for code, share in verdict.chance.items()}
    return Verdict(named, chance, sum(verdict.right for verdict in verdicts))


def main(*, quick: bool, database: str) -> None:
    """Plays and prints."""
    seeds = 3 if quick else SEEDS
    rows: table.ROWS = []
    with tempfile.TemporaryDirectory(prefix="haichieu-thief-") as name:
        folder = Path(name)
        server = PostgresServer(folder / "data") if database == "postgresql" else None
        for people in SIZES[:1] if quick else SIZES:
            for days in DAYS[:1] if quick else DAYS:
                began, verdicts = time.monotonic(), []
                for seed in range(seeds):
                    place = folder / f"{people}-{days}-{seed}"
                    place.mkdir()
                    url = server.new_database() if server else f"sqlite:///{place}/haichieu.db"
                    if server is None:
                        made = Database(url, Keyring.new())
                        schema.upgrade(made)
                        made.close()
                    verdicts.append(asyncio.run(played(place, url, server, seed, people, days)))
                    own, so_far = verdicts[-1], time.monotonic() - began
                    print(f"  seed {seed}: {own.right} of {len(own.named)} right, {so_far:.0f} s so far", flush=True)
                    if server:
                        server.drop(url)
                found = all_of(verdicts)
                expected = sum(found.chance.values())
                verdict = "chance" if found.luck > CHANCE else "MORE THAN CHANCE"
                rows.append(
                    (
                        f"{people} people, {days} days, {seeds} seeds",
                        f"{found.right} of {len(found.named)}",
                        f"{expected:.1f}",
                        f"{found.luck:.3f}",
                        verdict,
                        f"{time.monotonic() - began:.0f} s",
                    )
                )
                print(rows[-1], flush=True)
        if server:
            server.stop()
    table.show(f"Reporters named, {database}", ("union", "right", "by chance", "p", "", "took"), rows)
