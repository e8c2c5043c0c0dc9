"""Officers' cases in lists: what waits, in the order in which it should be done, and what is found by searching."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.i18n import N_, Language
from handlers.chat import paging
from handlers.chat.conversation import (
    Again,
    Choice,
    Conversation,
    Goes,
    Known,
    Question,
    Turn,
    open_token,
    take_text,
    with_right,
)
from handlers.chat.words import category_name, first_words, time_left, time_since
from handlers.grievances import from_above
from models.grievances import cases, finding, work
from models.grievances.cases import Grievance
from models.grievances.work import Waiting
from models.messages.message import Option
from models.messages.notes import note
from models.people import rights
from models.store.database import Session

GROUPS = {
    "overdue": N_("Overdue"),
    "today": N_("Due today"),
    "new": N_("New"),
    "again": N_("The worker wrote again"),
    "in_hand": N_("In hand"),
    "waits": N_("Waiting for the worker"),
}
_KINDS = {
    "owed": N_("Waiting for the union"),
    "waits": N_("Waiting for the worker"),
    "closed": N_("Closed"),
}


def waiting(turn: Turn) -> list[Waiting]:
    """The cases of the officer at hand, in order; asked once a turn."""
    if "waiting" not in turn.found:
        turn.found["waiting"] = work.waiting(turn.session, turn.member.person_id, turn.now)
    found: list[Waiting] = turn.found["waiting"]
    return found


def row(turn: Turn, one: Waiting) -> str:
    """A case in one line: which, what it is about, how long there is or has been, the first words."""
    reader = turn.language
    if one.group == "waits":
        time = reader.gettext("waits for the worker, {age}", age=time_since(reader, one.since, turn.now))
    else:
        time = time_left(reader, work.shown_at(one.case, one.case.due_at), turn.now)
        if one.group in ("again", "in_hand"):
            time = f"{reader.gettext(GROUPS[one.group]).lower()}, {time}"
    return _line(turn.session, reader, one.case, time)


def _line(session: Session, reader: Language, case: Grievance, time: str) -> str:
    said = cases.text_of(session, cases.entries(session, case.id)[0])
    urgent = "⚠ " if case.urgent else ""
    return f"{urgent}{case.code}: {category_name(reader, case.category)} · {time} · “{first_words(said)}”"


@note
@dataclass(slots=True)
class Sought:
    """Which cases are listed: those of a group (`GROUPS`), or of a kind (`_KINDS`) instead of those with the words."""

    group: str = ""
    kind: str = ""


def _begun(_turn: Turn, _subject: str, value: str) -> Known:
    """Which cases, where not all of them, and which page."""
    group, _, page = value.rpartition(".")
    return Known(notes=(Sought(group), paging.Pages(paging.number_in(page))))


def _queue(turn: Turn) -> None:
    group = turn.notes(Sought).group
    wanted = [one for one in waiting(turn) if group in ("", one.group)]
    shown = paging.page(wanted, paging.asked(turn))
    back = [
        Option(open_token("seek"), turn._("Find a case")),
        *([Option(open_token("alike"), turn._("One answer to several"))] if alike(turn) else []),
        Option(open_token("queue_more"), turn._("More…")),
    ]
    if not wanted:
        turn.say(turn._("Comrade, no case is waiting for your unit."), back)
        return
    lines = [_head(turn, group, len(wanted)), *(row(turn, one) for one in shown.rows), *paging.place(turn.language, shown)]
    options = [Option(open_token("view", one.case.id), one.case.code) for one in shown.rows]
    turn.say("\n".join(lines), [*options, *paging.options(turn, shown, "queue", value=group), *back])


def _more(turn: Turn) -> None:
    above = from_above.options(turn)  # at most two; the ways back, which stand above as well, give place to them
    offered = [
        Option(open_token("spoken"), turn._("Enter a spoken grievance")),
        Option(open_token("saved"), turn._("Saved replies")),
        Option(open_token("away"), turn._("While I am away")),
        *above,
        *([Option(open_token("queue"), turn._("Cases to handle"))] if len(above) < 2 else []),
        *([Option(open_token("menu"), turn._("Menu"))] if not above else []),
    ]
    turn.say(turn._("What would you like to do, comrade?"), offered)


def alike(turn: Turn) -> dict[str, list[Grievance]]:
    """The cases that may have one answer with others of their kind, by category: those that wait for the union, have
    somebody to hear it, and are in no colleague's hands."""
    found: dict[str, list[Grievance]] = {}
    for one in waiting(turn):
        theirs = one.group in work.OWED and one.case.route is not None
        if theirs and one.case.assignee_id in (None, turn.member.person_id):
            found.setdefault(one.case.category, []).append(one.case)
    several = {category: cases for category, cases in found.items() if len(cases) > 1}
    return dict(sorted(several.items(), key=lambda pair: (-len(pair[1]), pair[0])))


def _head(turn: Turn, group: str, count: int) -> str:
    if group in GROUPS:
        return f"{turn._(GROUPS[group])}: {turn.language.number(count)}"
    return turn.language.ngettext(
        "{count} case is open, what is owed first:", "{count} cases are open, what is owed first:", count
    )


# Searching.


def _words_text(turn: Turn) -> str:
    return turn._("Which words, or which code, comrade? Closed cases are found as well.")


def _kinds(turn: Turn) -> Sequence[Choice]:
    return [Choice(kind, turn._(_KINDS[kind])) for kind in finding.KINDS]


def _kind_chosen(turn: Turn, value: str) -> str:
    turn.notes(Sought).kind = value
    return ""


def _words_typed(turn: Turn, text: str) -> str:
    """Other words are another search."""
    turn.notes(Sought).kind = ""
    paging.from_the_first(turn, "which")
    return take_text(turn, text)


def _again(turn: Turn, text: str) -> str:
    turn.answers["words"] = _words_typed(turn, text)
    raise Again


def _found(turn: Turn) -> finding.Found:
    kind, words, person_id = turn.notes(Sought).kind, turn.answers["words"], turn.member.person_id
    key = f"found {kind} {words}"
    if key not in turn.found:
        known = next((one for one in finding.KINDS if one == kind), None)
        turn.found[key] = (
            finding.by_kind(turn.session, person_id, known, turn.now)
            if known is not None
            else finding.by_words(turn.session, person_id, words, turn.now)
        )
    found: finding.Found = turn.found[key]
    return found


def _found_text(turn: Turn) -> str:
    found = _found(turn)
    if not found.cases:
        lines = [turn._("Nothing found among the cases that you may see. Other words can be written at once.")]
    else:
        count = len(found.cases)
        lines = [turn.language.ngettext("{count} case found:", "{count} cases found:", count)]
    for case in paging.on_screen(turn, "which", found.cases).rows:
        said = work.shown_at(case, case.created_at)
        lines.append(_line(turn.session, turn.language, case, turn.language.day(said)))
    if not found.is_all:
        lines.append(turn._("Only the newest {count} were looked through.", count=finding.LOOKED_THROUGH))
    return "\n".join(lines)


def _found_rows(turn: Turn) -> Sequence[Choice]:
    return [Choice(case.id, case.code) for case in _found(turn).cases]


def _found_back(turn: Turn) -> Sequence[Choice]:
    return (Choice("queue", turn._("Cases to handle")), Choice("menu", turn._("Menu")))


def _go_there(turn: Turn) -> None:
    chosen = turn.answers["which"]
    raise Goes(chosen) if chosen in ("queue", "menu") else Goes("view", chosen)


CONVERSATIONS = (
    Conversation("queue", _queue, allowed=with_right(rights.HANDLE), in_office=True, begun=_begun, is_list=True),
    Conversation("queue_more", _more, allowed=with_right(rights.HANDLE), in_office=True),
    Conversation(
        "seek",
        _go_there,
        (
            Question("words", _words_text, _kinds, check=_words_typed, chosen=_kind_chosen),
            Question("which", _found_text, _found_back, check=_again, listed=_found_rows),
        ),
        allowed=with_right(rights.HANDLE),
        in_office=True,
        is_list=True,
    ),
)
