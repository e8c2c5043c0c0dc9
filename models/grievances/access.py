"""Which cases an officer may see: those held by a unit they answer for, but for those whose reporter passed them over.

Asked here and nowhere else, each time anew: an office may have ended, a case gone up, since a button was sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlmodel import col

from models.grievances import exclusions, observers
from models.grievances.cases import BY_NOBODY, OPEN, OWED, Entry, Grievance, State, between_commas, own
from models.people import offices, rights, units
from models.people.accounts import Account
from models.people.persons import Person
from models.people.units import Unit
from models.store.database import Session
from models.store.ids import is_id
from models.store.listed import Listed


def _own_right(held: Sequence[offices.Office]) -> list[str]:
    """The units of the offices that are not exercised for somebody else: standing in neither bars nor opens a name."""
    return [one.unit_id for one in held if one.deputy_for is None]


def _filed_by(session: Session, person_id: str) -> list[str]:
    """What this person has filed as a worker: nobody handles a case of their own, also one that came to their unit, or of
    which they came to the unit, afterwards. Reckoned each time and written nowhere: a row that bars somebody from a case,
    written when they came into an office, would say whose case it is. For the same reason it is asked of their own screens
    alone: on a colleague's, whoever is missing from a list of officers would be known by it."""
    somebody = session.get(Person, person_id)
    return [case.id for case in own(session, somebody.reporter_id)] if somebody is not None else []


def _theirs(session: Session, person_id: str, now: datetime) -> ColumnElement[bool]:
    """SQL: held by a unit this officer answers for, or routed to their role in it, and not closed to them."""
    held = offices.held_by(session, person_id, now.date())
    whole = rights.units_of(held, rights.ANSWER)
    came: ColumnElement[bool] = col(Grievance.holder_id).in_(whole)
    routed = [one for one in held if one.unit_id not in whole and rights.may(one.role, "own", rights.HANDLE)]
    if routed:  # only then: the rest of the officers need not pay for it
        came = or_(came, *(and_(col(Grievance.holder_id) == one.unit_id, _routed_to(one)) for one in routed))
    return and_(came, may_know(session, person_id, now))


def _routed_to(held: offices.Office) -> ColumnElement[bool]:
    """SQL: for this role, in this unit."""
    return and_(
        col(Grievance.routed_to).is_not(None),
        col(Grievance.routed_to) == held.unit_id,
        col(Grievance.to_roles).contains(between_commas([held.role]), autoescape=True),
    )


def _routed_past(held: Sequence[offices.Office]) -> ColumnElement[bool]:
    """SQL: for other roles, in a unit in which somebody with these offices holds one: whatever else they hold elsewhere."""
    closed = []
    for unit_id in dict.fromkeys(one.unit_id for one in held):
        theirs = [_routed_to(one) for one in held if one.unit_id == unit_id]
        here = and_(col(Grievance.routed_to).is_not(None), col(Grievance.routed_to) == unit_id)
        closed.append(and_(here, ~or_(*theirs)))
    return or_(false(), *closed)


def may_know(session: Session, person_id: str, now: datetime) -> ColumnElement[bool]:
    """SQL: neither closed to this officer nor filed by them, whoever holds it: without this nothing is said of a case, nor
    is it counted."""
    return and_(~_closed(session, person_id, now), col(Grievance.id).not_in(_filed_by(session, person_id)))


def _closed(session: Session, person_id: str, now: datetime) -> ColumnElement[bool]:
    """SQL: the reporter passed this officer over, in their person or by their office; or it went to other roles where they
    hold office."""
    held = offices.held_by(session, person_id, now.date())
    return or_(exclusions.bars(session, col(Grievance.id), person_id, _own_right(held)), _routed_past(held))


def _theirs_open(session: Session, person_id: str, now: datetime) -> ColumnElement[bool]:
    return and_(_theirs(session, person_id, now), col(Grievance.state).in_(OPEN))


def visible_to(session: Session, person_id: str, now: datetime) -> Sequence[Grievance]:
    """The open cases this officer may handle (models.grievances.work orders them)."""
    return session.execute(select(Grievance).where(_theirs_open(session, person_id, now))).scalars().all()


def visible_ids(session: Session, person_id: str, now: datetime) -> Select[str]:
    """SQL: the ids of the same."""
    return select(col(Grievance.id)).where(_theirs_open(session, person_id, now))


def all_of(session: Session, person_id: str, now: datetime) -> Listed[Grievance]:
    """The cases this officer may see, open and closed, the newest first."""
    statement = select(Grievance).where(_theirs(session, person_id, now))
    return Listed(session, statement.order_by(col(Grievance.created_at).desc(), col(Grievance.id)))


def overseen(
    session: Session, person_id: str, above_id: str, now: datetime, *, states: Sequence[str] = OWED, case_id: str = ""
) -> Sequence[Grievance]:
    """The open cases owed an answer by the units below one, for an officer in that one to count: none that is barred to
    them, or to that unit, or is their own. `case_id`: this one only (by id or code)."""
    held = offices.held_by(session, person_id, now.date())
    named = [_named(case_id)] if case_id else []
    statement = select(Grievance).where(
        *named,
        ~exclusions.bars(session, col(Grievance.id), person_id, [above_id]),
        col(Grievance.state).in_(states),
        col(Grievance.holder_id).in_(units.BELOW),
        col(Grievance.holder_id).not_in([above_id, *rights.units_of(held, rights.HANDLE)]),
        may_know(session, person_id, now),
    )
    return session.execute(statement, {"start": above_id}).scalars().all()


def for_officer(session: Session, person_id: str, case_id: str, now: datetime) -> Grievance | None:
    """The case (by id or code), open or closed, if this officer may see it."""
    statement = select(Grievance).where(_named(case_id), _theirs(session, person_id, now))
    return session.execute(statement).scalar_one_or_none()


def _named(case_id: str) -> ColumnElement[bool]:
    """SQL: by its id or its code. Not “id or code”: with an OR the planner may rather walk all that a unit ever held."""
    return (col(Grievance.id) if is_id(case_id) else col(Grievance.code)) == case_id


# Reading along (models.grievances.observers).


def _read_along(session: Session, person_id: str, now: datetime) -> ColumnElement[bool]:
    """SQL: this officer was asked to read it along, holds that office still, and may know of it."""
    held = offices.held_by(session, person_id, now.date())
    own = [one for one in held if one.deputy_for is None]
    asked = observers.reads(session, col(Grievance.id), person_id, rights.units_of(own, rights.HANDLE))
    return and_(asked, may_know(session, person_id, now))


def read_along(session: Session, person_id: str, now: datetime) -> Listed[Grievance]:
    """The cases that this officer reads along and does not handle, the newest first."""
    theirs = _read_along(session, person_id, now), ~_theirs(session, person_id, now)
    return Listed(session, select(Grievance).where(*theirs).order_by(col(Grievance.created_at).desc(), col(Grievance.id)))


def to_read(session: Session, person_id: str, case_id: str, now: datetime) -> Grievance | None:
    """The case (by id or code), if this officer may see it, or reads it along."""
    along = select(Grievance).where(_named(case_id), _read_along(session, person_id, now))
    return for_officer(session, person_id, case_id, now) or session.execute(along).scalar_one_or_none()


def may_read_along(session: Session, case: Grievance, now: datetime) -> list[offices.Office]:
    """Who may be asked to read the case along: the offices in the grassroots union and above that can be reached, of those
    who do not handle it and to whom it is not closed; who filed it is among them (`_filed_by`). One of each person's."""
    above = [one for one in units.path(session, case.holder_id) if units.level(one) != "team"]
    handling = offices.officers_of(session, case.holder_id, now.date(), _right_in(case, case.holder_id))
    handle = {somebody.id for _account, somebody, _office in handling}
    found: dict[str, offices.Office] = {}
    for unit in exclusions.not_passed_over(session, case.id, above):
        for _account, somebody, office in offices.officers_of(session, unit.id, now.date()):
            if office.deputy_for is None and somebody.id not in handle and not is_closed_to(session, case, somebody.id, now):
                found.setdefault(somebody.id, office)
    return list(found.values())


def handlers_of(session: Session, case: Grievance, now: datetime) -> list[tuple[Account, Person]]:
    """Everybody who handles this case now and can be reached, once a chat: the unit's officers but for those it is closed
    to."""
    found = {
        account.id: (account, somebody)
        for account, somebody, _office in offices.officers_of(session, case.holder_id, now.date())
        if for_officer(session, somebody.id, case.id, now) is not None
    }
    return list(found.values())


def colleagues(session: Session, case: Grievance, now: datetime) -> list[Person]:
    """To whom a case may be given in the unit that holds it, as its officers see it: everybody but those it is closed to,
    also who filed it (`_filed_by`)."""
    officers = offices.officers_of(session, case.holder_id, now.date(), _right_in(case, case.holder_id))
    found = {somebody.id: somebody for _account, somebody, _office in officers}
    return [somebody for somebody in found.values() if not is_closed_to(session, case, somebody.id, now)]


def _right_in(case: Grievance, unit_id: str) -> rights.Right:
    """What it takes to see the case where this unit holds it: where it was routed to roles, these see it that see no other;
    the rest it is closed to."""
    return rights.HANDLE if case.routed_to == unit_id else rights.ANSWER


def units_above(session: Session, case: Grievance, now: datetime) -> list[Unit]:
    """The units above the one that holds the case, nearest first, in which somebody who is not barred answers for cases:
    never one that its reporter passed over, as below. Where the same people would have it who have it now, it goes past
    them, if anybody else is above."""
    above = exclusions.not_passed_over(session, case.id, units.path(session, case.holder_id)[1:])
    if not above:
        return []
    here = {one.person_id for one in offices.held_in(session, [case.holder_id], now.date()) if one.deputy_for is None}
    return _reaching(session, case, above, now, here) or _reaching(session, case, above, now)


def units_below(session: Session, case: Grievance, now: datetime) -> list[Unit]:
    """The units between the holder and where the case came from, nearest to the holder first, in which somebody who is not
    barred answers for cases: never one that its reporter passed over, whoever stands in there for somebody."""
    path = list(units.path(session, case.unit_id))
    held = next((place for place, unit in enumerate(path) if unit.id == case.holder_id), 0)
    return _reaching(session, case, exclusions.not_passed_over(session, case.id, path[:held][::-1]), now)


def _reaching(
    session: Session, case: Grievance, among: Sequence[Unit], now: datetime, but: Collection[str] = ()
) -> list[Unit]:
    """Those in which somebody answers, besides these people, to whom it is not closed."""
    answering = offices.answering(session, among, now.date()) if among else {}
    for one in among:
        if one.id == case.routed_to:
            answering |= offices.answering(session, [one], now.date(), _right_in(case, one.id))
    found = {one.id: answering.get(one.id, set()) - set(but) for one in among}
    return [one for one in among if any(not is_closed_to(session, case, who, now) for who in found[one.id])]


def beyond(session: Session, case: Grievance, levels: Mapping[units.Level, Unit], now: datetime) -> dict[units.Level, Unit]:
    """Of these units, whom its reporter may write to about being made to suffer for the case: those above the unit that has
    it; where nobody can be reached there, those beside it or below in which somebody answers to whom it is not closed."""
    path = [unit.id for unit in units.path(session, case.holder_id)]
    open_to = {level: unit for level, unit in levels.items() if would_reach(session, case, unit, (), now)}
    above = {level: unit for level, unit in open_to.items() if unit.id in path[1:]}
    return above or {level: unit for level, unit in open_to.items() if unit.id != case.holder_id}


def would_reach(session: Session, case: Grievance, unit: Unit, roles: Sequence[str], now: datetime) -> bool:
    """Whether somebody in this unit who has one of the roles (none: who answers there) is neither among those whom the case
    is closed to, nor among those who have it now by holding office elsewhere."""
    if roles:
        seats = offices.seats(session, [unit], now.date())
        people = {seat.person_id for seat in seats if seat.handles and seat.role in roles}
    else:
        people = offices.answering(session, [unit], now.date()).get(unit.id, set())
    if unit.id != case.holder_id:
        held = offices.held_in(session, [case.holder_id], now.date())
        people = people - {one.person_id for one in held if one.deputy_for is None}
    return any(not is_closed_to(session, case, who, now) for who in people)


def closed_in(session: Session, case: Grievance, unit: Unit, now: datetime) -> list[str]:
    """Who holds office in this unit and is barred from the case: from another one about it they are barred as well."""
    held = {one.person_id for one in offices.held_in(session, [unit.id], now.date())}
    return sorted(who for who in held if is_closed_to(session, case, who, now))


def is_closed_to(session: Session, case: Grievance, person_id: str, now: datetime) -> bool:
    """Whether its reporter passed this officer over, or sent it to other roles of their unit."""
    closed = select(col(Grievance.id)).where(col(Grievance.id) == case.id, _closed(session, person_id, now))
    return session.execute(closed).first() is not None


def is_open_to_all(session: Session, case: Grievance) -> bool:
    """Whether it may be known to whoever holds office in a unit that has it: nobody was passed over, and it went to no
    roles."""
    return case.routed_to is None and not exclusions.any_for(session, case.id)


def is_committee(session: Session, person_id: str, case: Grievance, now: datetime) -> bool:
    """Whether this officer sits on the executive committee of the grassroots union the case came from."""
    grassroots = units.grassroots_of(session, case.unit_id)
    own = [one for one in offices.held_by(session, person_id, now.date()) if one.deputy_for is None]
    return grassroots.id in rights.units_of(own, rights.KNOW_NAME)


_BY_WORKER = col(Entry.officer_id).is_(None), col(Entry.kind).not_in(BY_NOBODY)


def _heard(begin: datetime, end: datetime) -> ColumnElement[bool]:
    """SQL: a worker wrote in the case between two moments."""
    wrote = col(Entry.grievance_id) == col(Grievance.id), *_BY_WORKER
    return exists().where(*wrote, col(Entry.at) >= begin, col(Entry.at) < end)


def heard_since(session: Session, person_id: str, begin: datetime, end: datetime, now: datetime) -> Sequence[Grievance]:
    """The open cases of this officer in which a worker wrote between two moments, oldest first."""
    statement = select(Grievance).where(_theirs_open(session, person_id, now), _heard(begin, end))
    return session.execute(statement.order_by(col(Grievance.created_at), col(Grievance.id))).scalars().all()


def state_counts(
    session: Session, person_id: str, unit_id: str, begin: datetime, end: datetime, now: datetime
) -> dict[State, int]:
    """How many cases that this officer may see came to the unit between two moments, by the state they are in now."""
    statement = (
        select(col(Grievance.state), func.count())
        .where(
            _theirs(session, person_id, now),
            col(Grievance.holder_id) == unit_id,
            col(Grievance.created_at) >= begin,
            col(Grievance.created_at) < end,
        )
        .group_by(col(Grievance.state))
    )
    return dict(session.execute(statement).all())


DANGERS = ("report", "danger")
"""Entries of an urgent case by which its reporter says that somebody is in danger."""


def dangers(begin: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    """SQL: where somebody said, from `begin` to `end`, that there is danger. A case is of the hour before at the earliest
    (models.grievances.floods.earlier_danger), so that few are read."""
    return (
        col(Entry.grievance_id) == col(Grievance.id),
        col(Grievance.urgent).is_(True),
        col(Grievance.state).in_(OPEN),
        col(Grievance.created_at) >= begin - timedelta(hours=1),
        col(Entry.kind).in_(DANGERS),
        col(Entry.at) >= begin,
        col(Entry.at) <= end,
    )


def count_urgent(session: Session, person_id: str, unit_id: str, begin: datetime, end: datetime, now: datetime) -> int:
    """How often danger was said from `begin` to `end` in the unit's cases that this officer may see."""
    asked = select(func.count()).select_from(Entry).join(Grievance, col(Grievance.id) == col(Entry.grievance_id))
    asked = asked.where(_theirs_open(session, person_id, now), *dangers(begin, end))
    return int(session.execute(asked.where(col(Grievance.holder_id) == unit_id)).scalar_one())


def heard_apart(begin: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    """SQL: what workers wrote in open cases between two moments, but for dangers, which ring by themselves."""
    return (
        col(Entry.grievance_id) == col(Grievance.id),
        col(Grievance.state).in_(OPEN),
        *_BY_WORKER,
        col(Entry.at) >= begin,
        col(Entry.at) < end,
        ~and_(col(Grievance.urgent).is_(True), col(Entry.kind).in_(DANGERS)),
    )


def count_heard(session: Session, person_id: str, unit_id: str, begin: datetime, end: datetime, now: datetime) -> int:
    """How often workers wrote so in the unit's cases that this officer may see."""
    asked = select(func.count()).select_from(Entry).join(Grievance, col(Grievance.id) == col(Entry.grievance_id))
    asked = asked.where(_theirs_open(session, person_id, now), *heard_apart(begin, end))
    return int(session.execute(asked.where(col(Grievance.holder_id) == unit_id)).scalar_one())


# Which units the clock should tell (handlers.grievances.digest). `but` is a condition on HOLDER.

HOLDER = col(Grievance.holder_id)


def units_heard_since(
    session: Session, begin: datetime, end: datetime, *, but: ColumnElement[bool], most: int
) -> Sequence[str]:
    """Units that hold an open case in which a worker wrote between two moments."""
    statement = select(HOLDER).where(col(Grievance.state).in_(OPEN), _heard(begin, end), ~but).distinct().limit(most)
    return session.execute(statement).scalars().all()


def units_reached_since(
    session: Session, begin: datetime, end: datetime, *, but: ColumnElement[bool], most: int
) -> Sequence[str]:
    """Units that hold a case, open or closed, which came between two moments."""
    came = col(Grievance.created_at) >= begin, col(Grievance.created_at) < end
    return session.execute(select(HOLDER).where(*came, ~but).distinct().limit(most)).scalars().all()
