"""How many messages a line has sent in a month, where its service allows only so many.

One row a line and month, counts only: it names nobody. How many *people* use a line is not kept at all, since its accounts
can be counted (models.people.accounts.count_on).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Field, col

from config.i18n import HERE
from models.store.database import Base, Session, insert_ignore


class Quota(Base, table=True):
    """`month` is `YYYY-MM` in Vietnam's time, the service's as far as anybody knows; `sent` counts parts, as it does."""

    __tablename__ = "quota"

    line: str = Field(primary_key=True, max_length=64)
    month: str = Field(primary_key=True, max_length=7)
    sent: int


def month_of(now: datetime) -> str:
    return f"{now.astimezone(HERE):%Y-%m}"


def next_month(now: datetime) -> datetime:
    """When the next month's allowance begins."""
    first = now.astimezone(HERE).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1).astimezone(now.tzinfo)


def sent(session: Session, line: str, month: str) -> int:
    found = session.get(Quota, (line, month), populate_existing=True)
    return found.sent if found else 0


def add(session: Session, line: str, month: str, count: int) -> None:
    """Notes that `count` more messages went out."""
    insert_ignore(session, Quota, [{"line": line, "month": month, "sent": 0}])
    mine = (col(Quota.line) == line, col(Quota.month) == month)
    session.execute(update(Quota).where(*mine).values(sent=col(Quota.sent) + count))
