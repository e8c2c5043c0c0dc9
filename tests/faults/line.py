"""One line whose service does as a test says, and the outbox that sends on it: no network, a fake clock, a real database."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.channels.base import Capabilities, Receive, Unreachable
from bot.clock import Clock
from bot.sending.outbox import Outbox
from bot.writer import Writer
from models.broadcasts import ledger_results
from models.messages import outbox, sending
from models.messages.message import Outgoing
from models.messages.outbox import REPLY, Letter, Outbound
from models.messages.sending import Outcome
from models.people.accounts import Sender
from models.store.database import Database, Session
from tests.running_app import FakeClock

LINE = "test:1"


class Line:
    """A `Channel`. `trouble[text]` are the errors with which that message fails, in turn; `before` and `after` are awaited
    around each delivery that has one under its text. An attachment without words goes by its name. `away`: its service
    answers no question."""

    line = LINE
    hearing = None

    def __init__(self, **capabilities: Any) -> None:
        self.capabilities = Capabilities(**{"text": 4096, "buttons": 10, **capabilities})
        self.trouble: defaultdict[str, list[Exception | None]] = defaultdict(list)
        self.before: dict[str, asyncio.Event] = {}
        self.after: dict[str, asyncio.Event] = {}
        self.tried: list[str] = []
        self.delivered: list[str] = []
        self.at: list[float] = []
        self.clock: Clock | None = None
        self.away = False
        self.probed = 0

    async def send(self, message: Outgoing) -> str:
        text = message.text or (message.media.name if message.media else "")
        self.tried.append(text)
        if text in self.before:
            await self.before[text].wait()
        if self.trouble[text] and (error := self.trouble[text].pop(0)) is not None:
            raise error
        self.delivered.append(text)
        if self.clock is not None:
            self.at.append(self.clock.steady())
        if text in self.after:
            await self.after[text].wait()
        return f"ref-{len(self.delivered)}"

    async def probe(self) -> None:
        self.probed += 1
        if self.away:
            raise Unreachable("test")

    async def look(self) -> None: ...

    async def start(self, receive: Receive) -> None: ...

    async def run(self) -> None: ...

    async def stop(self) -> None: ...

    def routes(self) -> Sequence[Any]:
        return ()


class Desk:
    """Where messages are queued and sent. `outbox` is the process that sends; `another` makes a second one."""

    def __init__(self, database: Database, clock: FakeClock, line: Line) -> None:
        self.database, self.clock, self.line = database, clock, line
        line.clock = clock
        self.writer = Writer(database)
        self.outbox = Outbox(line, self.writer, clock)
        self._others: list[Writer] = []

    def another(self, line: Line | None = None) -> Outbox:
        """The outbox of a second process: a writer and a holder of its own, the same database."""
        self._others.append(Writer(self.database))
        return Outbox(line or self.line, self._others[-1], self.clock)

    async def queue(self, *texts: str, to: str = "An", lane: int = REPLY, **more: Any) -> None:
        """`more`: of the letters."""

        def add(session: Any) -> None:
            for text in texts:
                outbox.queue(session, Sender(LINE, to), Letter(text, **more), self.clock.now(), lane=lane)

        await self.writer.write(add)

    async def rows(self) -> list[Outbound]:
        return await self.writer.read(
            lambda session: list(session.execute(select(Outbound).order_by(col(Outbound.position))).scalars())
        )

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    async def close(self) -> None:
        for writer in (self.writer, *self._others):
            await writer.stop()


@asynccontextmanager
async def desk(database: Database, clock: FakeClock, **capabilities: Any) -> AsyncIterator[Desk]:
    opened = Desk(database, clock, Line(**capabilities))
    yield opened
    await opened.close()


async def dies_sending(outbox: Outbox) -> None:
    """Sends all that is due, and is killed before it has written down what became of any of it."""
    with pytest.MonkeyPatch.context() as crash:
        crash.setattr(sending, "record", lambda *_: None)
        crash.setattr(ledger_results, "record", lambda *_: None)
        await outbox.drain()


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
    """What is written down of each row of the outbox from now on, in order."""
    outcomes: list[Outcome] = []
    record = sending.record

    def noted(session: Session, found: Sequence[Outcome]) -> None:
        outcomes.extend(found)
        record(session, found)

    monkeypatch.setattr(sending, "record", noted)
    return outcomes
