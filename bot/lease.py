"""A lease as a process holds it: taken once, renewed when two thirds are over, given up at a clean stop.

A process that was killed gives nothing up, and on SQLite, where the next one starts on the same machine, the system knows
that it is dead: it takes over at once, and replies need not wait for a minute. On PostgreSQL the lease runs out.
"""

from __future__ import annotations

import asyncio
import os
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import Clock
from bot.writer import Writer
from models.messages import leases
from models.store.database import Database, Session
from models.store.ids import new_id

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
try:
    import msvcrt
except ImportError:  # every other system
    msvcrt = None  # type: ignore[assignment]

RENEW_BEFORE = leases.HELD / 3


def _take(descriptor: int) -> bool:
    """Locks the file, unless somebody holds it."""
    try:
        if fcntl is not None:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except (BlockingIOError, PermissionError):  # as the two systems say it
        return False
    return True


class Alive:
    """A file beside the database that its holder keeps locked: the system lets go of it when the process ends, however it
    ends, and not while it is only stopped. Named after the holder, so that nobody is taken for another."""

    def __init__(self, database: Database, holder: str) -> None:
        path = database.url.database if database.is_sqlite and (fcntl or msvcrt) else None
        self._beside = Path(path) if path and path != ":memory:" else None
        self._holder = holder
        self._locked: int | None = None

    def _file(self, holder: str) -> Path | None:
        return self._beside and self._beside.with_name(f"{self._beside.name}-{holder}")

    def show(self) -> None:
        """From now on others can see that this holder lives; call it before the lease carries its name."""
        if self._locked is None and (path := self._file(self._holder)) is not None:
            self._locked = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            _take(self._locked)

    def hide(self) -> None:
        if self._locked is not None and (path := self._file(self._holder)) is not None:
            os.close(self._locked)  # first: Windows keeps what is open
            self._locked = None
            path.unlink(missing_ok=True)

    def is_gone(self, holder: str) -> bool:
        """Whether it certainly is. Where there is no such file, nobody knows."""
        if (path := self._file(holder)) is None:
            return False
        try:
            found = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            free = _take(found)
        finally:
            os.close(found)
        if free:
            path.unlink(missing_ok=True)
        return free


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
        self._alive = Alive(writer.database, self._holder)
        self._inherits = False
        self.fence = 0

    @property
    def tenure(self) -> leases.Tenure:
        return leases.Tenure(self._name, self.fence)

    def inherits(self) -> bool:
        """Asked once: whether the lease was taken from a process that has died, so that nothing it held will be answered."""
        inherits, self._inherits = self._inherits, False
        return inherits

    def _is_gone(self, holder: str) -> bool:
        self._inherits = self._alive.is_gone(holder)
        return self._inherits

    async def hold(self) -> bool:
        """Whether the lease is ours, asking the database only when it is not or soon will not be."""
        async with self._asking:
            now = self._clock.now()
            if self.lasts(RENEW_BEFORE):
                return True

            def take(session: Session) -> tuple[int, datetime] | None:
                self._alive.show()
                row = leases.hold(session, self._name, self._holder, now, self._is_gone)
                return (row.fence, row.until) if row else None

            self._taking = asyncio.ensure_future(self._writer.write(take, grouped=True))
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
            await self._writer.write(lambda s: leases.release(s, self._name, self._holder, self._clock.now()), grouped=True)
            self._alive.hide()
