"""Notices and polls: asked once, as equals, right after joining, and off for whoever does not answer. What is chosen is
written in the night like every other choice, so that a yes and a no leave the same rows (models.anonymity.intake)."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.chat import menu
from handlers.chat.conversation import Choice, Conversation, Goes, Question, Turn, is_member
from handlers.people import coming_back

NAME = "in_touch"
_WANTED = {"both": (True, True), "notices": (True, False), "neither": (False, False)}


def _text(turn: Turn) -> str:
    if turn.is_officer:
        return turn._(
            "Shall the union send you notices and ask for your opinion here, comrade? You can change it at any time."
        )
    return turn._("Shall the union send you notices and ask for your opinion here? You can change it at any time.")


def _choices(turn: Turn) -> Sequence[Choice]:
    return (
        Choice("both", turn._("Yes, both")),
        Choice("notices", turn._("Notices only")),
        Choice("neither", turn._("Neither")),
    )


def _finish(turn: Turn) -> None:
    notices, polls = _WANTED[turn.answers["wanted"]]
    if (notices, polls) != (bool(turn.wish("notices")), bool(turn.wish("polls"))):
        turn.choose(notices=notices, polls=polls)
    said = {
        "both": turn._("The union will write to you here and ask for your opinion."),
        "notices": turn._("The union will send you its notices here."),
        "neither": turn._("The union will send no notices here. It still answers what you write."),
    }[turn.answers["wanted"]]
    if coming_back.is_asked(turn):
        turn.say(said)
        raise Goes("device")
    menu.show(turn, said)


CONVERSATIONS = (Conversation(NAME, _finish, (Question("wanted", _text, _choices, is_optional=True),), allowed=is_member),)
