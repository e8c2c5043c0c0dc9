"""Every shape of an event, as Zalo's page shows it and as its service sends it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.zalo.updates import Malformed, media_url, read
from models.messages.message import File

LINE = "zalo_bot:4567890"
PERSON, MESSAGE = "6ede9afa66b88fe6d6a9", "2d758cb5e222177a4e35"


def event(name: str = "message.text.received", chat_type: str = "PRIVATE", **content: Any) -> dict[str, Any]:
    chat = PERSON if chat_type.upper() == "PRIVATE" else "9" * 20
    return {
        "event_name": name,
        "message": {
            "from": {"id": PERSON, "display_name": "Ted", "is_bot": False},
            "chat": {"id": chat, "chat_type": chat_type},
            "message_id": MESSAGE,
            "date": 1750316131602,
            **content,
        },
    }


VOICE = "https://f2.zdn.vn/a.aac"
PHOTO = "https://photo-stal-1.zdn.vn/a/b.jpg"


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(
    ("given", "kind", "text"),
    [
        (event(text="Xin chào"), "message", "Xin chào"),
        (event(text="Xin chào", chat_type="private"), "message", "Xin chào"),
        (event("message.image.received", photo_url=PHOTO, caption="hoá đơn"), "message", "hoá đơn"),
        (event("message.image.received", photo=PHOTO), "message", None),
        (event("message.image.received", photo_url=PHOTO, caption=""), "message", None),
        (event("message.image.received", photo_url="https://evil.example/a.jpg"), "unsupported", None),
        (event("message.voice.received", voice_url="https://f2.zdn.vn/a.aac"), "message", None),
        (event("message.sticker.received", sticker="1", url="https://zalo-api.zadn.vn/"), "unsupported", None),
        (event("message.unsupported.received"), "unsupported", None),
        (event("message.hologram.received"), "unsupported", None),
    ],
)
def test_what_people_send(given: dict[str, Any], kind: str, text: str | None, wrapped: bool) -> None:
    found = read({"ok": True, "result": given} if wrapped else given, LINE)
    assert found is not None
    assert (found.kind, found.text, found.choice, found.line) == (kind, text, None, LINE)
    files = {"message.image.received": File("photo", PHOTO), "message.voice.received": File("voice", VOICE)}
    assert found.files == ((files[given["event_name"]],) if kind == "message" and given["event_name"] in files else ())
    assert (found.sender, found.external_id) == (PERSON, f"{given['event_name']}:{MESSAGE}")
    assert "Ted" not in found.dump() and "1750316131602" not in found.dump()


@pytest.mark.parametrize(
    "given",
    [
        event(text="@bot chào", chat_type="GROUP"),
        event("message.unsupported.received", chat_type="GROUP"),
        event(text="x", **{"from": {"id": PERSON, "is_bot": True}}),
        event("user.unfollow"),
        {"event_name": "<b>anything</b>"},
    ],
)
def test_what_is_no_business_of_ours(given: dict[str, Any]) -> None:
    assert read(given, LINE) is None


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        {},
        5,
        "x",
        {"ok": True, "result": 5},
        {"ok": True},
    ],
)
def test_what_is_no_event_says_only_so(given: Any) -> None:
    with pytest.raises(Malformed) as caught:
        read(given, LINE)
    assert str(caught.value) in ("NoneType", "list", "dict", "int", "str")


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({"photo_url": PHOTO}, PHOTO),
        ({"photo": PHOTO}, PHOTO),
        ({"photo_url": "https://b.zadn.vn/1.jpg", "photo": PHOTO}, "https://b.zadn.vn/1.jpg"),
        ({"voice_url": "https://f2-voice-aac-dl.zdn.vn/x.aac"}, "https://f2-voice-aac-dl.zdn.vn/x.aac"),
        ({"photo_url": "http://photo-stal-1.zdn.vn/b.jpg"}, None),
        ({"photo_url": "https://evil.vn/zdn.vn/b.jpg"}, None),
        ({"photo_url": "https://evilzdn.vn/b.jpg"}, None),
        ({"photo_url": "https://a.zdn.vn.evil.vn/b.jpg"}, None),
        ({"photo_url": "https://a.zdn.vn@127.0.0.1/b.jpg"}, None),
        ({"photo_url": "https://name@a.zdn.vn/b.jpg"}, None),
        ({"photo_url": "https://a.zdn.vn:8080/b.jpg"}, None),
        ({"photo_url": "https://a.zdn.vn:x/b.jpg"}, None),
        ({"photo_url": "https://[a.zdn.vn/b.jpg"}, None),
        ({"photo_url": "file:///etc/passwd"}, None),
        ({"photo_url": {"url": PHOTO}}, None),
        ({"photo": [{"file_id": "1"}]}, None),
        ({}, None),
    ],
)
def test_media_come_from_zalos_own_hosts_only(message: dict[str, Any], found: str | None) -> None:
    assert media_url(message) == found
