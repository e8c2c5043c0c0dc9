"""What `haichieu doctor` looks at on a line of Zalo's Bot Platform."""

from __future__ import annotations

from bot.channels.base import SendError
from bot.channels.zalo.client import TOKEN, UNKNOWN, Client, Refused
from handlers.operator.findings import Finding


async def examine(client: Client, webhook_url: str | None) -> list[Finding]:
    """`webhook_url` is where events should come, None when polling. Changes nothing and raises nothing; `client` must be
    open."""
    try:
        me = await client.call("getMe")
        hook = await client.call("getWebhookInfo")
    except Refused as refused:
        if refused.code in (TOKEN, UNKNOWN):
            return [Finding("zalo_bot", False, "zalo_refuses")]
        return [Finding("zalo_bot", False, "zalo_error", {"code": refused.code})]
    except SendError as error:
        return [Finding("zalo_bot", False, "zalo_silent", {"why": type(error).__name__})]
    if isinstance(me, dict):
        bot = Finding("zalo_bot", True, "bot_named", {"name": me.get("account_name"), "number": me.get("account_type")})
    else:
        bot = Finding("zalo_bot", True, "bot_answers")
    return [bot, _events(hook.get("url", "") if isinstance(hook, dict) else "", webhook_url)]


def _events(url: str, wanted: str | None) -> Finding:
    values = {"setting": "HAICHIEU_ZALO_BOT__MODE"}
    if wanted is None:
        return Finding("zalo_events", not url, "not_polled" if url else "polled", values)
    return Finding("zalo_events", url == wanted, "pushed" if url == wanted else "not_pushed", values)
