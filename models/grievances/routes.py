"""Where a grievance may go, and what stands first: routes by kind (config/routes.toml) over the levels that anybody may
choose among (models.grievances.exclusions).

A route that names roles leads to these in the unit and to nobody else there: who else holds office in it sees nothing of
the case, whoever holds it later (models.grievances.access). Nobody is reached who is passed over by going so high, and
never the writer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from config import routes as given
from models.grievances import exclusions
from models.people import offices, units
from models.people.offices import Seat
from models.people.units import Level, Unit
from models.store.database import Session


@dataclass(frozen=True, slots=True)
class Destination:
    """A unit, and the roles in it that see the case: none named, all who answer there."""

    unit: Unit
    roles: tuple[str, ...] = ()

    @property
    def level(self) -> Level:
        return units.level(self.unit)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: their person's id (empty: anybody), their unit and those above it."""

    path: Sequence[Unit]
    person_id: str = ""


def preset(session: Session, category: str, writer: Writer, levels: Mapping[Level, Unit], day: date) -> Destination | None:
    """Where this kind goes first, of what can be reached; None where it has no route, or the route ends nowhere. `levels`:
    whom the writer may write to (`exclusions.recipients`)."""
    asks = any(one.roles for one in given.chain(category))
    return _first(category, writer, levels, offices.seats(session, writer.path, day) if asks else ())


def _first(category: str, writer: Writer, levels: Mapping[Level, Unit], seats: Sequence[Seat]) -> Destination | None:
    for one in given.chain(category):
        level = next(level for level in units.LEVELS if level == one.level)
        if not one.roles:
            if level in levels:
                return Destination(levels[level])
        elif (found := _of_roles(one.roles, level, writer, levels, seats)) is not None:
            return found
    return None


def _of_roles(
    roles: Sequence[str], level: Level, writer: Writer, levels: Mapping[Level, Unit], seats: Sequence[Seat]
) -> Destination | None:
    """The nearest unit of the level in which somebody with one of the roles can be reached who is not passed over."""
    below = {levels[one].id for one in units.LEVELS[: units.LEVELS.index(level)] if one in levels}
    passed_over = {writer.person_id} | {seat.person_id for seat in seats if seat.unit_id in below and seat.in_own_right}
    for unit in writer.path:
        held = {
            seat.role
            for seat in seats
            if seat.unit_id == unit.id and seat.handles and seat.role in roles and seat.person_id not in passed_over
        }
        if units.level(unit) == level and held:
            return Destination(unit, tuple(role for role in roles if role in held))
    return None


def wants_verified(category: str) -> bool:
    """Whether an answer of this kind has to be verified before it is given."""
    return next((one.verified for one in given.chain(category)), False)


def ending_nowhere(session: Session, unit: Unit, day: date) -> list[str]:
    """The routes, by name, on which nobody who holds an office would be found from this unit, whether they have joined or
    not."""
    writer = Writer(units.path(session, unit.id))
    seats = [replace(seat, reachable=True) for seat in offices.seats(session, writer.path, day)]
    levels = exclusions.recipients_in(seats, writer.path)
    named = [route for route in given.routes().values() if route.categories]
    return [route.name for route in named if _first(route.categories[0], writer, levels, seats) is None]
