"""What the ladder does by the clock (models.grievances.ladder), and what officers hear of it: one message to each, about all
that is theirs."""

from __future__ import annotations

from datetime import datetime

from config.i18n import N_, Language
from handlers.chat.conversation import open_token
from handlers.chat.doors import Pace, Step
from handlers.chat.unasked import reader_of, tell
from handlers.chat.words import destination, state_name
from models.grievances import ladder, rungs
from models.grievances.cases import Grievance
from models.messages.message import Option
from models.messages.outbox import Letter
from models.messages.quiet_hours import is_quiet
from models.people import accounts, units
from models.store.database import Session

_SAID: dict[rungs.Kind, tuple[str, str]] = {
    "came": (
        N_("Came up to your unit because its time below was over: {count}"),
        N_("Came up to your unit because its time below was over: {count} ({codes})"),
    ),
    "top": (
        N_("Time is over, and there is no union above: {count}"),
        N_("Time is over, and there is no union above: {count} ({codes})"),
    ),
    "late": (N_("The first answer is late: {count}"), N_("The first answer is late: {count} ({codes})")),
    "warned": (
        N_("Soon to go to the union above: {count}"),
        N_("Soon to go to the union above: {count} ({codes})"),
    ),
    "again": (
        N_("Acknowledged by nobody yet: {count}"),
        N_("Acknowledged by nobody yet: {count} ({codes})"),
    ),
    "went": (
        N_("Time was over; now with the union above: {count}"),
        N_("Time was over; now with the union above: {count} ({codes})"),
    ),
    "wished": (
        N_("Went up from your unit because the worker asked for it: {count}"),
        N_("{codes}: went up to {where} because the worker asked for it"),
    ),
    "handed": (N_("Handed up from your unit: {count}"), N_("{codes}: was handed up to {where}")),
    "returned": (N_("Handed back to the unit below: {count}"), N_("{codes}: was handed back to {where}")),
    "taken": (N_("Taken over by the level above: {count}"), N_("{codes}: was taken over by {where}")),
    "ended": (
        N_("Closed, of those that your unit had before: {count}"),
        N_("{codes}, which your unit had before: {where}"),
    ),
}
_LATE = ("came", "top", "late", "went")
_BUTTONS = 3
"""Cases of one message that can be opened from it; the rest by the list."""


def words(session: Session, reader: Language, news: rungs.News) -> str:
    """A line for each kind, and place."""
    late = sum(count for kind, count in news.counts.items() if kind in _LATE)
    waits = sum(count for kind, count in news.counts.items() if kind in ("warned", "again"))
    if late:
        head = reader.ngettext("Comrade, {count} case is overdue.", "Comrade, {count} cases are overdue.", late)
    elif waits:
        head = reader.ngettext("Comrade, {count} case is waiting.", "Comrade, {count} cases are waiting.", waits)
    else:
        head = reader.gettext("Comrade, what became of cases that your unit had:")
    lines = [("⚠ " if news.urgent and (late or waits) else "") + head]
    for kind, count in news.counts.items():
        for place, codes in _named(session, reader, news, kind) or [("", "")]:
            said = _SAID[kind][bool(codes)]
            lines.append("• " + reader.gettext(said, count=reader.number(count), codes=codes, where=place))
    return "\n".join(lines)


def _named(session: Session, reader: Language, news: rungs.News, kind: rungs.Kind) -> list[tuple[str, str]]:
    """The codes of this kind, together where they went to one place, or ended alike."""
    found: dict[str, list[str]] = {}
    for of, code, case_id in news.named:
        if of == kind:
            found.setdefault(_became(session, reader, kind, case_id), []).append(code)
    return [(place, ", ".join(codes)) for place, codes in found.items()]


def _became(session: Session, reader: Language, kind: rungs.Kind, case_id: str) -> str:
    if kind not in ("wished", "handed", "returned", "taken", "ended"):
        return ""
    case = session.get_one(Grievance, case_id)
    return state_name(reader, case) if kind == "ended" else destination(reader, units.get(session, case.holder_id))


def tell_officer(session: Session, told: tuple[str, datetime], now: datetime) -> None:
    """Tells one officer, once, on each phone. Of danger a bare line rings as well: the message itself waits while they are
    in the middle of something."""
    person_id, batch = told
    if not rungs.claim(session, person_id, batch):
        return
    news = rungs.news(session, person_id, batch, now)
    if not news.total:
        return
    for account in accounts.of_person(session, person_id):
        if not account.confirmed:
            continue
        reader = reader_of(session, account)
        if news.urgent:
            ring = reader.gettext("The union has something urgent for you. Write menu to see it.")
            tell(session, account, Letter(ring, in_office=True), now, plain=True)
        theirs = [(code, case_id) for kind, code, case_id in news.named if kind not in (*rungs.LEFT, "ended")]
        shown = [Option(open_token("view", case_id), code) for code, case_id in dict.fromkeys(theirs)][:_BUTTONS]
        queue = Option(open_token("queue"), reader.gettext("Cases to handle"))
        tell(session, account, Letter(words(session, reader, news), options=[*shown, queue], in_office=True), now)


# Steps of the tick, in this order: what one leaves is there for the next.


def _recounts(session: Session, _now: datetime, _pace: Pace) -> list[list[str]]:
    return ladder.to_recount(session)


def _recount(session: Session, ids: list[str], now: datetime, _pace: Pace) -> None:
    ladder.recount(session, ids, now)


def _due(session: Session, now: datetime, _pace: Pace) -> list[str]:
    return list(ladder.due(session, now))


def _take(session: Session, case_id: str, now: datetime, pace: Pace) -> None:
    ladder.take(session, case_id, now, pace.relay_minutes)


def _dangers_only(session: Session, now: datetime, pace: Pace) -> bool:
    """At night, and while more is due: one message to each, but nobody in danger waits for it. Nor does anybody for long: a
    case that fails stays due."""
    return is_quiet(now, pace.quiet) or (ladder.is_more_due(session, now) and not rungs.waited(session, now))


def _to_close(session: Session, now: datetime, pace: Pace) -> list[bool]:
    only = _dangers_only(session, now, pace)
    return [only] if rungs.waits(session, now, dangers_only=only) else []


def _close(session: Session, only: bool, now: datetime, _pace: Pace) -> None:
    rungs.close_batch(session, now, dangers_only=only)


def _to_tell(session: Session, now: datetime, _pace: Pace) -> list[tuple[str, datetime]]:
    batch = rungs.batch_open(session)
    return [(who, batch) for who in rungs.to_tell(session, batch, now)] if batch is not None else []


def _tell(session: Session, told: tuple[str, datetime], now: datetime, _pace: Pace) -> None:
    tell_officer(session, told, now)


def _told(session: Session, now: datetime, _pace: Pace) -> list[datetime]:
    batch = rungs.batch_open(session)
    return [batch] if batch is not None and not rungs.to_tell(session, batch, now) else []


def _end(session: Session, batch: datetime, _now: datetime, _pace: Pace) -> None:
    rungs.end_batch(session, batch)


STEPS = [Step(_recounts, _recount), Step(_due, _take), Step(_to_close, _close), Step(_to_tell, _tell), Step(_told, _end)]
