"""Who joined by the team's code and later gets a slip of their own, or an officer's code."""

from __future__ import annotations

from collections.abc import Callable

from models.people.accounts import Account
from models.people.invites import Invite
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, files, rows
from tests.stories.channels import every_channel
from tests.stories.people.test_consents import slips


@every_channel
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
    await thief.sees("Mã này không dùng được")
    await clock.passes(minutes=2)
    await worker.sees("Phiếu đã được ghi nhận")
    assert sum(row.verified for row in await rows(service, Account)) == 2  # theirs, and the officer's
    assert [row.uses_left for row in await rows(service, Invite) if row.batch == "BATCH1"] == [0]
    await worker.says(code)
    await worker.sees(code, OVERTIME)
    await worker.says((await slips(service))[0])
    await worker.sees("đã tham gia bằng phiếu riêng rồi")


@every_channel
async def test_a_code_is_never_the_words_of_a_grievance(worker: Person, service: RunningApp) -> None:
    for typed, said in ((service.codes.leader, "mã của cán bộ"), (service.codes.second_team, "đã tham gia rồi")):
        await worker.says(typed)
        await worker.sees(said, "[Gửi phản ánh]")
        await worker.does_not_see("về việc gì")
