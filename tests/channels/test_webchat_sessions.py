"""Who the page is: only what this server sealed is a session, and a second page of one has to be allowed."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.channels.webchat.sessions import Sessions
from bot.writer import Writer
from models.store.sealing import Keyring
from tests.channels.webchat_wire import NOW, WAYS, WHO, Page, Wire, join, kept, message, opened, writing

TODAY = NOW.date()
FORMER = "B" * 42 + "w"
"""A session as pages could choose it before."""
SECRETS = ("0123456789abcdef" * 2, "fedcba9876543210" * 2)


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    async with writing(tmp_path) as writer:
        yield writer


@pytest.fixture(params=WAYS)
async def wire(writer: Writer, request: pytest.FixtureRequest) -> AsyncIterator[Wire]:
    async with opened(writer) as wire:
        wire.refuses_sockets = request.param == "requests"
        yield wire


async def comes(wire: Wire, token: str | None, secret: str = "", number: str = "") -> Page:
    page = await wire.page(hello=False)
    await page.tells("hello", session=token, language="vi", secret=secret, page=number or str(uuid.uuid4()))
    return page


async def bound(wire: Wire, who: str = WHO) -> str:
    """A token that was given to the page with the first secret."""
    return wire.channel.sessions.seal(who, SECRETS[0], TODAY)


# What is a session


def test_a_token_says_nothing_and_opens_with_its_own_keys_only() -> None:
    ours, theirs = Sessions(Keyring.new()), Sessions(Keyring.new())
    token = ours.seal(WHO, SECRETS[0], TODAY)
    assert WHO not in token and token != ours.seal(WHO, SECRETS[0], TODAY)
    opened = ours.open(token)
    assert opened is not None and (opened.who, opened.issued) == (WHO, TODAY)
    assert opened.fits(SECRETS[0]) and not opened.fits(SECRETS[1]) and not opened.fits("")
    assert theirs.open(token) is None


def test_no_letter_of_a_token_can_be_changed() -> None:
    sessions = Sessions(Keyring.new())
    token = sessions.seal(WHO, "", TODAY)
    for place in range(len(token) - 1):  # the last one carries fewer bits than it could
        other = "A" if token[place] != "A" else "B"
        assert sessions.open(token[:place] + other + token[place + 1 :]) is None
    assert sessions.open(token[:-4]) is None


def test_a_token_outlives_a_change_of_keys() -> None:
    keyring = Keyring.new()
    token = Sessions(keyring).seal(WHO, "", TODAY)
    assert Sessions(keyring.rotated()).open(token) is not None


def test_a_pass_is_no_token_and_a_token_no_pass() -> None:
    sessions = Sessions(Keyring.new())
    token, passed = sessions.seal(WHO, "", TODAY), sessions.seal_pass(WHO, TODAY)
    assert sessions.open(passed) is None
    assert sessions.open_pass(token, TODAY) == ""
    assert sessions.open_pass(passed, TODAY + timedelta(days=3)) == WHO
    assert sessions.open_pass(passed, TODAY + timedelta(days=4)) == ""
    assert sessions.open_pass(passed, TODAY - timedelta(days=1)) == ""


@pytest.mark.parametrize("token", [FORMER, "A" * 120, "A" * 160])
async def test_a_session_that_a_stranger_chose_is_none(wire: Wire, token: str) -> None:
    """The attack: a link hands the worker's page a session whose letters the attacker knows."""
    page = await comes(wire, token)
    assert (await page.hears("refused"))["why"] == "session"
    await page.tells("say", id=str(uuid.uuid4()), text="Quản đốc bắt ký khống bảng chấm công")
    assert (await page.hears("refused"))["why"] == "hello"
    assert wire.came == []


async def test_a_session_from_before_is_one_where_somebody_joined_with_it(wire: Wire, writer: Writer) -> None:
    """Refusing it would lock out whoever keeps one; it is exchanged at its first hello, and stays the same person."""
    await join(writer, FORMER)
    page = await comes(wire, FORMER, SECRETS[0])
    token = (await page.hears("welcome"))["session"]
    assert token != FORMER and len(token) > 100
    await page.tells("say", id=str(uuid.uuid4()), text="Alô")
    await page.hears("received")
    assert wire.came[0].sender == FORMER
    opened = wire.channel.sessions.open(token)
    assert opened is not None and opened.who == FORMER and opened.fits(SECRETS[0]) and not opened.is_free


@pytest.mark.parametrize(("age", "joined", "welcome"), [(2, False, True), (3, False, False), (900, True, True)])
async def test_a_token_of_somebody_who_never_joined_is_taken_for_two_days(
    wire: Wire, writer: Writer, age: int, joined: bool, welcome: bool
) -> None:
    if joined:
        await join(writer)
    page = await comes(wire, wire.channel.sessions.seal(WHO, SECRETS[0], TODAY - timedelta(days=age)), SECRETS[0])
    await page.hears("welcome" if welcome else "refused")


@pytest.mark.parametrize("shown", ["token", "pass", "none"])
async def test_no_header_needs_the_session_itself(writer: Writer, shown: str, wire: Wire) -> None:
    """What a proxy could write down is a pass for three days, and the token of a page opens nothing by itself."""
    await join(writer)
    page = await comes(wire, await bound(wire), SECRETS[0])
    welcome = await page.hears("welcome")
    value = {"token": welcome["session"], "pass": welcome["files"], "none": "x" * 50}[shown]
    found = wire.channel.sessions.open_pass(value, TODAY)
    assert (found == WHO) == (shown == "pass")


# A second page


async def test_a_token_without_its_pages_secret_waits_and_is_shown_nothing(wire: Wire, writer: Writer) -> None:
    await join(writer)
    token = await bound(wire)
    worker = await comes(wire, token, SECRETS[0])
    await worker.hears("welcome")
    thief = await comes(wire, token, SECRETS[1])
    await thief.hears("waiting")
    asked = await worker.hears("asked")
    assert asked["known"] is False
    await wire.channel.send(message("Trả lời PA-7K2M9Q"))
    assert (await worker.hears("message"))["text"] == "Trả lời PA-7K2M9Q"
    await thief.tells("say", id=str(uuid.uuid4()), text="phản ánh của tôi")
    assert (await thief.hears("refused"))["why"] == "waiting"
    await thief.tells("got", ids=["x"])
    assert (await thief.hears("refused"))["why"] == "waiting"
    await thief.hears_nothing()
    await worker.tells("refuse", page=asked["page"])
    assert await thief.sees_closing() == 4010
    assert wire.came == [] and len(await kept(writer)) == 1


async def test_after_a_no_nobody_is_asked_again(wire: Wire) -> None:
    token = await bound(wire)
    worker = await comes(wire, token, SECRETS[0])
    await worker.hears("welcome")
    first = await comes(wire, token, SECRETS[1])
    await worker.tells("refuse", page=(await worker.hears("asked"))["page"])
    assert await first.sees_closing() == 4010
    again = await comes(wire, token, SECRETS[1])
    assert await again.sees_closing() == 4010
    await worker.hears("settled")
    await worker.hears_nothing()


async def test_a_page_that_is_allowed_gets_a_token_of_its_own_and_what_waits(wire: Wire, writer: Writer) -> None:
    await join(writer)
    token = await bound(wire)
    phone = await comes(wire, token, SECRETS[0])
    await phone.hears("welcome")
    laptop = await comes(wire, token, SECRETS[1])
    await laptop.hears("waiting")
    await wire.channel.send(message())
    await phone.tells("allow", page=(await phone.hears("asked"))["page"])
    given = (await laptop.hears("welcome"))["session"]
    assert given != token
    await laptop.hears("message")
    opened = wire.channel.sessions.open(given)
    assert opened is not None and opened.who == WHO and opened.fits(SECRETS[1]) and not opened.fits(SECRETS[0])


async def test_a_token_alone_waits_also_when_nobody_is_there(wire: Wire) -> None:
    token = await bound(wire)
    thief = await comes(wire, token, SECRETS[1])
    await thief.hears("waiting")
    worker = await comes(wire, token, SECRETS[0])
    await worker.hears("welcome")  # who has the secret is never kept waiting by somebody at the door
    assert (await worker.hears("asked"))["known"] is False
    await worker.socket.close()
    await thief.hears_nothing()


async def test_the_same_device_is_in_at_once_when_its_page_was_closed(wire: Wire) -> None:
    token = await bound(wire)
    first = await comes(wire, token, SECRETS[0])
    await first.hears("welcome")
    await first.socket.close()
    again = await comes(wire, token, SECRETS[0])
    await again.hears("welcome")


async def test_a_page_that_comes_back_takes_its_own_place(wire: Wire) -> None:
    """The phone changed its network: the connection it has lost seems open here."""
    token, number = await bound(wire), str(uuid.uuid4())
    lost = await comes(wire, token, SECRETS[0], number)
    await lost.hears("welcome")
    again = await comes(wire, token, SECRETS[0], number)
    await again.hears("welcome")
    assert await lost.sees_closing() == 4008


async def test_a_second_tab_is_in_when_the_first_leaves_without_a_word(wire: Wire) -> None:
    token = await bound(wire)
    first = await comes(wire, token, SECRETS[0])
    await first.hears("welcome")
    second = await comes(wire, token, SECRETS[0])
    await second.hears("waiting")
    assert (await first.hears("asked"))["known"] is True
    await first.socket.close()
    await second.hears("welcome")


async def test_a_page_that_sleeps_locks_nobody_out_and_one_that_asks_decides(writer: Writer) -> None:
    async with opened(writer, answer=0.05) as wire:
        token = await bound(wire)
        asleep = await comes(wire, token, SECRETS[0])
        await asleep.hears("welcome")
        second = await comes(wire, token, SECRETS[0])
        await second.hears("waiting")
        await second.hears("welcome")
        await asleep.hears("asked")
        await asleep.hears("settled")
        # Awake: it says that its person is being asked, and nobody is let in for silence.
        third = await comes(wire, token, SECRETS[0])
        await third.hears("waiting")
        await asleep.tells("asking", page=(await asleep.hears("asked"))["page"])
        await third.hears_nothing()
        await third.hears_nothing()


async def test_nobody_at_the_door_opens_it(wire: Wire) -> None:
    token = await bound(wire)
    worker = await comes(wire, token, SECRETS[0])
    await worker.hears("welcome")
    number = str(uuid.uuid4())
    thief = await comes(wire, token, SECRETS[1], number)
    await thief.hears("waiting")
    for type in ("allow", "asking", "refuse"):
        await thief.tells(type, page=number)
        assert (await thief.hears("refused"))["why"] == "waiting"
    stranger = await comes(wire, None)
    await stranger.hears("welcome")
    await stranger.tells("allow", page=number)
    await thief.hears_nothing()


async def test_wiping_ends_also_who_waits(wire: Wire) -> None:
    token = await bound(wire)
    worker = await comes(wire, token, SECRETS[0])
    await worker.hears("welcome")
    thief = await comes(wire, token, SECRETS[1])
    await thief.hears("waiting")
    await worker.tells("bye")
    assert await thief.sees_closing() == 1000


async def test_the_door_of_an_unknown_page_does_nothing(wire: Wire) -> None:
    page = await comes(wire, None, SECRETS[0])
    await page.hears("welcome")
    for type in ("allow", "asking", "refuse"):
        await page.tells(type, page=str(uuid.uuid4()))
    for bad in ({}, {"page": "x"}, {"page": 5}):
        await page.tells("allow", **bad)
        assert (await page.hears("refused"))["why"] == "shape"


@pytest.mark.parametrize("hello", [{"secret": 5}, {"secret": "kurz"}, {"page": "x"}, {"page": ["x"]}])
async def test_a_hello_of_the_wrong_shape_is_refused(wire: Wire, hello: dict[str, object]) -> None:
    page = await wire.page(hello=False)
    await page.tells("hello", session=None, language="vi", **hello)
    assert (await page.hears("refused"))["why"] == "shape"


def test_the_day_in_a_token_is_a_day() -> None:
    sessions = Sessions(Keyring.new())
    opened = sessions.open(sessions.seal(WHO, "", date(2031, 12, 31)))
    assert opened is not None and opened.issued == date(2031, 12, 31)


async def test_a_socket_is_opened_under_our_own_name_only(wire: Wire) -> None:
    """A name that somebody else's name server leads here is not ours, whatever its page says of itself (DNS rebinding)."""
    port = wire.server.port
    evil = {"Host": f"evil.example:{port}", "Origin": f"http://evil.example:{port}"}
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        await wire.client.ws_connect(wire.server.make_url("/chat/ws"), headers=evil)
    assert refusal.value.status == 403
