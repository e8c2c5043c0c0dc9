"""What a writer is told before their words are sent, where these could give somebody away (models.anonymity.identifying). It
warns; the worker decides."""

from __future__ import annotations

from handlers.chat.conversation import Turn
from models.anonymity.identifying import Kind


def warning(turn: Turn, kind: Kind) -> str:
    """What to tell the writer about one kind."""
    return {
        "phone": turn._("There is a phone number in it."),
        "code": turn._("There is a number in it that may stand for one person, like a staff code."),
        "name": turn._("There seems to be somebody's name in it."),
        "self": turn._("It seems to say your name."),
        "only me": turn._("It says that only you know this: whoever reads it may guess who you are."),
    }[kind]
