"""What becomes of a message: each way in which sending can fail, the order of a chat, questions that wait, long texts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.channels.base import Blocked, Rejected, SendError, Throttled, Uncertain, Unreachable, WindowClosed
from bot.sending.outbox import RETRY_SECONDS
from handlers.chat.unasked import tell
from models.messages import chats, outbox, sending
from models.messages.chats import Run, State
from models.messages.outbox import BULK, NOTICE, REPLY, Letter, Outbound
from models.people import accounts, persons
from models.people.accounts import Sender
from models.people.units import Unit
from models.store.database import Database, Session
from tests.faults.line import LINE, Desk, desk
from tests.running_app import MONDAY, FakeClock


@pytest.fixture
async def at(database: Database, clock: FakeClock) -> AsyncIterator[Desk]:
    async with desk(database, clock) as opened:
        yield opened


async def drained(at: Desk, **later: float) -> list[str]:
    """What is delivered when so much time has passed."""
    await at.clock.passes(**later)
    before = len(at.line.delivered)
    await at.outbox.drain()
    return at.line.delivered[before:]


async def test_a_message_sent_leaves_no_row(at: Desk) -> None:
    await at.queue("một", "hai")
    assert await drained(at) == ["một", "hai"]
    assert await at.rows() == []


def later(**time: float) -> timedelta:
    return timedelta(**time)


TABLE = [
    # error, lane → state, tried again after (None: never), words kept
    (Unreachable(), REPLY, "queued", later(seconds=1), True),
    (Unreachable(), BULK, "queued", later(seconds=1), True),
    (Uncertain(), REPLY, "queued", later(seconds=1), True),
    (Uncertain(), BULK, "queued", later(seconds=1), True),
    (Throttled(7.5), NOTICE, "queued", later(seconds=7.5), True),
    (WindowClosed(MONDAY + later(hours=9)), NOTICE, "queued", later(hours=9), True),
    (WindowClosed(None), NOTICE, "queued", later(hours=1), True),
    (Rejected("Bad Request: message is too long"), REPLY, "rejected", None, False),
]


@pytest.mark.parametrize(("error", "lane", "state", "again", "kept"), TABLE)
async def test_each_way_to_fail(
    at: Desk, error: SendError, lane: int, state: str, again: timedelta | None, kept: bool
) -> None:
    at.line.trouble["tin"] = [error]
    await at.queue("tin", lane=lane)
    assert await drained(at) == []
    [row] = await at.rows()
    assert (row.state, bool(row.body), row.attempts) == (state, kept, 1)
    if again is None:
        assert await drained(at, days=6) == [] and at.line.tried == ["tin"]
        return
    assert row.not_before == MONDAY + again
    moment = (again - later(milliseconds=1)).total_seconds()
    assert await drained(at, seconds=moment) == []
    assert await drained(at, milliseconds=1) == ["tin"]
    assert await at.rows() == []


@pytest.mark.parametrize("lane", [REPLY, BULK])
async def test_who_has_stopped_the_line_leaves_no_row(at: Desk, lane: int) -> None:
    at.line.trouble["tin"] = [Blocked()]
    await at.queue("tin", lane=lane)
    assert await drained(at) == []
    assert await at.rows() == []


async def test_the_reason_of_a_refusal_is_kept_for_a_week_without_the_words(at: Desk) -> None:
    at.line.trouble["tin"] = [Rejected("Bad Request: chat is a channel")]
    await at.queue("tin")
    await drained(at)
    [row] = await at.rows()
    assert row.reason == "Bad Request: chat is a channel" and row.body == b""
    for days, left in ((7, 1), (8, 0)):
        await at.writer.write(lambda s, days=days: outbox.forget_failed(s, MONDAY + later(days=days)))
        assert len(await at.rows()) == left


async def test_pauses_grow_and_a_reply_is_tried_until_it_is_answered(at: Desk) -> None:
    at.line.trouble["tin"] = [Unreachable(), Uncertain()] * 6
    await at.queue("tin")
    await drained(at)
    for number in range(12):
        pause = RETRY_SECONDS[min(number, len(RETRY_SECONDS) - 1)]
        assert await drained(at, seconds=pause - 0.001) == []
        assert await drained(at, seconds=0.001) == (["tin"] if number == 11 else [])


@pytest.mark.parametrize("first", [None, Throttled(3), Unreachable()])
async def test_a_broadcast_part_of_unknown_fate_is_sent_again_once(at: Desk, first: SendError | None) -> None:
    """On a line that works for others; also when something else went wrong before, and nothing had been sent yet."""
    at.line.trouble["tin"] = [*([first] if first else []), Uncertain(), Throttled(1), Uncertain()]
    await at.queue("tin", lane=BULK)
    for number in range(6):
        await drained(at, minutes=5)
        await at.queue(f"khác {number}", to="Bình")
        await drained(at)
    assert await at.states() == ["uncertain"]
    assert at.line.tried.count("tin") == (4 if first else 3)


async def test_one_chat_keeps_its_order_and_others_do_not_wait(at: Desk) -> None:
    at.line.trouble["một"] = [Unreachable(), Uncertain()]
    await at.queue("một", "hai", "ba")
    await at.queue("khác", to="Bình")
    assert await drained(at) == ["khác"]
    await at.queue("bốn")
    assert await drained(at) == []
    assert await drained(at, seconds=1) == []
    assert await drained(at, seconds=5) == ["một", "hai", "ba", "bốn"]


async def test_what_is_refused_does_not_hold_up_what_follows(at: Desk) -> None:
    at.line.trouble["một"] = [Rejected("no")]
    await at.queue("một", "hai")
    assert await drained(at) == ["hai"]


async def test_a_row_that_cannot_be_opened_stops_nobody_else_and_is_kept(at: Desk) -> None:
    await at.queue("chìa mất", "sau")
    [row, _] = await at.rows()
    await at.writer.write(lambda s: s.execute(update(Outbound).where(col(Outbound.id) == row.id).values(body=bytes(40))))
    assert await drained(at) == ["sau"]
    await at.queue("nữa")
    await at.writer.write(lambda s: s.execute(update(Outbound).where(col(Outbound.id) == row.id).values(body=row.body)))
    assert await drained(at) == []  # order is kept: it is under way, for all anybody knows
    assert await drained(at, minutes=1) == ["chìa mất", "nữa"]


def talks(session: Session, run: Run | None, now: datetime) -> None:
    """A turn of An's chat."""
    chat = chats.load(session, chats.of(Sender(LINE, "An"), "an"), now)
    chats.save(session, chat, State(run=run, language="vi"), now)


async def test_a_question_waits_until_the_conversation_is_over(at: Desk) -> None:
    await at.writer.write(lambda s: talks(s, Run("file", "", "abc"), at.clock.now()))
    await at.queue("Đồng chí đánh giá đi?", asks=True, lane=NOTICE)
    await at.queue("Báo tin thôi", lane=NOTICE)
    await at.queue("Người khác", to="Bình", asks=True, lane=NOTICE)
    before = [row.model_dump() for row in await at.rows()][:1]
    assert sorted(await drained(at)) == ["Báo tin thôi", "Người khác"]
    assert await drained(at, minutes=29) == []
    assert [row.model_dump() for row in await at.rows()] == before, "the row says nothing of how long its reader was busy"
    await at.writer.write(lambda s: talks(s, None, at.clock.now()))
    assert await drained(at) == []
    assert await drained(at, seconds=sending.HELD_BACK.total_seconds()) == ["Đồng chí đánh giá đi?"]


async def test_a_question_is_released_when_the_conversation_lapses(at: Desk) -> None:
    await at.writer.write(lambda s: talks(s, Run("file", "", "abc"), at.clock.now()))
    await at.queue("?", asks=True)
    assert await drained(at, minutes=29) == []
    assert await drained(at, minutes=1) == ["?"]


async def test_who_blocked_is_sent_nothing_more_until_they_write(at: Desk) -> None:
    """And no row that names them says so: written after an answer to a reporter, it would say whom that was for."""
    to = Sender(LINE, "An")

    def join(session: Session) -> accounts.Account:
        unit = Unit(kind="to_cong_doan", code="T1", name="Tổ 1")
        session.add(unit)
        session.flush()
        somebody = persons.add(session, unit.id)
        today = MONDAY.date()
        return accounts.add(
            session, to, somebody, accounts.Joining(language="vi", confirmed=True, consent_version="1"), today
        )

    def account() -> dict[str, Any]:
        with at.database.reading() as session:
            found = accounts.find(session, to)
            assert found is not None
            return found.model_dump()

    async def told(text: str, lane: int = NOTICE) -> None:
        def add(session: Session) -> None:
            found = accounts.find(session, to)
            assert found is not None
            if lane == NOTICE:
                tell(session, found, Letter(text), at.clock.now(), plain=True)
            else:
                outbox.queue(session, to, Letter(text), at.clock.now(), lane=lane)

        await at.writer.write(add)

    await at.writer.write(join)
    before = account()
    at.line.trouble["một"] = [Blocked()]
    for text in ("một", "hai"):
        await told(text)
    await told("Cả nước", BULK)
    await at.queue("Người khác", lane=BULK, to="Bình")
    await at.outbox.drain()
    await told("ba")
    assert await drained(at, days=1) == []
    assert at.line.tried == ["một", "Người khác"]
    assert not await at.rows(), "what is left of a message to them would wait for their return"
    assert account() == before
    await told("Trả lời", REPLY)  # to what they have written now
    assert await drained(at) == ["Trả lời"]
    await told("bốn")
    assert await drained(at) == ["bốn"]


async def test_another_sender_tries_whoever_has_stopped_once_more(at: Desk) -> None:
    """Who has stopped stands in one sender's memory only."""
    at.line.trouble |= {"một": [Blocked()], "hai": [Blocked()]}
    await at.queue("một", lane=NOTICE)
    await drained(at)
    await at.queue("hai", "ba", lane=NOTICE)
    other = at.another()
    await at.clock.passes(minutes=5)
    await other.drain()
    assert at.line.tried == ["một", "hai"] and not await at.rows()
