"""Where Telegram sends what arrives. There is one webhook a bot, and whoever knows the token may set or remove it, without a
word to us: a webhook line is then deaf, and polling is refused (409). So it is looked at again and again, and set right.
"""

from __future__ import annotations

from typing import Any

import structlog

from bot.channels.standing import Reason, Standing
from bot.channels.telegram.request import Client, Unanswered
from bot.channels.telegram.updates import ALLOWED
from bot.clock import Clock

log = structlog.get_logger()

DELIVERIES = 100
"""Updates Telegram may push at once: its maximum."""


class Webhook:
    """One bot's. `url` is where updates should come; "" when we ask for them. `hearing` is told how it stands. What the
    methods raise is python-telegram-bot's, or `SendError`."""

    def __init__(self, line: str, bot: Client, url: str, secret: str, hearing: Standing, clock: Clock) -> None:
        self._line = line
        self._bot = bot
        self._url = url
        self._secret = secret
        self._hearing = hearing
        self._clock = clock
        self._complained: Any = None

    async def set(self) -> None:
        """Tells Telegram how we want to be reached."""
        if self._url:
            await self._bot.set_webhook(
                self._url, secret_token=self._secret, allowed_updates=ALLOWED, max_connections=DELIVERIES
            )
        else:
            await self._bot.delete_webhook()

    async def look(self) -> None:
        """Looks whether updates come to us, and sets it right where they do not. A fault lasts until the next look finds
        it mended: a program that takes the webhook away each time must not be taken for none."""
        info = await self._info()
        now = self._clock.now()
        if info.get("url") != self._url or self._is_narrower(info.get("allowed_updates")):
            log.error("another program changed the webhook: it is set again", line=self._line)
            self._hearing.fault("webhook", now)
            await self.set()
        elif self._is_refused(info):
            # We are there, as far as we know: the address may be wrong, or the webhook was set with another secret.
            log.error("telegram cannot deliver to the webhook", line=self._line, setting="HAICHIEU_WEB__PUBLIC_URL")
            self._hearing.fault("address", now)
            await self.set()
        else:
            self._hearing.well(now)

    async def clear(self) -> Reason:
        """After a 409 while we poll: removes a webhook that somebody else has set. Says what stood in the way."""
        if not (await self._info()).get("url"):
            return "poller"
        log.error("another program set a webhook: it is removed", line=self._line)
        await self._bot.delete_webhook()
        return "webhook"

    async def _info(self) -> dict[str, Any]:
        info = await self._bot.call("getWebhookInfo", {})
        if not isinstance(info, dict):
            raise Unanswered("no webhook info")
        return info

    def _is_narrower(self, allowed: Any) -> bool:
        """Whether some of the updates that we live by are no longer sent."""
        return isinstance(allowed, list) and bool(allowed) and not set(ALLOWED) <= {str(name) for name in allowed}

    def _is_refused(self, info: dict[str, Any]) -> bool:
        """Whether deliveries fail now. The last error stays on record after things went well again: it counts when it is a
        new one, and then for as long as something waits."""
        before, self._complained = self._complained, info.get("last_error_date", 0)
        if not info.get("pending_update_count") or not info.get("last_error_message"):
            return False
        return before not in (None, self._complained) or self._hearing.reason == "address"
