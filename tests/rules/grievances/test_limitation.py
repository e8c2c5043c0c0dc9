"""How many days are left before the mediator, the arbitration council and the court: months counted as the Civil Code counts
them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.grievances.limitation import MONTHS, Since, days_left, last_day

D = date.fromisoformat

LAST_DAYS = [
    ("2026-05-12", "2026-11-12", "2027-02-12", "2027-05-12"),
    ("2026-01-01", "2026-07-01", "2026-10-01", "2027-01-01"),
    ("2026-03-31", "2026-09-30", "2026-12-31", "2027-03-31"),
    ("2026-05-31", "2026-11-30", "2027-02-28", "2027-05-31"),
    ("2026-08-31", "2027-02-28", "2027-05-31", "2027-08-31"),
    ("2027-08-31", "2028-02-29", "2028-05-31", "2028-08-31"),
    ("2027-08-30", "2028-02-29", "2028-05-30", "2028-08-30"),
    ("2028-02-29", "2028-08-29", "2028-11-29", "2029-02-28"),
    ("2027-05-29", "2027-11-29", "2028-02-29", "2028-05-29"),
    ("2026-12-31", "2027-06-30", "2027-09-30", "2027-12-31"),
]


@pytest.mark.parametrize(("began", "mediator", "arbitration", "court"), LAST_DAYS)
def test_the_last_days(began: str, mediator: str, arbitration: str, court: str) -> None:
    assert [last_day(D(began), months) for months in MONTHS.values()] == [D(mediator), D(arbitration), D(court)]
    left = days_left(Since(D(began)), D(mediator))
    assert left["mediator"] == 0 and left["arbitration"] == (D(arbitration) - D(mediator)).days
    assert days_left(Since(D(began)), D(mediator) + timedelta(days=1))["mediator"] == -1


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 400))
def test_each_day_takes_one_and_the_order_stands(began: date, later: int) -> None:
    left = days_left(Since(began), began + timedelta(days=later))
    assert left["mediator"] < left["arbitration"] < left["court"]
    tomorrow = days_left(Since(began), began + timedelta(days=later + 1))
    assert all(left[before] - tomorrow[before] == 1 for before in MONTHS)


@pytest.mark.parametrize("since", [Since(date(2026, 5, 12)), Since(date(2026, 5, 1), month_only=True)])
def test_what_is_kept_is_read_again(since: Since) -> None:
    assert Since.read(str(since)) == since
    with pytest.raises(ValueError, match="month must be"):
        Since.read("2026-13-01")
