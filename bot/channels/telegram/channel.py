"""One Telegram bot as a `Channel`. Formats are the Bot API's: https://core.telegram.org/bots/api."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web
from telegram import BotCommandScopeChat
from telegram.error import InvalidToken, TelegramError

from bot.channels.base import Capabilities, Opens, Receive, SendError, Uncertain, Unreachable
from bot.channels.http import pushed
from bot.channels.retry import PAUSES, Pauses
from bot.channels.standing import Standing
from bot.channels.telegram.doctor import examine
from bot.channels.telegram.feed import Feed
from bot.channels.telegram.incoming import fetch
from bot.channels.telegram.outgoing import edit, keyboard, refusal
from bot.channels.telegram.polling import Polling, pause_after, reason_of, refused_token
from bot.channels.telegram.refusals import Call, deliver, upload
from bot.channels.telegram.request import AiohttpRequest, Client
from bot.channels.telegram.webhook import Webhook
from bot.clock import Clock, SystemClock
from config.settings import Telegram
from handlers.operator.findings import Finding
from models.messages.message import Outgoing

log = structlog.get_logger()

Commands = Mapping[tuple[str, str], Sequence[tuple[str, str]]]
"""(set, language) → (command, description) pairs, e.g. ("worker", "vi"): [("start", "Bắt đầu")]. ("worker",
"vi") is what everybody sees, the worker's other languages those whose app speaks them; the other sets only
who is sent one."""

WEBHOOK = "/telegram/webhook"
BODY = 1024 * 1024
"""Bytes of the longest update taken. Telegram's own are a few KB."""
ANOTHER_WAY = 25
"""Seconds a send may take besides `Capabilities.timeout` where Telegram has refused its first form."""


@dataclass(frozen=True, slots=True)
class Unasked:
    """What a bot shows in Telegram without being written to: its command menus, and a good-bye before it leaves a group."""

    commands: Commands
    farewell: str


NOTHING = Unasked({}, "")
"""Of a bot that offers nothing."""


class TelegramChannel:
    """`public_url` is where the web server is seen from outside (webhook only); `opens` gives the bytes of attachments.
    Raises `ValueError` for a proxy that is not http(s)."""

    def __init__(
        self,
        settings: Telegram,
        unasked: Unasked,
        public_url: str = "",
        *,
        opens: Opens | None = None,
        pauses: Pauses = PAUSES,
        clock: Clock | None = None,
    ) -> None:
        token = settings.token.get_secret_value()
        self.line = f"telegram:{token.partition(':')[0]}"
        self.capabilities = Capabilities(
            service="Telegram",
            text=4096,
            buttons=40,
            button_title=64,
            per_second=settings.per_second,
            per_chat_second=1,
            timeout=20,
            concurrency=64,
            edits=True,
            uploads=opens is not None,
        )
        self._opens = opens
        self._file_url = f"{settings.api_url}/file/bot{token}/"
        self._unasked = unasked
        self._pauses = pauses
        self._pushed = settings.mode == "webhook"
        self._webhook_url = f"{public_url}{WEBHOOK}"
        self._secret = settings.webhook_secret.get_secret_value()
        self._clock = clock or SystemClock()
        self.hearing = Standing()
        proxy = settings.proxy.get_secret_value()
        self._requests = (
            AiohttpRequest(connections=self.capabilities.concurrency + 16, proxy=proxy),
            AiohttpRequest(connections=1, proxy=proxy),  # long polls never wait for sends, nor sends for them
        )
        self._bot = Client(
            token,
            base_url=f"{settings.api_url}/bot",
            base_file_url=f"{settings.api_url}/file/bot",
            request=self._requests[0],
            get_updates_request=self._requests[1],
        )
        url = self._webhook_url if self._pushed else ""
        self._webhook = Webhook(self.line, self._bot, url, self._secret, self.hearing, self._clock)
        self._feed = Feed(self.line, self._bot, unasked.farewell)
        self._polling = Polling(
            self._feed,
            pauses=pauses,
            conflicted=self._webhook.clear,
            hearing=self.hearing,
            clock=self._clock,
        )
        self._introduced = False

    async def start(self, receive: Receive) -> None:
        """Opens connections and introduces the bot. Telegram being out of reach does not stop the start:
        `run` goes on trying, so that a machine may boot before its network is up."""
        self._feed.receive = receive
        await self._open()
        try:
            await self._introduce()
        except (TelegramError, SendError) as error:
            self.hearing.fault(reason_of(error), self._clock.now())
            pause_after(error, self.line, 1, self._pauses.asking)

    async def run(self) -> None:
        attempt = 0
        while not self._introduced:
            attempt += 1
            try:
                await self._introduce()
            except (TelegramError, SendError) as error:
                self.hearing.fault(reason_of(error), self._clock.now())
                await asyncio.sleep(pause_after(error, self.line, attempt, self._pauses.asking))
        if not self._pushed:
            await self._polling.run()

    async def look(self) -> None:
        if not (self._pushed and self._introduced):
            return
        try:
            await self._webhook.look()
        except (TelegramError, SendError) as error:
            self.hearing.fault(reason_of(error), self._clock.now())
            pause_after(error, self.line, 1, self._pauses.asking)

    async def probe(self) -> None:
        failure: SendError
        try:
            await self._bot.call("getMe", {})
            return
        except SendError:
            raise
        except TelegramError as error:  # it answers, and will not have us
            failure = Unreachable(type(error).__name__)
        raise failure

    async def stop(self) -> None:
        await self._feed.stop()
        self._introduced = False
        for request in self._requests:
            await request.shutdown()

    async def _open(self) -> None:
        # Not Bot.initialize: it insists on an answer from Telegram, and writes the token into its error.
        for request in self._requests:
            await request.initialize()

    async def _introduce(self) -> None:
        """Tells Telegram how we want to be reached, and what to offer in the command menu."""
        await self._webhook.set()
        for (name, language), commands in self._unasked.commands.items():
            if name == "worker":
                hint = None if language == "vi" else language
                try:
                    await self._bot.set_my_commands(commands, language_code=hint)
                except (TelegramError, SendError) as error:  # a menu is a comfort: the service works without
                    log.warning("a command menu was not set", line=self.line, error=type(error).__name__)
        self._introduced = True
        self.hearing.well(self._clock.now())

    async def send(self, message: Outgoing) -> str:
        deadline = asyncio.get_running_loop().time() + self.capabilities.timeout
        parameters: dict[str, Any] = {"text": message.text, "link_preview_options": {"is_disabled": True}}
        call = Call("sendMessage", parameters)
        if message.media is not None and self._opens is not None:
            if message.media.alt:
                await self._is_drawing(message.recipient)
            call = upload(message.media, await self._opens(message.media.id), message.text)
        # No parse_mode: it may quote anybody.
        parameters = call.parameters
        parameters["chat_id"] = int(message.recipient)
        if message.options:
            parameters["reply_markup"] = {"inline_keyboard": keyboard(message.options)}
        failure: SendError
        try:
            # Two calls, in the time of one. What goes another way has a file's time once more, within its row's lease.
            async with asyncio.timeout_at(deadline if message.edits else deadline + ANOTHER_WAY):
                if message.edits and await edit(self._bot, parameters, message.edits):
                    reference = message.edits
                else:
                    sent = await deliver(self._bot, call, self.line)
                    # Accepted, whatever the answer looks like: without a number it cannot be edited, and that is all.
                    reference = str(sent.get("message_id", "")) if isinstance(sent, dict) else ""
        except SendError:
            raise
        except TimeoutError:
            failure = Uncertain("out of time")
        except TelegramError as error:
            failure = refusal(error, message)
            if isinstance(error, InvalidToken):
                refused_token(self.line)
        else:
            if message.commands:
                await self._offer(message, deadline)
            return reference
        raise failure  # out here, without the library's error as its context

    async def _is_drawing(self, chat: str) -> None:
        """Shows that a picture is being made, which takes a second or more. Never fails the send."""
        try:
            await self._bot.call("sendChatAction", {"chat_id": int(chat), "action": "upload_photo"})
        except (TelegramError, SendError) as error:
            log.warning("a picture was not announced", line=self.line, error=type(error).__name__)

    async def _offer(self, message: Outgoing, deadline: float) -> None:
        """Gives one person another command menu, within what is left of the send's time. Never fails the
        send."""
        commands = self._unasked.commands.get((message.commands, message.language))
        if commands is None:
            log.warning("there is no such set of commands", line=self.line)
            return
        try:
            async with asyncio.timeout_at(deadline):
                await self._bot.set_my_commands(commands, scope=BotCommandScopeChat(int(message.recipient)))
        except (TelegramError, SendError, TimeoutError) as error:
            log.warning("a person's command menu was not set", line=self.line, error=type(error).__name__)

    def fetch(self, reference: str, most: int) -> AsyncIterator[bytes]:
        return fetch(self._bot, self._requests[0], self._file_url, reference, most)

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.post(WEBHOOK, self._push)] if self._pushed else []

    async def _push(self, request: web.Request) -> web.Response:
        """One pushed update. 200 only once it is committed; anything else and Telegram pushes it again."""
        body = await pushed(request, "X-Telegram-Bot-Api-Secret-Token", self._secret, BODY)
        if isinstance(body, web.Response):
            return body
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            return web.Response(status=400)
        try:
            await self._feed.act(self._feed.read(raw))
        except Exception as error:  # the dispatcher sets a failing turn aside at the third offer
            log.warning("an update was sent back", line=self.line, error=type(error).__name__, status=503)
            return web.Response(status=503)
        return web.Response()

    async def check(self) -> list[Finding]:
        """For `haichieu doctor`. Works without `start`, and changes nothing."""
        was_open = self._feed.receive is not None
        await self._open()
        try:
            return await examine(self._bot, self._webhook_url if self._pushed else None)
        except InvalidToken:
            return [Finding("telegram_bot", False, "telegram_refuses")]
        except (TelegramError, SendError) as error:
            return [Finding("telegram_bot", False, "telegram_silent", {"why": type(error).__name__})]
        finally:
            if not was_open:
                await self.stop()
