"""Who filed what, by order and time alone: the thief of tests/anonymity/reckoner.py over days of many unions, at default
settings, with every commit of the whole log and its time.

Not a speed. What counts is how many reporters he names right beside what chance allows: exact, a sum of independent guesses
among those whom the case's own unit leaves (`Verdict.luck`; below 1 % chance does not explain it). SQLite's log is kept
whole for him, which holds more than copies by the hour would, and PostgreSQL's files keep every version of a row.

A union is played for five days once, and he is asked on three mornings, with the log as it was then: each setting has as
many unions of its own size as there are seeds, and the three lines of one size are not independent of each other. Seeds are
played in rounds through all sizes, with the table after each; `--resume FILE` keeps each union's verdicts, and a run that
was cut goes on where it was.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from models.store import schema
from models.store.database import Database
from models.store.sealing import Keyring
from tests.anonymity.day import Day, Morning
from tests.anonymity.reckoner import Verdict, read, reckon
from tests.bench import table
from tests.conftest import PostgresServer
from tests.forensics.watcher import Watcher

SEEDS, ROUND = 20, 5
SIZES, DAYS = (20, 30, 50), (1, 2, 5)
CHANCE = 0.01


@dataclass(frozen=True)
class Union:
    """One that was played: what the thief says of it, by the days that he had."""

    database: str
    people: int
    seed: int
    verdicts: Mapping[int, Verdict]
    seconds: float

    def line(self) -> str:
        said = "; ".join(f"{days} d: {one.right} of {len(one.named)} right" for days, one in self.verdicts.items())
        return f"  {self.database}, {self.people} people, seed {self.seed}: {said}; {self.seconds:.0f} s"

    @classmethod
    def of_line(cls, line: str) -> Union:
        kept = json.loads(line)
        verdicts = {int(days): Verdict(**one) for days, one in kept.pop("verdicts").items()}
        return cls(verdicts=verdicts, **kept)


async def played(
    folder: Path, url: str, server: PostgresServer | None, seed: int, people: int, days: Sequence[int]
) -> dict[int, Verdict]:
    """A quarter of the people, and their leader, file one case each a day."""
    day = Day(folder, url, seed, people=people, cases=people // 4)

    def judge(watcher: Watcher, mornings: Sequence[Morning]) -> dict[int, Verdict]:
        log = read(watcher, day.played)
        return {number: reckon(log, day.played, mornings[number - 1], seed) for number in days}

    return await day.play(lambda playing: Watcher(playing.app.database, url, folder, server), judge, max(days))


def all_of(verdicts: Sequence[Verdict]) -> Verdict:
    named: dict[str, str] = {}
    chance: dict[str, float] = {}
    for number, verdict in enumerate(verdicts):
        named |= {f"{number} {code}": person for code, person in verdict.named.items()}
        chance |= {f"{number} {code}": share for code, share in verdict.chance.items()}
    return Verdict(named, chance, sum(verdict.right for verdict in verdicts))


def play(folder: Path, database: str, server: PostgresServer | None, people: int, seed: int, days: Sequence[int]) -> Union:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=folder) as name:
        place = Path(name)
        url = server.new_database() if server else f"sqlite:///{place}/haichieu.db"
        if server is None:
            made = Database(url, Keyring.new())
            schema.upgrade(made)
            made.close()
        verdicts = asyncio.run(played(place, url, server, seed, people, days))
        if server:
            server.drop(url)
    return Union(database, people, seed, verdicts, time.monotonic() - began)


def rows_of(unions: Sequence[Union]) -> Iterator[tuple[str, ...]]:
    """By size and days: what he got, and whether chance explains it."""
    for people in sorted({one.people for one in unions}):
        same = [one for one in unions if one.people == people]
        for days in same[0].verdicts:
            found = all_of([one.verdicts[days] for one in same])
            yield (
                f"{people} people, {days} days, {len(same)} seeds",
                f"{found.right} of {len(found.named)}",
                f"{sum(found.chance.values()):.1f}",
                f"{found.luck:.3f}",
                "chance" if found.luck > CHANCE else "MORE THAN CHANCE",
            )


def main(*, quick: bool, database: str, resume: Path | None = None) -> None:
    """Plays and prints."""
    sizes, days, seeds = (SIZES[:1], DAYS[:1], 3) if quick else (SIZES, DAYS, SEEDS)
    lines = resume.read_text().splitlines() if resume and resume.exists() else []
    unions = [one for one in map(Union.of_line, lines) if one.database == database]
    known, broken = {(one.people, one.seed) for one in unions}, list[Exception]()
    with tempfile.TemporaryDirectory(prefix="haichieu-thief-") as name:
        folder = Path(name)
        server = PostgresServer(folder / "data") if database == "postgresql" else None
        for first in range(0, seeds, ROUND):
            for people in sizes:
                for seed in range(first, min(first + ROUND, seeds)):
                    if (people, seed) in known:
                        continue
                    try:
                        unions.append(play(folder, database, server, people, seed, days))
                    except Exception as error:  # the others are played; in the end this one is what comes of the run
                        error.add_note(f"{database}, {people} people, seed {seed}")
                        print("".join(traceback.format_exception(error)), flush=True)
                        broken.append(error)
                        continue
                    print(unions[-1].line(), flush=True)
                    if resume:
                        with resume.open("a") as kept:
                            kept.write(json.dumps(asdict(unions[-1])) + "\n")
            title = f"Reporters named, {database}"
            table.show(title, ("union", "right", "by chance", "p", ""), list(rows_of(unions)))
        if server:
            server.stop()
    if broken:
        raise ExceptionGroup("not played to the end", broken)
