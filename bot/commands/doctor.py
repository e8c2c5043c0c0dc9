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
from handlers.operator.findings import Finding
from models.grievances import exclusions, routes
from models.messages import month_quota, outages, received
from models.people import accounts, units
from models.store import schema
from models.store.database import Database, Session
from models.store.sealing import Keyring, KeyringError


async def examine(settings: Settings) -> list[Finding]:
    """Looks at everything; never raises for a fault it can name, and never names a secret."""
    found: list[Finding] = []
    try:
        keyring = Keyring.read(settings.key_file)
        found.append(Finding("keys", True, "key_seals", {"path": settings.key_file, "number": keyring.current}))
    except KeyringError as error:
        return [Finding("keys", False, f"key_file_{error.what}", {"path": error.path})]
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
        found = [Finding("database", True, "answers_in", {"kind": database.url.get_backend_name(), "took": round(took)})]
        current, head = schema.current(database), schema.head()
        if current is None:
            return [*found, Finding("migrations", True, "still_empty")]
        if current != head:
            return [*found, Finding("migrations", False, "other_version", {"version": current, "newest": head})]
        found.append(Finding("migrations", True, "at_version", {"version": head}))
        with database.reading() as session:
            aside = received.quarantined(session)
            found += _lines(session, settings)
            found += _routes(session)
        says = "quarantined" if aside else "quarantine_empty"
        return [*found, Finding("quarantine", aside == 0, says, {"count": aside})]
    except DBAPIError as error:
        return [Finding("database", False, "unreachable", {"why": type(error.orig).__name__})]
    finally:
        database.close()


def _lines(session: Session, settings: Settings) -> list[Finding]:
    """What the running service has met on its lines, and lines that people have joined on and that are not here."""
    tokens = (("telegram", settings.telegram.token), ("zalo_bot", settings.zalo_bot.token))
    given = [(service, token.get_secret_value().partition(":")[0]) for service, token in tokens]
    here = [WebChannel.line, *(f"{service}:{account}" for service, account in given if account)]
    found: list[Finding] = []
    for outage in outages.open_ones(session):
        says = "hears_nothing" if outage.direction == "hears" else "cannot_send"
        values = {"line": outage.line, "since": outage.since, "reason": outage.reason}
        found.append(Finding("line", False, says, values))
    found += [Finding("line", False, "left_behind", {"line": line}) for line in outages.left_behind(session, here)]
    return found


def _routes(session: Session) -> list[Finding]:
    """Routes by kind (config/routes.toml) that lead to nobody in a grassroots union; and danger that would ring nobody."""
    today = datetime.now(UTC).date()
    unions = units.of_level(session, "grassroots")
    nowhere = [(one.name, routes.ending_nowhere(session, one, today)) for one in unions]
    found = [
        Finding("routes", False, "route_ends", {"unit": name, "routes": ", ".join(some)}) for name, some in nowhere if some
    ]
    found += [
        Finding("danger", False, "danger_unheard", {"unit": one.name})
        for one in unions
        if not exclusions.rung_outside(session, one, today)
    ]
    return found or [Finding("routes", True, "routes_lead")]


async def _telegram(settings: Settings) -> list[Finding]:
    if not settings.telegram.token.get_secret_value():
        return [Finding("telegram", True, "not_set", {"setting": "HAICHIEU_TELEGRAM__TOKEN"})]
    from bot.channels.telegram.channel import NOTHING, TelegramChannel

    channel = TelegramChannel(settings.telegram, NOTHING, settings.web.public_url)
    try:
        return await channel.check()
    except SendError as error:
        return [Finding("telegram", False, "telegram_address", {"why": type(error).__name__})]
    finally:
        await channel.stop()


async def _zalo(settings: Settings) -> list[Finding]:
    if not settings.zalo_bot.token.get_secret_value():
        return [Finding("zalo", True, "not_set", {"setting": "HAICHIEU_ZALO_BOT__TOKEN"})]
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
        Finding(
            "zalo_messages",
            not allowed or sent < allowed * WARN_AT,
            "sent_of" if allowed else "sent_of_any",
            {"sent": sent, "allowed": allowed},
        ),
        Finding(
            "zalo_people",
            not most or people < most,
            "joined_of" if most else "joined_of_any",
            {"people": people, "most": most},
        ),
    ]


def _media(settings: Settings, keyring: Keyring) -> Finding:
    """Whether attachments can be kept: found out by keeping one."""
    fault = Vault(settings.media_dir, keyring).fault()
    if fault:
        return Finding("attachments", False, "not_kept", {"folder": settings.media_dir, "why": fault})
    return Finding("attachments", True, "kept_in", {"folder": settings.media_dir})


async def cleaning() -> Finding:
    """Which walls stand around the process that opens what people send (bot/files/cleaning/walls.py): tried, not
    supposed."""
    walls = await apart.look()
    if walls is None:
        return Finding("files_apart", False, "no_cleaning")
    missing = [wall for wall in ("landlock", "seccomp", "limits") if wall not in walls.closed]
    says = ("walls_open" if walls.open else "walls_stand") + ("_without" if missing else "")
    values = {"closed": walls.closed or ("",), "missing": missing, "open": walls.open}
    return Finding("files_apart", not walls.open, says, values)


def _web(settings: Settings) -> list[Finding]:
    """Whether strangers can be told apart, and who may read the counts."""
    web = settings.web
    found: list[Finding] = []
    if web.public_url and not Visitors(web).knows_addresses:
        found.append(Finding("web_addresses", False, "guests_alike"))
    own = f"http://127.0.0.1:{web.metrics_port}/metrics" if web.metrics_port else ""
    if web.metrics_token.get_secret_value():
        return [*found, Finding("metrics", True, "metrics_with_token", {"address": own or "/metrics"})]
    return [*found, Finding("metrics", True, "metrics_at" if own else "metrics_off", {"address": own})]


def _clock() -> Finding:
    """A clock that is years off breaks every deadline, and TLS first of all."""
    now = datetime.now(UTC)
    return Finding("clock", now.year >= 2026, "it_is", {"now": now})
