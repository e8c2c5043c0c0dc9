"""Pauses between questions to a service: short, and counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.channels.retry import Backoff


@dataclass(frozen=True)
class Counted(Backoff):
    """Notes each pause; none is longer than some milliseconds."""

    first: float = 0.001
    most: float = 0.005
    jitter: float = 0.0
    taken: list[float] = field(default_factory=list)

    def delay(self, attempt: int) -> float:
        self.taken.append(super().delay(attempt))
        return self.taken[-1]
