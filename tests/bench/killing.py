"""A notice that goes out although its sender is killed again and again: what is lost, and what arrives twice."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import broadcast
from tests.bench.processes import CrowdProcess

IN_FLIGHT = 64
"""Sends under way at once (bot.channels.base.Capabilities.concurrency): what one kill may double at most."""
QUIET = 150.0
"""Two leases and a start: longer than the service is ever silent after a kill."""


@dataclass(frozen=True, slots=True)
class Killed:
    """`silent`: seconds from each kill to the next notice that went out."""

    count: int
    kills: int
    found: dict[str, Any]
    silent: list[float]
    ends: Mapping[str, int]

    @property
    def lost(self) -> int:
        return self.count - int(self.found["reached"])

    @property
    def doubled(self) -> int:
        return int(self.found["copies"]) - int(self.found["reached"])

    @property
    def per_kill(self) -> float:
        return self.doubled / max(self.kills, 1)

    def told(self) -> str:
        found = self.found
        return (
            f"SIGKILL × {self.kills}: {found['reached']:,} of {self.count:,} in {found['seconds']:.0f} s, {self.lost} lost, "
            f"{self.doubled} doubled (nobody more than {found['most_copies']} copies), {found['refused']} 429s, "
            f"silent {max(self.silent, default=0.0):.1f} s at most; the ledger says {dict(self.ends)}"
        )


def run(count: int, every: float) -> Killed:
    """Sends to `count` people; each process is killed `every` seconds after the first notice it sent."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="haichieu-killing-")))
        api = stack.enter_context(CrowdProcess(directory, "tests.bench.limited"))
        service = broadcast.Service(directory, count)
        stack.callback(service.database.close)
        broadcast_id = service.announce()
        silent: list[float] = []
        killed_at, kills, found = time.monotonic(), 0, api.ask("state")
        while True:
            with service.start(api) as bot:
                before = found["copies"]
                while not broadcast.over(found, count, QUIET) and found["copies"] == before:
                    time.sleep(0.1)
                    found = api.ask("state")
                if kills and found["copies"] > before:
                    silent.append(time.monotonic() - killed_at)
                dies_at = time.monotonic() + every
                while not broadcast.over(found, count, QUIET) and time.monotonic() < dies_at:
                    time.sleep(0.1)
                    found = api.ask("state")
                if broadcast.over(found, count, QUIET):
                    time.sleep(2.0)  # a tick counts it as done
                    return Killed(count, kills, api.ask("state"), silent, service.counts(broadcast_id))
                bot.process.kill()
                bot.process.wait()
            killed_at, kills, found = time.monotonic(), kills + 1, api.ask("state")
