"""Nothing vanishes: whatever one field of an update is changed to, what somebody said is read, or is set aside and they are
told so. Every field of every example, taken away and given each other type, in turn."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import WSMessage, WSMsgType

from bot.channels.telegram import updates as telegram
from bot.channels.webchat import socket as webchat
from bot.channels.webchat.socket import FrameError
from bot.channels.zalo import updates as zalo
from models.messages.message import Inbound
from tests.channels.test_telegram_updates import AN, FILE, LINE, PHOTO, PRIVATE, UNSUPPORTED, message, tap
from tests.channels.test_zalo_updates import LINE as ZALO
from tests.channels.test_zalo_updates import MESSAGE, PERSON, event

TAKEN_AWAY = object()
OTHERWISE: tuple[Any, ...] = (TAKEN_AWAY, None, "bí mật", "", 5, -1, 1.5, True, [], ["bí mật"], {}, {"bí mật": 1})
BOT = {"id": 123456, "is_bot": True, "first_name": "HC"}
POLL = {
    **{"id": "1", "question": "Ăn ca?", "options": [{"text": "Cơm", "voter_count": 0}], "total_voter_count": 0},
    **{"is_closed": False, "is_anonymous": True, "type": "regular", "allows_multiple_answers": False},
}
"""As a Bot API server before 9.6 writes it (pyTelegramBotAPI#2175)."""
WORDS = "Tăng ca chưa được trả"
TELEGRAM: dict[str, dict[str, Any]] = {
    "text": {"message": message(text=WORDS, entities=[{"type": "bold", "offset": 0, "length": 4}])},
    "a reply to ours": {"message": message(text=WORDS, reply_to_message=message(text="PA-K7MP4R") | {"from": BOT})},
    "a reply to a poll": {"message": message(text=WORDS, reply_to_message=message(poll=POLL) | {"from": BOT})},
    "a quotation": {"message": message(text=WORDS, quote={"text": "trả", "position": 3})},
    "a reply to a story": {"message": message(text=WORDS, reply_to_story={"chat": PRIVATE, "id": 5})},
    "forwarded": {"message": message(text=WORDS, forward_origin={"type": "user", "date": 1, "sender_user": AN})},
    "photo": {"message": message(photo=[*PHOTO, {**PHOTO[0], "file_id": "B", "width": 900}], caption=WORDS)},
    "document": {"message": message(document={**FILE, "mime_type": "application/pdf", "file_size": 7}, caption=WORDS)},
    "voice": {"message": message(voice={**FILE, "duration": 3})},
    "edited": {"edited_message": message(text=WORDS, edit_date=1763700060)},
    "a tap": {"callback_query": tap()},
    **{kind: {"message": message(**{kind: content})} for kind, content in UNSUPPORTED.items()},
}
ESSENTIAL = {"text", "caption", "photo", "document", "voice", "data", *UNSUPPORTED}
"""Fields in which something is said; whose loss may be answered and cannot be made good."""


def fields(whole: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = whole.items() if isinstance(whole, dict) else enumerate(whole) if isinstance(whole, list) else ()
    for name, part in inside:
        yield (*path, name)
        yield from fields(part, (*path, name))


def changed(whole: Any) -> Iterator[tuple[tuple[Any, ...], Any, Any]]:
    for path in fields(whole):
        for value in OTHERWISE:
            spoilt = json.loads(json.dumps(whole))  # not deepcopy, which keeps together what is one
            place = spoilt
            for name in path[:-1]:
                place = place[name]
            if value is TAKEN_AWAY:
                del place[path[-1]]
            else:
                place[path[-1]] = value
            yield path, value, spoilt


def said(inbound: Inbound) -> tuple[Any, ...]:
    return inbound.kind, inbound.text, inbound.choice, inbound.files


@pytest.mark.parametrize("example", TELEGRAM)
def test_nothing_said_on_telegram_vanishes(example: str) -> None:
    whole = {"update_id": 9, **TELEGRAM[example]}
    read = telegram.read(copy.deepcopy(whole), LINE).inbound
    assert read is not None and read.kind != "unreadable"
    for path, value, spoilt in changed(whole):
        if is_something_else(path, value):
            continue
        inbound = telegram.read(spoilt, LINE).inbound
        if inbound is None:
            assert example == "edited" and path[1:] == ("text",), (path, value)  # an edit of something else than words
            continue
        assert inbound.sender == read.sender or len(path) == 1, (path, value)
        assert inbound.external_id, (path, value)
        if path[1:2] not in ((), ("from",), ("chat",), ("message",)) and not ESSENTIAL & set(path):
            assert said(inbound) == said(read), (path, value)
        elif said(inbound) != said(read):
            told = inbound.kind in ("unreadable", "unsupported")
            assert told or ESSENTIAL & set(path), (path, value)


def is_something_else(path: tuple[Any, ...], value: Any) -> bool:
    """A bot's words are nobody's; and another number is of the right type: it is somebody else's id, or a group's."""
    if "reply_to_message" in path:
        return False
    if len(path) == 1 and path[0] != "update_id":
        return value in (None, TAKEN_AWAY)  # an update of nothing
    return (path[-2:] == ("from", "is_bot") and value is True) or (path[-1] == "id" and type(value) is int)


def test_whose_words_they_are_is_known_from_either_id() -> None:
    for without in ("from", "chat"):
        spoilt = message(text=WORDS)
        del spoilt[without]
        inbound = telegram.read({"update_id": 9, "message": spoilt}, LINE).inbound
        assert inbound is not None and inbound.sender == "42"
        # Without its chat nobody knows that it was private: told, and not read.
        assert inbound.kind == ("message" if without == "from" else "unreadable")


def test_a_second_offer_of_what_has_no_number_is_known_again() -> None:
    first, second = (telegram.read({"message": message(text=WORDS)}, LINE).inbound for _ in range(2))
    assert first is not None and second is not None and first.external_id == second.external_id != ""


ZALO_EXAMPLES = {
    "text": event(text=WORDS),
    "photo": event("message.image.received", photo_url="https://photo-stal-1.zdn.vn/a.jpg", caption=WORDS),
    "voice": event("message.voice.received", voice_url="https://f2.zdn.vn/a.aac"),
    "unsupported": event("message.unsupported.received"),
    "tomorrow": event("message.hologram.received", hologram={"x": 1}),
}


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("example", ZALO_EXAMPLES)
def test_nothing_said_on_zalo_vanishes(example: str, wrapped: bool) -> None:
    whole = ZALO_EXAMPLES[example]
    read = zalo.read(whole, ZALO)
    assert read is not None and (read.sender, read.external_id) == (PERSON, f"{whole['event_name']}:{MESSAGE}")
    for path, value, spoilt in changed(whole):
        if path == ("event_name",) and value == "bí mật":
            continue  # news of another sort
        if path == ("message", "from", "is_bot") and value is True:
            continue
        inbound = zalo.read({"ok": True, "result": spoilt} if wrapped else spoilt, ZALO)
        assert inbound is not None and inbound.external_id, (path, value)
        moved = value == "bí mật" and path == ("message", "chat", "id")  # another id of the right type is another chat's
        assert inbound.sender == PERSON or path == ("message",) or moved, (path, value)
        if said(inbound) != said(read):
            essential = path[-1] in ("text", "caption", "photo_url", "voice_url", "event_name", "chat", "chat_type", "id")
            assert inbound.kind in ("unreadable", "unsupported") or essential, (path, value)
            assert essential or path[-1] in ("message", "message_id"), (path, value)


FRAME = "0b9d8a52-6d0e-4c22-9df1-5c8b2f6f2c11"


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "say", "id": FRAME, "text": WORDS},
        {"type": "tap", "id": FRAME, "choice": "a:b:c:d:e"},
        {"type": "file", "id": FRAME, "kind": "photo", "upload": "a" * 32},
    ],
)
def test_the_page_is_told_of_every_frame_that_cannot_be_read(frame: dict[str, Any]) -> None:
    for path, value, spoilt in changed(frame):
        try:
            read = webchat.parse(WSMessage(WSMsgType.TEXT, json.dumps(spoilt), None))
        except FrameError:
            continue
        assert read.text or read.choice or read.file or value == "", (path, value)
