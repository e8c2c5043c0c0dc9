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
    from models.people.roll_same import Question
    from models.store.database import Database

_SHOWN = 20


@app.command("import")
def import_(
    files: Annotated[list[Path] | None, typer.Argument(help="One workbook, or one CSV of units and one of people.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Say what would change, and change nothing.")] = False,
    leavers: Annotated[bool, typer.Option("--leavers", help="End the offices of people missing from the list.")] = False,
    same: Annotated[list[str] | None, typer.Option("--same", help="OLD=NEW: both staff codes are one person.")] = None,
    different: Annotated[list[str] | None, typer.Option("--different", help="OLD=NEW: they are two people.")] = None,
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
    from models.grievances import exclusions
    from models.people import roll, roll_import, roll_same

    one, two = ([_pair(text) for text in given or ()] for given in (same, different))
    recoded = {new: old for old, new in one}
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
            if impossible := roll_same.wrong(session, wanted, recoded):
                _refuse(impossible)
            changes = roll_import.compare(session, wanted, today, _progress, same=recoded, different=two)
            if changes.questions and not check:
                _ask(changes.questions)
                fail("Nothing was changed: please answer these, with the options named, and run it again.")
            if not check:
                roll_import.write(session, changes, today, leavers=leavers)
                for old_id, new_id in changes.one_person:
                    exclusions.follow(session, old_id, new_id)
    finally:
        database.close()
    _tell(changes, check=check, leavers=leavers)
    print(f"{len(wanted.units)} units and {len(wanted.people)} people read, {time.perf_counter() - began:.1f} s.")


def _pair(text: str) -> tuple[str, str]:
    old, _, new = text.upper().partition("=")
    if not old.strip() or not new.strip():
        fail(f"{text}: should be two staff codes, the old one first: OLD=NEW.")
    return old.strip(), new.strip()


def _ask(questions: Sequence[Question]) -> None:
    """On whether it is one person hangs what they may see: whom a reporter passed over stays passed over."""
    print("Is it one person? Reporters may have passed them over.", file=sys.stderr)
    for one in questions:
        print(f"  {one.name}: {one.old} ({one.old_unit}) on the roll, {one.new} ({one.new_unit}) in the list: "
              f"--same {one.old}={one.new} or --different {one.old}={one.new}", file=sys.stderr)  # fmt: skip


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
        ("people under another code", changes.recoded),
    ):
        if codes:
            print(f"{len(codes)} {words}: {_first(codes)}")
    if changes.questions:
        _ask(changes.questions)
    if changes.missing:
        what = "their offices end today" if leavers else "nothing was done about them; --leavers ends their offices"
        print(f"{len(changes.missing)} people of these units are on the roll but not in the list ({what}): "
              f"{_first(changes.missing)}")  # fmt: skip


def _first(codes: Sequence[str]) -> str:
    return ", ".join(codes[:_SHOWN]) + (f" and {len(codes) - _SHOWN} more" if len(codes) > _SHOWN else "")
