"""The chat page in a real browser, on a network that refuses websockets: as a proxy does, by the answer to the handshake."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.channels.browser import CHROMIUM, Service, serving
from tests.channels.webchat_wire import gone

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium at /usr/bin/chromium or on PATH (apt install chromium)"),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(loop_scope="module")
async def service(tmp_path: Path, browser: Browser) -> AsyncIterator[Service]:
    async with serving(tmp_path, browser, []) as service:
        service.refuses_sockets = True
        yield service


async def greeted(page: Page) -> None:
    await expect(page.get_by_role("button", name="Viết phản ánh").first).to_be_visible()


async def says(page: Page, text: str) -> None:
    await page.get_by_label("Tin nhắn của anh/chị").fill(text)
    await page.keyboard.press("Enter")


async def test_a_worker_is_greeted_taps_and_is_answered(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        await expect(page.get_by_role("status")).to_have_text("Đã kết nối")
        await page.get_by_role("button", name="Viết phản ánh").click()
        await expect(page.locator("#log .theirs").last).to_contain_text("menu:::0:abc")
        await says(page, "Tăng ca 2 giờ chưa tính")
        await expect(page.locator("#log .theirs").last).to_contain_text("đã nghe: Tăng ca 2 giờ")
        await expect(page.locator("#log .mine").last.locator(".foot")).to_contain_text("Đã nhận")
        assert service.said == ["/start", "menu:::0:abc", "Tăng ca 2 giờ chưa tính"]
        await gone(service.writer)


async def test_a_reload_goes_on_where_it_was(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        await page.reload()
        await expect(page.get_by_role("status")).to_have_text("Đã kết nối")
        await says(page, "Vẫn là tôi")
        await expect(page.locator("#log .theirs").last).to_contain_text("đã nghe: Vẫn là tôi")
        assert service.greeted == 1
        assert len({one.sender for one in service.came}) == 1


async def test_the_chat_can_be_ended(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        await page.get_by_role("button", name="Cài đặt trang này").click()
        await page.get_by_role("button", name="Xóa khỏi máy này").click()
        await page.get_by_role("button", name="Xóa", exact=True).click()
        await expect(page.get_by_text("Đã xóa khỏi máy này.")).to_be_visible()


async def test_where_neither_way_leads_anywhere_it_is_said_what_to_do(service: Service) -> None:
    """And what was written meanwhile is sent as soon as there is a way."""
    async with service.tab() as page:
        await greeted(page)
        service.refuses_all = True
        await page.reload(wait_until="commit")
        advice = page.get_by_role("alert").filter(has_text="Anh/chị thử mạng khác (4G thay cho wifi của công ty)")
        await expect(advice).to_be_visible()
        await says(page, "Viết khi mất mạng")
        await expect(page.locator("#log .mine").last).to_contain_text("Viết khi mất mạng")
        service.refuses_all = False
        await expect(page.locator("#log .theirs").last).to_contain_text("đã nghe: Viết khi mất mạng")
        await expect(advice).to_be_hidden()


async def test_websockets_are_used_again_where_they_are_allowed(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        assert not service.lines
        service.refuses_sockets = False
        await page.reload()
        await expect(page.get_by_role("status")).to_have_text("Đã kết nối")
        assert len(service.lines) == 1
