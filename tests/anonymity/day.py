"""A working day of a small union, played with the real service at its default settings, and written down by the clock: what
happened when, and who really filed what. tests/anonymity/reckoner.py is who then tries to tell it from the files.

People are on web chat, by its events and its mailbox: no page, and no time lost on one. The service ticks whenever somebody
does something, and while nobody does whenever something falls due (`_next_due`): what a tick a second would write besides is
its leases.
"""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar, get_args

import psycopg
from sqlalchemy import bindparam, func, select, text, union_all
from sqlmodel import col

from bot.app import App
from bot.demo import union
from config.i18n import fold
from models.anonymity import intake, moments
from models.anonymity.events import Kind
from models.broadcasts.broadcasts import Broadcast
from models.broadcasts.recipients import Recipient
from models.grievances.cases import Grievance
from models.grievances.rungs import Rung
from models.messages import mailbox
from models.messages.message import Inbound, Option
from models.messages.outbox import Outbound
from models.people import accounts, invites
from models.people.accounts import Sender
from models.people.units import Unit
from models.polls.rounds import Round
from models.store.database import Session
from tests.forensics.watcher import Watcher
from tests.running_app import FakeClock, settings_for

LINE = "webchat:main"
Opened = dict[str, list[tuple[str, ...]]]
"""What stands open in the copy, by what it is (`selects`)."""
Morning = tuple[datetime, Opened]
"""The end of a day and its night, and what stood open then."""
T = TypeVar("T")
POOL = moments.POOL.total_seconds()
KINDS: tuple[Kind, ...] = get_args(Kind)
_FALL_DUE = union_all(
    *(
        select(func.min(column)).where(column > bindparam("now"))
        for column in map(
            col,
            (Grievance.next_at, Rung.tell_at, Broadcast.send_at, Recipient.due_at, Outbound.not_before, Round.closes_at),
        )
    )
)
MORNING = 30
"""Minutes after midnight UTC: 07:30 in Vietnam."""
HOURS = 10


@dataclass
class Played:
    """What the day was: `filed`, by case code, the id of the person who did; `times`: how many transactions (or bytes of the
    log) there were, and when that was."""

    filed: dict[str, str] = field(default_factory=dict)
    times: list[tuple[int, datetime]] = field(default_factory=list)


class Phone:
    """Somebody's web chat: what it was shown, the newest last."""

    def __init__(self, day: Day, name: str) -> None:
        self.day, self.name = day, name
        self.token = f"{day.dice.getrandbits(250):063x}"
        self.shown: list[tuple[str, tuple[Option, ...]]] = []

    async def does(self, *, words: str | None = None, choice: str | None = None) -> str:
        self.day.events += 1
        said = Inbound(LINE, f"e{self.day.events}", self.token, language="vi", text=words, choice=choice)
        await self.day.app.dispatcher.receive(said)
        before = len(self.shown)
        await self.looks()
        return "\n".join(shown for shown, _ in self.shown[before:])

    async def looks(self) -> None:
        await self.day.app.drain()
        app = self.day.app
        waiting = await app.writer.read(lambda session: mailbox.waiting(session, [self.token]))
        if got := waiting.get(self.token, []):
            self.shown += [(one.text, one.options) for one in got]
            ids = [one.id for one in got]
            await app.writer.write(lambda session: mailbox.acknowledge(session, self.token, ids))
        self.day.notes()

    def button(self, label: str, last: int = 12) -> str | None:
        wanted = fold(label)
        for _, options in reversed(self.shown[-last:]):
            for option in options:
                if wanted in fold(option.label):
                    return option.token
        return None

    async def taps(self, *labels: str) -> str:
        said = ""
        for label in labels:
            token = self.button(label)
            assert token is not None, (self.name, label, self.shown[-3:])
            said = await self.does(choice=token)
            await self.thinks()
        return said

    async def says(self, text: str) -> str:
        said = await self.does(words=text)
        await self.thinks()
        return said

    async def thinks(self) -> None:
        await self.day.passes(timedelta(seconds=self.day.dice.uniform(3, 20)))

    async def opens_news(self) -> None:
        await self.looks()
        while (
            token := self.button("Xem tin tiếp theo", 1) or (self.button("Xem", 6) if self.unread() else None)
        ) is not None:
            said = await self.does(choice=token)
            self.shown = [(words, tuple(one for one in options if one.token != token)) for words, options in self.shown]
            await self.thinks()
            if "đã xem" in said:
                break

    def unread(self) -> bool:
        return any(fold(option.label) == "xem" for _, options in self.shown[-6:] for option in options)


class Day:
    """`people` workers in two teams, their leader and the chair; `cases` of them, and the leader, file one each a day."""

    def __init__(self, folder: Path, url: str, seed: int, *, people: int, cases: int) -> None:
        self.dice, self.people, self.cases = random.Random(seed), people, cases
        self.clock, self.events, self.played = FakeClock(), 0, Played()
        # Defaults, but that nobody has to be vouched for, and that it may be any hour.
        self.app = App(settings_for(folder, url, officers={"confirm": False, "quiet": ""}), self.clock)
        self.url, self.folder = url, folder
        # Asks how far the log has come: a connection for each asking took longer than what was asked about.
        self._asks = None if self.app.database.is_sqlite else psycopg.connect(url, autocommit=True)
        # An open snapshot: PostgreSQL's files keep every version of a row then, as its log does.
        self._keeps = None if self.app.database.is_sqlite else psycopg.connect(url)

    async def play(self, watch: Callable[[Day], Watcher], judge: Callable[[Watcher, list[Morning]], T], days: int = 1) -> T:
        """`watch`: who looks on from the first morning; `judge`: what comes of that and of the morning after each day,
        before the service stops."""
        await self.app.start()
        try:
            await self._joins()
            self.clock.is_at(self._next_morning())
            await self.app.drain()
            watcher, mornings = watch(self), list[Morning]()
            if self._keeps is not None:
                self._keeps.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                self._keeps.execute("SELECT")
            self.notes()
            for _ in range(days):
                await self._works()
                await self.passes(self._next_morning() - self.clock.now())
                mornings.append((self.clock.now(), await self.app.writer.read(selects)))
            return judge(watcher, mornings)
        finally:
            await self.app.stop()
            for connection in (self._asks, self._keeps):
                if connection is not None:
                    connection.close()

    def _next_morning(self) -> datetime:
        midnight = self.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=1, minutes=MORNING)

    async def _joins(self) -> None:
        codes = await self.app.writer.write(union.found)
        teams = await self.app.writer.read(lambda session: [_unit(session, f"SONGLAM-MAY{number}") for number in (1, 2)])
        self.chair, self.leader = Phone(self, "chair"), Phone(self, "leader")
        self.workers = [Phone(self, f"w{number}") for number in range(self.people)]
        for phone, code in ((self.chair, codes.chair), (self.leader, codes.leader)):
            await phone.does(words=f"/start {code}")
            await phone.taps("Đồng ý")
            await phone.taps("Không", "Của tôi")
        for number, phone in enumerate(self.workers):
            team = teams[number % 2]
            (code,) = await self.app.writer.write(lambda session, team=team: invites.issue_slips(session, team, 1, "B"))
            await phone.does(words=f"/start {code}")
            await phone.taps("Đồng ý", "Chỉ thông báo", "Của tôi")
            await self.passes(timedelta(seconds=self.dice.uniform(20, 60)))

    def notes(self) -> None:
        """Every commit has a time in a real log; here the story's, since its clock is moved."""
        self.played.times.append((self._reached(), self.clock.now()))

    def _reached(self) -> int:
        if self.app.database.is_sqlite:
            log = Path(f"{self.app.database.url.database}-wal")
            return log.stat().st_size if log.exists() else 0
        assert self._asks is not None
        row = self._asks.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint").fetchone()
        assert row is not None
        return int(row[0])

    async def passes(self, time: timedelta) -> None:
        end = self.clock.now() + time
        while (moment := await self.app.writer.read(lambda session: _next_due(session, self.clock.now()))) <= end:
            self.clock.is_at(moment)
            await self.app.drain()
            self.notes()
        self.clock.is_at(end)

    async def _works(self) -> None:
        begin, agenda = self.clock.now(), list[tuple[float, int, Callable[[], Awaitable[None]]]]()

        def plan(minute: float, act: Callable[[], Awaitable[None]]) -> None:
            agenda.append((minute, len(agenda), act))

        dice = self.dice
        plan(60, self._notifies)
        for worker in self.workers:
            if dice.random() < 0.9:
                plan(dice.uniform(62, 480), lambda one=worker: self._confirms(one))  # type: ignore[misc]
            if dice.random() < 0.15:
                plan(dice.uniform(0, 540), lambda one=worker: self._looks(one))  # type: ignore[misc]
            if dice.random() < 0.1:
                plan(dice.uniform(0, 540), lambda one=worker: self._sets(one))  # type: ignore[misc]
            plan(dice.uniform(90, 590), worker.opens_news)
        filing = [*dice.sample(self.workers, self.cases), self.leader]
        for number, worker in enumerate(filing):
            # One by one over the day: whoever files alone is told apart more easily.
            minute = 420 * (number + dice.random()) / len(filing)
            to = "Gửi tổ trưởng" if number % 2 and worker is not self.leader else "Gửi Ban chấp hành"
            plan(minute, lambda one=worker, unit=to: self._files(one, unit))  # type: ignore[misc]
        for officer in (self.chair, self.leader):
            for _ in range(4):
                plan(dice.uniform(40, 560), lambda one=officer: self._handles(one))  # type: ignore[misc]
        for minute, _, act in sorted(agenda, key=lambda one: one[:2]):
            if (left := begin + timedelta(minutes=minute) - self.clock.now()) > timedelta():
                await self.passes(left)
            await act()
        await self.passes(begin + timedelta(hours=HOURS) - self.clock.now())

    async def _goes_to(self, phone: Phone, *labels: str) -> str:
        """Opens the first of these that the menu has, where an officer's first screen is the day's work."""
        await phone.says("menu")
        for _ in range(5):
            if (label := next((one for one in labels if phone.button(one, 1)), None)) is not None:
                return await phone.taps(label)
            await phone.taps("Thêm…")
        raise AssertionError((phone.name, labels, phone.shown[-3:]))

    async def _notifies(self) -> None:
        await self._goes_to(self.chair, "Thông báo của đơn vị")
        await self.chair.taps("Soạn thông báo")
        await self.chair.says("Mời anh chị em họp tổ thứ bảy")
        await self.chair.taps("Thay đổi…", "Đề nghị xác nhận", "Gửi")

    async def _confirms(self, worker: Phone) -> None:
        await worker.looks()
        if worker.button("Đã đọc", 30):
            await worker.does(choice=worker.button("Đã đọc", 30))

    async def _looks(self, worker: Phone) -> None:
        await self._goes_to(worker, "Phản ánh của tôi")

    async def _sets(self, worker: Phone) -> None:
        await self._goes_to(worker, "Cài đặt")
        await worker.taps("Nội dung hiện trên màn hình khóa")
        await worker.taps("Bật" if worker.button("Bật", 2) else "Tắt")

    async def _files(self, worker: Phone, to: str) -> None:
        await self._goes_to(worker, "Viết phản ánh")
        await worker.says("Lương tháng này thiếu " + "tiền tăng ca " * self.dice.randrange(1, 30))
        said = await worker.taps(to if worker.button(to, 1) else "Gửi Ban chấp hành")
        (code,) = re.findall(r"PA-\w{6}", said)
        person_id = await self.app.writer.read(lambda session: _person(session, worker.token))
        self.played.filed[code] = person_id

    async def _handles(self, officer: Phone) -> None:
        await officer.opens_news()
        said = await self._goes_to(officer, "Quá hạn", "Việc cần xử lý")  # once a case is late, the first leads to those
        for code in re.findall(r"PA-\w{6}", said)[:1]:
            await officer.says(f"{code} Tổ đã ghi nhận, sẽ trả lời " + "sớm " * self.dice.randrange(1, 20))
            await officer.taps("Gửi")


def _next_due(session: Session, now: datetime) -> datetime:
    """When the service has something to do next: at a time that a row keeps or a sealed event, at the latest at the next of
    the moments that everybody shares."""
    events = (datetime.fromisoformat(event.due) for event in intake.lately(session, *KINDS))
    rows = session.execute(_FALL_DUE, {"now": now}).scalars()
    shared = datetime.fromtimestamp((now.timestamp() // POOL + 1) * POOL, now.tzinfo)
    return min([shared, *(one for one in rows if one), *(one for one in events if one > now)])


def _unit(session: Session, code: str) -> str:
    return str(session.execute(Unit.__table__.select().where(Unit.__table__.c.code == code)).one().id)  # type: ignore[attr-defined]


def _person(session: Session, token: str) -> str:
    account = accounts.find(session, Sender(LINE, token))
    assert account is not None
    return account.person_id


def selects(session: Session) -> Opened:
    """What stands open in the copy: cases with their code and unit, people (who have a phone here) with theirs and the one
    above."""
    cases = session.connection().execute(text("SELECT id, code, unit_id FROM grievance"))
    people = session.connection().execute(
        text(
            "SELECT DISTINCT p.id, p.unit_id, u.parent_id FROM person p"
            " JOIN account a ON a.person_id = p.id JOIN unit u ON u.id = p.unit_id"
        )
    )
    return {"cases": [tuple(row) for row in cases], "people": [tuple(row) for row in people]}
