"""Something else comes while something is under way: nothing that was written is thrown away, or sent to another case,
before the person has said so. The message that came is kept sealed where the chat stands, and goes on as they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from config import keyboards
from handlers.chat import menu
from handlers.chat.conversation import Choice, Conversation, Question, Turn, is_member, open_token
from handlers.chat.words import shortened
from handlers.files import attachments
from handlers.front import typed
from models.messages import unopened
from models.messages.chats import Run
from models.messages.message import Inbound, Option
from models.messages.notes import note as kept
from models.store.ids import new_id

DROP, WHICH, GO_ON, EDITED, REWORDED = "drop", "which_case", "go_on", "edited", "reworded"
QUESTIONS = (DROP, WHICH, EDITED, REWORDED)
_NO_DRAFT = ("join", "pin", *QUESTIONS)
"""Conversations in which nothing is written that somebody would miss."""


@kept
@dataclass(slots=True)
class Waiting:
    """What came in between, and the code of the case, or the key of the question of the draft, that it may be for."""

    message: Inbound | None = None
    code: str = ""
    question: str = ""


class Then(Exception):
    """What comes instead of the question just answered: whether the draft is gone on with, and with which message
    (None: with its own question)."""

    def __init__(self, *, keep: bool, message: Inbound | None) -> None:
        super().__init__()
        self.keep = keep
        self.message = message


def is_left(turn: Turn, conversations: Mapping[str, Conversation], text: str) -> bool:
    """Whether these words are no answer to the question at hand, which need not be answered: they are heard as if it had not
    been asked. A number is a slip of the finger on its list."""
    run = turn.state.run
    if run is None or not conversations[run.conversation].question(run.asking).is_optional:
        return False
    if keyboards.number(text) is not None or text.startswith("/"):
        return False
    return typed.option(turn, text, words=False) is None and typed.word(turn, text) is None


def has_draft(turn: Turn, conversations: Mapping[str, Conversation]) -> bool:
    """Whether something has been written, or sent along, that would be gone with what is under way. Taps are soon made
    again, and whoever leaves a poll half-way leaves it at once."""
    run = turn.state.run
    if turn.state.draft is not None:
        return True
    if run is None or run.conversation in _NO_DRAFT or conversations[run.conversation].is_list:
        return False
    answered = (one for one in conversations[run.conversation].questions if one.key in run.answers and one.key != "pin")
    return attachments.are_with(run) or any(question.is_for_words(turn) for question in answered)


def only_shows(turn: Turn, conversation: Conversation, value: str) -> bool:
    """Whether this button only shows news, or another page of a list, beside what is under way."""
    if not (conversation.name in unopened.OPENING or (conversation.is_list and value)):
        return False
    asks = any(question.when(turn) for question in conversation.questions)  # the PIN
    return not asks and turn.chat.in_office == conversation.in_office


def kept_under_menu(turn: Turn, conversations: Mapping[str, Conversation]) -> bool:
    """Shows the menu while the draft stays as it is, where there is one: to look at the menu throws nothing away."""
    if turn.state.draft is not None:  # it was asked about, and the menu is no answer
        turn.state.run, turn.state.draft = turn.state.draft, None
    if not has_draft(turn, conversations):
        return False
    asked = turn._("What would you like to do, comrade?") if turn.is_officer else turn._("What would you like to do?")
    go_on = Option(open_token(GO_ON), turn._("Go on writing"))
    turn.say(turn._("What you were writing is kept here.") + "\n\n" + asked, [*menu.options(turn), go_on])
    return True


def ask(turn: Turn, name: str, waiting: Waiting) -> None:
    """Puts what is under way aside and asks about it (`QUESTIONS`)."""
    state = turn.state
    state.draft = state.draft or state.run
    state.run = Run(name, "", new_id()[:3], asking="sure")
    state.run.put(waiting)


def came(turn: Turn) -> Inbound:
    """The message that came in between, where `is_asked`."""
    message = turn.notes(Waiting).message
    assert message is not None
    return message


# Words changed where they stand, on apps that allow it.


@kept
@dataclass(slots=True)
class Said:
    """Which message answered which question, by the keys of these."""

    messages: dict[str, str] = field(default_factory=dict)


def note(turn: Turn) -> None:
    if turn.message:
        turn.notes(Said).messages[turn.run.asking] = turn.message


def edited(turn: Turn, message: Inbound) -> bool:
    """Asks whether a draft shall say what its message says now; False where it is no message of a draft."""
    draft = turn.state.draft or turn.state.run
    said = draft.notes(Said).messages if draft else {}
    key = next((key for key, named in said.items() if named == message.message and draft and key in draft.answers), "")
    if key:
        ask(turn, EDITED, Waiting(message, question=key))
    return bool(key)


def _edited_text(turn: Turn) -> str:
    words = f"“{shortened(came(turn).text or '', 400)}”"
    return turn._("You have changed a message. Shall this take the place of what you wrote?") + f"\n\n{words}"


def _edited_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("new", turn._("Take the new words")), Choice("old", turn._("Keep the first words")))


def _edit_judged(turn: Turn, value: str) -> str:
    draft, key = turn.state.draft, turn.notes(Waiting).question
    if value == "old" or draft is None:
        raise Then(keep=True, message=None)
    draft.asking = key
    draft.answers.pop(key, None)
    raise Then(keep=True, message=replace(came(turn), kind="message"))


def _written(turn: Turn) -> str:
    draft = turn.state.draft
    text = draft.answers.get("text", "") if draft else ""
    return f"“{shortened(text, 200)}”" if text else ""


def _drop_text(turn: Turn) -> str:
    words = _written(turn)
    asked = turn._("What you were writing has not been sent. Shall it be thrown away?")
    return f"{words}\n\n{asked}" if words else asked


def _drop_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("keep", turn._("Go on writing")), Choice("drop", turn._("Throw it away")))


def _dropped(turn: Turn, value: str) -> str:
    raise Then(keep=True, message=None) if value == "keep" else Then(keep=False, message=came(turn))


def _which_text(turn: Turn) -> str:
    lines = [
        turn._("You were writing something else. Where shall these words go? Nothing has been sent yet."),
        f"“{shortened(came(turn).text or '', 200)}”",
    ]
    if words := _written(turn):
        code = turn.notes(Waiting).code
        lines.append(turn._("If they go to {code}, this is thrown away: {words}", code=code, words=words))
    return "\n\n".join(lines)


def _which_choices(turn: Turn) -> Sequence[Choice]:
    code = turn.notes(Waiting).code
    return (Choice("that", turn._("To {code}", code=code)), Choice("this", turn._("To what I am writing")))


def _went(turn: Turn, value: str) -> str:
    raise Then(keep=value == "this", message=came(turn))


def _is_asked(turn: Turn) -> bool:
    """Whether something was put aside: anybody can make a button that begins this."""
    return turn.account is not None and turn.state.draft is not None and turn.notes(Waiting).message is not None


def never(_turn: Turn) -> None:
    raise AssertionError("it goes on elsewhere (handlers.front.answer)")


CONVERSATIONS = (
    Conversation(DROP, never, (Question("sure", _drop_text, _drop_choices, chosen=_dropped),), allowed=_is_asked),
    Conversation(WHICH, never, (Question("sure", _which_text, _which_choices, chosen=_went),), allowed=_is_asked),
    Conversation(EDITED, never, (Question("sure", _edited_text, _edited_choices, chosen=_edit_judged),), allowed=_is_asked),
    Conversation(GO_ON, never, allowed=is_member),
)
