"""Whoever was killed holds nothing: on SQLite the next process takes over at once, and never from one that lives."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.lease import Holding
from bot.writer import Writer
from models.store.database import Database
from models.store.sealing import Keyring
from tests.running_app import FakeClock


@pytest.fixture
async def writer(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Writer]:
    shutil.copyfile(sqlite_template, tmp_path / "haichieu.db")
    database = Database(f"sqlite:///{tmp_path}/haichieu.db", Keyring.new())
    opened = Writer(database)
    yield opened
    await opened.stop()
    database.close()


def beside(writer: Writer) -> list[Path]:
    path = Path(str(writer.database.url.database))
    return [found for found in path.parent.glob(f"{path.name}-*") if not found.name.endswith(("-wal", "-shm"))]


class Mortal(Holding):
    """Of a process that can be killed here."""

    def __init__(self, writer: Writer, clock: FakeClock) -> None:
        super().__init__("line", writer, clock)
        self.writer = writer
        self.shown: os.stat_result | None = None

    async def hold(self) -> bool:
        before = beside(self.writer)
        held = await super().hold()
        for path in set(beside(self.writer)) - set(before):
            self.shown = path.stat()
        return held

    def dies(self) -> None:
        """What SIGKILL does: the system closes the file, and it stays where it is."""
        assert self.shown is not None
        [descriptor] = [number for number in map(int, os.listdir("/dev/fd")) if is_open(number, self.shown)]
        os.close(descriptor)


def is_open(number: int, file: os.stat_result) -> bool:
    """Whether this descriptor of our own process is that file."""
    try:
        return os.path.samestat(os.fstat(number), file)
    except OSError:
        return False  # the one the list itself was read through


async def test_the_line_of_a_killed_process_is_free_at_once(writer: Writer, clock: FakeClock) -> None:
    first, second, third = (Mortal(writer, clock) for _ in range(3))
    assert await first.hold() and not await second.hold()
    first.dies()
    assert await second.hold() and second.fence == first.fence + 1
    assert second.inherits() and not second.inherits() and not first.inherits()
    assert not await third.hold()
    second.dies()
    assert await third.hold() and third.fence == second.fence + 1
    await third.release()
    assert beside(writer) == []


async def test_of_one_that_is_only_stopped_it_is_free_after_a_minute(writer: Writer, clock: FakeClock) -> None:
    first, second, third = (Mortal(writer, clock) for _ in range(3))
    assert await first.hold()
    await clock.passes(seconds=61)
    assert await second.hold()
    first.dies()
    assert not second.inherits()
    assert not await third.hold()  # the dead one was not its holder any more
    assert second.lasts(timedelta(seconds=59))


async def test_a_holder_nobody_knows_is_waited_for(writer: Writer, clock: FakeClock) -> None:
    first, second = (Mortal(writer, clock) for _ in range(2))
    assert await first.hold()
    for path in beside(writer):
        path.unlink()
    first.dies()
    assert not await second.hold()
    await clock.passes(seconds=61)
    assert await second.hold()
