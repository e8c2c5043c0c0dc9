"""Who stands in a ledger, with which phone and in which state it begins: decided once, when the broadcast begins."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from models.anonymity import intake
from models.broadcasts import ledger, lifecycle
from models.broadcasts.broadcasts import Broadcast
from models.broadcasts.recipients import Recipient
from models.people import accounts, wishes
from models.people.offices import Office
from models.people.persons import Person
from models.store.database import Database
from models.store.sealing import keyring
from tests.faults.line import LINE
from tests.rules.broadcasts.ledger_union import LINES, SECOND, Phone, Roll, later
from tests.running_app import MONDAY


@pytest.fixture
def roll(database: Database) -> Roll:
    return Roll(database)


@pytest.fixture
def village(roll: Roll) -> Roll:
    """Somebody of every kind."""
    roll.joins("chair", "MAY", Phone(), role="chair", member="yes")
    roll.joins("leader", "MAY1", Phone(), role="leader", member="yes")
    roll.joins("deputy", "MAY2", Phone(), role="deputy_leader")
    roll.joins("worker", "MAY1", Phone(), member="yes")
    roll.joins("unsure", "MAY1", Phone(), member="unsure")
    roll.joins("outsider", "MAY2", Phone(language="en"), member="no")
    roll.joins("reads-en", "THEP1", language="en")
    roll.joins("steel", "THEP1", Phone(), member="yes")
    return roll


EVERYBODY = {"author", "chair", "leader", "deputy", "worker", "unsure", "outsider", "reads-en", "steel"}
GARMENT = EVERYBODY - {"author", "reads-en", "steel"}
RULES: list[tuple[tuple[str, ...], dict[str, Any], set[str]]] = [
    # units, the rest of the audience → whom it is for
    (("TINH",), {}, EVERYBODY),
    (("MAY",), {}, GARMENT),
    (("MAY1",), {}, {"leader", "worker", "unsure"}),
    (("MAY1", "MAY2"), {}, GARMENT - {"chair"}),
    (("MAY", "MAY1"), {}, GARMENT),  # nobody twice
    (("TINH",), {"minus": ("MAY",)}, {"author", "reads-en", "steel"}),
    (("MAY",), {"minus": ("MAY2",)}, {"chair", "leader", "worker", "unsure"}),
    (("MAY1",), {"minus": ("MAY",)}, set()),
    ((), {}, set()),
    (("MAY",), {"role": "officers"}, {"chair", "leader", "deputy"}),
    (("MAY",), {"role": "leaders"}, {"leader", "deputy"}),
    (("TINH",), {"role": "chair", "sector": "ngoai_nha_nuoc"}, {"chair"}),
    (("TINH",), {"role": "committee"}, {"chair"}),
    (("TINH",), {"role": "vice_chair"}, set()),
    (("MAY",), {"role": "inspection"}, set()),
    (("MAY",), {"role": "womens_affairs"}, set()),
    (("TINH",), {"member": "yes"}, {"chair", "leader", "worker", "steel"}),
    (("TINH",), {"member": "no"}, {"unsure", "outsider"}),  # who was never asked is in neither
    (("TINH",), {"sector": "ngoai_nha_nuoc"}, GARMENT),
    (("MAY",), {"sector": "nha_nuoc"}, set()),
    (("TINH",), {"language": "en"}, {"outsider", "reads-en"}),
    (("MAY",), {"language": "vi", "member": "yes", "role": "leaders"}, {"leader"}),
]


@pytest.mark.parametrize(("units", "narrowed", "who"), RULES)
def test_exactly_the_audience(village: Roll, units: tuple[str, ...], narrowed: dict[str, Any], who: set[str]) -> None:
    village.people["author"] = village.author
    found = village.sends(village.audience(*units, **narrowed))
    assert village.ledger(found).keys() == who
    assert sum(village.adds_up(found).values()) == len(who)


def test_an_office_that_is_over_or_has_not_begun_does_not_count(roll: Roll) -> None:
    for name, begin, end in (("was", -9, -1), ("is", -1, 0), ("will", 1, 9)):
        whose = roll.joins(name, "MAY1", Phone())
        with roll.database.transaction() as session:
            day = MONDAY.date()
            held = {"from_day": day + timedelta(days=begin), "to_day": day + timedelta(days=end)}
            session.add(Office(person_id=whose, unit_id=roll.units["MAY1"], role="leader", **held))
    assert roll.ledger(roll.sends(roll.audience("MAY", role="leaders"))).keys() == {"is"}


def test_who_has_not_confirmed_and_whom_it_was_meant_for(roll: Roll) -> None:
    for name in ("read", "told", "silent", "off", "waits"):
        roll.joins(name, "MAY1", *([] if name == "off" else [Phone()]))
    first = roll.sends()
    roll.confirms(first, "read")
    with roll.database.transaction() as session:
        session.get_one(Recipient, (first, roll.people["silent"])).state = "sent"
        ledger.tick_told(session, first, [roll.people["told"]], MONDAY.date())
    roll.joins("new", "MAY1", Phone())
    left = roll.audience("MAY1", unconfirmed=first)
    assert roll.ledger(roll.sends(left)).keys() == {"silent", "off"}, "who still gets the first does not get it twice"
    meant = roll.audience("TINH", minus=("TINH",))
    assert roll.ledger(roll.sends(meant)).keys() == set()
    correction = roll.sends(roll.audience("MAY1", meant=first))
    assert roll.ledger(correction).keys() == {"read", "told", "silent", "off", "waits"}


A_PHONE = Phone()
PHONES: list[tuple[str, list[Phone], dict[str, str], str, tuple[str, str]]] = [
    # what is tried, phones, about the person, kind → (state, line)
    ("none", [], {}, "safety", ("no_channel", "")),
    ("one", [A_PHONE], {}, "safety", ("queued", LINE)),
    ("the better line", [Phone(line=SECOND, days=1), A_PHONE], {}, "safety", ("queued", LINE)),
    ("not the blocked one", [Phone(blocked=True), Phone(line=SECOND)], {}, "safety", ("queued", SECOND)),
    ("all blocked", [Phone(blocked=True), Phone(line=SECOND, blocked=True)], {}, "safety", ("blocked", LINE)),
    ("a claim nobody vouched for", [Phone(confirmed=False)], {}, "safety", ("no_channel", "")),
    ("a line that is gone", [Phone(line="old:1")], {}, "safety", ("no_channel", "")),
    ("a line that is gone beside one", [Phone(line="old:1"), Phone(line=SECOND)], {}, "safety", ("queued", SECOND)),
    ("no consent", [Phone(notices=False)], {}, "notice", ("no_channel", LINE)),
    ("no consent is needed", [Phone(notices=False)], {}, "safety", ("queued", LINE)),
    ("consent on the other phone", [Phone(notices=False), Phone(line=SECOND)], {}, "notice", ("queued", SECOND)),
    ("for this one they count alike", [Phone(notices=False), Phone(line=SECOND)], {}, "safety", ("queued", LINE)),
    ("wanted where blocked", [Phone(blocked=True), Phone(SECOND, notices=False)], {}, "notice", ("no_channel", SECOND)),
    ("muted", [A_PHONE], {"muted": "|law|welfare|"}, "welfare", ("no_channel", LINE)),
    ("another is muted", [A_PHONE], {"muted": "|law|welfare|"}, "notice", ("queued", LINE)),
    ("no part of a name", [A_PHONE], {"muted": "|law|"}, "training", ("queued", LINE)),
    ("cannot be muted", [A_PHONE], {"muted": "|safety|"}, "safety", ("queued", LINE)),
]


@pytest.mark.parametrize(("what", "phones", "about", "kind", "expected"), PHONES, ids=[row[0] for row in PHONES])
def test_the_phone_and_the_state_it_begins_in(
    roll: Roll, what: str, phones: list[Phone], about: dict[str, str], kind: str, expected: tuple[str, str]
) -> None:
    roll.joins("An", "MAY1", *phones, **about)
    found = roll.sends(roll.audience("MAY1"), kind=kind)
    row = roll.recipient(found, "An")
    assert (row.state, row.line) == expected
    assert (row.due_at == MONDAY) is (row.state == "queued") and (row.account_id == "") is (row.line == "")
    roll.adds_up(found)


def test_what_was_chosen_today_holds_today(roll: Roll) -> None:
    """The same, where the rows still say the opposite of everything: they change in the night."""
    for what, phones, about, kind, _expected in PHONES:
        before = [replace(phone, notices=not phone.notices, blocked=not phone.blocked) for phone in phones]
        muted = about.get("muted", "")
        roll.joins(what, "MAY1", *before, muted="" if muted else f"|{kind}|")
        with roll.database.transaction() as session:
            for account in accounts.of_person(session, roll.people[what]):
                wished = {"notices": not account.notices, "blocked": not account.blocked, "muted": muted}
                intake.change_account(session, account.id, MONDAY, later(hours=17), **wished)
    sent = {kind: roll.ledger(roll.sends(roll.audience("MAY1"), kind=kind)) for kind in {row[3] for row in PHONES}}
    found = {what: (sent[kind][what].state, sent[kind][what].line) for what, _phones, _about, kind, _expected in PHONES}
    assert found == {row[0]: row[4] for row in PHONES}


def test_a_phone_that_was_put_out_today_gets_nothing_and_the_other_does(roll: Roll) -> None:
    roll.joins("An", "MAY1", Phone(), Phone(line=SECOND))
    roll.joins("Bình", "MAY1", Phone())
    with roll.database.transaction() as session:
        kept = next(one for one in accounts.of_person(session, roll.people["An"]) if one.line == SECOND)
        wishes.put_out(session, kept, MONDAY, later(hours=17))
        [left] = accounts.of_person(session, roll.people["Bình"])
        wishes.leave(session, left, MONDAY, later(hours=17))
    ledger_of_both = roll.ledger(roll.sends(roll.audience("MAY1")))
    assert {name: (row.state, row.line) for name, row in ledger_of_both.items()} == {
        "An": ("queued", SECOND),
        "Bình": ("no_channel", ""),
    }


def test_urgent_is_never_muted(roll: Roll) -> None:
    roll.joins("An", "MAY1", Phone(notices=False), muted="|notice|")
    assert roll.states(roll.sends(roll.audience("MAY1"), kind="notice")) == {"An": "no_channel"}
    assert roll.states(roll.sends(roll.audience("MAY1"), kind="notice", urgent=True)) == {"An": "queued"}


def test_one_row_for_a_person(roll: Roll) -> None:
    roll.joins("An", "MAY1", Phone(), Phone(line=SECOND))
    found = roll.sends(roll.audience("MAY1"))
    again = {"broadcast_id": found, "person_id": roll.people["An"], "unit_id": "x", "state": "queued"}
    with pytest.raises(IntegrityError), roll.database.transaction() as session:
        session.execute(insert(Recipient).values(**again, line="", account_id="", at_night=False, attempts=0, parts_done=0,
                                                 fence=0, doubtful=False, reason=""))  # fmt: skip


def test_two_processes_that_begin_the_same_write_it_once(roll: Roll) -> None:
    """Both have seen that it is due before either begins."""
    roll.crowd(50)
    found = roll.writes(repeat="monthly")
    both = threading.Barrier(2, timeout=30)
    began: list[bool] = []

    def begin(process: Database) -> None:
        with process.reading() as session:
            assert lifecycle.due(session, MONDAY) == [found]
        both.wait()
        with process.transaction() as session:
            began.append(lifecycle.begin(session, found, LINES, MONDAY) is not None)

    with roll.database.reading() as session:
        other = Database(roll.database.url.render_as_string(hide_password=False), keyring(session))
    threads = [threading.Thread(target=begin, args=[process]) for process in (roll.database, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    other.close()
    assert sorted(began) == [False, True]
    assert sum(roll.adds_up(found).values()) == 51
    with roll.database.reading() as session:
        assert len(session.execute(select(Broadcast)).all()) == 2  # it, and the next of it: once


def test_who_joins_or_leaves_meanwhile_is_decided_once(roll: Roll) -> None:
    roll.crowd(2)
    for name in ("stays", "leaves", "moves"):
        roll.joins(name, "MAY1", Phone())
    found = roll.sends(roll.audience("MAY1"))
    roll.joins("comes", "MAY1", Phone())
    roll.loses_phone("leaves")
    with roll.database.transaction() as session:
        moved = session.get_one(Person, roll.people["moves"])
        moved.unit_id = roll.units["THEP1"]
        session.add(moved)
    assert "comes" not in roll.names(roll.claims()) and "comes" not in roll.states(found)
    assert roll.states(found) | {"leaves": "no_channel", "moves": "sending"} == roll.states(found)
    assert roll.adds_up(found) == {"sending": 4, "no_channel": 1}


def test_a_new_phone_is_not_written_to_by_an_old_ledger(roll: Roll) -> None:
    """Who has left and joined again on another line is not on the way any more: the ledger said which phone."""
    roll.joins("An", "MAY1", Phone())
    found = roll.sends(roll.audience("MAY1"))
    roll.loses_phone("An")
    roll.takes_phone("An", Phone(line=SECOND))
    assert not roll.claims(line=SECOND) and not roll.claims()
    assert roll.states(found) == {"An": "no_channel"}


@pytest.mark.parametrize("urgent", [False, True])
def test_quiet_hours_hold_all_but_urgent_and_the_night_shift(roll: Roll, urgent: bool) -> None:
    roll.joins("day", "MAY1", Phone())
    roll.joins("night", "MAY2", Phone())
    found = roll.writes(urgent=urgent)
    roll.begins(found, quiet_until=None if urgent else later(hours=8))
    awake = ["day", "night"] if urgent else ["night"]
    assert roll.names(roll.claims(quiet=True)) == awake
    assert roll.names(roll.claims(later(hours=7, minutes=59, seconds=30))) == awake, "a lease that ran out, and nothing else"
    assert roll.names(roll.claims(later(hours=8))) == ([] if urgent else ["day"])


def test_what_began_by_day_is_held_when_the_night_comes(roll: Roll) -> None:
    roll.joins("day", "MAY1", Phone())
    roll.joins("night", "MAY2", Phone())
    roll.sends()
    assert roll.names(roll.claims(later(hours=12), quiet=True)) == ["night"]
    assert "day" in roll.names(roll.claims(later(hours=20)))


OFFICERS = ("chair", "vice_chair", "committee", "inspection", "womens_affairs", "leader", "deputy_leader", "superior")
OF_ROLE = {
    "chair": {"chair"},
    "vice_chair": {"vice_chair"},
    "committee": {"chair", "vice_chair", "committee"},
    "inspection": {"inspection"},
    "womens_affairs": {"womens_affairs"},
    "leaders": {"leader", "deputy_leader"},
    "officers": set(OFFICERS),
}


def test_every_role_can_be_written_to(roll: Roll) -> None:
    for role in OFFICERS:
        roll.joins(role, "MAY", Phone(), role=role)
    roll.joins("worker", "MAY", Phone())
    for audience, who in OF_ROLE.items():
        assert roll.ledger(roll.sends(roll.audience("MAY", role=audience))).keys() == who, audience
