"""Our own Telegram: a Bot API server as strict, and on request as hostile, as the real one can be.

In a test: `emulator = TelegramEmulator()`, `await emulator.start()`, `emulator.url`, `await emulator.stop()`.
By itself, for benches and kill tests: `python -m tests.emulators.telegram --port 0`, steered under /control/.
Source: core.telegram.org/bots/api, "Making requests" and "Getting updates".
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import unquote

import aiohttp
from aiohttp import web

from tests.emulators import telegram_control
from tests.emulators.telegram_faults import HTML
from tests.emulators.telegram_http import Upload, read_params, response
from tests.emulators.telegram_methods import METHODS, encode
from tests.emulators.telegram_rules import METHODS as PARAMETERS
from tests.emulators.telegram_rules import Refusal, integer, nested
from tests.emulators.telegram_screen import Update
from tests.emulators.telegram_world import Call, World

_BY_LOWER_NAME = {name.lower(): name for name in PARAMETERS}  # the real service ignores the case of a method
_QUIET = frozenset({"getUpdates", "getMe", "getWebhookInfo"})
_OPT_IN = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


class TelegramEmulator(World):
    """One bot, the people who talk to it, and the server between them."""

    def __init__(
        self,
        token: str = "123456:TEST",
        *,
        limits: bool = False,
        strict: bool = True,
        allow_http: bool = True,
        clock: Callable[[], float] = time.time,
        port: int = 0,
    ) -> None:
        super().__init__(token, limits=limits, clock=clock)
        self.token, self.strict, self.allow_http, self.port = token, strict, allow_http, port
        self._server: web.ServerRunner | None = None
        self._client: aiohttp.ClientSession | None = None

    # Being there

    @property
    def url(self) -> str:
        """The API root: the service calls `{url}/bot<TOKEN>/<method>` and `{url}/file/bot<TOKEN>/<path>`."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listens. The first port found is kept: `down` and `start` are an outage of one address."""

        def request(*args: Any) -> web.BaseRequest:
            return web.BaseRequest(*args, asyncio.get_running_loop(), client_max_size=64 * 2**20)

        server = web.Server(self._answer, request_factory=request, handler_cancellation=True, access_log=None)
        self._server = web.ServerRunner(server, shutdown_timeout=0)
        await self._server.setup()
        await web.TCPSite(self._server, "127.0.0.1", self.port, backlog=1024, reuse_address=True).start()
        self.port = self._server.addresses[0][1]
        self._client = self._client or aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))

    async def down(self) -> None:
        """Refuses connections, and cuts those that are open, until `start`."""
        if self._server is not None:
            server, self._server = self._server, None
            for connection in cast(web.Server, server.server).connections:
                if connection.transport is not None:
                    connection.transport.abort()
            await server.cleanup()

    async def stop(self) -> None:
        await self.down()
        if self._client is not None:
            await self._client.close()
            self._client = None
        await asyncio.sleep(0)  # closed sockets are let go on the next turn of the loop

    # Updates

    async def deliver(self, update: Update, *, times: int = 1) -> int | None:
        """Hands over one update, `times` times; deliver out of order by calling out of order.

        Returns the HTTP status of the last POST (0: no answer), or None: it waits for getUpdates, or the bot
        has not asked for such updates.
        """
        kind = next(key for key in update if key != "update_id")
        if kind not in self.allowed_updates if self.allowed_updates else kind in _OPT_IN:
            return None
        if self.webhook:
            return [await self._post(update) for _ in range(times)][-1]
        self.queue.extend([update] * times)
        self.newest = update["update_id"]
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        return None

    async def redeliver(self) -> list[int]:
        """Offers again, in order, every update that the webhook has not taken."""
        waiting = list(self.queue)
        self.queue.clear()
        return [await self._post(update) for update in waiting]

    async def _post(self, update: Update) -> int:
        headers = {"Content-Type": "application/json"}
        if self.webhook_secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.webhook_secret
        assert self._client is not None
        try:
            body = json.dumps(update).encode()
            async with self._client.post(self.webhook["url"], data=body, headers=headers) as answer:
                await answer.read()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        if not 200 <= status < 300:
            self.queue.append(update)
            error = f"Wrong response from the webhook: {status}" if status else "Connection failed"
            self.webhook_error = {"last_error_date": self.now(), "last_error_message": error}
        return status

    def interrupt_poll(self, description: str = "terminated by setWebhook request") -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(Refusal(409, f"Conflict: {description}"))

    async def _get_updates(self, params: dict[str, Any]) -> list[Update]:
        if self.webhook:
            hint = "use deleteWebhook to delete the webhook first"
            raise Refusal(409, f"Conflict: can't use getUpdates method while webhook is active; {hint}")
        self.interrupt_poll("terminated by other getUpdates request; make sure that only one bot instance is running")
        allowed = nested(params, "allowed_updates", "can't parse allowed_updates JSON object")
        if allowed is not None:
            self.allowed_updates = frozenset(allowed)
        offset = integer(params, "offset")
        if offset < 0:  # "-n": the last n; everything before them is forgotten
            self.queue = deque(list(self.queue)[offset:])
        self._confirm(offset)
        if not self.queue and (timeout := min(integer(params, "timeout"), 50)) > 0:
            self._poll = poll = asyncio.get_running_loop().create_future()
            self.polled.set()
            try:
                await asyncio.wait_for(poll, timeout)
            except TimeoutError:
                pass
            finally:
                poll.cancel()
                if self._poll is poll:
                    self.polled.clear()
        offset = self._confirm(offset)
        limit = integer(params, "limit", 100)
        wanted = (update for update in self.queue if update["update_id"] >= offset)
        return list(itertools.islice(wanted, limit if 1 <= limit <= 100 else 100))

    def _confirm(self, offset: int) -> int:
        """Forgets what is below the offset. An offset that is more than 10 above the newest number is not one of ours: the
        server answers from the head of the queue and forgets nothing."""
        if offset > self.newest + 10:
            return 0
        while self.queue and self.queue[0]["update_id"] < offset:
            self.queue.popleft()
        return offset

    # Requests

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        bot, _, name = unquote(path[1:]).partition("/")
        if bot == "control":
            return await telegram_control.answer(self, request, name)
        if bot == "file":
            return await self._download(request, name)
        if not bot.startswith("bot"):
            return response(404, Refusal(404, "Not Found").body())
        method, faults = _BY_LOWER_NAME.get(name.lower(), name), ()
        status, body, params = 200, b"", {}
        try:
            if bot[3:] != self.token:
                raise Refusal(401, "Unauthorized")
            params = await read_params(request, query)
            if self.faults:
                chat = integer(params, "chat_id")
                faults = [fault for fault in self.faults if fault.strikes(method, chat)]
            for fault in faults:
                if fault.kind == "drop_before":
                    return self._cut(request, method)
                if fault.kind == "html":
                    self.counters[method, 502] += 1
                    return web.Response(status=502, body=HTML, content_type="text/html")
                await fault.before()
            body = await self._act(method, params)
        except Refusal as refusal:
            status, body = refusal.status, refusal.body()
            self.refused.append((Call(method, params, self.clock()), refusal))
        for fault in faults if status == 200 else ():
            if fault.kind == "drop_after":
                return self._cut(request, method)
            if fault.kind == "truncated":
                body = body[: len(body) // 2]
        self.counters[method, status] += 1
        return response(status, body)

    async def _act(self, method: str, params: dict[str, Any]) -> bytes:
        known = PARAMETERS.get(method)
        if known is None:
            raise Refusal(404, "Not Found")
        if self.strict and not params.keys() <= known:
            unknown = {name for name, value in params.items() if not isinstance(value, Upload)} - known
            self.violations += [f"{method} has no parameter {name!r}" for name in sorted(unknown)]
        result = await self._get_updates(params) if method == "getUpdates" else METHODS[method](self, params)
        if method not in _QUIET:
            self.sent.append(Call(method, params, self.clock()))
        return encode(result)

    def _cut(self, request: web.BaseRequest, method: str) -> web.Response:
        """Hangs up without a word."""
        self.counters[method, 0] += 1
        if request.transport is not None:
            request.transport.abort()
        return web.Response()  # goes nowhere

    async def _download(self, request: web.BaseRequest, name: str) -> web.StreamResponse:
        """A file, to whoever knows the token. Faults of the method `file` spoil it: `error` with its status, `truncated` in
        the middle, `drop_before` and `latency` before."""
        bot, _, wanted = name.partition("/")
        content = next((c for path, c in self.files.values() if path == wanted and bot == f"bot{self.token}"), None)
        if content is None:
            return response(404, Refusal(404, "Not Found").body())
        faults = [fault for fault in self.faults if fault.strikes("file", None)]
        try:
            for fault in faults:
                if fault.kind == "drop_before":
                    return self._cut(request, "file")
                await fault.before()
        except Refusal as refusal:
            return response(refusal.status, refusal.body())
        answer = web.StreamResponse(
            headers={"Content-Type": "application/octet-stream", "Content-Length": str(len(content))}
        )
        await answer.prepare(request)
        if any(fault.kind == "truncated" for fault in faults):
            await answer.write(content[: len(content) // 2])
            self._cut(request, "file")
            return answer
        await answer.write(content)
        return answer


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default="123456:TEST")
    parser.add_argument("--limits", action="store_true", help="the true limits: 30 a second, 1 a second in a chat")
    parser.add_argument("--strict", action="store_true", help="note parameters that do not exist")
    args = parser.parse_args()
    asyncio.run(telegram_control.serve(TelegramEmulator(**vars(args))))
