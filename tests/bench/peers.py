"""The bots we are compared with, written as python-telegram-bot's own examples are: its defaults, nothing tuned.

Run as `python -m tests.bench.peers echo|conversation <api url> <directory>`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from telegram import Update
from telegram.ext import (
    Application,
    ApplicationBuilder,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

TOKEN = "123456:BENCH"
STEPS = ("What is wrong?", "What is it about?", "Who shall receive it?")
"""What is asked after each of a conversation's first messages; the last message is answered with thanks."""

SETTINGS = {
    "echo": "python-telegram-bot echo: ApplicationBuilder defaults (HTTPXRequest, one update at a time), polling",
    "conversation": "python-telegram-bot ConversationHandler, 4 steps, persistent, PicklePersistence(update_interval=1); "
    "else defaults, polling",
}


async def _echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(update.message.text or "")


def echo(url: str, _directory: Path) -> Application[Any, Any, Any, Any, Any, Any]:
    application = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, _echo))
    return application


def _asks(step: int) -> Any:
    """The handler of a conversation's message number `step`: keeps the answer, asks on."""

    async def handle(update: Update, context: ContextTypes.DEFAULT_TYPE) -> int:
        assert update.message is not None and context.user_data is not None
        context.user_data[step] = update.message.text
        if step == len(STEPS):
            context.user_data.clear()
            await update.message.reply_text("Thank you.")
            return ConversationHandler.END
        await update.message.reply_text(STEPS[step])
        return step + 1

    return MessageHandler(filters.TEXT, handle)


def conversation(url: str, directory: Path) -> Application[Any, Any, Any, Any, Any, Any]:
    kept = PicklePersistence(directory / "kept.pickle", update_interval=1)
    application = ApplicationBuilder().token(TOKEN).base_url(f"{url}/bot").persistence(kept).build()
    application.add_handler(
        ConversationHandler(
            entry_points=[_asks(0)],
            states={step: [_asks(step)] for step in range(1, len(STEPS) + 1)},
            fallbacks=[],
            name="file",
            persistent=True,
        )
    )
    return application


if __name__ == "__main__":
    make = {"echo": echo, "conversation": conversation}[sys.argv[1]]
    make(sys.argv[2], Path(sys.argv[3])).run_polling()
