"""What a day asks of an officer: one screen in numbers, and the cases one after another, whose answers are typed at once.

The numbers are of cases, and only of those that this officer may see; of the units below it says what they owe
(models.grievances.oversight), and of nobody who wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from config.i18n import HERE, Language
from handlers.chat import menu, paging
from handlers.chat.conversation import (
    Choice,
    Conversation,
    Goes,
    Invalid,
    Known,
    Question,
    Turn,
    open_token,
    take_text,
    with_right,
)
from handlers.chat.words import category_name, destination, state_name, time_left
from handlers.files import attachments
from handlers.grievances import cards, case_files, from_above, listing, replying
from handlers.grievances.listing import GROUPS
from models.broadcasts import rule_of_two
from models.broadcasts.broadcasts import Broadcast
from models.grievances import access, handling, oversight, work
from models.grievances.cases import Grievance
from models.grievances.oversight import Owing
from models.grievances.work import Waiting
from models.messages.message import Option
from models.messages.notes import note
from models.people import offices, rights, units
from models.store.database import Session

_LINES = 10
"""Of a message that a phone shows with its buttons."""


class Day(NamedTuple):
    """All that the screen of the day is made of."""

    waiting: Sequence[Waiting]
    owing: Sequence[Owing]
    to_agree: Sequence[Broadcast]


def day_of(session: Session, person_id: str, now: datetime) -> Day:
    return Day(
        work.waiting(session, person_id, now),
        oversight.owing(session, person_id, now),
        rule_of_two.waiting_for(session, person_id, now.date()),
    )


def lines(session: Session, reader: Language, person_id: str, day: Day, now: datetime) -> list[str]:
    """The screen of the day, in at most so many lines as a phone shows."""
    local = now.astimezone(HERE)
    weekday = reader.weekday(local)
    answered = offices.answers_for(session, person_id, now.date())
    names = ", ".join(units.get(session, one).name for one in answered)
    found = [reader.gettext("Today, {weekday} {day} · {units}", weekday=weekday, day=f"{local:%d/%m}", units=names)]
    numbers = work.counted(day.waiting)
    rows: tuple[tuple[work.Group, ...], ...] = (("overdue", "today", "new"), ("again", "in_hand"))
    for row in rows:
        parts = [f"{reader.gettext(GROUPS[one])}: {reader.number(numbers[one])}" for one in row if numbers[one]]
        found += [" · ".join(parts)] if parts else []
    if len(found) == 1:
        found.append(reader.gettext("No case waits for an answer of yours."))
    if numbers["waits"]:
        found.append(reader.gettext("Waiting for the worker: {count} (nothing to do yet)", count=numbers["waits"]))
    if day.to_agree:
        found.append(reader.gettext("Notices that wait for your agreement: {count}", count=len(day.to_agree)))
    room = _LINES - len(found)
    shown = day.owing if len(day.owing) <= room else day.owing[: room - 1]
    found += [owing_line(reader, one) for one in shown]
    if rest := len(day.owing) - len(shown):
        found.append(reader.ngettext("and {count} more unit owes something", "and {count} more units owe something", rest))
    return found


def owing_line(reader: Language, one: Owing) -> str:
    name = one.unit.name if one.unit is not None else reader.gettext("Small teams together")
    parts = [
        reader.ngettext("{count} overdue", "{count} overdue", one.overdue) if one.overdue else "",
        reader.ngettext("{count} urgent", "{count} urgent", one.urgent) if one.urgent else "",
    ]
    return f"{name}: {', '.join(filter(None, parts))}"


def options(reader: Language, person_id: str, day: Day) -> list[Option]:
    """At most five: what is owed one after another, what is overdue, and the ways to all else."""
    todo, numbers = in_turn(day.waiting, person_id), work.counted(day.waiting)
    found = []
    if todo:
        found.append(Option(open_token("work"), reader.gettext("One after another ({count})", count=len(todo))))
    if numbers["overdue"]:
        label = reader.gettext("Overdue ({count})", count=numbers["overdue"])
        found.append(Option(open_token("queue", "", "overdue.1"), label))
    else:
        found.append(Option(open_token("queue"), reader.gettext("Cases to handle")))
    if day.owing:
        found.append(Option(open_token("owing"), reader.gettext("Units below ({count})", count=len(day.owing))))
    else:
        found.append(Option(open_token("seek"), reader.gettext("Find a case")))
    if day.to_agree:
        found.append(Option(open_token("cast", day.to_agree[0].id), reader.gettext("Agree to a notice")))
    else:
        found.append(Option(open_token("notice"), reader.gettext("Write a notice")))
    return [*found, Option(open_token("more"), reader.gettext("More…"))]


def _day(turn: Turn) -> None:
    person_id = turn.member.person_id
    day = day_of(turn.session, person_id, turn.now)
    text = "\n".join(lines(turn.session, turn.language, person_id, day, turn.now))
    offered, unread = options(turn.language, person_id, day), menu.unread(turn)
    if unread:  # in the place of the last but “More…”, where that is
        offered = [*unread, *offered[:-2], offered[-1]]
    turn.say(text, offered)


def _owing(turn: Turn) -> None:
    """All units below that owe something, by pages."""
    shown = paging.page(oversight.owing(turn.session, turn.member.person_id, turn.now), paging.asked(turn))
    head = (
        turn._("Units below that owe an answer:") if shown.rows else turn._("No unit below owes anything overdue or urgent.")
    )
    found = [head, *(owing_line(turn.language, one) for one in shown.rows), *paging.place(turn.language, shown)]
    back = [
        *from_above.button(turn),
        Option(open_token("day"), turn._("Work of today")),
        Option(open_token("menu"), turn._("Menu")),
    ]
    turn.say("\n".join(found), [*paging.options(turn, shown, "owing"), *back])


# One after another.


def in_turn(waiting: Sequence[Waiting], person_id: str, later: Sequence[str] = ()) -> list[Grievance]:
    """The cases to be gone through, in order: owed, taken on by no colleague, and not put off for now."""
    return [
        one.case
        for one in waiting
        if one.group in work.OWED and one.case.assignee_id in (None, person_id) and one.case.id not in later
    ]


@note
@dataclass(slots=True)
class PutOff:
    """Cases that were answered with “later”."""

    case_ids: list[str] = field(default_factory=list)


def _later(turn: Turn) -> list[str]:
    return turn.notes(PutOff).case_ids


def _next(turn: Turn, later: Sequence[str]) -> Goes:
    """To the next case; when none is left, to the screen of the day."""
    waiting = work.waiting(turn.session, turn.member.person_id, turn.now)
    left = in_turn(waiting, turn.member.person_id, later)
    return Goes("in_turn", left[0].id, Known(notes=(PutOff(list(later)),))) if left else Goes("day")


def _begin(turn: Turn) -> None:
    raise _next(turn, ())


def _card(turn: Turn) -> str:
    """A case as short as it can be answered from, and how many are left."""
    case, reader = turn.thing(Grievance), turn.language
    left = in_turn(listing.waiting(turn), turn.member.person_id, _later(turn))
    urgent = "⚠ " if case.urgent else ""
    time = time_left(reader, work.shown_at(case, case.due_at), turn.now)
    head = [
        f"{urgent}{case.code} · " + reader.ngettext("{count} left", "{count} left", len(left)),
        " · ".join([category_name(reader, case.category), *cards.where(turn.session, case)]),
        f"{state_name(reader, case)} · {time}",
    ]
    ask = (
        turn._("Write the answer here, comrade.")
        if case.route is not None
        else turn._("This was told in person: please answer in person, then close it.")
    )
    return cards.composed(
        turn.session,
        reader,
        case,
        head,
        [*case_files.listed_all(turn.session, reader, case), *attachments.review(turn), ask],
    ).text


def _card_choices(turn: Turn) -> Sequence[Choice]:
    case = turn.thing(Grievance)
    above = next(iter(access.units_above(turn.session, case, turn.now)), None)
    up = [Choice("up", turn._("Hand up to {who}", who=destination(turn.language, above)))] if above is not None else []
    end = [Choice("end", turn._("Close: settled in person"))] if case.route is None else []
    return [*end, *up, Choice("later", turn._("Later")), Choice("more", turn._("More…"))]


def _tapped(turn: Turn, value: str) -> str:
    case = turn.thing(Grievance)
    if value == "later":
        raise _next(turn, [*_later(turn), case.id])
    raise Goes({"up": "escalate", "end": "end", "more": "view"}[value], case.id)


def _typed(turn: Turn, text: str) -> str:
    if turn.thing(Grievance).route is None:
        raise Invalid(turn._("This was told in person: please answer in person, then close it."))
    return take_text(turn, text)


def _answered(turn: Turn) -> None:
    said = replying.deliver(turn, handling.reply)
    if said:
        turn.say(said)
    raise _next(turn, _later(turn))


CONVERSATIONS = (
    Conversation("day", _day, allowed=with_right(rights.HANDLE), in_office=True),
    Conversation("owing", _owing, allowed=with_right(rights.HANDLE), in_office=True, begun=paging.begun, is_list=True),
    Conversation("work", _begin, allowed=with_right(rights.HANDLE), in_office=True),
    Conversation(
        "in_turn",
        _answered,
        (
            Question("text", _card, _card_choices, check=_typed, chosen=_tapped, before=replying.note_seen),
            replying.preview(),
        ),
        about=cards.open_case,
        in_office=True,
        takes_files=True,
    ),
)
