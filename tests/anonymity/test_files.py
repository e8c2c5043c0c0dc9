"""A photo goes with an anonymous case: nothing on disk leads from the case to the chat it was sent in, nor to its file."""

from __future__ import annotations

import io
from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest

from handlers.chat.doors import Pace
from handlers.front import posting
from models.anonymity.events import Event
from models.files import to_fetch
from models.grievances import enclosures
from models.store.database import Session
from tests.actors import OnTelegram, Person
from tests.anonymity.thief import CASES, Thief
from tests.anonymity.village import TEAM, a_while, secrets_of
from tests.running_app import RunningApp
from tests.sample_files import AUTHOR, GPS_MAKE, photo

WORDS = "Cơm ca hai ôi thiu, mười người đau bụng"
FILES = {"pickup", "attachment"}
"""Written when a file came and was fetched, next to the chat it came from."""
Play = Callable[[], Awaitable[set[str]]]


@pytest.fixture
def channel() -> str:
    return "telegram"


@pytest.fixture
def play(service: RunningApp, leader: Person, somebody: Callable[[str], Person], thief: Thief) -> Play:
    async def files_with_a_photo() -> set[str]:
        worker = somebody("Khuê Tú")
        assert isinstance(worker, OnTelegram)
        await worker.joins(service.codes.team)
        await worker.taps("Viết phản ánh")
        await worker.says(WORDS)
        await worker.shows(photo())
        await worker.taps(TEAM)
        await worker.sees("mã PA-")
        await thief.is_told_what_was_filed()
        await a_while(service)
        await leader.taps("Xem tệp")
        assert len(await leader.received()) == 1
        await a_while(service)
        return {*secrets_of(worker), *worker.emulator.files}

    return files_with_a_photo


async def test_nothing_leads_from_a_case_to_a_chat_or_to_a_file(
    play: Play, service: RunningApp, thief: Thief, log: io.StringIO
) -> None:
    names = await play()
    rows = thief.rows()
    assert not await thief.chains(rows)
    assert not await thief.chains_from_filing(rows)
    assert not await thief.chains(rows, cases={"enclosure", *FILES})
    assert not await thief.chains(rows, cases={*CASES, "enclosure"}, people=FILES)
    ids = {path.name for path in service.app.vault.directory.iterdir()}
    assert len(ids) == 1
    # The folder of attachments is searched as well: an id is a file's name there, and stands in no file.
    assert not thief.finds({WORDS, AUTHOR, GPS_MAKE, *ids, *names})
    assert not [secret for secret in (*names, *ids, WORDS, AUTHOR, "anh-1") if secret in log.getvalue()]


async def test_a_file_marked_when_its_case_is_posted(play: Play, thief: Thief, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each wall bites: were the file's row to go in the transaction of the case, the two would be tied."""
    honest = posting.post

    def careless(session: Session, event: Event, now: datetime, *how: Pace) -> None:
        to_fetch.forget(session, [str(file["id"]) for file in event.files])
        honest(session, event, now, *how)

    monkeypatch.setattr(posting, "post", careless)
    await play()
    assert await thief.chains(thief.rows(), cases={*CASES, "enclosure"}, people=FILES)


async def test_an_id_kept_in_clear(play: Play, service: RunningApp, thief: Thief, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enclosures, "seal", lambda session, place, row, text: text.encode())
    monkeypatch.setattr(enclosures, "unseal", lambda session, place, row, sealed: sealed.decode())
    await play()
    assert thief.finds({path.name for path in service.app.vault.directory.iterdir()})
