"""How long an event is known that took effect: as long as its service may offer it again, and no longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.messages import received
from models.messages.message import Inbound
from models.store.database import Database

SAID = Inbound(line="telegram:1", external_id="7:ab", sender="1", text="x")
OFFERED = timedelta(hours=24)


@pytest.mark.parametrize("hour", [0, 12, 23])
@pytest.mark.parametrize(("after", "is_known"), [(timedelta(0), True), (OFFERED, True), (2 * OFFERED, False)])
def test_an_event_is_known_as_long_as_it_may_come_again(
    database: Database, hour: int, after: timedelta, is_known: bool
) -> None:
    came = datetime(2026, 11, 23, hour, 59, 59, tzinfo=UTC)
    with database.transaction() as session:
        assert received.first_time(session, SAID, came.date())
    with database.transaction() as session:
        received.forget_old(session, (came + after).date())
        assert received.first_time(session, SAID, (came + after).date()) is not is_known
