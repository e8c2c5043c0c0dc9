"""What `haichieu doctor` looks at on a line of Zalo's Bot Platform."""

from __future__ import annotations

from bot.channels.base import SendError
from bot.channels.zalo.client import TOKEN, UNKNOWN, Client, Refused

Finding = tuple[str, bool, str]
_POLLED = "asked for by polling, which may lose a message at a crash: use a webhook where people rely on it"


async def examine(client: Client, webhook_url: str | None) -> list[Finding]:
    """(what was looked at, is it well, one sentence). `webhook_url` is where events should come, None when polling. Changes
    nothing and raises nothing; `client` must be open."""
    try:
        me = await client.call("getMe")
        hook = await client.call("getWebhookInfo")
    except Refused as refused:
        if refused.code in (TOKEN, UNKNOWN):
            return [("zalo bot", False, "Zalo refuses HAICHIEU_ZALO_BOT__TOKEN.")]
        return [("zalo bot", False, f"Zalo cannot be asked (error {refused.code}).")]
    except SendError as error:
        return [("zalo bot", False, f"Zalo cannot be asked ({type(error).__name__}).")]
    name = f"{me.get('account_name')} ({me.get('account_type')})" if isinstance(me, dict) else "answers"
    url = hook.get("url", "") if isinstance(hook, dict) else ""
    return [("zalo bot", True, name), _events(url, webhook_url)]


def _events(url: str, wanted: str | None) -> Finding:
    if wanted is None and url:
        words = "HAICHIEU_ZALO_BOT__MODE is poll, but a webhook is set; starting the service removes it"
        return ("zalo events", False, words)
    if wanted is None:
        return ("zalo events", True, _POLLED)
    if url != wanted:
        return ("zalo events", False, "HAICHIEU_ZALO_BOT__MODE is webhook, but no webhook is set at our address")
    return ("zalo events", True, "pushed to our webhook")
