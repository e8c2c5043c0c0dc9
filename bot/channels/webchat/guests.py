"""What strangers may cost: seats, turns and minutes, by address and in all. Members have none of these limits.

Whoever finds the page is a guest until they join. Joining takes about eight turns, each with a confirmation that is a turn
too, so a canteen in which 300 people join within the hour fits one address; a flood does not fit, however many pages it
opens:

* seats: SEATS_HERE by address, SEATS in all, of the line's 5,000. Nobody is refused one: the guest who has been silent
  longest gives way, so that holding seats keeps nobody out. Who says nothing for SILENT seconds gives theirs back.
* turns: a quick budget and one of the day, for the session, the address and all guests (see `Turns`). A page beyond it is
  not read for a moment and then told `slow`, and offers the same again later; nothing of it is lost. In all 8 a second: a
  turn takes a few milliseconds of the one writer that members need too.
* rows: at most a day's turns times 1.5 KB, 250 MB on the first day of a flood from everywhere and 130 MB a day after it,
  swept after 3 days; from one address 15 MB. Their mailboxes have bounds of their own (models.messages.mailbox).

Where addresses are not known (bot.visitors) only the session's and the common budgets hold. A flood from very many addresses
can make joining slow while it lasts; who has joined notices nothing of it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

SEATS_HERE = 60
SEATS = 1000
LOBBY = 500
"""Sockets that have not said who they are: at most so many, and the oldest gives way. A page says it within a round trip."""
SILENT = 600.0
HELD = 5.0
"""So long a page beyond its budget is not read before it is told so, and a guest without a seat waits for one."""
_REMEMBERED = 20_000

Seat = TypeVar("Seat")


@dataclass(frozen=True, slots=True)
class Allowed:
    """`burst` at once, and `rate` a second after that."""

    burst: float
    rate: float


@dataclass(frozen=True, slots=True)
class Turns:
    """A person types and taps; a page that confirms is a turn, too. A day's budget of an address is 6,000 turns, of all
    guests 100,000 on the first day and 86,400 on those after it."""

    session: tuple[Allowed, ...] = (Allowed(40, 1),)
    address: tuple[Allowed, ...] = (Allowed(120, 4), Allowed(6_000, 6_000 / 86_400))
    everybody: tuple[Allowed, ...] = (Allowed(60, 8), Allowed(100_000, 1))


TURNS = Turns()


class Bucket:
    """What is left of one allowance at a moment."""

    __slots__ = ("_allowed", "_left", "_since")

    def __init__(self, allowed: Allowed, now: float) -> None:
        self._allowed, self._left, self._since = allowed, allowed.burst, now

    def wait(self, now: float) -> float:
        """Seconds until one may be taken; 0 for now."""
        self._left = min(self._allowed.burst, self._left + (now - self._since) * self._allowed.rate)
        self._since = now
        return 0.0 if self._left >= 1 else (1 - self._left) / self._allowed.rate

    def take(self) -> None:
        self._left -= 1


class Guests(Generic[Seat]):
    """The budgets of one process. `now` is a steady number of seconds."""

    def __init__(self, turns: Turns, *, seats: int = SEATS, seats_here: int = SEATS_HERE, silent: float = SILENT) -> None:
        self._turns = turns
        self._seats_in_all, self._seats_here, self._silent = seats, seats_here, silent
        self._seats: OrderedDict[Seat, tuple[str, float]] = OrderedDict()
        """Each with its address and when it last did something, the longest silent first."""
        self._buckets: OrderedDict[str, tuple[Bucket, ...]] = OrderedDict()
        self._everybody: tuple[Bucket, ...] | None = None

    def __len__(self) -> int:
        return len(self._seats)

    def has_room(self, address: str) -> bool:
        """Whether a guest from there can sit down without anybody giving way."""
        return len(self._seats) < self._seats_in_all and len(self._here(address)) < self._seats_here

    def sit(self, seat: Seat, address: str, now: float) -> Seat | None:
        """Gives a guest a seat; returns whose it was, where there was none free."""
        here = self._here(address)
        gives_way = here[0] if len(here) >= self._seats_here else None
        if gives_way is None and len(self._seats) >= self._seats_in_all:
            gives_way = next(iter(self._seats))
        if gives_way is not None:
            self.leave(gives_way)
        self._seats[seat] = (address, now)
        return gives_way

    def _here(self, address: str) -> list[Seat]:
        """The guests from one address, the longest silent first; none where addresses are not known."""
        return [other for other, (from_where, _) in self._seats.items() if address and from_where == address]

    def leave(self, seat: Seat) -> None:
        self._seats.pop(seat, None)

    def longest_silent(self) -> Seat | None:
        return next(iter(self._seats), None)

    def silent(self, now: float) -> list[Seat]:
        """Those who have said nothing for too long; their seats are free."""
        found = []
        for seat, (_, since) in self._seats.items():
            if now - since < self._silent:
                break
            found.append(seat)
        for seat in found:
            self.leave(seat)
        return found

    def turn(self, seat: Seat, session: str, address: str, now: float) -> float:
        """Takes a turn and returns 0, or takes none and returns the seconds until there may be one."""
        if self._everybody is None:
            self._everybody = tuple(Bucket(allowed, now) for allowed in self._turns.everybody)
        buckets = [*self._of(f"session {session}", self._turns.session, now), *self._everybody]
        if address:
            buckets += self._of(f"address {address}", self._turns.address, now)
        if wait := max(bucket.wait(now) for bucket in buckets):
            return wait
        for bucket in buckets:
            bucket.take()
        if seat in self._seats:
            self._seats[seat] = (address, now)
            self._seats.move_to_end(seat)
        return 0.0

    def _of(self, name: str, allowed: tuple[Allowed, ...], now: float) -> tuple[Bucket, ...]:
        found = self._buckets.get(name)
        if found is None:
            found = self._buckets[name] = tuple(Bucket(one, now) for one in allowed)
            if len(self._buckets) > _REMEMBERED:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(name)
        return found
