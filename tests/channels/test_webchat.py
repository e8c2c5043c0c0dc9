"""The web chat's wire: a plain websocket client, the real server, the real writer, a real SQLite file."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.text import fit
from bot.channels.webchat.socket import event_id
from bot.writer import Writer
from models.messages import mailbox
from models.messages.message import Inbound, Media, Option
from models.store.ids import new_id
from tests.channels.webchat_wire import NOW, WAYS, WHO, Wire, gone, kept, message, opened, writing


@pytest.fixture
async def writer(tmp_path: Path) -> AsyncIterator[Writer]:
    async with writing(tmp_path) as writer:
        yield writer


@pytest.fixture(params=WAYS)
async def wire(writer: Writer, request: pytest.FixtureRequest) -> AsyncIterator[Wire]:
    async with opened(writer) as wire:
        wire.refuses_sockets = request.param == "requests"
        yield wire


async def test_a_new_page_is_given_a_session(wire: Wire) -> None:
    page = await wire.page(hello=False)
    welcome = await page.says_hello(None)
    assert wire.channel.sessions.open(welcome["session"]) is not None
    assert welcome["union"] == "Công đoàn Công ty Hoa Ban"
    other = await wire.page(hello=False)
    assert (await other.says_hello(None))["session"] != welcome["session"]


async def test_a_session_is_taken_up_again_as_it_is(wire: Wire) -> None:
    page = await wire.page(hello=False)
    assert (await page.says_hello(wire.token))["session"] == wire.token


async def test_what_is_said_and_tapped_comes_in_once_under_a_stable_id(wire: Wire) -> None:
    page, id = await wire.page(), str(uuid.uuid4())
    await page.tells("say", id=id, text="Tăng ca tháng 5\nchưa được trả")
    assert (await page.hears("received"))["id"] == id
    await page.tells("say", id=id, text="Tăng ca tháng 5\nchưa được trả")
    await page.hears("received")
    await page.tells("tap", id=str(uuid.uuid4()), choice="grievance::category:pay:abc")
    await page.hears("received")
    first, again, tap = wire.came
    expected = Inbound("webchat:main", event_id(WHO, id), WHO, "Tăng ca tháng 5\nchưa được trả", language="vi")
    assert replace(first, origin="") == replace(again, origin="") == expected
    assert (tap.choice, tap.text) == ("grievance::category:pay:abc", None)


def test_event_ids_differ_by_person_and_say_nothing_of_either() -> None:
    id = str(uuid.uuid4())
    assert event_id(WHO, id) != event_id("B" * 43, id)
    assert event_id(WHO, id)[:8] != event_id(WHO, str(uuid.uuid4()))[:8]


async def test_an_event_that_did_not_commit_is_asked_for_again(wire: Wire) -> None:
    page, id = await wire.page(), str(uuid.uuid4())
    wire.broken = True
    await page.tells("say", id=id, text="Alô")
    assert (await page.hears("failed"))["id"] == id
    wire.broken = False
    await page.tells("say", id=id, text="Alô")
    assert (await page.hears("received"))["id"] == id
    assert len(wire.came) == 1


async def test_a_page_is_let_go_when_the_database_is_away_and_comes_back(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await wire.page()
    with monkeypatch.context() as away:
        away.setattr(mailbox, "acknowledge", lambda *_: 1 / 0)
        await page.tells("got", ids=["x"])
        assert await page.sees_closing() == 1011
    await wire.page()


async def test_a_message_is_shown_and_leaves_the_mailbox_when_the_page_has_it(wire: Wire, writer: Writer) -> None:
    page = await wire.page()
    sent = message("Chọn một mục:", options=(Option("menu:::pa:abc", "Viết phản ánh"),))
    await wire.channel.send(sent)
    assert await page.hears("message") == {
        "type": "message",
        "id": sent.id,
        "text": "Chọn một mục:",
        "options": [{"token": "menu:::pa:abc", "label": "Viết phản ánh"}],
        "language": "vi",
    }
    assert len(await kept(writer)) == 1
    await page.tells("got", ids=[sent.id])
    await gone(writer)


async def test_what_a_button_does_reaches_the_page(wire: Wire, writer: Writer) -> None:
    page = await wire.page()
    await wire.channel.send(message("Gửi?", options=(Option("a:::b:c", "Gửi"), Option("a:::d:c", "Hủy", "quiet"))))
    shown = (await page.hears("message"))["options"]
    assert shown == [{"token": "a:::b:c", "label": "Gửi"}, {"token": "a:::d:c", "label": "Hủy", "kind": "quiet"}]


async def test_messages_wait_in_order_for_a_page_that_is_closed(wire: Wire, writer: Writer) -> None:
    for number in range(12):
        await wire.channel.send(message(f"Tin {number}"))
    page = await wire.page()
    heard = [await page.hears("message") for _ in range(12)]
    assert [frame["text"] for frame in heard] == [f"Tin {number}" for number in range(12)]
    await page.tells("got", ids=[frame["id"] for frame in heard])
    await gone(writer)


async def test_sending_again_is_no_second_message(wire: Wire, writer: Writer) -> None:
    sent = message()
    await wire.channel.send(sent)
    await wire.channel.send(sent)
    page = await wire.page()
    await page.hears("message")
    await wire.channel.send(sent)
    await page.hears_nothing()
    assert len(await kept(writer)) == 1


async def test_every_part_of_a_message_arrives(wire: Wire, writer: Writer) -> None:
    """Words too long for one bubble, and what is enclosed: a mailbox that knew them by one id would keep the first only."""
    files = tuple(Media(new_id(), new_id(), "document", f"tep-{n}.pdf", "application/pdf") for n in (1, 2))
    sent = message("dài " * 1500, options=(Option("a:b:c:d:e", "Đã đọc"),), also=files)
    page = await wire.page()
    references = [await wire.channel.send(part) for part in fit(sent, wire.channel.capabilities)]
    heard = [await page.hears("message") for _ in range(4)]
    assert [frame["id"] for frame in heard] == references and references[0] == sent.id
    assert [bool(frame["text"]) for frame in heard] == [True, True, False, False]
    assert [len(frame["options"]) for frame in heard] == [0, 1, 0, 0]
    assert [frame.get("media", {}).get("name") for frame in heard] == [None, None, "tep-1.pdf", "tep-2.pdf"]
    await page.tells("got", ids=references)
    await gone(writer)


async def test_an_edit_names_what_it_takes_the_place_of(wire: Wire, writer: Writer) -> None:
    """By the id that the page knows, also for the second edit, and sealed as long as it waits."""
    first = message("Họp lúc 8 giờ")
    reference = await wire.channel.send(first)
    edits = [message(text, edits=reference) for text in ("Họp lúc 9 giờ", "Đã hủy")]
    assert [await wire.channel.send(one) for one in edits] == [reference, reference]
    assert reference not in repr([row.model_dump() for row in await kept(writer)])
    page = await wire.page()
    heard = [await page.hears("message") for _ in range(3)]
    assert [(frame["id"], frame.get("edits"), frame["text"]) for frame in heard] == [
        (first.id, None, "Họp lúc 8 giờ"),
        (edits[0].id, first.id, "Họp lúc 9 giờ"),
        (edits[1].id, first.id, "Đã hủy"),
    ]
    await page.tells("got", ids=[frame["id"] for frame in heard])
    await gone(writer)


async def test_a_page_cannot_confirm_another_persons_message(wire: Wire, writer: Writer) -> None:
    sent = message(recipient="B" * 43)
    await wire.channel.send(sent)
    page = await wire.page()
    await page.tells("got", ids=[sent.id])
    await page.tells("say", id=str(uuid.uuid4()), text="sau đó")
    await page.hears("received")
    assert len(await kept(writer)) == 1


async def test_a_second_page_of_the_session_sees_the_same(wire: Wire) -> None:
    pages = [await wire.page(), await wire.second_page()]
    sent = message()
    await wire.channel.send(sent)
    assert [(await page.hears("message"))["id"] for page in pages] == [sent.id] * 2


async def test_the_oldest_of_too_many_pages_is_closed(writer: Writer) -> None:
    async with opened(writer, per_session=2, answer=0.01) as wire:
        oldest, *others = [await wire.page(), *[await wire.second_page(asked=False) for _ in range(2)]]
        assert await oldest.sees_closing() == 4008
        await wire.channel.send(message())
        for page in others:
            await page.hears("message")


async def test_a_message_of_another_process_is_found(wire: Wire, writer: Writer) -> None:
    page = await wire.page()
    await writer.write(lambda session: mailbox.put(session, message("từ nơi khác"), NOW))
    assert (await page.hears("message"))["text"] == "từ nơi khác"


async def test_more_than_a_window_of_messages_arrives_whole(wire: Wire, writer: Writer) -> None:
    sent = [message(f"Tin {number}") for number in range(mailbox.AT_ONCE + 20)]
    await writer.write(lambda session: [mailbox.put(session, one, NOW) for one in sent])
    page = await wire.page()
    first = [(await page.hears("message"))["id"] for _ in range(mailbox.AT_ONCE)]
    await page.hears_nothing()
    await page.tells("got", ids=first)
    rest = [(await page.hears("message"))["id"] for _ in range(20)]
    assert first + rest == [one.id for one in sent]


async def test_bye_drops_the_mailbox_and_tells_the_house(wire: Wire, writer: Writer) -> None:
    page, other = await wire.page(), await wire.second_page()
    await wire.channel.send(message())
    await wire.channel.send(message(recipient="B" * 43))
    await page.tells("bye")
    assert await page.sees_closing() == 1000
    assert await other.sees_closing() == 1000
    assert len(await kept(writer)) == 1
    assert [event.kind for event in wire.came] == ["stopped"]


async def test_what_waits_cannot_be_read_without_the_keys(wire: Wire, writer: Writer) -> None:
    await wire.channel.send(message("Lương tháng 5 chưa trả", options=(Option("a:b:c:d:e", "Bấm vào đây"),)))
    (row,) = await kept(writer)
    dumped = repr(row.model_dump())
    for secret in ("Lương", "Bấm", WHO, "2026-06-01"):
        assert secret not in dumped
    assert row.recipient == "", "whose page it waits for is sealed with it"
    assert row.kept_until == (NOW + timedelta(days=30)).date()


async def test_messages_of_one_page_share_nothing(wire: Wire, writer: Writer) -> None:
    """Nor are those of two told apart: not by a name, and not by their length."""
    for text in ("Chào", "Lương tháng 5 chưa trả. " * 40):
        for recipient in (WHO, "B" * 43):
            await wire.channel.send(message(text, recipient))
    rows = [row.model_dump() for row in await kept(writer)]
    assert len(rows) == 4 and len({len(row["body"]) for row in rows}) == 1
    for name in rows[0].keys() - {"number", "id", "body"}:
        assert len({row[name] for row in rows}) == 1, name
    assert len({row["id"] for row in rows}) == 4


async def test_pages_that_never_come_back_are_forgotten(wire: Wire, writer: Writer) -> None:
    await wire.channel.send(message())
    at = NOW + timedelta(days=30)
    assert await writer.write(lambda session: mailbox.forget_expired(session, at)) == 0
    assert await writer.write(lambda session: mailbox.forget_expired(session, at + timedelta(days=1))) == 1
