"""All that a conversation is made of: a handler declares questions, and `finish` acts.

Nothing changes until the end, so a question can be shown again. A choice leaves as a token
`conversation:subject:question:value:nonce`; the nonce names the run, so that a button of an old run can never act on today's
draft. A token with an empty question opens a conversation and may be tapped at any time: access is checked when it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, TypeVar

from config.i18n import Language, fold, language
from handlers.chat.site import Line, Site
from models.anonymity import intake, moments
from models.grievances import exclusions
from models.messages import chats, outbox
from models.messages.message import SHOWS_IT, Act, ForPage, Media, Option
from models.messages.outbox import Letter
from models.people import accounts, rights, wishes
from models.people import offices as office_rows
from models.people import units as unit_rows
from models.people.accounts import Account, Sender
from models.people.persons import Person
from models.store.database import Session

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be answered: `value` travels and is kept, `label` (already in the reader's language) is read; `kind` is what
    sort of button it is (models.messages.message.Act)."""

    value: str
    label: str
    kind: Act = ""


class Invalid(Exception):
    """The answer cannot be taken; the sentence says what to do, and the question is asked again."""


class Again(Exception):
    """The tap changed the draft rather than answered: ask whatever is open now."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known already when a conversation begins: answers to its questions, and notes (models.messages.notes)."""

    answers: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[object] = ()


class Goes(Exception):
    """What was answered leads to another conversation, which begins in this one's place: raised where an answer is judged,
    or at the end of `finish`, when it has acted."""

    def __init__(self, name: str, subject: str = "", known: Known | None = None) -> None:
        super().__init__(name)
        self.name = name
        self.subject = subject
        self.known = known


class Resumes(Exception):
    """Whoever acted stands elsewhere now, and goes on there: raised at the end of `finish`."""


class Stop(Exception):
    """The run ends here without acting; the sentence says why (empty: nothing more to say)."""


def take_text(turn: Turn, text: str) -> str:
    """The usual check of a typed answer: not empty, not endless."""
    if not fold(text):  # also nothing but joiners, which `clean` keeps for emoji
        raise Invalid(turn._("There were no words in that message. Please write a few."))
    if turn.is_pasted and len(text) > LONGEST_PASTED:
        raise Invalid(turn._("The parts together are longer than 8,000 characters. Please write it shorter."))
    if len(text) > LONGEST and not turn.is_pasted:
        raise Invalid(turn._("That is longer than 4,000 characters. Please send it in several parts."))
    return text


def unless_cancelled(turn: Turn, value: str) -> str:
    """The usual check of a tapped choice among which is "cancel"."""
    if value == "cancel":
        raise Stop(turn._("Stopped. Nothing was sent."))
    return value


def unless_unchanged(turn: Turn, value: str) -> str:
    """The same, where nothing was to be sent."""
    if value == "cancel":
        raise Stop(turn._("Stopped. Nothing was changed."))
    return value


def unless_back(_turn: Turn, value: str) -> str:
    """The same, where nothing need be said: “back”, or “no” to a question."""
    if value in ("back", "no"):
        raise Stop
    return value


LONGEST = 4000
LONGEST_PASTED = 8000
"""Of a text that a phone has sent in parts (handlers.front.parts)."""


def nothing(_turn: Turn) -> Sequence[Choice]:
    return ()


def always(_turn: Turn) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask. `text` and `choices` are made for the reader at hand and only read; `before` is what asking changes,
    each time it is asked: the one place besides `finish` that notes or says something. `check` judges typed words (None:
    only the choices may be answered); `chosen` judges a tapped choice; `when` says whether to ask at all. `takes_words`:
    whether what is typed are words, among which a number or a name is nothing else (None: where there is a `check`).
    `listed`: answers of which there may be more than fit on a screen, shown by pages before the `choices`
    (handlers.chat.paging). `is_optional`: whoever writes something else leaves the question unanswered, and is heard as if
    it had not been asked. `binds`: a button acts on what stands above it; one of an earlier text does nothing."""

    key: str
    text: Callable[[Turn], str]
    choices: Callable[[Turn], Sequence[Choice]] = nothing
    check: Callable[[Turn, str], str] | None = None
    chosen: Callable[[Turn, str], str] | None = None
    when: Callable[[Turn], bool] = always
    before: Callable[[Turn], None] | None = None
    takes_words: Callable[[Turn], bool] | None = None
    listed: Callable[[Turn], Sequence[Choice]] | None = None
    is_optional: bool = False
    binds: bool = False

    def is_for_words(self, turn: Turn) -> bool:
        return self.takes_words(turn) if self.takes_words is not None else self.check is not None


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions in order, and what happens when all are answered. `allowed` and `about` are asked in every turn of it."""

    name: str
    finish: Callable[[Turn], None]
    questions: tuple[Question, ...] = ()
    allowed: Callable[[Turn], bool] = always
    about: Callable[[Turn], object | None] | None = None
    """Finds what its button names, None where this person may not do this with it now; handed on as `Turn.thing`."""
    subject: Literal["none", "one", "any"] = "none"
    """Without `about`: whether its button names something. A button is 64 bytes that anybody can make: what needs a subject
    must not be begun without, and what has none must not be told of one."""
    begun: Callable[[Turn, str, str], Known] | None = None
    """What a button that opens it may say already, given the subject and the button's value."""
    in_office: bool = False
    """Whether its transactions carry an officer's name: those are kept apart from what the same person says as a worker."""
    takes_files: bool = False
    """Whether it ends in words to the union, which a file may go with."""
    is_list: bool = False
    """Whether it only shows a list, of which a button may name a page (handlers.chat.paging): to turn one is a look, which
    leaves alone what is under way."""
    in_full: bool = False
    """Whether it shows somebody's words, however long, to who asked for all of them, or to their writer before they go;
    whatever else is said fits a phone."""
    for_claims: bool = False
    """Whether a chat may do this that only claims to be an officer's (models.people.claims)."""

    @property
    def takes(self) -> Literal["none", "one", "any"]:
        """Whether its button names something: never, always, or where it likes."""
        return "one" if self.about is not None else self.subject

    def opens(self, turn: Turn) -> bool:
        """Whether it is open to this person, about what its button names; notes what that is."""
        subject = turn.run.subject
        if (self.takes == "one" and not subject) or (self.takes == "none" and subject) or not self.allowed(turn):
            return False
        turn.judged = self.about(turn) if self.about is not None else None
        return self.about is None or turn.judged is not None

    def question(self, key: str) -> Question:
        return next(question for question in self.questions if question.key == key)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu: the conversation it opens, its label (a message id), its place among all of them, lowest first,
    and the right it takes (None: every member has it). `is_home`: what its owners see first, in the menu's place."""

    opens: str
    label: str
    place: int
    right: rights.Right | None = None
    is_home: bool = False


def open_token(conversation: str, subject: str = "", value: str = "") -> str:
    """A token that begins a conversation about `subject` (a row's id), with an answer where that takes one (`begun`)."""
    return f"{conversation}:{subject}::{value}:"


@dataclass(eq=False)
class Turn:
    """One message of one person being answered: who it is, where they stand, and the means to say something."""

    session: Session
    now: datetime
    site: Site
    sender: Sender
    account: Account | None
    person: Person | None
    chat: chats.Chat
    hint: str
    origin: str = ""
    """Where the message comes from, for budgets: opaque, empty where the line does not know."""
    said: list[str] = field(default_factory=list)
    message: str = ""
    """The name of the message on its line, where people may change it."""
    tapped: str = ""
    """The message of ours whose button was tapped, where the line says so."""
    returns: Question | None = None
    """What that message asks, where the tap only changed it: asked again, it stays where it is."""
    remembers: bool = False
    """Whether the page that this comes from will still know who they are when it has been closed."""
    in_place: bool = False
    """Set where what is said next takes the place of what was tapped, if the line can do that."""
    joined: bool = False
    came_back: bool = False
    """Set when somebody who has joined on another page goes on in this one (handlers.people.coming_back)."""
    asks_again: bool = False
    """Whether what was just said could not be taken: what is long in the question still stands on the screen."""
    is_pasted: bool = False
    """Whether the words at hand were put together of the parts of one text."""
    falls_due: bool = False
    """Set when this turn left something for the clock to do at once."""
    is_beside: bool = False
    """Set while something is looked at beside a draft under way."""
    judged: object | None = None
    """What the run is about, as its conversation has judged in this turn (`thing`)."""
    entries: Sequence[Entry] = ()
    """All that the menu may offer (handlers.front.capabilities)."""
    found: dict[str, Any] = field(default_factory=dict)
    """What was asked of the database in this turn and is needed again, by what it was."""

    @cached_property
    def language(self) -> Language:
        """The language this person is answered in."""
        return language(self.state.language or self.wish("language") or self.hint)

    @property
    def line(self) -> Line:
        """What the line can do on which this person writes."""
        return self.site.line(self.sender.line)

    @cached_property
    def wishes(self) -> dict[str, Any]:
        """What this person has chosen and their row does not say yet."""
        return wishes.chosen(self.session, self.account.id) if self.account is not None else {}

    def wish(self, name: str) -> Any:
        """What this person has chosen (models.people.accounts.CHOICES), lately or before; None for a guest."""
        if self.account is None or self.person is None:
            return None
        return self.wishes.get(name, getattr(self.person if name in accounts.OF_PERSON else self.account, name))

    def choose(self, **values: Any) -> None:
        """Has this person's choices written in the night; their own screen, and what is sent to them, obeys at once."""
        at = moments.tonight(self.now, self.site.relay_minutes)
        intake.change_account(self.session, self.member.id, self.now, at, **values)
        vars(self).pop("wishes", None)

    def speak(self, code: str) -> None:
        """From here on, this turn is in the language `code`."""
        self.language = language(code)
        self.state.language = code

    @property
    def state(self) -> chats.State:
        return self.chat.state

    def _(self, msgid: str, **values: object) -> str:
        return self.language.gettext(msgid, **values)

    @property
    def run(self) -> chats.Run:
        """The run under way; there is one whenever a conversation is asked anything."""
        if self.state.run is None:
            raise LookupError("no conversation is under way")
        return self.state.run

    @property
    def answers(self) -> dict[str, str]:
        """What questions of this run were answered, by their keys, and nothing else."""
        return self.run.answers

    def notes(self, kind: type[T]) -> T:
        """What this run keeps besides answers: a dataclass of the subject's own (models.messages.notes), to be changed where
        it is."""
        return self.run.notes(kind)

    @property
    def subject(self) -> str:
        return self.run.subject

    def thing(self, kind: type[T]) -> T:
        """What the run is about: what its conversation found, and judged open to this person, in this turn."""
        if not isinstance(self.judged, kind):
            raise TypeError(f"{self.run.conversation} is about {self.judged!r}, not a {kind.__name__}")
        return self.judged

    @cached_property
    def offices(self) -> Sequence[office_rows.Office]:
        if self.account is None or not self.account.confirmed:
            return ()
        return office_rows.held_by(self.session, self.account.person_id, self.now.date())

    @property
    def is_claim(self) -> bool:
        """Whether this chat only claims to be somebody's: nothing of theirs is its own yet."""
        return self.account is not None and not self.account.confirmed

    @property
    def is_officer(self) -> bool:
        """Whether cases come to them: the menu and the tone are an officer's."""
        return self.holds(rights.HANDLE)

    def holds(self, right: rights.Right) -> bool:
        """Whether an office of theirs gives this right in its own unit."""
        return bool(rights.units_of(self.offices, right))

    def units_with(self, right: rights.Right) -> list[str]:
        """The units in which they have this right by an office held there."""
        return rights.units_of(self.offices, right)

    def may(self, right: rights.Right, unit_id: str) -> bool:
        """Whether their offices give them this right over the unit."""
        return office_rows.may_with(self.session, self.offices, right, unit_id)

    @property
    def member(self) -> Account:
        """The account of somebody who has joined; conversations for members are allowed to nobody else."""
        assert self.account is not None
        return self.account

    @property
    def reporter(self) -> str:
        """What stands behind this person's own cases, on whichever of their phones they write."""
        assert self.person is not None
        return self.person.reporter_id

    @cached_property
    def units(self) -> Sequence[unit_rows.Unit]:
        """This person's unit and those above it, nearest first."""
        assert self.person is not None
        return unit_rows.path(self.session, self.person.unit_id)

    @cached_property
    def recipients(self) -> dict[unit_rows.Level, unit_rows.Unit]:
        """Whom this person may write to, asked once although the review says and offers it."""
        assert self.person is not None
        return exclusions.recipients(self.session, self.units, self.now.date(), self.person.id)

    def say(
        self,
        text: str,
        options: Sequence[Option] = (),
        *,
        commands: str = "",
        media: Media | None = None,
        of_case: str = "",
        page: ForPage = SHOWS_IT,
    ) -> None:
        """Answers the person, in the transaction of what they did. `of_case`, `page`: as in models.messages.outbox."""
        self.said.append(text)
        if options:
            self.state.offered = list(options)
        edits, self.in_place = self.tapped if self.in_place else "", False
        about: dict[str, Any] = {"commands": commands, "media": media, "of_case": of_case, "page": page, "edits": edits}
        letter = Letter(text, options, language=self.language.code, in_office=self.chat.in_office, **about)
        outbox.queue(self.session, self.sender, letter, self.now)


def is_member(turn: Turn) -> bool:
    return turn.account is not None


def with_right(right: rights.Right) -> Callable[[Turn], bool]:
    """Who may begin what an office gives in its own unit."""
    return lambda turn: turn.holds(right)
