"""What arrives for one bot, whether it is asked for or pushed: raw JSON, an `Event`, done.

Whoever brings updates (bot.channels.telegram.polling, the webhook) goes straight through here to whoever answers them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import structlog
from telegram.error import TelegramError

from bot.channels.base import Receive, SendError
from bot.channels.telegram.numbers import told_apart
from bot.channels.telegram.request import Client, Unanswered
from bot.channels.telegram.updates import ALLOWED, Event, Malformed, read

log = structlog.get_logger()

ASIDE = 256
"""Answers to taps and good-byes under way at once; beyond that they are dropped."""


class Feed:
    """`group_farewell` is said before leaving a group. `receive`: who answers; None until the channel has started."""

    def __init__(self, line: str, bot: Client, group_farewell: str) -> None:
        self.line = line
        self.receive: Receive | None = None
        self._bot = bot
        self._group_farewell = group_farewell
        self._malformed = 0
        self._aside: set[asyncio.Task[None]] = set()
        self._leaving: set[int] = set()

    async def ask(self, offset: int | None, seconds: int) -> Sequence[Any]:
        """The updates above an offset, as JSON gave them; held `seconds` while there are none. Raises `TelegramError` or
        `SendError`."""
        parameters = {"offset": offset, "limit": 100, "timeout": seconds, "allowed_updates": ALLOWED}
        updates = await self._bot.call("getUpdates", parameters, read_timeout=seconds + 10.0)
        if not isinstance(updates, list):
            raise Unanswered("no list of updates")
        return updates

    def read(self, raw: Any) -> Event:
        """What an update is; nothing, where it says too little even for that."""
        try:
            event = told_apart(read(raw, self.line), raw)
            if event.inbound is not None and event.inbound.kind == "unreadable":
                log.warning("unreadable update", line=self.line)
            return event
        except Malformed as error:  # its words are only a class name
            self._malformed += 1
            log.warning("no update", line=self.line, error=str(error), count=self._malformed)
            return Event()

    async def act(self, event: Event) -> None:
        """Returns once the event is committed; raises what `receive` raises. Then, in the background: what
        Telegram wants to hear and nobody waits for. A crash in between leaves the update to be delivered
        again."""
        if event.inbound is not None:
            if self.receive is None:
                raise RuntimeError("not started")
            await self.receive(event.inbound)
        if event.tap is not None:
            self._put_aside(self._quietly(self._bot.call, "answerCallbackQuery", {"callback_query_id": event.tap}))
        if event.group is not None and event.group not in self._leaving:
            self._put_aside(self._leave(event.group))

    async def stop(self) -> None:
        aside = list(self._aside)
        for task in aside:
            task.cancel()
        await asyncio.gather(*aside, return_exceptions=True)
        self.receive = None

    def _put_aside(self, work: Coroutine[Any, Any, None]) -> None:
        if len(self._aside) >= ASIDE:
            work.close()
            log.warning("too many answers under way", line=self.line, count=len(self._aside))
            return
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def _quietly(self, call: Callable[..., Awaitable[Any]], *values: Any) -> None:
        try:
            await call(*values)
        except (TelegramError, SendError) as error:
            log.warning("an answer to telegram failed", line=self.line, error=type(error).__name__)

    async def _leave(self, group: int) -> None:
        # Being added is told twice at once, as my_chat_member and as a message: one good-bye is enough.
        self._leaving.add(group)
        try:
            await self._quietly(self._bot.call, "sendMessage", {"chat_id": group, "text": self._group_farewell})
            await self._quietly(self._bot.leave_chat, group)
        finally:
            self._leaving.discard(group)
