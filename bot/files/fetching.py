"""Fetches what people sent, after the turn in which it came: downloads, cleans, seals, and says what became of it.

Woken like the outbox, and one process at a time (a lease). A row to fetch (models.files.to_fetch) is never written here:
what is done is known from the attachment's own row, and how often something was tried from memory alone; a restart tries
again. Two things are told apart: a line that cannot be reached now is asked again for six hours; a file that the service
does not have, that is too large, or that turns out to be nothing we keep, is over at once, and the worker is told. Whose
file is next, and how many one person may have here, is queue.py's.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import cast

import structlog
from prometheus_client import Counter

from bot.channels.base import Channel, Gone, SendError, TooLarge
from bot.clock import Clock
from bot.files.cleaning import Clean, Refused
from bot.files.cleaning.apart import clean_apart
from bot.files.queue import Queue
from bot.lease import Holding
from bot.vault import Vault
from bot.writer import Writer
from handlers.files import attachments
from models.files import attachments as attachment_rows
from models.files import to_fetch
from models.files.attachments import LIMITS, Fate
from models.files.to_fetch import Wanted
from models.messages.message import FileKind
from models.people.accounts import Sender
from models.store.database import Session

log = structlog.get_logger()

FETCHED = Counter("haichieu_attachments_total", "Attachments, by line and what became of them", ["line", "state"])

IDLE_SECONDS = 5.0
RETRY_SECONDS = (5, 30, 120, 600, 1800)
TIDY_EVERY = timedelta(minutes=10)
NEVER = datetime.max.replace(tzinfo=UTC)

Cleans = Callable[[bytes, FileKind], Awaitable[Clean]]


class Fetcher:
    """`nudge` wakes the outboxes, for what the worker is told."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        writer: Writer,
        clock: Clock,
        vault: Vault,
        nudge: Callable[[], None],
        cleans: Cleans = clean_apart,
    ) -> None:
        self._channels = channels
        self._writer = writer
        self._clock = clock
        self._vault = vault
        self._nudge = nudge
        self._cleans = cleans
        self._held = Holding("fetch", writer, clock)
        self._nudged = asyncio.Event()
        self._due: dict[str, datetime] = {}
        self._wanted: dict[str, Wanted] = {}
        self._tries: dict[str, int] = {}
        self._queue = Queue()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._tidied: datetime | None = None

    def nudge(self) -> None:
        """New files may be waiting: look now."""
        self._nudged.set()

    async def run(self) -> None:
        """Fetches for ever, and looks again whenever a file came or is done. Cancelled in the middle of a file, it begins
        that file again after the next start."""
        try:
            while True:
                self._nudged.clear()
                try:
                    await self._round()
                except Exception as error:  # the database or the disk is away; the rows wait
                    log.error("fetching failed", exc_info=error)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(IDLE_SECONDS):
                        await self._nudged.wait()
        finally:
            for task in self._under_way.values():
                task.cancel()
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def drain(self) -> int:
        """Fetches all that is due now, and deletes what is over; returns how many files were tried."""
        tried = await self._round()
        while self._under_way:
            await asyncio.wait(self._under_way.values(), return_when=asyncio.FIRST_COMPLETED)
            tried += await self._round()
        return tried

    async def _round(self) -> int:
        """Begins what can be begun, and tidies now and then; returns how many were begun. Raises what went wrong with those
        that are done."""
        for row_id in [row_id for row_id, task in self._under_way.items() if task.done()]:
            self._queue.over(row_id)
            self._under_way.pop(row_id).result()
        if not await self._held.hold():
            return 0
        now = self._clock.now()
        await self._look()
        begun = 0
        while (chosen := self._queue.next(self._waiting(now))) is not None:
            self._under_way[chosen] = task = asyncio.create_task(self._try(chosen))
            task.add_done_callback(lambda _: self._nudged.set())
            begun += 1
        if self._tidied is None or now - self._tidied >= TIDY_EVERY:
            await self._tidy(now)
            self._tidied = now
        return begun

    def _waiting(self, now: datetime) -> Iterator[tuple[str, Sender, FileKind]]:
        """What is due, in the order in which it came."""
        due = [(self._wanted[row_id], row_id) for row_id, at in self._due.items() if at <= now]
        due.sort(key=lambda file: (file[0].since, file[0].number))
        return ((row_id, wanted.sender, wanted.kind) for wanted, row_id in due)

    async def stop(self) -> None:
        await self._held.release()

    async def _look(self) -> None:
        """Learns of new rows. Of those known, only when to try again is remembered; done is `NEVER`."""
        known = set(self._due)

        def look(session: Session) -> tuple[dict[str, Wanted], dict[str, Fate]]:
            found = to_fetch.waiting(session, known)
            return found, attachment_rows.fates(session, [wanted.attachment_id for wanted in found.values()])

        found, fates = await self._writer.read(look)
        for row_id, wanted in found.items():
            fate = fates.get(wanted.attachment_id)
            self._due[row_id] = NEVER if fate else datetime.fromisoformat(wanted.since)
            if fate is None:
                self._wanted[row_id] = wanted
            elif fate.state == "kept":  # before the last restart
                self._queue.keep(wanted.sender, row_id, await self._vault.size(wanted.attachment_id))

    async def _try(self, row_id: str) -> None:
        wanted = self._wanted[row_id]
        try:
            fate = await self._fate(row_id, wanted)
        except Exception:
            # What we did not think of: said by whoever waits for this task, and not tried again at once for ever.
            self._due[row_id] = self._clock.now() + timedelta(seconds=RETRY_SECONDS[-1])
            raise
        if fate is None:
            return

        def note(session: Session) -> None:
            if attachment_rows.record(session, wanted.attachment_id, fate) and fate.state != "kept":
                attachments.failed(session, wanted, fate, self._clock.now())

        await self._writer.write(note)
        FETCHED.labels(wanted.line, fate.state).inc()
        log.info("attachment", line=wanted.line, state=fate.state, why=fate.why)
        self._due[row_id] = NEVER
        self._tries.pop(row_id, None)
        del self._wanted[row_id]
        await self._vault.remove([wanted.reference])  # an upload, once it is taken
        self._nudge()

    async def _fate(self, row_id: str, wanted: Wanted) -> Fate | None:
        """What becomes of a file; None: it is tried again."""
        channel = self._channels.get(wanted.line)
        try:
            if channel is None:
                raise Gone("the line is not configured any more")
            if not self._queue.has_room(wanted.sender):
                raise Refused("many")
            if self._queue.is_full or not await self._vault.has_room():
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            content = await self._read(channel, wanted)
            clean = await self._cleans(content, wanted.kind)
            size = await self._vault.put(wanted.attachment_id, clean.content, self._clock.now().date())
            self._queue.keep(wanted.sender, row_id, size)
        except Refused as refused:
            return Fate("refused", wanted.kind, why=refused.why)
        except TooLarge:
            return Fate("refused", wanted.kind, why="large")
        except Gone:
            return Fate("lost", wanted.kind)
        except (SendError, OSError) as error:  # the line, or the disk
            return self._later(row_id, wanted, error)
        return Fate("kept", clean.kind, clean.mime)

    async def _read(self, channel: Channel, wanted: Wanted) -> bytes:
        """The whole file, and not a piece more than allowed."""
        most, content = LIMITS[wanted.kind], bytearray()
        # Closed here when a limit is passed, and not whenever the garbage collector comes by: the connection ends with it.
        async with aclosing(cast("AsyncGenerator[bytes, None]", channel.fetch(wanted.reference, most))) as pieces:
            async for piece in pieces:
                content += piece
                if len(content) > most:
                    raise TooLarge
        return bytes(content)

    def _later(self, row_id: str, wanted: Wanted, error: Exception) -> Fate | None:
        now = self._clock.now()
        if now >= wanted.give_up_at:
            return Fate("lost", wanted.kind)
        tries = self._tries[row_id] = self._tries.get(row_id, 0) + 1
        pause = RETRY_SECONDS[min(tries, len(RETRY_SECONDS)) - 1]
        self._due[row_id] = min(now + timedelta(seconds=pause), wanted.give_up_at)
        log.warning("attachment not fetched", line=wanted.line, error=type(error).__name__, attempt=tries)
        return None

    async def _tidy(self, now: datetime) -> None:
        """Deletes the files of drafts that were never sent, and, days later and all at once, the rows that knew of them."""
        over = await self._writer.read(lambda session: to_fetch.lapsed(session, now.date()))
        unsent = [wanted.attachment_id for wanted in over if not wanted.sent]
        await self._vault.remove(unsent)
        await self._vault.sweep(now.date())
        if over:

            def forget(session: Session) -> None:
                attachment_rows.forget(session, unsent)
                to_fetch.forget(session, [wanted.attachment_id for wanted in over])

            await self._writer.write(forget)
        rows = await self._writer.read(to_fetch.ids)
        over_now = self._due.keys() - rows - self._under_way.keys()
        self._queue.forget(over_now)
        for gone in over_now:
            del self._due[gone]
            self._wanted.pop(gone, None)
            self._tries.pop(gone, None)
