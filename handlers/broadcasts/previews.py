"""What the preview of a notice and that of a poll have in common: what would be sent, what is known of it and what stands in
its way, made once a turn and handed to all that is said of it; and the buttons under it.

The preview is short: what is seldom changed is behind “Change…”, a question of its own that leads back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from config import keyboards
from config.i18n import N_
from handlers.broadcasts import audiences, forecast
from handlers.broadcasts.forecast import Forecast
from handlers.chat import typed_times
from handlers.chat.conversation import Again, Choice, Invalid, Question, Turn, unless_cancelled
from models.anonymity.counts import Size
from models.broadcasts import rule_of_two
from models.broadcasts.broadcasts import REPEATS, Draft
from models.messages.notes import note
from models.people import rights
from models.people.accounts import Account
from models.people.persons import Person, name_of

T = TypeVar("T")

REPEAT_NAMES = {
    "weekly": N_("every week"),
    "monthly": N_("every month"),
    "quarterly": N_("every quarter"),
    "yearly": N_("every year"),
}
MORE = "more"
"""The button “Change…”."""


@note
@dataclass(slots=True)
class Preview:
    """What the preview of a notice or a poll has. `change`: the button of it whose question is open. `at`: when it goes out,
    if not at once. `size`: for how many it was when it was last shown; nothing goes out that was not."""

    change: str = ""
    at: datetime | None = None
    repeat: str = ""
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be sent as it stands, and what is known of that. `may_agree`: who could, where it takes a second officer;
    None where it takes none. `obstacles`: why it must not go out, and what can be done."""

    made: Draft
    forecast: Forecast
    may_agree: Sequence[tuple[Account, Person]] | None
    obstacles: Sequence[str]

    @property
    def size(self) -> Size:
        return self.forecast.size

    @property
    def needs_second(self) -> bool:
        return self.may_agree is not None


def judge(turn: Turn, made: Draft, *, right: rights.Right = rights.AGREE_TO_NOTICE, obstacles: Sequence[str] = ()) -> Plan:
    """Judges what would be sent. `right`: to agree to it; `obstacles`: those that its kind has besides."""
    expected = forecast.of(turn, made)
    is_new = not (made.corrects or made.follows)  # else it is for whom another was
    whom = audiences.refusals(turn, made.audience) if is_new else []
    found = [*forecast.refusals(turn, expected), *whom, *obstacles]
    may_agree = None
    if rule_of_two.is_needed(turn.session, made.audience, expected.size, turn.site.notices):
        author = turn.member.person_id
        may_agree = rule_of_two.who_may_agree(turn.session, made.unit_id, author, turn.now.date(), right)
        if not may_agree:
            text = turn._(
                "⚠ This needs a second officer's agreement, and no other officer of your unit or above it has joined here "
                "yet. Please choose fewer people, or ask a colleague to join."
            )
            found.append(text)
    return Plan(made, expected, may_agree, found)


def judged(turn: Turn, make: Callable[[Turn], T], *, anew: bool = False) -> T:
    """What `make` makes of the draft, once a turn; `anew` where a preview is shown, since the draft may have changed."""
    if anew or _JUDGED not in turn.found:
        turn.found[_JUDGED] = make(turn)
    found: T = turn.found[_JUDGED]
    return found


_JUDGED = "previewed"


def begin(turn: Turn, size: Size) -> None:
    """Notes that it has been shown, and for how many."""
    turn.notes(Preview).size = size.number


def lines(turn: Turn, plan: Plan) -> list[str]:
    """Whom it goes to, when, and what stands in its way."""
    found = [_whom(turn, plan), *forecast.lines(turn, plan.made, plan.forecast), *plan.obstacles]
    if plan.may_agree:
        names = ", ".join({person.id: name_of(turn.session, person) for _account, person in plan.may_agree}.values())
        text = turn._("This needs a second officer's agreement. One of them will be asked: {names}.", names=names)
        found.append(text)
    return found


def _whom(turn: Turn, plan: Plan) -> str:
    return turn._("To: {audience}", audience=audiences.described(turn.session, turn.language, plan.made.audience))


def when(turn: Turn) -> str:
    """“at once”, or the moment; and how often then."""
    preview = turn.notes(Preview)
    is_later = preview.at is not None and preview.at > turn.now
    said = turn.language.when(preview.at, turn.now) if is_later and preview.at is not None else turn._("at once")
    return said + (", " + turn._("then") + " " + turn._(REPEAT_NAMES[preview.repeat]) if preview.repeat else "")


def choices(turn: Turn, plan: Plan, send: Choice, *more: Choice) -> list[Choice]:
    """The buttons under a preview, five at most: `send` only where it may go, `more` where its kind has some."""
    goes = [] if plan.obstacles else [send]
    whom = [] if turn.subject else [Choice("whom", turn._("Change who receives it"))]
    change = Choice(f"c_{MORE}", turn._("Change…"))
    return [*goes, *whom, *more, change, Choice("cancel", turn._("Cancel"), "quiet")]


def tapped(turn: Turn, value: str) -> str:
    """The buttons that every preview has; the first sends what was shown, and nothing else."""
    preview = turn.notes(Preview)
    unless_cancelled(turn, value)
    if value.startswith("c_"):
        preview.change = value[2:]
        raise Again
    if value == "whom":
        _change_whom(turn)
    if preview.size is None:
        raise Again
    return value


def _change_whom(turn: Turn) -> None:
    turn.notes(Preview).change = ""
    audiences.ask_again(turn)
    raise Again


def changing(button: str) -> Callable[[Turn], bool]:
    """Whether this button of the preview was tapped."""
    return lambda turn: turn.notes(Preview).change == button


def changed(turn: Turn) -> Again:
    """What a question behind a button of the preview raises when it is answered: the preview is gone on with."""
    turn.notes(Preview).change = ""
    return Again()


def switch(value: str, label: str, *, on: bool) -> Choice:
    """A row of “Change…” that is on or off."""
    return Choice(value, ("☑ " if on else "☐ ") + label, "switch")


def to_change(rows: Callable[[Turn], Sequence[Choice]], switched: Callable[[Turn, str], None]) -> Question:
    """What is behind “Change…”. `rows`: what can be changed, “c_” before what is a question of its own; `switched`: changes
    what is none."""

    def chosen(turn: Turn, value: str) -> str:
        if value.startswith("c_"):
            turn.notes(Preview).change = value[2:]
            raise Again
        if value == "whom":
            _change_whom(turn)
        switched(turn, value)
        raise changed(turn)

    return Question(
        "_more",
        lambda turn: turn._("What would you like to change?"),
        lambda turn: [Choice("back", turn._("Back"), "quiet")],
        chosen=chosen,
        when=changing(MORE),
        listed=rows,
    )


def _repeats(turn: Turn) -> Sequence[Choice]:
    named = [Choice(key, turn._(REPEAT_NAMES[key])) for key in REPEATS]
    return [Choice("once", turn._("once")), *named]


def _repeat_chosen(turn: Turn, value: str) -> str:
    turn.notes(Preview).repeat = "" if value == "once" else value
    raise changed(turn)


def _at_written(turn: Turn, text: str) -> str:
    turn.notes(Preview).at = typed_times.read(turn, text)
    raise changed(turn)


def _at_once(turn: Turn, _value: str) -> str:
    turn.notes(Preview).at = None
    raise changed(turn)


REPEAT = Question("_repeat", lambda turn: turn._("How often?"), _repeats, chosen=_repeat_chosen, when=changing("repeat"))
AT = Question(
    "_at",
    lambda turn: turn._("When shall it go out? For example: {example}", example="17:00 12/06"),
    lambda turn: [Choice("now", turn._("at once"))],
    check=_at_written,
    chosen=_at_once,
    when=changing("at"),
)


def _number_asked(turn: Turn) -> str:
    size = turn.notes(Preview).size
    return turn._("This goes to {count} people. To send it, please write that number, comrade.", count=size)


def _number_typed(turn: Turn, text: str) -> str:
    if keyboards.digits(text) != str(turn.notes(Preview).size):
        raise Invalid(turn._("That is not the number. Nothing was sent."))
    return text


NUMBER = Question(
    "number",
    _number_asked,
    lambda turn: [Choice("cancel", turn._("Cancel"), "quiet")],
    check=_number_typed,
    chosen=unless_cancelled,
    when=lambda turn: (turn.notes(Preview).size or 0) > turn.site.notices.typed_above,
)
"""After a preview, which noted the size: what goes to many is sent by typing how many."""
