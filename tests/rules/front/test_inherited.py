"""A run of the version before is read by this one: words and files are taken over, and only answers stand among answers."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence

import pytest

from handlers.files.attachments import are_with
from handlers.front import inherited
from handlers.front.capabilities import CONVERSATIONS
from handlers.front.under_way import QUESTIONS, Waiting
from handlers.people.upgrading import WrittenCode
from models.messages.chats import Chat, Run, State
from models.messages.message import Inbound

FREE: Sequence[str] = ("files", "asked", "then", "said", "english", "code", "chosen", "size", "seen", "more", "may", "part")
OLD = {
    "files": json.dumps([{"id": "a" * 13, "kind": "photo"}]),
    "asked": json.dumps([{"kind": "yesno", "text": "Có nên?", "options": [], "when": None}]),
    "then": Inbound("l", "1", "2", text="dừng").dump(),
    "said": json.dumps({"text": "7"}),
}


def some(keys: Iterable[str], most: int) -> Iterator[set[str]]:
    """Up to so many of these together, and all of them."""
    listed = sorted(keys)
    for count in range(most + 1):
        yield from map(set, itertools.combinations(listed, count))
    yield set(listed)


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_whatever_was_kept_only_answers_are_left(name: str) -> None:
    """Words are still there; so are files. The draft put aside is seen to as well. With any two free keys together (no rule
    asks for three), any answer, and all of both."""
    declared = {question.key for question in CONVERSATIONS[name].questions}
    for free, given in itertools.product(some({*FREE} - declared, 2), some(declared, 1)):
        old = {key: OLD.get(key, "x") for key in free} | dict.fromkeys(given, "words")
        chat = Chat("a", "b", State(run=Run(name, "", "abc", dict(old)), draft=Run(name, "", "abc", dict(old))))
        inherited.carried(chat)
        for run in (chat.state.run, chat.state.draft):
            assert run is not None
            assert run.answers.keys() <= declared
            lost = given - run.answers.keys()
            assert not lost & {"text", "title", "words", "name", "template"} and (free or not lost)
            assert are_with(run) is ("files" in free)
            if name in QUESTIONS and "then" in free:
                assert run.notes(Waiting).message == Inbound("l", "1", "2", text="dừng")


def test_a_code_that_was_asked_about_is_still_that_code() -> None:
    run = Run("slip", "", "abc", {"text": "K7MP-4RXA"}, asking="sure")
    inherited.carried(Chat("a", "b", State(run=run)))
    assert (run.answers, run.notes(WrittenCode).code) == ({}, "K7MP-4RXA")


def test_what_is_of_today_stays_as_it_is() -> None:
    """Also a “yes” to a preview, which would be asked again of a run of the version before."""
    run = Run("notice", "", "abc", {"text": "Họp tổ", "units": "done", "who": "all", "send": "send"}, asking="number")
    inherited.carried(Chat("a", "b", State(run=run)))
    assert run.answers == {"text": "Họp tổ", "units": "done", "who": "all", "send": "send"}
