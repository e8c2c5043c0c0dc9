"""The broadcasters we are compared with, written as their libraries' own documents show them, nothing tuned.

Run as `python -m tests.bench.casters <name> <api url> <first chat> <count>`; each answers every message with its words, and
sends to everybody once it is told `/go`. Their libraries are no part of this project: the bench installs the exact versions
of `PACKAGES` beside it (processes.py), into a directory that goes with it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Sequence

os.environ.setdefault("PTB_TIMEDELTA", "1")

TOKEN = "123456:BENCH"
TEXT = "Công đoàn thông báo: ca ngày mai bắt đầu lúc 7 giờ. " * 4
WORKERS = 30
PACKAGES = {
    "ptb": ("aiolimiter==1.3.0",),
    "ptb-workers": ("aiolimiter==1.3.0",),
    "aiogram": ("aiogram==3.31.0",),
}
"""By name: what is installed for it. python-telegram-bot itself is the project's own."""
SETTINGS = {
    "ptb": "python-telegram-bot: AIORateLimiter() as it is, one loop over everybody; a message that is refused is lost",
    "ptb-workers": f"python-telegram-bot: AIORateLimiter(max_retries=5), {WORKERS} workers on one queue",
    "aiogram": "aiogram: one loop over everybody, sleep(0.05) between two (20 a second, as its example says), "
    "on TelegramRetryAfter it sleeps and tries again",
}


def ptb(url: str, people: Sequence[int], *, workers: int = 0) -> None:
    """`workers` 0: a plain loop."""
    from telegram import Update
    from telegram.error import TelegramError
    from telegram.ext import (
        AIORateLimiter,
        ApplicationBuilder,
        CallbackContext,
        CommandHandler,
        ContextTypes,
        MessageHandler,
        filters,
    )

    async def send(context: ContextTypes.DEFAULT_TYPE, number: int) -> None:
        try:
            await context.bot.send_message(number, TEXT)
        except TelegramError as error:
            logging.error("not sent: %s", error)

    async def loop(context: ContextTypes.DEFAULT_TYPE) -> None:
        for number in people:
            await send(context, number)

    async def queue(context: ContextTypes.DEFAULT_TYPE) -> None:
        waiting: asyncio.Queue[int] = asyncio.Queue()
        for number in people:
            waiting.put_nowait(number)

        async def work() -> None:
            while not waiting.empty():
                await send(context, waiting.get_nowait())

        await asyncio.gather(*(work() for _ in range(workers)))

    async def go(_update: Update, context: CallbackContext) -> None:  # type: ignore[type-arg]
        context.application.create_task(queue(context) if workers else loop(context))

    async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(update.message.text or "")

    limiter = AIORateLimiter(max_retries=5) if workers else AIORateLimiter()
    application = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").rate_limiter(limiter).build()
    application.add_handler(CommandHandler("go", go))
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


def aiogram(url: str, people: Sequence[int]) -> None:
    from aiogram import Bot, Dispatcher
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter
    from aiogram.filters import Command
    from aiogram.types import Message

    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(url)))
    dispatcher = Dispatcher()
    tasks = set()

    async def send(number: int) -> None:
        try:
            await bot.send_message(number, TEXT)
        except TelegramRetryAfter as error:
            await asyncio.sleep(error.retry_after)
            await send(number)
        except TelegramAPIError as error:
            logging.error("not sent: %s", error)

    async def loop() -> None:
        for number in people:
            await send(number)
            await asyncio.sleep(0.05)

    @dispatcher.message(Command("go"))
    async def go(_message: Message) -> None:
        tasks.add(asyncio.create_task(loop()))

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or "")

    asyncio.run(dispatcher.start_polling(bot))


def _ptb_workers(url: str, people: Sequence[int]) -> None:
    ptb(url, people, workers=WORKERS)


BOTS: dict[str, Callable[[str, Sequence[int]], None]] = {"ptb": ptb, "ptb-workers": _ptb_workers, "aiogram": aiogram}

if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    name, url, first, count = sys.argv[1:]
    BOTS[name](url, range(int(first), int(first) + int(count)))
