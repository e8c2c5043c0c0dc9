"""Web chat by requests: what a stranger may hold with them, and that a lost answer loses nothing. What holds on both ways is
in test_webchat, test_webchat_sessions and test_webchat_limits, which are run by requests too."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels.webchat import closes
from bot.channels.webchat.guests import Allowed, Turns
from bot.channels.webchat.polling import ASKS, SAYS
from bot.channels.webchat.socket import MOST_BYTES
from bot.writer import Writer
from tests.channels.polled_client import Requests
from tests.channels.webchat_wire import Page, Wire, join, kept, message, opened, writing
from tests.waiting import until

HELLO = json.dumps({"type": "hello", "session": None, "language": "vi"})


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    async with writing(tmp_path) as writer:
        yield writer


@pytest.fixture
async def wire(writer: Writer) -> AsyncIterator[Wire]:
    async with opened(writer) as wire:
        wire.refuses_sockets = True
        yield wire


def requests_of(page: Page) -> Requests:
    assert isinstance(page.socket, Requests)
    return page.socket


def requests(wire: Wire, origin: str = "") -> Requests:
    own = str(wire.server.make_url("/")).rstrip("/")
    return Requests(wire.client, wire.server.make_url("/"), origin or own)


def say(text: str) -> str:
    return json.dumps({"type": "say", "id": str(uuid.uuid4()), "text": text})


@pytest.mark.parametrize("path", ["", "/say", "/wait", "/leave"])
async def test_pages_of_other_sites_may_not(wire: Wire, path: str) -> None:
    own = requests_of(await wire.page())
    evil = requests(wire, "https://evil.example")
    evil.headers["Authorization"] = own.headers["Authorization"]
    assert (await evil.post(path, HELLO)).status == 403
    del evil.headers["Origin"]
    assert (await evil.post(path, HELLO)).status == 403, "a request that names no page is none of ours"


@pytest.mark.parametrize("path", ["/say", "/wait", "/leave"])
async def test_a_connection_is_its_number(wire: Wire, path: str) -> None:
    await wire.page()
    stranger = requests(wire)
    assert (await stranger.post(path, say("Alô"))).status == 410
    stranger.headers["Authorization"] = "Bearer " + "A" * 32
    assert (await stranger.post(path, say("Alô"))).status == 410
    assert not wire.came


@pytest.mark.parametrize(
    ("body", "status"),
    [("", 400), (b"\x00\xff", 400), (f"{HELLO}\n{HELLO}", 400), ("a" * (4 * MOST_BYTES + 1), 413)],
)
async def test_a_beginning_that_no_page_of_ours_makes(wire: Wire, body: str | bytes, status: int) -> None:
    page = requests(wire)
    raw = body if isinstance(body, bytes) else body.encode()
    answer = await wire.client.post(wire.server.make_url("/chat/poll"), data=raw, headers=page.headers)
    assert answer.status == status


async def test_without_room_nobody_sits_down(writer: Writer) -> None:
    async with opened(writer, sockets=0) as wire:
        assert await requests(wire).begin(HELLO) == 503


async def test_whoever_does_not_ask_is_gone_and_gives_the_seat_back(writer: Writer) -> None:
    """A page that was closed says so; a phone without network does not."""
    async with opened(writer, poll=0.1, gone=2.0) as wire:
        wire.refuses_sockets = True
        page = await wire.page(hello=False)
        await page.says_hello(None)
        await until(lambda: requests_of(page).asked > 3)
        assert len(wire.channel.guests) == 1, "it asks again each time"
        await requests_of(page).dies()

        async def is_gone() -> bool:
            return len(wire.channel.guests) == 0

        await until(is_gone)
        assert (await requests_of(page).post("/say", say("Alô"))).status in (204, 410)
        assert not wire.came


async def test_whoever_leaves_is_gone_at_once(writer: Writer) -> None:
    async with opened(writer) as wire:
        wire.refuses_sockets = True
        page = await wire.page(hello=False)
        await page.says_hello(None)
        assert len(wire.channel.guests) == 1
        await page.socket.close()

        async def is_gone() -> bool:
            return len(wire.channel.guests) == 0

        await until(is_gone)


async def test_strangers_have_the_same_turns_and_seats(writer: Writer) -> None:
    few = Turns(session=(Allowed(2, 0.001),), address=(Allowed(1000, 1000),), everybody=(Allowed(1000, 1000),))
    async with opened(writer, turns=few, seats_here=2, held=0.01) as wire:
        wire.refuses_sockets = True
        pages = []
        for _ in range(3):
            pages.append(page := await wire.page(hello=False))
            await page.says_hello(None)
        assert await pages[0].sees_closing() == closes.RESTING, "the third from this address took the seat of the first"
        for _ in range(2):
            await pages[2].tells("say", id=str(uuid.uuid4()), text="Alô")
            await pages[2].hears("received")
        await pages[2].tells("say", id=str(uuid.uuid4()), text="Alô")
        await pages[2].hears("slow")
        assert len(wire.came) == 2


async def test_of_one_page_only_so_many_requests_are_held(writer: Writer) -> None:
    """Who opens one page cannot keep thousands of requests waiting with it."""
    await join(writer)
    async with opened(writer, poll=0.5) as wire:
        page = requests(wire)
        page.waiting = asyncio.create_task(asyncio.sleep(0))  # nothing waits but what this test sends
        answer = await page.post("", json.dumps({"type": "hello", "session": wire.token, "language": "vi"}))
        page.headers["Authorization"] = f"Bearer {(await answer.json())['poll']}"
        await page.post("/wait")
        statuses = [answer.status for answer in await asyncio.gather(*(page.post("/wait") for _ in range(12)))]
        assert set(statuses) == {200, 429}
        assert statuses.count(200) >= ASKS

        held = asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            yield b'{"type": '
            await held.wait()
            yield b'"got", "ids": []}'

        url = wire.server.make_url("/chat/poll/say")
        first = [asyncio.create_task(wire.client.post(url, data=slowly(), headers=page.headers)) for _ in range(SAYS)]

        async def is_refused() -> bool:
            return (await page.post("/say", '{"type": "got", "ids": []}')).status == 429

        await until(is_refused)
        held.set()
        assert [(await one).status for one in first] == [204] * SAYS
        assert (await page.post("/say", '{"type": "got", "ids": []}')).status == 204


async def test_an_answer_that_was_lost_loses_no_message(writer: Writer) -> None:
    """The request was under way when the network went: what it would have told waits in the mailbox."""
    await join(writer)
    async with opened(writer) as wire:
        wire.refuses_sockets = True
        page = await wire.page()
        await requests_of(page).dies()
        lost = message("Công đoàn đã trả lời")
        await wire.channel.send(lost)
        told: Any = await (await requests_of(page).post("/wait")).json()
        assert [frame["id"] for frame in told["frames"]] == [lost.id], "this answer never arrived"
        assert len(await kept(writer)) == 1
        number = str(uuid.uuid4())
        back = await wire.page(hello=False)
        await back.tells("hello", session=wire.token, language="vi", page=number)
        while (heard := await back.socket.receive()).data and json.loads(heard.data)["type"] != "waiting":
            pass
        await requests_of(page).close()
        assert len(await kept(writer)) == 1
