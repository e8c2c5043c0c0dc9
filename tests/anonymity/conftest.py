"""A service with time cover on, people who take their time, a thief with the files, and the captured log."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

import pytest

from config.logging import configure
from tests.anonymity.thief import Thief
from tests.anonymity.village import TelegramPerson, WallClock, WebPerson, ZaloPerson
from tests.running_app import RunningApp
from tests.stories.channels import CHANNELS
from tests.stories.conftest import *  # noqa: F403 - the service of the stories, with all its fixtures


@pytest.fixture(params=CHANNELS)
def channel(request: pytest.FixtureRequest) -> str:
    """Here everything is tried on every channel, and on both databases: what names somebody may lie in any of them."""
    return request.param


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def privacy() -> str:
    return "30-90"


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything the service says to its operator, at its most talkative. Before `service`, so that all of it is here."""
    kept = io.StringIO()
    with redirect_stderr(kept):
        configure("debug")
    yield kept
    configure("error")


@pytest.fixture
def kinds(log: io.StringIO) -> dict[str, Any]:
    return {"telegram": TelegramPerson, "zalo": ZaloPerson, "webchat": WebPerson}


@pytest.fixture
def thief(log: io.StringIO, service: RunningApp, database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Thief:
    server = None if database_url.startswith("sqlite") else request.getfixturevalue("postgres_server")
    return Thief(service, database_url, tmp_path, server)
