"""What `haichieu doctor` looks at: database, migrations, keys, lines and what is left of their limits, clock."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from bot.channels.base import SendError
from bot.channels.webchat.channel import WebChannel
from bot.files.cleaning import apart
from bot.sending.month import WARN_AT
from bot.vault import Vault
from bot.visitors import Visitors
from config.settings import Settings
from models.messages import month_quota, outages, received
from models.people import accounts
from models.store import schema
from models.store.database import Database, Session
from models.store.sealing import Keyring, KeyringError

Finding = tuple[str, bool, str]
"""(what was looked at, is it well, one sentence)"""


async def examine(settings: Settings) -> list[Finding]:
    """Looks at everything; never raises for a fault it can name, and never names a secret."""
    found: list[Finding] = []
    try:
        keyring = Keyring.read(settings.key_file)
        found.append(("keys", True, f"{settings.key_file}, key {keyring.current} seals"))
    except KeyringError as error:
        return [("keys", False, str(error))]
    found += await asyncio.to_thread(_database, settings, keyring)
    found += await _telegram(settings)
    found += await _zalo(settings)
    if settings.zalo_bot.token.get_secret_value():
        found += await asyncio.to_thread(_zalo_limits, settings, keyring)
    found.append(await asyncio.to_thread(_media, settings, keyring))
    found.append(await cleaning())
    found += _web(settings)
    found.append(_clock())
    return found


def _database(settings: Settings, keyring: Keyring) -> list[Finding]:
    from sqlalchemy.exc import DBAPIError

    database = Database(settings.database_url.get_secret_value(), keyring)
    try:
        began = time.perf_counter()
        database.is_reachable()
        took = (time.perf_counter() - began) * 1000
        found = [("database", True, f"{database.url.get_backend_name()} answers in {took:.0f} ms")]
        current, head = schema.current(database), schema.head()
        if current != head:
            return [*found, ("migrations", False, f"at {current or 'nothing'}, needs {head}: run `haichieu migrate`")]
        found.append(("migrations", True, f"at {head}"))
        with database.reading() as session:
            aside = received.quarantined(session)
            found += _lines(session, settings)
        found.append(("quarantine", aside == 0, f"{aside} messages could not be handled" if aside else "empty"))
        return found
    except DBAPIError as error:
        return [("database", False, f"HAICHIEU_DATABASE_URL cannot be reached ({type(error.orig).__name__})")]
    finally:
        database.close()


def _lines(session: Session, settings: Settings) -> list[Finding]:
    """What the running service has met on its lines, and lines that people have joined on and that are not here."""
    tokens = (("telegram", settings.telegram.token), ("zalo_bot", settings.zalo_bot.token))
    given = [(service, token.get_secret_value().partition(":")[0]) for service, token in tokens]
    here = [WebChannel.line, *(f"{service}:{account}" for service, account in given if account)]
    found: list[Finding] = []
    for outage in outages.open_ones(session):
        said = "hears nothing, or not all" if outage.direction == "hears" else "cannot send"
        since = f"since {outage.since:%Y-%m-%d %H:%M} UTC ({outage.reason})"
        found.append((f"line {outage.line}", False, f"{said} {since}, says the running service"))
    for line in outages.left_behind(session, here):
        words = "people have joined on it, and no token here is this bot's: nobody there is heard or answered"
        found.append((f"line {line}", False, words))
    return found


async def _telegram(settings: Settings) -> list[Finding]:
    if not settings.telegram.token.get_secret_value():
        return [("telegram", True, "not configured (HAICHIEU_TELEGRAM__TOKEN)")]
    from bot.channels.telegram.channel import TelegramChannel

    channel = TelegramChannel(settings.telegram, settings.web.public_url, commands={}, group_farewell="")
    try:
        return await channel.check()
    except SendError as error:
        return [("telegram", False, f"HAICHIEU_TELEGRAM__API_URL: {error}")]
    finally:
        await channel.stop()


async def _zalo(settings: Settings) -> list[Finding]:
    if not settings.zalo_bot.token.get_secret_value():
        return [("zalo", True, "not configured (HAICHIEU_ZALO_BOT__TOKEN)")]
    from bot.channels.zalo import ZaloChannel

    return await ZaloChannel(settings.zalo_bot, settings.web.public_url).check()


def _zalo_limits(settings: Settings, keyring: Keyring) -> list[Finding]:
    """How much is left of what Zalo's plan allows. Says nothing where `_database` has named the fault already."""
    from sqlalchemy.exc import DBAPIError

    zalo = settings.zalo_bot
    line = f"zalo_bot:{zalo.token.get_secret_value().partition(':')[0]}"
    database = Database(settings.database_url.get_secret_value(), keyring)
    try:
        if schema.current(database) != schema.head():
            return []
        with database.reading() as session:
            sent = month_quota.sent(session, line, month_quota.month_of(datetime.now(UTC)))
            people = accounts.count_on(session, line)
    except DBAPIError:
        return []
    finally:
        database.close()
    most, allowed = zalo.people, zalo.per_month
    return [
        ("zalo messages", not allowed or sent < allowed * WARN_AT, f"{sent} of {allowed or 'any number'} sent this month"),
        (
            "zalo people",
            not most or people < most,
            f"{people} of {most or 'any number'} have joined; Zalo's plan Basic ends at 50, later ones are sent to web chat",
        ),
    ]


def _media(settings: Settings, keyring: Keyring) -> Finding:
    """Whether attachments can be kept: found out by keeping one."""
    fault = Vault(settings.media_dir, keyring).fault()
    if fault:
        return ("attachments", False, f"HAICHIEU_MEDIA_DIR ({settings.media_dir}) cannot be written ({fault})")
    return ("attachments", True, f"kept in {settings.media_dir}")


async def cleaning() -> Finding:
    """Which walls stand around the process that opens what people send (bot/files/cleaning/walls.py): tried, not
    supposed."""
    walls = await apart.look()
    if walls is None:
        return ("files apart", False, "the process that cleans files does not start: every file will be refused")
    names = {"landlock": "Landlock", "seccomp": "seccomp", "limits": "limits"}
    closed = ", ".join(names[wall] for wall in walls.closed) or "a process of its own"
    missing = " and ".join(name for wall, name in names.items() if wall not in walls.closed)
    without = f"; this machine has no {missing}" if missing else ""
    if walls.open:
        return (
            "files apart",
            False,
            f"{closed}{without}: a file that takes the process over could reach {', '.join(walls.open)}",
        )
    return (
        "files apart",
        True,
        f"no file, network or other process can be reached while one is cleaned ({closed}{without})",
    )


def _web(settings: Settings) -> list[Finding]:
    """Whether strangers can be told apart, and who may read the counts."""
    web, found = settings.web, []
    if web.public_url and not Visitors(web).knows_addresses:
        words = "behind the proxy all guests look alike, so one can use up what all may; HAICHIEU_WEB__PROXIES names it"
        found.append(("web addresses", False, words))
    metrics = f"http://127.0.0.1:{web.metrics_port}/metrics" if web.metrics_port else "off"
    if web.metrics_token.get_secret_value():
        metrics = f"with the token, at {metrics if web.metrics_port else '/metrics'}"
    return [*found, ("metrics", True, metrics)]


def _clock() -> Finding:
    """A clock that is years off breaks every deadline, and TLS first of all."""
    now = datetime.now(UTC)
    return ("clock", now.year >= 2026, f"{now:%Y-%m-%d %H:%M} UTC")
