"""A poll question by question, as an officer writes it: words, kind, answers, condition; then one more, or enough."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from handlers.chat.conversation import Again, Choice, Invalid, Question, Turn, take_text, unless_cancelled
from handlers.polls import in_words
from models.messages.notes import note
from models.polls.polls import OPTION_WORDS, OPTIONS, QUESTIONS, SINGLE, WORDS, Kind
from models.polls.polls import Question as Asked

OWN = "own"


@note
@dataclass(slots=True)
class Written:
    """Those that are done; the one at hand is in the answers."""

    questions: list[Asked] = field(default_factory=list)


def is_own(turn: Turn) -> bool:
    return turn.answers.get("template") == OWN


def questions(turn: Turn) -> list[Asked]:
    """Those written so far."""
    return turn.notes(Written).questions


def _short(most: int) -> Callable[[Turn, str], str]:
    def check(turn: Turn, text: str) -> str:
        text = " ".join(take_text(turn, text).split())
        if len(text) > most:
            raise Invalid(turn._("Please write at most {count} characters.", count=most))
        return text

    return check


def _kinds(turn: Turn) -> Sequence[Choice]:
    return (
        Choice("one", turn._("One answer of several")),
        Choice("several", turn._("Several answers")),
        Choice("yesno", turn._("Yes or no")),
        Choice("scale", turn._("A scale from 1 to 5")),
        Choice("text", turn._("In their own words")),
    )


def _options(turn: Turn, text: str) -> str:
    found = [" ".join(line.split()) for line in take_text(turn, text).splitlines() if line.strip()]
    if not 2 <= len(found) <= OPTIONS:
        raise Invalid(turn._("Please write 2 to {count} answers, each on a line of its own.", count=OPTIONS))
    if any(len(one) > OPTION_WORDS for one in found):
        raise Invalid(turn._("Each answer may have at most {count} characters.", count=OPTION_WORDS))
    # “Bún cá” and “Bún cà” are two; who types neither accent is asked which.
    if len({unicodedata.normalize("NFC", one).casefold() for one in found}) < len(found):
        raise Invalid(turn._("Two of these answers are the same."))
    return "\n".join(found)


def _condition(turn: Turn) -> Sequence[Choice]:
    """Asked of everybody, or of those who gave one answer to the question before."""
    before = questions(turn)[-1]
    named = [
        Choice(str(place), turn._("Only if: {answer}", answer=label))
        for place, label in enumerate(in_words.labels(turn.language, before))
    ]
    return [Choice("all", turn._("Ask everybody")), *named]


def _can_depend(turn: Turn) -> bool:
    before = questions(turn)
    return _is_asking(turn) and bool(before) and before[-1].kind in SINGLE


def _more(turn: Turn) -> Sequence[Choice]:
    more = [Choice("again", turn._("One more question"))] if len(questions(turn)) < QUESTIONS - 1 else []
    return [*more, Choice("enough", turn._("That is all")), Choice("cancel", turn._("Cancel"), "quiet")]


def _more_text(turn: Turn) -> str:
    number = len(questions(turn)) + 1
    return turn.language.ngettext("{count} question so far. One more?", "{count} questions so far. One more?", number)


def _decided(turn: Turn, value: str) -> str:
    """Adds the question at hand to those there are, and asks for the next or goes on."""
    unless_cancelled(turn, value)
    answers, written = turn.answers, questions(turn)
    given = answers.pop("condition", "all")
    when = (len(written) - 1, int(given)) if given != "all" else None
    options = [{"vi": option} for option in answers.pop("options", "").splitlines()]
    written.append(Asked(cast("Kind", answers.pop("kind")), {"vi": answers.pop("text")}, options, when))
    if value == "again":
        raise Again
    return value


def _is_asking(turn: Turn) -> bool:
    return is_own(turn) and "more" not in turn.answers


QUESTIONS_ASKED = (
    Question("title", lambda turn: turn._("What is the poll called?"), check=_short(80), when=is_own),
    Question("text", lambda turn: turn._("Please write the question."), check=_short(WORDS), when=_is_asking),
    Question("kind", lambda turn: turn._("How is it answered?"), _kinds, when=_is_asking),
    Question(
        "options",
        lambda turn: turn._("Please write the answers, each on a line of its own."),
        check=_options,
        when=lambda turn: _is_asking(turn) and turn.answers.get("kind") in ("one", "several"),
    ),
    Question("condition", lambda turn: turn._("Who is asked this?"), _condition, when=_can_depend),
    Question("more", _more_text, _more, chosen=_decided, when=_is_asking),
)
