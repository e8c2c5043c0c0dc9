"""What officers are owed by the clock: in the morning what came at night, and each month how many cases there were.

Fired unit by unit, so that a province is told in many small transactions and a restart goes on where it was.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Literal

from config.i18n import HERE
from models.grievances import access
from models.messages import quiet_hours
from models.messages.quiet_hours import Quiet
from models.store import firings
from models.store.database import Session

MONTHLY_HOUR = time(8)
AT_ONCE = 20
"""Units told in one go; the rest a moment later."""

Name = Literal["night", "month"]
Firing = tuple[Name, datetime, str]
"""What is told, for when, to which unit's officers."""


def times(now: datetime, quiet: Quiet) -> list[tuple[Name, datetime]]:
    """What the clock owes at this moment, if it has not been done."""
    local = now.astimezone(HERE)
    owed: list[tuple[Name, datetime]] = []
    if quiet is not None and not quiet_hours.is_quiet(now, quiet):
        owed.append(("night", quiet_hours.last_end(now, quiet)))
    if local.day == 1 and local.time() >= MONTHLY_HOUR:
        owed.append(("month", datetime.combine(local.date(), MONTHLY_HOUR, HERE)))
    return owed


def period(name: Name, fire_at: datetime, quiet: Quiet) -> tuple[datetime, datetime]:
    """The quiet hours, or the month, that end with this firing."""
    if name == "night" and quiet is not None:
        return quiet_hours.last_begin(fire_at, quiet), fire_at
    end = datetime.combine(fire_at.astimezone(HERE).date(), time(0), HERE)
    return (end - timedelta(days=1)).replace(day=1), end


def due(session: Session, now: datetime, quiet: Quiet) -> list[Firing]:
    """What is to be fired now, at most AT_ONCE."""
    owed: list[Firing] = []
    for name, fire_at in times(now, quiet):
        begin, end = period(name, fire_at, quiet)
        ask = access.units_heard_since if name == "night" else access.units_reached_since
        fired = firings.is_fired(name, access.HOLDER, fire_at)
        owed += [(name, fire_at, unit_id) for unit_id in ask(session, begin, end, but=fired, most=AT_ONCE - len(owed))]
    return owed
