"""Options with one or two votes: shown as none or as three, at random, while the total stays.

Rounded is what is left of each smallest published group (a remainder, see models.anonymity.suppression), and everything that
is shown, of any unit, is a sum of these rounded numbers. So subtracting one published table from another gives rounded
numbers again, and because rounding leaves alone what has no option of one or two votes, everything that is shown could be
the exact truth: no arithmetic can prove that an option had one or two votes, or tell whether what looks unanimous is.

It is random rounding to base 3, as Statistics Canada and Stats NZ use it, which remembers what it owes: with the groups of
a unit one after another, what rounding does to an option over all of them stays within three votes and does not grow with
their number. Other options of the same group, the largest first, give or take the difference.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

SMALL = 2
BASE = 3


def start(options: int) -> list[int]:
    """What is owed to each option before the first group: drawn, so that a vote's chance to count three is a third."""
    return [secrets.randbelow(BASE) for _ in range(options)]


def rounded(votes: Sequence[int], owed: list[int]) -> list[int]:
    """The votes of one group that may be shown: the same sum, no option with one or two. Changes what is owed. A group has
    at least three votes, or none."""
    assert sum(votes) == 0 or sum(votes) >= BASE
    found = list(votes)
    for option, count in enumerate(votes):
        if 0 < count <= SMALL:
            owed[option] += count
            found[option] = BASE if owed[option] >= BASE else 0
            owed[option] -= found[option]
    if found != list(votes):
        _settle(found, votes, owed)
    return found


def _settle(found: list[int], votes: Sequence[int], owed: list[int]) -> None:
    """Brings the sum back to what it was."""
    by_size = sorted(range(len(votes)), key=lambda option: (found[option], votes[option]), reverse=True)
    over = sum(found) - sum(votes)
    for option in by_size:
        if over > 0 and votes[option] > SMALL:
            given = min(over, votes[option] - BASE)
            found[option] -= given
            over -= given
    for option in by_size:
        if over > 0 and 0 < votes[option] <= SMALL and found[option]:  # nobody can give so much: not rounded up after all
            found[option] = 0
            owed[option] += BASE
            over -= BASE
    if over < 0:
        found[max(by_size, key=lambda option: (found[option], votes[option]))] -= over
