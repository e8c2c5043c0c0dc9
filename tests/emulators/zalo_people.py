"""People and groups in the Zalo app: everything they do makes a genuine event, and everything sent to them is on a screen.

Source: docs.zaloplatforms.com/docs/BOT, "Webhook"; field names as in live captures (`photo_url`, `message_type`).
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.emulators.zalo import ZaloEmulator

Event = dict[str, Any]
_NUMBERED = re.compile(r"(\d+)\. (.+)")


def new_id() -> str:
    return secrets.token_hex(10)


@dataclass(slots=True, eq=False)
class Shown:
    """One message on a screen. `kind` is text, photo, sticker or voice."""

    message_id: str
    date: int
    text: str
    from_bot: bool
    kind: str = "text"

    @property
    def numbered(self) -> dict[str, str]:
        """Label → number of the list that the message ends with (a closing sentence may follow); empty: there is none."""
        for block in reversed(self.text.split("\n\n")[-2:]):
            found = [_NUMBERED.fullmatch(line) for line in block.split("\n")]
            if all(found) and [match[1] for match in found if match] == [str(n) for n in range(1, len(found) + 1)]:
                return {match[2]: match[1] for match in found if match}
        return {}


class Chat:
    """A private chat or a group, as one telephone shows it."""

    def __init__(self, emulator: ZaloEmulator, kind: str) -> None:
        self.emulator = emulator
        self.kind = kind
        self.id = new_id()
        self.chat: list[Shown] = []

    @property
    def inbox(self) -> list[Shown]:
        """What the bot wrote here, oldest first."""
        return [shown for shown in self.chat if shown.from_bot]

    def screen(self) -> str:
        return "\n".join(f"{'bot' if shown.from_bot else 'person'}: {shown.text or shown.kind}" for shown in self.chat)

    def _event(self, sender: User, name: str, content: dict[str, Any]) -> Event:
        sender.known = True
        shown = Shown(new_id(), self.emulator.now(), str(content.get("text") or content.get("caption") or ""), False)
        self.chat.append(shown)
        return {
            "event_name": name,
            "message": {
                "from": {"id": sender.id, "display_name": sender.name, "is_bot": False},
                "chat": {"id": self.id, "chat_type": self.kind},
                "message_id": shown.message_id,
                "date": shown.date,  # milliseconds
                **content,
            },
        }


class User(Chat):
    """A person. The bot may write to them once they have written to it (`known`)."""

    def __init__(self, emulator: ZaloEmulator, name: str, *, known: bool = True) -> None:
        super().__init__(emulator, "PRIVATE")
        self.name = name
        self.known = known

    def message_update(self, text: str) -> Event:
        return self._event(self, "message.text.received", {"text": text, "message_type": "TEXT"})

    def image_update(self, caption: str = "", *, documented: bool = False, photo: bytes = b"\xff\xd8\xff jpeg") -> Event:
        """A photo; `documented`: with the field name of Zalo's page instead of that of its service."""
        field = "photo" if documented else "photo_url"
        url = self._kept(f"photo-stal-1.zdn.vn/{new_id()}/b.jpg", photo)
        content: dict[str, Any] = {"message_type": "CHAT_PHOTO", field: url}
        return self._event(self, "message.image.received", {**content, **({"caption": caption} if caption else {})})

    def voice_update(self, voice: bytes = b"\xff\xf1 aac") -> Event:
        url = self._kept(f"f2-voice-aac-dl.zdn.vn/{new_id()}.aac", voice)
        return self._event(self, "message.voice.received", {"message_type": "CHAT_VOICE", "voice_url": url})

    def _kept(self, name: str, content: bytes) -> str:
        self.emulator.files[name] = content
        return f"https://{name}"

    def sticker_update(self) -> Event:
        url = "https://zalo-api.zadn.vn/api/emoticon/oasticker?eid=1&size=130"
        return self._event(self, "message.sticker.received", {"message_type": "CHAT_STICKER", "sticker": "1", "url": url})

    def unsupported_update(self) -> Event:
        """A file, a link, a video; or anything at all from somebody whom Zalo protects."""
        return self._event(self, "message.unsupported.received", {})

    def number_of(self, label: str) -> str:
        """The number beside `label` in the newest numbered message."""
        newest = next((shown.numbered for shown in reversed(self.inbox) if shown.numbered), {})
        if label not in newest:
            raise LookupError(f"nobody can choose {label!r} on this screen:\n{self.screen()}")
        return newest[label]

    def tap_update(self, label: str) -> Event:
        """Chooses `label` the only way there is: by typing its number."""
        return self.message_update(self.number_of(label))


class Group(Chat):
    """A group with the bot in it; Zalo tells the bot only what names it."""

    def __init__(self, emulator: ZaloEmulator) -> None:
        super().__init__(emulator, "GROUP")

    def message_update(self, sender: User, text: str) -> Event:
        return self._event(sender, "message.text.received", {"text": text})

    def unsupported_update(self, sender: User) -> Event:
        return self._event(sender, "message.unsupported.received", {})
