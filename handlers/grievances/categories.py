"""What a grievance is about: guessed from its words, and changed by whoever likes: the common ones at one tap, before them
those its words speak of, the rest under “More…”."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.i18n import fold
from config.tables import table
from handlers.chat.conversation import Again, Choice, Question, Turn, unless_cancelled
from handlers.chat.words import category_name
from models.messages.notes import note

_MORE = "more"


@note
@dataclass(slots=True)
class Offered:
    """Whether the rarer ones stand there, instead of the common ones."""

    rare: bool = False


def likely(written: str) -> dict[str, int]:
    """How many of a category's words occur in a text, of those with any; the likeliest first. What is found with its accents
    counts twice: it means one thing only."""
    text, as_written = f" {fold(written)} ", written.casefold()
    found = {
        name: sum(f" {word} " in text for word in given["words"])
        + 2 * sum(word in as_written for word in given.get("accented", ()))
        for name, given in table("categories").items()
    }
    return {name: found[name] for name in sorted(found, key=lambda name: -found[name]) if found[name]}  # stable


def guessed(written: str) -> str:
    """What a text is about, as far as its words tell."""
    return next(iter(likely(written)), "other")


def _likely(turn: Turn) -> dict[str, int]:
    return likely(turn.answers.get("text", ""))


def choices(turn: Turn) -> Sequence[Choice]:
    """Those that are offered now, and the way to the others."""
    common = [name for name, given in table("categories").items() if given.get("common")]
    if turn.notes(Offered).rare:
        names = [name for name in table("categories") if name not in common]
        other = Choice("fewer", turn._("Back"))
    else:
        names = list(dict.fromkeys([*_likely(turn), *common]))
        other = Choice(_MORE, turn._("More…"))
    listed = [Choice(name, category_name(turn.language, name)) for name in names]
    return [*listed, other]


def turned(turn: Turn, value: str) -> None:
    """Shows the others where that is what was tapped."""
    turn.notes(Offered).rare = value == _MORE
    if value in (_MORE, "fewer"):
        raise Again


def _or_cancel(turn: Turn) -> Sequence[Choice]:
    return [*choices(turn), Choice("cancel", turn._("Cancel"))]


def _chosen(turn: Turn, value: str) -> str:
    turned(turn, value)
    return unless_cancelled(turn, value)


PLAIN = Question("category", lambda turn: turn._("What is it about?"), _or_cancel, chosen=_chosen)
"""For an officer who enters what somebody else said."""
