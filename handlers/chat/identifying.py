"""What in a text could give its author away, told to them before it is sent: phone numbers, staff codes, names on the roll,
and "only I know". It warns; the worker decides."""

from __future__ import annotations

import re
from collections.abc import Sequence

from config.i18n import fold
from handlers.chat.conversation import Turn
from models.people import roll_lookup, units

_PHONE = re.compile(r"(?<!\d)(?:\+?84|0)(?:[ .-]?\d){8,10}(?!\d)")
_CODE = re.compile(r"\b[A-Za-z]{0,4}\d{2,8}\b")
_ONLY_ME = (
    "chi minh toi",
    "chi co toi",
    "chi co minh toi",
    "moi minh toi",
    "only i know",
    "only me",
    "chi minh em",
    "chi co em",
)
_SELF = ("toi ten la", "em ten la", "minh ten la", "toi ten", "em ten", "my name is")


def found(turn: Turn, text: str) -> list[str]:
    """Which kinds of things the text has."""
    folded = fold(text)
    kinds = []
    if _PHONE.search(text):
        kinds.append("phone")
    if any(roll_lookup.is_staff_code(turn.session, code) for code in set(_CODE.findall(text))):
        kinds.append("code")
    if turn.person is not None:
        grassroots = units.grassroots_in(turn.units)
        if any(f" {fold(name)} " in f" {folded} " for name in roll_lookup.names_below(turn.session, grassroots.id)):
            kinds.append("name")
    if any(words in folded for words in _SELF):
        kinds.append("self")
    if any(words in folded for words in _ONLY_ME):
        kinds.append("only me")
    return kinds


def without(turn: Turn, text: str) -> str:
    """The text without phone numbers, staff codes and names on the roll: “…” stands for each. For answers that are read
    beside others', where nobody could be asked whether they mind."""
    spans = [found.span() for found in _PHONE.finditer(text)]
    spans += [found.span() for found in _CODE.finditer(text) if roll_lookup.is_staff_code(turn.session, found.group())]
    if turn.person is not None:
        grassroots = units.grassroots_in(turn.units)
        spans += _names_in(text, roll_lookup.names_below(turn.session, grassroots.id))
    for begin, end in sorted(spans, reverse=True):
        text = text[:begin] + "…" + text[end:]
    return text


def _names_in(text: str, names: Sequence[str]) -> list[tuple[int, int]]:
    """Where a full name stands, with or without accents; of one word alone nobody can tell whether it is a name."""
    by_first: dict[str, list[list[str]]] = {}
    for name in names:
        parts = fold(name).split()
        if len(parts) > 1:
            by_first.setdefault(parts[0], []).append(parts)
    words = [(fold(found.group()), *found.span()) for found in re.finditer(r"\w+", text)]
    found = []
    for place, (first, begin, _end) in enumerate(words):
        for parts in by_first.get(first, ()):
            here = words[place : place + len(parts)]
            if [word for word, _begin, _last in here] == parts:
                found.append((begin, here[-1][2]))
    return found


def warning(turn: Turn, kind: str) -> str:
    """What to tell the writer about one kind."""
    return {
        "phone": turn._("There is a phone number in it."),
        "code": turn._("There is a staff code in it."),
        "name": turn._("There is a name from the union's roll in it."),
        "self": turn._("It seems to say your name."),
        "only me": turn._("It says that only you know this: whoever reads it may guess who you are."),
    }[kind]
