"""“Từ khi nào?” as workers write it: a day or a month that has been."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from handlers.chat.typed_times import NoTime, past_day

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)

DAYS = [
    ("12/5", "2026-05-12"),
    ("12/5/2026", "2026-05-12"),
    ("12-05-26", "2026-05-12"),
    ("ngày 12 tháng 5", "2026-05-12"),
    ("từ ngày 2/9", "2026-09-02"),
    ("2026-05-12", "2026-05-12"),
    ("kể từ 1.10.2025", "2025-10-01"),
    ("31/12", "2025-12-31"),
    ("29/2", "2024-02-29"),
    ("hôm nay", "2026-11-23"),
    ("hôm qua", "2026-11-22"),
    ("hôm kia", "2026-11-21"),
    ("tuần trước", "2026-11-16"),
    ("yesterday", "2026-11-22"),
]
MONTHS = [
    ("tháng 5", "2026-05-01"),
    ("thang 5/2026", "2026-05-01"),
    ("05/2026", "2026-05-01"),
    ("từ tháng 12", "2025-12-01"),
    ("tháng này", "2026-11-01"),
    ("tháng trước", "2026-10-01"),
    ("last month", "2026-10-01"),
]
NONE = [
    *(("abc", "form"), ("5", "form"), ("ngày 5", "form"), ("tháng 13", "form"), ("30/2", "form"), ("lúc 5h", "form")),
    *(("31/12/2026", "future"), ("12/2026", "future"), ("12/5 hoặc 13/5", "form"), ("", "form")),
]


@pytest.mark.parametrize(
    ("text", "day", "month_only"), [*((*one, False) for one in DAYS), *((*one, True) for one in MONTHS)]
)
def test_it_is_read(text: str, day: str, month_only: bool) -> None:
    assert past_day(text, NOW) == (date.fromisoformat(day), month_only)


@pytest.mark.parametrize(("text", "why"), NONE)
def test_what_is_none_is_asked_again(text: str, why: str) -> None:
    with pytest.raises(NoTime) as refused:
        past_day(text, NOW)
    assert refused.value.why == why


def test_midnight_is_vietnams() -> None:
    assert past_day("hôm nay", datetime(2026, 11, 22, 18, 0, tzinfo=UTC)) == (date(2026, 11, 23), False)
