"""People and groups on the other side of the bot: everything they do makes a genuine update.

Source: core.telegram.org/bots/api, "Update", "User", "Chat" and the kinds of message.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from tests.emulators.telegram_screen import Chat, Shown, Update

if TYPE_CHECKING:
    from tests.emulators.telegram_world import World


class User(Chat):
    """A person and their private chat with the bot."""

    def __init__(
        self,
        emulator: World,
        *,
        first_name: str = "An",
        language_code: str = "vi",
        last_name: str = "",
        username: str = "",
        started: bool = True,
        id: int = 0,
    ) -> None:
        super().__init__(emulator)
        # Past 32 bits, as new accounts are.
        self.id = id or random.randrange(5_000_000_000, 9_000_000_000)
        self.first_name, self.language_code, self.started = first_name, language_code, started
        self.blocked = self.deactivated = False
        self.takes_voice = True
        names = {"first_name": first_name, "last_name": last_name, "username": username}
        self._names = {key: value for key, value in names.items() if value}
        self.card = {"id": self.id, "type": "private", **self._names}

    def person(self) -> dict[str, Any]:
        """The User object."""
        language = {"language_code": self.language_code} if self.language_code else {}
        return {"id": self.id, "is_bot": False, **self._names, **language}

    def message_update(self, text: str, *, reply_to: Shown | None = None) -> Update:
        """Words; with `reply_to`, written as a reply to a message on the screen."""
        return self._said(self, text, self._reply(reply_to))

    def _reply(self, reply_to: Shown | None) -> dict[str, Any]:
        return {"reply_to_message": reply_to.json(self)} if reply_to is not None else {}

    def command(self, name: str, argument: str = "") -> Update:
        return self._said(self, f"/{name} {argument}".strip())

    def tap_update(self, target: str | Shown, label: str | None = None) -> Update:
        """Taps the newest button labelled `target`; or, of the message `target`, `label` (or the first)."""
        return self._tapped(self, target, label)

    def photo_update(
        self, content: bytes = b"\xff\xd8\xff jpeg", caption: str = "", *, reply_to: Shown | None = None
    ) -> Update:
        small, big = (self.emulator.keep_file(c, "photos/file.jpg") for c in (content[:1253], content))
        sizes = [{**small, "width": 90, "height": 67}, {**big, "width": 1280, "height": 960}]
        return self._said(self, caption, {"photo": sizes, **self._reply(reply_to)})

    def document_update(
        self,
        content: bytes = b"%PDF-1.7",
        file_name: str = "x.pdf",
        mime_type: str = "application/pdf",
        caption: str = "",
    ) -> Update:
        kept = self.emulator.keep_file(content, f"documents/{file_name}")
        return self._said(self, caption, {"document": {**kept, "file_name": file_name, "mime_type": mime_type}})

    def voice_update(self, content: bytes = b"OggS") -> Update:
        kept = self.emulator.keep_file(content, "voice/file.oga")
        return self._said(self, "", {"voice": {**kept, "duration": 3, "mime_type": "audio/ogg"}})

    def sticker_update(self, emoji: str = "👍") -> Update:
        sticker = {**self.emulator.keep_file(b"RIFFWEBP", "stickers/file.webp"), "width": 512, "height": 512}
        sticker |= {"emoji": emoji, "type": "regular", "is_animated": False, "is_video": False}
        return self._said(self, "", {"sticker": sticker})

    def contact_update(self, phone_number: str = "84912345678", owner: User | None = None) -> Update:
        """Shares a phone number: their own, or the card of `owner` forwarded as if it were."""
        who = owner or self
        contact = {"phone_number": phone_number, "first_name": who.first_name, "user_id": who.id}
        return self._said(self, "", {"contact": contact})

    def edited_message_update(self, text: str, message_id: int = 0) -> Update:
        """Rewrites an own message, the newest when `message_id` is 0."""
        mine = [s for s in self.chat if not s.from_bot and message_id in (0, s.message_id)]
        mine[-1].text, mine[-1].edited = text, self.emulator.now()
        return self.emulator.update("edited_message", mine[-1].json(self))

    def blocks(self) -> Update:
        self.blocked = True
        return self._bot_member(self, "member", "kicked")

    def unblocks(self) -> Update:
        self.blocked, self.started = False, True
        return self._bot_member(self, "kicked", "member")


class Group(Chat):
    """A group with the bot in it. Privacy mode is not modelled: what a story sends here, the bot gets."""

    def __init__(self, emulator: World, title: str = "Tổ công đoàn 3") -> None:
        super().__init__(emulator)
        self.id, self.title, self.bot_is_in = -random.randrange(1_000_000, 5_000_000_000), title, True
        self.card = {"id": self.id, "type": "group", "title": title}

    def added_update(self, by: User) -> Update:
        self.bot_is_in = True
        return self._bot_member(by, "left", "member")

    def removed_update(self, by: User) -> Update:
        self.bot_is_in = False
        return self._bot_member(by, "member", "kicked")

    def message_update(self, sender: User, text: str) -> Update:
        return self._said(sender, text)

    def tap_update(self, sender: User, target: str | Shown, label: str | None = None) -> Update:
        return self._tapped(sender, target, label)
