"""Telegram, and the only rooms that know python-telegram-bot.

`request` is the transport, `updates` reads what arrives, `polling` asks for it, `channel` puts them together.
"""

import logging
import os

# RetryAfter.retry_after becomes a timedelta and stops warning; python-telegram-bot reads this when it is
# constructed.
os.environ.setdefault("PTB_TIMEDELTA", "1")

# At debug python-telegram-bot logs every parameter of every call, that is the text and the chat id.
logging.getLogger("telegram").setLevel(logging.WARNING)

from bot.channels.telegram.channel import NOTHING, Commands, TelegramChannel, Unasked  # noqa: E402

__all__ = ["NOTHING", "Commands", "TelegramChannel", "Unasked"]
