"""What is fetched when, and from whom no more: a fetcher with a line and a cleaning process of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.channels.base import Unreachable
from bot.files import queue
from bot.files.cleaning import Clean, Refused
from bot.files.fetching import Fetcher
from bot.vault import Vault
from bot.writer import Writer
from models.files import attachments, to_fetch
from models.files.attachments import Fate
from models.messages.message import File, FileKind
from models.people.accounts import Sender
from models.store.database import Database
from models.store.sealing import Keyring
from tests.faults.line import LINE, Line
from tests.running_app import FakeClock
from tests.waiting import until


class Files(Line):
    """A line whose files are their own references."""

    async def fetch(self, reference: str, most: int) -> AsyncIterator[bytes]:
        self.tried.append(reference)
        if self.trouble[reference] and (error := self.trouble[reference].pop(0)) is not None:
            raise error
        yield reference.encode()


class Yard:
    def __init__(self, database: Database, clock: FakeClock, directory: Path) -> None:
        self.database, self.clock, self.line = database, clock, Files()
        self.writer = Writer(database)
        self.directory, self.keyring = directory, Keyring.new()
        self.begun: list[str] = []
        self.held: dict[str, asyncio.Event] = {}
        self.ids: dict[str, str] = {}
        self.fetcher = self.another()

    def another(self, **how: int) -> Fetcher:
        """The process after a restart."""
        self.vault = Vault(self.directory, self.keyring, **how)
        return Fetcher({LINE: self.line}, self.writer, self.clock, self.vault, lambda: None, self._cleans)

    async def _cleans(self, content: bytes, kind: FileKind) -> Clean:
        name = content.decode()
        self.begun.append(name)
        if name in self.held:
            await self.held[name].wait()
        if "bomb" in name:
            raise Refused("large")
        return Clean(content, kind, "image/jpeg")

    async def send(self, who: str, *names: str, kind: FileKind = "photo") -> None:
        def ask(session: object) -> None:
            for number, name in enumerate(names, 1):
                origin = to_fetch.Origin(Sender(LINE, who), "x", "vi")
                self.ids[name] = to_fetch.ask(session, origin, File(kind, name), number, self.clock.now())  # type: ignore[arg-type]

        await self.writer.write(ask)

    async def states(self) -> dict[str, str]:
        def look(session: object) -> dict[str, Fate]:
            return attachments.fates(session, self.ids.values())  # type: ignore[arg-type]

        fates = await self.writer.read(look)
        return {name: f"{fates[at].state} {fates[at].why}".strip() for name, at in self.ids.items() if at in fates}

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        working = asyncio.create_task(self.fetcher.run())
        yield
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


@pytest.fixture
async def yard(database: Database, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Yard]:
    opened = Yard(database, clock, tmp_path / "media")
    yield opened
    await opened.fetcher.stop()
    await opened.writer.stop()


def kept(yard: Yard, *names: str) -> Callable[[], Awaitable[bool]]:
    async def are() -> bool:
        states = await yard.states()
        return all(states.get(name) == "kept" for name in names)

    return are


async def test_ten_documents_that_never_end_delay_nobody(yard: Yard) -> None:
    """Ten documents of one person, each of which is cleaned for ever, and then somebody else's photo, voice and document,
    and their sender's own photo."""
    documents = [f"d{number}" for number in range(10)]
    yard.held = {name: asyncio.Event() for name in documents}
    async with yard.at_work():
        await yard.send("An", *documents, kind="document")
        yard.fetcher.nudge()
        await until(lambda: yard.begun)
        await yard.send("Bình", "photo")
        await yard.send("Chi", "voice", kind="voice")
        await yard.send("Bình", "payslip", kind="document")
        await yard.send("An", "own photo")
        yard.fetcher.nudge()
        await until(kept(yard, "photo", "voice", "payslip", "own photo"))
        assert [name for name in yard.begun if name in documents] == ["d0"], "one at a time"
        for event in yard.held.values():
            event.set()
        await until(kept(yard, *documents))


async def test_of_one_person_the_files_come_in_their_order(yard: Yard) -> None:
    await yard.send("An", "một", "hai", "ba")
    await yard.clock.passes(seconds=1)
    await yard.send("An", "bốn")
    assert await yard.fetcher.drain() == 4
    assert yard.begun == ["một", "hai", "ba", "bốn"]


async def test_a_bomb_is_refused_and_the_next_is_cleaned(yard: Yard) -> None:
    await yard.send("An", "bomb", kind="document")
    await yard.send("An", "photo")
    await yard.fetcher.drain()
    assert await yard.states() == {"bomb": "refused large", "photo": "kept"}


async def test_a_person_has_a_bound_that_outlives_a_restart(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also of drafts that are never sent: what is here counts, not what was sent."""
    monkeypatch.setattr(queue, "MOST", 3)
    await yard.send("An", "bomb", "1", "2", "3", "4")
    await yard.send("Bình", "other")
    await yard.fetcher.drain()
    states = await yard.states()
    assert (states["bomb"], states["3"], states["4"]) == ("refused large", "kept", "refused many"), "a bomb takes no room"
    assert states["other"] == "kept" and "4" not in yard.line.tried, "not even fetched"
    await yard.fetcher.stop()
    yard.fetcher = yard.another()
    await yard.send("An", "again")
    await yard.send("Bình", "again other")
    await yard.fetcher.drain()
    assert (await yard.states())["again"] == "refused many" and (await yard.states())["again other"] == "kept"
    await yard.clock.passes(days=2)
    await yard.fetcher.drain()  # drafts lapse, and their files with them
    await yard.send("An", "later")
    await yard.fetcher.drain()
    assert (await yard.states())["later"] == "kept"
    assert len(list(yard.directory.iterdir())) == 1


async def test_a_person_has_a_bound_in_bytes(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of one byte takes what a photo takes, since its size must not tell which it is: that is what is counted."""
    monkeypatch.setattr(queue, "MOST_BYTES", 600_000)
    await yard.send("An", "1", "2", "3", "4")
    await yard.fetcher.drain()
    assert sorted((await yard.states()).values()) == ["kept", "kept", "kept", "refused many"]


@pytest.mark.parametrize("full", ["files", "disk"])
async def test_a_full_store_refuses_nobody_and_waits(yard: Yard, monkeypatch: pytest.MonkeyPatch, full: str) -> None:
    monkeypatch.setattr(queue, "MOST_ALTOGETHER", 0 if full == "files" else 2**40)
    if full == "disk":
        yard.fetcher = yard.another(left=2**62)
    await yard.send("An", "photo")
    await yard.fetcher.drain()
    assert await yard.states() == {} and yard.line.tried == []
    monkeypatch.setattr(queue, "MOST_ALTOGETHER", 2**40)
    yard.fetcher = yard.another() if full == "disk" else yard.fetcher
    await yard.clock.passes(minutes=1)
    await yard.fetcher.drain()
    assert await yard.states() == {"photo": "kept"}


async def test_a_line_that_is_away_holds_up_no_other_file(yard: Yard) -> None:
    yard.line.trouble["1"] = [Unreachable()]
    await yard.send("An", "1", "2")
    await yard.fetcher.drain()
    assert await yard.states() == {"2": "kept"}
    await yard.clock.passes(seconds=6)
    await yard.fetcher.drain()
    assert await yard.states() == {"1": "kept", "2": "kept"}


async def test_what_nobody_thought_of_is_said_and_not_tried_for_ever(yard: Yard) -> None:
    """A defect in a channel: raised to whoever drains, logged by `run`, and the other files go on."""
    yard.line.trouble["1"] = [ZeroDivisionError()]
    await yard.send("An", "1")
    await yard.send("Bình", "2")
    with pytest.raises(ZeroDivisionError):
        await yard.fetcher.drain()
    await yard.fetcher.drain()
    assert await yard.states() == {"2": "kept"} and yard.line.tried.count("1") == 1


async def test_stopped_in_the_middle_a_file_is_begun_again(yard: Yard) -> None:
    yard.held["photo"] = asyncio.Event()
    await yard.send("An", "photo")
    async with yard.at_work():
        await until(lambda: yard.begun)
    await yard.fetcher.stop()
    del yard.held["photo"]
    yard.fetcher = yard.another()
    await yard.fetcher.drain()
    assert yard.begun == ["photo", "photo"] and await yard.states() == {"photo": "kept"}
