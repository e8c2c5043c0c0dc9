"""What the units below owe, in numbers of cases, for the officers above them: no case is shown or opened. Named, by its code
and with no unit, is only what they may take over.

Counted is only what this officer could be shown if it came to their unit: a case whose reporter passed them over is in no
number (models.grievances.exclusions). A team is named only where its cards name it (models.grievances.cases.shown_unit);
the others are counted together, where there are several.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from models.anonymity import counts, night_counts
from models.grievances import access, rungs
from models.grievances.cases import OWED, Grievance, is_overdue
from models.people import offices, rights, units
from models.people.units import Unit
from models.store.database import Session


@dataclass(slots=True)
class Owing:
    """What a unit owes, with all below it. `unit`: None for the teams that are too small to be named."""

    unit: Unit | None
    overdue: int = 0
    urgent: int = 0


def owing(session: Session, person_id: str, now: datetime) -> list[Owing]:
    """The units below this officer's own that owe something overdue or urgent, those with most overdue first."""
    found: dict[str, Owing] = {}
    held = offices.held_by(session, person_id, now.date())
    for above in [units.get(session, one) for one in rights.below_of(held, rights.OVERSEE)]:
        tree = _Below(session, above)
        for case in access.overseen(session, person_id, above.id, now):
            line = tree.line_of(case)
            if line is None:
                continue
            one = found.setdefault(line.id if line is not above else f"small {above.id}", Owing(_named(line, above)))
            one.overdue += is_overdue(case, now)
            one.urgent += case.urgent
    owed = [one for one in found.values() if one.overdue or one.urgent]
    return sorted(owed, key=lambda one: (-one.overdue, -one.urgent, one.unit is None, one.unit.code if one.unit else ""))


def _named(line: Unit, above: Unit) -> Unit | None:
    return line if line is not above else None


class Reach(NamedTuple):
    """A case that a unit below holds, and the officer's own unit, which may take it over."""

    case: Grievance
    unit: Unit


def in_reach(session: Session, person_id: str, now: datetime, case_id: str = "") -> list[Reach]:
    """The cases below that this officer may take over, or have somebody read along: those overdue that are counted above,
    and those which the unit has had before and the worker does not wait to be asked about. The longest due first.
    `case_id`: this one only (by id or code)."""
    found: dict[str, Reach] = {}
    held = offices.held_by(session, person_id, now.date())
    among = [units.get(session, one) for one in rights.below_of(held, rights.TAKE_OVER)]
    for above in sorted(among, key=lambda one: units.LEVELS.index(units.level(one))):
        tree, had = _Below(session, above), rungs.had(session, above.id)
        states = (*OWED, "answered")
        for case in access.overseen(session, person_id, above.id, now, states=states, case_id=case_id):
            if case.id in had or (is_overdue(case, now) and tree.line_of(case) is not None):
                found.setdefault(case.id, Reach(case, above))
    return sorted(found.values(), key=lambda one: (one.case.due_at, one.case.id))


class _Below:
    """The tree below a unit, as far as lines of it are told apart: a grassroots union's teams, a superior union's
    grassroots unions."""

    def __init__(self, session: Session, above: Unit) -> None:
        self._session = session
        self._above = above
        self._paths: dict[str, list[Unit]] = {}
        self._small: bool | None = None

    def _path(self, unit_id: str) -> list[Unit]:
        """From this unit up to the one right below the officer's own."""
        if unit_id not in self._paths:
            path = list(units.path(self._session, unit_id))
            at = next((place for place, one in enumerate(path) if one.id == self._above.id), 0)
            self._paths[unit_id] = path[:at]
        return self._paths[unit_id]

    def line_of(self, case: Grievance) -> Unit | None:
        """In which line a case is counted: the officer's own unit stands for the teams that are not named."""
        path = self._path(case.holder_id)
        if not path:
            return None
        if units.level(self._above) == "superior":
            return next((one for one in path if units.level(one) == "grassroots"), path[-1])
        if self._is_named(case):
            return path[-1]
        return self._above if self._several_small() else None

    def _is_named(self, case: Grievance) -> bool:
        shown = self._path(case.unit_id)
        return bool(shown) and bool(night_counts.floor_of(self._session, counts.OWN, case.unit_id))

    def _several_small(self) -> bool:
        """Whether more than one team is too small to be named: of one alone “the small teams” would be its name."""
        if self._small is None:
            below = [one.id for one in units.children(self._session, self._above.id)]
            floors = night_counts.floors(self._session, counts.OWN, below)
            self._small = sum(not floor for floor in floors.values()) > 1
        return self._small
