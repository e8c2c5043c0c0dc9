"""The Zalo channel against the emulator: real HTTP on loopback, both ways of receiving."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.channels.retry import Backoff, Pauses
from bot.channels.zalo import ZaloChannel
from config.settings import ZaloBot
from models.messages.message import Inbound
from tests.emulators.zalo import ZaloEmulator

TOKEN = "4567890:ZALO-SECRET"
SECRET = "webhook_secret_1"
AT_ONCE = Backoff(first=0.005, most=0.01, jitter=0)


def channel_of(url: str, mode: str = "poll", public_url: str = "", asking: Backoff = AT_ONCE) -> ZaloChannel:
    settings = ZaloBot(
        token=SecretStr(TOKEN),
        api_url=url,
        mode=mode,  # type: ignore[arg-type]
        webhook_secret=SecretStr(SECRET),
    )
    return ZaloChannel(settings, public_url, pauses=Pauses(asking, AT_ONCE, grace=0.2), read=0.3)


class Received(list[Inbound]):
    """What a dispatcher was given; `faults` are raised first, and `gate` holds it up."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[Exception] = []
        self.offers = 0
        self.gate = asyncio.Event()
        self.gate.set()

    @property
    def texts(self) -> list[str | None]:
        return [inbound.text for inbound in self]

    async def __call__(self, inbound: Inbound) -> None:
        self.offers += 1
        await self.gate.wait()
        if self.faults:
            raise self.faults.pop(0)
        self.append(inbound)


@asynccontextmanager
async def polled(zalo: ZaloEmulator, asking: Backoff = AT_ONCE) -> AsyncIterator[tuple[ZaloChannel, Received]]:
    channel, received = channel_of(zalo.url, asking=asking), Received()
    await channel.start(received)
    running = asyncio.create_task(channel.run())
    try:
        yield channel, received
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await channel.stop()
        await channel.stop()


@asynccontextmanager
async def pushed(zalo: ZaloEmulator) -> AsyncIterator[tuple[ZaloChannel, Received, str]]:
    """The channel behind a real web server, and the server's address."""
    app = web.Application()
    channels: list[ZaloChannel] = []

    async def through(request: web.Request) -> web.StreamResponse:
        return await channels[0].routes()[0].handler(request)  # type: ignore[attr-defined, no-any-return]

    app.router.add_post("/zalo/webhook", through)
    async with TestServer(app, host="127.0.0.1") as site:
        url = f"http://127.0.0.1:{site.port}"
        channel, received = channel_of(zalo.url, "webhook", url), Received()
        channels.append(channel)
        await channel.start(received)
        await channel.run()
        try:
            yield channel, received, url
        finally:
            await channel.stop()
