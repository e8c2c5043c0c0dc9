"""Whoever was killed holds nothing: on SQLite the next process takes over at once, and never from one that lives."""

from __future__ import annotations

import os
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
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    from models.store import schema

    database = Database(f"sqlite:///{tmp_path}/haichieu.db", Keyring.new())
    schema.upgrade(database)
    opened = Writer(database)
    yield opened
    await opened.stop()
    database.close()


def beside(writer: Writer) -> list[str]:
    path = Path(str(writer.database.url.database))
    return [found.name for found in path.parent.glob(f"{path.name}-*") if not found.name.endswith(("-wal", "-shm"))]


def dies(holding: Holding) -> None:
    """What SIGKILL does: the system closes the file, and it stays where it is."""
    assert holding._alive._locked is not None
    os.close(holding._alive._locked)
    holding._alive._locked = None


async def test_the_line_of_a_killed_process_is_free_at_once(writer: Writer, clock: FakeClock) -> None:
    first, second, third = (Holding("line", writer, clock) for _ in range(3))
    assert await first.hold() and not await second.hold()
    dies(first)
    assert await second.hold() and second.fence == first.fence + 1
    assert second.inherits() and not second.inherits() and not first.inherits()
    assert not await third.hold()
    dies(second)
    assert await third.hold() and third.fence == second.fence + 1
    await third.release()
    assert beside(writer) == []


async def test_of_one_that_is_only_stopped_it_is_free_after_a_minute(writer: Writer, clock: FakeClock) -> None:
    first, second, third = (Holding("line", writer, clock) for _ in range(3))
    assert await first.hold()
    await clock.passes(seconds=61)
    assert await second.hold()
    dies(first)
    assert not second.inherits()
    assert not await third.hold()  # the dead one was not its holder any more
    assert second.lasts(timedelta(seconds=59))


async def test_a_holder_nobody_knows_is_waited_for(writer: Writer, clock: FakeClock) -> None:
    first, second = (Holding("line", writer, clock) for _ in range(2))
    assert await first.hold()
    for name in beside(writer):
        Path(str(writer.database.url.database)).with_name(name).unlink()
    dies(first)
    assert not await second.hold()
    await clock.passes(seconds=61)
    assert await second.hold()
