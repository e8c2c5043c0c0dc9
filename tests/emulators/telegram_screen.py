"""What is on a screen: messages, and the chat they are in.

Source: core.telegram.org/bots/api, "Message", "CallbackQuery", "ChatMemberUpdated":
every required field is there.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.emulators.telegram_rules import utf16

if TYPE_CHECKING:
    from tests.emulators.telegram_people import User
    from tests.emulators.telegram_world import World

Update = dict[str, Any]
Button = tuple[str, str | None]
"""A label, and the callback data behind it (None where a tap does something else)."""


@dataclass(slots=True, eq=False)
class Shown:
    """One message on a screen. `body` is what it holds besides its text: a photo, a document, a contact."""

    message_id: int
    date: int
    sender: dict[str, Any]
    text: str
    entities: list[dict[str, Any]] = field(default_factory=list)
    markup: dict[str, Any] | None = None
    body: dict[str, Any] | None = None
    edited: int = 0
    deleted: bool = False

    @property
    def from_bot(self) -> bool:
        return bool(self.sender["is_bot"])

    @property
    def inline(self) -> bool:
        return bool(self.markup and "inline_keyboard" in self.markup)

    @property
    def buttons(self) -> list[list[Button]]:
        markup = self.markup or {}
        rows = markup.get("inline_keyboard") or markup.get("keyboard") or []
        plain = [[{"text": b} if isinstance(b, str) else b for b in row] for row in rows]
        return [[(b["text"], b.get("callback_data")) for b in row] for row in plain]

    @property
    def labels(self) -> list[str]:
        return [label for row in self.buttons for label, _ in row]

    def json(self, chat: Chat) -> dict[str, Any]:
        """The Message object."""
        message = {"message_id": self.message_id, "from": self.sender, "chat": chat.json(), "date": self.date}
        if self.body:
            message |= self.body
        if self.text:
            message["caption" if set(self.body or ()) - {"reply_to_message"} else "text"] = self.text
        if self.entities:
            message["caption_entities" if set(self.body or ()) - {"reply_to_message"} else "entities"] = self.entities
        if self.inline:
            message["reply_markup"] = self.markup
        if self.edited:
            message["edit_date"] = self.edited
        return message


class Chat:
    """A conversation with the bot, private or not."""

    id: int

    def __init__(self, emulator: World) -> None:
        self.emulator = emulator
        self.chat: list[Shown] = []
        self.chat_instance = str(random.randrange(-(2**63), 2**63))
        self.card: dict[str, Any] = {}

    def json(self) -> dict[str, Any]:
        return self.card

    @property
    def inbox(self) -> list[Shown]:
        """What the bot wrote here, oldest first, deleted messages too."""
        return [shown for shown in self.chat if shown.from_bot]

    def screen(self) -> str:
        """The chat as its reader sees it; `print` it."""
        lines = []
        for shown in self.chat:
            if shown.deleted:
                continue
            what = "" if not shown.body else f"({', '.join(shown.body)}) "
            name = "bot" if shown.from_bot else shown.sender["first_name"]
            lines.append(f"#{shown.message_id} {name}{' (edited)' if shown.edited else ''}: {what}{shown.text}")
            lines += ["    " + " ".join(f"[{label}]" for label, _ in row) for row in shown.buttons]
        return "\n".join(lines)

    def find(self, message_id: int) -> Shown | None:
        return next((s for s in reversed(self.chat) if s.message_id == message_id and not s.deleted), None)

    def _said(self, sender: User, text: str = "", body: dict[str, Any] | None = None) -> Update:
        """The update of a message written here by `sender`."""
        if sender.blocked:
            raise RuntimeError(f"{sender.first_name} has blocked the bot and must unblock it before writing")
        sender.started = sender.started or self is sender
        found = re.finditer(r"(?<!\S)/[A-Za-z0-9_]{1,32}(@\w+)?", text)
        entities = [{"type": "bot_command", "offset": utf16(text[: m.start()]), "length": len(m[0])} for m in found]
        shown = self.emulator.show(self, sender.person(), text, entities, body=body)
        return self.emulator.update("message", shown.json(self))

    def _tapped(self, sender: User, target: str | Shown, label: str | None = None) -> Update:
        shown, button = self._button(target, label)
        if not shown.inline:
            if isinstance(button, dict) and button.get("request_contact"):
                return sender.contact_update()
            return self._said(sender, button if isinstance(button, str) else button["text"])
        if "callback_data" not in button:
            raise LookupError(f"the button {button['text']!r} sends nothing to the bot")
        query = {
            "id": self.emulator.query(),
            "from": sender.person(),
            "message": shown.json(self),
            "chat_instance": self.chat_instance,
            "data": button["callback_data"],
        }
        return self.emulator.update("callback_query", query)

    def _button(self, target: str | Shown, label: str | None) -> tuple[Shown, Any]:
        """The newest message that carries the button, and the button. A Shown alone: its first button."""
        wanted = target if isinstance(target, str) else label
        for shown in reversed(self.chat) if isinstance(target, str) else (target,):
            if not shown.deleted:
                for button in self._buttons_of(shown):
                    if wanted in (None, button if isinstance(button, str) else button["text"]):
                        return shown, button
        raise LookupError(f"nobody can tap {wanted or target!r} on this screen:\n{self.screen()}")

    @staticmethod
    def _buttons_of(shown: Shown) -> Iterator[Any]:
        markup = shown.markup or {}
        for row in markup.get("inline_keyboard") or markup.get("keyboard") or []:
            yield from row

    def _bot_member(self, by: User, old: str, new: str) -> Update:
        """The bot's own standing in this chat has changed (`my_chat_member`)."""
        bot = self.emulator.me

        def member(status: str) -> dict[str, Any]:
            return {"user": bot, "status": status, **({"until_date": 0} if status == "kicked" else {})}

        change = {"chat": self.json(), "from": by.person(), "date": self.emulator.now()}
        change |= {"old_chat_member": member(old), "new_chat_member": member(new)}
        return self.emulator.update("my_chat_member", change)
