"""What the browser tests share: Chromium, the channel with a small service behind it, and a page that must not complain."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from models.messages.message import Inbound, Option, Outgoing
from models.store.ids import new_id
from tests.channels.webchat_wire import Wire, opened, writing
from tests.waiting import HANGS

CHROMIUM = shutil.which("chromium") or ("/usr/bin/chromium" if Path("/usr/bin/chromium").exists() else "")
PATIENCE = HANGS * 1000
"""Of Chromium's pages, in milliseconds."""
expect.set_options(timeout=PATIENCE)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.asynccontextmanager
async def browsing() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


class Service(Wire):
    """Answers as the conversations would: a greeting with choices, thanks for everything else."""

    browser: Browser
    greeted = 0
    cut = False

    async def receive(self, inbound: Inbound) -> None:
        known = inbound.external_id in {one.external_id for one in self.came}
        await super().receive(inbound)
        if self.cut:
            # Committed, and then the connection is lost before the page hears of it.
            self.cut = False
            self.loses_lines()
        if known or inbound.kind != "message":
            return
        if inbound.text and inbound.text.startswith("/start"):
            self.greeted += 1
            labels = ("Viết phản ánh", "Phản ánh của tôi", "Thông báo của công đoàn")
            options = tuple(Option(f"menu:::{number}:abc", label) for number, label in enumerate(labels))
            answer = Outgoing(new_id(), inbound.sender, "Chào anh/chị. Anh/chị muốn làm gì?", options)
        else:
            answer = Outgoing(new_id(), inbound.sender, f"Công đoàn đã nghe: {inbound.text or inbound.choice}")
        # As the outbox does: after the transaction that caused it.
        self._later = asyncio.get_running_loop().create_task(self.channel.send(answer))

    @property
    def said(self) -> list[str]:
        """What came in, each event once, as the dispatcher would have it."""
        return [one.text or one.choice or one.kind for one in {one.external_id: one for one in self.came}.values()]

    @contextlib.asynccontextmanager
    async def tab(self, **options: Any) -> AsyncIterator[Page]:
        """A new browser with one page; whatever it complains about fails the test."""
        context = await self.browser.new_context(**{"viewport": {"width": 390, "height": 844}, **options})
        page = await self.page_of(context)
        yield page
        await context.close()
        assert page.complaints == []  # type: ignore[attr-defined]

    async def page_of(self, context: BrowserContext, path: str | None = "/chat") -> Page:
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        complaints: list[str] = []
        page.complaints = complaints  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: self._noted(complaints, message.type, message.text))
        if path:
            await page.goto(self.address(path))
        return page

    def _noted(self, complaints: list[str], kind: str, text: str) -> None:
        # A browser without network, or with one that refuses, says so by itself; that is what some tests are about.
        expected = "ERR_INTERNET_DISCONNECTED" in text or (self.refuses_sockets and "403" in text)
        if kind in ("error", "warning") and not expected:
            complaints.append(text)

    def address(self, path: str) -> str:
        return str(self.server.make_url("/")).rstrip("/") + path


@contextlib.asynccontextmanager
async def serving(folder: Path, browser: Browser, routes: list[web.RouteDef]) -> AsyncIterator[Service]:
    async with writing(folder) as writer, opened(writer, wire=Service, more=routes) as wire:
        assert isinstance(wire, Service)
        wire.browser = browser
        yield wire
