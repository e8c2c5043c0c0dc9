"""What the tests of the web chat share: a page without a browser, and the channel with its server around it."""

from __future__ import annotations

import asyncio
import contextlib
import json
from asyncio import Transport
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler
from sqlmodel import select

from bot.channels.webchat.channel import WebChannel
from bot.channels.webchat.limits import Limits
from bot.writer import Writer
from config.settings import Web
from models.messages.mailbox import Mailbox
from models.messages.message import Inbound, Outgoing
from models.people import accounts, persons
from models.people.units import Unit
from models.store.database import Base, Database, Session
from models.store.ids import new_id
from models.store.sealing import Keyring
from tests.channels.polled_client import Requests
from tests.waiting import HANGS, until

WHO = "A" * 42 + "x"
"""Whose session the tests open: the person's id on the line, which never leaves the server."""
WAYS = ["sockets", "requests"]
"""How frames pass: what holds on one way holds on the other."""
NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)


class Page:
    """What a browser's page does, in five lines."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse | Requests, token: str) -> None:
        self.socket = socket
        self.token = token

    async def tells(self, type: str, **fields: Any) -> None:
        await self.socket.send_str(json.dumps({"type": type, **fields}))

    async def hears(self, type: str) -> dict[str, Any]:
        """The next frame, which must be of this type; what is said about other pages at the door is passed over."""
        while True:
            frame = await asyncio.wait_for(self.socket.receive(), HANGS)
            assert frame.type is WSMsgType.TEXT, f"waited for {type}, got {frame!r}"
            heard: dict[str, Any] = json.loads(frame.data)
            if heard["type"] == type or heard["type"] not in ("asked", "settled"):
                break
        assert heard["type"] == type, heard
        return heard

    async def hears_nothing(self) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(self.socket.receive(), 0.1)

    async def sees_closing(self) -> int:
        while (frame := await asyncio.wait_for(self.socket.receive(), HANGS)).type is WSMsgType.TEXT:
            pass
        assert frame.type is WSMsgType.CLOSE
        return int(frame.data)

    async def says_hello(self, token: str | None = "", **more: str) -> dict[str, Any]:
        """With the session of these tests, another one, or none."""
        await self.tells("hello", session=self.token if token == "" else token, language="vi", **more)
        return await self.hears("welcome")


class Wire:
    """The channel, its server and what has come in."""

    def __init__(
        self, channel: WebChannel, writer: Writer, server: TestServer, client: aiohttp.ClientSession, lines: list[Transport]
    ) -> None:
        self.channel = channel
        self.writer = writer
        self.lines = lines
        self.server = server
        self.client = client
        self.token = channel.sessions.seal(WHO, "", NOW.date())
        self.came: list[Inbound] = []
        self.pages: list[Page] = []
        self.broken = False
        self.refuses_sockets = False
        """As the proxies of some networks do."""
        self.refuses_all = False

    async def receive(self, inbound: Inbound) -> None:
        if self.broken:
            raise RuntimeError("the database is away")
        self.came.append(inbound)

    def loses_lines(self, first: int = 0) -> None:
        """The connections of pages from this one on, in the order in which they were opened, are lost."""
        for line in self.lines[first:]:
            line.abort()

    async def page(self, *, hello: bool = True, origin: str | None = None) -> Page:
        own = str(self.server.make_url("/")).rstrip("/")
        if self.refuses_sockets:
            page = Page(Requests(self.client, self.server.make_url("/"), origin or own), self.token)
        else:
            page = Page(await self.client.ws_connect(self.server.make_url("/chat/ws"), origin=origin or own), self.token)
        self.pages.append(page)
        if hello:
            await page.says_hello()
        return page

    async def second_page(self, *, asked: bool = True) -> Page:
        """Another page of the session of these tests; one that is open is told, and allows it at once if it is `asked`."""
        page = await self.page(hello=False)
        await page.tells("hello", session=page.token, language="vi")
        await page.hears("waiting")
        if asked:
            first = self.pages[0]
            await first.tells("allow", page=(await first.hears("asked"))["page"])
            await first.hears("settled")
        await page.hears("welcome")
        return page

    async def get(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        response = await self.client.get(self.server.make_url(path), headers=headers)
        await response.read()
        return response


@contextlib.asynccontextmanager
async def writing(folder: Path) -> AsyncIterator[Writer]:
    database = Database(f"sqlite:///{folder}/test.db", Keyring.new())
    Base.metadata.create_all(database.engine)
    writer = Writer(database)
    yield writer
    await writer.stop()
    database.close()


@contextlib.asynccontextmanager
async def opened(
    writer: Writer,
    settings: Web | None = None,
    *,
    wire: type[Wire] | None = None,
    more: Sequence[web.RouteDef] = (),
    **limits: Any,
) -> AsyncIterator[Wire]:
    channel = WebChannel(writer, settings or Web(), "Công đoàn Công ty Hoa Ban", clock=lambda: NOW, limits=Limits(**limits))
    lines: list[Transport] = []
    built: list[Wire] = []

    @web.middleware
    async def noted(request: web.Request, handler: Handler) -> web.StreamResponse:
        by_socket, by_requests = request.path == "/chat/ws", request.path.startswith("/chat/poll")
        if (by_socket and built[0].refuses_sockets) or ((by_socket or by_requests) and built[0].refuses_all):
            return web.Response(status=403, text="This network allows no such thing.")
        if by_socket and request.transport is not None:
            lines.append(request.transport)  # type: ignore[arg-type]
        return await handler(request)

    application = web.Application(middlewares=[noted])
    application.add_routes([*channel.routes(), *more])
    server = TestServer(application)
    await server.start_server()
    async with aiohttp.ClientSession() as client:
        built.append((wire or Wire)(channel, writer, server, client, lines))
        await channel.start(built[0].receive)
        poll = asyncio.create_task(channel.run())
        yield built[0]
        for page in built[0].pages:
            if isinstance(page.socket, Requests):
                await page.socket.dies()
        poll.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await poll
        await channel.stop()
    await server.close()


async def join(writer: Writer, who: str = WHO) -> None:
    """Makes this person a member."""

    def add(session: Session) -> None:
        unit = Unit(kind="cdcs", code=new_id(), name="Công đoàn")
        session.add(unit)
        session.flush()
        holder = persons.add(session, unit.id)
        sender = accounts.Sender(WebChannel.line, who)
        joining = accounts.Joining(language="vi", confirmed=True, consent_version="2026-12")
        accounts.add(session, sender, holder, joining, NOW.date())

    await writer.write(add)


def message(text: str = "Xin chào", recipient: str = WHO, **fields: Any) -> Outgoing:
    return Outgoing(new_id(), recipient, text, **fields)


async def kept(writer: Writer) -> list[Mailbox]:
    return await writer.read(lambda session: list(session.exec(select(Mailbox))))


async def gone(writer: Writer) -> None:
    """`got` is not answered, so its effect is looked for."""

    async def is_empty() -> bool:
        return not await kept(writer)

    await until(is_empty)
