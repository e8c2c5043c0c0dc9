"""A line does not work: an officer hears of it on another, once, and once that it is over."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.channels.base import Channel
from models.messages.outages import open_ones
from tests.actors import OnTelegram, OnWebChat, Person
from tests.emulators.telegram import TelegramEmulator
from tests.running_app import FakeClock, RunningApp


@pytest.fixture
def channel() -> str:
    return "telegram"


@pytest.fixture
async def at_the_desk(service: RunningApp) -> AsyncIterator[Person]:
    """The chair, in web chat."""
    async with aiohttp.ClientSession() as http:
        person = OnWebChat(service, "Hùng", http)
        await person.joins(service.codes.chair)
        await person.looks_away()
        yield person
        await person.leaves()


@pytest.fixture
def line(service: RunningApp) -> Channel:
    return next(channel for channel in service.app.channels if channel.line.startswith("telegram:"))


async def test_a_deaf_line_is_told_once_and_so_is_its_end(
    at_the_desk: Person, service: RunningApp, line: Channel, telegram: TelegramEmulator, clock: FakeClock
) -> None:
    for _ in range(2):  # each minute somebody has taken the webhook away again
        telegram.webhook = {}
        await line.look()
        await at_the_desk.sees_nothing_new()
        await clock.passes(minutes=1)
    await at_the_desk.sees(
        "Đồng chí, từ 10:00 ngày 23/11 tin người lao động viết trên Telegram không tới công đoàn",
        "Một chương trình khác dùng mã (token) của bot",
        "cho người phụ trách kỹ thuật biết",
    )
    for _ in range(10):
        telegram.webhook = {}
        await line.look()
        await clock.passes(minutes=1)
    await at_the_desk.sees_nothing_new()
    await line.look()
    await clock.passes(seconds=31)
    await at_the_desk.sees("Đồng chí, Telegram đã thông trở lại từ 10:12 ngày 23/11")
    await clock.passes(minutes=10)
    await at_the_desk.sees_nothing_new()


async def test_what_is_mended_at_once_is_told_to_nobody(
    at_the_desk: Person, line: Channel, telegram: TelegramEmulator, clock: FakeClock
) -> None:
    telegram.webhook = {}
    await line.look()
    await clock.passes(minutes=1)
    await line.look()
    await clock.passes(minutes=10)
    await at_the_desk.sees_nothing_new()


async def test_a_line_that_does_not_send_is_told_on_another(
    at_the_desk: Person, service: RunningApp, telegram: TelegramEmulator, clock: FakeClock
) -> None:
    """502 to everything for a quarter of an hour: the worker is answered right after, and reads it once."""
    worker = OnTelegram(service, "An", telegram)
    await worker.joins(service.codes.team)
    await worker.looks_away()
    telegram.fault("html", times=None)
    await worker.says("menu")
    for _ in range(90):
        await clock.passes(seconds=10)
    await worker.sees_nothing_new()
    await at_the_desk.sees("Đồng chí, từ 10:00 ngày 23/11 không gửi được tin trên Telegram", "Chưa kết nối được")
    await at_the_desk.sees_nothing_new()
    with service.app.database.reading() as session:
        assert [(row.line, row.direction) for row in open_ones(session)] == [("telegram:123456", "sends")]
    telegram.clear_faults()
    await clock.passes(seconds=5)
    await worker.sees("Viết phản ánh")
    await worker.sees_nothing_new()
    await clock.passes(seconds=31)
    await at_the_desk.sees("Đồng chí, Telegram đã thông trở lại từ 10:15 ngày 23/11")
    with service.app.database.reading() as session:
        assert not open_ones(session)


async def test_a_line_that_does_neither_is_told_once(
    at_the_desk: Person, service: RunningApp, line: Channel, telegram: TelegramEmulator, clock: FakeClock
) -> None:
    worker = OnTelegram(service, "An", telegram)
    await worker.joins(service.codes.team)
    await worker.looks_away()
    telegram.fault("html", times=None)
    await line.look()
    await worker.says("menu")
    for _ in range(20):
        await clock.passes(seconds=10)
    await at_the_desk.sees("tin người lao động viết trên Telegram không tới công đoàn", "Chưa kết nối được")
    await at_the_desk.sees_nothing_new()
    telegram.clear_faults()
    await clock.passes(seconds=5)
    await clock.passes(minutes=1)
    await at_the_desk.sees_nothing_new()  # it sends, and still does not hear
    await line.look()  # somebody else's address, as far as this story's service knows
    await line.look()
    await clock.passes(minutes=1)
    await at_the_desk.sees("Đồng chí, Telegram đã thông trở lại")
    await at_the_desk.sees_nothing_new()


async def test_monitoring_sees_it_at_once(service: RunningApp, line: Channel, telegram: TelegramEmulator) -> None:
    telegram.webhook = {}
    await service.app.drain()
    async with aiohttp.ClientSession() as http:

        async def ready() -> tuple[int, dict[str, object]]:
            async with http.get(f"{service.address}/readyz") as answer:
                return answer.status, await answer.json()

        status, said = await ready()
        assert status == 200 and said["telegram:123456"] == {"hears": True, "sends": True}
        await line.look()
        status, said = await ready()
        assert status == 503 and said["telegram:123456"] == {
            "hears": False,
            "hears_not_since": "2026-11-23T03:00:00+00:00",
            "hears_not_because": "webhook",
            "sends": True,
        }
        await line.look()
        assert (await ready())[0] == 200
