"""Three people with phones, a broadcast to them, and the desk that sends it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from models.store.database import Database
from tests.faults.line import Desk
from tests.rules.broadcasts.ledger_union import Phone, Post, Roll
from tests.running_app import FakeClock


@pytest.fixture
def roll(database: Database) -> Roll:
    made = Roll(database)
    for name in ("An", "Bình", "Chi"):
        made.joins(name, "MAY1", Phone())
    return made


@pytest.fixture
def garment(roll: Roll) -> str:
    """A broadcast to three people with phones."""
    return roll.sends(roll.audience("MAY"))


@pytest.fixture
async def at(roll: Roll, clock: FakeClock) -> AsyncIterator[Desk]:
    opened = Desk(roll.database, clock, Post())
    yield opened
    await opened.close()
