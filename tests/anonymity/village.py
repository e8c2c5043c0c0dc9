"""The people of these tests, and how they take their time: the thief's best evidence is the clock."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from models.anonymity.events import Event
from models.anonymity.intake import Intake
from models.store.database import Session
from models.store.sealing import unseal
from tests.actors import OnTelegram, OnWebChat, OnZalo, Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import code_in


class WallClock(FakeClock):
    """Moves by itself a little, as real ones do: no two moments are the same to the microsecond.

    Seconds at which something happens are never a lease (60 s), an idle time (30 min) or whole days apart: such chance
    meetings would look like evidence and be none.
    """

    def __init__(self) -> None:
        super().__init__()
        self._used: set[int] = set()

    def now(self) -> datetime:
        self._now += timedelta(microseconds=random.randrange(200, 2000))
        return self._now

    def waits(self, seconds: float) -> None:
        """Time passes and nothing falls due."""
        self._now = (self._now + timedelta(seconds=seconds)).replace(microsecond=random.randrange(300_000))
        while self._used & {(self._second() + far) % 1800 for far in (-1, 0, 1, -60, 60)}:
            self._now += timedelta(seconds=1)
        self._used.add(self._second())

    def _second(self) -> int:
        return int(self._now.timestamp()) % 1800

    async def passes(self, **time: float) -> None:
        self.waits(timedelta(**time).total_seconds())
        await super().passes()


class Unhurried(Person):
    """Thinks for some seconds before each act."""

    async def say(self, text: str) -> None:
        self._thinks()
        await super().say(text)  # type: ignore[safe-super]

    async def tap(self, label: str) -> None:
        self._thinks()
        await super().tap(label)  # type: ignore[safe-super]

    def _thinks(self) -> None:
        assert isinstance(self.service.clock, WallClock)
        self.service.clock.waits(random.uniform(2, 20))


class TelegramPerson(Unhurried, OnTelegram):
    pass


class ZaloPerson(Unhurried, OnZalo):
    pass


class WebPerson(Unhurried, OnWebChat):
    pass


def secrets_of(person: Person) -> set[str]:
    """What names this person in plain text; none of it may be found anywhere."""
    assert isinstance(person, OnTelegram | OnZalo | OnWebChat)
    known = person.token if isinstance(person, OnWebChat) else str(person.user.id)
    # Three letters stand somewhere in any few million sealed bytes.
    return {known, person.name} if len(person.name.encode()) > 5 else {known}


@dataclass
class Told:
    """What was said in a story: `words` may be found nowhere in clear, `codes` not in a log."""

    words: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)


async def files(worker: Person, text: str, to: str, *, at_once: bool = False, name: str = "") -> str:
    """The worker files a grievance and returns its code."""
    await worker.taps("Viết phản ánh")
    await worker.says(text)
    if at_once:
        await worker.taps("Sửa, ghi tên, giờ gửi…", "Không cần chờ: chuyển đi ngay")
    if name:
        await worker.taps("Sửa, ghi tên, giờ gửi…", "Ghi tên tôi")
        await worker.says(name)
    await worker.taps(to)
    return code_in(await worker.sees("mã PA-"))


TEAM, BOARD = "Gửi tổ trưởng công đoàn", "Gửi Ban chấp hành"


async def adds(worker: Person, text: str) -> None:
    """The reporter answers back, under time cover."""
    await worker.taps("Bổ sung, trả lời lại")
    await worker.says(text)
    await worker.taps("Gửi sau 30–90 phút")
    await worker.sees("30–90")


async def a_while(service: RunningApp) -> None:
    """Longer than any time cover."""
    await service.clock.passes(minutes=91)


async def nights(service: RunningApp, count: int = 3) -> None:
    """So long that rows which name people have changed, and what turns have left is gone."""
    for _ in range(count):
        await service.clock.passes(hours=24)


def carried(session: Session) -> dict[str, list[Event]]:
    """What each row of the intake carries, to whoever has the keys."""
    rows = session.execute(select(Intake)).scalars()
    opened = {row.id: json.loads(unseal(session, "intake.body", row.id, row.body)) for row in rows}
    return {row_id: [Event(**event) for event in events] for row_id, events in opened.items()}
