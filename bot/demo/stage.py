"""The demo's stage: the real service on this machine, with the made-up union, in a directory that is gone afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import delete

from bot.app import App
from bot.channels.webchat.channel import WebChannel
from bot.channels.webchat.sessions import Sessions
from bot.clock import SystemClock
from bot.demo import union
from bot.pages import page, routes
from config.settings import Notices, Officers, Privacy, Settings, Telegram, Web, ZaloBot
from models.all_tables import METADATA
from models.messages.message import Inbound
from models.store.database import Session
from models.store.ids import new_id
from models.store.sealing import Keyring

PHONES = {"worker": "An", "leader": "Trần Thị Mai", "chair": "Nguyễn Văn Hùng"}


class DemoClock(SystemClock):
    """The machine's clock, which the tour may put forward: nobody watches a week go by."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self._ahead

    def skip(self, **time: float) -> None:
        self._ahead += timedelta(**time)


class Stage:
    """The service with its three phones. `sessions` are the phones' web chat tokens; `reset` begins the story anew."""

    def __init__(self, settings: Settings) -> None:
        self.clock = DemoClock()
        self.app = App(
            settings,
            self.clock,
            extra_routes=[
                web.get("/", self._front),
                web.get("/demo", page("demo.html", demo=True)),
                web.get("/demo/chat", page("chat.html", demo=True)),
                *routes(demo=True),
                web.get("/demo/sessions", self._tell_sessions),
                web.post("/demo/reset", self._reset_asked),
            ],
        )
        self._tokens = Sessions(self.app.database.keyring)
        self._people: dict[str, str] = {}
        self.sessions: dict[str, str] = {}
        self.codes: union.Codes
        self._setting = asyncio.Lock()
        self._was_opened = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.app.web.port}"

    async def reset(self) -> None:
        """Empties the database, founds the union again, and seats the two officers at their phones."""
        async with self._setting:
            self.codes = await self.app.writer.write(_found_again)
            self._people = {phone: self._tokens.somebody() for phone in PHONES}
            self._was_opened = False
            today = self.clock.now().date()
            self.sessions = {phone: self._tokens.seal(who, "", today) for phone, who in self._people.items()}
            for phone, code in (("leader", self.codes.leader), ("chair", self.codes.chair)):
                await self._say(phone, f"/start {code}")
                for answer in ("Đồng ý", "Không"):
                    await self._say(phone, answer)
            await self._say("worker", f"/start {self.codes.team}")

    async def _say(self, phone: str, text: str) -> None:
        who = self._people[phone]
        event = Inbound(line=WebChannel.line, external_id=new_id(), sender=who, text=text, language="vi", remembers=True)
        await self.app.dispatcher.receive(event)

    async def _front(self, _request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/demo")

    async def _tell_sessions(self, request: web.Request) -> web.StreamResponse:
        """A page that is not the first finds phones whose messages lie in the first one, and asks the service again."""
        _from_this_page(request)
        again, self._was_opened = self._was_opened, True
        phones = {
            phone: {
                "session": self.sessions[phone],
                "name": name,
                "again": again,
                "code": self.codes.team if phone == "worker" else "",
            }
            for phone, name in PHONES.items()
        }
        return web.json_response(phones, headers={"Cache-Control": "no-store"})

    async def _reset_asked(self, request: web.Request) -> web.StreamResponse:
        _from_this_page(request)
        await self.reset()
        return web.Response(status=204)


def _from_this_page(request: web.Request) -> None:
    """Pages of other sites may not fetch the sessions or start the demo over; nor may a name that resolves here later."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    host = request.host.partition(":")[0]
    if site not in ("same-origin", "none") or host not in ("127.0.0.1", "localhost"):
        raise web.HTTPForbidden


def _found_again(session: Session) -> union.Codes:
    for table in reversed(METADATA.sorted_tables):
        if table.name != "lease":  # the running senders keep their lines
            session.execute(delete(table))
    return union.found(session)


@asynccontextmanager
async def stage(port: int) -> AsyncIterator[Stage]:
    """A stage that is set but whose service is not started yet."""
    with TemporaryDirectory(prefix="haichieu-demo-") as directory:
        key_file = Path(directory) / "haichieu.key"
        Keyring.new().write(key_file)
        # Made here and not read: the demo must not touch what haichieu.toml or the environment configure.
        settings = Settings.model_construct(
            database_url=SecretStr(f"sqlite:///{directory}/demo.db"),
            key_file=key_file,
            media_dir=Path(directory) / "media",
            round_keys_dir=Path(directory) / "round-keys",
            web=Web(host="127.0.0.1", port=port),
            telegram=Telegram(),
            zalo_bot=ZaloBot(),
            privacy=Privacy(relay_minutes=(0, 0)),
            officers=Officers(confirm=False, quiet=None),
            notices=Notices(quiet=None),
            log_level="error",
        )
        yield Stage(settings)
