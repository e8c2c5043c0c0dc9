"""What a dead sender had claimed goes out at once, as what it is: perhaps a second copy, and only of what was its own."""

from __future__ import annotations

from datetime import timedelta

from models.messages import outbox, sending
from models.messages.leases import Tenure
from models.messages.outbox import REPLY, Letter
from models.people.accounts import Sender
from models.store.database import Database
from tests.running_app import MONDAY


def test_the_rows_of_a_dead_sender_are_due_now(database: Database) -> None:
    now = MONDAY + timedelta(seconds=5)
    with database.transaction() as session:
        for line in ("one", "two"):
            to = Sender(line, "1")
            outbox.queue(session, to, Letter(line), MONDAY)
            assert len(sending.claim(session, Tenure(line, 1), REPLY, MONDAY)) == 1
        sending.inherit(session, Tenure("one", 2), now)
        (row,) = sending.claim(session, Tenure("one", 2), REPLY, now)
        assert row.doubtful and row.attempts == 2
        assert sending.claim(session, Tenure("two", 2), REPLY, now) == []
        sending.inherit(session, Tenure("one", 2), now)  # what it has claimed itself stays its own
        assert sending.claim(session, Tenure("one", 2), REPLY, now) == []
