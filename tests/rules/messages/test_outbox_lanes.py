"""The loop that sends for ever: lanes, chats that wait, a channel with a defect, long texts, a stop in the middle."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import pytest

from bot.channels.base import Uncertain, Unreachable
from bot.sending.outbox import Outbox
from bot.sending.pacing import Pacer
from models.messages.outbox import BULK, NOTICE, REPLY
from models.store.database import Database
from tests.faults.line import Desk, desk
from tests.running_app import FakeClock
from tests.waiting import idle, until


@pytest.fixture
async def at(database: Database, clock: FakeClock) -> AsyncIterator[Desk]:
    async with desk(database, clock) as opened:
        yield opened


@contextmanager
def running(outbox: Outbox) -> Iterator[asyncio.Task[None]]:
    task = asyncio.create_task(outbox.run())
    yield task
    task.cancel()


async def ended(task: asyncio.Task[None], outbox: Outbox) -> None:
    """A clean stop, in App's order."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await outbox.stop()


def held(at: Desk, *texts: str) -> asyncio.Event:
    """These messages are on their way until the event is set."""
    gate = asyncio.Event()
    at.line.before |= dict.fromkeys(texts, gate)
    return gate


async def all_claimed(at: Desk, count: int) -> bool:
    return await at.states() == ["sending"] * count


@pytest.mark.parametrize("per_second", [10.0, 0.0])
async def test_a_reply_goes_before_a_notice_before_bulk_that_is_under_way(
    database: Database, clock: FakeClock, per_second: float
) -> None:
    """Whether it is the pace that bulk waits for, or a place."""
    async with desk(database, clock, per_second=per_second, concurrency=2) as at:
        bulk = [f"loạt {number}" for number in range(20)]
        for number, text in enumerate(bulk):
            await at.queue(text, to=f"W{number}", lane=BULK)
        gate = held(at, *bulk)
        with running(at.outbox) as task:
            await until(lambda: len(at.line.tried) == 2)
            assert await all_claimed(at, 20)  # two of them on their way: two seconds of bulk are claimed ahead
            await at.queue("Nhắc", to="W0", lane=NOTICE)
            await at.queue("Trả lời", to="W1")
            at.outbox.nudge()
            await until(lambda: all_claimed(at, 22))
            gate.set()
            await until(lambda: len(at.line.delivered) == 22)
            await ended(task, at.outbox)
        assert [text for text in at.line.delivered if text not in bulk[:2]][:2] == ["Trả lời", "Nhắc"]
        assert await at.rows() == []


async def test_bulk_before_replies_would_be_noticed(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    take = Pacer.take
    monkeypatch.setattr(Pacer, "take", lambda self, lane, chat="": take(self, -lane, chat))
    with pytest.raises(AssertionError):
        await test_a_reply_goes_before_a_notice_before_bulk_that_is_under_way(database, FakeClock(), 0.0)


async def test_a_defect_in_a_channel_stops_nobody_else(at: Desk) -> None:
    """What is neither sent nor a SendError is logged, and tried again when its lease has run out."""
    at.line.trouble["hỏng"] = [ZeroDivisionError()]
    await at.queue("hỏng", "sau đó")
    await at.queue("khác", to="Bình")
    with running(at.outbox) as task:
        await until(lambda: at.line.delivered == ["khác"])
        await at.queue("khác nữa", to="Bình")
        at.outbox.nudge()
        await until(lambda: at.line.delivered[1:] == ["khác nữa"])
        await at.clock.passes(seconds=59)
        await at.queue("thêm nữa", to="Bình")
        at.outbox.nudge()
        await until(lambda: at.line.delivered[2:] == ["thêm nữa"])  # a claim, and it would have been in it
        assert at.line.tried.count("hỏng") == 1
        await at.clock.passes(seconds=1)
        at.outbox.nudge()
        await until(lambda: at.line.delivered[3:] == ["hỏng", "sau đó"])
        await ended(task, at.outbox)
    assert await at.rows() == []


async def test_the_database_away_for_a_while_stops_nothing_for_good(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    write, failures = at.writer.write, [OSError(), OSError()]

    async def failing(*args: object, **options: object) -> object:
        if failures:
            raise failures.pop()
        return await write(*args, **options)  # type: ignore[arg-type]

    await at.queue("một")
    monkeypatch.setattr(at.writer, "write", failing)
    with running(at.outbox) as task:
        await until(lambda: at.line.delivered == ["một"])
        await ended(task, at.outbox)


LONG = "\n\n".join(letter * 9 for letter in "abc")  # three parts of 10 characters


@pytest.mark.parametrize("error", [Unreachable(), Uncertain()])
async def test_a_long_text_goes_on_at_the_part_that_failed(database: Database, clock: FakeClock, error: Exception) -> None:
    async with desk(database, clock, text=10) as at:
        at.line.trouble["b" * 9] = [error]
        await at.queue(LONG, "sau")
        await at.outbox.drain()
        assert at.line.delivered == ["a" * 9]
        await clock.passes(seconds=1)
        await at.outbox.drain()
        assert at.line.delivered == ["a" * 9, "b" * 9, "c" * 9, "sau"]


async def test_a_stop_waits_for_what_was_written_and_gives_back_the_rest(database: Database, clock: FakeClock) -> None:
    """Without a second copy afterwards, and without waiting for the leases of a process that is gone."""
    async with desk(database, clock, concurrency=1) as at:
        gate = at.line.after["một"] = asyncio.Event()
        await at.queue("một", "hai")
        await at.queue("ba", to="Bình")
        with running(at.outbox) as task:
            await until(lambda: at.line.delivered == ["một"] and all_claimed(at, 3))
            stop = asyncio.create_task(ended(task, at.outbox))
            for _ in range(3):  # a stop that waited for nothing would come to its end: it writes once
                await idle()
                await at.writer.write(lambda session: None)
            assert not stop.done()
            gate.set()
            await stop
        assert await at.states() == ["queued", "queued"]
        await at.another().drain()
        assert sorted(at.line.delivered[1:]) == ["ba", "hai"] and await at.rows() == []


async def test_a_stop_that_meets_a_claim_gives_back_what_was_claimed(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The claim is committed and the sender does not know yet: its rows must not wait for a lease that nobody uses."""
    write, committed, told = at.writer.write, asyncio.Event(), asyncio.Event()

    async def slow(job: object, **options: object) -> object:
        result = await write(job, **options)  # type: ignore[arg-type]
        if result and isinstance(result, list):
            committed.set()
            await told.wait()
        return result

    await at.queue("một", "hai")
    with monkeypatch.context() as patch, running(at.outbox) as task:
        patch.setattr(at.writer, "write", slow)
        await committed.wait()
        stop = asyncio.create_task(ended(task, at.outbox))
        await idle()
        told.set()
        await stop
    assert await at.states() == ["queued", "queued"] and at.line.tried == []
    assert await at.another().drain() == 2


async def test_results_are_written_once_the_database_is_back(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    write, lost = at.writer.write, []

    async def failing(job: object, **options: object) -> object:
        if at.line.delivered and len(lost) < 3:
            lost.append(job)
            raise OSError
        return await write(job, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(at.writer, "write", failing)
    await at.queue("một", "hai", lane=REPLY)
    await at.outbox.drain()
    assert at.line.delivered == ["một", "hai"] and len(lost) == 3
    assert await at.rows() == []
