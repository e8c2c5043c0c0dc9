"""What one update of Telegram means to us.

Shapes: https://core.telegram.org/bots/api#update. Only `ALLOWED` kinds are asked for. An edited message is one more
message: what was sent already stays as it was said, and what is still a draft is asked about (handlers.front.under_way).

Read by hand, field by field, and not by python-telegram-bot, which gives up on a whole update over one detail that it does
not expect (a quotation without a position, a poll that is replied to, as a Bot API server of last year writes it). Who wrote
and what they wrote is all that is looked for: of what stands around it nothing can make a message vanish.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from telegram import Chat, ChatMember

from bot.channels import fields
from models.messages.message import File, FileKind, Inbound, Kind

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]

_ADDRESSED = re.compile(r"^(/[A-Za-z0-9_]+)@[A-Za-z0-9_]+")
_GROUPS = (Chat.GROUP, Chat.SUPERGROUP)
_PLACES = (Chat.PRIVATE, Chat.GROUP, Chat.SUPERGROUP, Chat.CHANNEL)
_KINDS: dict[str, FileKind] = {"image": "photo", "audio": "voice"}
"""Photos and recordings are often sent "as a file", to keep their quality. Whether they are any, their content says."""
_PRESENT = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.RESTRICTED)
_DETAILS = (
    "message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count sender_business_bot sender_tag "
    "date business_connection_id chat forward_origin is_topic_message is_automatic_forward reply_to_message external_reply "
    "quote reply_to_story reply_to_checklist_task_id via_bot edit_date has_protected_content is_from_offline is_paid_post "
    "media_group_id author_signature paid_star_count text entities link_preview_options suggested_post_info effect_id "
    "caption caption_entities show_caption_above_media has_media_spoiler reply_markup forward_from forward_from_chat "
    "forward_from_message_id forward_signature forward_sender_name forward_date"
)
_AROUND = frozenset(_DETAILS.split())
"""Fields of a message that say something about it and are not what was sent (core.telegram.org/bots/api#message)."""
_NEWS = (
    "new_chat_members new_chat_member new_chat_participant left_chat_member left_chat_participant chat_owner_left "
    "chat_owner_changed new_chat_title new_chat_photo delete_chat_photo group_chat_created supergroup_chat_created "
    "channel_chat_created message_auto_delete_timer_changed migrate_to_chat_id migrate_from_chat_id pinned_message "
    "connected_website write_access_allowed proximity_alert_triggered boost_added chat_background_set checklist_tasks_done "
    "checklist_tasks_added direct_message_price_changed forum_topic_created forum_topic_edited forum_topic_closed "
    "forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden giveaway_created giveaway_completed "
    "paid_message_price_changed suggested_post_approved suggested_post_approval_failed suggested_post_declined "
    "suggested_post_paid suggested_post_refunded video_chat_scheduled video_chat_started video_chat_ended "
    "video_chat_participants_invited gift_upgrade_sent refunded_payment"
)
_SERVICE = frozenset(_NEWS.split())
"""What a chat says of itself (something was pinned, a timer changed): said by nobody, and not answered. What is neither here
nor above was sent by a person, also a kind of tomorrow."""


class Malformed(Exception):
    """An update that cannot be read. Says only the class of the fault: the update holds what somebody
    wrote."""


@dataclass(frozen=True, slots=True)
class Event:
    """What is to be done about one update, in this order; nothing set: nothing."""

    inbound: Inbound | None = None
    """Goes to the dispatcher."""
    tap: str | None = None
    """The callback query to answer, once `inbound` is committed."""
    group: int | None = None
    """A group to say good-bye to and leave."""


def read(raw: Any, line: str) -> Event:
    """Reads one update as JSON gave it. What can be read of it is; of the rest a kind `unreadable` is made, which is set
    aside and of which its sender hears. Raises `Malformed` for what holds nobody's words; never anything else."""
    if not isinstance(raw, Mapping):
        raise Malformed(type(raw).__name__)
    for kind, reader in _READERS.items():
        if raw.get(kind) is not None:
            return reader(_Update(raw, line, fields.part(raw, kind)))
    if _whole(raw, "update_id") is None:
        raise Malformed("no number")
    return Event()


@dataclass(frozen=True, slots=True)
class _Update:
    """One update: all of it, and the part that says what happened."""

    raw: Mapping[str, Any]
    line: str
    part: Mapping[str, Any]

    def inbound(self, sender: str, **said: Any) -> Inbound:
        language = fields.part(self.part, "from").get("language_code")
        hint = language[:2].lower() if isinstance(language, str) else ""
        return Inbound(self.line, self._external_id(), sender, language=hint, **said)

    def unreadable(self, sender: str) -> Inbound:
        return self.inbound(sender, text=json.dumps(self.raw)[:_KEPT], kind="unreadable")

    def _external_id(self) -> str:
        number = _whole(self.raw, "update_id")
        if number is not None:
            return str(number)
        return hashlib.sha256(json.dumps(self.raw, sort_keys=True).encode()).hexdigest()[:32]

    def name(self) -> str:
        number = _whole(self.part, "message_id")
        return "" if number is None else str(number)


_KEPT = 64 * 1024
"""Letters of an update that are set aside: Telegram's own are a few thousand."""

Place = Literal["private", "group", "elsewhere", "unknown"]


def _whose(part: Mapping[str, Any]) -> tuple[Place, str]:
    """Where this was, and the id of the person who did it, or of the group. In a private chat both ids are the same number,
    so that one of them is enough; where it cannot be told whether it was private, the words go nowhere."""
    chat, person = fields.part(part, "chat"), fields.part(part, "from")
    chat_id, person_id, kind = _whole(chat, "id"), _whole(person, "id"), chat.get("type")
    if kind in _GROUPS or (kind not in _PLACES and chat_id is not None and chat_id < 0):
        return "group", "" if chat_id is None else str(chat_id)
    if kind == Chat.CHANNEL or person.get("is_bot") is True:
        return "elsewhere", ""
    known = person_id if person_id is not None else chat_id
    if kind == Chat.PRIVATE or (chat_id is not None and chat_id == person_id):
        return ("unknown", "") if known is None else ("private", str(known))
    return "unknown", "" if person_id is None else str(person_id)


def _message(update: _Update) -> Event:
    place, sender = _whose(update.part)
    if place == "group":
        return Event(group=int(sender) if sender else None)
    if place == "elsewhere":
        return Event()
    files = _files(update.part)
    if place == "unknown" or _is_spoilt(update.part):
        return Event(update.unreadable(sender))
    text, caption = fields.words(update.part, "text"), fields.words(update.part, "caption")
    kind: Kind = "message" if text or files else "unsupported"
    if kind == "unsupported" and not caption:
        sent = update.part.keys() - _AROUND
        if not sent:
            return Event(update.unreadable(sender))  # nothing is left that would say what it was
        if sent <= _SERVICE:
            return Event()
    words = _ADDRESSED.sub(r"\1", text) if text and text.startswith("/") else text or caption
    return Event(
        update.inbound(sender, text=words, quoted=_quoted(update.part)[:200], kind=kind, files=files, message=update.name())
    )


def _edited(update: _Update) -> Event:
    """Only its words count; a place that moves, or a picture put in place of another, says nothing."""
    place, sender = _whose(update.part)
    if place in ("group", "elsewhere"):
        return Event()
    text = fields.words(update.part, "text") or fields.words(update.part, "caption")
    if place == "unknown" or _is_spoilt(update.part) or not (text or update.part.keys() - _AROUND):
        return Event(update.unreadable(sender))
    return Event(update.inbound(sender, text=text, kind="edited", message=update.name())) if text else Event()


def _files(message: Mapping[str, Any]) -> tuple[File, ...]:
    """The photo, document or voice of a message: there is one at most. An album is several messages, each for itself, since
    nothing says how many are still to come."""
    sizes = message.get("photo")
    if isinstance(sizes, list):
        known = [size for size in sizes if isinstance(size, Mapping) and fields.words(size, "file_id")]
        largest = max(known, key=lambda size: (_whole(size, "width") or 0) * (_whole(size, "height") or 0), default=None)
        return _file("photo", largest)
    if message.get("animation") is not None:
        return ()  # a moving picture, which comes with a document for old apps
    if message.get("document") is not None:
        document = fields.part(message, "document")
        kind = (fields.words(document, "mime_type") or "").partition("/")[0]
        return _file(_KINDS.get(kind, "document"), document)
    return _file("voice", fields.part(message, "voice") or fields.part(message, "audio"))


def _file(kind: FileKind, card: Mapping[str, Any] | None) -> tuple[File, ...]:
    reference = fields.words(card, "file_id") if card else None
    return (File(kind, reference, _whole(card, "file_size") or 0),) if card and reference else ()


def _quoted(message: Mapping[str, Any]) -> str:
    """The words of our own message that this one replies to: one with a photo or a file has them under it."""
    replied = fields.part(message, "reply_to_message")
    ours = fields.part(replied, "from").get("is_bot") is True
    return (fields.words(replied, "text") or fields.words(replied, "caption") or "") if ours else ""


def _tap(update: _Update) -> Event:
    query, tap = update.part, fields.words(update.part, "id")
    if "game_short_name" in query or "inline_message_id" in query:
        return Event()  # no button of ours
    # The message may be one the bot can no longer read (InaccessibleMessage); its chat is always known.
    message = query.get("message")
    chat = {"type": Chat.PRIVATE} if message is None else fields.part(query, "message").get("chat")
    place, sender = _whose({"chat": chat, "from": query.get("from")})
    if place in ("group", "elsewhere"):
        return Event()
    data = fields.words(query, "data")
    if place == "unknown" or data is None:
        return Event(update.unreadable(sender), tap=tap)
    number = _whole(fields.part(query, "message"), "message_id")
    return Event(update.inbound(sender, choice=data, tapped="" if number is None else str(number)), tap=tap)


def _membership(update: _Update) -> Event:
    """In a private chat: the bot was blocked or unblocked, and nothing else. In a group: it was added, or
    removed."""
    place, sender = _whose(update.part)
    status = fields.words(fields.part(update.part, "new_chat_member"), "status")
    if place == "group":
        return Event(group=int(sender) if sender and status in _PRESENT else None)
    if place == "elsewhere":
        return Event()
    if place == "unknown" or status is None:
        raise Malformed("no status")
    if status not in (ChatMember.BANNED, ChatMember.MEMBER):
        return Event()
    return Event(update.inbound(sender, kind="stopped" if status == ChatMember.BANNED else "started"))


_READERS: dict[str, Callable[[_Update], Event]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _tap,
    "my_chat_member": _membership,
}


def _is_spoilt(message: Mapping[str, Any]) -> bool:
    """Whether there are words in it that are none."""
    return any(name in message and not isinstance(message[name], str) for name in ("text", "caption"))


def _whole(part: Mapping[str, Any], name: str) -> int | None:
    """Ids are whole numbers. Never another kind: one that lost its digits in a float would be somebody else's."""
    number = part.get(name)
    return number if isinstance(number, int) and not isinstance(number, bool) else None
