"""What Zalo's Bot API takes and refuses. Source: docs.zaloplatforms.com/docs/BOT, one page a method, and its error codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

Params = Mapping[str, Any]

PARAMETERS: dict[str, frozenset[str]] = {
    "getMe": frozenset(),
    "getUpdates": frozenset({"timeout"}),
    "setWebhook": frozenset({"url", "secret_token"}),
    "deleteWebhook": frozenset(),
    "getWebhookInfo": frozenset(),
    "testWebhook": frozenset(),
    "sendMessage": frozenset({"chat_id", "text", "parse_mode", "text_styles"}),
    "sendPhoto": frozenset({"chat_id", "photo", "caption", "parse_mode", "text_styles"}),
    "sendSticker": frozenset({"chat_id", "sticker"}),
    "sendVoice": frozenset({"chat_id", "voice_url"}),
    "sendChatAction": frozenset({"chat_id", "action"}),
}
LONGEST = 2000


class Refusal(Exception):
    """An answer with `ok: false`. `key` is `errorCode` where the real service spells it so, None where it gives none."""

    def __init__(self, code: int, description: str, *, key: str | None = "error_code") -> None:
        super().__init__(f"{code} {description}")
        self.code, self.description, self.key = code, description, key

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "description": self.description}
        return {**body, self.key: self.code} if self.key else body


def bad(description: str) -> Refusal:
    return Refusal(400, f"Bad request: {description}")


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def known(method: str, params: Params) -> None:
    """The method and every parameter exist."""
    if method not in PARAMETERS:
        raise Refusal(404, "Not found")
    if strange := sorted(params.keys() - PARAMETERS[method]):
        raise bad(f"unknown parameter {strange[0]}")


def text(params: Params, name: str, *, required: bool = True) -> str:
    value = params.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        raise bad(f"{name} must be a string")
    if not value.strip():
        raise bad(f"{name} is empty")
    if units(value) > LONGEST:
        raise bad(f"{name} is too long")
    if params.get("parse_mode", "html") not in ("html", "markdown"):
        raise bad("parse_mode is invalid")
    _styles(params.get("text_styles", []), units(value))
    return value


def _styles(styles: Any, length: int) -> None:
    if not isinstance(styles, list):
        raise bad("text_styles is invalid")
    for style in styles:
        if not isinstance(style, dict) or not style.keys() == {"start", "len", "st"}:
            raise bad("text_styles is invalid")
        if not 0 <= style["start"] < style["start"] + style["len"] <= length:
            raise bad("text_styles is out of range")


def address(value: Any, *, ending: str = "") -> str:
    """A public address that Zalo can fetch: uploads are not taken."""
    parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or not parts.path.endswith(ending):
        raise bad("url is invalid")
    return str(value)


def webhook(params: Params, *, allow_http: bool) -> tuple[str, str]:
    url, secret = params.get("url"), params.get("secret_token")
    parts = urlsplit(address(url))
    if not allow_http:
        host = parts.hostname or ""
        if parts.scheme != "https" or host == "localhost" or host.startswith(("127.", "10.", "192.168.")):
            raise bad("url must be a public HTTPS address")
    if not isinstance(secret, str) or not 8 <= len(secret) <= 256:
        raise bad("secret_token must have 8 to 256 characters")
    return str(url), secret
