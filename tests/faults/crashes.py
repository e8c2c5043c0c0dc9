"""A town of people on a standalone Telegram, and service processes that come and go: what crash tests are played in."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import func, select, update
from sqlmodel import col

from bot.demo import union
from models.broadcasts.recipients import Recipient
from models.grievances.cases import Grievance
from models.messages.leases import Lease
from models.messages.outbox import Outbound
from models.store import schema
from models.store.database import Database
from models.store.sealing import Keyring
from tests.faults.nursery import Life, Nursery
from tests.waiting import HANGS, SOMETIMES, until

TOKEN = "123456:TEST"
SECRET = "crash-secret-0001"
PATIENCE = HANGS / 2
"""Seconds that anybody looks at an unchanged screen before the test says that they wait in vain."""


@contextmanager
def telegram_of_its_own() -> Iterator[str]:
    """The emulator as another process; yields its address."""
    command = [sys.executable, "-m", "tests.emulators.telegram", "--token", TOKEN, "--strict"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
        process.terminate()


class Citizen:
    """Somebody who joins and then files; takes the next step when the screen shows what it needs."""

    def __init__(self, town: Town, user: int, code: str, words: str = "") -> None:
        self.town, self.user, self.code, self.words = town, user, code, words
        self.screen: list[dict[str, Any]] = []
        steps: list[tuple[str, str, str]] = [
            ("", "text", f"/start {code}"),
            ("[Đồng ý]", "tap", "Đồng ý"),
            ("[Chỉ thông báo]", "tap", "Không"),
        ]
        if words:
            steps += [
                ("[Viết phản ánh]", "tap", "Viết phản ánh"),
                ("", "text", words),
                ("[Gửi tổ trưởng công đoàn]", "tap", "Gửi tổ trưởng công đoàn"),
            ]
        self.steps = steps
        self.done = 0
        self.moved = time.time()

    @property
    def sees(self) -> str:
        return "\n".join(map(shown, self.screen))

    @property
    def is_content(self) -> bool:
        """Everybody hears one thing for each of their steps."""
        return self.heard >= self.done == len(self.steps)

    @property
    def heard(self) -> int:
        return len({identity(message) for message in self.screen})

    async def look(self) -> None:
        """Looks at the screen, and takes the next step if it can."""
        if self.is_content:
            return
        self.screen = (await self.town.ask("chat", id=self.user))["inbox"]
        if self.done < len(self.steps) and self.heard >= self.done and self.steps[self.done][0] in self.sees:
            _, kind, value = self.steps[self.done]
            self.done, self.moved = self.done + 1, time.time()
            await self.town.tell("deliver", user=self.user, **{kind: value})
        assert time.time() - self.moved < PATIENCE, f"{self.user} waits in vain.\n{self.sees}"


def shown(message: dict[str, Any]) -> str:
    """A message on the screen with its buttons in square brackets."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return message["text"] + "".join(f"\n[{button['text']}]" for row in rows for button in row)


def identity(message: dict[str, Any]) -> str:
    """What makes it this message and no other."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return told(message["text"], [button["callback_data"] for row in rows for button in row])


def says_only_that_there_is_news(identity: str) -> bool:
    """Whether this is the message that stands for all that is unread: it is changed, and equal to earlier ones."""
    return identity.endswith("news::::")


def told(text: str, tokens: list[str]) -> str:
    return "\n".join([text, *tokens])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Town:
    """One union on one database and one bot. `live` plays what people do until everybody is content."""

    def __init__(self, nursery: Nursery, http: aiohttp.ClientSession, url: str, folder: Path, database_url: str) -> None:
        self.nursery, self.url, self._http = nursery, url, http
        self.log = folder / "service.log"
        key_file = folder / "haichieu.key"
        Keyring.new().write(key_file)
        self.database = Database(database_url, Keyring.read(key_file))
        if schema.current(self.database) is None:
            schema.upgrade(self.database)
        with self.database.transaction() as session:
            self.codes = union.found(session)
        self.env = {
            "HAICHIEU_DATABASE_URL": database_url,
            "HAICHIEU_KEY_FILE": str(key_file),
            "HAICHIEU_MEDIA_DIR": str(folder / "media"),
            "HAICHIEU_TELEGRAM__TOKEN": TOKEN,
            "HAICHIEU_TELEGRAM__API_URL": url,
            "HAICHIEU_TELEGRAM__PER_SECOND": "1000",
            "HAICHIEU_WEB__PORT": "0",
            "HAICHIEU_PRIVACY__RELAY_MINUTES": "0",
            "HAICHIEU_OFFICERS__CONFIRM": "false",
            "HAICHIEU_OFFICERS__QUIET": "",
            "HAICHIEU_NOTICES__QUIET": "",
            "HAICHIEU_LOG_LEVEL": "warning",
        }
        self.pushed, self.webhook = False, ""
        self.people: list[Citizen] = []
        self.lives: list[Life] = []

    async def ask(self, name: str, **query: Any) -> Any:
        async with self._http.get(f"{self.url}/control/{name}", params=query) as answer:
            return await answer.json()

    async def tell(self, name: str, **asked: Any) -> Any:
        async with self._http.post(f"{self.url}/control/{name}", json=asked) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def metrics(self, address: str) -> list[str]:
        """What the process that serves there tells an operator's monitoring."""
        shown = {"Authorization": f"Bearer {SECRET}"}  # HAICHIEU_WEB__METRICS_TOKEN
        async with self._http.get(f"{address}/metrics", headers=shown) as answer:
            return (await answer.text()).splitlines()

    async def enters(self, code: str, words: str = "") -> Citizen:
        [user] = (await self.tell("users"))["ids"]
        self.people.append(Citizen(self, user, code, words))
        return self.people[-1]

    def starts(self, **job: Any) -> Life:
        """A new process of the service. `env`: settings of its own; the rest is for tests.faults.victim."""
        env = {**self.env, **job.pop("env", {})}
        self.pushed = env.get("HAICHIEU_TELEGRAM__MODE") == "webhook"
        life = self.nursery.bear(env, self.log, **job)
        self.lives.append(life)
        return life

    def a_minute_passes(self) -> None:
        """What a dead process held is free. A minute on the clock does the same, and takes a minute."""
        now = datetime.now(UTC)
        with self.database.transaction() as session:
            session.execute(update(Lease).values(until=now))
            session.execute(update(Outbound).where(col(Outbound.state) == "sending").values(leased_until=now))
            session.execute(update(Recipient).where(col(Recipient.state) == "sending").values(due_at=now))

    def a_minute_ahead(self) -> None:
        """The same for processes that live on: their clocks are a minute and a second ahead of the machine's from now."""
        Path(f"{self.log}.ahead").write_text("61")

    async def calls(self) -> int:
        """How often Telegram was asked for something so far."""
        called: int = (await self.ask("state"))["sent"]
        return called

    async def webhook_is_set(self, beside: str = "") -> None:
        """Until Telegram pushes to a new process."""

        async def is_set() -> bool:
            self.webhook = (await self.ask("state"))["webhook"]
            return self.webhook not in ("", beside)

        await until(is_set, SOMETIMES)

    def journal(self) -> list[tuple[int, str, str]]:
        """Every message that a process began to send: its number, to whom, and which (`identity`)."""
        with Path(f"{self.log}.sent").open() as lines:
            return [(pid, to, told(text, tokens)) for pid, to, text, tokens in map(json.loads, lines)]

    def at_rest(self) -> bool:
        """Every case is posted and every message sent. (What was posted is forgotten within the hour:
        models.anonymity.intake.)
        """
        filed = sum(bool(somebody.words) for somebody in self.people)
        with self.database.reading() as session:
            posted, waiting = (
                session.execute(select(func.count()).select_from(table)).scalar_one() for table in (Grievance, Outbound)
            )
        return posted >= filed and not waiting

    async def goes_on(self) -> None:
        """People do what they can now, and Telegram offers again what a webhook did not take."""
        await asyncio.gather(*(somebody.look() for somebody in self.people))
        if self.pushed and (await self.ask("state"))["webhook"]:
            await self.tell("redeliver")
        await asyncio.sleep(SOMETIMES)

    async def settles(self) -> None:
        """Until everybody is content, and nothing is left to do."""
        async with asyncio.timeout(HANGS):
            while not (all(somebody.is_content for somebody in self.people) and self.at_rest()):
                await self.goes_on()
            while (await self.ask("state"))["pending"]:
                await self.goes_on()

    async def loses(self, life: Life) -> None:
        """Until this process has killed itself."""
        async with asyncio.timeout(HANGS):
            while life.code is None:
                await self.goes_on()
        assert life.code == -signal.SIGKILL, f"{life}\n{self.log.read_text()}"

    async def ends(self, life: Life) -> None:
        await until(lambda: life.code is not None)

    async def stops(self, life: Life) -> None:
        """SIGTERM, as a service manager sends it."""
        os.kill(life.pid, signal.SIGTERM)
        await self.ends(life)
        assert life.code == 0, f"{life}\n{self.log.read_text()}"


@asynccontextmanager
async def a_town(nursery: Nursery, folder: Path, database_url: str) -> AsyncIterator[Town]:
    with telegram_of_its_own() as url:
        async with aiohttp.ClientSession() as http:
            town = Town(nursery, http, url, folder, database_url)
            yield town
            town.database.close()
