"""What a conversation notes in its run besides the answers to its questions: how its switches stand, what is marked so far,
which page is seen. A dataclass for each subject, kept under its name.

(Not called drafts: a draft is the run that is put aside, and what makes a broadcast.) A note is never in the way: a run may
have been kept by the version before, so what cannot be read of one is its default, field by field. Defaults are therefore
the safe choice: anonymous, under time cover, not looked at yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

KINDS: dict[str, type[Any]] = {}
"""All that may be noted, by name."""
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def note(kind: type[T]) -> type[T]:
    """Declares a dataclass that is kept in runs: each field has a default, and no other has its name."""
    kind()
    if KINDS.setdefault(kind.__name__, kind) is not kind:
        raise ValueError(f"two notes are called {kind.__name__}")
    return kind


def _adapter(kind: type[T]) -> TypeAdapter[T]:
    """Made once for each kind: that costs more than many turns."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def load(kind: type[T], kept: object) -> T:
    """The note that was dumped like this; whatever in it is none becomes the default."""
    adapter = _adapter(kind)
    try:
        return adapter.validate_python(kept)
    except ValidationError as error:
        if not isinstance(kept, Mapping):
            return kind()
        unread = {fault["loc"][0] for fault in error.errors() if fault["loc"]}
        return adapter.validate_python({name: value for name, value in kept.items() if name not in unread})


def dump(noted: Mapping[str, object]) -> dict[str, Any]:
    """As JSON, without what is as it was at the beginning. What nobody opened stays as it was kept."""
    found = {}
    for name, kept in noted.items():
        kind = KINDS.get(name)
        if kind is not None and isinstance(kept, kind):
            kept = _adapter(kind).dump_python(kept, mode="json", exclude_defaults=True)
        if kept:
            found[name] = kept
    return found
