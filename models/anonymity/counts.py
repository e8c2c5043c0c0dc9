"""What a count of people is shown as: the one place that knows from how many on, in which steps, and as of when.

Every number that an officer sees of what people *did* (joined, received, read) is a *floor*: “at least 20”. It moves once a
night (models.anonymity.night_counts), in steps of 2 k, and where its edges lie nobody knows: each is drawn, from the
installation's key, anywhere within a step. So nothing changes with one tap or one newcomer within the day. And over days,
whoever fills a step with accounts of their own, to see by the next step what one more person does, does not know when it is
full: on a way up through one step, whatever they do and look at, the other person's tap is the one that shows with a
probability of 1 in 2 k; on a way down with 1 in k. After each step the edges are drawn anew, so that walking to and fro does
not find them either. (Plain rounding, and an edge that is hidden but stays, are found by such a walk with certainty.)

Numbers that officers know anyway, because the union's own list has them, are said as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

LEAST = 5
"""No poll has a smaller threshold, whatever the settings say: with fewer, colleagues guess."""
TEXTS = 10
"""Free answers are shown from so many on: whose words they are is easier to guess than whose vote."""
QUARTERS, HALVES, WHOLE = 4, 2, 1


def enough(k: int) -> int:
    """From how many people on a number is said, answers are shown, somebody is hidden among those who are left out."""
    return 2 * k


def texts_from(k: int) -> int:
    return max(TEXTS, enough(k))


def open_from(k: int) -> int:
    """From how many verified voters on a poll is shown in which anybody could vote: whoever knows all votes of accounts of
    their own and subtracts them still has the sum of so many."""
    return 6 * k


def step(k: int) -> int:
    return 2 * k


@dataclass(frozen=True, slots=True)
class Series:
    """A kind of count. `first` (times k) is the lowest floor. `falls`: it may become less. What counts something that is
    never undone does not."""

    name: str
    first: int
    falls: bool


OWN = Series("own", 1, True)
"""Workers of this very unit who have joined, each with a slip of their own: from k on cases name the unit."""
UNDER = Series("under", 2, True)
"""The same of the unit and all below it."""
WANT = Series("want", 2, True)
"""Those of them who want notices: whoever answers for the unit sees whom a notice can reach at all."""
GOT = Series("got", 2, False)
"""Who has received a notice."""
READ = Series("read", 2, False)
"""Who has confirmed it."""
SENT = Series("sent", 2, False)
"""Messages of a line in a month."""

Draw = Callable[[str, int], int]
"""A large random number for this way (up or down) into or out of this step, the same each time until a step was made."""


def floor(series: Series, steps: int, k: int) -> int:
    """The people there are at least, `steps` steps up; 0 where nothing is said."""
    return series.first * k + (steps - 1) * step(k) if steps else 0


def steps_to(series: Series, people: int, k: int) -> int:
    """How many steps up this floor is."""
    return (people - series.first * k) // step(k) + 1 if people else 0


def moved(series: Series, steps: int, people: int, k: int, draw: Draw) -> int:
    """How many steps up the count stands after this night. A step up is made somewhere within 2 k people; one down within k
    below that, and always before the floor would be untrue."""
    room = k if series.falls else 0
    up = steps
    while people >= floor(series, up + 1, k) + room + draw("up", up + 1) % step(k):
        up += 1
    if up > steps or not series.falls:
        return up
    while steps and people < floor(series, steps, k) + draw("down", steps) % k:
        steps -= 1
    return steps


def capped(number: int, of: int, k: int) -> int:
    """A floor that does not say of a group of `of` people that hardly anybody is missing."""
    over = max(0, number - (of - enough(k)))
    number -= -(-over // step(k)) * step(k)
    return number if number >= enough(k) else 0


def parts(heads: int, k: int) -> int:
    """In how many parts the way of a message to so many is shown: none of fewer than 2 k people."""
    return next((many for many in (QUARTERS, HALVES) if heads >= many * enough(k)), WHOLE)


@dataclass(frozen=True, slots=True)
class Size:
    """How many people something is for, as it may be said. `exact`: by the union's own list. `least`: so many, of whom the
    list does not know all. `few`: too few are known to say a number. `some`: those of so many whom something fits that they
    told or did; how many, nobody is told."""

    how: Literal["exact", "least", "few", "some"]
    number: int = 0

    def __str__(self) -> str:
        return f"{self.how}:{self.number}"

    @classmethod
    def load(cls, kept: str) -> Size:
        how, _, number = kept.partition(":")
        assert how in ("exact", "least", "few", "some")
        return cls(how, int(number or 0))  # type: ignore[arg-type]
