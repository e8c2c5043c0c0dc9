"""The transport under python-telegram-bot: aiohttp, and the truth about whether a request left this machine.

Why not the library's own: httpx scans its whole pool for each request and gets slower beyond 8 at a time, and
its errors (`NetworkError`, `TimedOut`) do not say whether Telegram may have acted. Here they do:

* no byte of the request was handed to a socket (refused, DNS, TLS, proxy, no free connection)  → `NotSent`
* some was, and no whole answer from Telegram came back (cut, silent, garbled, any 5xx)          →
  `Unanswered`
* somebody on the way refused it (a 3xx or 4xx that is not Telegram's JSON)                      → `NotSent`

All 5xx count as unanswered, 502, 503 and 504 too: gateways send them both before and after they have passed a
request on. A 4xx of a middlebox is kept away from the library, which would take its 403 for "blocked by the
user".
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import aiohttp
from telegram import Bot
from telegram.error import RetryAfter, TelegramError
from telegram.request import BaseRequest, RequestData

from bot.channels.base import Gone, Uncertain, Unreachable
from bot.channels.http import NoAnswer, download, exchange, json_object, open_session

RETRY_AFTER = 5
"""Seconds to be silent after a 429 that names none (a proxy's)."""


class NotSent(Unreachable, TelegramError):
    """`Unreachable`, in a shape that python-telegram-bot passes on instead of wrapping."""


class Unanswered(Uncertain, TelegramError):
    """`Uncertain`, in a shape that python-telegram-bot passes on instead of wrapping."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds: `pool` for a free connection, `connect` (TCP and TLS), `write`, and `read` for silence while waiting for
    the answer; a whole request never takes longer than their sum. With files, `media` replaces write and read."""

    pool: float = 2.0
    connect: float = 5.0
    write: float = 3.0
    read: float = 10.0
    media: float = 20.0


TIMEOUTS = Timeouts()


class AiohttpRequest(BaseRequest):
    """One pool of at most `connections` connections to the Bot API. `timeouts`: where a request names none of its own.
    `proxy` is an http:// or https:// address, "" for none. Raises
    `ValueError` for any other proxy.

    No error raised here shows an address, because Telegram's carry the token: only class names and statuses,
    and no context.
    """

    __slots__ = ("_connections", "_media", "_proxy", "_session", "_timeouts")

    def __init__(self, timeouts: Timeouts = TIMEOUTS, *, connections: int = 80, proxy: str = "") -> None:
        if proxy and not proxy.startswith(("http://", "https://")):
            raise ValueError("HAICHIEU_TELEGRAM__PROXY should start with http:// or https://")
        self._connections = connections
        self._proxy = proxy or None
        self._timeouts = (timeouts.pool, timeouts.connect, timeouts.write, timeouts.read)
        self._media = timeouts.media
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._timeouts[3]

    async def initialize(self) -> None:
        if self._session is None:
            self._session = open_session(connections=self._connections, agent=self.USER_AGENT, proxy=self._proxy)

    async def shutdown(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body of an answer that Telegram itself gave; every other outcome raises."""
        session = self._session
        if session is None:
            raise NotSent("closed")
        files = request_data is not None and request_data.contains_files
        timeout = self._timeout(files, pool_timeout, connect_timeout, write_timeout, read_timeout)
        data, headers = _body(request_data)
        answer = await exchange(session, method, url, data=data, headers=headers, timeout=timeout)
        if isinstance(answer, NoAnswer):
            raise (Unanswered if answer.written else NotSent)(answer.reason)
        return _judged(method, *answer)

    async def download(self, url: str) -> AsyncIterator[bytes]:
        """A file of the Bot API, in pieces. Raises `Gone` for what Telegram does not have (any more), `Unreachable` for
        every other fault: a file's address may be asked for again."""
        if self._session is None:
            raise NotSent("closed")
        async for piece in download(self._session, url, silence=self._media, whole=6 * self._media):
            if isinstance(piece, bytes):
                yield piece
            elif piece.status in (400, 403, 404, 410):
                raise Gone(f"status {piece.status}")
            else:
                raise NotSent(piece.reason or f"status {piece.status}")

    def _timeout(self, files: bool, *given: Any) -> aiohttp.ClientTimeout:
        pool, connect, write, read = (
            (self._media if files and place >= 2 else self._timeouts[place])
            if value is BaseRequest.DEFAULT_NONE
            else cast("float | None", value)
            for place, value in enumerate(given)
        )
        limits = (pool, connect, write, read)
        return aiohttp.ClientTimeout(
            total=None if None in limits else sum(limit for limit in limits if limit is not None),
            connect=None if pool is None or connect is None else pool + connect,
            sock_connect=connect,
            sock_read=read,  # counts from the last byte written; writing itself is bounded by the total only
        )

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """As the library's, but says nothing of the content in the log."""
        answer = json_object(payload)
        if answer is None:
            raise Unanswered("not JSON")
        return answer


class Client(Bot):
    """`Bot`, with a way to call a method and take the answer as JSON gave it.

    Half of `Bot.send_message` goes into building an object of the answer that nobody reads (on loopback, 64 at a
    time: 3,900/s, this 5,000 to 7,300/s; over the library's own transport 970/s at best), and an answer in a
    shape the library does not know would turn an accepted message into an error, and so into a second copy.
    `Bot.get_updates` fails as a whole at one bad update and logs all of them; `Bot.do_api_request` warns about
    known methods and hides a refused token.
    """

    async def call(self, method: str, parameters: dict[str, Any], **timeouts: Any) -> Any:
        return await self._post(method, parameters, **timeouts)


def _body(data: RequestData | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str] | None]:
    """JSON when there are no files (a third faster than a form for Vietnamese text), multipart when there
    are."""
    if data is None or not data.contains_files:
        parameters = data.parameters if data is not None else {}
        return json.dumps(parameters, ensure_ascii=False).encode(), {"Content-Type": "application/json"}
    form = aiohttp.FormData(quote_fields=False)  # file names in plain UTF-8, as Telegram expects them
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime_type) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime_type)
    return form, None


def _judged(method: str, status: int, payload: bytes) -> tuple[int, bytes]:
    """Passes on what Telegram said. Its answers are JSON with `ok`, and `result` or `error_code`
    (https://core.telegram.org/bots/api#making-requests)."""
    if 200 <= status < 300:
        if method == "POST" and "result" not in (json_object(payload) or ()):
            raise Unanswered(f"status {status}, no result")
        return status, payload
    if status >= 500:
        raise Unanswered(f"status {status}")
    answer = json_object(payload) or {}
    parameters = answer.get("parameters")
    named = isinstance(parameters, dict) and isinstance(parameters.get("retry_after"), int | float)
    if status == 429 and not named:
        raise RetryAfter(RETRY_AFTER)
    if answer.get("ok") is not False or not isinstance(answer.get("description"), str):
        raise NotSent(f"status {status}, not from Telegram")
    return status, payload
