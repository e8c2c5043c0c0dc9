"""The reporter's side of a case: what became of it, adding to it, answering back, and saying whether it is settled.

Whatever a reporter does here leaves the chat sealed and under the same time cover as the case itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.i18n import Language
from handlers.chat import menu, paging
from handlers.chat.conversation import (
    Choice,
    Conversation,
    Goes,
    Invalid,
    Known,
    Question,
    Turn,
    is_member,
    open_token,
    take_text,
    unless_cancelled,
)
from handlers.chat.words import category_name, destination, holder_name, level_name, shortened, state_name
from handlers.files import attachments
from handlers.grievances import case_files, own_name, since
from handlers.grievances.cases import unsettled_label
from handlers.grievances.reviewing import delay, whom_to_call
from handlers.people import pin
from models.anonymity import intake, moments
from models.anonymity.events import Event, Kind
from models.grievances import access, cases, danger, floods, work
from models.grievances.cases import Grievance
from models.messages.message import Option
from models.messages.notes import note
from models.people import units
from models.people.units import Unit
from models.store.ids import new_id

_DECISIONS = ("settled", "unsettled", "withdrawn")
_INSIDE = ("note", "assigned")
"""Entries that stay among officers."""
_LAST, _SHORT = 2, 130
"""So many of the last entries stand on the card of a case, each so long; all of it is behind “Details”."""
_ALL, _MORE = "all", "more"


@note
@dataclass(slots=True)
class _Seen:
    """Which part of a case is looked at: its card, all of it (`_ALL`), or what else can be done (`_MORE`)."""

    part: str = ""


def _begun(_turn: Turn, _subject: str, value: str) -> Known:
    """A part of a case, or a page of the list."""
    part = value if value in (_ALL, _MORE) else ""
    return Known(notes=(_Seen(part), paging.Pages(paging.number_in(value))))


def _case(turn: Turn) -> Grievance | None:
    return cases.for_reporter(turn.session, turn.reporter, turn.subject) if is_member(turn) else None


def _open_case(turn: Turn) -> Grievance | None:
    case = _case(turn)
    return case if case is not None and case.state in cases.OPEN else None


def _undecided(turn: Turn, case: Grievance) -> bool:
    """No decision about this case is on its way: under cover two of them could overtake each other."""
    return not any(event.kind in _DECISIONS for event in intake.waiting_for(turn.session, case.id, turn.now))


def _to_withdraw(turn: Turn) -> Grievance | None:
    case = _open_case(turn)
    return case if case is not None and _undecided(turn, case) else None


def _to_settle(turn: Turn) -> Grievance | None:
    """Also a case that was closed because nothing was heard: a late word is better than none."""
    case = _case(turn)
    if case is None or not _undecided(turn, case):
        return None
    return case if case.state in (*cases.OPEN, "unconfirmed") else None


def _to_object_to(turn: Turn) -> Grievance | None:
    case = _case(turn)
    if case is None or not _undecided(turn, case):
        return None
    return case if case.state in ("proposed", "unfounded", "unconfirmed") or cases.is_overdue(case, turn.now) else None


def _list(turn: Turn) -> None:
    if turn.subject:
        _show(turn)
        return
    mine = cases.own(turn.session, turn.reporter)[::-1]
    rows: list[str | Grievance] = [*_on_their_way(turn, mine), *mine]
    shown = paging.page(rows, paging.asked(turn))
    lines: list[str] = []
    options: list[Option] = []
    for case in shown.rows:
        if isinstance(case, str):
            lines.append(turn._("{code}: on its way, with the next that are passed on.", code=case))
            continue
        lines.append(f"{case.code}: {category_name(turn.language, case.category)} · {state_name(turn.language, case)}")
        options.append(Option(open_token("mine", case.id), case.code))
    if not lines:
        menu.show(turn, turn._("You have not sent any grievance from this chat."))
        return
    lines = [turn._("Your grievances:"), *lines, *paging.place(turn.language, shown)]
    turn.say("\n".join(lines), [*options, *paging.options(turn, shown, "mine"), Option(open_token("menu"), turn._("Menu"))])


def _on_their_way(turn: Turn, posted: Sequence[Grievance]) -> list[str]:
    """The codes of this person's cases that wait under time cover."""
    known = {case.id for case in posted}
    return [
        event.code
        for event in intake.waiting_of(turn.session, turn.reporter, turn.now)
        if event.kind == "report" and event.case_id not in known
    ]


def _show(turn: Turn) -> None:
    case = _case(turn)
    if case is None and turn.subject in _on_their_way(turn, ()):
        menu.show(turn, turn._("{code}: on its way, with the next that are passed on.", code=turn.subject))
        return
    if case is None:
        menu.show(turn, turn._("There is no grievance with that code in this chat."))
        return
    part = turn.notes(_Seen).part
    said = _said(turn, case)
    head = _head(turn, case)
    if part == _MORE:
        turn.say(head[0], _more(turn, case))
    elif part == _ALL:
        lines = ["\n".join([*head, *_since(turn, case)]), *(line(turn.language, words) for words in said)]
        lines += case_files.listed(turn.session, turn.language, case)
        lines += case_files.from_union(turn.session, turn.language, case, turn.now)
        turn.say("\n\n".join(lines), [*case_files.for_reporter(turn, case), *_back(turn, case)])
    else:
        shown = [line(turn.language, words, _SHORT) for words in said[-_LAST:]]
        turn.say("\n".join([*head, *shown]), reporter_options(turn, case))


@dataclass(frozen=True, slots=True)
class _Words:
    """Something that was said in a case: when, by whom, and the words."""

    at: datetime
    by: str
    words: str


def line(reader: Language, said: _Words, length: int = 0) -> str:
    """`length`: at which it is cut short; 0 for not at all."""
    words = shortened(" ".join(said.words.split()), length) if length else said.words
    return f"{reader.when(said.at)} · {said.by}: “{words}”"


def _said(turn: Turn, case: Grievance) -> list[_Words]:
    """What this person wrote and has been told, in order; not what is on its way to them."""
    on_their_way = intake.waiting_for(turn.session, case.id, turn.now)
    unheard = {event.entry_id for event in on_their_way if event.kind == "tell"}
    found = []
    for entry in cases.entries(turn.session, case.id):
        if entry.id not in unheard and entry.kind not in _INSIDE and (words := cases.text_of(turn.session, entry)):
            own = turn._("You, changed") if entry.kind == "reworded" else turn._("You")
            by = turn._("The union") if entry.officer_id else own
            found.append(_Words(work.shown_at(case, entry.at), by, words))
    return found


def _head(turn: Turn, case: Grievance) -> list[str]:
    state = state_name(turn.language, case)
    lines = [f"{case.code} · {category_name(turn.language, case.category)} · {state}"]
    if case.state in cases.OPEN:
        holder = units.get(turn.session, case.holder_id)
        who = holder_name(turn.session, turn.language, case)
        lines.append(turn._("{who} ({unit}) has it.", who=who, unit=holder.name))
        if cases.is_owed(case):
            lines.append(turn._("An answer is due before {when}.", when=turn.language.when(case.due_at)))
    return lines


def _since(turn: Turn, case: Grievance) -> list[str]:
    """Since when, as they have said."""
    said = since.said(turn.language, cases.since_of(turn.session, case))
    return [turn._("It has been so {since}.", since=said)] if said else []


def reporter_options(turn: Turn, case: Grievance) -> list[Option]:
    """At most five: what can be done now, being made to suffer for it, all that was said, the rest."""
    pressed = Option(open_token("pressed", case.id), turn._("I am made to suffer for it"))
    every = Option(open_token("mine", case.id, _ALL), turn._("Details"))
    rest = Option(open_token("mine", case.id, _MORE), turn._("More…"))
    return [*_acts(turn, case), pressed, every, rest]


def _acts(turn: Turn, case: Grievance) -> list[Option]:
    """What can be done now; two at the most."""
    may_decide = _undecided(turn, case)
    add = Option(open_token("add", case.id), turn._("Add or answer"))
    late = cases.is_overdue(case, turn.now)
    up = Option(open_token("unsettled", case.id), unsettled_label(turn.session, turn.language, case, turn.now, late=late))
    settled = Option(open_token("settled", case.id), turn._("Settled"))
    if case.state not in cases.OPEN:
        decided = {"unfounded": [up], "unconfirmed": [settled, up]}
        return decided.get(case.state, []) if may_decide else []
    if case.state == "proposed" and may_decide:
        return [settled, up]
    return [add, up] if late and may_decide else [add]


def _more(turn: Turn, case: Grievance) -> list[Option]:
    options = list(own_name.taking_back(turn, case))
    if case.state in cases.OPEN:
        if case.state == "proposed" and _undecided(turn, case):
            options.insert(0, Option(open_token("add", case.id), turn._("Add or answer")))
        options += own_name.giving(turn, case)
        options.append(Option(open_token("since", case.id), turn._("Since when?")))
        if _undecided(turn, case):
            options.append(Option(open_token("withdraw", case.id), turn._("Withdraw")))
    return [*options, *_back(turn, case)]


def _back(turn: Turn, case: Grievance) -> list[Option]:
    return [Option(open_token("mine", case.id), turn._("Back to the grievance")), Option(open_token("menu"), turn._("Menu"))]


def _send_choices(turn: Turn) -> Sequence[Choice]:
    """Danger goes past whoever has the case, as a new one (handlers.grievances.filing): nobody there may be awake."""
    urgent = [Choice("danger", turn._("⚠ Report danger…"))] if danger.spoken_of(turn.answers["text"]) else []
    if turn.thing(Grievance).covered:
        return (
            *urgent,
            Choice("covered", turn._("Send after {minutes} minutes", minutes=delay(turn))),
            Choice("now", turn._("Send without delay")),
            Choice("cancel", turn._("Cancel")),
        )
    return (*urgent, Choice("now", turn._("Send")), Choice("cancel", turn._("Cancel")))


def _preview(turn: Turn) -> str:
    case = turn.thing(Grievance)
    text = shortened(turn.answers["text"], 600)
    lines = [turn._("To case {code}:", code=case.code), f"“{text}”", *attachments.review(turn)]
    lines += filter(None, [whom_to_call(turn, turn.answers["text"])])
    return "\n\n".join([*lines, turn._("Send this?")])


def _post(turn: Turn, kind: Kind, text: str, *, covered: bool, holder_id: str = "") -> None:
    due = moments.cover(turn.now, turn.site.relay_minutes) if covered else turn.now
    event = Event(
        kind=kind,
        due=due.isoformat(),
        case_id=turn.subject,
        entry_id=new_id(),
        reporter_id=turn.reporter,
        text=text,
        holder_id=holder_id,
        files=attachments.sent(turn),
    )
    intake.add(turn.session, event, turn.now)
    turn.falls_due = due <= turn.now


def _sent(turn: Turn, value: str) -> str:
    unless_cancelled(turn, value)
    if value == "danger":
        raise Goes("file", known=Known({"text": turn.answers["text"]}, notes=(turn.notes(attachments.Enclosing),)))
    if at := floods.free_at(turn.state.guard.additions, turn.now, turn.site.limits.additions):
        raise Invalid(
            turn._(
                "You have added much in a row, so this was not sent yet. It stays here: you can send it after {when}. "
                "Danger can be sent at once, with a new grievance.",
                when=turn.language.when(at + timedelta(minutes=1)),
            )
        )
    return value


def _added(turn: Turn) -> None:
    guard = turn.state.guard
    guard.additions = floods.spent(guard.additions, turn.now, turn.site.limits.additions)
    covered = turn.answers["send"] == "covered"
    _post(turn, "addition", turn.answers["text"], covered=covered)
    turn.say(
        turn._("Thank you. The union receives it within {minutes} minutes.", minutes=delay(turn))
        if covered
        else turn._("Thank you. The union has it now."),
        [Option(open_token("mine", turn.subject), turn._("Show this grievance"))],
    )


def _settled(turn: Turn) -> None:
    case = turn.thing(Grievance)
    _post(turn, "settled", "", covered=case.covered)
    thanks = turn._(
        "Thank you. {code} is settled. If it happens again, please send a new grievance: you need not explain why.",
        code=case.code,
    )
    menu.show(turn, thanks + _cover_note(turn, case))


def _cover_note(turn: Turn, case: Grievance) -> str:
    if not case.covered:
        return ""
    return "\n" + turn._("The union receives it within {minutes} minutes.", minutes=delay(turn))


def _above(turn: Turn, case: Grievance) -> Unit | None:
    """The next unit up that somebody answers for whom its reporter did not pass over."""
    return next(iter(access.units_above(turn.session, case, turn.now)), None)


def _unsettled_text(turn: Turn) -> str:
    above = _above(turn, turn.thing(Grievance))
    if above is None:
        return turn._("What is still not right? Please write it here.")
    who = destination(turn.language, above)
    return turn._("What is still not right? Please write it here, so that {who} need not ask you again.", who=who)


def _unsettled(turn: Turn) -> None:
    case = turn.thing(Grievance)
    above = _above(turn, case)
    _post(turn, "unsettled", turn.answers["text"], covered=case.covered, holder_id=above.id if above else "")
    who = units.get(turn.session, case.holder_id) if above is None else above
    name = level_name(turn.language, who) if above is not None else holder_name(turn.session, turn.language, case)
    turn.say(
        turn._("Understood. {code} now goes to: {who} ({unit}).", code=case.code, who=name, unit=who.name)
        + _cover_note(turn, case)
        + (f"\n{called}" if (called := whom_to_call(turn, turn.answers["text"])) else ""),
        [Option(open_token("mine", case.id), turn._("Show this grievance"))],
    )


def _withdraw_text(turn: Turn) -> str:
    case = turn.thing(Grievance)
    return turn._(
        "Withdraw {code}? The union then stops working on it and keeps what was written. You need not say why.",
        code=case.code,
    )


def _withdraw_choices(turn: Turn) -> Sequence[Choice]:
    return (Choice("yes", turn._("Withdraw it")), Choice("cancel", turn._("Cancel")))


def _withdraw(turn: Turn) -> None:
    case = turn.thing(Grievance)
    _post(turn, "withdrawn", "", covered=case.covered)
    said = turn._("{code} is withdrawn. You can send a new grievance at any time.", code=case.code)
    menu.show(turn, said + _cover_note(turn, case))


CONVERSATIONS = (
    Conversation("mine", _list, (pin.question(),), allowed=is_member, subject="any", begun=_begun, is_list=True),
    Conversation(
        "add",
        _added,
        (
            pin.question(),
            Question("text", lambda turn: turn._("What would you like to tell the union?"), check=take_text),
            Question("send", _preview, _send_choices, chosen=_sent, before=attachments.keep, binds=True),
        ),
        about=_open_case,
        takes_files=True,
        in_full=True,
    ),
    Conversation("settled", _settled, (pin.question(),), about=_to_settle),
    Conversation(
        "withdraw",
        _withdraw,
        (pin.question(), Question("sure", _withdraw_text, _withdraw_choices, chosen=unless_cancelled)),
        about=_to_withdraw,
    ),
    Conversation(
        "unsettled",
        _unsettled,
        (pin.question(), Question("text", _unsettled_text, check=take_text)),
        about=_to_object_to,
        takes_files=True,
    ),
)
