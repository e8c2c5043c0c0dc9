"""An officer's slip may be stolen: with HAICHIEU_OFFICERS__CONFIRM a code gives no power until somebody vouched for it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from handlers.front.capabilities import CONVERSATIONS
from handlers.people.officer_claims import Several, confirm_by_operator
from models.people import invites, persons
from models.people.accounts import Account
from models.store.database import Session
from tests.actors import OnTelegram, Person
from tests.running_app import FakeClock, RunningApp
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


async def confirms(service: RunningApp, staff_code: str) -> bool:
    """The operator's `haichieu officers confirm`."""
    done = await service.app.writer.write(lambda s: confirm_by_operator(s, staff_code, service.clock.now()))
    await service.app.drain()
    return done


@pytest.fixture
async def claimant(somebody: Somebody, service: RunningApp, chair: Person) -> Person:
    person = somebody("Mai")
    await person.joins(service.codes.leader)
    await person.sees("công đoàn cấp trên cần xác nhận")
    await person.looks_away()
    return person


async def test_no_powers_before_somebody_vouches(worker: Person, chair: Person, claimant: Person) -> None:
    await worker.taps("Viết phản ánh")
    await worker.says("Tăng ca tháng 5 chưa được trả")
    await worker.sees("[Gửi Ban chấp hành]")
    await worker.does_not_see("[Gửi tổ trưởng công đoàn]")
    await worker.taps("Gửi Ban chấp hành")
    await claimant.sees_nothing_new()
    await claimant.says("menu")
    await claimant.sees("công đoàn cấp trên cần xác nhận")
    await claimant.does_not_see("[Việc cần xử lý]", "[Viết phản ánh]")


def two_words(screen: str) -> str:
    """The two words somewhere in a message."""
    [found] = re.findall(r"hai từ[^:]*: (.+ – .+)", screen)
    return str(found)


async def test_both_screens_show_the_same_two_words(chair: Person, claimant: Person) -> None:
    await claimant.says("menu")
    theirs = two_words(await claimant.sees("hai từ"))
    await chair.taps("Xác nhận hoặc từ chối")
    assert two_words(await chair.sees("Trần Thị Mai", "hai từ")) == theirs
    await chair.taps("Chưa hỏi")
    await chair.taps("Xác nhận hoặc từ chối")
    assert two_words(await chair.sees("Trần Thị Mai", "hai từ")) == theirs, "the same at any time"


async def a_new_code(service: RunningApp, staff_code: str = "SL001") -> str:
    """The operator's `haichieu invites --all`, for one officer."""

    def make(session: Session) -> str:
        hashed = persons.staff_hash(session, staff_code)
        officer = session.execute(select(persons.Person).where(col(persons.Person.staff_hash) == hashed)).scalar_one()
        return invites.issue(session, officer.unit_id, person_id=officer.id, uses=1)

    return await service.app.writer.write(make)


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_a_new_code_ends_the_claim_of_whoever_stole_the_old_one(
    somebody: Somebody, worker: Person, chair: Person, claimant: Person, service: RunningApp, clock: FakeClock
) -> None:
    """`claimant` has used the stolen code; the officer gets a new one and joins."""
    real = somebody("Mai thật")
    await real.joins(await a_new_code(service))
    await real.sees("công đoàn cấp trên cần xác nhận")
    await real.looks_away()
    await claimant.says("menu")
    await claimant.sees("không còn xác nhận được nữa")
    await chair.taps("Xác nhận hoặc từ chối")  # the newest question, about the real one
    mine = two_words(await chair.sees("Trần Thị Mai", "hai từ"))
    await real.says("menu")
    assert two_words(await real.sees("hai từ")) == mine
    assert await confirms(service, "SL001")
    await real.sees("đã được xác nhận")
    await clock.passes(minutes=2)
    await claimant.sees("chat này đã kết thúc")
    await claimant.says("menu")
    await claimant.does_not_see("[Việc cần xử lý]", "[Viết phản ánh]")
    await real.says("menu")
    await real.sees("[Việc cần xử lý]")
    assert not await confirms(service, "SL001")
    assert len(await rows(service, Account)) == 3  # the worker, the chair and one of the two


async def test_of_two_claims_one_is_confirmed_and_the_other_ends(
    somebody: Somebody, chair: Person, claimant: Person, service: RunningApp
) -> None:
    """With a code that could be used twice, which no command makes: even then."""

    def again(session: Session) -> None:
        session.execute(update(invites.Invite).where(col(invites.Invite.uses_left) == 0).values(uses_left=1))

    await service.app.writer.write(again)
    other = somebody("Kẻ lạ")
    await other.joins(service.codes.leader)
    theirs = two_words(await other.sees("hai từ"))
    await claimant.says("menu")
    mine = two_words(await claimant.sees("hai từ"))
    assert mine != theirs
    with pytest.raises(Several):
        await confirms(service, "SL001")
    for person in (other, claimant):
        await person.says("menu")
        await person.does_not_see("[Việc cần xử lý]")
        await person.looks_away()
    await service.app.writer.write(lambda s: confirm_by_operator(s, "SL001", service.clock.now(), theirs))
    await service.app.drain()
    await other.sees("đã được xác nhận")
    await claimant.sees("đã có một chat khác được xác nhận")
    await chair.taps("Xác nhận hoặc từ chối")
    await chair.sees("hiện không dùng được")
    assert len(await rows(service, Account)) == 2


async def test_a_claim_lapses_after_three_days(
    worker: Person, chair: Person, claimant: Person, service: RunningApp, clock: FakeClock
) -> None:
    await clock.passes(days=2)
    await claimant.says("menu")
    await claimant.sees("25/11/2026", "[Đây không phải mã của tôi]")
    await chair.looks_away()
    await clock.passes(days=1)
    await claimant.sees("chưa có ai xác nhận", "mã mới")
    await chair.sees("Trần Thị Mai", "không được xác nhận kịp")
    await chair.taps("Xác nhận hoặc từ chối")
    await chair.sees("hiện không dùng được")
    assert not await confirms(service, "SL001")
    assert len(await rows(service, Account)) == 2  # the worker and the chair


@on("telegram")  # its taps are forged as Telegram would bring them
async def test_a_claim_is_not_yet_the_officer(
    somebody: Somebody, worker: Person, chair: Person, service: RunningApp, clock: FakeClock
) -> None:
    """The officer has joined, has filed a case as a worker, and another slip of theirs is stolen: whoever uses it reads no
    case of theirs, hears no answer, and can neither file for them, nor put their phones out, nor leave for them."""
    mai = somebody("Mai")
    await mai.joins(service.codes.leader)
    assert await confirms(service, "SL001")
    await mai.sees("đã được xác nhận")
    await mai.taps("Việc hôm nay", "Thêm…")
    code = await files(mai, "Chủ tịch ép tôi", to="Gửi Ban chấp hành")
    await mai.looks_away()
    thief = somebody("Kẻ trộm")
    await thief.joins(await a_new_code(service))
    await thief.looks_away()
    await mai.sees("vừa tham gia bằng mã của đồng chí")
    assert isinstance(thief, OnTelegram)
    for name in CONVERSATIONS.keys() - {"lang", "help", "menu", "unclaim"}:
        await forges(thief, f"{name}::::")
        await thief.sees("công đoàn cấp trên cần xác nhận")
    for words in (code, "Trả lương đi", "1 2 3", "dừng", "xem"):
        await thief.says(words)
        await thief.sees("công đoàn cấp trên cần xác nhận")
    await chair.says(f"{code} Đã nhận")
    await chair.taps("Gửi")
    await mai.sees("Công đoàn trả lời", "Đã nhận")
    await clock.passes(minutes=5)
    await thief.does_not_see("ép tôi", "Công đoàn trả lời", "[Viết phản ánh]")
    await thief.taps("Đây không phải mã của tôi")
    await thief.sees("không giữ cuộc trò chuyện này nữa")
    await thief.says("menu")
    await thief.sees("mã tham gia")
    await clock.passes(minutes=1)
    await mai.says("menu")
    await mai.sees("[Việc cần xử lý]")
    assert len(await rows(service, Account)) == 3  # the worker, the chair and the officer


@every_channel
async def test_who_was_given_somebody_elses_code_gives_it_back(
    claimant: Person, service: RunningApp, clock: FakeClock
) -> None:
    before = len(await rows(service, Account))
    await claimant.says("menu")
    await claimant.taps("Đây không phải mã của tôi")
    await claimant.sees("không giữ cuộc trò chuyện này nữa")
    await claimant.says("menu")
    await claimant.sees("mã tham gia")
    await clock.passes(minutes=1)
    assert len(await rows(service, Account)) == before - 1


async def test_the_officer_above_confirms(worker: Person, chair: Person, claimant: Person) -> None:
    await chair.sees("Trần Thị Mai", "tổ trưởng công đoàn", "Tổ may 1", "hỏi trực tiếp", "[Xác nhận hoặc từ chối]")
    await chair.taps("Xác nhận hoặc từ chối")
    await chair.sees("Trần Thị Mai", "đã hỏi", "cùng hai từ đó")
    await chair.taps("Đúng hai từ đó: xác nhận")
    await chair.sees("Đã xác nhận")
    await claimant.sees("đã được xác nhận")
    code = await files(worker)
    await claimant.sees("Phản ánh mới", code)


async def test_the_officer_above_refuses(worker: Person, chair: Person, claimant: Person, service: RunningApp) -> None:
    await chair.taps("Xác nhận hoặc từ chối", "Không đúng: từ chối")
    await chair.sees("Đã từ chối", "cấp mã mới")
    await claimant.sees("chưa được xác nhận")
    await claimant.says("menu")
    await claimant.sees("mã tham gia")
    await claimant.does_not_see("[Việc cần xử lý]")
    assert len(await rows(service, Account)) == 2  # the worker and the chair


async def test_a_decision_is_taken_once(chair: Person, claimant: Person) -> None:
    await chair.taps("Xác nhận hoặc từ chối", "Đúng hai từ đó: xác nhận")
    await chair.looks_away()
    await chair.taps("Xác nhận hoặc từ chối")
    await chair.sees("hiện không dùng được")
    await chair.taps("Không đúng: từ chối")
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
        await person.sees("hiện không dùng được" if person is worker else "công đoàn cấp trên cần xác nhận")
        await person.does_not_see("Trần Thị Mai có", "[Đúng hai từ đó: xác nhận]")


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
