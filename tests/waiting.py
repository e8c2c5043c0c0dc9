"""Waiting for what happens in tasks, threads and other processes, and for no longer than it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


async def until(reached: Callable[[], Any], seconds: float = 20) -> None:
    """Lets the loop work until `reached()`, or what it awaits, is true."""
    async with asyncio.timeout(seconds):
        while True:
            answer = reached()
            if await answer if isinstance(answer, Awaitable) else answer:
                return
            await asyncio.sleep(0.002)


async def idle(turns: int = 50) -> None:
    """Lets everything in this loop go on as far as it can without time, a thread or another machine."""
    for _ in range(turns):
        await asyncio.sleep(0)
