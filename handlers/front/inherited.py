"""A run that the version before has left in the middle: it kept under free keys, beside the answers, what is noted now
(models.messages.notes). What somebody wrote is taken over, files included; what was switched or marked stands as it does at
the beginning, and whatever was decided on the strength of it is asked again.

A draft lives 24 hours, so one day after that version was replaced nothing is left to be carried over, and this can go.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from handlers.broadcasts.audiences import Chosen
from handlers.broadcasts.writing import Notice
from handlers.files.attachments import Drafted, Enclosing
from handlers.front.capabilities import CONVERSATIONS
from handlers.front.under_way import Said, Waiting
from handlers.people import upgrading
from handlers.polls.questions import Written
from models.messages.chats import Chat, Run
from models.messages.message import Inbound
from models.polls.polls import Question

_KEYS = {name: frozenset(question.key for question in one.questions) for name, one in CONVERSATIONS.items()}
_AGAIN = ("units", "who", "send", "open", "number", "sure")
"""Whom it is for, and every “yes” to a preview: said of switches and marks that are gone."""


def carried(chat: Chat) -> Chat:
    """The same, in the form of today."""
    for run in (chat.state.run, chat.state.draft):
        if run is not None and not run.answers.keys() <= _KEYS[run.conversation]:
            _carry_over(run)
    return chat


def _carry_over(run: Run) -> None:
    old = {key: run.answers.pop(key) for key in run.answers.keys() - _KEYS[run.conversation]}
    for key in _AGAIN:
        run.answers.pop(key, None)
    if "chosen" in old:
        run.put(Chosen(open=True))
    if "files" in old:
        run.put(Enclosing([Drafted(one["id"], one["kind"]) for one in json.loads(old["files"])]))
    if "asked" in old:
        run.put(Written([_question(**one) for one in json.loads(old["asked"])]))
    if "english" in old:
        run.put(Notice(english=old["english"]))
    if "said" in old:
        run.put(Said(json.loads(old["said"])))
    if "then" in old:
        run.put(Waiting(Inbound.load(old["then"]), old.get("code", ""), old.get("code", "")))
    if run.conversation == "slip" and "text" in old:
        run.put(*upgrading.about(old["text"]).notes)


def _question(kind: str, text: str, options: Iterable[str], when: list[int] | None) -> Question:
    return Question(kind, {"vi": text}, [{"vi": one} for one in options], (when[0], when[1]) if when else None)  # type: ignore[arg-type]
