"""README's table of steps, counted: what a person sends or taps, from nothing to done. What they are shown is noted; the
gate measures it on a phone. `uv run python -m tests.gate JUNIT.xml --heights` writes the heights anew.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from tests.actors import OnWebChat, Person
from tests.running_app import FakeClock, RunningApp
from tests.stories import said, steps
from tests.stories.acts import OVERTIME, answers, code_in, files
from tests.stories.channels import every_channel
from tests.stories.polls.test_polls import drawn_once as drawn_once
from tests.stories.polls.test_polls import three_questions, voters

pytestmark = every_channel

Counted = Callable[[str, Person], AbstractAsyncContextManager[None]]


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Counted:
    """What a person does within it takes as many steps as README says; and what they are shown is noted, to be measured."""

    @asynccontextmanager
    async def counting(job: str, person: Person) -> AsyncIterator[None]:
        before, shown = person.steps, len(await person.texts())
        yield
        assert person.steps - before == steps.promised()[job].steps
        if isinstance(person, OnWebChat):
            met = [said.shown(message).dump() for message in person.messages[shown:]]
            record_property(steps.PROPERTY, json.dumps([job, met]))

    return counting


async def test_joining(somebody: Callable[[str], Person], service: RunningApp, counted: Counted) -> None:
    person = somebody("Bình")
    async with counted("join", person):
        await person.says(f"/start {service.codes.team}")
        await person.taps("Đồng ý")
        await person.sees("đã tham gia")


async def test_filing(worker: Person, leader: Person, counted: Counted) -> None:
    async with counted("file", worker):
        await worker.says(OVERTIME)
        await worker.taps("Gửi tổ trưởng công đoàn")
        await worker.sees("mã PA-")


async def test_answering(worker: Person, leader: Person, counted: Counted) -> None:
    await files(worker)
    code = code_in(await leader.sees("Phản ánh mới"))
    async with counted("answer", leader):
        await leader.says(f"{code} Thứ sáu trả")
        await leader.taps("Gửi")
        await leader.sees("Đã gửi")
    await worker.sees("Thứ sáu trả")


async def test_finding(worker: Person, leader: Person, counted: Counted) -> None:
    """A case of which one knows a word."""
    code = await files(worker)
    await leader.opens_news()
    await leader.says("menu")
    async with counted("find an old case", leader):
        await leader.taps("Tìm phản ánh")
        await leader.says("tang ca")
        await leader.sees(code)


async def test_what_is_overdue(worker: Person, leader: Person, clock: FakeClock, counted: Counted) -> None:
    code = await files(worker)
    await clock.passes(days=3)
    await leader.opens_news()
    async with counted("what is overdue", leader):
        await leader.says("menu")
        await leader.taps("Quá hạn (1)")
        await leader.sees(code, "quá hạn")


async def test_settling(worker: Person, leader: Person, counted: Counted) -> None:
    """The officer says how it was settled; the worker agrees."""
    await files(worker)
    await leader.opens_news()
    async with counted("propose an end", leader):
        await answers(leader, "Đã trả thứ sáu", "Đề nghị kết thúc")
    await worker.sees("[Đã ổn]")
    async with counted("agree to it", worker):
        await worker.taps("Đã ổn")
        await worker.sees("kết thúc")


async def test_a_notice(worker: Person, leader: Person, counted: Counted) -> None:
    await leader.says("menu")
    async with counted("notice to one's unit", leader):
        await leader.taps("Soạn thông báo")
        await leader.says("Mai họp tổ lúc 9 giờ")
        await leader.taps("Gửi")
        await leader.sees("TB-")


async def test_a_poll(leader: Person, counted: Counted) -> None:
    await leader.taps("Đợt lấy ý kiến của đơn vị")
    async with counted("open a poll", leader):
        await leader.taps("Tạo đợt lấy ý kiến", "Bữa ăn ca", "Mở đợt lấy ý kiến")
        await leader.sees("YK-")


async def test_voting(somebody: Callable[[str], Person], leader: Person, service: RunningApp, counted: Counted) -> None:
    [voter] = await voters(somebody, service, 1)
    await three_questions(leader)
    await voter.sees("Ba câu")
    async with counted("vote", voter):
        await voter.taps("1", "3", "2", "Gửi câu trả lời")
        await voter.sees("Cảm ơn anh/chị đã cho ý kiến")
