"""A month's count, by Vietnam's calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.channels.base import Capabilities, Uncertain, Unreachable
from bot.sending.month import Allowance
from models.messages import month_quota
from models.messages.outbox import BULK, NOTICE, REPLY
from models.store.database import Database

NOVEMBER = datetime(2026, 11, 23, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "month", "begins"),
    [
        (datetime(2026, 11, 23, 3, tzinfo=UTC), "2026-11", datetime(2026, 11, 30, 17, tzinfo=UTC)),
        (datetime(2026, 11, 30, 16, 59, 59, tzinfo=UTC), "2026-11", datetime(2026, 11, 30, 17, tzinfo=UTC)),
        (datetime(2026, 11, 30, 17, tzinfo=UTC), "2026-12", datetime(2026, 12, 31, 17, tzinfo=UTC)),
        (datetime(2026, 12, 31, 16, 59, tzinfo=UTC), "2026-12", datetime(2026, 12, 31, 17, tzinfo=UTC)),
        (datetime(2026, 12, 31, 17, tzinfo=UTC), "2027-01", datetime(2027, 1, 31, 17, tzinfo=UTC)),
        (datetime(2028, 1, 30, 17, tzinfo=UTC), "2028-01", datetime(2028, 1, 31, 17, tzinfo=UTC)),
        (datetime(2028, 2, 29, 3, tzinfo=UTC), "2028-02", datetime(2028, 2, 29, 17, tzinfo=UTC)),
    ],
)
def test_where_a_month_ends(now: datetime, month: str, begins: datetime) -> None:
    assert (month_quota.month_of(now), month_quota.next_month(now)) == (month, begins)


def test_each_line_and_month_by_itself(database: Database) -> None:
    with database.transaction() as session:
        assert month_quota.sent(session, "zalo_bot:1", "2026-11") == 0
        for line, month, count in (("zalo_bot:1", "2026-11", 3), ("zalo_bot:1", "2026-11", 2), ("zalo_bot:2", "2026-11", 7)):
            month_quota.add(session, line, month, count)
        month_quota.add(session, "zalo_bot:1", "2026-12", 1)
    with database.reading() as session:
        found = [
            month_quota.sent(session, *key)
            for key in (("zalo_bot:1", "2026-11"), ("zalo_bot:1", "2026-12"), ("zalo_bot:2", "2026-11"))
        ]
    assert found == [5, 1, 7]


def used(count: int, database: Database, now: datetime = NOVEMBER, limit: int = 10, reserve: int = 3) -> Allowance:
    allowance = Allowance("zalo_bot:9", Capabilities(text=2000, buttons=0, per_month=limit, reserve=reserve))
    with database.transaction() as session:
        month_quota.add(session, "zalo_bot:9", month_quota.month_of(now), count)
        allowance.read(session, now)
    return allowance


@pytest.mark.parametrize(
    ("count", "waits", "spent"),
    [(0, False, False), (6, False, False), (7, True, False), (9, True, False), (10, True, True), (500, True, True)],
)
def test_replies_first(database: Database, count: int, waits: bool, spent: bool) -> None:
    allowance = used(count, database)
    for lane in (NOTICE, BULK):
        assert allowance.closed_until(lane, NOVEMBER) == (month_quota.next_month(NOVEMBER) if waits else None)
    assert allowance.closed_until(REPLY, NOVEMBER) is None
    assert allowance.is_spent(NOVEMBER) == spent


def test_a_new_month_is_a_new_allowance(database: Database) -> None:
    allowance, december = used(10, database), month_quota.next_month(NOVEMBER)
    assert allowance.closed_until(NOTICE, december) is None and not allowance.is_spent(december)


def test_without_a_limit_nothing_waits(database: Database) -> None:
    allowance = used(10**6, database, limit=0)
    assert allowance.closed_until(BULK, NOVEMBER) is None and not allowance.is_spent(NOVEMBER)
    with allowance.spend(NOVEMBER):
        pass
    assert allowance.pending == 0


@pytest.mark.parametrize(("error", "counts"), [(None, 1), (Uncertain("cut"), 1), (Unreachable("refused"), 0)])
def test_what_certainly_did_not_go_out_is_given_back(database: Database, error: Exception | None, counts: int) -> None:
    allowance = used(6, database)
    try:
        with allowance.spend(NOVEMBER):
            assert allowance.closed_until(NOTICE, NOVEMBER) is not None  # while it is under way
            if error is not None:
                raise error
    except (Uncertain, Unreachable):
        pass
    assert allowance.pending == counts
    assert (allowance.closed_until(NOTICE, NOVEMBER) is not None) == bool(counts)
    allowance.settle(counts)
    assert allowance.pending == 0 and (allowance.closed_until(NOTICE, NOVEMBER) is not None) == bool(counts)
