"""What people are shown in the stories: each message of a new shape once, for the run's report.

`python -m tests.gate` puts all of them on a phone's screen (tests/phone.py). Noted where a message is queued, on whatever
line: pages draw the same words everywhere, and only a page of ours can be measured.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from handlers.chat.conversation import Turn
from models.messages import outbox
from models.messages.outbox import Letter

PROPERTY = "said"
_saying: ContextVar[str] = ContextVar("saying", default="")
_known: set[object] = set()


@dataclass(frozen=True, slots=True)
class Said:
    """One message as it was composed. `by`: the conversation that said it, empty for what came unasked; `buttons`: of each
    whether it answers a question, what it says, and its kind; `alt`: the words of its picture; `letters` to be copied."""

    text: str
    buttons: tuple[tuple[bool, str, str], ...] = ()
    by: str = ""
    language: str = "vi"
    alt: str = ""
    letters: str = ""

    @property
    def shape(self) -> object:
        """The same for two that differ in a name, a code or a number only by what it is."""
        labels = tuple((asks, _figures(label), kind) for asks, label, kind in self.buttons)
        return self.by, self.language, _figures(self.text), labels, bool(self.alt), bool(self.letters)

    def dump(self) -> str:
        return json.dumps({key: value for key, value in asdict(self).items() if value})

    @classmethod
    def load(cls, dumped: str) -> Said:
        kept = json.loads(dumped)
        return cls(**{**kept, "buttons": tuple((asks, label, kind) for asks, label, kind in kept.get("buttons", ()))})


def shown(message: Mapping[str, Any]) -> Said:
    """One that a page has got."""
    options = [(bool(one["token"].split(":")[2]), one["label"], one.get("kind", "")) for one in message["options"]]
    alt = message.get("media", {}).get("alt", "")
    return Said(message["text"], tuple(options), "", message["language"], alt, message.get("copies", ""))


def _figures(text: str) -> str:
    return re.sub(r"\d+", "0", re.sub(r"\b[A-Z]{2}-[A-Z0-9]{6}\b", "CODE", text))


class Noted:
    """What one story adds to what the stories before it, in this process, have shown."""

    def __init__(self) -> None:
        self.new: list[Said] = []

    def note(self, letter: Letter) -> None:
        options = tuple((bool(one.token.split(":")[2]), one.label, one.kind) for one in letter.options)
        alt = letter.media.alt if letter.media else ""
        said = Said(letter.text, options, _saying.get(), letter.language, alt, letter.page.copies)
        if said.shape not in _known:
            _known.add(said.shape)
            self.new.append(said)


def listen(monkeypatch: pytest.MonkeyPatch) -> Noted:
    """Notes from here on what is queued."""
    noted = Noted()
    queue, say = outbox.queue, Turn.say

    def queued(session: Any, to: Any, letter: Letter, *more: Any, **named: Any) -> str:
        noted.note(letter)
        return queue(session, to, letter, *more, **named)

    def saying(turn: Turn, *more: Any, **named: Any) -> None:
        run = turn.state.run
        token = _saying.set(run.conversation if run is not None else "menu")
        try:
            say(turn, *more, **named)
        finally:
            _saying.reset(token)

    monkeypatch.setattr(outbox, "queue", queued)
    monkeypatch.setattr(Turn, "say", saying)
    return noted


def read(noted: Sequence[tuple[str, str]]) -> list[tuple[str, Said]]:
    """Each shape once, with the story that showed it first; `noted`: stories and what they have noted."""
    shown: dict[object, tuple[str, Said]] = {}
    for story, value in noted:
        for line in json.loads(value):
            said = Said.load(line)
            shown.setdefault(said.shape, (story, said))
    return list(shown.values())
