"""The Telegram channel against the emulator: real HTTP on loopback, both ways of receiving."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.channels.base import Blocked, Channel, Opens, Rejected, SendError, Throttled, Uncertain, Unreachable
from bot.channels.retry import Backoff, Pauses
from bot.channels.telegram import TelegramChannel, Unasked
from bot.channels.telegram.outgoing import keyboard
from bot.clock import Clock
from config.i18n import language
from config.settings import Telegram
from handlers.operator import findings
from handlers.operator.findings import Finding
from models.messages.message import Inbound, Media, Option, Outgoing
from tests import sample_files
from tests.channels.pauses import Counted
from tests.emulators.telegram import TelegramEmulator
from tests.waiting import HANGS, until

TOKEN = "123456:TEST-SECRET"
SECRET = "webhook_secret_1"
FAREWELL = "Xin lỗi, tôi chỉ trò chuyện riêng. Sorry, I only talk in private."
COMMANDS = {
    ("worker", "vi"): [("menu", "Mở menu")],
    ("worker", "en"): [("menu", "Open the menu")],
    ("officer", "vi"): [("cases", "Phản ánh")],
    ("officer", "en"): [("cases", "Cases")],
}
AT_ONCE = Backoff(first=0.01, most=0.02, jitter=0)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    emulator = TelegramEmulator(TOKEN)
    await emulator.start()
    yield emulator
    await emulator.stop()
    assert emulator.violations == []


def channel_of(
    url: str,
    mode: str = "poll",
    public_url: str = "",
    asking: Backoff = AT_ONCE,
    clock: Clock | None = None,
    opens: Opens | None = None,
    **more: Any,
) -> TelegramChannel:
    settings = Telegram(
        token=SecretStr(TOKEN),
        api_url=url,
        mode=mode,  # type: ignore[arg-type]
        webhook_secret=SecretStr(SECRET),
        **more,
    )
    return TelegramChannel(
        settings,
        Unasked(COMMANDS, FAREWELL),
        public_url,
        opens=opens,
        pauses=Pauses(asking, AT_ONCE, grace=1),
        clock=clock,
    )


class Received(list[Inbound]):
    """What a dispatcher was given; `faults` are raised first."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[Exception] = []

    async def __call__(self, inbound: Inbound) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.append(inbound)


@asynccontextmanager
async def polled(telegram: TelegramEmulator, asking: Backoff = AT_ONCE) -> AsyncIterator[tuple[TelegramChannel, Received]]:
    channel, received = channel_of(telegram.url, asking=asking), Received()
    await channel.start(received)
    running = asyncio.create_task(channel.run())
    try:
        yield channel, received
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await channel.stop()


@asynccontextmanager
async def pushed(telegram: TelegramEmulator) -> AsyncIterator[tuple[TelegramChannel, Received, str]]:
    """The channel behind a real web server, and the server's address."""
    app = web.Application()
    site = TestServer(app, host="127.0.0.1")
    routes: list[TelegramChannel] = []

    async def through(request: web.Request) -> web.StreamResponse:
        return await routes[0].routes()[0].handler(request)

    app.router.add_post("/telegram/webhook", through)
    await site.start_server()
    url = f"http://127.0.0.1:{site.port}"
    channel, received = channel_of(telegram.url, "webhook", url), Received()
    routes.append(channel)
    await channel.start(received)
    await channel.run()
    try:
        yield channel, received, url
    finally:
        await channel.stop()
        await site.close()


def note(recipient: object, text: str = "Xin chào", *options: Option, **more: str) -> Outgoing:
    return Outgoing("o1", str(recipient), text, options, **more)


# Out


def test_it_is_a_channel() -> None:
    channel: Channel = channel_of("http://127.0.0.1:9", per_second=12)
    assert channel.line == "telegram:123456"
    assert (channel.capabilities.text, channel.capabilities.buttons) == (4096, 40)
    assert channel.capabilities.per_second == 12
    assert "SECRET" not in repr(channel) + str(vars(channel)["line"])
    assert channel.routes() == []


async def test_plain_text_with_buttons(telegram: TelegramEmulator) -> None:
    an = telegram.user()
    async with polled(telegram) as (channel, _):
        text = "<b>không phải</b> *markup* _gì cả_ https://example.org"
        await channel.send(note(an.id, text, Option("a:1", "Có"), Option("a:2", "Không")))
    assert an.inbox[-1].text == text
    assert an.inbox[-1].buttons == [[("Có", "a:1"), ("Không", "a:2")]]
    sent = next(call.params for call in telegram.sent if call.method == "sendMessage")
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in sent


@pytest.mark.parametrize(
    ("lengths", "rows"),
    [([], []), ([16, 16, 16], [2, 1]), ([17, 5, 5], [1, 2]), ([5, 17, 5], [1, 1, 1]), ([5, 5, 40], [2, 1])],
)
def test_short_labels_share_a_row(lengths: list[int], rows: list[int]) -> None:
    options = [Option(f"t:{place}", "x" * length) for place, length in enumerate(lengths)]
    made = keyboard(options)
    assert [len(row) for row in made] == rows
    assert [button["callback_data"] for row in made for button in row] == [o.token for o in options]


def test_what_sends_and_what_cancels_share_no_row() -> None:
    """Telegram draws all buttons alike."""
    kept = [Option("t:1", "Gửi"), Option("t:2", "Hủy", "quiet")]
    options = [*kept, Option("t:3", "Xóa", "danger"), Option("t:4", "Bỏ", "danger")]
    assert [[button["text"] for button in row] for row in keyboard(options)] == [["Gửi"], ["Hủy"], ["Xóa", "Bỏ"]]


async def _drawing(_attachment_id: str) -> bytes:
    return sample_files.photo()


async def test_a_picture_that_is_drawn_is_announced(telegram: TelegramEmulator) -> None:
    """It takes a second to be had; that it cannot be announced is no reason not to send it."""
    an, drawn = telegram.user(), Media("a", "c", "photo", "bieu-do-1.png", "image/png", alt="4: 60%")
    channel = channel_of(telegram.url, opens=_drawing)
    await channel.start(Received())
    await channel.send(replace(note(an.id), media=drawn))
    telegram.fault("error", method="sendChatAction")
    await channel.send(replace(note(an.id), media=drawn))
    await channel.send(replace(note(an.id), media=replace(drawn, alt="")))
    await channel.stop()
    assert [call.method for call in telegram.sent if call.method.startswith("send")] == [
        *("sendChatAction", "sendPhoto", "sendPhoto", "sendPhoto")
    ]


async def test_a_person_may_get_another_command_menu(telegram: TelegramEmulator) -> None:
    an = telegram.user()
    async with polled(telegram) as (channel, _):
        await channel.send(note(an.id, commands="officer", language="en"))
        await channel.send(note(an.id, commands="nobody"))
        telegram.fault("error", method="setMyCommands")
        await channel.send(note(an.id, commands="officer"))
        telegram.fault("drop_before", method="setMyCommands")
        await channel.send(note(an.id, commands="officer"))
    assert len(an.inbox) == 4
    scopes = [c.params.get("scope") for c in telegram.sent if c.method == "setMyCommands"]
    assert scopes == [None, None, {"type": "chat", "chat_id": an.id}]
    hints = [c.params.get("language_code") for c in telegram.sent if c.method == "setMyCommands"]
    assert hints == [None, "en", None]


REFUSALS = [
    ("drop_before", {}, Uncertain),
    ("drop_after", {}, Uncertain),
    ("truncated", {}, Uncertain),
    ("html", {}, Uncertain),
    ("error", {"status": 500}, Uncertain),
    ("flood", {"retry_after": 9}, Throttled),
    ("error", {"status": 403, "description": "Forbidden: user is deactivated"}, Blocked),
    ("error", {"status": 400, "description": "Bad Request: chat not found"}, Blocked),
    ("error", {"status": 400, "description": "Bad Request: BUTTON_DATA_INVALID"}, Rejected),
    ("error", {"status": 401, "description": "Unauthorized"}, Unreachable),
    ("error", {"status": 404, "description": "Not Found"}, Unreachable),
    ("error", {"status": 409, "description": "Conflict: x"}, Unreachable),
    ("error", {"status": 413, "description": "Request Entity Too Large"}, Rejected),
]


@pytest.mark.parametrize(("kind", "how", "expected"), REFUSALS)
async def test_every_failure_is_on_the_closed_list(
    telegram: TelegramEmulator, kind: Any, how: dict[str, Any], expected: type[SendError]
) -> None:
    an = telegram.user()
    channel = channel_of(telegram.url)
    await channel.start(Received())
    telegram.fault(kind, method="sendMessage", **how)
    with structlog.testing.capture_logs() as logs, pytest.raises(expected) as caught:
        await channel.send(note(an.id))
    await channel.stop()
    if isinstance(caught.value, Throttled):
        assert caught.value.after == 9
    assert caught.value.__context__ is None
    assert "SECRET" not in repr(caught.value) + str(logs)
    assert any(entry.get("setting") == "HAICHIEU_TELEGRAM__TOKEN" for entry in logs) == (how.get("status") in (401, 404))


async def test_people_who_cannot_be_written_to(telegram: TelegramEmulator) -> None:
    stranger, an = telegram.user(started=False), telegram.user()
    an.blocks()
    channel = channel_of(telegram.url)
    await channel.start(Received())
    for recipient in (stranger.id, an.id, 987654321):
        with pytest.raises(Blocked):
            await channel.send(note(recipient))
    await telegram.down()
    with pytest.raises(Unreachable):
        await channel.send(note(an.id))
    await channel.stop()
    with pytest.raises(Unreachable):
        await channel.send(note(an.id))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Bad Request: message text is empty", "Message text is empty"),
        ("Bad Request: can't parse entities: Nguyen at 0912345678", "Can't parse entities: … at …"),
        ("Bad Request: wrong token 'grievance:Nguyen'", "Wrong token"),
        ('Bad Request: wrong url "Nguyen"', "Wrong url"),
    ],
)
async def test_a_reason_repeats_nothing_of_the_message(telegram: TelegramEmulator, said: str, reason: str) -> None:
    an = telegram.user()
    channel = channel_of(telegram.url)
    await channel.start(Received())
    telegram.fault("error", status=400, description=said, method="sendMessage")
    with pytest.raises(Rejected) as caught:
        await channel.send(note(an.id, "Nguyen, gọi 0912345678; message text is ours"))
    await channel.stop()
    assert caught.value.reason == reason


# In, by long polling


async def test_polling_receives_and_answers_taps_after_the_commit(telegram: TelegramEmulator) -> None:
    an = telegram.user()
    async with polled(telegram) as (channel, received):
        await channel.send(note(an.id, "?", Option("a:1", "Có")))
        await telegram.deliver(an.message_update("Chào"))
        await until(lambda: len(received) == 1)
        received.faults = [RuntimeError("x"), RuntimeError("y")]
        await telegram.deliver(an.tap_update("Có"))
        assert telegram.queries
        await until(lambda: not telegram.queries)
        assert [(i.text, i.choice) for i in received] == [("Chào", None), (None, "a:1")]
        assert {i.sender for i in received} == {str(an.id)}
        assert {i.line for i in received} == {"telegram:123456"}
    assert telegram.counters["answerCallbackQuery", 200] == 1
    assert not telegram.queue  # the last offset was confirmed


async def test_a_tap_whose_answer_fails_is_still_received_once(telegram: TelegramEmulator) -> None:
    an = telegram.user()
    async with polled(telegram) as (channel, received):
        await channel.send(note(an.id, "?", Option("a:1", "Có")))
        telegram.fault("error", status=400, description="Bad Request: query is too old", method="answerCallbackQuery")
        await telegram.deliver(an.tap_update("Có"))
        await until(lambda: telegram.counters["answerCallbackQuery", 400])
        await telegram.deliver(an.message_update("Chào"))
        await until(lambda: len(received) == 2)


async def test_stopping_does_not_wait_for_answers(telegram: TelegramEmulator) -> None:
    an = telegram.user()
    async with polled(telegram) as (channel, received):
        await channel.send(note(an.id, "?", Option("a:1", "Có")))
        telegram.fault("hang", method="answerCallbackQuery")
        await telegram.deliver(an.tap_update("Có"))
        await until(lambda: received)
    await channel.stop()


async def test_a_group_hears_one_sentence_and_is_left(telegram: TelegramEmulator) -> None:
    an, group = telegram.user(), telegram.group()
    async with polled(telegram) as (_, received):
        telegram.fault("latency", method="sendMessage", seconds=0.05)
        await telegram.deliver(group.added_update(an))
        await telegram.deliver(group.message_update(an, "/start@haichieu_test_bot lương"))
        await until(lambda: not telegram.queue)  # both are confirmed: what was to be done about them is done
    assert telegram.counters["leaveChat", 200]
    assert [shown.text for shown in group.inbox] == [FAREWELL]
    assert received == []


async def test_it_starts_without_a_network_and_goes_on_trying(telegram: TelegramEmulator) -> None:
    an = telegram.user()
    await telegram.down()
    pauses = Counted()
    async with polled(telegram, asking=pauses) as (_, received):
        await until(lambda: len(pauses.taken) > 1)
        await telegram.start()
        await telegram.deliver(an.message_update("Chào"))
        await until(lambda: received)
    assert telegram.counters["setMyCommands", 200] == 2


async def test_another_poller_is_named_in_the_log(telegram: TelegramEmulator) -> None:
    with structlog.testing.capture_logs() as logs:
        async with polled(telegram), polled(telegram):
            await until(lambda: any("another process polls" in entry["event"] for entry in logs))
    assert "SECRET" not in str(logs)


async def test_a_webhook_left_behind_is_removed_before_polling(telegram: TelegramEmulator) -> None:
    async with pushed(telegram):
        assert telegram.webhook
    an = telegram.user()
    async with polled(telegram) as (_, received):
        await telegram.deliver(an.message_update("Chào"))
        await until(lambda: received)


async def test_nothing_of_a_conversation_is_logged(telegram: TelegramEmulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    an = telegram.user(first_name="Thịnh")
    with structlog.testing.capture_logs() as logs:
        async with polled(telegram) as (channel, received):
            await channel.send(note(an.id, "bí mật"))
            await telegram.deliver(an.message_update("bí mật"))
            await telegram.deliver({"update_id": 999_999_999, "message": {"text": "bí mật"}})
            await until(lambda: received)
            await until(lambda: any(entry["event"] == "unreadable update" for entry in logs))
    shown = caplog.text + str(logs)
    for secret in ("bí mật", "Thịnh", str(an.id), "SECRET", "127.0.0.1"):
        assert secret not in shown


# In, by webhook


async def test_a_push_is_answered_only_once_it_is_committed(telegram: TelegramEmulator) -> None:
    an = telegram.user()
    async with pushed(telegram) as (_, received, _url):
        assert await telegram.deliver(an.message_update("Chào")) == 200
        received.faults = [RuntimeError("không lưu được")]
        assert await telegram.deliver(an.message_update("Lần nữa")) == 503
        assert await telegram.redeliver() == [200]
    assert [inbound.text for inbound in received] == ["Chào", "Lần nữa"]
    assert telegram.allowed_updates == {"message", "edited_message", "callback_query", "my_chat_member"}


@pytest.mark.parametrize(
    ("secret", "body", "status"),
    [
        (SECRET, b"{}", 200),  # no update of ours, and nothing to ask again for
        (SECRET, b'{"update_id": 1, "message": 5}', 200),
        (SECRET, b"{", 400),
        (SECRET, b"", 400),
        (SECRET, b"\xff\xfe", 400),
        (SECRET, b"[" * 100_000, 400),
        (SECRET, b" " * (1024 * 1024 + 1), 413),
        ("webhook_secret_2", b"{", 403),
        ("sai bí mật", b"{", 403),
        ("", b"{", 403),
        (None, b"{", 403),
    ],
)
async def test_what_a_webhook_refuses(telegram: TelegramEmulator, secret: str | None, body: bytes, status: int) -> None:
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    async with pushed(telegram) as (_, received, url), aiohttp.ClientSession() as session:
        async with session.post(f"{url}/telegram/webhook", data=io.BytesIO(body), headers=headers) as answer:
            assert answer.status == status
            assert await answer.read() == b""
        assert all((one.kind, one.sender) == ("unreadable", "") for one in received)  # set aside


async def test_a_stranger_is_refused_before_the_body_is_read(telegram: TelegramEmulator) -> None:
    async with pushed(telegram) as (_, _received, url):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(b"POST /telegram/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n")
        assert b" 403 " in await asyncio.wait_for(reader.readline(), HANGS)
        writer.close()
        await writer.wait_closed()


async def test_before_the_start_pushes_are_sent_back() -> None:
    channel = channel_of("http://127.0.0.1:9", "webhook", "http://127.0.0.1")
    app = web.Application()
    app.add_routes(channel.routes())
    async with TestServer(app, host="127.0.0.1") as site, aiohttp.ClientSession() as session:
        update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "text": "x"}}
        update["message"] |= {"from": {"id": 4, "is_bot": False, "first_name": "A"}}  # type: ignore[operator]
        update["message"] |= {"chat": {"id": 4, "type": "private"}}  # type: ignore[operator]
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        url = f"http://127.0.0.1:{site.port}/telegram/webhook"
        async with session.post(url, data=json.dumps(update), headers=headers) as answer:
            assert answer.status == 503


# haichieu doctor


async def test_the_doctor_finds_all_well(telegram: TelegramEmulator) -> None:
    channel = channel_of(telegram.url)
    assert [findings.line(language("en"), finding) for finding in await channel.check()] == [
        "ok    telegram bot: @haichieu_test_bot (123456)",
        "ok    telegram updates: 0 waiting",
    ]
    async with pushed(telegram) as (running, _, _url):
        assert [finding.well for finding in await running.check()] == [True, True]
        assert not (await channel.check())[1].well
        await running.send(note(telegram.user().id))  # a check leaves a running channel running


async def test_the_doctor_sees_a_webhook_that_is_missing_or_fails(telegram: TelegramEmulator) -> None:
    assert not (await channel_of(telegram.url, "webhook", "http://127.0.0.1:9").check())[1].well
    an = telegram.user()
    async with pushed(telegram) as (channel, received, _):
        received.faults = [RuntimeError()]
        await telegram.deliver(an.message_update("x"))
        finding = (await channel.check())[1]
        words = findings.said(language("en"), finding)
        assert not finding.well and "503" in words and "1 waiting" in words
        await telegram.redeliver()
        assert (await channel.check())[1].well


async def test_the_doctor_names_the_token(telegram: TelegramEmulator) -> None:
    telegram.token = "123456:ANOTHER"
    (row,) = await channel_of(telegram.url).check()
    assert row == Finding("telegram_bot", False, "telegram_refuses")
    await telegram.down()
    (row,) = await channel_of(telegram.url).check()
    assert not row.well and "SECRET" not in findings.line(language("en"), row)
