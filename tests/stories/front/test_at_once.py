"""One person does the same on two phones at the same moment: it is done once, and both are answered."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from models.anonymity import intake
from models.messages.received import Quarantine
from models.polls.turnout import Turnout
from models.store.database import Session
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import rows
from tests.stories.channels import on
from tests.stories.people.test_phones import link_code
from tests.stories.polls.test_polls import opens, voters


@pytest.fixture
def backend() -> str:
    return "postgresql"  # where turns of two chats run side by side


@on("telegram")
async def test_two_phones_send_their_ballot_at_once(
    somebody: Callable[[str], Person],
    leader: Person,
    service: RunningApp,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [first] = await voters(somebody, service, 1)
    second = somebody("Máy hai")
    await second.joins(await link_code(first))
    await opens(leader)
    for phone in (first, second):
        await phone.says("menu")
        await phone.taps("Tham gia ý kiến", "Trả lời: Bữa ăn ca", "4", "☐ Thay đổi món", "Xong", "Có")
        await phone.sees("xem lại câu trả lời trước khi gửi")

    honest, both = intake.is_there, threading.Barrier(2)
    waits = iter((both, both))  # the third who asks is the turn taken again

    def looked_at_the_same_moment(session: Session, row_id: str) -> bool:
        there = honest(session, row_id)
        if (barrier := next(waits, None)) is not None:
            barrier.wait(timeout=30)
        return there

    monkeypatch.setattr(intake, "is_there", looked_at_the_same_moment)
    await asyncio.gather(first.taps("Gửi câu trả lời"), second.taps("Gửi câu trả lời"))
    assert next(waits, None) is None, "both came to the last look"
    said = [await phone.sees("Cảm ơn anh/chị") for phone in (first, second)]
    assert sorted("đã tham gia đợt lấy ý kiến này" in one for one in said) == [False, True]
    assert not await rows(service, Quarantine)
    await clock.passes(minutes=2)
    assert [bool(one.mark) for one in await rows(service, Turnout)].count(True) == 1
