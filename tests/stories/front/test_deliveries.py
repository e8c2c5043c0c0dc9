"""Deliveries over the real channels: words with several attachments, of which a cut connection repeats what it hit and no
more; and words that take the place of others."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models.messages import outbox
from models.messages.message import Media, Option
from models.messages.outbox import Letter
from models.people import accounts
from models.people.accounts import Account
from models.store.database import Session
from models.store.ids import new_id
from tests.actors import OnTelegram, OnZalo, Person
from tests.emulators.telegram import TelegramEmulator
from tests.faults.line import recorded
from tests.running_app import FakeClock, RunningApp
from tests.stories.channels import every_channel

NAMES = ["tep-1.pdf", "tep-2.pdf"]


@pytest.fixture(params=["telegram"])
def channel(request: pytest.FixtureRequest) -> str:
    return request.param


async def enclosed(service: RunningApp) -> tuple[Media, ...]:
    files = tuple(Media(new_id(), new_id(), "document", name, "application/pdf") for name in NAMES)
    for one in files:
        await service.app.vault.put(one.id, f"%PDF {one.name}".encode(), service.clock.now().date())
    return files


async def is_sent(service: RunningApp, text: str, lane: int, **more: Any) -> None:
    """Queues a message to the only person there is, and sends it."""

    def queue(session: Session) -> None:
        to, now = session.execute(select(Account)).scalars().one(), service.clock.now()
        sender = accounts.sender_of(session, to)
        outbox.queue(session, sender, Letter(text, **more), now, lane=lane)

    await service.app.writer.write(queue)
    await service.app.drain()


@pytest.mark.parametrize("lane", [outbox.REPLY, outbox.BULK])
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("cut", ["drop_before", "drop_after"])
async def test_words_are_not_repeated_when_an_attachment_is_cut_off(
    worker: Person, service: RunningApp, clock: FakeClock, telegram: TelegramEmulator, lane: int, place: int, cut: Any
) -> None:
    assert isinstance(worker, OnTelegram)
    telegram.fault(cut, method="sendDocument", skip=place)
    await is_sent(
        service,
        "Thông báo nghỉ lễ 2/9",
        lane,
        options=[Option("a:b:c:d:e", "Đã đọc")],
        also=await enclosed(service),
    )
    await worker.sees("nghỉ lễ 2/9", "[Đã đọc]")
    await clock.passes(seconds=5)
    # One extra copy of what was answered by nothing but silence, and of nothing else.
    extra = NAMES[place : place + 1] if cut == "drop_after" else []
    assert [name for name, _ in await worker.received()] == sorted(NAMES + extra)
    assert [text for text in await worker.texts() if "nghỉ lễ" in text] == ["Thông báo nghỉ lễ 2/9\n[Đã đọc]"]


@every_channel
async def test_a_message_is_corrected_where_it_stands(
    worker: Person, service: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the reference that its delivery brought back. Zalo has none: there the correction arrives as a new message."""
    outcomes = recorded(monkeypatch)
    await is_sent(service, "Họp lúc 8 giờ", outbox.BULK, options=[Option("a:b:c:d:e", "Đã đọc")])
    await worker.sees("Họp lúc 8 giờ")
    before = len(await worker.texts())
    await is_sent(
        service, "Họp lúc 9 giờ", outbox.BULK, options=[Option("a:b:c:d:f", "Đã đọc lại")], edits=outcomes[0].reference
    )
    await worker.sees_edited("Họp lúc 9 giờ", "[Đã đọc lại]")
    texts = await worker.texts()
    anew = int(isinstance(worker, OnZalo))
    assert len(texts) == before + anew
    assert len([text for text in texts if "Họp lúc 8 giờ" in text]) == anew
    await worker.sees_nothing_new()
    first, second = (outcome.reference for outcome in outcomes)
    assert first == second and bool(first) != bool(anew)
