"""Sends what the database says is due: claim, send, record. One `Outbox` serves one line.

Each lane has a claimer of its own, so that a reply is claimed while a hundred bulk messages are under way; the pacer then
gives it the next token. Nothing is lost: a row leaves the table only after the service accepted it. The bound is one extra
copy per cut answer or crash that hit it, because none of these services lets a sender repeat itself safely.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from prometheus_client import Counter

from bot.channels.base import (
    Blocked,
    Channel,
    Rejected,
    SendError,
    Throttled,
    Uncertain,
    Unreachable,
    WindowClosed,
)
from bot.channels.standing import Standing
from bot.channels.text import fit
from bot.clock import Clock
from bot.sending.means import Means
from bot.sending.month import Allowance
from bot.sending.outage import Outage
from bot.sending.results import Recorder, again, by_chat, ended
from bot.writer import Writer
from models.broadcasts.ledger_sending import Bulk
from models.messages import sending
from models.messages.message import Outgoing
from models.messages.outbox import BULK, LANES, NOTICE, REPLY
from models.messages.sending import Claimed, Memory, Outcome
from models.store.database import Session

log = structlog.get_logger()

OUTBOUND = Counter("haichieu_outbound_total", "Send attempts, by line, lane and outcome", ["line", "lane", "state"])

BATCH = 100
AHEAD_SECONDS = 2
"""So much of a broadcast is claimed ahead, at the line's own rate: what is claimed and not sent is in doubt after a crash,
and where each place that became free were a claim, there would be one for each message."""
MOST_AHEAD = 400
IDLE_SECONDS = 1.0
RETRY_SECONDS = (1, 5, 15, 60, 300)
"""Pauses before another try of one message, on a line that works; the last one is repeated for as long as it takes."""
GRACE_SECONDS = 5.0
"""How long a stop waits for the answers to what was written already; what is unanswered then may arrive twice."""


class UnderWay:
    """How many chats of one lane are being sent to."""

    def __init__(self) -> None:
        self.count = 0
        self._ended = asyncio.Event()

    def begin(self, task: asyncio.Task[int]) -> None:
        self.count += 1
        task.add_done_callback(self._end)

    def _end(self, _task: asyncio.Task[int]) -> None:
        self.count -= 1
        self._ended.set()

    async def fall_to(self, low: int) -> None:
        while self.count > low:
            self._ended.clear()
            await self._ended.wait()


Tell = Callable[[Session, str, Claimed, Outgoing, datetime], None]
"""Given a line, a row and the part of it that was refused for good: tells whoever waits for it."""


class Outbox:
    """The sender of one line. `by_number`: by language, the sentence under a numbered list that says how to choose. `tell`:
    of what is refused for good. `means`: made for the line where none are given."""

    def __init__(
        self,
        channel: Channel,
        writer: Writer,
        clock: Clock,
        by_number: Mapping[str, str] | None = None,
        *,
        tell: Tell | None = None,
        means: Means | None = None,
    ) -> None:
        self._channel, self.line = channel, channel.line
        self._writer = writer
        self._clock = clock
        self._tell = tell
        means = means or Means.of(channel, writer, clock)
        self._held, self._ledgers, self._pacer, self._spare = means.lease, means.ledgers, means.pacer, means.spare
        self._nudged = {lane: asyncio.Event() for lane in LANES}
        self._by_number = by_number or {}
        self._allowance = Allowance(channel.line, channel.capabilities)
        self._outage = Outage(channel.line, channel.probe, clock)
        self._memory = Memory(edits=channel.capabilities.edits)
        self._recorder = Recorder(channel, writer, clock, self._memory, self._allowance, self._ledgers)
        self._under_way: set[asyncio.Task[int]] = set()
        ahead = min(MOST_AHEAD, math.ceil(AHEAD_SECONDS * channel.capabilities.per_second) or MOST_AHEAD)
        self._ahead = {REPLY: (BATCH, BATCH - 1), NOTICE: (BATCH, BATCH - 1), BULK: (ahead, ahead // 2)}
        """By lane: how many may be under way, and from how few on more are claimed. Replies at once."""

    @property
    def sends(self) -> Standing:
        """Whether the service takes what we send."""
        return self._outage.standing

    def nudge(self) -> None:
        """New rows may be waiting: look now rather than at the next second."""
        for event in self._nudged.values():
            event.set()

    async def run(self) -> None:
        """Sends for ever. Cancelled, it waits for the answers to what was written and gives back what was only claimed."""
        self._recorder.at_once.clear()
        try:
            async with asyncio.TaskGroup() as group:
                for lane in LANES:
                    group.create_task(self._run_lane(lane))
                group.create_task(self._run_return())
        finally:
            self._recorder.at_once.set()
            self._pacer.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE_SECONDS):
                    while self._under_way:
                        await asyncio.wait(self._under_way)
            for task in (late := list(self._under_way)):
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run_lane(self, lane: int) -> None:
        under_way = UnderWay()
        while True:
            self._nudged[lane].clear()
            if self._outage.is_down:
                await self._until_nudged(lane)
                continue
            # Shielded: a stop that cut a claim off after its commit would leave its rows to wait for their lease.
            claimed = await asyncio.shield(self._begin(self._claim_chats(lane, under_way)))
            if claimed:
                await under_way.fall_to(self._ahead[lane][1])
            else:
                await self._until_nudged(lane)

    async def _run_return(self) -> None:
        """Brings the line back whenever it is down."""
        while True:
            await self._outage.fell.wait()
            await self._clock.sleep(self._outage.wait())
            if self._outage.is_down:
                await asyncio.shield(self._begin(self._come_back()))

    async def _come_back(self) -> int:
        """Asks the service once and, where it answers, tries one message. Returns how many were tried."""
        if not await self._outage.answers_again():
            return 0
        try:
            if not (trial := await self._first_due()):
                await self._wake(1)
                trial = await self._first_due()
        except Exception as error:  # the database is away; the line stays down
            log.error("claim failed", line=self.line, exc_info=error)
            return 0
        if not trial:
            self._outage.works()  # and there is nothing that could show otherwise
            await self._wake()
        return await self._send_chat(trial, trial=True)

    async def _first_due(self) -> list[Claimed]:
        for lane in LANES:
            if claimed := await self._claim([lane], 1):
                return claimed
        return []

    async def _wake(self, most: int | None = None) -> None:
        """What failed while the line was down does not wait for its own pause."""
        rows = self._outage.woken(most)
        await self._recorder.settled()
        if rows:
            now, bulk = self._clock.now(), [row for row in rows if isinstance(row, Bulk)]
            ours = [row.message.id for row in rows if not isinstance(row, Bulk)]
            try:
                await self._writer.write(lambda session: sending.wake(session, ours, now), grouped=True)
                await self._ledgers.wake(bulk)
            except Exception as error:  # the database is away; they wait out their own pauses
                log.error("what waited was not woken", line=self.line, exc_info=error)
        self.nudge()

    def _begin(self, work: Coroutine[None, None, int]) -> asyncio.Task[int]:
        """Starts what a stop must wait for."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        task.add_done_callback(self._surface)
        return task

    async def _claim_chats(self, lane: int, under_way: UnderWay) -> int:
        """Claims what there is room for and begins to send it; returns how many messages that are."""
        try:
            claimed = await self._claim([lane], self._ahead[lane][0] - under_way.count)
        except Exception as error:  # the database is away; what is claimed keeps its lease
            log.error("claim failed", line=self.line, lane=LANES[lane], exc_info=error)
            return 0
        for chat in by_chat(claimed):
            under_way.begin(self._begin(self._send_chat(chat)))
        return len(claimed)

    def _surface(self, task: asyncio.Task[int]) -> None:
        """A defect in a channel must be seen; its row is tried again when its lease has run out."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("send failed unexpectedly", line=self.line, exc_info=error)

    async def _until_nudged(self, lane: int) -> None:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await self._nudged[lane].wait()
        except TimeoutError:
            return

    async def drain(self, *, once: bool = False) -> int:
        """Sends all that is due now (`once`: what one claim finds while nothing is sent to many, so that no ledger need be
        asked), results written; returns how many were tried."""
        total = 0
        while True:
            if self._outage.is_down:
                if self._outage.wait():
                    return total
                total += await self._come_back()
                await self._recorder.settled()
                continue
            claimed = await self._claim(list(LANES), BATCH, ledgers=not once)
            total += len(claimed)
            await asyncio.gather(*(self._send_chat(chat) for chat in by_chat(claimed)))
            await self._recorder.settled()
            if once or not claimed:
                return total

    async def stop(self) -> None:
        """Records what is known and gives the line up."""
        self._pacer.close()
        await asyncio.gather(self._recorder.settled(), return_exceptions=True)
        await self._held.release()

    async def _claim(self, lanes: Sequence[int], limit: int, *, ledgers: bool = True) -> list[Claimed]:
        """Up to `limit` messages of each of these lanes."""
        if limit <= 0 or not await self._held.hold():
            return []
        if self._held.inherits():
            now, tenure = self._clock.now(), self._held.tenure
            await self._writer.write(lambda session: sending.inherit(session, tenure, now))
            await self._ledgers.inherit(tenure.fence)

        def claim(session: Session) -> list[Claimed]:
            now = self._clock.now()
            self._allowance.read(session, now)
            tenure = self._held.tenure
            return [row for lane in lanes for row in sending.claim(session, tenure, lane, now, limit, self._memory)]

        claimed = await self._writer.write(claim, grouped=True)
        if ledgers and BULK in lanes:
            claimed += await self._ledgers.claim(self._held.tenure.fence, limit - len(claimed))
        return claimed

    async def _send_chat(self, rows: Sequence[Claimed], *, trial: bool = False) -> int:
        """Sends one chat's messages in order; after a failure that will be retried the later ones wait for it. Returns how
        many were tried. `trial`: also on a line that is down."""
        for number, row in enumerate(rows):
            outcome = await self._send(row, trial)
            self._note(row, outcome)
            if not self._outage.is_down and self._outage.waits:
                await self._wake()
            if outcome.state in ("queued", "blocked"):
                for later in rows[number + 1 :]:
                    if outcome.state == "blocked":
                        self._note(later, ended(later, "blocked"))
                    else:
                        self._note(later, again(later, outcome.not_before or self._clock.now()))
                return number + 1
        return len(rows)

    async def _send(self, row: Claimed, trial: bool) -> Outcome:
        if isinstance(row, Bulk) and row.silent:
            return await self._pass_over(row)
        parts = fit(row.message, self._channel.capabilities, self._by_number.get(row.message.language, ""))
        whole = not any(part.text for part in parts[1:])
        refused = ""
        for place, part in enumerate(parts[row.parts_done :]):
            # A turn for each part: the service counts what it is sent, not our rows.
            if not await self._pacer.take(row.lane, "" if row.lane == REPLY else row.chat):
                return again(row, self._clock.now())  # the line is being closed
            began, before = self._clock.steady(), self._outage.acknowledged
            try:
                if self._outage.is_down and not trial:
                    return again(row, self._clock.now())  # nobody's try: it waits with all the others
                # Asked once: the month's end does not tear a message apart.
                if not place and (until := self._allowance.closed_until(row.lane, self._clock.now())) is not None:
                    return again(row, until)
                # Checked before each send: a sender that overslept its lease on the line or on the row stays quiet.
                may = await self._held.hold() and self._held.lasts(self._spare)
                if not may or self._clock.now() + self._spare > row.leased_until:
                    return again(row, self._clock.now())
                with self._allowance.spend(self._clock.now()):
                    reference = await self._channel.send(part)
                self._outage.judged(row)
                known = reference if whole and part is parts[0] else row.reference
                row = replace(row, parts_done=row.parts_done + 1, reference=known, doubtful=False)
                if row.parts_done < len(parts):
                    await self._recorder.progressed(row)
            except Rejected as error:
                await self._refused(row, part, error)
                if part.text or row.parts_done + 1 == len(parts):
                    return ended(row, "rejected", error.reason)
                refused = error.reason  # one attachment: the others may be taken
                row = replace(row, parts_done=row.parts_done + 1)
                await self._recorder.progressed(row)
            except SendError as error:
                if isinstance(error, Unreachable | Uncertain):
                    await self._outage.failed(row, before)
                elif isinstance(error, Throttled):
                    self._outage.works()
                else:
                    self._outage.judged(row)
                return await self._failed(row, error, before)
            finally:
                self._pacer.give_back(began)
        return ended(row, "rejected", refused) if refused else ended(row, "sent")

    async def _refused(self, row: Claimed, part: Outgoing, error: Rejected) -> None:
        """The last way of sending this was refused. Of a broadcast's words the ledger says so; whoever waits for anything
        else is told, before the row ends: a stop in between tells them twice."""
        line, now = self._channel.line, self._clock.now()
        log.error("message rejected", line=line, lane=LANES[row.lane], reason=error.code)
        if self._tell is not None and not row.letter.is_last and (part.media is not None or not isinstance(row, Bulk)):
            tell = self._tell
            await self._writer.write(lambda session: tell(session, line, row, part, now))

    async def _pass_over(self, row: Bulk) -> Outcome:
        """Takes its turn and says nothing: written down at once it would stand apart from those that are sent."""
        if not await self._pacer.take(row.lane):
            return again(row, self._clock.now())
        self._pacer.give_back(self._clock.steady())
        return ended(row, "sent")

    async def _failed(self, row: Claimed, error: SendError, before: int) -> Outcome:
        """`before`: how much the line had acknowledged when the message left."""
        now = self._clock.now()
        pause = timedelta(seconds=RETRY_SECONDS[min(row.attempts, len(RETRY_SECONDS)) - 1])
        if isinstance(error, Throttled) and self._allowance.is_spent(now):
            # Not haste but the month's end: silence for seconds would not help. Hourly, in case the operator buys more.
            return again(row, now + timedelta(hours=1))
        if isinstance(error, Throttled):
            self._pacer.pause(error.after)
            return again(row, now + timedelta(seconds=error.after))
        if isinstance(error, Blocked):
            await self._recorder.stopped(row)
            return ended(row, "blocked")
        if isinstance(error, WindowClosed):
            if isinstance(row, Bulk) and error.until is None:
                return ended(row, "window_closed")  # a notice is not kept for the day on which they may write again
            return again(row, error.until or now + timedelta(hours=1))
        if isinstance(error, Uncertain):
            # A broadcast part of unknown fate is sent once more, then counted as such, where the line works for others
            # (bot.sending.outage); a reply is repeated until answered.
            if self._outage.is_hopeless(row, before) and row.lane == BULK and row.doubtful:
                return ended(row, "uncertain")
            return again(row, now + pause, doubtful=True)
        assert isinstance(error, Unreachable)  # the list in base.py is closed
        return again(row, now + pause)

    def _note(self, row: Claimed, outcome: Outcome) -> None:
        OUTBOUND.labels(self._channel.line, LANES[row.lane], outcome.state).inc()
        self._recorder.note(row, outcome)
