"""Lines that do not work, as their officers were told: a row from being told until it is over.

In the database, so that a restart or a second process tells nobody twice, and so that `haichieu doctor`, which is another
process, knows what the running service has met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select
from sqlmodel import Field, col

from models.people.accounts import Account
from models.store.database import Base, Session, insert_ignore

Direction = Literal["hears", "sends"]


class LineOutage(Base, table=True):
    """An `Outage` that was told. `direction`: hears or sends. `reason`: as the channel names it (bot.channels.standing)."""

    __tablename__ = "line_outage"

    line: str = Field(primary_key=True, max_length=64)
    direction: str = Field(primary_key=True, max_length=8)
    reason: str = Field(max_length=16)
    since: datetime


@dataclass(frozen=True, slots=True)
class Outage:
    """What is met on a line: it does not work in this direction since then, and why."""

    line: str
    direction: Direction
    reason: str
    since: datetime


def begins(session: Session, outage: Outage) -> bool:
    """Whether that is news: an outage is told once."""
    return insert_ignore(session, LineOutage, [asdict(outage)]) == 1


def ends(session: Session, line: str, direction: Direction) -> LineOutage | None:
    """The outage that is over; None where none was told."""
    row = session.get(LineOutage, (line, direction))
    if row is None:
        return None
    gone = delete(LineOutage).where(col(LineOutage.line) == line, col(LineOutage.direction) == direction)
    session.expunge(row)
    # Another process may have found the same a moment ago, and told it.
    ended = session.execute(gone).rowcount  # type: ignore[attr-defined]
    return row if ended else None


def is_open(session: Session, line: str, reason: str) -> bool:
    """Whether the line is out for this reason, in either direction."""
    same = col(LineOutage.line) == line, col(LineOutage.reason) == reason
    return session.execute(select(col(LineOutage.direction)).where(*same)).first() is not None


def open_ones(session: Session) -> Sequence[LineOutage]:
    """What is not over yet."""
    return session.execute(select(LineOutage).order_by(col(LineOutage.line), col(LineOutage.direction))).scalars().all()


def left_behind(session: Session, lines: Sequence[str]) -> Sequence[str]:
    """Lines on which people have joined and which are not configured: a token of another bot makes another line."""
    known = select(col(Account.line)).where(col(Account.line).not_in(lines)).distinct().order_by(col(Account.line))
    return session.execute(known).scalars().all()
