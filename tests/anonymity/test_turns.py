"""Every turn leaves the same, whatever somebody did in it, and changes no row that was there before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select

from models.all_tables import METADATA
from models.anonymity import intake
from models.broadcasts.recipients import Recipient
from models.messages import unopened
from models.messages.unopened import Item, News
from models.people import accounts, claims, upgrades, wishes
from models.people.accounts import Account, Sender
from models.people.invites import Invite
from models.store.database import Database, Session
from models.store.ids import new_id
from tests.actors import OnWebChat, Person
from tests.anonymity.village import TEAM, a_while, nights
from tests.emulators.telegram import TelegramEmulator
from tests.running_app import MONDAY, RunningApp
from tests.stories.acts import rows

LEFT = {"inbound", "conversation", "intake"}
PASSING = {"outbound", "lease"}
"""What is on its way out, and which process works."""
LONG = "Chuyền trưởng bắt tăng ca đêm, ai xin về thì bị ghi sổ và mất chuyên cần. " * 12
Rows = dict[str, set[tuple[Any, ...]]]


@pytest.fixture
def channel() -> str:
    return "telegram"


def everything(session: Session) -> Rows:
    tables = {name: table for name, table in METADATA.tables.items() if name not in PASSING}
    return {name: {tuple(row) for row in session.execute(select(table))} for name, table in tables.items()}


def shape(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """What can be told of a row without the keys: how long each field is, and the days in it."""
    return tuple(len(value) if isinstance(value, str | bytes) else type(value).__name__ for value in row)


class Turns:
    """What each act of one person has left: rows by table and shape; and what it has changed or taken away."""

    def __init__(self, service: RunningApp, person: Person) -> None:
        self.service, self.person = service, person
        self.left: list[Counter[tuple[str, tuple[Any, ...]]]] = []
        self.gone: list[tuple[str, tuple[Any, ...]]] = []

    async def plays(self, *acts: tuple[str, str]) -> None:
        read = self.service.app.writer.read
        for how, what in acts:
            before = await read(everything)
            await getattr(self.person, how)(what)
            after = await read(everything)
            new = [(name, shape(row)) for name in after for row in after[name] - before[name]]
            self.left.append(Counter(new))
            self.gone += [(name, row) for name in before for row in before[name] - after[name]]


ACTS = [
    *(("says", "menu"), ("says", "trợ giúp"), ("says", "menu")),
    *(("taps", "Viết phản ánh"), ("says", LONG), ("taps", TEAM)),
    *(("says", "menu"), ("taps", "Phản ánh của tôi"), ("says", "menu")),
    *(("taps", "Viết phản ánh"), ("says", LONG), ("says", "menu"), ("taps", "Viết tiếp"), ("taps", "Cài đặt")),
    *(("taps", "Viết tiếp"), ("says", "dừng"), ("taps", "Bỏ, không gửi"), ("says", "menu")),
    *(("taps", "Thêm…"), ("taps", "Ngôn ngữ · Language"), ("taps", "English")),
    *(("taps", "More…"), ("taps", "Language · Ngôn ngữ"), ("taps", "Tiếng Việt")),
    *(
        ("says", "menu"),
        ("taps", "Cài đặt"),
        ("taps", "Thêm…"),
        ("taps", "Rời khỏi"),
        ("taps", "Rời khỏi và xóa dữ liệu của tôi"),
    ),
]


@contextmanager
def nothing(_session: Session, _now: datetime) -> Iterator[None]:
    yield


def at_once(session: Session, account_id: str, _now: datetime, _at: datetime, **values: Any) -> None:
    accounts.change(session, account_id, values)


@pytest.mark.parametrize("planted", ["", "menu leaves no intake", "a setting is written in its turn"])
async def test_every_turn_leaves_the_same(
    service: RunningApp, leader: Person, somebody: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    """A filing, a choice, a look at the menu, leaving: three rows of one shape, and nothing of what was there is touched."""
    person = somebody("Khuê Tú")
    await person.joins(service.codes.team)
    if planted.startswith("menu"):
        monkeypatch.setattr(intake, "gathered", nothing)
    elif planted:
        monkeypatch.setattr(intake, "change_account", at_once)
    turns = Turns(service, person)
    await turns.plays(*ACTS)
    kinds = {tuple(sorted(left.items())) for left in turns.left}
    same = len(kinds) == 1 and {name for (name, _) in turns.left[0]} == LEFT and set(turns.left[0].values()) == {1}
    assert (same and not turns.gone) is not bool(planted), (kinds, turns.gone)
    await person.sees("đã rời khỏi")


def moves_in_its_turn(session: Session, account: Account, to: Sender, now: datetime, _at: datetime) -> None:
    accounts.move(session, account, to)


@pytest.mark.parametrize("planted", [False, True])
async def test_to_come_back_leaves_what_a_look_at_the_menu_leaves(
    service: RunningApp, telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch, planted: bool
) -> None:
    """With a return code, from another page; and so does the answer whether one wants notices, and whose phone it is."""
    if planted:
        monkeypatch.setattr(wishes, "come_back", moves_in_its_turn)
    async with aiohttp.ClientSession() as http:
        person = OnWebChat(service, "Khuê Tú", http)
        await person.begins(service.codes.team)
        await person.taps("Đồng ý")
        turns = Turns(service, person)
        await turns.plays(
            ("says", "menu"), ("says", "Cài đặt"), ("taps", "Thêm…"), ("taps", "Mã quay lại"), ("taps", "Đổi mã mới")
        )
        code = re.findall(r"\d{4}(?: \d{4}){3}", (await person.texts())[-1])[0]
        again = OnWebChat(service, "Khuê Tú", http)
        await again.says("xin chào")
        back = Turns(service, again)
        await back.plays(("says", code))
        same = all(
            left[name] == turns.left[0][name] for left in (*turns.left, *back.left) for name in left if name[0] in LEFT
        )
        named = [name for name, _ in (*turns.gone, *back.gone) if name in ("account", "person", "return_code")]
        assert (same and not named) is not planted
        for one in (person, again):
            await one.leaves()


async def test_what_a_reader_confirms_is_written_in_the_night(
    service: RunningApp, leader: Person, somebody: Callable[[str], Person]
) -> None:
    """“Đã đọc” leaves what a look at the menu leaves; the ledger, which names people, learns it with the rest of the day."""
    person = somebody("Khuê Tú")
    await person.joins(service.codes.team)
    await person.looks_away()
    await leader.taps("Thông báo của đơn vị", "Soạn thông báo")
    await leader.says("Thứ bảy họp tổ")
    await leader.taps("Thay đổi…", "Loại: Thông báo chung", "An toàn lao động")
    await leader.taps("Thay đổi…", "☐ Đề nghị xác nhận đã đọc", "Gửi")
    await a_while(service)
    await person.sees("Thứ bảy họp tổ")
    turns = Turns(service, person)
    await turns.plays(("taps", "Đã đọc"), ("says", "menu"))
    assert turns.left[0] == turns.left[1] and not turns.gone
    await a_while(service)
    assert [row.state for row in await rows(service, Recipient)].count("confirmed") == 0
    await nights(service, 1)
    assert [row.state for row in await rows(service, Recipient)].count("confirmed") == 1


def claimed_in_its_turn(session: Session, account: Account, invite: Invite, now: datetime, _at: datetime) -> bool:
    return claims.begin(session, account.id, invite.id, now.date()) is not None


@pytest.mark.parametrize("confirm", [True])
@pytest.mark.parametrize("planted", [False, True])
async def test_to_claim_an_office_leaves_what_a_look_at_the_menu_leaves(
    service: RunningApp, somebody: Callable[[str], Person], monkeypatch: pytest.MonkeyPatch, planted: bool
) -> None:
    """A worker's chat uses an officer's code, and gives it back."""
    person = somebody("Khuê Tú")
    await person.joins(service.codes.team)
    if planted:
        monkeypatch.setattr(upgrades, "ask_claim", claimed_in_its_turn)
    turns = Turns(service, person)
    await turns.plays(("says", "menu"), ("says", service.codes.leader), ("taps", "Dùng mã này"), ("says", "menu"))
    await turns.plays(("taps", "Đây không phải mã của tôi"), ("says", "menu"))
    assert (all(left == turns.left[0] for left in turns.left) and not turns.gone) is not planted


@pytest.mark.parametrize("planted", [False, True])
def test_what_waits_for_one_reader_shares_nothing(database: Database, planted: bool) -> None:
    """Rows of two readers cannot be told apart, nor those of one put together: no name, no size, no day of its own."""
    with database.transaction() as session:
        for text in ("Có tin", LONG):
            for account_id in ("an", "bình"):
                unopened.keep(session, account_id, Item(new_id(), text, case_id=new_id() if text == LONG else ""), MONDAY)
        if planted:
            session.flush()
            for row in session.execute(select(News)).scalars():
                row.recipient = "an" if row.number % 2 else "bình"
    with database.reading() as session:
        found = [row.model_dump() for row in session.execute(select(News)).scalars()]
        assert [len(unopened.waiting(session, account_id)) for account_id in ("an", "bình", "chi")] == [2, 2, 0]
    assert len(found) == 4 and len({len(row["body"]) for row in found}) == 1
    assert len({row["id"] for row in found}) == 4
    shared = {name: {row[name] for row in found} for name in found[0].keys() - {"number", "id", "body"}}
    assert all(len(values) == 1 for values in shared.values()) is not planted
