"""One reading of codes and numbers, whatever a keyboard has made of them."""

from __future__ import annotations

import itertools
import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import keyboards
from config.keyboards import CODE_LETTERS, EARLIER_LETTERS, MOST_READINGS, readings
from models.store.ids import new_case_code, random_code
from tests.rules.config.typing import KEYBOARDS


@pytest.mark.parametrize("keyboard", KEYBOARDS)
def test_no_keyboard_changes_a_new_code(keyboard: str) -> None:
    """Whatever stands after whatever (of two letters a keyboard makes one), and thousands as they are drawn."""
    typed = KEYBOARDS[keyboard]
    pairs = ["".join(two) * 4 for two in itertools.product(CODE_LETTERS, repeat=2)]
    for code in [*pairs, *(random_code(8) for _ in range(2000)), *(new_case_code()[3:] for _ in range(2000))]:
        assert typed(code) == code
        assert readings(code, len(code)) == [code]


@pytest.mark.parametrize("keyboard", KEYBOARDS)
def test_the_simulated_keyboards_do_change_earlier_codes(keyboard: str) -> None:
    """Else the test above could not fail."""
    codes = _earlier(2000)
    assert sum(KEYBOARDS[keyboard](code) != code for code in codes) > 200


def _earlier(count: int) -> list[str]:
    drawn = random.Random(11)
    return ["".join(drawn.choices(EARLIER_LETTERS, k=8)) for _ in range(count)]


@pytest.mark.parametrize("keyboard", KEYBOARDS)
def test_an_earlier_code_is_read_or_asked_for_again(keyboard: str) -> None:
    """What a keyboard made of it is never taken for anything else without a word, and mostly read."""
    changed = [(code, KEYBOARDS[keyboard](code)) for code in _earlier(4000)]
    changed = [(code, shown) for code, shown in changed if code != shown]
    read = [code for code, shown in changed if code in readings(shown, 8)]
    told = [code for code, shown in changed if keyboards.is_spoilt(shown, 8)]
    assert {*read, *told} >= {code for code, shown in changed if not readings(shown, 8)}
    assert len(read) > 0.6 * len(changed)


@given(st.text(EARLIER_LETTERS, min_size=8, max_size=8) | st.text(CODE_LETTERS, min_size=8, max_size=8), st.text(max_size=4))
def test_a_code_is_read_in_any_case_and_form(code: str, noise: str) -> None:
    assert readings(code, 8) == [code]
    assert readings(code.lower(), 8) == [code]
    assert readings(unicodedata.normalize("NFD", f"{code[:4]} – {code[4:]}"), 8) == [code]
    assert readings("".join(chr(ord(sign) + 0xFEE0) for sign in code), 8) == [code]  # full-width
    assert len(readings(code[:5] + noise, 8)) <= MOST_READINGS


READ = [
    ("J7ĐTEAY", "J7DDTEAY"),  # DD
    ("j7đteay", "J7DDTEAY"),
    ("J7ÐTEAY", "J7DDTEAY"),  # an eth, of another keyboard, which looks the same
    ("K7MÀ4RX", "K7MAF4RX"),
    ("K7MẢ4XC", "K7MAR4XC"),
    ("K7Mẩ4C", "K7MAAR4C"),  # AA and R
    ("K7M ưR3C", "K7MWR3C"),
    ("1K7MCFGH", "LK7MCFGH"),
    ("8BK7M5CG", "BBK7MSCG"),
    ("K7MÁ4RXC", ""),  # nine keys
    ("K7MÁ4RX", ""),  # S was in no earlier code, and A is in no new one
    ("25122026", ""),
    ("12345678", ""),
    ("chán việc", ""),
]


@pytest.mark.parametrize(("typed", "code"), READ)
def test_what_is_read(typed: str, code: str) -> None:
    found = readings(typed, len(code) or 8)
    assert (code in found) if code else not found


@pytest.mark.parametrize("text", ["Xin chào", "chán việc", "Dạ vâng", "Cảm ơn", "Lương", "Cho hỏi", "Tôi cần"])
def test_a_greeting_is_no_spoilt_code(text: str) -> None:
    assert not keyboards.is_spoilt(text, 8)


@given(st.text(max_size=40))
def test_anything_may_be_typed(text: str) -> None:
    assert len(readings(text, 8)) <= MOST_READINGS
    assert keyboards.is_spoilt(text, 8) in (True, False)
    assert keyboards.number(text) is None or 0 <= keyboards.number(text) <= 99  # type: ignore[operator]
    assert all(isinstance(one, int) for one in keyboards.numbers(text))


ONE = [
    *("1", "1.", "1)", "(1)", "[1]", "“1”", "｢１｣", "１", "1️⃣", "①", "#1", "1 ạ", "1 a", "1 ạ.", "1 nhé", "1 nha", "1 đi"),
    *("Số 1", "Số 1 ạ", "so 1", "số 1 nhé em", "chọn 1", "chọn số 1 ạ", "em chọn 1 ạ", "dạ 1", "Dạ em chọn số 1 ạ!"),
    *("một", "Một ạ", "số một", "mot", "so mot", "MỘT", "mootj", "soos 1", "so61 1", "chonj 1", "mo65t", "so1", "só"),
    *("phương án 1", "câu 1", "ý 1", "option 1", "no. 1", "one", "mục 1"),
]
OTHERS = [
    ("10", 10),
    ("🔟", 10),
    ("mười", 10),
    ("mười hai ạ", 12),
    ("2️⃣ ạ", 2),
    ("tư", 4),
    ("bẩy", 7),
    ("năm", 5),
    ("nam", 5),
]
NONE = [
    "",
    "Hải",
    "Bà",
    "Tâm",
    "100",
    "-1",
    "1 2",
    "1 hoặc 2",
    "tôi 1 mình",
    "ngày 1",
    "tháng 5",
    "1 tuần",
    "ạ",
    "số mấy",
    "3 tháng",
]


@pytest.mark.parametrize("text", ONE)
def test_how_one_is_written(text: str) -> None:
    assert keyboards.number(text) == 1
    assert keyboards.number(unicodedata.normalize("NFD", text)) == 1


@pytest.mark.parametrize(("text", "number"), OTHERS + [(text, None) for text in NONE])
def test_other_numbers_and_none(text: str, number: int | None) -> None:
    assert keyboards.number(text) == number


@pytest.mark.parametrize("text", ["1 ạ", "một", "so 1", "năm", "ba", "#1", "10 người"])
def test_words_are_not_bare_numbers(text: str) -> None:
    """In front of a question that takes words they are its answer."""
    assert keyboards.bare_number(text) is None


@pytest.mark.parametrize(
    ("text", "several"), [("1 3", [1, 3]), ("1, 3 và 5 ạ", [1, 3, 5]), ("1️⃣ 2️⃣", [1, 2]), ("hai ba", [2, 3]), ("1 và cơm", [])]
)
def test_several(text: str, several: list[int]) -> None:
    assert keyboards.numbers(text) == several


@pytest.mark.parametrize("text", ["1234", "１２３４", "1️⃣2️⃣3️⃣4️⃣", "1 2 3 4", "1–2–3–4", "1.234 ạ", "١٢٣٤"])
def test_digits(text: str) -> None:
    assert keyboards.digits(text) == "1234"


@pytest.mark.parametrize("dash", "-‐‑‒–—―−﹘﹣－")
def test_every_dash_is_one(dash: str) -> None:
    assert keyboards.plain(f"PA {dash} K7") == "PA - K7"
