"""Somebody who knows the tree, the roll and everything published, and does arithmetic. Shares no code with models/.

People are numbered; a published unit is the set of its respondents as bits of an integer, which makes every union and every
difference one operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

MOST = 6000


def respondents_under(parents: Mapping[str, str | None], homes: Sequence[str], unit: str) -> int:
    """Whoever answered in this unit or below it."""
    bits = 0
    for number, home in enumerate(homes):
        up: str | None = home
        while up is not None and up != unit:
            up = parents.get(up)
        bits |= (up == unit) << number
    return bits


def every_group(published: Iterable[int]) -> set[int]:
    """All that unions and differences of what is published come to; up to MOST, the smallest always among them."""
    given = set(published)
    found, edge = set(given), list(given)
    while edge and len(found) < MOST:
        one = edge.pop()
        for other in given:
            for new in (one | other, one & ~other, other & ~one):
                if new and new not in found:
                    found.add(new)
                    edge.append(new)
    return found


def smallest(published: Iterable[int]) -> int:
    """The number of people in the smallest group; 0 when there is none."""
    return min((group.bit_count() for group in every_group(published) if group), default=0)


def solved(equations: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[tuple[list[Fraction], list[Fraction]]]:
    """Gauss and Jordan: each equation says which own-remainders of units (0 or 1) add up to which numbers of votes. The rows
    that come out are everything that follows from them, as simple as it gets."""
    rows = [([Fraction(x) for x in left], [Fraction(x) for x in right]) for left, right in equations]
    width, pivot = len(rows[0][0]) if rows else 0, 0
    for column in range(width):
        at = next((number for number in range(pivot, len(rows)) if rows[number][0][column]), None)
        if at is None:
            continue
        rows[pivot], rows[at] = rows[at], rows[pivot]
        by = rows[pivot][0][column]
        rows[pivot] = ([x / by for x in rows[pivot][0]], [x / by for x in rows[pivot][1]])
        for number, (left, right) in enumerate(rows):
            if number != pivot and left[column]:
                times = left[column]
                rows[number] = (
                    [x - times * y for x, y in zip(left, rows[pivot][0], strict=True)],
                    [x - times * y for x, y in zip(right, rows[pivot][1], strict=True)],
                )
        pivot += 1
    return rows[:pivot]
