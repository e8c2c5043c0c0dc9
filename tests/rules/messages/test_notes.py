"""What conversations note comes back as it was; what cannot be read is as it is at the beginning, and fails no turn."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.broadcasts.previews import Preview
from handlers.front import capabilities  # imports all that note something
from handlers.grievances.filing import Cover
from models.messages import notes
from models.messages.chats import Run, State, load, of, save
from models.people.accounts import Sender
from models.store.database import Database

assert capabilities.CONVERSATIONS
KINDS = sorted(notes.KINDS.values(), key=lambda kind: kind.__name__)
a_few = settings(max_examples=30)
"""Of each kind: there are dozens, and one reader of all their fields. Of one field of each sort a thousand are tried."""
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def values(hint: Any) -> st.SearchStrategy[Any]:
    """All that a field of this type may hold: also of the fields of what is in it."""
    if is_dataclass(hint):
        assert isinstance(hint, type)
        given_types = get_type_hints(hint)
        return st.builds(hint, **{one.name: values(given_types[one.name]) for one in fields(hint)})
    if hint is datetime:
        return st.datetimes(timezones=st.just(UTC))
    match get_origin(hint), get_args(hint):
        case (made, (key, value)) if made in (dict, Mapping):
            return st.dictionaries(values(key), values(value), max_size=3)
        case (made, (inner,)) if made in (list, Sequence):
            return st.lists(values(inner), max_size=3)
        case (made, (inner, last)) if made is tuple and last is ...:
            return st.lists(values(inner), max_size=3).map(tuple)
        case (made, inner) if made is tuple:
            return st.tuples(*map(values, inner))
        case (_, inner) if type(None) in inner:
            return st.one_of(map(values, inner))
    return st.from_type(hint)


def kept(noted: object) -> Any:
    """As a chat's row has it."""
    return json.loads(json.dumps(notes.dump({type(noted).__name__: noted}))).get(type(noted).__name__, {})


@every_kind
@a_few
@given(data=st.data())
def test_what_is_noted_comes_back(kind: type[Any], data: st.DataObject) -> None:
    noted = data.draw(values(kind))
    assert notes.load(kind, kept(noted)) == noted


@every_kind
@a_few
@given(data=st.data())
def test_what_cannot_be_read_is_as_at_the_beginning(kind: type[Any], data: st.DataObject) -> None:
    names = [one.name for one in fields(kind)]
    garbage = data.draw(JSON | st.dictionaries(st.sampled_from(names), JSON))
    read = notes.load(kind, garbage)
    assert type(read) is kind
    assert notes.load(kind, kept(read)) == read, "and what was made of it can be kept"
    assert notes.load(kind, kept(read) | {"of_tomorrow": garbage}) == read


@every_kind
def test_nothing_noted_leaves_nothing(kind: type[Any]) -> None:
    """A turn that only looks leaves a row that says no more than one that did not."""
    assert notes.dump({kind.__name__: kind()}) == {}


def test_one_field_that_cannot_be_read_takes_no_other_with_it() -> None:
    assert notes.load(Cover, {"named_to": "everybody", "at_once": True}) == Cover(at_once=True)
    assert notes.load(Preview, {"size": "many", "at": "soon", "repeat": "weekly"}) == Preview(repeat="weekly")


def test_the_presets_protect() -> None:
    assert (Cover().named_to, Cover().at_once, Preview().size) == ("nobody", False, None)


def test_a_kind_without_defaults_or_with_the_name_of_another_is_refused() -> None:
    @dataclass(slots=True)
    class Bare:
        size: int

    with pytest.raises(TypeError):
        notes.note(Bare)

    @dataclass(slots=True)
    class Cover:
        files: list[str] = field(default_factory=list)

    with pytest.raises(ValueError, match="Cover"):
        notes.note(Cover)
    assert "Bare" not in notes.KINDS and notes.KINDS["Cover"] is not Cover


NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SENDER = Sender("zalo_bot:9", "6ede9afa66b88fe6d6a9")


def test_a_chat_keeps_what_is_changed_on_a_note(database: Database) -> None:
    """Also what nobody looked at in a turn between, and what the draft beside it has."""
    run, draft = Run("notice", "", "abc"), Run("file", "", "def")
    run.notes(Preview).at = NOW + timedelta(days=1)
    run.notes(Preview).size = 7
    draft.notes(Cover).named_to = "committee"
    state = State(run=run, draft=draft)
    for later in range(3):
        with database.transaction() as session:
            chat = load(session, of(SENDER, "a"), NOW + timedelta(minutes=later))
            save(session, chat, chat.state if later else state, NOW + timedelta(minutes=later))
    with database.reading() as session:
        state = load(session, of(SENDER, "a"), NOW + timedelta(minutes=4)).state
    assert state.run is not None and state.draft is not None
    assert state.run.notes(Preview) == Preview(at=NOW + timedelta(days=1), size=7)
    assert state.draft.notes(Cover) == Cover("committee")
    state.run.put(Preview())
    assert state.run.notes(Preview) == Preview()
