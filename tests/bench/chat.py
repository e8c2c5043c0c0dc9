"""A chat of 2,000 bubbles in Chromium, and the same page with 20: `python -m tests.bench chat`.

The page is the one that people load (390×844), filled over its own websocket. Measured is what a finger waits for: from the
event in the browser (a key, a tap, a message that arrives) to the end of the frame that shows it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from bot import pages
from tests.bench.table import show, show_targets, target
from tests.channels.browser import browsing

BUBBLES = 2000
FEW = 20
TIMES = 60
WANTED = 0.1
"""Seconds: what is answered within them feels like one's own hand (Card, Moran and Newell; RAIL)."""

_WATCH = """() => {
  const took = (window.took = { key: [], tap: [], comes: [] });
  const painted = (from, kind) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => took[kind].push(performance.now() - from);
    port2.postMessage(0);
  });
  addEventListener("keydown", (event) => painted(event.timeStamp, "key"), true);
  addEventListener("click", (event) => painted(event.timeStamp, "tap"), true);
  // As the page's own line gives it to the page: measured from where the browser hands it over.
  const given = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    ...given,
    set(hear) {
      given.set.call(this, (event) => { const from = performance.now(); hear(event); painted(from, "comes"); });
    },
  });
}"""


class Talker:
    """The other end of the page's websocket: says what it is told to, and takes whatever it hears."""

    def __init__(self) -> None:
        self.sockets: list[web.WebSocketResponse] = []
        self.count = 0

    async def serve(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for frame in socket:
            heard = json.loads(frame.data)
            if heard["type"] == "hello":
                await socket.send_json({"type": "welcome", "session": "A" * 43, "files": "", "union": "Công đoàn"})
                self.sockets.append(socket)
            elif heard["type"] in ("say", "tap"):
                await socket.send_json({"type": "received", "id": heard["id"]})
        return socket

    async def says(self, *labels: str) -> None:
        self.count += 1
        number = self.count
        options = [{"token": f"view:c{number}::{place}:", "label": label} for place, label in enumerate(labels)]
        text = f"{number}. Tổ may 1 · Tăng ca, giờ nghỉ\nChuyền 3 tăng ca hai giờ tối thứ hai mà bảng công không tính."
        said = {"type": "message", "id": f"m{number}", "text": text, "options": options, "language": "vi"}
        await self.sockets[-1].send_json(said)


@contextlib.asynccontextmanager
async def opened(browser: Browser) -> AsyncIterator[tuple[Page, Talker]]:
    talker = Talker()
    app = web.Application()
    app.add_routes([web.get("/chat", pages.page("chat.html")), web.get("/chat/ws", talker.serve), *pages.routes()])
    async with TestServer(app) as server:
        page = await browser.new_page(viewport={"width": 390, "height": 844})
        await page.add_init_script(f"({_WATCH})()")
        await page.goto(str(server.make_url("/chat")))
        await page.locator("#status[data-state=open]").wait_for()
        yield page, talker
        await page.close()


async def measured(browser: Browser, bubbles: int) -> dict[str, list[float]]:
    """Seconds, sorted, of each thing that is waited for in a chat so long."""
    async with opened(browser) as (page, talker):
        for _ in range(bubbles):
            await talker.says("Trả lời", "Tiếp nhận", "Thêm…")
        await page.locator("#log > li:not(.day)").nth(bubbles - 1).wait_for(state="attached", timeout=300_000)
        await page.evaluate("() => { for (const one of Object.values(window.took)) one.length = 0; }")
        await page.locator("#words").focus()
        for _ in range(TIMES):
            await page.keyboard.press("a")
        for _ in range(TIMES):
            await talker.says("Trả lời", "Tiếp nhận", "Thêm…")
            await page.locator("#log .options").last.get_by_role("button", name="Tiếp nhận").click(timeout=60_000)
        took: dict[str, list[float]] = await page.evaluate("() => window.took")
    return {kind: sorted(one / 1000 for one in times) for kind, times in took.items()}


async def compared(quick: bool) -> None:
    most = BUBBLES // 10 if quick else BUBBLES
    async with browsing() as browser:
        few, many = await measured(browser, FEW), await measured(browser, most)
    rows, targets = [], []
    for kind, words in (("key", "a key, to its letter"), ("tap", "a tap, to its bubble"), ("comes", "a message that comes")):
        middle, late = ((one[len(one) // 2], one[int(len(one) * 0.95)]) for one in (few[kind], many[kind]))
        rows.append([words, *(f"{1000 * seconds:.0f} ms" for seconds in (*middle, *late))])
        targets.append((words, late))
    show(
        "From the event to the frame that shows it",
        ("", f"p50 of {FEW}", f"p50 of {most}", f"p95 of {FEW}", f"p95 of {most}"),
        rows,
    )
    show_targets([target(f"{words}, s, p95 of {most}", late[1], f"< {WANTED}", late[1] < WANTED) for words, late in targets])


def main(*, quick: bool) -> None:
    asyncio.run(compared(quick))
