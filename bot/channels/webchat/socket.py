"""One open page: what its frames may look like, how fast they may come, and what it has been shown.

Used by webchat.py only. Keeps no address and nothing of what was said.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, Protocol, cast

from aiohttp import WSMessage, WSMsgType

from bot.channels.webchat.sessions import SECRET, TOKEN
from models.files.attachments import LIMITS
from models.messages.mailbox import AT_ONCE
from models.messages.message import FileKind, Outgoing

MOST_BYTES = 16 * 1024
PER_SECOND = 10.0
BURST = 30.0
SLOW = 300
"""Frames over the limit after which a socket is closed."""


class Wire(Protocol):
    """What of a websocket a page needs; polling.py has another."""

    @property
    def closed(self) -> bool: ...

    async def receive(self) -> WSMessage: ...

    async def send_str(self, frame: str, /) -> None: ...

    async def pong(self, message: bytes = b"", /) -> None: ...

    async def close(self, *, code: int, drain: bool) -> bool: ...


UPLOAD = re.compile(r"[0-9a-f]{32}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class FrameError(Exception):
    """A frame that no page of ours sends. `why` is a code; `id` is given back when the frame had one."""

    def __init__(self, why: str, id: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.id = id


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that has been judged: every field is of its type and within its bounds."""

    type: str
    id: str = ""
    text: str | None = None
    choice: str | None = None
    tapped: str = ""
    """The message whose button it was."""
    session: str | None = None
    secret: str = ""
    page: str = ""
    language: str = ""
    ids: tuple[str, ...] = ()
    kept: bool = False
    """Whether the page remembers its session when it is closed."""
    file: tuple[FileKind, str] | None = None
    """What an upload was called, and its id."""


def parse(message: WSMessage) -> Frame:
    """Raises `FrameError` for everything that is not a frame of protocol v1."""
    if message.type is not WSMsgType.TEXT:
        raise FrameError("binary")
    raw: str = message.data
    if len(raw) > MOST_BYTES or len(raw.encode()) > MOST_BYTES:
        raise FrameError("size")
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        raise FrameError("json") from None
    if not isinstance(said, dict) or not isinstance(said.get("type"), str):
        raise FrameError("shape")
    read = _READERS.get(said["type"])
    if read is None:
        raise FrameError("type")
    return read(said)


def _hello(said: dict[str, Any]) -> Frame:
    session, language = said.get("session"), said.get("language", "")
    secret, page, kept = said.get("secret", ""), said.get("page", ""), said.get("kept", False)
    if session is not None and not (isinstance(session, str) and TOKEN.fullmatch(session)):
        raise FrameError("session")
    if not (isinstance(language, str) and re.fullmatch(r"([a-z]{2})?", language)):
        raise FrameError("shape")
    if not (isinstance(secret, str) and (not secret or SECRET.fullmatch(secret))):
        raise FrameError("shape")
    if not (isinstance(page, str) and (not page or _UUID.fullmatch(page))):
        raise FrameError("shape")
    if not isinstance(kept, bool):
        raise FrameError("shape")
    return Frame("hello", session=session, language=language, secret=secret, page=page.lower(), kept=kept)


def _say(said: dict[str, Any]) -> Frame:
    id = _id(said)
    return Frame("say", id=id, text=_words(said.get("text"), id, MOST_BYTES))


def _tap(said: dict[str, Any]) -> Frame:
    id = _id(said)
    tapped = _words(said["of"], id, 64) if "of" in said else ""
    return Frame("tap", id=id, choice=_words(said.get("choice"), id, 64), tapped=tapped)


def _file(said: dict[str, Any]) -> Frame:
    id, kind, upload = _id(said), said.get("kind"), said.get("upload")
    if not isinstance(kind, str) or kind not in LIMITS or not (isinstance(upload, str) and UPLOAD.fullmatch(upload)):
        raise FrameError("shape", id)
    return Frame("file", id=id, file=(cast("FileKind", kind), upload))


def _got(said: dict[str, Any]) -> Frame:
    ids = said.get("ids")
    if not isinstance(ids, list) or len(ids) > AT_ONCE:
        raise FrameError("shape")
    return Frame("got", ids=tuple(_words(one, "", 64) for one in ids))


def _bye(said: dict[str, Any]) -> Frame:
    return Frame("bye", id=_id(said) if "id" in said else "")


def _keeps(said: dict[str, Any]) -> Frame:
    if not isinstance(said.get("kept"), bool):
        raise FrameError("shape")
    return Frame("keeps", kept=said["kept"])


def _door(said: dict[str, Any]) -> Frame:
    page = said.get("page")
    if not (isinstance(page, str) and _UUID.fullmatch(page)):
        raise FrameError("shape")
    return Frame(said["type"], page=page.lower())


_READERS: dict[str, Callable[[dict[str, Any]], Frame]] = {
    "hello": _hello,
    "say": _say,
    "tap": _tap,
    "file": _file,
    "got": _got,
    "bye": _bye,
    "keeps": _keeps,
    "allow": _door,
    "refuse": _door,
    "asking": _door,
}


def _id(said: dict[str, Any]) -> str:
    id = said.get("id")
    if not (isinstance(id, str) and _UUID.fullmatch(id)):
        raise FrameError("id")
    return id.lower()


def _words(value: Any, id: str, most: int) -> str:
    # Half a surrogate pair is valid JSON that cannot be stored; taken, it would be offered again for ever.
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise FrameError("shape", id)
    try:
        if len(value.encode()) > most:
            raise FrameError("size", id)
    except UnicodeEncodeError:
        raise FrameError("shape", id) from None
    return value


def event_id(token: str, id: str) -> str:
    """The event's id on its line: the same when a page offers it again, and never another person's.

    Hashed together, so that rows of one person have nothing in common.
    """
    return hashlib.sha256(f"{token}:{id}".encode()).hexdigest()[:32]


class Pace:
    """How fast a page may do something: BURST at once, then PER_SECOND."""

    def __init__(self) -> None:
        self._left = BURST
        self._asked = asyncio.get_running_loop().time()

    def allows(self) -> bool:
        now = asyncio.get_running_loop().time()
        self._left = min(BURST, self._left + (now - self._asked) * PER_SECOND)
        self._asked = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Socket:
    """One page's connection. One task writes to it, so a phone that has stalled delays nobody else."""

    def __init__(self, response: Wire, origin: str = "") -> None:
        self.response = response
        self.origin = origin
        """Where it comes from (bot.visitors)."""
        self.who = ""
        """Whose page it is: the person's id on the line, from `hello` on."""
        self.page = ""
        """The number of this page, which it makes anew each time it is loaded."""
        self.token = ""
        """What its session is known by to the page, once it is in: a page that waits has none."""
        self.grant = "", False
        """What it is given when it is let in: its token, and whether the person has joined."""
        self.kept = False
        """Whether it remembers its session when it is closed."""
        self.is_new = False
        """Its session began with this page: nothing can be waiting for it."""
        self.has_joined = False
        self.language = ""
        self.strikes = 0
        self.slow = 0
        self._shown: dict[str, None] = {}
        self._unconfirmed: set[str] = set()
        self._out: asyncio.Queue[str] = asyncio.Queue(2 * AT_ONCE)
        self._pace = Pace()

    def within_pace(self) -> bool:
        allowed = self._pace.allows()
        self.slow += not allowed
        return allowed

    async def tell(self, type: str, **fields: Any) -> None:
        await self._out.put(json.dumps({"type": type, **fields}, ensure_ascii=False))

    def say(self, type: str, **fields: Any) -> None:
        """As `tell`, for who cannot wait. A page that has not read so many frames is about to be closed anyway."""
        with contextlib.suppress(asyncio.QueueFull):
            self._out.put_nowait(json.dumps({"type": type, **fields}, ensure_ascii=False))

    def offer(self, message: Outgoing) -> None:
        """Shows a message once. What does not fit now stays in the mailbox until the page says `got`."""
        if message.id in self._shown or len(self._unconfirmed) >= AT_ONCE or self._out.full():
            return
        self._shown[message.id] = None
        self._unconfirmed.add(message.id)
        if len(self._shown) > 5 * AT_ONCE:
            del self._shown[next(iter(self._shown))]
        options = [
            {"token": one.token, "label": one.label, **({"kind": one.kind} if one.kind else {})} for one in message.options
        ]
        fields: dict[str, Any] = {"id": message.id, "text": message.text, "options": options, "language": message.language}
        if message.media is not None:
            fields["media"] = asdict(message.media)
        if message.edits:
            fields["edits"] = message.edits
        if message.page.copies:
            fields["copies"] = message.page.copies
        if message.page.keeps:
            fields["keeps"] = True
        self._out.put_nowait(json.dumps({"type": "message", **fields}, ensure_ascii=False))

    def has(self, ids: tuple[str, ...]) -> bool:
        """The page has these; true when there is room again after a full window."""
        was_full = len(self._unconfirmed) >= AT_ONCE
        self._unconfirmed.difference_update(ids)
        return was_full and len(self._unconfirmed) < AT_ONCE

    async def close(self, code: int) -> None:
        """Lets what was already told leave first, for as long as a healthy page needs."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._out.join(), 1)
        await self.response.close(code=code, drain=False)

    @asynccontextmanager
    async def pouring(self) -> AsyncIterator[None]:
        async def pour() -> None:
            while True:
                frame = await self._out.get()
                # The page may be gone already; what it was not shown is still in the mailbox.
                with contextlib.suppress(ConnectionError):
                    await self.response.send_str(frame)
                self._out.task_done()

        task = asyncio.create_task(pour())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
