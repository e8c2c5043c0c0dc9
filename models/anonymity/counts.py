"""Which counts of a ledger an officer may see: never so few people that one could be told from the others.

Counts say how many had it, read it, have no phone with us, stopped the line; of one person none of that is anybody's
business. So nothing is said of fewer than `k` people, small counts go together until they are `k`, and a count that holds
everybody of a small audience is withheld as well. What a chat's state is does not change with a tick of “told in person”
(models.broadcasts.ledger).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Group = tuple[str, ...]
"""States that are counted together."""


@dataclass(frozen=True, slots=True)
class Reach:
    """`total` is always known: the officer chose the audience. `groups` sum to it, or are empty where nothing may be
    said."""

    total: int
    groups: Mapping[Group, int]


def shown(counts: Mapping[str, int], k: int) -> Reach:
    """The counts as they may be seen. Groups are never smaller than `k`; the smallest are joined until they are not."""
    total = sum(counts.values())
    groups: list[tuple[Group, int]] = sorted(
        (((state,), count) for state, count in counts.items() if count), key=lambda pair: (pair[1], pair[0])
    )
    if total < k or (len(groups) == 1 and total < 2 * k):
        return Reach(total, {})
    while len(groups) > 1 and groups[0][1] < k:
        (first, few), (second, more), *rest = groups
        joined: Group = tuple(sorted((*first, *second)))
        groups = sorted([*rest, (joined, few + more)], key=lambda pair: (pair[1], pair[0]))
    if len(groups) == 1 and len(groups[0][0]) > 1:
        return Reach(total, {})
    return Reach(total, dict(groups))


def about(count: int, k: int) -> int:
    """A count rounded to `k`s, for a preview: exact ones of two audiences that differ by one person would tell of that
    one."""
    return round(count / k) * k
