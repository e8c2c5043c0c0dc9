"""What in a text could give its author away, told to them before it is sent: phone numbers, staff codes, names on the roll,
and "only I know". It warns; the worker decides."""

from __future__ import annotations

import re

from config.i18n import fold
from handlers.conversation import Turn
from models import known, unit

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
    if any(known.is_staff_code(turn.session, code) for code in set(_CODE.findall(text))):
        kinds.append("code")
    if turn.person is not None:
        grassroots = unit.grassroots_in(turn.units)
        if any(f" {fold(name)} " in f" {folded} " for name in known.names_below(turn.session, grassroots.id)):
            kinds.append("name")
    if any(words in folded for words in _SELF):
        kinds.append("self")
    if any(words in folded for words in _ONLY_ME):
        kinds.append("only me")
    return kinds


def warning(turn: Turn, kind: str) -> str:
    """What to tell the writer about one kind."""
    return {
        "phone": turn._("There is a phone number in it."),
        "code": turn._("There is a staff code in it."),
        "name": turn._("There is a name from the union's roll in it."),
        "self": turn._("It seems to say your name."),
        "only me": turn._("It says that only you know this: whoever reads it may guess who you are."),
    }[kind]
