"""Who may take part in a round and whether they have: what stops a second vote, and whom a reminder is for.

Rows are made when the round opens, for everybody who may vote, in the order of their ids, which are keyed hashes: neither
order nor anything in a row leads to a person without the keys, and whoever joins later cannot be told from the rest by
subtracting. A row says that somebody has taken part by a mark that fits only the one event that won; no ballot knows it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import bindparam, delete, exists, insert, select, update
from sqlmodel import Field, col

from models.anonymity.events import Event
from models.broadcasts import audiences
from models.people import units
from models.people.accounts import Account
from models.people.persons import Person
from models.store.columns import Ref
from models.store.database import Base, Session
from models.store.sealing import keyed_hash
from models.store.tail import batches


class Turnout(Base, table=True):
    """`id` is the keyed hash of round and person. `unit_id` is where the person belonged when the round opened. `mark` is
    empty until they take part, then the keyed hash of the event in which they did."""

    __tablename__ = "turnout"

    id: str = Field(primary_key=True, max_length=32)
    round_id: str = Ref("round")
    unit_id: str = Ref("unit", index=False)
    mark: str = Field(default="", max_length=32)


def voter(session: Session, round_id: str, person_id: str) -> str:
    return keyed_hash(session, "turnout", round_id, person_id)


def electorate(
    session: Session, unit_ids: Iterable[str], *, slips_only: bool, rule: str = "", day: date = date.max
) -> dict[str, str]:
    """Who may vote, with the unit each belongs to: everybody in these units and below who has joined. `slips_only`: with a
    one-time slip or a staff code, one a head, and not by a code that hangs on the wall (Account.verified)."""
    if rule:
        return _of_rule(session, rule, day, slips_only=slips_only)
    wanted = {found for unit_id in unit_ids for found in units.below(session, unit_id)}
    joined = select(col(Person.id), col(Person.unit_id)).join(Account, col(Account.person_id) == col(Person.id))
    if slips_only:
        joined = joined.where(col(Account.verified).is_(True))
    joined = joined.where(col(Account.confirmed).is_(True))
    found: dict[str, str] = {}
    for some in batches(sorted(wanted)):
        found.update(row for row in session.execute(joined.where(col(Person.unit_id).in_(some))))
    return found


def _of_rule(session: Session, rule: str, day: date, *, slips_only: bool) -> dict[str, str]:
    """The same of a narrower rule (models.broadcasts.audiences)."""
    chosen = audiences.people(audiences.Audience.load(rule), day).subquery("chosen")
    joined = exists().where(col(Account.person_id) == chosen.c.person_id, col(Account.confirmed).is_(True))
    if slips_only:
        joined = joined.where(col(Account.verified).is_(True))
    return dict(session.execute(select(chosen.c.person_id, chosen.c.unit_id).where(joined)).all())


def invite(session: Session, round_id: str, people: dict[str, str]) -> int:
    """Makes the rows of a round: one for each person, with the unit they belong to."""
    rows = sorted((voter(session, round_id, person), unit_id) for person, unit_id in people.items())
    for some in batches(rows, 10_000):
        made = [{"id": one, "round_id": round_id, "unit_id": unit_id, "mark": ""} for one, unit_id in some]
        session.connection().execute(insert(Turnout), made)
    return len(rows)


_MARK = update(Turnout).where(col(Turnout.id) == bindparam("voter"), col(Turnout.mark) == "").values(mark=bindparam("fits"))


def take_part(session: Session, events: Iterable[Event]) -> None:
    """Notes that these voters have taken part, each by the first event that gets here. In a transaction that writes nothing
    else; doing it again changes nothing."""
    found = [{"voter": event.reporter_id, "fits": _mark(session, event)} for event in events]
    if found:
        session.connection().execute(_MARK, sorted(found, key=lambda one: one["voter"]))


def marks(session: Session, events: Iterable[Event]) -> dict[str, str]:
    """The voters of these events, with what their rows say; those whose round is gone are not among them."""
    wanted = sorted({event.reporter_id for event in events})
    asked = select(col(Turnout.id), col(Turnout.mark))
    return {
        row_id: mark for some in batches(wanted) for row_id, mark in session.execute(asked.where(col(Turnout.id).in_(some)))
    }


def is_first(session: Session, event: Event, marks: dict[str, str]) -> bool:
    """Whether this event is the one in which its voter took part."""
    return marks.get(event.reporter_id) == _mark(session, event)


def _mark(session: Session, event: Event) -> str:
    return keyed_hash(session, "turnout.mark", event.entry_id)


def missing(session: Session, round_id: str, person_ids: Iterable[str]) -> list[str]:
    """Those of these people who may vote and have not: for invitations and the one reminder."""
    whose = {voter(session, round_id, person): person for person in person_ids}
    asked = select(col(Turnout.id)).where(col(Turnout.mark) == "")
    waiting = (
        one for some in batches(list(whose)) for one in session.execute(asked.where(col(Turnout.id).in_(some))).scalars()
    )
    return [whose[one] for one in waiting]


def members(session: Session, round_id: str) -> dict[str, str]:
    """Everybody who might vote in a round, by their id in it, and the unit they belonged to."""
    asked = select(col(Turnout.id), col(Turnout.unit_id)).where(col(Turnout.round_id) == round_id)
    return dict(session.execute(asked).all())


def forget(session: Session, round_id: str) -> None:
    session.execute(delete(Turnout).where(col(Turnout.round_id) == round_id))
