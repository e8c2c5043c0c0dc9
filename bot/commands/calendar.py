"""`haichieu calendar UNIT YEAR`: the rest days of a unit in a year, as the union's clerk would check them."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands.main import app, database_faults, database_or_exit, fail, settings_or_exit

_DAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
FIRST, LAST = 2020, 2100


@app.command("calendar")
def print_calendar(
    unit: Annotated[str, typer.Argument(help="The code of a unit on the roll.")],
    year: Annotated[int, typer.Argument(min=FIRST, max=LAST)],
) -> None:
    """The days of a year on which a unit does not work, each with its reason."""
    settings = settings_or_exit()
    from models.grievances import calendar
    from models.people import units

    with database_faults(), database_or_exit(settings).transaction() as session:
        found = units.with_code(session, unit)
        path = units.path(session, found.id) if found is not None else ()
    if found is None:
        fail(f"No unit has the code {unit}.")
    try:
        theirs = calendar.of([one.code for one in path])
        days = theirs.rest_days(year)
    except (ValueError, KeyError, StopIteration) as error:
        fail(f"config/calendar.toml or config/holidays.toml cannot be used: {error!r}")
    print(f"Ngày nghỉ năm {year} · {found.name} · rest days")
    for day, why in days.items():
        print(f"{day:%d/%m/%Y}  {_DAYS[day.weekday()]:<9}  {why.vi} · {why.en}")
    print(f"{len(days)} ngày nghỉ; mỗi ngày làm việc {theirs.day_minutes // 60} giờ {theirs.day_minutes % 60:02} phút")
