"""A house with time cover on, people who take their time, a thief with the files, and the captured log."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import redirect_stderr
from pathlib import Path

import aiohttp
import pytest

from config.logging import configure
from tests.anonymity.thief import Thief
from tests.anonymity.village import TelegramPerson, WallClock, WebPerson, ZaloPerson
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.zalo import ZaloEmulator
from tests.house import House
from tests.people import Person
from tests.stories.conftest import *  # noqa: F403 - the house of the stories, with all its fixtures


@pytest.fixture
def privacy() -> str:
    return "30-90"


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything the service says to its operator, at its most talkative. Before `house`, so that all of it is here."""
    kept = io.StringIO()
    with redirect_stderr(kept):
        configure("debug")
    yield kept
    configure("error")


@pytest.fixture
async def somebody(
    log: io.StringIO, house: House, channel: str, telegram: TelegramEmulator, zalo: ZaloEmulator
) -> AsyncIterator[Callable[[str], Person]]:
    people: list[Person] = []
    async with aiohttp.ClientSession() as http:

        def make(name: str) -> Person:
            person: Person
            if channel == "telegram":
                person = TelegramPerson(house, name, telegram)
            elif channel == "zalo":
                person = ZaloPerson(house, name, zalo)
            else:
                person = WebPerson(house, name, http)
            people.append(person)
            return person

        yield make
        for person in people:
            await person.leaves()


@pytest.fixture
def thief(log: io.StringIO, house: House, database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Thief:
    server = None if database_url.startswith("sqlite") else request.getfixturevalue("postgres_server")
    return Thief(house, database_url, tmp_path, server)
