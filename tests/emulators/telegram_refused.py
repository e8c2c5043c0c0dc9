"""Calls that Telegram refuses with 400, and the sentence after "Bad Request: " (for test_telegram.py)."""

from __future__ import annotations

from typing import Any


def keyboard(*labels: str, **button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, **({"callback_data": label} | button)}] for label in labels]}


OLD = "query is too old and response timeout expired or query ID is invalid"
NO_ACTION = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
NO_TEXT = "can't parse inline keyboard button: Can't find field \"text\""
ROWS = 'field "inline_keyboard" must be an Array of Arrays'
REFUSED = {
    "sendMessage": [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "\ud800"}, "strings must be encoded in UTF-8"),
        ({"text": "ă" * 4095 + "🙂"}, "message is too long"),
        ({"chat_id": None}, "chat_id is empty"),
        ({"chat_id": 1}, "chat not found"),
        ({"parse_mode": "XML"}, "unsupported parse_mode"),
        ({"reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"reply_markup": [1]}, "object expected as reply markup"),
        ({"reply_markup": {"inline_keyboard": [1]}}, ROWS),
        ({"reply_markup": {"inline_keyboard": [[{}]]}}, NO_TEXT),
        ({"reply_markup": keyboard("")}, "inline keyboard button text must be non-empty"),
        ({"reply_markup": {"inline_keyboard": [[{"text": "a"}]]}}, NO_ACTION),
        ({"reply_markup": keyboard("a", callback_data="đ" * 33)}, "BUTTON_DATA_INVALID"),
        ({"reply_markup": keyboard(*["a"] * 101)}, "reply markup is too long"),
        ({"reply_parameters": {"message_id": 1}}, "message to be replied not found"),
    ],
    "sendPhoto": [
        ({"photo": "https://x.vn/a", "caption": "a" * 1025}, "message caption is too long"),
        ({}, "there is no photo in the request"),
    ],
    "sendDocument": [({"document": "?"}, "wrong file identifier/HTTP URL specified")],
    "sendChatAction": [({"action": "dancing"}, "wrong parameter action in request")],
    "editMessageText": [({"message_id": 1}, "message to edit not found")],
    "deleteMessage": [
        ({"message_id": 1}, "message to delete not found"),
        ({}, "message identifier is not specified"),
    ],
    "answerCallbackQuery": [({"callback_query_id": "1"}, OLD)],
    "getFile": [({"file_id": "x"}, "wrong file_id or the file is temporarily unavailable")],
    "setMyCommands": [
        ({"commands": [{"command": "Bắt", "description": "d"}]}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "a", "description": ""}]}, "command description must be non-empty"),
    ],
    "setWebhook": [({"url": "http://a", "secret_token": "í"}, "secret token contains unallowed characters")],
    "leaveChat": [({}, "chat member status can't be changed in private chats")],
}
MARKUP = [
    ("HTML", "ă <b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ("HTML", "ă</b>", "Unexpected end tag at byte offset 2"),
    ("HTML", "ă < b", 'Unsupported start tag "" at byte offset 3'),
    ("HTML", "<i>a</em>", 'Unmatched end tag at byte offset 4, expected "</i>", found "</em>"'),
    ("Markdown", "a *b", "Can't find end of the entity starting at byte offset 2"),
    ("MarkdownV2", "a.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
    ("MarkdownV2", "*a", "Can't find end of Bold entity at byte offset 0"),
]
TABLE = [(method, *row) for method, rows in REFUSED.items() for row in rows] + [
    ("sendMessage", {"text": text, "parse_mode": mode}, f"can't parse entities: {sentence}")
    for mode, text, sentence in MARKUP
]
