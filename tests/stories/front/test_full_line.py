"""What Zalo's plan allows, and what becomes of those and that which comes after."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select

from bot.commands.doctor import examine
from config.i18n import language
from handlers.operator import findings
from models.messages.month_quota import Quota
from models.people.accounts import Account
from tests.actors import OnZalo, Person
from tests.emulators.zalo import ZaloEmulator
from tests.running_app import FakeClock, RunningApp
from tests.stories.acts import files
from tests.stories.conftest import ZALO_TOKEN

LINE = f"zalo_bot:{ZALO_TOKEN.partition(':')[0]}"


@pytest.fixture(params=["zalo"])
def channel(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def zalo_limits(request: pytest.FixtureRequest) -> dict[str, int]:
    return getattr(request, "param", {})


def limits(**given: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("zalo_limits", [given], indirect=True, ids=[""])


async def sent(service: RunningApp) -> dict[str, int]:
    """What the database has counted, by month."""

    def ask(session):  # type: ignore[no-untyped-def]
        return {row.month: row.sent for row in session.execute(select(Quota)).scalars() if row.line == LINE}

    return await service.app.writer.read(ask)


@limits(people=2)
async def test_those_who_come_too_late_are_shown_web_chat_once(
    worker: Person, leader: Person, somebody: Callable[[str], Person], service: RunningApp
) -> None:
    late = somebody("Bình")
    await late.says("Xin chào", service.codes.team, "1", "/start", "alo")
    assert len(await late.texts()) == 1
    await late.sees("đã đủ số người", "http://127.0.0.1/chat")
    await worker.says("menu")
    await worker.sees("1. Viết phản ánh")  # those who are in are served

    def who(session):  # type: ignore[no-untyped-def]
        return len(session.execute(select(Account)).scalars().all())

    assert await service.app.writer.read(who) == 2
    found = {finding.what: finding for finding in await examine(service.app.settings)}
    assert findings.line(language("en"), found["zalo_people"]) == (
        "FAULT zalo people: 2 of 2 have joined; Zalo's plan Basic ends at 50, later ones are sent to web chat"
    )


@limits(people=2)
async def test_the_last_place_is_not_given_twice(
    worker: Person, somebody: Callable[[str], Person], service: RunningApp
) -> None:
    first, second = somebody("Bình"), somebody("Chi")
    for person in (first, second):
        await person.says(service.codes.team)
        await person.sees("Anh/chị có đồng ý không?")
    await first.taps("Đồng ý")
    await first.sees("đã tham gia")
    await second.taps("Đồng ý")
    await second.sees("đã đủ số người")
    await second.says("Đồng ý")
    await second.sees_nothing_new()


@limits(per_month=15, reserve=4)
async def test_replies_go_first_and_notices_wait_for_the_next_month(
    worker: Person, leader: Person, clock: FakeClock, service: RunningApp
) -> None:
    code = await files(worker)  # 8 messages to join, 3 to file: what is left is kept for replies
    assert await sent(service) == {"2026-11": 11}
    await leader.sees_nothing_new()
    await worker.says("menu")
    await worker.sees("1. Viết phản ánh")
    assert REGISTRY.get_sample_value("haichieu_month_sent", {"line": LINE}) == 12
    assert REGISTRY.get_sample_value("haichieu_month_limit", {"line": LINE}) == 15
    await clock.passes(days=7)  # 30 November, 10:00
    await leader.sees_nothing_new()
    await clock.passes(hours=14, minutes=1)  # midnight in Vietnam
    await leader.sees("Phản ánh mới", code)
    await leader.says("2")
    await leader.sees("tiếp nhận", code)
    # A preview, the card, what came of “2”, and a preview of what the ladder says of a case that nobody has answered.
    assert await sent(service) == {"2026-11": 12, "2026-12": 4}


@limits(per_month=12, reserve=0)
async def test_the_end_of_the_month_is_not_haste(
    worker: Person, leader: Person, clock: FakeClock, service: RunningApp, zalo: ZaloEmulator
) -> None:
    zalo.month = 12
    leader.curious = False  # to open it would be one too many
    await files(worker)  # what the leader is sent is the last
    await leader.sees("Công đoàn có tin mới")
    before, asked = clock.now(), zalo.counters["sendMessage"]
    await worker.says("menu")
    await worker.sees_nothing_new()
    assert (clock.now() - before).total_seconds() < 2  # the line was not put to sleep
    await clock.passes(minutes=30)
    assert zalo.counters["sendMessage"] == asked + 1
    zalo.month = 0  # somebody has paid, or the month is over
    await clock.passes(minutes=31)
    await worker.sees("1. Viết phản ánh")


async def test_haste_is_a_pause_of_seconds(
    worker: Person, clock: FakeClock, zalo: ZaloEmulator, service: RunningApp
) -> None:
    zalo.fault("flood", times=2)
    await worker.says("menu")
    await worker.sees_nothing_new()
    await clock.passes(seconds=30)
    await worker.sees_nothing_new()
    await clock.passes(seconds=30)
    await worker.sees("1. Viết phản ánh")
    assert await sent(service) == {"2026-11": 5}  # what was refused does not count


async def test_what_may_have_arrived_counts(
    worker: Person, clock: FakeClock, zalo: ZaloEmulator, service: RunningApp
) -> None:
    zalo.fault("drop_after", method="sendMessage")
    await worker.says("menu")
    await clock.passes(seconds=30)
    assert isinstance(worker, OnZalo)
    assert len(worker.user.inbox) == 6
    assert await sent(service) == {"2026-11": 6}


@limits(per_month=0, reserve=0, people=0)
async def test_without_limits_nothing_is_counted(worker: Person, leader: Person, service: RunningApp) -> None:
    await files(worker)
    await leader.sees("Phản ánh mới")
    assert await sent(service) == {}
    found = {finding.what: finding for finding in await examine(service.app.settings)}
    assert findings.line(language("en"), found["zalo_messages"]) == "ok    zalo messages: 0 sent this month, of any number"
    assert found["zalo_people"].well
