"""Waiting for what happens in tasks, threads and other processes, and for no longer than it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

HANGS = 120
"""Seconds after which something is taken to come never. Where nothing is wrong it comes in a moment, and on a busy machine a
moment may be long."""


OFTEN, SOMETIMES = 0.002, 0.05
"""Seconds between two looks: at something in this process; and at a database or another process, where each look is work for
both, and work that is taken from what is waited for."""


async def until(reached: Callable[[], Any], every: float = OFTEN) -> None:
    """Lets the loop work until `reached()`, or what it awaits, is true."""
    async with asyncio.timeout(HANGS):
        while True:
            answer = reached()
            if await answer if isinstance(answer, Awaitable) else answer:
                return
            await asyncio.sleep(every)


async def idle(turns: int = 50) -> None:
    """Lets everything in this loop go on as far as it can without time, a thread or another machine."""
    for _ in range(turns):
        await asyncio.sleep(0)
