"""What Zalo's answers mean, read from the body and never from the status; and nothing shows the token."""

from __future__ import annotations

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from bot.channels.base import Rejected, SendError, Throttled, Uncertain, Unreachable
from bot.channels.zalo.client import Client, Refused, failure

TOKEN = "4567890:SECRET-part"
Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HTML = b"<html>The URL /bot4567890:SECRET-part/sendMessage cannot be shown</html>"


async def one_request(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length")), 0)
    await reader.readexactly(length)


def answers(status: str, body: bytes, head: bytes = b"") -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await one_request(reader)
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n".encode() + head + b"\r\n" + body)

    return behave


async def hangs_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


async def hangs_up_after_reading(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await one_request(reader)


async def half_an_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await one_request(reader)
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ok": true, "resu')


async def is_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


@asynccontextmanager
async def server(behave: Behaviour) -> AsyncIterator[str]:
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def fails(url: str) -> Exception:
    client = Client(url, TOKEN, connections=2, read=0.2)
    await client.open()
    try:
        with pytest.raises(Exception) as caught:
            await client.call("sendMessage", {"chat_id": "ab" * 10, "text": "Chào"})
    finally:
        await client.close()
    shown, error = "", caught.value
    cause: BaseException | None = error
    while cause is not None:  # suppressed ones too
        shown += "".join(traceback.format_exception(cause)) + repr(cause) + repr(cause.args)
        cause = cause.__context__ or cause.__cause__
    assert "SECRET" not in shown
    return error


@pytest.mark.parametrize(
    ("behave", "expected"),
    [
        pytest.param(hangs_up, Uncertain, id="hangs up"),
        pytest.param(hangs_up_after_reading, Uncertain, id="hangs up after reading"),
        pytest.param(half_an_answer, Uncertain, id="half an answer"),
        pytest.param(is_silent, Uncertain, id="silent"),
        pytest.param(answers("200 OK", HTML), Uncertain, id="200 HTML"),
        pytest.param(answers("200 OK", b""), Uncertain, id="200 empty"),
        pytest.param(answers("200 OK", b"[1]"), Uncertain, id="200 another JSON"),
        pytest.param(answers("200 OK", b'{"result": 1}'), Uncertain, id="200 no ok"),
        pytest.param(answers("200 OK", b'{"ok": "yes"}'), Uncertain, id="200 another ok"),
        pytest.param(answers("500 X", HTML), Uncertain, id="500 HTML"),
        pytest.param(answers("502 X", HTML), Uncertain, id="502 HTML"),
        pytest.param(answers("504 X", HTML), Uncertain, id="504 HTML"),
        pytest.param(answers("302 X", HTML, b"Location: http://127.0.0.1:9/\r\n"), Unreachable, id="captive portal"),
        pytest.param(answers("403 X", HTML), Unreachable, id="403 of a middlebox"),
        pytest.param(answers("404 X", HTML), Unreachable, id="404 HTML"),
    ],
)
async def test_what_was_written(behave: Behaviour, expected: type[SendError]) -> None:
    async with server(behave) as url:
        error = await fails(url)
    assert type(error) is expected


async def test_nobody_listens_and_nobody_speaks_tls() -> None:
    assert isinstance(await fails(f"http://127.0.0.1:{closed_port()}"), Unreachable)
    async with server(hangs_up) as url:
        assert isinstance(await fails(url.replace("http:", "https:")), Unreachable)


async def test_a_closed_client_sends_nothing() -> None:
    with pytest.raises(Unreachable):
        await Client("http://127.0.0.1:9", TOKEN, connections=1).call("getMe")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        ("200 OK", '{"ok": false, "error_code": 401, "description": "Unauthorized"}', 401),
        ("401 X", '{"ok": false, "error_code": 401, "description": "Unauthorized"}', 401),
        ("200 OK", '{"ok": false, "errorCode": 426}', 426),
        ("200 OK", '{"ok": false, "error_code": "429", "description": "Quota exceeded"}', 429),
        ("200 OK", '{"ok": false, "error_code": 408, "description": "Request timeout"}', 408),
        ("200 OK", '{"ok": false, "description": "Request timeout"}', 408),
        ("200 OK", '{"ok": false, "description": "Request Time out"}', 408),
        ("504 X", "<h1>504 Gateway Time-out</h1>", 408),
        ("504 X", '{"message": "timeout"}', 408),
        ("429 X", "<h1>slow down</h1>", 429),
        ("200 OK", '{"ok": false}', 0),
        ("200 OK", '{"ok": false, "error_code": true, "description": 5}', 0),
        ("200 OK", '{"ok": false, "error_code": "x", "description": null}', 0),
    ],
)
async def test_the_code_is_the_bodys(status: str, body: str, code: int) -> None:
    async with server(answers(status, body.encode())) as url:
        error = await fails(url)
    assert isinstance(error, Refused) and error.code == code


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (400, Rejected),
        (426, Rejected),
        (401, Unreachable),
        (404, Unreachable),
        (403, Unreachable),
        (408, Uncertain),
        (500, Uncertain),
        (0, Uncertain),
        (429, Throttled),
    ],
)
def test_what_a_refusal_means_to_a_message(code: int, expected: type[SendError]) -> None:
    error = failure(Refused(code, "Không biết"), pause=7)
    assert type(error) is expected
    assert not isinstance(error, Throttled) or error.after == 7
    assert "Không biết" not in str(error)


def test_only_known_sentences_are_repeated() -> None:
    assert str(failure(Refused(400, "Chat not found."), 0)) == "400 Chat not found."
    assert str(failure(Refused(400, "can't send 'Tăng ca' to 6ede9afa66b88fe6d6a9"), 0)) == "400"
