"""Whether something spins, told by its pauses and not by a clock, which runs as it likes on a busy machine."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.channels.retry import Backoff


@dataclass(frozen=True)
class Counted(Backoff):
    """Short pauses; `taken` has one entry for each."""

    first: float = 0.001
    most: float = 0.004
    jitter: float = 0
    taken: list[int] = field(default_factory=list)

    def delay(self, attempt: int) -> float:
        self.taken.append(attempt)
        # Not super(): a dataclass with slots has made its class anew.
        return Backoff.delay(self, attempt)
