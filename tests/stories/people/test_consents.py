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


SERVICES = {"telegram": "Telegram vẫn biết", "zalo": "Zalo vẫn biết", "webchat": ""}


def lines(card: str) -> int:
    """Of a message on a phone 390 pixels wide: some 44 letters each."""
    said = card.partition("\n[")[0].partition("\n\n1. ")[0].splitlines()
    return sum(max(1, -(-len(line) // 44)) for line in said)


@every_channel
async def test_the_card_is_short_and_names_the_line_one_is_on(somebody: Somebody, service: RunningApp, channel: str) -> None:
    worker = somebody("An")
    await worker.begins(service.codes.team)
    card = await worker.sees(
        "Anh/chị tham gia", "không lưu tên", "[Đồng ý]", "[Không đồng ý]", "[Lưu những gì?]", "[English]"
    )
    assert lines(card) <= 10 and card.count("\n[") == 4
    assert [words for words in SERVICES.values() if words and words in card] == list(filter(None, [SERVICES[channel]]))
    await worker.taps("Lưu những gì?")
    kept = await worker.sees("Được lưu, đã mã hóa", "Chìa khóa", "đến khi anh/chị rời kênh", "[Đồng ý]", "[Không đồng ý]")
    assert lines(kept) <= 10 and "[Lưu những gì?]" not in kept
    await worker.says("là sao")
    assert lines(await worker.sees("đồng ý không?", "[Đồng ý]")) == 1, "what is long stands above"
    assert not await rows(service, Account)
    await worker.taps("Đồng ý")
    await worker.sees("Anh/chị đã tham gia")
    [account] = await rows(service, Account)
    assert (account.notices, account.polls, account.verified) == (False, False, False)
    assert (account.consent_version, account.joined_on) == ("2026-12-2", service.clock.now().date())
    await worker.taps("Chỉ thông báo")
    await worker.says("menu")
    await worker.taps("Cài đặt", "Dữ liệu của tôi", "2/4 ›")
    await worker.sees("theo bản 2026-12-2", "Thông báo: bật. Lấy ý kiến: tắt.")


@every_channel
async def test_officers_have_a_card_of_their_own(somebody: Somebody, service: RunningApp) -> None:
    leader = somebody("Mai")
    await leader.begins(service.codes.leader)
    card = await leader.sees("Trần Thị Mai", "Nhận, trả lời phản ánh", "Giữ kín", "điện thoại riêng", "nhật ký", "Đồng chí")
    assert lines(card) <= 10 and card.count("\n[") == 4 and "nh/chị" not in card
    await leader.taps("Lưu những gì?")
    assert "nh/chị" not in await leader.sees("nhật ký xử lý")
    await leader.taps("Đồng ý")
    await leader.sees("nhận phản ánh gửi tới đơn vị")
    await leader.sees("hỏi ý kiến đồng chí", "[Chỉ thông báo]")
    await leader.taps("Không")
    if "[Của tôi: nhớ trên máy này]" in (await leader.texts())[-1]:
        await leader.taps("Của tôi: nhớ trên máy này")
    await leader.sees("[Việc cần xử lý]", "[Việc hôm nay]")  # not a sentence alone


@every_channel
@pytest.mark.parametrize(
    ("answer", "consents"), [("Có", (True, True)), ("Chỉ thông báo", (True, False)), ("Không", (False, False))]
)
async def test_notices_and_polls_are_one_equal_question(
    somebody: Somebody, service: RunningApp, clock: FakeClock, answer: str, consents: tuple[bool, bool]
) -> None:
    """The screen obeys at once; the row, like all that names somebody, in the night."""
    worker = somebody("An")
    await worker.joins(service.codes.team, answer)
    await worker.says("menu")
    await worker.taps("Cài đặt")
    notices, polls = (("bật" if one else "tắt") for one in consents)
    await worker.sees(f"Thông báo của công đoàn: {notices}", f"Lấy ý kiến: {polls}")
    await clock.passes(minutes=2)
    [account] = await rows(service, Account)
    assert (account.notices, account.polls) == consents


@every_channel
@pytest.mark.parametrize("answer", ["có ạ", "Dạ có"])
async def test_a_polite_yes_is_a_yes(somebody: Somebody, service: RunningApp, answer: str) -> None:
    worker = somebody("An")
    await worker.begins(service.codes.team)
    await worker.taps("Đồng ý")
    await worker.says(answer)
    await worker.sees("sẽ gửi thông báo và hỏi ý kiến")


@every_channel
async def test_words_instead_of_an_answer_begin_a_grievance_with_these_words(
    somebody: Somebody, leader: Person, service: RunningApp
) -> None:
    worker = somebody("An")
    await worker.begins(service.codes.team)
    await worker.taps("Đồng ý")
    await worker.sees("Chỉ thông báo")
    await worker.says("Tăng ca tháng 5 chưa được trả")
    await worker.does_not_see("Anh/chị chọn một trong các mục")
    await worker.taps("Gửi tổ trưởng công đoàn")
    await worker.sees("mã PA-")
    await leader.sees("Phản ánh mới", "Tăng ca tháng 5 chưa được trả")
    accounts = await rows(service, Account)
    assert not any(account.notices or account.polls for account in accounts), "who does not answer has agreed to nothing"


@every_channel
async def test_the_menu_and_a_wrong_number_at_the_question(somebody: Somebody, service: RunningApp) -> None:
    worker = somebody("An")
    await worker.begins(service.codes.team)
    await worker.taps("Đồng ý")
    await worker.says("7")
    await worker.sees("chọn một trong")
    await worker.sees("[Chỉ thông báo]")
    await worker.says("menu")
    await worker.sees("[Viết phản ánh]")
    await worker.says("menu")
    await worker.sees("[Viết phản ánh]")


async def test_a_slip_is_used_once_and_verifies_its_holder(somebody: Somebody, service: RunningApp) -> None:
    [code] = await slips(service)
    first, second = somebody("An"), somebody("Bình")
    await first.joins(code)
    await first.sees("Anh/chị đã tham gia")
    [account] = await rows(service, Account)
    assert account.verified
    await second.says(code)
    await second.sees("Mã này sai, đã dùng hoặc hết hạn")


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
    refused = await stranger.sees("Mã này sai, đã dùng hoặc hết hạn")
    await stranger.says(WRONG)
    assert await stranger.sees("Mã này sai, đã dùng hoặc hết hạn") == refused


async def test_a_slip_revoked_between_the_code_and_the_consent(somebody: Somebody, service: RunningApp) -> None:
    [code] = await slips(service)
    stranger = somebody("An")
    await stranger.says(code)
    await service.app.writer.write(lambda session: invites.revoke(session, "BATCH1"))
    await stranger.taps("Đồng ý")
    await stranger.sees("Mã này sai, đã dùng hoặc hết hạn")
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
        await guesser.sees("Mã này sai, đã dùng hoặc hết hạn")
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
