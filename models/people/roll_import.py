"""What a checked list would change, and changing it: units and people in, moved or renamed, offices opened and closed.

The rows that are there keep their ids, because cases, accounts and offices hang on them: a changed parent is a move. Nobody
is ever removed: who is missing from a later list is reported, and loses their offices only when that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlmodel import col

from models.people import persons, roll_same
from models.people.invites import Invite
from models.people.offices import Office, held_on
from models.people.persons import Person
from models.people.roll import Roll, RollPerson
from models.people.roll_same import Question
from models.people.units import Unit
from models.store.database import Session
from models.store.ids import new_id
from models.store.sealing import seal

CHUNK = 1000
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, order=True)
class Ending:
    """An office that the list would end. `missing`: only because its holder is not in the list."""

    missing: bool
    unit: str
    role: str
    name: str
    staff_code: str


@dataclass(slots=True)
class Changes:
    """Rows to write, and the codes to tell an operator about. `missing`: on the roll of these units, not in the list.
    `recoded`: old and new code of people who stay themselves. `one_person`: ids of two rows that are one human being.
    `questions`: what has to be answered first. `ending`: whose offices would end."""

    new_units: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    other_units: list[str] = field(default_factory=list)
    recounted: list[str] = field(default_factory=list)
    new_people: list[str] = field(default_factory=list)
    changed_people: list[str] = field(default_factory=list)
    recoded: list[str] = field(default_factory=list)
    one_person: list[tuple[str, str]] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unit_inserts: list[dict[str, Any]] = field(default_factory=list)
    unit_updates: list[dict[str, Any]] = field(default_factory=list)
    person_inserts: list[dict[str, Any]] = field(default_factory=list)
    person_updates: list[dict[str, Any]] = field(default_factory=list)
    office_inserts: list[dict[str, Any]] = field(default_factory=list)
    office_ends: list[str] = field(default_factory=list)
    leavers_offices: list[str] = field(default_factory=list)
    ending: list[Ending] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not any((self.unit_inserts, self.unit_updates, self.person_inserts, self.person_updates)) and not (
            self.office_inserts or self.office_ends or self.one_person
        )


def parents(session: Session) -> dict[str, str]:
    """Every unit's code, with its parent's (empty at the root)."""
    rows = session.execute(select(col(Unit.id), col(Unit.code), col(Unit.parent_id))).all()
    code_of = {row_id: code for row_id, code, _ in rows}
    return {code: code_of.get(parent, "") for _, code, parent in rows}


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is there before a list is compared with it: ids of units by code, and by person the offices that they hold
    on `today`, by unit and role."""

    unit_ids: Mapping[str, str]
    offices: Mapping[str, Mapping[tuple[str, str], str]]
    today: date


def compare(
    session: Session,
    roll: Roll,
    today: date,
    progress: Progress | None = None,
    *,
    same: Mapping[str, str] | None = None,
    different: Sequence[tuple[str, str]] = (),
) -> Changes:
    """What writing this list would change. Reads only. `same` and `different` answer models.people.roll_same: by new staff
    code, the old one; and pairs of an old and a new one."""
    same = same or {}
    changes = Changes()
    unit_ids = _compare_units(session, roll, changes)
    known = {
        row.staff_hash: row for row in session.execute(select(Person).where(col(Person.staff_hash).is_not(None))).scalars()
    }
    offices: dict[str, dict[tuple[str, str], str]] = {}
    for row in session.execute(select(Office).where(held_on(today))).scalars():
        offices.setdefault(row.person_id, {})[row.unit_id, row.role] = row.id
    kept = _Kept(unit_ids, offices, today)
    codes = {wanted.staff_code for wanted in roll.people}
    listed: set[str] = set()
    opening: dict[str, bool] = {}
    for number, wanted in enumerate(roll.people, 1):
        hashed = persons.staff_hash(session, wanted.staff_code)
        row = known.get(hashed)
        before = known.get(persons.staff_hash(session, same[wanted.staff_code])) if wanted.staff_code in same else None
        stays = row is None and before is not None and same[wanted.staff_code] not in codes
        if before is not None and stays:  # the same row under another code: all that hangs on it stays
            row = before
            listed.add(before.staff_hash or "")
            changes.recoded.append(f"{same[wanted.staff_code]} → {wanted.staff_code}")
        listed.add(hashed)
        opened = len(changes.office_inserts)
        person_id = _compare_person(session, wanted, row, kept, changes)
        opening[wanted.staff_code] = row is None or len(changes.office_inserts) > opened
        if before is not None and not stays:
            changes.one_person.append((before.id, person_id))
        if progress is not None and (number % CHUNK == 0 or number == len(roll.people)):
            progress(number, len(roll.people))
    units_named = {unit_ids[unit.code] for unit in roll.units}
    for hashed, row in known.items():
        if hashed not in listed and row.unit_id in units_named:
            changes.missing.append(persons.staff_code_of(session, row) or "?")
            changes.leavers_offices += offices.get(row.id, {}).values()
    changes.missing.sort()
    code_of = {unit_id: code for code, unit_id in unit_ids.items()}
    changes.ending = _endings(session, changes, known.values(), offices, code_of)
    unlisted = [row for hashed, row in known.items() if hashed not in listed]
    alike = {
        *roll_same.look_alikes(session, roll, changes.new_people, unlisted, code_of),
        *roll_same.unit_look_alikes(changes.new_units, roll, unit_ids.keys()),
    }
    pairs = {(one.old, one.new) for one in alike}
    asked = alike | {one for one in roll_same.questions(session, roll, opening) if (one.old, one.new) not in pairs}
    changes.questions = roll_same.unanswered(sorted(asked), same, different)
    return changes


def _endings(
    session: Session,
    changes: Changes,
    people: Iterable[Person],
    offices: Mapping[str, Mapping[tuple[str, str], str]],
    code_of: Mapping[str, str],
) -> list[Ending]:
    ended, left = set(changes.office_ends), set(changes.leavers_offices)
    found = []
    for person in people:
        for (unit_id, role), office_id in offices.get(person.id, {}).items():
            if office_id in ended or office_id in left:
                name, code = persons.name_of(session, person), persons.staff_code_of(session, person)
                found.append(Ending(office_id in left, code_of[unit_id], role, name, code))
    return sorted(found)


def _compare_units(session: Session, roll: Roll, changes: Changes) -> dict[str, str]:
    """Fills in the units and returns the id of each, old and new, by its code."""
    known = {unit.code: unit for unit in session.execute(select(Unit)).scalars()}
    ids = {code: unit.id for code, unit in known.items()}
    for unit in roll.units:  # those above first
        row: dict[str, Any] = {
            "parent_id": ids[unit.parent] if unit.parent else None,
            "kind": unit.kind,
            "name": unit.name,
            "sector": unit.sector,
            **({} if unit.headcount is None else {"headcount": unit.headcount}),
        }
        old = known.get(unit.code)
        if old is None:
            ids[unit.code] = new_id()
            new = Unit(id=ids[unit.code], code=unit.code, **row)
            changes.unit_inserts.append(new.model_dump())
            changes.new_units.append(unit.code)
            continue
        if old.parent_id != row["parent_id"]:
            changes.moved.append(unit.code)
        if old.name != unit.name:
            changes.renamed.append(unit.code)
        if (old.kind, old.sector) != (unit.kind, unit.sector):
            changes.other_units.append(unit.code)
        if unit.headcount not in (None, old.headcount):
            changes.recounted.append(unit.code)
        if any(getattr(old, key) != value for key, value in row.items()):
            changes.unit_updates.append({"row_id": old.id, "headcount": old.headcount, **row})
    return ids


def _compare_person(
    session: Session,
    wanted: RollPerson,
    row: Person | None,
    kept: _Kept,
    changes: Changes,
) -> str:
    """Returns the person's id."""
    unit_id, hashed = kept.unit_ids[wanted.unit], persons.staff_hash(session, wanted.staff_code)
    if row is None:
        person_id = new_id()
        changes.person_inserts.append(  # a dict: making 20,000 model objects takes longer than writing them
            {
                "id": person_id,
                "unit_id": unit_id,
                "name": seal(session, "person.name", person_id, wanted.name),
                "staff_hash": hashed,
                "staff_code": seal(session, "person.staff_code", person_id, wanted.staff_code),
                "reporter_id": new_id(),
                "language": wanted.language,
                "member": "",
            }
        )
        changes.new_people.append(wanted.staff_code)
    else:
        person_id = row.id
    held = kept.offices.get(person_id, {})
    want = {(unit_id, role) for role in wanted.roles}
    opened = [
        Office(person_id=person_id, unit_id=unit_id, role=role, from_day=kept.today).model_dump()
        for role in wanted.roles
        if (unit_id, role) not in held
    ]
    ended = [office_id for key, office_id in held.items() if key not in want]
    changes.office_inserts += opened
    changes.office_ends += ended
    if row is None:
        return person_id
    language = wanted.language or row.language
    same = (row.unit_id, row.language, row.staff_hash) == (unit_id, language, hashed) and row.staff_code is not None
    if not same or persons.name_of(session, row) != wanted.name:
        changes.person_updates.append(
            {
                "row_id": row.id,
                "unit_id": unit_id,
                "name": seal(session, "person.name", row.id, wanted.name),
                "staff_hash": hashed,
                "staff_code": seal(session, "person.staff_code", row.id, wanted.staff_code),
                "language": language,
            }
        )
    elif not opened and not ended:
        return person_id
    changes.changed_people.append(wanted.staff_code)
    return person_id


def write(session: Session, changes: Changes, today: date, *, leavers: bool = False) -> None:
    """Writes all of it, in the caller's transaction. `leavers`: who is missing from the list holds no office from today."""
    _insert(session, Unit, changes.unit_inserts)
    _update(session, Unit, changes.unit_updates)
    _insert(session, Person, changes.person_inserts)
    _update(session, Person, changes.person_updates)
    # An officer's unused code says where its officer belongs.
    moved = [{"row_id": row["row_id"], "unit_id": row["unit_id"]} for row in changes.person_updates]
    _update(session, Invite, moved, key="person_id")
    ended = [*changes.office_ends, *(changes.leavers_offices if leavers else ())]
    # `to_day` is the last day in office.
    _update(session, Office, [{"row_id": one, "to_day": today - timedelta(days=1)} for one in ended])
    _insert(session, Office, changes.office_inserts)


def _table(of: type) -> Table:
    found: Table = of.__table__  # type: ignore[attr-defined]
    return found


def _insert(session: Session, of: type, rows: Sequence[dict[str, Any]]) -> None:
    for some in _chunks(rows):
        session.connection().execute(insert(_table(of)), some)


def _update(session: Session, of: type, rows: Sequence[dict[str, Any]], key: str = "id") -> None:
    """Sets the columns that the rows name, where `key` is their `row_id`."""
    table = _table(of)
    statement = update(table).where(table.c[key] == bindparam("row_id"))
    for some in _chunks(rows):
        session.connection().execute(statement, some)


def _chunks(rows: Sequence[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    return (list(rows[start : start + CHUNK]) for start in range(0, len(rows), CHUNK))
