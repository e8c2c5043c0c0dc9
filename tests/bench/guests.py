"""A member of the web chat beside 150 strangers who flood it, and the same member alone: `python -m tests.bench guests`.

The real service (`haichieu run`, SQLite), over real sockets; strangers are a process of their own (`tests.bench.flood`),
each at the ten messages a second that the protocol allows, and come back as soon as they are closed. A round without
strangers stands before and after each round with them, so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import aiohttp

from bot.demo import union
from models.store import schema
from models.store.database import Database
from models.store.sealing import Keyring
from tests.bench.processes import Child
from tests.bench.table import show, show_targets, target

STRANGERS = 150
WANTED = 1.5


async def member(address: str, code: str, token: str = "", turns: int = 40) -> tuple[str, list[float]]:
    """Joins (or goes on), writes “menu” so many times, a fifth of a second apart: how long each took to be received."""
    times = []
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{address}/chat/ws", origin=address) as socket:
        await socket.send_json({"type": "hello", "session": token or None, "language": "vi"})
        token = (await until(socket, "welcome"))["session"]
        if code:
            await say(socket, f"/start {code}")
            for answer in ("Đồng ý", "Không", "Của tôi: nhớ trên máy này"):
                await say(socket, answer)
        for _ in range(turns):
            began = time.monotonic()
            await say(socket, "menu")
            times.append(time.monotonic() - began)
            await asyncio.sleep(0.2)
    return token, sorted(times)


async def say(socket: aiohttp.ClientWebSocketResponse, text: str) -> None:
    while True:
        await socket.send_json({"type": "say", "id": (event := str(uuid4())), "text": text})
        heard = await until(socket, "received", "slow")
        if heard["type"] == "received" and heard["id"] == event:
            return
        await asyncio.sleep(1)


async def until(socket: aiohttp.ClientWebSocketResponse, *kinds: str) -> dict[str, str]:
    while True:
        heard: dict[str, str] = json.loads((await socket.receive(60)).data)
        if heard["type"] == "message":
            await socket.send_json({"type": "got", "ids": [heard["id"]]})
        if heard["type"] in kinds:
            return heard


def p50(times: list[float]) -> float:
    return times[len(times) // 2]


def main(*, quick: bool) -> None:
    rounds, turns, strangers = (1, 15, 50) if quick else (3, 40, STRANGERS)
    with tempfile.TemporaryDirectory(prefix="haichieu-bench-") as name:
        folder = Path(name)
        keyring = Keyring.new()
        keyring.write(folder / "haichieu.key")
        database = Database(f"sqlite:///{folder}/haichieu.db", keyring)
        schema.upgrade(database)
        with database.transaction() as session:
            codes = union.found(session)
        database.close()
        settings = {
            "DATABASE_URL": f"sqlite:///{folder}/haichieu.db",
            "KEY_FILE": f"{folder}/haichieu.key",
            "WEB__PORT": "0",
        }
        with Child(folder, "bot", "run", env={f"HAICHIEU_{key}": value for key, value in settings.items()}) as service:
            while not (found := re.search(r'"port": (\d+), "event": "started"', service.log.read_text())):
                time.sleep(0.1)
            address = f"http://127.0.0.1:{found[1]}"
            token, _ = asyncio.run(member(address, codes.team, turns=0))
            alone, beside = [], []
            for _ in range(rounds):
                alone += asyncio.run(member(address, "", token, turns))[1]
                with Child(folder, "tests.bench.flood", address, str(strangers)) as flood:
                    flood.first_line()
                    beside += asyncio.run(member(address, "", token, turns))[1]
            alone += asyncio.run(member(address, "", token, turns))[1]
    alone, beside = sorted(alone), sorted(beside)
    rows = [
        (what, f"{p50(times) * 1000:.1f}", f"{times[int(len(times) * 0.99)] * 1000:.1f}", str(len(times)))
        for what, times in (("alone", alone), (f"beside {strangers} strangers", beside))
    ]
    show("A member's message until it is received, ms", ("", "p50", "p99", "messages"), rows)
    ratio = p50(beside) / p50(alone)
    show_targets([target("p50 beside strangers, of that alone", ratio, f"<= {WANTED} x", ratio <= WANTED)])
