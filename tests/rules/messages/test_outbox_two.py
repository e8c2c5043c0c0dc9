"""Two processes on one line, and crashes between sending and writing down: who may send, and how often a message comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.lease import Holding
from models.messages import leases
from models.messages.leases import Lease
from models.messages.outbox import BULK, REPLY
from models.store.database import Database, Session
from tests.faults.line import LINE, Desk, desk, dies_sending
from tests.faults.two_senders import TwoSenders
from tests.running_app import MONDAY, FakeClock
from tests.waiting import until


@pytest.fixture
async def at(database: Database, clock: FakeClock) -> AsyncIterator[Desk]:
    async with desk(database, clock) as opened:
        yield opened


async def test_only_one_of_two_sends(at: Desk) -> None:
    second = at.another()
    await at.queue("một", "hai")
    assert await at.outbox.drain() == 2
    await at.queue("ba")
    assert await second.drain() == 0
    await at.clock.passes(seconds=59)
    assert await second.drain() == 0 and await at.outbox.drain() == 1
    await at.clock.passes(seconds=59)  # the first has renewed its lease meanwhile
    await at.queue("bốn")
    assert await second.drain() == 0 and await at.outbox.drain() == 1
    await at.outbox.stop()
    await at.queue("năm")
    assert await second.drain() == 1  # a clean stop leaves nothing to wait for
    assert at.line.delivered == ["một", "hai", "ba", "bốn", "năm"]


async def test_a_sender_that_overslept_neither_sends_nor_records(at: Desk, two_senders: TwoSenders) -> None:
    """The first claims and sleeps; after 60 seconds the second takes over."""
    await at.queue("một")
    await two_senders.first_sleeps()
    assert await is_sending(at, attempts=1)
    await two_senders.second_takes_over("một")
    await two_senders.first_wakes()
    assert at.line.delivered == ["một"] * two_senders.copies
    assert await is_sending(at, attempts=2)  # what the first wrote, if it did, changed nothing
    await two_senders.second_is_answered()
    assert await at.rows() == []


async def is_sending(at: Desk, attempts: int) -> bool:
    return [(row.state, row.attempts) for row in await at.rows()] == [("sending", attempts)]


@pytest.mark.parametrize("lane", [REPLY, BULK])
async def test_one_extra_copy_for_each_crash_between_sending_and_writing_down(at: Desk, lane: int) -> None:
    await at.queue("một", "hai", lane=lane)
    for crashes in (1, 2, 3):
        await dies_sending(at.another())
        assert at.line.delivered == ["một", "hai"] * crashes
        await at.clock.passes(seconds=60)
    await at.outbox.drain()
    assert at.line.delivered == ["một", "hai"] * 4
    assert await at.rows() == []


async def test_a_crash_between_the_parts_of_a_long_text_repeats_one_part(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a sender that overslept in the middle does not go on: the next part is the other's."""
    async with desk(database, clock, text=10) as at:
        a, b, c = (letter * 9 for letter in "abc")
        gate = at.line.before[b] = asyncio.Event()
        await at.queue(f"{a}\n\n{b}\n\n{c}")
        sleeper = asyncio.create_task(at.outbox.drain())
        await until(lambda: b in at.line.tried)
        await clock.passes(seconds=60)
        sender = asyncio.create_task(at.another().drain())
        await until(lambda: at.line.tried.count(b) == 2)
        gate.set()
        await asyncio.gather(sleeper, sender)
        assert sorted(at.line.delivered) == [a, b, b, c]
        assert await at.rows() == []


async def test_a_lease_taken_while_being_stopped_is_given_up_all_the_same(at: Desk) -> None:
    """A stop may cut a sender off after the lease was taken and before it knew."""
    first, second = (Holding(LINE, at.writer, at.clock) for _ in range(2))
    taking = asyncio.create_task(first.hold())
    await asyncio.sleep(0)
    taking.cancel()
    with suppress(asyncio.CancelledError):
        await taking
    await first.release()
    assert await second.hold()
    await first.release()  # gives up nothing that is another's
    assert not await first.hold()


LEASE = [
    # who asks, seconds after the start → the fence they hold, or None
    ("a", 0, 1),
    ("b", 1, None),
    ("a", 30, 1),
    ("b", 89, None),
    ("b", 90, 2),
    ("a", 91, None),
    ("b", 149, 2),
    ("a", 209, 3),
    ("a", 400, 3),  # nobody else came: the fence need not rise
]


def test_a_lease_passes_from_hand_to_hand(database: Database) -> None:
    for holder, seconds, fence in LEASE:
        with database.transaction() as session:
            held = leases.hold(session, LINE, holder, MONDAY + timedelta(seconds=seconds))
            assert (held.fence if held else None) == fence, (holder, seconds)


def test_a_lease_is_given_up_by_its_holder_only(database: Database) -> None:
    def until_when(session: Session) -> timedelta:
        return session.get_one(Lease, LINE).until - MONDAY

    with database.transaction() as session:
        leases.hold(session, LINE, "a", MONDAY)
        leases.release(session, LINE, "b", MONDAY)
        assert until_when(session) == leases.HELD
        leases.release(session, LINE, "a", MONDAY)
        assert until_when(session) == timedelta()
        assert leases.hold(session, LINE, "b", MONDAY) is not None


def test_one_process_sends_for_one_line_and_another_for_another(database: Database) -> None:
    with database.transaction() as session:
        for line, holder in ((LINE, "a"), ("test:2", "b")):
            held = leases.hold(session, line, holder, MONDAY)
            assert held is not None and held.fence == 1


async def test_a_sender_without_the_line_claims_nothing(at: Desk) -> None:
    await at.queue("một")
    await at.writer.write(lambda s: leases.hold(s, LINE, "somebody", at.clock.now()))
    assert await at.outbox.drain() == 0 and await at.states() == ["queued"]
    await at.clock.passes(minutes=1)
    assert await at.outbox.drain() == 1
