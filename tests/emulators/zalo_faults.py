"""Ways in which Zalo's service, or whatever stands in front of it, can be hostile."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from tests.emulators.zalo_rules import Refusal

Kind = Literal[
    "flood", "error", "hasty_idle", "gateway_timeout", "html", "truncated", "drop_before", "drop_after", "latency", "hang"
]
HTML = b"<html>\r\n<body><center>nginx/1.18.0</center></body>\r\n</html>\r\n"


@dataclass(slots=True, eq=False)
class Fault:
    """One kind of trouble for the next `times` calls of `method` (None: of any; `times` None: until cleared).

    `drop_after` and `truncated` spoil the answer of a call that was carried out; the others, the call. `key` is how the code
    of an `error` is spelt: `error_code`, `errorCode`, or None for not at all.
    """

    kind: Kind
    times: int | None = 1
    method: str | None = None
    code: int = 500
    description: str = "Internal server error"
    key: str | None = "error_code"
    seconds: float = 0.1
    status: int = 502
    hits: int = 0

    def strikes(self, method: str) -> bool:
        if (self.method and self.method != method) or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True

    async def before(self) -> None:
        """What happens before the call is carried out: time passes, or a refusal."""
        if self.kind == "latency":
            await asyncio.sleep(self.seconds)
        elif self.kind == "flood":
            raise Refusal(429, "Quota exceeded")
        elif self.kind == "hasty_idle":
            raise Refusal(408, "Request timeout", key=self.key)
        elif self.kind == "error":
            raise Refusal(self.code, self.description, key=self.key)
        elif self.kind == "hang":
            await asyncio.Event().wait()  # ends when the client hangs up or the emulator stops
