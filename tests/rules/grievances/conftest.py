"""The house in which cases climb (climbing.py)."""

from __future__ import annotations

import pytest

from models.store.database import Database
from tests.rules.grievances.climbing import House, built


@pytest.fixture
def house(database: Database) -> House:
    with database.transaction() as session:
        return built(session)
