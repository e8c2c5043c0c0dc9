"""After a day at default settings somebody has the whole database, its log, and every commit's time, and knows the design:
he names reporters no better than chance. The long form, over many seeds, is `python -m tests.bench thief`."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.anonymity import moments
from models.messages import chats
from models.store.database import Session
from models.store.sealing import keyed_hash
from tests.anonymity.day import Day
from tests.anonymity.reckoner import Verdict, reckon
from tests.conftest import PostgresServer
from tests.forensics.watcher import Watcher

PEOPLE, CASES, SEED = 16, 5, 4
CHANCE = 0.01
"""So improbable must a result be that chance does not explain it."""


async def judged(folder: Path, url: str, server: PostgresServer | None) -> Verdict:
    day = Day(folder, url, SEED, people=PEOPLE, cases=CASES)
    verdict = await day.play(
        lambda playing: Watcher(playing.app.database, url, folder, server),
        lambda watcher, opened: reckon(watcher, day.played, opened, SEED),
    )
    assert len(verdict.named) == len(day.played.filed) == CASES + 1, "somebody is named for every case"
    return verdict


@pytest.fixture
def server(backend: str, request: pytest.FixtureRequest) -> PostgresServer | None:
    return request.getfixturevalue("postgres_server") if backend == "postgresql" else None


async def test_nobody_is_named_by_order_and_time(database_url: str, tmp_path: Path, server: PostgresServer | None) -> None:
    verdict = await judged(tmp_path, database_url, server)
    assert verdict.luck > CHANCE, f"{verdict.right} of {len(verdict.named)} reporters named"


def _soon(now: datetime, _minutes: tuple[int, int]) -> datetime:
    return now + timedelta(seconds=20)


def _alike(session: Session, who: str, in_office: bool, day: object, number: int) -> str:
    """Names of the day that begin alike."""
    return keyed_hash(session, "turn", who, str(in_office), str(day))[:24] + f"{number:08x}"


async def test_the_thief_bites(
    database_url: str, tmp_path: Path, server: PostgresServer | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that name people change shortly after their turn, and a chat's turns share a name: as it was."""
    honest = moments.tonight
    monkeypatch.setattr(moments, "tonight", _soon)
    monkeypatch.setattr(moments, "last_night", lambda now: honest(now - timedelta(days=1), moments.COVERED))
    monkeypatch.setattr(chats, "name_of", _alike)
    verdict = await judged(tmp_path, database_url, server)
    assert verdict.luck <= CHANCE, f"only {verdict.right} of {len(verdict.named)} reporters named"
