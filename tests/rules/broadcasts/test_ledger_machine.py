"""Everything that can happen to a broadcast, in any order: the sums are right at every step, and nobody is sent it twice
without doubt (tests.rules.broadcasts.ledger_steps).

The orders are the same on every run; ROAM=500 tries so many new ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlmodel import col

from bot.sending import broadcasts as sender
from models.broadcasts import ledger, ledger_results, ledger_sending, lifecycle
from models.broadcasts.broadcasts import Broadcast
from models.broadcasts.ledger_sending import TRIES, Bulk
from models.broadcasts.recipients import Recipient
from models.messages.sending import Outcome
from models.store.database import Session
from tests.faults.line import LINE
from tests.rules.broadcasts.ledger_steps import ERRORS, NAMES, VERBS, Casting

Step = tuple[Any, ...]
_NAME, _WHO = st.sampled_from(NAMES), st.integers(0, 1)
_ORDERS = [*VERBS, "confirm", "leave"]
STEPS: list[st.SearchStrategy[Step]] = [
    # More of what makes the rest interesting.
    *[st.tuples(st.just("sends"), _WHO, st.booleans())] * 3,
    *[st.tuples(st.just("trouble"), _NAME, st.sampled_from(sorted(ERRORS)))] * 3,
    *[st.tuples(st.just("meanwhile"), _NAME, st.sampled_from([*_ORDERS, "oversleep"]), _WHO)] * 2,
    *[st.tuples(st.just("time_passes"), st.sampled_from([1, 5, 16, 61, 400]))] * 3,
    st.tuples(st.just("at_rest"), st.sampled_from([*_ORDERS, "resume"]), _NAME),
    st.tuples(st.just("is_told"), _NAME, st.booleans()),
    st.tuples(st.just("comes_back"), _NAME),
    st.tuples(st.just("begins"), st.booleans()),
    st.tuples(st.just("somebody_joins")),
    st.tuples(st.just("the_tick_settles")),
]


def plays(template: Path, steps: list[Step]) -> None:
    played = Casting(template)
    try:
        for verb, *about in steps:
            getattr(played, verb)(*about)
            played.it_adds_up()
        played.comes_to_an_end()
    finally:
        played.close()


ROAM = int(os.environ.get("ROAM", "0"))
PLAYED = settings(
    max_examples=ROAM or 20,
    derandomize=not ROAM,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
@PLAYED
@given(steps=st.lists(st.one_of(STEPS), min_size=25, max_size=60))
def test_in_any_order(sqlite_template: Path, steps: list[Step]) -> None:
    plays(sqlite_template, steps)


def forgets_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = sender.claim

    def careless(session: Session, *about: Any, **more: Any) -> list[Bulk]:
        claimed = honest(session, *about, **more)
        session.execute(update(Recipient).values(doubtful=False))
        return claimed

    monkeypatch.setattr(sender, "claim", careless)


def records_without_a_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = ledger_results.record

    def careless(session: Session, results: Sequence[tuple[Bulk, Outcome]]) -> None:
        for row, outcome in results:
            whose = col(Recipient.broadcast_id) == row.broadcast_id, col(Recipient.person_id) == row.person_id
            taken = {"state": "sending", "fence": outcome.fence, "attempts": outcome.attempts}
            session.execute(update(Recipient).where(*whose).values(taken))
        honest(session, results)

    monkeypatch.setattr(ledger_results, "record", careless)


def sends_what_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = sender.claim

    def careless(session: Session, *about: Any, **more: Any) -> list[Bulk]:
        states = session.execute(select(Broadcast.id, Broadcast.state)).all()
        session.execute(update(Broadcast).values(state="sending"))
        claimed = honest(session, *about, **more)
        for row_id, state in states:
            session.execute(update(Broadcast).where(col(Broadcast.id) == row_id).values(state=state))
        return claimed

    monkeypatch.setattr(sender, "claim", careless)
    monkeypatch.setattr(ledger_sending, "any_sending", lambda session: True)


def cancels_what_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = lifecycle.settle

    def careless(session: Session, broadcast_id: str, now: datetime) -> Broadcast | None:
        session.execute(update(Recipient).where(col(Recipient.state) == "sending").values(state="cancelled", due_at=None))
        return honest(session, broadcast_id, now)

    monkeypatch.setattr(lifecycle, "settle", careless)


def writes_the_ledger_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever joins is added."""
    honest = lifecycle.settle

    def careless(session: Session, broadcast_id: str, now: datetime) -> Broadcast | None:
        row = session.get_one(Broadcast, broadcast_id)
        session.execute(delete(Recipient).where(col(Recipient.state) == "sent"))
        ledger.write(session, row, [LINE], now)
        return honest(session, broadcast_id, now)

    monkeypatch.setattr(lifecycle, "settle", careless)


DIES: Step = ("sends", 0, True)
SENDS: Step = ("sends", 0, False)
LATER: Step = ("time_passes", 61)
PLANTED: list[tuple[Callable[[pytest.MonkeyPatch], None], list[Step], str]] = [
    (forgets_doubt, [DIES, LATER] * (TRIES + 1), f"{TRIES + 1} times"),
    (
        records_without_a_fence,
        [("trouble", "An", "throttled"), ("meanwhile", "An", "oversleep", 1), SENDS],
        "is open again",
    ),
    (sends_what_is_cancelled, [("at_rest", "cancel", "An"), SENDS], "claimed of one that was over"),
    (
        cancels_what_is_under_way,
        [("meanwhile", "An", "cancel, settle", 0), SENDS],
        "counts as cancelled",
    ),
    (writes_the_ledger_again, [SENDS, ("somebody_joins",), ("the_tick_settles",)], ""),
]


@pytest.mark.parametrize(("plant", "steps", "found"), PLANTED, ids=[plant.__name__ for plant, _, _ in PLANTED])
@pytest.mark.parametrize("planted", [True, False])
def test_it_bites(
    sqlite_template: Path,
    plant: Callable[[pytest.MonkeyPatch], None],
    steps: list[Step],
    found: str,
    planted: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of these orders is harmless, but for the fault."""
    if not planted:
        plays(sqlite_template, steps)
        return
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=found or None):
        plays(sqlite_template, steps)
