"""How many an audience is for, as officers may know it: from the list where that says it, or as it stood last night."""

from __future__ import annotations

from datetime import date

import pytest

from models.anonymity.counts import Size
from models.broadcasts import broadcasts, sizes
from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import Broadcast, Draft, Words
from models.people import persons
from models.people.offices import Office
from models.people.units import Unit
from models.store.database import Database, Session
from tests.rules.anonymity.test_night_counts import joins, night
from tests.running_app import MONDAY

K = 5
TODAY = date(2026, 11, 23)
Units = dict[str, str]


@pytest.fixture
def units(database: Database) -> Units:
    """A province with two factories; of MAY the list says how many work where, of GIA nothing but its officers."""
    found: Units = {}
    with database.transaction() as session:
        for code, above, headcount in (
            ("LD", "", 0),
            ("MAY", "LD", 0),
            ("MAY1", "MAY", 40),
            ("MAY2", "MAY", 38),
            ("MAY3", "MAY", 12),
            ("GIA", "LD", 0),
            ("GIA1", "GIA", 0),
            ("GIA2", "GIA", 0),
        ):
            kind = "ldld_tinh" if code == "LD" else "to_cong_doan" if code[-1].isdigit() else "cdcs"
            sector = "fdi" if code == "GIA" else ""
            unit = Unit(
                kind=kind, code=code, name=code, parent_id=found.get(above) or None, headcount=headcount, sector=sector
            )
            session.add(unit)
            session.flush()
            found[code] = unit.id
            officer = persons.add(session, unit.id, name=code, staff_code=f"S-{code}")
            session.add(Office(person_id=officer.id, unit_id=unit.id, role="leader" if kind == "to_cong_doan" else "chair"))
    return found


def size(session: Session, units: Units, text: str, **narrower: object) -> Size:
    """`"MAY -MAY3"`"""
    words = text.split()
    chosen = tuple(units[word] for word in words if word[0] != "-")
    minus = tuple(units[word[1:]] for word in words if word[0] == "-")
    return sizes.of(session, Audience(chosen, minus, **narrower), TODAY, K)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("MAY1", Size("exact", 40)),
        ("MAY", Size("exact", 91)),  # three teams and the chair
        ("MAY MAY1", Size("exact", 91)),
        ("MAY1 MAY2", Size("exact", 78)),
        ("MAY -MAY3", Size("exact", 79)),
        ("GIA1", Size("few")),
        ("GIA", Size("few")),
        ("LD", Size("least", 95)),  # and whoever works at GIA
        ("LD -GIA", Size("exact", 92)),
    ],
)
def test_by_the_list(database: Database, units: Units, text: str, said: Size) -> None:
    with database.reading() as session:
        assert size(session, units, text) == said


def test_offices_are_no_secret(database: Database, units: Units) -> None:
    with database.reading() as session:
        assert size(session, units, "MAY", role="officers") == Size("exact", 4)
        assert size(session, units, "LD", role="leaders") == Size("exact", 5)


def test_by_sector(database: Database, units: Units) -> None:
    with database.transaction() as session:
        joins(session, units["GIA1"], 45)
        night(session)
        assert size(session, units, "LD", sector="fdi").how == "least"
        assert size(session, units, "LD", sector="fdi") == size(session, units, "GIA")


def test_by_heads_where_the_list_says_nothing(database: Database, units: Units) -> None:
    """One who joins, or leaves, moves nothing; nor do accounts of the wall code in any night."""
    with database.transaction() as session:
        joins(session, units["GIA1"], 45)
        assert size(session, units, "GIA1") == Size("few")
        night(session)
        said = size(session, units, "GIA1")
        assert said.how == "least" and 20 <= said.number <= 40
        joins(session, units["GIA1"])
        joins(session, units["GIA1"], 50, verified=False)
        assert size(session, units, "GIA1") == said
        night(session)
        assert size(session, units, "GIA1").number <= 46


def test_of_who_is_chosen_by_what_they_did_no_number_is_said(database: Database, units: Units) -> None:
    with database.transaction() as session:
        before = size(session, units, "MAY1", member="yes")
        assert before == Size("some", 40)
        for person in joins(session, units["MAY1"], 45):
            person.member = "yes"
        assert size(session, units, "MAY1", member="yes") == size(session, units, "MAY1", language="en") == before


def test_a_choice_among_few_is_refused_by_last_night(database: Database, units: Units) -> None:
    private = Audience((units["MAY1"],), member="yes")
    with database.transaction() as session:
        joins(session, units["MAY1"], 45)
        joins(session, units["MAY3"], 9)
        assert sizes.chooses_among_few(session, private, K)
        night(session)
        assert not sizes.chooses_among_few(session, private, K), "whoever of them is a member"
        assert sizes.chooses_among_few(session, Audience((units["MAY3"],), unconfirmed="TB"), K)
        assert not sizes.chooses_among_few(session, Audience((units["MAY3"],)), K)


def test_what_is_left_out_is_no_small_unit(database: Database, units: Units) -> None:
    with database.transaction() as session:
        joins(session, units["MAY2"], 45)
        joins(session, units["MAY3"], 9)
        night(session)
        may = units["MAY"]
        assert not sizes.leaves_out_few(session, Audience((may,)), K)
        assert not sizes.leaves_out_few(session, Audience((may,), (units["MAY2"],)), K)
        assert sizes.leaves_out_few(session, Audience((may,), (units["MAY3"],)), K)
        assert sizes.leaves_out_few(session, Audience((may,), (units["MAY2"], units["MAY3"])), K)


@pytest.mark.parametrize(
    ("one", "other", "few"),
    [
        ("MAY", "MAY", False),
        ("MAY", "MAY -MAY3", True),
        ("MAY", "MAY1 MAY2", True),  # the same by naming who is asked
        ("MAY", "MAY1", False),  # what MAY has besides is a crowd
        ("MAY1", "MAY2", False),  # nobody in common
        ("MAY1 MAY3", "MAY1", True),
        ("MAY1 MAY3", "MAY2 MAY3", False),
        ("LD", "MAY", True),  # at GIA hardly anybody has joined
    ],
)
def test_two_that_differ_by_few(database: Database, units: Units, one: str, other: str, few: bool) -> None:
    def rule(text: str) -> Audience:
        words = text.split()
        minus = tuple(units[word[1:]] for word in words if word[0] == "-")
        return Audience(tuple(units[word] for word in words if word[0] != "-"), minus)

    with database.transaction() as session:
        for team, many in (("MAY1", 45), ("MAY2", 45), ("MAY3", 9), ("GIA1", 4)):
            joins(session, units[team], many)
        night(session)
        assert sizes.differ_by_few(session, rule(one), rule(other), K) is few
        assert sizes.differ_by_few(session, rule(other), rule(one), K) is few


def test_how_many_fit_a_rule_is_not_asked(database: Database, units: Units) -> None:
    """Members and all: how many the others are, is nobody's to know, so the two are not asked both."""
    with database.transaction() as session:
        joins(session, units["MAY1"], 45)
        night(session)
        all_, some = Audience((units["MAY1"],)), Audience((units["MAY1"],), member="yes")
        assert sizes.differ_by_few(session, all_, some, K)
        assert not sizes.differ_by_few(session, some, Audience((units["MAY2"],)), K)


@pytest.mark.parametrize(
    ("text", "narrower", "hidden"),
    [
        ("MAY1", {}, True),
        ("MAY3", {}, False),
        ("MAY1", {"member": "yes"}, False),
        ("MAY1", {"role": "officers"}, False),  # one leader, in a team of many
        ("LD", {"role": "officers"}, False),  # eight
    ],
)
def test_who_asks_about_a_notice_is_one_of_many(
    database: Database, units: Units, text: str, narrower: dict[str, str], hidden: bool
) -> None:
    with database.transaction() as session:
        joins(session, units["MAY1"], 45)
        joins(session, units["MAY3"], 9)
        joins(session, units["MAY3"], 90, verified=False)
        night(session)
        audience = Audience((units[text],), **narrower)  # type: ignore[arg-type]
        author = joins(session, units["MAY1"])[0].id
        words = Words({"vi": "Mời họp"})

        def sent(to: Audience, **more: str) -> Broadcast:
            size_ = str(sizes.of(session, to, TODAY, K))
            made = Draft(author, units["MAY"], words, to, "general", MONDAY, shown_size=size_, **more)  # type: ignore[arg-type]
            return broadcasts.create(session, made, MONDAY)

        first = sent(audience)
        assert sizes.hides_asker(session, first, K) is hidden
        correction = sent(Audience((units[text],), meant=first.id), corrects=first.id)
        assert sizes.hides_asker(session, correction, K) is hidden, "whom it puts right were no more"
