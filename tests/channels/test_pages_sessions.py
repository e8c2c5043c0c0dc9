"""Who the page is, in a real browser: a link can plant nothing, and a second page of a session asks the first."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.channels.browser import CHROMIUM, Service, serving
from tests.channels.webchat_wire import NOW, WHO, message

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium at /usr/bin/chromium or on PATH (apt install chromium)"),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(loop_scope="module")
async def service(tmp_path: Path, browser: Browser) -> AsyncIterator[Service]:
    async with serving(tmp_path, browser, []) as service:
        yield service


async def greeted(page: Page) -> None:
    await expect(page.get_by_role("button", name="Viết phản ánh").first).to_be_visible()


async def copied(page: Page) -> str:
    """All that the page keeps, as a thief with the phone in hand for a minute would take it."""
    kept: str = await page.evaluate("localStorage.getItem('tin-nhan') || sessionStorage.getItem('tin-nhan')")
    return kept


async def stolen(service: Service, kept: str) -> Page:
    """A page on another device that opens with what was taken."""
    context = await service.browser.new_context()
    page = await service.page_of(context, None)
    await page.add_init_script(f"if (!sessionStorage.length) sessionStorage.setItem('tin-nhan', {json.dumps(kept)})")
    await page.goto(service.address("/chat"))
    return page


@pytest.mark.parametrize("planted", ["chosen", "sealed"])
async def test_a_link_cannot_give_the_worker_a_session(service: Service, planted: str) -> None:
    """The attack: `…/chat#phien=TOKEN&ma=CODE`, with letters of the attacker's choice or with a session of his own."""
    token = service.channel.sessions.seal(WHO, "", NOW.date()) if planted == "sealed" else "A" * 43
    async with service.tab() as page:
        await greeted(page)
        await page.goto("about:blank")
        await page.goto(service.address(f"/chat#phien={token}&khung=worker&ma=HOABAN-7K"))
        await expect(page.locator("#log .theirs").first).to_be_visible()
        await page.get_by_label("Tin nhắn của anh/chị").fill("Quản đốc bắt ký khống bảng chấm công")
        await page.keyboard.press("Enter")
        await expect(page.locator("#log .mine .foot").last).to_contain_text("Đã nhận")
        assert WHO not in {one.sender for one in service.came}
        assert token not in await copied(page)
        assert await page.evaluate("window.name") == ""
        assert service.said[-1].startswith("Quản đốc")


async def test_a_copied_session_asks_the_workers_page_and_is_shown_nothing(service: Service) -> None:
    async with service.tab() as worker:
        await greeted(worker)
        thief = await stolen(service, await copied(worker))
        question = worker.get_by_role("alertdialog")
        await expect(question).to_contain_text("Có một trang khác vừa mở cuộc trò chuyện này")
        await expect(thief.get_by_role("status")).to_have_text("Đang mở ở trang khác – chờ trang đó cho phép")
        me = service.came[0].sender
        await service.channel.send(message("Trả lời PA-7K2M9Q", me))
        await expect(worker.locator("#log")).to_contain_text("Trả lời PA-7K2M9Q")
        await thief.get_by_label("Tin nhắn của anh/chị").fill("phản ánh của tôi")
        await thief.keyboard.press("Enter")
        await expect(thief.locator("#log .mine .foot").last).to_contain_text("Đang gửi")
        await worker.get_by_role("button", name="Không", exact=True).click()
        await expect(question).to_be_hidden()
        await expect(thief.get_by_role("status")).to_have_text("Trang kia chưa cho phép – chạm để thử lại")
        await expect(thief.locator("#log")).not_to_contain_text("PA-7K2M9Q")
        assert "phản ánh của tôi" not in service.said
        await thief.get_by_role("status").click()  # asks once more: turned away without asking the worker
        await expect(thief.get_by_role("status")).to_have_text("Trang kia chưa cho phép – chạm để thử lại")
        await expect(question).to_be_hidden()
        await thief.context.close()


async def test_a_second_device_of_ones_own_is_allowed_and_loses_nothing(service: Service) -> None:
    async with service.tab() as worker:
        await greeted(worker)
        kept = json.loads(await copied(worker))
        laptop = await stolen(service, json.dumps({**kept, "secret": ""}))  # the token alone
        await expect(laptop.get_by_role("status")).to_have_text("Đang mở ở trang khác – chờ trang đó cho phép")
        await laptop.get_by_label("Tin nhắn của anh/chị").fill("viết từ máy tính")
        await laptop.keyboard.press("Enter")
        await worker.get_by_role("button", name="Cho phép").click()
        await expect(laptop.get_by_role("status")).to_have_text("Đã kết nối")
        await expect(laptop.locator("#log .mine .foot").last).to_contain_text("Đã nhận")
        await expect(worker.get_by_role("alertdialog")).to_be_hidden()
        assert service.said[-1] == "viết từ máy tính" and len({one.sender for one in service.came}) == 1
        # Its own from now on: it comes back by itself when the phone is off.
        await worker.goto("about:blank")
        await laptop.reload()
        await expect(laptop.get_by_role("status")).to_have_text("Đã kết nối")
        await laptop.context.close()


async def test_tabs_of_one_browser_ask_nobody(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        await page.get_by_role("switch", name="Nhớ máy này").check()
        other = await service.page_of(page.context)
        await expect(other.get_by_role("status")).to_have_text("Đã kết nối")
        await expect(page.get_by_role("alertdialog")).to_be_hidden()
        await other.reload()
        await expect(other.get_by_role("status")).to_have_text("Đã kết nối")
        await page.reload()
        await expect(page.get_by_role("status")).to_have_text("Đã kết nối")
        for tab in (page, other):
            await expect(tab.get_by_role("alertdialog")).to_be_hidden()
        assert other.complaints == []  # type: ignore[attr-defined]


async def test_the_worker_is_never_kept_out_by_a_page_that_was_thrown_away(service: Service) -> None:
    """The phone discarded the tab without a word: its connection seems open, its script runs no more."""
    async with service.tab() as page:
        await greeted(page)
        await page.get_by_role("switch", name="Nhớ máy này").check()
        await page.evaluate("WebSocket.prototype.send = () => {}; BroadcastChannel.prototype.postMessage = () => {}")
        await page.evaluate("WebSocket.prototype.close = () => {}")
        other = await service.page_of(page.context)
        await expect(other.get_by_role("status")).to_have_text("Đã kết nối")


async def test_a_session_the_server_does_not_know_is_renewed_and_nothing_written_is_lost(service: Service) -> None:
    """Kept from before this version by somebody who never joined."""
    kept = {"session": "B" * 43, "language": "vi", "union": "", "draft": "viết dở", "log": []}
    page = await stolen(service, json.dumps(kept))
    await greeted(page)
    await expect(page.get_by_label("Tin nhắn của anh/chị")).to_have_value("viết dở")
    assert "B" * 43 not in await copied(page)
    assert "B" * 43 not in {one.sender for one in service.came}
    await page.context.close()
