"""Strangers on the web page who never stop writing: `python -m tests.bench.flood ADDRESS COUNT`, until it is ended."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from uuid import uuid4

import aiohttp

PER_SECOND = 10


async def stranger(address: str, ready: asyncio.Semaphore) -> None:
    """Confirms nothing, and comes back when it is closed."""
    async with aiohttp.ClientSession() as http:
        while True:
            with contextlib.suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                async with http.ws_connect(f"{address}/chat/ws", origin=address) as socket:
                    await socket.send_json({"type": "hello", "session": None, "language": "vi"})
                    reading = asyncio.create_task(read(socket))
                    ready.release()
                    while not socket.closed:
                        await socket.send_json({"type": "say", "id": str(uuid4()), "text": "xin chào"})
                        await asyncio.sleep(1 / PER_SECOND)
                    reading.cancel()
            await asyncio.sleep(0.5)


async def read(socket: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in socket:
        pass


async def main(address: str, count: int) -> None:
    ready = asyncio.Semaphore(0)
    strangers = [asyncio.create_task(stranger(address, ready)) for _ in range(count)]
    for _ in range(count):
        await ready.acquire()
    print("flooding", flush=True)
    await asyncio.gather(*strangers)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
