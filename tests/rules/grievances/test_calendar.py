"""The calendar of a unit, against days and hours that were counted by hand, on paper calendars, before the code was run."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.i18n import HERE
from config.tables import table
from models.grievances import calendar
from models.grievances.calendar import Calendar, NoWork, Reason

ONE_SHIFT = ((7 * 60 + 30, 11 * 60 + 30), (12 * 60 + 30, 16 * 60 + 30))
NIGHT = ((22 * 60, 30 * 60),)
THREE = ((6 * 60, 14 * 60), (14 * 60, 22 * 60), (22 * 60, 30 * 60))
SUN = Calendar(frozenset({6}), ONE_SHIFT)
TWO = Calendar(frozenset({5, 6}), ONE_SHIFT)

# Weeks from a Monday on: w is a day of work, a dot a day of rest. First with rest on Sundays, then on Saturdays as well.
WEEKS = [
    ("2025-12-29", "www.ww.", "www.w.."),  # New Year on a Thursday
    ("2026-02-09", "wwwwww. .....w.", "wwwww.. ......."),  # Tết 2026, Monday to Friday
    ("2026-04-20", "wwwwww. .ww..w.", "wwwww.. .ww...."),  # Giỗ Tổ on a Sunday; 30/4 and 1/5
    ("2026-08-17", "wwwwww. wwwwww.", "wwwww.. wwwww.."),  # Saturday 22/8 is nobody's substitute
    ("2026-08-31", "w..www.", "w..ww.."),  # and so Monday 31/8 is a working day
    ("2026-11-23", "wwwwww.", "wwwww.."),  # 24/11 is switched off
    ("2026-12-28", "wwww.w.", "wwww..."),
    ("2027-02-01", "wwww... ...www.", "wwww... ....w.."),  # Tết 2027, Friday to Tuesday
    ("2027-04-12", "wwww.w.", "wwww..."),
    ("2027-04-26", "wwww... wwwwww.", "wwww... .wwww.."),  # 1/5 on a Saturday
    ("2027-08-30", "www..w.", "www...."),
    ("2027-12-27", "wwwww.. wwwwww.", "wwwww.. .wwww.."),  # New Year on a Saturday
    ("2028-01-24", "w...... wwwwww.", "w...... .wwww.."),  # Tết 2028, Tuesday to Saturday
    ("2028-04-03", "w.wwww.", "w.www.."),
    ("2028-04-24", "wwwwww. ..wwww.", "wwwww.. ..www.."),  # 30/4 on a Sunday, before 1/5
    ("2028-08-28", "wwww... wwwwww.", "wwww... .wwww.."),  # 2/9 on a Saturday
]
DAYS = [
    pytest.param(rest, date.fromisoformat(monday) + timedelta(days=number), sign == "w", id=f"{name} {monday}+{number}")
    for monday, *both in WEEKS
    for (name, rest), signs in zip((("one", SUN), ("two", TWO)), both, strict=True)
    for number, sign in enumerate(signs.replace(" ", ""))
]


@pytest.mark.parametrize(("rest", "day", "works"), DAYS)
def test_days(rest: Calendar, day: date, works: bool) -> None:
    assert (rest.reason(day) is None) is works


# Mùng một, and Giỗ Tổ (10/3 of the moon): as the almanac of Vietnam has them, and a calculation of new moons after Meeus
# at 105° E. In 2030 Tết is a day before China's.
RED = {
    2026: ("02-17", "04-26"),
    2027: ("02-06", "04-16"),
    2028: ("01-26", "04-04"),
    2029: ("02-13", "04-23"),
    2030: ("02-02", "04-12"),
    2031: ("01-23", "04-01"),
    2032: ("02-11", "04-19"),
    2033: ("01-31", "04-09"),
    2034: ("02-19", "04-28"),
    2035: ("02-08", "04-17"),
}


@pytest.mark.parametrize("year", RED)
def test_red_dates(year: int) -> None:
    """Eleven days (Labour Code, Art. 112): 1 + 5 + 1 + 1 + 1 + 2."""
    tet, ancestors = (date.fromisoformat(f"{year}-{day}") for day in RED[year])
    found = set(calendar.holidays_of(year, culture_day=False))
    assert len(found) == 11
    assert found >= {date(year, 1, 1), ancestors, date(year, 4, 30), date(year, 5, 1), date(year, 9, 2)}
    assert found >= {tet + timedelta(days=number) for number in range(-1, 4)}
    assert found & {date(year, 9, 1), date(year, 9, 3)}


def test_the_day_of_culture_is_a_switch() -> None:
    assert not table("calendar")["culture_day"]
    day = date(2027, 11, 24)
    assert SUN.reason(day) is None
    assert Calendar(SUN.rest, SUN.shifts, culture_day=True).reason(day) == Reason(
        "Ngày Văn hóa Việt Nam", "Vietnam Cultural Day"
    )


def test_every_day_of_rest_has_its_reason() -> None:
    days = TWO.rest_days(2027)
    assert days[date(2027, 2, 7)].vi == "Mùng hai Tết Nguyên Đán"
    assert days[date(2027, 2, 11)] == Reason(
        "Nghỉ bù ngày 07/02/2027 (Mùng hai Tết Nguyên Đán)", "Instead of 07/02/2027 (Second Day of Lunar New Year)"
    )
    assert days[date(2027, 2, 13)].vi == "Ngày nghỉ hằng tuần"
    assert list(days) == sorted(days) and {day.year for day in days} == {2027}


def test_the_unions_own_list_wins() -> None:
    swapped = Reason("Nghỉ hoán đổi", "Swapped")
    own = Calendar(TWO.rest, TWO.shifts, given=((date(2026, 8, 31), swapped),), worked=(date(2026, 8, 22), date(2026, 9, 2)))
    assert own.reason(date(2026, 8, 31)) == swapped
    assert own.reason(date(2026, 8, 22)) is None and own.reason(date(2026, 9, 2)) is None
    assert own.reason(date(2026, 8, 23)) is not None


def test_a_day_instead_is_not_one_that_the_union_works_on_or_has_free() -> None:
    free = Calendar(
        SUN.rest, SUN.shifts, given=((date(2027, 2, 10), Reason("Nghỉ thêm", "More")),), worked=(date(2027, 2, 11),)
    )
    assert free.rest_days(2027)[date(2027, 2, 12)].vi.startswith("Nghỉ bù ngày 07/02/2027")


HOURS = [
    # one shift, Sundays off
    (SUN, "2026-11-23 10:00", 0, "2026-11-23 10:00"),
    (SUN, "2026-11-23 10:00", 60, "2026-11-23 11:00"),
    (SUN, "2026-11-23 10:00", 90, "2026-11-23 11:30"),
    (SUN, "2026-11-23 10:00", 120, "2026-11-23 13:00"),
    (SUN, "2026-11-23 11:30", 1, "2026-11-23 12:31"),
    (SUN, "2026-11-23 12:00", 30, "2026-11-23 13:00"),
    (SUN, "2026-11-23 06:00", 60, "2026-11-23 08:30"),
    (SUN, "2026-11-23 07:30", 240, "2026-11-23 11:30"),
    (SUN, "2026-11-23 07:30", 241, "2026-11-23 12:31"),
    (SUN, "2026-11-23 07:30", 480, "2026-11-23 16:30"),
    (SUN, "2026-11-23 07:30", 481, "2026-11-24 07:31"),
    (SUN, "2026-11-23 16:30", 1, "2026-11-24 07:31"),
    (SUN, "2026-11-23 23:59", 1, "2026-11-24 07:31"),
    (SUN, "2026-11-23 10:00", 480, "2026-11-24 10:00"),
    (SUN, "2026-11-23 10:00", 1440, "2026-11-26 10:00"),
    (SUN, "2026-11-23 10:00", 2400, "2026-11-28 10:00"),
    (SUN, "2026-11-23 10:00", 4800, "2026-12-04 10:00"),
    (SUN, "2026-11-27 10:00", 480, "2026-11-28 10:00"),
    (SUN, "2026-11-28 10:00", 480, "2026-11-30 10:00"),
    (SUN, "2026-11-28 16:00", 60, "2026-11-30 08:00"),
    (SUN, "2026-11-29 12:00", 1, "2026-11-30 07:31"),
    (SUN, "2026-02-14 10:00", 480, "2026-02-21 10:00"),
    (SUN, "2026-02-14 10:00", 960, "2026-02-23 10:00"),
    (SUN, "2026-04-25 10:00", 480, "2026-04-28 10:00"),
    (SUN, "2026-04-29 10:00", 480, "2026-05-02 10:00"),
    (SUN, "2026-08-31 10:00", 480, "2026-09-03 10:00"),
    (SUN, "2027-02-04 10:00", 480, "2027-02-11 10:00"),
    (SUN, "2027-02-04 16:30", 1, "2027-02-11 07:31"),
    (SUN, "2027-04-29 10:00", 480, "2027-05-03 10:00"),
    (SUN, "2027-12-31 10:00", 480, "2028-01-03 10:00"),
    (SUN, "2028-01-24 10:00", 480, "2028-01-31 10:00"),
    (SUN, "2028-04-29 10:00", 480, "2028-05-03 10:00"),
    (SUN, "2028-08-31 10:00", 480, "2028-09-04 10:00"),
    # one shift, Saturdays and Sundays off
    (TWO, "2026-11-27 10:00", 480, "2026-11-30 10:00"),
    (TWO, "2026-11-28 10:00", 1, "2026-11-30 07:31"),
    (TWO, "2026-11-23 10:00", 2400, "2026-11-30 10:00"),
    (TWO, "2026-11-23 10:00", 4800, "2026-12-07 10:00"),
    (TWO, "2026-02-13 10:00", 480, "2026-02-23 10:00"),
    (TWO, "2026-04-24 10:00", 480, "2026-04-28 10:00"),
    (TWO, "2026-04-29 10:00", 480, "2026-05-04 10:00"),
    (TWO, "2027-02-04 10:00", 480, "2027-02-12 10:00"),
    (TWO, "2027-04-29 10:00", 480, "2027-05-04 10:00"),
    (TWO, "2027-12-31 10:00", 480, "2028-01-04 10:00"),
    (TWO, "2028-01-24 10:00", 480, "2028-02-01 10:00"),
    (TWO, "2028-08-31 10:00", 480, "2028-09-05 10:00"),
    # at night only: Saturday's shift ends on Sunday morning, and Sunday's does not begin
    (Calendar(frozenset({6}), NIGHT), "2026-11-24 05:00", 60, "2026-11-24 06:00"),
    (Calendar(frozenset({6}), NIGHT), "2026-11-24 05:00", 61, "2026-11-24 22:01"),
    (Calendar(frozenset({6}), NIGHT), "2026-11-28 23:00", 420, "2026-11-29 06:00"),
    (Calendar(frozenset({6}), NIGHT), "2026-11-28 23:00", 421, "2026-11-30 22:01"),
    (Calendar(frozenset({6}), NIGHT), "2026-11-29 23:00", 1, "2026-11-30 22:01"),
    (Calendar(frozenset({6}), NIGHT), "2026-11-30 05:00", 1, "2026-11-30 22:01"),
    (Calendar(frozenset({6}), NIGHT), "2027-02-04 23:00", 421, "2027-02-11 22:01"),
    # three shifts
    (Calendar(frozenset({6}), THREE), "2026-11-23 10:00", 1440, "2026-11-24 10:00"),
    (Calendar(frozenset({6}), THREE), "2026-11-28 10:00", 1200, "2026-11-29 06:00"),
    (Calendar(frozenset({6}), THREE), "2026-11-28 10:00", 1440, "2026-11-30 10:00"),
    (Calendar(frozenset({6}), THREE), "2026-11-29 12:00", 1, "2026-11-30 06:01"),
    # shifts that overlap by an hour count once
    (Calendar(frozenset({6}), ((360, 840), (780, 1260))), "2026-11-23 06:00", 900, "2026-11-23 21:00"),
    (Calendar(frozenset({6}), ((360, 840), (780, 1260))), "2026-11-23 13:30", 451, "2026-11-24 06:01"),
]


def here(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=HERE)


@pytest.mark.parametrize(("works", "since", "minutes", "then"), HOURS)
def test_hours(works: Calendar, since: str, minutes: int, then: str) -> None:
    assert works.after(here(since), minutes) == here(then)
    assert works.worked_minutes(here(since), here(then)) == minutes


@pytest.mark.parametrize(
    ("at", "is_work", "then", "next_day"),
    [
        ("2026-11-23 10:00", True, "2026-11-23 10:00", "2026-11-24 07:30"),
        ("2026-11-23 12:00", False, "2026-11-23 12:30", "2026-11-24 07:30"),
        ("2026-11-24 00:00", False, "2026-11-24 07:30", "2026-11-25 07:30"),
        ("2026-11-28 17:00", False, "2026-11-30 07:30", "2026-11-30 07:30"),
        ("2026-11-29 10:00", False, "2026-11-30 07:30", "2026-11-30 07:30"),
        ("2027-02-05 10:00", False, "2027-02-11 07:30", "2027-02-11 07:30"),
        ("2027-02-04 10:00", True, "2027-02-04 10:00", "2027-02-11 07:30"),
    ],
)
def test_when_the_unit_works_next(at: str, is_work: bool, then: str, next_day: str) -> None:
    assert SUN.is_work(here(at)) is is_work
    assert SUN.next_work(here(at)) == here(then)
    assert SUN.next_day(here(at)) == here(next_day)


def test_a_unit_works_as_it_or_the_nearest_above_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    table("calendar")
    monkeypatch.setitem(
        table("calendar"), "units", {"SONGLAM": {"rest": ["sat", "sun"]}, "MAY1": {"shifts": ["22:00-06:00"]}}
    )
    assert calendar.of(["MAY1", "SONGLAM", "LDLD"]) == Calendar(frozenset({5, 6}), NIGHT)
    assert calendar.of(["MAY2", "SONGLAM", "LDLD"]) == TWO
    assert calendar.of(["LDLD"]) == calendar.of(()) == SUN


def test_a_changed_calendar_has_another_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before = calendar.fingerprint()
    assert calendar.fingerprint() == before
    monkeypatch.setitem(table("holidays")["rest"], "2026-08-31", {"vi": "Nghỉ", "en": "Free"})
    assert calendar.fingerprint() != before


@pytest.mark.parametrize(
    ("rest", "shifts"), [(frozenset(range(7)), ONE_SHIFT), (frozenset(), ()), (frozenset(), ((60, 60),))]
)
def test_a_calendar_without_work_is_refused(rest: frozenset[int], shifts: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(NoWork):
        Calendar(rest, shifts)


def test_a_year_that_is_all_holidays_ends_in_an_error() -> None:
    year = tuple((date(2027, 1, 1) + timedelta(days=number), Reason("Nghỉ", "Free")) for number in range(365))
    with pytest.raises(NoWork):
        Calendar(SUN.rest, SUN.shifts, given=year).next_work(here("2027-01-01 10:00"))


WORKS = st.sampled_from(
    [SUN, TWO, Calendar(frozenset({6}), NIGHT), Calendar(frozenset({5, 6}), THREE), Calendar(frozenset(), ONE_SHIFT)]
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(HERE)).map(
    lambda at: at.replace(second=0, microsecond=0)
)


@given(WORKS, MOMENTS, st.lists(st.integers(0, 20_000), min_size=2, max_size=6))
def test_remaining_time_never_grows_by_itself(works: Calendar, since: datetime, waits: list[int]) -> None:
    budget = 3 * works.day_minutes
    left = [budget - works.worked_minutes(since, since + timedelta(minutes=wait)) for wait in sorted(waits)]
    assert left == sorted(left, reverse=True) and left[0] <= budget


@given(WORKS, MOMENTS, st.integers(0, 6000), st.integers(0, 6000))
def test_what_is_worked_adds_up(works: Calendar, since: datetime, first: int, second: int) -> None:
    """In two parts it is over when it would be in one: a pause of no length changes nothing."""
    assert works.after(works.after(since, first), second) == works.after(since, first + second)
    assert works.worked_minutes(since, works.after(since, first)) == first


@given(WORKS, MOMENTS)
def test_there_is_no_work_on_a_day_of_rest(works: Calendar, at: datetime) -> None:
    day, before = at.date(), at.date() - timedelta(days=1)
    if works.is_work(at):
        assert works.reason(day) is None or works.reason(before) is None
    assert works.next_work(at) >= at and works.is_work(works.next_work(at))
    assert works.next_day(at).date() > at.date()
