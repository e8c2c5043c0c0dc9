"""Joining: a slip with a code, one card that says what is kept, and the menu."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from models.anonymity.intake import Intake
from models.messages.chats import Conversation
from models.people.accounts import Account
from models.people.invites import looks_like_code
from models.people.persons import Person as Row
from models.people.wrong_codes import Tries
from models.store.database import Session
from models.store.sealing import unseal
from tests.actors import Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import files, rows
from tests.stories.channels import every_channel

Somebody = Callable[[str], Person]


def states(session: Session) -> list[dict[str, Any]]:
    """What each turn has left of its chat, to whoever has the keys."""
    turns = session.execute(select(Conversation).order_by(col(Conversation.number))).scalars()
    return [json.loads(unseal(session, "conversation.state", row.id, row.state)) for row in turns]


@every_channel
async def test_a_stranger_is_greeted_and_joins(somebody: Somebody, service: RunningApp) -> None:
    stranger = somebody("An")
    await stranger.says("xin chào")
    await stranger.sees("Xin chào anh/chị", "ẩn danh", "mã tham gia")
    await stranger.says(service.codes.team)
    await stranger.sees("Tổ may 1, Công đoàn cơ sở Công ty May Sông Lam", "Công ty không có tài khoản", "[Đồng ý]")
    assert not await rows(service, Account)
    await stranger.taps("Đồng ý")
    await stranger.sees("đã tham gia")
    await stranger.sees("gửi thông báo và hỏi ý kiến", "[Có]", "[Chỉ thông báo]", "[Không]")
    [account] = await rows(service, Account)
    assert account.confirmed
    turns = await rows(service, Conversation)
    assert len({row.id for row in turns}) == len(turns) == 4 and len({len(row.state) for row in turns}) == 1
    assert not [row for row in turns if account.id in row.id], "one each, the guest's end, and nothing that ties them"


@every_channel
async def test_a_member_keeps_no_name(somebody: Somebody, service: RunningApp) -> None:
    on_the_roll = len(await rows(service, Row))
    await somebody("An").joins(service.codes.team)
    people = await rows(service, Row)
    assert len(people) == on_the_roll + 1
    assert sum(one.name is None for one in people) == 1


WRONG_CODES = [
    ("ABC", "gồm 8 chữ cái và chữ số"),
    ("tôi chưa có mã", "gồm 8 chữ cái và chữ số"),
    ("34679ACD", "Mã này sai, đã dùng hoặc hết hạn"),
    ("3467 9ac-d", "Mã này sai, đã dùng hoặc hết hạn"),
]


@every_channel
async def test_a_wrong_code_is_refused_and_asked_again(somebody: Somebody) -> None:
    stranger = somebody("An")
    await stranger.says("/start")
    await stranger.sees("mã tham gia")
    for typed, answer in WRONG_CODES:
        await stranger.says(typed)
        await stranger.sees(answer)
        assert "Xin chào" not in await stranger.sees("mã tham gia"), "the greeting is read once"
    await stranger.does_not_see("[Đồng ý]")


@pytest.mark.parametrize("channel", ["telegram", "zalo"])
async def test_a_return_code_is_for_the_page_and_counts_for_nothing_elsewhere(
    somebody: Somebody, service: RunningApp
) -> None:
    stranger = somebody("An")
    await stranger.says("1234 5678 9012 3456")
    await stranger.sees("chỉ dùng trên trang web")
    assert not await rows(service, Tries)


@every_channel
async def test_a_code_is_taken_however_it_is_typed(somebody: Somebody, service: RunningApp) -> None:
    code = service.codes.team
    for number, typed in enumerate((code.lower(), f"{code[:4]}-{code[4:]}", " ".join(code), f"\u200b{code} \n")):
        stranger = somebody(f"An {number}")
        await stranger.says(typed)
        await stranger.sees("Tổ may 1", "[Đồng ý]")


@every_channel
async def test_who_refuses_leaves_nothing_and_learns_of_another_way(somebody: Somebody, service: RunningApp) -> None:
    stranger = somebody("An")
    await stranger.says(f"/start {service.codes.team}")
    await stranger.taps("Không đồng ý")
    await stranger.sees("Không có gì được lưu lại", "gặp trực tiếp tổ trưởng", "/start")
    await stranger.sees_nothing_new()
    assert not await rows(service, Account)
    turns = await rows(service, Conversation)
    assert len(turns) == len(await rows(service, Intake)) == stranger.steps, "as many as anybody's turns, one each"
    assert len({len(row.state) for row in turns}) == 1
    *_, last = await service.app.writer.read(states)
    assert not any(last[name] for name in ("run", "offered", "language", "turned_away"))
    await stranger.joins(service.codes.team)  # and may still change their mind
    await stranger.sees("đã tham gia")


@every_channel
async def test_english_from_the_consent_card_on(somebody: Somebody, service: RunningApp) -> None:
    stranger = somebody("Ann")
    await stranger.says(f"/start {service.codes.team}")
    await stranger.taps("English")
    await stranger.sees("You are joining", "Do you agree?", "[I agree]", "[Tiếng Việt]")
    await stranger.taps("I agree")
    await stranger.sees("You have joined")
    await stranger.taps("Neither")
    await stranger.says("menu")
    await stranger.sees("[Send a grievance]")
    await stranger.taps("Send a grievance")
    await stranger.says("Overtime of May was not paid")
    await stranger.sees("Overtime of May", "no name shown")
    await stranger.says("stop")
    await stranger.sees("has not been sent", "[Throw it away]")
    await stranger.taps("Throw it away")
    await stranger.sees("Stopped. Nothing was sent.")


@every_channel
async def test_english_typed_at_the_consent_card_keeps_the_code(somebody: Somebody, service: RunningApp) -> None:
    stranger = somebody("Ann")
    await stranger.says(service.codes.team, "english")
    await stranger.sees("You are joining", "Tổ may 1")
    await stranger.says("i agree")
    await stranger.sees("You have joined")


@every_channel
async def test_start_again_after_joining_shows_the_menu(worker: Person, service: RunningApp) -> None:
    await worker.says("/start")
    await worker.sees("[Viết phản ánh]")
    await worker.says(f"/start {service.codes.second_team}")
    await worker.sees("[Viết phản ánh]")
    assert len(await rows(service, Account)) == 1


async def test_an_officers_code_is_used_up_by_the_officer(somebody: Somebody, leader: Person, service: RunningApp) -> None:
    thief = somebody("Kẻ lạ")
    await thief.says(service.codes.leader)
    await thief.sees("Mã này sai, đã dùng hoặc hết hạn")
    await thief.does_not_see("Trần Thị Mai", "[Đồng ý]")


async def test_two_with_one_officers_slip_only_the_first_gets_in(somebody: Somebody, service: RunningApp) -> None:
    first, second = somebody("Mai"), somebody("Kẻ lạ")
    for person in (first, second):
        await person.says(service.codes.leader)
        await person.sees("Trần Thị Mai", "tổ trưởng công đoàn", "[Đồng ý]")
    await first.taps("Đồng ý")
    await first.sees("nhận phản ánh gửi tới đơn vị")
    await second.taps("Đồng ý")
    await second.sees("Mã này sai, đã dùng hoặc hết hạn")
    assert len(await rows(service, Account)) == 1


@every_channel
async def test_a_guest_may_ask_for_help_and_stop(somebody: Somebody) -> None:
    stranger = somebody("An")
    await stranger.says("/help")
    await stranger.sees("nhập mã trên phiếu")
    await stranger.says("dừng")
    await stranger.sees("nhập mã tham gia")
    await stranger.says("/menu")
    await stranger.sees("mã tham gia")
    await stranger.does_not_see("không có lệnh", "[Viết phản ánh]")


async def test_members_of_another_team_are_on_their_own(somebody: Somebody, worker: Person, service: RunningApp) -> None:
    other = somebody("Bình")
    await other.joins(service.codes.second_team)
    await other.says("Phản ánh của tôi")
    await other.sees("chưa gửi phản ánh nào")


def test_the_wrong_code_of_these_stories_could_be_a_code() -> None:
    assert looks_like_code("34679ACD")


async def test_a_worker_with_no_officer_in_reach_is_told_whom_to_see(worker: Person) -> None:
    await worker.taps("Viết phản ánh")
    await worker.says("Quạt hỏng")
    await worker.sees("chưa có ai nhận tin ở đây", "gặp trực tiếp tổ công đoàn", "[Hủy]")
    await worker.does_not_see("[Gửi tổ trưởng công đoàn]", "[Không cần chờ: chuyển đi ngay]")


async def test_a_worker_who_joined_can_file_at_once(worker: Person, leader: Person) -> None:
    assert (await files(worker)).startswith("PA-")


async def test_guessing_codes_closes_the_door_for_who_guesses(
    somebody: Callable[[str], Person], service: RunningApp, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many chats a guesser opens: whoever types the code on their slip right joins meanwhile."""
    monkeypatch.setattr("models.people.wrong_codes.AN_HOUR", 3)
    guessers = [somebody(f"Kẻ {number}") for number in range(3)]
    for guesser in guessers:
        await guesser.says("ACDEFGHJ")
        await guesser.sees("Mã này sai, đã dùng hoặc hết hạn")
    await guessers[0].says(service.codes.team)
    await guessers[0].sees("quá nhiều lần nhập sai mã")
    an = somebody("An")
    if an.origin_is_shared:  # all web chats of these stories come from this machine: An has another network
        monkeypatch.setattr("bot.visitors.Visitors.origin", lambda *_: "an's own")
    await an.joins(service.codes.team)
    await an.sees("đã tham gia")
    await clock.passes(hours=1)
    await guessers[0].says(service.codes.team)
    await guessers[0].sees("Anh/chị tham gia")
