"""What an officer should do first, what the units below owe, and what a search finds: rules, without anybody's chat."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from models.anonymity import counts, moments, night_counts
from models.anonymity.events import Event
from models.grievances import access, cases, finding, handling, oversight, work
from models.grievances.cases import Grievance
from models.grievances.handling import Saying
from models.grievances.work import Said
from models.people import accounts, persons
from models.people.accounts import Sender
from models.people.offices import Office
from models.people.units import Unit
from models.store.database import Database, Session
from models.store.ids import new_case_code, new_id

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)  # nine in the morning in Vietnam
MORNING = NOW - timedelta(hours=1)
WORKER, OFFICER = False, True


def said(*kinds: str) -> list[Said]:
    """Entries of these kinds, an hour apart."""
    by_worker = ("report", "addition", "unsettled", "danger", "reworded", "named")
    return [Said(kind, kind not in by_worker, NOW - timedelta(hours=20 - place)) for place, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("state", "hours", "kinds", "group"),
    [
        ("new", -1, ("report",), "overdue"),
        ("acknowledged", -1, ("report", "acknowledged"), "overdue"),
        ("acknowledged", -1, ("report", "question"), "overdue"),
        ("answered", -1, ("report", "reply"), "waits"),
        ("proposed", -1, ("report", "reply", "proposal"), "waits"),
        ("new", 3, ("report",), "today"),
        ("new", 3, ("report", "reply", "addition"), "today"),
        ("new", 14.99, ("report",), "today"),  # to midnight in Vietnam
        ("new", 15, ("report",), "new"),
        ("new", 30, ("report",), "new"),
        ("new", 30, ("report", "addition"), "new"),
        ("new", 30, ("report", "note", "assigned"), "new"),
        ("new", 30, ("report", "reply", "addition"), "again"),
        ("new", 30, ("report", "reply", "addition", "note"), "again"),
        ("new", 30, ("report", "reply", "unsettled"), "new"),  # to the unit above it is new
        ("new", 30, ("report", "reply", "note", "escalated"), "new"),
        ("acknowledged", 30, ("report", "acknowledged"), "in_hand"),
        ("acknowledged", 30, ("report", "question"), "waits"),
        ("acknowledged", 30, ("report", "question", "note"), "waits"),
        ("acknowledged", 30, ("report", "question", "undelivered"), "waits"),
    ],
)
def test_where_a_case_belongs(state: str, hours: float, kinds: tuple[str, ...], group: str) -> None:
    case = Grievance(
        code="PA-AAAAAA", unit_id="u", holder_id="u", category="wage", state=state, created_at=NOW,
        due_at=NOW + timedelta(hours=hours),
    )  # fmt: skip
    assert work.group_of(case, said(*kinds), NOW) == group


@pytest.mark.parametrize("second", [0, 1, 59, 60, 1799])
def test_what_is_covered_is_dated_to_the_moment_it_shares(second: int) -> None:
    at = NOW + timedelta(seconds=second)
    assert moments.shown(at, covered=True) == NOW
    assert moments.shown(at, covered=False) == NOW + timedelta(minutes=second // 60)


@dataclass
class Factory:
    """A province, two factories, teams of the first, and who holds office in each."""

    units: dict[str, Unit] = field(default_factory=dict)
    officers: dict[str, str] = field(default_factory=dict)

    def case(
        self, session: Session, holder: str, *, hours: float = 24, text: str = "Tăng ca", **changed: object
    ) -> Grievance:
        said: dict[str, object] = {
            "kind": "report", "due": NOW.isoformat(), "case_id": new_id(), "entry_id": new_id(), "reporter_id": new_id(),
            "text": text, "code": new_case_code(), "unit_id": self.units[holder].id, "holder_id": self.units[holder].id,
            "category": "wage", "reply_due": (NOW + timedelta(hours=hours)).isoformat(),
        }  # fmt: skip
        posted = cases.post(session, Event(**(said | changed)), MORNING)  # type: ignore[arg-type]
        assert posted is not None
        return posted


TREE = (
    ("province", "ldld_tinh", None, "superior"),
    ("one", "cdcs", "province", "chair"),
    ("two", "cdcs", "province", "chair"),
    *((f"team{number}", "to_cong_doan", "one", "leader") for number in range(1, 5)),
)


def built(session: Session, *, named: tuple[str, ...] = ("team1", "team2")) -> Factory:
    """`named`: the teams in which enough have joined to say their name."""
    factory = Factory()
    for code, kind, above, role in TREE:
        unit = Unit(kind=kind, code=code, name=code, parent_id=factory.units[above].id if above else None)
        session.add(unit)
        session.flush()
        factory.units[code] = unit
        officer = persons.add(session, unit.id, name=code, staff_code=new_id())
        session.add(Office(person_id=officer.id, unit_id=unit.id, role=role))
        joining = accounts.Joining(language="vi", confirmed=True, consent_version="x", verified=True)
        accounts.add(session, Sender("telegram:1", officer.id), officer, joining, NOW.date())
        factory.officers[code] = officer.id
    night_counts.take(session, counts.OWN, {factory.units[one].id: 60 for one in named}, 5)
    return factory


def order(session: Session, factory: Factory, who: str = "team1") -> list[str]:
    return [one.case.code for one in work.waiting(session, factory.officers[who], NOW)]


def test_what_is_owed_comes_first(database: Database) -> None:
    with database.transaction() as session:
        factory = built(session)
        officer = factory.officers["team1"]
        late, later = (factory.case(session, "team1", hours=-hours) for hours in (2, 5))
        today = factory.case(session, "team1", hours=4)
        danger = factory.case(session, "team1", hours=40, urgent=True)
        new = factory.case(session, "team1", hours=30)
        again, waits = factory.case(session, "team1"), factory.case(session, "team1")
        for case in (again, waits):
            handling.reply(session, case, Saying(officer, "Đã hỏi phòng lương", NOW), NOW)
        event = Event("addition", NOW.isoformat(), again.id, new_id(), new_id(), "Vẫn chưa thấy")
        cases.hear_reporter(session, event, NOW)
        hand = factory.case(session, "team1", hours=20)
        handling.acknowledge(session, hand, officer, NOW, NOW)
        wanted = [later, late, today, danger, new, again, hand, waits]
        assert order(session, factory) == [case.code for case in wanted]
        numbers = work.counted(work.waiting(session, officer, NOW))
        assert numbers == {"overdue": 2, "today": 1, "new": 2, "again": 1, "in_hand": 1, "waits": 1}


def test_the_order_does_not_tell_who_was_first(database: Database) -> None:
    """Of cases posted at one moment the ids decide, which are random: over many, neither the first nor the last leads."""
    with database.transaction() as session:
        factory = built(session)
        posted = [factory.case(session, "team1").code for _ in range(12)]
        assert sorted(order(session, factory)) == sorted(posted)
        assert order(session, factory) not in (posted, posted[::-1])


def test_seconds_of_what_is_covered_do_not_order(database: Database) -> None:
    with database.transaction() as session:
        factory = built(session)
        for second in random.Random(1).sample(range(1700), 12):
            factory.case(session, "team1", hours=24 + second / 3600)
        shown = [one.case for one in work.waiting(session, factory.officers["team1"], NOW)]
        assert [case.id for case in shown] == sorted(case.id for case in shown)


# What the units below owe.


def told(session: Session, factory: Factory, who: str) -> dict[str, tuple[int, int]]:
    found = oversight.owing(session, factory.officers[who], NOW)
    return {one.unit.code if one.unit else "small": (one.overdue, one.urgent) for one in found}


def test_a_chair_sees_what_teams_owe_and_a_superior_what_unions_owe(database: Database) -> None:
    with database.transaction() as session:
        factory = built(session)
        for holder, hours, urgent in (
            ("team1", -1, False), ("team1", -2, True), ("team1", 5, False), ("team2", 5, True), ("one", -3, False),
            ("two", -3, False), ("two", -3, False), ("two", -3, False), ("two", -3, False),
        ):  # fmt: skip
            factory.case(session, holder, hours=hours, urgent=urgent)
        assert told(session, factory, "one") == {"team1": (2, 1), "team2": (0, 1)}
        assert told(session, factory, "province") == {"two": (4, 0), "one": (3, 2)}
        assert list(told(session, factory, "province")) == ["two", "one"], "most overdue first"
        assert told(session, factory, "team1") == told(session, factory, "two") == {}


def test_teams_too_small_to_be_named_are_counted_together_or_not_at_all(database: Database) -> None:
    with database.transaction() as session:
        factory = built(session)
        for team in ("team3", "team4"):
            factory.case(session, team, hours=-1)
        assert told(session, factory, "one") == {"small": (2, 0)}


def test_one_small_team_alone_is_not_named_by_being_the_rest(database: Database) -> None:
    with database.transaction() as session:
        factory = built(session, named=("team1", "team2", "team3"))
        factory.case(session, "team4", hours=-1)
        assert told(session, factory, "one") == {}


def test_a_case_from_a_team_that_was_small_is_not_named_later(database: Database) -> None:
    """Its card says the factory, for good; so does the count."""
    with database.transaction() as session:
        factory = built(session, named=("team1",))
        case = factory.case(session, "team2", hours=-1)
        assert case.unit_id == factory.units["one"].id
        night_counts.take(session, counts.OWN, {factory.units[one].id: 60 for one in ("team1", "team2")}, 5)
        assert told(session, factory, "one") == {"small": (1, 0)}


def test_hidden_cases_are_in_no_count(database: Database) -> None:
    with database.transaction() as session:
        factory = built(session)
        chair = factory.officers["one"]
        # The chair leads a team as well, and was passed over there: the case went to the province's own factory two.
        session.add(Office(person_id=chair, unit_id=factory.units["team1"].id, role="leader"))
        session.flush()
        factory.case(session, "team2", hours=-1, passed_over=(factory.units["team1"].id,))
        assert told(session, factory, "one") == {}
        assert not access.overseen(session, chair, factory.units["one"].id, NOW)
        assert told(session, factory, "province") == {"one": (1, 0)}
        own = persons.add(session, factory.units["team2"].id)
        assert own.reporter_id
        mine = session.get_one(persons.Person, chair).reporter_id
        factory.case(session, "team2", hours=-1, reporter_id=mine)
        assert told(session, factory, "one") == {}, "one's own case as a worker is nobody's to count"


# Finding.


def test_cases_are_found_by_code_words_and_state_within_what_one_may_see(database: Database) -> None:
    with database.transaction() as session:
        factory = built(session)
        officer = factory.officers["team1"]
        case = factory.case(session, "team1", text="Cơm ca ba bị thiu, nhiều người đau bụng")
        hidden = factory.case(session, "team1", text="Cơm ca ba có ruồi", passed_over=(factory.units["team1"].id,))
        other = factory.case(session, "team2", text="Cơm ca ba lạnh tanh")
        closed = factory.case(session, "team1", text="Cơm trưa hết sớm")
        handling.close_unfounded(session, closed, Saying(officer, "Đã kiểm tra bếp ăn", NOW), NOW)

        def found(text: str, who: str = officer) -> set[str]:
            return {one.code for one in finding.by_words(session, who, text, NOW).cases}

        for wanted in ("com ca ba", "CƠM  bụng", "đau bụng", case.code, case.code.replace("-", ""), case.code[3:].lower()):
            assert found(wanted) == {case.code}, wanted
        assert found("bếp ăn") == {closed.code}, "closed ones too, and by what was answered"
        assert found("Cơm") == {case.code, closed.code}
        assert not found("ruồi") and not found(hidden.code) and not found(other.code) and not found("lạnh tanh")
        assert found("lạnh tanh", factory.officers["team2"]) == {other.code}
        assert finding.by_words(session, officer, "lương", NOW).is_all
        kinds = {kind: [one.code for one in finding.by_kind(session, officer, kind, NOW).cases] for kind in finding.KINDS}
        assert kinds == {"owed": [case.code], "waits": [], "closed": [closed.code]}


def test_a_search_that_did_not_look_everywhere_says_so(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "LOOKED_THROUGH", 2)
    with database.transaction() as session:
        factory = built(session)
        for _ in range(3):
            factory.case(session, "team1")
        assert not finding.by_words(session, factory.officers["team1"], "tăng ca", NOW).is_all
