"""A union that votes: people in teams, a round of a poll, and a tick as the service's, with places where it may crash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from models.anonymity import intake, told
from models.anonymity.suppression import Withheld
from models.people import accounts, persons
from models.people.accounts import Sender
from models.people.units import Unit
from models.polls import ballots, boxes, counting, due, opening, rounds, turnout
from models.polls.polls import Answer, Content, Poll, Question, Terms, create
from models.polls.results import Shown, results
from models.polls.rounds import Round
from models.store.database import Database, Session
from models.store.ids import new_id
from tests.running_app import MONDAY

SATISFIED = Question("one", {"vi": "Anh chị có hài lòng không?"}, [{"vi": word} for word in ("Có", "Không", "Khó nói")])
NEEDS = Question("several", {"vi": "Cần gì?"}, [{"vi": word} for word in ("Lương", "Cơm ca", "Nhà trẻ")])
WHY = Question("text", {"vi": "Vì sao?"}, when=(0, 1))


class Crash(Exception):
    """The power goes."""


class Power:
    """Fails at a place, the n-th time somebody comes by; every time it has failed, it is back."""

    def __init__(self, place: str = "", after: int = 0) -> None:
        self.place, self.after = place, after

    def __call__(self, place: str) -> None:
        if place == self.place:
            self.after -= 1
            if self.after < 0:
                self.place = ""
                raise Crash(place)


class Hall:
    def __init__(self, database: Database, crash: Callable[[str], None] = lambda place: None) -> None:
        self.database, self.crash = database, crash
        self.now = MONDAY
        self.units: dict[str, str] = {}
        self.homes: dict[str, str] = {}
        self.done: set[str] = set()

    def unit(self, name: str, above: str | None = None) -> str:
        with self.database.transaction() as session:
            row = Unit(
                id=new_id(), parent_id=self.units.get(above or ""), kind="to" if above else "cdcs", code=new_id(), name=name
            )
            session.add(row)
        self.units[name] = row.id
        return row.id

    def people(self, unit: str, count: int, *, verified: bool = True) -> list[str]:
        found = []
        with self.database.transaction() as session:
            for _ in range(count):
                one = persons.add(session, self.units[unit])
                self.phone(session, one, verified=verified)
                found.append(one.id)
        self.homes |= dict.fromkeys(found, unit)
        return found

    def phone(self, session: Session, one: persons.Person, *, verified: bool = True) -> None:
        sender = Sender("telegram:1", new_id())
        today = date(2026, 3, 2)
        accounts.add(
            session,
            sender,
            one,
            accounts.Joining(language="vi", confirmed=True, consent_version="1", verified=verified),
            today,
        )

    def poll(self, *questions: Question, top: str, author_id: str | None = None, **terms: object) -> Poll:
        content = Content({"vi": "Lấy ý kiến"}, questions or [SATISFIED], [self.units[top]])
        with self.database.transaction() as session:
            return create(session, self.units[top], content, Terms(**terms), author_id=author_id)  # type: ignore[arg-type]

    def opens(self, poll: Poll) -> Round:
        with self.database.transaction() as session:
            planned = rounds.plan(session, poll, self.now)
        with self.database.transaction() as session:
            planned = session.get_one(Round, planned.id)
            opening.open_(session, planned)
        return planned

    def casts(self, one: Round, person_id: str, answers: Sequence[Answer]) -> str:
        self.now += timedelta(seconds=1)
        with self.database.transaction() as session:
            return ballots.cast(session, one.id, person_id, answers, self.now).code

    def tick(self) -> None:
        """What the service does every second with ballots; each `with` is a transaction."""
        with self.database.reading() as session:
            due = [one for one in intake.due(session, self.now, self.done) if one.kind == "ballot"]
            found = ballots.sort_out(session, due)
        if found.unmarked:
            self.crash("before marking")
            with self.database.transaction() as session:
                turnout.take_part(session, found.unmarked)
                self.crash("while marking")
        self.crash("after marking")
        with self.database.reading() as session:
            found = ballots.sort_out(session, due)
        boxed = list(found.spent)
        for round_id, cast in found.boxes.items():
            with self.database.transaction() as session:
                boxes.put_in(session, round_id, cast.values())
                session.flush()
                self.crash("while boxing")
            self.crash("after boxing")
            boxed += cast
        if boxed:
            with self.database.transaction() as session:
                told.note(session, boxed, self.now.date())
                self.crash("while telling")
        self.done.update(boxed)

    def forgets(self) -> None:
        """What the service does in the second night, and not before (models.anonymity.intake)."""
        with self.database.transaction() as session:
            intake.forget_old(session, (self.now + timedelta(days=2)).date(), self.done)
            self.crash("while forgetting")

    def restarts(self) -> None:
        self.done.clear()

    def waits(self, **time: float) -> None:
        self.now += timedelta(**time)
        self.tick()

    def counts(self, one: Round) -> counting.Counted:
        """Everything from the close on, as often as it takes."""
        self.waits(days=8)
        with self.database.reading() as session:
            assert one.id in due.due(session, self.now).to_count
            closed = session.get_one(Round, one.id)
            counted = counting.count(session, closed)
        self.crash("after counting")
        with self.database.transaction() as session:
            assert counting.finish(session, closed, counted)
            session.flush()
            self.crash("while finishing")
        self.crash("after finishing")
        with self.database.reading() as session:
            rounds.sweep_keys(session)
        return counted

    def sees(self, one: Round, unit: str) -> Shown | Withheld:
        with self.database.reading() as session:
            return results(session, session.get_one(Round, one.id), [self.units[unit]])[self.units[unit]]


H = TypeVar("H", bound=Hall)


def furnished(hall: H) -> H:
    """With a factory in it: teams of 12, 11 and 4."""
    hall.unit("factory")
    for name, people in (("A", 12), ("B", 11), ("C", 4)):
        hall.unit(name, "factory")
        hall.people(name, people)
    return hall
