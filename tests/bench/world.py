"""One seeded province with the service on it: the real dispatcher, writer and ticker, and a clock that stands still."""

from __future__ import annotations

import random
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlmodel import col

from bot.dispatch import Dispatcher
from bot.ticking.tick import Ticker
from bot.writer import Writer
from handlers.chat.site import Site
from models.anonymity import intake
from models.anonymity.events import Event
from models.anonymity.intake import Intake
from models.anonymity.told import Told
from models.grievances.cases import Entry, Grievance
from models.messages import outbox, sending
from models.messages.leases import Tenure
from models.messages.message import Inbound
from models.messages.outbox import BULK, NOTICE, REPLY, Letter
from models.messages.sending import Claimed, Outcome
from models.messages.unopened import News
from models.people.accounts import Sender
from models.store.database import Database, Session
from models.store.ids import new_id
from models.store.sealing import keyed_hash
from models.store.tail import batches
from tests.bench import cases
from tests.bench.province import CHUNK, LINE, Province, Worker
from tests.running_app import FakeClock


class World:
    """One province with the service on it."""

    def __init__(self, database: Database, found: Province, clock: FakeClock) -> None:
        self.database, self.found, self.clock = database, found, clock
        self.writer = Writer(database)
        site = Site((30, 90), confirm_officers=True)
        self.dispatcher = Dispatcher(self.writer, clock, site, lambda _falls_due: None)
        self.ticker = Ticker(self.writer, clock, lambda: None)
        self.random = random.Random(1)
        self._leased: list[Claimed] = []
        self._kept: set[str] = set()
        self._new: list[Event] = []

    async def open(self) -> None:
        await self.ticker.tick()
        self._kept = await self.writer.read(lambda session: set(session.execute(select(col(Intake.id))).scalars()))

    async def close(self) -> None:
        await self.ticker.stop()
        await self.writer.stop()
        self.database.close()

    async def says(self, chat: str, *steps: tuple[str, str]) -> None:
        """One person's messages, each answered before the next: ("say", words) or ("tap", token)."""
        for kind, what in steps:
            given = {"choice" if kind == "tap" else "text": what}
            await self.dispatcher.receive(Inbound(LINE, new_id(), chat, **given))

    def worker(self) -> Worker:
        return self.random.choice(self.found.workers)

    def handler(self, *, top: bool) -> tuple[str, list[tuple[str, str]]]:
        """Somebody who handles cases, and those: of the province's federation, or of a grassroots union with any."""
        holding = [self.found.top] if top else [union for union in self.found.unions if union in self.found.open]
        holder = self.random.choice(holding)
        return self.random.choice(self.found.officers[holder])[1], self.found.open[holder]

    async def fall_due(self) -> None:
        """Twenty events: ten new cases, four additions, four answers to be told and two changes of a setting."""
        self._new = []
        held = [(holder, case_id) for holder, listed in self.found.open.items() for case_id, _code in listed]
        for place in range(20):
            worker = self.worker()
            event = cases.report(worker, self.found.above[worker.team_id], self.clock.now())
            given = {"due": event.due, "entry_id": new_id(), "reporter_id": worker.reporter_id, "text": "Vẫn chưa có."}
            if 10 <= place < 14:
                event = Event("addition", case_id=self.random.choice(held)[1], **given)
            elif 14 <= place < 18:
                event = Event("tell", case_id="", **{**given, "entry_id": self.random.choice(self.found.told)})
            elif place >= 18:
                event = Event("change", case_id="", account_id=worker.account_id, **{**given, "text": '{"notices": true}'})
            self._new.append(event)
        now = self.clock.now()
        await self.writer.write(lambda session: [intake.add(session, event, now) for event in self._new])

    async def claim(self, lane: int) -> None:
        """As the outbox begins: leases a batch."""
        now = self.clock.now()
        self._leased = await self.writer.write(lambda session: sending.claim(session, Tenure(LINE, 1), lane, now))

    async def settle(self) -> str:
        """Sends what waits, and takes away what the sample made: the next one finds the province as it was. Returns what was
        said last. Of a broadcast nothing is ever sent: it waits as long as it is needed."""
        said = ""
        for lane in (None, REPLY, NOTICE):
            if lane is not None:
                await self.claim(lane)
            while self._leased:
                said = self._leased[-1].message.text if lane != NOTICE else said
                now, rows = self.clock.now(), self._leased
                done = [
                    Outcome(row.message.id, row.fence, row.attempts, "sent" if row.lane != BULK else "queued", now)
                    for row in rows
                ]
                await self.writer.write(lambda session, done=done: sending.record(session, done))  # type: ignore[misc]
                self._leased = []
                if lane is not None:
                    await self.claim(lane)

        def undo(session: Session) -> None:
            made_here = set(session.execute(select(col(Intake.id))).scalars()) - self._kept
            for ids in batches(made_here):
                session.execute(delete(Intake).where(col(Intake.id).in_(ids)))
            posted = [event.case_id for event in self._new if event.kind == "report"]
            made = [event.entry_id for event in self._new if event.kind != "tell"]
            told = [keyed_hash(session, "told", event.entry_id) for event in self._new]
            session.execute(delete(Entry).where(col(Entry.id).in_(made)))
            session.execute(delete(Grievance).where(col(Grievance.id).in_(posted)))
            session.execute(delete(Told).where(col(Told.id).in_(told)))
            session.execute(delete(News))

        await self.writer.write(undo)
        self._new = []
        return said

    async def broadcast(self) -> None:
        """A notice to everybody waits to be sent, which takes an hour and a half in a province."""
        now = self.clock.now()
        for start in range(0, len(self.found.workers), CHUNK):

            def queue(session: Session, some: Sequence[Worker] = self.found.workers[start : start + CHUNK]) -> None:
                for worker in some:
                    to = Sender(LINE, worker.chat)
                    outbox.queue(session, to, Letter(cases.WORDS), now, lane=BULK)

            await self.writer.write(queue)
