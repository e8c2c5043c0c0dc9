"""Editing what was sent, on Telegram: in place where it is there, anew where it is not, and no third way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.channels.base import SendError, Uncertain
from models.messages.message import Option
from tests.channels.test_telegram_channel import REFUSALS, Received, channel_of, note, polled
from tests.channels.test_telegram_channel import telegram as telegram
from tests.emulators.telegram import TelegramEmulator


async def test_a_message_is_edited_where_it_stands(telegram: TelegramEmulator) -> None:
    an = telegram.user()
    async with polled(telegram) as (channel, _):
        reference = await channel.send(note(an.id, "Họp lúc 8 giờ", Option("a:1", "Đã đọc")))
        assert reference == str(an.inbox[-1].message_id)
        changed = note(an.id, "Họp lúc <b>9</b> giờ", Option("a:2", "Đã đọc lại"), edits=reference)
        assert await channel.send(changed) == reference
        # As after an answer that was lost: it says so already.
        assert await channel.send(changed) == reference
        assert await channel.send(note(an.id, "Đã hủy", edits=reference)) == reference
    (shown,) = an.inbox
    assert (shown.text, shown.buttons, bool(shown.edited)) == ("Đã hủy", [], True)
    edits = [call.params for call in telegram.sent if call.method == "editMessageText"]
    assert [one["text"] for one in edits] == ["Họp lúc <b>9</b> giờ", "Đã hủy"]
    assert all(one["link_preview_options"] == {"is_disabled": True} and "parse_mode" not in one for one in edits)


@pytest.mark.parametrize("reference", ["", "deleted", "unknown", "theirs", "of a file", "kx7q2m4w9abcd"])
async def test_what_cannot_be_edited_is_sent_anew(telegram: TelegramEmulator, reference: str) -> None:
    an = telegram.user()
    async with polled(telegram) as (channel, _):
        if reference == "deleted":
            reference = await channel.send(note(an.id, "cũ"))
            an.inbox[-1].deleted = True
        elif reference == "unknown":
            reference = "999999999"
        elif reference == "theirs":
            reference = str(an.message_update("của An")["message"]["message_id"])
        elif reference == "of a file":
            reference = str(telegram.show(an, telegram.me_short, "cũ", body={"document": {}}).message_id)
        sent = await channel.send(note(an.id, "mới", Option("a:1", "Có"), edits=reference))
        assert await channel.send(note(an.id, "mới hơn", edits=sent)) == sent
    assert an.inbox[-1].text == "mới hơn" and str(an.inbox[-1].message_id) == sent != reference


@pytest.mark.parametrize(("kind", "how", "expected"), REFUSALS)
async def test_an_edit_fails_in_no_other_way(
    telegram: TelegramEmulator, kind: Any, how: dict[str, Any], expected: type[SendError]
) -> None:
    an = telegram.user()
    channel = channel_of(telegram.url)
    await channel.start(Received())
    reference = await channel.send(note(an.id, "cũ"))
    telegram.fault(kind, method="editMessageText", **how)
    with pytest.raises(expected) as caught:
        await channel.send(note(an.id, "mới", edits=reference))
    assert caught.value.__context__ is None
    assert await channel.send(note(an.id, "mới", edits=reference)) == reference
    await channel.stop()
    assert [shown.text for shown in an.inbox] == ["mới"]


async def test_an_edit_and_the_message_instead_take_the_time_of_one_send(telegram: TelegramEmulator) -> None:
    an = telegram.user()
    channel = channel_of(telegram.url)
    await channel.start(Received())
    channel.capabilities = replace(channel.capabilities, timeout=0.2)
    telegram.fault("hang", method="sendMessage")
    with pytest.raises(Uncertain) as caught:
        await channel.send(note(an.id, "mới", edits="999999999"))
    assert caught.value.__context__ is None
    await channel.stop()
