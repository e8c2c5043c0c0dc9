"""Lines that do not work: looked at, shown to the operator's monitoring, told to officers.

Each process tells what it has met itself, since only the sender of a line knows whether it sends; the database sees to it
that it is told once (models.messages.outages).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from prometheus_client import Gauge

from bot.channels.base import Channel
from bot.channels.standing import Standing
from bot.clock import Clock
from bot.writer import Writer
from handlers.people import line_outages
from models.messages.outages import Direction, Outage

log = structlog.get_logger()

WORKS = Gauge("haichieu_line_works", "1: the line hears, or sends; 0: it does not", ["line", "direction"])
DOWN_SINCE = Gauge(
    "haichieu_line_down_since_seconds", "Since when it does not, Unix time; 0: it does", ["line", "direction"]
)

PATIENCE = timedelta(minutes=2)
"""What mends itself within that is not told to people."""
SETTLED = timedelta(seconds=30)
"""A line that is back for so long is."""
STEP_SECONDS = 5.0
LOOKED_AT = timedelta(minutes=1)
"""Between two looks at who is sent what arrives: whoever knows a token may change that."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A line: `sends` is None for one that sends into our own database."""

    channel: Channel
    sends: Standing | None

    def directions(self) -> list[tuple[Direction, Standing]]:
        pairs: tuple[tuple[Direction, Standing | None], ...] = (("hears", self.channel.hearing), ("sends", self.sends))
        return [(direction, standing) for direction, standing in pairs if standing is not None]


class Lines:
    """`order`: all lines, the one to be preferred for notices first."""

    def __init__(self, writer: Writer, clock: Clock, lines: Sequence[Watched], order: Sequence[str]) -> None:
        self._writer = writer
        self._clock = clock
        self._lines = [line for line in lines if line.directions()]
        self._order = order
        self._looked: datetime | None = None
        self._told: dict[tuple[str, Direction], bool] = {}
        self._said: dict[tuple[str, Direction], bool] = {}

    async def run(self) -> None:
        """Watches for ever."""
        while True:
            await self._clock.sleep(STEP_SECONDS)
            try:
                now = self._clock.now()
                if self._looked is None or now - self._looked >= LOOKED_AT:
                    self._looked = now
                    await asyncio.gather(*(line.channel.look() for line in self._lines))
                await self.step(self._clock.now())
            except Exception as error:  # the next step tries again
                log.error("lines not watched", exc_info=error)

    async def step(self, now: datetime) -> int:
        """Tells what is to be told now; returns how much that was."""
        worked = 0
        for line in self._lines:
            for direction, standing in line.directions():
                worked += await self._judge(line.channel.line, direction, standing, now)
        return worked

    async def _judge(self, line: str, direction: Direction, standing: Standing, now: datetime) -> int:
        key = (line, direction)
        if standing.works is None or standing.since is None:
            return 0
        if self._said.get(key, True) != standing.works:
            say = log.warning if standing.works else log.error
            words = "a line works again" if standing.works else "a line does not work"
            say(words, line=line, where=direction, state=standing.reason or "well")
        self._said[key] = standing.works
        lasts = now - standing.since
        if standing.is_out and lasts >= PATIENCE and not self._told.get(key):
            tell = partial(line_outages.begins, outage=Outage(line, direction, standing.reason, standing.since))
        elif standing.works and lasts >= SETTLED and self._told.get(key) is not False:
            tell = partial(line_outages.ends, line=line, direction=direction)
        else:
            return 0
        news = await self._writer.write(lambda session: tell(session, now=now, lines=self._order))
        self._told[key] = standing.is_out
        return int(news)

    def shown(self) -> dict[str, dict[str, str | bool]]:
        """By line, for /readyz: whether it hears and sends, and since when not. How much waits is not said to strangers."""
        found: dict[str, dict[str, str | bool]] = {}
        for line in self._lines:
            about = found[line.channel.line] = {}
            for direction, standing in line.directions():
                about[direction] = not standing.is_out
                if standing.is_out and standing.since is not None:
                    about[f"{direction}_not_since"] = standing.since.isoformat(timespec="seconds")
                    about[f"{direction}_not_because"] = standing.reason
        return found

    def measure(self) -> None:
        """Brings the gauges up to date."""
        for line in self._lines:
            for direction, standing in line.directions():
                since = standing.since.timestamp() if standing.is_out and standing.since is not None else 0
                WORKS.labels(line.channel.line, direction).set(not standing.is_out)
                DOWN_SINCE.labels(line.channel.line, direction).set(since)
