"""What officers above do with a case that a unit below has: take it over, have somebody read it along; and how a case looks
to whoever reads it along, and does nothing else with it.

Before it is taken over, no more is shown of a case than its code, its kind and how late it is; not which unit has it, whose
team may be too small to be named.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from handlers.chat import paging
from handlers.chat.conversation import Choice, Conversation, Goes, Question, Turn, open_token, unless_unchanged, with_right
from handlers.chat.unasked import reader_of, tell
from handlers.chat.words import category_name, destination, role_name, state_name, time_left
from handlers.grievances import cards, case_files, cases
from models.anonymity import moments
from models.grievances import access, handling, observers, oversight, work
from models.grievances.cases import Grievance, is_owed
from models.grievances.handling import Saying
from models.grievances.oversight import Reach
from models.messages.message import Option
from models.messages.outbox import Letter
from models.people import accounts, persons, rights, units
from models.people.offices import Office
from models.store.listed import Listed

# The ways here.


def options(turn: Turn) -> list[Option]:
    """To the cases in reach and to those that are read along, where there are any."""
    count = len(_along_list(turn))
    along = [Option(open_token("along"), turn._("Cases that you read along ({count})", count=count))] if count else []
    return [*button(turn), *along]


def button(turn: Turn) -> list[Option]:
    return [Option(open_token("reach"), turn._("Take over a case…"))] if _in_reach(turn) else []


# Taking over.


def _in_reach(turn: Turn) -> list[Reach]:
    if "in_reach" not in turn.found:
        turn.found["in_reach"] = oversight.in_reach(turn.session, turn.member.person_id, turn.now)
    found: list[Reach] = turn.found["in_reach"]
    return found


def _reach(turn: Turn) -> Reach | None:
    """The case that the button names, if it may be taken over."""
    if not turn.offices:
        return None
    return next(iter(oversight.in_reach(turn.session, turn.member.person_id, turn.now, turn.subject)), None)


def _line(turn: Turn, case: Grievance) -> str:
    left = time_left(turn.language, work.shown_at(case, case.due_at), turn.now)
    time = left if is_owed(case) else state_name(turn.language, case)
    return f"{'⚠ ' if case.urgent else ''}{case.code}: {category_name(turn.language, case.category)} · {time}"


def _which_text(turn: Turn) -> str:
    shown = paging.on_screen(turn, "which", _in_reach(turn)).rows
    head = (
        turn._("Cases below that you may take over, comrade:") if shown else turn._("No case below can be taken over now.")
    )
    return "\n".join([head, *(_line(turn, one.case) for one in shown)])


def _which_rows(turn: Turn) -> Sequence[Choice]:
    return [Choice(one.case.id, one.case.code) for one in _in_reach(turn)]


def _chosen(turn: Turn) -> None:
    chosen = turn.answers["which"]
    raise Goes("day") if chosen == "day" else Goes("takeover", chosen)


def _sure_text(turn: Turn) -> str:
    case, unit = turn.thing(Reach)
    asked = turn._(
        "Take {code} over for {unit}, comrade? Its time begins anew there. The unit that has it, and the worker, are told.",
        code=case.code,
        unit=unit.name,
    )
    return f"{_line(turn, case)}\n{asked}"


def _sure_choices(turn: Turn) -> Sequence[Choice]:
    return (
        Choice("yes", turn._("Take it over")),
        Choice("observe", turn._("Have somebody read it along")),
        Choice("cancel", turn._("Cancel")),
    )


def _sure(turn: Turn, value: str) -> str:
    if value == "observe":
        raise Goes("observe", turn.thing(Reach).case.id)
    return unless_unchanged(turn, value)


def _saying(turn: Turn, case: Grievance) -> Saying:
    at = moments.cover(turn.now, turn.site.relay_minutes) if case.covered else turn.now
    return Saying(turn.member.person_id, "", at)


def _take_over(turn: Turn) -> None:
    case, unit = turn.thing(Reach)
    try:
        handling.take_over(turn.session, case, unit, _saying(turn, case), turn.now)
    except handling.Refused:  # whoever has it, or a colleague, was quicker
        turn.say(turn._("{code} was handed on or closed meanwhile. Nothing was changed.", code=case.code), button(turn))
        return
    turn.falls_due = not case.covered
    who = turn.member.person_id
    cases.tell_handlers(
        turn.session,
        case,
        turn.now,
        lambda reader: reader.gettext("{code} was taken over from the unit below, comrade", code=case.code),
        but=who,
    )
    cases.show(turn, case, turn._("{code} is now with {unit}.", code=case.code, unit=unit.name))


# Having somebody read it along.


class Along(NamedTuple):
    """A case that somebody may be asked to read along."""

    case: Grievance


def _widens(turn: Turn) -> Along | None:
    case = cards.open_case(turn)
    if case is not None:
        return Along(case) if cards.is_above_a_team(turn.session, case) else None
    reach = _reach(turn)
    return Along(reach.case) if reach is not None else None


def _offices(turn: Turn) -> list[Office]:
    return access.may_read_along(turn.session, turn.thing(Along).case, turn.now)


def _name(turn: Turn, person_id: str) -> str:
    return persons.name_of(turn.session, turn.session.get_one(persons.Person, person_id))


def _who_text(turn: Turn) -> str:
    return turn._(
        "Who shall read {code} along, comrade? They see what is said and answer nothing; the worker is told from which unit "
        "they are. Who has a ✓ reads it already; a tap ends that.",
        code=turn.thing(Along).case.code,
    )


def _who_rows(turn: Turn) -> Sequence[Choice]:
    case = turn.thing(Along).case
    return [
        Choice(
            one.id,
            f"{_name(turn, one.person_id)}, {role_name(turn.language, one.role)}"
            + (" ✓" if observers.is_one(turn.session, case.id, one.person_id, one.unit_id) else ""),
        )
        for one in _offices(turn)
    ]


def _who_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("cancel", turn._("Cancel")),)


def _observe(turn: Turn) -> None:
    case = turn.thing(Along).case
    along = next((one for one in _offices(turn) if one.id == turn.answers["who"]), None)
    back = [Option(open_token("view", case.id), turn._("Back to the case")), Option(open_token("menu"), turn._("Menu"))]
    if along is None:  # the office has ended since
        turn.say(turn._("Nothing was changed."), back)
        return
    name = _name(turn, along.person_id)
    if observers.is_one(turn.session, case.id, along.person_id, along.unit_id):
        handling.end_reading_along(turn.session, case, along, turn.member.person_id, turn.now)
        turn.say(turn._("{name} does not read {code} along any more.", name=name, code=case.code), back)
        return
    handling.have_read_along(turn.session, case, along, _saying(turn, case), turn.now)
    turn.falls_due = not case.covered
    cases.tell_handlers(
        turn.session,
        case,
        turn.now,
        lambda reader: reader.gettext("{code}: {name} reads it along from now on", code=case.code, name=name),
        but=turn.member.person_id,
    )
    if along.person_id != turn.member.person_id and access.to_read(turn.session, along.person_id, case.id, turn.now):
        _tell_reader(turn, along.person_id, case)
    turn.say(turn._("{name} reads {code} along from now on.", name=name, code=case.code), back)


def _tell_reader(turn: Turn, person_id: str, case: Grievance) -> None:
    for account in accounts.of_person(turn.session, person_id):
        if account.confirmed:
            reader = reader_of(turn.session, account)
            text = reader.gettext(
                "Comrade, you were asked to read {code} along. {who} answers it; you see what is said.",
                code=case.code,
                who=_capital(destination(reader, units.get(turn.session, case.holder_id))),
            )
            shown = [Option(open_token("along_case", case.id), reader.gettext("See it"))]
            tell(turn.session, account, Letter(text, options=shown, in_office=True), turn.now)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


# Reading along.


def _along_list(turn: Turn) -> Listed[Grievance]:
    return access.read_along(turn.session, turn.member.person_id, turn.now)


def _along(turn: Turn) -> None:
    shown = paging.page(_along_list(turn), paging.asked(turn))
    head = turn._("Cases that you read along, comrade:") if shown.rows else turn._("You read no case along, comrade.")
    lines = [head, *(_line(turn, case) for case in shown.rows), *paging.place(turn.language, shown)]
    opened = [Option(open_token("along_case", case.id), case.code) for case in shown.rows]
    back = [Option(open_token("queue"), turn._("Cases to handle"))]
    turn.say("\n".join(lines), [*opened, *paging.options(turn, shown, "along"), *back])


def _read(turn: Turn) -> Grievance | None:
    if not turn.offices:
        return None
    return access.to_read(turn.session, turn.member.person_id, turn.subject, turn.now)


def _along_case(turn: Turn) -> None:
    """All that was said in it, by pages; no name of who filed it, and nothing to do."""
    case, reader = turn.thing(Grievance), turn.language
    shown = cards.page_of(turn, case)
    head = turn._(
        "{code}, which you read along. It is with: {who}.",
        code=case.code,
        who=destination(reader, units.get(turn.session, case.holder_id)),
    )
    lines = [f"{head}\n{_line(turn, case)}", *shown.rows, *case_files.listed_all(turn.session, reader, case)]
    back = [Option(open_token("along"), turn._("Others that you read along")), Option(open_token("menu"), turn._("Menu"))]
    turns = paging.options(turn, shown, "along_case", case.id)
    files = case_files.options(turn.session, reader, case)
    turn.say("\n\n".join([*lines, *paging.place(reader, shown)]), [*turns, *files, *back])


CONVERSATIONS = (
    Conversation(
        "reach",
        _chosen,
        (Question("which", _which_text, lambda turn: (Choice("day", turn._("Work of today")),), listed=_which_rows),),
        allowed=with_right(rights.HANDLE),
        in_office=True,
    ),
    Conversation(
        "takeover", _take_over, (Question("sure", _sure_text, _sure_choices, chosen=_sure),), about=_reach, in_office=True
    ),
    Conversation(
        "observe",
        _observe,
        (Question("who", _who_text, _who_choices, chosen=unless_unchanged, listed=_who_rows),),
        about=_widens,
        in_office=True,
    ),
    Conversation("along", _along, allowed=with_right(rights.HANDLE), in_office=True, begun=paging.begun, is_list=True),
    Conversation("along_case", _along_case, about=_read, in_office=True, begun=paging.begun, is_list=True),
)
