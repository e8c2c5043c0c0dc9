"""Buttons that we never made, that belong to somebody else, or to another day: refused, and nothing of it happens."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from sqlalchemy import delete
from sqlmodel import col

from models.grievances.cases import Entry, Grievance
from models.people.accounts import Account
from models.people.offices import Office
from models.store.ids import new_id
from tests.actors import OnTelegram, Person
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import OVERTIME, answers, appointed, carried, files, forges, rows, token_behind

Somebody = Callable[[str], Person]
OLD = "không còn tác dụng"
CLOSED = "hiện không dùng được"


@pytest.fixture
def channel() -> str:
    return "telegram"


@pytest.fixture
def backend() -> str:
    return "sqlite"


def phone(person: Person) -> OnTelegram:
    assert isinstance(person, OnTelegram)
    return person


NEVER_MADE = [
    "x",
    "::::",
    "nothing::::",
    "file:::",
    "file:::::",
    "a" * 200,
    "file:" + "b" * 195 + ":::",
    "mine:' OR 1=1 --:::",
    "view:%:::",
    "confirm:\x00:::",
    "reply:\ud800:::".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "file::to:danger:abc",
    "file::text:xin chào:abc",
    "join::consent:yes:abc",
    "lang:😀:language:vi:abc",
]


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_a_button_we_never_made(worker: Person, leader: Person, service: RunningApp) -> None:
    for token in NEVER_MADE:
        await forges(phone(worker), token)
        await worker.sees(OLD)
        await worker.sees("[Viết phản ánh]")
    assert not await service.app.writer.read(carried)
    await leader.sees_nothing_new()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_officers_buttons_in_a_workers_hand(worker: Person, leader: Person, service: RunningApp) -> None:
    await files(worker)
    [case] = await rows(service, Grievance)
    await leader.looks_away()
    subjects = (case.id, new_id(), *(account.id for account in await rows(service, Account)))
    for name, subject in product(("view", "ack", "reply", "close", "confirm", "queue"), subjects):
        await forges(phone(worker), f"{name}:{subject}:::")
        await worker.sees(CLOSED)
        await worker.sees("[Viết phản ánh]")
    await leader.sees_nothing_new()
    await worker.does_not_see("Người gửi", "Mai", "Hùng")
    [kept] = await rows(service, Grievance)
    assert kept.state == "new"


async def test_anothers_case(worker: Person, leader: Person, somebody: Somebody, service: RunningApp) -> None:
    code = await files(worker)
    await answers(leader, "Đã trả đủ", "Đề nghị kết thúc")
    [case] = await rows(service, Grievance)
    await leader.looks_away()
    other = somebody("Bình")
    await other.joins(service.codes.team)
    await forges(phone(other), f"mine:{case.id}:::")
    await other.sees("không có phản ánh nào mang mã đó")
    for name in ("add", "settled", "unsettled"):
        await forges(phone(other), f"{name}:{case.id}:::")
        await other.sees(CLOSED)
    await other.does_not_see(OVERTIME, code, "Đã trả đủ")
    await leader.sees_nothing_new()
    [kept] = await rows(service, Grievance)
    assert kept.state == "proposed"


async def test_values_that_were_not_offered(worker: Person, leader: Person, chair: Person, service: RunningApp) -> None:
    await worker.says(OVERTIME)
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Về việc: Tiền lương")
    stem = token_behind(phone(worker), "Tiền lương").split(":wage:")
    for value in ("nothing", "", "WAGE", "cancel ", "danger"):
        await forges(phone(worker), f"{stem[0]}:{value}:{stem[1]}")
        await worker.sees(OLD)
        await worker.sees("về việc gì")
    await worker.taps("Giữ nguyên")
    front, _, last = token_behind(phone(worker), "Gửi tổ trưởng công đoàn").rpartition(":")
    stem = [front.rpartition(":")[0], last]
    for value in ("superior", "unnamed", "at_once", "covered"):  # nobody answers there; no name given; no cover here
        await forges(phone(worker), f"{stem[0]}:{value}:{stem[1]}")
        await worker.sees(OLD)
        await worker.sees("là gửi ngay")
    assert not await service.app.writer.read(carried)


async def test_a_wrong_run_or_an_old_one(worker: Person, leader: Person, service: RunningApp) -> None:
    await worker.says(OVERTIME)
    old = token_behind(phone(worker), "Gửi tổ trưởng công đoàn")
    await worker.says("dừng", "dừng", "Quạt ở chuyền 3 hỏng")
    for token in (old, old[:-3] + "zzz", old[:-3]):
        await forges(phone(worker), token)
        await worker.sees(OLD)
        await worker.sees("là gửi ngay", "Quạt")
    await worker.taps("Gửi tổ trưởng công đoàn")
    card = await leader.sees("Phản ánh mới", "Quạt ở chuyền 3 hỏng", "Môi trường")
    assert OVERTIME not in card


async def test_yesterdays_button(worker: Person, leader: Person, clock: FakeClock, service: RunningApp) -> None:
    await worker.says(OVERTIME)
    old = token_behind(phone(worker), "Gửi tổ trưởng công đoàn")
    await clock.passes(hours=25)
    await forges(phone(worker), old)
    await worker.sees(OLD)
    await worker.sees("[Viết phản ánh]")
    await leader.sees_nothing_new()


async def test_the_send_button_tapped_twice_files_once(worker: Person, leader: Person, service: RunningApp) -> None:
    await worker.says(OVERTIME)
    await worker.taps("Gửi tổ trưởng công đoàn", "Gửi tổ trưởng công đoàn")
    await worker.sees("mã PA-")
    await worker.sees(OLD)
    assert len(await rows(service, Grievance)) == 1
    assert len(await rows(service, Entry)) == 1


async def test_buttons_in_the_hand_of_a_stranger(
    worker: Person, leader: Person, somebody: Somebody, service: RunningApp
) -> None:
    await files(worker)
    [case] = await rows(service, Grievance)
    stranger = somebody("Kẻ lạ")
    await stranger.says("xin chào")
    for token in (f"mine:{case.id}:::", f"view:{case.id}:::", "menu::::", "queue::::", "file::::", "help::::"):
        await forges(phone(stranger), token)
        await stranger.sees("Xin chào anh/chị", "mã tham gia")
    await stranger.does_not_see(OVERTIME, "PA-", "[Viết phản ánh]")
    await forges(phone(stranger), "join::consent:yes:abc")
    await stranger.sees(OLD)
    assert len(await rows(service, Account)) == 2


async def test_join_is_over_for_who_has_joined(worker: Person, service: RunningApp) -> None:
    await forges(phone(worker), "join::::")
    await worker.sees(CLOSED)
    await worker.sees("[Viết phản ánh]")
    assert len(await rows(service, Account)) == 1


REVIEWS = (("Ghi tên tôi", "Nguyễn Thị Bình", "ghi tên: Nguyễn Thị Bình"), ("Sửa nội dung", "Chuyền 3", "Chuyền 3"))


@pytest.mark.parametrize(("button", "typed", "shown"), REVIEWS)
async def test_an_earlier_card_of_a_draft_sends_nothing(
    worker: Person, chair: Person, service: RunningApp, button: str, typed: str, shown: str
) -> None:
    """It says “no name shown”, or other words: sent from there, what goes would not be what was read."""
    await worker.taps("Viết phản ánh")
    await worker.says("Chậm lương")
    earlier = token_behind(phone(worker), "Gửi Ban chấp hành")
    await worker.taps("Sửa, ghi tên, giờ gửi…", button)
    await worker.says(typed)
    await worker.sees(shown)
    await forges(phone(worker), earlier)
    await worker.sees(OLD)
    await worker.sees(shown, "[Gửi Ban chấp hành]")
    assert not await rows(service, Grievance)
    await worker.taps("Gửi Ban chấp hành")
    await worker.sees("mã PA-")


async def test_a_button_of_a_route_sends_to_nobody_else(
    worker: Person, chair: Person, somebody: Somebody, service: RunningApp
) -> None:
    """Another kind was chosen since, or an officer of the route is there no more: never where it does not say."""
    women = somebody("Hoàng Thị Nụ")
    await women.joins(await appointed(service, "SONGLAM", "womens_affairs", women.name, "SL811"))
    inspector = somebody("Đinh Văn Ngọ")
    await inspector.joins(await appointed(service, "SONGLAM", "inspection", inspector.name, "SL813"))
    await worker.taps("Viết phản ánh")
    await worker.says("Quản đốc hay sờ mó chị em")
    both = token_behind(phone(worker), "Gửi cán bộ nữ công và chủ tịch")
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Về việc: Quấy rối tình dục", "Thêm…", "Hoạt động, tài chính công đoàn")
    await worker.sees("[Gửi ủy viên ủy ban kiểm tra]")
    await forges(phone(worker), both)
    await worker.sees(OLD)
    await worker.taps("Sửa, ghi tên, giờ gửi…", "Về việc: Hoạt động, tài chính công đoàn", "Thêm…", "Quấy rối tình dục")
    await worker.looks_away()
    await service.app.writer.write(lambda s: s.execute(delete(Office).where(col(Office.role) == "womens_affairs")))
    await worker.taps("Gửi cán bộ nữ công và chủ tịch")
    await worker.sees(OLD)
    await worker.sees("[Gửi chủ tịch]")
    assert not await rows(service, Grievance)
