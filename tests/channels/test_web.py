"""What an operator's monitoring asks, what nobody else may, and what the server does with half a request."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import io
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from bot.web import CannotListen, WebServer
from config.settings import Web
from tests.conftest import PostgresServer
from tests.running_app import FakeClock, RunningApp, settings_for


@pytest.fixture
async def service(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[RunningApp]:
    opened = RunningApp(settings_for(tmp_path, database_url), clock)
    await opened.open()
    await opened.app.drain()
    yield opened
    await opened.close()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_alive_and_ready(service: RunningApp, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{service.address}/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"alive": True})
    async with http.get(f"{service.address}/readyz") as answer:
        assert (answer.status, await answer.json()) == (200, {"database": True, "ticking": True})


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_the_bare_address_leads_to_the_chat(service: RunningApp, http: aiohttp.ClientSession) -> None:
    """chat.example.vn is what people type; it was “404: Not Found”."""
    async with http.get(f"{service.address}/", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/chat")
    async with http.get(f"{service.address}/") as answer:
        assert answer.status == 200 and answer.url.path == "/chat"
        assert "Công đoàn" in await answer.text()
    async with http.get(f"{service.address}/nothing") as answer:
        assert answer.status == 404


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_not_ready_when_the_tick_has_stopped(service: RunningApp, http: aiohttp.ClientSession) -> None:
    await service.clock.sleep(31)  # time passes, and nothing ticks
    async with http.get(f"{service.address}/readyz") as answer:
        assert (answer.status, await answer.json()) == (503, {"database": True, "ticking": False})


@pytest.mark.parametrize("backend", ["postgresql"])
async def test_not_ready_when_the_database_is_gone(
    service: RunningApp, http: aiohttp.ClientSession, postgres_server: PostgresServer, database_url: str
) -> None:
    name = make_url(database_url).database
    postgres_server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    postgres_server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    try:
        async with http.get(f"{service.address}/readyz") as answer:
            assert answer.status == 503
            assert not (await answer.json())["database"]
        async with http.get(f"{service.address}/healthz") as answer:
            assert answer.status == 200, "the process itself is well; restarting it would help nobody"
    finally:
        postgres_server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    async with http.get(f"{service.address}/readyz") as answer:
        assert answer.status == 200, "and comes back by itself"


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_there_are_no_metrics_unless_they_are_asked_for(service: RunningApp, http: aiohttp.ClientSession) -> None:
    """Also through a proxy that passes everything on as if it came from this machine."""
    for headers in ({}, {"X-Forwarded-For": "127.0.0.1"}, {"Authorization": "Bearer "}, {"Authorization": "Bearer x"}):
        async with http.get(f"{service.address}/metrics", headers=headers) as answer:
            assert answer.status == 404, headers
            assert "haichieu" not in await answer.text()


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_metrics_are_for_whoever_shows_the_token(
    database_url: str, tmp_path: Path, clock: FakeClock, http: aiohttp.ClientSession
) -> None:
    opened = RunningApp(settings_for(tmp_path, database_url, web={"metrics_token": "dem-1234567890"}), clock)
    await opened.open()
    try:
        async with http.get(f"{opened.address}/metrics", headers={"Authorization": "Bearer dem-1234567890"}) as answer:
            text = await answer.text()
            assert answer.status == 200
        assert "haichieu_outbound_rows" in text
        assert "haichieu_quarantine_rows 0.0" in text
        for wrong in ("Bearer dem-123456789", "Bearer dem-12345678901", "dem-1234567890", "Bearer đếm", ""):
            async with http.get(f"{opened.address}/metrics", headers={"Authorization": wrong}) as answer:
                assert answer.status == 404, wrong
    finally:
        await opened.close()


@pytest.mark.parametrize("token", ["", "dem-1234567890"])
async def test_metrics_on_a_port_of_their_own(http: aiohttp.ClientSession, token: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = Web(host="127.0.0.1", port=0, metrics_port=port, metrics_token=SecretStr(token))
    server = WebServer(settings, [], ready, refresh)
    await server.start()
    try:
        shown = {"Authorization": f"Bearer {token}"} if token else {}
        async with http.get(f"http://127.0.0.1:{server.port}/metrics", headers=shown) as answer:
            assert answer.status == 404, "not where everybody comes"
        async with http.get(f"http://127.0.0.1:{port}/metrics", headers=shown) as answer:
            assert answer.status == 200
        async with http.get(f"http://127.0.0.1:{port}/metrics") as answer:
            assert answer.status == (404 if token else 200)
        async with http.get(f"http://127.0.0.1:{port}/metrics", headers={**shown, "Host": "evil.example"}) as answer:
            assert answer.status == 421
        second = WebServer(settings, [], ready, refresh)
        with pytest.raises(CannotListen, match="address already in use") as taken:
            await second.start()
        await second.stop()
        assert taken.value.setting == "HAICHIEU_WEB__METRICS_PORT"
    finally:
        await server.stop()


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_nothing_is_served_under_a_name_that_is_not_ours(service: RunningApp, http: aiohttp.ClientSession) -> None:
    for host in ("evil.example", f"evil.example:{service.app.web.port}", "127.0.0.1.nip.io"):
        for path in ("/chat", "/chat/ws", "/healthz", "/readyz", "/static/chat.js", "/nothing"):
            async with http.get(f"{service.address}{path}", headers={"Host": host}) as answer:
                assert answer.status == 421, (host, path)
    async with http.get(f"{service.address}/chat", headers={"Host": f"localhost:{service.app.web.port}"}) as answer:
        assert answer.status == 200


HALVES = {
    "nothing": b"",
    "half a line": b"GET /cha",
    "half a head": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ",
    "a second one": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /hea",
    "half a body": b"POST /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nabc",
}


@pytest.mark.parametrize("sent", HALVES.values(), ids=list(HALVES))
async def test_half_a_request_ends_however_slowly_the_rest_comes(sent: bytes) -> None:
    server = WebServer(Web(host="127.0.0.1", port=0), [], ready, refresh, unfinished=0.2)
    await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)

    async def trickles() -> None:
        while not writer.is_closing():
            writer.write(b"a")
            await asyncio.sleep(0.05)

    writer.write(sent)
    trickling = asyncio.create_task(trickles()) if sent else None
    try:
        async with asyncio.timeout(15):  # in vain on a server that waits: it ends the connection by itself
            with contextlib.suppress(ConnectionError):
                while await reader.read(4096):
                    pass
    finally:
        if trickling is not None:
            trickling.cancel()
        writer.close()
        await server.stop()


def test_ten_seconds_are_what_a_request_may_take() -> None:
    assert inspect.signature(WebServer).parameters["unfinished"].default == 10


async def ready() -> dict[str, bool]:
    return {}


async def refresh() -> None:
    return None


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_unknown_paths_and_methods_say_little(service: RunningApp, http: aiohttp.ClientSession) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("GET", "/../config/settings.py", 404),
        ("POST", "/healthz", 405),
        ("POST", "/telegram/webhook", 404),  # no token: no such line
        ("GET", "/%00", 404),
    ):
        async with http.request(method, f"{service.address}{path}") as answer:
            assert answer.status == status, path
            assert "Traceback" not in await answer.text()


async def test_a_taken_port_is_an_oserror_and_bodies_have_an_end(http: aiohttp.ClientSession) -> None:
    async def read(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    first = WebServer(Web(host="127.0.0.1", port=0), [web.post("/read", read)], ready, refresh)
    await first.start()
    second = WebServer(Web(host="127.0.0.1", port=first.port), [], ready, refresh)
    try:
        with pytest.raises(OSError, match="address already in use"):
            await second.start()
        async with http.post(f"http://127.0.0.1:{first.port}/read", data=io.BytesIO(b"x" * 2_000_000)) as answer:
            assert answer.status == 413
    finally:
        await second.stop()
        await first.stop()
