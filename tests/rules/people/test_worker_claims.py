"""A worker's chat that claims an office: who may, who is first of two at once, and what becomes of the code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from handlers.people import officer_claims, upgrading
from models.anonymity import intake, told
from models.anonymity.events import Event, Kind
from models.anonymity.intake import NotFirst
from models.anonymity.moments import COVERED
from models.people import accounts, claims, invites, persons, upgrades, wishes, worker_claims
from models.people.accounts import Account, Sender
from models.people.claims import Claim
from models.people.invites import Invite
from models.people.offices import Office
from models.people.units import Unit
from models.polls import polls, rounds, turnout
from models.polls.turnout import Turnout
from models.store.database import Database, Session
from models.store.ids import new_id
from tests.rules.polls.hall import SATISFIED

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TODAY = NOW.date()
PATIENCE = 0.5
"""Seconds in which whoever does not wait for the other would be done."""


def joined(session: Session, person: persons.Person, *, claim: str | None = None) -> Account:
    """With this code, as an officer whom nobody has vouched for yet, or as a worker."""
    joining = accounts.Joining(language="vi", confirmed=claim is None, consent_version="x", claim=claim)
    return accounts.add(session, Sender("telegram:1", new_id()), person, joining, TODAY)


class House:
    """A team with its leader-to-be, whose code is out, and two workers' chats."""

    def __init__(self, session: Session) -> None:
        unit = Unit(kind="cdcs", code="X", name="X")
        session.add(unit)
        session.flush()
        self.unit_id = unit.id
        officer = persons.add(session, unit.id, name="Mai", staff_code="SL001")
        session.add(Office(person_id=officer.id, unit_id=unit.id, role="leader"))
        self.officer_id = officer.id
        self.workers = [joined(session, persons.add(session, unit.id)).id for _ in range(2)]
        self.code = invites.issue(session, unit.id, person_id=officer.id, uses=1)
        [self.invite_id] = invites.ids_of(session, self.code)

    def asks(self, session: Session, worker: int, kind: Kind = "claim") -> bool:
        """One turn in which this chat asks to use the code."""
        account = session.get_one(Account, self.workers[worker])
        with intake.gathered(session, NOW):
            invite = invites.find(session, self.code, TODAY)
            asking = upgrades.ask_claim if kind == "claim" else upgrades.ask_office
            return invite is not None and asking(session, account, invite, NOW, NOW)

    def claims(self, session: Session, worker: int = 0) -> Claim | None:
        return upgrades.claim_office(session, self.event("claim", worker), TODAY)

    def event(self, kind: Kind, worker: int = 0) -> Event:
        return Event(kind, NOW.isoformat(), "", new_id(), "", self.invite_id, self.workers[worker])


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        yield opened


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


# Who may.


def _second_phone(session: Session, house: House) -> None:
    account = session.get_one(Account, house.workers[0])
    joined(session, session.get_one(persons.Person, account.person_id))


def _pin(session: Session, house: House) -> None:
    intake.change_account(session, house.workers[0], NOW, NOW, pin="1234")


def _phone_of_the_officer(session: Session, house: House) -> None:
    joined(session, session.get_one(persons.Person, house.officer_id))


def _claim_of_a_new_chat(session: Session, house: House) -> None:
    joined(session, session.get_one(persons.Person, house.officer_id), claim=house.invite_id)


def _on_the_roll(session: Session, house: House) -> None:
    account = session.get_one(Account, house.workers[0])
    session.get_one(persons.Person, account.person_id).staff_hash = persons.staff_hash(session, "SL009")


def _nothing(_session: Session, _house: House) -> None:
    pass


@pytest.mark.parametrize(
    ("happened", "may"),
    [
        *((_nothing, True), (_claim_of_a_new_chat, True)),
        *((_second_phone, False), (_pin, False), (_phone_of_the_officer, False), (_on_the_roll, False)),
    ],
)
def test_of_two_people_one_is_left(
    session: Session, house: House, happened: Callable[[Session, House], None], may: bool
) -> None:
    """Asked when the code is typed, when the claim begins and in the night: the same answer each time."""
    happened(session, house)
    session.flush()
    account, invite = session.get_one(Account, house.workers[0]), session.get_one(Invite, house.invite_id)
    assert upgrades.may_take_office(session, account, invite) is may
    assert (house.claims(session) is not None) is may
    assert upgrades.take_office(session, house.event("office"), TODAY) is may


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize("kind", ["claim", "office"])
def test_whoever_may_vote_in_an_open_poll_becomes_nobody_else_before_it_is_over(
    session: Session, house: House, opened: bool, kind: Kind
) -> None:
    content = polls.Content({"vi": "Ý kiến"}, [SATISFIED], [house.unit_id])
    poll = polls.create(session, house.unit_id, content, author_id=house.officer_id)
    round_ = rounds.plan(session, poll, NOW, NOW + timedelta(days=7))
    round_.state = "open" if opened else "counted"
    session.flush()
    voter = turnout.voter(session, round_.id, house.officer_id)
    session.add(Turnout(id=voter, round_id=round_.id, unit_id=house.unit_id))
    session.flush()
    assert upgrading.may_still(session, house.event(kind), NOW) is not opened


# Two at once.


def at_once(database: Database, first: Callable[[Session], object], second: Callable[[Session], object]) -> list[object]:
    """What both return, or the exception: the second begins before the first is committed."""
    answers: list[object] = []

    def also() -> None:
        try:
            with database.transaction() as session:
                answers.append(second(session))
        except NotFirst as error:
            answers.append(error)

    thread = Thread(target=also)
    with database.transaction() as session:
        answer = first(session)
        thread.start()
        thread.join(PATIENCE)
    thread.join()
    return [answer, *answers]


@pytest.mark.parametrize("kinds", [("claim", "claim"), ("office", "claim"), ("claim", "office")])
def test_of_two_chats_that_use_one_code_at_once_one_does(database: Database, kinds: tuple[Kind, Kind]) -> None:
    with database.transaction() as session:
        house = House(session)
    first, second = at_once(
        database, lambda session: house.asks(session, 0, kinds[0]), lambda session: house.asks(session, 1, kinds[1])
    )
    assert first is True
    assert second is False or isinstance(second, NotFirst)


def test_of_two_claims_by_one_code_one_begins(database: Database) -> None:
    with database.transaction() as session:
        house = House(session)
    first, second = at_once(database, lambda s: house.claims(s, 0), lambda s: house.claims(s, 1))
    assert isinstance(first, Claim) and second is None


@pytest.mark.parametrize("beside_first", [True, False])
def test_of_two_claims_confirmed_at_once_one_is(database: Database, beside_first: bool) -> None:
    with database.transaction() as session:
        house = House(session)
        beside = house.claims(session)
        officer = session.get_one(persons.Person, house.officer_id)
        account_id = joined(session, officer, claim=house.invite_id).id
        new = claims.find(session, account_id)
    assert beside is not None and new is not None
    pair = (beside, new) if beside_first else (new, beside)
    decided = [lambda session, claim=claim: officer_claims.confirm(session, claim, NOW, COVERED) for claim in pair]
    assert at_once(database, *decided) == [True, False]
    with database.transaction() as session:
        assert claims.of_person(session, house.officer_id, TODAY) == []
        assert (session.get(Account, account_id) is not None) is not beside_first


@pytest.mark.parametrize("refused_first", [True, False])
def test_of_confirming_and_refusing_at_once_one_is_done(database: Database, refused_first: bool) -> None:
    with database.transaction() as session:
        house = House(session)
        claim = house.claims(session)
    assert claim is not None
    deciding = (officer_claims.refuse, officer_claims.confirm)
    decided = [lambda session, decide=decide: decide(session, claim, NOW, COVERED) for decide in deciding]
    assert at_once(database, *(decided if refused_first else decided[::-1])) == [True, False]


# What becomes of the code, and of the account.


def test_a_claim_touches_no_row_that_was_there(session: Session, house: House) -> None:
    before = [session.get_one(Account, house.workers[0]).model_dump(), session.get_one(Invite, house.invite_id).model_dump()]
    claim = house.claims(session)
    assert claim is not None and claims.confirm(session, claim, TODAY) == []
    session.expire_all()
    after = [session.get_one(Account, house.workers[0]).model_dump(), session.get_one(Invite, house.invite_id).model_dump()]
    assert after == before


def test_while_it_is_claimed_nobody_else_uses_the_code(session: Session, house: House) -> None:
    claim = house.claims(session)
    assert claim is not None and invites.find(session, house.code, TODAY) is None
    assert claims.is_claimed(session, house.officer_id, TODAY), "nor is a newer one printed that would end it"
    claims.confirm(session, claim, TODAY)
    assert invites.find(session, house.code, TODAY) is None, "until the night"
    assert claims.is_claimed(session, house.officer_id, TODAY)


def test_a_confirmed_claim_is_not_confirmed_or_refused_again(session: Session, house: House) -> None:
    claim = house.claims(session)
    assert claim is not None and claims.confirm(session, claim, TODAY) == []
    assert claims.confirm(session, claim, TODAY) is None and not claims.refuse(session, claim, TODAY)
    assert claims.of_staff_code(session, "SL001", TODAY) == []
    late = joined(session, session.get_one(persons.Person, house.officer_id), claim=house.invite_id)
    another = claims.find(session, late.id)
    assert another is not None and claims.confirm(session, another, TODAY) is None, "one is enough"


def test_a_claim_lapses_on_the_third_day(session: Session, house: House) -> None:
    claim = house.claims(session)
    assert claim is not None
    for day, over in ((0, None), (2, None), (3, "lapsed")):
        assert claims.why_over(session, claim, TODAY + timedelta(days=day)) == over
    assert claims.over(session, TODAY + timedelta(days=3)) == [(claim, "lapsed")]


@pytest.mark.parametrize("how", ["refused", "taken back", "a newer code"])
def test_a_claim_that_is_over_takes_its_code_along(session: Session, house: House, how: str) -> None:
    claim = house.claims(session)
    assert claim is not None
    if how == "refused":
        assert claims.refuse(session, claim, TODAY)
    elif how == "taken back":
        claims.take_back(session, house.workers[0], house.invite_id)
    else:
        invites.issue(session, house.unit_id, person_id=house.officer_id, uses=1)
        assert claims.over(session, TODAY) == [(claim, "code")]
        claims.end(session, claim)
    assert worker_claims.every(session) == [] and invites.find(session, house.code, TODAY) is None
    assert session.get(Account, house.workers[0]) is not None


def test_nobody_takes_back_what_another_chat_claims(session: Session, house: House) -> None:
    claim = house.claims(session, 0)
    claims.take_back(session, house.workers[1], house.invite_id)
    assert claims.of_person(session, house.officer_id, TODAY) == [claim]


def test_what_is_taken_back_is_over_at_once(session: Session, house: House) -> None:
    claim = house.claims(session)
    assert claim is not None
    intake.ask(session, "unclaim", house.workers[0], NOW, NOW + timedelta(hours=12), house.invite_id)
    assert claims.of_chat(session, session.get_one(Account, house.workers[0])) is None
    assert claims.confirm(session, claim, TODAY) is None
    assert claims.over(session, TODAY + timedelta(days=9)) == [], "it goes in the night, and nothing is said of it"


def test_whoever_left_claims_nothing(session: Session, house: House) -> None:
    claim = house.claims(session)
    assert claim is not None
    wishes.leave(session, session.get_one(Account, house.workers[0]), NOW, NOW + timedelta(hours=12))
    assert claims.confirm(session, claim, TODAY) is None
    assert claims.over(session, TODAY) == [(claim, "left")]
    claims.end(session, claim)
    assert invites.find(session, house.code, TODAY) is not None, "they may join anew with it"


@pytest.mark.parametrize("kind", ["claim", "office"])
def test_what_came_to_nothing_leaves_the_code_as_it_was(session: Session, house: House, kind: Kind) -> None:
    """Its row stays in the intake for a day and more, and must not lock the code."""
    assert house.asks(session, 0, kind)
    assert invites.find(session, house.code, TODAY) is None
    [event] = intake.of_code(session, house.invite_id)
    assert told.once(session, event.entry_id, TODAY)  # carried out: nothing was done
    assert house.asks(session, 1, kind)
    assert not house.asks(session, 0, kind)
