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
from tests.anonymity.reckoner import Verdict, read, reckon
from tests.conftest import PostgresServer
from tests.forensics.watcher import Watcher

SEED = 4
CHANCE, HARDLY = 0.01, 0.001
"""So improbable must a result be that chance does not explain it; and that one day in a thousand does not turn this red."""


async def judged(folder: Path, url: str, server: PostgresServer | None, people: int, cases: int) -> Verdict:
    day = Day(folder, url, SEED, people=people, cases=cases)
    verdict = await day.play(
        lambda playing: Watcher(playing.app.database, url, folder, server),
        lambda watcher, mornings: reckon(read(watcher, day.played), day.played, mornings[-1], SEED),
    )
    assert len(verdict.named) == len(day.played.filed) == cases + 1, "somebody is named for every case"
    return verdict


@pytest.fixture
def server(backend: str, request: pytest.FixtureRequest) -> PostgresServer | None:
    return request.getfixturevalue("postgres_server") if backend == "postgresql" else None


async def test_nobody_is_named_by_order_and_time(database_url: str, tmp_path: Path, server: PostgresServer | None) -> None:
    verdict = await judged(tmp_path, database_url, server, people=12, cases=3)
    assert verdict.luck > HARDLY, f"{verdict.right} of {len(verdict.named)} reporters named"


def _soon(now: datetime, _minutes: tuple[int, int]) -> datetime:
    return now + timedelta(seconds=20)


def _alike(session: Session, who: str, in_office: bool, day: object, number: int) -> str:
    """Names of the day that begin alike."""
    return keyed_hash(session, "turn", who, str(in_office), str(day))[:24] + f"{number:08x}"


@pytest.mark.parametrize("backend", ["sqlite"])  # by the same reckoning on the other
async def test_the_thief_bites(
    database_url: str, tmp_path: Path, server: PostgresServer | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that name people change shortly after their turn, and a chat's turns share a name: as it was."""
    honest = moments.tonight
    monkeypatch.setattr(moments, "tonight", _soon)
    monkeypatch.setattr(moments, "last_night", lambda now: honest(now - timedelta(days=1), moments.COVERED))
    monkeypatch.setattr(chats, "name_of", _alike)
    verdict = await judged(tmp_path, database_url, server, people=16, cases=12)
    assert verdict.luck <= CHANCE, f"only {verdict.right} of {len(verdict.named)} reporters named"
