"""A round: one opening of a poll, from the moment it opens until its ballots are counted or it is cancelled.

`planned` → `open` → `counted`, or `cancelled`; before it is planned it may wait for a second officer (`waiting`). A round is
open to votes until `closes_at` and counted a little later (COUNTED_AFTER): by then whatever was cast in time has been
posted, without any lock between voters and the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, delete, or_, select, update
from sqlmodel import Field, col

from models.polls import turnout
from models.polls.boxes import BallotBox
from models.polls.polls import Content, Poll, content_of
from models.store import recurrence
from models.store.columns import Id, Ref
from models.store.database import Base, Session
from models.store.listed import Listed
from models.store.throwaway_keys import kept_keys

COUNTED_AFTER = timedelta(minutes=2)
"""Longer than a ballot waits to be posted (moments.SOON) and than any transaction takes."""


class Unplannable(Exception):
    """It would close before it opens, or has begun already."""


class Round(Base, table=True):
    """Times are those planned, not when something was done. `receipts_hash`: of the list of receipt codes, once counted.
    `published`: members may see what officers see."""

    __tablename__ = "round"

    id: str = Id()
    poll_id: str = Ref("poll")
    opens_at: datetime
    closes_at: datetime
    state: str = Field(default="planned", max_length=10, index=True)
    receipts_hash: str = Field(default="", max_length=64)
    published: bool = False

    def takes_votes(self, now: datetime) -> bool:
        return takes_votes(self.state, self.closes_at, now)


def takes_votes(state: str, closes_at: datetime, now: datetime) -> bool:
    return state == "open" and now < closes_at


@dataclass(frozen=True, slots=True)
class Form:
    """What a round asks, whether by name, whether it gives codes, and whether anybody may vote: what never changes."""

    content: Content
    receipts: bool
    is_open: bool


_WITH_POLL = select(Round, Poll).join(Poll, col(Poll.id) == col(Round.poll_id)).where(col(Round.id) == bindparam("one"))


def with_poll(session: Session, round_id: str) -> tuple[Round, Poll] | None:
    row = session.execute(_WITH_POLL, {"one": round_id}).one_or_none()
    return (row[0], row[1]) if row else None


def form_of(session: Session, round_id: str) -> Form | None:
    """None where there is no such round. Read once in a process: every tap of a vote asks this."""
    forms: dict[str, Form] = session.info["forms"]
    if round_id not in forms and (found := with_poll(session, round_id)) is not None:
        poll = found[1]
        forms[round_id] = Form(content_of(session, poll), poll.receipts, poll.is_open)
    return forms.get(round_id)


def plan(
    session: Session, poll: Poll, opens_at: datetime, closes_at: datetime | None = None, *, waits: bool = False
) -> Round:
    """`waits`: until `approve`. Raises `Unplannable`."""
    closes_at = closes_at or opens_at + timedelta(days=poll.open_days)
    if closes_at <= opens_at:
        raise Unplannable
    state = "waiting" if waits else "planned"
    planned = Round(poll_id=poll.id, opens_at=opens_at, closes_at=closes_at, state=state)
    session.add(planned)
    session.flush()
    return planned


def approve(session: Session, round_: Round, now: datetime) -> bool:
    """A second officer agrees: it opens when it was to, or now, and is open as long as it was to be. It stays planned for
    when it was: the next rounds are counted from there. False where it does not wait any more."""
    late = max(now - round_.opens_at, timedelta())
    changed = session.execute(
        update(Round)
        .where(col(Round.id) == round_.id, col(Round.state) == "waiting")
        .values(state="planned", closes_at=round_.closes_at + late)
    )
    session.refresh(round_)
    return bool(changed.rowcount)  # type: ignore[attr-defined]


def close(session: Session, round_: Round, now: datetime) -> None:
    """Ends the votes early; counting follows by the clock."""
    if round_.state == "open" and now < round_.closes_at:
        round_.closes_at = now
        session.add(round_)
        session.flush()


def cancel(session: Session, round_: Round) -> None:
    """Nothing of it is ever counted. The key is destroyed after the commit (`sweep_keys`)."""
    still = col(Round.id) == round_.id, col(Round.state).in_(("waiting", "planned", "open"))
    ended = session.execute(update(Round).where(*still).values(state="cancelled"))
    session.refresh(round_)
    if ended.rowcount:  # type: ignore[attr-defined]
        session.execute(delete(BallotBox).where(col(BallotBox.round_id) == round_.id))
        turnout.forget(session, round_.id)


_ALIVE = (
    select(Round)
    .where(
        or_(
            col(Round.state) == "open",
            and_(col(Round.state) == "planned", col(Round.opens_at) <= bindparam("now")),
            and_(col(Round.state) == "counted", col(Round.closes_at) >= bindparam("since")),
        )
    )
    .order_by(col(Round.id))
)


def of_the_clock(session: Session, now: datetime, since: datetime) -> Sequence[Round]:
    """Rounds of which something may be due: planned until now, open, or counted since a moment. One question, because the
    tick asks it each second and most of the time there is none."""
    return session.execute(_ALIVE, {"now": now, "since": since}).scalars().all()


def is_to_open(round_: Round, now: datetime) -> bool:
    return round_.state == "planned" and round_.opens_at <= now


def is_to_count(round_: Round, now: datetime) -> bool:
    return round_.state == "open" and round_.closes_at <= now - COUNTED_AFTER


def sweep_keys(session: Session) -> None:
    """Destroys the keys of rounds that are over; by the clock. A session that reads: what is not committed must not cost a
    key; and a key of a round that this database does not know is another's (a copy opened to look at it) and stays."""
    if (keys := kept_keys(session)) is None:
        return
    for round_id in keys.kept():
        one = session.get(Round, round_id)
        if one is not None and one.state not in ("planned", "open"):
            keys.destroy(round_id)


def earlier(session: Session, round_: Round) -> Round | None:
    """The round of the same poll that was counted before this one."""
    wanted = select(Round).where(
        col(Round.poll_id) == round_.poll_id, col(Round.state) == "counted", col(Round.closes_at) < round_.closes_at
    )
    return session.execute(wanted.order_by(col(Round.closes_at).desc()).limit(1)).scalar_one_or_none()


def plan_next(session: Session, poll: Poll, now: datetime) -> Round:
    """Plans the next round of a repeating poll, on the day and at the hour for which its first was planned. Not one that
    would open before this one, opened late, has been open for half its time."""
    first = min(one.opens_at for one in of_poll(session, poll.id))
    length = timedelta(days=poll.open_days)
    period = recurrence.nth(first, poll.repeat, 1) - first
    return plan(session, poll, recurrence.following(first, poll.repeat, now + min(length, period) / 2))


def keep_length(session: Session, round_: Round, poll: Poll, now: datetime) -> None:
    """A round that opens with less than half its time left (the service was down) is open as long as it was to be."""
    length = timedelta(days=poll.open_days)
    if round_.closes_at - now < min(length, round_.closes_at - round_.opens_at) / 2:
        round_.closes_at = now + length
        session.add(round_)
        session.flush()


def of_poll(session: Session, poll_id: str) -> Sequence[Round]:
    """The rounds of a poll, the newest first."""
    wanted = select(Round).where(col(Round.poll_id) == poll_id).order_by(col(Round.opens_at).desc())
    return session.execute(wanted).scalars().all()


def of_units(session: Session, unit_ids: Sequence[str]) -> Listed[tuple[Round, Poll]]:
    """The rounds of these units' polls, the newest first."""
    wanted = select(Round, Poll).join(Poll, col(Poll.id) == col(Round.poll_id)).where(col(Poll.author_unit_id).in_(unit_ids))
    return Listed(session, wanted.order_by(col(Round.opens_at).desc(), col(Round.id)))


def under_way(session: Session) -> Sequence[Round]:
    """Every round that is open."""
    return session.execute(select(Round).where(col(Round.state) == "open").order_by(col(Round.id))).scalars().all()


def is_voter(session: Session, person_id: str) -> bool:
    """Whether this person may still vote in a round that is open."""
    return any(turnout.missing(session, round_.id, [person_id]) for round_ in under_way(session))


def published(session: Session, unit_ids: Sequence[str]) -> Listed[tuple[Round, Poll]]:
    """Counted rounds of these units' polls whose results members may see."""
    wanted = (
        select(Round, Poll)
        .join(Poll, col(Poll.id) == col(Round.poll_id))
        .where(col(Poll.author_unit_id).in_(unit_ids), col(Round.published).is_(True))
    )
    return Listed(session, wanted.order_by(col(Round.closes_at).desc(), col(Round.id)))


def publish(session: Session, round_: Round) -> bool:
    """Lets members see it; False where a colleague was first."""
    changed = session.execute(
        update(Round).where(col(Round.id) == round_.id, col(Round.published).is_(False)).values(published=True)
    )
    session.refresh(round_)
    return bool(changed.rowcount)  # type: ignore[attr-defined]
