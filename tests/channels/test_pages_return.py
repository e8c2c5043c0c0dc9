"""The page is closed and opened again, in a real browser with the whole service behind it: remembered, or by a code."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.channels.browser import CHROMIUM, PATIENCE
from tests.channels.test_page_files import PHONE, service
from tests.running_app import RunningApp

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium at /usr/bin/chromium or on PATH (apt install chromium)"),
    pytest.mark.asyncio(loop_scope="module"),
]
__all__ = ["service"]


async def page_of(context: BrowserContext, service: RunningApp, code: str = "") -> Page:
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    await page.goto(f"{service.address}/chat{'#ma=' if code else ''}{code}")
    return page


async def joins(page: Page, whose: str) -> None:
    for answer in ("Đồng ý", "Chỉ thông báo", whose):
        await page.get_by_role("button", name=answer, exact=True).click()
    await expect(page.get_by_role("button", name="Viết phản ánh").last).to_be_visible()


async def test_a_page_that_remembers_is_closed_and_opened(browser: Browser, service: RunningApp) -> None:
    context = await browser.new_context(viewport=PHONE)
    page = await page_of(context, service, service.codes.team)
    await expect(page.locator("#privacy-words")).to_have_text("Đóng trang là mất cuộc trò chuyện.")
    await joins(page, "Của tôi: nhớ trên máy này")
    await expect(page.locator("#privacy-words")).to_have_text("Máy này được nhớ; máy dùng chung thì tắt.")
    await expect(page.get_by_role("switch", name="Nhớ máy này")).to_be_checked()
    await page.close()
    again = await page_of(context, service)
    await expect(again.locator("#log")).to_contain_text("Anh/chị đã tham gia")
    await expect(again.get_by_role("status")).to_have_text("Đã kết nối")
    await again.get_by_role("button", name="Viết phản ánh").last.click()
    await expect(again.locator("#log .theirs").last).to_contain_text("Có chuyện gì chưa ổn")
    await context.close()


async def test_a_return_code_is_copied_and_opens_another_page(browser: Browser, service: RunningApp) -> None:
    context = await browser.new_context(viewport=PHONE, permissions=["clipboard-read", "clipboard-write"])
    page = await page_of(context, service, service.codes.team)
    await joins(page, "Dùng chung: cho tôi mã quay lại")
    await page.get_by_role("button", name="Chép mã").click()
    await expect(page.get_by_role("button", name="Đã chép")).to_be_visible()
    code = str(await page.evaluate("navigator.clipboard.readText()"))
    assert re.fullmatch(r"\d{4}(?: \d{4}){3}", code) and await page.evaluate("localStorage.length") == 0
    await page.close()
    again = await page_of(context, service)
    await expect(again.locator("#log .theirs").last).to_contain_text("Đã tham gia? Nhập mã quay lại")
    await again.get_by_label("Tin nhắn của anh/chị").fill(code)
    await again.keyboard.press("Enter")
    await expect(again.locator("#log")).to_contain_text("Mừng anh/chị quay lại")
    await expect(again.get_by_role("button", name="Viết phản ánh").last).to_be_visible()
    await context.close()
