"""One row, one reader or one broadcast that cannot be dealt with: none of them ever stops the rest."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.sending import broadcasts as sender
from bot.sending.broadcasts import Unwritable
from models.broadcasts.broadcasts import Broadcast
from models.broadcasts.ledger_sending import Claimant, View
from models.broadcasts.recipients import Recipient
from models.messages.message import Outgoing
from models.messages.sending import LEASE
from models.store.database import Session
from tests.faults.line import LINE
from tests.rules.broadcasts.ledger_union import Phone, Roll, later, outcome, words
from tests.running_app import MONDAY


def test_whoever_stopped_the_line_or_left_meanwhile_is_marked_and_not_tried(roll: Roll, garment: str) -> None:
    roll.phone_of("An", blocked=True)
    roll.loses_phone("Bình")
    assert roll.names(roll.claims()) == ["Chi"]
    assert roll.states(garment) == {"An": "blocked", "Bình": "no_channel", "Chi": "sending"}
    roll.adds_up(garment)


@pytest.mark.parametrize("many", [1, 150])
def test_those_who_cannot_be_written_to_stop_nobody(roll: Roll, many: int) -> None:
    """Their key is missing, or somebody wrote into the database; more of them than a claim takes, too."""
    poisoned = roll.crowd(many)
    for name in poisoned:
        roll.phone_of(name, external=b"x" * 40)
    found = roll.sends(roll.audience("MAY1"))
    assert roll.names(roll.claims(limit=100)) == ["An", "Bình", "Chi"]
    assert roll.adds_up(found) == {"rejected": many, "sending": 3}
    assert {roll.recipient(found, name).reason for name in poisoned} == {"its key is missing"}


def test_a_reference_that_cannot_be_opened_stops_nobody(roll: Roll, garment: str) -> None:
    """Of an earlier part, and of the message a correction would change: those are written anew."""
    roll.records(*(outcome(one, reference=f"ref-{one.message.recipient}") for one in roll.claims()))
    with roll.database.transaction() as session:
        session.execute(update(Recipient).where(col(Recipient.person_id) == roll.people["An"]).values(reference=b"x" * 40))
    correction = roll.sends(roll.audience("MAY", meant=garment), corrects=garment)
    edits = {one.message.recipient: one.message.edits for one in roll.claims()}
    assert edits == {"An": "", "Bình": "ref-Bình", "Chi": "ref-Chi"}
    with roll.database.transaction() as session:
        mine = col(Recipient.broadcast_id) == correction, col(Recipient.person_id) == roll.people["Chi"]
        session.execute(update(Recipient).where(*mine).values(reference=b"x" * 40))
    assert roll.names(roll.claims(MONDAY + LEASE)) == ["An", "Bình", "Chi"]


def test_a_correction_changes_a_message_on_the_phone_it_went_to_only(roll: Roll, garment: str) -> None:
    """Telegram counts messages per bot and chat: the number of another phone's message would be another message."""
    roll.records(*(outcome(one, reference="41") for one in roll.claims()))
    roll.loses_phone("An")
    roll.takes_phone("An", Phone(days=0))
    roll.sends(roll.audience("MAY", meant=garment), corrects=garment)
    assert {one.message.recipient: one.message.edits for one in roll.claims()} == {"An": "", "Bình": "41", "Chi": "41"}


@pytest.mark.parametrize("unlocked", [False, True])
def test_a_lock_screen_shows_that_there_is_news_and_no_more(roll: Roll, unlocked: bool) -> None:
    """Unless its owner wishes otherwise, or no lock screen shows what arrives on this line."""
    roll.joins("Dung", "MAY1", Phone(plain=False, language="en"))
    roll.sends(roll.audience("MAY1"))
    seen: set[View] = set()

    def compose(session: Session, row: Broadcast, view: View) -> Outgoing:
        seen.add(view)
        return words(session, row, view)

    with roll.database.transaction() as session:
        claimed = sender.claim(session, Claimant(LINE, 1, MONDAY, unlocked=unlocked), 100, compose)
    assert seen == {View("vi"), View("en", not unlocked)} and len(claimed) == 4


def test_a_correction_that_is_covered_rings_anew(roll: Roll) -> None:
    """Changed where it stands, it would be the same news as before, which was opened already."""
    roll.joins("Dung", "MAY1", Phone(plain=False))
    first = roll.sends(roll.audience("MAY1"))
    roll.records(*(outcome(one, reference="41") for one in roll.claims()))
    roll.sends(roll.audience("MAY1", meant=first), corrects=first)
    edits = {one.message.recipient: one.message.edits for one in roll.claims()}
    assert edits == {"An": "41", "Bình": "41", "Chi": "41", "Dung": ""}


def test_words_that_cannot_be_opened_hold_up_no_other_broadcast(roll: Roll, garment: str) -> None:
    other = roll.sends(roll.audience("MAY"), at=later(seconds=1))

    def compose(session: Session, row: Broadcast, view: View) -> Outgoing:
        if row.id == garment:
            raise Unwritable
        return words(session, row, view)

    with roll.database.transaction() as session:
        claimed = sender.claim(session, Claimant(LINE, 1, later(seconds=1)), 100, compose)
    assert {one.broadcast_id for one in claimed} == {other} and len(claimed) == 3
    assert roll.adds_up(garment) == {"queued": 3}, "it waits for its key"
    assert len(roll.claims(later(seconds=2))) == 3
