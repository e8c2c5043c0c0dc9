"""What keeps one person, or many accounts of one, from drowning a unit: budgets of a chat, and of an officer's phone.

A chat's budget stands in its own sealed state and names nobody; a unit's is read from the cases themselves. Nothing is
refused to anybody because of what others sent, or an answer would tell that they did: what comes in too fast is kept, and
only told of together. Danger is always taken, and the first in an hour rings at once, whoever it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from sqlalchemy import func, select
from sqlmodel import col

from models.anonymity.events import Event
from models.grievances import access, cases, exclusions
from models.grievances.cases import OPEN, Entry, Grievance
from models.store import firings
from models.store.database import Session

HOUR = timedelta(hours=1)
SOON = timedelta(minutes=10)
"""So long after the first ring the dangers that came meanwhile ring together; those after that when the hour is over."""
_INSTANT = timedelta(microseconds=1)

# A chat's budget is one moment: that at which it is whole again, in seconds since 1970, always of ten digits. A list of what
# was sent would make the sealed state of who sent something longer than that of others.


def free_at(budget: str, now: datetime, most: int) -> datetime | None:
    """From when on one more may be sent, of `most` in an hour; None for at once."""
    at = datetime.fromtimestamp(int(budget), UTC) - HOUR + HOUR / most
    return at if at > now else None


def spent(budget: str, now: datetime, most: int) -> str:
    """What is left after one more."""
    whole = max(int(budget), int(now.timestamp())) + int(HOUR.total_seconds()) // most
    return f"{whole:010}"


def earlier_danger(
    session: Session, reporter_id: str, holder_id: str, passed_over: Sequence[str], now: datetime
) -> Grievance | None:
    """The open case in which this person said, within the hour, that somebody is in danger: more of it is added there. Only
    one that this unit has, and that everybody is barred from whom the new words pass over: else they would be read by those
    whom they are about."""
    mine = [case for case in cases.own(session, reporter_id) if case.urgent and case.state in OPEN]
    return next(
        (
            case
            for case in reversed(mine)
            if now - case.created_at < HOUR
            and case.holder_id == holder_id
            and exclusions.bars_all(session, case.id, passed_over)
        ),
        None,
    )


# A unit's phones. An hour is one of the clock: what was told in it is then known without being written down.


def hour_of(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def rings(session: Session, case: Grievance, now: datetime) -> bool:
    """Whether this danger is the first of the hour for those who hold the case, and rings now; noted with it."""
    return firings.claim(session, "danger", case.holder_id, hour_of(now))


def is_told_apart(session: Session, case: Grievance, event: Event, now: datetime, most: int) -> bool:
    """Whether officers are shown this at once: not of a later danger, which rings with others, and not of more than `most`
    messages of workers in an hour."""
    if case.urgent and event.kind in access.DANGERS:
        return False
    heard = access.heard_apart(hour_of(now), now + _INSTANT)
    found = select(col(Entry.id)).where(*heard, col(Grievance.holder_id) == case.holder_id)
    return len(session.execute(found.limit(most + 1)).all()) <= most


@dataclass(frozen=True, slots=True)
class Together:
    """What the officers of a unit are told of in one: dangers, or messages, from `begin` to `end`, of which `told` were told
    apart. Firing `name` for `fire_at` is theirs."""

    name: str
    unit_id: str
    fire_at: datetime
    begin: datetime
    end: datetime
    told: int


def dangers_due(session: Session, now: datetime) -> list[Together]:
    """The dangers of this hour and the last that have not rung, and should by now."""
    since = hour_of(now) - HOUR
    asked = select(col(Grievance.holder_id), col(Entry.at)).where(*access.dangers(since, now))
    found = session.execute(asked.order_by(col(Grievance.holder_id), col(Entry.at)))
    due: list[Together] = []
    for (unit_id, hour), times in groupby(found, key=lambda row: (row[0], hour_of(row[1]))):
        due += _after_the_first(unit_id, hour, [at for _, at in times], now)
    return [one for one in due if not firings.was_claimed(session, one.name, one.unit_id, one.fire_at)]


def _after_the_first(unit_id: str, hour: datetime, times: Sequence[datetime], now: datetime) -> Iterator[Together]:
    first, over = times[0], hour + HOUR
    soon = min(first + SOON, over)
    if now >= soon and any(first <= at <= soon for at in times[1:]):
        yield Together("dangers", unit_id, soon, first, soon, told=1)
    if now >= over > soon and times[-1] > soon:
        yield Together("dangers", unit_id, over, soon + _INSTANT, over, told=0)


def count(session: Session, person_id: str, what: Together, now: datetime) -> int:
    """How many of them this officer may see and was not told of."""
    ask = access.count_urgent if what.name == "dangers" else access.count_heard
    return max(0, ask(session, person_id, what.unit_id, what.begin, what.end, now) - what.told)


def messages_due(session: Session, now: datetime, most: int) -> list[Together]:
    """The units whose workers wrote more than `most` messages in the hour that is over."""
    end = hour_of(now)
    begin = end - HOUR
    counted = select(col(Grievance.holder_id)).where(*access.heard_apart(begin, end)).group_by(col(Grievance.holder_id))
    found = session.execute(counted.having(func.count() > most)).scalars()
    due = [Together("more", unit_id, end, begin, end, told=most) for unit_id in found]
    return [one for one in due if not firings.was_claimed(session, one.name, one.unit_id, one.fire_at)]


def claim(session: Session, what: Together) -> bool:
    """Whether it is ours to tell."""
    return firings.claim(session, what.name, what.unit_id, what.fire_at)
