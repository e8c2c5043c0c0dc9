"""What one event of Zalo's means to us.

Shapes: https://docs.zaloplatforms.com/docs/BOT. The page shows the event wrapped in `{"ok", "result"}`, live webhooks send
it bare; the page says `photo`, live events `photo_url`: both are read. `date` (milliseconds) and `display_name` are never
looked at: rows that name a person carry no time, and names of the platforms are not kept.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import structlog

from bot.channels import fields
from models.messages.message import File, FileKind, Inbound

log = structlog.get_logger()

_TEXT = "message.text.received"
_FILES: dict[str, FileKind] = {"message.image.received": "photo", "message.voice.received": "voice"}
_UNREADABLE = {
    "message.sticker.received",
    # Links, files, videos; and everything of people whom Zalo protects (children), which a bot must bear with by law.
    "message.unsupported.received",
}
_EVENT = re.compile(r"[a-z_.]{1,64}")
_SENT = re.compile(r"message\.[a-z_]{1,40}\.received")
"""What a person sent, also a kind of tomorrow; all else is news of another sort."""
_KEPT = 64 * 1024
"""Letters of an event that are set aside: Zalo's own are a few hundred."""
_MEDIA_HOSTS = (".zdn.vn", ".zadn.vn")


class Malformed(Exception):
    """What is no event. Says only the class of the fault: it may hold what somebody wrote."""


def read(raw: Any, line: str) -> Inbound | None:
    """Reads one event as JSON gave it; None for what is no business of ours (groups, bots, news of other kinds). What can be
    read of it is; of the rest a kind `unreadable` is made, which is set aside and of which its sender hears. Raises
    `Malformed` for what holds nobody's words; never anything else."""
    event = unwrapped(raw)
    if not isinstance(event, Mapping) or not ("event_name" in event or "message" in event):
        raise Malformed(type(event).__name__)
    name = fields.words(event, "event_name") or ""
    if name and not _SENT.fullmatch(name):
        log.info("an event of a kind we do not know", line=line, kind=name if _EVENT.fullmatch(name) else "?")
        return None
    message = fields.part(event, "message")
    place, sender = _whose(message)
    if place == "elsewhere":
        return None  # a group is not a place to speak of one's work; Zalo delivers only what names the bot there anyway
    number = fields.words(message, "message_id")
    external_id = f"{name}:{number}" if number else hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()[:32]
    text, caption = fields.words(message, "text"), fields.words(message, "caption")
    spoilt = any(part in message and not isinstance(message[part], str) for part in ("text", "caption"))
    if place == "unknown" or not number or spoilt or (name in ("", _TEXT) and not text):
        return Inbound(line, external_id, sender, json.dumps(raw)[:_KEPT], kind="unreadable")
    if name not in (_TEXT, "", *_FILES, *_UNREADABLE):
        log.info("a message of a kind we do not know", line=line, kind=name)
    url = media_url(message) if name in _FILES else None
    return Inbound(
        line=line,
        external_id=external_id,  # there is no update_id
        sender=sender,
        text=text if name in ("", _TEXT) else caption,
        kind="message" if name in ("", _TEXT) or url else "unsupported",
        files=(File(_FILES[name], url),) if url else (),
    )


def unwrapped(raw: Any) -> Any:
    """The event, whether or not it stands inside `{"ok": true, "result": …}`."""
    if isinstance(raw, Mapping) and raw.get("ok") is True and raw.get("result"):
        return raw["result"]
    return raw


def _whose(message: Mapping[str, Any]) -> tuple[Literal["private", "elsewhere", "unknown"], str]:
    """Where this was, and where answers go: in a private chat its id is the person's own, so that one of them is enough."""
    chat, person = fields.part(message, "chat"), fields.part(message, "from")
    # Strings of hex digits, never numbers: one that lost digits in a float would be somebody else's.
    chat_id, person_id = fields.words(chat, "id"), fields.words(person, "id")
    kind = (fields.words(chat, "chat_type") or "").upper()
    if kind == "GROUP" or person.get("is_bot") is True:
        return "elsewhere", ""
    if kind == "PRIVATE" or (chat_id is not None and chat_id == person_id):
        known = chat_id or person_id
        return ("private", known) if known else ("unknown", "")
    return "unknown", person_id or ""


def media_url(message: Mapping[str, Any]) -> str | None:
    """Where a photo or voice message may be fetched from: only ever from Zalo's own hosts, since whoever can forge an event
    would otherwise choose what this machine calls."""
    for name in ("photo_url", "photo", "voice_url"):
        url = message.get(name)
        if not isinstance(url, str):
            continue
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            continue
        host = parts.hostname or ""
        if parts.scheme == "https" and host.endswith(_MEDIA_HOSTS) and port in (None, 443) and "@" not in parts.netloc:
            return url
    return None
