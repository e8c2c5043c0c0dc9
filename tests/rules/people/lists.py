"""Lists of units and people, as tests of the roll make them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import col
from typer.testing import CliRunner

from bot.commands import invites, roll_file, roll_sample  # noqa: F401 - the first two add their commands
from bot.commands.main import app
from config.i18n import language
from config.logging import configure
from handlers.people import roll_words
from models.people import persons, roll, roll_import
from models.people.offices import Office, held_on
from models.people.persons import Person
from models.people.roll import Fault, Line
from models.people.roll_import import Changes
from models.people.units import Unit
from models.store.database import Database, Session
from tests.running_app import MONDAY

TODAY = MONDAY.date()
UNITS = [list(row) for row in roll_sample.UNITS]
PEOPLE = [list(row) for row in roll_sample.PEOPLE]
Table = Sequence[Sequence[str]]


complaints: list[str] = []
"""What the commands of this run have written to standard error."""


def runs(*words: object, code: int = 0) -> str:
    """Runs `haichieu …` in this process and returns what it prints; with a fault, also what it complains of."""
    try:
        result = CliRunner().invoke(app, [str(word) for word in words])
    finally:
        configure("error")  # the command has set up logging to a stream that ends with it
    complaints.append(result.stderr)
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.output


def lines(sheet: str, table: Table) -> list[Line]:
    return [Line(sheet, number, dict(zip(table[0], row, strict=True))) for number, row in enumerate(table[1:], 2)]


def faults(units: Table = UNITS, people: Table = PEOPLE, known: dict[str, str] | None = None) -> list[Fault]:
    return roll.check(lines("units", units), lines("people", people), known or {})[1]


def said(faults: Sequence[Fault], language_code: str = "en") -> list[str]:
    """The faults as an operator reads them."""
    return [roll_words.fault(language(language_code), fault) for fault in faults]


def take(database: Database, units: Table = UNITS, people: Table = PEOPLE, **options: Any) -> Changes:
    """Imports the two tables and returns what changed."""
    today = options.pop("today", TODAY)
    with database.transaction() as session:
        wanted, found = roll.check(lines("units", units), lines("people", people), roll_import.parents(session))
        assert not found, found
        changes = roll_import.compare(session, wanted, today)
        roll_import.write(session, changes, today, **options)
        return changes


def standing(session: Session) -> tuple[Any, ...]:
    """All that a list says, as the database has it: without ids, which are random."""
    units = {unit.id: unit for unit in session.execute(select(Unit)).scalars()}
    people = {one.id: one for one in session.execute(select(Person)).scalars()}
    code = {one: persons.staff_code_of(session, row) for one, row in people.items()}
    offices = session.execute(select(Office).where(held_on(TODAY))).scalars().all()
    return (
        sorted((u.code, u.name, u.kind, units[u.parent_id].code if u.parent_id else "", u.sector) for u in units.values()),
        sorted((code[p.id], persons.name_of(session, p), units[p.unit_id].code, p.language) for p in people.values()),
        sorted((code[o.person_id], units[o.unit_id].code, o.role) for o in offices),
    )


def stands(database: Database) -> tuple[Any, ...]:
    with database.reading() as session:
        return standing(session)


def unit_named(database: Database, code: str) -> Unit:
    with database.reading() as session:
        return session.execute(select(Unit).where(col(Unit.code) == code)).scalar_one()


def book(path: Path, units: Table = UNITS, people: Table = PEOPLE) -> Path:
    roll_sample.workbook(path, units, people)
    return path


def sheets(
    path: Path, delimiter: str = ",", encoding: str = "utf-8-sig", units: Table = UNITS, people: Table = PEOPLE
) -> list[Path]:
    found = []
    for name, table in (("units", units), ("people", people)):
        file = path / f"{name}.csv"
        with file.open("w", encoding=encoding, newline="") as opened:
            csv.writer(opened, delimiter=delimiter).writerows(table)
        found.append(file)
    return found


def refused(*paths: Path) -> str:
    """The words with which a file is refused."""
    _, found = roll_file.read(paths)
    return "\n".join(said(found))
