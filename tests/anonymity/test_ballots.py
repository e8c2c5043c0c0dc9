"""Neither row, transaction, log, order nor backup leads from a ballot to a voter, before the count and after it; and each
leak that is planted is found."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlmodel import col

from models.anonymity import intake, suppression
from models.anonymity.events import Event
from models.anonymity.intake import Intake
from models.messages import chats, received
from models.people.accounts import Sender
from models.people.units import Unit
from models.polls import ballots, boxes, counting, tally, turnout
from models.polls.boxes import MIX, BallotBox
from models.polls.polls import Answer
from models.polls.results import Result
from models.polls.rounds import Round
from models.polls.turnout import Turnout
from models.store.database import Database, Session, insert_ignore
from models.store.ids import new_id
from models.store.sealing import Keyring, Unsealable, keyring
from models.store.throwaway_keys import NoRoundKey, RoundKeys, round_keys
from tests.anonymity.burglar import CHAT, VOTERS, Burglar
from tests.forensics.links import show
from tests.rules.polls.hall import SATISFIED, WHY, Hall, furnished

WORDS = "Cơm ca hai ôi thiu, mười người đau bụng"
KEPT = {"result", "remark", "receipt"}


class Voting(Hall):
    """Votes arrive as in the service: in the transaction of a chat, which writes what every turn writes."""

    def casts(self, one: Round, person_id: str, answers: Sequence[Answer]) -> str:
        self.now += timedelta(seconds=7)
        with self.database.transaction() as session:
            row = {"id": new_id(), "line": "telegram:1", "received_on": self.now.date()}
            insert_ignore(session, received.Seen, [row])
            with intake.gathered(session, self.now):
                chat = chats.load(session, chats.of(Sender("telegram:1", person_id), person_id), self.now)
                code = ballots.cast(session, one.id, person_id, answers, self.now).code
                chats.save(session, chat, chats.State(), self.now)
            return code


@pytest.fixture
def hall(database_url: str, tmp_path: Path) -> Iterator[Hall]:
    opened = Database(database_url, Keyring.new(), round_keys=tmp_path / "round-keys")
    yield furnished(Voting(opened))
    opened.close()


@pytest.fixture
def people(hall: Hall) -> list[str]:
    return list(hall.homes)


@pytest.fixture
def opened(hall: Hall) -> Round:
    return hall.opens(hall.poll(SATISFIED, WHY, top="factory", receipts=True))


@pytest.fixture
def burglar(hall: Hall, opened: Round, database_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Burglar:
    server = None if database_url.startswith("sqlite") else request.getfixturevalue("postgres_server")
    return Burglar(hall, database_url, tmp_path, server)


@pytest.fixture
def vote(hall: Hall, opened: Round, people: list[str], burglar: Burglar) -> Callable[[], None]:
    def everybody_votes() -> None:
        """A few at a time, as a shift does; those of C alone, in the night."""
        for number, person in enumerate(people):
            hall.casts(opened, person, [1, WORDS] if number % 2 else [0, None])
            if number % 4 == 3:
                hall.waits(minutes=20)
        hall.waits(minutes=20)

    return everybody_votes


def test_nothing_leads_from_a_box_to_anybody(vote: Callable[[], None], hall: Hall, burglar: Burglar) -> None:
    vote()
    hall.forgets()
    assert not (found := burglar.chains({"ballot_box"}, VOTERS)), show(found)
    assert not (found := burglar.chains({"turnout"}, {"account", "person"})), show(found)
    assert not (found := burglar.chains({"turnout"}, CHAT)), show(found)


def test_nothing_leads_from_a_result_to_anybody(
    vote: Callable[[], None], hall: Hall, opened: Round, burglar: Burglar
) -> None:
    vote()
    hall.counts(opened)
    hall.forgets()
    assert not (found := burglar.chains({*KEPT, "ballot_box"}, VOTERS)), show(found)
    assert not burglar.finds([WORDS])


def marks_between_boxes(order: list[str]) -> list[int]:
    """How many had taken part since the box before, for each box."""
    found, marked = [], 0
    for table in order:
        marked += table == "turnout"
        if table == "ballot_box":
            found.append(marked)
            marked = 0
    return found


@pytest.mark.parametrize("mix", [MIX, 1])
def test_the_order_of_writing_tells_no_more_than_ten_together(
    vote: Callable[[], None], burglar: Burglar, monkeypatch: pytest.MonkeyPatch, mix: int
) -> None:
    monkeypatch.setattr(ballots, "MIX", mix)
    vote()
    between = marks_between_boxes(burglar.order("turnout", "ballot_box"))
    assert len(between) >= 2
    assert (min(between) >= MIX) is (mix == MIX)


@pytest.mark.parametrize("sorted_", [True, False])
def test_the_order_of_rows_says_nothing_about_people(hall: Hall, people: list[str], sorted_: bool) -> None:
    """Turnout rows stand in the order of their hashes; made person by person, they would be named by the order of people."""
    one = hall.opens(hall.poll(top="factory"))
    if not sorted_:
        with hall.database.transaction() as session:
            turnout.forget(session, one.id)
            for person in sorted(people):
                turnout.invite(session, one.id, {person: hall.units["A"]})
    place = "rowid" if hall.database.is_sqlite else "ctid"
    with hall.database.reading() as session:
        ids = session.connection().exec_driver_sql(f"SELECT id FROM turnout ORDER BY {place}").scalars().all()
    assert (list(ids) == sorted(ids)) is sorted_


def everything_sealed(session: Session) -> list[str]:
    """Ballots as they lie about: in the intake, opened with the union's own keys, which this burglar has."""
    return [json.loads(event.text)["ballot"] for event in intake.every(session, "ballot")]


def test_the_unions_own_keys_open_no_ballot(vote: Callable[[], None], hall: Hall, opened: Round) -> None:
    vote()
    with hall.database.reading() as session:
        folded, found_boxes = everything_sealed(session), session.execute(select(BallotBox)).scalars().all()
        assert len(folded) == 27 and found_boxes
        for one in folded:
            with pytest.raises(Unsealable):
                boxes.unfold(keyring(session), opened.id, one)
            assert b"unit" not in base64.b64decode(one)
        for box in found_boxes:
            with pytest.raises(Unsealable):
                keyring(session).unseal("ballot_box.body", box.id, box.body)


@pytest.mark.parametrize("destroyed", [True, False])
def test_a_backup_from_before_the_count_stays_shut(
    vote: Callable[[], None], hall: Hall, opened: Round, monkeypatch: pytest.MonkeyPatch, destroyed: bool
) -> None:
    """And if the key were kept, it would not."""
    if not destroyed:
        monkeypatch.setattr(RoundKeys, "destroy", lambda keys, round_id: None)
    vote()
    with hall.database.reading() as session:
        backup = everything_sealed(session)
        keys = round_keys(session)
        assert [path.stat().st_mode & 0o77 for path in keys.directory.iterdir()] == [0]
    hall.counts(opened)
    if destroyed:
        assert not os.listdir(keys.directory)
        with pytest.raises(NoRoundKey):
            keys.of(opened.id)
    else:
        assert len([boxes.unfold(keys.of(opened.id), opened.id, one) for one in backup]) == 27


def test_a_vote_cannot_be_told_by_its_size(hall: Hall, people: list[str], opened: Round) -> None:
    """Nor from a turn that left nothing to do."""
    for person, answers in zip(people, ([0, None], [1, None], [None, None], [1, "Ồn"]), strict=False):
        hall.casts(opened, person, answers)
    with hall.database.transaction() as session:
        lengths = {len(body) for body in session.execute(select(col(Intake.body))).scalars()}
        intake.ask(session, "leave", new_id(), hall.now, hall.now, json.dumps([new_id(), new_id()]))
        with intake.gathered(session, hall.now):
            pass
        bodies = list(session.execute(select(col(Intake.body))).scalars())
    assert len(bodies) == 6 and lengths == {len(body) for body in bodies} and len(lengths) == 1


def shown_at_rest(hall: Hall, opened: Round) -> dict[str, int]:
    """The respondents of each unit that the table itself tells of."""
    with hall.database.reading() as session:
        rows = session.execute(select(Result).where(col(Result.round_id) == opened.id)).scalars().all()
        names = dict(session.execute(select(col(Unit.id), col(Unit.name))).all())
        return {names[row.unit_id]: json.loads(row.body)["respondents"] for row in rows if row.body}


@pytest.mark.parametrize("planted", [False, True])
def test_not_even_the_database_has_what_few_said(
    vote: Callable[[], None], hall: Hall, opened: Round, monkeypatch: pytest.MonkeyPatch, planted: bool
) -> None:
    if planted:
        monkeypatch.setattr(tally, "shown", lambda parents, respondents, least: set(parents))
    vote()
    hall.counts(opened)
    known = shown_at_rest(hall, opened)
    assert (known == {"factory": 27, "A": 12}) is not planted
    assert (known.get("C") == 4) is planted


# Planted leaks: each is what somebody in a hurry would write.


def test_cast_in_the_transaction_of_the_chat(
    vote: Callable[[], None], burglar: Burglar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(session: Session, event: Event, _now: datetime, _row_id: str = "") -> bool:
        told = json.loads(event.text)
        turnout.take_part(session, [event])
        boxes.put_in(session, told["round"], [told["ballot"]])
        return True

    monkeypatch.setattr(intake, "add", careless)
    vote()
    assert burglar.chains({"ballot_box"}, {"turnout"})
    assert burglar.chains({"ballot_box"}, {"conversation"})


def test_marked_and_boxed_in_one_transaction(
    vote: Callable[[], None], burglar: Burglar, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = turnout.take_part

    def careless(session: Session, events: list[Event]) -> None:
        honest(session, events)
        for event in events:
            told = json.loads(event.text)
            boxes.put_in(session, told["round"], [told["ballot"]])

    monkeypatch.setattr(turnout, "take_part", careless)
    vote()
    assert burglar.chains({"ballot_box"}, {"turnout"})
    assert not burglar.chains({"ballot_box"}, {"conversation"})  # one wall still stands


@pytest.mark.parametrize("backend", ["postgresql"])
def test_voters_locked_while_their_ballots_are_boxed(
    vote: Callable[[], None], burglar: Burglar, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = boxes.put_in

    def careless(session: Session, round_id: str, folded: list[str]) -> None:
        session.execute(select(col(Turnout.id)).where(col(Turnout.round_id) == round_id).with_for_update()).all()
        honest(session, round_id, folded)

    monkeypatch.setattr(boxes, "put_in", careless)
    vote()
    assert burglar.chains({"ballot_box"}, {"turnout"})


def test_intake_rows_deleted_with_their_box(
    vote: Callable[[], None], hall: Hall, burglar: Burglar, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = boxes.put_in

    def careless(session: Session, round_id: str, folded: list[str]) -> None:
        honest(session, round_id, folded)
        voters = [one.reporter_id for one in intake.every(session, "ballot") if json.loads(one.text)["ballot"] in folded]
        mine = [intake.row_of(session, "ballot", voter) for voter in voters]
        session.execute(delete(Intake).where(col(Intake.id).in_(mine)))

    monkeypatch.setattr(boxes, "put_in", careless)
    vote()
    assert burglar.chains({"ballot_box"}, {"conversation"})


def test_a_voter_in_a_box(vote: Callable[[], None], burglar: Burglar, monkeypatch: pytest.MonkeyPatch) -> None:
    """An id that both sides keep, though nobody can tell whose it is."""
    honest = ballots.cast

    def careless(session: Session, round_id: str, person_id: str, *rest: object) -> ballots.Cast:
        cast = honest(session, round_id, person_id, *rest)  # type: ignore[arg-type]
        session.add(BallotBox(round_id=round_id, body=turnout.voter(session, round_id, person_id).encode()))
        return cast

    monkeypatch.setattr(ballots, "cast", careless)
    monkeypatch.setattr(boxes, "open_all", lambda session, round_id: iter(()))
    vote()
    assert burglar.chains({"ballot_box"}, {"turnout"})


def test_turnout_tidied_with_the_count(
    vote: Callable[[], None], hall: Hall, opened: Round, burglar: Burglar, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = counting.finish

    def careless(session: Session, round_: Round, counted: counting.Counted) -> bool:
        turnout.forget(session, round_.id)
        return honest(session, round_, counted)

    monkeypatch.setattr(counting, "finish", careless)
    vote()
    hall.counts(opened)
    assert burglar.chains({"result"}, {"turnout"})


def test_sealed_under_the_unions_own_key(
    vote: Callable[[], None], hall: Hall, opened: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hall.database.reading() as session:
        ring = keyring(session)
    monkeypatch.setattr(RoundKeys, "of", lambda keys, round_id: ring)
    vote()
    with hall.database.reading() as session:
        assert [boxes.unfold(ring, opened.id, one) for one in everything_sealed(session)]


def test_free_answers_left_unsealed(
    vote: Callable[[], None], hall: Hall, opened: Round, burglar: Burglar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "seal", lambda session, place, row, text: text.encode())
    vote()
    hall.counts(opened)
    assert burglar.finds([WORDS])


def test_the_rule_itself_is_the_one_tested() -> None:
    assert tally.shown is suppression.shown
