"""What `haichieu doctor` looks at on a Telegram line."""

from __future__ import annotations

from telegram import Bot


async def examine(bot: Bot, webhook_url: str | None) -> list[tuple[str, bool, str]]:
    """(what was looked at, is it well, one sentence). `webhook_url` is where updates should come, None when
    polling. Raises what python-telegram-bot raises, and `SendError`."""
    me = await bot.get_me()
    state = await bot.get_webhook_info()
    well, words = True, f"{state.pending_update_count} waiting"
    if webhook_url is None:
        if state.url:
            well = False
            words += "; HAICHIEU_TELEGRAM__MODE is poll, but a webhook is set; starting the service removes it"
    elif state.url != webhook_url:
        well = False
        words += "; HAICHIEU_TELEGRAM__MODE is webhook, but no webhook is set at our address"
    elif state.last_error_message:
        # The last error stays on record after things went well again: it counts while something is waiting.
        well = not state.pending_update_count
        words += f"; last error: {state.last_error_message}"
    return [("telegram bot", True, f"@{me.username} ({me.id})"), ("telegram updates", well, words + ".")]
