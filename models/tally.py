"""Counting: votes by unit and question, and from them the tables that may be shown.

Pure: it knows questions and the tree of units, no database. A unit's own votes are one list of small integers, so that a
province of 10,000 units takes a few megabytes however many vote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.poll import Answer, Question
from models.rounding import rounded, start
from models.suppression import ANSWERS, Parents, from_below, homes, shown

TEXTS = 10
"""Free answers are shown from so many on: whose words they are is easier to guess than whose vote."""


@dataclass(frozen=True, slots=True)
class Table:
    """What one unit answered to one question, as it may be shown. `votes` for each option; `silent`: not asked, or skipped.
    Of one choice, votes and silent add up to the respondents; of several they do not."""

    votes: tuple[int, ...]
    silent: int


@dataclass(slots=True)
class UnitResult:
    """What may be shown of one unit. `tables`: one for each question, None where it is withheld or of free text."""

    respondents: int
    tables: list[Table | None]


@dataclass(slots=True)
class Outcome:
    """`units`: those of which anything may be shown. `texts`: (unit in which they may be shown, question, words)."""

    units: dict[str, UnitResult] = field(default_factory=dict)
    texts: list[tuple[str, int, str]] = field(default_factory=list)


class Tally:
    """The votes of one round, as they come out of the boxes."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions
        self._at = [sum(one.choices + 1 for one in questions[:number]) for number in range(len(questions) + 1)]
        self.respondents: Counter[str] = Counter()
        self._votes: dict[str, list[int]] = {}
        self._texts: list[tuple[str, int, str]] = []

    def add(self, unit: str, answers: Sequence[Answer]) -> None:
        self.respondents[unit] += 1
        votes = self._votes.get(unit)
        if votes is None:
            votes = self._votes[unit] = [0] * self._at[-1]
        for number, answer in enumerate(answers):
            if isinstance(answer, int):
                votes[self._at[number] + answer] += 1
            elif isinstance(answer, list):
                for option in answer:
                    votes[self._at[number] + option] += 1
            elif answer is None:
                votes[self._at[number + 1] - 1] += 1
            else:
                self._texts.append((unit, number, answer))

    def votes(self, unit: str, number: int) -> list[int]:
        """A unit's own votes for each option of a question, and last how many were silent."""
        kept = self._votes.get(unit)
        length = self.questions[number].choices + 1
        return kept[self._at[number] : self._at[number + 1]] if kept else [0] * length

    def outcome(self, parents: Parents, threshold: int) -> Outcome:
        """What may be shown, of all the tree at once (see models.suppression)."""
        order = from_below(parents)
        taken = shown(parents, self.respondents, threshold)
        answered = shown(parents, self.respondents, ANSWERS * threshold) & taken
        under = dict.fromkeys(order, 0)
        for unit in order:
            under[unit] += self.respondents[unit]
            if (above := parents[unit]) in under and above is not None:
                under[above] += under[unit]
        found = Outcome({unit: UnitResult(under[unit], [None] * len(self.questions)) for unit in taken})
        for number, question in enumerate(self.questions):
            if question.kind == "text":
                found.texts += self._shown_texts(parents, number, answered, ANSWERS * threshold)
                continue
            spoke = {unit: self.respondents[unit] - self.votes(unit, number)[-1] for unit in order}
            kept = shown(parents, spoke, ANSWERS * threshold) & answered
            for unit, table in self._tables(parents, order, number, kept).items():
                found.units[unit].tables[number] = table
        return found

    def _tables(self, parents: Parents, order: Sequence[str], number: int, kept: set[str]) -> dict[str, Table]:
        """Rounded in each remainder, then added up from below."""
        home = homes(parents, kept)
        several = self.questions[number].kind == "several"
        width = self.questions[number].choices + 1
        sums: dict[str, list[int]] = {unit: [0] * width for unit in kept}
        people: Counter[str] = Counter()
        for unit in order:
            at = home[unit]
            if at is not None and self.respondents[unit]:
                people[at] += self.respondents[unit]
                sums[at] = [a + b for a, b in zip(sums[at], self.votes(unit, number), strict=True)]
        owed = [start(2) for _ in range(width)] if several else [start(width)]
        for unit in order:
            if unit not in kept:
                continue
            if several:  # each option, and silence, against the rest: they do not add up to anything together
                sums[unit] = [
                    rounded([votes, people[unit] - votes], owes)[0] for votes, owes in zip(sums[unit], owed, strict=True)
                ]
            else:
                sums[unit] = rounded(sums[unit], owed[0])
        for unit in order:
            above = home.get(parents[unit] or "")
            if unit in kept and above is not None:
                sums[above] = [a + b for a, b in zip(sums[above], sums[unit], strict=True)]
        return {unit: Table(tuple(votes[:-1]), votes[-1]) for unit, votes in sums.items()}

    def _shown_texts(self, parents: Parents, number: int, answered: set[str], least: int) -> list[tuple[str, int, str]]:
        mine = [(unit, text) for unit, asked, text in self._texts if asked == number]
        home = homes(parents, shown(parents, Counter(unit for unit, _ in mine), max(TEXTS, least)) & answered)
        return [(at, number, text) for unit, text in mine if (at := home.get(unit)) is not None]
