"""A line that answers nobody: silent as a whole, nobody's try, and back at once. One cut answer is something else."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.channels.base import Throttled, Uncertain, Unreachable
from bot.sending.outage import Outage
from models.messages import sending as rows_of
from models.messages.leases import Lease
from models.messages.message import Outgoing
from models.messages.outbox import BULK, REPLY, Outbound
from models.messages.sending import Claimed
from models.store.database import Database
from tests.faults.line import LINE, Desk, Line, desk
from tests.running_app import MONDAY, FakeClock
from tests.waiting import until

CUT, BROKEN, REFUSED, FLOODED, TAKEN = "cut", "502", "refused", "429", "taken"
TROUBLE = (CUT, BROKEN, REFUSED, FLOODED)


class Scripted(Line):
    """What becomes of each send, in turn; when the script is over, all are taken. Its service answers a question as it would
    answer the next message, but for a cut answer, which cuts only one. `copies`: what arrived; `cut`: for which of them the
    answer did not."""

    def __init__(self, script: Sequence[str]) -> None:
        super().__init__()
        self.script = list(script)
        self.copies: Counter[str] = Counter()
        self.cut: Counter[str] = Counter()
        self.fates: list[tuple[str, str]] = []

    async def probe(self) -> None:
        self.probed += 1
        if self.script and self.script[0] in (BROKEN, REFUSED):
            self.script.pop(0)
            raise Unreachable("script")

    async def send(self, message: Outgoing) -> str:
        fate = self.script.pop(0) if self.script else TAKEN
        self.fates.append((message.text, fate))
        if fate in (TAKEN, CUT):
            self.copies[message.text] += 1
        if fate in (CUT, BROKEN):
            self.cut[message.text] += 1
            raise Uncertain(fate)
        if fate == REFUSED:
            raise Unreachable(fate)
        if fate == FLOODED:
            raise Throttled(1)
        return "ref"


async def plays(database: Database, script: Sequence[str], people: int, lane: int) -> tuple[Scripted, list[str]]:
    """A message to so many people, sent until nothing waits; the states of what is left."""
    line = Scripted(script)
    at = Desk(database, FakeClock(), line)
    try:
        for number in range(people):
            await at.queue(f"tin {number}", to=f"người {number}", lane=lane)
        for _ in range(40 + 4 * len(script)):
            await at.outbox.drain()
            if not any(state in ("queued", "sending") for state in await at.states()):
                break
            await at.clock.passes(seconds=60)
        states = await at.states()
        await at.outbox.stop()
        for table in (Outbound, Lease):  # the next script begins without
            await at.writer.write(lambda session, table=table: session.execute(delete(table)))
        return line, states
    finally:
        await at.close()


MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("backend", ["sqlite"])
@MANY
@given(st.lists(st.sampled_from([*TROUBLE, TAKEN]), max_size=40), st.integers(1, 8))
def test_a_reply_is_never_missed_whatever_happens(database: Database, script: list[str], people: int) -> None:
    line, states = asyncio.run(plays(database, script, people, REPLY))
    assert states == [] and len(line.copies) == people
    assert all(line.copies[text] <= 1 + line.cut[text] for text in line.copies)


@pytest.mark.parametrize("backend", ["sqlite"])
@MANY
@given(st.integers(0, 8), st.lists(st.sampled_from(TROUBLE), max_size=40), st.integers(1, 8))
def test_an_outage_costs_nobody_a_notice(database: Database, first: int, outage: list[str], people: int) -> None:
    """Some are taken, then none for a while in any way, then all."""
    line, states = asyncio.run(plays(database, [TAKEN] * first + outage, people, BULK))
    assert states == [] and len(line.copies) == people
    assert all(line.copies[text] <= 1 + line.cut[text] for text in line.copies)


@pytest.mark.parametrize("backend", ["sqlite"])
@MANY
@given(st.lists(st.sampled_from([*TROUBLE, TAKEN, TAKEN]), max_size=60), st.integers(1, 8))
@example([CUT, FLOODED, CUT], 2)  # somebody is acknowledged while the second doubt is being judged, which is not in between
def test_who_ends_as_uncertain_was_in_doubt_while_others_were_not(
    database: Database, script: list[str], people: int
) -> None:
    line, states = asyncio.run(plays(database, script, people, BULK))
    assert set(states) <= {"uncertain"}
    assert all(line.copies[text] <= 1 + line.cut[text] for text in line.copies)
    lost = {text for text, _ in line.fates} - {text for text, fate in line.fates if fate == TAKEN}
    assert len(lost) == len(states)
    for text in lost:
        doubts = [place for place, (whose, fate) in enumerate(line.fates) if whose == text and fate in (CUT, BROKEN)]
        between = [line.fates[a + 1 : b] for a, b in itertools.pairwise(doubts)]
        assert any(fate == TAKEN for others in between for _, fate in others), line.fates


@pytest.fixture
async def at(database: Database, clock: FakeClock) -> AsyncIterator[Desk]:
    async with desk(database, clock) as opened:
        yield opened


async def out_of_order(at: Desk, error: Exception, count: int, lane: int = BULK) -> None:
    """A service that answers nobody, and a message to so many."""
    at.line.away = True
    for number in range(count):
        at.line.trouble[f"tin {number}"] = [error] * 100
        await at.queue(f"tin {number}", to=f"người {number}", lane=lane)
    await at.outbox.drain()


async def comes_back(at: Desk) -> None:
    at.line.away = False
    at.line.trouble.clear()


@pytest.mark.parametrize("lane", [REPLY, BULK])
@pytest.mark.parametrize("error", [Uncertain("502"), Unreachable("refused")])
async def test_a_line_that_is_down_is_silent_and_asked_by_what_sends_nothing(at: Desk, error: Exception, lane: int) -> None:
    await out_of_order(at, error, 12, lane)
    tried, probed = len(at.line.tried), at.line.probed
    for _ in range(36):
        await at.clock.passes(seconds=5)
        await at.outbox.drain()
    assert len(at.line.tried) == tried, "nothing is sent while it answers nobody"
    assert at.line.probed - probed == 36
    assert at.outbox.sends.is_out and at.outbox.sends.since == MONDAY
    await comes_back(at)
    await at.clock.passes(seconds=5)
    await at.outbox.drain()
    assert len(at.line.delivered) == 12 and await at.rows() == [], "everything at once, five seconds later at most"
    assert not at.outbox.sends.is_out


async def test_a_service_that_answers_questions_and_takes_no_message_is_down(at: Desk) -> None:
    """502 to sendMessage alone: one message at a time is tried, and the next time another."""
    await out_of_order(at, Uncertain("502"), 12)
    at.line.away = False
    before = len(at.line.tried)
    for _ in range(12):
        await at.clock.passes(seconds=5)
        await at.outbox.drain()
    assert len(at.line.tried) - before == 12 and at.outbox.sends.is_out
    await comes_back(at)
    await at.clock.passes(seconds=5)
    await at.outbox.drain()
    assert sorted(at.line.delivered) == sorted(f"tin {number}" for number in range(12))
    assert await at.rows() == []


async def test_poison_keeps_no_line_down(at: Desk) -> None:
    """Two messages that the service cannot bear, before ten that it can."""
    for number in range(2):
        at.line.trouble[f"độc {number}"] = [Uncertain("500")] * 100
        await at.queue(f"độc {number}", to=f"độc {number}", lane=BULK)
    for number in range(10):
        await at.queue(f"tin {number}", to=f"người {number}", lane=BULK)
    for _ in range(30):
        await at.outbox.drain()
        await at.clock.passes(minutes=5)
        await at.queue("khác", to="khác")
    assert len([text for text in at.line.delivered if text.startswith("tin")]) == 10
    assert await at.states() in (["uncertain"] * 2 + ["queued"], ["uncertain"] * 2)


async def test_one_cut_answer_makes_no_outage(at: Desk) -> None:
    at.line.trouble["tin 3"] = [Uncertain("cut")]
    for number in range(12):
        await at.queue(f"tin {number}", to=f"người {number}")
    await at.outbox.drain()
    assert len(at.line.delivered) == 11 and not at.outbox.sends.is_out
    await at.clock.passes(seconds=1)
    await at.outbox.drain()
    assert len(at.line.delivered) == 12


async def test_the_running_outbox_is_back_within_seconds(at: Desk) -> None:
    """Not only when it is drained: by its own clock, with nobody to wake it."""
    await out_of_order(at, Unreachable("refused"), 12, REPLY)
    began = at.clock.now()
    running = asyncio.create_task(at.outbox.run())
    await until(lambda: at.line.probed > 10)
    await comes_back(at)
    back = at.clock.now()
    assert back - began > timedelta(seconds=30)
    await until(lambda: len(at.line.delivered) == 12)
    assert at.clock.now() - back < timedelta(seconds=10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


DOUBTS = [
    # what happens between two doubts of a message → is its second doubt its own?
    ("nothing", False),
    ("another is taken", True),
    ("another is refused for good", True),
    ("another is in doubt", False),
    ("another is taken, another is in doubt", False),
]


@pytest.mark.parametrize(("between", "hopeless"), DOUBTS)
async def test_a_second_doubt_counts_when_the_line_works_for_others(clock: FakeClock, between: str, hopeless: bool) -> None:
    async def answers() -> None: ...

    outage = Outage(LINE, answers, clock)

    def row(name: str) -> Claimed:
        return Claimed(Outgoing(name, name, "x"), BULK, 1, 0, 1, clock.now())

    async def doubted(name: str) -> bool:
        await outage.failed(row(name), outage.acknowledged)
        return outage.is_hopeless(row(name), outage.acknowledged)

    assert not await doubted("An")
    if "taken" in between or "refused" in between:
        outage.judged(row("Bình"))
    if "doubt" in between:
        assert not await doubted("Chi")
    assert await doubted("An") is hopeless


async def test_a_hanging_service_is_down_although_it_takes_the_question(clock: FakeClock) -> None:
    async def hangs() -> None:
        await asyncio.Event().wait()

    outage = Outage(LINE, hangs, clock, answer=0.01)
    await outage.failed(Claimed(Outgoing("An", "An", "x"), BULK, 1, 0, 1, clock.now()), 0)
    assert outage.is_down


async def test_two_processes_do_not_wake_what_the_other_holds(database: Database, clock: FakeClock) -> None:
    """A wake touches only what is queued; what another sender holds keeps its lease."""
    async with desk(database, clock) as at:
        await at.queue("tin")
        gate = at.line.before["tin"] = asyncio.Event()
        sending: Any = asyncio.create_task(at.outbox.drain())
        await until(lambda: at.line.tried)
        [row] = await at.rows()
        await at.writer.write(lambda session: rows_of.wake(session, [row.id], clock.now() - timedelta(days=1)))
        assert [one.model_dump() for one in await at.rows()] == [row.model_dump()]
        gate.set()
        await sending
