"""A service on each database, and people on each channel. On which of them a story is played: tests/stories/channels.py."""

from __future__ import annotations

import json
from collections import UserDict
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.channels.webchat.guests import Allowed, Turns
from bot.channels.zalo import ZaloChannel
from handlers.chat.conversation import Conversation
from handlers.front.capabilities import CONVERSATIONS
from tests.actors import OnTelegram, OnWebChat, OnZalo, Person
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.zalo import ZaloEmulator
from tests.running_app import FakeClock, RunningApp, settings_for
from tests.stories import channels, said

TOKEN = "123456:TEST"
ZALO_TOKEN = "4567890:ZALO-SECRET"
SECRET = "story-secret-0001"


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    emulator = TelegramEmulator(token=TOKEN)
    await emulator.start()
    yield emulator
    await emulator.stop()
    assert not emulator.violations


@pytest.fixture
async def zalo() -> AsyncIterator[ZaloEmulator]:
    emulator = ZaloEmulator(token=ZALO_TOKEN)
    await emulator.start()
    yield emulator
    await emulator.stop()
    assert not emulator.violations


@pytest.fixture(autouse=True)
def hands(monkeypatch: pytest.MonkeyPatch) -> None:
    """The people of stories write faster than hands do, and web chat would slow them down by the real clock."""
    monkeypatch.setattr("bot.channels.webchat.socket.BURST", 10_000.0)
    plenty = (Allowed(100_000, 1000),)
    monkeypatch.setattr("bot.channels.webchat.guests.TURNS", Turns(plenty, plenty, plenty))


@pytest.fixture
def zalo_limits() -> dict[str, int]:
    """HAICHIEU_ZALO_BOT__PER_MONTH, __RESERVE and __PEOPLE; stories about limits override them."""
    return {}


@pytest.fixture
def privacy() -> str:
    """HAICHIEU_PRIVACY__RELAY_MINUTES; stories about time cover override it."""
    return "0"


@pytest.fixture
def confirm() -> bool:
    """HAICHIEU_OFFICERS__CONFIRM; stories about stolen slips override it."""
    return False


@pytest.fixture
def quiet() -> str:
    """HAICHIEU_OFFICERS__QUIET; stories about the night override it."""
    return ""


@pytest.fixture
def notices_quiet() -> str:
    """HAICHIEU_NOTICES__QUIET; stories about the night override it."""
    return ""


@pytest.fixture
async def service(
    database_url: str,
    tmp_path: Path,
    clock: FakeClock,
    telegram: TelegramEmulator,
    zalo: ZaloEmulator,
    zalo_limits: dict[str, int],
    privacy: str,
    confirm: bool,
    quiet: str,
    notices_quiet: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[RunningApp]:
    # Which addresses are taken stays as it is; only where they are called is the emulator, since the real ones are not here.
    monkeypatch.setattr("bot.channels.zalo.ZaloChannel", partial(ZaloChannel, files_at=f"{zalo.url}/media"))
    settings = settings_for(
        tmp_path,
        database_url,
        web={"port": 0, "public_url": "http://127.0.0.1"},
        telegram={
            "token": TOKEN,
            "api_url": telegram.url,
            "mode": "webhook",
            "webhook_secret": SECRET,
            "per_second": 1000,
        },
        zalo_bot={"token": ZALO_TOKEN, "api_url": zalo.url, "mode": "webhook", "webhook_secret": SECRET, **zalo_limits},
        privacy={"relay_minutes": privacy},
        officers={"confirm": confirm, "quiet": quiet},
        notices={"quiet": notices_quiet},
    )
    opened = RunningApp(settings, clock)
    await opened.open()
    # The port is known only now; the emulators call where the service listens.
    telegram.webhook["url"] = f"{opened.address}/telegram/webhook"
    zalo.webhook["url"] = f"{opened.address}/zalo/webhook"
    yield opened
    await opened.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`--every-channel`: also stories whose channel their name would pick."""
    told = hasattr(metafunc.module, "channel") or any(
        "channel" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")
    )
    if metafunc.config.getoption("every_channel") and "channel" in metafunc.fixturenames and not told:
        metafunc.parametrize("channel", channels.CHANNELS)


@pytest.fixture
def channel(request: pytest.FixtureRequest) -> str:
    """The one that the story's name picks; all three for stories with @every_channel."""
    print(f"played on {(channel := channels.picked(request.node.name))}")  # pytest shows it with a story that fails
    return channel


@pytest.fixture
def backend(channel: str) -> str:
    return channels.DATABASES[channel]


@pytest.fixture
def kinds() -> dict[str, Any]:
    """Who is on which channel; stories of another pace have people of their own."""
    return {"telegram": OnTelegram, "zalo": OnZalo, "webchat": OnWebChat}


class Met(UserDict[str, Conversation]):
    """All conversations, and which of them a story came to. Not a copy: what a test puts in place of one is met as well."""

    def __init__(self) -> None:
        self.data = CONVERSATIONS
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Conversation:
        self.names.add(name)
        return super().__getitem__(name)


@pytest.fixture
def met(channel: str, monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]) -> Iterator[None]:
    """Notes in the report of the run which conversations this story came to on its channel, and what was new of what people
    were shown (tests/gate.py)."""
    monkeypatch.setattr("handlers.front.answer.CONVERSATIONS", met := Met())
    noted = said.listen(monkeypatch)
    yield
    record_property("met", f"{channel}: {' '.join(sorted(met.names))}")
    if noted.new:
        record_property(said.PROPERTY, json.dumps([one.dump() for one in noted.new]))


@pytest.fixture
async def somebody(
    kinds: dict[str, Any], service: RunningApp, channel: str, telegram: TelegramEmulator, zalo: ZaloEmulator, met: None
) -> AsyncIterator[Callable[[str], Person]]:
    """Makes people on the channel of this story."""
    people: list[Person] = []
    async with aiohttp.ClientSession() as http:
        reached_by = {"telegram": telegram, "zalo": zalo, "webchat": http}[channel]

        def make(name: str) -> Person:
            person: Person = kinds[channel](service, name, reached_by)
            people.append(person)
            return person

        yield make
        for person in people:
            await person.leaves()


@pytest.fixture
async def worker(somebody: Callable[[str], Person], service: RunningApp) -> Person:
    person = somebody("An")
    await person.joins(service.codes.team)
    await person.looks_away()
    return person


async def _officer(somebody: Callable[[str], Person], name: str, code: str) -> Person:
    person = somebody(name)
    await person.joins(code)
    await person.looks_away()
    return person


@pytest.fixture
async def leader(somebody: Callable[[str], Person], service: RunningApp) -> Person:
    return await _officer(somebody, "Mai", service.codes.leader)


@pytest.fixture
async def chair(somebody: Callable[[str], Person], service: RunningApp) -> Person:
    return await _officer(somebody, "Hùng", service.codes.chair)


@pytest.fixture
async def superior(somebody: Callable[[str], Person], service: RunningApp) -> Person:
    return await _officer(somebody, "Hòa", service.codes.superior)
