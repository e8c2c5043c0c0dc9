"""Who is barred from a case: the people and the offices its reporter passed over.

Nobody is asked why. Barred are those who held office in a unit passed over, or another than the case went to in its
own (models.grievances.routes), when the case was posted, whatever they become later, for whomever they stand in and
whatever staff code they are given (models.people.roll_same); and, by their office, whoever comes to hold office
there. Somebody who came to an office there only afterwards and has risen since is not: nobody passed *them* over, and were
every later holder barred for good, a union in which leaders rise would in some years have nobody left to ask. Every
question about a case goes through `bars`: lists, cards, searches, statistics, alerts and the audit trail.

Rows name nobody in the open: the unit passed over is the reporter's own team, which a case shows only where the team is big
enough (models.grievances.cases.shown_unit), and its number of members would make the thief of a database guess well.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, SQLColumnExpression, exists, select
from sqlmodel import Field, col

from models.people import offices, units
from models.store.columns import Id, Ref
from models.store.database import Base, Session, insert_ignore
from models.store.ids import new_id
from models.store.sealing import keyed_hash

ROUND = 16
"""Rows come in multiples of so many, filled up with hashes of nobody: their number would tell how many officers the unit
passed over has, and with the roll beside it which unit that is."""


class Exclusion(Base, table=True):
    """`who` is the keyed hash of a person's or a unit's id: barred from this case, in their person or by their office."""

    __tablename__ = "exclusion"

    id: str = Id()
    grievance_id: str = Ref("grievance")
    who: str = Field(max_length=32)


def _hashed(session: Session, ids: Iterable[str]) -> list[str]:
    return sorted({keyed_hash(session, "exclusion.who", one) for one in ids})


def pass_over(session: Session, grievance_id: str, ids: Sequence[str], day: date) -> None:
    """Bars these units' officers, present and future; and people whose own ids are among them."""
    officers = _in_own_right(offices.held_in(session, ids, day))
    who = _hashed(session, [*ids, *officers])
    if who:
        who += [secrets.token_hex(16) for _ in range(-len(who) % ROUND)]
        rows = [{"id": new_id(), "grievance_id": grievance_id, "who": one} for one in sorted(who)]
        insert_ignore(session, Exclusion, rows)


def follow(session: Session, first_id: str, second_id: str) -> int:
    """Bars whoever is on the roll under a second row from all that the first is barred from; returns of how many cases."""
    (first,), (second,) = _hashed(session, [first_id]), _hashed(session, [second_id])
    barred = select(col(Exclusion.grievance_id)).where(col(Exclusion.who) == second)
    asked = select(col(Exclusion.grievance_id)).where(
        col(Exclusion.who) == first, col(Exclusion.grievance_id).not_in(barred)
    )
    cases = session.execute(asked.distinct()).scalars().all()
    for case_id in cases:
        who = sorted([second, *(secrets.token_hex(16) for _ in range(ROUND - 1))])
        insert_ignore(session, Exclusion, [{"id": new_id(), "grievance_id": case_id, "who": one} for one in who])
    return len(cases)


def any_for(session: Session, grievance_id: str) -> bool:
    """Whether somebody is barred from this case."""
    found = select(col(Exclusion.id)).where(col(Exclusion.grievance_id) == grievance_id).limit(1)
    return session.execute(found).first() is not None


def not_passed_over(session: Session, grievance_id: str, among: Sequence[units.Unit]) -> list[units.Unit]:
    """Those of these units that the reporter of this case did not pass over."""
    hashed = {unit.id: keyed_hash(session, "exclusion.who", unit.id) for unit in among}
    if not hashed:
        return []
    who = col(Exclusion.grievance_id) == grievance_id, col(Exclusion.who).in_(hashed.values())
    passed = set(session.execute(select(col(Exclusion.who)).where(*who)).scalars())
    return [unit for unit in among if hashed[unit.id] not in passed]


def bars_all(session: Session, grievance_id: str, ids: Sequence[str]) -> bool:
    """Whether all of these, people and units, are barred from this case; so it is where there are none."""
    who = set(_hashed(session, ids))
    asked = select(col(Exclusion.who)).where(col(Exclusion.grievance_id) == grievance_id, col(Exclusion.who).in_(who))
    return set(session.execute(asked).scalars()) == who


def _in_own_right(held: Iterable[offices.Office | offices.Seat]) -> set[str]:
    """Who holds these offices for themselves: whoever stands in for somebody was not the one passed over, and a leader could
    blind the committee by naming its chair as deputy."""
    return {one.person_id for one in held if one.deputy_for is None}


def routed_past(session: Session, unit_id: str, roles: Sequence[str], day: date) -> list[str]:
    """Who holds office in this unit, and none of the roles that a case went to: barred in their person, or whoever it is
    about would read it as soon as they stand in for the chair, or are chair themselves."""
    held = offices.held_in(session, [unit_id], day) if roles else []
    theirs = {one.person_id for one in held if one.role in roles}
    return sorted(_in_own_right(held) - theirs)


def recipients(
    session: Session, path: Sequence[units.Unit], day: date, person_id: str = ""
) -> dict[units.Level, units.Unit]:
    """Whom this person may write to, whose unit and those above it are `path`: the nearest unit of each level that somebody
    answers for who is not passed over by choosing it, and is not the writer. The lowest level first."""
    return recipients_in(offices.seats(session, path, day), path, person_id)


def recipients_in(
    seats: Sequence[offices.Seat], path: Sequence[units.Unit], person_id: str = ""
) -> dict[units.Level, units.Unit]:
    """The same of offices that are at hand."""
    found: dict[units.Level, units.Unit] = {}
    passed_over = {person_id}
    for level in units.LEVELS:
        answered = {seat.unit_id for seat in seats if seat.answers and seat.person_id not in passed_over}
        nearest = next((one for one in path if units.level(one) == level and one.id in answered), None)
        if nearest is not None:
            found[level] = nearest
            passed_over |= _in_own_right(seat for seat in seats if seat.unit_id == nearest.id)
    return found


DANGER: tuple[units.Level, ...] = ("grassroots", "superior", "team")
"""Whom danger goes to: the committee, which can act in the whole factory and at once; else those above, else the team."""


def receiving(answered: Mapping[units.Level, units.Unit], wanted: units.Level | None) -> units.Level | None:
    """Which level receives a grievance, of those that somebody answers for: the one that was chosen, or for danger (None)
    the first that there is. None where there is none."""
    return next((level for level in (DANGER if wanted is None else (wanted,)) if level in answered), None)


def rung_outside(session: Session, unit: units.Unit, day: date) -> bool:
    """Whether danger said in this grassroots union would ring anybody outside the team, once its officers have joined."""
    path = units.path(session, unit.id)
    seats = [replace(seat, reachable=True) for seat in offices.seats(session, path, day)]
    return receiving(recipients_in(seats, path), None) is not None  # no team is in the path


def below(answered: Mapping[units.Level, units.Unit], chosen: units.Level) -> list[str]:
    """The units that whoever writes to a level passes over: those below it that somebody answers for."""
    return [answered[level].id for level in units.LEVELS[: units.LEVELS.index(chosen)] if level in answered]


def bars(
    session: Session, grievance_id: SQLColumnExpression[str], person_id: str, unit_ids: Sequence[str]
) -> ColumnElement[bool]:
    """SQL: this person, holding office in these units, is barred from the case."""
    who = _hashed(session, [person_id, *unit_ids])
    return exists().where(col(Exclusion.grievance_id) == grievance_id, col(Exclusion.who).in_(who))
