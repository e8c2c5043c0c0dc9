"""The transport tells the truth about what was sent, and never shows the token."""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from telegram import InputFile
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from bot.channels.base import Uncertain, Unreachable
from bot.channels.telegram.request import AiohttpRequest, Client, Timeouts
from tests.waiting import idle, until

TOKEN = "123456:SECRET-part"
Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def one_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length")), 0)
    return await reader.readexactly(length)


def answers(status: str, body: bytes, head: bytes = b"") -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await one_request(reader)
            line = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n".encode()
            writer.write(line + head + b"\r\n" + body)

    return behave


def telegram_says(code: int, description: str, parameters: str = "") -> Behaviour:
    more = f', "parameters": {parameters}' if parameters else ""
    body = f'{{"ok": false, "error_code": {code}, "description": "{description}"{more}}}'
    return answers(f"{code} Whatever", body.encode())


async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def hangs_up_after_reading(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await one_request(reader)


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await one_request(reader)
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


async def half_an_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await one_request(reader)
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ok": true, "resu')


async def gibberish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await one_request(reader)
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


async def is_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


@asynccontextmanager
async def server(behave: Behaviour) -> AsyncIterator[tuple[str, list[int]]]:
    """Its address, and the ports of those who connected."""
    callers: list[int] = []
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(writer.get_extra_info("peername")[1])
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            await behave(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", callers
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def client(url: str, request: AiohttpRequest | None = None) -> AsyncIterator[Client]:
    request = request or AiohttpRequest(Timeouts(read=0.2))
    await request.initialize()
    try:
        yield Client(TOKEN, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot", request=request)
    finally:
        await request.shutdown()


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def shows_no_token(error: BaseException) -> None:
    shown = "".join(traceback.format_exception(error)) + repr(error) + str(error) + repr(error.args)
    cause = error.__context__ or error.__cause__  # suppressed ones too
    while cause is not None:
        shown += repr(cause) + str(cause) + repr(cause.args)
        cause = cause.__context__ or cause.__cause__
    assert "SECRET" not in shown


async def fails(bot: Client) -> Exception:
    with pytest.raises(Exception) as caught:
        await bot.call("sendMessage", {"chat_id": 42, "text": "Chào"})
    shows_no_token(caught.value)
    return caught.value


HTML = b"<html>The URL /bot123456:SECRET-part/sendMessage cannot be shown</html>"


@pytest.mark.parametrize(
    ("behave", "expected"),
    [
        pytest.param(hangs_up, Uncertain, id="hangs up"),
        pytest.param(hangs_up_after_reading, Uncertain, id="hangs up after reading"),
        pytest.param(resets, Uncertain, id="resets"),
        pytest.param(half_an_answer, Uncertain, id="half an answer"),
        pytest.param(gibberish, Uncertain, id="not HTTP"),
        pytest.param(is_silent, Uncertain, id="silent"),
        pytest.param(answers("200 OK", HTML), Uncertain, id="200 HTML"),
        pytest.param(answers("200 OK", b""), Uncertain, id="200 empty"),
        pytest.param(answers("200 OK", b"[1]"), Uncertain, id="200 another JSON"),
        pytest.param(answers("200 OK", b'{"ok": true}'), Uncertain, id="200 no result"),
        pytest.param(answers("500 X", HTML), Uncertain, id="500 HTML"),
        pytest.param(telegram_says(500, "Internal Server Error"), Uncertain, id="500"),
        pytest.param(telegram_says(502, "Bad Gateway"), Uncertain, id="502"),
        pytest.param(answers("502 X", HTML), Uncertain, id="502 HTML"),
        pytest.param(answers("503 X", HTML), Uncertain, id="503 HTML"),
        pytest.param(answers("504 X", HTML), Uncertain, id="504 HTML"),
        pytest.param(answers("302 X", HTML, b"Location: http://127.0.0.1:9/\r\n"), Unreachable, id="captive portal"),
        pytest.param(answers("403 X", HTML), Unreachable, id="403 of a middlebox is not a person blocking"),
        pytest.param(answers("404 X", HTML), Unreachable, id="404 HTML"),
        pytest.param(answers("407 X", HTML), Unreachable, id="407 HTML"),
        pytest.param(answers("403 X", b'{"error": "policy"}'), Unreachable, id="403 another JSON"),
        pytest.param(telegram_says(400, "Bad Request: message text is empty"), BadRequest, id="400"),
        pytest.param(telegram_says(401, "Unauthorized"), InvalidToken, id="401"),
        pytest.param(telegram_says(404, "Not Found"), InvalidToken, id="404"),
        pytest.param(telegram_says(403, "Forbidden: bot was blocked by the user"), Forbidden, id="403"),
        pytest.param(telegram_says(409, "Conflict: terminated"), Conflict, id="409"),
        pytest.param(telegram_says(413, "Request Entity Too Large"), NetworkError, id="413"),
        pytest.param(telegram_says(429, "Too Many", '{"retry_after": 7}'), RetryAfter, id="429"),
        pytest.param(telegram_says(429, "Too Many"), RetryAfter, id="429 naming no time"),
        pytest.param(answers("429 X", HTML), RetryAfter, id="429 HTML"),
    ],
)
async def test_every_failure_has_one_meaning(
    behave: Behaviour, expected: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with server(behave) as (url, _), client(url) as bot:
        error = await fails(bot)
    assert isinstance(error, expected)
    assert isinstance(error, Uncertain) == (expected is Uncertain)
    assert isinstance(error, Unreachable) == (expected is Unreachable)
    assert "SECRET" not in caplog.text and "Chào" not in caplog.text


@pytest.mark.parametrize(
    ("behave", "seconds"),
    [(telegram_says(429, "Too Many", '{"retry_after": 7}'), 7), (answers("429 X", HTML), 5)],
)
async def test_a_flood_says_how_long(behave: Behaviour, seconds: int) -> None:
    async with server(behave) as (url, _), client(url) as bot:
        error = await fails(bot)
    assert isinstance(error, RetryAfter)
    assert error.retry_after == timedelta(seconds=seconds)


async def test_nobody_listens() -> None:
    async with client(f"http://127.0.0.1:{closed_port()}") as bot:
        assert isinstance(await fails(bot), Unreachable)


async def test_a_proxy_that_is_not_there() -> None:
    proxy = f"http://name:SECRET@127.0.0.1:{closed_port()}"
    async with client("http://127.0.0.1:9", AiohttpRequest(proxy=proxy)) as bot:
        assert isinstance(await fails(bot), Unreachable)


@pytest.mark.parametrize("behave", [answers("403 X", HTML), answers("407 X", HTML), hangs_up])
async def test_a_proxy_that_opens_no_tunnel(behave: Behaviour) -> None:
    async with (
        server(behave) as (url, _),
        client("https://127.0.0.1:9", AiohttpRequest(proxy=url)) as bot,
    ):
        assert isinstance(await fails(bot), Unreachable)


async def test_a_proxy_passes_the_request_on() -> None:
    async with (
        server(answers("200 OK", b'{"ok": true, "result": 1}')) as (url, callers),
        client("http://127.0.0.1:9", AiohttpRequest(proxy=url)) as bot,
    ):
        assert await bot.call("sendMessage", {"text": "x"}) == 1
        assert callers


def test_only_http_proxies() -> None:
    with pytest.raises(ValueError, match="HAICHIEU_TELEGRAM__PROXY") as caught:
        AiohttpRequest(proxy="socks5://name:SECRET@127.0.0.1:1080")
    assert "SECRET" not in str(caught.value)


async def test_tls_that_is_none() -> None:
    async with server(hangs_up) as (url, _), client(url.replace("http:", "https:")) as bot:
        assert isinstance(await fails(bot), Unreachable)


async def test_no_free_connection_in_time() -> None:
    request = AiohttpRequest(Timeouts(pool=0.05, connect=0.05, read=5), connections=1)
    async with server(is_silent) as (url, callers), client(url, request) as bot:
        first = asyncio.create_task(bot.call("sendMessage", {"text": "x"}))
        await until(lambda: callers)
        assert isinstance(await fails(bot), Unreachable)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_connections_are_kept_and_a_closed_one_is_not_used_again() -> None:
    body = b'{"ok": true, "result": true}'

    async def two_then_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            await one_request(reader)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    async with server(two_then_close) as (url, callers), client(url) as bot:
        for expected in (1, 1, 2, 2):
            assert await bot.call("sendMessage", {"text": "x"}) is True
            assert len(callers) == expected
            await idle()  # the closing arrives while nothing is asked


async def test_a_closed_request_sends_nothing() -> None:
    request = AiohttpRequest()
    bot = Client(TOKEN, base_url="http://127.0.0.1:9/bot", request=request)
    assert isinstance(await fails(bot), Unreachable)
    await request.initialize()
    await request.initialize()
    await request.shutdown()
    await request.shutdown()
    assert isinstance(await fails(bot), Unreachable)


@asynccontextmanager
async def api(delay: float = 0.0) -> AsyncIterator[tuple[str, list[dict[str, object]]]]:
    """An aiohttp server that keeps the parameters it is given."""
    calls: list[dict[str, object]] = []

    async def answer(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.Response(body=b"\x00\xffpicture")
        if request.content_type == "application/json":
            calls.append(await request.json())
        else:
            form = await request.post()
            calls.append(
                {
                    k: (v.filename, v.content_type, v.file.read()) if isinstance(v, web.FileField) else v
                    for k, v in form.items()
                }
            )
            for value in form.values():
                if isinstance(value, web.FileField):
                    value.file.close()
        await asyncio.sleep(delay)
        return web.json_response({"ok": True, "result": True})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", calls
    finally:
        await runner.cleanup()


async def test_parameters_travel_as_json() -> None:
    async with api() as (url, calls), client(url) as bot:
        await bot.call("sendMessage", {"chat_id": 42, "text": "Tăng ca", "reply_markup": {"a": [1]}, "no": None})
    assert calls == [{"chat_id": 42, "text": "Tăng ca", "reply_markup": {"a": [1]}}]


async def test_files_travel_as_parts() -> None:
    async with api() as (url, calls), client(url) as bot:
        photo = InputFile(b"\xff\xd8\xff", filename="hoá đơn.jpg")
        await bot.call("sendPhoto", {"chat_id": 42, "caption": "Đây", "photo": photo})
    assert calls == [{"chat_id": "42", "caption": "Đây", "photo": ("hoá đơn.jpg", "image/jpeg", b"\xff\xd8\xff")}]


async def test_a_file_is_fetched() -> None:
    async with api() as (url, _), client(url) as bot:
        assert await bot.request.retrieve(f"{url}/file/bot{TOKEN}/photos/1.jpg") == b"\x00\xffpicture"


async def test_time_outs_are_honoured_and_files_have_longer() -> None:
    request = AiohttpRequest(Timeouts(read=0.05, write=0.05, media=5))
    async with api(delay=0.2) as (url, _), client(url, request) as bot:
        assert request.read_timeout == 0.05
        assert isinstance(await fails(bot), Uncertain)
        assert await bot.call("sendMessage", {"text": "x"}, read_timeout=5) is True
        assert await bot.call("sendMessage", {"text": "x"}, read_timeout=None) is True
        assert await bot.call("sendDocument", {"document": InputFile(b"x", filename="x.pdf")}) is True
        with pytest.raises(Uncertain):
            await bot.call("sendDocument", {"document": InputFile(b"x", filename="x.pdf")}, read_timeout=0.05)
