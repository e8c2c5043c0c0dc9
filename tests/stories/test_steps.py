"""README's table of steps, counted: what a person sends or taps, from nothing to done."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.actors import Person
from tests.running_app import RunningApp
from tests.stories.acts import OVERTIME, code_in
from tests.stories.channels import every_channel
from tests.stories.polls.test_polls import three_questions, voters

pytestmark = every_channel

README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")


def promised(what: str) -> int:
    found = re.search(rf"^\| {what} \| (\d) \|", README, re.MULTILINE)
    assert found is not None, f"README says nothing about {what}"
    return int(found[1])


async def test_joining(somebody: Callable[[str], Person], service: RunningApp) -> None:
    person = somebody("Bình")
    await person.says(f"/start {service.codes.team}")
    await person.taps("Đồng ý")
    await person.sees("đã tham gia")
    assert person.steps == promised("join")


async def test_filing(worker: Person, leader: Person) -> None:
    before = worker.steps
    await worker.says(OVERTIME)
    await worker.taps("Gửi tổ trưởng công đoàn")
    await worker.sees("mã PA-")
    assert worker.steps - before == promised("file")


async def test_answering(worker: Person, leader: Person) -> None:
    await worker.says(OVERTIME)
    await worker.taps("Gửi tổ trưởng công đoàn")
    code = code_in(await leader.sees("Phản ánh mới"))
    before = leader.steps
    await leader.says(f"{code} Thứ sáu trả")
    await leader.taps("Gửi")
    await leader.sees("Đã gửi")
    assert leader.steps - before == promised("answer")
    await worker.sees("Thứ sáu trả")


async def test_voting(somebody: Callable[[str], Person], leader: Person, service: RunningApp) -> None:
    [voter] = await voters(somebody, service, 1)
    await three_questions(leader)
    await voter.sees("Ba câu")
    before = voter.steps
    await voter.taps("1", "3", "2", "Gửi câu trả lời")
    await voter.sees("Cảm ơn anh/chị đã cho ý kiến")
    assert voter.steps - before == promised("vote")
