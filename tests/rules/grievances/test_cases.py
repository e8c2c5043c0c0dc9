"""The rules of a case, without anybody's chat around them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from models.anonymity import counts, intake, night_counts, told
from models.anonymity.events import Event
from models.grievances import access, cases, exclusions, handling
from models.grievances.cases import OPEN, Entry, Grievance
from models.grievances.handling import Refused, Saying
from models.people import accounts, heads, persons
from models.people.accounts import Sender
from models.people.offices import Office
from models.people.units import Unit
from models.store.database import Database, Session
from models.store.ids import new_case_code, new_id
from models.trust.audit import Audit

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@dataclass(slots=True)
class Union:
    """A province, a factory and a team, with somebody in each and a worker with an account."""

    units: dict[str, Unit]
    officers: dict[str, str]
    worker: str

    def event(self, **changed: object) -> Event:
        event = Event(
            *("report", NOW.isoformat(), new_id(), new_id(), self.worker, "Tăng ca tháng 5"),
            code=new_case_code(),
            unit_id=self.units["team"].id,
            holder_id=self.units["team"].id,
            category="wage",
            reply_due=(NOW + timedelta(hours=24)).isoformat(),
        )
        return replace(event, **changed)


def join(session: Session, unit_id: str, external: str, *, verified: bool = True) -> str:
    """Returns what stands behind the cases of whoever joins."""
    somebody = persons.add(session, unit_id)
    sender = Sender("telegram:1", external)
    accounts.add(
        session,
        sender,
        somebody,
        accounts.Joining(language="vi", confirmed=True, consent_version="x", verified=verified),
        NOW.date(),
    )
    return somebody.reporter_id


@pytest.fixture
def union(database: Database) -> Union:
    with database.transaction() as session:
        units: dict[str, Unit] = {}
        above: str | None = None
        for level, kind in (("province", "ldld_tinh"), ("factory", "cdcs"), ("team", "to_cong_doan")):
            units[level] = Unit(kind=kind, code=level, name=level, parent_id=above)
            session.add(units[level])
            session.flush()
            above = units[level].id
        officers = {}
        for level, role in (("province", "superior"), ("factory", "chair"), ("team", "leader")):
            somebody = persons.add(session, units[level].id, name=level)
            session.add(Office(person_id=somebody.id, unit_id=units[level].id, role=role))
            officers[level] = somebody.id
        return Union(units, officers, join(session, units["team"].id, "worker"))


@pytest.fixture
def case(database: Database, union: Union) -> Grievance:
    with database.transaction() as session:
        posted = cases.post(session, union.event(), NOW)
    assert posted is not None
    return posted


def again(session: Session, case: Grievance) -> Grievance:
    return session.get_one(Grievance, case.id, populate_existing=True)


def test_posting_twice_is_posting_once(database: Database, union: Union) -> None:
    event = union.event()
    with database.transaction() as session:
        assert cases.post(session, event, NOW) is not None
    with database.transaction() as session:
        assert cases.post(session, event, NOW) is None
        assert len(session.execute(select(Entry)).all()) == 1


@pytest.mark.parametrize(
    ("people", "verified", "shown"),
    [(1, True, "factory"), (8, True, "factory"), (20, True, "team"), (40, False, "factory")],
)
def test_a_small_team_does_not_name_its_reporter(
    database: Database, union: Union, people: int, verified: bool, shown: str
) -> None:
    """As it stood last night, and by slips only: with the code on the wall somebody would fill the team for the reporter."""
    with database.transaction() as session:
        for number in range(people):
            join(session, union.units["team"].id, f"colleague {number}", verified=verified)
        assert cases.shown_unit(session, union.units["team"].id) == union.units["factory"].id
        night_counts.take(session, counts.OWN, heads.by_unit(session), counts.LEAST)
        posted = cases.post(session, union.event(), NOW)
        assert posted is not None
        assert posted.unit_id == union.units[shown].id


Verb = Callable[[Session, Grievance, Union], None]
VERBS: dict[str, Verb] = {
    "acknowledged": lambda s, case, union: handling.acknowledge(s, case, union.officers["team"], NOW, NOW),
    "reply": lambda s, case, union: handling.reply(s, case, Saying(union.officers["team"], "Trả lời", NOW), NOW),
    "question": lambda s, case, union: handling.ask(s, case, Saying(union.officers["team"], "Ca nào?", NOW), NOW),
    "proposal": lambda s, case, union: handling.propose_settling(s, case, Saying(union.officers["team"], "Xong", NOW), NOW),
    "unfounded": lambda s, case, union: handling.close_unfounded(
        s, case, Saying(union.officers["team"], "Đã trả", NOW), NOW
    ),
    "assigned": lambda s, case, union: handling.assign(s, case, union.officers["team"], union.officers["team"], NOW),
    "escalated": lambda s, case, union: handling.escalate(
        s, case, union.units["factory"], Saying(union.officers["team"], "Vượt quyền", NOW), NOW
    ),
}
LEADS_TO = {
    "acknowledged": "acknowledged",
    "reply": "answered",
    "question": "acknowledged",
    "proposal": "proposed",
    "unfounded": "unfounded",
    "escalated": "new",
}
CLOSED = ("settled", "unfounded", "withdrawn")


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", [*OPEN, *CLOSED])
def test_what_an_officer_may_do_in_which_state(
    database: Database, union: Union, case: Grievance, state: str, verb: str
) -> None:
    allowed = state == "new" if verb == "acknowledged" else state in OPEN
    with database.transaction() as session:
        again(session, case).state = state
    with database.transaction() as session:
        if allowed:
            VERBS[verb](session, again(session, case), union)
        else:
            with pytest.raises(Refused):
                VERBS[verb](session, again(session, case), union)
    with database.reading() as session:
        assert again(session, case).state == (LEADS_TO.get(verb, state) if allowed else state)
        audit = session.execute(select(Audit)).scalars().all()
        assert {note.subject for note in audit} == ({case.id} if allowed else set())
        assert (verb in [note.verb for note in audit]) is allowed
        heard = [event.kind for event in intake.waiting_for(session, case.id, NOW - timedelta(seconds=1))]
        assert heard == (["tell"] if allowed and verb != "assigned" else [])


def test_who_comes_second_changes_nothing(database: Database, union: Union, case: Grievance) -> None:
    """Two officers have the same card before them; one hands the case up."""
    with database.transaction() as session:
        stale = again(session, case)
        session.expunge(stale)
        VERBS["escalated"](session, again(session, case), union)
    with database.transaction() as session, pytest.raises(Refused):
        handling.reply(session, stale, Saying(union.officers["team"], "Trả lời", NOW), NOW)


def test_nothing_overtakes_what_was_said_before(database: Database, union: Union, case: Grievance) -> None:
    late, early = NOW + timedelta(minutes=80), NOW + timedelta(minutes=31)
    with database.transaction() as session:
        handling.ask(session, again(session, case), Saying(union.officers["team"], "Ca nào?", late), NOW)
        handling.reply(session, again(session, case), Saying(union.officers["team"], "Đã rõ", early), NOW)
        dues = sorted(datetime.fromisoformat(event.due) for event in intake.waiting_for(session, case.id, NOW))
    assert dues == [late, late + timedelta(seconds=1)]


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("kind", ["addition", "settled", "unsettled", "withdrawn"])
@pytest.mark.parametrize("state", [*OPEN, *CLOSED])
def test_what_a_reporter_may_do_in_which_state(
    database: Database, union: Union, case: Grievance, state: str, kind: str
) -> None:
    above = union.units["factory"].id
    event = Event(kind, NOW.isoformat(), case.id, new_id(), union.worker, "Còn thiếu", holder_id=above)  # type: ignore[arg-type]
    later = NOW + timedelta(hours=5)
    with database.transaction() as session:
        again(session, case).state = state
    with database.transaction() as session:
        heard = cases.hear_reporter(session, event, later)
        assert (heard is None) == (kind in ("settled", "withdrawn") and state in CLOSED)
        assert cases.hear_reporter(session, event, later) is None, "heard once"
    with database.reading() as session:
        found = again(session, case)
        reopened = state in OPEN or (state == "unfounded" and kind == "unsettled")
        if kind in ("settled", "withdrawn"):
            assert found.state == (kind if state in OPEN else state)
        elif reopened:
            put_off = kind == "unsettled" or state not in ("new", "acknowledged")  # adding a word puts off nothing owed
            due = later + timedelta(hours=24) if put_off else case.due_at
            assert (found.state, found.due_at) == ("new", due)
        else:
            assert found.state == state
        assert (found.holder_id == above) is (kind == "unsettled" and reopened)


def test_words_of_nobodys_case_are_dropped(database: Database, union: Union) -> None:
    event = Event("addition", NOW.isoformat(), new_id(), new_id(), union.worker, "?")
    with database.transaction() as session:
        assert cases.hear_reporter(session, event, NOW) is None


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize("state", [*OPEN, "settled"])
def test_overdue_is_owed_and_late(case: Grievance, state: str) -> None:
    case.state = state
    owed = state in ("new", "acknowledged")
    assert cases.is_owed(case) is owed
    assert not cases.is_overdue(case, case.due_at)
    assert cases.is_overdue(case, case.due_at + timedelta(seconds=1)) is owed


def test_only_the_holder_sees_a_case(database: Database, union: Union, case: Grievance) -> None:
    with database.transaction() as session:
        for level, officer in union.officers.items():
            sees = level == "team"
            assert bool(access.visible_to(session, officer, NOW)) is sees
            for key in (case.id, case.code):
                assert bool(access.for_officer(session, officer, key, NOW)) is sees
        session.execute(select(Office).where(col(Office.role) == "leader")).scalar_one().to_day = NOW.date()
        session.flush()
        assert access.visible_to(session, union.officers["team"], NOW)
        assert not access.visible_to(session, union.officers["team"], NOW + timedelta(days=1)), "the office has ended"


def test_own_cases_are_walked_and_nobody_elses(database: Database, union: Union) -> None:
    with database.transaction() as session:
        other = join(session, union.units["team"].id, "other")
        posted = [cases.post(session, union.event(), NOW) for _ in range(3)]
        cases.post(session, union.event(reporter_id=other), NOW)
        assert [case.id for case in cases.own(session, union.worker)] == [case.id for case in posted if case]
        [theirs] = cases.own(session, other)
        assert cases.for_reporter(session, union.worker, theirs.code) is None
        assert cases.for_reporter(session, other, theirs.code) is theirs


def test_the_way_back_is_sealed_and_may_end(database: Database, union: Union, case: Grievance) -> None:
    assert case.route is not None
    assert case.mark is not None
    assert union.worker.encode() not in case.route
    assert union.worker not in case.mark
    with database.transaction() as session:
        [back] = cases.reporter_accounts(session, case)
        assert session.get_one(persons.Person, back.person_id).reporter_id == union.worker
        accounts.detach(session, back)
        session.flush()
        assert not cases.reporter_accounts(session, case)


def test_what_a_reporter_is_to_hear_waits_for_its_moment(database: Database, union: Union, case: Grievance) -> None:
    later = NOW + timedelta(minutes=40)
    with database.transaction() as session:
        handling.reply(session, again(session, case), Saying(union.officers["team"], "Trả lời", later), NOW)
        assert not intake.due(session, later - timedelta(seconds=1), set())
        [event] = intake.due(session, later, set())
        assert event.kind == "tell"
        assert told.once(session, event.entry_id, later.date())
        assert not told.once(session, event.entry_id, later.date())


def test_a_case_never_goes_down(database: Database, union: Union, case: Grievance) -> None:
    """“Not settled” was on its way to the factory while officers handed the case to the province."""
    with database.transaction() as session:
        again(session, case).holder_id = union.units["province"].id
        session.flush()
        event = Event("unsettled", NOW.isoformat(), case.id, new_id(), union.worker, "Còn thiếu")
        cases.hear_reporter(session, replace(event, holder_id=union.units["factory"].id), NOW)
        assert again(session, case).holder_id == union.units["province"].id


def test_the_number_of_rows_does_not_tell_which_unit_was_passed_over(database: Database, union: Union) -> None:
    with database.transaction() as session:
        passing = union.event(holder_id=union.units["factory"].id, passed_over=[union.units["team"].id])
        cases.post(session, passing, NOW)
        assert len(session.execute(select(exclusions.Exclusion)).all()) == exclusions.ROUND
        assert access.for_officer(session, union.officers["team"], passing.case_id, NOW) is None
        assert access.for_officer(session, union.officers["factory"], passing.case_id, NOW) is not None
