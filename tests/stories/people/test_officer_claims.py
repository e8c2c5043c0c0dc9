"""An officer's slip may be stolen: with HAICHIEU_OFFICERS__CONFIRM a code gives no power until somebody vouched for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from handlers.people.officer_claims import confirm_by_operator
from models.people.accounts import Account
from tests.actors import OnTelegram, Person
from tests.running_app import RunningApp
from tests.stories.acts import files, forges, rows, token_behind
from tests.stories.channels import every_channel, on

Somebody = Callable[[str], Person]


@pytest.fixture
def confirm() -> bool:
    return True


@pytest.fixture
async def chair(somebody: Somebody, service: RunningApp) -> Person:
    """The chair, vouched for by the operator."""
    person = somebody("Hùng")
    await person.joins(service.codes.chair)
    await confirms(service, "SL002")
    await person.sees("đã được xác nhận")
    await person.looks_away()
    return person


async def confirms(service: RunningApp, staff_code: str) -> int:
    """The operator's `haichieu officers confirm`."""
    count = await service.app.writer.write(lambda s: confirm_by_operator(s, staff_code, service.clock.now()))
    await service.app.drain()
    return count


@pytest.fixture
async def claimant(somebody: Somebody, service: RunningApp, chair: Person) -> Person:
    person = somebody("Mai")
    await person.joins(service.codes.leader)
    await person.sees("công đoàn cấp trên cần xác nhận")
    await person.looks_away()
    return person


async def test_no_powers_before_somebody_vouches(worker: Person, chair: Person, claimant: Person) -> None:
    await worker.taps("Gửi phản ánh")
    await worker.says("Tăng ca tháng 5 chưa được trả")
    await worker.taps("Tiền lương")
    await worker.sees("[Ban chấp hành]")
    await worker.does_not_see("[Tổ trưởng công đoàn]")
    await worker.taps("Ban chấp hành")
    await claimant.sees_nothing_new()
    await claimant.says("menu")
    await claimant.sees("[Gửi phản ánh]")
    await claimant.does_not_see("[Việc cần xử lý]")


@every_channel
async def test_the_officer_above_confirms(worker: Person, chair: Person, claimant: Person) -> None:
    await chair.sees("Trần Thị Mai", "tổ trưởng công đoàn", "Tổ may 1", "hỏi trực tiếp", "[Xác nhận hoặc từ chối]")
    await chair.taps("Xác nhận hoặc từ chối")
    await chair.sees("Trần Thị Mai", "tự dùng mã của mình")
    await chair.taps("Đúng, xác nhận")
    await chair.sees("Đã xác nhận")
    await claimant.sees("đã được xác nhận")
    code = await files(worker)
    await claimant.sees("Phản ánh mới", code)


@every_channel
async def test_the_officer_above_refuses(worker: Person, chair: Person, claimant: Person, service: RunningApp) -> None:
    await chair.taps("Xác nhận hoặc từ chối", "Không phải, từ chối")
    await chair.sees("Đã từ chối", "cấp mã mới")
    await claimant.sees("chưa được xác nhận")
    await claimant.says("menu")
    await claimant.sees("mã tham gia")
    await claimant.does_not_see("[Việc cần xử lý]")
    assert len(await rows(service, Account)) == 2  # the worker and the chair


async def test_a_decision_is_taken_once(chair: Person, claimant: Person) -> None:
    await chair.taps("Xác nhận hoặc từ chối", "Đúng, xác nhận")
    await chair.looks_away()
    await chair.taps("Xác nhận hoặc từ chối")
    await chair.sees("hiện không dùng được")
    await chair.taps("Không phải, từ chối")
    await chair.sees("không còn tác dụng")
    await claimant.says("menu")
    await claimant.sees("[Việc cần xử lý]")


@on("telegram")
async def test_nobody_confirms_themselves_or_from_the_side(worker: Person, chair: Person, claimant: Person) -> None:
    assert isinstance(chair, OnTelegram)
    await chair.sees("Trần Thị Mai", "[Xác nhận hoặc từ chối]")
    stolen = token_behind(chair, "Xác nhận hoặc từ chối")
    for person in (worker, claimant):
        assert isinstance(person, OnTelegram)
        await forges(person, stolen)
        await person.sees("hiện không dùng được")
        await person.does_not_see("Trần Thị Mai có", "[Đúng, xác nhận]")


async def test_the_operator_confirms_by_staff_code(service: RunningApp, chair: Person, claimant: Person) -> None:
    assert await confirms(service, "SL999") == 0
    await claimant.sees_nothing_new()
    assert await confirms(service, " sl001 ") == 1
    await claimant.sees("đã được xác nhận")
    assert await confirms(service, "SL001") == 0


async def test_the_first_officer_waits_for_the_operator(somebody: Somebody, service: RunningApp) -> None:
    person = somebody("Hòa")
    await person.joins(service.codes.superior)
    await person.sees("công đoàn cấp trên cần xác nhận")
    await person.does_not_see("[Việc cần xử lý]")
    assert await confirms(service, "LD001") == 1
    await person.says("menu")
    await person.sees("[Việc cần xử lý]")
