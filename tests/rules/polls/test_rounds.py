"""A round from opening to results: what may be asked, who may vote, what each is told, what is shown."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from config.i18n import HERE
from handlers.polls import invitations
from models.anonymity import intake
from models.anonymity.suppression import Withheld
from models.people import leaving
from models.people.accounts import Account
from models.people.persons import Person
from models.polls import ballots, boxes, counting, due, opening, polls, results, rounds, turnout
from models.polls.ballots import NotCast
from models.polls.boxes import BallotBox
from models.polls.polls import Answer, Content, Question, Unfit
from models.polls.results import Receipt, Result, Shown
from models.polls.rounds import Round, Unplannable
from models.polls.turnout import Turnout
from models.store.throwaway_keys import NoRoundKey, round_keys
from tests.rules.polls.hall import NEEDS, SATISFIED, WHY, Crash, Hall, Power

YES, NO = 0, 1


@pytest.mark.parametrize("boxed", [True, False])
def test_from_opening_to_results(hall: Hall, people: list[str], boxed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not boxed:
        monkeypatch.setattr(ballots, "MIX", 1000)  # then all wait in the intake until the count
    one = hall.opens(hall.poll(SATISFIED, NEEDS, WHY, top="factory"))
    for person in people:
        chosen = YES if hall.homes[person] == "A" else NO
        hall.casts(one, person, [chosen, [1], "Cơm ca hai ôi thiu" if chosen == NO else None])
        hall.tick()
    hall.waits(minutes=1)
    assert hall.sees(one, "factory") is Withheld.NOT_YET
    with hall.database.reading() as session:
        found_boxes = session.execute(select(func.count()).select_from(BallotBox)).scalar_one()
        assert (found_boxes > 0) is boxed
    assert hall.counts(one).ballots == 27
    factory, team = hall.sees(one, "factory"), hall.sees(one, "A")
    assert isinstance(factory, Shown) and isinstance(team, Shown)
    assert (factory.respondents, team.respondents) == (27, 12)
    assert (factory.invited, team.invited) == (0, 0), "nothing is said of how many had joined before a night has passed"
    assert factory.tables[0] == results.Table((12, 15, 0), 0) and team.tables[0] == results.Table((12, 0, 0), 0)
    assert factory.tables[1] == results.Table((0, 27, 0), 0)
    assert factory.tables[2] is None
    # B goes with C, whose four would otherwise be factory − A − B.
    assert hall.sees(one, "C") is Withheld.FEW and hall.sees(one, "B") is Withheld.FEW
    with hall.database.reading() as session:
        assert session.execute(select(func.count()).select_from(BallotBox)).scalar_one() == 0
        words = results.remarks(session, one, list(hall.units.values()), 2)
        assert words == ["Cơm ca hai ôi thiu"] * 15
        with pytest.raises(NoRoundKey):
            round_keys(session).of(one.id)
        assert not list(round_keys(session).directory.iterdir())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"questions": []}, "questions"),
        ({"questions": [SATISFIED] * 21}, "questions"),
        ({"questions": [Question("one", {"vi": "A?"}, [{"vi": "Có"}])]}, "options"),
        ({"questions": [Question("one", {"vi": "A?"}, [{"vi": "x" * 500}, {"vi": "Không"}])]}, "option_words"),
        ({"questions": [Question("yesno", {"vi": ""})]}, "words"),
        ({"questions": [Question("yesno", {"vi": "A?"}, when=(0, 0))]}, "condition"),
        ({"questions": [NEEDS, Question("yesno", {"vi": "A?"}, when=(0, 0))]}, "condition"),
        ({"questions": [SATISFIED, Question("yesno", {"vi": "A?"}, when=(0, 3))]}, "condition"),
        ({"audience": []}, "audience"),
        ({"threshold": 4}, "threshold"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_cannot_be_asked(hall: Hall, change: dict[str, Any], fault: str) -> None:
    given = {"title": {"vi": "Lấy ý kiến"}, "questions": [SATISFIED], "audience": ["x"]} | change
    terms = polls.Terms(threshold=given.pop("threshold", 5))
    with hall.database.transaction() as session, pytest.raises(Unfit) as refused:
        polls.create(session, hall.units["factory"], Content(**given), terms)
    assert refused.value.fault == fault


@pytest.mark.parametrize(
    "answers",
    [
        [YES, None],  # one too few
        [3, None, None],
        [-1, None, None],
        [True, None, None],
        ["Có", None, None],
        [[0], None, None],
        [YES, [0, 0], None],
        [YES, [], None],
        [YES, 1, None],
        [YES, None, "not asked of those who are satisfied"],
        [NO, None, "x" * 1001],
        [NO, None, 1],
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"])
def test_what_cannot_be_answered(hall: Hall, people: list[str], answers: list[Answer]) -> None:
    one = hall.opens(hall.poll(SATISFIED, NEEDS, WHY, top="factory"))
    with pytest.raises(Unfit):
        hall.casts(one, people[0], answers)
    hall.casts(one, people[0], [None, None, None])


def test_who_may_vote_and_when(hall: Hall, people: list[str]) -> None:
    guest, other = hall.people("A", 1, verified=False)[0], ""
    hall.unit("elsewhere")
    other = hall.people("elsewhere", 1)[0]
    one = hall.opens(hall.poll(top="factory"))
    late = hall.people("A", 1)[0]
    for person in (guest, other, late):
        with pytest.raises(NotCast) as refused:
            hall.casts(one, person, [YES])
        assert refused.value.why == "not_invited"
    hall.casts(one, people[0], [YES])
    for wait in (0, 90, 0):  # while it waits, when it is due and nothing posts it, and after
        with pytest.raises(NotCast) as refused:
            hall.casts(one, people[0], [NO])
        assert refused.value.why == "already"
        hall.now += timedelta(seconds=wait)
    hall.tick()
    hall.forgets()
    with pytest.raises(NotCast):
        hall.casts(one, people[0], [NO])
    with hall.database.reading() as session:
        assert set(turnout.missing(session, one.id, [*people, guest, other])) == set(people[1:])
    hall.waits(days=7)
    with pytest.raises(NotCast) as refused:
        hall.casts(one, people[1], [YES])
    assert refused.value.why == "closed"
    [stranger] = hall.people("elsewhere", 1, verified=False)
    anybody = hall.opens(hall.poll(top="elsewhere", voters="anyone"))
    hall.casts(anybody, stranger, [YES])


def test_planning(hall: Hall) -> None:
    asked = hall.poll(top="factory")
    with hall.database.transaction() as session:
        with pytest.raises(Unplannable):
            rounds.plan(session, asked, hall.now, hall.now - timedelta(hours=1))
        planned = rounds.plan(session, asked, hall.now + timedelta(days=1))
        assert not planned.takes_votes(hall.now + timedelta(days=1))
        assert not due.due(session, hall.now).to_open
        assert due.due(session, hall.now + timedelta(days=1)).to_open == [planned.id]
        assert opening.open_(session, planned) == 27
        with pytest.raises(Unplannable):
            opening.open_(session, planned)


def _at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=HERE)


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(
    ("repeat", "planned", "opened", "then"),
    [
        ("monthly", "2027-03-01 06:00", "2027-03-01 06:01", ["2027-04-01 06:00", "2027-05-01 06:00"]),
        ("monthly", "2026-12-01 06:00", "2026-12-01 06:00", ["2027-01-01 06:00", "2027-02-01 06:00"]),
        ("monthly", "2027-01-31 06:30", "2027-01-31 06:30", ["2027-02-28 06:30", "2027-03-31 06:30", "2027-04-30 06:30"]),
        ("weekly", "2026-11-30 06:00", "2026-12-02 15:00", ["2026-12-07 06:00"]),  # agreed to, or opened, two days late
        ("weekly", "2026-11-30 06:00", "2026-12-06 15:00", ["2026-12-14 06:00"]),  # nearly when the next was to open
        ("monthly", "2026-11-28 08:00", "2026-11-30 11:11", ["2026-12-28 08:00", "2027-01-28 08:00"]),
        ("monthly", "2026-11-30 23:30", "2027-02-10 09:00", ["2027-02-28 23:30", "2027-03-30 23:30"]),  # some missed
        ("quarterly", "2026-11-30 00:10", "2026-11-30 00:10", ["2027-02-28 00:10", "2027-05-30 00:10"]),
        ("yearly", "2028-02-29 05:00", "2028-02-29 05:00", ["2029-02-28 05:00"]),
    ],
)
@pytest.mark.parametrize("second", [True, False])
def test_when_it_is_asked_again(
    hall: Hall, people: list[str], repeat: polls.Repeat, planned: str, opened: str, then: list[str], second: bool
) -> None:
    """From when the first was planned, however late a second officer agreed or the clock opened it; by our calendar."""
    now = _at(planned)
    asked = hall.poll(top="factory", repeat=repeat, author_id=people[0])
    with hall.database.transaction() as session:
        one = rounds.plan(session, session.get_one(polls.Poll, asked.id), now, waits=second)
        now = _at(opened)
        assert not second or rounds.approve(session, one, now)
        assert invitations.open_round(session, one.id, now)
        assert one.opens_at == _at(planned) and one.closes_at - now > timedelta(days=3.5 if opened < "2026-12-06" else 6)
        for local in then:
            [two] = session.execute(select(Round).where(Round.state == "planned")).scalars()
            assert two.opens_at.astimezone(HERE) == _at(local)
            invitations.open_round(session, two.id, _at(local))


def test_closing_early_waits_for_what_was_cast_in_time(hall: Hall, people: list[str]) -> None:
    one = hall.opens(hall.poll(top="factory"))
    for person in people[:11]:
        hall.casts(one, person, [YES])
    with hall.database.transaction() as session:
        rounds.close(session, session.get_one(Round, one.id), hall.now)
    with pytest.raises(NotCast), hall.database.transaction() as session:
        ballots.cast(session, one.id, people[20], [YES], hall.now)
    with hall.database.reading() as session:
        assert not due.due(session, hall.now).to_count
        with pytest.raises(counting.TooEarly):
            counting.count(session, session.get_one(Round, one.id))
    assert hall.counts(one).ballots == 11


def test_a_cancelled_round_leaves_nothing(hall: Hall, people: list[str]) -> None:
    one = hall.opens(hall.poll(top="factory"))
    for person in people[:15]:
        hall.casts(one, person, [YES])
    hall.waits(minutes=2)
    hall.casts(one, people[20], [YES])
    with hall.database.transaction() as session:
        rounds.cancel(session, session.get_one(Round, one.id))
    with hall.database.reading() as session:
        rounds.sweep_keys(session)
    hall.waits(minutes=2)
    hall.forgets()
    with hall.database.reading() as session:
        for table in (BallotBox, Turnout, intake.Intake, Result):
            assert session.execute(select(func.count()).select_from(table)).scalar_one() == 0
        assert not list(round_keys(session).directory.iterdir())
    with pytest.raises(NotCast):
        hall.casts(one, people[21], [YES])


def test_receipts(hall: Hall, people: list[str]) -> None:
    one = hall.opens(hall.poll(top="factory", receipts=True))
    codes = [hall.casts(one, person, [YES]) for person in people]
    assert len(set(codes)) == 27
    assert not hall.casts(hall.opens(hall.poll(top="factory")), people[0], [YES])
    hall.counts(one)
    with hall.database.reading() as session:
        published = results.receipts(session, one)
        assert set(published) == set(codes)
        assert session.get_one(Round, one.id).receipts_hash == results.receipts_hash(codes)
        assert set(Receipt.model_fields) == {"code", "round_id"}


def test_no_ballot_says_whose_it_is(hall: Hall, people: list[str]) -> None:
    """Also one from before polls with names went, which was sealed with a person: it counts, and the person is not read."""
    one = hall.opens(hall.poll(top="factory"))
    for person in people[:12]:
        hall.casts(one, person, [YES])
    with hall.database.reading() as session:
        earlier = {**asdict(boxes.Ballot("unit", [YES])), "person_id": people[0]}
        key = round_keys(session).of(one.id)
        sealed = key.seal("ballot.body", one.id, json.dumps(earlier))
        opened = boxes.unfold(key, one.id, base64.b64encode(sealed).decode())
    assert opened.answers == [YES]
    assert not {"person_id", "person", "account_id"} & {field.name for field in fields(opened)}
    assert hall.counts(one).ballots == 12


def test_leaving_takes_no_vote_back(hall: Hall, people: list[str]) -> None:
    """And is not hindered by one: nothing in a turnout refers to a person."""
    one = hall.opens(hall.poll(top="factory"))
    for person in people:
        hall.casts(one, person, [YES])
    hall.waits(minutes=2)
    with hall.database.transaction() as session:
        accounts = session.execute(select(col(Account.id)).where(col(Account.person_id) == people[0])).scalars()
        leaving.forget(session, accounts.one())
        assert session.get(Person, people[0]) is None
    assert hall.counts(one).ballots == 27


@pytest.mark.parametrize("gone", [0, 1, 5])
def test_rounds_are_compared_when_nobody_or_many_changed(hall: Hall, people: list[str], gone: int) -> None:
    asked = hall.poll(top="factory")
    first = hall.opens(asked)
    for person in people:
        hall.casts(first, person, [YES])
    hall.counts(first)
    with hall.database.transaction() as session:
        for person in [one for one in people if hall.homes[one] == "B"][:gone]:
            (account_id,) = session.execute(select(col(Account.id)).where(col(Account.person_id) == person)).scalars()
            leaving.forget(session, account_id)
            hall.homes.pop(person)
    second = hall.opens(asked)
    for person in hall.homes:
        hall.casts(second, person, [NO])
    hall.counts(second)
    seen = hall.sees(second, "factory")
    assert isinstance(seen, Shown)
    if gone == 1:
        assert seen.before is Withheld.CHANGED
    else:
        assert isinstance(seen.before, Shown) and seen.before.tables[0] == results.Table((27, 0, 0), 0)
    earliest = hall.sees(first, "factory")
    assert isinstance(earliest, Shown) and earliest.before is Withheld.NO_EARLIER


def test_fifty_taps_on_two_phones_are_one_ballot(hall: Hall, people: list[str]) -> None:
    one = hall.opens(hall.poll(top="factory"))
    for person in people[1:]:
        hall.casts(one, person, [YES])
    told: list[str] = []

    def taps() -> None:
        try:
            with hall.database.transaction() as session:
                ballots.cast(session, one.id, people[0], [NO], hall.now)
            told.append("cast")
        except NotCast as refused:
            told.append(refused.why)

    threads = [threading.Thread(target=taps) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 50 and "cast" in told
    assert hall.counts(one).ballots == 27


def test_a_box_put_in_twice_counts_once(hall: Hall, people: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    one = hall.opens(hall.poll(top="factory"))
    for person in people:
        hall.casts(one, person, [YES])
    hall.crash = Power("while telling")
    with pytest.raises(Crash):
        hall.waits(minutes=2)
    hall.restarts()
    hall.tick()
    with hall.database.reading() as session:
        assert session.execute(select(func.count()).select_from(BallotBox)).scalar_one() == 2
        assert len(list(boxes.open_all(session, one.id))) == 27
    assert hall.counts(one).ballots == 27
