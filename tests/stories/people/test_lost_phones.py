"""An officer has lost the phone: another one, above, or the operator ends its chats and has a new code made."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from handlers.people.lost_phones import by_operator
from models.people.accounts import Account
from models.trust.audit import Audit
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import appointed, files, rows
from tests.stories.channels import every_channel
from tests.stories.people.test_officer_claims import confirms

Somebody = Callable[[str], Person]


@pytest.fixture
def confirm() -> bool:
    return True


async def in_office(somebody: Somebody, service: RunningApp, name: str, code: str, staff_code: str) -> Person:
    person = somebody(name)
    await person.joins(code)
    assert await confirms(service, staff_code)
    await person.sees("đã được xác nhận", "[Việc hôm nay]")
    await person.looks_away()
    return person


@pytest.fixture
async def chair(somebody: Somebody, service: RunningApp) -> Person:
    return await in_office(somebody, service, "Hùng", service.codes.chair, "SL002")


@pytest.fixture
async def leader(somebody: Somebody, service: RunningApp) -> Person:
    return await in_office(somebody, service, "Mai", service.codes.leader, "SL001")


async def new_code(chair: Person) -> str:
    await chair.opens_news()
    await chair.says("menu")
    await chair.says("Cài đặt")
    await chair.taps("Cán bộ mất điện thoại")
    await chair.sees("Cán bộ nào mất điện thoại")
    await chair.says("không có ai")
    await chair.sees("Không có cán bộ cấp dưới nào tên như vậy")
    await chair.says("mai")
    await chair.sees("Trần Thị Mai, tổ trưởng công đoàn, Tổ may 1")
    await chair.taps("Trần Thị Mai, tổ trưởng công đoàn, Tổ may 1")
    await chair.sees("ngắt ngay mọi máy cũ")
    await chair.taps("Ngắt máy cũ, tạo mã mới")
    [code] = re.findall(r"\w{4}-\w{4}", await chair.sees("Mã mới của Trần Thị Mai"))
    return str(code)


@every_channel
async def test_an_officer_above_has_a_new_code_made(
    somebody: Somebody, chair: Person, leader: Person, worker: Person, service: RunningApp, clock: FakeClock
) -> None:
    """Nothing more is shown on the lost phone, at once. Whoever had the code made cannot vouch for who comes with it."""
    superior = await in_office(somebody, service, "Hòa", service.codes.superior, "LD001")
    code = await new_code(chair)
    await superior.sees("Trần Thị Mai", "được cấp mã mới")
    await leader.says("menu")
    await leader.sees("mã tham gia")
    await leader.does_not_see("được cấp mã mới")
    again = somebody("Mai, máy mới")
    await again.joins(code)
    await again.sees("công đoàn cấp trên cần xác nhận")
    assert "[Xác nhận" not in await chair.sees("Có người vừa dùng mã của đồng chí Trần Thị Mai")
    await superior.taps("Xác nhận hoặc từ chối")
    await superior.taps("Đúng hai từ đó: xác nhận")
    await again.sees("đã được xác nhận", "[Việc hôm nay]")
    await files(worker)
    await again.sees("Phản ánh mới")
    await clock.passes(minutes=2)
    assert len(await rows(service, Account)) == 4  # the chair, the superior, the worker and the new phone
    assert [row.verb for row in await rows(service, Audit)].count("reissue") == 1


async def test_who_stands_above_nobody_has_no_such_button(leader: Person) -> None:
    await leader.says("menu")
    await leader.says("Cài đặt")
    await leader.sees("Cài đặt:")
    await leader.does_not_see("[Cán bộ mất điện thoại]")


async def test_the_operator_has_one_made(
    somebody: Somebody, chair: Person, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    deputy = await in_office(
        somebody, service, "Lan", await appointed(service, "SONGLAM-MAY1", "deputy_leader", "Lê Thị Lan", "SL009"), "SL009"
    )
    now = clock.now()
    assert await service.app.writer.write(lambda session: by_operator(session, "SL404", now, (0, 0))) is None
    name, code = await service.app.writer.write(lambda session: by_operator(session, "sl001", now, (0, 0))) or ("", "")
    await service.app.drain()
    assert name == "Trần Thị Mai"
    for other in (chair, deputy):
        await other.sees("Trần Thị Mai", "được cấp mã mới")
    await leader.says("menu")
    await leader.sees("mã tham gia")
    again = somebody("Mai, máy mới")
    await again.joins(code)
    assert await confirms(service, "SL001")
    await again.sees("đã được xác nhận")


async def test_a_claim_that_waits_is_over_with_a_new_code(
    somebody: Somebody, chair: Person, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    """A thief has joined with the code on the slip that was lost, too."""
    first = await service.app.writer.write(lambda session: by_operator(session, "SL001", clock.now(), (0, 0))) or ("", "")
    thief = somebody("Kẻ lạ")
    await thief.joins(first[1])
    await service.app.writer.write(lambda session: by_operator(session, "SL001", clock.now(), (0, 0)))
    await clock.passes(minutes=2)
    assert not await confirms(service, "SL001")
    await thief.says("menu")
    await thief.does_not_see("[Việc cần xử lý]")
