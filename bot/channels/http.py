"""What every channel needs of HTTP: one exchange, and the truth about whether a request left this machine.

A request of which no byte was handed to a socket (refused, DNS, TLS, no free connection) was certainly not acted upon; one
that was written and then got no whole answer may have been. aiohttp's own errors do not say which, so a trace does.

A server closes idle connections, and a request that crosses that closing on the wire looks exactly like one cut after
acting: aiohttp repeats only idempotent methods, so it would end as unanswered, and be sent twice. Hence idle connections are
dropped by us first, after `KEEP_ALIVE` seconds (nginx, in front of both services' APIs, keeps them 75 s by default).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp import web

KEEP_ALIVE = 10.0
"""Seconds an idle connection is kept; less than any server on the way keeps it."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """What came of a request instead of an answer. `reason` is a class name: the errors' own words hold the address, and the
    address holds the token. `written`: some byte may have reached the service."""

    reason: str
    written: bool


async def pushed(request: web.Request, header: str, secret: str, most: int) -> bytes | web.Response:
    """The body of what a service pushed, or the refusal: it does not know the secret (an empty one is known to nobody), or
    sends more than `most` bytes."""
    given = request.headers.get(header, "")
    known = hmac.compare_digest(given.encode(errors="surrogateescape"), secret.encode())
    if not (known and secret):
        return web.Response(status=403)
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > most:
            return web.Response(status=413)
    return bytes(body)


def open_session(*, connections: int, agent: str, proxy: str | None = None) -> aiohttp.ClientSession:
    """A pool of at most `connections` connections, for `exchange`."""
    watch = aiohttp.TraceConfig()
    watch.on_request_chunk_sent.append(_note_written)
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=KEEP_ALIVE),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": agent},
        proxy=proxy,
        trace_configs=[watch],
    )


async def exchange(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    data: Any = None,
    headers: Mapping[str, str] | None = None,
    timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own, which knows the phases of a request
) -> tuple[int, bytes] | NoAnswer:
    """Status and body of a whole answer, or why there was none. A value, not an exception: nothing raised from it afterwards
    has the cause, with its address, as its context."""
    seen = SimpleNamespace(written=False)
    try:
        async with session.request(
            method,
            url,
            data=data,
            headers=headers,
            allow_redirects=False,  # a captive portal's; following one would hand it the token
            timeout=timeout,
            trace_request_ctx=seen,
        ) as response:
            return response.status, await response.read()
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return NoAnswer(type(error).__name__, seen.written)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a download ended that did not bring the whole file: the status, or 0 and the class of the fault."""

    status: int
    reason: str = ""


async def download(
    session: aiohttp.ClientSession, url: str, *, silence: float, whole: float
) -> AsyncIterator[bytes | Ended]:
    """A file in pieces of 64 KB, read only as fast as they are taken; `Ended` comes last where something went wrong.
    `silence` and `whole`: seconds without a byte, and for everything. As with `exchange`, a fault is a value: the address
    may hold a token. An answer that is shorter than it said is a fault, not a file."""
    timeout = aiohttp.ClientTimeout(total=whole, sock_read=silence)
    try:
        async with session.get(url, allow_redirects=False, timeout=timeout, trace_request_ctx=SimpleNamespace()) as response:
            if response.status != 200:
                fault = Ended(response.status)
            else:
                async for piece in response.content.iter_chunked(64 * 1024):
                    yield piece
                return
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        fault = Ended(0, type(error).__name__)
    yield fault


async def _note_written(_session: object, context: SimpleNamespace, _chunk: object) -> None:
    # aiohttp holds the headers back until the first piece of the body: from here on a byte may be on the wire.
    context.trace_request_ctx.written = True


def json_object(payload: bytes) -> dict[str, Any] | None:
    """The JSON object in `payload`; None when it is anything else."""
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
