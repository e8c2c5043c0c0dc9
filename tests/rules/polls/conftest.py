"""A hall with a factory in it: teams of 12, 11 and 4, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.store.database import Database
from models.store.sealing import Keyring
from tests.rules.polls.hall import Hall, furnished


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    opened = Database(database_url, Keyring.new(), round_keys=tmp_path / "round-keys")
    yield opened
    opened.close()


@pytest.fixture
def hall(database: Database) -> Hall:
    return furnished(Hall(database))


@pytest.fixture
def people(hall: Hall) -> list[str]:
    return list(hall.homes)
