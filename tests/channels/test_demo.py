"""The demo in a real browser: three phones, the real service behind them, and a fresh start at a button."""

from __future__ import annotations

import asyncio
import re
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import FrameLocator, Page, expect

from bot.demo.stage import Stage, stage
from tests.channels.browser import CHROMIUM, PATIENCE, browsing
from tests.waiting import HANGS

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed (apt-get install chromium)")


@pytest.fixture
async def demo() -> AsyncIterator[Stage]:
    async with stage(0) as opened:
        await opened.app.start()
        stopping = asyncio.Event()
        running = asyncio.create_task(opened.app.run(stopping))
        await opened.reset()
        yield opened
        stopping.set()
        await running
        await opened.app.stop()


@pytest.fixture
async def page(demo: Stage) -> AsyncIterator[Page]:
    complaints: list[str] = []
    async with browsing() as browser:
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        opened = await context.new_page()
        opened.set_default_timeout(PATIENCE)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        await opened.goto(f"{demo.address}/")
        yield opened
    assert complaints == []


async def taps(phone: FrameLocator, label: str) -> None:
    await phone.locator("#log").get_by_role("button", name=label, exact=True).last.click()


async def says(phone: FrameLocator, text: str) -> None:
    await phone.locator("textarea").fill(text)
    await phone.locator("textarea").press("Enter")


async def sees(phone: FrameLocator, words: str) -> None:
    await expect(phone.locator("#log .theirs", has_text=words).last).to_be_visible()


async def test_a_grievance_crosses_from_one_phone_to_the_other(page: Page) -> None:
    worker, leader, chair = (page.frame_locator(f"#{name} iframe") for name in ("worker", "leader", "chair"))
    for answer in ("Đồng ý", "Không", "Của tôi: nhớ trên máy này"):
        await taps(worker, answer)
    await taps(worker, "Viết phản ánh")
    await sees(worker, "việc gì")
    await says(worker, "Quạt ở chuyền 3 hỏng từ thứ hai")
    await taps(worker, "Gửi tổ trưởng công đoàn")
    await sees(worker, "mã PA-")
    await sees(leader, "Công đoàn có tin mới")
    await taps(leader, "Xem")
    await sees(leader, "Quạt ở chuyền 3 hỏng từ thứ hai")
    await taps(leader, "Trả lời")
    await says(leader, "Chiều nay thợ điện tới thay quạt.")
    await taps(leader, "Gửi")
    await sees(worker, "Công đoàn có tin mới")
    await taps(worker, "Xem")
    await sees(worker, "Chiều nay thợ điện tới thay quạt.")
    await expect(chair.locator("#log")).not_to_contain_text("Quạt")


async def test_start_over_begins_the_story_anew(demo: Stage, page: Page) -> None:
    before = dict(demo.sessions)
    worker = page.frame_locator("#worker iframe")
    await taps(worker, "Đồng ý")
    await sees(worker, "đã tham gia")
    await page.get_by_role("button", name="Làm lại từ đầu").click()
    await sees(page.frame_locator("#worker iframe"), "Anh/chị tham gia:")
    await expect(page.frame_locator("#worker iframe").locator("#log")).not_to_contain_text("đã tham gia")
    assert not set(before.values()) & set(demo.sessions.values())


async def test_a_second_page_of_the_demo_is_not_blank(demo: Stage, page: Page) -> None:
    """A visitor's most likely second act: the link again, in another tab."""
    worker = page.frame_locator("#worker iframe")
    await sees(worker, "Anh/chị tham gia:")
    second = await page.context.new_page()
    second.set_default_timeout(PATIENCE)
    await second.goto(f"{demo.address}/demo")
    await sees(second.frame_locator("#worker iframe"), "Anh/chị tham gia:")
    for officer in ("leader", "chair"):
        await sees(second.frame_locator(f"#{officer} iframe"), "đồng chí")
    await taps(second.frame_locator("#worker iframe"), "Đồng ý")
    await sees(second.frame_locator("#worker iframe"), "đã tham gia")
    await sees(worker, "đã tham gia")

    third = await page.context.new_page()
    third.set_default_timeout(PATIENCE)
    await third.goto(f"{demo.address}/demo")
    await expect(
        third.frame_locator("#worker iframe").locator("#log").get_by_role("button", name="Viết phản ánh")
    ).to_be_visible()
    await second.reload()
    before = await second.frame_locator("#worker iframe").locator("#log > li").count()
    await expect(second.frame_locator("#worker iframe").get_by_role("status")).to_have_text("Đã kết nối")
    assert await second.frame_locator("#worker iframe").locator("#log > li").count() == before, "a reload asks nothing anew"


async def test_a_second_demo_takes_another_port_and_says_so() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        # As somebody types it, in a process of its own.
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "demo", "--port", str(port),
            stdout=asyncio.subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        assert process.stdout is not None
        try:
            first = (await asyncio.wait_for(process.stdout.readline(), HANGS)).decode()
            second = (await asyncio.wait_for(process.stdout.readline(), HANGS)).decode()
        finally:
            process.terminate()
            await process.wait()
    other = re.fullmatch(rf"Cổng {port} đang có chương trình khác dùng.*; lần này dùng cổng (\d+)\.\n", first)
    assert other is not None, first
    assert f"http://127.0.0.1:{other[1]}/demo" in second
