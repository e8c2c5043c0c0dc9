"""Long polling confirms nothing that is not done, holds nobody's messages in the wrong order, and stops cleanly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.base import SendError
from bot.channels.retry import Backoff, Pauses
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.request import NotSent, Unanswered
from bot.channels.telegram.updates import Event
from models.messages.message import Inbound
from tests.channels.pauses import Counted
from tests.waiting import idle, until

AT_ONCE = Backoff(first=0.001, most=0.004, jitter=0)


class Queue:
    """Telegram's side: an update is forgotten when a question comes with an offset above it."""

    line = "telegram:1"

    def __init__(self, *waiting: Any) -> None:
        self.waiting = list(waiting)
        self.asked: list[tuple[int | None, int]] = []
        self.faults: list[Exception] = []

    async def ask(self, offset: int | None, seconds: int) -> Sequence[Any]:
        self.asked.append((offset, seconds))
        if self.faults:
            raise self.faults.pop(0)
        self.waiting = [u for u in self.waiting if offset is None or u.get("update_id", 10**9) >= offset]
        await until(lambda: self.waiting or not seconds)
        return self.waiting[:100]

    def read(self, raw: Any) -> Event:
        if not isinstance(raw, dict) or "sender" not in raw:
            return Event()
        return Event(Inbound(line="telegram:1", external_id=str(raw["update_id"]), sender=raw["sender"], text="x"))

    async def act(self, event: Event) -> None: ...


def said(number: int, sender: str = "1") -> dict[str, Any]:
    return {"update_id": number, "sender": sender}


Act = Callable[[Event], Awaitable[None]]


@asynccontextmanager
async def polling(
    queue: Queue, act: Act, grace: float = 1.0, asking: Backoff = AT_ONCE
) -> AsyncIterator[asyncio.Task[None]]:
    """Runs; at the end it is cancelled."""
    queue.act = act  # type: ignore[method-assign]
    poll = Polling(queue, pauses=Pauses(asking, AT_ONCE, grace))
    task = asyncio.create_task(poll.run())
    try:
        yield task
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def number(event: Event) -> int:
    return int(event.inbound.external_id) if event.inbound else 0


async def test_one_persons_events_in_order_and_others_meanwhile() -> None:
    done: list[int] = []
    gate = asyncio.Event()

    async def act(event: Event) -> None:
        if number(event) == 1:
            await gate.wait()
        done.append(number(event))

    queue = Queue(said(1, "a"), said(2, "b"), said(3, "a"), said(4, "c"))
    async with polling(queue, act):
        await until(lambda: len(done) == 2)
        assert sorted(done) == [2, 4]
        await idle()
        assert queue.asked == [(None, 25)]  # nothing is confirmed while one is open
        gate.set()
        await until(lambda: len(queue.asked) == 2)
        assert done[2:] == [1, 3]
        assert queue.asked[1] == (5, 25)
        assert not queue.waiting


async def test_a_failing_event_is_offered_again_before_anything_is_confirmed() -> None:
    offers: list[int] = []

    async def act(event: Event) -> None:
        offers.append(number(event))
        if number(event) == 1 and offers.count(1) < 3:
            raise RuntimeError("không có cơ sở dữ liệu")

    queue = Queue(said(1, "a"), said(2, "a"), said(3, "b"))
    with structlog.testing.capture_logs() as logs:
        async with polling(queue, act):
            await until(lambda: len(queue.asked) == 2)
    assert offers.count(1) == 3 and offers.count(2) == 1 and offers.count(3) == 1
    assert offers.index(3) < 3 < offers.index(2)
    assert [entry["attempt"] for entry in logs] == [1, 2]
    assert {entry["error"] for entry in logs} == {"RuntimeError"}
    assert "dữ liệu" not in str(logs)


@pytest.mark.parametrize("bad", [{"update_id": 5}, {"update_id": 5, "message": 1}])
async def test_an_unreadable_update_does_not_hold_up_those_behind_it(bad: Any) -> None:
    done: list[int] = []

    async def act(event: Event) -> None:
        done.append(number(event))

    queue = Queue(bad, said(6))
    async with polling(queue, act):
        await until(lambda: len(queue.asked) == 2)
    assert done == [0, 6] and queue.asked[1][0] == 7


async def test_updates_without_a_number_do_not_make_it_spin() -> None:
    async def act(event: Event) -> None:
        raise AssertionError

    queue, pauses = Queue({"x": 1}, {"update_id": "2"}), Counted()
    async with polling(queue, act, asking=pauses):
        await until(lambda: len(queue.asked) > 4)
        assert len(pauses.taken) >= len(queue.asked) - 1  # one before each question but the first


@pytest.mark.parametrize(
    ("fault", "level", "setting"),
    [
        (NotSent("x"), "warning", None),
        (Unanswered("x"), "warning", None),
        (TelegramError("x"), "warning", None),
        (RetryAfter(0), "warning", None),
        (Conflict("terminated by other getUpdates request"), "error", None),
        (InvalidToken("x"), "error", "HAICHIEU_TELEGRAM__TOKEN"),
    ],
)
async def test_a_failed_question_is_asked_again(fault: TelegramError | SendError, level: str, setting: str | None) -> None:
    done: list[int] = []

    async def act(event: Event) -> None:
        done.append(number(event))

    queue = Queue(said(1))
    queue.faults = [fault, fault]
    with structlog.testing.capture_logs() as logs:
        async with polling(queue, act):
            await until(lambda: len(queue.asked) == 4)
    assert done == [1]
    assert [entry["log_level"] for entry in logs] == [level, level]
    assert logs[0].get("setting") == setting
    if isinstance(fault, Conflict):
        assert "another process polls" in logs[0]["event"]


async def test_what_is_not_telegrams_fault_surfaces() -> None:
    class Broken(Queue):
        async def ask(self, offset: int | None, seconds: int) -> Sequence[Any]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Polling(Broken()).run()


async def test_stopping_lets_the_open_batch_end_and_confirms_it() -> None:
    done: list[int] = []
    began, gate = asyncio.Event(), asyncio.Event()

    async def act(event: Event) -> None:
        began.set()
        await gate.wait()
        done.append(number(event))

    queue = Queue(said(1, "a"), said(2, "b"))
    async with polling(queue, act):
        await began.wait()
        opens_later(gate)
    assert sorted(done) == [1, 2]
    assert queue.asked == [(None, 25), (3, 0)]
    assert not queue.waiting


def opens_later(gate: asyncio.Event) -> None:
    """When whoever asks for this has gone on: here, when the stop has begun."""
    asyncio.get_running_loop().call_soon(gate.set)


async def test_stopping_waits_only_so_long_and_confirms_only_what_is_done() -> None:
    done: list[int] = []

    async def act(event: Event) -> None:
        if number(event) == 2:
            await asyncio.Event().wait()  # for ever
        done.append(number(event))

    queue = Queue(said(1, "a"), said(2, "b"), said(3, "c"))
    async with polling(queue, act, grace=0.05):
        await until(lambda: sorted(done) == [1, 3])
    assert queue.asked == [(None, 25), (2, 0)]
    assert [u["update_id"] for u in queue.waiting] == [2, 3]


async def test_what_telegram_has_confirmed_is_not_confirmed_again() -> None:
    async def act(event: Event) -> None: ...

    queue = Queue()

    async def ask(offset: int | None, seconds: int) -> Sequence[Any]:
        if len(queue.asked) == 1:
            seconds = 0  # an idle question, answered with nothing
        return await Queue.ask(queue, offset, seconds)

    queue.waiting = [said(1)]
    queue.ask = ask  # type: ignore[method-assign]
    async with polling(queue, act):
        await until(lambda: len(queue.asked) == 3)
    assert [offset for offset, _ in queue.asked] == [None, 2, None], "an empty answer has confirmed all that is below"


@pytest.mark.parametrize("fault", [NotSent("x"), Conflict("x")])
async def test_stopping_does_not_depend_on_the_confirmation(fault: Exception) -> None:
    began, gate = asyncio.Event(), asyncio.Event()

    async def act(event: Event) -> None:
        began.set()
        await gate.wait()
        queue.faults = [fault]

    queue = Queue(said(1))
    async with polling(queue, act):
        await began.wait()
        opens_later(gate)
    assert queue.asked[-1] == (2, 0)


def test_pauses_grow_to_a_limit() -> None:
    backoff = Backoff(first=1, most=30, jitter=0.25)
    for attempt, pause in [(1, 1), (2, 2), (5, 16), (6, 30), (2000, 30)]:
        assert pause <= backoff.delay(attempt) <= pause * 1.25
