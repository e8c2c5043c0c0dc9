"""Which results of a poll may be shown: so that nobody can subtract their way to a few people.

Published are tables of unit × one question on the tree of units, and how many took part in a unit. Units lie in each other
or apart, so whatever unions and differences of published units can single out consists of *remainders*: the respondents of
a published unit who are in no published unit below it. Where each remainder is empty or at least `least` people, every
group that anybody can compute is so, too. That is the one rule here. It has two consequences that need no code:

* Fewer published units only merge remainders. One pattern is therefore chosen for the whole tree when a round is counted,
  and whoever is shown parts of it, in whatever order (officers first, members later), sees parts of one safe whole.
* The choice depends on how many answered and never on what they answered; a unit withheld for its own sake and one
  withheld for its neighbour's give the same reason. Otherwise the withholding itself would tell.

The rule, and withholding the next smallest unit where a remainder is too small, is complementary cell suppression for nested
tables (Hundepool et al., Statistical Disclosure Control, 2012, chapter 4). What is done about options with one or two votes
is in models.anonymity.rounding.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

Parents = Mapping[str, str | None]
"""Every unit of the tree, by id, with the id of the unit above it; those whose parent is not among them are the tops."""


class Withheld(StrEnum):
    """Why something is not shown."""

    NOT_YET = "not_yet"
    """The round is not counted yet."""
    FEW = "few"
    """Fewer than the threshold took part here, or in a unit beside it whose answers could be found by subtraction."""
    FEW_ANSWERS = "few_answers"
    """The same for the answers to a question, which need more (models.anonymity.counts.enough): below, hardly any table is
    without an option of one or two votes and without everybody on one side (of 5 respondents: none), and rounding would
    leave nothing of it."""
    TWICE = "twice"
    """Of people of whom an earlier poll of the year has nearly all: what sets the others apart could be found by
    subtraction."""
    OPEN = "open"
    """Anybody could vote: only the whole is shown, and from a number of verified voters on."""
    CHANGED = "changed"
    """Not compared with an earlier round: some people have come or gone, too few to hide among."""
    NO_EARLIER = "no_earlier"
    """Not compared with an earlier round: there is none, or it shows nothing of this unit."""


def shown(parents: Parents, respondents: Mapping[str, int], least: int) -> set[str]:
    """The units that may be published. `respondents`: how many belong to each unit itself, not to one below it."""
    order = from_below(parents)
    total = {unit: respondents.get(unit, 0) for unit in order}
    rest = dict(total)
    kept: set[str] = set()
    below: dict[str | None, list[str]] = defaultdict(list)

    def withhold(unit: str) -> int:
        """Takes a published unit back, and units below it until there are people in its remainder; returns how many."""
        kept.discard(unit)
        if not rest[unit]:
            rest[unit] = withhold_smallest(below[unit])
        return rest[unit]

    def withhold_smallest(units: list[str]) -> int:
        smallest = min(units, key=lambda unit: (total[unit], unit))
        units.remove(smallest)
        return withhold(smallest)

    for unit in order:
        above = parents[unit]
        if total[unit] >= least:
            if 0 < rest[unit] < least:
                # There is one: with everything below withheld, the remainder would be the total.
                rest[unit] += withhold_smallest(below[unit])
            kept.add(unit)
            below[above].append(unit)
        elif above in rest:
            rest[above] += rest[unit]
        if above in total:
            total[above] += total[unit]
    return kept


def from_below(parents: Parents) -> list[str]:
    """Every unit, those below before those above, and all that is below a unit in one piece right before it."""
    children: dict[str | None, list[str]] = defaultdict(list)
    for unit, above in parents.items():
        children[above if above in parents else None].append(unit)
    found: list[str] = []
    edge = children[None]
    while edge:
        found.append(unit := edge.pop())
        edge += children.get(unit, ())
    return found[::-1]


def homes(parents: Parents, kept: set[str]) -> dict[str, str | None]:
    """For each unit, the published unit in whose remainder its own people are; None: in nobody's, what they said is lost."""
    found: dict[str, str | None] = {}
    for unit in reversed(from_below(parents)):
        found[unit] = unit if unit in kept else found.get(parents[unit] or "")
    return found


def comparable(
    before: Parents, after: Parents, streams: Mapping[tuple[str | None, str | None], int], passing: set[str], least: int
) -> set[str]:
    """The units, of those that pass in both rounds, whose two results may be set side by side. `streams`: how many
    could take part in this unit in the earlier and in that one in the later round; None: in no unit.

    Results of two rounds differ by those who came and those who left. Here each stream of people from one remainder to
    another, or in or out, must be empty or `least`; so are then the streams in and out of any union of units. A unit with a
    thinner stream is not compared by itself, but as part of the one above it.
    """
    kept = passing & before.keys() & after.keys()
    while True:
        old, new = _published_above(before, kept), _published_above(after, kept)
        flows: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
        for (was, now), people in streams.items():
            flows[old.get(was or "", ()), new.get(now or "", ())] += people
        thin = {unit for (was, now), people in flows.items() if 0 < people < least for unit in {*was} ^ {*now}}
        if not thin:
            return kept
        # Those below first: what they merge into may be fine once it has them.
        kept -= thin - {up for unit in thin for up in _above(after, unit)}


Homes = tuple[str | None, ...]
"""The units somebody belonged to in some rounds; None: they could not vote in it."""


def apart(
    before: Sequence[tuple[Parents, set[str]]],
    after: Parents,
    passing: set[str],
    streams: Mapping[tuple[Homes, str | None], int],
    least: int,
) -> set[str]:
    """The units, of those that pass in a round, that can be shown beside what earlier polls show (`before`: their trees, and
    what is published of them). `streams`: how many people, by where they belonged in each earlier round, and in this one.

    Whoever subtracts results of several polls gets sums over people with the same memberships: who is in these published
    units of the first poll, in those of the second, and in these of this one. Each such group is to be empty or `least`,
    unless it is one already in the earlier polls by themselves, or in this one by itself (`shown`). Where it is not, units
    of this round are withheld from below until it is hidden in another; what is published already cannot be."""
    kept = set(passing)
    earlier = [_published_above(parents, published) for parents, published in before]
    nowhere: frozenset[str] = frozenset()
    while True:
        now = _published_above(after, kept)
        groups: Counter[tuple[tuple[frozenset[str], ...], frozenset[str]]] = Counter()
        for (homes_then, home), people in streams.items():
            was = tuple(frozenset(old.get(at or "", ())) for old, at in zip(earlier, homes_then, strict=True))
            groups[was, frozenset(now.get(home or "", ()))] += people
        groups[(nowhere,) * len(earlier), nowhere] += least  # everybody who was never asked
        same_past: dict[tuple[frozenset[str], ...], set[frozenset[str]]] = defaultdict(set)
        same_now: Counter[frozenset[str]] = Counter()
        for was, shown_in in groups:
            same_past[was].add(shown_in)
            same_now[shown_in] += 1
        thin = {
            was
            for (was, shown_in), people in groups.items()
            if 0 < people < least and len(same_past[was]) > 1 and same_now[shown_in] > 1
        }
        to_go = {unit for was in thin for shown_in in same_past[was] for unit in shown_in}
        if not to_go:
            return kept
        kept -= to_go - {up for unit in to_go for up in _above(after, unit)}


def held_up(parents: Parents, people: Mapping[str, int], least: int) -> dict[str, str | None]:
    """Where newcomers count: for each unit with some, the nearest unit at or above it in which, with those from below who
    are too few there, they are `least`; None where they are nowhere."""
    children: dict[str, list[str]] = defaultdict(list)
    found: dict[str, str | None] = {}
    for unit in from_below(parents):
        here = children.pop(unit, [])
        here += [unit] if unit in people else []
        if not here:
            continue
        if sum(people[one] for one in here) >= least:
            found |= dict.fromkeys(here, unit)
        elif (above := parents[unit]) in parents and above is not None:
            children[above] += here
        else:
            found |= dict.fromkeys(here, None)
    return found


def _published_above(parents: Parents, kept: set[str]) -> dict[str, tuple[str, ...]]:
    """For each unit, all published ones that count its people. More than its home: units move, with whoever is in them."""
    found: dict[str, tuple[str, ...]] = {}
    for unit in reversed(from_below(parents)):
        above = found.get(parents[unit] or "", ())
        found[unit] = (unit, *above) if unit in kept else above
    return found


def _above(parents: Parents, unit: str) -> Iterable[str]:
    up = parents[unit]
    while up in parents:
        assert up is not None
        yield up
        up = parents[up]
