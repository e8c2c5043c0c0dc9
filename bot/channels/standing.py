"""How one direction of a line stands: it works or it does not, since when, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Reason = Literal["", "away", "token", "poller", "webhook", "address"]
"""Why a line does not work. `away`: the service cannot be had, or answers with faults. `token`: it refuses our token.
`poller`: another program asks for the messages with our token. `webhook`: another program has them sent elsewhere.
`address`: the service cannot reach our address."""


@dataclass(slots=True)
class Standing:
    """`works` is None until something was heard either way. `since`: when that became so."""

    works: bool | None = None
    since: datetime | None = None
    reason: Reason = ""

    def well(self, now: datetime) -> None:
        """It works."""
        if not self.works:
            self.works, self.since, self.reason = True, now, ""

    def fault(self, reason: Reason, now: datetime) -> bool:
        """It does not; returns whether that is news. The last reason stands: a line may lose its token while it is away."""
        news = self.works is not False
        if news:
            self.works, self.since = False, now
        self.reason = reason
        return news

    @property
    def is_out(self) -> bool:
        return self.works is False
