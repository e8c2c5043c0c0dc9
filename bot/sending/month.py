"""A month's allowance of one line, where its service grants only so many messages: replies first.

The database holds the count; this is what the sender of the line knows of it, brought up to date each time it claims rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from prometheus_client import Gauge

from bot.channels.base import Capabilities, Uncertain
from models.messages import month_quota
from models.messages.outbox import REPLY
from models.store.database import Session

log = structlog.get_logger()

SENT = Gauge("haichieu_month_sent", "Messages sent this month, where the service counts them", ["line"])
LIMIT = Gauge("haichieu_month_limit", "Messages the service allows in a month", ["line"])
WARN_AT = 0.8


class Allowance:
    """Asked before each send, and told of it. Without a monthly limit it says yes to everything and writes nothing."""

    def __init__(self, line: str, capabilities: Capabilities) -> None:
        self._line = line
        self._limit = capabilities.per_month
        self._reserve = capabilities.reserve
        self._month = ""
        self._counted = 0
        self._warned = ""
        self._under_way = 0
        self.pending = 0
        """Sent, and not yet in the database."""
        if self._limit:
            LIMIT.labels(line).set(self._limit)

    def read(self, session: Session, now: datetime) -> None:
        """Learns what the database has counted: another process may have sent on this line before us."""
        if self._limit:
            self._month = month_quota.month_of(now)
            self._counted = month_quota.sent(session, self._line, self._month)
            SENT.labels(self._line).set(self._counted + self.pending)

    def closed_until(self, lane: int, now: datetime) -> datetime | None:
        """Until when messages of this lane must wait; None: send. Replies never wait here: they go on until the service
        itself refuses, since its count and ours may differ."""
        if not self._limit or lane == REPLY or self._used(now) < self._limit - self._reserve:
            return None
        return month_quota.next_month(now)

    def is_spent(self, now: datetime) -> bool:
        """Whether a refusal that might be haste (429 means both) is the month's end instead."""
        return bool(self._limit) and self._used(now) >= self._limit

    @contextmanager
    def spend(self, now: datetime) -> Iterator[None]:
        """Around one send: counted from its beginning, so that those under way beside it do not overlook it; given back when
        the message certainly did not go out."""
        self._under_way += 1
        try:
            yield
        except Uncertain:
            self._spent(now)
            raise
        else:
            self._spent(now)
        finally:
            self._under_way -= 1

    def _spent(self, now: datetime) -> None:
        if not self._limit:
            return
        self.pending += 1
        used, month = self._used(now) - self._under_way, month_quota.month_of(now)
        SENT.labels(self._line).set(used)
        if used >= self._limit * WARN_AT and self._warned != month:
            self._warned = month
            log.warning("most of this month's messages are sent", line=self._line, count=used, limit=self._limit)

    def write(self, session: Session, count: int, now: datetime) -> None:
        """Adds `count` of what is pending to the month; call `settle` once that has committed."""
        if count:
            month_quota.add(session, self._line, month_quota.month_of(now), count)

    def settle(self, count: int) -> None:
        self.pending -= count
        self._counted += count

    def _used(self, now: datetime) -> int:
        return (self._counted if self._month == month_quota.month_of(now) else 0) + self.pending + self._under_way
