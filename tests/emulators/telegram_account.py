"""Methods about the bot itself: its commands, its webhook, its chats and files.

Source: core.telegram.org/bots/api, "setMyCommands", "setWebhook", "getFile", "getChat".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.emulators import telegram_rules as rules
from tests.emulators.telegram_people import Group, User
from tests.emulators.telegram_rules import Params, Refusal, bad, integer
from tests.emulators.telegram_screen import Chat

if TYPE_CHECKING:
    from tests.emulators.telegram_world import World


def known_chat(em: World, params: Params) -> Chat:
    wanted = params.get("chat_id")
    if wanted in (None, ""):
        raise bad("chat_id is empty")
    chat = em.chats.get(integer(params, "chat_id"))
    if chat is None:
        raise bad("chat not found")
    return chat


def writable_chat(em: World, params: Params) -> Chat:
    chat = known_chat(em, params)
    if isinstance(chat, User):
        if chat.deactivated:
            raise Refusal(403, "Forbidden: user is deactivated")
        if chat.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if not chat.started:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
    elif isinstance(chat, Group) and not chat.bot_is_in:
        raise Refusal(403, "Forbidden: bot was kicked from the group chat")
    return chat


def get_file(em: World, params: Params) -> Any:
    file_id = str(params.get("file_id", ""))
    if file_id not in em.files:
        raise bad("wrong file_id or the file is temporarily unavailable")
    card = em.file_card(file_id)
    if card["file_size"] > 20 * 2**20:
        raise bad("file is too big")
    return {**card, "file_path": em.files[file_id][0]}


def _scope(em: World, params: Params) -> tuple[str, str]:
    scope = rules.nested(params, "scope", "can't parse BotCommandScope JSON object") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad("can't parse BotCommandScope: BotCommandScope must be an Object")
    kind, language = scope.get("type"), str(params.get("language_code") or "")
    if kind not in ("default", "all_private_chats", "all_group_chats", "all_chat_administrators"):
        if kind not in ("chat", "chat_administrators", "chat_member"):
            raise bad("can't parse BotCommandScope: unsupported type specified")
        kind = f"{kind}:{known_chat(em, scope).id}"
    if language and not (len(language) == 2 and language.isalpha() and language.islower()):
        raise bad("invalid language code specified")
    return kind, language


def set_commands(em: World, params: Params) -> bool:
    em.commands[_scope(em, params)] = rules.commands(params)
    return True


def get_commands(em: World, params: Params) -> Any:
    return em.commands.get(_scope(em, params), [])


def delete_commands(em: World, params: Params) -> bool:
    em.commands.pop(_scope(em, params), None)
    return True


def leave_chat(em: World, params: Params) -> bool:
    chat = writable_chat(em, params)
    if not isinstance(chat, Group):
        raise bad("chat member status can't be changed in private chats")
    chat.bot_is_in = False
    return True


def get_chat(em: World, params: Params) -> Any:
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    full = {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    return {**known_chat(em, params).json(), **full}


def set_webhook(em: World, params: Params) -> Any:
    url = rules.webhook(params, allow_http=em.allow_http)
    allowed = rules.nested(params, "allowed_updates", "can't parse allowed_updates JSON object")
    if allowed is not None:
        em.allowed_updates = frozenset(allowed)
    if rules.true(params, "drop_pending_updates"):
        em.queue.clear()
    em.webhook = {"url": url, "max_connections": integer(params, "max_connections", 40)} if url else {}
    em.webhook_secret = str(params.get("secret_token") or "")
    em.interrupt_poll()
    return True


def delete_webhook(em: World, params: Params) -> bool:
    return bool(set_webhook(em, {"drop_pending_updates": params.get("drop_pending_updates", "")}))


def webhook_info(em: World, params: Params) -> Any:
    info = {"url": "", **em.webhook, "has_custom_certificate": False, "pending_update_count": len(em.queue)}
    return {
        **info,
        **em.webhook_error,
        **({"allowed_updates": sorted(em.allowed_updates)} if em.allowed_updates else {}),
    }


def get_me(em: World, params: Params) -> Any:
    return em.me
