"""Everything an operator can set, in `haichieu.toml` or the environment; the environment wins.

Names are `HAICHIEU_` + the path with `__` between its parts, e.g. `HAICHIEU_WEB__PORT`; in the file the same path is
`[web] port = 8080`. A wrong value stops start-up with one sentence that names the setting and never repeats a secret.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from config import routes, sla
from config.i18n import DEFAULT, LANGUAGES, N_
from config.tables import table


class SettingsError(Exception):
    """Which setting is wrong, and what it should be: a sentence that has the name in it, or a reason to stand behind it. It
    is a msgid with its values, which a command says in its reader's language. What pydantic says of a value is English
    only, and is said anew by its kind."""

    def __init__(self, why: str, name: str, **values: object) -> None:
        self.why, self.values = why, {"name": name, **values}
        super().__init__(self.said())

    def said(self, translated: Callable[[str], str] = str) -> str:
        sentence = translated(self.why).format(**self.values)
        return sentence if "{name}" in self.why else f"{self.values['name']}: {sentence}."


_WHY = {
    "bool_parsing": N_("should be true or false"),
    "bool_type": N_("should be true or false"),
    "extra_forbidden": N_("{name} is not a setting of Hai Chiều; README lists those there are."),
    "float_parsing": N_("should be a number"),
    "finite_number": N_("should be a number"),
    "greater_than": N_("should be more than {gt}"),
    "greater_than_equal": N_("should be {ge} or more"),
    "int_from_float": N_("should be a whole number"),
    "int_parsing": N_("should be a whole number"),
    "int_type": N_("should be a whole number"),
    "less_than_equal": N_("should be {le} or less"),
    "literal_error": N_("should be one of: {expected}"),
    "string_too_short": N_("should not be empty"),
}
"""By pydantic's names of what can be wrong."""


def _minutes(value: Any) -> Any:
    """`"30-90"`, `"0"`, `0` or `[30, 90]` → (low, high) in minutes."""
    text = "-".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    found = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", text)
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not low <= high <= 24 * 60:
        raise ValueError(N_("should be minutes, like 30-90, or 0 for at once"))
    return low, high


def _hours(value: Any) -> Any:
    """`"22:00-06:00"` → (begin, end), the time of day in Vietnam; `""` → None."""
    if isinstance(value, str):
        found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", value)
        if value and (found is None or found[1] + found[2] == found[3] + found[4]):
            raise ValueError(N_("should be two times of day, like 22:00-06:00, or empty for none"))
        return (time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))) if found else None
    return value


def _networks(value: Any) -> Any:
    """`"127.0.0.1, 10.0.0.0/8"` → networks; `""` → none."""
    if not isinstance(value, str):
        return value
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError:
        raise ValueError(N_("should be addresses or networks, like 127.0.0.1, 10.0.0.0/8")) from None


def _secret_shape(value: SecretStr) -> SecretStr:
    secret = value.get_secret_value()
    if secret and not (8 <= len(secret) <= 256 and all(c.isascii() and (c.isalnum() or c in "_-") for c in secret)):
        raise ValueError(N_("should be 8 to 256 letters, digits, _ or -"))
    return value


def _api_shape(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError(N_("should start with https://"))
    return value.rstrip("/")


Mode = Literal["poll", "webhook"]
Secret = Annotated[SecretStr, AfterValidator(_secret_shape)]
Network = IPv4Network | IPv6Network
ApiUrl = Annotated[str, AfterValidator(_api_shape)]


class Web(BaseModel, extra="forbid"):
    """`proxies`: whose X-Forwarded-For is believed. Metrics are served on a port of their own, on this machine, or to
    whoever shows the token; with neither, not at all."""

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: str = ""
    proxies: Annotated[tuple[Network, ...], BeforeValidator(_networks)] = ()
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = 0
    metrics_token: Secret = SecretStr("")

    @field_validator("public_url")
    @classmethod
    def _no_slash(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError(N_("should start with https:// (or http:// on this machine)"))
        return value.rstrip("/")


class Telegram(BaseModel, extra="forbid"):
    token: SecretStr = SecretStr("")
    name: str = ""
    api_url: ApiUrl = "https://api.telegram.org"
    mode: Mode = "poll"
    webhook_secret: Secret = SecretStr("")
    per_second: Annotated[float, Field(gt=0, le=100_000)] = 29
    proxy: SecretStr = SecretStr("")

    @field_validator("token")
    @classmethod
    def _token_shape(cls, value: SecretStr) -> SecretStr:
        number, _, rest = value.get_secret_value().partition(":")
        if value.get_secret_value() and not (number.isdigit() and rest):
            raise ValueError(N_("should be the token BotFather gave, like 123456:ABC…"))
        return value

    @field_validator("name")
    @classmethod
    def _name_shape(cls, value: str) -> str:
        name = value.removeprefix("@")
        if name and not (5 <= len(name) <= 32 and name.isascii() and name.replace("_", "").isalnum()):
            raise ValueError(N_("should be the bot's user name, like cong_doan_bot"))
        return name

    @field_validator("proxy")
    @classmethod
    def _proxy_shape(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not value.get_secret_value().startswith(("http://", "https://")):
            raise ValueError(N_("should start with http:// or https://"))
        return value


class ZaloBot(BaseModel, extra="forbid"):
    """The limits are those of the plan "Basic", the only one there is; `reserve` is kept for replies. 0: no limit."""

    token: SecretStr = SecretStr("")
    api_url: ApiUrl = "https://bot-api.zaloplatforms.com"
    mode: Mode = "poll"
    webhook_secret: Secret = SecretStr("")
    per_month: Annotated[int, Field(ge=0)] = 3000
    reserve: Annotated[int, Field(ge=0, validate_default=True)] = 300
    people: Annotated[int, Field(ge=0)] = 50

    @field_validator("token")
    @classmethod
    def _token_shape(cls, value: SecretStr) -> SecretStr:
        number, _, rest = value.get_secret_value().partition(":")
        if value.get_secret_value() and not (number.isdigit() and rest):
            raise ValueError(N_("should be the token Zalo Bot Creator gave, like 123456:abc…"))
        return value

    @field_validator("reserve")
    @classmethod
    def _less_than_all(cls, value: int, known: ValidationInfo) -> int:
        if 0 < known.data.get("per_month", 0) <= value:
            raise ValueError(N_("should be less than HAICHIEU_ZALO_BOT__PER_MONTH, or no notice would ever go out"))
        return value


class Privacy(BaseModel, extra="forbid"):
    relay_minutes: Annotated[tuple[int, int], BeforeValidator(_minutes)] = (30, 90)


class Officers(BaseModel, extra="forbid"):
    """`quiet`: hours in which only danger rings; the rest waits for the morning's message. None: there are none."""

    confirm: bool = True
    quiet: Annotated[tuple[time, time] | None, BeforeValidator(_hours)] = (time(22), time(6))


class Limits(BaseModel, extra="forbid"):
    """In an hour: grievances, additions and dangers of one chat (further dangers are taken, and added to the case of the one
    before); messages of workers of which a unit's officers are told one by one (further ones are counted together)."""

    filings: Annotated[int, Field(ge=1)] = 6
    additions: Annotated[int, Field(ge=1)] = 20
    dangers: Annotated[int, Field(ge=1)] = 3
    messages: Annotated[int, Field(ge=1)] = 30


class Notices(BaseModel, extra="forbid"):
    """`quiet`: hours in which only urgent notices ring. Above `typed_above` people the sender types their number, above
    `second_above` (or into several grassroots unions) a second officer must agree. `threshold`: fewer people are never
    counted. After `fold_days` a ledger is folded to its sums."""

    quiet: Annotated[tuple[time, time] | None, BeforeValidator(_hours)] = (time(22), time(6))
    typed_above: Annotated[int, Field(ge=0)] = 100
    second_above: Annotated[int, Field(ge=0)] = 300
    threshold: Annotated[int, Field(ge=2, le=100)] = 5
    fold_days: Annotated[int, Field(ge=1, le=3650)] = 90


class Settings(BaseSettings):
    """All settings, checked. Build with `load()`, which turns every fault into one sentence."""

    model_config = SettingsConfigDict(
        env_prefix="HAICHIEU_",
        env_nested_delimiter="__",
        enable_decoding=False,  # else 30-90 would have to be JSON
        toml_file="haichieu.toml",
        extra="forbid",
    )

    database_url: SecretStr = SecretStr("sqlite:///var/haichieu.db")
    key_file: Path = Path("haichieu.key")
    media_dir: Path = Path("var/media")
    round_keys_dir: Path = Path("var/round-keys")
    web: Web = Web()
    telegram: Telegram = Telegram()
    zalo_bot: ZaloBot = ZaloBot()
    privacy: Privacy = Privacy()
    officers: Officers = Officers()
    notices: Notices = Notices()
    limits: Limits = Limits()
    lang: Literal["vi", "en"] = "vi"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError(N_("should start with sqlite:/// or postgresql://"))
        return value

    @field_validator("key_file")
    @classmethod
    def _a_file(cls, value: Path) -> Path:
        if not value.name or value.is_dir():
            raise ValueError(N_("should name a file"))
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - a .env file is one place too many
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def names() -> list[str]:
    """Every setting's environment name, in order: README's table is checked against this."""
    found = []
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += [f"HAICHIEU_{name}__{inner}".upper() for inner in kind.model_fields]
        else:
            found.append(f"HAICHIEU_{name}".upper())
    return found


def language_set() -> str:
    """In which language an operator is answered, known before the settings are read, so that what is wrong with them can be
    said; one that is not spoken here counts as none."""
    wanted = os.environ.get("HAICHIEU_LANG", "")
    if not wanted:
        try:
            wanted = tomllib.loads(Path("haichieu.toml").read_text("utf-8")).get("lang", "")
        except (OSError, ValueError):  # not there, or `load` will name what is wrong with it
            wanted = ""
    return wanted if wanted in LANGUAGES else DEFAULT


def load(**overrides: Any) -> Settings:
    """Reads file and environment, the routes (config/routes.toml) and the times (config/sla.toml). Raises `SettingsError`
    for the first wrong or unknown setting."""
    known = set(names())
    for name in sorted(os.environ):
        if name.startswith("HAICHIEU_") and name not in known:
            raise SettingsError(_WHY["extra_forbidden"], name)
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False)[0]
        path = "__".join(str(part) for part in fault["loc"]).upper()
        given = fault.get("ctx", {})
        if fault["type"] == "value_error":
            raise SettingsError(str(given["error"]), f"HAICHIEU_{path}") from None
        if "expected" in given:
            given = {"expected": given["expected"].replace(" or ", ", ").replace("'", "")}
        why = _WHY.get(fault["type"], N_("cannot be what it is set to"))
        raise SettingsError(why, f"HAICHIEU_{path}", **given) from None
    except ValueError as error:  # the TOML file itself
        raise SettingsError(N_("{name} cannot be read: {error}."), "haichieu.toml", error=error) from None
    for name, bot in (("TELEGRAM", settings.telegram), ("ZALO_BOT", settings.zalo_bot)):
        if bot.mode != "webhook" or not bot.token.get_secret_value():
            continue
        needed = N_("{name} is needed when {mode} is webhook.")
        if not bot.webhook_secret.get_secret_value():
            raise SettingsError(needed, f"HAICHIEU_{name}__WEBHOOK_SECRET", mode=f"HAICHIEU_{name}__MODE")
        if not settings.web.public_url:
            raise SettingsError(needed, "HAICHIEU_WEB__PUBLIC_URL", mode=f"HAICHIEU_{name}__MODE")
    try:
        routes.routes()
    except routes.RoutesError as error:
        raise SettingsError(error.why, routes.FILE, **error.values) from None
    try:
        sla.check(table("sla"))
    except sla.SlaError as error:
        raise SettingsError(error.why, sla.FILE, **error.values) from None
    return settings
