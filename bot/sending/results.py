"""Writing down what became of sent messages, in groups: whatever came in while the last group was being written.

Results of a ledger and of the outbox are written apart (bot.sending.broadcasts says why).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from bot.channels.base import Channel
from bot.clock import Clock
from bot.sending.broadcasts import Ledgers
from bot.sending.month import Allowance
from bot.sending.numbered_lists import Listed
from bot.writer import Writer
from models.broadcasts.ledger_sending import Bulk
from models.messages import sending
from models.messages.outbox import REPLY
from models.messages.sending import Claimed, Ended, Memory, Outcome
from models.people import accounts
from models.people.accounts import Sender
from models.store.database import Session

log = structlog.get_logger()
RETRY_SECONDS = 1.0
GATHER_SECONDS = 0.1
"""So long results of a broadcast wait for others: each commit of its own stood in the way of a reply's. After a crash what
was sent in that time arrives twice."""


def again(row: Claimed, not_before: datetime, *, doubtful: bool = False) -> Outcome:
    """It is tried once more, not before then."""
    reason = sending.DOUBTFUL if doubtful or row.doubtful else ""
    return Outcome(row.message.id, row.fence, row.attempts, "queued", not_before, row.parts_done, reason, row.reference)


def ended(row: Claimed, state: Ended, reason: str = "") -> Outcome:
    """It is over."""
    return Outcome(row.message.id, row.fence, row.attempts, state, None, row.parts_done, reason, row.reference)


def by_chat(rows: Sequence[Claimed]) -> list[list[Claimed]]:
    """What each chat is to be sent, in order."""
    chats: dict[str, list[Claimed]] = {}
    for row in rows:
        chats.setdefault(row.chat, []).append(row)
    return list(chats.values())


class Recorder:
    """Of one line. `at_once` set: results are written as they come, also those of a broadcast."""

    def __init__(
        self, channel: Channel, writer: Writer, clock: Clock, memory: Memory, allowance: Allowance, ledgers: Ledgers
    ) -> None:
        self._line = channel.line
        self._memory = memory
        self._writer = writer
        self._clock = clock
        self._allowance = allowance
        self._ledgers = ledgers
        self._listed = Listed(channel.line, channel.capabilities, writer, clock)
        self._results: list[tuple[Claimed, Outcome]] = []
        self._writing: asyncio.Task[None] | None = None
        self.at_once = asyncio.Event()
        self.at_once.set()

    def note(self, row: Claimed, outcome: Outcome) -> None:
        """Has this written; `settled` says when it was."""
        self._results.append((row, outcome))
        if outcome.state == "sent" and row.lane == REPLY:
            self._memory.stopped.discard(row.chat)  # they are back
        self._listed.note(row, outcome)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def settled(self) -> None:
        if self._writing is not None:
            await self._writing

    async def progressed(self, row: Claimed) -> None:
        """A part of it has gone out."""
        if isinstance(row, Bulk):
            await self._ledgers.progressed(row)
        else:
            await self._writer.write(lambda session: sending.progressed(session, row), grouped=True)

    async def stopped(self, row: Claimed) -> None:
        """The person has stopped the line. Only a ledger's row, which names them, has that written of them: written after an
        answer to a reporter it would say whom that was for. What waits for them is not sent (models.messages.sending)."""
        self._memory.stopped.add(row.chat)
        if isinstance(row, Bulk):
            to = Sender(self._line, row.message.recipient)
            await self._writer.write(lambda session: accounts.set_blocked(session, to, True))

    async def _write(self) -> None:
        while self._results:
            if all(isinstance(row, Bulk) for row, _ in self._results):
                with suppress(TimeoutError):
                    async with asyncio.timeout(GATHER_SECONDS):
                        await self.at_once.wait()
            results, self._results = self._results, []
            try:
                await self._write_group(results)
            except Exception as error:
                log.error("results not recorded", line=self._line, count=len(results), exc_info=error)
                self._results = results + self._results
                await self._clock.sleep(RETRY_SECONDS)

    async def _write_group(self, results: list[tuple[Claimed, Outcome]]) -> None:
        """Again after a failure half-way changes nothing that was written: each result counts once."""
        spent, now = self._allowance.pending, self._clock.now()
        ours = [outcome for row, outcome in results if not isinstance(row, Bulk)]

        def record(session: Session, r: list[Outcome] = ours, n: int = spent, at: datetime = now) -> None:
            sending.record(session, r)
            self._allowance.write(session, n, at)

        # First: a row that is gone while its list is not remembered would leave numbers meaning the list before it.
        for _row, outcome in results:
            await self._listed.remember(outcome)
        if ours or spent:
            await self._writer.write(record, grouped=True)
            self._allowance.settle(spent)
            for outcome in ours:
                if outcome.state != "queued":
                    self._memory.forget(outcome.id)
        await self._ledgers.record([(row, outcome) for row, outcome in results if isinstance(row, Bulk)])
        for row, outcome in results:
            if row.letter.watched and outcome.state == "sent":
                await self._ledgers.shown(row.letter.watched, row.letter.account_id, outcome.reference)
