"""Joining: separate consents on one card, who counts as verified, and what happens to those who guess codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from models.grievances.cases import Grievance
from models.people import invites, wrong_codes
from models.people.accounts import Account
from models.people.invites import Invite
from models.people.units import Unit
from models.people.wrong_codes import Tries
from models.store.database import Base, Session
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import files
from tests.stories.channels import every_channel

Somebody = Callable[[str], Person]
Row = TypeVar("Row", bound=Base)
WRONG = "34679ACD"


async def rows(service: RunningApp, table: type[Row]) -> list[Row]:
    return await service.app.writer.read(lambda session: list(session.execute(select(table)).scalars()))


async def slips(service: RunningApp, count: int = 1, unit: str = "SONGLAM-MAY1") -> list[str]:
    """Slips as `haichieu invites --slips` prints them."""

    def draw(session: Session) -> list[str]:
        unit_id = session.execute(select(col(Unit.id)).where(col(Unit.code) == unit)).scalar_one()
        return invites.issue_slips(session, unit_id, count, "BATCH1")

    return await service.app.writer.write(draw)


@every_channel
async def test_joining_takes_two_steps_and_asks_for_each_purpose(somebody: Somebody, service: RunningApp) -> None:
    worker = somebody("An")
    await worker.says(f"/start {service.codes.team}")
    card = await worker.sees("Để làm gì", "Ai xem được", "Chìa khóa", "[Đồng ý]", "[Không đồng ý]", "[English]")
    assert "[Thông báo của công đoàn: tắt]" in card, "no consent is given by default"
    assert "[Lấy ý kiến: tắt]" in card
    await worker.taps("Đồng ý")
    await worker.sees("Anh/chị đã tham gia", "[Viết phản ánh]")
    [account] = await rows(service, Account)
    assert (account.notices, account.polls, account.verified) == (False, False, False)
    assert (account.consent_version, account.joined_on) == ("2026-12", service.clock.now().date())


@every_channel
async def test_notices_and_polls_are_switched_on_the_card(somebody: Somebody, service: RunningApp) -> None:
    worker = somebody("An")
    await worker.says(f"/start {service.codes.team}")
    await worker.taps("Thông báo của công đoàn: tắt", "Lấy ý kiến: tắt")
    assert not await rows(service, Account)
    await worker.taps("Thông báo của công đoàn: bật", "Đồng ý")
    [account] = await rows(service, Account)
    assert (account.notices, account.polls) == (False, True)


@every_channel
async def test_a_slip_is_used_once_and_verifies_its_holder(somebody: Somebody, service: RunningApp) -> None:
    [code] = await slips(service)
    first, second = somebody("An"), somebody("Bình")
    await first.joins(code)
    await first.sees("Anh/chị đã tham gia")
    [account] = await rows(service, Account)
    assert account.verified
    await second.says(code)
    await second.sees("Mã này không dùng được")


async def test_a_case_does_not_say_how_its_reporter_joined(
    somebody: Somebody, worker: Person, leader: Person, service: RunningApp
) -> None:
    """A leader may give the team's code to one worker and slips to all others: nothing he reads, or a thief of the database,
    tells their cases apart."""
    [code] = await slips(service)
    holder = somebody("Chi")
    await holder.joins(code)
    cards = []
    for person in (worker, holder):
        case_code = await files(person, "Quạt xưởng hỏng")
        card = await leader.sees("Phản ánh mới", "Quạt xưởng hỏng", "không nêu tên")
        await leader.taps("Việc cần xử lý", case_code)
        opened = await leader.sees(case_code, "Quạt xưởng hỏng")
        row = next(line for line in opened.splitlines() if line.startswith(case_code))  # the list names the other, too
        row = re.sub(r"còn 2[34] giờ", "còn … giờ", row)  # of 24 hours 23 are left a moment later, whoever wrote
        cards.append((card.replace(case_code, "PA-"), row.replace(case_code, "PA-")))
    assert cards[0] == cards[1]
    assert len({account.verified for account in await rows(service, Account) if not account.claim}) == 2, "they did differ"
    first, second = await rows(service, Grievance)
    differ = {name for name in type(first).model_fields if getattr(first, name) != getattr(second, name)}
    when = {"created_at", "due_at", "running_since", "settle_at", "next_at"}
    assert differ <= {"id", "code", "route", "mark", *when}


@pytest.mark.parametrize("how", ["revoked", "over", "used up"])
async def test_a_code_that_no_longer_works_sounds_like_one_that_never_did(
    somebody: Somebody, service: RunningApp, how: str
) -> None:
    [code] = await slips(service)
    values = {"revoked": {"revoked": True}, "over": {"valid_to": service.clock.now().date() - timedelta(days=1)}}
    await service.app.writer.write(lambda session: session.execute(update(Invite).values(values.get(how, {"uses_left": 0}))))
    stranger = somebody("An")
    await stranger.says(code)
    refused = await stranger.sees("Mã này không dùng được")
    await stranger.says(WRONG)
    assert await stranger.sees("Mã này không dùng được") == refused


async def test_a_slip_revoked_between_the_code_and_the_consent(somebody: Somebody, service: RunningApp) -> None:
    [code] = await slips(service)
    stranger = somebody("An")
    await stranger.says(code)
    await service.app.writer.write(lambda session: invites.revoke(session, "BATCH1"))
    await stranger.taps("Đồng ý")
    await stranger.sees("Mã này không dùng được")
    assert not await rows(service, Account)


async def test_a_chat_that_guesses_waits_longer_and_longer(
    somebody: Somebody, service: RunningApp, clock: FakeClock
) -> None:
    guesser, worker = somebody("Kẻ lạ"), somebody("An")
    for _ in range(wrong_codes.FREE + 1):
        await guesser.says(WRONG)
    wrong = wrong_codes.FREE + 1
    for pause in wrong_codes.PAUSES:
        await guesser.says(service.codes.team)
        await guesser.sees("quá nhiều lần nhập sai mã", "gặp tổ công đoàn")
        assert len(await rows(service, Tries)) == wrong, "what is not looked at counts for nothing"
        await clock.passes(seconds=pause.total_seconds())
        await guesser.says(WRONG)
        await guesser.sees("Mã này không dùng được")
        wrong += 1
    await worker.joins(service.codes.team)
    await worker.sees("Anh/chị đã tham gia")
    await clock.passes(hours=25)
    await guesser.says(service.codes.team)
    await guesser.sees("[Đồng ý]")


async def test_the_counts_of_wrong_codes_are_swept(somebody: Somebody, service: RunningApp, clock: FakeClock) -> None:
    await somebody("Kẻ lạ").says(WRONG)
    assert await rows(service, Tries)
    await clock.passes(hours=26)
    assert not await rows(service, Tries)
