"""Ways in which the service can be hostile, and its real limits on pace.

Source: core.telegram.org/bots/faq, "My bot is hitting limits" (30 messages a second, 1 a second in a chat,
20 a minute in a group), and what proxies and networks do to anybody.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Literal

from tests.emulators.telegram_rules import Refusal

Kind = Literal["flood", "error", "html", "truncated", "drop_before", "drop_after", "latency", "held", "hang"]
HTML = b"<html>\r\n<body><center>nginx/1.18.0</center></body>\r\n</html>\r\n"


@dataclass(slots=True, eq=False)
class Fault:
    """One kind of trouble for the next `times` matching requests (None: until cleared).

    `drop_after` and `truncated` spoil the answer of a request that was carried out; the others, the request.
    """

    kind: Kind
    times: int | None = 1
    method: str | None = None
    chat: int | None = None
    retry_after: int = 3
    status: int = 500
    description: str = "Internal Server Error"
    seconds: float = 0.1
    skip: int = 0
    """Matching requests to let pass first."""
    hits: int = 0
    cleared: asyncio.Event = field(default_factory=asyncio.Event)

    def strikes(self, method: str, chat: int | None) -> bool:
        if (self.method and self.method.lower() != method.lower()) or (self.chat and self.chat != chat):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        self.hits += 1
        return True

    async def before(self) -> None:
        """What happens before the request is carried out: time passes, or a refusal."""
        if self.kind == "latency":
            await asyncio.sleep(self.seconds)
        elif self.kind == "held":
            await self.cleared.wait()
        elif self.kind == "flood":
            raise flood(self.retry_after)
        elif self.kind == "error":
            raise Refusal(self.status, self.description)
        elif self.kind == "hang":
            await asyncio.Event().wait()  # ends when the client hangs up or the emulator stops


def flood(retry_after: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


class Limiter:
    """The true limits, as sliding windows. `breaches` counts refusals by the limit broken."""

    def __init__(self) -> None:
        self.breaches: Counter[str] = Counter()
        self._windows: dict[int, deque[float]] = {}

    def check(self, chat: int, now: float) -> None:
        limits = [("bot", 0, 30, 1.0), ("chat", chat, 1, 1.0)]
        if chat < 0:
            limits = [limits[0], ("group", chat, 20, 60.0)]
        for name, key, most, seconds in limits:
            window = self._windows.setdefault(key, deque())
            while window and window[0] <= now - seconds:
                window.popleft()
            if len(window) >= most:
                self.breaches[name] += 1
                raise flood(3)
        for _, key, _, _ in limits:
            self._windows[key].append(now)
