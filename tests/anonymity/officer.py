"""An officer at a screen, who sends, asks and looks as much as they like and has accounts of their own: against a whole
service without sockets. What a web page would show is read from its mailbox and confirmed."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
import secrets
import shutil
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import openpyxl
from sqlalchemy import select
from sqlmodel import col

from bot.app import App
from config.i18n import fold
from handlers.broadcasts import counts_sheet
from handlers.chat.conversation import open_token
from models.anonymity import moments
from models.broadcasts.broadcasts import Broadcast
from models.messages import mailbox
from models.messages.message import Inbound
from models.people import accounts, invites, persons
from models.people.accounts import Sender
from models.people.offices import Office
from models.people.units import Unit
from models.store.database import Session
from models.store.ids import id_from
from tests.running_app import MONDAY, FakeClock, settings_for

LINE = "webchat:main"
K = 5
T = TypeVar("T")


class World:
    """One service with a clock of its own. Synchronous, because Hypothesis is."""

    def __init__(self, directory: Path, template: Path, like: World | None = None, relay: str = "0") -> None:
        """`template`: a migrated SQLite file. `like`: with the keys of another, so that what is drawn by them is drawn
        alike. `relay`: minutes of cover."""
        directory.mkdir(exist_ok=True)
        shutil.copyfile(template, directory / "haichieu.db")
        self.directory, self.unions = directory, 0
        if like is not None:
            shutil.copy(like.directory / "haichieu.key", directory / "haichieu.key")
        settings = settings_for(
            directory, f"sqlite:///{directory}/haichieu.db", privacy={"relay_minutes": relay}, officers={"confirm": False}
        )
        self.clock = FakeClock(MONDAY)
        self._loop = asyncio.new_event_loop()
        self.app = App(settings, self.clock)
        self.does(self.app.start())

    def close(self) -> None:
        self.does(self.app.stop())
        self._loop.close()

    def does(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(coroutine)

    def writes(self, do: Any) -> Any:
        return self.does(self.app.writer.write(do))

    def reads(self, do: Any) -> Any:
        return self.does(self.app.writer.read(do))

    def passes(self, **time_: float) -> None:
        self.does(self.clock.passes(**time_))
        self.does(self.app.drain())

    def night(self) -> None:
        """On to ten minutes after the next night (models.anonymity.moments.NIGHT)."""
        after = moments.tonight(self.clock.now(), moments.COVERED) + timedelta(minutes=10)
        self.passes(seconds=(after - self.clock.now()).total_seconds())

    def found(self, teams: dict[str, int], *, headcounts: bool = False) -> Union:
        """A new factory with these teams and so many workers in each, who all joined with a slip."""
        return Union(self, teams, headcounts=headcounts)


class Union:
    def __init__(self, world: World, teams: dict[str, int], *, headcounts: bool) -> None:
        self.world = world
        self.units: dict[str, str] = {}
        self.codes: dict[str, str] = {}
        """Wall codes of teams, and the chair's own."""
        self.workers: dict[str, list[Phone]] = {}
        world.unions += 1
        self.name = f"MAY{world.unions}"

        def make(session: Session) -> None:
            factory = Unit(id=self._id("MAY"), kind="cdcs", code=self.name, name="Công đoàn cơ sở MAY")
            session.add(factory)
            session.flush()
            self.units["MAY"] = factory.id
            for team, many in teams.items():
                unit = Unit(
                    id=self._id(team),
                    kind="to_cong_doan",
                    code=f"{self.name}-{team}",
                    name=f"Tổ {team}",
                    parent_id=factory.id,
                    headcount=many + 5 if headcounts else 0,
                )
                session.add(unit)
                session.flush()
                self.units[team] = unit.id
                self.codes[team] = invites.issue(session, unit.id)
                self.workers[team] = [self.joined(session, team) for _ in range(many)]
            chair = persons.add(session, factory.id, name="Chủ tịch", staff_code=f"C{self.name}")
            session.add(Office(person_id=chair.id, unit_id=factory.id, role="chair"))
            session.flush()
            self.codes["chair"] = invites.issue(session, factory.id, person_id=chair.id, uses=1)

        world.writes(make)
        self.chair = self.joins(self.codes["chair"])

    def _id(self, unit: str) -> str:
        """The same in each world: a count's edges are drawn by what it counts."""
        return id_from(hashlib.sha256(self.code(unit).encode()).hexdigest())

    def code(self, unit: str) -> str:
        return self.name if unit == "MAY" else f"{self.name}-{unit}"

    def joined(self, session: Session, team: str, *, verified: bool = True) -> Phone:
        """A worker who has joined, as `handlers.people.joining` leaves one."""
        phone = Phone(self.world)
        person = persons.add(session, self.units[team])
        accounts.add(
            session,
            Sender(LINE, phone.token),
            person,
            accounts.Joining(
                language="vi", confirmed=True, consent_version="1", verified=verified, notices=True, polls=True
            ),
            self.world.clock.now().date(),
        )
        return phone

    def worker(self, team: str, *, verified: bool = True) -> Phone:
        found: Phone = self.world.writes(lambda session: self.joined(session, team, verified=verified))
        return found

    def joins(self, code: str) -> Phone:
        phone = Phone(self.world)
        phone.says(f"/start {code}")
        phone.taps("Đồng ý", "Có", "Của tôi")
        return phone


class Phone:
    """A page: what it was shown, and the buttons under each."""

    def __init__(self, world: World) -> None:
        self.world, self.token = world, secrets.token_urlsafe(32)
        self.log: list[tuple[str, list[tuple[str, str]]]] = []

    def acts(self, **said: Any) -> str:
        before = len(self.log)
        event = Inbound(LINE, secrets.token_hex(16), self.token, language="vi", **said)
        self.world.does(self.world.app.dispatcher.receive(event))
        self.looks()
        return self.since(before)

    def since(self, before: int) -> str:
        return "\n".join(shown(text, options) for text, options in self.log[before:])

    def looks(self) -> None:
        self.world.does(self.world.app.drain())
        waiting = self.world.reads(lambda session: mailbox.waiting(session, [self.token])).get(self.token, [])
        for got in waiting:
            self.log.append((got.text, [(option.label, option.token) for option in got.options]))
        if waiting:
            ids = [got.id for got in waiting]
            self.world.writes(lambda session: mailbox.acknowledge(session, self.token, ids))

    def says(self, *texts: str) -> str:
        return "\n".join([self.acts(text=text) for text in texts])

    def taps(self, *labels: str) -> str:
        said = ""
        for label in labels:
            token = self.offers(label)
            assert token is not None, f"no button {label!r}\n{self.since(-4)}"
            said = self.acts(choice=token)
        return said

    def offers(self, label: str) -> str | None:
        """The newest button with these words in it."""
        for _text, options in reversed(self.log):
            for words, token in options:
                if fold(label) in fold(words):
                    return token
        return None

    def opens_news(self) -> str:
        said = ""
        while self.log and self.log[-1][1] and any(label in ("Xem", "Xem tin tiếp theo") for label, _ in self.log[-1][1]):
            said += self.says("1")
        return said


def shown(text: str, options: list[tuple[str, str]]) -> str:
    """What is to be seen, without codes, which are drawn."""
    seen = text + "".join(f"\n[{label}]" for label, _ in options)
    return re.sub(r"\b(TB|YK|PA)-\w{6}", r"\1-······", re.sub(r"MAY\d+", "MAY", seen))


class Officer:
    """The chair of a factory, and all that can be done and seen at that screen. Each act returns what was shown."""

    def __init__(self, union: Union) -> None:
        self.union, self.chair = union, union.chair
        self.socks: list[Phone] = []

    def _writes(self, units: str, marks: tuple[str, ...]) -> str:
        self.chair.acts(choice=open_token("notice"))
        self.chair.says("Mời họp")
        return self._audience(units, marks)

    def _audience(self, units: str, marks: tuple[str, ...]) -> str:
        self.chair.taps("Đổi nơi nhận")
        words = [word[:1] * (word[0] == "-") + self.union.code(word.lstrip("-")) for word in units.split()]
        self.chair.says(", ".join(words))
        said = self.chair.taps("Xong, tiếp tục")
        if "Gửi cho ai trong" not in said:
            return said
        for mark in marks:
            if self.chair.offers(mark) is None:
                return said
            self.chair.taps(mark)
        return self.chair.taps("Xong, tiếp tục" if marks else "Tất cả mọi người")

    def _drops(self) -> str:
        """Gives up what has been written, if anything has."""
        said = self.chair.says("dừng")
        return said + (self.chair.taps("Bỏ, không gửi") if "[Bỏ, không gửi]" in said else "")

    def previews(self, units: str, *marks: str) -> str:
        said = self._writes(units, marks)
        return said + self._drops()

    def sends(self, units: str, *marks: str) -> str:
        said = self._writes(units, marks)
        if "[Thay đổi…]" not in said:
            return said + self._drops()
        said += self.chair.taps("Thay đổi…", "☐ Đề nghị xác nhận đã đọc")
        if "[Gửi]" not in said:
            return said + self._drops()
        return said + self.chair.taps("Gửi") + self.looks()

    def looks(self) -> str:
        """At everything there is of notices: what came by itself, the list, each card, each workbook."""
        before = len(self.chair.log)
        self.chair.looks()
        said = self.chair.since(before) + self.chair.opens_news()
        said += self.chair.acts(choice=open_token("desk"))

        def mine(session: Session) -> list[str]:
            of_unit = col(Broadcast.unit_id).in_(self.union.units.values()), col(Broadcast.kind) != "poll"
            return list(
                session.execute(select(col(Broadcast.id)).where(*of_unit).order_by(col(Broadcast.created_at))).scalars()
            )

        for broadcast_id in self.union.world.reads(mine):
            said += self.chair.acts(choice=f"cast:{broadcast_id}:::")
            name = f"{counts_sheet.PREFIX}{broadcast_id}"
            book = self.union.world.does(self.union.world.app.vault.open(name))
            cells = openpyxl.load_workbook(io.BytesIO(book)).active
            said += "\n" + repr([shown(str(cell.value), []) for row in cells for cell in row if cell.value is not None])
        return said

    def asks(self, units: str, *switches: str, opens: bool = True) -> str:
        """A poll, up to its preview, or opened."""
        self.chair.acts(choice=open_token("polls_desk"))
        self.chair.taps("Tạo đợt lấy ý kiến", "Bữa ăn ca")
        said = self._audience(units, ())
        if "kiểm tra trước khi mở" not in said:
            return said + self._drops()
        for switch in switches:
            said = self.chair.taps("Thay đổi…", switch)
        if not opens or "[Mở đợt lấy ý kiến]" not in said:
            return said + self._drops()
        return said + self.chair.taps("Mở đợt lấy ý kiến") + self.looks_at_polls()

    def looks_at_polls(self) -> str:
        self.chair.looks()
        said = self.chair.opens_news()
        said += self.chair.acts(choice=open_token("polls_desk"))
        if self.chair.offers("YK-") is not None:
            said += self.chair.taps("YK-")
            if "[Xem kết quả]" in said:
                said += self.chair.taps("Xem kết quả")
        return said

    def makes(self, team: str) -> str:
        """An account of their own, with the code that hangs on the wall."""
        self.socks.append(self.union.joins(self.union.codes[team]))
        return self.socks[-1].since(0)

    def own_confirm(self) -> str:
        said = ""
        for sock in self.socks:
            sock.looks()
            if sock.offers("Đã đọc") is not None:
                said += sock.taps("Đã đọc")
        return said

    def own_write(self) -> str:
        return "".join(sock.says("menu") + sock.taps("Viết phản ánh") for sock in self.socks[:2])
