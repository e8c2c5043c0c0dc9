"""What is written in one transaction is tied for ever: a ledger's rows share none with those of a chat or an account."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bot.channels.base import Blocked, Rejected, Uncertain, Unreachable
from bot.sending.broadcasts import Ledgers
from handlers.chat.unasked import tell
from models.broadcasts import ledger_results
from models.messages.outbox import Letter
from models.messages.sending import Outcome
from models.people import accounts
from models.people.accounts import Sender
from models.store.database import Database, Session
from tests.faults.line import LINE, Desk
from tests.rules.broadcasts.ledger_union import Post, Roll
from tests.running_app import FakeClock

PEOPLE, CHAT = {"recipient", "account"}, {"conversation", "outbound"}


@pytest.fixture
def roll(database: Database) -> Roll:
    made = Roll(database)
    made.crowd(6)
    return made


@pytest.fixture
async def at(roll: Roll, clock: FakeClock) -> AsyncIterator[Desk]:
    """A line without buttons: what it lists is remembered in the chat's row."""
    opened = Desk(roll.database, clock, Post(buttons=0))
    yield opened
    await opened.close()


_WRITES = re.compile(r"\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM) \"?(\w+)", re.IGNORECASE)


@contextmanager
def transactions(engine: Engine) -> Iterator[list[set[str]]]:
    """The tables that each transaction has written."""
    done: list[set[str]] = []
    writing: defaultdict[Any, set[str]] = defaultdict(set)

    def wrote(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        # As it reaches the database: what a turn writes is spelt beforehand (models.store.database.run).
        if (written := _WRITES.match(statement)) is not None:
            writing[connection].add(written[1])

    def ended(connection: Any) -> None:
        done.append(writing.pop(connection, set()))

    event.listen(engine, "before_cursor_execute", wrote)
    event.listen(engine, "commit", ended)
    yield done
    event.remove(engine, "before_cursor_execute", wrote)
    event.remove(engine, "commit", ended)


def ties(done: list[set[str]]) -> list[set[str]]:
    return [
        one for one in done if len(one & {"recipient", "account"}) == 2 or (one & {"recipient", "account"} and one & CHAT)
    ]


async def plays(at: Desk, roll: Roll) -> list[set[str]]:
    """Everything that may become of a part, with another notice on its way to the same people."""
    names = sorted(roll.people)
    at.line.trouble |= {
        # The notice is tried again later; then the broadcast learns that they have stopped the line.
        names[0]: [Unreachable(), Blocked()],
        # The notices of these two arrive: with three that do not, the line would be down, and no part tried.
        names[1]: [None, Uncertain()],
        names[2]: [None, Rejected("no")],
    }

    def notify(session: Session) -> None:
        for name in names:
            found = accounts.find(session, Sender(LINE, name))
            assert found is not None
            tell(session, found, Letter("Có tin mới"), at.clock.now(), plain=True)

    await at.writer.write(notify)
    roll.loses_phone(names[5])
    with transactions(roll.database.engine) as done:
        await at.outbox.drain()  # in a claim of all lanes notices are first
        found = roll.sends(roll.audience("MAY"))
        for seconds in (0, 1, 5, 90):
            await at.clock.passes(seconds=seconds)
            await at.outbox.drain()
    assert set(roll.states(found).values()) == {"sent", "blocked", "rejected", "no_channel"}
    assert {"recipient", "account", "conversation", "outbound"} <= set().union(*done)
    return done


async def test_nothing_that_happens_to_a_part_ties_a_person_to_a_chat(at: Desk, roll: Roll) -> None:
    assert not ties(await plays(at, roll))


async def test_it_would_be_noticed(at: Desk, roll: Roll, monkeypatch: pytest.MonkeyPatch) -> None:
    def together(session: Session, found: Any) -> None:
        results_record(session, found)
        accounts.set_blocked(session, Sender(LINE, found[0][0].chat), True)

    results_record = ledger_results.record
    monkeypatch.setattr(ledger_results, "record", together)
    assert ties(await plays(at, roll))


async def test_results_are_not_written_in_the_order_in_which_chats_were(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of one transaction stand in the file as they were written: beside lists that were remembered one by one, their
    order would say whose each is."""
    orders = set()
    monkeypatch.setattr(ledger_results, "record", lambda session, found: orders.add(tuple(row for row, _ in found)))
    ledgers = Ledgers(LINE, at.line.capabilities, at.writer, at.clock)
    told: Any = [(number, Outcome(str(number), 1, 1, "sent")) for number in range(20)]
    for _ in range(3):
        await ledgers.record(told)
    assert len(orders) == 3 and all(sorted(order) == list(range(20)) for order in orders)
