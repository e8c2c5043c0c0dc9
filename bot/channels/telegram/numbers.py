"""What tells one update from another. The number alone does not: after a week without any, Telegram goes on with a number
drawn anew (https://core.telegram.org/bots/api#update), and another Bot API server counts by itself. A new update under a
number that was seen would be taken for an old one that comes again. So what it is about counts as well, which is the
same each time an update is offered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from bot.channels.telegram.updates import Event

_MARKS = ("id", "message_id", "date", "edit_date")


def told_apart(event: Event, raw: Any) -> Event:
    """The event, under a name that no other update has."""
    if event.inbound is None:
        return event
    return replace(event, inbound=replace(event.inbound, external_id=f"{event.inbound.external_id}:{_marks(raw)}"))


def _marks(raw: Any) -> str:
    """A few letters that stand for whose and which message, tap or change it is."""
    content = raw if isinstance(raw, Mapping) else {}
    marks: list[str] = []
    for kind in sorted(str(name) for name in content if name != "update_id"):
        value = content[kind]
        if isinstance(value, Mapping):
            chat = value.get("chat")
            about = [chat.get("id") if isinstance(chat, Mapping) else None, *(value.get(mark) for mark in _MARKS)]
            marks += [kind, *(str(mark) for mark in about)]
    return sha256("\x1f".join(marks).encode()).hexdigest()[:16]
