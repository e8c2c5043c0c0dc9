"""The same answer to several cases of one kind: marked in a list, written once, shown with each code before it goes, and
sent to each by itself (models.grievances.alike)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from handlers.chat.conversation import (
    Again,
    Choice,
    Conversation,
    Invalid,
    Question,
    Turn,
    open_token,
    take_text,
    unless_cancelled,
    with_right,
)
from handlers.chat.doors import Pace
from handlers.chat.unasked import reader_of, tell
from handlers.chat.words import category_name, first_words, shortened
from handlers.grievances import listing
from models.anonymity.events import Event
from models.grievances import alike, cases
from models.grievances.cases import Grievance
from models.messages.message import Option
from models.messages.notes import note
from models.messages.outbox import Letter
from models.people import rights
from models.people.accounts import Account
from models.store.database import Session


@note
@dataclass(slots=True)
class Marked:
    """The cases that are marked (their ids), each with how much was in it then; `shown`: those that the preview named."""

    seen: dict[str, int] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)


def _marked(turn: Turn) -> dict[str, int]:
    return turn.notes(Marked).seen


def _kinds(turn: Turn) -> dict[str, list[Grievance]]:
    """By category, without those whose answer is on its way."""
    if "alike" not in turn.found:
        gone = {event.case_id for event in alike.waiting(turn.session, turn.member.id, turn.now)}
        kinds = {
            category: [case for case in found if case.id not in gone] for category, found in listing.alike(turn).items()
        }
        turn.found["alike"] = {category: found for category, found in kinds.items() if len(found) > 1}
    found: dict[str, list[Grievance]] = turn.found["alike"]
    return found


def _theirs(turn: Turn) -> list[Grievance]:
    """The cases of the kind that was chosen, or of the only one."""
    kinds = _kinds(turn)
    chosen = turn.answers.get("kind") or next(iter(kinds), "")
    return kinds.get(chosen, [])


def _several(turn: Turn) -> bool:
    return len(_kinds(turn)) > 1


def _kind_rows(turn: Turn) -> Sequence[Choice]:
    number = turn.language.number
    return [
        Choice(category, f"{category_name(turn.language, category)} ({number(len(found))})")
        for category, found in _kinds(turn).items()
    ]


def _cancel(turn: Turn) -> Sequence[Choice]:
    return (Choice("cancel", turn._("Cancel")),)


def _which_text(turn: Turn) -> str:
    if not _theirs(turn):
        return turn._("Comrade, no two cases of one kind wait for an answer.")
    asked = turn._("Which cases shall have the same answer, comrade? Tap to mark them.")
    return asked + "\n" + turn._("Marked: {count}", count=turn.language.number(len(_marked(turn))))


def _which_rows(turn: Turn) -> Sequence[Choice]:
    return [
        Choice(case.id, f"{'☑' if case.id in _marked(turn) else '☐'} {case.code} · “{_beginning(turn, case)}”")
        for case in _theirs(turn)
    ]


def _beginning(turn: Turn, case: Grievance) -> str:
    return first_words(cases.text_of(turn.session, cases.entries(turn.session, case.id)[0]))


def _which_choices(turn: Turn) -> Sequence[Choice]:
    write = [Choice("write", turn._("Write the answer"))] if _marked(turn) else []
    every = [Choice("all", turn._("Mark all"))] if len(_marked(turn)) < min(len(_theirs(turn)), alike.MOST) else []
    return [*write, *every, *_cancel(turn)]


def _which(turn: Turn, value: str) -> str:
    marked = _marked(turn)
    if value == "write":
        return value
    unless_cancelled(turn, value)
    if value == "all":
        wanted = [case for case in _theirs(turn) if case.id not in marked]
        wanted = wanted[: alike.MOST - len(marked)]
    elif value in marked:
        del marked[value]
        raise Again
    else:
        wanted = [case for case in _theirs(turn) if case.id == value]
        if len(marked) >= alike.MOST:
            raise Invalid(turn._("At most {count} cases can have one answer at a time.", count=alike.MOST))
    marked.update({case.id: alike.count(turn.session, case) for case in wanted})
    raise Again


def _prompt(turn: Turn) -> str:
    return turn._("Comrade, please write the answer. Each reporter reads it as an answer to their own case.")


def _sorted(turn: Turn) -> tuple[list[Grievance], list[str]]:
    """Of those marked: the ones that are as they were, and what the others are called."""
    theirs = {case.id: case for case in _theirs(turn)}
    same = [
        theirs[one]
        for one, seen in _marked(turn).items()
        if one in theirs and seen == alike.count(turn.session, theirs[one])
    ]
    kept = {case.id for case in same}
    changed = [turn.session.get_one(Grievance, one).code for one in _marked(turn) if one not in kept]
    return same, changed


def _note_shown(turn: Turn) -> None:
    turn.notes(Marked).shown = [case.id for case in _sorted(turn)[0]]


def _left_out(turn: Turn, codes: Sequence[str]) -> list[str]:
    if not codes:
        return []
    return [turn._("⚠ Left out, because something has happened in it: {codes}", codes=", ".join(codes))]


def _preview(turn: Turn) -> str:
    same, changed = _sorted(turn)
    lines = [
        turn._("To each reporter by itself: {codes}", codes=", ".join(case.code for case in same) or "–"),
        f"“{shortened(turn.answers['text'], 1500)}”",
        *_left_out(turn, changed),
    ]
    return "\n\n".join([*lines, turn._("Send this, comrade?")])


def _sure_choices(turn: Turn) -> Sequence[Choice]:
    count = len(_sorted(turn)[0])
    send = turn.language.ngettext("Send {count} answer", "Send {count} answers", count)
    return [
        *([Choice("send", send)] if count else []),
        Choice("change", turn._("Write it again")),
        Choice("cancel", turn._("Cancel")),
    ]


def _sure(turn: Turn, value: str) -> str:
    if value == "change":
        del turn.answers["text"]
        raise Again
    return unless_cancelled(turn, value)


def _send(turn: Turn) -> None:
    same, changed = _sorted(turn)
    shown = turn.notes(Marked).shown
    going = [case for case in same if case.id in shown]
    words = alike.Same(turn.member.person_id, turn.member.id, turn.answers["text"])
    alike.send(turn.session, [(case, _marked(turn)[case.id]) for case in going], words, turn.now)
    codes = ", ".join(case.code for case in going)
    said = (
        [turn._("Each goes by itself, within {minutes} minutes: {codes}", minutes=alike.WITHIN[1] // 60, codes=codes)]
        if going
        else [turn._("Nothing was sent.")]
    )
    undo = [Option(open_token("unsend"), turn._("Stop, do not send"))] if going else []
    after = [*undo, Option(open_token("queue"), turn._("Cases to handle")), Option(open_token("menu"), turn._("Menu"))]
    turn.say("\n".join([*said, *_left_out(turn, changed)]), after)


def _unsend(turn: Turn) -> None:
    count = alike.take_back(turn.session, turn.member.id, turn.now)
    said = (
        turn.language.ngettext("{count} answer was not sent.", "{count} answers were not sent.", count)
        if count
        else turn._("They have gone already, comrade.")
    )
    turn.say(said, [Option(open_token("queue"), turn._("Cases to handle")), Option(open_token("menu"), turn._("Menu"))])


def post(session: Session, event: Event, now: datetime, pace: Pace) -> None:
    """One of the answers, at its moment. Its officer hears of one that could not go."""
    if alike.answer(session, event, now, pace.relay_minutes):
        return
    account, case = session.get(Account, event.account_id), session.get(Grievance, event.case_id)
    if account is None or case is None:
        return
    reader = reader_of(session, account)
    text = reader.gettext("{code} has not been answered, comrade: something has happened in it meanwhile.", code=case.code)
    options = [Option(open_token("view", case.id), case.code)]
    tell(session, account, Letter(text, options=options, in_office=True), now)


CONVERSATIONS = (
    Conversation(
        "alike",
        _send,
        (
            Question(
                "kind",
                lambda turn: turn._("Which kind of cases, comrade?"),
                _cancel,
                chosen=unless_cancelled,
                when=_several,
                listed=_kind_rows,
            ),
            Question("which", _which_text, _which_choices, chosen=_which, listed=_which_rows),
            Question("text", _prompt, check=take_text),
            Question("sure", _preview, _sure_choices, chosen=_sure, before=_note_shown, binds=True),
        ),
        allowed=with_right(rights.HANDLE),
        in_office=True,
    ),
    Conversation("unsend", _unsend, allowed=with_right(rights.HANDLE), in_office=True),
)
