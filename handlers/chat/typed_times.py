"""A moment as officers write it: “17:00 12/6”, “17h ngày 25-12”, “8h sáng mai”, “thứ Sáu”; in Vietnam's time.

The words of a day and those of an hour are looked for apart, in either order; what is left over must be nothing that means
something, so that a time half understood is never one that a notice goes out at.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import date, datetime, time, timedelta

from config.i18n import HERE, fold
from config.keyboards import plain
from handlers.chat.conversation import Invalid, Turn

FAR = timedelta(days=366)
OFFICE_OPENS = time(8)
"""Where only a day is written."""

_PARTS = {"sang": 8, "trua": 12, "chieu": 14, "toi": 19, "dem": 22, "khuya": 23, "morning": 8, "noon": 12,
          "afternoon": 14, "evening": 19, "tonight": 19}  # fmt: skip
"""Parts of a day, and the hour meant by one that stands alone."""
_AFTERNOON = {**dict.fromkeys(("chieu", "afternoon", "toi", "evening", "tonight"), range(12)), "dem": range(6, 12),
              "khuya": range(6, 12), "trua": range(4), "noon": range(4)}  # fmt: skip
"""Hours that are twelve later in that part of the day."""
_PART = "|".join(_PARTS)
_HOUR = re.compile(
    r"(?<![\d/.-])(\d{1,2})"
    r"(?:\s?(?:gio\b|[:hg])\s?(?:(\d{2})(?![\d/.-])(?:\s?phut)?|(ruoi)|kem\s?(\d{1,2})(?![\d/.-]))?|\s(ruoi)|(?=\s?(?:am|pm)\b))"
    rf"\s?(?:(am|pm)\b|\b({_PART})\b)?"
)
_PART_ALONE = re.compile(rf"\b({_PART})\b")
_DATE = re.compile(r"(?<![\d/.:-])(\d{1,2})\s?(?:[/.-]|thang)\s?(\d{1,2})(?:\s?(?:[/.-]|nam)\s?(\d{4}|\d{2}))?(?![\d/.:-])")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_DAY_OF_MONTH = re.compile(r"\b(?:ngay|mung|mong)\s(\d{1,2})(?![\d/.:-])(?!\s?[hg:])")
_DAYS_ON = {"hom nay": 0, "today": 0, "ngay mai": 1, "tomorrow": 1, "ngay kia": 2, "ngay mot": 2, "nay": 0, "mai": 1,
            "kia": 2, "mot": 2}  # fmt: skip
_DAY_ON = re.compile(rf"\b({'|'.join(_DAYS_ON)})\b")
_WEEKDAYS = [("hai", "2", "monday"), ("ba", "3", "tuesday"), ("tu", "4", "wednesday"), ("nam", "5", "thursday"),
             ("sau", "6", "friday"), ("bay", "7", "saturday"), ("chu nhat", "cn", "sunday")]  # fmt: skip
_WEEKDAY = re.compile(
    r"\b(?:(?:thu\s?|t)(hai|ba|tu|nam|sau|bay|[2-7])|(chu nhat|cn|(?:mon|tues|wednes|thurs|fri|satur|sun)day))\b"
    r"(?:\s(tuan (?:sau|next)|next week|nay|next|sau)\b)?"
)
_COMING = re.compile(r"\btới\b")
"""The word for the evening, once its accent is gone; that of a week can be nothing else."""
_SAYS_NOTHING = re.compile(r"\b(?:luc|vao|hoi|khoang|ngay|hom|buoi|at|on|a|nhe|nha)\b|[\s,.;-]")


class NoTime(Exception):
    """`why`: "form" (not a time), "past", "far" or "future"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def read(turn: Turn, text: str) -> datetime:
    """Raises `Invalid` for what is no time, past, or more than a year away."""
    try:
        return moment(text, turn.now)
    except NoTime as problem:
        said = {
            "form": turn._("Please write the time like this, comrade: {example}", example="17:00 12/06"),
            "past": turn._("That time is past, comrade."),
            "far": turn._("That is more than a year away, comrade."),
        }
        raise Invalid(said[problem.why]) from None


def moment(text: str, now: datetime) -> datetime:
    """The moment these words mean, in the time zone of `now`: without a day the next time it is so late, without an hour at
    eight; a day and month without a year is the next that there is (the 29th of February), unless it has just been. Raises
    `NoTime`."""
    here = now.astimezone(HERE)
    try:
        clock, next_day, rest = _clock(_folded(text))
        day, is_next, rest = _day(rest, here, clock or OFFICE_OPENS)
    except ValueError:
        raise NoTime("form") from None
    if _SAYS_NOTHING.sub("", rest) or (clock is None and day is None):
        raise NoTime("form")
    if clock is None and day == here.date():
        raise NoTime("form")  # today, at an hour that was not said
    at = datetime.combine(day or here.date(), clock or OFFICE_OPENS, HERE) + timedelta(days=next_day)
    if day is None and at <= here:
        at += timedelta(days=1)
    if at <= here:
        raise NoTime("past")
    if at > here + FAR and not is_next:
        raise NoTime("far")
    return at.astimezone(now.tzinfo)


_AGO = {"hom nay": 0, "today": 0, "hom qua": 1, "yesterday": 1, "hom kia": 2, "tuan truoc": 7, "last week": 7}
_MONTH = re.compile(
    r"(?<![\d/.-])(?:thang\s?)?(\d{1,2})\s?(?:[/.-]|nam\s)\s?(\d{4})(?![\d/.-])|\bthang\s?(\d{1,2})(?![\d/.-])"
)
_MONTHS_AGO = {"thang nay": 0, "this month": 0, "thang truoc": 1, "last month": 1}
_SINCE = re.compile(r"\b(?:tu|ke|bat dau|since|from)\b")


def past_day(text: str, now: datetime) -> tuple[date, bool]:
    """The day these words mean, today or before, and whether only its month was said (the day is its first then). Without a
    year the last such day or month. Raises `NoTime`: “form”, or “future”."""
    today = now.astimezone(HERE).date()
    folded = " ".join(_SAYS_NOTHING.sub(" ", _SINCE.sub(" ", _folded(text))).split())
    written = " ".join(_SINCE.sub(" ", _folded(text)).split())
    try:
        for said, ago in _AGO.items():
            if folded == " ".join(_SAYS_NOTHING.sub(" ", said).split()):
                return today - timedelta(days=ago), False
        for said, months in _MONTHS_AGO.items():
            if written == said:
                return _months_before(today.replace(day=1), months), True
        found = _past_date(written, today) or _past_month(written, today)
    except ValueError:
        raise NoTime("form") from None
    if found is None:
        raise NoTime("form")
    if found[0] > today:
        raise NoTime("future")
    return found


def _past_date(text: str, today: date) -> tuple[date, bool] | None:
    if (iso := _ISO.search(text)) is not None:
        rest = _without(text, iso)
        found = date(int(iso[1]), int(iso[2]), int(iso[3]))
    elif (dated := _DATE.search(text)) is not None:
        rest = _without(text, dated)
        day, month, year = int(dated[1]), int(dated[2]), dated[3]
        found = (
            date(int(year) + (2000 if len(year) == 2 else 0), month, day)
            if year is not None
            else _last_of(today, month, day)
        )
    else:
        return None
    if _SAYS_NOTHING.sub("", rest):
        raise ValueError(text)
    return found, False


def _last_of(today: date, month: int, day: int) -> date:
    """The last such day: for the 29th of February the last leap year."""
    for year in range(today.year, today.year - 9, -1):
        if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] and date(year, month, day) <= today:
            return date(year, month, day)
    raise ValueError(f"{day}/{month}")


def _past_month(text: str, today: date) -> tuple[date, bool] | None:
    if (found := _MONTH.search(text)) is None:
        return None
    if _SAYS_NOTHING.sub("", _without(text, found)):
        raise ValueError(text)
    if found[3]:
        return _last_of(today, int(found[3]), 1), True
    return date(int(found[2]), int(found[1]), 1), True


def _months_before(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _folded(text: str) -> str:
    typed = _COMING.sub("next", unicodedata.normalize("NFC", plain(text)).lower())
    folded = fold(typed).replace("tuan toi", "tuan next")
    if re.search(rf"{_WEEKDAY.pattern}\s?toi\b", folded) and typed.isascii():
        raise ValueError  # next Friday, or in the evening
    return folded


def _clock(folded: str) -> tuple[time | None, bool, str]:
    """(time of the day, whether it is after the midnight that ends the day, the words left over)."""
    hours = list(_HOUR.finditer(folded))
    if len(hours) > 1:
        raise ValueError(folded)
    if not hours:
        if (alone := _PART_ALONE.search(folded)) is None:
            return None, False, folded
        return time(_PARTS[alone.group()]), False, _without(folded, alone)
    found = hours[0]
    hour, minute = int(found[1]), int(found[2] or (30 if found[3] or found[5] else 0))
    rest = _without(folded, found)
    half, part = found[6], found[7]
    if part is None and half is None and (later := _PART_ALONE.search(rest)) is not None:
        part, rest = later.group(), _without(rest, later)
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    next_day = False
    if part in ("dem", "khuya") and hour in (0, 12):
        hour, next_day = 0, True
    elif part in _AFTERNOON and hour in _AFTERNOON[part]:
        hour += 12
    elif part in ("sang", "morning") and hour == 12:
        hour = 0
    if part in ("sang", "morning") and hour > 12:
        raise ValueError(folded)
    at = datetime.combine(date.min + timedelta(days=1), time(hour % 24 if hour == 24 else hour, minute))
    if found[4]:
        at -= timedelta(minutes=int(found[4]))
    return at.time(), next_day or hour == 24, rest


def _day(folded: str, here: datetime, clock: time) -> tuple[date | None, bool, str]:
    """(day, whether it is the next of its name that there is, the words left over)."""
    found: list[tuple[date, bool]] = []
    rest = folded
    if (iso := _ISO.search(rest)) is not None:
        found.append((date(int(iso[1]), int(iso[2]), int(iso[3])), False))
        rest = _without(rest, iso)
    elif (dated := _DATE.search(rest)) is not None:
        day, month, year = int(dated[1]), int(dated[2]), dated[3]
        if year is None:
            found.append(_dated(day, month, here, clock))
        else:
            found.append((date(int(year) + (2000 if len(year) == 2 else 0), month, day), False))
        rest = _without(rest, dated)
    elif (numbered := _DAY_OF_MONTH.search(rest)) is not None:
        found.append((_day_of_month(int(numbered[1]), here, clock), False))
        rest = _without(rest, numbered)
    if (named := _WEEKDAY.search(rest)) is not None:
        rest = _without(rest, named)
        wanted = next(n for n, names in enumerate(_WEEKDAYS) if (named[1] or named[2]) in names)
        found.append((_weekday(wanted, named[3] or "", here, clock, found), False))
    elif (on := _DAY_ON.search(rest)) is not None:
        rest = _without(rest, on)
        found.append((here.date() + timedelta(days=_DAYS_ON[on.group()]), False))
    if len({day for day, _ in found}) > 1:  # “thứ Sáu 25/12” where that is no Friday: which of the two is meant?
        raise ValueError(folded)
    return (*found[0], rest) if found else (None, False, rest)


def _dated(day: int, month: int, here: datetime, clock: time) -> tuple[date, bool]:
    """One just past stays so, and is refused: it is a slip more likely than a plan for next year."""
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(2028, month)[1]:
        raise ValueError
    for year in range(here.year, here.year + 9):  # 2096, 2104: leap years are at most eight apart
        if day <= monthrange(year, month)[1]:
            at = datetime.combine(date(year, month, day), clock, HERE)
            leaps = (month, day) == (2, 29)
            if at > here or (not leaps and at > here - timedelta(days=180)):
                return at.date(), leaps
    raise ValueError


def _day_of_month(day: int, here: datetime, clock: time) -> date:
    for on in range(62):
        at = here.date() + timedelta(days=on)
        if at.day == day and datetime.combine(at, clock, HERE) > here:
            return at
    raise ValueError


def _weekday(wanted: int, said: str, here: datetime, clock: time, dated: list[tuple[date, bool]]) -> date:
    if dated and dated[0][0].weekday() == wanted:
        return dated[0][0]
    if said in ("tuan sau", "tuan next", "next week"):
        return here.date() + timedelta(days=7 - here.weekday() + wanted)
    at = here.date() + timedelta(days=(wanted - here.weekday()) % 7)
    return at if datetime.combine(at, clock, HERE) > here else at + timedelta(days=7)


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"
