"""The reporter's side of a case: what became of it, adding to it, answering back, and saying whether it is settled.

Whatever a reporter does here leaves the chat sealed and under the same time cover as the case itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers.chat import menu, paging
from handlers.chat.conversation import (
    Choice,
    Conversation,
    Invalid,
    Question,
    Turn,
    is_member,
    open_token,
    take_text,
    unless_cancelled,
)
from handlers.chat.words import category_name, level_name, shortened, state_name
from handlers.files import attachments
from handlers.grievances import case_files, own_name
from handlers.grievances.cases import unsettled_label
from handlers.grievances.filing import delay
from handlers.people import pin
from models.anonymity import intake, moments
from models.anonymity.events import Event, Kind
from models.grievances import access, cases, floods, work
from models.grievances.cases import Grievance
from models.messages.message import Option
from models.people import units
from models.people.units import Unit
from models.store.ids import new_id

_DECISIONS = ("settled", "unsettled", "withdrawn")
_INSIDE = ("note", "assigned")
"""Entries that stay among officers."""


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
    holder = units.get(turn.session, case.holder_id)
    lines = [
        f"{case.code} · {category_name(turn.language, case.category)}",
        turn._("State: {state}.", state=state_name(turn.language, case)),
    ]
    if case.state in cases.OPEN:
        who = level_name(turn.language, holder)
        lines.append(turn._("{who} ({unit}) has it.", who=who, unit=holder.name))
        if cases.is_owed(case):
            lines.append(turn._("An answer is due before {when}.", when=turn.language.when(case.due_at)))
    on_their_way = intake.waiting_for(turn.session, case.id, turn.now)
    unheard = {event.entry_id for event in on_their_way if event.kind == "tell"}
    for entry in cases.entries(turn.session, case.id):
        if entry.id not in unheard and entry.kind not in _INSIDE and (words := cases.text_of(turn.session, entry)):
            own = turn._("You, changed") if entry.kind == "reworded" else turn._("You")
            by = turn._("The union") if entry.officer_id else own
            lines.append(f"{turn.language.when(work.shown_at(case, entry.at))} · {by}: “{words}”")
    lines += case_files.listed(turn.session, turn.language, case)
    lines += case_files.from_union(turn.session, turn.language, case, turn.now)
    turn.say("\n\n".join(lines), [*case_files.for_reporter(turn, case), *reporter_options(turn, case)])


def reporter_options(turn: Turn, case: Grievance) -> list[Option]:
    options = [*own_name.taking_back(turn, case), Option(open_token("menu"), turn._("Menu"))]
    up = Option(open_token("unsettled", case.id), unsettled_label(turn.session, turn.language, case, turn.now))
    if case.state == "unfounded" and _undecided(turn, case):
        return [up, *options]
    if case.state == "unconfirmed" and _undecided(turn, case):
        return [Option(open_token("settled", case.id), turn._("Settled")), up, *options]
    if case.state not in cases.OPEN:
        return options
    add = Option(open_token("add", case.id), turn._("Add or answer"))
    if not _undecided(turn, case):
        return [add, *options]
    options = [*own_name.giving(turn, case), Option(open_token("withdraw", case.id), turn._("Withdraw")), *options]
    if case.state == "proposed":
        return [add, Option(open_token("settled", case.id), turn._("Settled")), up, *options]
    if cases.is_overdue(case, turn.now):
        label = unsettled_label(turn.session, turn.language, case, turn.now, late=True)
        return [add, Option(open_token("unsettled", case.id), label), *options]
    return [add, *options]


def _send_choices(turn: Turn) -> Sequence[Choice]:
    if turn.thing(Grievance).covered:
        return (
            Choice("covered", turn._("Send after {minutes} minutes", minutes=delay(turn))),
            Choice("now", turn._("Send without delay")),
            Choice("cancel", turn._("Cancel")),
        )
    return (Choice("now", turn._("Send")), Choice("cancel", turn._("Cancel")))


def _preview(turn: Turn) -> str:
    case = turn.thing(Grievance)
    text = shortened(turn.answers["text"], 600)
    lines = [turn._("To case {code}:", code=case.code), f"“{text}”", *attachments.review(turn)]
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
        turn._(
            "Thank you. It is passed on within {minutes} minutes, at a moment that is the same for everybody.",
            minutes=delay(turn),
        )
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
    return "\n\n" + turn._(
        "It is passed on within {minutes} minutes, at a moment that is the same for everybody.", minutes=delay(turn)
    )


def _above(turn: Turn, case: Grievance) -> Unit | None:
    """The next unit up that somebody answers for whom its reporter did not pass over."""
    return next(iter(access.units_above(turn.session, case, turn.now)), None)


def _unsettled_text(turn: Turn) -> str:
    return turn._("What is still not right? Please write it, so that the next officer need not ask you again.")


def _unsettled(turn: Turn) -> None:
    case = turn.thing(Grievance)
    above = _above(turn, case)
    _post(turn, "unsettled", turn.answers["text"], covered=case.covered, holder_id=above.id if above else "")
    who = units.get(turn.session, case.holder_id) if above is None else above
    turn.say(
        turn._(
            "Understood. {code} now goes to: {who} ({unit}).",
            code=case.code,
            who=level_name(turn.language, who),
            unit=who.name,
        )
        + _cover_note(turn, case),
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
    Conversation("mine", _list, (pin.question(),), allowed=is_member, subject="any", begun=paging.begun, is_list=True),
    Conversation(
        "add",
        _added,
        (
            pin.question(),
            Question("text", lambda turn: turn._("What would you like to tell the union?"), check=take_text),
            Question("send", _preview, _send_choices, chosen=_sent, before=attachments.keep),
        ),
        about=_open_case,
        takes_files=True,
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
