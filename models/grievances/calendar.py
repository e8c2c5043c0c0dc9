"""When a unit works, and so when the clock of a case runs: weekly rest, shifts, public holidays, days instead of them.

The public holidays are those of the library `holidays`. What it takes for days instead of others follows the civil
servants' plan, which moves days *before* Tết as well and is not a factory's; so they are ours: a holiday on a day of weekly
rest is made up for on the next working day (Labour Code, Art. 111.3). A unit works as config/calendar.toml says of it or of
the nearest unit above it; config/holidays.toml wins over all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib import metadata
from typing import Any, NamedTuple

from config.i18n import HERE
from config.tables import table

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKLY = {"vi": "Ngày nghỉ hằng tuần", "en": "Weekly rest"}
_INSTEAD = {"vi": "Nghỉ bù ngày {day} ({name})", "en": "Instead of {day} ({name})"}
_CULTURE = (11, 24)
_DAY = timedelta(days=1)
_MOST = 120
"""Days after which a calendar has something wrong with it, and an error is better than a search without end. The longest
rest there is, Tết between two weekends, has ten."""


class Reason(NamedTuple):
    """Why nobody works on a day, in both languages."""

    vi: str
    en: str


class NoWork(ValueError):
    """A calendar in which nobody ever works."""


@lru_cache(maxsize=32)
def holidays_of(year: int, *, culture_day: bool) -> Mapping[date, Reason]:
    """The public holidays of a year (Labour Code, Art. 112), without any day instead of another."""
    from holidays.countries.vietnam import VN  # takes a second to load

    named = [VN(years=year, observed=False, language=one) for one in ("vi", "en_US")]  # type: ignore[no-untyped-call]
    swapped = named[0].tr(named[0].substituted_label).split("%")[0]  # Ngày nghỉ (thay cho ngày …)
    return {
        day: Reason(vi, named[1][day])
        for day, vi in sorted(named[0].items())
        if not vi.startswith(swapped) and (culture_day or (day.month, day.day) != _CULTURE)
    }


@dataclass(frozen=True)
class Calendar:
    """How one unit works. `rest` are days of the week, Monday is 0; `shifts` are minutes from midnight, and one that ends
    beyond 1440 goes over into the next day. `given` and `worked` are days that the union's own list makes free, or not."""

    rest: frozenset[int]
    shifts: tuple[tuple[int, int], ...]
    culture_day: bool = False
    given: tuple[tuple[date, Reason], ...] = ()
    worked: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        if len(self.rest) >= len(WEEKDAYS) or not any(begin < end for begin, end in self.shifts):
            raise NoWork("config/calendar.toml: nobody ever works")

    # Days.

    def reason(self, day: date) -> Reason | None:
        """Why this is a day of rest; None on a working day."""
        return _rest_days(self, day.year).get(day)

    def rest_days(self, year: int) -> Mapping[date, Reason]:
        return _rest_days(self, year)

    # Hours. A day's work is that of the shifts which begin on it.

    @property
    def day_minutes(self) -> int:
        """How much is worked in a day, where shifts overlap once."""
        return sum(end - begin for begin, end in _merged(self.shifts))

    def _work(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is worked from a moment on: stretches that do not overlap, in their order."""
        reached, day, idle = since, since.astimezone(HERE).date() - _DAY, 0
        while idle < _MOST:
            idle += 1
            if self.reason(day) is None:
                midnight = datetime.combine(day, time(0), HERE)
                for begin, end in _merged(self.shifts):
                    first, last = midnight + timedelta(minutes=begin), midnight + timedelta(minutes=end)
                    if last > reached:
                        yield max(first, reached).astimezone(since.tzinfo), last.astimezone(since.tzinfo)
                        reached, idle = last, 0
            day += _DAY
        raise NoWork(f"config/calendar.toml: nobody works in the {_MOST} days after {since:%Y-%m-%d}")

    def next_work(self, at: datetime) -> datetime:
        """The moment itself while the unit works, else when it works next."""
        return next(self._work(at))[0]

    def is_work(self, at: datetime) -> bool:
        return self.next_work(at) == at

    def next_day(self, at: datetime) -> datetime:
        """When the unit's next day of work begins that is not the day of this moment."""
        day = at.astimezone(HERE).date() + _DAY
        morning = datetime.combine(day, time(0), HERE) + timedelta(minutes=min(begin for begin, _ in self.shifts))
        return self.next_work(morning).astimezone(at.tzinfo)

    def after(self, since: datetime, minutes: int) -> datetime:
        """When so many minutes of work are over."""
        left = timedelta(minutes=minutes)
        for begin, end in self._work(since):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        raise NoWork("unreachable: _work ends in an error")

    def worked_minutes(self, since: datetime, until: datetime) -> int:
        """How many whole minutes of work lie between two moments; none where the second is the earlier."""
        total = timedelta()
        for begin, end in self._work(since):
            if begin >= until:
                break
            total += min(end, until) - begin
        return int(total / timedelta(minutes=1))


def _merged(shifts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin, end in sorted(shifts):
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


@lru_cache(maxsize=256)
def _rest_days(calendar: Calendar, year: int) -> Mapping[date, Reason]:
    """All days of a year on which nobody works. The year before is gone through as well: what is made up for may come over
    from December."""
    public = {
        **holidays_of(year - 1, culture_day=calendar.culture_day),
        **holidays_of(year, culture_day=calendar.culture_day),
    }
    given, worked = dict(calendar.given), set(calendar.worked)
    free: dict[date, Reason] = {}
    day = date(year - 1, 1, 1)
    while day.year <= year:
        if day.weekday() in calendar.rest:
            free[day] = Reason(**_WEEKLY)
        day += _DAY
    weekly = set(free)
    free.update(public)
    free.update(given)
    for day in sorted(public.keys() & weekly):
        instead = day + _DAY
        while instead in free or instead in worked or instead.weekday() in calendar.rest:
            instead += _DAY
        free[instead] = _instead(day, public[day])
    return {day: why for day, why in sorted(free.items()) if day.year == year and day not in worked}


def _instead(day: date, why: Reason) -> Reason:
    said = f"{day:%d/%m/%Y}"
    return Reason(_INSTEAD["vi"].format(day=said, name=why.vi), _INSTEAD["en"].format(day=said, name=why.en))


# From the files of the union.


def of(codes: Sequence[str]) -> Calendar:
    """The calendar of a unit: `codes` are its code and those of the units above it, nearest first."""
    return _of(tuple(codes), fingerprint())


def usual() -> Calendar:
    return of(())


@lru_cache(maxsize=1024)
def _of(codes: tuple[str, ...], _fingerprint: str) -> Calendar:
    known = table("calendar")
    said = [known["units"][code] for code in codes if code in known["units"]] + [known["usual"]]
    rest, shifts = (next(one[name] for one in said if name in one) for name in ("rest", "shifts"))
    own = table("holidays")
    return Calendar(
        frozenset(WEEKDAYS.index(day) for day in rest),
        tuple(_minutes(shift) for shift in shifts),
        bool(known["culture_day"]),
        tuple((date.fromisoformat(day), Reason(**why)) for day, why in sorted(own["rest"].items())),
        tuple(date.fromisoformat(day) for day in sorted(own["work"])),
    )


def _minutes(shift: str) -> tuple[int, int]:
    begin, end = (time.fromisoformat(half).hour * 60 + time.fromisoformat(half).minute for half in shift.split("-"))
    return begin, end if end > begin else end + 24 * 60


@lru_cache(maxsize=1)
def _library() -> str:
    """Which public holidays are known. Asked each minute, and reading a package's own words takes milliseconds."""
    return metadata.version("holidays")


def fingerprint() -> str:
    """Of all that the moments of a clock are made from: what was reckoned with another one is reckoned anew."""
    made_from: list[Any] = [table("calendar"), table("holidays"), table("sla"), _library()]
    return hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()[:16]
