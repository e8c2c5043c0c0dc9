"""The pages for everybody: screen reader, keyboard, small screen, weak eyes, dark room; and the demo's three phones."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from bot import pages
from tests.channels.browser import CHROMIUM, Service, serving
from tests.channels.webchat_wire import NOW

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium at /usr/bin/chromium or on PATH (apt install chromium)"),
    pytest.mark.asyncio(loop_scope="module"),
]

PEOPLE = {"worker": "W" * 43, "leader": "L" * 43, "chair": "C" * 43}


@pytest_asyncio.fixture(loop_scope="module")
async def service(tmp_path: Path, browser: Browser) -> AsyncIterator[Service]:
    given: dict[str, dict[str, str]] = {}

    async def sessions(_request: web.Request) -> web.Response:
        return web.json_response(given)

    demo = [
        web.get("/demo", pages.page("demo.html", demo=True)),
        web.get("/demo/chat", pages.page("chat.html", demo=True)),
        web.get("/demo/sessions", sessions),
        *pages.routes(demo=True),
    ]
    async with serving(tmp_path, browser, demo) as service:
        for phone, who in PEOPLE.items():
            given[phone] = {"session": service.channel.sessions.seal(who, "", NOW.date()), "name": phone}
        yield service


async def greeted(page: Page) -> None:
    await expect(page.get_by_role("button", name="Viết phản ánh")).to_be_visible()


# The colours behind and of each visible text, as the eye meets them.
CONTRASTS = """() => {
  const rgb = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = colour.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = rgb(getComputedStyle(node).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || !node.checkVisibility() || node.matches(".unseen, .skip, :disabled")) continue;
    const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    found.push([node.textContent.trim().slice(0, 30), (a + 0.05) / (b + 0.05)]);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_can_be_read_in_a_bright_and_in_a_dark_room(service: Service, scheme: str) -> None:
    async with service.tab(color_scheme=scheme) as page:
        await greeted(page)
        await page.get_by_role("button", name="Viết phản ánh").click()
        await expect(page.locator("#log .mine .foot")).to_contain_text("Đã nhận")
        await page.locator("#words").fill("ă" * 4001)
        await page.locator("#more").click()
        contrasts = await page.evaluate(CONTRASTS)
        assert len(contrasts) > 15
        assert [(text, ratio) for text, ratio in contrasts if ratio < 4.5] == []
        ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", ground))) > 600) == (scheme == "light")


async def test_a_screen_reader_finds_its_way(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        log = page.get_by_role("log", name="Tin nhắn")
        await expect(log).to_have_attribute("aria-live", "polite")
        await expect(page.locator("html")).to_have_attribute("lang", "vi")
        await expect(page.get_by_role("group", name="Các lựa chọn")).to_be_visible()
        unnamed = """() => [...document.querySelectorAll("button, textarea, input, iframe, [role=log]")]
            .filter((node) => !(node.ariaLabel || node.labels?.length || node.textContent.trim())).length"""
        assert await page.evaluate(unnamed) == 0


async def test_everything_is_reached_by_keyboard_and_digits_are_digits(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        reached = []
        await page.evaluate("document.activeElement.blur()")
        for _ in range(10):
            await page.keyboard.press("Tab")
            reached.append(await page.evaluate("document.activeElement.id || document.activeElement.textContent"))
        menu = ["Viết phản ánh", "Phản ánh của tôi", "Thông báo của công đoàn"]
        assert reached == ["skip", "hide", "more", "keep", "scroll", *menu, "attach", "words"]
        await page.locator("#words").focus()
        await page.keyboard.type("1 2 3")
        await expect(page.locator("#words")).to_have_value("1 2 3")
        await page.locator("#skip").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#words")).to_be_focused()
        await page.locator("#more").press("Enter")
        await expect(page.get_by_role("dialog", name="Trang này")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#more")).to_be_focused()


async def test_a_finger_finds_every_control(service: Service) -> None:
    async with service.tab(has_touch=True, is_mobile=True) as page:
        await greeted(page)
        await page.get_by_role("button", name="Viết phản ánh").tap()
        await expect(page.locator(".options.past")).to_be_visible()
        for control in await page.locator("button:visible, textarea, .switch").all():
            box = await control.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44, await control.inner_text()


async def test_nothing_runs_off_a_small_or_enlarged_screen(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        for width, height in ((320, 568), (195, 422), (844, 390)):  # the second: 200 % on a common phone
            await page.set_viewport_size({"width": width, "height": height})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            assert await page.evaluate("document.getElementById('scroll').clientHeight") > 90
            await expect(page.locator("#send")).to_be_in_viewport()


async def test_who_asks_for_less_motion_gets_none(service: Service) -> None:
    async with service.tab(reduced_motion="reduce") as page:
        name = "getComputedStyle(document.querySelector('#dots span')).animationName"
        assert await page.evaluate(name) == "none"


async def test_the_page_speaks_english_too(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        await page.locator("#more").click()
        await page.get_by_label("English").check()
        await page.get_by_role("button", name="Close").click()
        await expect(page.get_by_role("status")).to_have_text("Connected")
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await page.locator("#words").fill("Hello")
        await page.keyboard.press("Enter")
        await expect(page.locator("#log .mine .foot")).to_contain_text("Received")
        assert [one.language for one in service.came] == ["vi", "en"]


async def test_the_demo_shows_three_people_who_do_not_mix(service: Service) -> None:
    async with service.tab(viewport={"width": 1440, "height": 900}) as page:
        await page.goto(service.address("/demo"))
        for phone in PEOPLE:
            frame = page.frame_locator(f"#{phone} iframe")
            await frame.locator("textarea").fill(f"Đây là {phone}")  # not greeted: the demo has begun for them
            await frame.locator("textarea").press("Enter")
            await expect(frame.locator("#log .theirs").last).to_contain_text("đã nghe")
        wrote = {one.sender: one.text for one in service.came if one.text != "/start"}
        assert wrote == {who: f"Đây là {phone}" for phone, who in PEOPLE.items()}
        stored = "Object.keys(sessionStorage).filter((key) => key.startsWith('tin-nhan.')).sort()"
        assert await page.evaluate(stored) == [f"tin-nhan.khung-{phone}" for phone in sorted(PEOPLE)]
        assert [frame.url for frame in page.frames[1:]] == [service.address("/demo/chat")] * 3
        came = len(service.came)
        await page.reload()
        for phone in PEOPLE:
            await expect(page.frame_locator(f"#{phone} iframe").locator("#log .mine")).to_have_count(1)
        assert len(service.came) == came


async def test_on_a_narrow_screen_the_demos_phones_are_tabs(service: Service) -> None:
    async with service.tab() as page:
        await page.goto(service.address("/demo"))
        await expect(page.locator("#worker iframe")).to_be_visible()
        await expect(page.locator("#leader iframe")).to_be_hidden()
        await page.get_by_role("tab", name="Người lao động").press("ArrowRight")
        await expect(page.locator("#leader iframe")).to_be_visible()
        await expect(page.get_by_role("tab", name="Tổ trưởng")).to_be_focused()
        await page.get_by_role("tab", name="Tổ trưởng").press("ArrowRight")
        await expect(page.locator("#chair iframe")).to_be_visible()
        await page.get_by_role("button", name="Tổ trưởng bấm “Trả lời”").click()
        await expect(page.locator("#leader iframe")).to_be_visible()
