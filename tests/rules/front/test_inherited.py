"""A run of the version before is read by this one: words and files are taken over, and only answers stand among answers."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@pytest.mark.parametrize("name", CONVERSATIONS)
@given(data=st.data())
def test_whatever_was_kept_only_answers_are_left(name: str, data: st.DataObject) -> None:
    """Words are still there; so are files. The draft put aside is seen to as well."""
    declared = [question.key for question in CONVERSATIONS[name].questions]
    free = data.draw(st.sets(st.sampled_from(FREE)).map(lambda keys: keys - {*declared}))
    given_keys = data.draw(st.sets(st.sampled_from(declared))) if declared else set()
    old = {key: OLD.get(key, "x") for key in free} | dict.fromkeys(given_keys, "words")
    chat = Chat("a", "b", State(run=Run(name, "", "abc", dict(old)), draft=Run(name, "", "abc", dict(old))))
    inherited.carried(chat)
    for run in (chat.state.run, chat.state.draft):
        assert run is not None
        assert run.answers.keys() <= {*declared}
        lost = given_keys - run.answers.keys()
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
