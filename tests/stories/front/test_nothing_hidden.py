"""No list is cut without a way to the rest: 25 of everything, and each list walked to its end on every channel.

The 25 are put there by the rules of models, which stories elsewhere do by hand: told here is what a person can come to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from handlers.chat import paging
from models.anonymity import counts, night_counts
from models.anonymity.events import Event
from models.broadcasts import broadcasts
from models.broadcasts.audiences import Audience
from models.broadcasts.broadcasts import Draft, Words
from models.broadcasts.recipients import Recipient
from models.grievances import cases, saved_replies
from models.people import accounts, persons
from models.people.accounts import Account, Sender
from models.people.offices import Office
from models.people.units import Unit
from models.polls import polls, rounds
from models.store.database import Session
from models.store.ids import new_case_code, new_id
from tests.actors import OnTelegram, Person
from tests.rules.polls.hall import SATISFIED
from tests.running_app import RunningApp
from tests.stories.channels import every_channel, on

MANY = 25
FURTHER = re.compile(r"\[(\d+/\d+ ›)\]")
PLACE = re.compile(r"Trang (\d+)/(\d+)")


@dataclass
class Plenty:
    """What stands in each list, as a person reads it there."""

    cases: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    disclosures: list[str] = field(default_factory=list)
    polls: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    colleagues: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


class Filling:
    """Puts 25 of everything where the sample union's people come to it."""

    def __init__(self, session: Session, service: RunningApp) -> None:
        self.session = session
        self.now = service.clock.now()
        self.units = {unit.code: unit for unit in session.execute(select(Unit)).scalars()}
        self.made = Plenty()

    def all(self) -> Plenty:
        for number in range(1, MANY + 1):
            self.team(number)
            self.colleague(number)
        teams = [unit.id for code, unit in self.units.items() if code.startswith("SONGLAM-")]
        night_counts.take(self.session, counts.OWN, dict.fromkeys(teams, 60), 5)
        worker = self.worker()
        for number in range(1, MANY + 1):
            self.made.cases.append(self.case(self.units["SONGLAM-MAY1"], new_id(), 24))
            self.made.own.append(self.case(self.units["SONGLAM-MAY2"], worker.reporter_id, 24))
            self.case(self.units[f"SONGLAM-X{number:02}"], new_id(), -1)
            saved_replies.keep(self.session, self.units["SONGLAM-MAY1"].id, f"Mẫu {number:02}")
            self.made.replies.append(f"Mẫu {number:02}")
            self.made.notices.append(self.notice(number, worker, "notice", self.units["SONGLAM-MAY1"]))
            self.made.disclosures.append(self.notice(number, worker, "finance", self.units["SONGLAM"]))
            self.poll(number)
        return self.made

    def team(self, number: int) -> None:
        code, name = f"SONGLAM-X{number:02}", f"Chuyền số {number:02}"
        unit = Unit(kind="to_cong_doan", code=code, name=name, parent_id=self.units["SONGLAM"].id)
        self.session.add(unit)
        self.session.flush()
        self.units[code] = unit
        self.made.teams.append(name)

    def colleague(self, number: int) -> None:
        name, unit = f"Phạm Văn Cán {number:02}", self.units["SONGLAM-MAY1"]
        somebody = persons.add(self.session, unit.id, name=name, staff_code=f"CB{number:03}")
        self.session.add(Office(person_id=somebody.id, unit_id=unit.id, role="deputy_leader"))
        self.account(somebody)
        self.made.colleagues.append(name)
        listed = persons.add(self.session, unit.id, name=f"Công nhân {number:02}", staff_code=f"CN{number:03}")
        self.made.names.append(f"Công nhân {number:02}")
        assert listed.id

    def account(self, somebody: persons.Person) -> None:
        accounts.add(
            self.session,
            Sender("webchat:main", new_id()),
            somebody,
            accounts.Joining(language="vi", confirmed=True, consent_version="2026-12", verified=True),
            self.now.date(),
        )

    def worker(self) -> persons.Person:
        """The one who has joined with a chat and has no office."""
        statement = select(persons.Person).join(Account, col(Account.person_id) == col(persons.Person.id))
        return self.session.execute(statement.where(col(persons.Person.staff_hash).is_(None))).scalar_one()

    def case(self, holder: Unit, reporter_id: str, hours: int) -> str:
        due = (self.now + timedelta(hours=hours)).isoformat()
        said = ("report", self.now.isoformat(), new_id(), new_id(), reporter_id, "Tăng ca chưa được trả")
        unit_id = holder.id
        event = Event(*said, code=new_case_code(), unit_id=unit_id, holder_id=unit_id, category="wage", reply_due=due)
        posted = cases.post(self.session, event, self.now)
        assert posted is not None
        return posted.code

    def notice(self, number: int, worker: persons.Person, kind: str, unit: Unit) -> str:
        words = Words({"vi": f"Họp tổ lần {number:02}"})
        author = self.session.execute(select(Office).where(col(Office.unit_id) == unit.id)).scalars().first()
        assert author is not None
        draft = Draft(author.person_id, unit.id, words, Audience((unit.id,)), kind, self.now)
        row = broadcasts.create(self.session, draft, self.now + timedelta(seconds=number))
        row.state, row.started_at, row.through_at, row.ended_at = "done", self.now, self.now, self.now
        if kind == "notice":
            self.session.add(Recipient(broadcast_id=row.id, person_id=worker.id, unit_id=worker.unit_id, state="sent"))
        self.session.flush()
        return row.code

    def poll(self, number: int) -> None:
        unit, title = self.units["SONGLAM"], f"Bữa ăn kỳ {number:02}"
        content = polls.Content({"vi": title}, [SATISFIED], [unit.id])
        poll = polls.create(self.session, unit.id, content)
        at = self.now - timedelta(days=30 - number)
        one = rounds.plan(self.session, poll, at, at + timedelta(hours=1))
        one.state, one.published = "counted", True
        self.session.flush()
        self.made.polls.append(poll.code)
        self.made.titles.append(title)


async def walked(person: Person, *labels: str, words: str = "") -> str:
    """All that the list behind these buttons says, page after page, until there is no further one. `words`: what is asked
    for on the way."""
    for label in labels:
        if label == WHOM:
            await person.says(words)
        await person.taps(label)
    if words and WHOM not in labels:
        await person.says(words)
    read = []
    while True:
        read.append((await person.texts())[-1])
        further = FURTHER.search(read[-1])
        if further is None:
            return "\n".join(read)
        place = PLACE.search(read[-1])
        assert place is not None, f"a list that is cut says so: {read[-1]}"
        await person.taps(further[1])


def unseen(read: str, wanted: Collection[str]) -> list[str]:
    return [one for one in wanted if one not in read]


@pytest.fixture
async def plenty(worker: Person, leader: Person, chair: Person, superior: Person, service: RunningApp) -> Plenty:
    made = await service.app.writer.write(lambda session: Filling(session, service).all())
    for person in (worker, leader, chair, superior):
        person.curious = False
        await person.says("menu")
    return made


List = tuple[str, tuple[str, ...], str, Callable[[Plenty], list[str]]]

WHOM = "Đổi nơi nhận"
"""Behind the preview of what was written."""
OF_OFFICERS: list[List] = [
    ("leader", ("Thêm…", "Việc cần xử lý"), "", lambda made: made.cases),
    ("leader", ("Tìm phản ánh",), "tang ca", lambda made: made.cases),
    ("leader", ("Việc cần xử lý", "Câu trả lời mẫu"), "", lambda made: made.replies),
    ("leader", ("Việc cần xử lý", "Khi tôi vắng mặt"), "", lambda made: made.colleagues),
    ("leader", ("Thông báo của đơn vị",), "", lambda made: made.notices),
    ("leader", ("Thông báo của đơn vị", "Tìm thông báo"), "hop to", lambda made: made.notices),
    ("leader", ("Thông báo của đơn vị", "Thêm…", "Đánh dấu đã phổ biến trực tiếp"), "", lambda made: made.notices),
    ("chair", ("Thông báo của đơn vị", "Soạn thông báo", WHOM), "Mai họp tổ", lambda made: made.teams),
    ("chair", ("Thông báo của đơn vị", "Thêm…", "Đơn vị làm ca đêm"), "", lambda made: made.teams),
    ("chair", ("Thông báo của đơn vị", "Thêm…", "Sĩ số và phiếu tham gia"), "", lambda made: made.teams),
    ("chair", ("Đợt lấy ý kiến của đơn vị",), "", lambda made: made.polls),
    ("chair", ("Đơn vị cấp dưới (25)",), "", lambda made: [f"{name}: 1 quá hạn" for name in made.teams]),
]
OF_WORKERS: list[List] = [
    ("worker", ("Phản ánh của tôi",), "", lambda made: made.own),
    ("worker", ("Thông báo đã nhận",), "", lambda made: made.notices),
    ("worker", ("Thông báo đã nhận", "Công khai tài chính"), "", lambda made: made.disclosures),
    ("worker", ("Tham gia ý kiến",), "", lambda made: made.titles),
]


@every_channel
async def test_every_list_can_be_walked_to_its_end(
    plenty: Plenty, worker: Person, leader: Person, chair: Person, channel: str
) -> None:
    people = {"worker": worker, "leader": leader, "chair": chair}
    hidden = []
    for who, labels, words, wanted in [*OF_OFFICERS, *OF_WORKERS]:
        await people[who].says("dừng", "dừng")
        await people[who].says("menu")
        if who != "worker" and labels[0] not in ("Thêm…", "Tìm phản ánh", "Đơn vị cấp dưới (25)"):
            labels = ("Thêm…", *labels)
        read = await walked(people[who], *labels, words=words)
        if missing := unseen(read, wanted(plenty)):
            hidden.append((labels, missing))
    assert not hidden, hidden


@on("telegram")
async def test_a_list_that_is_cut_is_noticed(plenty: Plenty, leader: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "options", lambda *_, **__: [])
    assert len(unseen(await walked(leader, "Việc cần xử lý"), plenty.cases)) == MANY - paging.SIZE


@on("telegram")
async def test_of_all_ones_own_cases_is_asked_which_new_words_are_of(plenty: Plenty, worker: Person) -> None:
    assert isinstance(worker, OnTelegram)
    await worker.says("Xin chào")
    await worker.taps("Hủy") if "[Hủy]" in (await worker.texts())[-1] else await worker.says("dừng")
    assert await worker.emulator.deliver(worker.user.edited_message_update("Xin chào công đoàn")) == 200
    await worker.service.app.drain()
    read = await walked_from_here(worker)
    assert not unseen(read, plenty.own)


async def walked_from_here(person: Person) -> str:
    read = [(await person.texts())[-1]]
    while (further := FURTHER.search(read[-1])) is not None:
        await person.taps(further[1])
        read.append((await person.texts())[-1])
    return "\n".join(read)


@pytest.mark.parametrize("channel", ["telegram", "webchat"])  # in Zalo an older list has no numbers any more
async def test_a_page_that_is_turned_throws_nothing_away(plenty: Plenty, leader: Person) -> None:
    """Page two is looked at while an answer is being written; the answer is still there, and goes where it was to go."""
    await leader.taps("Việc cần xử lý")
    list_ = (await leader.texts())[-1]
    code = next(one for one in plenty.cases if one in list_)
    further = FURTHER.search(list_)
    assert further is not None
    await leader.says(f"{code} Công đoàn đã hỏi phòng lương")
    await leader.sees("Gửi nội dung này", "Công đoàn đã hỏi phòng lương")
    await leader.taps(further[1])
    await leader.sees("Trang 2/4", "[Viết tiếp]", "[‹ 1/4]", "[3/4 ›]")
    await leader.taps("Viết tiếp")
    await leader.sees(code, "Công đoàn đã hỏi phòng lương", "[Gửi]")
    await leader.taps("Gửi")
    await leader.sees("Đã gửi", code)


async def test_a_unit_is_chosen_on_another_page_and_by_a_part_of_its_name(plenty: Plenty, chair: Person) -> None:
    await chair.taps("Thêm…", "Thông báo của đơn vị", "Soạn thông báo")
    await chair.says("Mai họp tổ")
    await chair.taps("Đổi nơi nhận", "2/4 ›")
    await chair.sees("Trang 2/4", "[‹ 1/4]")
    await chair.taps("☐ Chuyền số 10")
    await chair.sees("Đã chọn: Chuyền số 10", "Trang 2/4", "[☑ Chuyền số 10]")
    await chair.says("chuyen so 2")
    await chair.sees("[☐ Chuyền số 20]", "[☐ Chuyền số 25]", "[Xem lại tất cả đơn vị]")
    await chair.says("Chuyền số 21")
    await chair.sees("Đã chọn: Chuyền số 10, Chuyền số 21", "[Xong, tiếp tục]")
