"""Messages sent per second: python-telegram-bot's default request, our channel, and our channel behind the outbox.

All three send the same text to the same load server (crowd.py) over loopback, each message to another person. The outbox
claims sealed rows from SQLite (synchronous=FULL), sends them and deletes them.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

os.environ.setdefault("PTB_TIMEDELTA", "1")

from telegram.ext import ApplicationBuilder

from bot.channels.telegram import NOTHING, TelegramChannel
from bot.clock import SystemClock
from bot.sending.outbox import Outbox
from bot.writer import Writer
from config.settings import Telegram
from models.messages import outbox
from models.messages.message import Outgoing
from models.messages.outbox import Letter
from models.people.accounts import Sender
from models.store import schema
from models.store.database import Database, Session
from models.store.ids import new_id
from models.store.sealing import Keyring
from tests.bench import peers, table
from tests.bench.processes import CrowdProcess

AT_ONCE = (1, 8, 32, 64)
TEXT = "Công đoàn thông báo: ca ngày mai bắt đầu lúc 7 giờ. " * 4
FIRST = 1000
Send = Callable[[int], Awaitable[object]]


async def _rate(send: Send, count: int, at_once: int) -> float:
    """Sends `count` messages, `at_once` at a time, after a few that are not timed."""
    await asyncio.gather(*(send(FIRST + number) for number in range(at_once)))
    numbers = iter(range(FIRST, FIRST + count))

    async def work() -> None:
        for number in numbers:
            await send(number)

    began = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    return count / (time.perf_counter() - began)


async def default_request(url: str, count: int, at_once: int) -> float:
    bot = ApplicationBuilder().token(peers.TOKEN).base_url(f"{url}/bot").build().bot
    async with bot:
        return await _rate(lambda number: bot.send_message(number, TEXT), count, at_once)


def _channel(url: str) -> TelegramChannel:
    settings = Telegram(token=peers.TOKEN, api_url=url, per_second=100_000)  # type: ignore[arg-type]
    return TelegramChannel(settings, NOTHING)


async def _nobody(_inbound: object) -> None:
    return None


async def our_request(url: str, count: int, at_once: int) -> float:
    channel = _channel(url)
    await channel.start(_nobody)
    try:
        return await _rate(lambda number: channel.send(Outgoing(new_id(), str(number), TEXT)), count, at_once)
    finally:
        await channel.stop()


async def through_outbox(url: str, count: int, directory: Path) -> float:
    """Rows that were committed before the clock starts; it stops when the table is empty."""
    database = Database(f"sqlite:///{directory}/{new_id()}.db", Keyring.new())
    schema.upgrade(database)
    channel, writer, clock = _channel(url), Writer(database), SystemClock()

    def queue(session: Session) -> None:
        for number in range(FIRST, FIRST + count):
            to, now = Sender(channel.line, str(number)), datetime.now(UTC)
            outbox.queue(session, to, Letter(TEXT), now, lane=outbox.BULK)

    await writer.write(queue)
    await channel.start(_nobody)
    sender = Outbox(channel, writer, clock)
    began = time.perf_counter()
    running = asyncio.create_task(sender.run())
    while await writer.read(outbox.counts):  # noqa: ASYNC110 - the table is in another thread's hands
        await asyncio.sleep(0.01)
    seconds = time.perf_counter() - began
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await sender.stop()
    await channel.stop()
    await writer.stop()
    database.close()
    return count / seconds


def main(*, quick: bool) -> None:
    """Measures and prints."""
    count, rounds = (600, 1) if quick else (3000, 3)
    default: dict[int, float] = {}
    own: dict[int, float] = {}
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        crowd = stack.enter_context(CrowdProcess(directory))
        for at_once in AT_ONCE:
            default[at_once] = median(asyncio.run(default_request(crowd.url, count, at_once)) for _ in range(rounds))
            own[at_once] = median(asyncio.run(our_request(crowd.url, count, at_once)) for _ in range(rounds))
        crowd.ask("begin")  # counts from nought
        sender = median(asyncio.run(through_outbox(crowd.url, 3 * count, directory)) for _ in range(rounds))
        arrived = crowd.ask("state")["calls"]["sendMessage"]
    print(f"{count:,} messages of {len(TEXT)} letters ({3 * count:,} through the outbox), median of {rounds}")
    print("python-telegram-bot: ApplicationBuilder defaults (HTTPXRequest, a pool of 256)")
    best = max(default.values())
    heads = ("sender", *(f"{at_once} at once" for at_once in AT_ONCE), "best", "of the default's best")
    rows = [
        (
            name,
            *(f"{rate:,.0f}" for rate in rates.values()),
            f"{max(rates.values()):,.0f}",
            f"{max(rates.values()) / best:.2f}",
        )
        for name, rates in (("default request", default), ("our channel", own))
    ]
    rows.append(("through the outbox, SQLite", "", "", "", f"{sender:,.0f}", f"{sender:,.0f}", f"{sender / best:.2f}"))
    table.show("sends: messages per second", heads, rows)
    wanted = 3 * count * rounds
    print(f"through the outbox: {arrived:,} of {wanted:,} arrived")
    table.show_targets(
        [
            table.target(
                "our channel, of the default request's best", max(own.values()) / best, ">= 4", max(own.values()) >= 4 * best
            )
        ]
    )
