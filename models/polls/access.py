"""Who may see which unit's results of a poll: officers once it is counted, members when it is published.

An officer sees the units they answer for and what is below them, and whoever answers for the unit that asked, or above it,
the whole. Of a poll that rates the committee, only those above the unit that asked see it by team (IV.3 of the plans asks
for honest opinions; nobody gives one to whom it rates).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from models.people import offices, rights, units
from models.people.units import Unit
from models.polls.polls import Poll
from models.store.database import Session


def may_see(session: Session, poll: Poll, unit_id: str, person_id: str, day: date) -> bool:
    """Whether this officer may see this unit's results."""
    if unit_id == poll.author_unit_id:
        return offices.may(session, person_id, rights.READ_RESULTS, unit_id, day)
    if poll.rates:
        return offices.may(session, person_id, rights.READ_RATING, poll.author_unit_id, day)
    return offices.may(session, person_id, rights.READ_RESULTS, unit_id, day)


def seen_below(session: Session, poll: Poll, unit_id: str, person_id: str, day: date) -> Sequence[Unit]:
    """The units right below one that this officer may see: all whose results they may see too, which is of all the same."""
    below = units.children(session, unit_id)
    return below if below and may_see(session, poll, below[0].id, person_id, day) else []


def may_member_see(session: Session, poll: Poll, unit_id: str, person_unit_id: str) -> bool:
    """Whether a member may see it, once it is published: the whole, and their own units unless the poll rates the
    committee."""
    own = [one.id for one in units.path(session, person_unit_id)]
    if poll.author_unit_id not in own:
        return False
    return unit_id == poll.author_unit_id or (not poll.rates and unit_id in own)
