"""The commands about people: `haichieu import`, which takes a union's own list."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.clock import SystemClock
from bot.commands import speaking
from bot.commands.main import app, database_or_exit, settings_or_exit
from bot.commands.speaking import fail, text, why

if TYPE_CHECKING:
    from collections.abc import Sequence

    from config.i18n import Language
    from config.settings import Settings
    from models.people.roll import Fault, Line, Roll
    from models.people.roll_import import Changes
    from models.people.roll_same import Question
    from models.store.database import Database

_SHOWN = 20
_ZEROS = "zeros"


@app.command("import")
def import_(
    files: Annotated[list[Path] | None, typer.Argument()] = None,
    check: Annotated[bool, typer.Option("--check")] = False,
    leavers: Annotated[bool, typer.Option("--leavers")] = False,
    same: Annotated[list[str] | None, typer.Option("--same")] = None,
    different: Annotated[list[str] | None, typer.Option("--different")] = None,
    sample: Annotated[Path | None, typer.Option("--sample")] = None,
) -> None:
    """Takes a union's units and people from a workbook: all of it, or nothing and every fault named."""
    from handlers.people import roll_words

    reader = speaking.reader()
    if sample is not None:
        from bot.commands import roll_sample

        try:
            written = roll_sample.write(sample)
        except OSError as error:
            fail(roll_words.text(reader, "not_written", path=sample, why=why(error)))
        print("\n".join(map(str, written)))
        return
    if not files:
        fail(roll_words.text(reader, "which_file"))
    settings = settings_or_exit()
    from bot.commands import roll_file
    from models.grievances import exclusions
    from models.people import roll, roll_import, roll_same

    alike = _ZEROS in (same or ())
    one, two = ([_pair(reader, text) for text in given or () if text != _ZEROS] for given in (same, different))
    recoded = {new: old for old, new in one}
    began = time.perf_counter()
    told: list[Fault] = []
    lines, unreadable = roll_file.read(files, told)
    if unreadable:
        _refuse(reader, unreadable)
    database = ready_database(settings)
    today = SystemClock().now().date()
    try:
        # One transaction for the question and the answer: what was compared is what is written over.
        with database.reading() if check else database.transaction() as session:
            wanted, faults = roll.check(lines["units"], lines["people"], roll_import.parents(session))
            if faults:
                _refuse(reader, faults)
            if impossible := roll_same.wrong(session, wanted, recoded):
                _refuse(reader, impossible)

            def progress(done: int, total: int) -> None:
                said = roll_words.text(reader, "compared", done=done, total=total)
                print(f"\r{said}", end="\n" if done == total else "", file=sys.stderr, flush=True)

            changes = roll_import.compare(session, wanted, today, progress, same=recoded, different=two)
            if alike and (surely := {one.new: one.old for one in changes.questions if one.is_surely_same}):
                recoded |= surely
                changes = roll_import.compare(session, wanted, today, same=recoded, different=two)
            if changes.questions and not check:
                _ask(reader, changes.questions)
                fail(roll_words.text(reader, "answer_first"))
            if not check:
                roll_import.write(session, changes, today, leavers=leavers)
                for old_id, new_id in changes.one_person:
                    exclusions.follow(session, old_id, new_id)
    finally:
        database.close()
    _tell(reader, changes, check=check, leavers=leavers)
    _tell_rest(reader, told)
    if check:
        _show_names(reader, lines["people"], wanted)
        _show_endings(reader, changes, leavers=leavers)
        print(roll_words.text(reader, "checked"))
    officers = sum(bool(person.roles) for person in wanted.people)
    print(f"{roll_words.counted(reader, len(wanted.units), len(wanted.people), officers)} "
          f"({reader.number(time.perf_counter() - began, 1)} s)")  # fmt: skip


def _pair(reader: Language, text: str) -> tuple[str, str]:
    from config.i18n import with_d
    from handlers.people import roll_words

    old, _, new = with_d(text).upper().partition("=")
    if not old.strip() or not new.strip():
        fail(roll_words.text(reader, "pair", text=text))
    return old.strip(), new.strip()


def _ask(reader: Language, questions: Sequence[Question]) -> None:
    """On whether it is one person hangs what they may see: whom a reporter passed over stays passed over."""
    from handlers.people import roll_words

    print(roll_words.text(reader, "one_person"), file=sys.stderr)
    for one in questions:
        print(f"  {roll_words.question(reader, one)}", file=sys.stderr)
    if any(one.is_surely_same for one in questions):
        print(roll_words.text(reader, "all_zeros"), file=sys.stderr)


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
            fail(text("database_older", current=current, newest=schema.head()))
    except DBAPIError as error:
        fail(text("database_unreachable", why=type(error.orig).__name__))
    return database


def _refuse(reader: Language, faults: Sequence[Fault]) -> None:
    from handlers.people import roll_words

    for fault in faults:
        print(roll_words.fault(reader, fault), file=sys.stderr)
    fail(roll_words.refused(reader, len(faults)))


def _tell(reader: Language, changes: Changes, *, check: bool, leavers: bool) -> None:
    """What changed, or would: a line each, with the first codes."""
    from handlers.people import roll_words

    if changes.is_empty and not (leavers and changes.leavers_offices):
        print(roll_words.text(reader, "nothing_would" if check else "nothing_did"))
    for what, codes in (
        ("new_units", changes.new_units),
        ("moved", changes.moved),
        ("renamed", changes.renamed),
        ("other_units", changes.other_units),
        ("recounted", changes.recounted),
        ("new_people", changes.new_people),
        ("changed_people", changes.changed_people),
        ("recoded", changes.recoded),
    ):
        if codes:
            print(roll_words.change(reader, what, codes))
    if changes.questions:
        _ask(reader, changes.questions)
    if changes.missing:
        print(roll_words.missing(reader, changes.missing, leavers=leavers))


def _tell_rest(reader: Language, told: Sequence[Fault]) -> None:
    """What the file holds besides: rows that are none of the table, and letters that were put right."""
    from handlers.people import roll_words

    for what in ("left_out", "repaired"):
        some = [one for one in told if one.what == what]
        if some:
            print(roll_words.text(reader, what))
            _list([roll_words.fault(reader, one) for one in some])


def _show_names(reader: Language, lines: Sequence[Line], wanted: Roll) -> None:
    """The names in which a list that was misread shows it: at both ends, the shortest, the strangest."""
    from handlers.people import roll_words
    from models.people import roll_names

    names = roll_names.remarkable(lines, wanted)
    print(roll_words.text(reader, "names"))
    for what, some in names.items():
        if some:
            print(f"  {roll_words.text(reader, what)}: " + "; ".join(f"{one.name} ({one.staff_code})" for one in some))


def _show_endings(reader: Language, changes: Changes, *, leavers: bool) -> None:
    from handlers.people import roll_words

    for what, some in (
        ("ends", [one for one in changes.ending if leavers or not one.missing]),
        ("missing_ends", [one for one in changes.ending if one.missing and not leavers]),
    ):
        if some:
            print(roll_words.text(reader, what))
            _list([roll_words.ending(reader, one) for one in some])


def _list(lines: Sequence[str]) -> None:
    for line in lines[:_SHOWN]:
        print(f"  {line}")
    if len(lines) > _SHOWN:
        print(f"  … +{len(lines) - _SHOWN}")
