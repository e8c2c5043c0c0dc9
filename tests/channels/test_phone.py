"""The gate's look at a phone finds what is too high, and whoever a page keeps out; and lets pass what fits."""

from __future__ import annotations

import pytest

from tests import phone
from tests.channels.browser import CHROMIUM, browsing
from tests.stories.said import Said

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no Chromium at /usr/bin/chromium or on PATH (apt install chromium)")

TEN = "\n".join(["Anh/chị xem lại trước khi gửi"] * 10)
FIVE = tuple((False, f"Việc {number}", "") for number in range(5))
ANSWERS = tuple((True, f"Đơn vị {number}", "switch") for number in range(10))
SHOWN = [
    (Said(TEN, FIVE), False),
    (Said(f"{TEN}\n{TEN}", FIVE), True),
    (Said(TEN, FIVE * 2), True),
    (Said(TEN, ANSWERS), False),
    (Said(f"{TEN}\nmột dòng nữa", ANSWERS), True),
    (Said("Bấm chọn:", ANSWERS * 2), True),
    (Said(TEN * 5, FIVE[:2], by="reread"), False),
    (Said(TEN * 5, FIVE, by="reread"), True),
]


async def test_what_is_too_high_is_found() -> None:
    async with browsing() as browser, phone.on_a_phone(browser) as page:
        seen = await phone.measured(page, [("truyện", said) for said, _ in SHOWN])
    assert [one.is_too_high for one in seen] == [high for _, high in SHOWN], [str(one) for one in seen]


async def test_whoever_is_kept_out_is_found() -> None:
    shown = [said for said, _ in SHOWN]
    async with browsing() as browser, phone.on_a_phone(browser) as page:
        assert await phone.kept_out(page, shown) == []
        assert await phone.kept_out(page, [*shown, Said("Bấm chọn:", ((False, "", ""),))])
