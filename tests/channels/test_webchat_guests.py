"""What strangers may cost, and that members notice nothing of it. Paces are judged by a clock that the test moves."""

from __future__ import annotations

import asyncio
import contextlib
import io
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.webchat.channel import WebChannel
from bot.channels.webchat.guests import TURNS, Allowed, Guests, Turns
from bot.channels.webchat.limits import Limits
from bot.channels.webchat.sessions import Sessions
from bot.vault import Vault
from bot.writer import Writer
from config.settings import Web
from models.messages import mailbox
from tests.channels.webchat_wire import NOW, WHO, Page, join, kept, message, opened, writing


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    async with writing(tmp_path) as writer:
        yield writer


# Budgets


@dataclass(eq=False)
class Stranger:
    """Sends as fast as the protocol allows; `fresh` opens a new session for each message."""

    number: int
    address: str
    fresh: bool = False
    sent: int = field(default=0)

    def session(self) -> str:
        self.sent += 1
        return f"{self.number}-{self.sent}" if self.fresh else str(self.number)


def taken(strangers: list[Stranger], seconds: int) -> int:
    """How many turns they get in so many seconds, at ten messages a second each."""
    guests: Guests[Stranger] = Guests(TURNS)
    count = 0
    for tenth in range(seconds * 10):
        for stranger in strangers:
            count += not guests.turn(stranger, stranger.session(), stranger.address, tenth / 10)
    return count


@pytest.mark.parametrize("fresh", [False, True])
def test_guests_take_a_small_part_of_the_writer_however_many_they_are(fresh: bool) -> None:
    """150 guests at 10 messages a second are 1,500; from as many addresses, and with a session for each message."""
    minute = taken([Stranger(number, f"address {number}", fresh) for number in range(150)], 60)
    assert minute <= 60 + 60 * 8 + 1


def test_one_address_cannot_use_up_what_all_may() -> None:
    """Half of the common pace: somebody elsewhere gets through beside it."""
    minute = taken([Stranger(number, "one", fresh=True) for number in range(150)], 60)
    assert minute <= 120 + 60 * 4 + 1


def test_one_session_types_as_a_person_does() -> None:
    assert taken([Stranger(1, "one")], 60) <= 40 + 60 + 1


def test_a_day_has_an_end() -> None:
    guests: Guests[str] = Guests(TURNS)
    here = sum(not guests.turn("a", f"s{second}", "one", float(second)) for second in range(86_400) for _ in range(4))
    assert here <= 12_000 + 1


def test_where_nobody_can_be_told_apart_the_common_budget_holds() -> None:
    assert taken([Stranger(number, "", fresh=True) for number in range(150)], 60) <= 60 + 60 * 8 + 1


def test_the_one_who_has_been_silent_longest_gives_way() -> None:
    guests: Guests[str] = Guests(TURNS, seats=3, seats_here=2, silent=100)
    assert guests.sit("a", "one", 0) is None and guests.sit("b", "one", 1) is None
    assert guests.turn("a", "a", "one", 2) == 0
    assert guests.sit("c", "one", 3) == "b", "one address has two seats"
    assert guests.sit("d", "two", 4) is None
    assert guests.sit("e", "three", 5) == "a", "three seats in all"
    assert guests.silent(104) == ["c", "d"] and len(guests) == 1


# On the wire


async def test_a_flood_of_guests_is_slowed_down_and_a_member_is_not(writer: Writer) -> None:
    """What a guest beyond the budget says is not taken, and offered again; the member's is taken, all of it."""
    await join(writer)
    few = (Allowed(10, 1e-6),)
    async with opened(writer, turns=Turns(few, few, few), held=0.0) as wire:
        member = await wire.page()
        strangers = [await wire.page(hello=False) for _ in range(5)]
        for stranger in strangers:
            await stranger.says_hello(None)
        for _ in range(6):
            for page in strangers:
                await page.tells("say", id=str(uuid.uuid4()), text="xin chào")
        answers = [await answered(page) for page in strangers for _ in range(6)]
        assert answers.count("received") == 10 and answers.count("slow") == 20
        for _ in range(20):
            await member.tells("say", id=str(uuid.uuid4()), text="menu")
            await member.hears("received")
        assert [event.sender for event in wire.came].count(WHO) == 20


async def answered(page: Page) -> str:
    frame = await asyncio.wait_for(page.socket.receive_json(), 3)
    return str(frame["type"])


async def test_a_guest_who_joins_is_none_any_more(writer: Writer) -> None:
    few = (Allowed(3, 1e-6),)
    async with opened(writer, turns=Turns(few, few, few), held=0.0) as wire:
        page = await wire.page()
        await page.tells("say", id=str(uuid.uuid4()), text="Đồng ý")
        await join(writer)  # as the turn does
        await page.hears("received")
        await page.tells("say", id=str(uuid.uuid4()), text="menu")
        await page.hears("received")
        for _ in range(10):
            await page.tells("say", id=str(uuid.uuid4()), text="menu")
            await page.hears("received")


async def test_a_member_finds_a_seat_while_strangers_fill_the_house(writer: Writer) -> None:
    await join(writer)
    async with opened(writer, sockets=6, lobby=2, held=0.0, seats=3, seats_here=3) as wire:
        strangers = [await wire.page(hello=False) for _ in range(10)]  # silent: they never say hello
        assert sum([await is_open(page) for page in strangers]) == 2
        guests = [await wire.page(hello=False) for _ in range(10)]
        for guest in guests:
            with contextlib.suppress(AssertionError, ConnectionError):
                await guest.says_hello(None)
        member = await wire.page()
        await member.tells("say", id=str(uuid.uuid4()), text="menu")
        await member.hears("received")
        more = [await wire.page(hello=False) for _ in range(10)]
        assert len(more) == 10 and await is_open(member), "and keeps it"


async def is_open(page: Page) -> bool:
    """Whether the service keeps this connection."""
    try:
        while True:
            frame = await asyncio.wait_for(page.socket.receive(), 0.05)
            if frame.type is not aiohttp.WSMsgType.TEXT:
                return False
    except TimeoutError:
        return True


async def test_one_address_holds_few_seats(writer: Writer) -> None:
    async with opened(writer, held=0.0) as wire:
        pages = [await wire.page(hello=False) for _ in range(70)]
        for page in pages:
            await page.says_hello(None)
        assert await pages[0].sees_closing() == 4009
        assert [await is_open(page) for page in pages[1:]] == [False] * 9 + [True] * 60


async def test_a_silent_guest_gives_the_seat_back_and_a_member_stays(writer: Writer) -> None:
    await join(writer)
    async with opened(writer, silent=0.0) as wire:
        member, guest = await wire.page(), await wire.page(hello=False)
        await guest.says_hello(None)
        assert await guest.sees_closing() == 4009
        assert await is_open(member)


async def test_who_never_says_hello_is_closed_also_if_they_keep_pinging(writer: Writer) -> None:
    async with opened(writer, hello=0.3) as wire:
        page = await wire.page(hello=False)

        async def pings() -> None:
            while True:
                await page.socket.ping()
                await asyncio.sleep(0.05)

        pinging = asyncio.create_task(pings())
        assert await page.sees_closing() == 1008
        pinging.cancel()


async def test_pings_count_as_frames_do(writer: Writer) -> None:
    await join(writer)
    async with opened(writer) as wire:
        page = await wire.page()
        for _ in range(400):
            await page.socket.ping()
        assert await page.sees_closing() == 1008


# Rows


async def test_a_guests_mailbox_is_small_and_keeps_the_newest(writer: Writer) -> None:
    async with opened(writer) as wire:
        sent = [message(f"Tin {number}", "G" * 43) for number in range(mailbox.GUEST_ROWS + 5)]
        for one in sent:
            await wire.channel.send(one)
        waiting = await writer.read(lambda session: mailbox.waiting(session, ["G" * 43]))
        assert [one.id for one in waiting["G" * 43]] == [one.id for one in sent[5:]]


async def test_all_guests_together_have_few_rows_and_members_lose_none(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "GUESTS_ROWS", 10)
    await join(writer)
    async with opened(writer) as wire:
        for number in range(30):
            await wire.channel.send(message(recipient=f"{number:043}"))
            await wire.channel.send(message())
        rows = await kept(writer)
        assert sum(row.guest for row in rows) == 10
        assert sum(not row.guest for row in rows) == 30


async def test_what_waits_for_guests_lives_for_minutes(writer: Writer) -> None:
    """Forgotten at the second sweep that sees it; what waits for a member stays for its month."""
    await join(writer)
    async with opened(writer) as wire:
        await wire.channel.send(message(recipient="G" * 43))
        await wire.channel.send(message())
        assert await wire.channel.sweep() == 0
        await wire.channel.send(message(recipient="H" * 43))
        assert await wire.channel.sweep() == 1
        assert [row.guest for row in await kept(writer)].count(True) == 1
        assert await wire.channel.sweep() == 1
        assert [row.guest for row in await kept(writer)] == [False]


# Half a body


@pytest.fixture
async def uploads(writer: Writer, tmp_path: Path) -> AsyncIterator[tuple[TestServer, dict[str, str]]]:
    """A server that takes uploads and waits 0.2 seconds for a body; what a member sends along."""
    await join(writer)
    vault = Vault(tmp_path / "media", writer.database.keyring)
    channel = WebChannel(writer, Web(), clock=lambda: NOW, vault=vault, limits=Limits(body=0.2))
    application = web.Application()
    application.add_routes(channel.routes())
    server = TestServer(application)
    await server.start_server()
    passed = Sessions(writer.database.keyring).seal_pass(WHO, NOW.date())
    origin = str(server.make_url("/")).rstrip("/")
    yield server, {"Authorization": f"Bearer {passed}", "Origin": origin}
    await server.close()


@pytest.mark.parametrize("pause", [60.0, 0.15], ids=["stops", "trickles"])
async def test_a_body_that_does_not_come_ends(uploads: tuple[TestServer, dict[str, str]], pause: float) -> None:
    server, headers = uploads

    async def body() -> AsyncIterator[bytes]:
        while True:
            yield b"a"
            await asyncio.sleep(pause)

    async with aiohttp.ClientSession() as http:
        address = server.make_url("/chat/files?kind=document")
        async with asyncio.timeout(5), http.post(address, data=body(), headers=headers) as answer:
            assert answer.status == 408


async def test_a_body_that_comes_is_taken_from_who_shows_a_pass(
    uploads: tuple[TestServer, dict[str, str]], writer: Writer
) -> None:
    """The token of a page is no pass: it should be in no header."""
    server, headers = uploads
    token = Sessions(writer.database.keyring).seal(WHO, "s" * 32, NOW.date())
    async with aiohttp.ClientSession() as http:
        address = server.make_url("/chat/files?kind=document")
        async with http.post(address, data=io.BytesIO(b"a" * 300_000), headers=headers) as answer:
            assert answer.status == 200
        wrong = {**headers, "Authorization": f"Bearer {token}"}
        async with http.post(address, data=b"a", headers=wrong) as answer:
            assert answer.status == 401
