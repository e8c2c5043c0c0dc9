"""Every conversation there is, opened with a button about anything there is, by anybody: always an answer.

A token is 64 bytes that anybody can make: the row of another table, of another person, of another day. Played without the
wire, turn by turn in transactions that are undone, so that all of them can be.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from handlers.broadcasts.previews import Preview
from handlers.chat.conversation import Choice, Conversation, Question, Turn
from handlers.chat.site import Line, Site
from handlers.front import answer
from handlers.front.capabilities import CONVERSATIONS
from models.all_tables import METADATA
from models.messages import chats, notes
from models.messages.message import Inbound
from models.messages.outbox import Outbound
from models.people import accounts, persons, wishes
from models.people.accounts import Account, Sender
from models.people.persons import Person as Row
from models.store.database import Session, run
from models.store.ids import is_id, new_id
from tests.actors import Person
from tests.running_app import RunningApp
from tests.stories.acts import answers, appointed, files
from tests.stories.polls.test_polls import opens, voters, votes

Somebody = Callable[[str], Person]
VALUES = ("", "0", "7", "skip", "yes", "danger", "done", "\u200b")
WORDS = ("Trả lương đi", "1", "99", "MAY1, -MAY2", "17:00 12/06", "1 2 3", "PA-K7MP4R gì đó", "/x", "xem", "12/13", "😀")
STEPS = 5
SITE = Site((30, 90), True, lines=(Line("telegram:123456", 29, 0, 0, True),))


@pytest.fixture
def channel() -> str:
    return "telegram"


@pytest.fixture
def backend() -> str:
    return "sqlite"


_QUEUED = select(func.count()).select_from(Outbound)


def _queued(session: Session) -> int:
    return int(run(session, _QUEUED, {}).scalar_one())


@dataclass
class Yard:
    """A service in which something of everything has happened, and its people by who they are."""

    service: RunningApp
    people: dict[str, Sender]
    subjects: list[str]
    now: datetime

    @contextmanager
    def undone(self) -> Iterator[Session]:
        """A session of which nothing stays."""

        class Undo(Exception):
            pass

        try:
            with self.service.app.database.transaction() as session:
                yield session
                raise Undo
        except Undo:
            pass

    def taps(self, session: Session, who: str, token: str = "", text: str | None = None) -> int:
        """How many answers this turn gives."""
        sender = self.people[who]
        said = Inbound(sender.line, new_id(), sender.external, choice=None if text is not None else token, text=text)
        before = _queued(session)
        answer.take(session, said, self.now, SITE)
        return _queued(session) - before


@pytest.fixture
async def yard(
    somebody: Somebody, worker: Person, leader: Person, chair: Person, superior: Person, service: RunningApp
) -> Yard:
    await files(worker)
    await answers(leader, "Đã trả đủ", "Đề nghị kết thúc")
    await files(worker, "Chuyển lên trên", to="Gửi Ban chấp hành")
    await leader.says("menu")
    await leader.taps("Thông báo của đơn vị", "Soạn thông báo")
    await leader.says("Mai họp tổ")
    await leader.taps("Gửi")
    await service.clock.passes(minutes=1)
    [voter, *_] = await voters(somebody, service, 3)
    await leader.says("menu")
    await opens(leader)
    await votes(voter)
    await service.clock.passes(minutes=1)
    deputy = await appointed(service, "SONGLAM-MAY2", "leader", "Hoàng Văn Sơn", "SL004")
    stranger = somebody("Kẻ lạ")
    await stranger.joins(deputy)
    await chair.says("menu")
    await chair.taps("Việc cần xử lý", "Khi tôi vắng mặt", "Trần Thị Mai", "3 ngày")

    def look(session: Session) -> tuple[dict[str, Sender], list[str]]:
        people = {"guest": Sender("webchat:main", "g" * 43)}
        for account in session.execute(select(Account).order_by(col(Account.id))).scalars():
            held = session.get_one(Row, account.person_id)
            code = session.execute(select(col(Row.staff_hash)).where(col(Row.id) == held.id)).scalar_one()
            named = {hashed: name for name, hashed in known.items()}
            people.setdefault(named.get(code, "worker"), accounts.sender_of(session, account))
        subjects: set[str] = {""}
        for table in METADATA.sorted_tables:
            if "id" in table.columns:  # what else a row names is the id of one of these
                found = session.execute(select(table.columns["id"]).limit(2)).scalars()
                subjects |= {value for value in found if isinstance(value, str) and is_id(value)}
        return people, [*sorted(subjects), new_id()]

    known: dict[str, str] = {}

    def hashes(session: Session) -> None:
        codes = {"leader": "SL001", "chair": "SL002", "superior": "LD001", "other leader": "SL004"}
        known.update({name: persons.staff_hash(session, code) for name, code in codes.items()})

    await service.app.writer.read(hashes)
    people, subjects = await service.app.writer.read(look)
    assert len(subjects) > 15
    return Yard(service, people, subjects, service.clock.now().replace(microsecond=0))


PEOPLE = ("worker", "leader", "chair", "superior", "other leader", "guest")


BEGINNINGS = ("join", "menu")
"""From which everybody's walks begin, also a stranger's."""


def openings(subjects: Sequence[str]) -> list[tuple[str, str, str]]:
    """Every conversation about everything there is, with every value that a button of it may carry. Those that name nothing
    and read nothing from their button are refused before anybody looks at what it names: about a row, and about nothing."""
    every = [
        (name, subject, value)
        for name, one in CONVERSATIONS.items()
        for subject in (
            subjects if one.begun or one.takes != "none" or name in BEGINNINGS else [*subjects[:2], subjects[-1]]
        )
        for value in (VALUES[:4] if one.begun else ("",))
    ]
    # Leaving comes last: the turns of a walk share a session, as those of a service never do, and who has left in one of
    # them is remembered as gone although the walk is undone.
    return sorted(every, key=lambda opening: opening[0] == "leave")


def door(yard: Yard, session: Session, who: str) -> Callable[[str, str], bool]:
    """Whether a conversation about a subject is open to this person. Asked of everything, of everybody."""
    sender = yard.people[who]
    account, person = wishes.find_person(session, sender)
    chat = chats.of(sender, account.id if account else None)

    def is_open(name: str, subject: str) -> bool:
        if account is None:
            return name == "join"
        chat.state = chats.State(run=chats.Run(name, subject, "abc"))
        turn = Turn(session, yard.now, SITE, sender, account, person, chat, "vi")
        return CONVERSATIONS[name].opens(turn)

    return cache(is_open)


@pytest.mark.slow
@pytest.mark.parametrize("whose", [PEOPLE[:3], PEOPLE[3:]], ids=" ".join)
async def test_whatever_is_opened_tapped_or_typed(yard: Yard, whose: tuple[str, ...]) -> None:
    """What is open to somebody they open; of what is not, each opening has its turn in one hand. From those that ask
    something, a walk of taps that were offered, taps that never were, and words."""
    failed: set[str] = set()
    walked: set[str] = set()
    for who in whose:
        walk = random.Random(who)
        with yard.undone() as session:
            is_open = door(yard, session, who)
            for number, (name, subject, value) in enumerate(openings(yard.subjects)):
                opens = is_open(name, subject)
                if not opens and number % len(PEOPLE) != PEOPLE.index(who):
                    continue
                spot = session.begin_nested()
                path = [f"{name}:{subject}::{value}:"]
                try:
                    assert yard.taps(session, who, path[0]) > 0, "nothing was answered"
                    walks = not value and (opens or name == "menu")
                    state = _standing(yard, session, who) if walks else chats.State()
                    if walks and (name == "menu" or (state.run is not None and state.run.conversation == name)):
                        walked.add(name)
                        for _ in range(STEPS):
                            token, text = _next(yard, state, walk)
                            path.append(token or f"“{text}”")
                            assert yard.taps(session, who, token, text) > 0, "nothing was answered"
                            assert asking_reads_only(yard, session, who), "a question's text or choices wrote something"
                            state = _standing(yard, session, who)
                            assert only_answers(state), "no question has this answer"
                except Exception as error:  # collected, so that one run tells all
                    failed.add(f"{who}: {' → '.join(path)}: {error!r:.120}")
                spot.rollback()
    assert not failed, "\n".join(sorted(failed))
    assert len(walked) > 15


def asking_reads_only(yard: Yard, session: Session, who: str) -> bool:
    """Whether the text and the choices of the question at hand leave everything as it is: so it can be asked again, by a
    page as well, and only `before` and `finish` act."""
    sender = yard.people[who]
    account, person = wishes.find_person(session, sender)
    chat = chats.load(session, chats.of(sender, account.id if account else None), yard.now)
    if account is None or chat.state.run is None:
        return True
    turn = Turn(session, yard.now, SITE, sender, account, person, chat, "vi")
    conversation = CONVERSATIONS[turn.run.conversation]
    if not conversation.opens(turn):
        return True
    question, answers, queued = conversation.question(turn.run.asking), dict(turn.answers), _queued(session)
    noted = notes.dump(turn.run.noted)
    session.flush()
    question.choices(turn)
    question.text(turn)
    same = turn.answers == answers and notes.dump(turn.run.noted) == noted
    return same and _queued(session) == queued and not (session.new or session.dirty)


def only_answers(state: chats.State) -> bool:
    """Whether all that stands among answers is one of a question: what else is kept has a type (models.messages.notes)."""
    return all(
        run.answers.keys() <= {question.key for question in CONVERSATIONS[run.conversation].questions}
        for run in (state.run, state.draft)
        if run is not None
    )


def _next(yard: Yard, state: chats.State, walk: random.Random) -> tuple[str, str | None]:
    offered = state.offered
    if not offered or walk.random() < 0.25:
        return "", walk.choice(WORDS)
    token = walk.choice(offered).token
    parts = token.split(":")
    if walk.random() < 0.3 and len(parts) == 5:
        place = walk.randrange(5)
        parts[place] = walk.choice([walk.choice(yard.subjects), walk.choice(VALUES), walk.choice(list(CONVERSATIONS))])
        return ":".join(parts), None
    return token, None


def _standing(yard: Yard, session: Session, who: str) -> chats.State:
    sender = yard.people[who]
    account = wishes.find(session, sender)
    return chats.load(session, chats.of(sender, account.id if account else None), yard.now).state


async def test_the_walk_notices_an_answer_that_fails(
    leader: Person, service: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the attack found: a correction of nothing asserted."""
    monkeypatch.setattr(Conversation, "opens", lambda _conversation, _turn: True)

    def only(session: Session) -> Sender:
        return accounts.sender_of(session, session.execute(select(Account)).scalar_one())

    yard = Yard(service, {"leader": await service.app.writer.read(only)}, [""], service.clock.now().replace(microsecond=0))
    with yard.undone() as session, pytest.raises(TypeError):
        yard.taps(session, "leader", "correct::::")


@pytest.mark.parametrize("where", ["answers", "notes"])
async def test_a_question_that_acts_is_noticed(yard: Yard, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """What a notice's preview did: it noted for how many it is while its choices were made."""

    def choices(turn: Turn) -> Sequence[Choice]:
        if where == "answers":
            turn.answers["who"] = "7"
        else:
            turn.notes(Preview).size = 7
        return [Choice("cancel", "Hủy")]

    careless = replace(CONVERSATIONS["away"], questions=(Question("who", lambda _turn: "?", choices),))
    with yard.undone() as session:
        assert yard.taps(session, "leader", "away::::") and asking_reads_only(yard, session, "leader")
        monkeypatch.setitem(CONVERSATIONS, "away", careless)
        assert not asking_reads_only(yard, session, "leader")


async def test_what_is_no_answer_is_noticed_among_answers(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a preview did: “size” is asked of nobody."""

    def noted(turn: Turn) -> None:
        turn.answers["size"] = "7"

    away = CONVERSATIONS["away"]
    careless = replace(away, questions=tuple(replace(one, before=noted) for one in away.questions))
    with yard.undone() as session:
        assert yard.taps(session, "leader", "away::::") and only_answers(_standing(yard, session, "leader"))
        monkeypatch.setitem(CONVERSATIONS, "away", careless)
        assert yard.taps(session, "leader", "away::::") and not only_answers(_standing(yard, session, "leader"))
