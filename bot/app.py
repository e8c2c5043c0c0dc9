"""The composition root: builds everything, starts and stops it in order. Only here is a real clock."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence, Set
from functools import partial

import structlog
from aiohttp import web
from prometheus_client import Gauge

from bot.channels.base import Channel
from bot.clock import Clock, SystemClock
from bot.dispatch import Dispatcher
from bot.files.fetching import Fetcher
from bot.files.links import MediaLinks
from bot.files.opening import Contents
from bot.sending.means import Means
from bot.sending.outbox import Outbox
from bot.ticking.broadcasts import Casts
from bot.ticking.lines import Lines, Watched
from bot.ticking.night import Night
from bot.ticking.tick import Ticker
from bot.web import Checks, WebServer
from bot.writer import Writer
from config.i18n import LANGUAGES, language
from config.settings import Settings
from handlers.chat import menu
from handlers.chat.doors import Pace
from handlers.chat.site import Line, Site
from handlers.front import undelivered
from models.broadcasts import ledger_sending
from models.messages import outbox as outbox_rows
from models.messages import received, sending
from models.store import schema
from models.store.database import Database, Session
from models.store.sealing import Keyring

log = structlog.get_logger()

QUEUE = Gauge("haichieu_line_queue", "Messages that wait for a line, or are under way on it", ["line"])
WAITING = Gauge("haichieu_outbound_rows", "Messages in the outbox, by lane and state", ["lane", "state"])
QUEUE_AGE = Gauge("haichieu_outbound_oldest_seconds", "How long the longest-waiting due message has been due")
QUARANTINED = Gauge("haichieu_quarantine_rows", "Events that could not be handled and wait for an operator")
STALE_SECONDS = 30


class StartError(Exception):
    """The database is at another version than this program."""

    def __init__(self, current: str, newest: str) -> None:
        super().__init__(f"{current}, {newest}")
        self.current, self.newest = current, newest


class App:
    """The whole service. `start` opens it, `run` works until told to stop, `stop` closes it; tests `drain` for `run`."""

    def __init__(self, settings: Settings, clock: Clock | None = None, extra_routes: Sequence[web.RouteDef] = ()) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        keyring = Keyring.read(settings.key_file)
        self.database = Database(settings.database_url.get_secret_value(), keyring, round_keys=settings.round_keys_dir)
        try:
            _check_schema(self.database)
        except BaseException:
            self.database.close()
            raise
        self.writer = Writer(self.database)
        self.vault = Contents(settings.media_dir, keyring, self.writer, self.clock, settings.notices.threshold)
        self.channels = self._channels()
        by_number = {code: language(code).gettext(menu.BY_NUMBER) for code in LANGUAGES}
        site = self._site()
        tell = partial(undelivered.tell, site=site)
        self.outboxes = [
            Outbox(channel, self.writer, self.clock, by_number, tell=tell, means=self._means(channel))
            for channel in self.channels
        ]
        watched = [
            Watched(channel, outbox.sends if channel.hearing else None)
            for channel, outbox in zip(self.channels, self.outboxes, strict=True)
        ]
        self.lines = Lines(self.writer, self.clock, watched, tuple(line.name for line in site.lines))
        casts = Casts(self.writer, site)
        counted = tuple(line.name for line in site.lines if line.per_month)
        night = Night(self.writer, counted, settings.notices.threshold)
        pace = Pace(settings.officers.quiet, settings.limits.messages, settings.privacy.relay_minutes)
        self.ticker = Ticker(self.writer, self.clock, self._nudge_outboxes, pace, casts, night=night)
        by_line = {channel.line: channel for channel in self.channels}
        self.fetcher = Fetcher(by_line, self.writer, self.clock, self.vault, self._nudge_outboxes)
        self.dispatcher = Dispatcher(self.writer, self.clock, site, self._after_turn)
        self.web = WebServer(
            settings.web,
            [
                *(route for channel in self.channels for route in channel.routes()),
                *MediaLinks(self.writer, self.clock, self.vault).routes(),
                *extra_routes,
            ],
            self._ready,
            self._refresh_gauges,
        )
        self._work: list[asyncio.Task[None]] = []

    def _site(self) -> Site:
        settings, public = self.settings, self.settings.web.public_url
        # For notices: what rings in a pocket before what must be open, what costs nothing before what is counted.
        by_preference = sorted(
            (channel for channel in self.channels),
            key=lambda channel: (not channel.capabilities.pushes, channel.capabilities.per_month > 0),
        )
        return Site(
            settings.privacy.relay_minutes,
            settings.officers.confirm,
            people={channel.line: channel.capabilities.people for channel in self.channels},
            chat_address=f"{public}/chat" if public else "",
            uploads=frozenset(channel.line for channel in self.channels if channel.capabilities.uploads),
            media_address=f"{public}/media" if public else "",
            lines=tuple(
                Line(
                    channel.line,
                    channel.capabilities.per_second,
                    channel.capabilities.per_month,
                    channel.capabilities.reserve,
                    channel.capabilities.edits,
                    channel.capabilities.service,
                    channel.capabilities.is_page,
                )
                for channel in by_preference
            ),
            notices=settings.notices,
            limits=settings.limits,
        )

    def _channels(self) -> list[Channel]:
        from bot.channels.webchat.channel import WebChannel

        channels: list[Channel] = [WebChannel(self.writer, self.settings.web, clock=self.clock.now, vault=self.vault)]
        if self.settings.telegram.token.get_secret_value():
            from bot.channels.telegram.channel import TelegramChannel, Unasked

            channels.append(
                TelegramChannel(
                    self.settings.telegram,
                    Unasked(
                        {
                            (who, code): [(name, language(code).gettext(text)) for name, text in listed.items()]
                            for who, listed in (("worker", menu.COMMANDS), ("officer", menu.OFFICER_COMMANDS))
                            for code in LANGUAGES
                        },
                        "\n\n".join(language(code).gettext(menu.GROUP_FAREWELL) for code in LANGUAGES),
                    ),
                    self.settings.web.public_url,
                    clock=self.clock,
                    opens=self.vault.open,
                )
            )
        if self.settings.zalo_bot.token.get_secret_value():
            from bot.channels.zalo import ZaloChannel

            channels.append(ZaloChannel(self.settings.zalo_bot, self.settings.web.public_url, clock=self.clock))
        return channels

    def _means(self, channel: Channel) -> Means:
        return Means.of(channel, self.writer, self.clock, self.settings.notices.quiet)

    def _nudge_outboxes(self) -> None:
        for outbox in self.outboxes:
            outbox.nudge()

    def _after_turn(self, falls_due: bool) -> None:
        self._nudge_outboxes()
        self.fetcher.nudge()
        if falls_due:
            self.ticker.soon()

    async def start(self) -> None:
        """Opens the port and the channels. Raises OSError when the port is taken."""
        await self.web.start()
        for channel in self.channels:
            await channel.start(self.dispatcher.receive)
        log.info("started", host=self.settings.web.host, port=self.web.port)

    async def run(self, stopping: asyncio.Event) -> None:
        """Receives, sends and ticks until `stopping` is set, or until something of it fails for good."""
        self.ticker.start()
        self._work = [
            *(asyncio.create_task(channel.run()) for channel in self.channels),
            *(asyncio.create_task(outbox.run()) for outbox in self.outboxes),
            asyncio.create_task(self.fetcher.run()),
            asyncio.create_task(self.lines.run()),
        ]
        wait = asyncio.create_task(stopping.wait())
        watched: set[asyncio.Task[object]] = {wait, *self._work}
        while not wait.done():
            done, watched = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # a loop that died must not die silently

    async def stop(self) -> None:
        """Stops receiving, lets what is under way finish, and closes everything. Safe after a failed start."""
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        for channel in self.channels:
            await channel.stop()
        await self.web.stop()
        await self.ticker.stop()
        await self.fetcher.stop()
        for outbox in self.outboxes:
            await outbox.stop()
        await self.writer.stop()
        self.database.close()
        log.info("stopped")

    async def drain(self) -> None:
        """Does all that is due at this moment of the clock, and returns when nothing is left."""
        moved = True
        while moved:
            await self.ticker.tick()
            await self.lines.step(self.clock.now())
            moved = await self.fetcher.drain() > 0
            to_many, lines = await self.writer.read(self._waiting)
            while lines:
                outboxes = [outbox for outbox in self.outboxes if outbox.line in lines]
                if not sum([await outbox.drain(once=not to_many) for outbox in outboxes]):
                    break
                # What was sent to many is gone on with by the tick; a reply that was sent is over.
                moved = moved or to_many
                to_many, lines = await self.writer.read(self._waiting)

    def _waiting(self, session: Session) -> tuple[bool, Set[str]]:
        """Whether something is sent to many, and lines on which something may be due: then all, and most of the time one or
        none."""
        if ledger_sending.any_sending(session):
            return True, {outbox.line for outbox in self.outboxes}
        return False, sending.lines_waiting(session, self.clock.now())

    async def _ready(self) -> Checks:
        try:
            reachable = await asyncio.to_thread(self.database.is_reachable)
        except Exception as error:
            log.error("database unreachable", exc_info=error)
            reachable = False
        last = self.ticker.last
        ticking = last is not None and (self.clock.now() - last).total_seconds() < STALE_SECONDS
        return {"database": reachable, "ticking": ticking, **self.lines.shown()}

    async def _refresh_gauges(self) -> None:
        now = self.clock.now()
        counts, waiting, oldest, quarantined = await self.writer.read(
            lambda s: (
                outbox_rows.counts(s),
                outbox_rows.waiting(s),
                outbox_rows.oldest_due(s, now),
                received.quarantined(s),
            )
        )
        self.lines.measure()
        for channel in self.channels:
            QUEUE.labels(channel.line).set(waiting.get(channel.line, 0))
        for lane, name in outbox_rows.LANES.items():
            for state in ("queued", "sending", "rejected", "blocked", "uncertain"):
                WAITING.labels(name, state).set(counts.get((lane, state), 0))
        QUEUE_AGE.set((now - oldest).total_seconds() if oldest else 0)
        QUARANTINED.set(quarantined)


def _check_schema(database: Database) -> None:
    """An empty database is made ready; an older one is not touched without being asked."""
    current = schema.current(database)
    if current is None:
        schema.upgrade(database)
    elif current != (newest := schema.head()):
        raise StartError(current, newest)
