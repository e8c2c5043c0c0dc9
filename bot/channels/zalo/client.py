"""Calls to the Zalo Bot API, and what its answers mean.

Envelope (https://docs.zaloplatforms.com/docs/BOT): `{"ok": true, "result": …}`, or `{"ok": false, "error_code": 401,
"description": "Unauthorized"}`, errors too under HTTP 200: the status says nothing as long as the body speaks. Seen besides:
`errorCode` for `error_code`, an idle long poll that answers 408 or names no code at all, and a gateway's bare 504.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp

from bot.channels.base import Gone, Rejected, SendError, Throttled, Uncertain, Unreachable
from bot.channels.http import NoAnswer, download, exchange, json_object, open_session

IDLE, FLOOD, TOKEN, UNKNOWN = 408, 429, 401, 404

POOL, CONNECT, WRITE = 2.0, 5.0, 3.0
"""Seconds for a free connection, for TCP and TLS, and for writing."""
READ = 10.0
"""Seconds of silence while waiting for an answer; with the three above, 20."""

_SENTENCES = ("bad request", "chat not found", "forbidden", "internal server error", "invalid chat_id", "text is too long")
"""What a refusal may be quoted with: a sentence we do not know may hold what somebody wrote."""


class Refused(Exception):
    """The service itself said no. `code` is its own (0: it gave none); its sentence is kept only where it is a known one."""

    def __init__(self, code: int, description: str) -> None:
        known = description.strip().rstrip(".").lower()
        super().__init__(f"{code} {description.strip()}" if known in _SENTENCES else str(code))
        self.code = code
        self.is_too_long = code == 400 and known.endswith("text is too long")


class Client:
    """One bot's calls. No error raised here shows the address, which holds the token, or a word of what was sent."""

    def __init__(self, api_url: str, token: str, *, connections: int, read: float = READ) -> None:
        self._address = f"{api_url}/bot{token}/"
        self._connections = connections
        self._read = read
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        if self._session is None:
            self._session = open_session(connections=self._connections, agent="haichieu")

    async def close(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    async def call(self, method: str, parameters: Mapping[str, Any] | None = None, *, hold: float = 0) -> Any:
        """The `result` (None where there is none). `hold`: seconds the service may keep the question open.

        Raises `Refused` for what the service says; `Unreachable` when the request certainly did not reach it; `Uncertain`
        when it was written and no whole answer of the service's came back."""
        if self._session is None:
            raise Unreachable("closed")
        read = self._read + hold
        answer = await exchange(
            self._session,
            "POST",
            self._address + method,
            data=json.dumps(parameters or {}, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json"},
            timeout=aiohttp.ClientTimeout(
                total=POOL + CONNECT + WRITE + read, connect=POOL + CONNECT, sock_connect=CONNECT, sock_read=read
            ),
        )
        if isinstance(answer, NoAnswer):
            raise (Uncertain if answer.written else Unreachable)(answer.reason)
        return _judged(*answer)

    async def download(self, url: str) -> AsyncIterator[bytes]:
        """A photo or voice message at Zalo's own address, in pieces. It holds no token and may expire: then it is `Gone`."""
        if self._session is None:
            raise Unreachable("closed")
        async for piece in download(self._session, url, silence=self._read, whole=10 * self._read):
            if isinstance(piece, bytes):
                yield piece
            elif piece.status in (400, 401, 403, 404, 410):
                raise Gone(f"status {piece.status}")
            else:
                raise Unreachable(piece.reason or f"status {piece.status}")


def _judged(status: int, payload: bytes) -> Any:
    body = json_object(payload)
    if body is not None and body.get("ok") is True:
        return body.get("result")
    if body is not None and body.get("ok") is False:
        description = body.get("description")
        raise Refused(_code(body), description if isinstance(description, str) else "")
    if status == 504 and b"timeout" in payload.lower().replace(b"-", b"").replace(b" ", b""):
        raise Refused(IDLE, "")
    if status == FLOOD:  # a proxy's
        raise Refused(FLOOD, "")
    if status >= 500 or 200 <= status < 300:  # gateways send these before and after they have passed a request on
        raise Uncertain(f"status {status}, not from Zalo")
    raise Unreachable(f"status {status}, not from Zalo")


def _code(body: Mapping[str, Any]) -> int:
    code = body.get("error_code", body.get("errorCode"))
    if isinstance(code, str) and code.strip().lstrip("-").isdecimal():
        code = int(code)
    if isinstance(code, int) and not isinstance(code, bool):
        return code
    return IDLE if "timeout" in str(body.get("description", "")).lower().replace(" ", "") else 0


def failure(refused: Refused, pause: float) -> SendError:
    """What the refusal of a message means to the outbox. `pause`: seconds of silence after a flood: Zalo names none."""
    code = refused.code
    if code == FLOOD:
        return Throttled(pause)
    if code in (TOKEN, UNKNOWN, 403):
        # The operator's fault, and mended by the operator; 403 Zalo's own page calls "Internal server error", and whatever
        # it is, it need not last. No message may be lost by either.
        return Unreachable(str(code))
    if code in (0, IDLE) or code >= 500:
        return Uncertain(str(code))
    return Rejected(str(refused), code=str(code))
