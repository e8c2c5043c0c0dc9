"""What one event of Zalo's means to us.

Shapes: https://docs.zaloplatforms.com/docs/BOT. The page shows the event wrapped in `{"ok", "result"}`, live webhooks send
it bare; the page says `photo`, live events `photo_url`: both are read. `date` (milliseconds) and `display_name` are never
looked at: rows that name a person carry no time, and names of the platforms are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog

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
_MEDIA_HOSTS = (".zdn.vn", ".zadn.vn")


class Malformed(Exception):
    """An event that cannot be read. Says only the class of the fault: the event holds what somebody wrote."""


def read(raw: Any, line: str) -> Inbound | None:
    """Reads one event as JSON gave it; None for what is no business of ours (groups, bots, news of other kinds).
    Raises `Malformed`; never anything else."""
    try:
        return _event(unwrapped(raw), line)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        fault = type(error).__name__
    raise Malformed(fault)


def unwrapped(raw: Any) -> Any:
    """The event, whether or not it stands inside `{"ok": true, "result": …}`."""
    if isinstance(raw, Mapping) and raw.get("ok") is True and raw.get("result"):
        return raw["result"]
    return raw


def _event(event: Mapping[str, Any], line: str) -> Inbound | None:
    name = _string(event["event_name"])
    if name != _TEXT and name not in _UNREADABLE and name not in _FILES:
        log.info("an event of a kind we do not know", line=line, kind=name if _EVENT.fullmatch(name) else "?")
        return None
    message = event["message"]
    chat, sender = message["chat"], message["from"]
    if _string(chat["chat_type"]).upper() != "PRIVATE" or sender.get("is_bot") is True:
        return None  # a group is not a place to speak of one's work; Zalo delivers only what names the bot there anyway
    text = _string(message["text"]) if name == _TEXT else message.get("caption")
    url = media_url(message) if name in _FILES else None
    return Inbound(
        line=line,
        external_id=f"{name}:{_string(message['message_id'])}",  # there is no update_id
        sender=_string(chat["id"]),  # where answers go; in a private chat it is the person's own
        text=text if isinstance(text, str) and text else None,
        kind="message" if name == _TEXT or url else "unsupported",
        files=(File(_FILES[name], url),) if url else (),
    )


def _string(value: Any) -> str:
    """Ids are strings of hex digits. Never a number: one that lost its digits in a float would be somebody else's."""
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


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
