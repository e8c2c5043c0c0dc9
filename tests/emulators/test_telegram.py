"""The emulator against the real client: what it refuses, and what python-telegram-bot makes of the rest."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import telegram
from aiohttp import web
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_refused import TABLE, keyboard

TOKEN = "123456:TEST"


@pytest.fixture
async def emulator():
    emulator = TelegramEmulator(TOKEN)
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
async def bot(emulator):
    api = {"base_url": f"{emulator.url}/bot", "base_file_url": f"{emulator.url}/file/bot"}
    async with telegram.Bot(TOKEN, **api) as bot:
        yield bot


@pytest.fixture
async def call(emulator):
    """One call by hand: `await call("sendMessage", chat_id=…)` gives the HTTP status and the JSON."""
    async with aiohttp.ClientSession() as session:

        async def call(method: str, token: str = TOKEN, **params: Any) -> tuple[int, Any]:
            async with session.post(f"{emulator.url}/bot{token}/{method}", json=params) as answer:
                return answer.status, await answer.json(content_type=None)

        yield call


@pytest.mark.parametrize(("method", "params", "sentence"), TABLE)
async def test_what_telegram_refuses_is_refused(emulator, call, method, params, sentence):
    params = {"chat_id": emulator.user().id} | ({"text": "Chào"} if method == "sendMessage" else {}) | params
    status, answer = await call(method, **params)
    refusal = {"ok": False, "error_code": 400, "description": f"Bad Request: {sentence}"}
    assert (status, answer) == (400, refusal)
    assert not emulator.sent and emulator.refused


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ({"started": False}, "Forbidden: bot can't initiate conversation with a user"),
        ({"blocked": True}, "Forbidden: bot was blocked by the user"),
        ({"deactivated": True}, "Forbidden: user is deactivated"),
    ],
)
async def test_nobody_is_written_to_against_their_will(emulator, bot, state, sentence):
    user = emulator.user()
    for name, value in state.items():
        setattr(user, name, value)
    with pytest.raises(Forbidden, match=sentence):
        await bot.send_message(user.id, "Chào")


async def test_wrong_tokens_methods_and_parameters(emulator, call):
    assert (await call("getMe", token="1:NO"))[0] == 401
    assert await call("sendNothing") == (404, {"ok": False, "error_code": 404, "description": "Not Found"})
    with pytest.raises(InvalidToken):
        await telegram.Bot("1:NO", base_url=f"{emulator.url}/bot").__aenter__()
    status, _ = await call("SENDMESSAGE", chat_id=str(emulator.user().id), text="a", silent=True)
    assert status == 200 and emulator.violations == ["sendMessage has no parameter 'silent'"]


async def test_a_message_is_seen_edited_and_deleted(emulator, bot):
    user = emulator.user(first_name="An")
    buttons = keyboard("Có", "Không")
    sent = await bot.send_message(user.id, "<b>Chọn</b> &lt;", parse_mode="HTML", reply_markup=buttons)
    assert sent.text == "Chọn <" and sent.entities[0].type == "bold" and sent.entities[0].length == 4
    assert user.inbox[0].buttons == [[("Có", "Có")], [("Không", "Không")]]
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(user.id, sent.message_id, reply_markup=buttons)
    edited = await bot.edit_message_text("Xong", user.id, sent.message_id)
    assert edited.edit_date and user.screen() == f"#{sent.message_id} bot (edited): Xong"
    assert await bot.delete_message(user.id, sent.message_id)
    assert user.inbox[0].deleted and user.screen() == ""
    assert [c.method for c in emulator.sent] == ["sendMessage", "editMessageText", "deleteMessage"]


async def test_a_tap_is_answered_once(emulator, bot):
    user = emulator.user()
    for text in ("cũ", "mới"):
        await bot.send_message(user.id, text, reply_markup=keyboard("Có"))
    query = telegram.Update.de_json(user.tap_update("Có"), bot).callback_query
    assert query.data == "Có" and query.message.text == "mới"
    with pytest.raises(BadRequest, match="Message_too_long"):
        await query.answer("a" * 201)
    assert await query.answer("ừ")
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()
    with pytest.raises(LookupError, match="nobody can tap 'Không'"):
        user.tap_update("Không")


async def test_files_go_both_ways(emulator, bot):
    user = emulator.user()
    message = telegram.Update.de_json(user.photo_update(b"\xff\xd8\xff anh", caption="hoá đơn"), bot).message
    file = await message.photo[-1].get_file()
    assert await file.download_as_bytearray() == b"\xff\xd8\xff anh"
    sent = await bot.send_document(user.id, b"%PDF", filename="đơn.pdf", caption="Đơn")
    assert sent.document.file_name == "đơn.pdf" and user.inbox[0].text == "Đơn"
    assert (await bot.send_photo(user.id, message.photo[-1].file_id)).photo
    with pytest.raises(BadRequest, match="Image_process_failed"):
        await bot.send_photo(user.id, b"not a photo")


async def test_every_update_and_result_is_genuine(emulator, bot):
    user, group = emulator.user(last_name="Lê", username="anle"), emulator.group()
    await bot.send_message(group.id, "Chào tổ", reply_markup=keyboard("Có"))
    updates = [user.message_update("Chào"), user.command("start", "ref1"), user.photo_update()]
    updates += [user.document_update(), user.sticker_update(), user.contact_update()]
    updates += [user.edited_message_update("Sửa"), user.blocks(), user.unblocks(), group.added_update(user)]
    updates += [group.message_update(user, "/help@haichieu_test_bot"), group.tap_update(user, "Có")]
    updates += [group.removed_update(user)]
    parsed = [telegram.Update.de_json(update, bot) for update in updates]
    assert all(update.effective_user.id == user.id and update.effective_chat for update in parsed)
    assert [json.loads(update.to_json()).keys() for update in parsed] == [raw.keys() for raw in updates]
    assert len({update.update_id for update in parsed}) == len(parsed)
    assert parsed[1].message.parse_entities() == {parsed[1].message.entities[0]: "/start"}
    with pytest.raises(Forbidden, match="kicked"):
        await bot.send_message(group.id, "Chào")
    assert (await bot.get_chat(user.id)).first_name == "An" and await bot.send_chat_action(user.id, "typing")
    scope = telegram.BotCommandScopeChat(user.id)
    assert await bot.set_my_commands([("don", "Gửi đơn")], scope=scope, language_code="vi")
    assert (await bot.get_my_commands(scope, language_code="vi"))[0].command == "don"
    assert await bot.delete_my_commands(scope, language_code="vi")
    assert not await bot.get_my_commands(scope, "vi")
    assert not emulator.violations


async def test_a_long_poll_waits_and_only_an_offset_confirms(emulator, bot):
    user = emulator.user()
    waiting = asyncio.create_task(bot.get_updates(timeout=5))
    await emulator.polled.wait()
    first, second = user.message_update("một"), user.message_update("hai")
    await emulator.deliver(first)
    assert [u.message.text for u in await waiting] == ["một"]
    await emulator.deliver(second, times=2)
    assert [u.message.text for u in await bot.get_updates()] == ["một", "hai", "hai"]
    assert len(await bot.get_updates(limit=1)) == 1
    assert [u.message.text for u in await bot.get_updates(offset=second["update_id"])] == ["hai", "hai"]
    assert await bot.get_updates(offset=second["update_id"] + 1, allowed_updates=["callback_query"]) == ()
    await emulator.deliver(user.message_update("không ai hỏi"))
    assert not emulator.queue


async def test_two_pollers_conflict_and_so_does_a_webhook(emulator, bot, call):
    first = asyncio.create_task(call("getUpdates", timeout=5))
    await emulator.polled.wait()
    assert await call("getUpdates") == (200, {"ok": True, "result": []})
    assert (await first)[0] == 409
    await bot.set_webhook("http://127.0.0.1:9/x")
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    emulator.allow_http = False
    with pytest.raises(BadRequest, match=r"(?i)an https url must be provided"):
        await bot.set_webhook("http://127.0.0.1:9/x")


async def test_a_webhook_gets_the_secret_and_what_it_refused_again(emulator, bot):
    statuses, seen = [500, 200, 200], []

    async def receive(request: web.BaseRequest) -> web.Response:
        seen.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], (await request.json())["update_id"]))
        return web.Response(status=statuses.pop(0))

    runner = web.ServerRunner(web.Server(receive))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s3cret_-")
    update = emulator.user().message_update("Chào")
    assert await emulator.deliver(update) == 500
    info = await bot.get_webhook_info()
    assert info.pending_update_count == 1 and "500" in info.last_error_message
    assert await emulator.redeliver() == [200] and await emulator.deliver(update) == 200
    assert not emulator.queue
    assert seen == [("s3cret_-", update["update_id"])] * 3
    await runner.cleanup()
    assert await emulator.deliver(update) == 0 and len(emulator.queue) == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert not emulator.queue and await bot.get_updates() == ()


@pytest.mark.parametrize(
    ("kind", "settings", "error", "acted"),
    [
        ("flood", {"retry_after": 7}, RetryAfter, 0),
        ("error", {"status": 502, "description": "Bad Gateway"}, NetworkError, 0),
        ("html", {}, NetworkError, 0),
        ("drop_before", {}, NetworkError, 0),
        ("drop_after", {}, NetworkError, 1),
        ("truncated", {}, telegram.error.TelegramError, 1),
        ("hang", {}, telegram.error.TimedOut, 0),
        ("latency", {"seconds": 0.01}, None, 1),
    ],
)
async def test_each_kind_of_trouble(emulator, bot, kind, settings, error, acted):
    user, other = emulator.user(), emulator.user()
    fault = emulator.fault(kind, method="sendMessage", chat=user.id, skip=1, **settings)
    await bot.send_message(other.id, "a")
    await bot.send_message(user.id, "qua")
    if error is None:
        await bot.send_message(user.id, "a")
    else:
        with pytest.raises(error) as caught:
            await bot.send_message(user.id, "a", read_timeout=0.1)
        if kind == "flood":
            assert caught.value.retry_after == timedelta(seconds=7)
    assert len(user.inbox) == 1 + acted and fault.hits == 1
    assert await bot.send_message(user.id, "b") and len(other.inbox) == 1


async def test_an_outage_is_of_one_address(emulator, call):
    await emulator.down()
    with pytest.raises(aiohttp.ClientConnectorError):
        await call("getMe")
    await emulator.start()
    assert (await call("getMe"))[1]["result"]["is_bot"] is True


async def test_the_true_limits(emulator, call):
    now = 1_763_700_000.0
    emulator.clock = lambda: now
    emulator.reset(limits=True)
    users = [emulator.user() for _ in range(31)]
    statuses = [(await call("sendMessage", chat_id=u.id, text="a"))[0] for u in [users[0], *users]]
    assert statuses == [200, 429] + [200] * 29 + [429]
    assert emulator.limiter.breaches == {"chat": 1, "bot": 1}
    now += 1.0
    assert (await call("sendMessage", chat_id=users[0].id, text="a"))[0] == 200


async def test_another_process_steers_it_over_http(emulator, call):
    async with aiohttp.ClientSession(f"{emulator.url}/control/") as session:

        async def control(name: str, **asked: Any) -> Any:
            async with session.post(name, json=asked) as answer:
                assert answer.status == 200, await answer.text()
                return await answer.json()

        a, b = (await control("users", count=2, language_code="en"))["ids"]
        await call("sendMessage", chat_id=a, text="Chọn", reply_markup=keyboard("Có"))
        events = [{"user": a, "tap": "Có"}, {"user": b, "text": "chào", "times": 2}]
        events += [{"user": b, "command": "help"}]
        assert await control("deliver", events=events) == {"statuses": [None] * 3}
        await control("block", user=b)
        await control("fault", kind="flood", times=1)
        assert (await call("getUpdates"))[0] == 429
        assert len((await call("getUpdates"))[1]["result"]) == 5
        assert (await control("sent", since=0))[0]["params"]["text"] == "Chọn"
        assert "[Có]" in (await control("chat", id=a))["screen"]
        state = await control("state")
        assert state["counters"] == {"sendMessage 200": 1, "getUpdates 429": 1, "getUpdates 200": 1}
        await control("reset")
        assert not emulator.chats
