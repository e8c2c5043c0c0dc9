"""What goes another way when Telegram refuses it: one table, by kind of refusal, of what is called instead.

Each way asks for less than the one before (a document for a voice message, halves of a text), so that there is a last one.
What is refused there, or is not in the table, is refused for good, and whoever waits for it is told (bot.sending.outbox).
Telegram's sentences are those of telegram-bot-api and TDLib; the names in capitals come from its own servers
(core.telegram.org/api/errors).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog
from telegram import InputFile
from telegram.error import ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels.base import Rejected
from bot.channels.telegram.request import Client
from bot.channels.text import split, units
from models.messages.message import Media

log = structlog.get_logger()

SHRUNK = 2560
"""Pixels: what is longer Telegram shows at this length as a photo, and a long screenshot then as a stripe."""
_UPLOADS = {
    ("photo", "image/jpeg"): ("sendPhoto", "photo"),
    ("photo", "image/png"): ("sendPhoto", "photo"),
    ("voice", "audio/ogg"): ("sendVoice", "voice"),
}
_FILES = {"sendPhoto": "photo", "sendVoice": "voice", "sendDocument": "document"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call that shows something to somebody."""

    method: str
    parameters: dict[str, Any]

    def but(self, **changes: Any) -> Call:
        """The same with other parameters; those that are None are left out."""
        whole = {**self.parameters, **changes}
        return replace(self, parameters={name: value for name, value in whole.items() if value is not None})


def upload(media: Media, content: bytes | None, caption: str) -> Call:
    """The call that uploads an attachment. What Telegram would not play as a voice message (anything but Ogg), and what it
    would show too small to be read as a photo, goes as a document. Raises `Rejected` for one that is not kept any more."""
    if not content:
        raise Rejected("the attachment is not kept any more", code="gone")
    method, name = _UPLOADS.get((media.kind, media.mime), ("sendDocument", "document"))
    call = Call(method, {name: InputFile(content, filename=media.name), "caption": caption})
    return _as_document(call)[0] if method == "sendPhoto" and max(picture_size(content), default=0) > SHRUNK else call


def picture_size(content: bytes) -> tuple[int, ...]:
    """Width and height of a JPEG or PNG, as its head says; nothing where it does not."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and len(content) >= 24:
        return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    at = 2
    while content[:2] == b"\xff\xd8" and at + 9 <= len(content) and content[at] == 0xFF:
        if content[at + 1] in range(0xC0, 0xD0) and content[at + 1] not in (0xC4, 0xC8, 0xCC):  # a frame begins
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return ()


def _as_document(call: Call) -> list[Call]:
    """The same file as a file. Told not to look into it: Telegram would find a recording there and refuse it as one."""
    if call.method not in ("sendPhoto", "sendVoice"):
        return []
    document = {"document": call.parameters[_FILES[call.method]], "disable_content_type_detection": True}
    return [replace(call, method="sendDocument").but(**{_FILES[call.method]: None}, **document)]


def _words_apart(call: Call) -> list[Call]:
    """The words first, then the file without them."""
    words = call.parameters.get("caption")
    if not words:
        return []
    said = Call("sendMessage", {"chat_id": call.parameters["chat_id"], "text": words})
    return [said, call.but(caption=None)]


def _halves(call: Call) -> list[Call]:
    text = call.parameters.get("text", "")
    if len(text) < 2:
        return []
    pieces = split(text, max(2, -(-units(text) // 2)))
    return [
        *(call.but(text=piece, reply_markup=None) for piece in pieces[:-1]),
        call.but(text=pieces[-1]),
    ]


def _in_words(call: Call) -> list[Call]:
    """What could have been tapped, written out: a label that is typed means what its button did."""
    if "reply_markup" not in call.parameters:
        return []
    labels = [f"– {button['text']}" for row in call.parameters["reply_markup"]["inline_keyboard"] for button in row]
    words = "caption" if "caption" in call.parameters else "text"
    return [call.but(**{words: "\n".join([call.parameters.get(words, ""), *labels]).strip()}, reply_markup=None)]


def none(_call: Call) -> list[Call]:
    return []


@dataclass(frozen=True, slots=True)
class Refusal:
    """One kind of refusal. `code` stands in the log; `said`, in small letters, is how Telegram says it; `instead` what is
    called then, nothing where there is no other way."""

    code: str
    said: tuple[str, ...]
    instead: Callable[[Call], list[Call]] = none


KINDS = (
    Refusal("no_voice", ("voice_messages_forbidden",), _as_document),
    Refusal(
        "no_photo",
        (
            "photo_invalid_dimensions",
            "photo_save_file_invalid",
            "image_process_failed",
            "photo_ext_invalid",
            "photo_content_type_invalid",
            "photo_file_missing",
            "too big for a photo",
            "file of an unsupported type",
        ),
        _as_document,
    ),
    Refusal("caption", ("caption is too long", "media_caption_too_long"), _words_apart),
    Refusal("length", ("message is too long", "text is too long", "message_too_long"), _halves),
    Refusal("buttons", ("button", "reply markup", "reply_markup", "keyboard"), _in_words),
    Refusal("size", ("too large", "too big")),
    Refusal("entities", ("entit",)),
    Refusal("empty", ("empty",)),
)
"""The first that fits counts."""


def kind_of(error: TelegramError) -> Refusal | None:
    if isinstance(error, ChatMigrated):
        return Refusal("moved", ())  # a group that became another: nobody's words go there
    if isinstance(error, Forbidden | RetryAfter | InvalidToken):
        return None
    said = str(error).lower()
    return next((kind for kind in KINDS if any(words in said for words in kind.said)), None)


async def deliver(client: Client, call: Call, line: str) -> Any:
    """Makes a call, or those that go instead of it; returns the last one's answer. Raises what the last way raises."""
    waiting, answer = [call], None
    while waiting:
        call = waiting.pop(0)
        try:
            answer = await client.call(call.method, call.parameters)
        except TelegramError as error:
            kind = kind_of(error)
            instead = kind.instead(call) if kind else []
            if kind is None or not instead:
                raise
            log.warning("refused, and sent another way", line=line, reason=kind.code)
            waiting[:0] = instead
    return answer
