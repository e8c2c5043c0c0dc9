"""Web chat: a page and a websocket, for people without Telegram or Zalo; and the phones of the demo.

Nothing stands between this channel and the page, so it plays the service's part too: `send` puts a message
into the mailbox (models/messages/mailbox.py) and is then done; pages are shown what waits for them, and a message
leaves the mailbox when a page says `got`. Frames are JSON text, protocol v2, also where websockets are refused (polling.py):

    page → hello {session, secret, page, language, kept} · say {id, text} · tap {id, choice, of} · file {id, kind, upload}
           · got {ids} · keeps {kept} · bye {} · asking, allow, refuse {page}
    here → welcome {session, files, union} · message {id, text, options, language, media?, edits?, copies?, keeps?} · slow {}
           · received, failed {id} · refused {why, id?} · ended {} · waiting {} · asked {page, known} · settled {page}

`received` is said once the event has committed; after `failed`, `slow` or a lost connection the page offers
it again under the same id, and the dispatcher knows repeats. What `edits` an earlier message takes its place
in the page, silently, and goes by the earlier one's id from then on, also in a page that has it no more.

`session` is null in a first hello and is then made here: the socket is opened by our own page only (bot.visitors), so that
asking for a session over it is as safe as any request. What a session is says sessions.py; which pages of one are in, and
which wait to be allowed, admission.py; what somebody who has not joined may cost, guests.py.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import structlog
from aiohttp import WSMessage, WSMsgType, web

from bot import pages
from bot.channels.base import Capabilities, Receive
from bot.channels.webchat import closes
from bot.channels.webchat.admission import Admission
from bot.channels.webchat.files import Files
from bot.channels.webchat.guests import Guests
from bot.channels.webchat.limits import LIMITS, Limits
from bot.channels.webchat.polling import Polling
from bot.channels.webchat.sessions import GUEST_DAYS, LINE, Opened, Sessions
from bot.channels.webchat.socket import MOST_BYTES, SLOW, Frame, FrameError, Socket, event_id, parse
from bot.vault import Vault
from bot.visitors import Visitors
from bot.writer import Writer
from config.settings import Web
from models.messages import mailbox
from models.messages.message import File, Inbound, Outgoing
from models.people import wishes
from models.people.accounts import Sender
from models.store.database import Session

log = structlog.get_logger()

POLL = 1.0
SWEEP = 300.0
"""Seconds between two sweeps of guests' mailboxes: what waits there lives for one or two of them."""
STRIKES = 5
"""Refused frames after which a socket is closed."""


class WebChannel:
    line = LINE
    hearing = None
    capabilities = Capabilities(
        service="web chat",
        is_page=True,
        text=4000,
        buttons=30,
        button_title=80,
        concurrency=64,
        pushes=False,
        edits=True,
        uploads=True,
    )

    def __init__(
        self,
        writer: Writer,
        settings: Web,
        union_name: str = "Công đoàn",
        *,
        clock: Callable[[], datetime],
        vault: Vault | None = None,
        limits: Limits = LIMITS,
    ) -> None:
        self._writer = writer
        self._visitors = Visitors(settings)
        self._union = union_name
        self._clock = clock
        self.sessions = Sessions(writer.database.keyring)
        self._files = Files(writer, vault, clock, self._visitors.is_our_page, self.sessions, silent=limits.body)
        self._limits = limits
        self._polling = Polling(self._visitors, self._has_room, self._serve, waits=limits.poll, gone=limits.gone)
        self._receive: Receive | None = None
        self._open: set[Socket] = set()
        self._lobby: dict[Socket, None] = {}
        self.guests: Guests[Socket] = Guests(
            limits.turns, seats=limits.seats, seats_here=limits.seats_here, silent=limits.silent
        )
        refused = partial(self._let_go, code=closes.NOT_ALLOWED)
        self._admission = Admission(self._admit, refused, answer_within=limits.answer)
        self._waited: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, receive: Receive) -> None:
        self._receive = receive

    async def run(self) -> None:
        """Looks into the mailbox for pages open here (another process may have put something there), and after the
        guests."""
        swept = _now()
        while True:
            await asyncio.sleep(POLL)
            for silent in self.guests.silent(now := _now()):
                self._let_go(silent, closes.RESTING)
            try:
                if whose := self._admission.here():
                    self._show(await self._writer.read(partial(mailbox.waiting, tokens=whose)))
                if now - swept >= SWEEP:
                    await self.sweep()
                    swept = now
            except Exception as error:  # the database may be away for a moment; messages wait in it
                log.warning("mailbox not read", line=self.line, error=type(error).__name__)

    async def sweep(self) -> int:
        """Forgets what has waited for guests since the last sweep, and returns how many messages that was."""
        waiting = await self._writer.read(mailbox.of_guests)
        late, self._waited = self._waited & waiting, waiting
        return await self._writer.write(lambda session: mailbox.forget_rows(session, late), grouped=True) if late else 0

    async def stop(self) -> None:
        self._receive = None
        await asyncio.gather(*(socket.close(1001) for socket in list(self._open)), *self._tasks)
        await self._polling.stop()

    async def send(self, message: Outgoing) -> str:
        """Done once the message is in the mailbox; pages open here are shown it at once."""
        now = self._clock()

        def keep(session: Session) -> dict[str, list[Outgoing]]:
            guest = wishes.find(session, Sender(self.line, message.recipient)) is None
            mailbox.put(session, message, now, guest=guest)
            # All that waits, not this message alone: pages then see messages in the order of the mailbox.
            return mailbox.waiting(session, [message.recipient]) if self._admission.pages(message.recipient) else {}

        self._show(await self._writer.write(keep, grouped=True))
        return message.edits or message.id

    async def look(self) -> None: ...

    async def probe(self) -> None: ...  # there is no service to ask

    def routes(self) -> Sequence[web.RouteDef]:
        return [
            web.get("/chat", pages.page("chat.html")),
            web.get("/chat/ws", self._connect),
            *self._polling.routes(),
            *self._files.routes(),
            *pages.routes(),
        ]

    def fetch(self, reference: str, most: int) -> AsyncIterator[bytes]:
        return self._files.fetch(reference, most)

    def _show(self, waiting: dict[str, list[Outgoing]]) -> None:
        for who, messages in waiting.items():
            for socket in self._admission.pages(who):
                for message in messages:
                    socket.offer(message)

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        if not self._visitors.is_our_page(request):
            raise web.HTTPForbidden
        if not self._has_room():
            return web.Response(status=503, headers={"Retry-After": "5"})
        # Uncompressed: a compressor costs more memory for each open page than everything else it needs. Pings are counted as
        # frames are (`_listen`), so they are not answered behind our back.
        response = web.WebSocketResponse(heartbeat=25, max_msg_size=4 * MOST_BYTES, compress=False, autoping=False)
        socket = Socket(response, self._visitors.origin(request))
        await response.prepare(request)
        await self._serve(socket)
        return response

    async def _serve(self, socket: Socket) -> None:
        self._open.add(socket)
        self._lobby[socket] = None
        try:
            async with socket.pouring():
                await self._listen(socket)
        finally:
            self._leave(socket)

    def _has_room(self) -> bool:
        """Somebody who has not said hello gives way to somebody who may, and a guest to somebody who may be a member."""
        if self._receive is None:
            return False
        if len(self._lobby) >= self._limits.lobby:
            self._let_go(next(iter(self._lobby)), closes.CROWDED)
        if len(self._open) < self._limits.sockets:
            return True
        gives_way = next(iter(self._lobby), None) or self.guests.longest_silent()
        if gives_way is None:
            return False
        self._let_go(gives_way, closes.CROWDED if gives_way in self._lobby else closes.RESTING)
        return True

    async def _listen(self, socket: Socket) -> None:
        by = _now() + self._limits.hello
        while not socket.response.closed:
            try:
                async with asyncio.timeout_at(None if socket.who else by):
                    message = await socket.response.receive()
            except TimeoutError:
                return await socket.close(closes.POLICY)
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.PING, WSMsgType.PONG):
                return None
            if not socket.within_pace():
                await socket.tell("slow")
                if socket.slow >= SLOW:
                    return await socket.close(closes.POLICY)
                continue
            if message.type is WSMsgType.PING:
                await socket.response.pong(message.data)
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY) and not await self._heard(socket, message):
                return None
        return None

    async def _heard(self, socket: Socket, message: WSMessage) -> bool:
        """One frame; false when the socket is closed after it."""
        try:
            frame = parse(message)
            if await self._may(socket):
                await self._answer(socket, frame)
            else:
                await socket.tell("slow")
        except FrameError as refused:
            socket.strikes += 1
            await socket.tell("refused", why=refused.why, **({"id": refused.id} if refused.id else {}))
            if socket.strikes >= STRIKES:
                await socket.close(closes.POLICY)
                return False
        except Exception as error:  # the database is away: the page comes back and finds all where it was
            log.warning("page not served", line=self.line, error=type(error).__name__)
            await socket.close(closes.BROKEN)
            return False
        return True

    async def _may(self, socket: Socket) -> bool:
        """Whether there is a turn for this page: always, but for guests."""
        if socket.has_joined or not socket.who:
            return True
        wait = self.guests.turn(socket, socket.who, socket.origin, _now())
        if wait:
            # Not read meanwhile: what a flood sends stays in its own network.
            await asyncio.sleep(min(wait, self._limits.held))
            wait = self.guests.turn(socket, socket.who, socket.origin, _now())
        return not wait

    async def _answer(self, socket: Socket, frame: Frame) -> None:
        if (frame.type == "hello") == bool(socket.who):
            raise FrameError("hello", frame.id)
        if frame.type == "hello":
            return await self._hello(socket, frame)
        if not socket.token:
            raise FrameError("waiting", frame.id)
        match frame.type:
            case "got":
                who, ids = socket.who, frame.ids
                await self._writer.write(lambda session: mailbox.acknowledge(session, who, ids), grouped=True)
                if socket.has(ids):
                    await self._catch_up(who)
            case "keeps":
                socket.kept = frame.kept
            case "bye":
                await self._end(socket, frame)
            case "allow" | "refuse" | "asking":
                doors = self._admission
                does = {"allow": doors.allowed, "refuse": doors.refused, "asking": doors.asking}[frame.type]
                does(socket.who, frame.page)
            case _:
                # Hashed with the session: no page can name another's upload.
                files = (File(frame.file[0], event_id(socket.who, frame.file[1])),) if frame.file else ()
                said = {"text": frame.text, "choice": frame.choice, "tapped": frame.tapped, "files": files}
                took = await self._take(socket, frame.id, **said)
                await socket.tell("received" if took else "failed", id=frame.id)

    async def _hello(self, socket: Socket, frame: Frame) -> None:
        today = self._clock().date()
        opened = self.sessions.open(frame.session) if frame.session else Opened(self.sessions.somebody(), today)
        if opened is None:
            raise FrameError("session")
        has_joined = bool(frame.session) and await self._has_joined(opened.who)
        if not has_joined and (opened.issued is None or opened.issued < today - timedelta(days=GUEST_DAYS)):
            raise FrameError("session")
        fits = opened.fits(frame.secret)
        is_guest = not (has_joined and fits)
        if is_guest and not self.guests.has_room(socket.origin):
            # Somebody will have to give way. Not at once: guests who only chase each other from seats cost nearly nothing.
            await asyncio.sleep(self._limits.held)
        self._lobby.pop(socket, None)
        if socket not in self._open:
            return  # it has given way meanwhile, and is being closed
        socket.who, socket.language, socket.page = opened.who, frame.language, frame.page or str(uuid4())
        socket.has_joined, socket.is_new, socket.kept = not is_guest, not frame.session, frame.kept
        keeps = frame.session and opened.issued is not None and fits
        token = (frame.session or "") if keeps else self.sessions.seal(opened.who, frame.secret, today)
        socket.grant = token, has_joined
        if is_guest and (gives_way := self.guests.sit(socket, socket.origin, _now())) is not None:
            self._let_go(gives_way, closes.RESTING)
        before = self._admission.comes(socket, fits=fits)
        if before is not None:
            self._let_go(before, closes.REPLACED)

    def _admit(self, socket: Socket) -> None:
        """The page is in: from now on it is shown what waits."""
        socket.token, socket.has_joined = socket.grant
        if socket.has_joined:
            self.guests.leave(socket)
        passed = self.sessions.seal_pass(socket.who, self._clock().date())
        socket.say("welcome", session=socket.token, files=passed, union=self._union)
        others = self._admission.pages(socket.who)
        if len(others) > self._limits.per_session:
            # The oldest goes, not the newest: it is probably a connection the phone has lost without knowing.
            self._let_go(others[0], closes.REPLACED)
        if not socket.is_new:
            self._begin(self._settle_in(socket))

    async def _settle_in(self, socket: Socket) -> None:
        try:
            await self._catch_up(socket.who)
        except Exception as error:  # the database is away: the page comes back and finds all where it was
            log.warning("page not served", line=self.line, error=type(error).__name__)
            await socket.close(closes.BROKEN)

    async def _catch_up(self, who: str) -> None:
        self._show(await self._writer.read(lambda session: mailbox.waiting(session, [who])))

    async def _has_joined(self, who: str) -> bool:
        sender = Sender(self.line, who)
        return await self._writer.read(lambda session: wishes.find(session, sender) is not None)

    async def _look_whether_joined(self, socket: Socket) -> None:
        if not socket.has_joined and await self._has_joined(socket.who):
            socket.has_joined = True
            self.guests.leave(socket)

    async def _take(self, socket: Socket, id: str, **said: Any) -> bool:
        """Hands one event on; false when it has to be offered again."""
        if self._receive is None:
            return False
        about: dict[str, Any] = {"language": socket.language, "origin": socket.origin, "remembers": socket.kept}
        event = Inbound(self.line, event_id(socket.who, id), socket.who, **about, **said)
        try:
            await self._receive(event)
            await self._look_whether_joined(socket)
        except Exception as error:
            log.warning("event not received", line=self.line, error=type(error).__name__)
            return False
        return True

    async def _end(self, socket: Socket, frame: Frame) -> None:
        """Nobody will read this session again: what waits is dropped, and no more should be written to it."""
        who = socket.who
        await self._take(socket, frame.id or secrets.token_hex(8), kind="stopped")
        await self._writer.write(lambda session: mailbox.forget(session, who), grouped=True)
        for page in list(self._admission.ends(who)):
            await page.tell("ended")
            self._let_go(page, 1000)

    def _let_go(self, socket: Socket, code: int) -> None:
        """Closes beside us: a page that is gone answers a close only after a while, and counts no more from now on."""
        self._leave(socket)
        self._begin(socket.close(code))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _leave(self, socket: Socket) -> None:
        self._open.discard(socket)
        self._lobby.pop(socket, None)
        self.guests.leave(socket)
        if socket.who:
            self._admission.leaves(socket)


def _now() -> float:
    """Steady seconds, for paces."""
    return asyncio.get_running_loop().time()
