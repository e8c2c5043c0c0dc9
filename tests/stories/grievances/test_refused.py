"""What an app refuses goes another way, or whoever waits for it is told."""

from __future__ import annotations

import io

import aiohttp
import pytest
from PIL import Image

from models.grievances.cases import Entry
from models.messages.outbox import Outbound
from tests import sample_files as made
from tests.actors import OnTelegram, Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, files, rows
from tests.stories.channels import on
from tests.stories.grievances.test_case_files import opens, sends

OTHERWISE = {"status": 400, "description": "Bad Request: x"}
REFUSED = {"status": 400, "description": "Bad Request: VOICE_MESSAGES_FORBIDDEN"}


async def told_with(worker: Person, content: bytes, kind: str) -> None:
    await worker.says(OVERTIME)
    await worker.shows(content, kind)
    await sends(worker)


@on("telegram")
async def test_an_officer_who_takes_no_voice_messages_is_sent_a_file(worker: Person, leader: Person) -> None:
    assert isinstance(leader, OnTelegram)
    leader.user.takes_voice = False
    await told_with(worker, made.ogg(), "voice")
    [(name, content)] = await opens(leader)
    assert (name, content[:4]) == ("ghi-am-1.ogg", b"OggS")


@on("telegram")
async def test_after_the_last_way_an_officer_is_given_a_link(worker: Person, leader: Person, service: RunningApp) -> None:
    assert isinstance(leader, OnTelegram)
    await told_with(worker, made.ogg(), "voice")
    for method in ("sendVoice", "sendDocument"):
        leader.emulator.fault("error", times=None, method=method, chat=leader.user.id, **REFUSED)
    assert await opens(leader) == []
    said = await leader.sees("Ghi âm 1", "ứng dụng này không nhận tệp này", "/media/")
    link = said[said.index("/media/") :].split()[0]
    async with aiohttp.ClientSession() as http, http.post(service.address + link) as answer:
        assert (answer.status, (await answer.read())[:4]) == (200, b"OggS")
    await leader.taps("Về phản ánh")
    await leader.sees("[Trả lời]")


@on("telegram")
async def test_one_file_that_is_refused_does_not_keep_back_the_next(worker: Person, leader: Person) -> None:
    assert isinstance(leader, OnTelegram)
    await worker.says(OVERTIME)
    await worker.shows(made.ogg(), "voice")
    await worker.shows(made.photo())
    await sends(worker)
    for method in ("sendVoice", "sendDocument"):
        leader.emulator.fault("error", times=None, method=method, chat=leader.user.id, **REFUSED)
    assert [name for name, _ in await opens(leader)] == ["anh-1.jpg"]
    await leader.sees("Ghi âm 1", "không nhận tệp này")


@pytest.mark.parametrize("height", [9_500, 15_000])
@on("telegram")
async def test_a_long_screenshot_can_be_read(worker: Person, leader: Person, height: int) -> None:
    """With sides of more than 10,000 together, and more than twenty times as long as wide: neither is taken as a photo. (To
    what the longest are made smaller: tests/rules/files/test_cleaning.py.)"""
    written = io.BytesIO()
    Image.new("RGB", (720, height), "white").save(written, "PNG")
    await told_with(worker, written.getvalue(), "document")
    [(name, content)] = await opens(leader)
    with Image.open(io.BytesIO(content)) as shown:
        assert name == "tep-1.jpg" and shown.width >= 720
        assert shown.height == pytest.approx(height * shown.width / 720, rel=0.01)


@on("telegram")
async def test_of_an_answer_that_is_refused_both_sides_hear(
    worker: Person, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    assert isinstance(worker, OnTelegram)
    code = await files(worker)
    await leader.sees("Phản ánh mới")
    await leader.taps("Trả lời")
    await leader.says("Tuần sau có lương")
    worker.emulator.fault("error", method="sendMessage", chat=worker.user.id, status=400, description="Bad Request: x")
    await leader.taps("Gửi")
    await leader.sees("Đã gửi")
    await worker.sees("ứng dụng này không hiển thị được", "menu")
    await clock.passes(minutes=1)
    await leader.sees("Lời gửi trong", code, "chưa đến được người phản ánh")
    await leader.says(code)
    await leader.sees("Tuần sau có lương", "⚠ Ứng dụng của người phản ánh không nhận lời vừa gửi")
    assert [entry.kind for entry in await rows(service, Entry)].count("undelivered") == 1
    await worker.says(code)
    await worker.sees("Tuần sau có lương")  # it is not lost
    assert [row.state for row in await rows(service, Outbound)] == ["rejected"]


@on("telegram")
async def test_what_tells_of_a_refusal_tells_of_no_other(worker: Person, service: RunningApp) -> None:
    assert isinstance(worker, OnTelegram)
    worker.emulator.fault("error", times=2, method="sendMessage", chat=worker.user.id, **OTHERWISE)
    await worker.says("menu")
    await worker.sees_nothing_new()
    assert [row.state for row in await rows(service, Outbound)] == ["rejected", "rejected"]
    await worker.says("menu")
    await worker.sees("[Viết phản ánh]")
