"""A Telegram line knows when it is deaf: numbers that begin anew, a webhook in other hands, another program that polls."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.channels.retry import Backoff
from bot.channels.standing import Standing
from bot.channels.telegram.polling import SHARED
from bot.channels.telegram.updates import ALLOWED
from tests.channels.test_telegram_channel import (
    SECRET,
    TOKEN,
    channel_of,
    polled,
    pushed,
    telegram,
)
from tests.emulators.telegram import TelegramEmulator
from tests.running_app import FakeClock
from tests.waiting import until

__all__ = ["telegram"]

BRISK = Backoff(first=0.01, most=0.05, jitter=0)


async def another_program(telegram: TelegramEmulator, method: str, **parameters: Any) -> Any:
    """Calls with our token."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{telegram.url}/bot{TOKEN}/{method}", json=parameters) as answer,
    ):
        return await answer.json()


def asked(telegram: TelegramEmulator) -> int:
    return sum(count for (method, _), count in telegram.counters.items() if method == "getUpdates")


@pytest.mark.parametrize("quiet", [True, False], ids=["after a week", "at once"])
@pytest.mark.parametrize("first", [1_000, 5], ids=["lower", "lowest"])
async def test_numbers_begin_anew_and_everybody_is_heard(telegram: TelegramEmulator, first: int, quiet: bool) -> None:
    """After a week without an update, or from another server behind the same address. One question for each answer: no more
    than a few for what twenty people say."""
    an = telegram.user()
    async with polled(telegram, BRISK) as (_, received):
        for number in range(3):
            await telegram.deliver(an.message_update(f"trước {number}"))
        await until(lambda: len(received) == 3)
        if quiet:
            await until(telegram.polled.is_set)
        telegram.renumber(first)
        for number in range(20):
            await telegram.deliver(an.message_update(f"sau {number}"))
        await until(lambda: len(received) >= 23)
        await until(telegram.polled.is_set)
        assert [one.text for one in received[3:]] == [f"sau {number}" for number in range(20)]
        assert asked(telegram) < 35 and not telegram.queue


async def test_what_comes_again_is_known_and_an_old_number_is_not(telegram: TelegramEmulator) -> None:
    an, binh = telegram.user(), telegram.user()
    said = an.message_update("Một")
    other = {**binh.message_update("Hai"), "update_id": said["update_id"]}
    later = {**an.message_update("Ba"), "update_id": said["update_id"]}
    async with pushed(telegram) as (_, received, _url):
        for update in (said, said, other, later, later):
            assert await telegram.deliver(update) == 200
    names = [one.external_id for one in received]
    assert names[0] == names[1] and names[3] == names[4]
    assert len({*names}) == 3


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("deleteWebhook", {}),
        ("setWebhook", {"url": "http://127.0.0.1:9/elsewhere"}),
        ("setWebhook", {"url": "ours", "allowed_updates": ["channel_post"]}),
    ],
    ids=["removed", "elsewhere", "narrower"],
)
async def test_a_webhook_in_other_hands_is_set_again(
    telegram: TelegramEmulator, method: str, parameters: dict[str, Any]
) -> None:
    an = telegram.user()
    async with pushed(telegram) as (channel, received, url):
        ours = telegram.webhook["url"]
        await channel.look()
        assert channel.hearing.works
        if parameters.get("url") == "ours":
            parameters = {**parameters, "url": ours}
        assert (await another_program(telegram, method, **parameters))["ok"]
        await channel.look()
        assert channel.hearing.is_out and channel.hearing.reason == "webhook", "it is said until the next look finds it well"
        assert telegram.webhook["url"] == f"{url}/telegram/webhook" and telegram.webhook_secret == SECRET
        assert telegram.allowed_updates == frozenset(ALLOWED)
        assert await telegram.deliver(an.message_update("Có ai không?")) == 200
        assert [one.text for one in received] == ["Có ai không?"]
        await channel.look()
        assert channel.hearing.works


async def test_a_webhook_with_another_secret_is_set_again(telegram: TelegramEmulator) -> None:
    """Our address, and Telegram shows what we do not know: each delivery is refused, and only Telegram says so."""
    an = telegram.user()
    async with pushed(telegram) as (channel, received, url):
        await channel.look()
        await another_program(telegram, "setWebhook", url=f"{url}/telegram/webhook", secret_token="another-secret")
        assert await telegram.deliver(an.message_update("Có ai không?")) == 403
        await channel.look()
        assert channel.hearing.reason == "address" and telegram.webhook_secret == SECRET
        assert await telegram.redeliver() == [200] and len(received) == 1
        await channel.look()
        assert channel.hearing.works


async def test_an_old_complaint_is_no_fault(telegram: TelegramEmulator) -> None:
    """The last error stays on record after things went well again."""
    telegram.webhook_error = {"last_error_date": 1, "last_error_message": "Connection timed out"}
    async with pushed(telegram) as (channel, _, _url):
        for _ in range(2):
            telegram.queue.append(telegram.user().message_update("Chờ"))
            await channel.look()
            assert channel.hearing.works


async def test_a_webhook_that_is_set_while_we_poll_is_removed(telegram: TelegramEmulator) -> None:
    an = telegram.user()
    async with polled(telegram, BRISK) as (channel, received):
        await until(telegram.polled.is_set)
        await another_program(telegram, "setWebhook", url="http://127.0.0.1:9/elsewhere")
        await until(lambda: not telegram.webhook)
        await until(telegram.polled.is_set)
        await telegram.deliver(an.message_update("Có ai không?"))
        await until(lambda: received)
        await until(lambda: channel.hearing.works)


async def test_another_program_that_polls_is_said_until_it_has_gone(telegram: TelegramEmulator, clock: FakeClock) -> None:
    """Between two of them each is answered now and then: one answer does not mean that all is heard."""
    channel = channel_of(telegram.url, asking=BRISK, clock=clock)
    await channel.start(_nothing)
    running = asyncio.create_task(channel.run())
    await until(telegram.polled.is_set)
    assert channel.hearing.works
    await another_program(telegram, "getUpdates", timeout=0)
    await until(lambda: channel.hearing.is_out)
    assert channel.hearing.reason == "poller"
    await until(telegram.polled.is_set)
    await telegram.deliver(telegram.user().message_update("Phần của ta"))
    await until(lambda: not telegram.queue)
    assert channel.hearing.is_out
    clock.is_at(clock.now() + SHARED)
    await telegram.deliver(telegram.user().message_update("Lại nghe"))
    await until(lambda: channel.hearing.works)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await channel.stop()


async def _nothing(_inbound: object) -> None: ...


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "html", "times": None}, "away"),
        ({"kind": "drop_before", "times": None}, "away"),
        ({"kind": "error", "status": 401, "description": "Unauthorized", "times": None}, "token"),
    ],
)
async def test_what_keeps_us_from_asking_is_said_and_ends(
    telegram: TelegramEmulator, fault: dict[str, Any], reason: str
) -> None:
    async with polled(telegram, BRISK) as (channel, _):
        await until(telegram.polled.is_set)
        telegram.fault(**fault)
        telegram.interrupt_poll()
        await until(lambda: channel.hearing.is_out and channel.hearing.reason == reason)
        telegram.clear_faults()
        await telegram.deliver(telegram.user().message_update("x"))
        await until(lambda: not telegram.queue)


async def test_a_refused_connection_is_away(telegram: TelegramEmulator) -> None:
    async with polled(telegram, BRISK) as (channel, received):
        await until(telegram.polled.is_set)
        await telegram.down()
        await until(lambda: channel.hearing.reason == "away")
        await telegram.start()
        await telegram.deliver(telegram.user().message_update("Có ai không?"))
        await until(lambda: received and channel.hearing.works)


def test_a_standing_keeps_the_moment_of_the_fault(clock: FakeClock) -> None:
    standing = Standing()
    standing.fault("away", began := clock.now())
    clock.is_at(clock.now() + SHARED)
    standing.fault("token", clock.now())
    assert (standing.since, standing.reason) == (began, "token")
    standing.well(clock.now())
    assert (standing.since, standing.reason, standing.works) == (clock.now(), "", True)
