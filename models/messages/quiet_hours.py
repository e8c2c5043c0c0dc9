"""Quiet hours (HAICHIEU_OFFICERS__QUIET, HAICHIEU_NOTICES__QUIET): at night only danger, or what is urgent, rings."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from config.i18n import HERE

Quiet = tuple[time, time] | None
"""From when until when, time of day in Vietnam; None where there are none."""


def is_quiet(now: datetime, quiet: Quiet) -> bool:
    if quiet is None:
        return False
    begin, end = quiet
    local = now.astimezone(HERE).time()
    return begin <= local < end if begin < end else local >= begin or local < end


def last_begin(end: datetime, quiet: tuple[time, time]) -> datetime:
    """When those quiet hours began that end at `end`."""
    begin = datetime.combine(end.astimezone(HERE).date(), quiet[0], HERE)
    return begin if begin < end else begin - timedelta(days=1)


def last_end(now: datetime, quiet: tuple[time, time]) -> datetime:
    """When the last quiet hours ended."""
    end = datetime.combine(now.astimezone(HERE).date(), quiet[1], HERE)
    return end if end <= now else end - timedelta(days=1)


def over_at(now: datetime, quiet: Quiet) -> datetime | None:
    """When the quiet hours that hold now will be over; None where none hold."""
    return last_end(now, quiet) + timedelta(days=1) if quiet is not None and is_quiet(now, quiet) else None
