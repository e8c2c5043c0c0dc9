"""“Since when?”: asked of nobody who does not choose it; typed or tapped, kept sealed with the case. Officers read on
its card how many days are left to bring it before somebody (models.grievances.limitation), and no advice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from config.i18n import HERE, N_, Language
from handlers.chat import menu, typed_times
from handlers.chat.conversation import Choice, Conversation, Invalid, Question, Turn, is_member
from handlers.people import pin
from models.anonymity import intake, moments
from models.anonymity.events import Event
from models.grievances import cases, limitation
from models.grievances.cases import Grievance
from models.grievances.limitation import Since
from models.store.database import Session
from models.store.ids import new_id

FORGET = "forget"
_BEFORE = {
    "mediator": N_("the mediator"),
    "arbitration": N_("the arbitration council"),
    "court": N_("the court"),
}


def read(kept: str) -> Since | None:
    return Since.read(kept) if kept else None


def said(reader: Language, since: Since | None) -> str:
    """“từ 12/05/2026”, “từ tháng 05/2026”; empty where nothing was said."""
    if since is None:
        return ""
    if since.month_only:
        return reader.gettext("since month {month}", month=f"{since.day:%m/%Y}")
    return reader.gettext("since {day}", day=f"{since.day:%d/%m/%Y}")


def limits(session: Session, reader: Language, case: Grievance, now: datetime) -> list[str]:
    """The lines on an officers' card: since when, and how many days are left before whom; nothing where it was not said."""
    since = cases.since_of(session, case)
    if since is None:
        return []
    left = limitation.days_left(since, now.astimezone(HERE).date())
    parts = [
        reader.gettext(
            "{before}: {left}",
            before=reader.gettext(_BEFORE[before]),
            left=reader.ngettext("{count} day left", "{count} days left", days) if days >= 0 else reader.gettext("over"),
        )
        for before, days in left.items()
    ]
    law = reader.gettext("Limitation (Labour Code, Art. 190): {limits}", limits=" · ".join(parts))
    return [reader.gettext("It has been so {since}.", since=said(reader, since)), law]


# Asking.


def text(turn: Turn) -> str:
    return turn._("Since when? A day (12/05) or a month (05/2026) is enough. You need not say it.")


def choices(turn: Turn) -> Sequence[Choice]:
    return (
        Choice("today", turn._("Today")),
        Choice("month", turn._("This month")),
        Choice("last", turn._("Last month")),
        Choice(FORGET, turn._("Leave it out")),
    )


def chosen(turn: Turn, value: str) -> Since:
    today = turn.now.astimezone(HERE).date()
    month = today.replace(day=1)
    if value == "today":
        return Since(today)
    return Since(month if value == "month" else (month - timedelta(days=1)).replace(day=1), month_only=True)


def typed(turn: Turn, words: str) -> Since:
    """Raises `Invalid` for what is no day that has been."""
    try:
        day, month_only = typed_times.past_day(words, turn.now)
    except typed_times.NoTime as problem:
        if problem.why == "future":
            raise Invalid(turn._("That day is still to come.")) from None
        raise Invalid(turn._("Please write a day like 12/05/2026, or a month like 05/2026.")) from None
    return Since(day, month_only=month_only)


# On a case that was sent.


def _own(turn: Turn) -> Grievance | None:
    case = cases.for_reporter(turn.session, turn.reporter, turn.subject) if is_member(turn) else None
    return case if case is not None and case.state in cases.OPEN else None


def _unless_left_out(turn: Turn, value: str) -> str:
    return "" if value == FORGET else str(chosen(turn, value))


def _say(turn: Turn) -> None:
    case, kept = turn.thing(Grievance), turn.answers["since"]
    if not kept:
        menu.show(turn, turn._("Stopped. Nothing was changed."))
        return
    at = moments.cover(turn.now, turn.site.relay_minutes) if case.covered else turn.now
    event = Event("since", at.isoformat(), case.id, new_id(), turn.reporter, "")
    intake.add(turn.session, replace(event, since=kept), turn.now)
    turn.falls_due = at <= turn.now
    menu.show(turn, turn._("Noted for {code}: {since}.", code=case.code, since=said(turn.language, read(kept))))


def _typed_on_own(turn: Turn, words: str) -> str:
    return str(typed(turn, words))


CONVERSATIONS = (
    Conversation(
        "since",
        _say,
        (pin.question(), Question("since", text, choices, check=_typed_on_own, chosen=_unless_left_out)),
        about=_own,
    ),
)
