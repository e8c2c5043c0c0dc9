"""A Bot API server with Telegram's limits, recipients who are only counted, and people who chat meanwhile.

Runs as a process of its own: `python -m tests.bench.limited`, steered under /control/ like the crowd it extends. The limits
are those of the strict emulator (30 sends in any second, one a second in a chat; who is refused is asked for three seconds'
silence, and is not held to it). An edit counts as a send, which the emulator lets pass.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.bench.crowd import BOT, Crowd, serve
from tests.emulators.telegram_faults import Limiter
from tests.emulators.telegram_rules import Refusal

FIRST = 1_000_000
"""The chat of the first recipient; below are those who talk and the officer."""
EVERY = 2.0
"""Seconds from one message of a talker to the next: on average, for two people in step would be answered in step."""
BREATH = 1.1
"""Nobody writes sooner after an answer: a chat may be sent one message a second, and that breach would be the talker's."""
PATIENCE = 15.0
"""So long a talker waits; then the message counts as unanswered, with this time, and they write again."""
EDITS = frozenset({"editMessageText", "editMessageReplyMarkup"})


@dataclass(slots=True)
class Talker:
    """Somebody who writes, waits for the answer, and writes again."""

    number: int
    asked_at: float = 0.0
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class Limited(Crowd):
    """The server. Answers are counted apart for those who asked before `went_at`, while it went out, and after."""

    def begin(self) -> None:
        super().begin()
        self.limiter: Limiter | None = Limiter()
        self.received: Counter[int] = Counter()
        self.sends = self.refused = 0
        self.first_notice = self.last_notice = 0.0
        self.sends_between = 0
        self.went_at = 0.0
        self.waits: list[tuple[float, float]] = []
        """(asked at, seconds)"""
        self.talkers: dict[int, Talker] = {}
        self.tasks: list[asyncio.Task[None]] = []

    # What is sent

    async def act(self, method: str, params: dict[str, Any]) -> tuple[int, bytes]:
        if method != "sendMessage" and method not in EDITS:
            return await super().act(method, params)
        try:
            return 200, self.take(int(params["chat_id"]), str(params.get("text", "")), time.monotonic())
        except Refusal as refusal:
            self.refused += 1
            return refusal.status, refusal.body()

    def take(self, chat: int, text: str, now: float) -> bytes:
        """Accepts one message, or raises `Refusal`."""
        if self.limiter is not None:
            self.limiter.check(chat, now)
        self.sends += 1
        if chat >= FIRST:
            self.received[chat] += 1
            self.first_notice = self.first_notice or now
            self.last_notice = now
        if self.first_notice:
            self.sends_between += 1
        talker = self.talkers.get(chat)
        if talker is not None and talker.asked_at:
            self.waits.append((talker.asked_at, now - talker.asked_at))
            talker.asked_at = 0.0
            talker.answered.set()
        self.next_message += 1
        sent = {"message_id": self.next_message, "from": BOT, "chat": {"id": chat, "type": "private", "first_name": "An"}}
        return b'{"ok":true,"result":%s}' % json.dumps({**sent, "date": int(time.time()), "text": text}).encode()

    # Who writes

    def says(self, number: int, words: str) -> None:
        """One message of one person, which the bot can have from now on."""
        self.next_update += 1
        card = {"id": number, "is_bot": False, "first_name": "An", "language_code": "vi"}
        chat = {"id": number, "type": "private", "first_name": "An"}
        content = {**self.message(chat, card), "text": words}
        if words.startswith("/"):
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(words.split()[0])}]
        self.offer({"update_id": self.next_update, "message": content})

    async def _talk(self, talker: Talker, words: str, chance: random.Random) -> None:
        await asyncio.sleep(chance.uniform(0, EVERY))
        while True:
            began, pause = time.monotonic(), chance.uniform(0.75, 1.25) * EVERY
            talker.answered.clear()
            talker.asked_at = began
            self.says(talker.number, words)
            try:
                async with asyncio.timeout(PATIENCE):
                    await talker.answered.wait()
            except TimeoutError:
                talker.asked_at = 0.0
                self.waits.append((began, PATIENCE))
            now = time.monotonic()
            await asyncio.sleep(max(BREATH, began + pause - now))

    # Steering

    async def control(self, name: str, asked: Any) -> Any:
        match name:
            case "limits":
                self.limiter = Limiter() if asked["on"] else None
            case "talk":
                for number in asked["people"]:
                    self.talkers[number] = talker = Talker(number)
                    task = asyncio.create_task(self._talk(talker, asked["words"], random.Random(number)))
                    self.tasks.append(task)
            case "says":
                self.says(asked["who"], asked["words"])
            case "went":
                self.went_at = time.monotonic()
            case "begin":
                for task in self.tasks:
                    task.cancel()
                self.begin()
        return self.counted()

    def counted(self) -> dict[str, Any]:
        """All figures so far. `sends` counts from the first notice to the last, answers and edits too."""
        return {
            "first_poll": self.first_poll,
            "reached": len(self.received),
            "copies": self.received.total(),
            "most_copies": max(self.received.values(), default=0),
            "sends": self.sends_between,
            "seconds": self.last_notice - self.first_notice,
            "idle": time.monotonic() - (self.last_notice or self.began),
            "refused": self.refused,
            "breaches": dict(self.limiter.breaches) if self.limiter else {},
            "alone": ranked([wait for at, wait in self.waits if at < self.went_at]),
            "meanwhile": ranked([wait for at, wait in self.waits if self.went_at <= at <= self.last_notice]),
            "calls": dict(self.calls),
        }


def ranked(times: list[float]) -> dict[str, float]:
    """How many asked, how many of them in vain, and after how long half of them and all but one in a hundred were
    answered."""
    found = sorted(times) or [0.0]
    in_vain = sum(wait >= PATIENCE for wait in times)
    return {"count": len(times), "none": in_vain, "p50": found[len(found) // 2], "p99": found[int(len(found) * 0.99)]}


if __name__ == "__main__":
    asyncio.run(serve(Limited()))
