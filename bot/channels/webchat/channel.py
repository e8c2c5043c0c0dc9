"""Web chat: a page and a websocket, for people without Telegram or Zalo; and the phones of the demo.

Nothing stands between this channel and the page, so it plays the service's part too: `send` puts a message
into the mailbox (models/messages/mailbox.py) and is then done; pages are shown what waits for them, and a message
leaves the mailbox when a page says `got`. Frames are JSON text, protocol v1:

    page → hello {session, language} · say {id, text} · tap {id, choice} · file {id, kind, upload} · got {ids} · bye {}
    here → welcome {session, union} · message {id, text, options, language, media?, edits?} · received {id}
           · failed {id} · slow {} · refused {why, id?} · ended {}

`received` is said once the event has committed; after `failed`, `slow` or a lost connection the page offers
it again under the same id, and the dispatcher knows repeats. What `edits` an earlier message takes its place
in the page, silently, and goes by the earlier one's id from then on, also in a page that has it no more. The
session token is the person's id on this line: 256 random bits made here, never in an address, a cookie or a
log.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import WSMsgType, web

from bot import pages
from bot.channels.base import Capabilities, Receive
from bot.channels.webchat.files import Files
from bot.channels.webchat.socket import MOST_BYTES, Frame, FrameError, Socket, event_id, parse
from bot.vault import Vault
from bot.writer import Writer
from config.settings import Web
from models.messages import mailbox
from models.messages.message import File, Inbound, Outgoing
from models.store.database import Session

log = structlog.get_logger()

HELLO_WITHIN = 10.0
POLL = 1.0
STRIKES = 5
"""Refused frames after which a socket is closed."""
SLOW = 300
"""Frames over the limit after which a socket is closed."""

POLICY = 1008
BROKEN = 1011
REPLACED = 4008
"""Our own close code: the session is open in more places than are allowed, and this is the oldest of them."""


class WebChannel:
    line = "webchat:main"
    capabilities = Capabilities(
        text=4000, buttons=30, button_title=80, concurrency=64, pushes=False, edits=True, uploads=True
    )

    def __init__(
        self,
        writer: Writer,
        settings: Web,
        union_name: str = "Công đoàn",
        *,
        clock: Callable[[], datetime],
        vault: Vault | None = None,
        most_sockets: int = 5000,
        most_per_session: int = 5,
    ) -> None:
        self._writer = writer
        self._public = urlsplit(settings.public_url)
        self._union = union_name
        self._clock = clock
        self._files = Files(self.line, writer, vault, clock, self._is_ours)
        self._most_sockets = most_sockets
        self._most_per_session = most_per_session
        self._receive: Receive | None = None
        self._open: set[Socket] = set()
        self._here: dict[str, list[Socket]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, receive: Receive) -> None:
        self._receive = receive

    async def run(self) -> None:
        """Looks into the mailbox for pages open here: another process may have put something there."""
        while True:
            await asyncio.sleep(POLL)
            if not (tokens := list(self._here)):
                continue
            try:
                self._show(await self._writer.read(lambda session: mailbox.waiting(session, tokens)))
            except Exception as error:  # the database may be away for a moment; messages wait in it
                log.warning("mailbox not read", line=self.line, error=type(error).__name__)

    async def stop(self) -> None:
        self._receive = None
        await asyncio.gather(*(socket.close(1001) for socket in list(self._open)), *self._tasks)

    async def send(self, message: Outgoing) -> str:
        """Done once the message is in the mailbox; pages open here are shown it at once."""
        now = self._clock()

        def keep(session: Session) -> dict[str, list[Outgoing]]:
            mailbox.put(session, message, now)
            # All that waits, not this message alone: pages then see messages in the order of the mailbox.
            return mailbox.waiting(session, [message.recipient]) if message.recipient in self._here else {}

        self._show(await self._writer.write(keep))
        return message.edits or message.id

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.get("/chat", pages.page("chat.html")),
            web.get("/chat/ws", self._connect),
            *self._files.routes(),
            *pages.routes(),
        ]

    def fetch(self, reference: str, most: int) -> AsyncIterator[bytes]:
        return self._files.fetch(reference, most)

    def _show(self, waiting: dict[str, list[Outgoing]]) -> None:
        for token, messages in waiting.items():
            for socket in self._here.get(token, ()):
                for message in messages:
                    socket.offer(message)

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        if not self._is_ours(request):
            raise web.HTTPForbidden
        if len(self._open) >= self._most_sockets or self._receive is None:
            return web.Response(status=503, headers={"Retry-After": "5"})
        # Uncompressed: a compressor costs more memory for each open page than everything else it needs.
        response = web.WebSocketResponse(heartbeat=25, max_msg_size=4 * MOST_BYTES, compress=False)
        socket = Socket(response)
        self._open.add(socket)
        try:
            await response.prepare(request)
            async with socket.pouring():
                await self._listen(socket)
        finally:
            self._open.discard(socket)
            self._leave(socket)
        return response

    def _is_ours(self, request: web.Request) -> bool:
        """Browsers name the site whose page opens a socket; pages of other sites may not."""
        try:
            named = urlsplit(request.headers.get("Origin", ""))
        except ValueError:
            return False
        if named.scheme not in ("http", "https") or not named.netloc:
            return False
        same_public = (named.scheme, named.netloc) == (self._public.scheme, self._public.netloc)
        return same_public or named.netloc.lower() == request.host.lower()

    async def _listen(self, socket: Socket) -> None:
        while not socket.response.closed:
            try:
                message = await socket.response.receive(None if socket.token else HELLO_WITHIN)
            except TimeoutError:
                return await socket.close(POLICY)
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return None
            if not socket.within_pace():
                await socket.tell("slow")
                if socket.slow >= SLOW:
                    return await socket.close(POLICY)
                continue
            try:
                await self._answer(socket, parse(message))
            except FrameError as refused:
                socket.strikes += 1
                await socket.tell("refused", why=refused.why, **({"id": refused.id} if refused.id else {}))
                if socket.strikes >= STRIKES:
                    return await socket.close(POLICY)
            except Exception as error:  # the database is away: the page comes back and finds all where it was
                log.warning("page not served", line=self.line, error=type(error).__name__)
                return await socket.close(BROKEN)

    async def _answer(self, socket: Socket, frame: Frame) -> None:
        if (frame.type == "hello") == bool(socket.token):
            raise FrameError("hello", frame.id)
        match frame.type:
            case "hello":
                await self._welcome(socket, frame)
            case "got":
                token, ids = socket.token, frame.ids
                await self._writer.write(lambda session: mailbox.acknowledge(session, token, ids))
                if socket.has(ids):
                    await self._catch_up(token)
            case "bye":
                await self._end(socket, frame)
            case _:
                # Hashed with the session: no page can name another's upload.
                files = (File(frame.file[0], event_id(socket.token, frame.file[1])),) if frame.file else ()
                took = await self._take(socket, frame.id, text=frame.text, choice=frame.choice, files=files)
                await socket.tell("received" if took else "failed", id=frame.id)

    async def _welcome(self, socket: Socket, frame: Frame) -> None:
        # A token of the right shape is taken as it is: who it belongs to is for the account look-up to say.
        socket.token = frame.session or secrets.token_urlsafe(32)
        socket.language = frame.language
        await socket.tell("welcome", session=socket.token, union=self._union)
        others = self._here.setdefault(socket.token, [])
        others.append(socket)
        if len(others) > self._most_per_session:
            # The oldest goes, not the newest: it is probably a connection the phone has lost without knowing.
            oldest = others.pop(0)
            self._closing(oldest.close(REPLACED))
        await self._catch_up(socket.token)

    async def _catch_up(self, token: str) -> None:
        self._show(await self._writer.read(lambda session: mailbox.waiting(session, [token])))

    async def _take(self, socket: Socket, id: str, **said: Any) -> bool:
        """Hands one event on; false when it has to be offered again."""
        if self._receive is None:
            return False
        event = Inbound(self.line, event_id(socket.token, id), socket.token, language=socket.language, **said)
        try:
            await self._receive(event)
        except Exception as error:
            log.warning("event not received", line=self.line, error=type(error).__name__)
            return False
        return True

    async def _end(self, socket: Socket, frame: Frame) -> None:
        """Nobody will read this session again: what waits is dropped, and no more should be written to it."""
        token = socket.token
        await self._take(socket, frame.id or secrets.token_hex(8), kind="stopped")
        await self._writer.write(lambda session: mailbox.forget(session, token))
        for page in self._here.pop(token, []):
            await page.tell("ended")
            self._closing(page.close(1000))

    def _closing(self, closing: Coroutine[Any, Any, None]) -> None:
        """Closes beside us: a page that is gone answers a close only after a while."""
        task = asyncio.create_task(closing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _leave(self, socket: Socket) -> None:
        pages_here = self._here.get(socket.token, [])
        if socket in pages_here:
            pages_here.remove(socket)
        if not pages_here:
            self._here.pop(socket.token, None)
