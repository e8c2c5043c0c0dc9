"""A message in several parts: what went out is not sent again, each part has its turn, and the words' reference is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.channels.base import Rejected, SendError, Throttled, Uncertain, Unreachable
from models.messages.message import Media
from models.messages.outbox import BULK, REPLY
from models.messages.sending import Outcome
from models.store.database import Database
from tests.faults.line import Desk, desk, dies_sending, recorded
from tests.running_app import FakeClock

FILES = tuple(Media(f"m{number}", "c", "document", f"tep-{number}.pdf", "application/pdf") for number in (1, 2))
WHOLE = ["tin", "tep-1.pdf", "tep-2.pdf"]


@pytest.fixture
async def at(database: Database, clock: FakeClock) -> AsyncIterator[Desk]:
    async with desk(database, clock, uploads=True, text=20) as opened:
        yield opened


@pytest.fixture
def outcomes(monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
    """What is written down of each row."""
    return recorded(monkeypatch)


async def test_words_and_attachments_go_out_in_order(at: Desk, outcomes: list[Outcome]) -> None:
    await at.queue("tin", also=FILES)
    await at.outbox.drain()
    assert at.line.delivered == WHOLE
    assert [(one.state, one.reference) for one in outcomes] == [("sent", "ref-1")]
    assert await at.rows() == []


@pytest.mark.parametrize("lane", [REPLY, BULK])
@pytest.mark.parametrize("error", [Unreachable(), Uncertain(), Throttled(1)])
@pytest.mark.parametrize("place", [1, 2])
async def test_a_fault_between_the_parts_repeats_none_that_went_out(
    at: Desk, outcomes: list[Outcome], lane: int, error: SendError, place: int
) -> None:
    at.line.trouble[WHOLE[place]] = [error]
    await at.queue("tin", lane=lane, also=FILES)
    await at.outbox.drain()
    assert at.line.delivered == WHOLE[:place]
    await at.clock.passes(seconds=1)
    await at.outbox.drain()
    assert at.line.delivered == WHOLE
    assert [(one.state, one.reference) for one in outcomes] == [("queued", "ref-1"), ("sent", "ref-1")]
    assert await at.rows() == []


async def test_another_process_that_ends_the_delivery_knows_the_reference_too(at: Desk, outcomes: list[Outcome]) -> None:
    at.line.trouble["tep-1.pdf"] = [Unreachable()]
    await at.queue("tin", also=FILES)
    await dies_sending(at.another())
    assert all(b"ref-1" not in row.body for row in await at.rows())
    await at.clock.passes(seconds=60)
    await at.outbox.drain()
    assert at.line.delivered == WHOLE
    assert [(one.state, one.reference) for one in outcomes] == [("sent", "ref-1")]


async def test_doubt_ends_with_the_part_it_was_about(at: Desk, outcomes: list[Outcome]) -> None:
    """The words were answered at the second try: the attachment's first doubtful try is not its last."""
    at.line.trouble |= {"tin": [Uncertain()], "tep-1.pdf": [Uncertain()]}
    await at.queue("tin", lane=BULK, also=FILES)
    for _ in range(3):
        await at.outbox.drain()
        await at.clock.passes(seconds=30)
    assert at.line.delivered == WHOLE
    assert [one.state for one in outcomes] == ["queued", "queued", "sent"]


async def test_words_in_several_parts_have_no_reference(at: Desk, outcomes: list[Outcome]) -> None:
    await at.queue("mười chữ đầu tiên\n\nmười chữ tiếp theo", also=FILES)
    await at.outbox.drain()
    assert at.line.delivered == ["mười chữ đầu tiên", "mười chữ tiếp theo", *WHOLE[1:]]
    assert [(one.state, one.reference) for one in outcomes] == [("sent", "")]


async def test_words_that_went_out_keep_their_reference_where_an_attachment_never_will(
    at: Desk, outcomes: list[Outcome]
) -> None:
    at.line.trouble["tep-2.pdf"] = [Rejected("the attachment is not kept any more")]
    await at.queue("tin", also=FILES)
    await at.outbox.drain()
    assert [(one.state, one.reference, one.parts_done) for one in outcomes] == [("rejected", "ref-1", 2)]


async def test_a_line_that_cannot_upload_sends_the_words_alone(database: Database, clock: FakeClock) -> None:
    async with desk(database, clock) as at:
        await at.queue("tin", also=FILES)
        await at.outbox.drain()
        assert at.line.delivered == ["tin"] and await at.rows() == []


async def test_each_part_has_a_turn_of_its_own(database: Database, clock: FakeClock) -> None:
    """The service counts messages: ten broadcasts of three parts at ten a second take three seconds, not one."""
    async with desk(database, clock, uploads=True, per_second=10, concurrency=1) as at:
        began = clock.steady()
        for number in range(10):
            await at.queue("tin", to=f"W{number}", lane=BULK, also=FILES)
        await at.outbox.drain()
        assert len(at.line.at) == 30
        assert at.line.at[-1] - began == pytest.approx(2.8, abs=0.05)


async def test_a_chat_that_may_have_one_a_second_has_its_parts_a_second_apart(database: Database, clock: FakeClock) -> None:
    async with desk(database, clock, uploads=True, per_chat_second=1) as at:
        await at.queue("tin", lane=BULK, also=FILES)
        await at.outbox.drain()
        first, second, third = at.line.at
        assert (second - first, third - second) == pytest.approx((1, 1), abs=0.01)
