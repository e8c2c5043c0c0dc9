"""Rows of a ledger through a real sender: ways to fail, two senders, people who stopped the line, messages in parts."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.channels.base import Blocked, Rejected, SendError, Throttled, Uncertain, Unreachable, WindowClosed
from models.broadcasts.broadcasts import Words
from models.broadcasts.ledger_sending import TRIES
from models.people import accounts
from models.people.accounts import Account, Sender
from models.store.database import Database
from tests.faults.line import LINE, Desk, dies_sending
from tests.faults.two_senders import TwoSenders
from tests.rules.broadcasts.ledger_union import Phone, Post, Roll, later
from tests.running_app import MONDAY, FakeClock
from tests.waiting import until


async def drained(at: Desk, **later: float) -> list[str]:
    """Who gets it when so much time has passed."""
    await at.clock.passes(**later)
    before = len(at.line.delivered)
    await at.outbox.drain()
    return sorted(at.line.delivered[before:])


async def test_everybody_once(at: Desk, roll: Roll) -> None:
    found = roll.sends(roll.audience("MAY"))
    assert await drained(at) == ["An", "Bình", "Chi"]
    assert await drained(at, days=1) == [] and roll.adds_up(found) == {"sent": 3}
    with roll.database.reading() as session:
        assert not session.execute(select(Account).where(col(Account.blocked))).all()


FAILS: list[tuple[SendError, str, timedelta | None]] = [
    # error → state, tried again after (None: never)
    (Unreachable(), "queued", timedelta(seconds=1)),
    (Uncertain(), "queued", timedelta(seconds=1)),
    (WindowClosed(MONDAY + timedelta(hours=9)), "queued", timedelta(hours=9)),
    (WindowClosed(None), "window_closed", None),
    (Rejected("Bad Request: chat not found"), "rejected", None),
    (Blocked(), "blocked", None),
]


@pytest.mark.parametrize(("error", "state", "again"), FAILS)
async def test_each_way_to_fail(at: Desk, roll: Roll, error: SendError, state: str, again: timedelta | None) -> None:
    found = roll.sends(roll.audience("MAY"))
    at.line.trouble["An"] = [error]
    assert "An" not in await drained(at)
    row = roll.recipient(found, "An")
    assert (row.state, row.attempts) == (state, 1)
    assert row.reason == (error.reason if isinstance(error, Rejected) else "") or row.doubtful
    assert row.doubtful is isinstance(error, Uncertain)
    if again is None:
        assert await drained(at, days=6) == [] and at.line.tried.count("An") == 1
    else:
        assert row.due_at is not None and row.due_at >= MONDAY + again
        await at.clock.passes(seconds=(row.due_at - at.clock.now()).total_seconds() - 0.001)
        assert await drained(at) == []
        assert await drained(at, milliseconds=1) == ["An"]
    roll.adds_up(found)


async def test_of_unknown_fate_is_sent_again_once(at: Desk, roll: Roll) -> None:
    found = roll.sends(roll.audience("MAY1"))
    at.line.trouble["An"] = [Unreachable(), Uncertain(), Throttled(1), Uncertain(), Uncertain()]
    for number in range(8):
        await drained(at, minutes=5)
        await at.queue(f"khác {number}", to="Dũng")  # the line works for others
        await drained(at)
    assert roll.states(found) == {"An": "uncertain", "Bình": "sent", "Chi": "sent"}
    assert at.line.tried.count("An") == 4


async def test_poison_stops_nobody(at: Desk, roll: Roll) -> None:
    """Refused for ever, a defect in the channel, an id that cannot be opened."""
    many = roll.crowd(20)
    found = roll.sends(roll.audience("MAY1"))
    at.line.trouble |= {"An": [Rejected("no")], "Bình": [ZeroDivisionError()] * TRIES}
    roll.phone_of("Chi", external=b"x" * 40)
    rest = dict.fromkeys(many, "sent") | {"An": "rejected", "Chi": "rejected"}
    sending = asyncio.create_task(at.outbox.run())
    for tries in range(1, TRIES + 2):
        state = "sending" if tries <= TRIES else "uncertain"
        await until(lambda s=state: roll.states(found) == rest | {"Bình": s})
        assert at.line.tried.count("Bình") == min(tries, TRIES)
        await at.clock.passes(seconds=60)
        at.outbox.nudge()
        if tries < TRIES:
            await until(lambda n=tries: at.line.tried.count("Bình") == n + 1)
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
    await at.outbox.stop()
    assert sorted(at.line.delivered) == many
    roll.adds_up(found)


async def test_who_stopped_the_line_is_marked_once_and_not_asked_again(at: Desk, roll: Roll) -> None:
    first = roll.sends(roll.audience("MAY1"))
    at.line.trouble["An"] = [Blocked()]
    assert await drained(at) == ["Bình", "Chi"]
    second = roll.sends(roll.audience("MAY1"), urgent=True)
    assert roll.states(second)["An"] == "blocked", "from the beginning"
    assert await drained(at) == ["Bình", "Chi"]
    assert roll.states(first)["An"] == "blocked" and at.line.tried.count("An") == 1
    await at.writer.write(lambda s: accounts.set_blocked(s, Sender(LINE, "An"), False))
    third = roll.sends(roll.audience("MAY1"))
    assert await drained(at) == ["An", "Bình", "Chi"] and roll.adds_up(third) == {"sent": 3}
    assert roll.states(first)["An"] == "blocked", "what is over is over"


async def test_who_stops_the_line_while_two_wait_for_them_is_asked_once(at: Desk, roll: Roll) -> None:
    both = [roll.sends(roll.audience("MAY1"), at=later(seconds=number)) for number in range(2)]
    at.line.trouble["An"] = [Blocked(), Blocked()]
    assert await drained(at, seconds=9) == ["Bình", "Bình", "Chi", "Chi"]
    assert [roll.states(one)["An"] for one in both] == ["blocked"] * 2 and at.line.tried.count("An") == 1


async def test_a_sender_that_overslept_neither_sends_nor_records(at: Desk, roll: Roll, two_senders: TwoSenders) -> None:
    """The first claims and sleeps; after 60 seconds the second takes over, and is on its way when the first wakes."""
    found = roll.sends(roll.audience("MAY1", minus=("MAY2",)))
    for name in ("Bình", "Chi"):
        roll.confirms(found, name)
    await two_senders.first_sleeps()
    await two_senders.second_takes_over("An")
    before = roll.recipient(found, "An").model_dump()
    await two_senders.first_wakes()
    assert at.line.delivered == ["An"] * two_senders.copies
    assert roll.recipient(found, "An").model_dump() == before, "what the first wrote, if it did, changed something"
    await two_senders.second_is_answered()
    assert roll.adds_up(found) == {"sent": 1, "confirmed": 2}


@pytest.mark.parametrize("crash", [False, True])
async def test_a_message_in_parts_goes_on_at_the_part_that_failed(database: Database, clock: FakeClock, crash: bool) -> None:
    roll = Roll(database)
    roll.joins("An", "MAY1", Phone())
    at = Desk(database, clock, Post(text=200))
    text = "\n\n".join(letter * 150 for letter in "abc")
    found = roll.sends(roll.audience("MAY1"), words=Words({"vi": text}))
    at.line.trouble["An"] = [None, None, Unreachable()]
    await (dies_sending(at.another()) if crash else at.outbox.drain())
    assert at.line.delivered == ["An"] * 2 and roll.recipient(found, "An").parts_done == 2
    await clock.passes(seconds=60)
    await at.outbox.drain()
    parts = len(at.line.tried) - 1
    assert len(at.line.delivered) == parts >= 3 and roll.states(found) == {"An": "sent"}
    await at.close()
