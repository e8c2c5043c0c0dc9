"""`haichieu calendar UNIT YEAR`: the rest days of a unit in a year, as the union's clerk would check them."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands.main import app, database_faults, database_or_exit, settings_or_exit
from bot.commands.speaking import fail, reader, say, text

FIRST, LAST = 2020, 2100


@app.command("calendar")
def print_calendar(unit: str, year: Annotated[int, typer.Argument(min=FIRST, max=LAST)]) -> None:
    """The days of a year on which a unit does not work, each with its reason."""
    settings = settings_or_exit()
    from models.grievances import calendar
    from models.people import units

    with database_faults(), database_or_exit(settings).transaction() as session:
        found = units.with_code(session, unit)
        path = units.path(session, found.id) if found is not None else ()
    if found is None:
        fail(text("no_unit", code=unit))
    try:
        theirs = calendar.of([one.code for one in path])
        days = theirs.rest_days(year)
    except (ValueError, KeyError, StopIteration) as error:
        fail(text("calendar_unusable", why=type(error).__name__))
    say("rest_days", year=year, unit=found.name)
    for day, why in days.items():
        reason = why.vi if reader().code == "vi" else why.en
        name = reader().weekday(day)
        print(f"{day:%d/%m/%Y}  {name[:1].upper() + name[1:]:<9}  {reason}")
    say("rest_days_sum", count=len(days), hours=theirs.day_minutes // 60, minutes=f"{theirs.day_minutes % 60:02}")
