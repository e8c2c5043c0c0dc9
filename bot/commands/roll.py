"""The commands about people: `haichieu import`, which takes a union's own list."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import SystemClock
from bot.commands.main import app, database_or_exit, fail, settings_or_exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.settings import Settings
    from models.people.roll_import import Changes
    from models.store.database import Database

_SHOWN = 20


@app.command("import")
def import_(
    files: Annotated[list[Path] | None, typer.Argument(help="One workbook, or one CSV of units and one of people.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Say what would change, and change nothing.")] = False,
    leavers: Annotated[bool, typer.Option("--leavers", help="End the offices of people missing from the list.")] = False,
    sample: Annotated[Path | None, typer.Option("--sample", help="Write an example list into this directory.")] = None,
) -> None:
    """Takes a union's units and people from a workbook: all of it, or nothing and every fault named."""
    if sample is not None:
        from bot.commands import roll_sample

        try:
            written = roll_sample.write(sample)
        except OSError as error:
            fail(f"{sample} cannot be written ({error.strerror}).")
        print("\n".join(map(str, written)))
        return
    if not files:
        fail("Which file? `haichieu import --sample DIR` writes an example.")
    settings = settings_or_exit()
    from bot.commands import roll_file
    from models.people import roll, roll_import

    began = time.perf_counter()
    lines, unreadable = roll_file.read(files)
    if unreadable:
        _refuse(unreadable)
    database = ready_database(settings)
    today = SystemClock().now().date()
    try:
        # One transaction for the question and the answer: what was compared is what is written over.
        with database.reading() if check else database.transaction() as session:
            wanted, faults = roll.check(lines["units"], lines["people"], roll_import.parents(session))
            if faults:
                _refuse(faults)
            changes = roll_import.compare(session, wanted, today, _progress)
            if not check:
                roll_import.write(session, changes, today, leavers=leavers)
    finally:
        database.close()
    _tell(changes, check=check, leavers=leavers)
    print(f"{len(wanted.units)} units and {len(wanted.people)} people read, {time.perf_counter() - began:.1f} s.")


def ready_database(settings: Settings) -> Database:
    """The database at this program's version: an empty one is made ready, an older one is not touched unasked."""
    from sqlalchemy.exc import DBAPIError

    from models.store import schema

    database = database_or_exit(settings)
    try:
        current = schema.current(database)
        if current is None:
            schema.upgrade(database)
        elif current != schema.head():
            fail("The database is not at this program's version: run `haichieu migrate`.")
    except DBAPIError as error:
        fail(f"HAICHIEU_DATABASE_URL: the database cannot be reached ({type(error.orig).__name__}).")
    return database


def _progress(done: int, total: int) -> None:
    print(f"\r{done} of {total} people compared", end="\n" if done == total else "", file=sys.stderr, flush=True)


def _refuse(faults: Sequence[object]) -> None:
    for fault in faults:
        print(fault, file=sys.stderr)
    fail(f"{len(faults)} fault{'s' if len(faults) > 1 else ''}; nothing was changed.")


def _tell(changes: Changes, *, check: bool, leavers: bool) -> None:
    """What changed, or would: a line each, with the first codes."""
    if changes.is_empty and not (leavers and changes.leavers_offices):
        print("Nothing would change." if check else "Nothing changed: the list says what is here already.")
    for words, codes in (
        ("new units", changes.new_units),
        ("units moved", changes.moved),
        ("units renamed", changes.renamed),
        ("units with another kind or sector", changes.other_units),
        ("units with another headcount", changes.recounted),
        ("new people", changes.new_people),
        ("people changed", changes.changed_people),
    ):
        if codes:
            print(f"{len(codes)} {words}: {_first(codes)}")
    if changes.missing:
        what = "their offices end today" if leavers else "nothing was done about them; --leavers ends their offices"
        print(f"{len(changes.missing)} people of these units are on the roll but not in the list ({what}): "
              f"{_first(changes.missing)}")  # fmt: skip


def _first(codes: Sequence[str]) -> str:
    return ", ".join(codes[:_SHOWN]) + (f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else "")
