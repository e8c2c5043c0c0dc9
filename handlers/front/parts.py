"""Two parts of one pasted text are one: a phone sends what is longer than its service takes (Telegram 4,096 letters, Zalo
2,000) as several messages at once, and the rest alone must not become what is sent. It stands alone because no question
knows of it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from handlers.chat.conversation import Turn

PART = 1_900
"""Shorter messages are whole."""
AT_ONCE = timedelta(seconds=10)
"""So soon nobody has written the next."""
_KEY = "part"
"""Where a draft keeps the part that came last. No question has this key."""


def note(turn: Turn, text: str) -> None:
    """Remembers an answer that may be only the beginning, also one that was refused as too long."""
    run = turn.state.run
    assert run is not None
    if len(text) >= PART:
        run.answers[_KEY] = json.dumps([run.asking, turn.now.isoformat(), text])
    else:
        run.answers.pop(_KEY, None)


def put_together(turn: Turn, text: str) -> str:
    """The whole, where this is the next part of what came just before: it is an answer to the same question."""
    run = turn.state.run
    if run is None or _KEY not in run.answers:
        return text
    key, at, before = json.loads(run.answers[_KEY])
    if turn.now - datetime.fromisoformat(at) > AT_ONCE:
        return text
    run.asking = key
    run.answers.pop(key, None)
    turn.is_pasted = True
    turn.say(turn._("The parts of your text are put together."))
    return f"{before}\n{text}"
