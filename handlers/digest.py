"""What officers are told by the clock: in the morning what came in at night, and each month how many cases there were.

At night (22:00 to 06:00) only danger rings; the rest waits for one message in the morning.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from config.i18n import HERE, language
from handlers.conversation import open_token, tell
from handlers.words import category_name, state_name
from models import handling, office, schedule
from models.account import Account
from models.database import Session
from models.message import Option
from models.person import Person

EVENING, MORNING = time(22), time(6)
MONTHLY_HOUR = time(8)
_SHOWN = 10


def is_night(now: datetime) -> bool:
    local = now.astimezone(HERE).time()
    return local >= EVENING or local < MORNING


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, HERE)


def due(now: datetime) -> list[tuple[str, datetime]]:
    """Which firings the clock owes at this moment: (schedule, when)."""
    local = now.astimezone(HERE)
    found = []
    if MORNING <= local.time() < EVENING:
        found.append(("night", _at(local.date(), MORNING)))
    if local.day == 1 and local.time() >= MONTHLY_HOUR:
        found.append(("month", _at(local.date(), MONTHLY_HOUR)))
    return found


def fire(session: Session, name: str, fire_at: datetime, now: datetime) -> bool:
    """Does one firing, once: claimed in the transaction of the messages it causes."""
    if not schedule.claim(session, name, fire_at):
        return False
    for account, officer in office.everybody(session, now.date()):
        text = _night(session, account, officer, fire_at, now) if name == "night" else _month(session, account, officer, fire_at, now)
        if text:
            options = [Option(open_token("queue"), language(account.language).gettext("Cases to handle"))]
            tell(session, account, text, now, options=options)
    return True


def _night(session: Session, account: Account, officer: Person, fire_at: datetime, now: datetime) -> str:
    """The cases that came to this officer during the night; empty when there were none."""
    reader = language(account.language)
    evening = _at(fire_at.astimezone(HERE).date() - timedelta(days=1), EVENING)
    cases = [
        case
        for case in handling.visible_to(session, officer.id, now)
        if evening <= case.created_at < fire_at and not case.urgent
    ]
    if not cases:
        return ""
    head = reader.ngettext(
        "Good morning, comrade. {count} case came in at night:",
        "Good morning, comrade. {count} cases came in at night:",
        len(cases),
    )
    lines = [
        f"{case.code}: {category_name(reader, case.category)} · {state_name(reader, case)} · {reader.when(case.due_at)}"
        for case in cases[:_SHOWN]
    ]
    return "\n".join([head, *lines])


def _month(session: Session, account: Account, officer: Person, fire_at: datetime, now: datetime) -> str:
    """How many cases there were last month, and what became of them."""
    reader = language(account.language)
    end = fire_at.astimezone(HERE).replace(hour=0)
    begin = (end - timedelta(days=1)).replace(day=1)
    counts = handling.state_counts(session, officer.id, begin, end, now)
    total = sum(counts.values())
    if not total:
        return ""
    settled, unfounded = counts.get("settled", 0), counts.get("unfounded", 0) + counts.get("withdrawn", 0)
    return reader.gettext(
        "Comrade, last month your unit received {total} cases: {settled} settled with the worker's word, {unfounded} closed "
        "otherwise, {open} still open.",
        total=total,
        settled=settled,
        unfounded=unfounded,
        open=total - settled - unfounded,
    )
