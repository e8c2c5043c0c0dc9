"""What Telegram refuses goes another way: each kind of refusal, seen on the other phone; and the last one of each."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
import structlog
from PIL import Image
from telegram.error import BadRequest

from bot.channels.base import Rejected, Throttled
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.refusals import KINDS, kind_of, picture_size
from bot.channels.text import units
from models.messages.message import Media, Option, Outgoing
from tests.channels.test_telegram_channel import Received, channel_of, note
from tests.channels.test_telegram_channel import telegram as telegram
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.telegram_people import User
from tests.sample_files import ogg

CONTENT: dict[str, bytes] = {}


def picture(size: tuple[int, int], form: str = "JPEG") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "white").save(written, form)
    return written.getvalue()


def with_file(to: User, content: bytes, kind: str, mime: str, text: str = "PA-K7MP4R · Tệp 1") -> Outgoing:
    CONTENT["a"] = content
    return replace(note(to.id, text), media=Media("a", "c", kind, "tep-1", mime))  # type: ignore[arg-type]


@pytest.fixture
async def channel(telegram: TelegramEmulator) -> AsyncIterator[TelegramChannel]:
    async def opens(attachment_id: str) -> bytes | None:
        return CONTENT.get(attachment_id)

    opened = channel_of(telegram.url, opens=opens)
    await opened.start(Received())
    yield opened
    await opened.stop()
    CONTENT.clear()


def shown(user: User) -> list[tuple[str, list[str]]]:
    return [(one.text, sorted(one.body or ())) for one in user.inbox]


async def test_a_voice_is_a_document_to_whoever_takes_none(telegram: TelegramEmulator, channel: TelegramChannel) -> None:
    an = telegram.user()
    an.takes_voice = False
    await channel.send(with_file(an, ogg(), "voice", "audio/ogg"))
    assert shown(an) == [("PA-K7MP4R · Tệp 1", ["document"])]
    an.takes_voice = True
    await channel.send(with_file(an, ogg(), "voice", "audio/ogg"))
    assert shown(an)[1:] == [("PA-K7MP4R · Tệp 1", ["voice"])]


@pytest.mark.parametrize(
    ("size", "body"),
    [
        ((2560, 1900), "photo"),
        ((1080, 2400), "photo"),
        ((1080, 8000), "document"),
        ((1080, 21_000), "document"),
        ((120, 2500), "document"),  # 20.8 times as long as wide, and no longer than is shown: Telegram refuses it
    ],
)
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
async def test_a_picture_too_long_to_be_read_goes_as_a_document(
    telegram: TelegramEmulator, channel: TelegramChannel, size: tuple[int, int], body: str, form: str
) -> None:
    an = telegram.user()
    content = picture(size, form)
    assert picture_size(content) == size
    await channel.send(with_file(an, content, "photo", f"image/{form.lower()}"))
    assert shown(an) == [("PA-K7MP4R · Tệp 1", [body])]


@pytest.mark.parametrize("said", ["PHOTO_SAVE_FILE_INVALID", "IMAGE_PROCESS_FAILED", "PHOTO_EXT_INVALID"])
async def test_what_is_no_photo_to_telegram_is_a_document(
    telegram: TelegramEmulator, channel: TelegramChannel, said: str
) -> None:
    an = telegram.user()
    telegram.fault("error", status=400, description=f"Bad Request: {said}", method="sendPhoto")
    with structlog.testing.capture_logs() as logs:
        await channel.send(with_file(an, picture((64, 48)), "photo", "image/jpeg"))
    assert shown(an) == [("PA-K7MP4R · Tệp 1", ["document"])]
    assert [entry["reason"] for entry in logs] == ["no_photo"] and "PA-K7MP4R" not in str(logs)


async def test_words_too_long_for_a_caption_stand_above_their_file(
    telegram: TelegramEmulator, channel: TelegramChannel
) -> None:
    an = telegram.user()
    await channel.send(with_file(an, b"%PDF-", "document", "application/pdf", "ă" * 1025))
    assert shown(an) == [("ă" * 1025, []), ("", ["document"])]


async def test_a_text_too_long_after_all_goes_in_halves(telegram: TelegramEmulator, channel: TelegramChannel) -> None:
    an = telegram.user()
    text = "Tăng ca chưa được trả. " * 300
    reference = await channel.send(note(an.id, text, Option("a:1", "Đã đọc")))
    assert " ".join(one.text for one in an.inbox).split() == text.split()
    assert all(units(one.text) <= 4096 for one in an.inbox)
    assert [bool(one.labels) for one in an.inbox] == [False, True]
    assert reference == str(an.inbox[-1].message_id)


@pytest.mark.parametrize("option", [Option("đ" * 33, "Đã đọc"), Option("a:1", " ")])
async def test_words_go_out_without_the_buttons_that_are_refused(
    telegram: TelegramEmulator, channel: TelegramChannel, option: Option
) -> None:
    an = telegram.user()
    await channel.send(note(an.id, "Họp lúc 8 giờ", option))
    assert shown(an) == [(f"Họp lúc 8 giờ\n– {option.label}".strip(), [])]


@pytest.mark.parametrize("said", ["message can't be edited", "MESSAGE_EDIT_TIME_EXPIRED", "BUTTON_DATA_INVALID"])
async def test_what_cannot_be_said_by_an_edit_is_said_anew(
    telegram: TelegramEmulator, channel: TelegramChannel, said: str
) -> None:
    an = telegram.user()
    reference = await channel.send(note(an.id, "cũ", Option("a:1", "Có")))
    telegram.fault("error", status=400, description=f"Bad Request: {said}", method="editMessageText")
    assert await channel.send(note(an.id, "mới", Option("a:1", "Có"), edits=reference)) != reference
    assert shown(an) == [("cũ", []), ("mới", [])]


@pytest.mark.parametrize("kind", ["no_voice", "size", "refused"])
async def test_after_the_last_way_the_log_says_why(telegram: TelegramEmulator, channel: TelegramChannel, kind: str) -> None:
    an = telegram.user()
    said = {
        "no_voice": "Bad Request: VOICE_MESSAGES_FORBIDDEN",
        "size": "Request Entity Too Large",
        "refused": "Bad Request: x",
    }
    for method in ("sendVoice", "sendDocument"):
        telegram.fault("error", status=413 if kind == "size" else 400, description=said[kind], method=method)
    with pytest.raises(Rejected) as caught:
        await channel.send(with_file(an, ogg(), "voice", "audio/ogg"))
    assert caught.value.code == kind and caught.value.__context__ is None and an.inbox == []


async def test_what_is_refused_for_another_reason_does_not_go_another_way(
    telegram: TelegramEmulator, channel: TelegramChannel
) -> None:
    an = telegram.user()
    telegram.fault("flood", method="sendVoice")
    with pytest.raises(Throttled):
        await channel.send(with_file(an, ogg(), "voice", "audio/ogg"))
    assert an.inbox == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_every_kind_is_known_by_each_of_its_sentences(kind: object) -> None:
    find: Callable[[str], object] = lambda said: kind_of(BadRequest(f"Bad Request: {said.upper()}"))  # noqa: E731
    assert {find(said) for said in kind.said} == {kind}  # type: ignore[attr-defined]
