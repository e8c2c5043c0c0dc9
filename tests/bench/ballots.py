"""Polls: voting end to end beside python-telegram-bot's natural first version, and a whole province's vote by itself.

Voting: both bots poll the same kind of load server (crowd.py, a fresh one each) over loopback, and everybody taps at once.
Ours is the real `haichieu run`: it opens the round, invites everybody and takes n + 1 taps of each, the last of which casts
a sealed ballot (SQLite, synchronous=FULL). Theirs (ballot_peer.py) asks n + 1 questions, so both answer the same taps. First
everybody makes all taps but the last, then all the last ones come at once, one in ten of them twice; then votes are counted.
The province (polled.py) is a process of its own, without any chat.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select
from sqlmodel import col

from models.polls import polls, rounds
from models.polls.polls import Content, Question
from models.polls.rounds import Round
from models.polls.turnout import Turnout
from tests.bench import ballot_peer, polled, table
from tests.bench.broadcast import Service
from tests.bench.inbound import PER_SECOND, Run, script
from tests.bench.limited import FIRST
from tests.bench.processes import Child, CrowdProcess
from tests.rules.polls.hall import Hall

QUESTIONS = 3
MARK = "4"
SEND = "Gửi câu trả lời"
TWICE = 10
"""One person in so many taps the last button twice."""
OURS, THEIRS = "haichieu run", "python-telegram-bot, SQLModel"


@dataclass(frozen=True, slots=True)
class Voted:
    """What a bot did with everybody's taps. `walk`: all but the last; `last`: the one that casts. `voters`: how many are
    known to have voted; `ballots`: how many votes of theirs are counted, whole ones."""

    people: int
    walk: Run
    last: Run
    voters: int
    ballots: int

    @property
    def lost(self) -> int:
        return self.people - min(self.voters, self.ballots)

    @property
    def doubled(self) -> int:
        return max(0, self.ballots - self.voters)

    @property
    def rate(self) -> float:
        """Taps answered a second, of the whole vote."""
        return (QUESTIONS + 1) / (QUESTIONS / max(self.walk.rate, 1e-9) + 1 / max(self.last.rate, 1e-9))

    def row(self, name: str, other: Voted) -> list[str]:
        last, peak = self.last, max(self.walk.peak, self.last.peak)
        return [
            name,
            f"{self.rate:,.0f}",
            f"{self.rate / other.rate:.2f}",
            f"{last.rate:,.0f}",
            f"{last.rate / other.last.rate:.2f}",
            f"{last.p50:.2f}",
            f"{last.p99:.2f}",
            f"{self.walk.cpu:.2f}",
            f"{last.cpu:.2f}",
            f"{peak:.0f}",
            f"{last.end:.0f}",
            f"{last.crowd:.0%}",
            f"{self.lost:,}",
            f"{self.doubled:,}",
            "; ".join(sorted({self.walk.faults, last.faults} - {""})) or "yes",
        ]


HEADS = ("bot", "taps/s", "ratio", "ballots/s", "ratio", "p50 s", "p99 s", "cpu ms a tap", "a ballot")
HEADS_2 = ("peak MiB", "end MiB", "load cpu", "lost", "doubled", "every reply")


def _votes(crowd: CrowdProcess, bot: Child, start: float, people: int, last: str) -> tuple[Run, Run]:
    twice = people // TWICE
    walk = Run.of(crowd, bot, start, [script(FIRST, people, [["tap", MARK]] * QUESTIONS)])
    scripts = [script(FIRST, twice, [["twice", last]]), script(FIRST + twice, people - twice, [["tap", last]])]
    return walk, Run.of(crowd, bot, start, scripts)


def ours(people: int) -> Voted:
    """`haichieu run`: from the invitation on."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haichieu-ballots-")))
        crowd = stack.enter_context(CrowdProcess(directory))
        service = Service(directory, people, HAICHIEU_TELEGRAM__PER_SECOND=PER_SECOND)
        stack.callback(service.database.close)
        planned = _plan(service)
        bot = stack.enter_context(service.start(crowd))
        start = crowd.polled_at(bot)
        invited_by = time.monotonic() + 60 + people / 20
        while crowd.ask("state")["extra"] < people:
            if time.monotonic() > invited_by:
                raise RuntimeError(f"not everybody was invited: {bot.log.read_text()[-2000:]}")
            time.sleep(0.2)
        walk, last = _votes(crowd, bot, start, people, SEND)
        bot.end()
        return Voted(people, walk, last, *_counted(service, planned))


def _plan(service: Service) -> Round:
    questions = [Question("scale", {"vi": f"Câu {number}?"}) for number in range(1, QUESTIONS + 1)]
    known = service.members
    with service.database.transaction() as session:
        content = Content({"vi": "Lấy ý kiến"}, questions, [known.unit_id])
        made = polls.create(session, known.unit_id, content, author_id=known.author_id)
        return rounds.plan(session, made, datetime.now(UTC))


def _counted(service: Service, planned: Round) -> tuple[int, int]:
    """Whom the turnout names, and how many ballots are counted once the round has closed. What the service had not boxed yet
    is boxed here, as its tick would have."""
    hall = Hall(service.database)
    hall.now = datetime.now(UTC) + timedelta(minutes=1)
    counted = hall.counts(planned)
    with service.database.reading() as session:
        marked = select(func.count()).where(col(Turnout.round_id) == planned.id, col(Turnout.mark) != "")
        return session.execute(marked).scalar_one(), counted.ballots


def theirs(people: int) -> Voted:
    """The bot of ballot_peer.py."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haichieu-ballots-")))
        crowd = stack.enter_context(CrowdProcess(directory))
        told = ("tests.bench.ballot_peer", crowd.url, str(directory), str(QUESTIONS + 1))
        bot = stack.enter_context(Child(directory, *told))
        start = crowd.polled_at(bot)
        crowd.ask("walk", [script(FIRST, people, [["say", "/start"]])])
        crowd.ask("over")
        walk, last = _votes(crowd, bot, start, people, MARK)
        bot.end()
        database = sqlite3.connect(directory / ballot_peer.FILE)
        by_voter = "SELECT COUNT(DISTINCT question), COUNT(*) FROM vote GROUP BY voter"
        rows = database.execute(by_voter).fetchall()
        database.close()
        return Voted(people, walk, last, len(rows), whole_votes(rows))


def whole_votes(rows: list[tuple[int, int]]) -> int:
    """How many votes these voters have between them: (questions answered, answers) of each; a half one counts for none."""
    return sum(answers // (QUESTIONS + 1) for answered, answers in rows if answered == QUESTIONS + 1)


def middle(found: list[Voted]) -> Voted:
    """The run whose rate is the middle one, with the worst of what went wrong in any."""
    one = sorted(found, key=lambda run: run.rate)[len(found) // 2]
    worst = max(found, key=lambda run: run.lost + run.doubled)
    return one if worst.lost + worst.doubled == 0 else replace(one, voters=worst.voters, ballots=worst.ballots)


def main(*, quick: bool) -> None:
    """Measures and prints."""
    people, opened = (200, 1) if quick else (1000, 3)
    print(f"{people:,} voters at once, {QUESTIONS + 1} taps each, one in {TWICE} the last one twice; median of {opened}")
    print(
        f"{OURS}: polling, WAL, synchronous=FULL, HAICHIEU_TELEGRAM__PER_SECOND={PER_SECOND}, no quiet hours, else defaults;"
    )
    print(f"  {QUESTIONS} questions, anonymous, sealed under the round's key; the last tap sends the ballot")
    print(f"{ballot_peer.SETTINGS}; {QUESTIONS + 1} questions")
    benches: tuple[Callable[[int], Voted], ...] = (ours, theirs)
    found = [[bench(people) for bench in benches] for _ in range(opened)]
    own, other = (middle([one[place] for one in found]) for place in range(2))
    table.show("ballots: voting, end to end", (*HEADS, *HEADS_2), [own.row(OURS, other), other.row(THEIRS, other)])
    print("taps/s: of the whole vote; ballots/s, p50, p99: from the last tap to its answer, with everybody waiting")
    sizes = (1_500, 15_000) if quick else (15_000, 150_000)
    small, large = (polled.run(size) for size in sizes)
    large.show(small)
    table.show_targets(
        [
            table.target(
                "ballots/s, of theirs", own.last.rate / other.last.rate, ">= 3", own.last.rate >= 3 * other.last.rate
            ),
            table.target("taps/s, of theirs", own.rate / other.rate, ">= 3", own.rate >= 3 * other.rate),
            table.target("lost", own.lost, "0", not own.lost),
            table.target("doubled", own.doubled, "0", not own.doubled),
            *large.targets(small),
        ]
    )
