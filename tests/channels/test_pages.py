"""The chat page in a real browser: nothing is lost, nothing is left behind, everybody can use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from models.messages.message import Option
from tests.channels.browser import CHROMIUM, Service, serving
from tests.channels.webchat_wire import gone, message

pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium at /usr/bin/chromium or on PATH (apt install chromium)"),
    pytest.mark.asyncio(loop_scope="module"),
]


@pytest_asyncio.fixture(loop_scope="module")
async def service(tmp_path: Path, browser: Browser) -> AsyncIterator[Service]:
    async with serving(tmp_path, browser, []) as service:
        yield service


async def greeted(page: Page) -> None:
    await expect(page.get_by_role("button", name="Viết phản ánh")).to_be_visible()


async def says(page: Page, text: str) -> None:
    await page.get_by_label("Tin nhắn của anh/chị").fill(text)
    await page.keyboard.press("Enter")


async def stored(page: Page) -> list[int]:
    """How many entries of ours the two stores hold."""
    count = "(store) => Object.keys(store).filter((key) => key.startsWith('tin-nhan')).length"
    counted: list[int] = await page.evaluate(f"[localStorage, sessionStorage].map({count})")
    return counted


async def test_a_worker_is_greeted_taps_and_is_answered(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        await expect(page).to_have_title("Tin nhắn")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Công đoàn Công ty Hoa Ban")
        await expect(page.get_by_role("status")).to_have_text("Đã kết nối")
        await page.get_by_role("button", name="Viết phản ánh").click()
        mine = page.locator("#log .mine")
        await expect(mine.locator(".bubble")).to_contain_text("Viết phản ánh")
        await expect(mine.locator(".foot")).to_contain_text("Đã nhận")
        await expect(page.locator("#log .theirs").last).to_contain_text("menu:::0:abc")
        await expect(page.locator(".options")).to_have_class("options past")
        await page.get_by_label("Tin nhắn của anh/chị").press_sequentially("Tăng ca 2 giờ")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("chưa tính")
        await page.keyboard.press("Enter")
        await expect(page.locator("#log .theirs").last).to_contain_text("đã nghe: Tăng ca 2 giờ")
        assert service.said == ["/start", "menu:::0:abc", "Tăng ca 2 giờ\nchưa tính"]
        await gone(service.writer)


async def test_an_old_choice_can_still_be_tapped(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        await page.get_by_role("button", name="Viết phản ánh").click()
        await page.get_by_role("button", name="Thông báo").click()
        await expect(page.locator("#log .theirs").last).to_contain_text("menu:::2:abc")
        await expect(page.locator(".chosen")).to_have_text("Thông báo của công đoàn")


async def test_an_answered_question_keeps_what_was_chosen_and_old_buttons_leave(service: Service) -> None:
    """The page, and the way of the Tab key."""
    async with service.tab() as page:
        await greeted(page)
        me = service.came[0].sender
        buttons = page.locator("#log .options button")
        for number in range(4):
            answers = (Option(f"ask::q{number}:a:abc", "Có"), Option(f"ask::q{number}:b:abc", "Không"))
            await service.channel.send(message(f"Câu {number}?", me, options=answers))
            asked = page.locator("#log .theirs", has_text=f"Câu {number}?")
            await asked.get_by_role("button", name="Không").press("Enter")
            await expect(asked.locator(".answered")).to_have_text("đã chọn: Không")
            await expect(asked.locator(".answered")).to_be_focused()
            await expect(asked.get_by_role("button")).to_have_count(0)
        for number in range(4):
            await service.channel.send(
                message(f"Phản ánh {number}", me, options=(Option(f"reply:c{number}:::", "Trả lời"),))
            )
        await expect(buttons).to_have_count(4)  # nothing has been said since: all of them are new
        await says(page, "menu")
        await expect(page.locator("#log .theirs").last).to_contain_text("đã nghe: menu")
        await expect(buttons).to_have_count(1)
        await expect(buttons).to_have_text("Trả lời")
        await page.reload()
        await expect(page.locator(".answered")).to_have_count(4)
        await expect(buttons).to_have_count(1)


async def test_a_switch_changes_where_it_stands_and_nobody_has_said_anything(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        me = service.came[0].sender
        off, on = (Option("notice::units:u:abc", f"{mark} Tổ may 1", "switch") for mark in "☐☑")
        done = Option("notice::units:done:abc", "Xong")
        asked = message("Gửi cho đơn vị nào?", me, options=(off, done))
        await service.channel.send(asked)
        bubble = page.locator(f'[data-id="{asked.id}"]')
        for now, then in ((off, on), (on, off)):
            await bubble.get_by_role("button", name=now.label).press("Enter")
            await expect(page.locator("#log .theirs").last).to_contain_text("đã nghe: notice::units:u:abc")
            assert service.came[-1].tapped == asked.id
            await service.channel.send(message("Gửi cho đơn vị nào?", me, edits=asked.id, options=(then, done)))
            await expect(bubble.get_by_role("button", name=then.label)).to_be_focused()
            await expect(bubble.locator(".foot")).not_to_contain_text("đã sửa")
        await expect(page.locator("#log .mine")).to_have_count(0)


async def test_a_reload_keeps_the_conversation_and_closing_ends_it(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        await says(page, "Alô")
        await expect(page.locator("#log .theirs").last).to_contain_text("đã nghe: Alô")
        await page.get_by_label("Tin nhắn của anh/chị").fill("viết dở")
        await page.reload()
        await expect(page.get_by_role("status")).to_have_text("Đã kết nối")
        await expect(page.locator("#log .theirs").last).to_contain_text("đã nghe: Alô")
        await expect(page.get_by_label("Tin nhắn của anh/chị")).to_have_value("viết dở")
        assert service.greeted == 1
        other = await service.page_of(page.context)
        await greeted(other)
        assert len({one.sender for one in service.came}) == 2


async def test_the_session_stays_on_the_device_only_when_asked(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        await expect(page.get_by_text("Đóng trang là mất cuộc trò chuyện.")).to_be_visible()
        keep = page.get_by_role("switch", name="Nhớ máy này")
        await keep.check()
        assert await stored(page) == [1, 0]
        other = await service.page_of(page.context)
        await greeted(other)
        await says(other, "từ trang thứ hai")
        await expect(page.locator("#log")).to_contain_text("từ trang thứ hai")
        assert len({one.sender for one in service.came}) == 1
        await keep.uncheck()
        assert await stored(page) == [0, 1]


async def test_wiping_leaves_nothing_here_and_nothing_waiting(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        await page.get_by_role("switch").check()
        await page.get_by_role("button", name="Cài đặt trang này").click()
        await page.get_by_role("button", name="Xóa khỏi máy này").click()
        await page.get_by_role("button", name="Không xóa").click()
        await page.get_by_role("button", name="Xóa khỏi máy này").click()
        await page.get_by_role("button", name="Xóa", exact=True).click()
        await expect(page.get_by_text("Đã xóa khỏi máy này.")).to_be_visible()
        await expect(page.locator("#log li")).to_have_count(0)
        assert await stored(page) == [0, 0]
        assert "Hoa Ban" not in await page.locator("body").inner_text()
        again = page.get_by_role("button", name="Bắt đầu trò chuyện mới")
        await expect(again).to_be_focused()
        await again.click()
        await greeted(page)
        assert service.said == ["/start", "stopped", "/start"]
        assert len({one.sender for one in service.came}) == 2


async def test_what_is_written_without_a_network_is_sent_once_when_it_is_back(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        await page.context.set_offline(True)
        await expect(page.get_by_role("status")).to_have_text("Mất mạng – sẽ tự nối lại")
        await says(page, "một")
        await says(page, "hai")
        await expect(page.locator("#log .mine .foot").last).to_contain_text("Đang gửi")
        await service.channel.send(message("trong lúc mất mạng", service.came[0].sender))
        await page.context.set_offline(False)
        await expect(page.locator("#log .mine .foot").last).to_contain_text("Đã nhận")
        await expect(page.locator("#log")).to_contain_text("trong lúc mất mạng")
        assert service.said == ["/start", "một", "hai"]
        assert len(service.came) == 3


async def test_what_was_not_committed_is_offered_again_under_the_same_id(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        service.broken = True
        await says(page, "chờ nhé")
        await expect(page.locator("#log .mine .foot")).to_contain_text("Đang gửi")
        await says(page, "rồi đến câu này")
        service.broken = False
        await expect(page.locator("#log .mine .foot").last).to_contain_text("Đã nhận")
        assert service.said == ["/start", "chờ nhé", "rồi đến câu này"]


async def test_when_the_answer_is_lost_the_same_event_is_offered_again(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        service.cut = True
        await says(page, "có tới không?")
        await expect(page.locator("#log .mine .foot")).to_contain_text("Đã nhận")
        _, first, again = service.came
        assert first == again
        await expect(page.get_by_text("đã nghe: có tới không?")).to_have_count(1)


async def test_a_message_sent_twice_is_shown_once(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        sent = message("chỉ một lần", service.came[0].sender)
        for _ in range(3):
            await service.channel.send(sent)
            await page.reload()
            await expect(page.get_by_text("chỉ một lần")).to_have_count(1)


async def test_an_edited_message_changes_where_it_stands_and_moves_nobody(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        me = service.came[0].sender
        asked = message("Họp lúc 8 giờ", me, options=(Option("a:b:c:d:e", "Đã đọc"), Option("a:b:c:f:e", "Bận")))
        await service.channel.send(asked)
        for number in range(20):
            await service.channel.send(message(f"tin sau {number}", me))
        await expect(page.locator("#log .theirs")).to_have_count(22)
        bubble = page.locator(f'[data-id="{asked.id}"]')
        await bubble.get_by_role("button", name="Bận").focus()
        place = await page.locator("#scroll").evaluate("box => box.scrollTop")
        edit = message("Họp lúc <b>9</b> giờ", me, edits=asked.id, options=(Option("a:b:c:f:e", "Vẫn bận"),))
        await service.channel.send(edit)
        await expect(bubble.locator(".bubble")).to_contain_text("Họp lúc <b>9</b> giờ")
        await expect(bubble.locator(".foot")).to_contain_text("đã sửa")
        await expect(bubble.get_by_role("button")).to_have_text(["Vẫn bận"])
        await expect(bubble.get_by_role("button")).to_be_focused()
        await expect(page.locator("#newer")).to_be_hidden()
        assert abs(await page.locator("#scroll").evaluate("box => box.scrollTop") - place) < 60
        await service.channel.send(edit)  # sent again: the same
        await page.reload()
        await expect(bubble).to_have_count(1)
        await expect(bubble).to_contain_text("Vẫn bận")
        await expect(page.get_by_text("Họp lúc 8 giờ")).to_have_count(0)
        await expect(page.locator("#log .theirs")).to_have_count(22)
        await service.channel.send(message("Đã hủy", me, edits=asked.id))
        await expect(bubble.locator(".bubble")).to_contain_text("Đã hủy")
        await expect(bubble.get_by_role("button")).to_have_count(0)
        await gone(service.writer)


async def test_an_edit_of_what_the_page_has_no_more_is_shown_as_new(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        me = service.came[0].sender
        await service.channel.send(message("Họp lúc 9 giờ", me, edits="0abcdefghijkl"))
        await expect(page.locator("#log .theirs").last).to_contain_text("Họp lúc 9 giờ")
        await service.channel.send(message("Đã hủy", me, edits="0abcdefghijkl"))
        await expect(page.locator("#log .theirs").last).to_contain_text("Đã hủy")
        await expect(page.get_by_text("Họp lúc 9 giờ")).to_have_count(0)


async def test_an_edit_reaches_the_other_tab_of_a_kept_session(service: Service) -> None:
    """Also a tab that slept through it: what it saves must not bring the old words back."""
    async with service.tab() as page:
        await greeted(page)
        me = service.came[0].sender
        await page.get_by_role("switch", name="Nhớ máy này").check()
        asked = message("Họp lúc 8 giờ", me)
        await service.channel.send(asked)
        await expect(page.locator("#log")).to_contain_text("Họp lúc 8 giờ")
        others = len(service.lines)
        other = await service.page_of(page.context)
        await greeted(other)
        await other.evaluate("WebSocket.prototype.send = () => {}")  # it says hello no more
        service.loses_lines(others)
        await expect(other.get_by_role("status")).not_to_have_text("Đã kết nối")
        await service.channel.send(message("Họp lúc 9 giờ", me, edits=asked.id))
        await expect(page.locator("#log")).to_contain_text("Họp lúc 9 giờ")
        await expect(other.locator("#log")).to_contain_text("Họp lúc 9 giờ")
        await other.get_by_label("Tin nhắn của anh/chị").fill("viết dở")
        await page.reload()
        await expect(page.locator("#log")).to_contain_text("Họp lúc 9 giờ")
        await expect(page.get_by_text("Họp lúc 8 giờ")).to_have_count(0)


async def test_a_message_is_text_whatever_it_says(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        await service.channel.send(message("<img src=x onerror=alert(1)><b>đậm</b>", service.came[0].sender))
        await expect(page.get_by_text("<b>đậm</b>")).to_be_visible()
        await expect(page.locator("#log img, #log b")).to_have_count(0)


async def test_a_code_in_the_address_is_taken_and_wiped(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)  # the tab's first visit is over before the next begins
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        page.on("websocket", lambda socket: requested.append(socket.url))
        await page.goto("about:blank")
        await page.goto(service.address("/chat#ma=HOABAN-7K"))
        await expect(page.get_by_role("button", name="Viết phản ánh")).to_have_count(2)
        assert page.url == service.address("/chat")
        assert service.said[-1] == "/start HOABAN-7K"
        assert service.greeted == 2
        assert not any("HOABAN" in url.split("#")[0] for url in requested)
        await page.evaluate("location.hash = '#ma=SECOND'")
        await expect(page.get_by_role("button", name="Viết phản ánh")).to_have_count(3)
        assert (page.url, service.said[-1]) == (service.address("/chat"), "/start SECOND")
        assert len({one.sender for one in service.came}) == 1


async def test_quick_hide_leaves_nothing_to_go_back_to(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        await page.get_by_role("button", name="Ẩn nhanh").click()
        await page.wait_for_url("about:blank")
        await page.go_back(wait_until="commit")
        assert page.url == "about:blank"
        assert await page.locator("body").inner_text() == ""


async def test_text_over_the_limit_stays_with_the_person(service: Service) -> None:
    async with service.tab() as page:
        await greeted(page)
        words = page.get_by_label("Tin nhắn của anh/chị")
        await words.fill("ă" * 3700)
        await expect(page.locator("#count")).to_have_text("3.700/4.000 ký tự")
        await words.fill("ă" * 4001)
        await expect(page.locator("#count")).to_contain_text("nhờ anh/chị tách thành hai tin")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Gửi", exact=True)).to_be_disabled()
        await words.fill("ă" * 4000)
        await page.keyboard.press("Enter")
        await expect(page.locator("#log .mine .foot")).to_contain_text("Đã nhận")
