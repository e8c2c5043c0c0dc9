"""`haichieu demo`: three phones in one page, until Ctrl-C."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

from bot.app import App
from bot.demo.stage import stage
from config.i18n import Language
from handlers.operator import answers

Serve = Callable[[App, asyncio.Event], Awaitable[int]]
"""Runs a service until it is asked to stop, sets the event once it is open; returns the exit code."""


async def show(port: int, serve: Serve, reader: Language) -> int:
    """Serves the demo on this machine and says where. Where the port is taken, most likely by a demo that still runs, it
    takes any other and says so. Returns the exit code."""
    other = 0 if _is_taken(port) else port
    async with stage(other) as demo:
        ready = asyncio.Event()
        serving = asyncio.ensure_future(serve(demo.app, ready))
        opening = asyncio.create_task(ready.wait())
        await asyncio.wait({serving, opening}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.is_set():
            opening.cancel()
            return await serving
        await demo.reset()
        if other != port:
            print(answers.text(reader, "demo_other_port", port=port, other=demo.app.web.port))
        print(answers.text(reader, "demo_open", address=demo.address), flush=True)
        return await serving


def _is_taken(port: int) -> bool:
    """Opened as the service opens it (`create_server` knows what that takes on Windows), and closed again."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return True
    return False
