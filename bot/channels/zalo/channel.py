"""One bot of Zalo's Bot Platform as a `Channel`. Formats: https://docs.zaloplatforms.com/docs/BOT.

Two ways to receive, and they are not equal. A pushed event is answered 200 only after its commit. A polled one cannot be
acknowledged at all: getUpdates has no offset, an event is gone from Zalo the moment it is handed over, one a call. So the
next is asked for only after the last is committed: at most one message is lost by a crash or a cut answer. **Webhook is the
mode for a union that relies on this line; polling is for trying it out.**
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

import structlog
from aiohttp import web

from bot.channels.base import Capabilities, Gone, Receive, SendError, Unreachable
from bot.channels.http import pushed
from bot.channels.retry import PAUSES, Backoff, Pauses, until_taken
from bot.channels.standing import Reason, Standing
from bot.channels.text import split, units
from bot.channels.zalo.client import FLOOD, IDLE, TOKEN, UNKNOWN, Client, Refused, failure
from bot.channels.zalo.doctor import examine
from bot.channels.zalo.updates import Malformed, media_url, read, unwrapped
from bot.clock import Clock, SystemClock
from config.settings import ZaloBot
from handlers.operator.findings import Finding
from models.messages.message import Inbound, Outgoing

log = structlog.get_logger()

WEBHOOK = "/zalo/webhook"
BODY = 256 * 1024
"""Bytes of the longest event taken. Zalo's own are a few KB."""
POLL_SECONDS = 30
"""How long Zalo holds a question open when nothing has come: its default."""
HASTY = 1.0
"""An idle answer that comes sooner than so many seconds was no long poll, and is not asked for again at once."""
IN_THE_WAY = (400, 409)
"""What getUpdates answers while a webhook is set."""
FLOODED = Backoff(first=5.0, most=300.0)
"""Silence after "Quota exceeded": Zalo names no time."""


class ZaloChannel:
    """`public_url` is where the web server is seen from outside (webhook only). `read`: how long an answer may take.
    `files_at`: where photos are fetched instead of at Zalo's own hosts, for tests, which have no such hosts; which addresses
    are taken at all does not change by it, and no setting reaches it."""

    def __init__(
        self,
        settings: ZaloBot,
        public_url: str = "",
        *,
        pauses: Pauses = PAUSES,
        read: float = 10.0,
        files_at: str = "",
        clock: Clock | None = None,
    ) -> None:
        self.hearing = Standing()
        self._clock = clock or SystemClock()
        self._again = False
        self._files_at = files_at
        token = settings.token.get_secret_value()
        self.line = f"zalo_bot:{token.partition(':')[0]}"
        self.capabilities = Capabilities(
            service="Zalo",
            text=2000,
            buttons=0,
            per_second=10,  # no limit is published; a month's 3,000 last five minutes at this pace
            per_chat_second=1,
            timeout=20,
            concurrency=8,
            per_month=settings.per_month,
            reserve=settings.reserve,
            people=settings.people,
        )
        self._pushed = settings.mode == "webhook"
        self._webhook_url = f"{public_url}{WEBHOOK}"
        self._secret = settings.webhook_secret.get_secret_value()
        self._pauses = pauses
        self._client = Client(settings.api_url, token, connections=self.capabilities.concurrency + 2, read=read)
        self._receive: Receive | None = None
        self._introduced = False
        self._floods = 0

    async def start(self, receive: Receive) -> None:
        """Opens connections and says how we want to be reached. Zalo being out of reach does not stop the start."""
        self._receive = receive
        await self._client.open()
        try:
            await self._introduce()
        except (Refused, SendError) as error:
            self._unheard(error)
            self._pause_after(error, 1)

    async def run(self) -> None:
        attempt = 0
        while not self._introduced:
            attempt += 1
            try:
                await self._introduce()
            except (Refused, SendError) as error:
                self._unheard(error)
                await asyncio.sleep(self._pause_after(error, attempt))
        if not self._pushed:
            await self._poll()

    async def stop(self) -> None:
        self._receive, self._introduced = None, False
        await self._client.close()

    async def _introduce(self) -> None:
        if self._pushed:
            # Where Zalo did not reach us yet, the first look decides: what stands in front of us may start after us.
            self._again = not await self._set_webhook()
            if not self._again:
                self.hearing.well(self._clock.now())
        else:
            await self._client.call("deleteWebhook")  # getUpdates is refused while one is set
            self.hearing.well(self._clock.now())
        self._introduced = True

    async def _set_webhook(self) -> bool:
        """Whether Zalo reached us there. The address is kept even where Zalo's own look at it failed, which it then says."""
        self._again = False
        kept = await self._client.call("setWebhook", {"url": self._webhook_url, "secret_token": self._secret})
        seen = kept.get("verification") if isinstance(kept, dict) else None
        if isinstance(seen, dict) and seen.get("ok") is False:
            log.warning("zalo could not reach the webhook", line=self.line, setting="HAICHIEU_WEB__PUBLIC_URL")
            return False
        return True

    async def look(self) -> None:
        """A fault lasts until the next look finds it mended: a program that takes the webhook away each time must not be
        taken for none."""
        if not (self._pushed and self._introduced):
            return
        try:
            if await self._hook() != self._webhook_url:
                log.error("another program changed the webhook: it is set again", line=self.line)
                self.hearing.fault("webhook", self._clock.now())
                await self._set_webhook()
            # Set again, too, where somebody came with another secret: a stranger, or Zalo after another program set it.
            elif not (self._again or self.hearing.reason == "address") or await self._set_webhook():
                self._heard()
            else:
                self.hearing.fault("address", self._clock.now())
        except (Refused, SendError) as error:
            self._unheard(error)
            self._pause_after(error, 1)

    async def _hook(self) -> str:
        info = await self._client.call("getWebhookInfo")
        return str(info.get("url") or "") if isinstance(info, dict) else ""

    def _heard(self) -> None:
        self.hearing.well(self._clock.now())

    def _unheard(self, error: Exception, reason: Reason = "away") -> None:
        if isinstance(error, Refused) and error.code in (TOKEN, UNKNOWN):
            reason = "token"
        self.hearing.fault(reason, self._clock.now())

    async def _clear(self, refused: Refused) -> Reason:
        """After a question was refused: removes a webhook that another program has set."""
        if refused.code not in IN_THE_WAY:
            return "away"
        try:
            if not await self._hook():
                return "poller" if refused.code == 409 else "away"
            log.error("another program set a webhook: it is removed", line=self.line)
            await self._client.call("deleteWebhook")
        except (Refused, SendError) as error:
            self._pause_after(error, 1)
        return "webhook"

    def _pause_after(self, error: Exception, attempt: int) -> float:
        """Seconds to wait after a call failed, and the line in the log that tells the operator why."""
        seconds = self._pauses.asking.delay(attempt)
        if isinstance(error, Refused) and error.code in (TOKEN, UNKNOWN):
            log.error("zalo refuses the token", line=self.line, setting="HAICHIEU_ZALO_BOT__TOKEN")
        else:
            code = error.code if isinstance(error, Refused) else 0
            log.warning("zalo could not be asked", line=self.line, error=type(error).__name__, code=code, attempt=attempt)
        return seconds

    async def _poll(self) -> None:
        """Asks for ever. Cancelled, it lets the event under way end: Zalo will not tell it again."""
        loop = asyncio.get_running_loop()
        attempt = 0
        while True:
            began = loop.time()
            try:
                answer = await self._client.call("getUpdates", {"timeout": str(POLL_SECONDS)}, hold=POLL_SECONDS)
            except (Refused, SendError) as error:
                if isinstance(error, Refused) and error.code == IDLE and loop.time() - began >= HASTY:
                    attempt = 0
                    self._heard()
                    continue
                attempt += 1
                idle = isinstance(error, Refused) and error.code == IDLE
                if not idle:
                    self._unheard(error, await self._clear(error) if isinstance(error, Refused) else "away")
                await asyncio.sleep(self._pauses.asking.delay(attempt) if idle else self._pause_after(error, attempt))
                continue
            events = answer if isinstance(answer, list) else [answer]
            if not any(isinstance(event, dict) and event.get("event_name") for event in events):
                attempt += 1  # neither news nor "nothing came": do not spin
                await asyncio.sleep(self._pauses.asking.delay(attempt))
                continue
            attempt = 0
            self._heard()
            for event in events:
                if (inbound := self._read(event)) is not None:
                    await self._take(inbound)

    async def _take(self, inbound: Inbound) -> None:
        work = asyncio.create_task(until_taken(partial(self._hand_over, inbound), self.line, self._pauses.offering))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait({work}, timeout=self._pauses.grace)
            if not work.done():
                log.error("an event was lost at the stop", line=self.line)
                work.cancel()
            raise

    async def _hand_over(self, inbound: Inbound) -> None:
        if self._receive is None:
            raise RuntimeError("not started")
        await self._receive(inbound)

    def _read(self, raw: Any) -> Inbound | None:
        try:
            inbound = read(raw, self.line)
        except Malformed as error:  # its words are only a class name
            log.warning("no event", line=self.line, error=str(error))
            return None
        if inbound is not None and inbound.kind == "unreadable":
            log.warning("unreadable event", line=self.line)
        return inbound

    async def send(self, message: Outgoing) -> str:
        try:
            await self._say(message.recipient, message.text)
        except Refused as refused:
            if refused.code == FLOOD:
                self._floods += 1
            if refused.code in (TOKEN, UNKNOWN):
                log.error("zalo refuses the token", line=self.line, setting="HAICHIEU_ZALO_BOT__TOKEN")
            error = failure(refused, FLOODED.delay(self._floods))
        else:
            self._floods = 0
            return ""  # Zalo's bots cannot edit, so its reference would be of no use
        raise error

    async def probe(self) -> None:
        failure: SendError
        try:
            await self._client.call("getMe")
            return
        except Refused as refused:  # it answers, and will not have us
            failure = Unreachable(str(refused.code))
        raise failure

    async def _say(self, recipient: str, text: str) -> None:
        """Says it whole, or, where Zalo finds it too long after all, in halves: how it counts is not documented."""
        try:
            # No parse_mode: the text may quote anybody.
            await self._client.call("sendMessage", {"chat_id": recipient, "text": text})
        except Refused as refused:
            if not refused.is_too_long or len(text) < 2:
                raise
        else:
            return
        log.warning("refused, and sent another way", line=self.line, reason="length")
        for piece in split(text, max(2, -(-units(text) // 2))):
            await self._say(recipient, piece)

    async def fetch(self, reference: str, most: int) -> AsyncIterator[bytes]:  # noqa: ARG002 - Zalo names no sizes
        if media_url({"photo_url": reference}) is None:  # looked at when it came, and again now that it is called
            raise Gone("not Zalo's address")
        address = reference.replace("https://", f"{self._files_at}/", 1) if self._files_at else reference
        async for piece in self._client.download(address):
            yield piece

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.post(WEBHOOK, self._push)] if self._pushed else []

    async def _push(self, request: web.Request) -> web.Response:
        """One pushed event. 200 only once it is committed; whether Zalo pushes again otherwise is not documented."""
        if not request.body_exists or request.content_length == 0:
            return web.Response()  # Zalo looks whether somebody is here, without saying who it is
        body = await pushed(request, "X-Bot-Api-Secret-Token", self._secret, BODY)
        if isinstance(body, web.Response):
            self._again = self._again or body.status == 403  # perhaps it was set again with another secret
            return body
        if not body.strip():
            return web.Response()
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            return web.Response(status=400)
        if not unwrapped(raw) or (inbound := self._read(raw)) is None:
            return web.Response()
        try:
            await self._hand_over(inbound)
        except Exception as error:  # the dispatcher sets a failing turn aside at the third offer
            log.warning("an event was sent back", line=self.line, error=type(error).__name__, status=503)
            return web.Response(status=503)
        return web.Response()

    async def check(self) -> list[Finding]:
        """For `haichieu doctor`. Works without `start`, changes nothing."""
        was_open = self._receive is not None
        await self._client.open()
        try:
            return await examine(self._client, self._webhook_url if self._pushed else None)
        finally:
            if not was_open:
                await self.stop()
