"""The Zalo channel: sending, being pushed to, asking, and what the doctor sees."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.channels.base import Channel, Rejected, SendError, Throttled, Uncertain, Unreachable
from bot.channels.retry import Backoff
from bot.channels.zalo.channel import BODY
from config.i18n import language
from handlers.operator import findings
from models.messages.message import Outgoing
from tests.channels.pauses import Counted
from tests.channels.zalo_wire import SECRET, channel_of, polled, pushed
from tests.emulators.zalo import ZaloEmulator
from tests.waiting import until

TOKEN = "4567890:ZALO-SECRET"


@pytest.fixture
async def zalo() -> AsyncIterator[ZaloEmulator]:
    emulator = ZaloEmulator(TOKEN)
    await emulator.start()
    yield emulator
    await emulator.stop()
    assert emulator.violations == []


def to(recipient: str, text: str = "Chào <b>chị</b> *Mai*") -> Outgoing:
    return Outgoing(id="a" * 13, recipient=recipient, text=text)


# Sending


async def test_a_message_arrives_as_it_was_written(zalo: ZaloEmulator) -> None:
    user = zalo.user()
    async with pushed(zalo) as (channel, _, _):
        assert isinstance(channel.line, str) and channel.line == "zalo_bot:4567890"
        typed: Channel = channel
        await typed.send(to(user.id))
    assert user.screen() == "bot: Chào <b>chị</b> *Mai*"
    assert zalo.sent[-1].params.keys() == {"chat_id", "text"}


@pytest.mark.parametrize(
    ("fault", "expected", "copies"),
    [
        ({"kind": "flood"}, Throttled, 0),
        ({"kind": "error", "code": 401, "description": "Unauthorized"}, Unreachable, 0),
        ({"kind": "error", "code": 403}, Unreachable, 0),
        ({"kind": "error", "code": 500}, Uncertain, 0),
        ({"kind": "error", "code": 400}, Rejected, 0),
        ({"kind": "error", "code": 429, "key": "errorCode"}, Throttled, 0),
        ({"kind": "hasty_idle"}, Uncertain, 0),
        ({"kind": "html"}, Uncertain, 0),
        ({"kind": "html", "status": 200}, Uncertain, 0),
        ({"kind": "gateway_timeout"}, Uncertain, 0),
        ({"kind": "drop_before"}, Uncertain, 0),
        ({"kind": "drop_after"}, Uncertain, 1),
        ({"kind": "truncated"}, Uncertain, 1),
        ({"kind": "hang"}, Uncertain, 0),
    ],
)
async def test_how_sending_fails(zalo: ZaloEmulator, fault: Any, expected: type[SendError], copies: int) -> None:
    user = zalo.user()
    async with pushed(zalo) as (channel, _, _):
        zalo.fault(**fault)
        with pytest.raises(SendError) as caught:
            await channel.send(to(user.id))
        assert type(caught.value) is expected
        assert caught.value.__context__ is None and "SECRET" not in repr(caught.value)
        assert len(user.inbox) == copies
        await channel.send(to(user.id))


async def test_a_text_too_long_after_all_goes_in_halves(zalo: ZaloEmulator) -> None:
    user, text = zalo.user(), "Tăng ca chưa được trả. " * 200
    async with pushed(zalo) as (channel, _, _):
        await channel.send(to(user.id, text))
    assert " ".join(shown.text for shown in user.inbox).split() == text.split()


async def test_what_zalo_refuses_says_nothing_of_the_message(zalo: ZaloEmulator) -> None:
    async with pushed(zalo) as (channel, _, _):
        for recipient, text in (("0" * 20, "Chào"), (zalo.user().id, "")):
            with pytest.raises(Rejected) as caught:
                await channel.send(to(recipient, text))
            assert caught.value.reason == "400"


async def test_floods_make_the_silence_longer(zalo: ZaloEmulator) -> None:
    user = zalo.user()
    pauses = []
    async with pushed(zalo) as (channel, _, _):
        for kind in ("flood", "flood", "flood", "", "flood"):
            if kind:
                zalo.fault("flood")
                with pytest.raises(Throttled) as caught:
                    await channel.send(to(user.id))
                pauses.append(caught.value.after)
            else:
                await channel.send(to(user.id))
    assert 5 <= pauses[0] < 10 <= pauses[1] < 20 <= pauses[2] and pauses[3] < 10


async def test_an_outage_is_unreachable(zalo: ZaloEmulator) -> None:
    async with pushed(zalo) as (channel, _, _):
        await zalo.down()
        with pytest.raises(Unreachable):
            await channel.send(to("0" * 20))


# Being pushed to


@pytest.mark.parametrize("wrapped", [False, True])
async def test_a_pushed_event_is_taken_before_it_is_confirmed(zalo: ZaloEmulator, wrapped: bool) -> None:
    zalo.wrapped = wrapped
    user, group = zalo.user(), zalo.group()
    async with pushed(zalo) as (_, received, _):
        first = user.message_update("Xin chào")
        received.faults.append(RuntimeError("không có cơ sở dữ liệu"))
        assert await zalo.deliver(first) == 503
        assert await zalo.deliver(first) == 200
        assert await zalo.deliver(user.image_update("hoá đơn"), times=2) == 200
        for ignored in (
            group.message_update(user, "@bot"),
            group.unsupported_update(user),
            {"event_name": "x.y", "message": {}},
        ):
            assert await zalo.deliver(ignored) == 200
    assert received.texts == ["Xin chào", "hoá đơn", "hoá đơn"]
    assert received[1].external_id == received[2].external_id  # what the dispatcher's dedupe goes by
    assert {inbound.sender for inbound in received} == {user.id}


@pytest.mark.parametrize(
    ("body", "secret", "status"),
    [
        (b"", None, 200),
        (b"", "wrong-secret", 200),
        (b"  ", SECRET, 200),
        (b"{}", SECRET, 200),
        (b'{"ok": true, "result": {}}', SECRET, 200),
        (b"[]", SECRET, 200),
        (b"5", SECRET, 200),
        (b'{"event_name": 5}', SECRET, 200),
        (b"{", SECRET, 400),
        (b"[" * 100_000, SECRET, 400),
        (b"\xff\xfe", SECRET, 400),
        (b" " * (BODY + 1), SECRET, 413),
        (b"{}", None, 403),
        (b"{}", "wrong-secret", 403),
        (b"{}", "s\udcff", 403),
    ],
)
async def test_odd_requests(zalo: ZaloEmulator, body: bytes, secret: str | None, status: int) -> None:
    async with pushed(zalo) as (_, received, url), aiohttp.ClientSession() as session:
        headers = {} if secret is None else {"X-Bot-Api-Secret-Token": secret}
        async with session.post(
            f"{url}/zalo/webhook", data=body, headers=headers, skip_auto_headers=["Content-Type"]
        ) as answer:
            assert answer.status == status
    assert all((one.kind, one.sender) == ("unreadable", "") for one in received)  # set aside


async def test_the_webhook_is_set_with_its_secret(zalo: ZaloEmulator) -> None:
    async with pushed(zalo) as (_, _, url):
        assert (zalo.webhook["url"], zalo.webhook_secret) == (f"{url}/zalo/webhook", SECRET)


# Asking


async def test_polled_events_in_order_one_at_a_time(zalo: ZaloEmulator) -> None:
    zalo.webhook["url"] = "http://127.0.0.1:9/old"  # of an earlier life as a webhook
    user = zalo.user()
    async with polled(zalo) as (channel, received):
        await zalo.polled.wait()
        received.gate.clear()
        for text in ("một", "hai", "ba"):
            await zalo.deliver(user.message_update(text))
        await until(lambda: received.offers == 1)
        asked = zalo.counters["getUpdates"]
        for _ in range(3):  # whatever was asked before one of these has arrived before it
            await channel.send(Outgoing("o1", user.id, "Chào"))
        assert zalo.counters["getUpdates"] == asked and len(zalo.queue) == 2  # the next waits for the commit of the first
        received.gate.set()
        await until(lambda: len(received) == 3)
    assert received.texts == ["một", "hai", "ba"]


async def test_a_failing_event_is_offered_again_since_zalo_will_not(zalo: ZaloEmulator) -> None:
    async with polled(zalo) as (_, received):
        await zalo.polled.wait()
        received.faults += [RuntimeError("x"), RuntimeError("x"), RuntimeError("x")]
        await zalo.deliver(zalo.user().message_update("một"))
        await until(lambda: received.texts == ["một"])
    assert received.offers == 4


class NoPause(Backoff):
    def delay(self, attempt: int) -> float:
        raise AssertionError("it paused")


async def test_an_idle_answer_is_asked_again_at_once(zalo: ZaloEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.zalo.channel.HASTY", 0.0)
    zalo.idle = 0.02
    async with polled(zalo, asking=NoPause()) as (_, received):
        await until(lambda: zalo.counters["getUpdates"] > 3)
        await zalo.deliver(zalo.user().message_update("một"))
        await until(lambda: received.texts == ["một"])


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "hasty_idle", "times": None},
        {"kind": "hasty_idle", "times": None, "key": None},
        {"kind": "gateway_timeout", "times": None},
        {"kind": "error", "times": None, "code": 401},
        {"kind": "flood", "times": None},
        {"kind": "html", "times": None},
        {"kind": "drop_before", "times": None},
        {"kind": "truncated", "times": None},
    ],
)
async def test_a_hostile_service_does_not_make_it_spin(zalo: ZaloEmulator, fault: Any) -> None:
    zalo.idle, pauses = 0.001, Counted()
    async with polled(zalo, asking=pauses) as (_, received):
        zalo.fault(**fault, method="getUpdates")
        zalo.counters.clear()
        pauses.taken.clear()
        await until(lambda: zalo.counters["getUpdates"] > 4)
        assert len(pauses.taken) >= zalo.counters["getUpdates"] - 1  # one before each question but the first
        zalo.clear_faults()
        zalo.idle = 30
        zalo.polled.clear()  # a call under way is still spoiled, and would take the message with it: the next one counts
        await until(zalo.polled.is_set)
        await zalo.deliver(zalo.user().message_update("một"))
        await until(lambda: received.texts == ["một"])


async def test_a_cut_answer_loses_one_message_and_no_more(zalo: ZaloEmulator) -> None:
    user = zalo.user()
    async with polled(zalo) as (_, received):
        await zalo.polled.wait()
        zalo.fault("drop_after", method="getUpdates")
        for text in ("một", "hai", "ba"):
            await zalo.deliver(user.message_update(text))
        await until(lambda: received.texts[-1:] == ["ba"])
    assert received.texts == ["một", "ba"]  # the first answer was under way before the trouble began


async def test_stopping_lets_the_event_under_way_end(zalo: ZaloEmulator) -> None:
    async with polled(zalo) as (_, received):
        await zalo.polled.wait()
        received.gate.clear()
        await zalo.deliver(zalo.user().message_update("một"))
        await until(lambda: received.offers == 1)
        asyncio.get_running_loop().call_later(0.05, received.gate.set)
    assert received.texts == ["một"]


async def test_stopping_waits_only_so_long(zalo: ZaloEmulator) -> None:
    async with polled(zalo) as (_, received):
        await zalo.polled.wait()
        received.gate.clear()
        await zalo.deliver(zalo.user().message_update("một"))
        await until(lambda: received.offers == 1)
    assert received.texts == []


@pytest.mark.parametrize("mode", ["poll", "webhook"])
async def test_zalo_may_be_away_at_the_start(zalo: ZaloEmulator, mode: str) -> None:
    await zalo.down()
    pauses = Counted()
    channel = channel_of(zalo.url, mode, "http://127.0.0.1:9", pauses)

    async def receive(_: object) -> None: ...

    await channel.start(receive)
    running = asyncio.create_task(channel.run())
    await until(lambda: len(pauses.taken) > 1)
    await zalo.start()
    await until(lambda: zalo.counters["setWebhook" if mode == "webhook" else "getUpdates"])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await channel.stop()


async def test_nothing_of_a_conversation_is_logged(zalo: ZaloEmulator, caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    caplog.set_level(logging.DEBUG)
    user = zalo.user("Nguyễn Thị An")
    async with polled(zalo) as (channel, received):
        await zalo.polled.wait()
        zalo.fault("drop_after", method="sendMessage")
        zalo.fault("error", method="getUpdates", code=401, description="bad token 4567890:ZALO-SECRET")
        await zalo.deliver(user.message_update("Tăng ca chưa trả"))
        await until(lambda: received)
        with pytest.raises(Uncertain):
            await channel.send(to(user.id, "Công đoàn đã nhận"))
        await until(lambda: not zalo.faults[1].strikes("getUpdates"))
    heard = caplog.text + "".join(capfd.readouterr())
    for secret in ("SECRET", user.id, "Tăng ca", "Công đoàn đã nhận", "Nguyễn"):
        assert secret not in heard


# The doctor


@pytest.mark.parametrize(
    ("mode", "hook", "well"),
    [
        ("poll", "", [True, True]),
        ("poll", "https://x.vn/zalo/webhook", [True, False]),
        ("webhook", "https://x.vn/zalo/webhook", [True, True]),
        ("webhook", "", [True, False]),
        ("webhook", "https://y.vn/", [True, False]),
    ],
)
async def test_the_doctor_sees_how_events_come(zalo: ZaloEmulator, mode: str, hook: str, well: list[bool]) -> None:
    zalo.webhook["url"] = hook
    found = await channel_of(zalo.url, mode, "https://x.vn").check()
    assert [finding.well for finding in found] == well
    words = [findings.said(language("en"), finding) for finding in found]
    assert "bot.HaiChieu (BASIC)" in words[0]
    assert zalo.webhook["url"] == hook
    assert ("lose a message" in words[1]) == (mode == "poll" and not hook)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "error", "code": 401, "description": "Unauthorized"}, "refuses HAICHIEU_ZALO_BOT__TOKEN"),
        ({"kind": "error", "code": 500}, "error 500"),
        ({"kind": "drop_before"}, "Uncertain"),
    ],
)
async def test_the_doctor_names_the_fault(zalo: ZaloEmulator, fault: Any, words: str) -> None:
    zalo.fault(**fault)
    [finding] = await channel_of(zalo.url).check()
    assert not finding.well and words in findings.said(language("en"), finding)
