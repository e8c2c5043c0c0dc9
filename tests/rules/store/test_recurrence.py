"""When what repeats comes again."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.i18n import HERE
from models.store import recurrence

NEXT = [
    # first, how often → the ones that follow, in Vietnam
    ("2027-01-31 08:00", "monthly", ["2027-02-28 08:00", "2027-03-31 08:00", "2027-04-30 08:00", "2027-05-31 08:00"]),
    ("2028-01-31 08:00", "monthly", ["2028-02-29 08:00", "2028-03-31 08:00"]),
    ("2026-12-30 23:59", "monthly", ["2027-01-30 23:59", "2027-02-28 23:59", "2027-03-30 23:59"]),
    ("2028-02-29 09:30", "yearly", ["2029-02-28 09:30", "2030-02-28 09:30", "2031-02-28 09:30", "2032-02-29 09:30"]),
    ("2026-11-30 08:00", "quarterly", ["2027-02-28 08:00", "2027-05-30 08:00", "2027-08-30 08:00", "2027-11-30 08:00"]),
    ("2026-12-28 06:00", "weekly", ["2027-01-04 06:00", "2027-01-11 06:00"]),
    # In UTC these are still the day before: the calendar is that of Vietnam.
    ("2027-01-31 00:00", "monthly", ["2027-02-28 00:00", "2027-03-31 00:00"]),
    ("2027-03-01 00:30", "monthly", ["2027-04-01 00:30", "2027-05-01 00:30"]),
    ("2027-03-01 06:00", "monthly", ["2027-04-01 06:00", "2027-05-01 06:00"]),
    ("2027-01-31 06:30", "quarterly", ["2027-04-30 06:30", "2027-07-31 06:30"]),
    ("2028-02-29 06:59", "yearly", ["2029-02-28 06:59", "2030-02-28 06:59"]),
    ("2027-01-01 00:00", "weekly", ["2027-01-08 00:00"]),
]
moments = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))
repeats = st.sampled_from(["weekly", "monthly", "quarterly", "yearly"])


@pytest.mark.parametrize(("first", "repeat", "following"), NEXT)
def test_when_it_comes_again(first: str, repeat: str, following: list[str]) -> None:
    began = datetime.fromisoformat(first).replace(tzinfo=HERE).astimezone(UTC)
    found = [recurrence.nth(began, repeat, number) for number in range(1, len(following) + 1)]
    assert {at.tzinfo for at in found} == {UTC}
    assert [f"{at.astimezone(HERE):%Y-%m-%d %H:%M}" for at in found] == following


@given(moments, repeats, st.integers(0, 60))
def test_it_keeps_its_day_and_hour(first: datetime, repeat: str, number: int) -> None:
    at, began = recurrence.nth(first, repeat, number).astimezone(HERE), first.astimezone(HERE)
    assert at.time() == began.time()
    if repeat == "weekly":
        assert at - began == timedelta(weeks=number)
    else:
        assert at.day == min(began.day, monthrange(at.year, at.month)[1])
        assert 12 * (at.year - began.year) + at.month - began.month == number * recurrence.MONTHS[repeat]


@given(moments, repeats, st.timedeltas(timedelta(0), timedelta(days=3000)))
def test_the_next_is_the_first_after_now(first: datetime, repeat: str, passed: timedelta) -> None:
    """However much was missed, and however late it is asked."""
    at = recurrence.following(first, repeat, first + passed)
    times = [recurrence.nth(first, repeat, number) for number in range(500)]
    assert at == min(one for one in times if one > first + passed)
