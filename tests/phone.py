"""A phone's screen, 390×844, with our own page on it: how high what stories show stands there, and whether axe-core finds
anybody kept out. The page, its styles and what draws a message are those that people load; Chromium draws them. Notices are
not measured: they are their author's words."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from bot import pages
from handlers.front.capabilities import CONVERSATIONS
from tests.channels.browser import browsing
from tests.stories.said import Said

HIGHEST = 570
"""Pixels of a message with its buttons: ten lines and five buttons. A phone shows some 650 of a conversation."""
MOST_LINES = 10
MOST_BUTTONS = 5
MOST_ANSWERS = 15
"""Of a question: a page of eight rows, the way to the pages beside it, and what is always there; or the rarer kinds of a
grievance, which stand together under “More…”."""
MOST_OF_FULL = 3
"""Buttons of what shows somebody's words in full (`Conversation.in_full`); with more it is no reading any more."""
MOST_OF_LIST = (20, 14)
"""Lines and buttons of a page of a list: a head, eight rows that may take two lines, and what leads on."""
TALLER = {"ask_opinion": 660, "saved": 1200, "heads": 1200, "cast": 620, "file": 660, "office_news": 740, "day": 620}
"""Not yet as short as the rest: what these conversations, and cards that come unasked (“office_news”), may have at most. A
name goes from here when what it says fits."""
SCREEN = {"width": 390, "height": 844}
SCHEMES = ("light", "dark")

# What is drawn here is drawn by the page's own parts; only the messages come from somewhere else.
_SHOW = """async (entries) => {
  const own = document.querySelector("script[type=module]").src;
  const { View } = await import(new URL("view.js", own));
  const view = new View({ tapped: () => {}, pass: () => "" });
  view.redraw(entries);
}"""
_MEASURE = """() => [...document.querySelectorAll("#log > li:not(.day)")].map((item) => {
  item.style.contentVisibility = "visible";
  const buttons = item.querySelector(".options");
  buttons?.classList.remove("past");
  const bubble = item.querySelector(".bubble");
  const words = bubble.querySelector("p");
  const lines = Math.round(words.getBoundingClientRect().height / parseFloat(getComputedStyle(words).lineHeight));
  const top = bubble.getBoundingClientRect().top;
  const end = (buttons ?? bubble).getBoundingClientRect().bottom;
  const rest = [...item.querySelectorAll(".media, .foot")].reduce((sum, one) => sum + one.getBoundingClientRect().height, 0);
  return [lines, Math.round(end - top - (buttons ? rest : 0))];
})"""
# What is out of sight has no height of its own until it is drawn, and seems to lie under what comes next.
_DRAW = """() => { for (const item of document.querySelectorAll("#log > li")) item.style.contentVisibility = "visible"; }"""
_AXE = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.flatMap((one) =>
  one.nodes.slice(0, 3).map((node) => `${one.id}: ${node.html.slice(0, 160)}`))"""


@dataclass(frozen=True, slots=True)
class Seen:
    """A message on the screen: its lines of text, and pixels from its first line to its last button."""

    story: str
    said: Said
    lines: int
    height: int

    @property
    def is_question(self) -> bool:
        """Whether it asks for one of more answers than fit: they are counted then, and its words have ten lines."""
        return sum(asks for asks, _, _ in self.said.buttons) > MOST_BUTTONS

    @property
    def is_list(self) -> bool:
        conversation = CONVERSATIONS.get(self.said.by)
        return conversation is not None and conversation.is_list and len(self.said.buttons) > 1

    @property
    def is_in_full(self) -> bool:
        conversation = CONVERSATIONS.get(self.said.by)
        return conversation is not None and conversation.in_full and len(self.said.buttons) <= MOST_OF_FULL

    @property
    def is_too_high(self) -> bool:
        if self.is_in_full:
            return False
        if self.height <= TALLER.get(self.said.by or "office_news", 0):
            return False
        if self.is_list:
            return self.lines > MOST_OF_LIST[0] or len(self.said.buttons) > MOST_OF_LIST[1]
        if self.is_question:
            return self.lines > MOST_LINES or len(self.said.buttons) > MOST_ANSWERS
        return self.height > HIGHEST

    def __str__(self) -> str:
        first = self.said.text.partition("\n")[0]
        size = f"{self.height} px, {self.lines} lines, {len(self.said.buttons)} buttons"
        return f"{size} · {self.said.by or 'unasked'} · {first!r} · {self.story}"


@contextlib.asynccontextmanager
async def on_a_phone(browser: Browser, scheme: str = "light") -> AsyncIterator[Page]:
    """A tab with the chat page, which has nobody to talk to."""

    async def quiet(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        await socket.send_str(json.dumps({"type": "welcome", "session": "A" * 43, "files": "", "union": "Công đoàn"}))
        async for _ in socket:
            pass
        return socket

    app = web.Application()
    app.add_routes([web.get("/chat", pages.page("chat.html")), web.get("/chat/ws", quiet), *pages.routes()])
    async with TestServer(app) as server:
        context = await browser.new_context(viewport=SCREEN, color_scheme=scheme)  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(str(server.make_url("/chat")))
        await page.locator("#status[data-state=open]").wait_for()
        yield page
        await context.close()


def _entry(number: int, said: Said) -> dict[str, Any]:
    options = [
        {"token": f"c::{'q' if asks else ''}:{place}:{number}", "label": label, "kind": kind}
        for place, (asks, label, kind) in enumerate(said.buttons)
    ]
    entry = {"id": f"m{number}", "at": 0, "text": said.text, "options": options, "language": said.language}
    if said.letters:
        entry["copies"] = said.letters
    if said.alt:
        entry["media"] = {"id": f"p{number}", "case_id": "x", "kind": "photo", "name": "hinh.png", "alt": said.alt}
    return entry


async def measured(page: Page, shown: Sequence[tuple[str, Said]]) -> list[Seen]:
    await page.evaluate(_SHOW, [_entry(number, said) for number, (_, said) in enumerate(shown)])
    sizes = await page.evaluate(_MEASURE)
    assert len(sizes) == len(shown)
    return [Seen(story, said, *size) for (story, said), size in zip(shown, sizes, strict=True)]


def structures(shown: Sequence[tuple[str, Said]]) -> list[Said]:
    """One message of each structure: which buttons of which kind, a picture, something to copy, the language."""
    kinds: dict[object, Said] = {}
    for _, said in shown:
        buttons = tuple((asks, kind) for asks, _, kind in said.buttons)
        kinds.setdefault((buttons, bool(said.alt), bool(said.letters), said.language), said)
    return list(kinds.values())


def _answered(number: int, said: Said) -> list[dict[str, Any]]:
    """A message, and what its reader tapped on it."""
    entry = _entry(number, said)
    if not said.buttons:
        return [entry]
    chosen = entry["options"][0]
    mine = {"id": f"w{number}", "at": 0, "mine": True, "state": "received", "text": chosen["label"], "options": []}
    return [{**entry, "chosen": chosen["token"]}, mine]


async def kept_out(page: Page, shown: Sequence[Said]) -> list[str]:
    """What axe-core finds on a page that shows these, as they come and once they have been answered."""
    answered = [entry for number, said in enumerate(shown) for entry in _answered(number, said)]
    fresh = [_entry(len(shown) + number, said) for number, said in enumerate(shown)]
    await page.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    await page.evaluate(_SHOW, [*answered, *fresh])
    await page.evaluate(_DRAW)
    found: list[str] = await page.evaluate(_AXE)
    return found


async def look(noted: Sequence[tuple[str, Said]], jobs: Sequence[tuple[str, Said]]) -> tuple[list[str], dict[str, int]]:
    """What is wrong with what stories showed: too high for a phone, or in somebody's way; and of each of these jobs how high
    the highest message is that is met on the way. In one browser, once for a run."""
    heights: dict[str, int] = {}
    async with browsing() as browser:
        async with on_a_phone(browser) as page:
            found = [f"too high: {seen}" for seen in await measured(page, noted) if seen.is_too_high]
            for seen in await measured(page, jobs):
                heights[seen.story] = max(heights.get(seen.story, 0), seen.height)
        for scheme in SCHEMES:
            async with on_a_phone(browser, scheme) as page:
                found += [f"axe, {scheme}: {fault}" for fault in await kept_out(page, structures(noted))]
    return found, heights
