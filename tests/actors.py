"""People, as stories see them: they say and tap on a real channel, and see their screen."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from uuid import uuid4

import aiohttp

from tests.emulators.telegram import TelegramEmulator
from tests.emulators.zalo import ZaloEmulator
from tests.running_app import RunningApp
from tests.waiting import HANGS

PREVIEWS = re.compile(r"Gõ 1 để xem\.|Write 1 to see (it|them)\.")
"""What stands in a message that says only that there is news."""
SEE = ("Xem", "See")
"""The button that opens it."""
MORE = ("Thêm…", "More…")
"""The button behind which there is the rest of a menu."""
FOLLOWING = ("Xem tin tiếp theo", "See the next news")
"""The button under one that was opened, while others wait."""
MINE = "Của tôi: nhớ trên máy này"
"""What the owner of a phone answers on a page that would forget them."""


class Person(ABC):
    """Somebody with a phone. `seen` counts the messages that the story has looked at; `opened` the previews they have
    opened, which people do when they look for something that is not on the screen. `curious` is false for who does not.
    `steps` counts what they have sent and tapped. `known`: what the messages looked at said then; one that was changed since
    is as good as new."""

    curious = True
    origin_is_shared = False
    """Whether all people on this channel come from one address: this machine."""

    def __init__(self, service: RunningApp, name: str) -> None:
        self.service = service
        self.name = name
        self.seen = 0
        self.opened = 0
        self.steps = 0
        self.known: list[str] = []

    @abstractmethod
    async def say(self, text: str) -> None:
        """Sends words the way this channel does, and returns when the service has them."""

    @abstractmethod
    async def tap(self, label: str) -> None:
        """Taps the newest button with this label."""

    @abstractmethod
    async def texts(self) -> list[str]:
        """Every message on the screen, oldest first, with its buttons in square brackets."""

    async def says(self, *texts: str) -> None:
        for text in texts:
            await self.say(text)
            self.steps += 1
            await self.service.app.drain()

    async def taps(self, *labels: str) -> None:
        """Taps one button after another; who is curious has first looked at what arrived meanwhile."""
        for label in labels:
            if label not in SEE:
                await self.opens_news()
            await self._finds(label)
            await self.tap(label)
            self.steps += 1
            await self.service.app.drain()

    async def _finds(self, label: str) -> None:
        """Looks under “More…” for a button that is nowhere on the screen, as far as the newest menu goes."""
        for _ in range(5):
            texts = await self.offering()
            more = next((one for one in MORE if f"\n[{one}]" in texts[-1]), "") if texts else ""
            if not more or label in MORE or any(f"\n[{label}]" in text for text in texts):
                return
            await self.tap(more)
            self.steps += 1
            await self.service.app.drain()

    async def offering(self) -> list[str]:
        """The messages whose buttons can be tapped, oldest first."""
        return [text for text in await self.texts() if text.endswith("]") and "\n[" in text]

    async def sees(self, *words: str) -> str:
        """The next message, among those not looked at, that has all these words; looks past those before it."""
        while True:
            texts = await self.texts()
            for place, text in enumerate(texts):
                changed = place < self.seen and self.known[place : place + 1] != [text]
                if (changed or place >= self.seen) and all(word in text for word in words):
                    self.seen = max(self.seen, place + 1)
                    self.known = [*texts[: place + 1], *self.known[place + 1 :]]
                    return text
            if not await self._opens_news():
                break
        raise AssertionError(f"{self.name} does not see {words}.\n{await self.screen()}")

    async def does_not_see(self, *words: str) -> None:
        """No message at all, looked at or not, has any of these words."""
        await self.opens_news()
        for text in await self.texts():
            for word in words:
                assert word not in text, f"{self.name} sees {word!r}.\n{await self.screen()}"

    async def opens_news(self) -> None:
        """Looks at all that has arrived."""
        while await self._opens_news():
            pass

    async def _opens_news(self) -> bool:
        """Opens news not seen yet, as the screen offers it just then; False when there is none."""
        texts = await self.texts()
        arrived = [text for text in texts if PREVIEWS.search(text)]
        following = next((label for label in FOLLOWING if f"[{label}]" in texts[-1]), "") if texts else ""
        if not self.curious or (self.opened >= len(arrived) and not following):
            return False
        self.opened = len(arrived)
        if arrived and texts[-1] == arrived[-1]:
            await self.say("1")
        else:
            await self.tap(following or next(label for label in SEE if f"[{label}]" in arrived[-1]))
        await self.service.app.drain()
        return True

    async def sees_nothing_new(self) -> None:
        texts = await self.texts()
        assert len(texts) == self.seen, f"{self.name} sees something new.\n{await self.screen()}"

    async def edited(self) -> list[str]:
        """The messages on the screen that were changed after they came."""
        return []

    async def sees_edited(self, *words: str) -> str:
        """A message that was changed where it stands and now has all these words."""
        for text in await self.edited():
            if all(word in text for word in words):
                return text
        raise AssertionError(f"{self.name} sees no edited message with {words}.\n{await self.screen()}")

    async def looks_away(self) -> None:
        """What is on the screen now is of no interest to the story."""
        self.known = await self.texts()
        self.seen = len(self.known)

    async def screen(self) -> str:
        lines = [f"--- {self.name} ---"]
        for place, text in enumerate(await self.texts()):
            lines.append(("  " if place < self.seen else "> ") + text.replace("\n", "\n  "))
        return "\n".join(lines)

    async def joins(self, code: str, wanted: str = "Không") -> None:
        """Joins, and answers what is asked right afterwards: whether they want notices and polls, whose phone it is."""
        await self.begins(code)
        await self.taps("Đồng ý")
        for asked, answer in (("Chỉ thông báo", wanted), (MINE, MINE)):
            if f"[{asked}]" in (await self.texts())[-1]:
                await self.taps(answer)

    async def begins(self, code: str) -> None:
        """Opens the link on the slip."""
        await self.says(f"/start {code}")

    @abstractmethod
    async def send_file(self, content: bytes, kind: str, caption: str) -> None:
        """Sends a photo, document or voice message the way this channel does."""

    async def shows(self, content: bytes, kind: str = "photo", caption: str = "") -> None:
        """Sends a file; the service has done with it what it does at once."""
        await self.send_file(content, kind, caption)
        await self.service.app.drain()

    @abstractmethod
    async def received(self) -> list[tuple[str, bytes]]:
        """The files on the screen, opened: name and content."""

    @abstractmethod
    async def leaves(self) -> None:
        """Closes what this person holds open."""


class OnTelegram(Person):
    """A person in the Telegram app; the emulator posts genuine updates to our webhook."""

    def __init__(self, service: RunningApp, name: str, emulator: TelegramEmulator) -> None:
        super().__init__(service, name)
        self.emulator = emulator
        self.user = emulator.user(first_name=name)

    async def say(self, text: str) -> None:
        assert await self.emulator.deliver(self.user.message_update(text)) == 200

    async def tap(self, label: str) -> None:
        assert await self.emulator.deliver(self.user.tap_update(label)) == 200

    async def leaves(self) -> None:
        """A chat app keeps nothing open with us."""

    async def send_file(self, content: bytes, kind: str, caption: str) -> None:
        update = {
            "photo": lambda: self.user.photo_update(content, caption),
            "document": lambda: self.user.document_update(content, "Bang luong Nguyen Thi Binh.pdf", caption=caption),
            "voice": lambda: self.user.voice_update(content),
        }[kind]()
        assert await self.emulator.deliver(update) == 200

    async def received(self) -> list[tuple[str, bytes]]:
        bodies = [shown.body for shown in self.user.inbox if shown.body]
        cards = [body[kind][0] if kind == "photo" else body[kind] for body in bodies for kind in body]
        files = [self.emulator.files[card["file_id"]] for card in cards]
        return [(path.rpartition("/")[2], content) for path, content in files]

    async def texts(self) -> list[str]:
        return [_with_labels(shown.text, shown.labels) for shown in self.user.inbox if not shown.deleted]

    async def edited(self) -> list[str]:
        return [_with_labels(shown.text, shown.labels) for shown in self.user.inbox if shown.edited and not shown.deleted]


class OnZalo(Person):
    """A person in the Zalo app, which has no buttons: a tap is the number printed beside the label, typed."""

    def __init__(self, service: RunningApp, name: str, emulator: ZaloEmulator) -> None:
        super().__init__(service, name)
        self.emulator = emulator
        self.user = emulator.user(name, known=False)

    async def say(self, text: str) -> None:
        assert await self.emulator.deliver(self.user.message_update(text)) == 200

    async def tap(self, label: str) -> None:
        """The number beside the label in the newest list. In an older list numbers mean nothing any more: to act on a card
        one types its code first, and what stands on the menu one writes out."""
        lists = [shown for shown in self.user.inbox if shown.numbered]
        if lists and label not in lists[-1].numbered:
            older = [shown.text for shown in lists if label in shown.numbered]
            codes = [re.search(r"PA-\w{6}", text) for text in older]
            if None in codes:
                await self.say(label)
                return
            if codes and codes[-1] is not None:
                await self.says(codes[-1][0])
        assert await self.emulator.deliver(self.user.tap_update(label)) == 200

    async def texts(self) -> list[str]:
        return [_with_labels(shown.text, shown.numbered) for shown in self.user.inbox]

    async def offering(self) -> list[str]:
        """Numbers mean the newest list only; a card is come back to by its code (`tap`)."""
        lists = [_with_labels(shown.text, shown.numbered) for shown in self.user.inbox if shown.numbered]
        return lists[-1:]

    async def sees_edited(self, *words: str) -> str:
        """Nothing can be changed in Zalo: it arrives anew."""
        return await self.sees(*words)

    async def send_file(self, content: bytes, kind: str, caption: str) -> None:
        made = self.user.voice_update(content) if kind == "voice" else self.user.image_update(caption, photo=content)
        assert await self.emulator.deliver(made) == 200

    async def received(self) -> list[tuple[str, bytes]]:
        """Zalo takes no files from bots: they are behind links in the newest message that has any."""
        texts = [text for text in await self.texts() if "/media/" in text]
        found = []
        async with aiohttp.ClientSession() as http:
            for link in re.findall(r"https?://\S+(/media/\S+)", texts[-1] if texts else ""):
                async with http.post(self.service.address + link) as answer:
                    name = answer.headers.get("Content-Disposition", "").partition('"')[2].rstrip('"')
                    found.append((name, await answer.read()))
        return found

    async def begins(self, code: str) -> None:
        await self.says(code)  # there is no /start

    async def leaves(self) -> None:
        """A chat app keeps nothing open with us."""


class OnWebChat(Person):
    """A person with the web page open: a plain websocket."""

    origin_is_shared = True

    def __init__(self, service: RunningApp, name: str, session: aiohttp.ClientSession) -> None:
        super().__init__(service, name)
        self.http = session
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self.messages: list[dict[str, object]] = []
        self.token = ""
        self.kept = False
        """Whether this page remembers its session when it is closed."""

    async def _open(self) -> aiohttp.ClientWebSocketResponse:
        if self._socket is None or self._socket.closed:
            address = self.service.address
            self._socket = await self.http.ws_connect(
                f"{address}/chat/ws", autoping=False, headers={"Origin": address}, max_msg_size=0
            )
            await self._socket.send_json(
                {"type": "hello", "session": self.token or None, "language": "vi", "kept": self.kept}
            )
            self.token = str((await self._until("welcome"))["session"])
        return self._socket

    async def _until(self, kind: str, event: str = "") -> dict[str, object]:
        """Reads frames up to the one wanted, keeping the messages among them."""
        assert self._socket is not None
        while True:
            frame = await self._socket.receive(timeout=HANGS)
            if frame.type is aiohttp.WSMsgType.PONG and kind == "pong":
                return {}
            if frame.type is aiohttp.WSMsgType.PING:
                await self._socket.pong(frame.data)
                continue
            if frame.type is not aiohttp.WSMsgType.TEXT:
                if frame.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR):
                    raise ConnectionError(f"{self.name}: closed while waiting for {kind}")
                continue
            got = json.loads(frame.data)
            if got["type"] == "message":
                self._show(got)
                await self._socket.send_json({"type": "got", "ids": [got["id"]]})
                if got.get("keeps"):
                    self.kept = True
                    await self._socket.send_json({"type": "keeps", "kept": True})
            elif got["type"] == kind and (not event or got.get("id") == event):
                return got
            elif got["type"] in ("failed", "refused", "slow"):
                raise AssertionError(f"{self.name}: {got}")

    def _show(self, got: dict[str, object]) -> None:
        """As the page does: each message once, and an edited one where it stands."""
        place = got.get("edits", got["id"])
        shown = next((known for known in self.messages if known["id"] == place), None)
        if shown is None:
            self.messages.append({**got, "id": place})
        elif "edits" in got:
            shown.update(text=got["text"], options=got["options"], changed=True)

    async def send(self, frame: dict[str, object]) -> None:
        socket = await self._open()
        frame["id"] = str(uuid4())
        await socket.send_json(frame)
        await self._until("received", str(frame["id"]))

    async def say(self, text: str) -> None:
        await self.send({"type": "say", "text": text})

    async def tap(self, label: str) -> None:
        await self.texts()
        for message in reversed(self.messages):
            for option in message["options"]:  # type: ignore[attr-defined]
                if option["label"] == label:
                    await self.send({"type": "tap", "choice": option["token"], "of": message["id"]})
                    return
        raise LookupError(f"{self.name} has no button {label!r}.\n{await self.screen()}")

    async def texts(self) -> list[str]:
        socket = await self._open()
        await socket.ping(b"")
        await self._until("pong")
        return [_read(message) for message in self.messages]

    async def edited(self) -> list[str]:
        await self.texts()
        return [_read(message) for message in self.messages if "changed" in message]

    async def send_file(self, content: bytes, kind: str, caption: str) -> None:
        await self._open()
        address, mine = self.service.address, {"Authorization": f"Bearer {self.token}"}
        headers = {**mine, "Origin": address}
        async with self.http.post(f"{address}/chat/files?kind={kind}", data=content, headers=headers) as answer:
            assert answer.status == 200, answer.status
            upload = (await answer.json())["upload"]
        await self.send({"type": "file", "kind": kind, "upload": upload})
        if caption:
            await self.send({"type": "say", "text": caption})

    async def received(self) -> list[tuple[str, bytes]]:
        await self.texts()
        found = []
        for address, name in self.media():
            async with self.http.get(address, headers={"Authorization": f"Bearer {self.token}"}) as answer:
                assert answer.status == 200
                found.append((name, await answer.read()))
        return found

    def media(self) -> list[tuple[str, str]]:
        """Where the attachments on the screen are fetched, and what they are called."""
        shown = [message["media"] for message in self.messages if "media" in message]
        return [(f"{self.service.address}/chat/media/{one['case_id']}/{one['id']}", str(one["name"])) for one in shown]  # type: ignore[index]

    async def closes_the_page(self) -> None:
        """What the page knew is gone, unless it was to remember; the next thing they do opens it again."""
        await self.leaves()
        self._socket = None
        if not self.kept:
            self.token, self.messages, self.known, self.seen, self.opened = "", [], [], 0, 0

    async def leaves(self) -> None:
        if self._socket is not None:
            await self._socket.close()


def _with_labels(text: str, labels: Iterable[str]) -> str:
    return text + "".join(f"\n[{label}]" for label in labels)


def _read(message: dict[str, object]) -> str:
    return _with_labels(str(message["text"]), [option["label"] for option in message["options"]])  # type: ignore[attr-defined]
