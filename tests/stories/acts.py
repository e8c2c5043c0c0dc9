"""What people do again and again in these stories, and what only a story can arrange."""

from __future__ import annotations

from typing import TypeVar, get_args

from sqlalchemy import select
from sqlmodel import col

from models.anonymity import intake
from models.anonymity.events import Event, Kind
from models.people import accounts, invites, persons
from models.people.accounts import Sender
from models.people.offices import Office
from models.people.units import Unit
from models.store.database import Base, Session
from models.store.ids import new_id
from models.store.sealing import keyed_hash
from tests.actors import OnTelegram, Person
from tests.running_app import RunningApp

Row = TypeVar("Row", bound=Base)
OVERTIME = "Tăng ca tháng 5 chưa được trả"


def code_in(text: str) -> str:
    """The case code somewhere in a message."""
    return text[text.index("PA-") :][:9]


async def files(worker: Person, text: str = OVERTIME, to: str = "Gửi tổ trưởng công đoàn") -> str:
    """The worker files a grievance about wages and returns its code."""
    await worker.taps("Viết phản ánh")
    await worker.says(text)
    await worker.taps(to)
    return code_in(await worker.sees("mã PA-"))


async def crowd(service: RunningApp, count: int, unit: str = "SONGLAM-MAY1") -> list[str]:
    """So many more workers (persons' ids) who drew a slip, are not asked, and may answer: what takes ten people, or twenty,
    shows in one chat what it would in all of theirs."""

    def add(session: Session) -> list[str]:
        unit_id = session.execute(select(col(Unit.id)).where(col(Unit.code) == unit)).scalar_one()
        people = [persons.add(session, unit_id) for _ in range(count)]
        for person in people:
            accounts.add(
                session,
                Sender("webchat:main", new_id()),
                person,
                accounts.Joining(language="vi", confirmed=True, consent_version="2026-12", verified=True),
                service.clock.now().date(),
            )
        return [person.id for person in people]

    return await service.app.writer.write(add)


async def answers(officer: Person, text: str, verb: str = "Trả lời") -> None:
    """The officer answers the newest case on the screen (or proposes to close it)."""
    await officer.opens_news()
    newest = (await officer.offering())[-1]
    if f"\n[{verb}]" not in newest and "\n[Thêm…]" in newest:  # not the button of an earlier case
        await officer.taps("Thêm…")
    await officer.taps(verb)
    await officer.says(text)
    await officer.taps("Gửi")
    await officer.sees("Đã gửi")


async def appointed(service: RunningApp, unit_code: str, role: str, name: str, staff_code: str) -> str:
    """Puts one more officer on the roll, as an import does, and returns their joining code."""

    def appoint(session: Session) -> str:
        unit = session.execute(select(Unit).where(col(Unit.code) == unit_code)).scalar_one()
        officer = persons.add(session, unit.id, name=name, staff_code=staff_code)
        session.add(Office(person_id=officer.id, unit_id=unit.id, role=role))
        session.flush()
        return invites.issue(session, unit.id, person_id=officer.id, uses=1)

    return await service.app.writer.write(appoint)


async def also(service: RunningApp, staff_code: str, unit_code: str, role: str) -> None:
    """Gives somebody on the roll one more office."""

    def appoint(session: Session) -> None:
        unit = session.execute(select(Unit).where(col(Unit.code) == unit_code)).scalar_one()
        hashed = keyed_hash(session, "person.staff", staff_code)
        officer = session.execute(select(persons.Person).where(col(persons.Person.staff_hash) == hashed)).scalar_one()
        session.add(Office(person_id=officer.id, unit_id=unit.id, role=role))

    await service.app.writer.write(appoint)


async def rows(service: RunningApp, table: type[Row]) -> list[Row]:
    """All rows of a table, for what a story must not leave behind."""
    return await service.app.writer.read(lambda session: list(session.execute(select(table)).scalars()))


def carried(session: Session) -> list[Event]:
    """What turns have left to do, in whichever rows: every turn leaves one."""
    return [event for kind in get_args(Kind) for event in intake.every(session, kind)]


async def forges(person: OnTelegram, token: str) -> None:
    """A tap on a button that we never made, or that belongs to somebody else."""
    emulator, user = person.emulator, person.user
    query = {
        "id": emulator.query(),
        "from": user.person(),
        "message": user.inbox[-1].json(user),
        "chat_instance": user.chat_instance,
        "data": token,
    }
    assert await emulator.deliver(emulator.update("callback_query", query)) == 200
    await person.service.app.drain()


def token_behind(person: OnTelegram, label: str) -> str:
    """What the newest button with this label sends."""
    return next(
        str(data) for shown in reversed(person.user.inbox) for row in shown.buttons for name, data in row if name == label
    )


def second_factory(session: Session) -> None:
    """The province has a second grassroots union."""
    province = session.execute(select(Unit).where(col(Unit.code) == "LDLD")).scalar_one()
    session.add(Unit(kind="cdcs", code="HOALU", name="CĐCS Công ty Hoa Lư", parent_id=province.id))
