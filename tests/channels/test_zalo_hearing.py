"""A Zalo line knows when it is deaf: a webhook in other hands, another secret, and an address that Zalo cannot reach."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from bot.channels.base import Unreachable
from tests.channels.test_zalo_channel import zalo
from tests.channels.zalo_wire import AT_ONCE, SECRET, TOKEN, channel_of, polled, pushed
from tests.emulators.zalo import ZaloEmulator
from tests.waiting import until

__all__ = ["zalo"]


async def another_program(zalo: ZaloEmulator, method: str, **parameters: Any) -> Any:
    """Calls with our token."""
    async with aiohttp.ClientSession() as http, http.post(f"{zalo.url}/bot{TOKEN}/{method}", json=parameters) as answer:
        return await answer.json()


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9/elsewhere"], ids=["removed", "elsewhere"])
async def test_a_webhook_in_other_hands_is_set_again(zalo: ZaloEmulator, url: str) -> None:
    an = zalo.user()
    async with pushed(zalo) as (channel, received, ours):
        await channel.look()
        assert channel.hearing.works
        if url:
            await another_program(zalo, "setWebhook", url=url, secret_token="another-secret")
        else:
            await another_program(zalo, "deleteWebhook")
        await channel.look()
        assert channel.hearing.is_out and channel.hearing.reason == "webhook"
        assert (zalo.webhook["url"], zalo.webhook_secret) == (f"{ours}/zalo/webhook", SECRET)
        assert await zalo.deliver(an.message_update("Có ai không?")) == 200 and len(received) == 1
        await channel.look()
        assert channel.hearing.works


async def test_another_secret_is_set_right_and_strangers_cannot_make_a_fault(zalo: ZaloEmulator) -> None:
    an = zalo.user()
    async with pushed(zalo) as (channel, received, ours):
        await another_program(zalo, "setWebhook", url=f"{ours}/zalo/webhook", secret_token="another-secret")
        assert await zalo.deliver(an.message_update("Có ai không?")) == 403
        await channel.look()
        assert channel.hearing.works and zalo.webhook_secret == SECRET
        assert await zalo.deliver(an.message_update("Có ai không?")) == 200 and len(received) == 1


async def test_a_webhook_that_is_set_while_we_poll_is_removed(zalo: ZaloEmulator) -> None:
    an, zalo.idle = zalo.user(), 0.05
    async with polled(zalo) as (channel, received):
        await until(zalo.polled.is_set)
        await another_program(zalo, "setWebhook", url="http://127.0.0.1:9/elsewhere", secret_token="another-secret")
        await until(lambda: not zalo.webhook["url"])
        await zalo.deliver(an.message_update("Có ai không?"))
        await until(lambda: received and channel.hearing.works)


async def test_what_keeps_us_from_asking_is_said_and_ends(zalo: ZaloEmulator) -> None:
    async with polled(zalo) as (channel, received):
        await until(zalo.polled.is_set)
        await zalo.down()
        await until(lambda: channel.hearing.reason == "away")
        await zalo.start()
        await zalo.deliver(zalo.user().message_update("Có ai không?"))
        await until(lambda: received and channel.hearing.works)


async def test_a_question_that_sends_nothing(zalo: ZaloEmulator) -> None:
    channel = channel_of(zalo.url, asking=AT_ONCE)

    async def nothing(_inbound: object) -> None: ...

    await channel.start(nothing)
    await channel.probe()
    zalo.fault("error", code=401, description="Unauthorized")
    with pytest.raises(Unreachable):
        await channel.probe()
    assert not zalo.sent
    await channel.stop()


async def test_an_address_that_zalo_cannot_reach_is_said_at_the_first_look(zalo: ZaloEmulator) -> None:
    """Not at the start: the proxy in front may start after us."""
    channel = channel_of(zalo.url, "webhook", "http://127.0.0.1:9")

    async def nothing(_inbound: object) -> None: ...

    await channel.start(nothing)
    assert not channel.hearing.is_out
    await channel.look()
    assert channel.hearing.reason == "address"
    await channel.stop()
