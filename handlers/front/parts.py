"""Two parts of one pasted text are one: a phone sends what is longer than its service takes (Telegram 4,096 letters, Zalo
2,000) as several messages at once, and the rest alone must not become what is sent. It stands alone because no question
knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.chat.conversation import Turn
from models.messages.notes import note as kept

PART = 1_900
"""Shorter messages are whole."""
AT_ONCE = timedelta(seconds=10)
"""So soon nobody has written the next."""


@kept
@dataclass(slots=True)
class Part:
    """What came last, the answer to which question, and when: perhaps only the beginning of a text."""

    question: str = ""
    text: str = ""
    at: datetime | None = None


def note(turn: Turn, text: str) -> None:
    """Remembers an answer that may be only the beginning, also one that was refused as too long."""
    turn.run.put(Part(turn.run.asking, text, turn.now) if len(text) >= PART else Part())


def put_together(turn: Turn, text: str) -> str:
    """The whole, where this is the next part of what came just before: it is an answer to the same question."""
    before = turn.notes(Part)
    if before.at is None or turn.now - before.at > AT_ONCE:
        return text
    turn.run.asking = before.question
    turn.answers.pop(before.question, None)
    turn.is_pasted = True
    turn.say(turn._("The parts of your text are put together."))
    return f"{before.text}\n{text}"
