"""A thief who knows the whole design and has the whole log, every commit's time included, and no key: names a reporter for
each case, by order and time alone, and is forced to name one.

What he does. A turn is a transaction that notes an event. Turns that follow each other closely are one person's sitting; so
are turns whose rows have names that begin alike. Sittings of four turns and more may be filings. A case comes at a fixed
moment half an hour to an hour after its filing, and what its officers say comes back the same way; a sitting that begins
soon after something was sent is the reader's. A row that names a person, written within two minutes after a sitting, names
it; one written in the night says who did something that day. Among those whom the case's own unit leaves, he takes the
best, and where nothing tells them apart, anybody.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tests.anonymity.day import Morning, Played
from tests.forensics import sqlite
from tests.forensics.watcher import Life, Watcher

SITTING = timedelta(seconds=45)
FILING = 4
LOW, HIGH = timedelta(minutes=29), timedelta(minutes=62)
"""After its filing a case comes: at the first fixed moment that is half an hour away (models.anonymity.moments.cover)."""
SOON = timedelta(minutes=2)
NAMING = {"account", "person", "recipient"}
OFFICERS = {"audit", "entry", "broadcast"}
ALIKE = 16
"""Names that begin with so many equal characters are taken for one chat's."""


@dataclass
class Turn:
    at: datetime
    tables: set[str]
    names: set[str]


@dataclass
class Sitting:
    turns: list[Turn] = field(default_factory=list)
    named: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def begins(self) -> datetime:
        return self.turns[0].at

    @property
    def ends(self) -> datetime:
        return self.turns[-1].at

    @property
    def in_office(self) -> bool:
        return any(turn.tables & OFFICERS for turn in self.turns)


@dataclass(frozen=True)
class Verdict:
    """By case code: whom he names. `chance`: with what probability each name would be right if nothing told him more than
    the unit, which stands open on the case."""

    named: dict[str, str]
    chance: dict[str, float]
    right: int

    @property
    def luck(self) -> float:
        """How probable it is to have so many right by chance: exact, a sum of independent guesses."""
        spread = [1.0]
        for p in self.chance.values():
            spread = [
                (spread[k] * (1 - p) if k < len(spread) else 0.0) + (spread[k - 1] * p if k else 0.0)
                for k in range(len(spread) + 1)
            ]
        return sum(spread[self.right :])


@dataclass(frozen=True)
class Log:
    """What each transaction or commit wrote, by the database's own count of them, and when it was."""

    by_order: Mapping[int, Sequence[Life]]
    at: Mapping[int, datetime]

    def until(self, moment: datetime) -> Log:
        """As it was then: a log only grows."""
        return Log({order: rows for order, rows in self.by_order.items() if self.at[order] <= moment}, self.at)


def read(watcher: Watcher, played: Played) -> Log:
    by_order: dict[int, list[Life]] = defaultdict(list)
    for one in watcher.lives():
        if one.born:
            by_order[one.born].append(one)
    times = _times(watcher, played)
    return Log(by_order, {order: times(order) for order in by_order})


def reckon(log: Log, played: Played, morning: Morning, seed: int) -> Verdict:
    """Who did it, as far as can be told on that `morning`, by the log until then and what a SELECT on the copy said."""
    until, open_rows = morning
    log = log.until(until)
    by_order, at = log.by_order, log.at
    turns = [
        Turn(at[order], {row.table for row in rows}, {str(row.id)[:ALIKE] for row in rows if row.table == "conversation"})
        for order, rows in sorted(by_order.items())
        if any(row.table == "inbound" for row in rows)
    ]
    sittings = _sittings(turns)
    people = {row[0]: row[1:] for row in open_rows["people"]}
    _name(sittings, by_order, at, people)
    return _judge(sittings, by_order, at, people, open_rows["cases"], played, random.Random(seed))


def _times(watcher: Watcher, played: Played) -> Callable[[int], datetime]:
    """When each transaction or commit was."""
    marks = [mark for mark, _ in played.times]
    if watcher.server is not None:
        return lambda order: played.times[min(bisect_left(marks, order + 1), len(marks) - 1)][1]
    size = 4096
    raw = Path(f"{watcher.path}-wal").read_bytes()
    ends, end = [0], 32
    for commit in (one for generation in sqlite.generations(raw, size) for one in generation):
        end += len(commit) * (size + 24)
        ends.append(end)
    return lambda order: played.times[min(bisect_left(marks, ends[min(order, len(ends) - 1)]), len(marks) - 1)][1]


def _sittings(turns: Sequence[Turn]) -> list[Sitting]:
    sittings: list[Sitting] = []
    for turn in turns:
        if not sittings or turn.at - sittings[-1].ends > SITTING:
            sittings.append(Sitting())
        sittings[-1].turns.append(turn)
    return sittings


def _name(
    sittings: Sequence[Sitting],
    by_order: Mapping[int, Sequence[Life]],
    at: Mapping[int, datetime],
    people: Mapping[str, Sequence[str]],
) -> None:
    """Who each sitting may be: by what was written of somebody soon after it, or that night; and by other sittings of the
    same chat, where names tell that."""
    chats: dict[str, list[Sitting]] = defaultdict(list)
    for sitting in sittings:
        for name in {name for turn in sitting.turns for name in turn.names}:
            chats[name].append(sitting)
    for order, rows in by_order.items():
        somebody = {token for row in rows if row.table in NAMING for token in row.tokens} & people.keys()
        if len(somebody) != 1:  # several together are the service's own doing
            continue
        near = [one for one in sittings if timedelta() <= at[order] - one.ends <= SOON]
        for sitting in near:
            for person in somebody:
                sitting.named[person] += 3 / len(near)
        for sitting in () if near else sittings:
            if timedelta() < at[order] - sitting.ends < timedelta(days=1):
                for person in somebody:
                    sitting.named[person] += 0.01
    for same in chats.values():
        if len(same) > 1:
            whole: dict[str, float] = defaultdict(float)
            for sitting in same:
                for person, weight in sitting.named.items():
                    whole[person] += weight
            for sitting in same:
                sitting.named = defaultdict(float, whole)


def _judge(
    sittings: Sequence[Sitting],
    by_order: Mapping[int, Sequence[Life]],
    at: Mapping[int, datetime],
    people: Mapping[str, Sequence[str]],
    cases: Sequence[tuple[str, ...]],
    played: Played,
    dice: random.Random,
) -> Verdict:
    born: dict[str | None, datetime] = {}
    for order in sorted(by_order):  # a case is written again when something is done with it
        for row in by_order[order]:
            if row.table == "grievance":
                born.setdefault(row.id, at[order])
    answers: dict[str, list[datetime]] = defaultdict(list)
    for order, rows in by_order.items():
        if any(row.table == "inbound" for row in rows):
            for row in rows:
                if row.table == "entry":
                    for token in row.tokens:
                        answers[token].append(at[order])
    named, chance = {}, {}
    for case_id, code, unit_id in cases:
        if code not in played.filed or case_id not in born:
            continue
        who = [person for person, above in people.items() if unit_id in above]
        scores = dict.fromkeys(who, 0.0)
        for sitting in sittings:
            if len(sitting.turns) < FILING or not LOW <= born[case_id] - sitting.ends <= HIGH:
                continue
            weight = 1.0 if not sitting.in_office else 0.3
            for heard in answers[case_id]:  # somebody comes to read what was answered
                weight += 0.2 * any(LOW <= other.begins - heard <= HIGH + LOW for other in sittings)
            for person in who:
                scores[person] += weight * sitting.named.get(person, 0.0)
        best = max(scores.values())
        named[code] = dice.choice([person for person in who if scores[person] == best])
        chance[code] = 1 / len(who)
    right = sum(named[code] == played.filed[code] for code in named)
    return Verdict(named, chance, right)
