"""The categories are all there are, and words that mean something else without their accents do not suggest one."""

from __future__ import annotations

import pytest

from config.tables import table
from handlers.grievances import categories

ALL = {
    *("wage", "bonus", "allowance", "hours", "insurance", "osh", "meal", "housing", "contract", "discipline", "management"),
    *("harassment", "discrimination", "female", "union_rights", "union_service", "democracy", "environment", "rumor"),
    *("suggestion", "other", "retaliation"),
}


def test_there_are_twenty_two_and_nine_are_common() -> None:
    given = table("categories")
    assert set(given) == ALL
    assert sum(bool(row.get("common")) for row in given.values()) == 9
    assert all(word == word.casefold() for row in given.values() for word in row.get("accented", ()))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Tổ trưởng hay sờ mó chị em", "harassment"),
        ("Ông ấy QUẤY RỐI em", "harassment"),
        ("bi quay roi tinh duc", "harassment"),
        ("toi vua quay roi ra ve", ""),  # quay rồi: turned and left
        ("Nói ra thì bị trù dập", "retaliation"),
        ("Nhà vệ sinh không có nước", "environment"),
        ("Chưa có phụ cấp chuyên cần", "allowance"),
        ("Chậm lương tháng 5", "wage"),
        ("Không cho nghỉ thai sản", "hours"),
        ("abc", ""),
    ],
)
def test_what_the_words_suggest(text: str, first: str) -> None:
    assert next(iter(categories.likely(text)), "") == first
