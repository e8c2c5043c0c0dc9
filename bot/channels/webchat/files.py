"""Files of the web page: what it uploads, and the attachments that its officer is shown.

Used by channel.py only. A pass comes in a header (sessions.py), never in an address (histories, logs) and never in a
cookie, so no other site's page can make a browser send it. Uploads are taken only from somebody who has joined: whoever
finds the page must not fill the disk. A body that stays away for SILENT seconds, or comes more slowly than SLOWEST, ends:
it would hold one of the few places.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import cast

from aiohttp import web

from bot.channels.base import Gone
from bot.channels.webchat.sessions import LINE, TOKEN, Sessions
from bot.channels.webchat.socket import event_id
from bot.vault import Vault
from bot.writer import Writer
from handlers.front import file_rights
from models.files.attachments import LIMITS
from models.messages.message import FileKind
from models.people import wishes
from models.people.accounts import Sender

AT_ONCE = 8
"""Uploads read at the same time: each may be 20 MB of memory."""
MOST, WITHIN = 30, timedelta(minutes=10)
"""Uploads of one session: three albums."""
UNNAMED, UNNAMED_BY_ALL = 120 * 2**20, 2 * 2**30
"""Bytes of uploads that no message has named yet, of one session and of all: an album of photos, and 17 such."""
KEPT = timedelta(days=2)
"""After so long the vault has swept them."""
SECONDS = 300
"""How long one upload may take: 20 MB at 0.5 Mbit/s."""
SILENT = 10.0
SLOWEST = 8 * 1024
"""Bytes a second, after the first SILENT seconds: half of what EDGE carries where it is bad."""
SESSIONS = 5000
"""How many sessions' uploads are counted at once."""

SHOWN = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


class Files:
    """`is_ours` judges where a page comes from, as for its socket."""

    def __init__(
        self,
        writer: Writer,
        vault: Vault | None,
        clock: Callable[[], datetime],
        is_ours: Callable[[web.Request], bool],
        sessions: Sessions,
        *,
        silent: float = SILENT,
    ) -> None:
        self._writer = writer
        self._vault = vault
        self._clock = clock
        self._is_ours = is_ours
        self._sessions = sessions
        self._silent = silent
        self._room = asyncio.Semaphore(AT_ONCE)
        self._lately: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._unnamed: OrderedDict[str, tuple[str, int, datetime]] = OrderedDict()

    def routes(self) -> Sequence[web.RouteDef]:
        if self._vault is None:
            return []
        return [web.post("/chat/files", self._upload), web.get("/chat/media/{case}/{id}", self._show)]

    async def fetch(self, reference: str, most: int) -> AsyncIterator[bytes]:
        """An upload that a page has named (see `Channel.fetch`)."""
        self._unnamed.pop(reference, None)
        content = await self._vault.upload(reference) if self._vault else None
        if content is None:
            raise Gone("no such upload")
        yield content[: most + 1]

    async def _upload(self, request: web.Request) -> web.Response:
        """The body is the file. Answers with the id that the page then names; 413 as soon as it is too long."""
        assert self._vault is not None
        if not self._is_ours(request):
            raise web.HTTPForbidden
        kind, who = request.query.get("kind", ""), self._who(request)
        if kind not in LIMITS:
            raise web.HTTPBadRequest
        if not await self._has_joined(who):
            raise web.HTTPForbidden
        if not self._within_pace(who) or not await self._has_room(who) or self._room.locked():
            raise web.HTTPTooManyRequests(headers={"Retry-After": "60"})
        async with self._room:
            content = await self._read(request, LIMITS[cast("FileKind", kind)])
        upload = secrets.token_hex(16)
        name = event_id(who, upload)
        self._unnamed[name] = (who, await self._vault.put_upload(name, content, self._clock().date()), self._clock())
        return web.json_response({"upload": upload}, headers=SHOWN)

    async def _read(self, request: web.Request, most: int) -> bytes:
        if (request.content_length or 0) > most:
            raise _too_large(request, most)
        content = bytearray()
        now = asyncio.get_running_loop().time
        began = now()
        try:
            while True:
                earned = began + self._silent + len(content) / SLOWEST
                async with asyncio.timeout_at(min(began + SECONDS, now() + self._silent, earned)):
                    piece = await request.content.readany()
                if not piece:
                    break
                content += piece
                if len(content) > most:
                    raise _too_large(request, most)
        except TimeoutError:
            late = web.HTTPRequestTimeout()
            late.force_close()
            raise late from None
        if not content:
            raise web.HTTPBadRequest
        return bytes(content)

    async def _has_joined(self, who: str) -> bool:
        sender = Sender(LINE, who)
        return await self._writer.read(lambda session: wishes.find(session, sender) is not None)

    def _within_pace(self, who: str) -> bool:
        now = self._clock()
        times = self._lately.setdefault(who, deque(maxlen=MOST))
        self._lately.move_to_end(who)
        if len(self._lately) > SESSIONS:
            self._lately.popitem(last=False)
        if len(times) == MOST and now - times[0] < WITHIN:
            return False
        times.append(now)
        return True

    async def _has_room(self, who: str) -> bool:
        """Whether a session may leave one more upload here, and the disk has room for it."""
        assert self._vault is not None
        while self._unnamed and self._clock() - next(iter(self._unnamed.values()))[2] > KEPT:
            self._unnamed.popitem(last=False)
        theirs = sum(size for owner, size, _ in self._unnamed.values() if owner == who)
        by_all = sum(size for _, size, _ in self._unnamed.values())
        return theirs < UNNAMED and by_all < UNNAMED_BY_ALL and await self._vault.has_room()

    def _who(self, request: web.Request) -> str:
        """Whose pass this is. A token that was given to no page in particular will do as well."""
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not TOKEN.fullmatch(shown):
            raise web.HTTPUnauthorized
        if who := self._sessions.open_pass(shown, self._clock().date()):
            return who
        opened = self._sessions.open(shown)
        if opened is None or not opened.is_free:
            raise web.HTTPUnauthorized
        return opened.who

    async def _show(self, request: web.Request) -> web.Response:
        """One attachment, for the officer of its case; whether they are that is asked at every look."""
        assert self._vault is not None
        sender, case_id, attachment_id = (
            Sender(LINE, self._who(request)),
            *(request.match_info[n] for n in ("case", "id")),
        )
        now = self._clock()
        media = await self._writer.read(lambda session: file_rights.for_sender(session, sender, case_id, attachment_id, now))
        content = await self._vault.open(attachment_id) if media else None
        if media is None or content is None:
            raise web.HTTPNotFound
        return web.Response(body=content, content_type=media.mime, headers=SHOWN)


def _too_large(request: web.Request, most: int) -> web.HTTPException:
    """The rest of the body is not read: the connection ends with the answer."""
    refused = web.HTTPRequestEntityTooLarge(max_size=most, actual_size=request.content_length or most + 1)
    refused.force_close()
    return refused
