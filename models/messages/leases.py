"""One sender per line: the row that says who it is, until when, and the fence number its results must carry.

Because only one process sends on a line, the service's own limit needs no distributed limiter; other lines may be sent for
by other processes or machines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Field

from models.store.database import Base, Session, insert_ignore

HELD = timedelta(seconds=60)


class Lease(Base, table=True):
    """`fence` rises each time the lease changes hands, so that a sender who overslept can change nothing."""

    __tablename__ = "lease"

    line: str = Field(primary_key=True, max_length=64)
    holder: str = Field(max_length=13)
    fence: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Tenure:
    """One holder's time with a line. It is over once the lease changes hands, and what was claimed in it counts no more."""

    line: str
    fence: int


def hold(
    session: Session, line: str, holder: str, now: datetime, is_gone: Callable[[str], bool] = lambda _holder: False
) -> Lease | None:
    """Takes or renews the lease of a line for 60 seconds; None while somebody else holds it. `is_gone`: whether a holder has
    certainly died, so that nobody waits for what it held."""
    insert_ignore(session, Lease, [{"line": line, "holder": holder, "fence": 1, "until": now + HELD}])
    lease = session.get(Lease, line, with_for_update=True)
    assert lease is not None  # the insert above left one row, ours or another's
    if lease.holder != holder:
        if lease.until > now and not is_gone(lease.holder):
            return None
        lease.holder = holder
        lease.fence += 1
    lease.until = now + HELD
    session.add(lease)
    session.flush()
    return lease


def release(session: Session, line: str, holder: str, now: datetime) -> None:
    """Gives the lease up at a clean stop, so that the next process need not wait for it to run out."""
    lease = session.get(Lease, line)
    if lease is not None and lease.holder == holder:
        lease.until = now
        session.add(lease)
