"""Broken promises, planted in a process of the service (tests.faults.victim) to show that crash tests notice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any


def forgets_what_it_has_seen() -> None:
    from models.messages import received

    first_time = received.first_time
    received.first_time = lambda *about: first_time(*about) or True  # type: ignore[assignment]


def confirms_before_the_commit() -> None:
    from bot.dispatch import Dispatcher

    receive, tasks = Dispatcher.receive, set()

    async def wrapped(self: Dispatcher, inbound: Any) -> None:
        task = asyncio.create_task(receive(self, inbound))
        tasks.add(task)
        await asyncio.sleep(0)

    Dispatcher.receive = wrapped  # type: ignore[method-assign]


def forgets_before_it_sends() -> None:
    from models.messages import sending

    claim = sending.claim

    def wrapped(session: Any, *about: Any) -> Any:
        claimed = claim(session, *about)
        sending.record(session, [sending.Outcome(c.message.id, c.fence, c.attempts, "sent") for c in claimed])
        return claimed

    sending.claim = wrapped  # type: ignore[assignment]


def counts_before_it_sends() -> None:
    from models.broadcasts import ledger_results, ledger_sending

    claim = ledger_sending.lease

    def wrapped(session: Any, *about: Any, **more: Any) -> Any:
        claimed = claim(session, *about, **more)
        if claimed:
            ledger_results.record(
                session, [(c, ledger_results.Outcome(c.message.id, c.fence, c.attempts, "sent")) for c in claimed]
            )
        return claimed

    ledger_sending.lease = wrapped


def trusts_its_own_lease() -> None:
    """As long as it has ever held one."""
    from bot.lease import Holding
    from models.broadcasts import ledger_sending

    hold, lease = Holding.hold, ledger_sending.lease
    held, for_ever = set[Holding](), datetime.max.replace(tzinfo=UTC)

    async def wrapped(self: Holding) -> bool:
        if self not in held and await hold(self):
            held.add(self)
        return self in held

    def leases(*about: Any, **more: Any) -> Any:
        return [replace(row, leased_until=for_ever) for row in lease(*about, **more)]

    Holding.hold = wrapped  # type: ignore[method-assign]
    Holding.lasts = lambda self, time: self in held  # type: ignore[method-assign]
    ledger_sending.lease = leases


_PLANTED = (
    forgets_what_it_has_seen,
    confirms_before_the_commit,
    forgets_before_it_sends,
    counts_before_it_sends,
    trusts_its_own_lease,
)
PLANTS = {plant.__name__: plant for plant in _PLANTED}
