"""Methods about messages, and the list of all methods but `getUpdates`, which waits (telegram.py).

Source: core.telegram.org/bots/api, "Available methods"; sentences of refusal from telegram-bot-api and TDLib.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError

from tests.emulators import telegram_account as account
from tests.emulators import telegram_rules as rules
from tests.emulators.telegram_account import writable_chat
from tests.emulators.telegram_http import Upload
from tests.emulators.telegram_markup import words
from tests.emulators.telegram_people import User
from tests.emulators.telegram_rules import Params, Refusal, bad, integer
from tests.emulators.telegram_screen import Chat, Shown

if TYPE_CHECKING:
    from tests.emulators.telegram_world import World

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_OLD_QUERY = "query is too old and response timeout expired or query ID is invalid"
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF")
QUERY_LIFETIME = 60.0
"""Seconds a tap may wait for its answer. Telegram does not say; clients give up about then."""


def _show(em: World, chat: Chat, params: Params, text: str, entities: Any, body: Any = None) -> Any:
    keyboard = rules.markup(params, private=chat.id > 0)
    if reply := rules.nested(params, "reply_parameters", "can't parse reply parameters JSON object"):
        if not isinstance(reply, dict):
            raise bad("object expected as reply parameters")
        found = chat.find(integer(reply, "message_id"))
        if found is None and not reply.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
    if em.limiter is not None:
        em.limiter.check(chat.id, em.clock())
    return em.show(chat, em.me_short, text, entities, keyboard, body).json(chat)


def send_message(em: World, params: Params) -> Any:
    chat = writable_chat(em, params)
    return _show(em, chat, params, *words(params, 4096))


def send_photo(em: World, params: Params) -> Any:
    chat, caption = writable_chat(em, params), words(params, 1024, "caption")
    kept = _file(em, params, "photo")
    return _show(em, chat, params, *caption, {"photo": [{**kept, "width": 1280, "height": 960}]})


def send_document(em: World, params: Params) -> Any:
    chat, caption = writable_chat(em, params), words(params, 1024, "caption")
    kept = _file(em, params, "document")
    if em.files[kept["file_id"]][1].startswith(b"OggS") and not rules.true(params, "disable_content_type_detection"):
        _for_who_hears(chat)  # looked into, it is a recording
    name = em.files[kept["file_id"]][0].rpartition("/")[2]
    return _show(em, chat, params, *caption, {"document": {**kept, "file_name": name}})


def send_voice(em: World, params: Params) -> Any:
    chat, caption = writable_chat(em, params), words(params, 1024, "caption")
    kept = _file(em, params, "voice")
    _for_who_hears(chat)
    return _show(em, chat, params, *caption, {"voice": {**kept, "duration": 3}})


def _for_who_hears(chat: Chat) -> None:
    """Whoever has Premium may take no voice messages."""
    if isinstance(chat, User) and not chat.takes_voice:
        raise bad("VOICE_MESSAGES_FORBIDDEN")


def _file(em: World, params: Params, name: str) -> dict[str, Any]:
    """The file sent: uploaded, known by its file_id, or at a URL (which we do not fetch)."""
    given = params.get(name)
    if isinstance(given, str) and given.startswith("attach://"):
        given = params.get(given.removeprefix("attach://"))
    if isinstance(given, Upload):
        size = len(given.content)
        if not size:
            raise bad("file must be non-empty")
        if size > 50 * 2**20:
            raise Refusal(413, "Request Entity Too Large")
        if name == "photo" and size > 10 * 2**20:
            raise bad(f"file of size {size} bytes is too big for a photo; the maximum size is 10485760 bytes")
        if name == "photo" and not given.content.startswith(_IMAGES):
            raise bad("IMAGE_PROCESS_FAILED")
        if name == "photo":
            _dimensions(given.content)
        return em.keep_file(given.content, f"{name}s/{given.name}")
    if not given:
        raise bad(f"there is no {name} in the request")
    if given in em.files:
        return em.file_card(given)
    if not str(given).startswith(("http://", "https://")):
        raise bad("wrong file identifier/HTTP URL specified")
    return em.keep_file(b"\xff\xd8\xff from " + str(given).encode(), f"{name}s/from_url")


def _dimensions(content: bytes) -> None:
    """Width and height together are 10,000 at most, and one is 20 times the other at most (“sendPhoto”)."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            short, long = sorted(image.size)
    except UnidentifiedImageError:
        return  # a test's photo, of a few bytes
    if short + long > 10_000 or long > 20 * short:
        raise bad("PHOTO_INVALID_DIMENSIONS")


def _shown(em: World, params: Params, to: str) -> tuple[Chat, Shown]:
    chat = writable_chat(em, params)
    if not integer(params, "message_id"):
        raise bad("message identifier is not specified")
    shown = chat.find(integer(params, "message_id"))
    if shown is None:
        raise bad(f"message to {to} not found")
    if to == "edit" and not shown.from_bot:
        raise bad("message can't be edited")
    return chat, shown


def _change(em: World, chat: Chat, shown: Shown, text: str, entities: Any, keyboard: Any) -> Any:
    if (shown.text, shown.entities, shown.markup) == (text, entities, keyboard or None):
        raise bad(_NOT_MODIFIED)
    shown.text, shown.entities, shown.markup, shown.edited = text, entities, keyboard, em.now()
    return shown.json(chat)


def _keyboard(chat: Chat, params: Params) -> dict[str, Any] | None:
    keyboard = rules.markup(params, private=chat.id > 0)
    if keyboard is not None and "inline_keyboard" not in keyboard:
        raise bad("inline keyboard expected")
    return keyboard if keyboard and keyboard["inline_keyboard"] else None


def edit_text(em: World, params: Params) -> Any:
    chat, shown = _shown(em, params, "edit")
    text, entities = words(params, 4096)
    if shown.body:
        raise bad("there is no text in the message to edit")
    return _change(em, chat, shown, text, entities, _keyboard(chat, params))


def edit_markup(em: World, params: Params) -> Any:
    chat, shown = _shown(em, params, "edit")
    return _change(em, chat, shown, shown.text, shown.entities, _keyboard(chat, params))


def delete_message(em: World, params: Params) -> bool:
    _, shown = _shown(em, params, "delete")
    if em.now() - shown.date > 48 * 3600:
        raise bad("message can't be deleted for everyone")
    shown.deleted = True
    return True


def answer_query(em: World, params: Params) -> bool:
    asked = em.queries.get(str(params.get("callback_query_id", "")))
    if asked is None or em.clock() - asked > QUERY_LIFETIME:
        raise bad(_OLD_QUERY)
    if rules.utf16(str(params.get("text", ""))) > 200:
        raise bad("MESSAGE_TOO_LONG")
    del em.queries[str(params["callback_query_id"])]  # once: a second answer finds it gone
    return True


def chat_action(em: World, params: Params) -> bool:
    writable_chat(em, params)
    if params.get("action") not in rules.ACTIONS:
        raise bad("wrong parameter action in request")
    return True


METHODS: dict[str, Callable[[World, Params], Any]] = {
    "getMe": account.get_me,
    "setWebhook": account.set_webhook,
    "deleteWebhook": account.delete_webhook,
    "getWebhookInfo": account.webhook_info,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "sendVoice": send_voice,
    "editMessageText": edit_text,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_query,
    "sendChatAction": chat_action,
    "getFile": account.get_file,
    "setMyCommands": account.set_commands,
    "getMyCommands": account.get_commands,
    "deleteMyCommands": account.delete_commands,
    "leaveChat": account.leave_chat,
    "getChat": account.get_chat,
}


def encode(result: Any) -> bytes:
    return b'{"ok":true,"result":true}' if result is True else b'{"ok":true,"result":%s}' % json.dumps(result).encode()
