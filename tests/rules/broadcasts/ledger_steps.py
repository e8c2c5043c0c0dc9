"""Everything that can happen to a broadcast, as steps: two real senders (bot.sending.outbox) on one line, which die,
oversleep, and are interrupted in the middle of a send; what must be true after each step."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.channels.base import Blocked, Rejected, SendError, Throttled, Uncertain, Unreachable, WindowClosed
from bot.lease import Holding
from bot.sending.broadcasts import Ledgers
from bot.sending.means import Means
from bot.sending.outbox import Outbox
from bot.writer import Writer
from models.broadcasts import broadcasts, ledger
from models.broadcasts.ledger_sending import TRIES, Bulk
from models.broadcasts.recipients import OPEN
from models.messages.message import Outgoing
from models.messages.sending import Claimed, Outcome
from models.people import accounts
from models.people.accounts import Sender
from models.store.database import Database
from models.store.sealing import Keyring
from tests.faults.line import LINE, Line
from tests.rules.broadcasts.ledger_union import TODAY, Phone, Roll
from tests.running_app import FakeClock

NAMES = ["An", "Bình", "Chi", "Dũng"]
ERRORS: dict[str, Callable[[], SendError]] = {
    "blocked": Blocked,
    "throttled": lambda: Throttled(3),
    "unreachable": Unreachable,
    "rejected": lambda: Rejected("chat not found"),
    "closed": lambda: WindowClosed(None),
    "uncertain, lost": Uncertain,
    "uncertain, arrived": Uncertain,
}
VERBS = {"stop": broadcasts.stop, "resume": broadcasts.resume, "cancel": broadcasts.cancel}
Interruption = Callable[[], Awaitable[None]]


class Interrupted(Line):
    """What goes wrong next is known by name; `meanwhile` happens while that person's message is on its way."""

    def __init__(self) -> None:
        super().__init__(edits=False)
        self.errors: defaultdict[str, list[str]] = defaultdict(list)
        self.meanwhile: dict[str, Interruption] = {}
        self.copies: Counter[tuple[str, str]] = Counter()
        self.doubts: Counter[tuple[str, str]] = Counter()
        self.dying = False

    async def send(self, message: Outgoing) -> str:
        name = message.recipient
        of = next(word for word in message.text.split() if word.startswith("TB-"))
        said = self.errors[name].pop(0) if self.errors[name] else ""
        if not said or said == "uncertain, arrived":
            self.copies[of, name] += 1
        if said.startswith("uncertain") or self.dying:
            self.doubts[of, name] += 1
        if (interruption := self.meanwhile.pop(name, None)) is not None:
            await interruption()
        if said:
            raise ERRORS[said]()
        return f"ref-{self.copies[of, name]}"


class Watched(Ledgers):
    """What a process claims must be of a broadcast that was going on when it asked. `dying`: it ends before it has written
    down what became of anything."""

    def __init__(self, played: Casting, writer: Writer) -> None:
        super().__init__(LINE, played.line.capabilities, writer, played.clock)
        self.played, self.dying = played, False

    async def claim(self, fence: int, limit: int) -> list[Claimed]:
        going = {one for one in self.played.ids.values() if self.played.roll.row(one).state == "sending"}
        found = await super().claim(fence, limit)
        assert {row.broadcast_id for row in found if isinstance(row, Bulk)} <= going, "claimed of one that was over"
        return found

    async def record(self, found: Sequence[tuple[Bulk, Outcome]]) -> None:
        if not self.dying:
            await super().record(found)


class Sleepy(Holding):
    """Of a process that does nothing while it is not `awake`."""

    def __init__(self, writer: Writer, clock: FakeClock) -> None:
        super().__init__(LINE, writer, clock)
        self.awake = asyncio.Event()
        self.awake.set()

    async def hold(self) -> bool:
        await self.awake.wait()
        return await super().hold()


class Process:
    """One that sends."""

    def __init__(self, played: Casting, writer: Writer) -> None:
        self.ledgers, self.lease = Watched(played, writer), Sleepy(writer, played.clock)
        means = replace(Means.of(played.line, writer, played.clock), ledgers=self.ledgers, lease=self.lease)
        self.outbox = Outbox(played.line, writer, played.clock, means=means)

    @asynccontextmanager
    async def asleep(self) -> AsyncIterator[None]:
        """Nothing of it goes on: its other sends do not keep the line for it either."""
        self.lease.awake.clear()
        yield
        self.lease.awake.set()


class Casting:
    """Some people, up to two broadcasts to them, and the two processes that send."""

    def __init__(self, template: Path) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "machine.db"
        shutil.copy(template, path)
        keyring = Keyring.new()
        self.database = Database(f"sqlite:///{path}", keyring)
        with self.database.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            raw.execute("PRAGMA synchronous=OFF")  # nobody cuts the power here
        self.loop = asyncio.Runner()
        self.clock = FakeClock()
        self.line = Interrupted()
        self.writers = [Writer(self.database) for _ in range(2)]
        self.senders = [Process(self, writer) for writer in self.writers]
        self.roll = Roll(self.database)
        self.ids: dict[str, str] = {}
        self.audience: dict[str, set[str]] = {}
        self.over: set[tuple[str, str]] = set()
        for name in NAMES:
            self.roll.joins(name, "MAY1", Phone())
        self.begins(urgent=False)

    def begins(self, urgent: bool) -> None:
        if len(self.ids) == 2:
            return
        made = self.roll.writes(self.roll.audience("MAY"), at=self.clock.now(), urgent=urgent)
        self.ids[self.roll.row(made).code] = made
        self.roll.begins(made, self.clock.now())
        self.audience[made] = set(self.roll.ledger(made))

    def trouble(self, name: str, said: str) -> None:
        self.line.errors[name].append(said)

    def sends(self, who: int, dies: bool) -> None:
        """All that is due; a process that `dies` does so before it has written down what became of anything."""
        sender = self.senders[who]
        sender.ledgers.dying = self.line.dying = dies
        self.loop.run(sender.outbox.drain())
        self.line.dying = False
        if dies:
            self.senders[who] = Process(self, self.writers[who])

    def meanwhile(self, name: str, verb: str, who: int) -> None:
        """At the next message to this person, while it is on its way."""

        async def interruption() -> None:
            if verb == "oversleep":
                # Whoever was on the way stays so for longer than the lease; the other goes on.
                for of in self.ids:
                    for other in self.roll.people:
                        self.line.doubts[of, other] += 1
                async with self.senders[1 - who].asleep():
                    await self.clock.passes(seconds=61)
                    await self.senders[who].outbox.drain()
            else:
                for one in verb.split(", "):
                    self.verb(one, name)
            self.remembers_what_is_over()

        self.line.meanwhile[name] = interruption

    def verb(self, verb: str, name: str) -> None:
        for made in self.ids.values():
            if verb == "settle":
                self.roll.settles(made, self.clock.now())
            elif verb == "confirm":
                self.roll.confirms(made, name)
            elif verb in VERBS:
                with suppress(broadcasts.Refused):
                    self.roll.changes(VERBS[verb], made, self.clock.now())
        if verb == "leave":
            self.roll.loses_phone(name)

    def at_rest(self, verb: str, name: str) -> None:
        self.verb(verb, name)

    def is_told(self, name: str, told: bool) -> None:
        for made in self.ids.values():
            with self.database.transaction() as session:
                ledger.tick_told(session, made, [self.roll.people[name]], TODAY if told else None)

    def comes_back(self, name: str) -> None:
        with self.database.transaction() as session:
            accounts.set_blocked(session, Sender(LINE, name), False)

    def somebody_joins(self) -> None:
        if len(self.roll.people) < len(NAMES) + 3:
            self.roll.joins(f"New {len(self.roll.people)}", "MAY1", Phone())

    def time_passes(self, seconds: int) -> None:
        self.loop.run(self.clock.passes(seconds=seconds))

    def the_tick_settles(self) -> None:
        for made in self.ids.values():
            self.roll.settles(made, self.clock.now())

    def remembers_what_is_over(self) -> None:
        for code, made in self.ids.items():
            self.over |= {(code, name) for name, row in self.roll.ledger(made).items() if row.state not in OPEN}

    def it_adds_up(self) -> None:
        """What is over stays over, too."""
        for code, made in self.ids.items():
            self.roll.adds_up(made)
            rows = self.roll.ledger(made)
            assert set(rows) == self.audience[made], "somebody came or went after it began"
            for name, row in rows.items():
                assert row.state not in OPEN or (code, name) not in self.over, f"{name} is open again"
                copies, doubts = self.line.copies[code, name], self.line.doubts[code, name]
                assert copies <= min(1 + doubts, TRIES), f"{name} was sent it {copies} times with {doubts} doubts"
                if row.state == "sent":
                    assert copies, f"{name} was never sent it"
                if row.state in ("cancelled", "no_channel", "blocked", "rejected", "window_closed"):
                    assert copies <= doubts, f"{name} has it and counts as {row.state}"
        self.remembers_what_is_over()

    def comes_to_an_end(self) -> None:
        """Nothing goes wrong any more: everybody ends somewhere."""
        self.line.errors.clear()
        self.line.meanwhile.clear()
        for made in self.ids.values():
            if self.roll.row(made).state == "stopped":
                self.roll.changes(broadcasts.resume, made)
        for _ in range(8):
            self.time_passes(400)
            self.sends(0, dies=False)
            self.the_tick_settles()
        self.it_adds_up()
        for made in self.ids.values():
            assert not self.roll.adds_up(made).keys() & {*OPEN}, "somebody is left"
            assert self.roll.row(made).state in ("done", "cancelled")

    def close(self) -> None:
        for writer in self.writers:
            self.loop.run(writer.stop())
        self.loop.close()
        self.database.close()
        self.folder.cleanup()
