"""A province's vote: opened, boxed, closed, counted, written. `python -m tests.bench.polled open|cast|count <directory>`.

Each part is a process of its own and uses the models directly, on SQLite as the service opens it. Everybody votes. Nine of
ten ballots came in little by little and lie in boxes as small as boxes get (ballot_box.MIX), which is the slowest to count;
the tenth waits in the intake at the close, as if all of them had come in the last minute. For each step its seconds, and by
how much memory at its peak was above what the process had before.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from models.anonymity import intake, suppression
from models.anonymity.events import Event
from models.people.accounts import Account
from models.polls import boxes, counting, opening, polls, rounds, turnout
from models.polls.boxes import FULL, MIX, Ballot
from models.polls.polls import Content, Poll, Question, content_of
from models.polls.rounds import Round
from models.polls.tally import Tally
from models.store import schema
from models.store.database import Database, Session
from models.store.ids import new_id
from models.store.sealing import Keyring
from tests.bench import province, table
from tests.bench.processes import Child
from tests.bench.province import Size
from tests.bench.queueing import memory
from tests.rules.polls.hall import Hall

QUESTIONS = 10
RUSH = 10
"""One ballot in so many comes at the last minute."""
AIM = 10.0
OPEN, BOX, CLOSE, COUNT, WRITE = "opened", "boxed little by little", "closed: the last tenth", "counted", "results written"
ADD, TABLES, PATTERN = "  boxes opened, votes added", "  tables: suppressed, rounded", "  one pattern of suppression"
COMPARED = "  two rounds compared"
EVEN = 1.5
"""How many times as long each person's share may take in the larger province."""


@dataclass(slots=True)
class Polled:
    """`steps`: (seconds, MiB more at the peak) of each."""

    people: int
    teams: int
    ballots: int = 0
    steps: dict[str, tuple[float, float]] = field(default_factory=dict)

    def show(self, smaller: Polled) -> None:
        """A table of this beside a smaller one."""
        heads = ("step", *(cell for one in (smaller, self) for cell in (f"{one.people:,} s", "MiB more")))
        rows = [
            (name, *(cell for one in (smaller, self) for cell in (f"{one.steps[name][0]:.2f}", f"{one.steps[name][1]:.1f}")))
            for name in self.steps
        ]
        table.show(
            f"ballots: {self.people:,} people in {self.teams:,} teams, {QUESTIONS} questions, everybody votes", heads, rows
        )

    def targets(self, smaller: Polled) -> list[Sequence[str]]:
        count, tables = self.steps[COUNT][0], self.steps[TABLES][0]
        each = {
            step: self.steps[step][0] / max(smaller.steps[step][0], 1e-3) * smaller.people / self.people
            for step in (ADD, TABLES, PATTERN, COMPARED)
        }
        return [
            table.target(f"{self.people:,} people tallied, s", count, f"<= {AIM:.0f}", count <= AIM),
            table.target(f"suppression over {self.teams:,} teams, s", tables, f"<= {AIM:.0f}", tables <= AIM),
            *(
                table.target(f"{step.strip()}, of the smaller's for each person", ratio, f"<= {EVEN}", ratio <= EVEN)
                for step, ratio in each.items()
            ),
            table.target("ballots not counted", self.people - self.ballots, "0", self.people == self.ballots),
        ]


def run(people: int) -> Polled:
    """Seeds a province here, so that the children's memory is the vote's alone, and lets it vote."""
    size = Size(people, people // 75, people * 6 // 100, 0)
    with tempfile.TemporaryDirectory(prefix="haichieu-polled-") as name:
        directory, keyring = Path(name), Keyring.new()
        keyring.write(directory / "haichieu.key")
        database = Database(f"sqlite:///{directory}/haichieu.db", keyring)
        schema.upgrade(database)
        now = datetime.now(UTC)
        top = province.seed(database, size, now, f"{people:,} people", cases_too=False).top
        database.engine.dispose()  # and with it the unsafe connection
        questions = [Question("scale", {"vi": f"Câu {number}?"}) for number in range(QUESTIONS)]
        with database.transaction() as session:
            session.execute(update(Account).values(verified=True))
            rounds.plan(session, polls.create(session, top, Content({"vi": "Lấy ý kiến"}, questions, [top])), now)
        database.close()
        found = Polled(people, size.teams)
        for part in ("open", "cast", "count"):
            with Child(directory, "tests.bench.polled", part, name) as child:
                told = json.loads(child.first_line())
            found.steps |= told["steps"]
            found.ballots = told["ballots"]
        return found


class Vote:
    """One province, step by step."""

    def __init__(self, directory: Path) -> None:
        keyring = Keyring.read(directory / "haichieu.key")
        self.database = Database(f"sqlite:///{directory}/haichieu.db", keyring, round_keys=directory / "round-keys")
        self.random = random.Random(1)
        self.hall = Hall(self.database)
        self.hall.now = datetime.now(UTC)
        self.steps: dict[str, tuple[float, float]] = {}
        self.ballots = 0
        with self.database.reading() as session:
            self.round = session.execute(select(Round)).scalar_one()
            self.poll = session.get_one(Poll, self.round.poll_id)
            self.questions = content_of(session, self.poll).questions

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Times one step; the same name again adds to it."""
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
        before, began = memory("VmRSS"), time.perf_counter()
        yield
        seconds, grown = self.steps.get(name, (0.0, 0.0))
        passed = time.perf_counter() - began
        self.steps[name] = (seconds + passed, max(grown, memory("VmHWM") - before))

    def open(self) -> None:
        with self.step(OPEN), self.database.transaction() as session:
            self.round = session.get_one(Round, self.round.id)
            opening.open_(session, self.round, self.hall.now.date())

    def events(self, session: Session, voters: Sequence[tuple[str, str]]) -> Iterator[Event]:
        """A sealed ballot of each of these (voter, unit), as models.polls.ballots.cast makes it."""
        due = (self.hall.now + timedelta(seconds=30)).isoformat()
        for voter, unit_id in voters:
            answers = self.random.choices(range(5), (5, 8, 12, 25, 50), k=QUESTIONS)
            folded = boxes.fold(session, self.round.id, Ballot(unit_id, list(answers)))
            text = json.dumps({"round": self.round.id, "ballot": folded})
            yield Event("ballot", due, case_id="", entry_id=new_id(), reporter_id=voter, text=text)

    def cast(self) -> None:
        """Everybody votes: most are marked and boxed at once, the rest waits in the intake."""
        with self.database.reading() as session:
            voters = list(turnout.members(session, self.round.id).items())
        self.random.shuffle(voters)
        rest = voters[: len(voters) // RUSH]
        for start in range(len(rest), len(voters), FULL):
            with self.database.reading() as session:
                events = list(self.events(session, voters[start : start + FULL]))
            with self.step(BOX):
                with self.database.transaction() as session:
                    turnout.take_part(session, events)
                folded = [json.loads(event.text)["ballot"] for event in events]
                with self.database.transaction() as session:
                    for place in range(0, len(folded), MIX):
                        boxes.put_in(session, self.round.id, folded[place : place + MIX])
        with self.database.transaction() as session:
            for event in self.events(session, rest):
                intake.add(session, event, self.hall.now)

    def count(self) -> None:
        with self.step(CLOSE):
            self.hall.waits(days=8)
        with self.step(COUNT), self.database.reading() as session:
            counted = counting.count(session, session.get_one(Round, self.round.id))
        tally, respondents = Tally(self.questions), Counter[str]()
        with self.step(ADD), self.database.reading() as session:
            for one in boxes.open_all(session, self.round.id):
                tally.add(one.unit_id, one.answers)
                respondents[one.unit_id] += 1
        with self.step(TABLES):
            tally.outcome(counted.parents, self.poll.threshold)
        with self.step(PATTERN):
            shown = suppression.shown(counted.parents, respondents, self.poll.threshold)
        stayed = Counter({(unit, unit): count for unit, count in respondents.items()})
        with self.step(COMPARED):
            suppression.comparable(counted.parents, counted.parents, stayed, shown, self.poll.threshold)
        with self.step(WRITE), self.database.transaction() as session:
            counting.finish(session, self.round, counted)
        self.ballots = counted.ballots


def _part(part: str, directory: Path) -> None:
    vote = Vote(directory)
    {"open": vote.open, "cast": vote.cast, "count": vote.count}[part]()
    print(json.dumps({"ballots": vote.ballots, "steps": vote.steps}), flush=True)
    vote.database.close()


if __name__ == "__main__":
    _part(sys.argv[1], Path(sys.argv[2]))
