"""The tick: asks the database what is due, and does it. APScheduler only ticks; it stores nothing.

One process ticks at a time (a lease), and every step is safe to repeat. What a step may share a transaction with is a matter
of anonymity: see models.anonymity.intake.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import Gauge

from bot.clock import Clock
from bot.lease import Holding
from bot.ticking.broadcasts import Casts
from bot.ticking.night import Night
from bot.ticking.polls import Rounds
from bot.writer import Writer
from handlers.chat.doors import USUAL, Pace, Step
from handlers.front import posting
from handlers.front.capabilities import STEPS
from models import tidying
from models.anonymity import intake, moments, told
from models.anonymity.events import Event
from models.messages import chats, unopened
from models.store.database import Session

log = structlog.get_logger()

HEARTBEAT = Gauge("haichieu_tick_heartbeat_seconds", "When the last tick ended, Unix time")
TIDY_EVERY = timedelta(minutes=1)
STEP_EVERY = timedelta(seconds=20)
"""What is due is acted on within a minute, with this and the time it takes."""


class Ticker:
    """Ticks every second, and at once when a turn left something due."""

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        nudge: Callable[[], None],
        pace: Pace = USUAL,
        casts: Casts | None = None,
        night: Night | None = None,
    ) -> None:
        self._writer = writer
        self._casts = casts
        self._night = night
        self._rounds = Rounds(writer)
        self._clock = clock
        self._nudge = nudge
        self._pace = pace
        self._held = Holding("tick", writer, clock)
        self._ticking = asyncio.Lock()
        self._soon: asyncio.Task[None] | None = None
        self._tidied: datetime | None = None
        self._stepped: datetime | None = None
        self._done: set[str] = set()
        self._nights: datetime | None = None
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self.last: datetime | None = None

    def start(self) -> None:
        self._scheduler.add_job(self._safely, "interval", seconds=1, coalesce=True, max_instances=1)
        self._scheduler.start()

    def soon(self) -> None:
        """Ticks now, unless a tick that has not begun yet will do."""
        if self._scheduler.running and (self._soon is None or self._soon.done()):
            self._soon = asyncio.get_running_loop().create_task(self._safely())

    async def stop(self) -> None:
        async with self._ticking:  # let a tick under way come to its end
            if self._scheduler.running:
                self._scheduler.shutdown(wait=False)
            if self._soon is not None:
                self._soon.cancel()
        await self._held.release()

    async def _safely(self) -> None:
        try:
            await self.tick()
        except Exception as error:  # the next tick tries again; the heartbeat shows that this one did not end
            log.error("tick failed", exc_info=error)

    async def tick(self) -> None:
        """Does everything that is due now, once."""
        async with self._ticking:
            now = self._clock.now().replace(microsecond=0)  # fractions would travel from a chat to a case
            if not await self._held.hold():
                return
            worked = await self._post(now) + await self._tonight(now) + await self._steps(now)
            worked += await self._rounds.step(now)
            if self._casts is not None:
                worked += await self._casts.step(now)
            if self._tidied is None or now - self._tidied >= TIDY_EVERY:
                await self._writer.read(intake.look_again)
                await self._writer.write(partial(tidying.tidy, now=now))
                self._tidied, worked = now, worked + 1
            if worked:
                self._nudge()
            self.last = now
            HEARTBEAT.set(now.timestamp())

    async def _post(self, now: datetime) -> int:
        due = await self._writer.read(lambda session: intake.due(session, now, self._done))
        ballots = [event for event in due if event.kind == "ballot"]
        boxed = await self._rounds.box(ballots, now)
        if boxed:  # in another transaction than their box, which would else say whose it holds to whoever has the keys
            await self._writer.write(lambda session: told.note(session, boxed, now.date()))
        posted = [event.entry_id for event in due if event.kind != "ballot" and await self._step(event, now)]
        self._done.update(boxed, posted)
        return len(boxed) + len(posted)

    async def _tonight(self, now: datetime) -> int:
        """Once a night, after what waited for it: officers' numbers are counted; old rows go, all of a day together."""
        if self._nights == (night := moments.last_night(now)):
            return 0
        if self._night is not None:
            await self._night.count(now, night)
        today = now.date()
        self._done -= await self._writer.write(lambda session: intake.forget_old(session, today, self._done))
        await self._writer.write(lambda session: chats.forget_old(session, today))
        await self._writer.write(unopened.forget_unclaimed)
        self._nights = night
        return 1

    async def _steps(self, now: datetime) -> int:
        """What the capabilities owe by the clock (handlers.chat.doors.Step), and again while there is more."""
        if self._stepped is not None and now - self._stepped < STEP_EVERY:
            return 0
        done = 0
        # Most of the time nothing is due of any: one session for all then.
        if await self._writer.read(lambda session: any(step.due(session, now, self._pace) for step in STEPS)):
            for step in STEPS:
                done += await self._take(step, now)
        self._stepped = None if done else now
        return done

    async def _take(self, step: Step, now: datetime) -> int:
        """Each thing in a transaction of its own. One that fails stays due; the rest go on: a case that nobody can make
        sense of must not hold up the others."""
        due = await self._writer.read(lambda session: step.due(session, now, self._pace))
        done = 0
        for thing in due:
            try:
                await self._writer.write(partial(self._do, step, thing, now))
            except Exception as error:
                log.error("step not taken", exc_info=error)
            else:
                done += 1
        return done

    def _do(self, step: Step, thing: object, now: datetime, session: Session) -> None:
        step.do(session, thing, now, self._pace)

    async def _step(self, event: Event, now: datetime) -> bool:
        """One event in a transaction of its own. One that fails stays due and is tried at the next tick; the rest go on."""
        try:
            await self._writer.write(lambda session: posting.post(session, event, now, self._pace))
        except Exception as error:
            log.error("event not posted", exc_info=error)
            return False
        return True
