"""The officer's side of a case: the list, the card, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from config.i18n import Language
from handlers import files, menu
from handlers.conversation import (
    Again,
    Choice,
    Conversation,
    Question,
    Turn,
    is_officer,
    open_token,
    take_text,
    unless_cancelled,
)
from handlers.words import category_name, shortened, state_name, unit_name
from models import grievance, intake, person
from models.database import Session
from models.grievance import Grievance
from models.message import Option

_SHOWN = 10


def _case(turn: Turn) -> Grievance | None:
    if turn.account is None:
        return None
    return grievance.for_officer(turn.session, turn.account.person_id, turn.subject, turn.now)


def _their_open_case(turn: Turn) -> bool:
    case = _case(turn) if is_officer(turn) else None
    return case is not None and case.state in grievance.OPEN


def card(session: Session, reader: Language, case: Grievance, title: str, *, whole: bool = True) -> str:
    """All an officer needs to act on a case, in their language: `title` says why it is shown. Not `whole`: for those who
    have read the case before, what was said between its beginning and the newest words is cut short."""
    name = grievance.reporter_name(session, case)
    whose = reader.gettext("From: {name}", name=name) if name else reader.gettext("From: a worker, not named")
    about = [
        reader.gettext("About: {category}", category=category_name(reader, case.category)),
        reader.gettext("Where: {unit}", unit=unit_name(session, case.unit_id)),
        whose if case.verified else whose + " · " + reader.gettext("not verified"),
        reader.gettext("State: {state}.", state=state_name(reader, case)),
    ]
    if grievance.is_owed(case):
        about.append(reader.gettext("Answer before: {when}", when=reader.when(case.due_at)))
    lines = [title + (" ⚠ " + reader.gettext("somebody may be in danger") if case.urgent else ""), "\n".join(about)]
    said = [(entry, words) for entry in grievance.entries(session, case.id) if (words := grievance.text_of(session, entry))]
    for entry, words in said:
        by = _officer_name(session, reader, entry) if entry.officer_id else reader.gettext("The worker")
        lines.append(f"{by}: «{words if whole or entry in (said[0][0], said[-1][0]) else shortened(words)}»")
    lines += files.listed(session, reader, case)  # attachments
    return "\n\n".join(lines)


def _officer_name(session: Session, reader: Language, entry: grievance.Entry) -> str:
    assert entry.officer_id is not None
    name = person.name_of(session, session.get_one(person.Person, entry.officer_id))
    return reader.gettext("Comrade {name}", name=name)


def card_options(reader: Language, case: Grievance) -> list[Option]:
    if case.state not in grievance.OPEN:
        return []
    first = [Option(open_token("ack", case.id), reader.gettext("Acknowledge"))] if case.state == "new" else []
    return [
        *first,
        Option(open_token("reply", case.id), reader.gettext("Answer")),
        Option(open_token("close", case.id), reader.gettext("Propose to close")),
    ]


def _queue(turn: Turn) -> None:
    cases = grievance.visible_to(turn.session, turn.member.person_id, turn.now)
    if not cases:
        menu.show(turn, turn._("Comrade, no case is waiting for your unit."))
        return
    lines = [
        turn.language.ngettext(
            "{count} case is open, the nearest deadline first:",
            "{count} cases are open, the nearest deadline first:",
            len(cases),
        )
    ]
    options = []
    for case in cases[:_SHOWN]:
        late = " · " + turn._("overdue") if grievance.is_overdue(case, turn.now) else ""
        lines.append(
            f"{case.code}: {category_name(turn.language, case.category)} · {state_name(turn.language, case)} · "
            f"{turn.language.when(case.due_at)}{late}"
        )
        options.append(Option(open_token("view", case.id), case.code))
    turn.say("\n".join(lines), [*options, Option(open_token("menu"), turn._("Menu"))])


def _view(turn: Turn) -> None:
    case = _case(turn)
    if case is None:  # an officer typing the code of a case of their own as a worker
        own = grievance.for_reporter(turn.session, turn.reporter, turn.subject)
        options = [Option(open_token("mine", own.id), own.code)] if own else []
        turn.say(turn._("There is no case with that code for your unit."), options or menu.options(turn))
        return
    options = [*card_options(turn.language, case), *files.options(turn.session, turn.language, case)]  # attachments
    text = card(turn.session, turn.language, case, turn._("Case {code}", code=case.code))
    turn.say(text, [*options, Option(open_token("queue"), turn._("Cases to handle"))])


def _acknowledge(turn: Turn) -> None:
    case = _case(turn)
    assert case is not None  # `allowed` was asked first
    try:
        grievance.acknowledge(turn.session, case, turn.member.person_id, turn.now)
    except grievance.Refused:
        _already(turn, case)
        return
    turn.session.refresh(case)
    turn.say(turn._("{code} is acknowledged, comrade.", code=case.code), card_options(turn.language, case))


def _already(turn: Turn, case: Grievance) -> None:
    """Somebody else was first: says what they did."""
    turn.session.refresh(case)
    last = next((e for e in reversed(grievance.entries(turn.session, case.id)) if e.officer_id), None)
    by = _officer_name(turn.session, turn.language, last) if last else turn._("Somebody")
    turn.say(
        turn._("{who} was first: {code} is now “{state}”. Nothing was changed.", who=by, code=case.code,
               state=state_name(turn.language, case)),
        card_options(turn.language, case),
    )  # fmt: skip


def _preview(turn: Turn) -> str:
    case = _case(turn)
    assert case is not None
    first = next(entry for entry in grievance.entries(turn.session, case.id) if entry.kind == "report")
    about = shortened(grievance.text_of(turn.session, first).splitlines()[0], 80)
    return "\n\n".join(
        (
            turn._("To the reporter of {code}, who wrote “{about}”:", code=case.code, about=about),
            f"«{shortened(turn.answers['text'], 1500)}»",
            turn._("Send this, comrade?"),
        )
    )


def _send_choices(turn: Turn) -> Sequence[Choice]:
    return (
        Choice("send", turn._("Send")),
        Choice("change", turn._("Write it again")),
        Choice("cancel", turn._("Cancel")),
    )


def _send(turn: Turn, value: str) -> str:
    if value == "change":
        del turn.answers["text"]
        raise Again
    return unless_cancelled(turn, value)


def _relay_at(turn: Turn, case: Grievance) -> datetime:
    """When the reporter hears: under time cover an answer, too, comes at a random moment."""
    return intake.cover(turn.now, turn.house.relay_minutes) if case.covered else turn.now


def _speak(turn: Turn, verb: str) -> None:
    case = _case(turn)
    assert case is not None
    act = grievance.reply if verb == "reply" else grievance.propose_settling
    try:
        act(turn.session, case, turn.member.person_id, turn.answers["text"], turn.now, _relay_at(turn, case))
    except grievance.Refused:
        _already(turn, case)
        return
    turn.falls_due = not case.covered
    said = (
        turn._("Sent, comrade. The reporter of {code} hears it within {minutes} minutes, to protect them.", code=case.code,
               minutes="–".join(map(str, turn.house.relay_minutes)))
        if case.covered
        else turn._("Sent, comrade. The reporter of {code} hears it now.", code=case.code)
    )  # fmt: skip
    turn.say(said, [Option(open_token("queue"), turn._("Cases to handle")), Option(open_token("menu"), turn._("Menu"))])


def _answer_text(turn: Turn) -> str:
    case = _case(turn)
    return turn._("Comrade, please write your answer to {code}.", code=case.code if case else "")


def _outcome_text(turn: Turn) -> str:
    case = _case(turn)
    return turn._(
        "Comrade, please write what came of {code}. The reporter then says whether that settles it.",
        code=case.code if case else "",
    )


def _dialogue(name: str, prompt: Callable[[Turn], str]) -> Conversation:
    """Words written to a reporter: asked for, shown, sent."""
    return Conversation(
        name,
        lambda turn: _speak(turn, name),
        (Question("text", prompt, check=take_text), Question("sure", _preview, _send_choices, chosen=_send)),
        allowed=_their_open_case,
        in_office=True,
    )


CONVERSATIONS = (
    Conversation("queue", _queue, allowed=is_officer, in_office=True),
    Conversation("view", _view, allowed=is_officer, in_office=True),
    Conversation("ack", _acknowledge, allowed=_their_open_case, in_office=True),
    _dialogue("reply", _answer_text),
    _dialogue("close", _outcome_text),
)
