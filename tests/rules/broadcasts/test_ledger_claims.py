"""Rows of ledgers under a lease: who may have them, what may be written of them, and when nobody may any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text, update
from sqlmodel import col

from bot.sending import broadcasts as sender
from models.broadcasts import broadcasts, ledger, ledger_results, ledger_sending, lifecycle
from models.broadcasts.broadcasts import Broadcast
from models.broadcasts.ledger_sending import TRIES, Bulk, Claimant
from models.broadcasts.recipients import Recipient
from models.messages import chats
from models.messages.chats import Run, State
from models.messages.message import Option, Outgoing
from models.messages.sending import DOUBTFUL, HELD_BACK, LEASE
from models.people.accounts import Account, Sender, find
from models.store.database import Session
from tests.faults.line import LINE
from tests.rules.broadcasts.ledger_union import SECOND, Phone, Roll, later, outcome, words
from tests.running_app import MONDAY


def test_leased_once_and_sent_once(roll: Roll, garment: str) -> None:
    first = roll.claims(limit=2)
    second = roll.claims(limit=2)
    assert sorted(roll.names(first) + roll.names(second)) == ["An", "Bình", "Chi"]
    assert not roll.claims() and roll.adds_up(garment) == {"sending": 3}
    roll.records(*map(outcome, first + second))
    assert not roll.claims(later(days=1)) and roll.adds_up(garment) == {"sent": 3}
    roll.settles(garment, later(days=1))
    assert roll.row(garment).state == "done"


def test_a_line_sends_what_is_its_own(roll: Roll) -> None:
    roll.joins("Dũng", "MAY1", Phone(line=SECOND))
    roll.sends(roll.audience("MAY"))
    assert roll.names(roll.claims()) == ["An", "Bình", "Chi"]
    assert roll.names(roll.claims(line=SECOND)) == ["Dũng"]


STALE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    # what is different, of the row that is told of, of the row in the database
    ("fence", {"fence": 7}, {}),
    ("attempt", {"attempts": 7}, {}),
    ("not under way", {}, {"state": "queued", "due_at": MONDAY}),
    ("confirmed", {}, {"state": "confirmed", "due_at": None}),
    ("cancelled", {}, {"state": "cancelled", "due_at": None}),
    ("uncertain", {}, {"state": "uncertain", "due_at": None}),
]


@pytest.mark.parametrize(("what", "told", "stands"), STALE, ids=[row[0] for row in STALE])
@pytest.mark.parametrize("state", ["sent", "queued", "rejected"])
def test_a_result_counts_only_under_its_fence_and_attempt(
    roll: Roll, garment: str, what: str, told: dict[str, Any], stands: dict[str, Any], state: str
) -> None:
    one = next(one for one in roll.claims() if one.message.recipient == "An")
    if stands:
        with roll.database.transaction() as session:
            session.execute(update(Recipient).where(col(Recipient.person_id) == one.person_id).values(**stands))
    before = roll.recipient(garment, "An").model_dump()
    row, result = outcome(one, state, not_before=later(hours=1), reason="x", reference="9", parts_done=1)
    roll.records((row, replace(result, **told)))
    with roll.database.transaction() as session:
        ledger_results.progressed(session, replace(row, **{"parts_done": 1, "reference": "9", **told}))
    assert roll.recipient(garment, "An").model_dump() == before


def test_confirmed_while_it_is_being_sent(roll: Roll, garment: str) -> None:
    """Whoever reads it has it, whatever its sender hears; and once is enough."""
    one = roll.claims(limit=1)[0]
    name = one.message.recipient
    assert roll.confirms(garment, name) and not roll.confirms(garment, name, MONDAY.date() + timedelta(days=3))
    roll.records(outcome(one, "queued", not_before=later(seconds=1)))
    row = roll.recipient(garment, name)
    assert (row.state, row.due_at, row.confirmed_on) == ("confirmed", None, MONDAY.date())
    assert name not in roll.names(roll.claims(later(days=1)))
    roll.adds_up(garment)


def test_confirmed_while_it_waits_to_be_sent_again(roll: Roll, garment: str) -> None:
    roll.records(*(outcome(one, "queued", not_before=later(seconds=5), reason=DOUBTFUL) for one in roll.claims()))
    roll.confirms(garment, "An")
    assert roll.names(roll.claims(later(seconds=6))) == ["Bình", "Chi"]


def test_who_is_not_in_the_ledger_cannot_confirm(roll: Roll, garment: str) -> None:
    roll.joins("comes later", "MAY1", Phone())
    assert not roll.confirms(garment, "comes later")
    assert sum(roll.adds_up(garment).values()) == 3


def test_a_tick_is_a_mark_and_no_state(roll: Roll, garment: str) -> None:
    before = roll.states(garment)
    with roll.database.transaction() as session:
        ledger.tick_told(session, garment, [roll.people["An"], roll.people["Bình"]], MONDAY.date())
        ledger.tick_told(session, garment, [roll.people["Bình"]], None)
    assert roll.states(garment) == before
    with roll.database.reading() as session:
        assert ledger.told_count(session, garment) == 1
    roll.records(*map(outcome, roll.claims()))
    assert roll.states(garment) == dict.fromkeys(before, "sent"), "who was told is reached all the same"
    roll.adds_up(garment)


def test_a_lease_that_ran_out_is_doubt_and_uncertain_after_enough_of_them(roll: Roll, garment: str) -> None:
    first = roll.claims()
    assert not any(one.doubtful for one in first)
    assert not roll.claims(MONDAY + LEASE - timedelta(seconds=1))
    for tries in range(2, TRIES + 1):
        again = roll.claims(MONDAY + (tries - 1) * LEASE, fence=tries)
        assert roll.names(again) == roll.names(first) and all(one.doubtful and one.attempts == tries for one in again)
    assert not roll.claims(MONDAY + TRIES * LEASE, fence=9)
    assert roll.adds_up(garment) == {"uncertain": 3}


def test_doubt_is_kept_until_something_is_known(roll: Roll, garment: str) -> None:
    """Also through tries that were certainly not delivered; a sender that dies then leaves an unknown fate."""
    for seconds in range(0, 10 * (TRIES - 1), 10):
        claimed = roll.claims(later(seconds=seconds))
        assert [one.doubtful for one in claimed] == [bool(seconds)] * 3
        roll.records(*(outcome(one, "queued", not_before=later(seconds=seconds + 9), reason=DOUBTFUL) for one in claimed))
    assert all(one.doubtful for one in roll.claims(later(seconds=10 * (TRIES - 1))))
    assert not roll.claims(later(minutes=3)) and roll.adds_up(garment) == {"uncertain": 3}


def test_doubt_ends_with_the_part_that_was_answered(roll: Roll, garment: str) -> None:
    """A sender that dies after it is about the next part, which nobody has tried twice."""
    first = roll.claims(limit=1)
    roll.records(*(outcome(one, "queued", not_before=MONDAY, reason=DOUBTFUL) for one in first))
    [one] = [one for one in roll.claims(later(seconds=1)) if one.doubtful]
    with roll.database.transaction() as session:
        ledger_results.progressed(session, replace(one, parts_done=1, reference="77", doubtful=False))
    [next_part] = [again for again in roll.claims(later(seconds=61)) if again.person_id == one.person_id]
    assert (next_part.parts_done, next_part.reference, next_part.doubtful) == (1, "77", True)


def talks(roll: Roll, name: str, run: Run | None) -> None:
    """A turn of this reader's chat."""
    with roll.database.transaction() as session:
        found = find(session, Sender(LINE, name))
        assert found is not None
        chat = chats.load(session, chats.of(Sender(LINE, name), found.id), MONDAY)
        chats.save(session, chat, State(run=run, language="vi"), MONDAY)


def asking(session: Session, row: Broadcast, code: str) -> Outgoing:
    return replace(words(session, row, code), options=(Option("seen:x:::", "Đã đọc"),))


def asked(roll: Roll, busy: ledger_sending.Busy | None = None, **time: float) -> list[Bulk]:
    with roll.database.transaction() as session:
        return sender.claim(session, Claimant(LINE, 1, later(**time), busy={} if busy is None else busy), 100, asking)


def test_who_is_in_a_conversation_is_asked_after_it(roll: Roll, garment: str) -> None:
    before, busy = roll.recipient(garment, "An").model_dump(), ledger_sending.Busy()
    talks(roll, "An", Run("file", "", "abc"))
    assert roll.names(asked(roll, busy)) == ["Bình", "Chi"]
    assert roll.recipient(garment, "An").model_dump() == before, "a trace beside the chat's own rows"
    assert roll.adds_up(garment) == {"queued": 1, "sending": 2}
    assert not asked(roll, busy, seconds=HELD_BACK.total_seconds() - 1)
    talks(roll, "An", None)
    assert not asked(roll, busy, seconds=HELD_BACK.total_seconds() - 1)
    assert roll.names(asked(roll, busy, seconds=HELD_BACK.total_seconds())) == ["An"]
    assert not busy


def test_waiting_for_a_conversation_does_not_forget_doubt(roll: Roll, garment: str) -> None:
    """A sender died with it; its reader talks to us when it is claimed again: it may have arrived all the same."""
    assert len(asked(roll)) == 3
    talks(roll, "An", Run("file", "", "abc"))
    assert roll.names(asked(roll, seconds=60)) == ["Bình", "Chi"]
    talks(roll, "An", None)
    [one] = [one for one in asked(roll, seconds=75) if one.message.recipient == "An"]
    assert one.doubtful
    for tries in range(3, TRIES + 2):
        asked(roll, seconds=75 + 61 * tries)
    assert roll.adds_up(garment) == {"uncertain": 3}


def test_stopped_costs_nothing_and_goes_on_where_it_was(roll: Roll, garment: str) -> None:
    one = roll.claims(limit=1)[0]
    roll.changes(broadcasts.stop, garment)
    asked: list[str] = []
    listen = lambda _c, _cur, statement, *_: asked.append(statement)  # noqa: E731
    event.listen(roll.database.engine, "before_cursor_execute", listen)
    assert not roll.claims(later(hours=1))
    event.remove(roll.database.engine, "before_cursor_execute", listen)
    assert not [statement for statement in asked if "recipient" in statement], "its rows were looked at"
    with roll.database.reading() as session:
        assert not ledger_sending.any_sending(session)
    roll.records(outcome(one))  # what was under way still arrives
    assert roll.adds_up(garment) == {"sent": 1, "queued": 2}
    roll.changes(broadcasts.resume, garment)
    assert len(roll.claims(later(hours=2))) == 2


def test_cancelled_rests_and_what_is_under_way_still_counts(roll: Roll, garment: str) -> None:
    claimed = roll.claims(limit=2)
    roll.changes(broadcasts.cancel, garment)
    assert not roll.claims(later(hours=1))
    roll.settles(garment, later(seconds=1))
    assert roll.adds_up(garment) == {"sending": 2, "cancelled": 1}
    roll.records(outcome(claimed[0]), outcome(claimed[1], "queued", not_before=later(seconds=9)))
    roll.settles(garment, later(seconds=2))
    assert roll.adds_up(garment) == {"sent": 1, "cancelled": 2}
    for verb in (broadcasts.cancel, broadcasts.stop, broadcasts.resume):
        with pytest.raises(broadcasts.Refused):
            roll.changes(verb, garment)


def test_a_great_many_are_cancelled_some_at_a_time(roll: Roll, garment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "AT_ONCE", 2)
    roll.changes(broadcasts.cancel, garment)
    for left in ({"queued": 1, "cancelled": 2}, {"cancelled": 3}):
        roll.settles(garment, later(seconds=1))
        assert roll.adds_up(garment) == left


def test_what_a_dead_sender_had_of_a_cancelled_one_is_uncertain(roll: Roll, garment: str) -> None:
    roll.claims(limit=2)
    roll.changes(broadcasts.cancel, garment)
    roll.settles(garment, MONDAY + LEASE - timedelta(seconds=1))
    assert roll.adds_up(garment) == {"sending": 2, "cancelled": 1}
    roll.settles(garment, MONDAY + LEASE)
    assert roll.adds_up(garment) == {"uncertain": 2, "cancelled": 1}


def test_urgent_goes_first_then_what_began_first(roll: Roll) -> None:
    late = roll.sends(roll.audience("MAY1"), at=later(seconds=2))
    early = roll.sends(roll.audience("MAY1"), at=later(seconds=1))
    urgent = roll.sends(roll.audience("MAY1"), at=later(seconds=3), urgent=True)
    claimed = [one.broadcast_id for _ in range(9) for one in roll.claims(later(seconds=9), limit=1)]
    assert claimed == [urgent] * 3 + [early] * 3 + [late] * 3


def test_a_mixed_claim_fills_up_from_the_next(roll: Roll) -> None:
    first, second = (roll.sends(roll.audience("MAY1"), at=later(seconds=number)) for number in (1, 2))
    claimed = [one.broadcast_id for one in roll.claims(later(seconds=9), limit=5)]
    assert claimed == [first] * 3 + [second] * 2


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_claim_locks_no_account(roll: Roll, garment: str) -> None:
    """A lock would leave the claim's number in the account's row, and keep a turn waiting."""
    with roll.database.transaction() as session:
        assert len(sender.claim(session, Claimant(LINE, 1, MONDAY), 100, words)) == 3
        with roll.database.transaction() as other:
            other.execute(text("SET LOCAL lock_timeout = '1s'"))
            assert other.execute(update(Account).values(verified=True)).rowcount == 3  # type: ignore[attr-defined]
