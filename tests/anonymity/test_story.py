"""The promise, whole: after a week's worth of anonymous grievances no officer's screen, no log and no copy of the files
can tell who filed one."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import asdict

import pytest

from config.i18n import fold
from tests.actors import Person
from tests.anonymity.thief import Thief, report
from tests.anonymity.village import BOARD, TEAM, Told, a_while, adds, files, secrets_of
from tests.running_app import RunningApp
from tests.stories.acts import answers, crowd
from tests.stories.conftest import SECRET, TOKEN, ZALO_TOKEN

OVERTIME = "Chuyền trưởng bắt tăng ca đêm ba tuần liền, ai xin về bị ghi sổ đen"
BOILER = "Lò hơi nhà bốn rò khí từ thứ năm, quản đốc bảo cứ chạy tiếp"
CANTEEN = "Cơm ca hai thường xuyên ôi thiu, mười người đau bụng"
LEAVE = "Tổ trưởng đòi quà mới ký giấy nghỉ phép cho chị em"
WAGE = "Lương tháng mười bị trừ hai lần tiền bảo hiểm không giải thích"
PREGNANT = "Chị em có thai vẫn bị xếp đứng máy mười tiếng"
NAMED = "Tôi đề nghị xem lại đơn giá mã hàng áo khoác"
REPLIES = ("Tổ đã báo ban giám đốc dừng tăng ca từ tối nay", "Đã bỏ sổ đen, có biên bản ngày hai mươi ba")
THANKS = "Cảm ơn tổ, nhưng ca ba vẫn còn bị ép ở lại"
FULL_NAME = "Đinh Thị Hạnh Nhơn"


class Story:
    """Seven workers and three officers, two days."""

    def __init__(self, service: RunningApp, somebody: Callable[[str], Person], officers: list[Person]) -> None:
        self.service, self.somebody, self.officers = service, somebody, officers
        self.leader, self.chair, self.superior = officers
        self.workers: list[Person] = []
        said = (OVERTIME, BOILER, CANTEEN, LEAVE, WAGE, PREGNANT, NAMED, *REPLIES, THANKS, FULL_NAME)
        self.told = Told({text[:24] for text in said})  # the beginning: a part of each text would do the harm

    async def joins(self, name: str) -> Person:
        worker = self.somebody(name)
        await worker.joins(self.service.codes.team)
        await worker.looks_away()
        self.workers.append(worker)
        return worker

    async def files(self, worker: Person, text: str, to: str, **how: object) -> str:
        code = await files(worker, text, to, **how)  # type: ignore[arg-type]
        self.told.codes.add(code)
        return code

    async def small_team(self) -> None:
        """While few have joined: one asks and is answered, one is not answered yet, one does not wait."""
        first = await self.joins("Khuê Tú")
        overtime = await self.files(first, OVERTIME, TEAM)
        second = await self.joins("Bạch Liên")
        await self.files(second, BOILER, BOARD)
        await self.service.clock.passes(minutes=25)
        await self.leader.sees_nothing_new()
        await self.chair.sees_nothing_new()
        await a_while(self.service)
        card = await self.leader.sees("Phản ánh mới", overtime, OVERTIME, "không nêu tên")
        card += await self.chair.sees("Phản ánh mới", BOILER)
        assert "Tổ may 1" not in card, "of a team in which few have joined"
        await answers(self.leader, REPLIES[0])
        await self.service.clock.passes(minutes=25)
        await first.sees_nothing_new()
        await a_while(self.service)
        await first.sees(overtime, REPLIES[0])
        await adds(first, THANKS)
        await a_while(self.service)
        await self.leader.sees("bổ sung", overtime, THANKS)
        await answers(self.leader, REPLIES[1], "Đề nghị kết thúc")
        third = await self.joins("Mộc Miên")
        await self.files(third, LEAVE, BOARD, at_once=True)
        assert "Tổ may 1" not in await self.chair.sees("Phản ánh mới", LEAVE)
        await a_while(self.service)
        await first.sees("đã ổn chưa", REPLIES[1])
        await first.taps("Đã ổn")
        await a_while(self.service)
        await self.leader.sees(overtime, "đã ổn")

    async def large_team(self) -> None:
        """Twenty more draw a slip, and the next day the team is named; somebody reads English; an officer files; one gives a
        name."""
        await crowd(self.service, 20)
        await self.service.clock.passes(hours=20)
        english = await self.joins("Thạch Thảo")
        await english.taps("Ngôn ngữ · Language", "English")
        fifth = await self.joins("Tường Vi")
        await a_while(self.service)
        await self.files(fifth, CANTEEN, BOARD)
        await self.leader.looks_away()
        await self.files(self.leader, PREGNANT, BOARD)
        await a_while(self.service)
        await shows(self.chair, "Phản ánh mới", CANTEEN, "· Tổ may 1 ·")
        await shows(self.chair, "Phản ánh mới", PREGNANT, "không nêu tên")
        await self.service.clock.passes(hours=24)
        await english.taps("Send a grievance")
        await english.says(WAGE)
        await english.taps("Send to the executive committee")
        named = await self.joins("Hạnh")
        await self.files(named, NAMED, BOARD, name=FULL_NAME)
        await self.chair.sees("Phản ánh mới", NAMED, f"Người gửi: {FULL_NAME}")
        await a_while(self.service)
        await self.chair.sees("Phản ánh mới", WAGE, "không nêu tên", "· Tổ may 1 ·")


async def shows(officer: Person, *words: str) -> None:
    """One message on the screen has all these words; cards of one tick come in random order."""
    await officer.opens_news()
    assert any(all(word in text for word in words) for text in await officer.texts()), await officer.screen()


async def looks_everywhere(officer: Person) -> None:
    """Opens all that the menu offers: nowhere is there a list of people."""
    await officer.says("menu")
    offered = [line.strip("[]") for line in (await officer.texts())[-1].splitlines() if line.startswith("[")]
    assert len(offered) > 4
    for label in offered:
        await officer.taps(label)
    await officer.says("huỷ")


async def officers_see_nothing(story: Story, since: list[int]) -> None:
    """No name, no id, no list of people; a given name on its own card and nowhere else; a small team is not named."""
    told = set().union(*(secrets_of(worker) for worker in story.workers)) - {"Hạnh"}
    for officer, seen in zip(story.officers, since, strict=True):
        for text in (await officer.texts())[seen:]:
            assert not [word for word in told if word in text], text
            assert (FULL_NAME in text) == (NAMED in text), text
            if any(small in text for small in (OVERTIME, BOILER, LEAVE)):
                assert "Tổ may" not in text, text


def escaped(words: set[str]) -> set[str]:
    """As a log may have them: as they are, as JSON, without accents."""
    return words | {json.dumps(word)[1:-1] for word in words} | {fold(word) for word in words if " " in word}


@pytest.fixture
def officers(leader: Person, chair: Person, superior: Person) -> list[Person]:
    return [leader, chair, superior]


async def test_nothing_tells_who_filed(
    service: RunningApp, thief: Thief, somebody: Callable[[str], Person], officers: list[Person], log: io.StringIO
) -> None:
    story = Story(service, somebody, officers)
    seen = [officer.seen for officer in officers]
    await story.small_team()
    await story.large_team()
    await looks_everywhere(story.chair)
    await officers_see_nothing(story, seen)

    found = await thief.chains(rows := thief.rows())
    assert not found, report(found)
    looked_at = {"grievance", "entry", "account", "person", "intake", "told", "outbound", "conversation", "news"}
    assert {row.table for row in rows} >= looked_at

    everybody = set().union(*(secrets_of(one) for one in [*story.workers, *officers]))
    roll = {"Trần Thị Mai", "Nguyễn Văn Hùng", "Lê Thị Hòa"}
    secret = {TOKEN, ZALO_TOKEN, SECRET, *roll, *asdict(service.codes).values()}
    assert thief.finds(story.told.words | everybody | secret) == []
    said = log.getvalue()
    assert not [word for word in escaped(story.told.words | everybody | secret | story.told.codes) if word in said]
