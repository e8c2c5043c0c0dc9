"""What a service refuses for good: whoever waits for it is told, once, and what stands beside it still goes out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from bot.channels.base import Rejected, Unreachable
from bot.sending.outbox import Outbox
from models.messages.message import Outgoing
from models.messages.outbox import BULK, NOTICE, REPLY
from models.messages.sending import Claimed
from models.store.database import Database, Session
from tests.faults.line import Desk, desk
from tests.rules.messages.test_outbox_parts import FILES
from tests.running_app import FakeClock


class Told(list[tuple[str, str, str]]):
    """To whom, of which part, and of which case."""

    def __call__(self, _session: Session, line: str, row: Claimed, part: Outgoing, now: datetime) -> None:
        assert line and now
        self.append((row.chat, part.text or (part.media.name if part.media else ""), row.letter.of_case))


@pytest.fixture
async def at(database: Database, clock: FakeClock) -> AsyncIterator[Desk]:
    async with desk(database, clock, uploads=True) as opened:
        yield opened


@pytest.fixture
def told(at: Desk) -> Told:
    at.outbox = Outbox(at.line, at.writer, at.clock, tell=(told := Told()))
    return told


@pytest.mark.parametrize("lane", [REPLY, NOTICE])
async def test_whoever_waits_is_told(at: Desk, told: Told, lane: int) -> None:
    at.line.trouble["tin"] = [Unreachable(), Rejected("no", code="x")]
    await at.queue("tin", lane=lane, of_case="c")
    await at.outbox.drain()
    assert told == []  # it may still be taken
    await at.clock.passes(seconds=30)
    await at.outbox.drain()
    assert told == [("An", "tin", "c")] and await at.states() == ["rejected"]


async def test_of_what_tells_nobody_is_told(at: Desk, told: Told) -> None:
    at.line.trouble["tin"] = [Rejected("no")]
    await at.queue("tin", is_last=True)
    await at.outbox.drain()
    assert told == [] and await at.states() == ["rejected"]


async def test_the_next_attachment_still_goes_out(at: Desk, told: Told) -> None:
    at.line.trouble["tep-1.pdf"] = [Rejected("no")]
    await at.queue("tin", also=FILES, lane=BULK)
    await at.outbox.drain()
    assert at.line.delivered == ["tin", "tep-2.pdf"]
    assert told == [("An", "tep-1.pdf", "")] and await at.states() == ["rejected"]


async def test_words_that_are_refused_keep_back_what_follows_them(at: Desk, told: Told) -> None:
    at.line.trouble["tin"] = [Rejected("no")]
    await at.queue("tin", also=FILES)
    await at.outbox.drain()
    assert at.line.delivered == [] and told == [("An", "tin", "")]
