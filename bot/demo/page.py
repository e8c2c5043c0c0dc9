"""`haichieu demo`: three phones in one page, until Ctrl-C."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

from bot.app import App
from bot.demo.stage import stage

Serve = Callable[[App, asyncio.Event], Awaitable[int]]
"""Runs a service until it is asked to stop, sets the event once it is open; returns the exit code."""


async def show(port: int, serve: Serve) -> int:
    """Serves the demo on this machine and says where. Returns the exit code."""
    async with stage(port) as demo:
        ready = asyncio.Event()
        serving = asyncio.ensure_future(serve(demo.app, ready))
        opening = asyncio.create_task(ready.wait())
        await asyncio.wait({serving, opening}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.is_set():
            opening.cancel()
            print(f"Port {port} is taken; try `haichieu demo --port 0`.", file=sys.stderr)
            return await serving
        await demo.reset()
        print(f"Hai Chiều – bản chạy thử: mở {demo.address}/demo trong trình duyệt. Dừng bằng Ctrl-C.")
        print(f"Hai Chiều demo: open {demo.address}/demo in a browser. Stop with Ctrl-C.", flush=True)
        return await serving
