"""The service that stories are played in: the real App, the real channels, and the services they talk to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.app import App
from bot.demo import union
from config.settings import Settings, load
from models.store.sealing import Keyring

MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # 10:00 in Vietnam


class FakeClock:
    """A clock that moves when a test says so, and when something sleeps on it."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self._now = now
        self._after: Callable[[], Awaitable[None]] | None = None

    def now(self) -> datetime:
        return self._now

    def steady(self) -> float:
        return self._now.timestamp()

    async def sleep(self, seconds: float) -> None:
        # A timedelta knows no less than a microsecond: waiting for less would last for ever.
        self._now += max(timedelta(seconds=seconds), timedelta(microseconds=1))
        await asyncio.sleep(0)

    def is_at(self, moment: datetime) -> None:
        """It is that moment, and nothing has fallen due yet."""
        self._now = moment

    def then(self, after: Callable[[], Awaitable[None]]) -> None:
        self._after = after

    async def passes(self, **time: float) -> None:
        """Moves time, then lets the service do what has fallen due."""
        self._now += timedelta(**time)
        if self._after is not None:
            await self._after()


def settings_for(directory: Path, database_url: str, **sections: dict[str, Any]) -> Settings:
    """Settings as a union would have them, with a key file in `directory`."""
    key_file = directory / "haichieu.key"
    if not key_file.exists():
        Keyring.new().write(key_file)
    sections.setdefault("web", {}).setdefault("port", 0)
    for section in ("officers", "notices"):
        sections.setdefault(section, {}).setdefault("quiet", "")  # tests run at any hour
    folders = {"media_dir": directory / "media", "round_keys_dir": directory / "round-keys"}
    return load(database_url=database_url, key_file=key_file, **folders, **sections)


class RunningApp:
    """One App with the sample union in it. `drain` after each action: nothing sleeps, nothing polls."""

    def __init__(self, settings: Settings, clock: FakeClock) -> None:
        self.clock = clock
        self.app = App(settings, clock)
        self.codes: union.Codes
        clock.then(self.app.drain)

    async def open(self) -> None:
        await self.app.start()
        self.codes = await self.app.writer.write(union.found)

    async def close(self) -> None:
        await self.app.stop()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.app.web.port}"
