"""What one update of Telegram means to us.

Shapes: https://core.telegram.org/bots/api#update. Only `ALLOWED` kinds are asked for. An edited message is one more
message: what was sent already stays as it was said, and what is still a draft is asked about (handlers.front.under_way).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message, Update, User

from models.messages.message import File, FileKind, Inbound

ALLOWED = ["message", "edited_message", "callback_query", "my_chat_member"]

_ADDRESSED = re.compile(r"^(/[A-Za-z0-9_]+)@[A-Za-z0-9_]+")
_GROUPS = (Chat.GROUP, Chat.SUPERGROUP)
_KINDS: dict[str, FileKind] = {"image": "photo", "audio": "voice"}
"""Photos and recordings are often sent "as a file", to keep their quality. Whether they are any, their content says."""
_PRESENT = (ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.RESTRICTED)


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
    """Reads one update as JSON gave it. Raises `Malformed`; never anything else."""
    _shorten_tapped(raw)
    try:
        update = Update.de_json(raw, None)
        if update is None or isinstance(update.update_id, bool) or not isinstance(update.update_id, int):
            raise TypeError
        if update.message is not None:
            return _message(update.message, line, update.update_id)
        if update.edited_message is not None:
            return _edited(update.edited_message, line, update.update_id)
        if update.callback_query is not None:
            return _tap(update.callback_query, line, update.update_id)
        if update.my_chat_member is not None:
            return _membership(update.my_chat_member, line, update.update_id)
    except Exception as error:  # whatever the library trips over, one update must not hold up the rest
        fault = type(error).__name__
    else:
        return Event()
    raise Malformed(fault)


_OF_TAPPED = ("message_id", "date", "chat")


def _shorten_tapped(raw: Any) -> None:
    """A tap brings our own message back. Only its chat is asked for here, and making objects of the rest is most of the
    work."""
    tap = raw.get("callback_query") if isinstance(raw, dict) else None
    message = tap.get("message") if isinstance(tap, dict) else None
    if isinstance(tap, dict) and isinstance(message, dict):
        tap["message"] = {key: message[key] for key in _OF_TAPPED if key in message}


def _message(message: Message, line: str, number: int) -> Event:
    if message.chat.type in _GROUPS:
        return Event(group=message.chat.id)
    person = message.from_user
    if message.chat.type != Chat.PRIVATE or person is None or person.is_bot:
        return Event()
    text, kind = message.text, "message"
    if text is None:
        # A service message (something pinned, a timer changed) is said by nobody. What the library is too old
        # to know is in api_kwargs, and answered as something we cannot read.
        if not (message.effective_attachment or message.caption or message.api_kwargs):
            return Event()
        text, kind = message.caption, "message" if _files(message) else "unsupported"
    elif text.startswith("/"):
        text = _ADDRESSED.sub(r"\1", text)
    replied = message.reply_to_message
    quoted = ""
    if replied is not None and replied.from_user is not None and replied.from_user.is_bot:
        quoted = replied.text or replied.caption or ""  # ours with a photo or a file has its words under it
    return Event(
        Inbound(
            line=line,
            external_id=str(number),
            sender=str(person.id),
            text=text,
            quoted=quoted[:200],
            kind="message" if kind == "message" else "unsupported",
            language=_language(person),
            files=_files(message),
            message=str(message.message_id),
        )
    )


def _edited(message: Message, line: str, number: int) -> Event:
    """Only its words count; a place that moves, or a picture put in place of another, says nothing."""
    person, text = message.from_user, message.text or message.caption
    if message.chat.type != Chat.PRIVATE or person is None or person.is_bot or not text:
        return Event()
    said = Inbound(line, str(number), str(person.id), text, kind="edited", language=_language(person))
    return Event(replace(said, message=str(message.message_id)))


def _files(message: Message) -> tuple[File, ...]:
    """The photo, document or voice of a message: there is one at most. An album is several messages, each for itself, since
    nothing says how many are still to come."""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return (File("photo", largest.file_id, largest.file_size or 0),)
    if message.animation:
        return ()  # a moving picture, which comes with a document for old apps
    if message.document:
        kind = _KINDS.get((message.document.mime_type or "").partition("/")[0], "document")
        return (File(kind, message.document.file_id, message.document.file_size or 0),)
    sound = message.voice or message.audio
    return (File("voice", sound.file_id, sound.file_size or 0),) if sound else ()


def _tap(query: CallbackQuery, line: str, number: int) -> Event:
    # The message may be one the bot can no longer read (InaccessibleMessage); its chat is always known.
    if query.message is None or query.message.chat.type != Chat.PRIVATE or not query.data:
        return Event()
    person = query.from_user
    inbound = Inbound(
        line=line,
        external_id=str(number),
        sender=str(person.id),
        choice=query.data,
        language=_language(person),
    )
    return Event(inbound, tap=query.id)


def _membership(change: ChatMemberUpdated, line: str, number: int) -> Event:
    """In a private chat: the bot was blocked or unblocked, and nothing else. In a group: it was added, or
    removed."""
    status = change.new_chat_member.status
    if change.chat.type in _GROUPS:
        return Event(group=change.chat.id if status in _PRESENT else None)
    if change.chat.type != Chat.PRIVATE or status not in (ChatMember.BANNED, ChatMember.MEMBER):
        return Event()
    return Event(
        Inbound(
            line=line,
            external_id=str(number),
            sender=str(change.chat.id),  # the same number as the person's
            kind="stopped" if status == ChatMember.BANNED else "started",
            language=_language(change.from_user),
        )
    )


def _language(person: User) -> str:
    return (person.language_code or "")[:2].lower()
