"""The emulator by hand: what it refuses, what it forgets, and how it misbehaves when told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.emulators.zalo import ZaloEmulator

TOKEN = "4567890:ZALO-SECRET"
Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
async def emulator() -> AsyncIterator[ZaloEmulator]:
    emulator = ZaloEmulator(TOKEN, idle=0.05)
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
async def call(emulator: ZaloEmulator) -> AsyncIterator[Ask]:
    """One call by hand: what it says, which always comes under HTTP 200."""
    async with aiohttp.ClientSession() as session:

        async def call(method: str, token: str = TOKEN, **params: Any) -> Any:
            async with session.post(f"{emulator.url}/bot{token}/{method}", json=params) as answer:
                assert answer.status == 200
                return await answer.json(content_type=None)

        yield call


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("sendMessage", {"text": ""}, "text is empty"),
    ("sendMessage", {"text": " \n"}, "text is empty"),
    ("sendMessage", {"text": None}, "text must be a string"),
    ("sendMessage", {"text": 5}, "text must be a string"),
    ("sendMessage", {"text": "a" * 2001}, "text is too long"),
    ("sendMessage", {"text": "😀" * 1001}, "text is too long"),
    ("sendMessage", {"chat_id": "0" * 20}, "chat not found"),
    ("sendMessage", {"chat_id": 5}, "chat not found"),
    ("sendMessage", {"chat_id": None}, "chat not found"),
    ("sendMessage", {"parse_mode": "Markdown"}, "parse_mode is invalid"),
    ("sendMessage", {"text_styles": [{"start": 0, "len": 99, "st": ["b"]}]}, "text_styles is out of range"),
    ("sendMessage", {"reply_markup": {}}, "unknown parameter reply_markup"),
    ("sendMessage", {"disable_notification": True}, "unknown parameter disable_notification"),
    ("sendPhoto", {"photo": "file.jpg"}, "url is invalid"),
    ("sendPhoto", {"photo": "https://x.vn/a.jpg", "caption": "a" * 2001}, "caption is too long"),
    ("sendVoice", {"voice_url": "https://x.vn/a.mp3"}, "url is invalid"),
    ("sendSticker", {}, "sticker is invalid"),
    ("sendChatAction", {"action": "upload_photo"}, "action is invalid"),
    ("setWebhook", {"url": "https://x.vn/"}, "secret_token must have 8 to 256 characters"),
    ("setWebhook", {"url": "https://x.vn/", "secret_token": "short"}, "secret_token must have 8 to 256 characters"),
    ("setWebhook", {"url": "x.vn", "secret_token": "secret-0001"}, "url is invalid"),
    ("getUpdates", {"timeout": 30}, "timeout must be a string of digits"),
    ("getUpdates", {"offset": 5}, "unknown parameter offset"),
]


@pytest.mark.parametrize(("method", "params", "sentence"), REFUSED)
async def test_what_zalo_refuses_is_refused(
    emulator: ZaloEmulator, call: Ask, method: str, params: dict[str, Any], sentence: str
) -> None:
    known = {"chat_id": emulator.user().id} if method.startswith("send") else {}
    params = known | ({"text": "Chào"} if method == "sendMessage" else {}) | params
    assert await call(method, **params) == {"ok": False, "error_code": 400, "description": f"Bad request: {sentence}"}
    assert not emulator.sent and emulator.refused


@pytest.mark.parametrize("method", ["editMessageText", "deleteMessage", "sendDocument", "getFile", "sendmessage"])
async def test_there_are_no_other_methods(emulator: ZaloEmulator, call: Ask, method: str) -> None:
    assert await call(method) == {"ok": False, "error_code": 404, "description": "Not found"}
    assert emulator.violations


async def test_a_wrong_token_is_a_refusal_under_200(call: Ask) -> None:
    assert await call("getMe", token="1:NO") == {"ok": False, "error_code": 401, "description": "Unauthorized"}


async def test_a_private_address_is_no_webhook() -> None:
    emulator = ZaloEmulator(TOKEN, allow_http=False)
    await emulator.start()
    async with aiohttp.ClientSession() as session:
        for url in ("http://x.vn/", "https://localhost/", "https://10.1.1.1/", "https://192.168.1.2/"):
            params = {"url": url, "secret_token": "secret-0001"}
            async with session.post(f"{emulator.url}/bot{TOKEN}/setWebhook", json=params) as answer:
                assert (await answer.json())["error_code"] == 400
    await emulator.stop()


async def test_nobody_is_written_to_before_they_wrote(emulator: ZaloEmulator, call: Ask) -> None:
    user = emulator.user(known=False)
    assert (await call("sendMessage", chat_id=user.id, text="Chào"))["error_code"] == 400
    user.message_update("Xin chào")
    sent = (await call("sendMessage", chat_id=user.id, text="Chào"))["result"]
    assert sent["message_id"] == user.inbox[0].message_id and sent["date"] > 10**12
    assert user.screen() == "person: Xin chào\nbot: Chào"


async def test_an_event_is_forgotten_as_it_is_handed_over(emulator: ZaloEmulator, call: Ask) -> None:
    user = emulator.user()
    for text in ("một", "hai"):
        await emulator.deliver(user.message_update(text))
    assert [(await call("getUpdates", timeout="1"))["result"]["message"]["text"] for _ in range(2)] == ["một", "hai"]
    assert await call("getUpdates", timeout="1") == {"ok": False, "error_code": 408, "description": "Request timeout"}
    await emulator.deliver(user.message_update("ba"))
    emulator.fault("drop_after", method="getUpdates")
    with pytest.raises(aiohttp.ClientError):
        await call("getUpdates", timeout="1")
    assert (await call("getUpdates", timeout="1"))["error_code"] == 408  # lost


async def test_a_waiting_poll_hears_at_once(emulator: ZaloEmulator, call: Ask) -> None:
    emulator.idle = 30
    poll = asyncio.create_task(call("getUpdates", timeout="30"))
    await emulator.polled.wait()
    await emulator.deliver(emulator.user().message_update("Chào"))
    assert (await poll)["result"]["event_name"] == "message.text.received"


@pytest.mark.parametrize("wrapped", [True, False])
async def test_a_webhook_is_looked_at_and_then_called(emulator: ZaloEmulator, call: Ask, wrapped: bool) -> None:
    came: list[tuple[bytes, str | None]] = []

    async def hook(request: web.Request) -> web.Response:
        came.append((await request.read(), request.headers.get("X-Bot-Api-Secret-Token")))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hook)
    emulator.wrapped = wrapped
    async with TestServer(app, host="127.0.0.1") as site:
        kept = await call("setWebhook", url=str(site.make_url("/hook")), secret_token="secret-0001")
        assert kept["result"]["verification"]["ok"] is True
        assert (await call("getUpdates", timeout="1"))["description"] == "Bad request: webhook is set"
        assert await emulator.deliver(emulator.user().message_update("Chào"), times=2) == 200
    assert came[0] == (b"", None)
    assert [secret for _, secret in came[1:]] == ["secret-0001"] * 2
    assert came[1][0].startswith(b'{"ok": true, "result"' if wrapped else b'{"event_name"')
    assert (await call("getWebhookInfo"))["result"]["url"].endswith("/hook")
    assert (await call("deleteWebhook"))["result"]["url"] == ""


async def test_the_month_ends(emulator: ZaloEmulator, call: Ask) -> None:
    user = emulator.user()
    emulator.month = 1
    assert (await call("sendMessage", chat_id=user.id, text="Chào"))["ok"]
    assert await call("sendChatAction", chat_id=user.id, action="typing") == {"ok": True}
    refused = await call("sendMessage", chat_id=user.id, text="Chào")
    assert refused == {"ok": False, "error_code": 429, "description": "Quota exceeded"}
    assert len(user.inbox) == 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "flood"}, {"error_code": 429, "description": "Quota exceeded"}),
        ({"kind": "hasty_idle"}, {"error_code": 408, "description": "Request timeout"}),
        ({"kind": "error", "code": 426, "key": "errorCode"}, {"errorCode": 426, "description": "Internal server error"}),
        ({"kind": "error", "key": None}, {"description": "Internal server error"}),
    ],
)
async def test_trouble_that_speaks(call: Ask, emulator: ZaloEmulator, fault: Any, expected: Any) -> None:
    emulator.fault(**fault)
    assert await call("getMe") == {"ok": False, **expected}
    assert (await call("getMe"))["ok"] is True  # once only


@pytest.mark.parametrize(
    ("kind", "acted"),
    [("drop_before", 0), ("drop_after", 1), ("truncated", 1), ("html", 0), ("gateway_timeout", 0), ("hang", 0)],
)
async def test_trouble_that_does_not(emulator: ZaloEmulator, kind: Any, acted: int) -> None:
    user = emulator.user()
    emulator.fault(kind)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.3)) as session:
        with pytest.raises((aiohttp.ClientError, TimeoutError, ValueError)):
            async with session.post(
                f"{emulator.url}/bot{TOKEN}/sendMessage", json={"chat_id": user.id, "text": "a"}
            ) as answer:
                await answer.json()
    assert len(user.inbox) == acted


async def test_an_outage_keeps_the_address(emulator: ZaloEmulator, call: Ask) -> None:
    await emulator.down()
    with pytest.raises(aiohttp.ClientConnectorError):
        await call("getMe")
    await emulator.start()
    assert (await call("getMe"))["result"]["account_type"] == "BASIC"


async def test_numbers_are_read_off_the_newest_list_only(emulator: ZaloEmulator, call: Ask) -> None:
    user = emulator.user()
    old, new = "Cũ\n\n1. Có\n2. Không", "Mới: 1. không phải mục\n\n1. Gửi\n2. Hủy\n\nTrả lời bằng số, ví dụ: 1."
    for text in (old, new, "Không có gì để chọn\n\n2. Đây không phải danh sách"):
        await call("sendMessage", chat_id=user.id, text=text)
    assert user.tap_update("Hủy")["message"]["text"] == "2"
    with pytest.raises(LookupError, match="nobody can choose 'Có'"):
        user.tap_update("Có")


async def test_every_kind_of_event(emulator: ZaloEmulator) -> None:
    user, group = emulator.user(), emulator.group()
    events = [user.message_update("a"), user.image_update("b"), user.image_update(documented=True), user.voice_update()]
    events += [user.sticker_update(), user.unsupported_update(), group.message_update(user, "@bot a")]
    assert [event["event_name"].split(".")[1] for event in events] == [
        *("text", "image", "image", "voice", "sticker", "unsupported", "text")
    ]
    assert all(len(event["message"]["message_id"]) == 20 and event["message"]["date"] > 10**12 for event in events)
    assert "photo_url" in events[1]["message"] and "photo" in events[2]["message"]
    assert events[-1]["message"]["chat"]["chat_type"] == "GROUP"
