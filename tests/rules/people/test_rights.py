"""Who may do what: the table of models.people.rights beside one written by hand, and every door of every conversation.

A factory has a case, a notice, a poll and an officer whose chat is not confirmed yet. Officers of every role stand in it, in
the province above, in a team below and in another factory; each door is tried by each of them, barred from the case or not.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from config.tables import table
from handlers.chat.conversation import Turn
from handlers.chat.site import Line, Site
from handlers.front.capabilities import CONVERSATIONS
from models.anonymity.events import Event
from models.broadcasts import broadcasts
from models.broadcasts.audiences import Audience
from models.grievances import access, cases, exclusions
from models.messages import chats
from models.people import accounts, invites, offices, persons, rights, units
from models.people.accounts import Sender
from models.people.offices import Office
from models.people.units import Unit
from models.polls import access as poll_access
from models.polls import polls, rounds
from models.store.database import Database, Session
from models.store.ids import new_case_code, new_id
from tests.rules.polls.hall import SATISFIED

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SITE = Site((30, 90), True, lines=(Line("telegram:1", 29, 0, 0, True),))
ROLES = tuple(table("roles"))
WORKING = ("leader", "deputy_leader", "committee", "vice_chair", "chair", "superior")
"""Roles to which all work of their unit comes."""
HANDLING = (*WORKING, "inspection", "womens_affairs")
"""Those to which cases come: to the last two, of their kinds only (config/routes.toml)."""

BY_HAND: dict[tuple[str, str], tuple[str, ...]] = {
    ("case", "handle"): ("own",),
    ("case", "answer"): ("own",),
    ("case", "enter"): ("own",),
    ("case", "know"): ("own",),
    ("case", "oversee"): ("above",),
    ("case", "take_over"): ("above",),
    ("case", "hear"): ("own",),
    ("saved_reply", "write"): ("own",),
    ("notice", "write"): ("own", "above"),
    ("notice", "manage"): ("own", "above"),
    ("notice", "agree"): ("own", "above"),
    ("poll", "write"): ("own", "above"),
    ("poll", "manage"): ("own", "above"),
    ("poll", "agree"): ("own", "above"),
    ("results", "read"): ("own", "above"),
    ("results", "know"): ("above",),
    ("office", "lend"): ("own",),
    ("office", "reissue"): ("above",),
    ("claim", "hear"): ("own", "above"),
    ("claim", "confirm"): ("above",),
    ("headcount", "write"): ("above",),
    ("line", "hear"): ("own",),
    ("line", "stand_in"): ("own",),
}
ONLY: dict[tuple[str, str], tuple[str, ...]] = {
    ("line", "hear"): ("admin",),
    ("line", "stand_in"): ("chair", "vice_chair"),
    ("case", "hear"): ("chair",),
    ("case", "handle"): HANDLING,
    ("saved_reply", "write"): HANDLING,
    ("office", "lend"): HANDLING,
}
"""Rights of some roles; the others are all of whoever works."""

ROUTED = ("womens_affairs", "chair")
OF_THE_CASE = ("ack", "why", "reply", "in_turn", "ask", "close", "unfounded", "note", "assign", "escalate", "keep", "files")
OF_THE_CASE += ("case_more", "details", "observe", "along_case")
OF_THE_NOTICE = ("cast", "halt", "resume", "cancelrest", "correct", "again", "counts", "office_enclosed")
OF_THE_NOTICE += ("cast_more",)
OF_THE_POLL = ("round", "close_poll", "cancel_poll", "outcome", "publish", "chart", "office_codes", "tables")
OF_THE_POLL += ("round_asked", "outcome_words", "outcome_units")
OF_WHAT_WAITS = {"notice": ("approve", "refuse"), "poll": ("agree_poll", "refuse_poll")}
OF_CASES = (
    "view",
    "queue",
    "queue_more",
    "saved",
    "away",
    "seek",
    "day",
    "owing",
    "work",
    "alike",
    "unsend",
    "reach",
    "along",
)
"""Open to whoever cases come to."""
ANYWHERE = (
    "desk",
    "find",
    "notice",
    "told",
    "nights",
    "polls_desk",
    "ask_opinion",
    "spoken",
    "heads",
    "desk_more",
)
"""What an office opens by itself; each thing behind it is asked anew. `view`: a case is looked for by its code."""
BY_OTHERS = ("end", "handback", "takeover", "office_news", "lost_phone")
"""`lost_phone` is open where there is an officer below (tests/stories/people/test_lost_phones.py).
`end` is of a case told aloud, `handback` of one that came up, `takeover` of one that is late below (all three:
tests/stories/grievances); `office_news` opens what was sent to oneself."""


def test_every_role_has_a_row() -> None:
    assert set(rights.TABLE) == set(ROLES)
    assert {right for row in rights.TABLE.values() for given in row.values() for right in given} == set(BY_HAND)


def test_the_table_is_the_one_by_hand() -> None:
    for role in ROLES:
        for right, where in BY_HAND.items():
            for relation in rights.RELATIONS:
                expected = role in ONLY.get(right, WORKING) and relation in where
                assert rights.may(role, relation, right) is expected, (role, relation, right)  # type: ignore[arg-type]


@dataclass
class House:
    """Units by name, and everybody who holds an office by role and relation to the factory."""

    units: dict[str, str] = field(default_factory=dict)
    people: dict[tuple[str, str], str] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)


STANDS = {"own": "factory", "above": "province", "below": "team", "none": "elsewhere"}


def officer(session: Session, role: str, *unit_ids: str, confirmed: bool = True) -> str:
    somebody = persons.add(session, unit_ids[0], name=role, staff_code=new_id())
    for unit_id in unit_ids:
        session.add(Office(person_id=somebody.id, unit_id=unit_id, role=role))
    accounts.add(
        session,
        Sender("telegram:1", somebody.id),
        somebody,
        accounts.Joining(
            language="vi",
            confirmed=confirmed,
            claim=None if confirmed else code_of(session, unit_ids[0], somebody.id),
            consent_version="x",
            verified=True,
        ),
        NOW.date(),
    )
    return somebody.id


def code_of(session: Session, unit_id: str, person_id: str) -> str:
    """The id of an officer's own code."""
    invite = invites.find(session, invites.issue(session, unit_id, person_id=person_id), NOW.date())
    assert invite is not None
    return invite.id


def built(session: Session) -> House:
    house = House()
    for name, kind, above in (
        ("province", "ldld_tinh", None),
        ("factory", "cdcs", "province"),
        ("elsewhere", "cdcs", "province"),
        ("team", "to_cong_doan", "factory"),
    ):
        unit = Unit(kind=kind, code=name, name=name, parent_id=house.units[above] if above else None)
        session.add(unit)
        session.flush()
        house.units[name] = unit.id
    for role in ROLES:
        for relation, name in STANDS.items():
            house.people[role, relation] = officer(session, role, house.units[name])
    house.things["claim"] = officer(session, "vice_chair", house.units["factory"], confirmed=False)
    return house


def case_in(session: Session, house: House, *passed_over: str, roles: tuple[str, ...] = ()) -> str:
    """A case that the factory holds, or some roles in it."""
    factory = house.units["factory"]
    at = NOW.isoformat()
    said = ("report", at, new_id(), new_id(), new_id(), "Tăng ca")
    event = Event(*said, code=new_case_code(), unit_id=factory, holder_id=factory, category="wage", reply_due=at)
    event = replace(event, roles=roles)
    case = cases.post(session, event, NOW)
    assert case is not None
    exclusions.pass_over(session, case.id, [house.units.get(name, name) for name in passed_over], NOW.date())
    return case.id


WORDS = broadcasts.Words({"vi": "Mai họp"})


def notice_of(session: Session, house: House, state: str) -> str:
    author = house.people["chair", "own"]
    to = Audience((house.units["factory"],))
    draft = broadcasts.Draft(author, house.units["factory"], WORDS, to, "notice", NOW, ask=True)
    row = broadcasts.create(session, draft, NOW)
    row.state, row.started_at = state, NOW if state != "waiting" else None
    session.flush()
    return row.id


def poll_of(session: Session, house: House, state: str, *, rates: bool = False) -> str:
    content = polls.Content({"vi": "Ý kiến"}, [SATISFIED], [house.units["factory"]])
    poll = polls.create(
        session, house.units["factory"], content, polls.Terms(rates=rates), author_id=house.people["chair", "own"]
    )
    round_ = rounds.plan(session, poll, NOW, NOW + timedelta(days=7))
    round_.state = state
    session.flush()
    return round_.id


class Door:
    """Whether a conversation about something is open to somebody."""

    def __init__(self, session: Session, person_id: str) -> None:
        self._session = session
        [self._account] = accounts.of_person(session, person_id)
        self._person = session.get_one(persons.Person, person_id)

    def is_open(self, name: str, subject: str = "", unit_id: str = "") -> bool:
        sender = Sender("telegram:1", self._person.id)
        where = chats.of(sender, self._account.id)
        turn = Turn(self._session, NOW, SITE, sender, self._account, self._person, where, "vi")
        turn.state.run = run = chats.Run(name, subject, "abc")
        if unit_id and (begun := CONVERSATIONS[name].begun) is not None:  # as its button says
            for noted in begun(turn, subject, unit_id).notes:
                run.put(noted)
        return CONVERSATIONS[name].opens(turn)


@dataclass
class Tried:
    """Asks a door, and keeps what is not as expected; to somebody to whom no work comes nothing is open."""

    door: Door
    who: str
    works: bool
    wrong: list[str]

    def __call__(self, name: str, expected: bool, subject: str = "", unit_id: str = "") -> None:
        if self.door.is_open(name, subject, unit_id) is not (expected and self.works):
            self.wrong.append(f"{self.who} {name} {subject} {unit_id}: not {expected and self.works}")


def test_every_officers_door_is_tried() -> None:
    tried = {
        *OF_THE_CASE,
        *OF_THE_NOTICE,
        *OF_THE_POLL,
        *OF_WHAT_WAITS["notice"],
        *OF_WHAT_WAITS["poll"],
        *ANYWHERE,
        *OF_CASES,
        "confirm",
    }
    assert tried | set(BY_OTHERS) == {name for name, conversation in CONVERSATIONS.items() if conversation.in_office}


@pytest.mark.parametrize("backend", ["sqlite"])  # what models ask is asked on both below
def test_every_door(database: Database) -> None:
    """role × relation × conversation, with and without a bar."""
    wrong: list[str] = []
    with database.transaction() as session:
        house = built(session)
        claim = accounts.of_person(session, house.things["claim"])[0].id
        case, barred = case_in(session, house), case_in(session, house, "factory")
        routed = case_in(session, house, roles=ROUTED)
        notice, waiting = notice_of(session, house, "done"), notice_of(session, house, "waiting")
        round_, asked = poll_of(session, house, "counted"), poll_of(session, house, "waiting")
        rated = poll_of(session, house, "counted", rates=True)
        for (role, relation), person_id in house.people.items():
            tried = Tried(Door(session, person_id), f"{role} {relation}", role in WORKING, wrong)
            for name in OF_THE_CASE:
                tried(name, relation == "own", case)
                tried(name, False, barred)
            for name in OF_THE_NOTICE:
                tried(name, relation in ("own", "above"), notice)
            for name in OF_WHAT_WAITS["notice"]:
                tried(name, relation in ("own", "above"), waiting)
                tried(name, False, notice)
            for name in OF_THE_POLL:
                tried(name, relation in ("own", "above"), round_)
            for name in OF_WHAT_WAITS["poll"]:
                tried(name, relation in ("own", "above"), asked)
            for name in ("outcome", "chart", "office_codes", "tables"):
                tried(name, relation == "above", rated, house.units["team"])
                tried(name, relation in ("own", "above"), rated)
                tried(name, relation in ("own", "above", "below"), round_, house.units["team"])
            for name in ANYWHERE:
                tried(name, True)
            cases_come = Tried(Door(session, person_id), f"{role} {relation}", role in HANDLING, wrong)
            for name in OF_CASES:
                cases_come(name, True, case if name == "view" else "")
            for name in OF_THE_CASE:
                # An answer to a routed case is not kept: the whole unit reads what is.
                cases_come(name, relation == "own" and role in ROUTED and name != "keep", routed)
            tried("confirm", relation == "above", claim)
    assert not wrong, "\n".join(wrong)


def test_through_the_models(database: Database) -> None:
    with database.transaction() as session:
        house = built(session)
        case, barred = case_in(session, house), case_in(session, house, "factory")
        routed = case_in(session, house, roles=ROUTED)
        [(_, poll)] = [rounds.with_poll(session, poll_of(session, house, "counted"))]
        [(_, rated)] = [rounds.with_poll(session, poll_of(session, house, "counted", rates=True))]
        factory, team = house.units["factory"], house.units["team"]
        for (role, relation), who in house.people.items():
            works = role in WORKING
            assert (access.for_officer(session, who, case, NOW) is not None) is (works and relation == "own")
            assert access.for_officer(session, who, barred, NOW) is None
            theirs = relation == "own" and role in ROUTED
            assert (access.for_officer(session, who, routed, NOW) is not None) is theirs
            assert (routed in {row.id for row in access.visible_to(session, who, NOW)}) is theirs
            assert (case in {row.id for row in access.visible_to(session, who, NOW)}) is (works and relation == "own")
            counted = access.overseen(session, who, house.units[STANDS[relation]], NOW)
            overseen = works and relation == "above"
            assert [row.id for row in counted].count(case) == overseen or not rights.may(role, "above", rights.OVERSEE)
            assert access.is_committee(session, who, session.get_one(cases.Grievance, case), NOW) is (
                works and relation == "own"
            )
            day = NOW.date()
            assert poll_access.may_see(session, poll, factory, who, day) is (works and relation in ("own", "above"))
            assert poll_access.may_see(session, poll, team, who, day) is (works and relation in ("own", "above", "below"))
            assert poll_access.may_see(session, rated, team, who, day) is (works and relation == "above")
            assert offices.answers_for(session, who, day) == ([house.units[STANDS[relation]]] if role in HANDLING else [])
            for right, where in BY_HAND.items():
                may = offices.may(session, who, right, factory, day)  # type: ignore[arg-type]
                assert may is (role in ONLY.get(right, WORKING) and relation in where), (role, relation, right)
        handling = {
            person.id for _account, person in access.handlers_of(session, session.get_one(cases.Grievance, case), NOW)
        }
        assert handling == {house.people[role, "own"] for role in WORKING}


BARRED: list[tuple[str, tuple[str, ...], tuple[str, ...], bool]] = [
    ("by the unit", ("factory",), ("factory",), False),
    ("by a unit that is passed over, holding office in the other too", ("team",), ("factory", "team"), False),
    ("a unit of others", ("elsewhere",), ("factory",), True),
    ("the unit above, where they hold no office", ("province",), ("factory",), True),
]


@pytest.mark.parametrize(("passed_over", "stands_in", "sees"), [row[1:] for row in BARRED], ids=[row[0] for row in BARRED])
def test_the_bar_comes_after_the_table(
    database: Database, passed_over: tuple[str, ...], stands_in: tuple[str, ...], sees: bool
) -> None:
    with database.transaction() as session:
        house = built(session)
        who = officer(session, "chair", *(house.units[name] for name in stands_in))
        case = case_in(session, house, *passed_over)
        assert Door(session, who).is_open("reply", case) is sees
        assert (access.for_officer(session, who, case, NOW) is not None) is sees


@pytest.mark.parametrize("ended", [-1, 0, 1])
def test_an_office_that_ended_opens_nothing(database: Database, ended: int) -> None:
    with database.transaction() as session:
        house = built(session)
        who = officer(session, "chair", house.units["factory"])
        [office] = offices.held_by(session, who, NOW.date())
        office.to_day = NOW.date() + timedelta(days=ended)
        session.flush()
        case = case_in(session, house)
        assert Door(session, who).is_open("reply", case) is (ended >= 0)
        assert Door(session, who).is_open("queue") is (ended >= 0)


PLANTED: dict[str, Callable[[dict[str, dict[str, frozenset[rights.Right]]]], None]] = {
    "an administrator reads cases": lambda rows: rows["admin"].update(own=frozenset({rights.ANSWER})),
    "those above answer cases": lambda rows: rows["chair"].update(above=rows["chair"]["above"] | {rights.ANSWER}),
    "a team confirms its committee": lambda rows: rows["leader"].update(below=frozenset({rights.CONFIRM_CLAIM})),
    "leaders write no notices": lambda rows: rows["leader"].update(own=rows["leader"]["own"] - {rights.WRITE_NOTICE}),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_wrong_row_is_seen(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    rows = {role: dict(row) for role, row in rights.TABLE.items()}
    PLANTED[name](rows)
    monkeypatch.setattr(rights, "TABLE", rows)
    with pytest.raises(AssertionError):
        test_the_table_is_the_one_by_hand()


def test_any_of_several_offices(database: Database) -> None:
    """Over a tree of units drawn by chance: what the table says of a path is what the relation of each office says."""
    draw = random.Random(5)
    with database.transaction() as session:
        house = built(session)
        everywhere = list(house.units.values())
        for _ in range(20):
            held = draw.sample(everywhere, draw.randint(1, 3))
            role = draw.choice(ROLES)
            who = officer(session, role, *held)
            unit_id = draw.choice(everywhere)
            path = [unit.id for unit in units.path(session, unit_id)]
            for right in BY_HAND:
                expected = any(
                    rights.may(role, "own" if one == unit_id else "above" if one in path else "none", right)  # type: ignore[arg-type]
                    for one in held
                )
                assert offices.may(session, who, right, unit_id, NOW.date()) is expected  # type: ignore[arg-type]
