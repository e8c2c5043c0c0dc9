"""How long there is to bring a labour dispute before somebody: Labour Code 2019 (45/2019/QH14), Article 190, for disputes of
one worker. Six months before the labour mediator, nine before the arbitration council, a year before the court, from the day
on which the party discovered the breach. Days are counted here, and nothing is advised.

Reckoned as the Civil Code 2015, Article 148.3, reckons months: to the same day of the last month, or to its last day where
it has no such day. That a limit which ends on a day of rest ends on the next working day is not counted: too early is safe.
Who knows no more than the month is counted from its first day, for the same reason.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Before = Literal["mediator", "arbitration", "court"]
MONTHS: Mapping[Before, int] = {"mediator": 6, "arbitration": 9, "court": 12}


@dataclass(frozen=True, slots=True)
class Since:
    """Since when: a day, or a month of which no day is known (`day` is its first then)."""

    day: date
    month_only: bool = False

    def __str__(self) -> str:
        return f"{self.day:%Y-%m}" if self.month_only else f"{self.day:%Y-%m-%d}"

    @classmethod
    def read(cls, text: str) -> Since:
        """What `str` made of one. Raises ValueError."""
        if re.fullmatch(r"\d{4}-\d{2}", text):
            return cls(date.fromisoformat(f"{text}-01"), month_only=True)
        return cls(date.fromisoformat(text))


def last_day(began: date, months: int) -> date:
    """The last day of a limit of so many months."""
    year, month = divmod(began.year * 12 + began.month - 1 + months, 12)
    return date(year, month + 1, min(began.day, monthrange(year, month + 1)[1]))


def days_left(since: Since, today: date) -> dict[Before, int]:
    """How many days are left until each limit is over, its last day included: 0 on that day, less than 0 afterwards."""
    return {before: (last_day(since.day, months) - today).days for before, months in MONTHS.items()}
