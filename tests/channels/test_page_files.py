"""Files on the chat page in a real browser, with the whole service behind it: a worker sends them, an officer opens them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Page, expect

from tests import sample_files as files
from tests.channels.browser import CHROMIUM, PATIENCE
from tests.running_app import FakeClock, RunningApp, settings_for

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium at /usr/bin/chromium or on PATH (apt install chromium)"),
    pytest.mark.asyncio(loop_scope="module"),
]
PHONE = {"width": 390, "height": 844}


@pytest_asyncio.fixture(loop_scope="module")
async def service(tmp_path: Path) -> AsyncIterator[RunningApp]:
    clock = FakeClock()
    service = RunningApp(
        settings_for(
            tmp_path,
            f"sqlite:///{tmp_path}/test.db",
            privacy={"relay_minutes": "0"},
            officers={"confirm": False},
        ),
        clock,
    )
    await service.open()

    async def works() -> None:
        while True:
            await service.app.drain()
            await asyncio.sleep(0.05)

    working = asyncio.create_task(works())
    yield service
    working.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await working
    await service.close()


@contextlib.asynccontextmanager
async def tab(browser: Browser, service: RunningApp, code: str) -> AsyncIterator[Page]:
    """A page that has joined; whatever the browser complains about fails the test."""
    context = await browser.new_context(viewport=PHONE)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    await page.goto(f"{service.address}/chat#ma={code}")
    for answer in ("Đồng ý", "Không", "Của tôi: nhớ trên máy này"):
        await page.get_by_role("button", name=answer, exact=True).click()
    await expect(page.get_by_role("button", name="Viết phản ánh").last).to_be_visible()
    yield page
    await context.close()
    assert complaints == []


async def chooses(page: Page, name: str, mime: str, content: bytes) -> None:
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Gửi ảnh hoặc tệp").click()
    await (await chooser.value).set_files([FilePayload(name=name, mimeType=mime, buffer=content)])


async def test_a_photo_is_sent_and_opened_in_the_page(browser: Browser, service: RunningApp, tmp_path: Path) -> None:
    async with tab(browser, service, service.codes.team) as worker, tab(browser, service, service.codes.leader) as leader:
        await worker.get_by_label("Tin nhắn của anh/chị").fill("Tăng ca tháng 5 chưa được trả")
        await worker.keyboard.press("Enter")
        await expect(worker.locator("#log .theirs").last).to_contain_text("là gửi ngay")
        await chooses(worker, "IMG_2026.jpg", "image/jpeg", files.photo((900, 600), orientation=1))
        await expect(worker.locator("#log")).to_contain_text("Tệp: IMG_2026.jpg")
        await expect(worker.locator("#log")).to_contain_text("Ảnh 1: đang tải")
        await worker.screenshot(path=tmp_path / "worker.png")
        await worker.get_by_role("button", name="Gửi tổ trưởng công đoàn").last.click()
        await expect(worker.locator("#log")).to_contain_text("mã PA-")

        await leader.get_by_role("button", name="Xem", exact=True).last.click()
        await leader.get_by_role("button", name="Xem tệp").last.click()
        opens = leader.get_by_role("button", name="Mở anh-1.jpg")
        await expect(opens).to_be_visible()
        await opens.click()
        image = leader.get_by_role("img", name="anh-1.jpg")
        await expect(image).to_be_visible()
        assert await image.evaluate("image => image.naturalWidth") == 900
        await leader.screenshot(path=tmp_path / "leader.png")


async def test_a_document_is_saved_under_a_name_of_ours(browser: Browser, service: RunningApp) -> None:
    async with tab(browser, service, service.codes.team) as worker, tab(browser, service, service.codes.leader) as leader:
        await worker.get_by_label("Tin nhắn của anh/chị").fill("Bảng công bị sửa")
        await worker.keyboard.press("Enter")
        await chooses(worker, "Bang cong.pdf", "application/pdf", files.pdf())
        await expect(worker.locator("#log")).to_contain_text("Tài liệu 1: đang tải")
        await worker.get_by_role("button", name="Gửi tổ trưởng công đoàn").last.click()
        await leader.get_by_role("button", name="Xem", exact=True).last.click()
        await leader.get_by_role("button", name="Xem tệp").last.click()
        async with leader.expect_download() as saved:
            await leader.get_by_role("button", name="Mở tep-1.pdf").click()
        assert (await saved.value).suggested_filename == "tep-1.pdf"
        kept = await asyncio.to_thread(Path(await (await saved.value).path()).read_bytes)
        assert kept.startswith(b"%PDF") and files.AUTHOR.encode() not in kept


async def test_a_file_that_is_too_large_is_not_even_sent(browser: Browser, service: RunningApp) -> None:
    async with tab(browser, service, service.codes.team) as worker:
        asked: list[str] = []
        worker.on("request", lambda request: asked.append(request.url))
        await chooses(worker, "to.jpg", "image/jpeg", bytes(11 * 2**20))
        await expect(worker.locator("#log .mine").last).to_contain_text("lớn hơn 10 MB")
        await expect(worker.locator("#log .mine").last).to_contain_text("Chưa gửi được")
        assert not [url for url in asked if "/chat/files" in url]


async def test_the_button_is_reached_by_keyboard_and_wide_enough_for_a_thumb(browser: Browser, service: RunningApp) -> None:
    async with tab(browser, service, service.codes.team) as worker:
        button = worker.get_by_role("button", name="Gửi ảnh hoặc tệp")
        box = await button.bounding_box()
        assert box is not None and min(box["width"], box["height"]) >= 44
        await worker.get_by_label("Tin nhắn của anh/chị").focus()
        await worker.keyboard.press("Shift+Tab")
        assert await button.evaluate("button => button === document.activeElement")
