"""HAICHIEU_ZALO_BOT__…: one sentence for each wrong value, and never the secret itself."""

from __future__ import annotations

import pytest

from config.settings import SettingsError, load

WEBHOOK = {"MODE": "webhook", "TOKEN": "123456:GEHEIM"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"TOKEN": "GEHEIM"}, "HAICHIEU_ZALO_BOT__TOKEN: should be the token Zalo Bot Creator gave, like 123456:abc…."),
        ({"TOKEN": "123456:"}, "HAICHIEU_ZALO_BOT__TOKEN: should be the token Zalo Bot Creator gave, like 123456:abc…."),
        ({"API_URL": "bot-api.zaloplatforms.com"}, "HAICHIEU_ZALO_BOT__API_URL: should start with https://."),
        ({"MODE": "push"}, "HAICHIEU_ZALO_BOT__MODE: should be one of: poll, webhook."),
        ({"WEBHOOK_SECRET": "short"}, "HAICHIEU_ZALO_BOT__WEBHOOK_SECRET: should be 8 to 256 letters, digits, _ or -."),
        ({"WEBHOOK_SECRET": "a" * 257}, "HAICHIEU_ZALO_BOT__WEBHOOK_SECRET: should be 8 to 256 letters, digits, _ or -."),
        (
            {"WEBHOOK_SECRET": "mật khẩu dài"},
            "HAICHIEU_ZALO_BOT__WEBHOOK_SECRET: should be 8 to 256 letters, digits, _ or -.",
        ),
        ({"PEOPLE": "-1"}, "HAICHIEU_ZALO_BOT__PEOPLE: should be 0 or more."),
        ({"PER_MONTH": "200"}, "HAICHIEU_ZALO_BOT__RESERVE: should be less than HAICHIEU_ZALO_BOT__PER_MONTH, or no notice"),
        ({"RESERVE": "3000"}, "HAICHIEU_ZALO_BOT__RESERVE: should be less than HAICHIEU_ZALO_BOT__PER_MONTH, or no notice"),
        (WEBHOOK, "HAICHIEU_ZALO_BOT__WEBHOOK_SECRET is needed when HAICHIEU_ZALO_BOT__MODE is webhook."),
        ({**WEBHOOK, "WEBHOOK_SECRET": "secret-0001"}, "HAICHIEU_WEB__PUBLIC_URL is needed when HAICHIEU_ZALO_BOT__MODE is"),
        ({"PROXY": "http://x"}, "HAICHIEU_ZALO_BOT__PROXY is not a setting of Hai Chiều"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], sentence: str) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"HAICHIEU_ZALO_BOT__{name}", value)
    with pytest.raises(SettingsError) as caught:
        load()
    assert str(caught.value).startswith(sentence)
    assert "GEHEIM" not in str(caught.value)


def test_what_is_set_and_what_need_not_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load().zalo_bot.api_url == "https://bot-api.zaloplatforms.com"
    for name, value in {"TOKEN": "123456:GEHEIM", "PER_MONTH": "0", "API_URL": "http://127.0.0.1:1/"}.items():
        monkeypatch.setenv(f"HAICHIEU_ZALO_BOT__{name}", value)
    zalo = load().zalo_bot
    assert (zalo.per_month, zalo.reserve, zalo.people, zalo.mode, zalo.api_url) == (0, 300, 50, "poll", "http://127.0.0.1:1")
    assert "GEHEIM" not in repr(zalo)
