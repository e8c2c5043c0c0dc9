"""Counting: votes by unit and question, and from them the tables that may be shown.

Pure: it knows questions and the tree of units, no database. A unit's own votes are one list of small integers, so that a
province of 10,000 units takes a few megabytes however many vote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.anonymity import counts
from models.anonymity.rounding import rounded, start
from models.anonymity.suppression import Parents, from_below, homes, shown
from models.polls.polls import Answer, Question


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
        """What may be shown, of all the tree at once (see models.anonymity.suppression)."""
        order, enough = from_below(parents), counts.enough(threshold)
        taken = shown(parents, self.respondents, threshold)
        answered = shown(parents, self.respondents, enough) & taken
        under = dict.fromkeys(order, 0)
        for unit in order:
            under[unit] += self.respondents[unit]
            if (above := parents[unit]) in under and above is not None:
                under[above] += under[unit]
        found = Outcome({unit: UnitResult(under[unit], [None] * len(self.questions)) for unit in taken})
        remainders: dict[int, dict[str, list[int]]] = {}
        for number, question in enumerate(self.questions):
            if question.kind == "text":
                found.texts += self._shown_texts(parents, number, answered, counts.texts_from(threshold))
                continue
            spoke = {unit: self.respondents[unit] - self.votes(unit, number)[-1] for unit in order}
            kept = shown(parents, spoke, enough) & answered
            home, asked = homes(parents, kept), None
            if question.when is not None:
                kept &= remainders[question.when[0]].keys()
                home = homes(parents, kept)
                asked = _asked(home, remainders[question.when[0]], question.when[1])
            remainders[number] = self._rounded(order, home, number, asked)
            for unit, votes in _added_up(parents, order, home, remainders[number]).items():
                found.units[unit].tables[number] = Table(tuple(votes[:-1]), votes[-1])
        return found

    def _rounded(
        self, order: Sequence[str], home: Mapping[str, str | None], number: int, asked: Mapping[str, int] | None
    ) -> dict[str, list[int]]:
        """The votes in each remainder, as they may be shown, and last how many were silent. `asked`: for how many people the
        question was, as the table of an earlier one shows it: the two must agree, or their difference would tell."""
        when, several = self.questions[number].when, self.questions[number].kind == "several"
        width = self.questions[number].choices + 1
        votes: dict[str, list[int]] = {unit: [0] * width for unit, at in home.items() if unit == at}
        people: Counter[str] = Counter()
        for unit in order:
            at = home[unit]
            if at is not None and self.respondents[unit]:
                people[at] += self.respondents[unit]
                mine = self.votes(unit, number)
                if when is not None:  # silent are, for now, those who were asked and skipped it
                    mine[-1] -= self.respondents[unit] - self.votes(unit, when[0])[when[1]]
                votes[at] = [a + b for a, b in zip(votes[at], mine, strict=True)]
        owed = [start(2) for _ in range(width)] if several else [start(width)]
        found = {}
        for unit in order:
            if unit not in votes:
                continue
            everybody = people[unit] if asked is None else asked[unit]
            if several:  # each option, and silence, against the rest: together they add up to nothing
                found[unit] = [
                    rounded([least := min(one, everybody), everybody - least], owes)[0]
                    for one, owes in zip(votes[unit], owed, strict=True)
                ]
            else:
                found[unit] = rounded(_fitted(votes[unit], everybody), owed[0])
            found[unit][-1] += people[unit] - everybody
        return found

    def _shown_texts(self, parents: Parents, number: int, answered: set[str], least: int) -> list[tuple[str, int, str]]:
        mine = [(unit, text) for unit, asked, text in self._texts if asked == number]
        home = homes(parents, shown(parents, Counter(unit for unit, _ in mine), least) & answered)
        return [(at, number, text) for unit, text in mine if (at := home.get(unit)) is not None]


def _asked(home: Mapping[str, str | None], earlier: Mapping[str, Sequence[int]], option: int) -> Counter[str]:
    """How many chose this option of an earlier question, as shown, in each remainder of a later one."""
    found: Counter[str] = Counter()
    for unit, votes in earlier.items():
        if (at := home[unit]) is not None:
            found[at] += votes[option]
    return found


def _fitted(votes: Sequence[int], everybody: int) -> list[int]:
    """The same votes for a slightly different number of people: the largest options give or take."""
    found, over = list(votes), sum(votes) - everybody
    for option in sorted(range(len(votes)), key=lambda option: votes[option], reverse=True):
        given = min(over, found[option])
        found[option] -= given
        over -= given
    return found


def _added_up(
    parents: Parents, order: Sequence[str], home: Mapping[str, str | None], remainders: Mapping[str, Sequence[int]]
) -> dict[str, list[int]]:
    """Each published unit with all that is below it."""
    found = {unit: list(votes) for unit, votes in remainders.items()}
    for unit in order:
        above = home.get(parents[unit] or "")
        if unit in found and above is not None:
            found[above] = [a + b for a, b in zip(found[above], found[unit], strict=True)]
    return found
