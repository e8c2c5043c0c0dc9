"""One message out: its buttons as Telegram lays them, editing one that was sent, and what Telegram's refusal means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels.base import Blocked, Rejected, SendError, Throttled, Unreachable
from bot.channels.telegram.refusals import Call, kind_of
from bot.channels.telegram.request import Client
from models.messages.message import Option, Outgoing

SHORT = 16
"""Characters of a label that leaves room for a second button beside it on a telephone."""

# What Telegram's refusals are made of: these words stay in a reason even where the message has them too.
_OWN_WORDS = {
    *(
        "a",
        "are",
        "be",
        "bot",
        "button",
        "can",
        "chat",
        "data",
        "empty",
        "entities",
        "for",
        "in",
        "inline",
        "invalid",
    ),
    *(
        "is",
        "keyboard",
        "long",
        "markup",
        "message",
        "must",
        "not",
        "of",
        "or",
        "parse",
        "reply",
        "text",
        "the",
        "to",
    ),
    *("too", "type", "url", "user", "wrong"),
}


def keyboard(options: Sequence[Option]) -> list[list[dict[str, str]]]:
    """Buttons in rows: one a row, or two where both labels are short. Telegram draws all alike, so what sends and what
    cancels share no row."""
    rows: list[list[dict[str, str]]] = []
    beside: str | None = None
    for option in options:
        button = {"text": option.label, "callback_data": option.token}
        short = len(option.label) <= SHORT
        if short and beside == option.kind:
            rows[-1].append(button)
            beside = None
        else:
            rows.append([button])
            beside = option.kind if short else None
    return rows


_NOT_THERE = (
    *("message to edit not found", "message_id_invalid", "can't be edited", "no text in the message to edit"),
    *("message not found", "message_author_required", "message_edit_time_expired"),
)


async def edit(client: Client, parameters: dict[str, Any], message_id: str) -> bool:
    """Gives a message that was sent the text and buttons of these `sendMessage` parameters. False where there is nothing to
    edit (the person has cleared the chat, or it was a file); what is said there already counts as done, since an edit whose
    answer was lost is tried again."""
    if not message_id.isdecimal():  # another line's
        return False
    try:
        await client.call("editMessageText", {**parameters, "message_id": int(message_id)})
    except BadRequest as error:
        said = str(error).lower()
        if "message is not modified" in said:
            return True
        if any(words in said for words in _NOT_THERE):
            return False
        kind = kind_of(error)
        if kind is None or not kind.instead(Call("sendMessage", parameters)):
            raise
        return False
    return True


def refusal(error: TelegramError, message: Outgoing) -> SendError:
    """What Telegram's refusal of this message means to the outbox."""
    said = str(error)
    if isinstance(error, Forbidden) or (isinstance(error, BadRequest) and "chat not found" in said.lower()):
        return Blocked()
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        return Throttled(float(wait) if isinstance(wait, int) else wait.total_seconds())
    if isinstance(error, InvalidToken | Conflict):
        # The operator's fault, and mended by the operator: no message may be lost by it.
        return Unreachable(type(error).__name__)
    kind = kind_of(error)
    return Rejected(_reason(said, message), code=kind.code if kind else "refused")


def _reason(said: str, message: Outgoing) -> str:
    """Telegram's sentence without what it may repeat of the message: quotations go, and so does every word of
    it that is not one of Telegram's own."""
    said = said.partition(". The server response contained")[0]  # the library's addition
    said = re.split(r"(?<!\w)[\"'`“«]", said, maxsplit=1)[0]
    ours = " ".join([message.recipient, message.text, *(f"{o.label} {o.token}" for o in message.options)])
    words = set(re.findall(r"\w+", ours.casefold())) - _OWN_WORDS
    return re.sub(r"\w+", lambda word: "…" if word[0].casefold() in words else word[0], said).strip(" :")[:200]
