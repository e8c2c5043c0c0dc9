"""The card of a case: what an officer needs to act on it, on one screen of a phone; the rest behind two buttons.

At most ten rows and five buttons. Of what was said the first words and the last are on it, three entries, shortened;
“Details” shows every word, by pages. “More…” has all that can be done with the case. Lists are handlers.grievances.listing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from config.i18n import HERE, Language
from handlers.chat import menu, paging
from handlers.chat.conversation import Conversation, Turn, open_token
from handlers.chat.paging import Page
from handlers.chat.words import category_name, destination, in_rows, role_name, rows, state_name, unit_name
from handlers.grievances import case_files, since
from models.grievances import access, cases, routes, work
from models.grievances.cases import Entry, Grievance
from models.messages.message import Option
from models.people import persons, units
from models.store.database import Session

ROWS = 11
"""Of a phone's screen; with five buttons it is full (570 px of 844)."""
BUTTONS = 5
LAST = 3
"""Entries of a case that its card shows: what it is about, and what was said last."""
_LEAST = 2
"""Rows in which an entry says anything besides when and who."""
_PAGE = 20
"""Rows of words on a page of “Details”; an entry is not torn apart."""

LeftOut = Literal["", "words", "entries"]
"""What a card had no room for: nothing, the end of what somebody wrote, whole entries."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A card as text, and what it left out."""

    text: str
    left_out: LeftOut = ""


def case_of(turn: Turn) -> Grievance | None:
    """The case this run is about, if this officer may see it."""
    if not turn.offices:
        return None
    return access.for_officer(turn.session, turn.member.person_id, turn.subject, turn.now)


def open_case(turn: Turn) -> Grievance | None:
    case = case_of(turn)
    return case if case is not None and case.state in cases.OPEN else None


# Its words.


def card(session: Session, reader: Language, case: Grievance, title: str, person_id: str, now: datetime) -> Shown:
    """What this officer (a person's id) is shown of a case: `title` says why."""
    committee = access.is_committee(session, person_id, case, now)
    name = cases.reporter_name(session, case, committee=committee)
    state = [state_name(reader, case)]
    if case.assignee_id is not None:
        state.append(reader.gettext("Handled by: {name}", name=_name(session, case.assignee_id)))
    if cases.is_owed(case):
        state.append(reader.gettext("Answer before: {when}", when=reader.when(work.shown_at(case, case.due_at))))
    danger = " ⚠ " + reader.gettext("somebody may be in danger") if case.urgent else ""
    about = [category_name(reader, case.category), *where(session, case), *_from(session, reader, case, name)]
    head = [title + danger, " · ".join(about), " · ".join(state)]
    tail = [*since.limits(session, reader, case, now), *case_files.listed_all(session, reader, case)]
    if routes.wants_verified(case.category):
        tail.append(
            reader.gettext("The worker asks whether this is true: please answer what has been verified, and from whom.")
        )
    return composed(session, reader, case, head, tail)


def where(session: Session, case: Grievance) -> list[str]:
    """The unit it comes from, as far as it is not plain to those who have it."""
    if units.level(units.get(session, case.holder_id)) == "superior":
        return [unit_name(session, case.unit_id)]
    unit = units.get(session, case.unit_id)
    return [unit.name] if units.level(unit) == "team" else []


def composed(session: Session, reader: Language, case: Grievance, head: Sequence[str], tail: Sequence[str]) -> Shown:
    """`head` and `tail`, and between them as much of what was said as there is room for: what it began with, and the newest,
    which is seen best."""
    said = _said(session, case)
    room = ROWS - sum(map(rows, (*head, *tail)))
    count = min(len(said), LAST, max(1, room // _LEAST))
    if count < len(said):
        room -= 1
        count = min(count, max(1, room // _LEAST))
    hidden = len(said) - count
    begins = said[:1] if hidden and count > 1 else []
    shown = [*begins, *said[hidden + len(begins) :]]
    more = [reader.ngettext("… {count} more under “Details”", "… {count} more under “Details”", hidden)] if hidden else []
    left_out: LeftOut = "entries" if hidden else ""
    lines: list[str] = []
    for place, (entry, words) in enumerate(reversed(shown)):
        if entry.kind == cases.UNDELIVERED:
            lines.append(undelivered(reader))
        else:
            front = f"{at(case, entry)} · {said_by(session, reader, entry)}: "
            most = max(_LEAST, room - _LEAST * (count - place - 1))  # the newest is seen best
            kept = in_rows(words, most, beside=len(front) + 2)
            left_out = left_out or ("" if kept == " ".join(words.split()) else "words")
            lines.append(f"{front}“{kept}”")
        room -= rows(lines[-1])
    lines.reverse()
    return Shown("\n".join([*head, *lines[: len(begins)], *more, *lines[len(begins) :], *tail]), left_out)


def _said(session: Session, case: Grievance) -> list[tuple[Entry, str]]:
    """The entries of a case in which somebody said something, and those that say that it was not heard."""
    found = [(entry, cases.text_of(session, entry)) for entry in cases.entries(session, case.id)]
    return [(entry, words) for entry, words in found if words or entry.kind == cases.UNDELIVERED]


def at(case: Grievance, entry: Entry) -> str:
    """When something was said, no finer than the case's cover allows."""
    return f"{work.shown_at(case, entry.at).astimezone(HERE):%H:%M %d/%m}"


def undelivered(reader: Language) -> str:
    return "⚠ " + reader.gettext("The worker's app refused what was said last: it did not reach them.")


def _from(session: Session, reader: Language, case: Grievance, name: str) -> list[str]:
    if case.spoken_to is not None:
        told = _name(session, case.spoken_to)
        return [reader.gettext("From: a worker without a phone, told to {name}", name=told)]
    return [reader.gettext("From: {name}", name=name) if name else reader.gettext("not named")]


def _name(session: Session, person_id: str) -> str:
    return persons.name_of(session, session.get_one(persons.Person, person_id))


def officer_name(session: Session, reader: Language, entry: Entry) -> str:
    assert entry.officer_id is not None
    return reader.gettext("Comrade {name}", name=_name(session, entry.officer_id))


def said_by(session: Session, reader: Language, entry: Entry) -> str:
    if entry.kind == "observed":
        return officer_name(session, reader, entry) + " (" + reader.gettext("asked somebody to read it along") + ")"
    if entry.officer_id is None and entry.kind == "reworded":
        return reader.gettext("The worker has changed their words")
    if entry.officer_id is None:
        return reader.gettext("The worker")
    by = officer_name(session, reader, entry)
    return by + " (" + reader.gettext("note inside the union") + ")" if entry.kind == "note" else by


# Its buttons.


def options(
    session: Session, reader: Language, case: Grievance, now: datetime, left_out: LeftOut = "", also: Sequence[Option] = ()
) -> list[Option]:
    """What stands under a card: the commonest first, `also`, and the way to all the rest. `left_out`: by the card."""
    wanted = [*_first(session, reader, case, now), *_rest_of_it(reader, case, left_out)]
    wanted += case_files.options(session, reader, case)
    room = BUTTONS - 1 - len(also)
    return [*wanted[:room], *also, Option(open_token("case_more", case.id), reader.gettext("More…"))]


def _rest_of_it(reader: Language, case: Grievance, left_out: LeftOut) -> list[Option]:
    if not left_out:
        return []
    label = reader.gettext("Details") if left_out == "entries" else reader.gettext("Show all of it")
    return [Option(open_token("details", case.id), label)]


def _first(session: Session, reader: Language, case: Grievance, now: datetime) -> list[Option]:
    """At most three."""
    if case.state not in cases.OPEN:
        return [_note(reader, case)]
    if case.route is None:  # spoken: it cannot be asked of or answered over a chat
        return [
            Option(open_token("end", case.id), reader.gettext("Close: settled in person")),
            *_up(session, reader, case, now),
        ]
    answer = Option(open_token("reply", case.id), reader.gettext("Answer"))
    second = (
        Option(open_token("ack", case.id), reader.gettext("Acknowledge")) if case.state == "new" else _close(reader, case)
    )
    return [answer, second, *_up(session, reader, case, now)]


def _close(reader: Language, case: Grievance) -> Option:
    return Option(open_token("close", case.id), reader.gettext("Propose to close"))


def _note(reader: Language, case: Grievance) -> Option:
    return Option(open_token("note", case.id), reader.gettext("Note inside the union"))


def _up(session: Session, reader: Language, case: Grievance, now: datetime) -> list[Option]:
    return [
        Option(open_token("escalate", case.id), reader.gettext("Hand up to {who}", who=destination(reader, one)))
        for one in access.units_above(session, case, now)[:1]
    ]


def everything(session: Session, reader: Language, case: Grievance, now: datetime) -> list[Option]:
    """All that can be done with a case besides what its card always offers, the commonest first."""
    found = [Option(open_token("details", case.id), reader.gettext("Details")), *case_files.options(session, reader, case)]
    heard = case.state in cases.OPEN and case.route is not None
    if heard:
        found.append(Option(open_token("ask", case.id), reader.gettext("Ask for more")))
    if case.state in cases.OPEN:
        found.append(_note(reader, case))
        if len(access.colleagues(session, case, now)) > 1:
            found.append(Option(open_token("assign", case.id), reader.gettext("Assign")))
    if heard:
        found += [_close(reader, case)] if case.state == "new" else []
        found.append(Option(open_token("unfounded", case.id), reader.gettext("Not enough grounds")))
    if case.state in cases.OPEN:
        found += [*_up(session, reader, case, now), *_back(session, reader, case, now)]
        if is_above_a_team(session, case):
            found.append(Option(open_token("observe", case.id), reader.gettext("Have somebody read it along")))
    found.append(Option(open_token("why", case.id), reader.gettext("Why do I see this?")))
    return [*found, Option(open_token("queue"), reader.gettext("Cases to handle"))]


def _back(session: Session, reader: Language, case: Grievance, now: datetime) -> list[Option]:
    """For those above whom a case has reached: to the unit below that can go on with it, where there is one."""
    if not access.units_below(session, case, now):
        return []
    return [Option(open_token("handback", case.id), reader.gettext("Hand back with guidance"))]


def is_above_a_team(session: Session, case: Grievance) -> bool:
    """Whether those who have it may have somebody read it along."""
    return units.level(units.get(session, case.holder_id)) != "team"


def _more(turn: Turn) -> None:
    case = turn.thing(Grievance)
    offered = everything(turn.session, turn.language, case, turn.now)
    text = turn._("What else shall be done with {code}, comrade?", code=case.code)
    turn.say(text, menu.folded(turn, offered, "case_more", case.id))


# Every word of it.


def _pages(session: Session, reader: Language, case: Grievance) -> list[list[str]]:
    """All that was said, each with who and when, in parts that are read at a time."""
    found: list[list[str]] = [[]]
    for entry, words in _said(session, case):
        line = f"{at(case, entry)} · {said_by(session, reader, entry)}:\n“{words}”"
        line = undelivered(reader) if entry.kind == cases.UNDELIVERED else line
        if found[-1] and sum(map(rows, (*found[-1], line))) > _PAGE:
            found.append([])
        found[-1].append(line)
    return found


def page_of(turn: Turn, case: Grievance) -> Page[str]:
    """The page that was asked for."""
    found = _pages(turn.session, turn.language, case)
    number = min(paging.asked(turn), len(found))
    return Page(found[number - 1], number, len(found), len(found))


def _details(turn: Turn) -> None:
    case, reader = turn.thing(Grievance), turn.language
    shown = page_of(turn, case)
    head = turn._("{code}, from the beginning:", code=case.code)
    lines = [head, *shown.rows, *case_files.listed_all(turn.session, reader, case), *paging.place(reader, shown)]
    turns = paging.options(turn, shown, "details", case.id)
    back = Option(open_token("view", case.id), turn._("Back to the case"))
    turn.say("\n\n".join(lines), [*turns, *case_files.options(turn.session, reader, case), back])


def _why(turn: Turn) -> None:
    case = turn.thing(Grievance)
    offices = [
        f"{role_name(turn.language, held.role)}, {units.get(turn.session, held.unit_id).name}"
        for held in turn.offices
        if held.unit_id == case.holder_id
    ]
    text = turn._(
        "Comrade, you see {code} because {unit} holds it and you are: {roles}. Officers whom its reporter passed over do "
        "not see it; why is asked of nobody.",
        code=case.code,
        unit=units.get(turn.session, case.holder_id).name,
        roles="; ".join(offices),
    )
    turn.say(text, [Option(open_token("view", case.id), case.code), Option(open_token("menu"), turn._("Menu"))])


CONVERSATIONS = (
    Conversation("case_more", _more, about=case_of, in_office=True, begun=paging.begun, is_list=True),
    Conversation("details", _details, about=case_of, in_office=True, begun=paging.begun, is_list=True, in_full=True),
    Conversation("why", _why, about=case_of, in_office=True),
)
