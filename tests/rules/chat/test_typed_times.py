"""Times as officers write them."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.i18n import HERE
from handlers.chat.typed_times import NoTime, moment

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=HERE)
UNDERSTOOD = [
    ("7:30", "2026-11-24 07:30"),
    ("7h30", "2026-11-24 07:30"),
    ("9h01", "2026-11-23 09:01"),
    ("17h ngày 25-12", "2026-12-25 17:00"),
    ("17:00 12/12", "2026-12-12 17:00"),
    ("17:00 ngày 12/6/2027", "2027-06-12 17:00"),
    ("25/12 17h", "2026-12-25 17:00"),
    ("17h30 25.12", "2026-12-25 17:30"),
    ("17h ngày 25\u201112", "2026-12-25 17:00"),
    ("8h – 25–12", "2026-12-25 08:00"),
    ("１７ｈ ２５／１２", "2026-12-25 17:00"),
    ("17:00 25-12-26", "2026-12-25 17:00"),
    ("8:00 2026-12-25", "2026-12-25 08:00"),
    ("17 giờ 30 ngày 25 tháng 12 năm 2026", "2026-12-25 17:30"),
    ("31/1", "2027-01-31 08:00"),
    ("8:00 31/1", "2027-01-31 08:00"),
    ("8:00 1/1", "2027-01-01 08:00"),
    ("8h ngày 25", "2026-11-25 08:00"),
    ("ngày 20", "2026-12-20 08:00"),
    ("8h sáng mai", "2026-11-24 08:00"),
    ("8h sang mai", "2026-11-24 08:00"),
    ("Sáng mai 8h nhé", "2026-11-24 08:00"),
    ("8h kém 15 sáng mai", "2026-11-24 07:45"),
    ("3h chiều mai", "2026-11-24 15:00"),
    ("8h tối nay", "2026-11-23 20:00"),
    ("12h đêm nay", "2026-11-24 00:00"),
    ("12h trưa", "2026-11-23 12:00"),
    ("24h 25/12", "2026-12-26 00:00"),
    ("2 giờ chiều ngày kia", "2026-11-25 14:00"),
    ("10 giờ đêm mai", "2026-11-24 22:00"),
    ("chiều thứ tư", "2026-11-25 14:00"),
    ("thứ Sáu", "2026-11-27 08:00"),
    ("thu sau", "2026-11-27 08:00"),
    ("thứ 6 8h", "2026-11-27 08:00"),
    ("8 giờ thứ Sáu tới", "2026-11-27 08:00"),
    ("T6 lúc 5 rưỡi chiều", "2026-11-27 17:30"),
    ("thứ sáu tuần sau", "2026-12-04 08:00"),
    ("thứ ba tuần tới", "2026-12-01 08:00"),
    ("thứ hai", "2026-11-30 08:00"),  # eight has been today
    ("17h thứ hai", "2026-11-23 17:00"),
    ("CN", "2026-11-29 08:00"),
    ("chủ nhật 7h rưỡi", "2026-11-29 07:30"),
    ("thứ Sáu 25/12", "2026-12-25 08:00"),
    ("5pm tomorrow", "2026-11-24 17:00"),
    ("8:00 29/2", "2028-02-29 08:00"),  # the next that there is, however far
]
REFUSED = [
    *(("form", text) for text in ("", "8", "đ", "hôm nay", "25h", "8:61", "8h 31/11", "8:00 29/2/2027", "họp lúc 8h mai")),
    *(("form", text) for text in ("8h, 9h mai", "thứ Bảy 25/12", "13h sáng mai", "8h thu sau toi", "8h 25/13", "thứ tám")),
    *(("past", text) for text in ("8h hôm nay", "8h 12/11", "17:00 12/6", "8:00 1/1/2026")),
    *(("far", text) for text in ("8:00 1/1/2030", "8:00 29/2/2028")),
]


@pytest.mark.parametrize(("text", "local"), UNDERSTOOD)
def test_what_is_understood(text: str, local: str) -> None:
    assert f"{moment(text, MONDAY).astimezone(HERE):%Y-%m-%d %H:%M}" == local


@pytest.mark.parametrize(("why", "text"), REFUSED)
def test_what_is_refused_and_why(why: str, text: str) -> None:
    with pytest.raises(NoTime) as refused:
        moment(text, MONDAY)
    assert refused.value.why == why


def test_the_leap_day_from_the_year_before_it() -> None:
    seen_from = datetime(2027, 11, 20, 9, 0, tzinfo=HERE)
    assert moment("8:00 29/2", seen_from) == datetime(2028, 2, 29, 8, tzinfo=HERE)
    assert moment("8h ngày 29-2", datetime(2028, 2, 29, 9, tzinfo=HERE)) == datetime(2032, 2, 29, 8, tzinfo=HERE)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)), st.integers(1, 364), st.integers(0, 23), st.integers(0, 59))
def test_every_day_of_the_year_ahead(now: datetime, days: int, hour: int, minute: int) -> None:
    """Written with its year, and without where that is the next such day."""
    seen_from = now.replace(tzinfo=HERE)
    at = (seen_from + timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    for text in (f"{hour}h{minute:02} ngày {at.day}-{at.month}-{at.year}", f"{at:%d/%m/%Y} {hour}:{minute:02}"):
        assert moment(text, seen_from) == at
    if days <= 180:
        assert moment(f"{hour}h{minute:02} {at.day}/{at.month}", seen_from) == at


@given(st.text("0123456789hg:/-. aâếứmipsngàythứsáuCN", max_size=24))
def test_whatever_is_written_is_a_moment_to_come_or_refused(text: str) -> None:
    at = None
    with suppress(NoTime):
        at = moment(text, MONDAY)
    assert at is None or at > MONDAY
