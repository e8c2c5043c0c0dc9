"""Everything an operator can set, and the one sentence that says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import SettingsError, load, names

SECRET_WORDS = "geheim-4711"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of its own, so that no haichieu.toml is found by chance."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    for name, value in environment.items():
        monkeypatch.setenv(f"HAICHIEU_{name}", value)
    with pytest.raises(SettingsError) as refused:
        load()
    assert refused.value.__cause__ is None
    return str(refused.value)


def test_the_defaults_are_a_whole_service() -> None:
    settings = load()
    assert settings.database_url.get_secret_value().startswith("sqlite:///")
    assert settings.key_file.suffix == ".key"
    assert (settings.web.host, settings.web.port) == ("127.0.0.1", 8080)
    assert settings.privacy.relay_minutes == (30, 90)
    assert settings.officers.confirm is True


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("DATABASE_URL", f"mysql://u:{SECRET_WORDS}@h/d"), ("DATABASE_URL", SECRET_WORDS), ("DATABASE_URL", "")),
        *(("KEY_FILE", ""), ("KEY_FILE", "/"), ("LOG_LEVEL", "loud"), ("LOG_LEVEL", "")),
        *(("WEB__HOST", ""), ("WEB__PORT", "http"), ("WEB__PORT", "-1"), ("WEB__PORT", "65536"), ("WEB__PORT", "")),
        *(("WEB__PUBLIC_URL", "congdoan.vn"), ("WEB__PUBLIC_URL", "ftp://x"), ("WEB__PUBLIC_URL", "javascript:x")),
        *(("TELEGRAM__TOKEN", SECRET_WORDS), ("TELEGRAM__TOKEN", f"x:{SECRET_WORDS}"), ("TELEGRAM__TOKEN", "123:")),
        *(("TELEGRAM__API_URL", "api.telegram.org"), ("TELEGRAM__MODE", "push"), ("TELEGRAM__PER_SECOND", "0")),
        *(("TELEGRAM__PER_SECOND", "many"), ("TELEGRAM__PER_SECOND", "-1"), ("TELEGRAM__PER_SECOND", "nan")),
        *(("TELEGRAM__WEBHOOK_SECRET", "short"), ("TELEGRAM__WEBHOOK_SECRET", f"{SECRET_WORDS} bí mật")),
        *(("TELEGRAM__WEBHOOK_SECRET", "x" * 257), ("TELEGRAM__PROXY", f"socks5://u:{SECRET_WORDS}@h")),
        *(("PRIVACY__RELAY_MINUTES", wrong) for wrong in ("soon", "90-30", "-5", "30-", "30-90-120", "1.5", "", "0-1441")),
        *(("OFFICERS__CONFIRM", "perhaps"), ("OFFICERS__CONFIRM", "")),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    sentence = refusal(monkeypatch, **{name: value})
    assert sentence.startswith(f"HAICHIEU_{name}: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert SECRET_WORDS not in sentence
    assert "toml" not in sentence


@pytest.mark.parametrize("name", ["X", "WEB", "WEB__PROT", "TELEGRAM_TOKEN", "WEB__PORT__X", "PRIVACY"])
def test_an_unknown_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert refusal(monkeypatch, **{name: SECRET_WORDS}).startswith(f"HAICHIEU_{name} is not a setting")


@pytest.mark.parametrize("name", names())
def test_every_name_listed_is_a_setting(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "\x07")
    try:
        load()
    except SettingsError as refused:
        assert str(refused).startswith(f"{name}: ")  # noqa: PT017 - some of them take any text


@pytest.mark.parametrize(
    ("given", "minutes"), [("30-90", (30, 90)), ("0", (0, 0)), ("45", (45, 45)), ("0-0", (0, 0)), ("5-5", (5, 5))]
)
def test_minutes_in_the_environment(monkeypatch: pytest.MonkeyPatch, given: str, minutes: tuple[int, int]) -> None:
    monkeypatch.setenv("HAICHIEU_PRIVACY__RELAY_MINUTES", given)
    assert load().privacy.relay_minutes == minutes


@pytest.mark.parametrize(("given", "minutes"), [("'30-45'", (30, 45)), ("0", (0, 0)), ("[10, 20]", (10, 20))])
def test_minutes_in_the_file(elsewhere: Path, given: str, minutes: tuple[int, int]) -> None:
    (elsewhere / "haichieu.toml").write_text(f"[privacy]\nrelay_minutes = {given}\n")
    assert load().privacy.relay_minutes == minutes


@pytest.mark.parametrize("given", ["[90, 10]", "true", "[]", "[1, 2, 3]", "-1", "{}"])
def test_wrong_minutes_in_the_file(elsewhere: Path, given: str) -> None:
    (elsewhere / "haichieu.toml").write_text(f"[privacy]\nrelay_minutes = {given}\n")
    with pytest.raises(SettingsError, match="HAICHIEU_PRIVACY__RELAY_MINUTES: should be minutes"):
        load()


def test_the_environment_wins_over_the_file_and_both_are_read(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / "haichieu.toml").write_text('log_level = "DEBUG"\n[web]\nport = 9000\nhost = "::1"\n')
    monkeypatch.setenv("HAICHIEU_WEB__PORT", "9001")
    settings = load()
    assert (settings.web.host, settings.web.port, settings.log_level) == ("::1", 9001, "debug")
    assert load(web={"port": 9002}).web.port == 9002


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[web\nport = 1", "haichieu.toml cannot be read: "),
        (f'[telegram]\ntoken = "{SECRET_WORDS}', "haichieu.toml cannot be read: "),
        ("[web]\nport = 'x'", "HAICHIEU_WEB__PORT: "),
        ("[web]\nprot = 1", "HAICHIEU_WEB__PROT is not a setting"),
        ("[wep]\nport = 1", "HAICHIEU_WEP is not a setting"),
        ("web = 3", "HAICHIEU_WEB: "),
        (f"[telegram]\ntoken = ['{SECRET_WORDS}']", "HAICHIEU_TELEGRAM__TOKEN: "),
        (f"[telegram]\n{SECRET_WORDS} = 1", "HAICHIEU_TELEGRAM__"),
    ],
)
def test_a_wrong_file_is_one_sentence(elsewhere: Path, content: str, sentence: str) -> None:
    (elsewhere / "haichieu.toml").write_text(content)
    with pytest.raises(SettingsError) as refused:
        load()
    assert str(refused.value).startswith(sentence)
    assert "\n" not in str(refused.value)
    if "token" in content:
        assert SECRET_WORDS not in str(refused.value)


def test_a_webhook_needs_a_secret_and_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    token = f"123456:{SECRET_WORDS}"
    sentence = refusal(monkeypatch, TELEGRAM__MODE="webhook", TELEGRAM__TOKEN=token)
    assert sentence == "HAICHIEU_TELEGRAM__WEBHOOK_SECRET is needed when HAICHIEU_TELEGRAM__MODE is webhook."
    sentence = refusal(monkeypatch, TELEGRAM__WEBHOOK_SECRET="long-enough")
    assert sentence == "HAICHIEU_WEB__PUBLIC_URL is needed when HAICHIEU_TELEGRAM__MODE is webhook."
    monkeypatch.setenv("HAICHIEU_WEB__PUBLIC_URL", "https://haichieu.congdoan.vn/")
    assert load().web.public_url == "https://haichieu.congdoan.vn"


def test_secrets_are_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TELEGRAM__TOKEN": f"123456:{SECRET_WORDS}",
        "TELEGRAM__WEBHOOK_SECRET": SECRET_WORDS,
        "TELEGRAM__PROXY": f"http://u:{SECRET_WORDS}@h",
        "DATABASE_URL": f"postgresql://u:{SECRET_WORDS}@h/d",
    }.items():
        monkeypatch.setenv(f"HAICHIEU_{name}", value)
    settings = load()
    for text in (repr(settings), str(settings), repr(settings.telegram), settings.model_dump_json()):
        assert SECRET_WORDS not in text
