"""Trying again: pauses that grow, and an event offered until it is taken."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses in seconds: `first`, doubling up to `most`, each made up to `jitter` (a share) longer."""

    first: float = 1.0
    most: float = 30.0
    jitter: float = 0.25

    def delay(self, attempt: int) -> float:
        """The pause after the `attempt`-th failure in a row, counted from 1."""
        pause = min(self.most, self.first * 2.0 ** min(attempt - 1, 30))
        return pause * (1 + self.jitter * random.random())


ASKING = Backoff()
OFFERING = Backoff(first=0.1, most=10.0)
"""Between offers of one event: short at first, since the whole line waits until the third failure sets it
aside."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """How a line is asked for what arrives: the pauses between questions that fail (`asking`) and between offers of one
    event (`offering`), and how many seconds what is under way has to end when asking is stopped (`grace`)."""

    asking: Backoff = ASKING
    offering: Backoff = OFFERING
    grace: float = 5.0


PAUSES = Pauses()


async def until_taken(take: Callable[[], Awaitable[None]], line: str, backoff: Backoff) -> None:
    """Calls `take` until it does not raise. The dispatcher sets a failing turn aside at the third offer; while the database
    is away there is nothing to do but to go on asking."""
    attempt = 0
    while True:
        try:
            await take()
        except Exception as error:
            attempt += 1
            log.warning("an event is offered again", line=line, error=type(error).__name__, attempt=attempt)
            await asyncio.sleep(backoff.delay(attempt))
        else:
            return
