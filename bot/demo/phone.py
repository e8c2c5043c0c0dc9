"""A phone with the web chat page open, for the tour: a plain websocket that shows what its person sees."""

from __future__ import annotations

import asyncio
import json
import textwrap
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import aiohttp

from config.i18n import Language
from handlers.operator import tour_words


class TourError(Exception):
    """A step of the tour did not go as the story says; `what` names the words of it (handlers/operator/tour_words.py)."""

    def __init__(self, what: str, **values: object) -> None:
        super().__init__(what)
        self.what, self.values = what, values


def _nothing(*_words: object) -> None:
    """Instead of `print`."""


class Phone:
    """One person's phone. `says` and `taps` print what is done; `sees` prints the next message and checks it."""

    WAIT = 30.0
    LOOKS = 15
    """Seconds, and into how many parts the wait for a message falls."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        address: str,
        name: str,
        session: str = "",
        *,
        reader: Language,
        printed: bool = True,
    ) -> None:
        self._reader = reader
        self._print = print if printed else _nothing
        self._http = http
        self._address = address
        self.name = name
        self._session = session
        self._unread: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._received: dict[str, tuple[dict[str, str], asyncio.Future[None]]] = {}
        self._offered: dict[str, str] = {}
        self._newest: list[str] = []
        self._reading: asyncio.Task[None] | None = None
        self.messages = 0
        self.media: dict[str, str] | None = None

    def _tell(self, what: str, **values: object) -> None:
        self._print("\n" + tour_words.text(self._reader, what, name=self.name, **values))

    async def open(self) -> None:
        self._socket = await self._http.ws_connect(f"{self._address}/chat/ws", origin=self._address)
        await self._socket.send_json({"type": "hello", "session": self._session or None, "language": "vi"})
        self._reading = asyncio.create_task(self._read())

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        await self._socket.close()

    async def _read(self) -> None:
        async for frame in self._socket:
            got = json.loads(frame.data)
            if got["type"] == "message":
                await self._socket.send_json({"type": "got", "ids": [got["id"]]})
                if got.get("keeps"):  # as the page does
                    await self._socket.send_json({"type": "keeps", "kept": True})
                self._unread.put_nowait(got)
            elif got["type"] == "received":
                if got["id"] in self._received:  # not said a second time, after it was offered twice
                    self._received.pop(got["id"])[1].set_result(None)
            elif got["type"] == "slow":  # nobody types as fast as a tour: like the page, it offers what was not taken again
                await asyncio.sleep(1)
                for sent, _ in list(self._received.values()):
                    await self._socket.send_json(sent)
            elif got["type"] != "welcome":
                raise TourError("answered", name=self.name, type=got["type"])

    async def _send(self, frame: dict[str, str]) -> None:
        frame["id"] = str(uuid4())
        taken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._received[frame["id"]] = (frame, taken)
        await self._socket.send_json(frame)
        try:
            await asyncio.wait_for(taken, self.WAIT)
        except TimeoutError:
            raise TourError("not_taken", name=self.name) from None

    async def says(self, text: str) -> None:
        self._tell("writes", words=text)
        await self._send({"type": "say", "text": text})

    async def taps(self, label: str) -> None:
        self._tell("taps", label=label)
        if label not in self._offered:
            raise TourError("no_button", name=self.name, label=label)
        await self._send({"type": "tap", "choice": self._offered[label]})

    async def sees(self, *words: str, meanwhile: Callable[..., object] = _nothing) -> str:
        """The next message; it must have all these words. `meanwhile` is done as long as there is none."""
        message = await self._next(meanwhile)
        if message is None:
            raise TourError("sees_nothing", name=self.name, words=words[0])
        text = str(message["text"])
        for option in message["options"]:
            self._offered[option["label"]] = option["token"]
        self._newest = [option["label"] for option in message["options"]]
        self._tell("sees")
        self._print(textwrap.indent(text, "    │ ", lambda _line: True))
        if message["options"]:
            self._print("    │ " + "  ".join(f"[{option['label']}]" for option in message["options"]))
        for word in words:
            if word not in text:
                raise TourError("should_see", name=self.name, words=word)
        self.messages += 1
        self.media = message.get("media")
        return text

    async def comes(self, *words: str) -> str:
        """The message with all these words, behind whatever else came before it: news are opened one after the other."""
        while True:
            text = await self.sees("")
            if all(word in text for word in words):
                return text
            if "Gõ 1 để xem" in text:
                await self.taps("Xem")
            elif "Xem tin tiếp theo" in self._newest:
                await self.taps("Xem tin tiếp theo")

    async def _next(self, meanwhile: Callable[..., object]) -> dict[str, Any] | None:
        for _ in range(self.LOOKS):
            try:
                return await asyncio.wait_for(self._unread.get(), self.WAIT / self.LOOKS)
            except TimeoutError:
                meanwhile()
        return None

    async def opens(self) -> bytes:
        """The file under the newest message, as the page fetches it."""
        if self.media is None:
            raise TourError("no_file", name=self.name)
        address = f"{self._address}/chat/media/{self.media['case_id']}/{self.media['id']}"
        async with self._http.get(address, headers={"Authorization": f"Bearer {self._session}"}) as answer:
            if answer.status != 200:
                raise TourError("file_closed", name=self.name, status=answer.status)
            return await answer.read()

    def sees_nothing_more(self) -> None:
        if not self._unread.empty():
            raise TourError("sees_too_much", name=self.name, words=self._unread.get_nowait()["text"])
