"""What the web chat refuses: frames no page sends, other sites, too much at once; and how its pages are served."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import pages
from bot.writer import Writer
from config.settings import Web
from tests.channels.webchat_wire import WAYS, Wire, join, opened, writing
from tests.waiting import HANGS

U = "6d4f0e0e-58a1-4a3c-9f39-0d3c4f2d7a11"


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    async with writing(tmp_path) as writer:
        yield writer


@pytest.fixture(params=WAYS)
async def wire(writer: Writer, request: pytest.FixtureRequest) -> AsyncIterator[Wire]:
    async with opened(writer) as wire:
        wire.refuses_sockets = request.param == "requests"
        yield wire


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("không phải JSON", "json"),
        ("[" * 8000, "json"),
        ("[]", "shape"),
        ('{"type": 7}', "shape"),
        ('{"type": "shout"}', "type"),
        ('{"type": "hello"}', "hello"),
        ('{"type": "say", "text": "a"}', "id"),
        ('{"type": "say", "id": "1", "text": "a"}', "id"),
        (f'{{"type": "say", "id": "{U}", "text": 5}}', "shape"),
        (f'{{"type": "say", "id": "{U}", "text": "  "}}', "shape"),
        (f'{{"type": "say", "id": "{U}", "text": "\\ud800"}}', "shape"),
        (f'{{"type": "say", "id": "{U}", "text": "a\\u0000"}}', "shape"),
        (f'{{"type": "tap", "id": "{U}", "choice": "{"x" * 65}"}}', "size"),
        ('{"type": "got", "ids": "all"}', "shape"),
        ('{"type": "got", "ids": [1]}', "shape"),
        (json.dumps({"type": "say", "id": U, "text": "a" * 17_000}), "size"),
    ],
)
async def test_a_frame_no_page_of_ours_sends_is_refused(wire: Wire, raw: str, why: str) -> None:
    page = await wire.page()
    await page.socket.send_str(raw)
    assert (await page.hears("refused"))["why"] == why
    await page.tells("say", id=U, text="vẫn nói được")
    await page.hears("received")


@pytest.mark.parametrize("wire", [WAYS[0]], indirect=True)  # of requests: test_webchat_polling
async def test_a_frame_that_is_no_text_is_refused(wire: Wire) -> None:
    page = await wire.page()
    await page.socket.send_bytes(b"\x00\x01")
    assert (await page.hears("refused"))["why"] == "binary"


@pytest.mark.parametrize("session", ["short", "A" * 43, "A" * 44, "!" * 43, "A" * 120, 5])
async def test_a_session_of_the_wrong_shape_is_refused(wire: Wire, session: Any) -> None:
    page = await wire.page(hello=False)
    await page.tells("hello", session=session)
    assert (await page.hears("refused"))["why"] == "session"


async def test_nothing_is_heard_before_hello(wire: Wire) -> None:
    page = await wire.page(hello=False)
    await page.tells("say", id=U, text="a")
    assert await page.hears("refused") == {"type": "refused", "why": "hello", "id": U}
    assert wire.came == []


async def test_a_socket_that_keeps_sending_nonsense_is_closed(wire: Wire) -> None:
    page = await wire.page()
    for _ in range(5):
        await page.socket.send_str("?")
    assert await page.sees_closing() == 1008


async def test_a_long_text_is_passed_on_for_the_conversation_to_answer(wire: Wire) -> None:
    page = await wire.page()
    await page.tells("say", id=U, text="a" * 6000)
    await page.hears("received")
    assert len(wire.came[0].text or "") == 6000


async def test_a_socket_that_talks_too_fast_is_told_and_loses_nothing(wire: Wire) -> None:
    page = await wire.page()
    ids = [str(uuid.uuid4()) for _ in range(40)]
    for id in ids:
        await page.tells("say", id=id, text="a")
    heard = [json.loads((await asyncio.wait_for(page.socket.receive(), HANGS)).data) for _ in ids]
    received = [frame["id"] for frame in heard if frame["type"] == "received"]
    assert {frame["type"] for frame in heard} == {"received", "slow"}
    assert 29 <= len(received) == len(wire.came) < 40


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://[", ""])
async def test_pages_of_other_sites_are_turned_away(wire: Wire, origin: str) -> None:
    response = await wire.get("/chat/ws", Origin=origin)
    assert response.status == 403


async def test_the_public_address_is_our_site_too(writer: Writer) -> None:
    async with opened(writer, Web(public_url="https://chat.example.vn")) as wire:
        await wire.page(origin="https://chat.example.vn")
        for other in ("http://chat.example.vn", "https://chat.example.vn.evil.example"):
            assert (await wire.get("/chat/ws", Origin=other)).status == 403


async def test_a_full_house_says_so(writer: Writer) -> None:
    await join(writer)
    async with opened(writer, sockets=1) as wire:
        page = await wire.page()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await wire.page()
        assert refusal.value.status == 503
        await page.socket.close()
        await wire.page()


async def test_stopping_closes_every_page(wire: Wire) -> None:
    page = await wire.page()
    await wire.channel.stop()
    assert await page.sees_closing() == 1001
    await wire.channel.stop()


async def test_the_page_carries_strict_headers_and_nothing_inline(wire: Wire) -> None:
    response = await wire.get("/chat")
    policy = response.headers["Content-Security-Policy"]
    for rule in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'self'",
        "base-uri 'none'",
    ):
        assert rule in policy
    assert "unsafe" not in policy
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    html = await response.text()
    assert " style=" not in html
    assert "<style" not in html
    assert "http://" not in html
    assert "https://" not in html
    assert " on" + "click" not in html


async def test_files_are_kept_by_browsers_under_their_digest(wire: Wire) -> None:
    html = await (await wire.get("/chat")).text()
    (path,) = [word.split('"')[0] for word in html.split('href="') if word.split('"')[0].endswith("chat.css")]
    response = await wire.get(path)
    assert response.content_type == "text/css"
    assert "immutable" in response.headers["Cache-Control"]
    plain = await wire.get("/static/chat.js")
    assert plain.content_type == "text/javascript"
    assert plain.headers["Cache-Control"] == "no-cache"
    same = await wire.get("/static/chat.js", **{"If-None-Match": plain.headers["ETag"]})
    assert same.status == 304
    for missing in (
        "/static/none.js",
        "/static/demo.js",
        "/static/demo_chat.js",
        "/demo/static/demo_chat.js",
        "/static/chat.html",
        "/static/__init__.py",
        "/static/..%2f__init__.py",
    ):
        assert (await wire.get(missing)).status == 404


def test_no_file_of_a_unions_page_takes_a_session_from_an_address() -> None:
    """Nor is any of the demo's files served there (above)."""
    served = {name: content for name, content in pages.files().items() if not name.startswith("demo")}
    assert {"chat.html", "page.js", "chat.js", "session.js"} <= served.keys()
    for name, content in served.items():
        assert b"phien" not in content and b"khung" not in content and b"window.name" not in content, name
    assert b"phien" in pages.files()["demo_chat.js"]
