"""The employer has the code that hangs on the wall: nothing that can be asked with it tells who is on the union's roll."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from models.grievances.cases import Grievance
from models.people import persons
from tests.actors import Person
from tests.running_app import RunningApp
from tests.stories.acts import rows

ON_THE_ROLL = ("Nguyễn Văn Hùng", "Trần Thị Mai", "SL001", "SL002")
NOT_ON_IT = ("Nguyễn Văn Hưng", "Trần Thị Mơ", "SL901", "SL902")


@pytest.fixture
def channel() -> str:
    return "telegram"


@pytest.fixture
def backend() -> str:
    return "sqlite"


async def review_of(spy: Person, words: str) -> str:
    await spy.says("dừng", "dừng", words)
    return (await spy.sees("là gửi ngay")).replace(words, "…")


@pytest.mark.parametrize(
    "sentence", ["Chào {} nhé", "Người ép là {}.", "«{}», tổ hai", "{}", "không có ai là {}, {} hay {}"]
)
async def test_a_warning_does_not_know_the_roll(worker: Person, leader: Person, service: RunningApp, sentence: str) -> None:
    for known, unknown in zip(ON_THE_ROLL, NOT_ON_IT, strict=True):
        asked, other = (sentence.format(*[name] * 3) for name in (known, unknown))
        first, second = await review_of(worker, asked), await review_of(worker, other)
        assert first == second
        assert "⚠" in first
    assert not await rows(service, Grievance)


async def test_many_at_once_are_no_search_by_halves(worker: Person, leader: Person) -> None:
    codes = [f"SL{number:03}" for number in range(900, 980)]
    assert await review_of(worker, " ".join([*codes, "SL001"])) == await review_of(worker, " ".join([*codes, "SL899"]))


async def test_nothing_a_worker_writes_reads_a_name_of_the_roll(
    worker: Person, leader: Person, service: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not to answer nothing: how long that takes would tell."""
    opened: list[str] = []
    honest = persons.name_of
    monkeypatch.setattr(persons, "name_of", lambda session, one: opened.append(one.id) or honest(session, one))
    asked: list[str] = []
    engine = service.app.database.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
    for words in ("Chào Nguyễn Văn Hùng", "SL001", "TB-ABCDEF", "PA-K7MP4R", "tìm Trần Thị Mai"):
        await review_of(worker, words) if words[:3] not in ("TB-", "PA-") else await worker.says("dừng", "dừng", words)
    assert not opened
    assert not [one for one in asked if "person.name" in one and "IS NOT NULL" in one]
    assert asked, "the check must see questions"
