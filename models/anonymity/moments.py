"""When what a turn left is done: never at a moment of its own, which would tie it to the turn.

What is under time cover leaves at moments that everybody shares; a row that names a person is changed in the night, with all
others of the day. models.anonymity.intake says why.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from config.i18n import HERE

SOON = (5, 60)
"""Seconds after which a change of one's own account is made where nothing is covered: not next to the turn that asked."""
POOL = timedelta(minutes=30)
"""Covered messages leave at these moments of the clock, where the minutes of cover leave room for that."""
NIGHT = 3
"""The hour, in Vietnam, at which rows that name people are changed, and old rows go."""
COVERED = (30, 90)
"""Minutes of cover; any but none."""


def cover(now: datetime, minutes: tuple[int, int]) -> datetime:
    """When a message under time cover leaves: at one of the fixed moments (`POOL`), at least the lower of `minutes` from now
    and at most the higher; at once where both are 0. A moment of its own, however random, would be tied to what it is."""
    low, high = (timedelta(minutes=minute) for minute in minutes)
    if not high:
        return now
    pool = max(min(POOL, high - low), timedelta(minutes=1)).total_seconds()
    earliest = (now + low).timestamp()
    return datetime.fromtimestamp(-(-earliest // pool) * pool, now.tzinfo)


def shown(at: datetime, *, covered: bool) -> datetime:
    """A moment as it may be read: to the minute, or, of what is under time cover, to the moment it shares with all others
    (`POOL`), so that a service that was late, or an answer at once, tells no finer time."""
    step = POOL.total_seconds() if covered else 60
    return datetime.fromtimestamp(at.timestamp() // step * step, at.tzinfo)


def tonight(now: datetime, minutes: tuple[int, int]) -> datetime:
    """When a row that names a person is changed: in the night; shortly, where the operator covers nothing."""
    if not minutes[1]:
        low, high = SOON
        return now + timedelta(seconds=low + secrets.randbelow(high - low + 1))
    local = now.astimezone(HERE)
    night = local.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return (night if night > local else night + timedelta(days=1)).astimezone(now.tzinfo)


def last_night(now: datetime) -> datetime:
    """The latest moment at which rows that name people were to be changed."""
    return tonight(now - timedelta(days=1), COVERED)
