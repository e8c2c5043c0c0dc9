"""A worker's chat uses an officer's code where officers must be confirmed: the claim sits beside, the chat stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from handlers.front.capabilities import CONVERSATIONS
from handlers.people.officer_claims import Several, confirm_by_operator
from models.people import invites
from models.people.accounts import Account
from models.people.invites import Invite
from models.people.worker_claims import WorkerClaim
from models.store.database import Session
from tests.actors import OnTelegram, Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, answers, appointed, files, forges, rows, token_behind
from tests.stories.channels import on
from tests.stories.people.test_officer_claims import a_new_code, two_words

Somebody = Callable[[str], Person]
AT_ONCE = (0, 0)


@pytest.fixture
def confirm() -> bool:
    return True


async def confirms(service: RunningApp, staff_code: str, words: str = "") -> bool:
    done = await service.app.writer.write(
        lambda session: confirm_by_operator(session, staff_code, service.clock.now(), words, AT_ONCE)
    )
    await service.app.drain()
    return done


@pytest.fixture
async def chair(somebody: Somebody, service: RunningApp) -> Person:
    person = somebody("Hùng")
    await person.joins(service.codes.chair)
    assert await confirms(service, "SL002")
    await person.sees("đã được xác nhận")
    await person.looks_away()
    return person


@pytest.fixture
async def case(worker: Person, chair: Person) -> str:
    """What the worker has filed before they come into an office."""
    code = await files(worker, to="Gửi Ban chấp hành")
    await chair.sees("Phản ánh mới", code)
    await chair.looks_away()
    return code


async def claims(worker: Person, officers_code: str, clock: FakeClock, name: str = "Trần Thị Mai") -> str:
    """The worker uses an officer's code; returns the two words of their screen."""
    await worker.says(officers_code)
    await worker.sees(name, "công đoàn cấp trên cần xác nhận")
    await worker.taps("Dùng mã này")
    words = two_words(await worker.sees("Khi được xác nhận", "hai từ"))
    await worker.sees("[Đây không phải mã của tôi]", "[Viết phản ánh]")
    await clock.passes(minutes=2)
    return words


async def is_still_a_worker(worker: Person, case: str) -> None:
    """The chat has its case, its menu, and nothing of the officer's."""
    await worker.says(case)
    await worker.sees(case, OVERTIME)
    await worker.says("menu")
    menu = await worker.sees("[Viết phản ánh]", "[Phản ánh của tôi]", "[Thêm…]")
    assert "Việc cần xử lý" not in menu and "Gửi thông báo" not in menu


async def still_has(officer: Person, case: str) -> None:
    """Whoever has come into the office sees the case on their own side."""
    await officer.says("menu")
    await officer.taps("Phản ánh của tôi")
    await officer.sees(case)
    await officer.says("menu")


async def hears_of(worker: Person, chair: Person, case: str) -> None:
    await chair.says(case)
    await answers(chair, "Tuần sau có")
    await worker.opens_news()
    await worker.sees("Công đoàn trả lời", case, "Tuần sau có")


async def nothing_is_claimed(worker: Person, service: RunningApp) -> None:
    await worker.says("menu")
    assert "hai từ" not in await worker.sees("[Viết phản ánh]")
    assert await rows(service, WorkerClaim) == []


async def test_a_confirmed_claim_is_taken_in_the_night_with_the_case(
    worker: Person, chair: Person, case: str, service: RunningApp, clock: FakeClock
) -> None:
    words = await claims(worker, service.codes.leader, clock)
    await is_still_a_worker(worker, case)
    await chair.sees("Trần Thị Mai", "tổ trưởng công đoàn", "[Xác nhận hoặc từ chối]")
    await chair.taps("Xác nhận hoặc từ chối")
    assert two_words(await chair.sees("Trần Thị Mai", "hai từ")) == words
    await chair.taps("Đúng hai từ đó: xác nhận")
    await chair.sees("Đã xác nhận", "sáng mai")
    before = len(await rows(service, Account))
    await worker.says("menu")
    await worker.sees("đã được xác nhận", "[Viết phản ánh]")
    await clock.passes(minutes=2)
    await worker.sees("cuộc trò chuyện này nhận phản ánh của đơn vị")
    await worker.says("menu")
    menu = await worker.sees("[Việc cần xử lý]", "[Thêm…]")
    assert "hai từ" not in menu and "không phải mã" not in menu
    assert len(await rows(service, Account)) == before and await rows(service, WorkerClaim) == []
    await still_has(worker, case)
    await hears_of(worker, chair, case)


async def test_a_refused_claim_leaves_the_chat_as_it_was(
    worker: Person, chair: Person, case: str, service: RunningApp, clock: FakeClock
) -> None:
    await claims(worker, service.codes.leader, clock)
    await chair.taps("Xác nhận hoặc từ chối", "Không đúng: từ chối")
    await chair.sees("Đã từ chối", "cấp mã mới")
    await clock.passes(minutes=1)
    await worker.sees("chưa được xác nhận", "vẫn như cũ")
    await nothing_is_claimed(worker, service)
    await worker.says(service.codes.leader)
    await worker.sees("đã được dùng ở đây rồi", "xin mã mới")  # nor is it the words of a grievance
    await is_still_a_worker(worker, case)
    await hears_of(worker, chair, case)


async def test_a_claim_lapses_after_three_days(
    worker: Person, chair: Person, case: str, service: RunningApp, clock: FakeClock, somebody: Somebody
) -> None:
    await claims(worker, service.codes.leader, clock)
    await clock.passes(days=2)
    await worker.says("menu")
    await worker.sees("25/11/2026")
    await worker.sees("[Đây không phải mã của tôi]")
    await chair.looks_away()
    thief = somebody("Kẻ lạ")
    await thief.says(service.codes.leader)  # on no day can somebody else use it meanwhile
    await thief.sees("Mã này sai, đã dùng hoặc hết hạn")
    await clock.passes(days=1)
    await worker.sees("chưa có ai xác nhận", "xin mã mới", "vẫn như cũ")
    await chair.sees("Trần Thị Mai", "không được xác nhận kịp")
    assert not await confirms(service, "SL001")
    await nothing_is_claimed(worker, service)
    await is_still_a_worker(worker, case)
    await hears_of(worker, chair, case)


async def test_a_newer_code_ends_the_claim_and_can_be_used_in_its_place(
    worker: Person, chair: Person, case: str, service: RunningApp, clock: FakeClock
) -> None:
    first = await claims(worker, service.codes.leader, clock)
    newer = await a_new_code(service)
    await worker.says("menu")
    await worker.sees("không còn xác nhận được nữa")
    assert not await confirms(service, "SL001")
    await clock.passes(minutes=2)
    await worker.sees("đã được thay hoặc thu hồi", "vẫn như cũ")
    await is_still_a_worker(worker, case)
    assert await claims(worker, newer, clock) != first
    assert await confirms(service, "SL001")
    await clock.passes(minutes=2)
    await worker.sees("cuộc trò chuyện này nhận phản ánh của đơn vị")
    await still_has(worker, case)


@pytest.mark.parametrize("chosen", ["the worker's", "the new chat's"])
async def test_of_two_claims_one_is_confirmed_and_the_other_ends(
    worker: Person, chair: Person, case: str, somebody: Somebody, service: RunningApp, clock: FakeClock, chosen: str
) -> None:
    """With a code that could be used twice, which no command makes: even then."""

    def twice(session: Session) -> None:
        session.execute(update(Invite).where(col(Invite.person_id).is_not(None)).values(uses_left=2))

    await service.app.writer.write(twice)
    other = somebody("Mai")
    await other.joins(service.codes.leader)
    theirs = two_words(await other.sees("hai từ"))
    mine = await claims(worker, service.codes.leader, clock)
    assert mine != theirs
    with pytest.raises(Several):
        await confirms(service, "SL001")
    assert await confirms(service, "SL001", mine if chosen == "the worker's" else theirs)
    assert not await confirms(service, "SL001", theirs if chosen == "the worker's" else mine)
    await clock.passes(minutes=2)
    if chosen == "the worker's":
        await worker.sees("cuộc trò chuyện này nhận phản ánh của đơn vị")
        await other.sees("đã có một chat khác được xác nhận")
        await still_has(worker, case)
        assert len(await rows(service, Account)) == 2
    else:
        await other.sees("đã được xác nhận")
        await worker.sees("đã có một cuộc trò chuyện khác được xác nhận", "vẫn như cũ")
        await is_still_a_worker(worker, case)
        assert len(await rows(service, Account)) == 3
    assert await rows(service, WorkerClaim) == []


@pytest.mark.parametrize("after", ["before it is confirmed", "after it was confirmed"])
async def test_this_is_not_my_code_ends_the_claim_only(
    worker: Person, chair: Person, case: str, somebody: Somebody, service: RunningApp, clock: FakeClock, after: str
) -> None:
    await claims(worker, service.codes.leader, clock)
    if after.startswith("after"):
        await chair.taps("Xác nhận hoặc từ chối", "Đúng hai từ đó: xác nhận")
        await chair.sees("Đã xác nhận")
    await worker.says("menu")
    await worker.taps("Đây không phải mã của tôi")
    said = await worker.sees("Mã đó không dùng nữa", "trả lại phiếu", "[Viết phản ánh]")
    assert "hai từ" not in said
    assert not await confirms(service, "SL001")  # at once, though the night has not come
    thief = somebody("Kẻ lạ")
    await thief.says(service.codes.leader)
    await thief.sees("Mã này sai, đã dùng hoặc hết hạn")
    await clock.passes(minutes=2)
    await nothing_is_claimed(worker, service)
    await thief.says(service.codes.leader)
    await thief.sees("Mã này sai, đã dùng hoặc hết hạn")
    await is_still_a_worker(worker, case)
    await hears_of(worker, chair, case)


async def test_whoever_leaves_takes_the_claim_along_and_may_join_with_the_code(
    worker: Person, chair: Person, service: RunningApp, clock: FakeClock
) -> None:
    await claims(worker, service.codes.leader, clock)
    await worker.says("menu")
    await worker.taps("Cài đặt", "Rời khỏi", "Rời khỏi và xóa dữ liệu của tôi")
    await chair.taps("Xác nhận hoặc từ chối")
    await chair.sees("hiện không dùng được")
    await clock.passes(minutes=2)
    assert await rows(service, WorkerClaim) == []
    await worker.joins(service.codes.leader)
    await worker.sees("công đoàn cấp trên cần xác nhận")


@pytest.mark.parametrize("answer", ["Không đúng: từ chối", "Đúng hai từ đó: xác nhận"])
async def test_whoever_confirms_is_shown_what_a_new_chat_would_show(
    worker: Person, chair: Person, case: str, somebody: Somebody, service: RunningApp, clock: FakeClock, answer: str
) -> None:
    """Word for word, but for the two words: that the officer has been a worker here, with a case, is nobody's business."""
    screens = []
    for name, staff_code, phone in (("Trần Thị Lan", "NV-1", worker), ("Lê Thị Liên", "NV-2", somebody("Liên"))):
        code = await appointed(service, "SONGLAM-MAY1", "deputy_leader", name, staff_code)
        seen = len(await chair.texts())
        if phone is worker:
            words = await claims(worker, code, clock, name)
        else:
            await phone.joins(code)
            words = two_words(await phone.sees("hai từ"))
            await clock.passes(minutes=2)
        await chair.taps("Xác nhận hoặc từ chối", answer)
        await clock.passes(minutes=2)
        await chair.opens_news()
        screens.append([text.replace(words, "…").replace(name, "Ai đó") for text in (await chair.texts())[seen:]])
    assert len(screens[0]) >= 3 and screens[0] == screens[1]
    assert not [text for text in screens[0] if case in text]


@on("telegram")  # its taps are forged as Telegram would bring them
async def test_a_thief_with_a_workers_chat_gets_no_power_of_the_office(
    worker: Person, chair: Person, case: str, service: RunningApp, clock: FakeClock
) -> None:
    """Neither while the claim waits, nor by asking to confirm it themselves; and what is a worker's to open stays so."""
    await claims(worker, service.codes.leader, clock)
    await chair.opens_news()
    assert isinstance(worker, OnTelegram) and isinstance(chair, OnTelegram)
    stolen = token_behind(chair, "Xác nhận hoặc từ chối")
    for token in (stolen, *(f"{name}::::" for name, one in CONVERSATIONS.items() if one.in_office)):
        await forges(worker, token)
        for power in ("[Đúng hai từ đó: xác nhận]", "[Việc cần xử lý]", "[Thông báo của đơn vị]"):
            assert power not in await worker.screen(), token
    await is_still_a_worker(worker, case)


async def test_the_same_code_twice_and_another_beside_it(worker: Person, service: RunningApp, clock: FakeClock) -> None:
    words = await claims(worker, service.codes.leader, clock)
    await worker.says(service.codes.leader)
    assert two_words(await worker.sees("đã được dùng ở đây rồi")) == words
    await worker.says(service.codes.chair)
    assert two_words(await worker.sees("đang có một mã của cán bộ chờ xác nhận")) == words
    await worker.does_not_see("là gửi ngay")
    assert len(await rows(service, WorkerClaim)) == 1


async def test_who_sets_a_pin_meanwhile_is_told_and_may_use_the_code_again(
    worker: Person, chair: Person, case: str, service: RunningApp, clock: FakeClock
) -> None:
    """The office cannot be taken: the code is not lost with that."""
    await claims(worker, service.codes.leader, clock)
    await worker.taps("Cài đặt", "Mã PIN", "Đặt mã PIN")
    await worker.says("1234", "1234")
    assert await confirms(service, "SL001")
    await clock.passes(minutes=2)
    assert await rows(service, WorkerClaim) == []
    assert await service.app.writer.read(
        lambda session: invites.find(session, service.codes.leader, clock.now().date()) is not None
    )


async def test_no_row_says_who_claims(worker: Person, chair: Person, service: RunningApp, clock: FakeClock) -> None:
    """Neither the account nor the code is written while the claim waits."""

    def named(session: Session) -> list[tuple[object, ...]]:
        found = [tuple(row) for row in session.execute(select(*Account.__table__.columns))]  # type: ignore[attr-defined]
        return found + [tuple(row) for row in session.execute(select(*Invite.__table__.columns))]  # type: ignore[attr-defined]

    before = await service.app.writer.read(named)
    await claims(worker, service.codes.leader, clock)
    assert await confirms(service, "SL001")
    assert await service.app.writer.read(named) == before
