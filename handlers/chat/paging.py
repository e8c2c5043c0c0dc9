"""A page of a list, and the way to the rest: no list is cut without saying so.

Two kinds of list are gone through. The rows of a question (`Question.listed`) are answers: the page is noted in its run. A
list that only shows (`Conversation.is_list`) has no run: the page stands in the button, so that it may be turned at any
time, beside whatever is under way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar
from zlib import crc32

from config.i18n import Language
from handlers.chat.conversation import Choice, Known, Question, Turn, open_token
from models.messages.message import Option
from models.messages.notes import note

SIZE = 8
"""Rows of a page: as many as a phone shows with their buttons."""
_TURN = "page."
_RUN = 3
"""Letters by which a run is named."""
_MOST = 9999
"""Pages. Who forges a button learns nothing, but gets no number to reckon with that fills a screen."""

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Rows(Protocol[T_co]):
    """What can be gone through: a list, or one that stays in the database (models.store.listed)."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> Sequence[T_co]: ...


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`number` of `of` pages, both from 1 on; `count`: the rows of all of them."""

    rows: Sequence[T]
    number: int
    of: int
    count: int


@note
@dataclass(slots=True)
class Pages:
    """Where one is: the page of a list that only shows, and those of questions by their keys."""

    shown: int = 1
    of_questions: dict[str, int] = field(default_factory=dict)


def page(rows: Rows[T], number: int) -> Page[T]:
    """The page with this number, or the nearest there is: the list may have become shorter since its button was made."""
    count = len(rows)
    of = max(1, -(-count // SIZE))
    number = min(max(1, number), of)
    return Page(rows[(number - 1) * SIZE : number * SIZE], number, of, count)


def place(reader: Language, shown: Page[T]) -> list[str]:
    """The line that says that there is more; none where all is shown."""
    return [reader.gettext("Page {number}/{of}", number=shown.number, of=shown.of)] if shown.of > 1 else []


def beside(shown: Page[T]) -> list[tuple[int, str]]:
    """Where one can go from here: the number of the page, and what the button to it says."""
    before = [(shown.number - 1, f"‹ {shown.number - 1}/{shown.of}")] if shown.number > 1 else []
    after = [(shown.number + 1, f"{shown.number + 1}/{shown.of} ›")] if shown.number < shown.of else []
    return [*before, *after]


# Lists that only show.


def number_in(value: str) -> int:
    """The page that a button names; the first for what is none."""
    return min(int(value), _MOST) if value.isascii() and value.isdecimal() else 1


def begun(_turn: Turn, _subject: str, value: str) -> Known:
    """What a button to a page says already (`Conversation.begun`)."""
    return Known(notes=(Pages(number_in(value)),))


def asked(turn: Turn) -> int:
    """The page that was asked for."""
    return turn.notes(Pages).shown


def options(turn: Turn, shown: Page[T], name: str, subject: str = "", value: str = "") -> list[Option]:
    """The buttons to the pages beside this one; `value` is what else the list's button says. Who looks at it while
    something of theirs is under way is offered the way back."""
    front = f"{value}." if value else ""
    turns = [Option(open_token(name, subject, f"{front}{number}"), label) for number, label in beside(shown)]
    return [*turns, Option(open_token("go_on"), turn._("Go on writing"))] if turn.is_beside else turns


# Rows that are answers.


def _number(turn: Turn, key: str) -> int:
    return turn.notes(Pages).of_questions.get(key, 1)


def from_the_first(turn: Turn, key: str) -> None:
    """The rows of the question with this key are others now."""
    turn.notes(Pages).of_questions.pop(key, None)


def of_question(turn: Turn, question: Question) -> Page[Choice]:
    """The rows of a question that are to be seen now."""
    assert question.listed is not None
    return page(question.listed(turn), _number(turn, question.key))


def on_screen(turn: Turn, key: str, rows: Rows[T]) -> Page[T]:
    """The things behind the rows that the question with this key shows now, for its text to speak of."""
    return page(rows, _number(turn, key))


def choices(turn: Turn, question: Question) -> list[Choice]:
    """What is offered with a question: a page of its rows, the way to the others, and what is always there."""
    if question.listed is None:
        return list(question.choices(turn))
    shown = of_question(turn, question)
    turns = [Choice(f"{_TURN}{number}", label, "switch") for number, label in beside(shown)]
    return [*shown.rows, *turns, *question.choices(turn)]


def asked_now(turn: Turn, question: Question) -> tuple[str, list[Option]]:
    """What is asked, and what is offered with it as it is sent: each button names its run, and what is read with it where
    that is what it acts on, so that an old one never acts on today's draft."""
    said, offered, run = _text(turn, question), choices(turn, question), turn.run
    if question.binds:
        read = "\n".join([said, *(one.label for one in offered)])
        run.nonce = f"{run.nonce[:_RUN]}{crc32(read.encode()):08x}"
    front = f"{run.conversation}:{run.subject}:{question.key}"
    return said, [Option(f"{front}:{one.value}:{run.nonce}", one.label, one.kind) for one in offered]


def values(turn: Turn, question: Question) -> set[str]:
    """All that may be answered, also by the button of a page that is not the newest on the screen."""
    rows = question.listed(turn) if question.listed is not None else ()
    return {choice.value for choice in (*rows[:], *question.choices(turn))}


def switches(turn: Turn, question: Question, value: str) -> bool:
    """Whether this answer only switches something: its question then shows at its own place what is on. Whoever tapped
    anything else looks for what comes next below."""
    return any(one.value == value and one.kind == "switch" for one in choices(turn, question))


def turned(turn: Turn, question: Question, value: str) -> bool:
    """Turns the page where that is what was tapped."""
    if question.listed is None or not value.startswith(_TURN):
        return False
    turn.notes(Pages).of_questions[question.key] = number_in(value.removeprefix(_TURN))
    return True


def _text(turn: Turn, question: Question) -> str:
    """What is asked, and where in the list one is."""
    said = question.text(turn)
    if question.listed is None:
        return said
    return "\n\n".join([said, *place(turn.language, of_question(turn, question))])
