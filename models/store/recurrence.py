"""When what repeats comes again: in the calendar of Vietnam, counted from the first time as it was planned.

Never from when something was approved, sent or opened, and never one from another: after the 31st of January and the 28th of
February comes the 31st of March, at the same hour. It stands alone because notices and polls both ask it, and neither may
have a calendar of its own.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

from config.i18n import HERE

MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}


def nth(first: datetime, repeat: str, number: int) -> datetime:
    """The time `number` (from 0) of what comes `repeat`; by months on the day of the first, or on the last of a month that
    has no such day."""
    local = first.astimezone(HERE)
    if repeat == "weekly":
        return (local + timedelta(weeks=number)).astimezone(first.tzinfo)
    months = local.month - 1 + number * MONTHS[repeat]
    year, month = local.year + months // 12, months % 12 + 1
    day = min(local.day, monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day).astimezone(first.tzinfo)


def following(first: datetime, repeat: str, after: datetime) -> datetime:
    """The next time after `after`: what was missed is not made up for."""
    number = 1
    while (at := nth(first, repeat, number)) <= after:
        number += 1
    return at
