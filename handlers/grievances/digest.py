"""What officers are told by the clock: in the morning what came at night, and each month how many cases there were.

In quiet hours (HAICHIEU_OFFICERS__QUIET, at night: officers sleep too) only danger rings; the rest waits for one message at
their end. Fired unit by unit, so that a province is told in many small transactions and a restart goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal

from config.i18n import HERE, Language
from handlers.chat.conversation import open_token, reader_of, tell
from handlers.chat.doors import Quiet
from handlers.chat.words import category_name, state_name
from models.grievances import access
from models.messages.message import Option
from models.people import offices, units
from models.people.persons import Person
from models.store import firings
from models.store.database import Session

MONTHLY_HOUR = time(8)
AT_ONCE = 20
"""Units told in one go; the rest a moment later."""
_SHOWN = 10

Name = Literal["night", "month"]
Firing = tuple[Name, datetime, str]
"""What is told, for when, to which unit's officers."""


def is_quiet(now: datetime, quiet: Quiet) -> bool:
    """Whether only danger should ring now."""
    if quiet is None:
        return False
    begin, end = quiet
    local = now.astimezone(HERE).time()
    return begin <= local < end if begin < end else local >= begin or local < end


def quiet_until(now: datetime, quiet: Quiet) -> datetime:
    """When the quiet hours that hold now will end."""
    assert quiet is not None
    local = now.astimezone(HERE)
    end = _at(local.date(), quiet[1])
    return end if end > now else end + timedelta(days=1)


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, HERE)


def times(now: datetime, quiet: Quiet) -> list[tuple[Name, datetime]]:
    """What the clock owes at this moment, if it has not been done."""
    local = now.astimezone(HERE)
    found: list[tuple[Name, datetime]] = []
    if quiet is not None and not is_quiet(now, quiet):
        ended = _at(local.date(), quiet[1])
        found.append(("night", ended if ended <= now else ended - timedelta(days=1)))
    if local.day == 1 and local.time() >= MONTHLY_HOUR:
        found.append(("month", _at(local.date(), MONTHLY_HOUR)))
    return found


def _period(name: Name, fire_at: datetime, quiet: Quiet) -> tuple[datetime, datetime]:
    """The quiet hours, or the month, that end with this firing."""
    local = fire_at.astimezone(HERE)
    if name == "night":
        assert quiet is not None  # or nothing would have ended
        begin = _at(local.date(), quiet[0])
        return (begin if begin < fire_at else begin - timedelta(days=1)), fire_at
    end = _at(local.date(), time(0))
    return (end - timedelta(days=1)).replace(day=1), end


def due(session: Session, now: datetime, quiet: Quiet) -> list[Firing]:
    """What is to be fired now, at most AT_ONCE."""
    found: list[Firing] = []
    for name, fire_at in times(now, quiet):
        begin, end = _period(name, fire_at, quiet)
        ask = access.units_heard_since if name == "night" else access.units_reached_since
        fired = firings.is_fired(name, access.HOLDER, fire_at)
        found += [(name, fire_at, unit_id) for unit_id in ask(session, begin, end, but=fired, most=AT_ONCE - len(found))]
    return found


def fire(session: Session, firing: Firing, now: datetime, quiet: Quiet) -> None:
    """Tells the officers of one unit, once: claimed in the transaction of the messages it causes."""
    name, fire_at, unit_id = firing
    if not firings.claim(session, name, unit_id, fire_at):
        return
    begin, end = _period(name, fire_at, quiet)
    told = {account.id: (account, officer) for account, officer, _ in offices.officers_of(session, unit_id, now.date())}
    for account, officer in told.values():
        reader = reader_of(session, account)
        say = _night if name == "night" else _month
        text = say(session, reader, officer, unit_id, (begin, end), now)
        if text:
            options = [Option(open_token("queue"), reader.gettext("Cases to handle"))]
            tell(session, account, text, now, options=options, in_office=True)


def _night(
    session: Session, reader: Language, officer: Person, unit_id: str, period: tuple[datetime, datetime], now: datetime
) -> str:
    """The cases of the unit in which workers wrote at night; empty when there were none for this officer."""
    heard = access.heard_since(session, officer.id, *period, now)
    cases = [case for case in heard if case.holder_id == unit_id and not case.urgent]
    if not cases:
        return ""
    head = reader.ngettext(
        "Good morning, comrade. At night workers wrote in {count} case:",
        "Good morning, comrade. At night workers wrote in {count} cases:",
        len(cases),
    )
    lines = [
        f"{case.code}: {category_name(reader, case.category)} · {state_name(reader, case)} · {reader.when(case.due_at)}"
        for case in cases[:_SHOWN]
    ]
    return "\n".join([head, *lines])


def _month(
    session: Session, reader: Language, officer: Person, unit_id: str, period: tuple[datetime, datetime], now: datetime
) -> str:
    """How many cases reached the unit last month, and what became of them."""
    counts = access.state_counts(session, officer.id, unit_id, *period, now)
    total = sum(counts.values())
    if not total:
        return ""
    settled, unfounded, withdrawn = (counts.get(state, 0) for state in _CLOSED)
    return reader.gettext(
        "Comrade, last month {unit} received {total} cases: {settled} settled by the worker's word, {unfounded} closed for "
        "want of grounds, {withdrawn} withdrawn, {open} still open.",
        unit=units.get(session, unit_id).name,
        total=total,
        settled=settled,
        unfounded=unfounded,
        withdrawn=withdrawn,
        open=total - settled - unfounded - withdrawn,
    )


_CLOSED: Sequence[Literal["settled", "unfounded", "withdrawn"]] = ("settled", "unfounded", "withdrawn")
