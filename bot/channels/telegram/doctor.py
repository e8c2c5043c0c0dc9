"""What `haichieu doctor` looks at on a Telegram line."""

from __future__ import annotations

from telegram import Bot

from handlers.operator.findings import Finding


async def examine(bot: Bot, webhook_url: str | None) -> list[Finding]:
    """`webhook_url` is where updates should come, None when polling. Raises what python-telegram-bot raises, and
    `SendError`."""
    me = await bot.get_me()
    state = await bot.get_webhook_info()
    waiting = state.pending_update_count
    well, says = True, "waiting"
    if webhook_url is None:
        well, says = (False, "waiting_not_polled") if state.url else (True, "waiting")
    elif state.url != webhook_url:
        well, says = False, "waiting_not_pushed"
    elif state.last_error_message:
        # The last error stays on record after things went well again: it counts while something is waiting.
        well, says = not waiting, "waiting_after_error"
    values = {"count": waiting, "setting": "HAICHIEU_TELEGRAM__MODE", "error": state.last_error_message}
    return [
        Finding("telegram_bot", True, "bot_named", {"name": f"@{me.username}", "number": me.id}),
        Finding("telegram_updates", well, says, values),
    ]
