"""What each kind of update means. Shapes: https://core.telegram.org/bots/api#update."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.telegram.updates import Event, Malformed, read
from models.messages.message import File, Inbound

LINE = "telegram:123456"
AN = {"id": 42, "is_bot": False, "first_name": "An", "language_code": "vi-VN"}
PRIVATE = {"id": 42, "type": "private", "first_name": "An"}
GROUP = {"id": -77, "type": "group", "title": "Tổ 3"}
PHOTO = [{"file_id": "A", "file_unique_id": "a", "width": 90, "height": 67}]
FILE = {"file_id": "D", "file_unique_id": "d"}


def message(chat: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    return {"message_id": 7, "date": 1763700000, "from": AN, "chat": chat, **content}


def tap(**changes: Any) -> dict[str, Any]:
    return {"id": "4382", "from": AN, "message": message(text="?"), "chat_instance": "1", "data": "a:b"} | changes


def membership(status: str, chat: dict[str, Any] = PRIVATE) -> dict[str, Any]:
    bot = {"id": 123456, "is_bot": True, "first_name": "HC"}
    new: dict[str, Any] = {"user": bot, "status": status}
    if status == "kicked":
        new["until_date"] = 0
    return {
        "chat": chat,
        "from": AN,
        "date": 1763700000,
        "old_chat_member": {"user": bot, "status": "left"},
        "new_chat_member": new,
    }


def inbound(**fields: Any) -> Inbound:
    return Inbound(line=LINE, external_id="9", sender="42", language="vi", **fields)


def said(**fields: Any) -> Inbound:
    """What `message` makes: its own name goes with it, by which a later edit finds it."""
    return inbound(message="7", **fields)


FILES: list[tuple[dict[str, Any], File]] = [
    ({"photo": PHOTO}, File("photo", "A")),
    (
        {"photo": [PHOTO[0], {**PHOTO[0], "file_id": "B", "width": 900, "height": 670, "file_size": 9}]},
        File("photo", "B", 9),
    ),
    ({"document": FILE}, File("document", "D")),
    ({"document": {**FILE, "mime_type": "image/png", "file_name": "a.png"}}, File("photo", "D")),
    ({"document": {**FILE, "mime_type": "application/pdf", "file_size": 7}}, File("document", "D", 7)),
    ({"voice": {**FILE, "duration": 3}}, File("voice", "D")),
    ({"audio": {**FILE, "duration": 3}}, File("voice", "D")),
    ({"photo": PHOTO, "media_group_id": "1"}, File("photo", "A")),
]
UNSUPPORTED: dict[str, Any] = {
    "video": {**FILE, "width": 1, "height": 1, "duration": 1},
    "animation": {**FILE, "width": 1, "height": 1, "duration": 1},
    "sticker": {**FILE, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False},
    "location": {"latitude": 10.8, "longitude": 106.6},
    "contact": {"phone_number": "84912345678", "first_name": "An", "user_id": 42},
    "dice": {"emoji": "🎲", "value": 3},
    "hologram": {"newer": "than the library"},
    "checklist": {"title": "Việc", "tasks": [{"id": 1, "text": "Quạt"}]},
}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Tăng ca chưa được trả", "Tăng ca chưa được trả"),
        ("/start abc", "/start abc"),
        ("/start@haichieu_bot abc", "/start abc"),
        ("/menu@haichieu_bot", "/menu"),
        ("a/b@c", "a/b@c"),
        ("hỏi /menu@haichieu_bot", "hỏi /menu@haichieu_bot"),
        ("2", "2"),
    ],
)
def test_text(written: str, text: str) -> None:
    entities = [{"type": "bold", "offset": 0, "length": 1}]
    raw = {"update_id": 9, "message": message(text=written, entities=entities)}
    assert read(raw, LINE) == Event(said(text=text))


@pytest.mark.parametrize("kind", UNSUPPORTED)
def test_what_we_cannot_read_yet(kind: str) -> None:
    raw = {"update_id": 9, "message": message(**{kind: UNSUPPORTED[kind]})}
    assert read(raw, LINE) == Event(said(kind="unsupported"))


def test_the_words_under_a_photo_are_not_lost() -> None:
    raw = {"update_id": 9, "message": message(photo=PHOTO, caption="phiếu lương")}
    assert read(raw, LINE) == Event(said(text="phiếu lương", files=(File("photo", "A"),)))


@pytest.mark.parametrize(("content", "file"), FILES)
def test_files(content: dict[str, Any], file: File) -> None:
    raw = {"update_id": 9, "message": message(**content)}
    assert read(raw, LINE) == Event(said(files=(file,)))
    assert Inbound.load(said(files=(file,)).dump()) == said(files=(file,))


@pytest.mark.parametrize("words", [{"text": "khác"}, {"photo": PHOTO, "caption": "khác"}])
def test_an_edit_names_the_message_it_changes_and_brings_no_file_anew(words: dict[str, Any]) -> None:
    raw = {"update_id": 9, "edited_message": message(**words, edit_date=1763700060)}
    assert read(raw, LINE) == Event(said(kind="edited", text="khác"))


@pytest.mark.parametrize("bot", [True, False])
@pytest.mark.parametrize("ours", [{"text": "Phản ánh PA-K7MP4R"}, {"photo": PHOTO, "caption": "Phản ánh PA-K7MP4R"}])
def test_what_is_replied_to_is_quoted_where_it_is_ours(bot: bool, ours: dict[str, Any]) -> None:
    shown = message(**ours) | {"from": {**AN, "is_bot": bot}}
    event = read({"update_id": 9, "message": message(text="Mai có", reply_to_message=shown)}, LINE)
    assert event == Event(said(text="Mai có", quoted="Phản ánh PA-K7MP4R" if bot else ""))


@pytest.mark.parametrize(
    "shown",
    [message(text="?"), {"chat": PRIVATE, "message_id": 7, "date": 0}],
    ids=["readable", "inaccessible"],
)
def test_a_tap(shown: dict[str, Any]) -> None:
    raw = {"update_id": 9, "callback_query": tap(message=shown)}
    assert read(raw, LINE) == Event(inbound(choice="a:b", tapped=str(shown["message_id"])), tap="4382")


@pytest.mark.parametrize(("status", "kind"), [("kicked", "stopped"), ("member", "started")])
def test_blocked_and_unblocked(status: str, kind: Any) -> None:
    assert read({"update_id": 9, "my_chat_member": membership(status)}, LINE) == Event(inbound(kind=kind))


@pytest.mark.parametrize(
    "update",
    [
        {"my_chat_member": membership("member", GROUP)},
        {"my_chat_member": membership("member", {**GROUP, "type": "supergroup"})},
        {"message": message(GROUP, text="/start@haichieu_bot lương của tôi")},
        {"message": message(GROUP, new_chat_members=[AN])},
    ],
)
def test_a_group_is_left_and_its_words_go_nowhere(update: dict[str, Any]) -> None:
    assert read({"update_id": 9, **update}, LINE) == Event(group=-77)


@pytest.mark.parametrize(
    "update",
    [
        {"edited_message": message(GROUP, text="khác")},
        {"edited_message": message(text="khác") | {"from": {**AN, "is_bot": True}}},
        {"edited_message": message(photo=PHOTO)},
        {"edited_message": message(location={"latitude": 10.8, "longitude": 106.6})},
        {"channel_post": message({"id": -9, "type": "channel", "title": "Tin"}, text="x")},
        {"message": message(pinned_message=message(text="x"))},
        {"message": message(text="x") | {"from": {**AN, "is_bot": True}}},
        {"my_chat_member": membership("kicked", GROUP)},
        {"my_chat_member": membership("left", GROUP)},
        {"my_chat_member": membership("left")},
        {"callback_query": tap(message=message(GROUP, text="?"))},
        {"callback_query": {k: v for k, v in tap().items() if k != "message"} | {"inline_message_id": "x"}},
        {"callback_query": {k: v for k, v in tap().items() if k != "data"} | {"game_short_name": "x"}},
        {"kind_of_tomorrow": {"x": 1}},
        {},
    ],
)
def test_what_is_nobodys_word_to_us(update: dict[str, Any]) -> None:
    assert read({"update_id": 9, **update}, LINE) == Event()


def test_no_language_is_no_hint() -> None:
    nobody = {key: value for key, value in AN.items() if key != "language_code"}
    event = read({"update_id": 9, "message": message(text="x") | {"from": nobody}}, LINE)
    assert event.inbound is not None and event.inbound.language == ""


@pytest.mark.parametrize("raw", [None, [], "bí mật", {}, {"update_id": "bí mật"}, {"update_id": True}])
def test_what_is_no_update_says_nothing_of_its_content(raw: Any) -> None:
    with pytest.raises(Malformed) as caught:
        read(raw, LINE)
    assert "bí mật" not in str(caught.value) + repr(caught.value)
    assert caught.value.__context__ is None
