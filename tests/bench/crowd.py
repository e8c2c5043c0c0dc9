"""A Bot API server with a crowd in it: scripted people, each of whom writes again the moment they are answered.

The strict emulator (tests/emulators) checks every call; this one only counts, so that it is never what is measured. It runs
as a process of its own: `python -m tests.bench.crowd`, steered under /control/. Everybody is in flight at once (a closed
loop); a person's step is answered when the bot's next message reaches them, and latency counts from the moment their
update could be fetched.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter, deque
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

QUIET_SECONDS = 20.0
"""Nobody answered for so long: the walk is over, complete or not."""
BOT = {"id": 123456, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
FLAGS = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
OK = b'{"ok":true,"result":true}'


class Walker:
    """One person: the steps left to take, and the message they look at."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.card = {"id": number, "is_bot": False, "first_name": "An", "language_code": "vi"}
        self.chat = {"id": number, "type": "private", "first_name": "An"}
        self.steps: list[list[str]] = []
        self.asked_at: float | None = None
        self.shown: dict[str, Any] = {}

    def data(self, label: str) -> str | None:
        """What is behind the button with this label."""
        rows = (self.shown.get("reply_markup") or {}).get("inline_keyboard", ())
        return next((button["callback_data"] for row in rows for button in row if button["text"] == label), None)


class Crowd:
    """The server: people, the updates that wait to be fetched, and what was counted."""

    def __init__(self) -> None:
        self.people: dict[int, Walker] = {}
        self.updates: deque[tuple[int, bytes]] = deque()
        self.next_update = self.next_message = 1000
        self.first_poll: float | None = None
        self._poll: asyncio.Future[None] | None = None
        self.begin()

    def begin(self) -> None:
        """Forgets what was counted, not the people."""
        self.calls: Counter[str] = Counter()
        self.latencies: list[float] = []
        self.extra, self.lost, self.open, self.taps = 0, 0, 0, 0
        self.began = self.ended = time.monotonic()
        self.cpu = time.process_time()
        self.over = asyncio.Event()

    # People

    def walk(self, scripts: list[dict[str, Any]]) -> None:
        """Sets everybody going: `{"first", "count", "steps": [["say", text] | ["tap" or "twice", label], …]}`.

        "twice": on the same button, before anything is answered; one answer is the step's, another is `extra`."""
        self.begin()
        for script in scripts:
            for number in range(script["first"], script["first"] + script["count"]):
                walker = self.people.setdefault(number, Walker(number))
                walker.steps = list(script["steps"])
                self.open += 1
                self._step(walker)

    def _step(self, walker: Walker) -> None:
        if not walker.steps:
            walker.asked_at = None
            self._finished()
            return
        kind, words = walker.steps.pop(0)
        self.next_update += 1
        if kind == "say":
            content: dict[str, Any] = {**self.message(walker.chat, walker.card), "text": words}
            update = {"update_id": self.next_update, "message": content}
        else:
            data = walker.data(words)
            if data is None:  # the button is not there: this person is lost, and the row will say so
                self.lost += 1
                walker.steps, walker.asked_at = [], None
                self._finished()
                return
            update = self._tap(walker, data)
            if kind == "twice":
                self.offer(update)
                self.next_update += 1
                update = self._tap(walker, data)
        walker.asked_at = time.monotonic()
        self.offer(update)

    def _tap(self, walker: Walker, data: str) -> dict[str, Any]:
        self.taps += 1
        query = {"id": str(self.next_update), "from": walker.card, "message": walker.shown, "chat_instance": "1"}
        return {"update_id": self.next_update, "callback_query": {**query, "data": data}}

    def offer(self, update: dict[str, Any]) -> None:
        """Lets the bot have an update, now."""
        self.updates.append((update["update_id"], json.dumps(update).encode()))
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def _finished(self) -> None:
        self.open -= 1
        if self.open == 0:
            self.over.set()

    def message(self, chat: dict[str, Any], sender: dict[str, Any]) -> dict[str, Any]:
        self.next_message += 1
        return {"message_id": self.next_message, "from": sender, "chat": chat, "date": int(time.time())}

    # Methods of the Bot API

    def send(self, params: dict[str, Any]) -> bytes:
        walker = self.people.setdefault(int(params["chat_id"]), Walker(int(params["chat_id"])))
        message = {**self.message(walker.chat, BOT), "text": params["text"]}
        if markup := params.get("reply_markup"):
            message["reply_markup"] = json.loads(markup) if isinstance(markup, str) else markup
        walker.shown = message
        if walker.asked_at is None:
            self.extra += 1
        else:
            self.ended = time.monotonic()
            self.latencies.append(self.ended - walker.asked_at)
            self._step(walker)
        return b'{"ok":true,"result":%s}' % json.dumps(message).encode()

    async def get_updates(self, params: dict[str, Any]) -> bytes:
        if self.first_poll is None:
            self.first_poll = time.monotonic()
        offset = int(params.get("offset") or 0)
        while self.updates and self.updates[0][0] < offset:
            self.updates.popleft()
        if not self.updates and (seconds := float(params.get("timeout") or 0)):
            self._poll = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._poll], timeout=min(seconds, 25))
        limit = int(params.get("limit") or 100)
        taken = [self.updates[place][1] for place in range(min(limit, len(self.updates)))]
        return b'{"ok":true,"result":[%s]}' % b",".join(taken)

    # Requests

    async def answer(self, request: web.BaseRequest) -> web.Response:
        method = request.path.rpartition("/")[2]
        body = await request.read()
        if request.path.startswith("/control/"):
            result = await self.control(method, json.loads(body or b"{}"))
            return web.Response(text=json.dumps(result), content_type="application/json")
        self.calls[method] += 1
        form = not request.headers.get("Content-Type", "").startswith("application/json")
        params = dict(parse_qsl(body.decode())) if form else json.loads(body or b"{}")
        status, content = await self.act(method, params)
        return web.Response(status=status, body=content, headers={"Content-Type": "application/json"})

    async def act(self, method: str, params: dict[str, Any]) -> tuple[int, bytes]:
        """One method: the HTTP status and the body of its answer."""
        if method in ("sendMessage", "editMessageText"):
            return 200, self.send(params)
        if method == "getUpdates":
            return 200, await self.get_updates(params)
        if method == "getMe":
            return 200, b'{"ok":true,"result":%s}' % json.dumps({**BOT, **FLAGS}).encode()
        return 200, OK

    async def control(self, name: str, asked: Any) -> Any:
        if name == "walk":
            self.walk(asked)
        elif name == "begin":
            self.begin()
        elif name == "over":
            await self._until_over(asked.get("seconds"))
        return self._counted()

    async def _until_over(self, seconds: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._until_quiet()
        if self.over.is_set():
            await asyncio.sleep(0.3)  # a second copy of something would come now

    async def _until_quiet(self) -> None:
        answered = -1
        while not self.over.is_set() and len(self.latencies) != answered:
            answered = len(self.latencies)
            with suppress(TimeoutError):
                async with asyncio.timeout(QUIET_SECONDS):
                    await self.over.wait()

    def _counted(self) -> dict[str, Any]:
        ranked = sorted(self.latencies) or [0.0]
        wall = max(time.monotonic() - self.began, 1e-9)
        return {
            "answered": len(self.latencies),
            "seconds": self.ended - self.began,
            "p50": ranked[len(ranked) // 2],
            "p99": ranked[int(len(ranked) * 0.99)],
            "unfinished": self.open + self.lost,
            "extra": self.extra,
            "taps": self.taps,
            "calls": dict(self.calls),
            "cpu": (time.process_time() - self.cpu) / wall,
            "first_poll": self.first_poll,
        }


async def serve(crowd: Crowd) -> None:
    """Runs until it is killed; says where on one line of JSON."""
    runner = web.ServerRunner(web.Server(crowd.answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    print(json.dumps({"url": f"http://127.0.0.1:{runner.addresses[0][1]}", "pid": os.getpid()}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Crowd()))
