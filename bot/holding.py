"""A lease as a process holds it: taken once, renewed when two thirds are over, given up at a clean stop."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.writer import Writer
from models import lease
from models.database import Session
from models.ids import new_id

RENEW_BEFORE = lease.HELD / 3


class Holding:
    """This process's claim to `name`: a line to send on, or the tick."""

    def __init__(self, name: str, writer: Writer, clock: Clock) -> None:
        self._name = name
        self._writer = writer
        self._clock = clock
        self._holder = new_id()
        self._until: datetime | None = None
        self._taking: asyncio.Future[tuple[int, datetime] | None] | None = None
        self._asking = asyncio.Lock()
        self.fence = 0

    async def hold(self) -> bool:
        """Whether the lease is ours, asking the database only when it is not or soon will not be."""
        async with self._asking:
            now = self._clock.now()
            if self.lasts(RENEW_BEFORE):
                return True

            def take(session: Session) -> tuple[int, datetime] | None:
                row = lease.hold(session, self._name, self._holder, now)
                return (row.fence, row.until) if row else None

            self._taking = asyncio.ensure_future(self._writer.write(take))
            held = await asyncio.shield(self._taking)
            self.fence, self._until = held or (self.fence, None)
            return held is not None

    def lasts(self, time: timedelta) -> bool:
        """Whether the lease is ours for at least so long, as far as this process knows."""
        return self._until is not None and self._clock.now() + time <= self._until

    async def release(self) -> None:
        """Asks the database also when nothing is held as far as we know: a stop may have cut `hold` off."""
        async with self._asking:
            if self._taking is not None:
                await asyncio.gather(self._taking, return_exceptions=True)
            self._until = None
            await self._writer.write(lambda s: lease.release(s, self._name, self._holder, self._clock.now()))
