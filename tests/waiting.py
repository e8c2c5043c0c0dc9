"""Waiting for what happens in tasks, threads and other processes, and for no longer than it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

HANGS = 120
"""Seconds after which something is taken to come never. Where nothing is wrong it comes in a moment, and on a busy machine a
moment may be long."""


async def until(reached: Callable[[], Any]) -> None:
    """Lets the loop work until `reached()`, or what it awaits, is true."""
    async with asyncio.timeout(HANGS):
        while True:
            answer = reached()
            if await answer if isinstance(answer, Awaitable) else answer:
                return
            await asyncio.sleep(0.002)


async def idle(turns: int = 50) -> None:
    """Lets everything in this loop go on as far as it can without time, a thread or another machine."""
    for _ in range(turns):
        await asyncio.sleep(0)
