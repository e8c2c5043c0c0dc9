"""What Telegram refuses in a request, in Telegram's own words.

Source: core.telegram.org/bots/api (limits of every field), the sentences of TDLib and telegram-bot-api, and
python-telegram-bot's constants. Pure functions: nothing here knows of a chat or a server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Params = Mapping[str, Any]

_SEND = (
    "business_connection_id chat_id message_thread_id direct_messages_topic_id disable_notification "
    "protect_content allow_paid_broadcast message_effect_id suggested_post_parameters "
    "reply_parameters reply_markup "
)
_EDIT = "business_connection_id chat_id message_id inline_message_id reply_markup "
_COMMANDS = "scope language_code"
METHODS = {
    name: frozenset(parameters.split())
    for name, parameters in {
        "getMe": "",
        "getUpdates": "offset limit timeout allowed_updates",
        "setWebhook": "url certificate ip_address max_connections allowed_updates drop_pending_updates secret_token",
        "deleteWebhook": "drop_pending_updates",
        "getWebhookInfo": "",
        "sendMessage": _SEND + "text parse_mode entities link_preview_options",
        "editMessageText": _EDIT + "text parse_mode entities link_preview_options",
        "editMessageReplyMarkup": _EDIT,
        "deleteMessage": "chat_id message_id",
        "answerCallbackQuery": "callback_query_id text show_alert url cache_time",
        "sendChatAction": "business_connection_id chat_id message_thread_id action",
        "sendPhoto": _SEND + "photo caption parse_mode caption_entities show_caption_above_media has_spoiler",
        "sendDocument": _SEND + "document thumbnail caption parse_mode caption_entities disable_content_type_detection",
        "sendVoice": _SEND + "voice caption parse_mode caption_entities duration",
        "getFile": "file_id",
        "setMyCommands": "commands " + _COMMANDS,
        "getMyCommands": _COMMANDS,
        "deleteMyCommands": _COMMANDS,
        "leaveChat": "chat_id",
        "getChat": "chat_id",
    }.items()
}
"""Every method we know and all its parameters. The real service ignores others; a strict emulator tells."""

ACTIONS = {
    *(
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
    ),
    *("upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"),
}
_BUTTON_ACTIONS = {
    *(
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "copy_text",
        "callback_game",
        "pay",
        "switch_inline_query",
    ),
    *("switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat"),
}
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_PORTS = re.compile(r"https://[^/:]+(:(443|80|88|8443))?(/|$)")


class Refusal(Exception):
    """An answer with `ok: false`."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters

    def body(self) -> bytes:
        answer: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return json.dumps(answer).encode()


def bad(sentence: str) -> Refusal:
    return Refusal(400, f"Bad Request: {sentence}")


def utf16(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def nested(params: Params, name: str, complaint: str) -> Any:
    """A parameter that is JSON: as it is in a JSON body, serialised in any other."""
    value = params.get(name)
    if not isinstance(value, str) or not value:
        return value or None
    try:
        return json.loads(value)
    except ValueError:
        raise bad(complaint) from None


def integer(params: Params, name: str, default: int = 0) -> int:
    try:
        return int(params.get(name, default))
    except (TypeError, ValueError):
        return default


def true(params: Params, name: str) -> bool:
    return str(params.get(name, "")).lower() in ("true", "1", "yes")


def markup(params: Params, *, private: bool) -> dict[str, Any] | None:
    """The keyboard of a message, once nothing is wrong with it."""
    if not params.get("reply_markup"):
        return None
    value = nested(params, "reply_markup", "can't parse reply keyboard markup JSON object")
    if not isinstance(value, dict):
        raise bad("object expected as reply markup")
    for field, check in (("inline_keyboard", _inline), ("keyboard", _reply)):
        if field not in value:
            continue
        rows = value[field]
        if not isinstance(rows, list):
            raise bad(f'field "{field}" must be of type Array')
        if not all(isinstance(row, list) for row in rows):
            raise bad(f'field "{field}" must be an Array of Arrays')
        buttons = [button for row in rows for button in row]
        for button in buttons:
            check(button, private)
        # Telegram allows at most 100 buttons in an inline keyboard and 300 under the text field.
        if len(buttons) > (100 if field == "inline_keyboard" else 300):
            raise bad("reply markup is too long")
    return value


def _text_of(button: Any, kind: str) -> None:
    if not isinstance(button, dict):
        raise bad(f"can't parse {kind}: {kind} must be an Object")
    if "text" not in button:
        raise bad(f"can't parse {kind}: Can't find field \"text\"")
    if not isinstance(button["text"], str):
        raise bad(f'can\'t parse {kind}: Field "text" must be of type String')
    if not button["text"].strip():
        raise bad(f"{kind} text must be non-empty")


def _inline(button: Any, private: bool) -> None:
    _text_of(button, "inline keyboard button")
    actions = _BUTTON_ACTIONS & button.keys()
    if not actions:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad("can't parse inline keyboard button: exactly one action must be specified")
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str):
            raise bad('can\'t parse inline keyboard button: Field "callback_data" must be of type String')
        if not 1 <= len(data.encode()) <= 64:
            raise bad("BUTTON_DATA_INVALID")
    if "url" in button and not re.match(r"(https?|tg|ton)://[^\s/]", str(button["url"])):
        raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def _reply(button: Any, private: bool) -> None:
    if isinstance(button, str) and button.strip():
        return
    _text_of(button, "keyboard button")
    if not private and button.get("request_contact"):
        raise bad("phone number can be requested in private chats only")


def commands(params: Params) -> list[dict[str, str]]:
    """The list of setMyCommands: names of [a-z0-9_]{1,32}, descriptions of 1-256 characters, at most 100."""
    value = nested(params, "commands", "can't parse commands JSON object")
    if not isinstance(value, list):
        raise bad("expected an Array of BotCommand")
    if len(value) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in value:
        if not isinstance(command, dict) or not {"command", "description"} <= command.keys():
            raise bad("can't parse BotCommand: expected an Object with fields command and description")
        if not _COMMAND.fullmatch(str(command["command"]).removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not str(command["description"]).strip():
            raise bad("command description must be non-empty")
        if len(command["description"]) > 256:
            raise bad("command description length must not exceed 256")
    return [{"command": c["command"].removeprefix("/"), "description": c["description"]} for c in value]


def webhook(params: Params, *, allow_http: bool) -> str:
    url = str(params.get("url") or "")
    if url and not allow_http:
        if not url.startswith("https://"):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if not _PORTS.match(url):
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    secret = str(params.get("secret_token") or "")
    if len(secret) > 256:
        raise bad("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    return url
