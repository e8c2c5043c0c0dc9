"""Is it one person? A name that the roll knows as an officer's, in a list under another staff code; and a code that differs
from another only by zeros in front, which programs drop from lists as they please.

On promotion people are often given a new code. Taken for a new person they would come to see the cases of reporters who had
passed them over (models.grievances.exclusions), so an import asks, and goes on only when each is answered. Asked is wherever
it could matter: the one held an office at any time, the other is new on the roll or comes into an office with this list, and
their units are of one grassroots union, or one above the other. Codes that look alike are asked about whoever they
are: taken for somebody else, a person on the roll would be missing from the list, and lose their offices.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlmodel import col

from config.i18n import fold, with_d
from models.people import persons, units
from models.people.offices import Office
from models.people.persons import Person
from models.people.roll import Fault, Roll
from models.people.units import Unit
from models.store.database import Session


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """Are these two staff codes one person? `old` is on the roll, `new` in the list. `why`: name; zeros; listed (zeros, and
    both are new); unit (zeros, and they are codes of units)."""

    old: str
    new: str
    name: str
    old_unit: str
    new_unit: str
    why: str = "name"
    old_name: str = ""

    @property
    def may_be_same(self) -> bool:
        """Whether the answer may be yes. Of two rows of a list one would have to be taken out."""
        return self.why in ("name", "zeros")

    @property
    def is_surely_same(self) -> bool:
        return self.why == "zeros" and fold(self.name) == fold(self.old_name)


def bare(code: str) -> str:
    """A code without what programs change in it: zeros in front of a number, .0 behind it, the kind of Đ."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[.]0+$", "", with_d(code).upper()))


class _Tree:
    """Units by code, as they will stand."""

    def __init__(self, session: Session, roll: Roll) -> None:
        known = {unit.id: unit for unit in session.execute(select(Unit)).scalars()}
        self.code_of = {unit_id: unit.code for unit_id, unit in known.items()}
        self._parents = {unit.code: self.code_of.get(unit.parent_id or "", "") for unit in known.values()}
        self._kinds = {unit.code: unit.kind for unit in known.values()}
        for unit in roll.units:
            self._parents[unit.code], self._kinds[unit.code] = unit.parent, unit.kind
        self._grassroots = set(units.kinds("grassroots"))

    def _path(self, code: str) -> list[str]:
        found: list[str] = []
        while code and code not in found:
            found.append(code)
            code = self._parents.get(code, "")
        return found

    def is_near(self, one: str, other: str) -> bool:
        """Of one grassroots union, or one above the other."""
        mine, theirs = self._path(one), self._path(other)
        if one in theirs or other in mine:
            return True
        return any(code in theirs and self._kinds[code] in self._grassroots for code in mine)


def questions(session: Session, roll: Roll, opening: Mapping[str, bool]) -> list[Question]:
    """What is to be answered before this list is taken. `opening`: the staff codes in it that are new on the roll, or whose
    holder comes into an office."""
    tree = _Tree(session, roll)
    asked = [wanted for wanted in roll.people if opening.get(wanted.staff_code)]
    if not asked:
        return []
    officers = _officers(session, tree)
    found: set[Question] = set()
    for wanted in asked:
        for code, where in officers.get(fold(wanted.name), ()):
            near = next((unit for unit in where if tree.is_near(unit, wanted.unit)), None)
            if code != wanted.staff_code and near is not None:
                found.add(Question(code, wanted.staff_code, wanted.name, near, wanted.unit))
    return sorted(found)


def look_alikes(
    session: Session, roll: Roll, new: Sequence[str], unlisted: Sequence[Person], unit_codes: Mapping[str, str]
) -> list[Question]:
    """Staff codes that are new on the roll and look like another. `unlisted`: people on the roll who are not in the list."""
    if not new:
        return []
    listed = {wanted.staff_code: wanted for wanted in roll.people}
    others: dict[str, list[tuple[str, str, str, bool]]] = {}
    fresh = set(new)
    for wanted in roll.people:
        entry = (wanted.staff_code, wanted.name, wanted.unit, wanted.staff_code not in fresh)
        others.setdefault(bare(wanted.staff_code), []).append(entry)
    for person in unlisted:
        code = persons.staff_code_of(session, person)
        entry = (code, persons.name_of(session, person), unit_codes.get(person.unit_id, ""), True)
        others.setdefault(bare(code), []).append(entry)
    found = set()
    for code in new:
        wanted = listed[code]
        for other, name, unit, on_roll in others[bare(code)]:
            if other != code and (on_roll or other < code):
                why = "zeros" if on_roll else "listed"
                found.add(Question(other, code, wanted.name, unit, wanted.unit, why, name))
    return sorted(found)


def unit_look_alikes(new: Sequence[str], roll: Roll, known: Iterable[str]) -> list[Question]:
    """The same of units' codes: a second unit beside the one that everything hangs on."""
    names = {unit.code: unit.name for unit in roll.units}
    others: dict[str, set[str]] = {}
    for code in {*names, *known}:
        others.setdefault(bare(code), set()).add(code)
    fresh = set(new)
    return sorted(
        Question(other, code, names[code], "", "", "unit")
        for code in new
        for other in others[bare(code)]
        if other != code and (other not in fresh or other < code)
    )


def _officers(session: Session, tree: _Tree) -> dict[str, list[tuple[str, list[str]]]]:
    """(staff code, codes of their units) of everybody who ever held an office, by name."""
    held: dict[str, list[str]] = {}
    for person_id, unit_id in session.execute(select(col(Office.person_id), col(Office.unit_id)).distinct()):
        held.setdefault(person_id, []).append(tree.code_of[unit_id])
    ever = exists().where(col(Office.person_id) == col(Person.id))
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for person in session.execute(select(Person).where(ever, col(Person.staff_hash).is_not(None))).scalars():
        where = sorted({tree.code_of[person.unit_id], *held[person.id]})
        name = fold(persons.name_of(session, person))
        found.setdefault(name, []).append((persons.staff_code_of(session, person), where))
    return found


def unanswered(asked: Sequence[Question], same: Mapping[str, str], different: Sequence[tuple[str, str]]) -> list[Question]:
    """`same`: by new code, the old one. `different`: (old, new)."""
    return [one for one in asked if same.get(one.new) != one.old and (one.old, one.new) not in different]


def wrong(session: Session, roll: Roll, same: Mapping[str, str]) -> list[Fault]:
    """Why these answers cannot be."""
    listed = {wanted.staff_code for wanted in roll.people}
    found = [
        Fault("--same", 0, "same_not_listed", {"old": old, "new": new}) for new, old in same.items() if new not in listed
    ]
    for new, old in same.items():
        hashed = persons.staff_hash(session, old)
        if session.execute(select(col(Person.id)).where(col(Person.staff_hash) == hashed)).first() is None:
            found.append(Fault("--same", 0, "same_not_on_roll", {"old": old, "new": new}))
    if len(set(same.values())) < len(same):
        found.append(Fault("--same", 0, "same_twice"))
    return found
