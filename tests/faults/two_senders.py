"""Two processes that send on one line, of which the first oversleeps its lease (SIGSTOP, a suspended machine)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.clock import Clock
from bot.lease import Holding
from bot.sending.means import Means
from bot.sending.outbox import Outbox
from bot.sending.pacing import Pacer
from models.messages.sending import LEASE
from tests.faults.line import LINE, Desk
from tests.waiting import until

OVERSLEPT = [
    # what is taken away → copies: either check alone is enough, without both the double appears
    ((), 1),
    (("line",), 1),
    (("row",), 1),
    (("line", "row"), 2),
]


class Asleep(Pacer):
    """Gives nobody a turn before it is `awake`."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, 0, 0)
        self.reached, self.awake = asyncio.Event(), asyncio.Event()

    async def take(self, lane: int, chat: str = "") -> bool:
        self.reached.set()
        return await self.awake.wait()

    def give_back(self, began: float | None = None) -> None:
        """There are turns for everybody."""


class Trusting(Holding):
    """From when it `trusts`, the line is its own whatever the database says."""

    trusts = False

    async def hold(self) -> bool:
        return self.trusts or await super().hold()

    def lasts(self, time: timedelta) -> bool:
        return self.trusts or super().lasts(time)


class TwoSenders:
    """Claims what is queued at this desk: the first, which sleeps before it sends, then the second. `without`: which of the
    first one's two checks is taken away, of its lease on the line and of that on the row."""

    def __init__(self, at: Desk, without: tuple[str, ...], copies: int) -> None:
        self.at, self.without, self.copies = at, without, copies
        self.pacer, self.lease = Asleep(at.clock), Trusting(LINE, at.writer, at.clock)
        means = replace(Means.of(at.line, at.writer, at.clock), lease=self.lease, pacer=self.pacer)
        if "row" in without:
            means = replace(means, spare=timedelta(days=-1))
        self.first = Outbox(at.line, at.writer, at.clock, means=means)
        self.second = at.another()
        self.answered = asyncio.Event()

    async def first_sleeps(self) -> None:
        """It has claimed, and not only that: the next lane's claim would renew its lease."""
        self.sleeper = asyncio.create_task(self.first.drain())
        await until(self.pacer.reached.is_set)

    async def second_takes_over(self, text: str) -> None:
        """When the lease is over. It has sent this, and its service has not answered yet."""
        await self.at.clock.passes(seconds=LEASE.total_seconds())
        self.at.line.after[text] = self.answered
        self.sender = asyncio.create_task(self.second.drain())
        await until(lambda: self.at.line.delivered)
        self.at.line.after.pop(text)  # the first, if it sends, is answered at once

    async def first_wakes(self) -> None:
        """And does all that it finds to do."""
        self.lease.trusts = "line" in self.without
        self.pacer.awake.set()
        await self.sleeper

    async def second_is_answered(self) -> None:
        self.answered.set()
        await self.sender
