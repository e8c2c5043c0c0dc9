"""Who joined by the team's code and later gets a slip of their own, or an officer's code."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlmodel import col

from models.grievances.exclusions import Exclusion
from models.people import invites
from models.people.accounts import Account
from models.people.invites import Invite
from models.people.persons import Person as Row
from models.store.database import Session
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, also, answers, appointed, files, rows
from tests.stories.channels import every_channel
from tests.stories.people.test_consents import slips


async def test_a_slip_is_used_where_one_is(
    worker: Person, leader: Person, service: RunningApp, clock: FakeClock, somebody: Callable[[str], Person]
) -> None:
    code = await files(worker)
    [slip] = await slips(service)
    await worker.says(f"{slip[:4]}-{slip[4:]}")
    await worker.sees("phiếu riêng của: Tổ may 1", "[Dùng phiếu này]")
    await worker.taps("Dùng phiếu này")
    await worker.sees("sáng mai")
    thief = somebody("Kẻ lạ")
    await thief.says(slip)
    await thief.sees("Mã này sai, đã dùng hoặc hết hạn")
    await clock.passes(minutes=2)
    await worker.sees("Phiếu đã được ghi nhận")
    assert sum(row.verified for row in await rows(service, Account)) == 2  # theirs, and the officer's
    assert [row.uses_left for row in await rows(service, Invite) if row.batch == "BATCH1"] == [0]
    await worker.says(code)
    await worker.sees(code, OVERTIME)
    await worker.says((await slips(service))[0])
    await worker.sees("đã tham gia bằng phiếu riêng rồi")


async def test_an_officers_code_is_used_where_one_is(
    worker: Person, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    code = await files(worker)
    await leader.sees("Phản ánh mới", code)
    before = {row.id for row in await rows(service, Row)}
    officers = await appointed(service, "SONGLAM-MAY1", "deputy_leader", "Trần Thị Lan", "NV-0777")
    await worker.says(officers)
    await worker.sees("Trần Thị Lan", "không xử lý việc của chính mình", "[Dùng mã này]")
    await worker.taps("Dùng mã này")
    await worker.sees("sáng mai")
    await clock.passes(minutes=2)
    await worker.sees("cuộc trò chuyện này nhận phản ánh của đơn vị")
    assert len({row.id for row in await rows(service, Row)} - before) == 1  # the officer on the roll
    await worker.says("menu")
    await worker.sees("[Việc cần xử lý]", "[Thêm…]")
    await worker.taps("Việc cần xử lý")
    await worker.sees("không có phản ánh nào")  # their own is not among them
    await leader.says(code)
    card = await leader.sees(code, OVERTIME)
    assert "Lan" not in card  # and nobody learns whose it is
    await answers(leader, "Tuần sau có")
    await worker.opens_news()
    await worker.sees("Công đoàn trả lời", code, "Tuần sau có")
    assert await rows(service, Exclusion) == []


async def test_whoever_would_be_left_alone_with_their_own_case_is_told(
    worker: Person, leader: Person, service: RunningApp, clock: FakeClock
) -> None:
    code = await files(worker)
    officers = await appointed(service, "SONGLAM-MAY1", "deputy_leader", "Trần Thị Lan", "NV-0777")
    await leader.opens_news()
    await leader.says("menu")
    await leader.taps("Cài đặt", "Rời khỏi", "Rời khỏi và xóa dữ liệu của tôi")
    await clock.passes(minutes=2)
    await worker.says(officers)
    await worker.sees(code, "ngoài đồng chí")


async def test_a_code_that_was_taken_back_meanwhile_changes_nothing_and_that_is_said(
    worker: Person, service: RunningApp, clock: FakeClock
) -> None:
    await worker.says(await appointed(service, "SONGLAM-MAY1", "deputy_leader", "Trần Thị Lan", "NV-0777"))
    await worker.taps("Dùng mã này")

    def take_back(session: Session) -> None:
        for invite in session.execute(select(Invite).where(col(Invite.person_id).is_not(None))).scalars().all():
            invites.revoke_own(session, str(invite.person_id))

    await service.app.writer.write(take_back)
    await clock.passes(minutes=2)
    await worker.sees("đã có thay đổi", "xin mã mới")
    await worker.says("menu")
    assert "Việc cần xử lý" not in await worker.sees("[Phản ánh của tôi]")


async def test_a_pin_is_taken_away_first(worker: Person, service: RunningApp) -> None:
    await worker.taps("Cài đặt", "Mã PIN", "Đặt mã PIN")
    await worker.says("1234", "1234")
    await worker.says(service.codes.leader)
    await worker.sees("mã của cán bộ")


async def test_whoever_is_on_the_roll_already_takes_no_second_place_there(leader: Person, service: RunningApp) -> None:
    await leader.says(service.codes.chair)
    await leader.sees("mã của cán bộ")


@pytest.mark.parametrize("confirm", [True])
@every_channel
async def test_a_code_is_never_the_words_of_a_grievance(worker: Person, service: RunningApp) -> None:
    for typed, said in (
        (service.codes.leader, "công đoàn cấp trên cần xác nhận"),
        (service.codes.second_team, "đã tham gia"),
    ):
        await worker.says(typed)
        await worker.sees(said)
        await worker.does_not_see("là gửi ngay")
        await worker.says("menu")
        await worker.sees("[Viết phản ánh]")


async def test_an_officer_who_rises_to_their_own_case_does_not_handle_it(
    leader: Person, chair: Person, service: RunningApp
) -> None:
    await leader.taps("Viết phản ánh")
    await leader.says(OVERTIME)
    review = await leader.sees("là gửi ngay")
    assert "[Gửi tổ trưởng công đoàn]" not in review  # that is who writes
    await leader.taps("Gửi Ban chấp hành")
    code = (await leader.sees("mã PA-")).partition("PA-")[2][:6]
    await chair.sees("Phản ánh mới", code)
    await also(service, "SL001", "SONGLAM", "committee")
    await leader.says("menu")
    await leader.taps("Việc cần xử lý")
    await leader.sees("không có phản ánh nào")
    # Whoever were missing from the list of colleagues would be known by it.
    await chair.taps("Phân công")
    await chair.sees("[Trần Thị Mai]")
    await chair.taps("Trần Thị Mai")
    await chair.sees("Đã phân công Trần Thị Mai xử lý", code)
    await leader.sees_nothing_new()
