"""A moment as officers write it: “17:00 12/6”, “7h30”."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from config.i18n import HERE, fold
from handlers.chat.conversation import Invalid, Turn

FAR = timedelta(days=366)
_AT = re.compile(r"(\d{1,2})[:hg](\d{2})?\s*(?:ngay\s*)?(?:(\d{1,2})/(\d{1,2})(?:/(\d{4}))?)?")


def read(turn: Turn, text: str) -> datetime:
    """`7:30`, `7h30`, `17:00 12/6`, `17:00 ngày 12/6/2027`, in Vietnam's time; without a day the next time it is so late.
    Raises `Invalid` for what is no time, past, or more than a year away."""
    found = _AT.fullmatch(fold(text))
    wrong = Invalid(turn._("Please write the time like this, comrade: {example}", example="17:00 12/06"))
    if found is None:
        raise wrong
    here = turn.now.astimezone(HERE)
    hour, minute, day, month, year = (int(part) if part else None for part in found.groups())
    try:
        at = here.replace(hour=hour or 0, minute=minute or 0, second=0, microsecond=0)
        if day and month:
            at = at.replace(year=year or here.year, month=month, day=day)
            if year is None and at <= here and at < here - timedelta(days=180):
                at = at.replace(year=here.year + 1)
        elif at <= here:
            at += timedelta(days=1)
    except ValueError:
        raise wrong from None
    if at <= here:
        raise Invalid(turn._("That time is past, comrade."))
    if at > here + FAR:
        raise Invalid(turn._("That is more than a year away, comrade."))
    return at.astimezone(turn.now.tzinfo)
