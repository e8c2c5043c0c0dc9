"""What the methods do, once their parameters are known to exist. Source: docs.zaloplatforms.com/docs/BOT, a page each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.emulators import zalo_rules as rules
from tests.emulators.zalo_people import Group, Shown, User, new_id
from tests.emulators.zalo_rules import Params, Refusal, bad

if TYPE_CHECKING:
    from tests.emulators.zalo import ZaloEmulator


async def manage(em: ZaloEmulator, method: str, params: Params) -> Any:
    """Methods about the bot itself."""
    if method == "getMe":
        return em.me
    if method == "testWebhook":
        raise Refusal(426, "Too many tests", key="errorCode")
    if method == "setWebhook":
        url, em.webhook_secret = rules.webhook(params, allow_http=em.allow_http)
        em.webhook = {"url": url, "updated_at": em.now()}
        status = await em.push(None)  # the address is kept whatever comes of this
        return {**em.webhook, "verification": {"ok": status == 200, "outcome": "done", "status_code": status, "hint": ""}}
    if method == "deleteWebhook":
        em.webhook = {"url": "", "updated_at": em.now()}
    return em.webhook


def send(em: ZaloEmulator, method: str, params: Params) -> Any:
    """One message on somebody's screen, or `typing…`, whose answer has no result."""
    wanted = params.get("chat_id")
    chat = em.chats.get(wanted) if isinstance(wanted, str) else None
    if chat is None or (isinstance(chat, User) and not chat.known):
        raise bad("chat not found")
    if method == "sendChatAction":
        if params.get("action") != "typing":
            raise bad("action is invalid")
        return None
    kind, text = _content(method, params)
    if em.month and sum(call.method != "sendChatAction" for call in em.sent) >= em.month:
        raise Refusal(429, "Quota exceeded")
    shown = Shown(new_id(), em.now(), text, True, kind)
    if not (kind == "voice" and isinstance(chat, Group)):  # dropped without a word, says the page
        chat.chat.append(shown)
    return {"message_id": shown.message_id, "date": shown.date}


def _content(method: str, params: Params) -> tuple[str, str]:
    if method == "sendMessage":
        return "text", rules.text(params, "text")
    if method == "sendPhoto":
        rules.address(params.get("photo"))
        return "photo", rules.text(params, "caption", required=False)
    if method == "sendVoice":
        rules.address(params.get("voice_url"), ending=".aac")
        return "voice", ""
    if not isinstance(params.get("sticker"), str):
        raise bad("sticker is invalid")
    return "sticker", ""
