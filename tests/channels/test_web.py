"""What an operator's monitoring asks, and what nobody outside this machine may."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy.engine import make_url

from bot.web import WebServer, is_this_machine
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


async def test_metrics_are_for_this_machine(service: RunningApp, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{service.address}/metrics") as answer:
        text = await answer.text()
        assert answer.status == 200
    assert "haichieu_outbound_rows" in text
    assert "haichieu_quarantine_rows 0.0" in text


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_metrics_are_never_passed_on(service: RunningApp, http: aiohttp.ClientSession) -> None:
    for header in ("X-Forwarded-For", "x-forwarded-for", "Forwarded"):
        for value in ("127.0.0.1", "203.0.113.9", ""):
            async with http.get(f"{service.address}/metrics", headers={header: value}) as answer:
                assert answer.status == 404, header
                assert "haichieu" not in await answer.text()


def test_what_counts_as_this_machine() -> None:
    assert all(map(is_this_machine, ("127.0.0.1", "127.9.9.9", "::1")))
    assert not any(map(is_this_machine, ("10.0.0.1", "203.0.113.9", "::", "0.0.0.0", "", "localhost", "unix:/x")))


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
    async def ready() -> dict[str, bool]:
        return {}

    async def refresh() -> None:
        return None

    async def read(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    first = WebServer("127.0.0.1", 0, [web.post("/read", read)], ready, refresh)
    await first.start()
    second = WebServer("127.0.0.1", first.port, [], ready, refresh)
    try:
        with pytest.raises(OSError, match="address already in use"):
            await second.start()
        async with http.post(f"http://127.0.0.1:{first.port}/read", data=io.BytesIO(b"x" * 2_000_000)) as answer:
            assert answer.status == 413
    finally:
        await second.stop()
        await first.stop()
