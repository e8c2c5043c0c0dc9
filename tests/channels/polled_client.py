"""A page where websockets are refused, without a browser: what `webchat_wire.Page` needs of a websocket, over requests."""

from __future__ import annotations

import asyncio
import json

import aiohttp
from aiohttp import WSMessage, WSMsgType
from yarl import URL


class Requests:
    """`send_str`, `receive` and `close` as a websocket's; the first frame opens the connection."""

    def __init__(self, client: aiohttp.ClientSession, server: URL, origin: str) -> None:
        self.client, self.server = client, server
        self.headers = {"Origin": origin}
        self.unread: asyncio.Queue[WSMessage] = asyncio.Queue()
        self.waiting: asyncio.Task[None] | None = None
        self.closed = False
        self.asked = 0

    async def post(self, path: str, body: str = "") -> aiohttp.ClientResponse:
        answer = await self.client.post(self.server / f"chat/poll{path}", data=body.encode(), headers=self.headers)
        await answer.read()
        return answer

    async def begin(self, frame: str) -> int:
        answer = await self.post("", frame)
        if answer.status == 200:
            self.headers["Authorization"] = f"Bearer {(await answer.json())['poll']}"
            self.waiting = asyncio.create_task(self._wait())
        return answer.status

    async def send_str(self, frame: str) -> None:
        if self.waiting is None:
            assert await self.begin(frame) == 200
        else:
            await self.post("/say", frame)

    async def _wait(self) -> None:
        while not self.closed:
            self.asked += 1
            answer = await self.post("/wait")
            if answer.status != 200:
                break
            told = await answer.json()
            for frame in told["frames"]:
                self.unread.put_nowait(WSMessage(WSMsgType.TEXT, json.dumps(frame), None))
            if told["code"] is not None:
                self.closed = True
                self.unread.put_nowait(WSMessage(WSMsgType.CLOSE, told["code"], None))

    async def receive(self) -> WSMessage:
        return await self.unread.get()

    async def close(self) -> None:
        self.closed = True
        await self.post("/leave")
        await self.dies()

    async def dies(self) -> None:
        """The phone is out of the net: it asks no more, and nobody is told."""
        self.closed = True
        if self.waiting is not None:
            self.waiting.cancel()
            await asyncio.gather(self.waiting, return_exceptions=True)
